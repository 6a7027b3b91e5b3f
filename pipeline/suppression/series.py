"""Small numbers in series: months in which a unit had few respondents.

Here belong the months of the satisfied share, on both bases. Not here: the indices of a month
(ratings), control charts, which are drawn from the series as published (indices).
"""

from collections import defaultdict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from pipeline.agencies import Register
from pipeline.indices.pooling import MonthlyPooling, Pooling
from pipeline.suppression.protection import Measure, choose_hidden, is_small
from pipeline.suppression.ratings import SHARES
from pipeline.tables import BASES
from pipeline.tallies import Tallies

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
    is_hidden_as_published = _mark(hidden, "is_hidden")
    counts = published.select(*_KEY, "numerator", "denominator")
    is_same = pl.all_horizontal(
        pl.col(name).eq_missing(pl.col(f"{name}_published"))
        for name in ("numerator", "denominator")
    )
    differing = (
        shares.filter(basis=_RESTATED)
        .join(counts, on=_KEY, how="left", suffix="_published")
        .filter(~is_same)
        .select(_KEY)
    )
    is_telling = _mark(_find_telling(differing, published, hidden, register), "is_telling")
    is_other = _mark(_group(differing), "is_other")
    joined = series
    for marks in (is_hidden_as_published, is_telling, is_other):
        joined = joined.join(marks, on=_KEY, how="left", maintain_order="left")
    is_restated = (pl.col("basis") == _RESTATED) & pl.col("is_other").fill_null(value=False)
    is_hidden = pl.when(is_restated).then("is_telling").otherwise("is_hidden")
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


def _find_telling(
    differing: pl.DataFrame,
    published: pl.DataFrame,
    hidden: Mapping[str, AbstractSet[str]],
    register: Register,
) -> dict[str, set[str]]:
    """The restated units, by month, whose count is no sum of published counts.

    A hidden unit is safe under the nearest unit above it that is published: it is told nothing of
    by counts that have all or none of the units of that one.
    """
    if differing.is_empty():
        return {}
    month = str(published["month"][0])
    pooling = MonthlyPooling.of(published.select(_KEY).unique(), register)
    restated = pooling.restate(Pooling.of(Tallies.of(), month, register)).members
    found: dict[str, set[str]] = {}
    for each, units in _group(differing).items():
        of_month = pl.col("series_month") == each
        counted = frozenset(published.filter(of_month)["unit_code"])
        trees = _trees(pooling.pools.members.filter(of_month), counted)
        members = _trees(restated.filter(of_month), counted)
        groups = _Groups(trees, hidden.get(each, frozenset()))
        found[each] = {unit for unit in units if groups.are_cut_by(members.get(unit, frozenset()))}
    return found


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


def _trees(members: pl.DataFrame, counted: frozenset[str]) -> dict[str, frozenset[str]]:
    """The counted units that each agency adds up."""
    found: dict[str, set[str]] = defaultdict(set)
    for unit, agency in members.select("unit_code", "pooled_code").iter_rows():
        if unit in counted:
            found[agency].add(unit)
    return {agency: frozenset(units) for agency, units in found.items() if agency}


def _group(rows: pl.DataFrame) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for month, unit in rows.select(_KEY).iter_rows():
        found[month].add(unit)
    return found


def _mark(units: Mapping[str, AbstractSet[str]], name: str) -> pl.DataFrame:
    """A row for each month and unit, with the column `name`, which is true."""
    rows = [(month, unit) for month in sorted(units) for unit in sorted(units[month])]
    schema = dict.fromkeys(_KEY, pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        pl.lit(value=True).alias(name)
    )
