"""A row of a register as it was read, and what a register at fault is called.

Here belongs what reading and checking share. Not here: either of them.
"""

from dataclasses import dataclass
from datetime import date

from pipeline.errors import WrongUseError


class RegisterError(WrongUseError):
    """A register cannot be used; the message names the file, the row and the cure."""


@dataclass(frozen=True)
class Row:
    """A row as read, and where it stands, so that a message can name it.

    `valid_from` is date.min where it has no first day, `valid_to` date.max where it has no last.
    """

    place: str
    values: tuple[str | date | None, ...]
    code: str
    parent_code: str | None
    valid_from: date
    valid_to: date
    successor_code: str | None

    def is_in_force_on(self, day: date) -> bool:
        """Whether the day is one of the row's."""
        return self.valid_from <= day <= self.valid_to
