"""Leagues drawn from known truths, many at once: what `make calibrate` asks limits and ranks about.

Here belong truths and draws of dossiers due and of ratings, as tallies that the product then reads
like any others. Every league is one simulated month of the same units, so that each unit's limits
can be asked how often they hold. Not here: how long dossiers take (simulated_durations), the
questions (limits_held, ranks_held), simulated exports of a whole country (pipeline.simulator).

The draws are simple on purpose: dossiers are independent of each other, and what a unit is like
does not change but where a draw says so. Calibration on them shows that the arithmetic is
consistent, not that agencies are like that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from pipeline import months, tables
from pipeline.agencies import Register
from pipeline.deadlines import AS_SENT
from pipeline.tallies import Tallies

Numbers = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.str_]

MONTH = "2026-10"

SAVED = {100: 0.1, 300: 0.4, 500: 0.3, 800: 0.2}
"""Of the dossiers on time, the share that saves so many thousandths of the allowed time."""
LATE_PENALTY = 0.6
"""How much less often those served late are satisfied: the one link between lateness and ratings"""
STILL_OPEN = 0.6
"""Of the dossiers that are late, the share left open at the month's end."""


@dataclass(frozen=True)
class Units:
    """The units of a league as they truly are: one element of every array is a unit.

    `on_time` is the long-run probability that a dossier due in a month ends in time, `spread` the
    standard deviation of that probability from month to month, `due` how many are due in a month,
    `satisfied` the probability that an applicant served on time is satisfied, `rated` the share of
    dossiers that are rated.
    """

    on_time: Numbers
    spread: Numbers
    due: Counts
    satisfied: Numbers
    rated: float

    def __len__(self) -> int:
        return len(self.due)

    @property
    def processing_time_index(self) -> Numbers:
        """What the index is an estimate of: 70 points for being on time, 30 for time saved."""
        saved = sum(thousandths / 1000 * share for thousandths, share in SAVED.items())
        return 100 * self.on_time * (0.7 + 0.3 * saved)

    @property
    def satisfied_share(self) -> Numbers:
        """Share satisfied of all who rate, served on time or late."""
        return self.satisfied * (1 - (1 - self.on_time) * LATE_PENALTY)

    @property
    def reform_performance_index(self) -> Numbers:
        """Half of each."""
        return 0.5 * self.processing_time_index + 50 * self.satisfied_share

    def in_month(self, on_time: Numbers) -> "Units":
        """The units as they are in months of these probabilities: a row for each month."""
        return replace(self, on_time=on_time)


@dataclass(frozen=True)
class Drawn:
    """Drawn leagues: their tallies, the register of their units, and what they truly were.

    `codes` and `on_time`, the probability in MONTH, have a row for each league and a column for
    each unit.
    """

    tallies: Tallies
    register: Register
    codes: Codes
    on_time: Numbers


def mixed(
    count: int, lowest: float = 0.6, highest: float = 0.97, spreads: Sequence[float] = (0.0,)
) -> Units:
    """Units as they may be met: 100 to 4,000 dossiers due, good and bad ones of every size.

    The months' probabilities spread by these shares of the most that they could, taken in turn.
    """
    rng = np.random.default_rng(count)
    on_time = np.round(np.linspace(lowest, highest, count)[rng.permutation(count)], 3)
    return Units(
        on_time=on_time,
        spread=np.resize(spreads, count) * np.sqrt(on_time * (1 - on_time)),
        due=np.rint(np.geomspace(100, 4000, count)).astype(np.int64),
        satisfied=np.round(rng.uniform(0.7, 0.95, count), 3),
        rated=0.6,
    )


def equal(count: int) -> Units:
    """Units that do not differ at all: whatever ranking is made of them is chance."""
    return Units(
        on_time=np.full(count, 0.85),
        spread=np.zeros(count),
        due=np.full(count, 600, np.int64),
        satisfied=np.full(count, 0.85),
        rated=0.6,
    )


def codes_of(leagues: int, units: int, name: str) -> Codes:
    """Codes of the units of so many leagues; the draws of the product are seeded with them."""
    rows = [
        [f"{name}{league:04d}.{unit:03d}" for unit in range(units)] for league in range(leagues)
    ]
    return np.array(rows)


def drawn(units: Units, leagues: int, name: str, history: int = 0) -> Drawn:
    """So many leagues of these units, each with so many months of history before MONTH.

    Seeded with the arguments. Ratings are drawn for MONTH alone, and none where nobody rates.
    """
    codes = codes_of(leagues, len(units), name)
    rng = np.random.default_rng([*name.encode(), leagues, len(units), history])
    outcomes = []
    for back in range(history, 0, -1):
        probability = _in_month(rng, units, codes.shape)
        on_time = rng.binomial(units.due, probability)
        outcomes.append(_outcomes(rng, units, codes, on_time, months.shifted(MONTH, -back)))
    probability = _in_month(rng, units, codes.shape)
    on_time = rng.binomial(units.due, probability)
    outcomes.append(_outcomes(rng, units, codes, on_time, MONTH))
    tallies = Tallies.of(
        outcomes=tables.OUTCOMES.conform(pl.concat(outcomes)).lazy(),
        answers=tables.ANSWERS.conform(_answers(rng, units, codes, on_time)).lazy(),
    )
    return Drawn(tallies, register_of(codes), codes, probability)


def _in_month(rng: np.random.Generator, units: Units, shape: tuple[int, ...]) -> Numbers:
    """Each unit's probability in one month: Beta distributed about its own, or its own."""
    mean, variance = units.on_time, units.spread**2
    varies = variance > 0
    size = np.where(varies, mean * (1 - mean) / np.where(varies, variance, 1) - 1, 1)
    return np.where(varies, rng.beta(mean * size, (1 - mean) * size, shape), mean)


def _outcomes(
    rng: np.random.Generator, units: Units, codes: Codes, on_time: Counts, month: str
) -> pl.DataFrame:
    """Cells of tables.OUTCOMES of the dossiers due in one month of every league."""
    late = units.due - on_time
    still_open = rng.binomial(late, STILL_OPEN)
    by_saved = rng.multinomial(on_time, list(SAVED.values()))
    thousandths = np.array(list(SAVED))
    none = np.zeros_like(late)
    squared = by_saved @ thousandths**2
    cells = [
        ("finished_early", "on_time", "on_time", on_time, by_saved @ thousandths, squared),
        ("open_overdue", "late", None, still_open, none, none),
        ("finished_overdue", "late", "late", late - still_open, none, none),
    ]
    return pl.concat(
        pl.DataFrame(
            {
                "unit_code": codes.ravel(),
                "dossiers": dossiers.ravel(),
                "saved_thousandths": saved.ravel(),
                "saved_squared_millionths": of_squares.ravel(),
            }
        ).with_columns(
            outcome=pl.lit(outcome),
            verdict=pl.lit(verdict),
            served=pl.lit(served, pl.String),
        )
        for outcome, verdict, served, dossiers, saved, of_squares in cells
    ).with_columns(
        sender_code="unit_code",
        month=pl.lit(month),
        due_month=pl.lit(month),
        sha256=pl.lit("0"),
        clock=pl.lit("working"),
        deadline_rule=pl.lit(AS_SENT.name),
        procedure_code=pl.lit("1"),
        channel=pl.lit("counter"),
        applicant=pl.lit("citizen"),
        intake=pl.lit("received"),
    )


def _answers(rng: np.random.Generator, units: Units, codes: Codes, on_time: Counts) -> pl.DataFrame:
    """Answers of MONTH to the overall question on the scale of five, and each respondent once."""
    counts: dict[tuple[str, int], Counts] = {}
    for verdict, dossiers, satisfied in (
        ("on_time", on_time, units.satisfied),
        ("late", units.due - on_time, units.satisfied * (1 - LATE_PENALTY)),
    ):
        respondents = rng.binomial(dossiers, units.rated)
        counts[verdict, 5] = rng.binomial(respondents, satisfied)
        counts[verdict, 1] = respondents - counts[verdict, 5]
    answered = pl.concat(_cells(codes, counts))
    once = answered.with_columns(
        answer=pl.lit(None, pl.Int64), question=pl.lit(tables.ANY_QUESTION)
    )
    weight = pl.col("respondents")
    return (
        pl.concat([answered, once])
        .filter(weight > 0)
        .with_columns(
            sender_code="unit_code",
            month=pl.lit(MONTH),
            sha256=pl.lit("0"),
            scale=pl.lit("five"),
            mode=pl.lit("online"),
            dossier_month=pl.lit(MONTH),
            weight_millionths=weight * 1_000_000,
            weight_squared_trillionths=weight.cast(pl.Int128) * 10**12,
        )
    )


def _cells(codes: Codes, counts: Mapping[tuple[str, int], Counts]) -> list[pl.DataFrame]:
    return [
        pl.DataFrame({"unit_code": codes.ravel(), "respondents": respondents.ravel()}).with_columns(
            question=pl.lit("overall"),
            dossier_verdict=pl.lit(verdict),
            answer=pl.lit(answer, pl.Int64),
        )
        for (verdict, answer), respondents in counts.items()
    ]


def register_of(codes: Codes) -> Register:
    """A province for each league, and its units below it."""
    leagues = [str(row[0]).split(".")[0] for row in codes]
    units = [str(code) for code in codes.ravel()]
    table = pl.DataFrame(
        {
            "code": [*leagues, *units],
            "name_vi": [*leagues, *units],
            "kind": ["province"] * len(leagues) + ["commune"] * len(units),
            "parent_code": [None] * len(leagues) + [unit.split(".")[0] for unit in units],
        }
    )
    return Register(tables.AGENCIES.conform(table.sort("code")), digest="0")
