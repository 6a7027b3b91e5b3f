"""Succession: which agency has the territory of which earlier one.

Here belongs following successors from one entry of the register to the next. A code with an entry
from the day after goes on in that entry, unless its successor_code names another code. A part that
is split off has a code of its own without a predecessor, because counts cannot be split. Not here:
counts (indices).
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

import polars as pl

from pipeline import months

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class _Entry:
    code: str
    first: date
    last: date
    successor: str


@dataclass(frozen=True, eq=False)
class Succession:
    """The entries of a register (`table`: tables.AGENCIES), and which entry follows which."""

    table: pl.DataFrame
    _heirs: dict[date, pl.DataFrame] = field(default_factory=dict, init=False, repr=False)

    def heirs(self, day: date) -> pl.DataFrame:
        """Which code has the territory of each entry on a day: code, valid_from, restated_code.

        One row an entry that has begun by then. restated_code is null where nobody took over.
        """
        if day not in self._heirs:
            schema = {"code": pl.String(), "valid_from": pl.Date(), "restated_code": pl.String()}
            rows = [
                (
                    entry.code,
                    None if entry.first == date.min else entry.first,
                    self._find_heir(entry, day),
                )
                for entry in self._entries
                if entry.first <= day
            ]
            self._heirs[day] = pl.DataFrame(rows, schema=schema, orient="row")
        return self._heirs[day]

    @cached_property
    def new_territories(self) -> pl.DataFrame:
        """Months from which a code means another territory than before: code, month; sorted.

        A code means another territory where it absorbed another code, where it stands for another
        code's territory, and where it begins without a predecessor; not where only its name is new.
        """
        predecessors: dict[tuple[str, date], set[str]] = {}
        for entry in self._entries:
            heir = self._find_next(entry)
            if heir is not None:
                predecessors.setdefault((heir.code, entry.last + _DAY), set()).add(entry.code)
        begins = {(entry.code, entry.first) for entry in self._entries if entry.first > date.min}
        found = {
            (code, months.of(day))
            for code, day in begins | predecessors.keys()
            if self._is_new_territory(code, day, predecessors.get((code, day), set()))
        }
        schema = {"code": pl.String(), "month": pl.String()}
        return pl.DataFrame(sorted(found), schema=schema, orient="row")

    def _is_new_territory(self, code: str, day: date, predecessors: set[str]) -> bool:
        before = self._in_force(code, day - _DAY)
        if before is not None and before.last >= day:
            return True  # it went on, and absorbed another code
        if before is not None:
            return predecessors != {code}
        return len(predecessors) != 1

    @cached_property
    def _entries(self) -> list[_Entry]:
        rows = self.table.select("code", "valid_from", "valid_to", "successor_code").iter_rows()
        return [
            _Entry(code, first or date.min, last or date.max, successor or code)
            for code, first, last, successor in rows
        ]

    @cached_property
    def _entries_by_code(self) -> dict[str, list[_Entry]]:
        found: dict[str, list[_Entry]] = {}
        for entry in self._entries:
            found.setdefault(entry.code, []).append(entry)
        return found

    def _in_force(self, code: str, day: date) -> _Entry | None:
        entries = self._entries_by_code.get(code, [])
        return next((entry for entry in entries if entry.first <= day <= entry.last), None)

    def _find_next(self, entry: _Entry) -> _Entry | None:
        """The entry that has an entry's territory from the day after it ended."""
        if entry.last == date.max:
            return None
        return self._in_force(entry.successor, entry.last + _DAY)

    def _find_heir(self, entry: _Entry, day: date) -> str | None:
        # Every step ends later than the one before, so that this comes to an end.
        heir: _Entry | None = entry
        while heir is not None and heir.last < day:
            heir = self._find_next(heir)
        return None if heir is None else heir.code
