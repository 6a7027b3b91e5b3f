"""Whether the rows of a register agree with each other.

Here belongs what is refused, each with its cure. Not here: a row by itself (reading).
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import pairwise

from pipeline.agencies.rows import RegisterError, Row

_DAY = timedelta(days=1)

_RowsOfCodes = Mapping[str, list[Row]]
"""The rows of each code, the earliest first."""


def check(rows: Iterable[Row]) -> None:
    """Rows that agree with each other; their order does not matter.

    Raises:
        RegisterError: a code twice in force; days between two rows of a code of which nothing
            says where its territory was; a successor or parent that is in no row or not in force
            when it is needed; agencies that belong to each other or take over from each other.
    """
    of_code: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: (row.code, row.valid_from)):
        of_code.setdefault(row.code, []).append(row)
    ordered = [row for entries in of_code.values() for row in entries]
    for entries in of_code.values():
        for before, after in pairwise(entries):
            _check_spans(before, after)
    for row in ordered:
        if row.successor_code is not None:
            _check_successor(row, row.successor_code, of_code)
        if row.parent_code is not None:
            _check_parent(row, row.parent_code, of_code)
    # Who belongs to whom only changes on a first day, so looking at those days is enough.
    for day in sorted({row.valid_from for row in ordered}):
        _check_circles({row.code: row for row in ordered if row.is_in_force_on(day)})


def _check_spans(before: Row, after: Row) -> None:
    if after.valid_from <= before.valid_to:
        raise RegisterError(
            f"{after.place}: {after.code} is in force already ({before.place}): "
            "remove one row, or give both valid_from and valid_to that do not overlap"
        )
    # A territory that another code took over was somewhere in between; one that nobody did is lost.
    is_told = before.successor_code not in {None, before.code}
    if after.valid_from > before.valid_to + _DAY and not is_told:
        raise RegisterError(
            f"{after.place}: {after.code} begins on {after.valid_from} and ended on "
            f"{before.valid_to} ({before.place}): close the gap between the two days, or name in "
            "the earlier row the successor_code of who took over"
        )


def _check_successor(row: Row, successor: str, of_code: _RowsOfCodes) -> None:
    place = f"{row.place}: the successor_code {successor} of {row.code}"
    if row.valid_to == date.max:
        raise RegisterError(
            f"{place} is named, but {row.code} has no last day: fill in valid_to, or leave the "
            "successor_code empty"
        )
    if successor not in of_code:
        raise RegisterError(f"{place} is in no row: add the successor, or correct the code")
    day = row.valid_to + _DAY
    if any(entry.is_in_force_on(day) for entry in of_code[successor]):
        return
    circle = _circle_of_successors(row, of_code)
    if circle:
        raise RegisterError(
            f"{row.place}: {' is taken over by '.join(circle)}: correct the successor_code of the "
            "one that goes on, and add its row from the day after"
        )
    raise RegisterError(
        f"{place} is not in force on {day}, the day after {row.code} ended: correct the code, or "
        f"a day of {of_code[successor][0].place}"
    )


def _circle_of_successors(row: Row, of_code: _RowsOfCodes) -> list[str]:
    """Codes from a row's own back to itself by successors; empty when that way leads elsewhere."""
    path = [row.code]
    code = row.successor_code
    while code is not None and code in of_code and code not in path:
        path.append(code)
        code = of_code[code][-1].successor_code
    return [*path, row.code] if code == row.code and len(path) > 1 else []


def _check_parent(row: Row, parent: str, of_code: _RowsOfCodes) -> None:
    if parent not in of_code:
        raise RegisterError(
            f"{row.place}: the parent_code {parent} of {row.code} is in no row: "
            "add the parent, or correct the code"
        )
    day = row.valid_from
    for entry in of_code[parent]:
        if not entry.is_in_force_on(day):
            continue
        if entry.valid_to >= row.valid_to:
            return
        day = entry.valid_to + _DAY
    told = f"{row.place}: {row.code} belongs to {parent}, which is not in force"
    first = of_code[parent][0].valid_from
    if day == row.valid_from and first > day:
        raise RegisterError(
            f"{told} before {first}: write {first} or later as valid_from of {row.code}, "
            "or correct the parent_code"
        )
    raise RegisterError(
        f"{told} on {day}: let {row.code} end before (valid_to), naming its successor_code if it "
        "has one, and begin a new row there if it goes on under another parent_code"
    )


def _check_circles(in_force: dict[str, Row]) -> None:
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
