"""Satisfaction, response rate, and the composite of both indices."""

import math

import pytest

from pipeline import months

from .conftest import Counts, IndicesOf, Value


def add_ratings(counts: type[Counts], satisfied: int, others: int, **more: Value) -> Counts:
    """That many satisfied (4 or 5 of five) and others, asked overall."""
    return (
        counts()
        .respondents(satisfied + others, **more)
        .answers("overall", {5: satisfied - 1, 4: 1, 3: others - 1, 1: 1}, **more)
    )


def test_satisfied_are_the_top_two_of_five(counts: type[Counts], indices_of: IndicesOf) -> None:
    found = indices_of(add_ratings(counts, 60, 20))
    row = found.row("satisfied_share")
    assert row["value"] == 60 / 80
    assert (row["numerator"], row["denominator"], row["scale"]) == (60, 80, "five:overall")
    assert row["interval_source"] == "sampling"
    assert found.value("satisfaction_index") == 100 * 60 / 80


@pytest.mark.parametrize(
    ("scale", "answers", "share"),
    [
        ("three", {3: 10, 2: 20, 1: 10}, (10 + 20) / 40),
        ("yes_no", {1: 10, 0: 30}, 10 / 40),
        ("five", {5: 10, 4: 10, 3: 10, 2: 10}, (10 + 10) / 40),
    ],
)
def test_each_scale_has_its_satisfied_answers(
    counts: type[Counts], indices_of: IndicesOf, scale: str, answers: dict[int, int], share: float
) -> None:
    counted = counts().respondents(40, scale=scale).answers("overall", answers, scale=scale)
    assert indices_of(counted).value("satisfied_share") == share


def test_factors_are_averaged_and_come_before_the_overall_question(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    counted = (
        counts()
        .respondents(40)
        .factor_respondents(40)
        .answers("overall", {5: 40})
        .answers("access", {5: 30, 1: 10})
        .answers("officials", {5: 10, 1: 10})
    )
    row = indices_of(counted).row("satisfied_share")
    assert row["value"] == (30 / 40 + 10 / 20) / 2
    assert row["scale"] == "five:factors"
    assert row["numerator"] == 40 * 0.625


@pytest.mark.parametrize(
    ("factor_respondents", "scale", "value", "denominator", "left_out"),
    [
        (30, "five:factors", 0.0, 30, 60 - 30),  # half of the sixty
        (29, "five:overall", 1.0, 60 - 29, 29),
    ],
)
def test_value_and_respondents_are_of_one_kind_of_question(  # noqa: PLR0917
    counts: type[Counts],
    indices_of: IndicesOf,
    factor_respondents: int,
    scale: str,
    value: float,
    denominator: int,
    left_out: int,
) -> None:
    # Whoever rated access was not satisfied, and everybody else was, asked overall.
    counted = counts().respondents(60).factor_respondents(factor_respondents)
    counted.answers("access", {1: factor_respondents})
    counted.answers("overall", {5: 60 - factor_respondents}, unit_code="H01.2")
    counted.respondents(0, unit_code="H01.2")
    row = indices_of(counted).row("satisfied_share", "H01")
    assert (row["value"], row["scale"]) == (value, scale)
    assert (row["denominator"], row["effective_n"]) == (denominator, denominator)
    assert row["left_out"] == left_out


@pytest.mark.parametrize(
    ("silences", "note"),
    [
        (0, None),
        (24, None),  # 24 / (56 + 24) = 30 %, which the method allows
        (25, "too_much_item_non_response"),  # 25 / (56 + 25) is more
    ],
)
def test_there_is_no_index_where_more_answers_are_missing_than_the_method_allows(
    counts: type[Counts], indices_of: IndicesOf, silences: int, note: str | None
) -> None:
    found = indices_of(add_ratings(counts, 40, 16).silences("no_answer", silences))
    for indicator, value in (("satisfied_share", 40 / 56), ("satisfaction_index", 100 * 40 / 56)):
        assert found.note(indicator) == note
        assert found.value(indicator) == (None if note else pytest.approx(value, abs=0.01))
    # Who gave an answer responded, and is counted as before.
    assert found.row("satisfied_share")["denominator"] == 56


def test_missing_answers_count_against_their_own_kind_of_question(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    def factors(silent_question: str) -> Counts:
        rated = counts().respondents(40).factor_respondents(40).answers("access", {5: 40})
        return rated.silences(silent_question, 40)

    assert indices_of(factors("no_answer")).value("satisfied_share") == 1
    assert indices_of(factors("no_factor_answer")).note("satisfied_share") == (
        "too_much_item_non_response"
    )


def test_a_unit_whose_respondents_answered_nothing_is_told_so(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    row = indices_of(counts().silences("no_answer", 50)).row("satisfaction_index")
    assert (row["value"], row["denominator"]) == (None, 0)
    assert row["note"] == "too_much_item_non_response"


def test_weights_count_and_shrink_the_sample(counts: type[Counts], indices_of: IndicesOf) -> None:
    # 30 of weight 1 satisfied, 30 of weight 3 not: 30 / 120; n_eff = 120^2 / (30 + 270) = 48
    heavy = {"weight_millionths": 90_000_000, "weight_squared_trillionths": 270 * 10**12}
    counted = counts().respondents(30).answers("overall", {5: 30})
    counted.respondents(30, **heavy).answers("overall", {1: 30}, **heavy)
    row = indices_of(counted).row("satisfied_share")
    assert row["value"] == 30 / 120
    assert row["effective_n"] == 120**2 / (30 + 270)
    # Wilson for 12 of 48
    square = 1.959964**2
    centre = (12 + square / 2) / (48 + square)
    reach = 1.959964 * math.sqrt(48 * 0.25 * 0.75 + square / 4) / (48 + square)
    assert row["lower"] == pytest.approx(centre - reach, abs=1e-6)
    assert row["upper"] == pytest.approx(centre + reach, abs=1e-6)


def test_weights_that_add_up_to_one_leave_the_sample_its_size(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    # 4,000 respondents of 1 / 4,000 = 250 millionths each: 1^2 / (4,000 x 0.00025^2) = 4,000
    light = {"weight_millionths": 10**6, "weight_squared_trillionths": 4000 * 250**2}
    counted = counts().respondents(4000, **light).answers("overall", {5: 4000}, **light)
    row = indices_of(counted).row("satisfied_share")
    assert (row["value"], row["denominator"], row["effective_n"]) == (1.0, 4000, 4000)


@pytest.mark.parametrize(("others", "value"), [(9, None), (10, 66.67)])
def test_under_thirty_respondents_there_is_no_index(
    counts: type[Counts], indices_of: IndicesOf, others: int, value: float | None
) -> None:
    found = indices_of(add_ratings(counts, 20, others))
    for indicator in ("satisfied_share", "satisfaction_index"):
        row = found.row(indicator)
        assert (row["lower"] is None) == (value is None)
        assert row["note"] == ("too_few_respondents" if value is None else None)
        assert (row["numerator"], row["denominator"]) == (20, 20 + others)
    assert found.value("satisfaction_index") == value


def test_the_scale_with_most_respondents_is_taken(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    counted = add_ratings(counts, 20, 20).respondents(50, scale="yes_no")
    counted.answers("overall", {1: 50}, scale="yes_no")
    row = indices_of(counted).row("satisfied_share")
    assert (row["value"], row["scale"]) == (1.0, "yes_no:overall")
    assert (row["denominator"], row["left_out"]) == (50, 40)


def test_answers_of_other_months_do_not_count(counts: type[Counts], indices_of: IndicesOf) -> None:
    counted = add_ratings(counts, 30, 10).respondents(99, month="2026-07", dossier_month="2026-07")
    counted.answers("overall", {1: 99}, month="2026-07", dossier_month="2026-07")
    assert indices_of(counted).row("satisfied_share")["denominator"] == 40


def test_satisfaction_from_figures_is_a_sample_on_a_scale_of_its_own(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    found = indices_of(counts().figure("satisfied_share", 90, 120))
    row = found.row("satisfied_share")
    assert (row["value"], row["scale"], row["effective_n"]) == (90 / 120, "figures", 120)
    assert found.value("satisfaction_index", "H01") == 75.0


def test_a_total_of_the_satisfied_stands_for_its_parts_and_is_noted_where_it_differs(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    counted = counts().figure("satisfied_share", 90, 120, unit_code="H01")
    counted.figure("satisfied_share", 30, 60).figure("satisfied_share", 60, 61, unit_code="H01.2")
    row = indices_of(counted).row("satisfaction_index", "H01")
    # The parts: 90 / 121.
    assert (row["value"], row["denominator"], row["note"]) == (75.0, 120, "differs_from_parts")
    assert row["lower"] < 75 < row["upper"]


def test_a_total_of_responses_stands_for_its_parts(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    counted = counts().figure("response_rate", 30, 60, unit_code="H01")
    found = indices_of(counted.figure("response_rate", 30, 60).figure("satisfied_share", 1, 40))
    assert found.row("response_rate", "H01")["denominator"] == 60
    assert found.note("response_rate", "H01") is None


def test_the_response_rate_is_of_the_dossiers_that_ended_in_the_month(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    counted = add_ratings(counts, 30, 10).respondents(5, dossier_month="2026-07")
    counted.outcome("finished_early", 70).outcome("finished_without_due", 10)
    counted.outcome("open_not_due", 99).outcome("left", 99)
    row = indices_of(counted).row("response_rate")
    assert row["value"] == 40 / (70 + 10)


def test_respondents_of_unknown_dossiers_are_left_out(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    counted = add_ratings(counts, 30, 10).respondents(6, dossier_month=None)
    row = indices_of(counted.outcome("finished_early", 80)).row("response_rate")
    assert (row["value"], row["left_out"]) == (40 / 80, 6)


@pytest.mark.parametrize(
    ("dossier_month", "finished"), [(None, 80), ("2026-08", 39), ("2026-08", 0)]
)
def test_where_respondents_and_dossiers_do_not_match_there_is_no_rate(
    counts: type[Counts], indices_of: IndicesOf, dossier_month: str | None, finished: int
) -> None:
    counted = add_ratings(counts, 30, 10, dossier_month=dossier_month)
    row = indices_of(counted.outcome("finished_early", finished)).row("response_rate")
    assert (row["value"], row["lower"], row["note"]) == (None, None, "no_denominator")


def test_an_agency_without_ratings_has_no_response_rate(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    assert not indices_of(counts().on_time(40)).has("response_rate")


def test_the_composite_is_half_and_half_of_the_published_parts(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    counted = add_ratings(counts, 61, 20).history().on_time(45).late(16)
    found = indices_of(counted)
    time, satisfaction = found.row("processing_time_index"), found.row("satisfaction_index")
    row = found.row("reform_performance_index")
    # 45 x 0.85 / 61 = 62.7049… and 61 / 81 = 75.3086…
    assert (time["value"], satisfaction["value"]) == (62.7, 75.31)
    assert row["value"] == 69.01  # 69.005, halves up
    assert row["interval_source"] == "both"
    assert row["scale"] == "five:overall"
    # nothing is known of the rated dossiers: the parts are drawn apart
    error = 0.5 * math.hypot(time["standard_error"], satisfaction["standard_error"])
    assert row["standard_error"] == pytest.approx(error, rel=0.05)
    # the lower limit is the farther one, as it is of shares above a half
    assert row["upper"] - row["lower"] == pytest.approx(2 * 1.96 * error, rel=0.05)
    assert row["value"] - row["lower"] > row["upper"] - row["value"]


def test_ratings_of_the_dossiers_due_widen_the_limits_of_the_composite(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    def error_of(**verdicts: str | None) -> float:
        counted = counts().history().on_time(240).late(60)
        counted.rated_together("11111", 80, dossier_verdict=verdicts["satisfied"])
        counted.rated_together("00000", 30, dossier_verdict=verdicts["others"])
        error: float = indices_of(counted).row("reform_performance_index")["standard_error"]
        return error

    apart = error_of(satisfied=None, others=None)
    # Those late are those not satisfied: one more late dossier costs both parts.
    together = error_of(satisfied="on_time", others="late")
    against = error_of(satisfied="late", others="on_time")
    assert against < apart < together
    # 100 x 0.85 of 240 / 300 due: Var = a^2 + b^2 + 2 cov
    time, share = 0.5 * 85 * math.sqrt(0.8 * 0.2 / 300), 80 / 110
    satisfaction = 0.5 * 100 * math.sqrt(share * (1 - share) / 110)
    assert apart == pytest.approx(math.hypot(time, satisfaction), rel=0.05)
    both = 2 * 0.5 * 85 * 0.5 * 100 * share * (1 - share) / 300
    assert together == pytest.approx(math.sqrt(time**2 + satisfaction**2 + both), rel=0.05)


def test_months_that_differ_widen_the_limits_of_the_composite(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    counted = add_ratings(counts, 61, 20)
    for number, month in enumerate([*months.before("2026-08", 14), "2026-08"]):
        late = 40 if number % 2 else 20
        counted.on_time(100 - late, month=month, due_month=month)
        counted.late(late, month=month, due_month=month)
    known = indices_of(counted)
    by_chance = indices_of(counted, minimum_months_of_series=16)
    rows = [found.row("reform_performance_index") for found in (known, by_chance)]
    assert rows[0]["value"] == rows[1]["value"]
    assert rows[0]["upper"] - rows[0]["lower"] > 1.2 * (rows[1]["upper"] - rows[1]["lower"])
    assert rows[0]["interval_source"] == rows[1]["interval_source"] == "both"


def test_satisfaction_from_figures_makes_a_composite_too(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    counted = counts().history().on_time(45).late(16).figure("satisfied_share", 90, 120)
    row = indices_of(counted).row("reform_performance_index")
    assert row["value"] == (62.7 + 75) / 2
    assert row["lower"] < 62.7 / 2 + 75 / 2 < row["upper"]


def test_without_ratings_the_composite_says_no_satisfaction(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    row = indices_of(counts().history().on_time(40)).row("reform_performance_index")
    assert (row["value"], row["lower"], row["note"]) == (None, None, "no_satisfaction")


def test_with_too_few_due_the_composite_says_no_processing_time(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    row = indices_of(add_ratings(counts, 30, 10).on_time(29)).row("reform_performance_index")
    assert (row["value"], row["note"]) == (None, "no_processing_time")


def test_a_provisional_part_makes_a_provisional_composite(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    found = indices_of(add_ratings(counts, 30, 10).on_time(40))
    assert found.value("reform_performance_index") is not None
    assert found.note("reform_performance_index") == "provisional"
