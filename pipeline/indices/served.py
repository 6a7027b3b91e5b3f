"""The served of a unit by what is known of them: groups, and the levels that they are joined to.

Here belong how many were served and how many answered in each group, and which levels of a margin
have enough answers. Not here: weights (adjusted).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipeline.statistics.weighting import Floats, Integers
from pipeline.tables import MARGINS
from pipeline.tallies.rated import GROUP

LATE = ("late", "late_before")
_MILLION = 1_000_000.0
PRODUCTS = ("satisfied_products", "satisfied_by_weight", "weight_products")
"""The sums over respondents that an error rests on (tables.RATED_PAIRS)."""


@dataclass(frozen=True)
class Level:
    """A level of a margin: some of its values together, how many of them were served, and how
    many answered.
    """

    margin: str
    values: tuple[str, ...]
    served: int
    answered: int
    share: float
    """Of the answers the satisfied share; NaN without any."""
    weight: float
    """Of the weights of all answers the share that its answers have."""


@dataclass(frozen=True)
class Cells:
    """The groups of a unit's dossiers: an element a group.

    `values` are by margin; `weight` and `satisfied` sums over the answers.
    """

    values: Mapping[str, list[str]]
    served: Floats
    answered: Floats
    weight: Floats
    satisfied: Floats


def read_cells(groups: pl.DataFrame) -> Cells:
    """The groups of a unit: GROUP, dossiers served, and sums of those rated."""
    return Cells(
        values={
            "lateness": ["late" if each in LATE else "not_late" for each in groups["served"]],
            **{name: groups[name].to_list() for name in MARGINS[1:]},
        },
        served=groups["dossiers"].to_numpy().astype(float),
        answered=groups["dossiers_rated"].to_numpy().astype(float),
        weight=groups["weight_millionths"].to_numpy() / _MILLION,
        satisfied=groups["satisfied_millionths"].to_numpy() / _MILLION,
    )


def read_pairs(pairs: pl.LazyFrame, groups: pl.DataFrame) -> pl.DataFrame:
    """Cells of tables.RATED_PAIRS by unit and the numbers of their groups: group, other_group, and
    the products in whole weights, in the order of these.

    Of all units at once: joining a table for each unit took a third of the time.
    """
    other = groups.rename({name: f"other_{name}" for name in (*GROUP, "group")})
    return (
        pairs.join(groups.lazy(), on=["unit_code", *GROUP])
        .join(other.lazy(), on=["unit_code", *(f"other_{name}" for name in GROUP)])
        .select(
            *("unit_code", "group", "other_group"),
            *(pl.col(name).cast(pl.Float64) / _MILLION**2 for name in PRODUCTS),
        )
        # The sum of floats depends on their order.
        .sort("unit_code", "group", "other_group", *PRODUCTS)
        .collect()
    )


def count_served(outcomes: pl.LazyFrame) -> pl.LazyFrame:
    """Dossiers that got their result in the month, by unit and GROUP."""
    return outcomes.filter(pl.col("served").is_not_null()).select("unit_code", *GROUP, "dossiers")


def join_levels(margin: str, cells: Cells, least_answers: int) -> Integers:
    """The level of each group in a margin, numbered from 0.

    While a level has fewer than `least_answers`, the one with the fewest (of equally few the first
    by name) is joined with the one that has the next fewest.
    """
    names, number = np.unique(cells.values[margin], return_inverse=True)
    answered = np.bincount(number, cells.answered, minlength=len(names))
    members = {place: [place] for place in range(len(names))}
    counts = {place: float(count) for place, count in enumerate(answered)}
    while len(counts) > 1:
        by_count = sorted(counts, key=lambda place: (counts[place], place))
        fewest, next_fewest = by_count[:2]
        if counts[fewest] >= least_answers:
            break
        members[next_fewest] += members.pop(fewest)
        counts[next_fewest] += counts.pop(fewest)
    level = np.empty(len(names), dtype=np.int64)
    for new, old in enumerate(sorted(members)):
        level[members[old]] = new
    return level[number]


def cross_levels(levels: list[Integers]) -> Integers:
    """The combination of levels that each group has, numbered from 0."""
    crossed = np.zeros(len(levels[0]), dtype=np.int64)
    for level in levels:
        crossed = crossed * (level.max() + 1) + level
    return np.unique(crossed, return_inverse=True)[1]


def list_levels(cells: Cells, joined: Mapping[str, Integers], weights: Floats) -> Iterator[Level]:
    """The levels of every margin, those with most served first."""
    for margin, level in joined.items():
        sums = [
            np.bincount(level, each)
            for each in (cells.served, cells.answered, cells.weight, cells.satisfied, weights)
        ]
        values: dict[int, set[str]] = {}
        for value, own in zip(cells.values[margin], level.tolist(), strict=True):
            values.setdefault(own, set()).add(value)
        for number in np.argsort(-sums[0], kind="stable"):
            served, answered, weight, satisfied, share = (float(each[number]) for each in sums)
            yield Level(
                margin,
                tuple(sorted(values[int(number)])),
                int(served),
                int(answered),
                satisfied / weight if weight else float("nan"),
                share,
            )
