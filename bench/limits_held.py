"""Do a unit's limits hold the truth as often as they say? Questions of `make calibrate`.

Each question draws leagues, computes their indices as an edition does, and compares; beside it the
naive figure that others print, read from the same tallies. Not here: ranks (ranks_held).
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import polars as pl

from bench import simulated_durations, simulated_leagues
from bench.coverage import Limits, Range, Row, Section, by_unit, row
from bench.simulated_leagues import MONTH, Codes, Drawn, Flags, Numbers
from pipeline import indices, methods
from pipeline.agencies import Register
from pipeline.statistics.intervals import critical_value
from pipeline.tallies import Tallies

UNITS = 16
"""Units of a league; with 1,000 leagues the limits of 16,000 months of a unit are asked."""
LARGE = 300
"""Dossiers or answers from which each unit's limits are asked by themselves."""

FEW = 30
"""Dossiers due of the smallest unit that is ranked."""

METHOD = methods.load()
_CRITICAL = critical_value(METHOD.confidence_level)


def computed(tallies: Tallies, register: Register, month: str = MONTH) -> pl.DataFrame:
    """The indices of a month as an edition has them."""
    return indices.compute(tallies, month, METHOD, register)


def _row(  # noqa: PLR0913
    what: str,
    limits: Limits,
    values: Numbers,
    *,
    truth: str = "the month's probability",
    asked: Range | None = None,
    decimals: int = 3,
    is_naive: bool = False,
) -> Row:
    """How often limits hold the true `values`, and how wide they are."""
    width = f"{limits.width:.{decimals}f}"
    return row(what, limits.held(values), truth=truth, asked=asked, width=width, is_naive=is_naive)


def shares(leagues: int) -> Section:
    """Wilson's limits of a month, with the month's probability for a truth."""
    units = simulated_leagues.mixed(UNITS, 0.05, 0.95, spreads=(0.0, 0.05, 0.1))
    drawn = simulated_leagues.drawn(units, leagues, "S")
    found = computed(drawn.tallies, drawn.register)
    due, closed, satisfied = (
        Limits.published(found, indicator, drawn.codes)
        for indicator in ("due_on_time", "on_time_of_finished", "satisfied_share")
    )
    wald = _wald(found, drawn.codes)
    truly_satisfied = units.in_month(drawn.on_time).satisfied_share
    return Section(
        "A month's shares",
        f"{leagues:,} simulated months of {UNITS} units with 100 to 4,000 dossiers due, of which "
        "5 to 95 % end in time; in two of three units that probability differs from month to "
        f"month. Of the late ones {100 * simulated_leagues.STILL_OPEN:.0f} % are left open, and "
        f"{100 * units.rated:.0f} % of the dossiers are rated.",
        [
            *_wilson("on time of due", due, drawn.on_time, units.due >= LARGE),
            *_wilson(
                "satisfied share",
                satisfied,
                truly_satisfied,
                units.rated * units.due >= LARGE,
            ),
            _row(
                "closed dossiers only (on time of finished, Wilson)",
                closed,
                drawn.on_time,
                is_naive=True,
            ),
            _row("Wald, on time of due", wald, drawn.on_time, is_naive=True),
            *_of_few(leagues),
        ],
        "Who counts closed dossiers only misses the truth in nearly every month, since what is "
        "late and left open is not counted. Wald's limits are good where there are many "
        "dossiers and fail where there are few and nearly all end in time: often all do, and the "
        "limits are then a point.",
    )


def _wilson(what: str, limits: Limits, values: Numbers, is_large: Flags) -> Iterator[Row]:
    """Of all units, and of the large ones that whose limits hold least and most often."""
    yield _row(f"Wilson, {what}", limits, values, asked=(0.94, 0.965))
    held = limits.held(values)
    large = [unit for unit in np.argsort(held.mean(axis=0), kind="stable") if is_large[unit]]
    for which, unit in (("lowest", large[0]), ("highest", large[-1])):
        yield row(
            f"Wilson, {what}, each unit with n ≥ {LARGE}: the {which}",
            held[:, unit],
            truth="the month's probability",
            asked=(0.93, 0.97),
        )


def _wald(found: pl.DataFrame, codes: Codes) -> Limits:
    rows = found.filter(pl.col("indicator") == "due_on_time")
    share, n = by_unit(rows, codes, "value"), by_unit(rows, codes, "denominator")
    reach = _CRITICAL * np.sqrt(share * (1 - share) / n)
    return Limits(share - reach, share + reach)


def _of_few(leagues: int) -> Iterator[Row]:
    """Both kinds of limits where there are few dossiers and nearly all end in time."""
    few = replace(
        simulated_leagues.equal(UNITS),
        on_time=np.full(UNITS, 0.97),
        due=np.full(UNITS, FEW, np.int64),
    )
    drawn = simulated_leagues.drawn(few, leagues, "F")
    found = computed(drawn.tallies, drawn.register)
    wilson = Limits.published(found, "due_on_time", drawn.codes)
    for name, limits in (("Wilson", wilson), ("Wald", _wald(found, drawn.codes))):
        yield _row(
            f"{name}, on time of due, {FEW} dossiers of which 97 % end in time",
            limits,
            drawn.on_time,
            is_naive=name == "Wald",
        )


def months(leagues: int) -> Section:
    """chance+months, with a unit's long-run probability for a truth; and chance alone."""
    rows: list[Row] = []
    for series in (12, 24):
        rows += _of_series(leagues, series)
    return Section(
        "A unit's long-run level",
        f"{leagues:,} simulated months of {UNITS} units, each after a history. A quarter of the "
        "units is the same in every month; in the others the probability of ending in time has "
        "a standard deviation of 3, 6 and 12 % of the largest possible one (at 80 % on time: 1, 2 "
        "and 5 percentage points), each month drawn apart from the others. The first three months "
        "sent are not compared, as in an edition.",
        rows,
        "Limits by chance alone hold the month, not the level: they are narrow where there are "
        "many dossiers, and months differ all the same. `chance+months` is somewhat wide where a "
        "unit is steady, as it never goes below chance and uses Student's t. Where good or bad "
        "months follow each other it promises less: that is not simulated.",
    )


def _of_series(leagues: int, series: int) -> list[Row]:
    steady = simulated_leagues.mixed(UNITS, spreads=(0.0, 0.03, 0.06, 0.12))
    units = replace(steady, rated=0.0)
    history = METHOD.required_history_months + series - 1
    drawn = simulated_leagues.drawn(units, leagues, f"M{series}.", history)
    found = computed(drawn.tallies, drawn.register)
    of_month = replace(
        drawn.tallies, outcomes=drawn.tallies.outcomes.filter(pl.col("month") == MONTH)
    )
    naive = computed(of_month, drawn.register)
    rows = []
    for table, source in ((found, "chance+months"), (naive, "chance")):
        sources = table.filter(pl.col("indicator") == "due_on_time")["interval_source"].unique()
        if sources.to_list() != [source]:
            raise ValueError(f"the limits are of {sources.to_list()}, not of {source}")
        for indicator, title, truth, decimals in (
            ("due_on_time", "on time of due", units.on_time, 3),
            ("processing_time_index", "processing-time index", units.processing_time_index, 2),
        ):
            limits = Limits.published(table, indicator, drawn.codes)
            is_naive = source == "chance"
            name = "chance alone" if is_naive else f"`{source}`, {series} months"
            rows.append(
                _row(
                    f"{name}, {title}",
                    limits,
                    truth,
                    truth="the long-run level",
                    asked=None if is_naive else (0.93, 0.99),
                    decimals=decimals,
                    is_naive=is_naive,
                )
            )
    return rows


def times(leagues: int) -> Section:
    """The Kaplan-Meier median, with the true median for a truth; and that of the finished."""
    speeds = simulated_durations.mixed(UNITS)
    ages, codes = simulated_durations.drawn(speeds, leagues, "T")
    register = simulated_leagues.register_of(codes)
    found = Limits.published(
        computed(Tallies.of(ages=ages.lazy()), register), "median_time_days", codes
    )
    closed = simulated_durations.finished_alone(ages)
    naive = Limits.published(
        computed(Tallies.of(ages=closed.lazy()), register), "median_time_days", codes
    )
    return Section(
        "How long it takes",
        f"{leagues:,} simulated months of {UNITS} units that receive 60 to 900 dossiers a month. "
        "Times are lognormal with medians of 3 to 12 days. Dossiers received up to five months "
        "before enter the month at their age (late entry); those withdrawn, and those open at its "
        "end, leave it unfinished (censored).",
        [
            _row(
                "Kaplan-Meier median, days",
                found,
                speeds.median_days,
                truth="the true median",
                asked=(0.93, 0.98),
                decimals=2,
            ),
            _row(
                "closed dossiers only, median, days",
                naive,
                speeds.median_days,
                truth="the true median",
                decimals=2,
                is_naive=True,
            ),
        ],
        "Of the dossiers closed in a month, those withdrawn would mostly have taken long; leaving "
        "them out makes the median too short, and the more dossiers, the surer it is wrong. That "
        "the limits hold a little more often than asked is due to bins of ages: both ends are in.",
    )


def composite(leagues: int) -> Section:
    """The reform performance index: both parts drawn together, and each by itself."""
    units = simulated_leagues.mixed(UNITS)
    drawn = simulated_leagues.drawn(units, leagues, "C")
    together = computed(drawn.tallies, drawn.register)
    apart = computed(_not_linked(drawn), drawn.register)

    def held(table: pl.DataFrame, what: str, asked: Range | None = None) -> Row:
        return _row(
            what,
            Limits.published(table, "reform_performance_index", drawn.codes),
            units.reform_performance_index,
            truth="the true composite",
            asked=asked,
            decimals=2,
            is_naive=table is apart,
        )

    return Section(
        "The reform performance index",
        f"{leagues:,} simulated months of {UNITS} units with 100 to 4,000 dossiers due, of which "
        f"60 to 97 % end in time; {100 * units.rated:.0f} % are rated, and who was served late is "
        f"{100 * simulated_leagues.LATE_PENALTY:.0f} % less often satisfied.",
        [
            held(together, "composite, cells drawn together", (0.93, 0.97)),
            held(apart, "composite, independent draws of both parts"),
        ],
        "A late dossier costs both parts at once. Who draws them apart counts on luck in one to "
        "make up for the other, and the limits are too narrow.",
    )


def _not_linked(drawn: Drawn) -> Tallies:
    """The same tallies, in which nobody knows whose dossier was late."""
    unknown = pl.lit(None, pl.String).alias("dossier_verdict")
    return replace(drawn.tallies, answers=drawn.tallies.answers.with_columns(unknown))
