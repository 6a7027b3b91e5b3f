"""Each rule of figures from both sides of its edge, all in one frame of one month, 2026-10."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from expectations.rules import records
from pipeline import methods
from pipeline.indices.rates import RATES
from pipeline.tables import FIGURE_INDICATORS, SCORE_INDICATORS

from .conftest import BrokenRules

START, END = datetime(2026, 10, 1), datetime(2026, 11, 1)
AN_INSTANT = timedelta(milliseconds=1)


def counts(numerator: int, denominator: int) -> dict[str, Any]:
    return {"numerator": numerator, "denominator": denominator}


def scores(total: int, dossiers: int) -> dict[str, Any]:
    return counts(total, dossiers) | {"indicator": "circular_01_2018_2"}


CASES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "a good row": ({}, set()),
    "a field more than the header": ({"field_count": 13}, {"row_has_all_fields"}),
    "no unit sent": ({"unit_code": None, "unit_standing": None}, {"unit_is_there"}),
    "a unit outside the register": ({"unit_standing": "unknown"}, {"unit_is_known"}),
    "a unit of another sender": ({"unit_standing": "foreign"}, {"unit_belongs_to_sender"}),
    "no indicator": ({"indicator": None}, {"indicator_is_there"}),
    "an indicator that may come as figures": ({"indicator": "response_rate"}, set()),
    "an indicator misspelt": ({"indicator": "on_time_of_finishd"}, {"indicator_is_in_list"}),
    "an indicator that is no count among a count": (
        {"indicator": "processing_time_index"},
        {"indicator_is_in_list"},
    ),
    "an indicator that the profile does not map": (
        {"indicator": None, "indicator_as_sent": "A&E"},
        {"indicator_is_in_list"},
    ),
    "an older copy": ({"is_latest_copy": False}, {"figure_is_latest_copy"}),
    "other numbers of the same figure": ({"has_own_key": False}, {"figure_has_one_value"}),
    "the sum of other rows": ({"is_total": True}, {"figure_is_no_total"}),
    "a total that is not the sum of its parts": ({"broken_sum": "(3) = 7, (4) = 8"}, {"sums_hold"}),
    "a breakdown that became a number": ({"breakdown": "2.61E+11"}, {"breakdown_is_whole"}),
    "a breakdown by procedure": ({"breakdown": "2.000815"}, set()),
    "a unit code that became a number": ({"unit_code": "2.61E+11"}, {"unit_code_is_whole"}),
    "no period": ({"period_at": None}, {"period_at_is_there"}),
    "a period that is no time": (
        {"period_at": None, "period_at_as_sent": "Q3"},
        {"period_at_is_a_time"},
    ),
    "the month's first instant": ({"period_at": START}, set()),
    "just before the month": ({"period_at": START - AN_INSTANT}, {"period_in_month"}),
    "the month's last instant": ({"period_at": END - AN_INSTANT}, set()),
    "the month's end": ({"period_at": END}, {"period_in_month"}),
    "no numerator": ({"numerator": None}, {"numerator_is_there"}),
    "a numerator computed where none was sent": ({"numerator_as_sent": None}, set()),
    "a numerator that is no whole number": (
        {"numerator": None, "numerator_as_sent": "9,5"},
        {"numerator_is_a_whole_number"},
    ),
    "no denominator": ({"denominator": None}, {"denominator_is_there"}),
    "a denominator that is no whole number": (
        {"denominator": None, "denominator_as_sent": "many"},
        {"denominator_is_a_whole_number"},
    ),
    "nothing of nothing": (counts(0, 0), set()),
    "none of twelve": (counts(0, 12), set()),
    "less than none": (counts(-1, 12), {"numerator_not_negative"}),
    "a negative whole": (
        counts(0, -1),
        {"denominator_not_negative", "numerator_within_denominator"},
    ),
    "all of twelve": (counts(12, 12), set()),
    "thirteen of twelve": (counts(13, 12), {"numerator_within_denominator"}),
    "two points a dossier": (scores(24, 12), set()),
    "more than two points a dossier": (scores(25, 12), {"numerator_within_denominator"}),
    "the largest count": (counts(10**9, 10**9), set()),
    "more than the largest count": (
        counts(10**9 + 1, 10**9 + 1),
        {"numerator_is_countable", "denominator_is_countable"},
    ),
    "a denominator that is no count": (counts(0, 10**9 + 1), {"denominator_is_countable"}),
    "counts that no float holds": (
        counts(2**53 + 1, 2**53),
        {
            "numerator_within_denominator",
            "numerator_is_countable",
            "denominator_is_countable",
        },
    ),
}


@pytest.fixture(scope="module")
def found(broken_rules: BrokenRules) -> dict[str, set[str]]:
    changes = [change for change, _ in CASES.values()]
    return dict(zip(CASES, broken_rules("figures", changes), strict=True))


@pytest.mark.parametrize("case", CASES)
def test_a_figure_breaks_exactly_the_rules_that_its_case_names(
    case: str, found: dict[str, set[str]]
) -> None:
    assert found[case] == CASES[case][1]


def test_every_rule_of_figures_has_a_case_that_breaks_it() -> None:
    assert {rule for _, broken in CASES.values() for rule in broken} == {
        rule.name for rule in records.RULES_BY_KIND["figures"]
    }


def test_the_reason_for_an_unknown_indicator_says_where_every_known_one_is_found() -> None:
    rule = records.RULES["indicator_is_in_list"]
    scorecards = methods.load_all().scorecards
    listed = {part.name: method.name for method in scorecards for part in method.parts}
    for indicator in FIGURE_INDICATORS:
        for reason in (rule.reason_en, rule.reason_vi):
            place = listed.get(indicator)
            assert (f'"reform-index methods {place}"' if place else indicator) in reason


def test_every_rate_of_dossiers_may_come_as_figures() -> None:
    assert set(RATES) < set(FIGURE_INDICATORS)


def test_every_indicator_of_points_that_counts_cases_may_come_as_figures() -> None:
    parts = [part for method in methods.load_all().scorecards for part in method.parts]
    counted = {part.name for part in parts if part.counts != "answers_satisfied"}
    assert counted < set(FIGURE_INDICATORS)
    assert {part.name for part in parts if part.formula == "score"} == set(SCORE_INDICATORS)
    assert {float(part.points) for part in parts if part.formula == "score"} == set(
        SCORE_INDICATORS.values()
    )
