"""Are units told to have changed no more often than the level says? Questions of `make calibrate`.

Two months of the same units are drawn, and their rankings computed as an edition does. Nothing has
changed between them in truth, so every mark is a false one. Not here: rank sets of one month
(ranks_held).
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import polars as pl

from bench import simulated_leagues
from bench.coverage import Range, Row, Section, by_unit, row
from bench.limits_held import METHOD, computed
from bench.ranks_held import UNITS, ranked_by
from bench.simulated_leagues import MONTH, Drawn, Numbers
from pipeline import months
from pipeline.statistics.intervals import critical_value

_BEFORE = months.shifted(MONTH, -1)
_HISTORY = METHOD.required_history_months + METHOD.minimum_months_of_series
"""Months before MONTH that the month before it needs to know how months vary, too."""
_SPREAD = 0.02
_ASKED: Range = (0.936, 1.0)
"""95 % less two Monte-Carlo errors of 1,000 leagues."""
_MEASURED = ("value", "standard_error")
_INDICATORS = {
    "on time of due": "due_on_time",
    "processing-time index": "processing_time_index",
}


def unchanged(count: int) -> Section:
    """Leagues in which the month before was like this one."""
    steady = replace(simulated_leagues.mixed(UNITS), rated=0.0)
    varying = replace(steady, spread=np.full(UNITS, _SPREAD))
    rows = [
        *_rows(simulated_leagues.drawn(steady, count, "C", history=1), "steady units"),
        *_rows(simulated_leagues.drawn(varying, count, "CM", history=_HISTORY), "varying units"),
    ]
    return Section(
        "Units that have not changed",
        f"{count:,} simulated months of a league of {UNITS} units with 100 to 4,000 dossiers due a "
        "month, and the month before each. Steady units end the same share in time in both, 60 to "
        "97 %; of varying ones that share differs from month to month by "
        f"{100 * _SPREAD:.0f} points (standard deviation) about a level that stays, and "
        f"{METHOD.minimum_months_of_series} months tell how much. Held is a league in which nobody "
        "is marked as better or worse; of rank sets, a unit whose sets of both months overlap.",
        rows,
        "Holm's steps hold for the league at once. Of varying units few are marked, as their "
        "errors never go below chance and are compared by Student's t; chance alone takes every "
        "month that was merely good for a better unit.",
    )


def _rows(drawn: Drawn, which: str) -> Iterator[Row]:
    now, before = (computed(drawn.tallies, drawn.register, month) for month in (MONTH, _BEFORE))
    knows_months = now["months"].is_not_null().any()
    two_months = pl.col("month").is_in([MONTH, _BEFORE])
    alone = replace(drawn.tallies, outcomes=drawn.tallies.outcomes.filter(two_months))
    by_chance = [computed(alone, drawn.register, month) for month in (MONTH, _BEFORE)]
    for what, indicator in _INDICATORS.items():
        ranked = ranked_by(indicator, now, drawn.tallies, drawn.register, before)
        yield row(
            f"change (Holm), {what}, {which}",
            np.min(_unmarked(ranked, drawn, "change"), axis=1),
            truth="nobody has changed",
            asked=_ASKED,
        )
        yield row(
            f"change of rank sets, {what}, {which}",
            _unmarked(ranked, drawn, "rank_change"),
            truth="no unit has changed",
            asked=_ASKED,
        )
        if knows_months:
            naive = ranked_by(indicator, by_chance[0], alone, drawn.register, by_chance[1])
            yield row(
                f"change (Holm), {what}, {which}, chance alone",
                np.min(_unmarked(naive, drawn, "change"), axis=1),
                truth="nobody has changed",
                is_naive=True,
            )
        yield row(
            f"each unit at 1.96, {what}, {which}",
            np.min(_within(now, before, drawn, indicator), axis=1),
            truth="nobody has changed",
            is_naive=True,
        )


def _unmarked(ranked: pl.DataFrame, drawn: Drawn, mark: str) -> Numbers:
    """1 where a unit has no mark."""
    return by_unit(ranked.with_columns(pl.col(mark).is_null()), drawn.codes, mark)


def _within(now: pl.DataFrame, before: pl.DataFrame, drawn: Drawn, indicator: str) -> Numbers:
    """1 where the values of both months differ by no more than 1.96 of their errors."""
    (value, error), (value_before, error_before) = (
        [by_unit(month.filter(indicator=indicator), drawn.codes, name) for name in _MEASURED]
        for month in (now, before)
    )
    reach = critical_value(METHOD.confidence_level) * np.hypot(error, error_before)
    return (np.abs(value - value_before) <= reach).astype(np.float64)
