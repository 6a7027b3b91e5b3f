"""All units that ever had a page, each with the page of its newest month.

Here belongs the list in which a reader finds a unit. Not here: how it is searched (find.js).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from reports.all_months.values import MonthEditions
from reports.language import Language
from reports.site.places import FOLDERS


@dataclass(frozen=True)
class FoundUnit:
    """A unit and its page. `is_former`: it has none in the newest month of all.

    `is_named_in_vietnamese`: on an English page, that it has no name in English.
    """

    code: str
    name: str
    place: str
    month: str
    is_former: bool
    is_named_in_vietnamese: bool


@dataclass(frozen=True)
class UnitGroup:
    """The units below one agency, by code; `name` is empty for those at the top."""

    code: str
    name: str
    units: tuple[FoundUnit, ...]

    @property
    def size(self) -> int:
        """How many units the group has."""
        return len(self.units)


def group_units(months: Sequence[MonthEditions], language: Language) -> tuple[UnitGroup, ...]:
    """The units of all editions in force, grouped by the agency above them, the top first.

    `months` with the newest first.
    """
    names: dict[str, str] = {}
    grouped: dict[str, list[FoundUnit]] = defaultdict(list)
    for month in months:
        for unit in month.summary.units if month.summary else ():
            if unit.code in names:
                continue
            names[unit.code] = unit.name_vi if language.is_vietnamese else unit.name_en
            place = f"{month.month}/{FOLDERS[language.code]}units/{unit.stem}.html"
            is_former = month.month != months[0].month
            grouped[unit.parent].append(
                FoundUnit(
                    unit.code,
                    names[unit.code],
                    place,
                    month.month,
                    is_former,
                    not language.is_vietnamese and unit.name_en == unit.name_vi,
                )
            )
    return tuple(
        UnitGroup(
            parent,
            names.get(parent, parent),
            tuple(sorted(grouped[parent], key=lambda unit: unit.code)),
        )
        for parent in sorted(grouped)
    )
