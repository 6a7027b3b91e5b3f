"""Leagues drawn from known truths, many at once: what `make calibrate` asks limits and ranks about.

Here belong truths and draws, as tallies that the product then reads like any others. Every league
is one simulated month of the same units, so that each unit's limits can be asked how often they
hold. Not here: the questions (calibrate); the simulated exports of a whole country
(pipeline.simulator).

The draws are simple on purpose: dossiers are independent of each other, and what a unit is like
does not change but where a draw says so. Calibration on them shows that the arithmetic is
consistent, not that agencies are like that.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from pipeline import months, tables
from pipeline.agencies import Register
from pipeline.tallies import Tallies

Numbers = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

MONTH = "2026-10"
_SAVED = (2.0, 3.0)
"""Shares of the allowed time saved are Beta distributed with these parameters."""
_LATE_PENALTY = 0.35
"""How much less often those served late are satisfied."""
_STILL_OPEN = 0.6
"""Of the dossiers that are late, those left open at the month's end."""


@dataclass(frozen=True)
class Units:
    """The units of a league as they truly are: one element of every array is a unit.

    `on_time` is the probability that a dossier due in the month ends in time, `due` how many are
    due, `satisfied` the probability that an applicant served on time is satisfied, `rated` the
    share of dossiers that are rated, `unsteadiness` the standard deviation, from month to month,
    of the logit of `on_time`.
    """

    on_time: Numbers
    due: Counts
    satisfied: Numbers
    rated: Numbers
    unsteadiness: Numbers

    def __len__(self) -> int:
        return len(self.due)

    @property
    def processing_time_index(self) -> Numbers:
        """What the index is an estimate of: 70 points for being on time, 30 for time saved."""
        saved = _SAVED[0] / sum(_SAVED)
        return 100 * self.on_time * (0.7 + 0.3 * saved)

    @property
    def satisfied_share(self) -> Numbers:
        """Share satisfied of all who rate, served on time or late."""
        return self.satisfied - (1 - self.on_time) * _LATE_PENALTY * self.satisfied

    @property
    def reform_performance_index(self) -> Numbers:
        """Half of each."""
        return 0.5 * self.processing_time_index + 50 * self.satisfied_share


@dataclass(frozen=True)
class Drawn:
    """Drawn leagues: their tallies, the register of their units, and the unit codes by league."""

    tallies: Tallies
    register: Register
    codes: npt.NDArray[np.str_]
    """A row for each league, a column for each unit."""


def mixed(count: int, seed: int) -> Units:
    """Units as they may be met: large and small, good and bad."""
    rng = np.random.default_rng([seed, count])
    return Units(
        on_time=np.round(np.linspace(0.6, 0.97, count)[rng.permutation(count)], 3),
        due=np.rint(np.geomspace(60, 4000, count)).astype(np.int64),
        satisfied=np.round(rng.uniform(0.7, 0.95, count), 3),
        rated=np.full(count, 0.5),
        unsteadiness=np.zeros(count),
    )


def equal(count: int) -> Units:
    """Units that do not differ at all: whatever ranking is made of them is chance."""
    return Units(
        on_time=np.full(count, 0.85),
        due=np.full(count, 600, np.int64),
        satisfied=np.full(count, 0.85),
        rated=np.full(count, 0.5),
        unsteadiness=np.zeros(count),
    )


def drawn(units: Units, leagues: int, seed: int, history: int = 0) -> Drawn:
    """So many leagues of these units, each with so many months of history before MONTH."""
    codes = np.array([[f"{league:04d}.{unit:03d}" for unit in range(len(units))]
                      for league in range(leagues)])  # fmt: skip
    rng = np.random.default_rng([seed, leagues, len(units), history])
    cells, answers = [], []
    for back in range(history, -1, -1):
        month = months.shifted(MONTH, -back)
        frame, rated = _month(rng, units, codes, month)
        cells.append(frame)
        if not back:
            answers.append(rated)
    tallies = Tallies(
        outcomes=tables.OUTCOMES.conform(pl.concat(cells)).lazy(),
        ages=tables.AGES.empty().lazy(),
        answers=tables.ANSWERS.conform(pl.concat(answers)).lazy(),
        figures=tables.COUNTS.empty().lazy(),
    )
    return Drawn(tallies, _register(codes), codes)


def _month(
    rng: np.random.Generator, units: Units, codes: npt.NDArray[np.str_], month: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Outcomes and answers of one month of every league."""
    shape = codes.shape
    logit = np.log(units.on_time / (1 - units.on_time))
    steady = rng.standard_normal(shape) * units.unsteadiness
    probability = 1 / (1 + np.exp(-(logit + steady)))
    on_time = rng.binomial(units.due, probability, shape)
    late = units.due - on_time
    still_open = rng.binomial(late, _STILL_OPEN)
    saved, squared = _saved(rng, on_time)
    rated_on_time = rng.binomial(on_time, units.rated)
    rated_late = rng.binomial(late, units.rated)
    content = rng.binomial(rated_on_time, units.satisfied)
    content_late = rng.binomial(rated_late, units.satisfied * (1 - _LATE_PENALTY))
    nothing = np.zeros(shape, np.int64)
    judged = {"month": month, "due_month": month}
    outcomes = [
        _cells(codes, "dossiers", on_time, judged | {"outcome": "finished_early",
               "verdict": "on_time"}, saved_thousandths=saved, saved_squared_millionths=squared),
        *(
            _cells(codes, "dossiers", count, judged | {"outcome": outcome, "verdict": "late"},
                   saved_thousandths=nothing, saved_squared_millionths=nothing)
            for outcome, count in (("open_overdue", still_open), ("finished_overdue",
                                                                  late - still_open))
        ),
    ]  # fmt: skip
    return pl.concat(outcomes).with_columns(**_fixed_outcome()), _answers(
        codes,
        month,
        {
            ("on_time", 5): content,
            ("on_time", 1): rated_on_time - content,
            ("late", 5): content_late,
            ("late", 1): rated_late - content_late,
        },
    )


def _saved(rng: np.random.Generator, on_time: Counts) -> tuple[Counts, Counts]:
    """Sums over the dossiers on time of thousandths saved, and of their squares."""
    thousandths = np.rint(1000 * rng.beta(*_SAVED, int(on_time.sum()))).astype(np.int64)
    ends = np.cumsum(on_time.ravel())
    sums = [np.concatenate([[0], np.cumsum(values)]) for values in (thousandths, thousandths**2)]
    starts = ends - on_time.ravel()
    return tuple((total[ends] - total[starts]).reshape(on_time.shape) for total in sums)  # type: ignore[return-value]


def _cells(
    codes: npt.NDArray[np.str_],
    count: str,
    counts: Counts,
    fixed: dict[str, str],
    **more: Counts,
) -> pl.DataFrame:
    """A cell for each unit of each league."""
    columns = {count: counts, **more}
    return pl.DataFrame(
        {"unit_code": codes.ravel(), **{name: values.ravel() for name, values in columns.items()}}
    ).with_columns(**{name: pl.lit(value) for name, value in fixed.items()})


def _fixed_outcome() -> dict[str, pl.Expr]:
    return {
        "sender_code": pl.col("unit_code"),
        "sha256": pl.lit("0"),
        "clock": pl.lit("working"),
        "procedure_code": pl.lit("1"),
        "channel": pl.lit("counter"),
        "applicant": pl.lit("citizen"),
        "intake": pl.lit("received"),
    }


def _answers(
    codes: npt.NDArray[np.str_], month: str, counts: dict[tuple[str, int], Counts]
) -> pl.DataFrame:
    """Answers to the overall question on the scale of five, and each respondent once."""
    cells = [
        _cells(codes, "respondents", count, {"month": month, "verdict": verdict}).with_columns(
            answer=pl.lit(answer, pl.Int64), question=pl.lit("overall")
        )
        for (verdict, answer), count in counts.items()
    ]
    cells += [
        cell.with_columns(answer=pl.lit(None, pl.Int64), question=pl.lit(tables.ANY_QUESTION))
        for cell in list(cells)
    ]
    weight = pl.col("respondents")
    return (
        pl.concat(cells)
        .with_columns(
            sender_code="unit_code",
            sha256=pl.lit("0"),
            scale=pl.lit("five"),
            mode=pl.lit("online"),
            dossier_month=pl.lit(month),
            weight_millionths=weight * 1_000_000,
            weight_squared_trillionths=weight.cast(pl.Int128) * 10**12,
        )
        .filter(weight > 0)
    )


_NAMED = dict.fromkeys(("code", "name_vi", "kind", "parent_code"), pl.String())


def _register(codes: npt.NDArray[np.str_]) -> Register:
    """A province for each league, and its units below it."""
    leagues = [str(code).split(".")[0] for code in codes[:, 0]]
    units: Sequence[str] = [str(code) for code in codes.ravel()]
    rows = [(league, league, "province", None) for league in leagues]
    rows += [(unit, unit, "commune", unit.split(".")[0]) for unit in units]
    named = pl.DataFrame(rows, schema=_NAMED, orient="row")
    blank = {name: pl.lit(None) for name in tables.AGENCIES.names if name not in named.columns}
    table = named.with_columns(**blank).sort("code")
    return Register(tables.AGENCIES.conform(table), "")
