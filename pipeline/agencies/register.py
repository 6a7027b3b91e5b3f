"""Looking agencies up in a month.

Here belongs the register in memory. Not here: files (reading), whether rows agree (checks), how
territories pass from one agency to the next (succession).
"""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

import polars as pl

from pipeline import months
from pipeline.agencies.succession import Succession


@dataclass(frozen=True, eq=False)
class Register:
    """Agencies and units over time.

    `table` has the columns of tables.AGENCIES, one row a code and span of days, sorted by
    code and first day. `digest` is the SHA-256 (hex) of that content: the same agencies give
    the same digest, in whatever order their files list them. `left_out` are codes of agencies that
    do not send to this installation (selection).
    """

    table: pl.DataFrame
    digest: str
    left_out: frozenset[str] = frozenset()
    _in_force: dict[str, pl.DataFrame] = field(default_factory=dict, init=False, repr=False)
    _names: dict[str, dict[str, str]] = field(default_factory=dict, init=False, repr=False)
    _units: dict[str, dict[str, list[str]]] = field(default_factory=dict, init=False, repr=False)

    def at(self, month: str) -> pl.DataFrame:
        """The agencies in force in a month: columns of tables.AGENCIES, one row a code.

        In force are those whose days overlap with the month. Of two rows of one code the one that
        begins later is taken. Sorted by code.
        """
        if month not in self._in_force:
            first, after = months.start(month).date(), months.end(month).date()
            has_begun = pl.col("valid_from").is_null() | (pl.col("valid_from") < after)
            is_not_over = pl.col("valid_to").is_null() | (pl.col("valid_to") >= first)
            self._in_force[month] = self.table.filter(has_begun & is_not_over).unique(
                "code", keep="last", maintain_order=True
            )
        return self._in_force[month]

    def below(self, sender_code: str, month: str) -> frozenset[str]:
        """The sender and all units below it in a month; empty when it is not in force."""
        if sender_code not in self._names_at(month):
            return frozenset()
        units = self._units_at(month)
        found = {sender_code}
        to_visit = [sender_code]
        while to_visit:
            below = [code for code in units.get(to_visit.pop(), []) if code not in found]
            found.update(below)
            to_visit.extend(below)
        return frozenset(found)

    def restated(self, month: str, of: str) -> pl.DataFrame:
        """Codes of an earlier month on the boundaries of a month's last day: code, restated_code.

        `of` is the earlier month. One row for each code of the register: as it stood in that month,
        else as it last stood before, else as it first stands. restated_code is the code that has
        its territory now, over as many steps as there were; null where nobody took over. Sorted by
        code.
        """
        last_day = months.end(month).date() - timedelta(days=1)
        has_begun = pl.col("valid_from").is_null() | (pl.col("valid_from") < months.end(of).date())
        entries = (
            self._succession.heirs(last_day)
            .with_columns(has_begun.alias("has_begun"))
            .sort("code", "valid_from", nulls_last=False)
        )
        # Of the entries that have begun the last one, else the first one.
        return entries.group_by("code", maintain_order=True).agg(
            pl.when(pl.col("has_begun").any())
            .then(pl.col("restated_code").filter(pl.col("has_begun")).last())
            .otherwise(pl.col("restated_code").first())
            .alias("restated_code")
        )

    def successors(self, month: str) -> pl.DataFrame:
        """Codes no longer in force in a month and the code that has their territory.

        Columns: code, successor_code. Codes without an heir are left out. Sorted by code.
        """
        return (
            self.restated(month, of=month)
            .filter(~pl.col("code").is_in(self.at(month)["code"].implode()))
            .drop_nulls()
            .rename({"restated_code": "successor_code"})
        )

    @property
    def new_territories(self) -> pl.DataFrame:
        """Months from which a code means another territory than before: code, month; sorted.

        A code that absorbed another code or begins anew; not a code that only changed its name.
        """
        return self._succession.new_territories

    @cached_property
    def _succession(self) -> Succession:
        return Succession(self.table)

    def name(self, code: str, month: str) -> str:
        """Name in Vietnamese in a month.

        The last known name where the agency is not in force in the month; the code itself where the
        register does not have it.
        """
        names = self._names_at(month)
        if code in names:
            return names[code]
        known = self.table.filter(pl.col("code") == code)["name_vi"]
        return str(known[-1]) if len(known) else code

    def names_en(self, month: str) -> dict[str, str]:
        """Names in English in a month, by code; agencies without one are left out."""
        named = self.at(month).select("code", "name_en").drop_nulls()
        return dict(named.iter_rows())

    def _names_at(self, month: str) -> dict[str, str]:
        if month not in self._names:
            agencies = self.at(month)
            self._names[month] = dict(
                zip(agencies["code"].to_list(), agencies["name_vi"].to_list(), strict=True)
            )
        return self._names[month]

    def _units_at(self, month: str) -> dict[str, list[str]]:
        if month not in self._units:
            units: dict[str, list[str]] = {}
            for code, parent in self.at(month).select("code", "parent_code").iter_rows():
                units.setdefault(parent, []).append(code)
            self._units[month] = units
        return self._units[month]
