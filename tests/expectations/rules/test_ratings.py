"""Each rule of ratings from both sides of its edge, all in one frame of one month, 2026-10."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from expectations.rules import records

from .conftest import BrokenRules

START, END = datetime(2026, 10, 1), datetime(2026, 11, 1)
AN_INSTANT = timedelta(milliseconds=1)


def rated_dossier(ended: datetime) -> dict[str, Any]:
    return {"dossier_ended_at": ended, "dossier_ended_at_as_sent": str(ended)}


def on(scale: str, answer: int) -> dict[str, Any]:
    return {"scale": scale, "answer": answer}


CASES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "a good row": ({}, set()),
    "a field less than the header": ({"field_count": 11}, {"row_has_all_fields"}),
    "no unit sent": ({"unit_code": None, "unit_standing": None}, {"unit_is_there"}),
    "a unit outside the register": ({"unit_standing": "unknown"}, {"unit_is_known"}),
    "a unit of another sender": ({"unit_standing": "foreign"}, {"unit_belongs_to_sender"}),
    "no respondent": ({"respondent_id": None}, {"respondent_is_there"}),
    "an older copy": ({"is_latest_copy": False}, {"rating_is_latest_copy"}),
    "a code of two respondents": (
        {"has_own_key": False},
        {"respondent_code_is_of_one_respondent"},
    ),
    "a respondent that became a number": (
        {"respondent_id": "8.49E+10"},
        {"respondent_id_is_whole"},
    ),
    "a dossier that became a number": ({"dossier_id": "2,61E+11"}, {"rated_dossier_id_is_whole"}),
    "a dossier with its code": ({"dossier_id": "261010000000"}, set()),
    "a unit code that became a number": ({"unit_code": "2.61E+11"}, {"unit_code_is_whole"}),
    "no question": ({"question": None}, {"question_is_there"}),
    "a question completed where none was sent": ({"question_as_sent": None}, set()),
    "a question that could not be mapped": (
        {"question": None, "question_as_sent": "Q17"},
        {"question_is_in_list"},
    ),
    "a question kept that is not in the list": ({"question": "Q17"}, {"question_is_in_list"}),
    "no scale": ({"scale": None}, {"scale_is_there"}),
    "a scale that does not exist": ({"scale": "ten"}, {"scale_is_in_list"}),
    "nothing sent for an answer": (
        {"answer": None, "answer_standing": None},
        {"answer_is_there"},
    ),
    "a code that says that no answer was given": (
        {"answer": None, "answer_standing": "no_answer"},
        set(),
    ),
    "an answer that is no whole number": (
        {"answer": None, "answer_as_sent": "3,5"},
        {"answer_is_a_whole_number"},
    ),
    "the lowest of five": (on("five", 1), set()),
    "below the lowest of five": (on("five", 0), {"answer_is_on_its_scale"}),
    "the highest of five": (on("five", 5), set()),
    "above the highest of five": (on("five", 6), {"answer_is_on_its_scale"}),
    "a 9 that was meant as don't know": (on("five", 9), {"answer_is_on_its_scale"}),
    "the highest of three": (on("three", 3), set()),
    "above the highest of three": (on("three", 4), {"answer_is_on_its_scale"}),
    "below the lowest of three": (on("three", 0), {"answer_is_on_its_scale"}),
    "no": (on("yes_no", 0), set()),
    "yes": (on("yes_no", 1), set()),
    "more than yes": (on("yes_no", 2), {"answer_is_on_its_scale"}),
    "less than no": (on("yes_no", -1), {"answer_is_on_its_scale"}),
    "no time of the answer": ({"answered_at": None}, {"answered_at_is_there"}),
    "a time of the answer that is no time": (
        {"answered_at": None, "answered_at_as_sent": "morning"},
        {"answered_at_is_a_time"},
    ),
    "answered in the month's first instant": ({"answered_at": START}, set()),
    "answered just before the month": (
        {"answered_at": START - AN_INSTANT},
        {"answered_in_month"},
    ),
    "answered in the month's last instant": ({"answered_at": END - AN_INSTANT}, set()),
    "answered at the month's end": ({"answered_at": END}, {"answered_in_month"}),
    "an end of the dossier that is no time": (
        {"dossier_ended_at_as_sent": "later"},
        {"dossier_ended_at_is_a_time"},
    ),
    "a rated dossier of the first year": (rated_dossier(datetime(1990, 1, 1)), set()),
    "a rated dossier from before there were any": (
        rated_dossier(datetime(1990, 1, 1) - AN_INSTANT),
        {"dossier_ended_since_there_are_records"},
    ),
    "a rated dossier of three months later": (
        rated_dossier(datetime(2027, 2, 1) - AN_INSTANT),
        set(),
    ),
    "a rated dossier of more than three months later": (
        rated_dossier(datetime(2027, 2, 1)),
        {"dossier_ended_before_export"},
    ),
    "rated before the result, which is a finding": (
        {"dossier_ended_at": datetime(2026, 10, 30)},
        set(),
    ),
    "a weight that is no number": (
        {"weight": None, "weight_as_sent": "heavy"},
        {"weight_is_a_number"},
    ),
    "the lightest weight": ({"weight": 0.0001}, set()),
    "less than the lightest weight": ({"weight": 0.000099}, {"weight_is_in_range"}),
    "a weight of 0": ({"weight": 0.0}, {"weight_is_in_range"}),
    "a weight below 0": ({"weight": -1.0}, {"weight_is_in_range"}),
    "the heaviest weight": ({"weight": 1_000_000.0}, set()),
    "more than the heaviest weight": ({"weight": 1_000_000.1}, {"weight_is_in_range"}),
    "a weight without end": ({"weight": float("inf")}, {"weight_is_in_range"}),
    "a weight that is NaN": ({"weight": float("nan")}, {"weight_is_in_range"}),
    "no mode": ({"mode": None}, set()),
    "a mode that could not be mapped": (
        {"mode": None, "mode_as_sent": "drum"},
        {"mode_is_in_list"},
    ),
    "a mode kept that is not in the list": ({"mode": "drum"}, {"mode_is_in_list"}),
}


@pytest.fixture(scope="module")
def found(broken_rules: BrokenRules) -> dict[str, set[str]]:
    changes = [change for change, _ in CASES.values()]
    return dict(zip(CASES, broken_rules("ratings", changes), strict=True))


@pytest.mark.parametrize("case", CASES)
def test_a_rating_breaks_exactly_the_rules_that_its_case_names(
    case: str, found: dict[str, set[str]]
) -> None:
    assert found[case] == CASES[case][1]


def test_every_rule_of_ratings_has_a_case_that_breaks_it() -> None:
    assert {rule for _, broken in CASES.values() for rule in broken} == {
        rule.name for rule in records.RULES_BY_KIND["ratings"]
    }
