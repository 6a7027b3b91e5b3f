"""The satisfied share adjusted for who answers: what all who were served would say, were those who
are silent like those who answered in the same situation.

Here belong, for each unit, who was served and who answered, which margins the weights meet, the
adjusted share with its error, and how far the answers represent the served. Not here: the groups of
the served (served), the formulas (statistics.weighting, statistics.representation), ranks
(rankings.representation).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from pipeline.indices.scope import IndexScope
from pipeline.indices.served import (
    PRODUCTS,
    Cells,
    Level,
    count_served,
    cross_levels,
    join_levels,
    list_levels,
    read_cells,
    read_pairs,
)
from pipeline.methods import Method
from pipeline.statistics import representation, weighting
from pipeline.statistics.representation import Representation
from pipeline.statistics.weighting import Floats, Integers, Margin, NotRakedError, Raked
from pipeline.tables import MARGINS, NOT_SERVED, SERVED_TIMES
from pipeline.tallies import Tallies
from pipeline.tallies.rated import GROUP

_ROUNDS, _ROUNDS_OF_RAKING = 50, 200
_MOST_GAP = 0.05
"""Where bounded weights put more of the served into a wrong level, a margin is given up [ours]."""
_ROUNDING = 1e-9
"""A variance of an answer that is less, as a share of that of a simple sample, is none."""


@dataclass(frozen=True)
class Adjusted:
    """What is known of a unit's served and of its answers.

    `way` is post_stratified, raked, or empty where the crude share stands: then `note` says why,
    and `share`, `error` and what belongs to weights are NaN. `margins` are those that the weights
    meet. `answered` counts rated dossiers among those served, `unmatched` the others. `crude` is
    the share of the answered. `largest_weight` is that of an answer, as a multiple of the mean;
    `cut_share` of the answers had a larger one; `moved_by_bound` is what cutting them changed the
    share by. `without_answer` is the share of the served in groups of whom nobody answered. `parts`
    are, by what became of the dossier (tables.SERVED_TIMES), the share of all weights, and of them
    those satisfied.
    """

    unit_code: str
    asked: str
    served: int
    answered: int
    unmatched: int
    crude: float
    way: str
    note: str
    margins: tuple[str, ...]
    share: float
    error: float
    effective_n: float
    largest_weight: float
    cut_share: float
    moved_by_bound: float
    without_answer: float
    indicator: Representation | None
    levels: tuple[Level, ...]
    parts: Mapping[str, tuple[float, float]]

    @property
    def response_rate(self) -> float:
        """The share of the served that answered."""
        return self.answered / self.served

    @property
    def bounds(self) -> tuple[float, float]:
        """The share of all served if all who are silent are not satisfied, or all are."""
        return representation.bound_share(self.crude, self.response_rate)


def measure(tallies: Tallies, asked: pl.DataFrame, scope: IndexScope) -> Iterator[Adjusted]:
    """The units of `asked` (unit_code, scale: the scale and kind of question that counts) of which
    ratings name dossiers served in the month, in the order of their codes.

    `tallies` have outcomes by one deadline rule.
    """
    this_month = pl.col("month") == scope.month
    pools = scope.pools.select_units(asked["unit_code"])
    served = pools.pool_counts(count_served(tallies.outcomes.filter(this_month)), *GROUP)
    rated = pools.pool_counts(
        tallies.rated.filter(this_month).select(
            "unit_code", "asked", *GROUP, "dossiers", "weight_millionths", "satisfied_millionths"
        ),
        "asked",
        *GROUP,
    )
    chosen = asked.lazy().select("unit_code", asked="scale").sort("unit_code")
    counted = rated.join(chosen, on=["unit_code", "asked"], how="semi").collect()
    unmatched = (
        counted.filter(served=NOT_SERVED).group_by("unit_code").agg(pl.col("dossiers").sum())
    )
    unmatched_by_unit = dict(unmatched.iter_rows())
    key = ["unit_code", *GROUP]
    numbered = (
        served.collect()
        .join(counted.filter(pl.col("served") != NOT_SERVED), on=key, how="left", suffix="_rated")
        .fill_null(0)
        .sort(key)
        .with_columns(group=pl.int_range(pl.len()).over("unit_code"))
    )
    cells = numbered.partition_by("unit_code", as_dict=True)
    pairs = read_pairs(
        tallies.rated_pairs.filter(this_month).join(chosen, on=["unit_code", "asked"], how="semi"),
        numbered.select(*key, "group"),
    ).partition_by("unit_code", as_dict=True)
    for unit, scale in chosen.collect().iter_rows():
        groups = cells.get((unit,))
        if groups is None or groups["dossiers_rated"].sum() == 0:
            continue
        counted_of = _Unit(
            unit, scale, groups, pairs.get((unit,)), int(unmatched_by_unit.get(unit, 0))
        )
        yield _adjust(counted_of, scope.method)


@dataclass(frozen=True)
class _Unit:
    """What is counted of a unit: its groups of dossiers, served and rated, the products of its
    respondents' answers (`read_pairs`), and the rated dossiers that were not served.
    """

    code: str
    asked: str
    groups: pl.DataFrame
    pairs: pl.DataFrame | None
    unmatched: int


def _adjust(unit: _Unit, method: Method) -> Adjusted:
    groups = unit.groups
    cells = read_cells(groups)
    is_answered = cells.answered > 0
    answered = int(cells.answered.sum())
    crude = float(cells.satisfied.sum() / cells.weight.sum())
    joined = {name: join_levels(name, cells, method.minimum_answers_of_level) for name in MARGINS}
    stratum = cross_levels([joined[name] for name in MARGINS])
    note = _find_note(answered, unit.unmatched, method)
    weighed = None if note else _weigh(cells, joined, stratum, method)
    if weighed is None and not note:
        note = "margins_not_met"
    means = np.divide(
        cells.satisfied, cells.weight, out=np.zeros_like(cells.weight), where=is_answered
    )
    estimate = _NO_ESTIMATE
    weights = cells.weight / cells.weight.sum()
    if weighed is not None:
        estimate = _estimate(means[is_answered], cells, weighed, unit, method)
        weights = np.zeros_like(cells.weight)
        weights[is_answered] = weighed.raked.weights / weighed.raked.weights.sum()
    return Adjusted(
        unit_code=unit.code,
        asked=unit.asked,
        served=int(cells.served.sum()),
        answered=answered,
        unmatched=unit.unmatched,
        crude=crude,
        way="" if weighed is None else weighed.way,
        note=note,
        margins=() if weighed is None else weighed.margins,
        share=estimate.share,
        error=estimate.error,
        effective_n=estimate.effective_n,
        largest_weight=estimate.largest_weight,
        cut_share=estimate.cut_share,
        moved_by_bound=estimate.moved_by_bound,
        without_answer=float(cells.served[~is_answered].sum() / cells.served.sum()),
        indicator=representation.measure_representation(
            weighting.add_up(stratum, cells.served), weighting.add_up(stratum, cells.answered)
        ),
        levels=tuple(list_levels(cells, joined, weights)),
        parts=_list_parts(groups["served"], weights, means),
    )


def _find_note(answered: int, unmatched: int, method: Method) -> str:
    """Why the crude share stands; empty where it need not."""
    if answered < method.minimum_respondents:
        return "too_few_matched"
    return "mostly_unmatched" if unmatched > answered else ""


@dataclass(frozen=True)
class _Weighed:
    """The weights of the groups that answered."""

    way: str
    margins: tuple[str, ...]
    met: tuple[Margin, ...]
    raked: Raked
    unbounded: Floats
    is_cut: npt.NDArray[np.bool_]


def _weigh(
    cells: Cells, joined: Mapping[str, Integers], stratum: Integers, method: Method
) -> _Weighed | None:
    """Weights that meet the crossing of all margins where each stratum has enough answers, else the
    margins one by one; None where not even one can be met.
    """
    if (np.bincount(stratum, cells.answered) >= method.minimum_answers_of_level).all():
        weighed = _meet("post_stratified", {"+".join(MARGINS): stratum}, cells, method)
        if weighed:
            return weighed
    for size in range(len(MARGINS), 0, -1):
        levels = {name: joined[name] for name in MARGINS[:size] if joined[name].any()}
        if levels and (weighed := _meet("raked", levels, cells, method)):
            return weighed
    return None


def _meet(
    way: str, levels: Mapping[str, Integers], cells: Cells, method: Method
) -> _Weighed | None:
    """Weights of the groups that answered, which meet the margins; None where they cannot.

    `levels` has the level of each group, by the names of the margin joined by +.
    """
    is_answered = cells.answered > 0
    margins = tuple(
        Margin(level[is_answered], weighting.add_up(level, cells.served))
        for level in levels.values()
    )
    try:
        raked = weighting.rake(cells.weight[is_answered], margins, most_rounds=_ROUNDS_OF_RAKING)
    except NotRakedError:
        return None
    bounded = weighting.bound_weights(
        raked.weights, margins, method.maximum_weight, _ROUNDS, cells.answered[is_answered]
    )
    if bounded.gap > _MOST_GAP:
        return None
    final = Raked(bounded.weights, tuple(bounded.weights for _ in margins))
    names = tuple(name for joined in levels for name in joined.split("+"))
    return _Weighed(way, names, margins, final, raked.weights, bounded.is_cut)


@dataclass(frozen=True)
class _Estimate:
    """The adjusted share and what belongs to its weights, as Adjusted has them."""

    share: float
    error: float
    effective_n: float
    largest_weight: float
    cut_share: float
    moved_by_bound: float


_NO_ESTIMATE = _Estimate(*(float("nan") for _ in range(6)))


def _estimate(
    means: Floats, cells: Cells, weighed: _Weighed, unit: _Unit, method: Method
) -> _Estimate:
    """The estimate from the satisfied shares (`means`) and weights of the groups that answered."""
    answered = cells.answered[cells.answered > 0]
    count = answered.sum()
    weights = weighed.raked.weights
    each = weights / answered
    share = weighting.weighted_mean(means, weights)
    error = _find_error(means, cells, weighed, unit)
    spread = share * (1 - share)
    # All alike: the error is 0, and the sample no larger than its weights leave it.
    is_rounding = error**2 * count <= _ROUNDING * spread
    by_weight = float(weights.sum() ** 2 / np.sum(weights * each))
    sample = by_weight if is_rounding else spread / error**2
    widening = weighting.find_widening(
        means, weighed.raked, weighed.met, answered, method.confidence_level
    )
    return _Estimate(
        share=share,
        error=error,
        effective_n=sample / widening**2,
        largest_weight=float(each.max() * count / weights.sum()),
        cut_share=float(answered[weighed.is_cut].sum() / count),
        moved_by_bound=share - weighting.weighted_mean(means, weighed.unbounded),
    )


def _find_error(means: Floats, cells: Cells, weighed: _Weighed, unit: _Unit) -> float:
    """The standard error of the adjusted share, with a respondent's dossiers taken together.

    From sums of products over respondents (tables.RATED_PAIRS), in place of their answers.
    """
    is_answered = cells.answered > 0
    weights, total = weighed.raked.weights, weighed.raked.weights.sum()
    influence = weighting.take_out_margins(
        means, weighed.raked, weighed.met, cells.answered[is_answered]
    )
    expected = means - influence * total / weights
    per_answer = weights / cells.weight[is_answered] / total
    if unit.pairs is None:
        return float("nan")
    # Pairs name groups by their place among all; only those that answered have a weight.
    place = np.cumsum(is_answered) - 1
    one, other = (place[unit.pairs[name].to_numpy()] for name in ("group", "other_group"))
    products, by_weight, weight_products = (unit.pairs[name].to_numpy() for name in PRODUCTS)
    # Of each pair and of the same pair the other way round: their mixed products add up alike.
    part = (
        products
        - 2 * expected[other] * by_weight
        + expected[one] * expected[other] * weight_products
    ) * (per_answer[one] * per_answer[other])
    people = float(cells.answered.sum())
    squares = float(pl.Series(part).sum()) - influence.sum() ** 2 / people
    variance = squares * people / (people - 1)
    return float(np.sqrt(max(variance, 0.0)))


def _list_parts(
    served: pl.Series, weights: Floats, means: Floats
) -> dict[str, tuple[float, float]]:
    """By what became of the dossier: its share of all weights, and of that the satisfied."""
    parts = {}
    for time in SERVED_TIMES:
        is_own = (served == time).to_numpy()
        parts[time] = (float(weights[is_own].sum()), float((weights * means)[is_own].sum()))
    return parts
