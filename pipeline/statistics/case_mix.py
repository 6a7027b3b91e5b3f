"""Case mix: how many events a unit's cases would have had at the rates of its whole group.

Here belong expected counts, their variance, and limits of observed / expected. Not here: which
cases are of one kind and which units form a group (rankings).
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.statistics import intervals

RARE_SHARE = 0.1
"""Below it a count is near enough to Poisson's distribution."""


def expected_events(cells: pl.DataFrame, strata: list[str]) -> pl.DataFrame:
    """Observed and expected events of each unit, by indirect standardisation within its group.

    `cells` has a row for each group, unit_code and stratum (columns `strata`), in any order, with
    `cases` and `events`, whole numbers. The result has a row for each group and unit_code, sorted:
    cases, events, expected_events (the unit's cases x the group's share of events, added up over
    strata), variance (of that count by chance: n p (1 - p) added up), group_share (events of the
    group / its cases) and shared_cases, those of strata that another unit of the group has too.
    The group's shares include the unit, and are taken as certain: in a stratum that only one unit
    has, the observed events are the expected events.
    """
    # Sorted and added up in that order: sums of floats must not depend on the order of the rows.
    known = cells.filter(pl.col("cases") > 0).sort("group", "unit_code", *strata)
    of_group = ["group", *strata]
    share = pl.col("events").sum().over(of_group) / pl.col("cases").sum().over(of_group)
    placed = known.with_columns(
        share.alias("share"),
        pl.struct("group", "unit_code").rle_id().alias("place"),
        pl.when(pl.len().over(of_group) > 1).then("cases").otherwise(0).alias("shared_cases"),
    )
    counts = placed.group_by("group", "unit_code", maintain_order=True).agg(
        pl.col("cases", "events", "shared_cases").sum()
    )
    places, cases, shares = (placed[name].to_numpy() for name in ("place", "cases", "share"))
    return counts.with_columns(
        pl.Series("expected_events", _sum_by_place(places, cases * shares)),
        pl.Series("variance", _sum_by_place(places, cases * shares * (1 - shares))),
        (pl.col("events").sum().over("group") / pl.col("cases").sum().over("group")).alias(
            "group_share"
        ),
    )


def ratio_limits(confidence_level: float) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Limits of events / expected_events of the columns of `expected_events`, and their kind.

    `byar` where under a tenth of a unit's cases are events: limits of a Poisson count, after Byar
    (Breslow and Day, 1987). Elsewhere these would be too wide, since a share has an upper end and
    a count has none: `wilson`, the limits of the unit's own share of events over its expected
    share. Null where no events are expected.
    """
    events, cases, expected_events = (pl.col(n) for n in ("events", "cases", "expected_events"))
    is_rare = events < RARE_SHARE * cases
    byar = byar_limits(events, confidence_level)
    wilson = [limit * cases for limit in intervals.wilson_limits(events, cases, confidence_level)]
    lower, upper = (
        pl.when(expected_events > 0).then(
            pl.when(is_rare).then(by_count).otherwise(by_share) / expected_events
        )
        for by_count, by_share in zip(byar, wilson, strict=True)
    )
    kind = pl.when(is_rare).then(pl.lit("byar")).otherwise(pl.lit("wilson"))
    return lower, upper, pl.when(expected_events > 0).then(kind)


def byar_limits(events: pl.Expr, confidence_level: float) -> tuple[pl.Expr, pl.Expr]:
    """Byar's limits of a Poisson count: close to the exact ones even for small counts."""
    z = intervals.critical_value(confidence_level)
    following = events + 1

    def limit(count: pl.Expr, side: int) -> pl.Expr:
        return count * (1 - 1 / (9 * count) + side * z / (3 * count.sqrt())) ** 3

    return pl.when(events > 0).then(limit(events, -1)).otherwise(0.0), limit(following, 1)


def _sum_by_place(places: NDArray[np.uint32], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values added up by place, in their order."""
    return np.bincount(places, weights=values).astype(np.float64)
