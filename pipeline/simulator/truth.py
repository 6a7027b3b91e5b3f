"""What a simulation knows and its exports do not show: the true shares and times.

Here belong the table of true values, and computing it from traits and dossiers. Not here: estimates
(indices). Tests check whether intervals cover these values; that shows that the arithmetic is
consistent, not that the model is true.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from pipeline.columns import Column, Table
from pipeline.simulator.dossiers import REFUSED, RESULT, Dossiers, Span
from pipeline.simulator.petitions import PetitionTraits
from pipeline.simulator.ratings import Ratings, normal_cdf, true_shares
from pipeline.simulator.units import PROCEDURES, Numbers, Traits

TRUTH = Table(
    "units",
    "a unit in an exported month, as it truly works",
    (
        Column("month", pl.String(), "month, YYYY-MM"),
        Column("sender_code", pl.String(), "agency that sends"),
        Column("unit_code", pl.String(), "unit that handles"),
        Column("due", pl.Int64(), "first due dates in the month, without those left by then"),
        Column(
            "on_time_probability",
            pl.Float64(),
            "mean probability of these to end by the first due date; empty when none is due",
            "share",
            is_required=False,
        ),
        Column("received", pl.Int64(), "received in the month, without those refused"),
        Column(
            "median_hours",
            pl.Float64(),
            "median of the time that these take to a result; empty when none is received",
            "working hours",
            is_required=False,
        ),
        Column("could_rate", pl.Int64(), "applicants who rate in the month if they answer"),
        Column(
            "satisfied_probability",
            pl.Float64(),
            "share satisfied of all these applicants, mean of the factors",
            "share",
            is_required=False,
        ),
        Column(
            "satisfied_probability_of_respondents",
            pl.Float64(),
            "share satisfied of those who answer: what ratings can show",
            "share",
            is_required=False,
        ),
        Column("response_probability", pl.Float64(), "share that answers", "share", False),
        Column(
            "petition_on_time_probability",
            pl.Float64(),
            "probability to handle a petition on time that is not refused; empty without petitions",
            "share",
            is_required=False,
        ),
        Column(
            "petition_satisfied_probability",
            pl.Float64(),
            "share satisfied of the petitioners who are asked; empty without petitions",
            "share",
            is_required=False,
        ),
    ),
)
Counts = npt.NDArray[np.int64]

_SLACK_HOURS = 8
"""The allowed time is the deadline and up to so many hours of the day of receipt."""
_BISECTIONS = 35
_HALF = 0.5


@dataclass(frozen=True)
class Truth:
    """The true values of a simulated home: `units` is the table TRUTH."""

    units: pl.DataFrame

    @staticmethod
    def read(folder: Path) -> "Truth":
        """The true values in a home's folder `truth`; FileNotFoundError where it does not exist."""
        return Truth(pl.read_csv(folder / "units.csv", schema=TRUTH.schema))


def true_values(
    traits: Traits, dossiers: Dossiers, ratings: Ratings | None, month: Span, keys: pl.DataFrame
) -> pl.DataFrame:
    """The true values of a sender's units in a month: the table TRUTH, one row is a unit.

    `keys` has month, sender_code and unit_code. The dossiers must contain all that were received
    in the month or have their first due date in it.
    """
    due, on_time = _on_time(traits, dossiers, month)
    received, median = _median_hours(traits, dossiers, month)
    could_rate, shares = _satisfied(traits, dossiers, ratings, month)
    counts = {"due": due, "received": received, "could_rate": could_rate}
    values = {
        "on_time_probability": on_time,
        "median_hours": median,
        "satisfied_probability": shares[0],
        "satisfied_probability_of_respondents": shares[1],
        "response_probability": shares[2],
    }
    rounded = {name: pl.Series(v).fill_nan(None).round(6) for name, v in values.items()}
    return TRUTH.conform(
        keys.with_columns(**{k: pl.Series(v) for k, v in counts.items()}, **rounded)
    )


def with_petition_truths(truths: pl.DataFrame, traits: PetitionTraits) -> pl.DataFrame:
    """The true values of a sender's units in a month, with those of their petitions."""
    return truths.with_columns(
        petition_on_time_probability=pl.Series(traits.on_time).round(6),
        petition_satisfied_probability=pl.Series(traits.satisfied).round(6),
    )


def _on_time(traits: Traits, dossiers: Dossiers, month: Span) -> tuple[Counts, Numbers]:
    is_due = (dossiers.first_due >= month.start) & (dossiers.first_due < month.end)
    cohort = dossiers.select(is_due & (dossiers.ending == RESULT))
    pace = traits.slowness[:, :, None] + traits.procedure_slowness
    probability = normal_cdf(-pace / traits.spread[:, None, None])
    units = len(traits.spread)
    due: Counts = np.bincount(cohort.unit, minlength=units).astype(np.int64)
    expected = probability[cohort.unit, cohort.month, cohort.procedure]
    total: Numbers = np.bincount(cohort.unit, expected, minlength=units).astype(np.float64)
    return due, _ratio(total, due)


def _median_hours(traits: Traits, dossiers: Dossiers, month: Span) -> tuple[Counts, Numbers]:
    """Bisection on the mixture over procedures and hours of receipt, in logarithms."""
    intake = dossiers.select((dossiers.month == month.number) & (dossiers.ending != REFUSED))
    units, procedures = len(traits.spread), len(PROCEDURES)
    days_hours = np.array([8 * days for _, days in PROCEDURES])
    slack = np.clip(intake.allowed_hours - days_hours[intake.procedure], 0, 7.999).astype(np.int64)
    cell = (intake.unit.astype(np.int64) * procedures + intake.procedure) * _SLACK_HOURS + slack
    counts = np.bincount(cell, minlength=units * procedures * _SLACK_HOURS)
    weights = counts.reshape(units, procedures, _SLACK_HOURS)
    received: Counts = weights.sum(axis=(1, 2), dtype=np.int64)
    typical = np.log(days_hours[:, None] + np.arange(_SLACK_HOURS) + 0.5)
    typical = typical + traits.procedure_slowness[:, None]
    typical = typical + traits.slowness[:, month.number, None, None]
    lower, upper = np.full(units, -5.0), np.full(units, 10.0)
    for _ in range(_BISECTIONS):
        middle = (lower + upper) / 2
        z = (middle[:, None, None] - typical) / traits.spread[:, None, None]
        is_below = _ratio((weights * normal_cdf(z)).sum(axis=(1, 2)), received) < _HALF
        lower, upper = np.where(is_below, middle, lower), np.where(is_below, upper, middle)
    return received, np.where(received > 0, np.exp(lower), np.nan)


def _satisfied(
    traits: Traits, dossiers: Dossiers, ratings: Ratings | None, month: Span
) -> tuple[Counts, tuple[Numbers, Numbers, Numbers]]:
    units = len(traits.spread)
    if ratings is None:
        nothing = np.full(units, np.nan)
        return np.zeros(units, np.int64), (nothing, nothing, nothing)
    in_month = (ratings.answered >= month.start) & (ratings.answered < month.end)
    cell = dossiers.unit[ratings.dossier[in_month]].astype(np.int64) * 2 + ratings.is_late[in_month]
    could = np.bincount(cell, minlength=units * 2).reshape(units, 2)
    satisfied, response, of_respondents = true_shares(traits)
    respondents = could * response
    all_could = could.sum(axis=1)
    return all_could, (
        _ratio((could * satisfied).sum(axis=1), all_could),
        _ratio((respondents * of_respondents).sum(axis=1), respondents.sum(axis=1)),
        _ratio(respondents.sum(axis=1), all_could),
    )


def _ratio(numerators: Numbers, denominators: Numbers | Counts) -> Numbers:
    """Not a number where the denominator is 0."""
    some = denominators > 0
    return np.where(some, numerators / np.where(some, denominators, 1), np.nan)
