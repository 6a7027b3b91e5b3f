"""Ratings are counted by respondent, figures are added up as sent."""

from datetime import datetime

import polars as pl
import pytest

from pipeline import tables
from pipeline.tallies.figures import count_figures

from .conftest import AnswersOf, DueDossiersOf, Row

COUNTS = ("question", "answer", "respondents", "weight_millionths", "weight_squared_trillionths")


def test_a_respondent_of_several_questions_stands_once_under_any(answers_of: AnswersOf) -> None:
    cells = answers_of(
        {"question": "access", "answer": 4},
        {"question": "results", "answer": 2},
        {"question": "results", "answer": 2, "respondent_id": "s"},
    )
    assert cells.group_by("question", maintain_order=True).agg(
        pl.col("answer").first(), pl.col("respondents").sum()
    ).rows() == [
        ("access", 4, 1),
        ("any", None, 2),
        ("any_factor", None, 2),
        ("results", 2, 2),
    ]


def test_a_rating_has_the_verdict_of_its_dossier(answers_of: AnswersOf) -> None:
    due_dossiers = pl.LazyFrame(
        [("H01", "a", "late"), ("H01", "b", "on_time"), ("H02", "c", "late")],
        schema=["sender_code", "dossier_id", "dossier_verdict"],
        orient="row",
    ).cast({"sender_code": pl.Categorical})
    cells = answers_of(
        *({"dossier_id": name, "respondent_id": name} for name in ("a", "b", "c", None)),
        due_dossiers=due_dossiers,
    ).filter(question="overall")
    # c is another sender's dossier
    assert set(cells.select("dossier_verdict", "respondents").rows()) == {
        ("late", 1),
        ("on_time", 1),
        (None, 2),
    }


def test_a_respondent_who_rated_a_late_and_a_timely_dossier_counts_as_late(
    answers_of: AnswersOf,
) -> None:
    due_dossiers = pl.LazyFrame(
        [("H01", "a", "late"), ("H01", "b", "on_time")],
        schema=["sender_code", "dossier_id", "dossier_verdict"],
        orient="row",
    ).cast({"sender_code": pl.Categorical})
    cells = answers_of(
        {"dossier_id": "a", "question": "access"},
        {"dossier_id": "b", "question": "results"},
        due_dossiers=due_dossiers,
    )
    verdicts = dict(cells.select("question", "dossier_verdict").iter_rows())
    assert verdicts == {"any": "late", "any_factor": "late", "access": "late", "results": "on_time"}


def test_under_any_factor_each_respondent_who_rated_a_factor_stands_once(
    answers_of: AnswersOf,
) -> None:
    cells = answers_of(
        {"question": "overall"},
        {"question": "access", "weight": 2.0},
        {"question": "overall", "respondent_id": "s"},
    ).filter(pl.col("question").str.starts_with("any"))
    assert cells.select("question", "respondents", "weight_millionths").rows() == [
        ("any", 2, 3_000_000),
        ("any_factor", 1, 2_000_000),
    ]


def test_a_question_without_an_answer_is_counted_apart_from_the_answers(
    answers_of: AnswersOf,
) -> None:
    cells = answers_of(
        {"question": "access", "answer": 5},
        {"question": "results", "answer": None},
        {"question": "feedback", "answer": None},
        {"question": "overall", "answer": None},
        {"question": "overall", "answer": None, "respondent_id": "silent"},
    )
    # One respondent answered one question; the other answered none, and did not respond.
    assert cells.select("question", "answer", "respondents").rows() == [
        ("access", 5, 1),
        ("any", None, 1),
        ("any_factor", None, 1),
        ("no_answer", None, 2),
        ("no_factor_answer", None, 2),
    ]


def test_a_respondent_of_two_units_stands_once_in_each(answers_of: AnswersOf) -> None:
    cells = answers_of({}, {"unit_code": "H01.2"}).filter(question="any")
    assert cells.select("unit_code", "respondents").rows() == [("H01.1", 1), ("H01.2", 1)]


def test_a_respondent_whose_answers_lie_in_two_files_stands_once_in_the_first_by_hash(
    answers_of: AnswersOf,
) -> None:
    cells = answers_of(
        {"question": "access", "sha256": "b"}, {"question": "results", "sha256": "a"}
    ).filter(question="any")
    assert cells.select("sha256", "respondents").rows() == [("a", 1)]


def test_dossiers_due_in_the_month_are_judged_and_no_others(
    due_dossiers_of: DueDossiersOf,
) -> None:
    start, due, end = datetime(2026, 10, 1), datetime(2026, 10, 20), datetime(2026, 11, 1)
    found = due_dossiers_of(
        {"dossier_id": "in time", "due_at": due, "status": "finished", "ended_at": due},
        {"dossier_id": "open", "due_at": start},
        {"dossier_id": "due later", "due_at": end, "status": "finished", "ended_at": due},
        {"dossier_id": "left", "due_at": due, "status": "withdrawn", "ended_at": start},
        {"dossier_id": "without due date"},
    )
    assert dict(found.select("dossier_id", "dossier_verdict").iter_rows()) == {
        "in time": "on_time",
        "open": "late",
    }


def test_weights_are_added_in_millionths_and_their_squares_in_trillionths(
    answers_of: AnswersOf,
) -> None:
    cells = answers_of({"weight": 0.5}, {"weight": 1.25, "respondent_id": "s"})
    # 0.5 + 1.25 = 1.75; 0.25 + 1.5625 = 1.8125
    assert cells.select(COUNTS).rows() == [
        ("any", None, 2, 1_750_000, 1_812_500_000_000),
        ("overall", 4, 2, 1_750_000, 1_812_500_000_000),
    ]


def test_under_any_a_respondent_has_the_largest_of_its_weights(answers_of: AnswersOf) -> None:
    cells = answers_of({"question": "access", "weight": 0.5}, {"question": "results", "weight": 2})
    assert cells.filter(question="any").select(COUNTS).row(0) == (
        "any",
        None,
        1,
        2_000_000,
        4_000_000_000_000,
    )


@pytest.mark.parametrize("weight", [0.0001, 0.0105, 1_000_000.0])
def test_equal_weights_leave_the_sample_its_size(answers_of: AnswersOf, weight: float) -> None:
    hundred: list[Row] = [{"weight": weight, "respondent_id": str(number)} for number in range(100)]
    cell = answers_of(*hundred).filter(question="overall").row(0, named=True)
    millionths = round(weight * 1e6)
    # Squares of 10^12 millionths are 10^24 trillionths: an Int64 would end at 9.2 x 10^18.
    assert cell["weight_squared_trillionths"] == 100 * millionths**2
    assert cell["weight_millionths"] ** 2 / cell["weight_squared_trillionths"] == 100


def test_light_weights_of_two_files_add_up_exactly(answers_of: AnswersOf) -> None:
    one: Row = {"weight": 0.0003}
    two: Row = {"weight": 0.0004, "respondent_id": "s"}
    together = answers_of(one, two)
    apart = pl.concat([answers_of(one), answers_of(two)])
    # 300^2 + 400^2 = 250,000
    for cells in (together, apart.filter(question="overall").sum()):
        assert cells["weight_squared_trillionths"][0] == 250_000


def test_a_cell_has_one_answer_one_mode_and_one_month_of_the_dossier(
    answers_of: AnswersOf,
) -> None:
    cells = answers_of(
        {"answer": 5, "dossier_ended_at": datetime(2026, 9, 30, 23, 59)},
        {"answer": 5, "mode": None, "respondent_id": "s"},
        {"answer": 1, "dossier_ended_at": datetime(2026, 10, 1), "respondent_id": "t"},
    ).filter(question="overall")
    assert set(cells.select("answer", "mode", "dossier_month", "respondents").rows()) == {
        (1, "kiosk", "2026-10", 1),
        (5, "kiosk", "2026-09", 1),
        (5, "other", None, 1),
    }


def test_no_ratings_are_no_cells(answers_of: AnswersOf) -> None:
    assert answers_of().equals(tables.ANSWERS.empty())


def test_figures_are_added_over_their_breakdowns() -> None:
    rows = [
        ("H01.1", "on_time_766", "online", 9, 12),
        ("H01.1", "on_time_766", "post", 1, 3),
        ("H01.1", "open_not_overdue", None, 5, 5),
        ("H01.2", "on_time_766", None, 0, 0),
    ]
    schema = {
        "unit_code": str,
        "indicator": str,
        "breakdown": str,
        "numerator": int,
        "denominator": int,
    }
    figures = pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        sender_code=pl.lit("H01"), sha256=pl.lit("f")
    )
    cells = count_figures(figures.lazy(), "2026-10")
    assert cells.select("unit_code", "indicator", "numerator", "denominator").rows() == [
        ("H01.1", "on_time_766", 9 + 1, 12 + 3),
        ("H01.1", "open_not_overdue", 5, 5),
        ("H01.2", "on_time_766", 0, 0),
    ]
