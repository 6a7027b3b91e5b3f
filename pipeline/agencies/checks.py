"""Whether the rows of a register agree with each other.

Here belongs what makes a register unusable, each with its cure. Not here: a row by itself
(reading).
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import pairwise

from pipeline.agencies.rows import RegisterError, Row

_DAY = timedelta(days=1)

_RowsByCode = Mapping[str, list[Row]]
"""The rows of each code, the earliest first."""


def check_rows(rows: Iterable[Row]) -> None:
    """Checks that the rows of a register agree with each other; their order does not matter.

    Raises:
        RegisterError: a code that is in force twice; days between two rows of a code where no row
            says who had its territory; a successor or parent that is in no row or not in force
            when it is needed; agencies that belong to each other or take over from each other.
    """
    by_code: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: (row.code, row.valid_from)):
        by_code.setdefault(row.code, []).append(row)
    ordered = [row for of_code in by_code.values() for row in of_code]
    for of_code in by_code.values():
        for before, after in pairwise(of_code):
            _check_days(before, after)
    for row in ordered:
        if row.successor_code is not None:
            _check_successor(row, row.successor_code, by_code)
        if row.parent_code is not None:
            _check_parent(row, row.parent_code, by_code)
    # Which agency belongs to which changes only on a first day, so only these days are checked.
    for day in sorted({row.valid_from for row in ordered}):
        _check_circles({row.code: row for row in ordered if row.is_in_force_on(day)})


def _check_days(before: Row, after: Row) -> None:
    """Two rows of a code, one after the other: neither an overlap nor a gap without an heir."""
    if after.valid_from <= before.valid_to:
        raise RegisterError(
            f"{after.place}: {after.code} is in force already ({before.place}): "
            "remove one row, or give both valid_from and valid_to that do not overlap"
        )
    # In a gap, the territory belongs to the successor that is named; without one it is lost.
    has_heir = before.successor_code not in {None, before.code}
    if after.valid_from > before.valid_to + _DAY and not has_heir:
        raise RegisterError(
            f"{after.place}: {after.code} begins on {after.valid_from} and ended on "
            f"{before.valid_to} ({before.place}): close the gap between the two days, or name in "
            "the earlier row the successor_code of who took over"
        )


def _check_successor(row: Row, successor: str, by_code: _RowsByCode) -> None:
    place = f"{row.place}: the successor_code {successor} of {row.code}"
    if row.valid_to == date.max:
        raise RegisterError(
            f"{place} is named, but {row.code} has no last day: fill in valid_to, or leave the "
            "successor_code empty"
        )
    if successor not in by_code:
        raise RegisterError(f"{place} is in no row: add the successor, or correct the code")
    day = row.valid_to + _DAY
    if any(other.is_in_force_on(day) for other in by_code[successor]):
        return
    circle = _find_circle_of_successors(row, by_code)
    if circle:
        raise RegisterError(
            f"{row.place}: {' is taken over by '.join(circle)}: correct the successor_code of the "
            "one that goes on, and add its row from the day after"
        )
    raise RegisterError(
        f"{place} is not in force on {day}, the day after {row.code} ended: correct the code, or "
        f"a day of {by_code[successor][0].place}"
    )


def _find_circle_of_successors(row: Row, by_code: _RowsByCode) -> list[str]:
    """Codes from a row's own by successors back to itself; empty where they lead elsewhere."""
    path = [row.code]
    code = row.successor_code
    while code is not None and code in by_code and code not in path:
        path.append(code)
        code = by_code[code][-1].successor_code
    return [*path, row.code] if code == row.code and len(path) > 1 else []


def _check_parent(row: Row, parent: str, by_code: _RowsByCode) -> None:
    if parent not in by_code:
        raise RegisterError(
            f"{row.place}: the parent_code {parent} of {row.code} is in no row: "
            "add the parent, or correct the code"
        )
    day = row.valid_from
    for parent_row in by_code[parent]:
        if not parent_row.is_in_force_on(day):
            continue
        if parent_row.valid_to >= row.valid_to:
            return
        day = parent_row.valid_to + _DAY
    fault = f"{row.place}: {row.code} belongs to {parent}, which is not in force"
    first = by_code[parent][0].valid_from
    if day == row.valid_from and first > day:
        raise RegisterError(
            f"{fault} before {first}: write {first} or later as valid_from of {row.code}, "
            "or correct the parent_code"
        )
    raise RegisterError(
        f"{fault} on {day}: let {row.code} end before (valid_to), naming its successor_code if it "
        "has one, and begin a new row there if it goes on under another parent_code"
    )


def _check_circles(in_force: dict[str, Row]) -> None:
    """The agencies in force on a day, by code: none belongs to itself over others."""
    leads_to_top: set[str] = set()
    for code in in_force:
        path: list[str] = []
        above: str | None = code
        while above in in_force and above not in leads_to_top:
            if above in path:
                raise RegisterError(
                    f"{in_force[above].place}: {' belongs to '.join([*path, above])}: "
                    "leave the parent_code of the topmost agency empty"
                )
            path.append(above)
            above = in_force[above].parent_code
        leads_to_top.update(path)
