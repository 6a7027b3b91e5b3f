"""Small numbers in series: months in which a unit had few respondents.

Here belong the months of the satisfied share, on both bases. Not here: the indices of a month
(ratings), control charts, which are drawn from the series as published (indices).
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from pipeline.agencies import Register
from pipeline.suppression.protection import Measure, choose_hidden, is_small
from pipeline.suppression.ratings import SHARES
from pipeline.tables import BASES
from pipeline.tallies import Tallies
from pipeline.tallies.pooling import MonthlyPooling, Pooling

_AS_PUBLISHED, _RESTATED = BASES
_KEY = ["series_month", "unit_code"]


def withhold_series(
    series: pl.DataFrame,
    register: Register,
    limit: int,
    withheld: Mapping[str, AbstractSet[str]],
) -> pl.DataFrame:
    """Series (tables.SERIES) without what tells of a few respondents: value and counts are null.

    `withheld` are the units whose answers the edition of a month withholds, by month: they stay
    withheld in the series of later months. How many were satisfied is null wherever the value is. A
    restated count that is another than the count as published is shown where it is a sum of
    published counts.
    """
    is_share = pl.col("indicator").is_in(SHARES)
    shares = series.filter(is_share)
    published = shares.filter(basis=_AS_PUBLISHED)
    hidden = {
        str(month): _choose_units(rows, register, limit, withheld.get(str(month), frozenset()))
        for (month,), rows in published.group_by("series_month", maintain_order=True)
    }
    differing = _Boundaries.of(published, register).find_telling(hidden)
    joined = series.join(
        _mark(hidden, "is_hidden"), on=_KEY, how="left", maintain_order="left"
    ).join(differing, on=_KEY, how="left", maintain_order="left")
    is_of_others = (pl.col("basis") == _RESTATED) & pl.col("is_telling").is_not_null()
    is_hidden = pl.when(is_of_others).then("is_telling").otherwise("is_hidden")
    is_withheld = is_share & is_hidden.fill_null(value=False)
    is_uncounted = is_share & pl.col("value").is_null()
    return joined.with_columns(
        pl.when(~is_withheld).then("value").alias("value"),
        pl.when(~(is_withheld | is_uncounted)).then("numerator").alias("numerator"),
        pl.when(~is_withheld).then("denominator").alias("denominator"),
    ).select(series.columns)


def _choose_units(
    rows: pl.DataFrame, register: Register, limit: int, withheld: AbstractSet[str]
) -> frozenset[str]:
    """The units of a month to hide; `rows` are those of the month as published."""
    month = str(rows["series_month"][0])
    counts = dict(rows.select("unit_code", "denominator").iter_rows())
    valued = set(rows.drop_nulls("value")["unit_code"])
    parents = Pooling.of(Tallies.of(), month, register).agencies.drop_nulls("parent_code")
    measure = Measure(
        counts,
        dict(parents.select("unit_code", "parent_code").iter_rows()),
        frozenset(unit for unit, count in counts.items() if is_small(count, limit)),
    )
    return choose_hidden(
        [measure], limit, withheld, lambda unit, count: (unit in valued, count, unit)
    )


@dataclass(frozen=True)
class _Boundaries:
    """The units with counts that each agency adds up in each month, on both bases.

    Both frames: series_month, unit_code, pooled_code.
    """

    published: pl.DataFrame
    restated: pl.DataFrame

    @staticmethod
    def of(published: pl.DataFrame, register: Register) -> "_Boundaries":
        """From the rows of the satisfied share as published."""
        if published.is_empty():
            nothing = pl.DataFrame(schema=dict.fromkeys((*_KEY, "pooled_code"), pl.String))
            return _Boundaries(nothing, nothing)
        counted = published.select(_KEY).unique()
        pooling = MonthlyPooling.of(counted, register)
        # Units that the register does not know, or no longer, are there where they have counts.
        cells = Tallies.of(answers=counted.rename({"series_month": "month"}).lazy())
        today = Pooling.of(cells, str(published["month"][0]), register)
        own, restated = (
            each.select(*_KEY, "pooled_code").join(counted, on=_KEY, how="semi").unique()
            for each in (pooling.pools.members, pooling.restate(today).members)
        )
        return _Boundaries(own, restated)

    def find_telling(self, hidden: Mapping[str, AbstractSet[str]]) -> pl.DataFrame:
        """The restated agencies that add up other units than as published, in each month.

        series_month, unit_code and is_telling: whether their count is no sum of published counts. A
        hidden unit is safe under the nearest unit above it that is published: counts that have all
        or none of the units of that one tell nothing of it. What is not known to be such a sum is
        telling.
        """
        rows = pl.concat([self.published, self.restated])
        in_one_only = rows.group_by(rows.columns).len().filter(pl.col("len") == 1)
        marks = []
        for (month,), units in in_one_only.group_by("series_month"):
            groups = _Groups(
                _trees(self.published, str(month)), hidden.get(str(month), frozenset())
            )
            restated = _trees(self.restated, str(month))
            for unit in sorted(set(units["pooled_code"])):
                is_telling = unit not in restated or groups.are_cut_by(restated[unit])
                marks.append((month, unit, is_telling))
        schema = dict.fromkeys(_KEY, pl.String) | {"is_telling": pl.Boolean}
        return pl.DataFrame(marks, schema=schema, orient="row")


@dataclass(frozen=True)
class _Groups:
    """The hidden units of a month; `trees` has every unit with those below it and itself."""

    trees: Mapping[str, frozenset[str]]
    hidden: AbstractSet[str]

    def are_cut_by(self, members: frozenset[str]) -> bool:
        """Whether a sum of these units has a part, and not the whole, of a published group, or of
        units that no published one is above.
        """
        wholes, alone = self._split
        return not alone.isdisjoint(members) or any(
            not whole.isdisjoint(members) and not whole <= members for whole in wholes
        )

    @cached_property
    def _split(self) -> tuple[set[frozenset[str]], frozenset[str]]:
        """The smallest published group of each hidden unit, and the hidden units without one."""
        groups: dict[str, frozenset[str]] = {}
        for code in sorted(
            self.trees.keys() - self.hidden, key=lambda each: -len(self.trees[each])
        ):
            groups |= dict.fromkeys(self.trees[code] & self.hidden, self.trees[code])
        return set(groups.values()), frozenset(self.hidden - groups.keys())


def _trees(members: pl.DataFrame, month: str) -> dict[str, frozenset[str]]:
    """The units that each agency adds up in a month."""
    pairs = members.filter(pl.col("series_month") == month).group_by("pooled_code")
    return {
        agency: frozenset(units)
        for agency, units in pairs.agg("unit_code").select("pooled_code", "unit_code").iter_rows()
    }


def _mark(units: Mapping[str, AbstractSet[str]], name: str) -> pl.DataFrame:
    """A row for each month and unit, with the column `name`, which is true."""
    rows = [(month, unit) for month in sorted(units) for unit in sorted(units[month])]
    schema = dict.fromkeys(_KEY, pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        pl.lit(value=True).alias(name)
    )
