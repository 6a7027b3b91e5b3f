"""Values of the pages of all months: a month with its editions, and where pages lie.

Here belongs what the modules of this room share. Not here: the pages themselves.
"""

from dataclasses import dataclass

from pipeline import months
from pipeline.edition_history import EditionRecord
from reports.site.places import FOLDERS
from reports.site.summary import Summary


@dataclass(frozen=True)
class MonthEditions:
    """A month with its editions, the first one first, the last one in force.

    `summary` is that of the edition in force; None where it has none that can be read.
    """

    month: str
    editions: tuple[EditionRecord, ...]
    summary: Summary | None = None

    @property
    def in_force(self) -> EditionRecord:
        """The edition in force."""
        return self.editions[-1]

    @property
    def month_before(self) -> str:
        """The name of the month before this one."""
        return months.shifted(self.month, -1)


def describe_place(language: str, name: str) -> str:
    """Where a page of all months lies, in one of the languages."""
    return FOLDERS[language] + name
