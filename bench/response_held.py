"""Do limits hold what all who were served think, when not everybody answers? Questions of
`make calibrate`.

Here belong months in which the chance to answer depends on lateness, on the channel, or on what
people think. Not here: other limits (limits_held), counting (coverage).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl

from bench.coverage import Limits, Range, Row, Section, row
from bench.simulated_leagues import MONTH, Numbers
from pipeline import methods
from pipeline.indices import adjusted
from pipeline.indices.scope import IndexScope
from pipeline.statistics import intervals
from pipeline.statistics.weighting import Integers
from pipeline.tallies import Tallies
from pipeline.tallies.pooling import Pooling, Pools

UNITS, SERVED = 4, 1500
"""Units of a simulated month, and the dossiers that each of them served."""
ASKED = "five:overall"
METHOD = methods.load()
_RATE = 0.2
"""Share of those who answer in the situation that all strengths begin from."""
_STRENGTHS = {"weak": 0.5, "middling": 1.0, "strong": 2.0}
"""By how much the log odds of answering differ."""
_KNOWN: Range = (0.93, 0.97)
_ALWAYS: Range = (0.99, 1)
_MILLION = 1_000_000
_SEED = 20261101


@dataclass(frozen=True)
class _Situation:
    """A share of the dossiers served, and how many in it are satisfied."""

    served: str
    channel: str
    share: float
    satisfied: float


_SITUATIONS = (
    _Situation("on_time", "online", 0.40, 0.90),
    _Situation("on_time", "counter", 0.35, 0.80),
    _Situation("late", "online", 0.10, 0.55),
    _Situation("late", "counter", 0.15, 0.40),
)


def responses(leagues: int) -> Section:
    """The satisfied share of all served: of those who answered, adjusted, and by bounds."""
    rows = [
        each
        for by in ("lateness", "the channel", "satisfaction itself")
        for name, strength in _STRENGTHS.items()
        for each in _ask(by, name, strength, leagues)
    ]
    return Section(
        "The satisfaction of all, not of those who answered",
        f"{leagues:,} simulated months of {UNITS} units with {SERVED:,} dossiers served, a quarter "
        "of them late. On time 90 % (online) and 80 % (counter) are satisfied, late 55 and 40 %. "
        f"Some {100 * _RATE:.0f} % answer; the log odds of answering are lower by 0.5, 1 or 2 for "
        "those who were late, for the counter, or for those who are not satisfied. The last column "
        "has the mean width of the limits and the mean error of the share.",
        rows,
        "The share of those who answered misses the truth as soon as answering depends on "
        "anything. Adjusted to those who were served it holds the truth where answering depends on "
        "what we know of a dossier. Where it depends on satisfaction itself no weights help, and "
        "the pages say so. The bounds hold the truth whatever the silent think; they are as wide "
        "as the share of the silent.",
    )


def _ask(by: str, name: str, strength: float, leagues: int) -> Iterator[Row]:
    rng = np.random.default_rng([_SEED, len(by), round(10 * strength), leagues])
    tallies, truth = _draw(by, strength, leagues * UNITS, rng)
    found = _measure(tallies, leagues * UNITS)
    for what, lower, upper, share, asked in (
        ("who answered", "crude_lower", "crude_upper", "crude", None),
        ("adjusted", "lower", "upper", "share", None if by == "satisfaction itself" else _KNOWN),
        ("bounds", "lowest", "highest", "", _ALWAYS),
    ):
        limits = Limits(*(found[each].to_numpy().reshape(-1, UNITS) for each in (lower, upper)))
        error = f", {np.nanmean(found[share].to_numpy() - truth):+.3f}" if share else ""
        yield row(
            f"{what}, answering depends on {by} ({name})",
            limits.held(truth.reshape(-1, UNITS)),
            truth="the share of all served",
            asked=asked,
            width=f"{limits.width:.3f}{error}",
            is_naive=what == "who answered",
        )


def _draw(
    by: str, strength: float, units: int, rng: np.random.Generator
) -> tuple[Tallies, Numbers]:
    """Tallies of units, each with its code, and the chance that one of its served is satisfied."""
    shares = [each.share for each in _SITUATIONS]
    chances = np.array([each.satisfied for each in _SITUATIONS])
    served = rng.multinomial(SERVED, shares, size=units)
    satisfied = rng.binomial(served, chances)
    log_odds = np.log(_RATE / (1 - _RATE))
    odds = np.full(len(_SITUATIONS), log_odds)
    if by == "lateness":
        odds -= strength * np.array([each.served == "late" for each in _SITUATIONS])
    elif by == "the channel":
        odds -= strength * np.array([each.channel == "counter" for each in _SITUATIONS])
    of_satisfied = 1 / (1 + np.exp(-odds))
    of_others = 1 / (1 + np.exp(-odds + strength)) if by == "satisfaction itself" else of_satisfied
    yes = rng.binomial(satisfied, of_satisfied)
    no = rng.binomial(served - satisfied, of_others)
    return _count(served, yes, no), (served * chances).sum(axis=1) / SERVED


def _count(served: Integers, yes: Integers, no: Integers) -> Tallies:
    """The tallies of units (rows) and situations (columns); nobody rates two dossiers."""
    units, situations = served.shape
    groups = pl.DataFrame(
        {
            "month": MONTH,
            "unit_code": np.repeat([f"U{number:06}" for number in range(units)], situations),
            "procedure_code": "",
            "channel": np.tile([each.channel for each in _SITUATIONS], units),
            "applicant": "citizen",
            "served": np.tile([each.served for each in _SITUATIONS], units),
            "count": served.ravel(),
            "answered": (yes + no).ravel(),
            "yes": yes.ravel(),
        }
    )
    is_late = pl.col("served") == "late"
    outcomes = groups.with_columns(
        outcome=pl.when(is_late)
        .then(pl.lit("finished_overdue"))
        .otherwise(pl.lit("finished_early")),
        verdict="served",
        due_month="month",
        dossiers="count",
    )
    rated = groups.filter(pl.col("answered") > 0).with_columns(
        asked=pl.lit(ASKED),
        dossiers="answered",
        respondents="answered",
        weight_millionths=_MILLION * pl.col("answered"),
        satisfied_millionths=_MILLION * pl.col("yes"),
        weight_products=_MILLION**2 * pl.col("answered"),
        satisfied_by_weight=_MILLION**2 * pl.col("yes"),
        satisfied_products=_MILLION**2 * pl.col("yes"),
        other_procedure_code="procedure_code",
        other_channel="channel",
        other_applicant="applicant",
        other_served="served",
    )
    return Tallies.of(outcomes=outcomes.lazy(), rated=rated.lazy(), rated_pairs=rated.lazy())


def _measure(tallies: Tallies, units: int) -> pl.DataFrame:
    """A row for each unit: its shares with their limits, and the bounds."""
    codes = pl.DataFrame({"unit_code": [f"U{number:06}" for number in range(units)]})
    members = codes.with_columns(pooled_code="unit_code")
    pooling = Pooling(MONTH, METHOD, codes, Pools(members, members))  # type: ignore[arg-type]
    asked = codes.with_columns(scale=pl.lit(ASKED))
    found = adjusted.measure(tallies, asked, IndexScope(METHOD, pooling))
    rows = [
        (each.crude, each.answered, each.share, each.effective_n, *each.bounds) for each in found
    ]
    names = ["crude", "answered", "share", "effective_n", "lowest", "highest"]
    table = pl.DataFrame(rows, schema=names, orient="row")
    limits = partial(intervals.wilson_limits, confidence_level=METHOD.confidence_level)
    crude = limits(pl.col("crude") * pl.col("answered"), pl.col("answered"))
    weighted = limits(pl.col("share") * pl.col("effective_n"), pl.col("effective_n"))
    return table.with_columns(
        crude[0].alias("crude_lower"),
        crude[1].alias("crude_upper"),
        weighted[0].alias("lower"),
        weighted[1].alias("upper"),
    )
