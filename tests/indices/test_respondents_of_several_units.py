"""A respondent is one cluster, in whatever units, questions and files its answers are."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipeline import methods, tables
from pipeline.indices import compute
from pipeline.statistics import intervals

from .surveys import MONTH, counted, measured, pooling_of

SCHOOLS = Path(__file__).parents[3] / "shared" / "oracles" / "survey"
PARENTS = {"P.1": "P", "P.2": "P", "P": "C"}


def row_of(found: pl.DataFrame, unit: str) -> dict[str, float]:
    return found.filter(unit_code=unit).row(0, named=True)


def test_who_says_the_same_of_two_units_is_one_respondent_of_their_parent() -> None:
    satisfied = [number < 30 for number in range(40)]
    ratings = pl.DataFrame(
        {
            "unit_code": ["P.1"] * 40 + ["P.2"] * 40,
            "respondent_id": [str(number) for number in range(40)] * 2,
            "answer": [5 if each else 1 for each in satisfied] * 2,
        }
    )
    found = measured(ratings, pooling_of(parents=PARENTS))
    for unit in ("P.1", "P.2", "P", "C"):
        row = row_of(found, unit)
        assert (row["value"], row["denominator"]) == (0.75, 40), unit
        assert row["effective_n"] == pytest.approx(40), unit


def test_different_people_of_two_units_are_respondents_of_their_parent_each() -> None:
    ratings = pl.DataFrame(
        {
            "unit_code": ["P.1"] * 40 + ["P.2"] * 40,
            "respondent_id": [str(number) for number in range(80)],
            "answer": [5, 5, 5, 1] * 20,
        }
    )
    found = measured(ratings, pooling_of(parents=PARENTS))
    row = row_of(found, "P")
    assert row["denominator"] == 80
    assert row["effective_n"] == pytest.approx(80)


def test_the_same_id_of_two_senders_is_two_respondents() -> None:
    ratings = pl.DataFrame(
        {
            "sender_code": ["P.1"] * 40 + ["P.2"] * 40,
            "unit_code": ["P.1"] * 40 + ["P.2"] * 40,
            "respondent_id": [str(number) for number in range(40)] * 2,
            "answer": [5, 5, 5, 1] * 20,
        }
    )
    assert row_of(measured(ratings, pooling_of(parents=PARENTS)), "P")["denominator"] == 80


def test_who_rates_several_dossiers_of_a_unit_is_one_respondent() -> None:
    ratings = pl.DataFrame(
        {
            "unit_code": ["P.1"] * 120,
            "respondent_id": [str(number) for number in range(40)] * 3,
            "dossier_id": [str(number) for number in range(120)],
            "answer": ([5] * 30 + [1] * 10) * 3,
        }
    )
    row = row_of(measured(ratings, pooling_of(parents=PARENTS)), "P.1")
    assert row["denominator"] == 40
    assert row["effective_n"] == pytest.approx(40)


def test_answers_in_two_files_of_a_delivery_are_those_of_one_respondent() -> None:
    ratings = pl.DataFrame(
        {
            "sha256": ["b"] * 40 + ["a"] * 40,
            "unit_code": ["P.1"] * 40 + ["P.2"] * 40,
            "respondent_id": [str(number) for number in range(40)] * 2,
            "answer": [5, 5, 5, 1] * 20,
        }
    )
    pooling = pooling_of(parents=PARENTS)
    assert row_of(measured(ratings, pooling), "P")["denominator"] == 40
    cells = counted(ratings, pooling).pairs.filter(pl.col("unit_code") == "P").collect()
    assert set(cells["sha256"]) == {"a"}  # the first by hash


def test_a_question_without_an_answer_is_no_answer_of_its_respondent() -> None:
    answered = {"unit_code": "P.1", "question": "access"}
    silent = {"unit_code": "P.2", "question": "results", "answer": None}
    ratings = pl.DataFrame(
        [answered | {"respondent_id": str(n), "answer": 5 if n < 30 else 1} for n in range(40)]
        + [silent | {"respondent_id": str(n)} for n in range(60)]
    )
    row = row_of(measured(ratings, pooling_of(parents=PARENTS)), "P")
    assert (row["value"], row["denominator"]) == (0.75, 40)
    assert row["effective_n"] == pytest.approx(40)


def draw_survey(rng: np.random.Generator, *, is_weighted: bool) -> pl.DataFrame:
    """60 people, each of a mood of its own, who rate 1 to 5 factors of 1 to 3 units."""
    rows = []
    for person in range(60):
        mood, weight = rng.normal(), float(np.round(rng.uniform(0.2, 5), 3))
        for unit in rng.choice(["P.1", "P.2", "P"], rng.integers(1, 4), replace=False):
            for factor in rng.choice(tables.FACTORS, rng.integers(1, 6), replace=False):
                answer = int(np.clip(np.round(3.5 + mood + rng.normal()), 1, 5))
                rows.append((str(unit), str(person), str(factor), answer, weight))
    names = ["unit_code", "respondent_id", "question", "answer", "weight"]
    drawn = pl.DataFrame(rows, schema=names, orient="row")
    return drawn if is_weighted else drawn.with_columns(weight=1.0)


def linearised_error(ratings: pl.DataFrame, score: pl.Expr) -> tuple[float, float]:
    """The mean over factors of the weighted means of a score, and its standard error.

    From the rows, as R's `survey` has it for clusters drawn with replacement: sqrt(n / (n - 1) x
    the sum of the squared totals of the clusters' linearised scores).
    """
    scored = ratings.with_columns(score=score.cast(pl.Float64))
    weight = pl.col("weight")
    mean = (weight * pl.col("score")).sum() / weight.sum()
    factors = scored["question"].n_unique()
    totals = (
        scored.with_columns(
            part=(weight * (pl.col("score") - mean) / weight.sum() / factors).over("question")
        )
        .group_by("respondent_id")
        .agg(pl.col("part").sum())
    )
    value = scored.group_by("question").agg(value=mean)["value"].mean()
    people = totals.height
    return float(value), float(np.sqrt(people / (people - 1) * (totals["part"] ** 2).sum()))  # type: ignore[arg-type]


@pytest.mark.parametrize("is_weighted", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_errors_are_those_computed_from_the_rows(seed: int, is_weighted: bool) -> None:
    ratings = draw_survey(np.random.default_rng(seed), is_weighted=is_weighted)
    found = measured(ratings, pooling_of(parents=PARENTS))
    for unit, units in {"P": ["P.1", "P.2", "P"], "P.1": ["P.1"]}.items():
        rows = ratings.filter(pl.col("unit_code").is_in(units))
        row = row_of(found, unit)
        people = rows["respondent_id"].n_unique()
        assert row["denominator"] == people
        mean, error = linearised_error(rows, (pl.col("answer") - 1) / 4)
        assert row["mean"] == pytest.approx(mean)
        assert row["mean_error"] == pytest.approx(error, rel=1e-6)
        share, share_error = linearised_error(rows, pl.col("answer") >= 4)
        assert row["value"] == pytest.approx(share)
        # The sample that the variance is of; beside it stand one respondent more of either kind,
        # and weights are taken not to depend on the answers (Kish).
        plain = share * (1 - share) / (share_error**2 * (people - 1) / people)
        assert row["effective_n"] == pytest.approx(plain, rel=0.3 if is_weighted else 0.12)


def test_a_mean_and_its_error_are_those_of_r_survey() -> None:
    path = SCHOOLS / "apiclus1_input.csv"
    if not path.exists():
        pytest.skip(f"the sample of schools is not on this machine: {path}")
    schools = pl.read_csv(path)
    expected = pl.read_csv(SCHOOLS / "poststratified_expected.csv")
    error = expected.filter(statistic="share api00>700, unadjusted, clusters dnum").row(0)
    # Each school is a unit, and its district the respondent: 15 districts rate 183 schools.
    ratings = schools.select(
        unit_code=pl.format("P.{}", "snum"),
        respondent_id=pl.col("dnum").cast(pl.String),
        scale=pl.lit("yes_no"),
        answer=(pl.col("api00") > 700).cast(pl.Int64),
        weight=pl.col("pw"),
    )
    units = dict.fromkeys(ratings["unit_code"], "P")
    row = row_of(measured(ratings, pooling_of(parents=units)), "P")
    assert (row["value"], row["mean"]) == (pytest.approx(error[1]), pytest.approx(error[1]))
    assert row["mean_error"] == pytest.approx(error[2], rel=1e-6)
    assert row["denominator"] == 15


def test_limits_of_a_parent_hold_what_respondents_of_four_units_think_in_95_of_100() -> None:
    rng = np.random.default_rng(3)
    parents, people, units = 600, 120, 4
    true = rng.uniform(0.55, 0.9, parents)
    threshold = np.quantile(rng.standard_normal(1_000_000), 1 - true)
    mood = rng.standard_normal((parents, people, 1))
    own = rng.standard_normal((parents, people, units))
    satisfied = 0.9 * mood + np.sqrt(1 - 0.81) * own > threshold[:, None, None]
    parent = np.repeat(np.arange(parents), people * units)
    unit = np.tile(np.arange(units), parents * people)
    ratings = pl.DataFrame({"parent": parent, "unit": unit}).select(
        unit_code=pl.format("P{}.{}", pl.col("parent") + 1000, "unit"),
        respondent_id=pl.Series(np.tile(np.repeat(np.arange(people), units), parents)).cast(
            pl.String
        ),
        answer=pl.Series(1 + 4 * satisfied.ravel()),
    )
    above = {code: code.split(".")[0] for code in ratings["unit_code"].unique()}
    found = measured(ratings, pooling_of(parents=above))
    pooled = found.filter(~pl.col("unit_code").str.contains(".", literal=True)).sort("unit_code")
    sample = pl.col("effective_n")
    lower, upper = intervals.wilson_limits(pl.col("value") * sample, sample, 0.95)
    limits = pooled.select(lower.alias("lower"), upper.alias("upper")).to_numpy()
    is_held = (limits[:, 0] <= true) & (true <= limits[:, 1])
    assert 0.935 <= is_held.mean() <= 0.97
    # Kept apart by unit there would be 480, and the limits hold far less often.
    assert pooled["effective_n"].mean() < 200  # type: ignore[operator]


def test_the_limits_of_a_parent_are_published_with_respondents_as_clusters() -> None:
    pooling = pooling_of(parents=PARENTS)
    ratings = draw_survey(np.random.default_rng(8), is_weighted=False)
    computed = compute(counted(ratings, pooling), MONTH, methods.load(), pooling.register)
    of_parent = computed.filter(unit_code="C")
    share, mean = (
        of_parent.filter(indicator=name).row(0, named=True)
        for name in ("satisfied_share", "mean_rating")
    )
    value, error = linearised_error(ratings, (pl.col("answer") - 1) / 4)
    assert mean["value"] == pytest.approx(100 * value, abs=0.005)
    assert mean["standard_error"] == pytest.approx(100 * error, abs=5e-5)
    reach = 1.959963984540054 * 100 * error
    assert mean["lower"] == pytest.approx(100 * value - reach, abs=0.005)
    assert mean["upper"] == pytest.approx(100 * value + reach, abs=0.005)
    assert (mean["denominator"], share["denominator"]) == (60, 60)
    assert (mean["scale"], mean["interval_source"]) == ("five:factors", "sampling")
