"""How large a sample respondents are: weights, and the answers of one that go together."""

import numpy as np
import polars as pl
import pytest

from pipeline import tables
from pipeline.indices import respondents
from pipeline.statistics import intervals

from .conftest import Counts, IndicesOf
from .surveys import measured, pooling_of

MONTH = "2026-08"


def sample_of(indices_of: IndicesOf, counted: Counts) -> float:
    found: float = indices_of(counted).row("satisfied_share")["effective_n"]
    return found


def test_a_respondents_answers_are_one_cluster(counts: type[Counts], indices_of: IndicesOf) -> None:
    counted = counts().rated_together("1-1--", 20).rated_together("0-0--", 10)
    counted.rated_together("1-0--", 10)
    # access 30 / 40, officials 20 / 40: 0.625. Scores about their means: 20 of (0.25 + 0.5) / 2,
    # 10 of (-0.75 - 0.5) / 2, 10 of (0.25 - 0.5) / 2
    square = (20 * 0.375**2 + 10 * 0.625**2 + 10 * 0.125**2) / 40
    # with one respondent satisfied by all and one by none: 26 of 42
    share = 26 / 42
    variance = (40 * (square + (0.625 - share) ** 2) + share**2 + (1 - share) ** 2) / 42
    expected = 40 * share * (1 - share) / variance
    row = indices_of(counted).row("satisfied_share")
    assert (row["value"], row["denominator"]) == (0.625, 40)
    assert row["effective_n"] == pytest.approx(expected, abs=1e-5)
    assert 40 < expected < 2 * 40


def test_respondents_who_answer_all_alike_are_worth_one_answer_each(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    counted = counts().rated_together("11111", 60).rated_together("00000", 20)
    assert sample_of(indices_of, counted) == 80


def test_one_factor_is_worth_as_much_as_the_overall_question(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    weights = {"weight_millionths": 90 * 10**6, "weight_squared_trillionths": 270 * 10**12}
    counted = counts().rated_together("1----", 30).rated_together("0----", 30, **weights)
    # (30 + 90)^2 / (30 + 270)
    assert sample_of(indices_of, counted) == 48


def test_answers_that_do_not_go_together_are_worth_more_than_their_respondents(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    counted = counts()
    for satisfied in ("11---", "10---", "01---", "00---"):
        counted.rated_together(satisfied, 25_000)
    assert sample_of(indices_of, counted) == pytest.approx(2 * 100_000, rel=1e-3)


def test_groups_of_dossiers_bring_parts_that_add_up_to_the_value(counts: type[Counts]) -> None:
    counted = counts().rated_together("11-1-", 20, dossier_verdict="on_time")
    counted.rated_together("0--1-", 15, dossier_verdict="late").rated_together("10-0-", 5)
    tallies = counted.tallies()
    pooling = pooling_of("H01.1")
    rated = respondents.measure(tallies.answers, tallies.pairs, pooling).row(0, named=True)
    # access 25 / 40, procedures 20 / 25, results 35 / 40
    assert rated["value"] == pytest.approx((25 / 40 + 20 / 25 + 35 / 40) / 3)
    parts = [rated[f"{group}_part"] for group in respondents.GROUPS]
    assert parts == pytest.approx(
        [(20 / 40 + 20 / 25 + 20 / 40) / 3, (0 + 0 + 15 / 40) / 3, (5 / 40 + 0 + 0) / 3]
    )
    assert sum(rated[f"{group}_mass"] for group in respondents.GROUPS) == pytest.approx(1)
    assert [rated[f"{group}_respondents"] for group in respondents.GROUPS] == [20, 15, 5]


def test_limits_hold_what_respondents_truly_think_in_95_of_100_units() -> None:
    rng = np.random.default_rng(5)
    units, size = 900, 200
    true = rng.uniform(0.6, 0.95, units)
    # An answer satisfies where mood and its own deviate are above a threshold: 64 % its own.
    threshold = np.quantile(rng.standard_normal(1_000_000), 1 - true)
    mood = rng.standard_normal((units, size, 1))
    own = rng.standard_normal((units, size, 5))
    satisfied = 0.6 * mood + 0.8 * own > threshold[:, None, None]
    codes = [f"U{unit:04}" for unit in range(units)]
    ratings = pl.DataFrame(
        {
            "unit_code": np.repeat(codes, size * 5),
            "respondent_id": np.tile(np.repeat(np.arange(size), 5), units).astype(str),
            "question": np.tile(tables.FACTORS, units * size),
            "answer": 1 + 4 * satisfied.ravel(),
        }
    )
    rated = measured(ratings, pooling_of(*codes))
    sample = pl.col("effective_n")
    lower, upper = intervals.wilson_limits(pl.col("value") * sample, sample, 0.95)
    limits = rated.sort("unit_code").select(lower.alias("lower"), upper.alias("upper")).to_numpy()
    is_held = (limits[:, 0] <= true) & (true <= limits[:, 1])
    assert 0.94 <= is_held.mean() <= 0.965
    # Respondents alone, as if all answers of each were equal, would be half of what they are.
    assert rated["effective_n"].mean() > 2 * size  # type: ignore[operator]
