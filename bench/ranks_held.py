"""Do rank sets hold the true ranks as often as they say? Questions of `make calibrate`.

Leagues are drawn, their indices and rankings computed as an edition does. Where units are equal in
truth, each of them may have any rank that the tie leaves, and a set holds the truth only where it
holds all of these (Mogstad, Romano, Shaikh and Wilhelm 2023, who reject no pair of equal units at
the level asked for). Not here: limits of single units (limits_held).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from bench import simulated_durations, simulated_leagues
from bench.coverage import Range, Row, Section, by_unit, row
from bench.limits_held import METHOD, computed
from bench.simulated_leagues import MONTH, Codes, Drawn, Flags, Numbers, Units
from pipeline import rankings, tables
from pipeline.agencies import Register
from pipeline.rankings import RankingScope, joint_limits, leagues, rank_sets
from pipeline.statistics import rank_sets as comparison
from pipeline.statistics.intervals import critical_value
from pipeline.tallies import Tallies

UNITS = 16
"""Units of a league."""
_BEST = 5
_SPREAD = 0.02
_HISTORY = METHOD.required_history_months + METHOD.minimum_months_of_series - 1
_OF_SPREAD, _OF_EQUALS = (0.936, 1.0), (0.936, 0.97)
"""95 % less two Monte-Carlo errors of 1,000 leagues; sets from all pairs of equals reach it."""


@dataclass(frozen=True)
class Sets:
    """Best and worst rank that are not excluded: a row a league, a column a unit."""

    lower: Numbers
    upper: Numbers

    @property
    def width(self) -> str:
        """Mean number of ranks in a set."""
        return f"{(self.upper - self.lower + 1).mean():.2f} ranks"


@dataclass(frozen=True)
class Truth:
    """The ranks that units have in truth, from best to worst where they are equal."""

    best: Numbers
    worst: Numbers

    @staticmethod
    def of(values: Numbers) -> "Truth":
        """From true values, more being better."""
        above = (values[:, None] < values).sum(axis=1)
        below = (values[:, None] > values).sum(axis=1)
        return Truth(1 + above, len(values) - below)

    def held(self, sets: Sets) -> Numbers:
        """1 where a set holds all ranks that its unit may have in truth."""
        held: Flags = (sets.lower <= self.best) & (self.worst <= sets.upper)
        return held.astype(np.float64)

    def all_held(self, sets: Sets) -> Numbers:
        """1 where all sets of a league do."""
        held: Numbers = np.min(self.held(sets), axis=1)
        return held


def spread(count: int) -> Section:
    """Leagues of units that differ."""
    units, speeds = simulated_leagues.mixed(UNITS), simulated_durations.mixed(UNITS)
    rows = [*_of_values(units, count, "R", _OF_SPREAD), *_of_times(speeds, count, "RT")]
    return Section(
        "Rank sets where units differ",
        f"{count:,} simulated months of a league of {UNITS} units with 100 to 4,000 dossiers due, "
        "of which 60 to 97 % end in time; median times of 3 to 12 days. Marginal sets hold for a "
        "unit, all others for all units of the league at once.",
        rows,
        "Most sets hold more often than asked: 95 % is the promise for the worst case, units that "
        "are equal. Steps only narrow the sets. Joint limits are what times get, and leagues of "
        f"over {rank_sets.LARGEST_PAIRWISE_LEAGUE} units; here they are asked in the same small "
        "league.",
    )


def equals(count: int) -> Section:
    """Leagues of units that do not differ."""
    units, speeds = simulated_leagues.equal(UNITS), simulated_durations.equal(UNITS)
    rows = [*_of_values(units, count, "E", _OF_EQUALS), *_of_times(speeds, count, "ET")]
    return Section(
        "Rank sets in a league of equals",
        f"{count:,} simulated months of a league of {UNITS} units that are all the same: 600 "
        "dossiers due, 85 % on time, a median of six days. Equal units may have every rank of "
        f"their tie (Mogstad and others, 2023), so a set that holds the truth has all {UNITS}.",
        rows,
        "Here the sets from all pairs hold what they promise, no more. Joint limits compare two "
        "limits, each at a level for the whole league, and hold more often than they need to. Told "
        "apart pair by pair, some of the equals seem to differ in most months.",
    )


def equals_over_months(count: int) -> Section:
    """Leagues of units that do not differ in the long run, whose months do."""
    same = simulated_leagues.equal(UNITS)
    units = replace(same, spread=np.full(UNITS, _SPREAD), due=same.due * 3, rated=0.0)
    drawn = simulated_leagues.drawn(units, count, "EM", history=_HISTORY)
    indices = computed(drawn.tallies, drawn.register)
    month = drawn.tallies.outcomes.filter(pl.col("month") == MONTH)
    naive = computed(replace(drawn.tallies, outcomes=month), drawn.register)
    truth, rows = Truth.of(units.on_time), list[Row]()
    for what, indicator in (
        ("on time of due", "due_on_time"),
        ("processing-time index", "processing_time_index"),
    ):
        ranked = ranked_by(indicator, indices, drawn.tallies, drawn.register)
        rows += _published(what, ranked, drawn.codes, truth, _OF_SPREAD)
        by_chance = _sets(
            ranked_by(indicator, naive, drawn.tallies, drawn.register), drawn.codes, "simultaneous"
        )
        rows.append(
            row(
                f"simultaneous, {what}, chance alone",
                truth.all_held(by_chance),
                truth="all ranks at once",
                width=by_chance.width,
                is_naive=True,
            )
        )
    return Section(
        "Rank sets in a league of equals that vary from month to month",
        f"{count:,} simulated months of {UNITS} units, each with {units.due[0]:,} dossiers due a "
        "month, of which 85 % end in time in the long run; from month to month that probability "
        f"varies by {100 * _SPREAD:.0f} points (standard deviation), apart in each unit. Sets rest "
        f"on {METHOD.minimum_months_of_series} months of each series.",
        rows,
        "How much months vary is an estimate from twelve of them. Errors are widened as the limits "
        "are, by Student's t, so that the sets hold a little more often than asked.",
    )


def _of_values(units: Units, count: int, name: str, asked: Range) -> Iterator[Row]:
    """Sets by the on-time rate in all their kinds, and by the composite."""
    drawn = simulated_leagues.drawn(units, count, name)
    indices = computed(drawn.tallies, drawn.register)
    ranked = ranked_by("due_on_time", indices, drawn.tallies, drawn.register)
    truth = Truth.of(units.on_time)
    yield from _published("on time of due", ranked, drawn.codes, truth, asked)
    yield from _among_best(ranked, drawn.codes, truth, asked)
    compared = _compared(indices, drawn)
    yield from _without_steps(compared, drawn.codes, truth, asked)
    yield _of_joint_limits(compared, drawn, truth)
    yield from _naive(compared, ranked, drawn.codes, truth)
    by_both = ranked_by("reform_performance_index", indices, drawn.tallies, drawn.register)
    of_both = Truth.of(units.reform_performance_index)
    yield from _published("composite", by_both, drawn.codes, of_both, asked)


def _of_times(speeds: simulated_durations.Speeds, count: int, name: str) -> Iterator[Row]:
    """Joint sets by the median, as published; shorter is better."""
    ages, codes = simulated_durations.drawn(speeds, count, name)
    tallies, register = Tallies.of(ages=ages.lazy()), simulated_leagues.register_of(codes)
    indices = computed(tallies, register)
    ranked = ranked_by("median_time_days", indices, tallies, register)
    sets = _sets(ranked, codes, "rank")
    yield row(
        "joint limits (Klein and others), Kaplan-Meier median",
        Truth.of(-speeds.median_days).all_held(sets),
        truth="all ranks at once",
        asked=_OF_SPREAD,
        width=sets.width,
    )


def ranked_by(
    indicator: str,
    indices: pl.DataFrame,
    tallies: Tallies,
    register: Register,
    previous: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The rankings of an edition by one indicator."""
    method = METHOD.model_copy(update={"indicators": (METHOD.indicator(indicator),)})
    nothing_sent = tables.DELIVERED.empty()
    scope = RankingScope(MONTH, method, register)
    return rankings.compute(indices, previous, tallies, nothing_sent, scope)


def _sets(ranked: pl.DataFrame, codes: Codes, kind: str) -> Sets:
    return Sets(by_unit(ranked, codes, f"{kind}_lower"), by_unit(ranked, codes, f"{kind}_upper"))


def _published(
    what: str, ranked: pl.DataFrame, codes: Codes, truth: Truth, asked: Range
) -> Iterator[Row]:
    """The sets as they are printed: from all pairs, with steps."""
    marginal, at_once = _sets(ranked, codes, "rank"), _sets(ranked, codes, "simultaneous")
    yield from _both_kinds(f"{what}, with steps", marginal, at_once, truth, asked)


def _both_kinds(
    what: str, marginal: Sets, at_once: Sets, truth: Truth, asked: Range
) -> Iterator[Row]:
    yield row(
        f"marginal (Mogstad and others), {what}",
        truth.held(marginal),
        truth="each unit's rank",
        asked=asked,
        width=marginal.width,
    )
    yield row(
        f"simultaneous (Mogstad and others), {what}",
        truth.all_held(at_once),
        truth="all ranks at once",
        asked=asked,
        width=at_once.width,
    )


def _among_best(ranked: pl.DataFrame, codes: Codes, truth: Truth, asked: Range) -> Iterator[Row]:
    """Who cannot be excluded from the best; in truth these are all that may be among them."""
    lower = by_unit(ranked, codes, "simultaneous_lower")
    may_be_best = by_unit(ranked, codes, "may_be_best") == 1
    for best, may_be in ((1, may_be_best), (_BEST, lower <= _BEST)):
        held: Flags = np.all(may_be | (truth.best > best), axis=1)
        yield row(
            f"may be {'best' if best == 1 else f'among the {best} best'}, on time of due",
            held.astype(np.float64),
            truth="all that are so",
            asked=(asked[0], 1.0),
            width=f"{may_be.sum(axis=1).mean():.2f} units",
        )


def _compared(indices: pl.DataFrame, drawn: Drawn) -> pl.DataFrame:
    """The units of the leagues with what the rankings compare: estimate and error."""
    method = METHOD.model_copy(update={"indicators": (METHOD.indicator("due_on_time"),)})
    entries = leagues.list_entries(indices, RankingScope(MONTH, method, drawn.register))
    sized = rank_sets.exclude_singletons(leagues.note_other_kinds(entries))
    units = sized.filter(pl.col("unit_code").is_in(drawn.codes.ravel().tolist()))
    return rank_sets.with_estimates(units, METHOD)


def _without_steps(
    compared: pl.DataFrame, codes: Codes, truth: Truth, asked: Range
) -> Iterator[Row]:
    """The sets before anything is rejected: the critical value of the first step alone."""
    found = [
        comparison.pairwise_sets(
            estimates,
            errors,
            comparison.draw_normals(names.tolist(), comparison.number_of_draws(len(names))),
            METHOD.confidence_level,
            has_steps=False,
        )
        for names, estimates, errors in zip(
            codes, by_unit(compared, codes, "estimate"), by_unit(compared, codes, "error"),
            strict=True,
        )
    ]  # fmt: skip
    marginal, at_once = (
        Sets(
            np.array([getattr(sets, f"{kind}_lower") for sets in found]),
            np.array([getattr(sets, f"{kind}_upper") for sets in found]),
        )
        for kind in ("marginal", "simultaneous")
    )
    yield from _both_kinds("on time of due, no steps", marginal, at_once, truth, asked)


def _of_joint_limits(compared: pl.DataFrame, drawn: Drawn, truth: Truth) -> Row:
    """What a league of more than 300 gets, here for the same small one."""
    scope = RankingScope(MONTH, METHOD, drawn.register)
    limits = joint_limits.with_joint_limits(compared, drawn.tallies, scope)
    best, worst = by_unit(limits, drawn.codes, "best"), by_unit(limits, drawn.codes, "worst")
    ranks = [comparison.joint_sets(*league) for league in zip(best, worst, strict=True)]
    sets = Sets(*(np.array(side) for side in zip(*ranks, strict=True)))
    return row(
        "joint limits (Klein and others), on time of due",
        truth.all_held(sets),
        truth="all ranks at once",
        asked=_OF_SPREAD,
        width=sets.width,
    )


def _naive(
    compared: pl.DataFrame, ranked: pl.DataFrame, codes: Codes, truth: Truth
) -> Iterator[Row]:
    """Each pair at its own 95 %, as if it were the only one; and the rank itself."""
    estimate, error = by_unit(compared, codes, "estimate"), by_unit(compared, codes, "error")
    difference = estimate[:, :, None] - estimate[:, None, :]
    reach = critical_value(METHOD.confidence_level) * np.hypot(error[:, :, None], error[:, None, :])
    is_better: Flags = difference > reach
    pairs = Sets(1.0 + is_better.sum(axis=1), len(codes[0]) - is_better.sum(axis=2, dtype=float))
    rank = by_unit(ranked, codes, "rank")
    kinds = {"pair by pair at 1.96": pairs}
    if (truth.best == truth.worst).all():  # of equals, one rank is no answer
        kinds["the rank alone"] = Sets(rank, rank)
    for what, sets in kinds.items():
        for asks, held in (
            ("each unit's rank", truth.held(sets)),
            ("all ranks at once", truth.all_held(sets)),
        ):
            yield row(f"{what}, on time of due", held, truth=asks, width=sets.width, is_naive=True)
