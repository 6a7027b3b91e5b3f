"""Estimates from strata and clusters, and the size of a weighted sample."""

from pathlib import Path

import polars as pl
import pytest

from pipeline.statistics import survey

ORACLES = Path(__file__).parents[3] / "shared" / "oracles" / "survey"
DIGITS = 1e-9


def oracle(name: str) -> pl.DataFrame:
    path = ORACLES / name
    if not path.exists():
        pytest.skip(f"the samples of schools are not on this machine: {path}")
    return pl.read_csv(path, infer_schema_length=None)


def stratified(value: pl.Expr) -> pl.DataFrame:
    """200 schools, drawn by type of school."""
    return oracle("apistrat_input.csv").select(
        value=value, weight="pw", stratum="stype", population="fpc"
    )


def clustered(value: pl.Expr) -> pl.DataFrame:
    """All schools of 15 districts of 757."""
    return oracle("apiclus1_input.csv").select(
        "stype", value=value, weight="pw", cluster="dnum", population="fpc"
    )


def expected(statistic: str) -> tuple[float, float, float]:
    row = oracle("survey_expected.csv").row(by_predicate=pl.col("statistic") == statistic)
    return row[1], row[2], row[3]


def found(estimate: survey.Estimate) -> tuple[float, float, float]:
    return estimate.value, estimate.standard_error, estimate.design_effect


def test_a_stratified_sample_has_the_errors_and_design_effects_of_r() -> None:
    score, enrolled = pl.col("api00"), pl.col("enroll")
    is_met = (pl.col("sch.wide") == "Yes").cast(pl.Float64)
    for statistic, made in (
        ("stratified mean api00", survey.estimate(stratified(score), "mean")),
        ("stratified total enroll", survey.estimate(stratified(enrolled), "total")),
        ("stratified prop sch.wide (numeric)", survey.estimate(stratified(is_met), "mean")),
    ):
        assert found(made) == pytest.approx(expected(statistic), rel=DIGITS), statistic


def test_a_clustered_sample_has_the_errors_and_design_effects_of_r() -> None:
    for statistic, made in (
        ("cluster mean api00", survey.estimate(clustered(pl.col("api00")), "mean")),
        ("cluster total enroll", survey.estimate(clustered(pl.col("enroll")), "total")),
    ):
        assert found(made) == pytest.approx(expected(statistic), rel=DIGITS), statistic


@pytest.mark.parametrize("kind", ["E", "H", "M"])
def test_a_part_of_the_population_has_the_mean_and_error_of_r(kind: str) -> None:
    of_kind = stratified(pl.col("api00")).with_columns(is_in_domain=pl.col("stratum") == kind)
    value, error, _ = expected(f"domain mean api00 {kind}")
    made = survey.estimate(of_kind, "mean")
    assert (made.value, made.standard_error) == pytest.approx((value, error), rel=DIGITS)


def test_weights_adjusted_to_known_classes_have_the_mean_and_error_of_r() -> None:
    classes = oracle("apipop_stype_counts.csv").rename(
        {"Var1": "class", "Freq": "class_population"}
    )
    schools = clustered(pl.col("api00")).rename({"stype": "class"})
    made = survey.estimate(schools.join(classes, on="class"), "mean")
    value, error, _ = expected("post-stratified cluster mean api00")
    assert (made.value, made.standard_error) == pytest.approx((value, error), rel=DIGITS)


def test_without_a_design_the_error_is_that_of_a_mean() -> None:
    # 1, 2, 3, 6: mean 3, variance 14 / 3
    sample = pl.DataFrame({"value": [1, 2, 3, 6], "weight": [1e9] * 4})
    made = survey.estimate(sample, "mean")
    assert found(made) == pytest.approx((3, (14 / 3 / 4) ** 0.5, 1.0), rel=1e-6)


def test_cases_that_are_alike_within_clusters_count_as_one() -> None:
    # Two clusters of three equal answers: the error is that of two cases, 0 and 1.
    sample = pl.DataFrame(
        {"value": [0, 0, 0, 1, 1, 1], "weight": [1e9] * 6, "cluster": [0, 0, 0, 1, 1, 1]}
    )
    assert survey.estimate(sample, "mean").standard_error == pytest.approx((0.5 / 2) ** 0.5)


def test_a_stratum_of_one_cluster_is_refused() -> None:
    sample = pl.DataFrame({"value": [1, 2, 3], "weight": [1.0] * 3, "stratum": ["a", "a", "b"]})
    with pytest.raises(ValueError, match="stratum 'b' has one cluster only"):
        survey.estimate(sample, "mean")


def test_weights_shrink_a_sample_by_their_spread() -> None:
    # 30 of weight 1 and 30 of weight 3: 120^2 / (30 + 270) = 48
    sums = pl.DataFrame({"w": [120, 60, 0], "w2": [300, 60, 0]})
    found = sums.select(survey.effective_n(pl.col("w"), pl.col("w2"))).to_series()
    assert found.to_list() == [48.0, 60.0, None]
