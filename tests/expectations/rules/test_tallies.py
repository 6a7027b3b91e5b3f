"""The rules of counts: each from both sides of its edge, and the identities."""

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from expectations.engine.results import RuleResult
from expectations.rules import tallies
from pipeline import tables

FILE = {"month": "2026-10", "sender_code": "H15", "sha256": "a" * 64, "unit_code": "H15.1"}
RATED_GROUP = {
    "asked": "five:overall",
    "procedure_code": "2.000815",
    "channel": "online",
    "applicant": "citizen",
    "served": "late",
}
GOOD: dict[str, dict[str, Any]] = {
    "outcomes": {
        **FILE,
        "clock": "working",
        "deadline_rule": "as_sent/instant",
        "procedure_code": "2.000815",
        "channel": "online",
        "applicant": "citizen",
        "intake": "received",
        "outcome": "finished_early",
        "verdict": "on_time",
        "due_month": "2026-10",
        "served": "on_time",
        "dossiers": 2,
        "saved_thousandths": 2 * 1000,
        "saved_squared_millionths": 2 * 1000**2,
    },
    "answers": {
        **FILE,
        "clock": "working",
        "question": "overall",
        "scale": "five",
        "answer": 5,
        "mode": "kiosk",
        "respondents": 3,
        "weight_millionths": 3_000_000,
        "weight_squared_trillionths": 3 * 10**12,
    },
    "figures": {**FILE, "indicator": "on_time_766", "numerator": 12, "denominator": 12},
    "petitions": {
        **FILE,
        "subject": "conduct",
        "outcome": "handled_late",
        "satisfied": "no",
        "petitions": 2,
    },
    "findings": {**FILE, "finding": "reopened", "dossiers": 1},
    "patterns": {**FILE, "finding": "ended_on_day_off", "cases": 1, "looked_at": 2},
    "marked": {
        **FILE,
        "question": "overall",
        "scale": "five",
        "answer": 5,
        "respondents": 1,
        "weight_millionths": 1_000_000,
        "largest_millionths": 1_000_000,
    },
    "allowed": {
        **FILE,
        "clock": "working",
        "procedure_code": "1.004873",
        "allowed_days": 3,
        "dossiers": 7,
    },
    "rated": {
        **FILE,
        **RATED_GROUP,
        "dossiers": 2,
        "weight_millionths": 2_000_000,
        "satisfied_millionths": 1_500_000,
    },
    "rated_pairs": {
        **FILE,
        **RATED_GROUP,
        **{f"other_{name}": value for name, value in RATED_GROUP.items() if name != "asked"},
        "respondents": 1,
        "weight_products": 4,
        "satisfied_by_weight": 3,
        "satisfied_products": 2,
    },
}
UNSEEN = {
    "intake": None,
    "outcome": "unseen",
    "verdict": "late",
    "served": None,
    "saved_thousandths": 0,
    "saved_squared_millionths": 0,
}
NOT_JUDGED = {
    "outcome": "open_not_due",
    "verdict": None,
    "due_month": None,
    "served": None,
    "saved_thousandths": 0,
    "saved_squared_millionths": 0,
}
SAVES_NOTHING = {"saved_thousandths": 0, "saved_squared_millionths": 0}
OPEN = {**SAVES_NOTHING, "outcome": "open_overdue", "verdict": "late", "served": None}
LEFT = {**SAVES_NOTHING, "outcome": "left", "verdict": "left", "served": None}
ENDED_BEFORE = {"outcome": "ended_before_month", "intake": None, "served": None}
ANY = {"question": "any", "answer": None}
ONCE = {"question": "any_factor", "answer": None}
CHECKS: dict[str, tuple[pl.Schema, Callable[[pl.DataFrame], list[RuleResult]]]] = {
    "outcomes": (tables.OUTCOMES.schema, lambda cells: tallies.check({"outcomes": cells})),
    "answers": (tables.ANSWERS.schema, lambda cells: tallies.check({"answers": cells})),
    "figures": (tables.COUNTS.schema, lambda cells: tallies.check({"figures": cells})),
    "petitions": (
        tables.PETITION_COUNTS.schema,
        lambda cells: tallies.check({"petitions": cells}),
    ),
    "findings": (tables.FINDINGS.schema, lambda cells: tallies.check({"findings": cells})),
    "allowed": (tables.ALLOWED.schema, lambda cells: tallies.check({"allowed": cells})),
    "patterns": (tables.PATTERNS.schema, lambda cells: tallies.check({"patterns": cells})),
    "marked": (tables.MARKED.schema, lambda cells: tallies.check({"marked": cells})),
    "rated": (tables.RATED.schema, lambda cells: tallies.check({"rated": cells})),
    "rated_pairs": (tables.RATED_PAIRS.schema, lambda cells: tallies.check({"rated_pairs": cells})),
}

CASES: list[tuple[str, list[dict[str, Any]], set[str]]] = [
    ("outcomes", [{}], set()),
    ("outcomes", [NOT_JUDGED], set()),
    ("outcomes", [{"dossiers": 0, **SAVES_NOTHING}], set()),
    (
        "outcomes",
        [{"dossiers": -1, **SAVES_NOTHING}],
        {"outcomes_dossiers_not_negative", "outcomes_saved_within_allowed"},
    ),
    ("outcomes", [{"saved_thousandths": 2001}], {"outcomes_saved_within_allowed"}),
    (
        "outcomes",
        [{"saved_thousandths": -1, "saved_squared_millionths": 0}],
        {"outcomes_saved_thousandths_not_negative", "outcomes_squares_within_saved"},
    ),
    ("outcomes", [{"saved_squared_millionths": 2_000_001}], {"outcomes_squares_within_saved"}),
    (
        "outcomes",
        [{"saved_squared_millionths": -1}],
        {"outcomes_saved_squared_millionths_not_negative"},
    ),
    ("outcomes", [{"dossiers": None}], {"outcomes_dossiers_is_there"}),
    ("outcomes", [{"saved_thousandths": None}], {"outcomes_saved_thousandths_is_there"}),
    (
        "outcomes",
        [{"saved_squared_millionths": None}],
        {"outcomes_saved_squared_millionths_is_there"},
    ),
    ("outcomes", [{"clock": "sand"}], {"outcomes_clock_is_in_list"}),
    ("outcomes", [{"deadline_rule": "as_sent"}], {"outcomes_rule_is_in_list"}),
    ("outcomes", [{}, {"deadline_rule": "subtract/day"}], set()),
    ("outcomes", [{"channel": "fax"}], {"outcomes_channel_is_in_list"}),
    ("outcomes", [{"applicant": "robot"}], {"outcomes_applicant_is_in_list"}),
    ("outcomes", [{"verdict": "early"}], {"outcomes_verdict_is_in_list"}),
    ("outcomes", [{"due_month": None}], {"outcomes_judged_has_due_month"}),
    (
        "outcomes",
        [{**NOT_JUDGED, "due_month": "2026-10"}],
        {"outcomes_not_judged_has_no_due_month"},
    ),
    ("outcomes", [{"served": None}], {"outcomes_finished_is_served"}),
    ("outcomes", [{"served": "never"}], {"outcomes_served_is_in_list"}),
    (
        "outcomes",
        [{**NOT_JUDGED, "served": "on_time"}],
        {"outcomes_not_finished_is_not_served"},
    ),
    ("outcomes", [{"due_month": "2027-01"}], set()),
    ("outcomes", [{"due_month": "2026-09"}], {"outcomes_due_not_before_month"}),
    ("outcomes", [OPEN], set()),
    ("outcomes", [OPEN | {"due_month": "2026-11"}], {"outcomes_late_is_due_in_month"}),
    (
        "outcomes",
        [{"outcome": "open_not_due", "served": None}],
        {"outcomes_on_time_is_finished"},
    ),
    ("outcomes", [LEFT | {"due_month": "2026-12"}], set()),
    ("outcomes", [{**SAVES_NOTHING, "verdict": "left"}], {"outcomes_left_by_due_has_left"}),
    ("outcomes", [OPEN | {"saved_thousandths": 1}], {"outcomes_only_on_time_saves"}),
    (
        "outcomes",
        [{**NOT_JUDGED, "saved_thousandths": 1}],
        {"outcomes_not_judged_saves_nothing"},
    ),
    ("outcomes", [ENDED_BEFORE], set()),
    ("outcomes", [ENDED_BEFORE | SAVES_NOTHING | {"verdict": "left"}], set()),
    ("outcomes", [ENDED_BEFORE | {"intake": "received"}], {"outcomes_apart_has_no_intake"}),
    ("outcomes", [UNSEEN], set()),
    ("outcomes", [{}, UNSEEN, UNSEEN | {"applicant": "enterprise"}], set()),
    (
        "outcomes",
        [UNSEEN | {"verdict": "left"}],
        {"outcomes_unseen_is_late", "outcomes_left_by_due_has_left"},
    ),
    ("outcomes", [{}, {}], {"outcomes_cell_stands_once"}),
    ("outcomes", [{}, {"intake": "carried_over"}, NOT_JUDGED], set()),
    (
        "outcomes",
        [{"intake": "found"}],
        {"outcomes_each_dossier_came_in", "outcomes_came_in_is_accounted_for"},
    ),
    ("outcomes", [{**NOT_JUDGED, "outcome": "lost"}], {"outcomes_came_in_is_accounted_for"}),
    ("answers", [{}, ANY], set()),
    ("answers", [{"answer": 6}], {"answers_answer_is_on_its_scale"}),
    ("answers", [{"answer": 0}], {"answers_answer_is_on_its_scale"}),
    ("answers", [{"answer": 0, "scale": "yes_no"}], set()),
    ("answers", [{"answer": None}], {"answers_question_has_answer"}),
    ("answers", [{**ANY, "answer": 5}], {"answers_any_has_no_answer"}),
    ("answers", [{"question": "weather"}], {"answers_question_is_in_list"}),
    ("answers", [{"scale": "ten"}], {"answers_scale_is_in_list"}),
    ("answers", [{"mode": "drum"}], {"answers_mode_is_in_list"}),
    ("answers", [{"respondents": -1}], {"answers_respondents_not_negative"}),
    ("answers", [{"respondents": None}], {"answers_respondents_is_there"}),
    ("answers", [{"weight_millionths": -1}], {"answers_weight_millionths_not_negative"}),
    ("answers", [{"weight_millionths": None}], {"answers_weight_millionths_is_there"}),
    (
        "answers",
        [{"weight_squared_trillionths": -1}],
        {"answers_weight_squared_trillionths_not_negative"},
    ),
    (
        "answers",
        [{"weight_squared_trillionths": None}],
        {"answers_weight_squared_trillionths_is_there"},
    ),
    ("answers", [{}, {}], {"answers_cell_stands_once"}),
    ("figures", [{}], set()),
    ("figures", [{"numerator": 13}], {"figures_numerator_within_denominator"}),
    ("figures", [{"numerator": -1}], {"figures_numerator_not_negative"}),
    ("figures", [{"numerator": None}], {"figures_numerator_is_there"}),
    (
        "figures",
        [{"numerator": -1, "denominator": -1}],
        {"figures_numerator_not_negative", "figures_denominator_not_negative"},
    ),
    ("figures", [{"denominator": None}], {"figures_denominator_is_there"}),
    ("figures", [{}, {}], {"figures_cell_stands_once"}),
    ("petitions", [{}, {"satisfied": ""}, {"subject": "other"}, {"outcome": "refused"}], set()),
    ("petitions", [{"petitions": -1}], {"petitions_petitions_not_negative"}),
    ("petitions", [{"petitions": None}], {"petitions_petitions_is_there"}),
    ("petitions", [{"subject": "weather"}], {"petitions_subject_is_in_list"}),
    ("petitions", [{"outcome": "lost"}], {"petitions_outcome_is_in_list"}),
    ("petitions", [{"satisfied": "very"}], {"petitions_satisfied_is_in_list"}),
    ("petitions", [{"outcome": "open_overdue", "satisfied": ""}], set()),
    ("petitions", [{"outcome": "open_overdue"}], {"petitions_open_is_not_asked"}),
    ("petitions", [{"outcome": "open_not_due"}], {"petitions_open_is_not_asked"}),
    ("petitions", [{}, {}], {"petitions_cell_stands_once"}),
    ("findings", [{}], set()),
    ("findings", [{"finding": "fraud"}], {"findings_finding_is_in_list"}),
    ("findings", [{"dossiers": -1}], {"findings_dossiers_not_negative"}),
    ("findings", [{"dossiers": None}], {"findings_dossiers_is_there"}),
    ("findings", [{}, {}], {"findings_cell_stands_once"}),
    ("marked", [{}], set()),
    ("marked", [ONCE], set()),
    ("marked", [{"answer": None}], set()),
    ("marked", [{"question": "any_factor"}], {"marked_any_has_no_answer"}),
    ("marked", [{"largest_millionths": 1_000_001}], {"marked_largest_within_weight"}),
    ("marked", [{"question": "fraud"}], {"marked_question_is_in_list"}),
    ("marked", [{"scale": "odd"}], {"marked_scale_is_in_list"}),
    ("marked", [{"respondents": -1}], {"marked_respondents_not_negative"}),
    ("marked", [{"respondents": None}], {"marked_respondents_is_there"}),
    (
        "marked",
        [{"weight_millionths": -1, "largest_millionths": -1}],
        {"marked_weight_millionths_not_negative", "marked_largest_millionths_not_negative"},
    ),
    ("marked", [{"weight_millionths": None}], {"marked_weight_millionths_is_there"}),
    ("marked", [{"largest_millionths": None}], {"marked_largest_millionths_is_there"}),
    ("marked", [{}, {}], {"marked_cell_stands_once"}),
    ("patterns", [{}], set()),
    ("patterns", [{"finding": "fraud"}], {"patterns_finding_is_in_list"}),
    ("patterns", [{"cases": -1}], {"patterns_cases_not_negative"}),
    ("patterns", [{"cases": None}], {"patterns_cases_is_there"}),
    (
        "patterns",
        [{"cases": 0, "looked_at": -1}],
        {"patterns_looked_at_not_negative", "patterns_cases_within_looked_at"},
    ),
    ("patterns", [{"looked_at": None}], {"patterns_looked_at_is_there"}),
    ("patterns", [{"cases": 2}], set()),
    ("patterns", [{"cases": 3}], {"patterns_cases_within_looked_at"}),
    ("patterns", [{}, {}], {"patterns_cell_stands_once"}),
    ("allowed", [{}, {"allowed_days": 0}, {"clock": "elapsed"}], set()),
    ("allowed", [{"clock": "lunar"}], {"allowed_clock_is_in_list"}),
    ("allowed", [{"allowed_days": -1}], {"allowed_days_not_negative"}),
    ("allowed", [{"dossiers": -1}], {"allowed_dossiers_not_negative"}),
    ("allowed", [{"dossiers": None}], {"allowed_dossiers_is_there"}),
    ("allowed", [{}, {}], {"allowed_cell_stands_once"}),
    ("rated", [{}], set()),
    ("rated", [{"served": "not_served"}], set()),
    ("rated", [{"served": "soon"}], {"rated_served_is_in_list"}),
    ("rated", [{"channel": "fax"}], {"rated_channel_is_in_list"}),
    ("rated", [{"applicant": "crowd"}], {"rated_applicant_is_in_list"}),
    ("rated", [{"dossiers": -1}], {"rated_dossiers_not_negative"}),
    ("rated", [{"dossiers": None}], {"rated_dossiers_is_there"}),
    ("rated", [{"weight_millionths": None}], {"rated_weight_millionths_is_there"}),
    (
        "rated",
        [{"weight_millionths": -1, "satisfied_millionths": -1}],
        {"rated_weight_millionths_not_negative", "rated_satisfied_millionths_not_negative"},
    ),
    ("rated", [{"satisfied_millionths": 2_000_000}], set()),
    ("rated", [{"satisfied_millionths": 2_000_001}], {"rated_satisfied_within_weight"}),
    ("rated", [{"satisfied_millionths": None}], {"rated_satisfied_millionths_is_there"}),
    ("rated", [{}, {}], {"rated_cell_stands_once"}),
    ("rated_pairs", [{}], set()),
    ("rated_pairs", [{"served": "not_served"}], {"rated_pairs_served_is_in_list"}),
    ("rated_pairs", [{"other_served": "not_served"}], {"rated_pairs_other_is_in_list"}),
    ("rated_pairs", [{"respondents": -1}], {"rated_pairs_respondents_not_negative"}),
    ("rated_pairs", [{"respondents": None}], {"rated_pairs_respondents_is_there"}),
    ("rated_pairs", [{"satisfied_by_weight": 5}], {"rated_pairs_satisfied_within_weight"}),
    ("rated_pairs", [{"satisfied_products": 4}], {"rated_pairs_both_within_one"}),
    (
        "rated_pairs",
        [{"satisfied_products": -1}],
        {"rated_pairs_satisfied_products_not_negative"},
    ),
    (
        "rated_pairs",
        [{"satisfied_by_weight": -1, "satisfied_products": -1}],
        {
            "rated_pairs_satisfied_by_weight_not_negative",
            "rated_pairs_satisfied_products_not_negative",
        },
    ),
    (
        "rated_pairs",
        [dict.fromkeys(("weight_products", "satisfied_by_weight", "satisfied_products"), -1)],
        {
            f"rated_pairs_{name}_not_negative"
            for name in ("weight_products", "satisfied_by_weight", "satisfied_products")
        },
    ),
    ("rated_pairs", [{"weight_products": None}], {"rated_pairs_weight_products_is_there"}),
    ("rated_pairs", [{"satisfied_by_weight": None}], {"rated_pairs_satisfied_by_weight_is_there"}),
    ("rated_pairs", [{"satisfied_products": None}], {"rated_pairs_satisfied_products_is_there"}),
    ("rated_pairs", [{}, {}], {"rated_pairs_cell_stands_once"}),
]


def frame_of(table: str, changes: list[dict[str, Any]]) -> pl.DataFrame:
    rows = [{**GOOD[table], **change} for change in changes]
    return pl.DataFrame(rows, schema=CHECKS[table][0])


def broken(results: list[RuleResult]) -> set[str]:
    return {result.rule for result in results if not result.is_met}


@pytest.mark.parametrize(("table", "changes", "rules"), CASES)
def test_a_table_breaks_exactly_the_rules_that_its_case_names(
    table: str, changes: list[dict[str, Any]], rules: set[str]
) -> None:
    assert broken(CHECKS[table][1](frame_of(table, changes))) == rules


@pytest.mark.parametrize("table", CHECKS)
def test_every_rule_of_a_table_has_a_case_that_breaks_it(table: str) -> None:
    rules = {result.rule for result in CHECKS[table][1](frame_of(table, [{}]))}

    assert rules == {rule for name, _, names in CASES if name == table for rule in names}


@pytest.mark.parametrize("table", CHECKS)
def test_a_table_without_rows_breaks_nothing(table: str) -> None:
    found = CHECKS[table][1](frame_of(table, []))

    assert found
    assert broken(found) == set()
    assert {result.checked_rows for result in found} == {0}


AGE = {**FILE, "clock": "elapsed", "finished": 0, "left": 0, "still_open": 0, "entered": 0}


def ages(*cells: dict[str, Any]) -> set[str]:
    frame = pl.DataFrame([{**AGE, **cell} for cell in cells], schema=tables.AGES.schema)
    return broken(tallies.check({"ages": frame}))


def test_those_who_entered_are_finished_left_or_still_open() -> None:
    # 3 entered = 1 finished + 1 left + 1 still open
    entry = {"age_minutes": 0, "entered": 3}
    assert ages(entry, {"age_minutes": 5, "finished": 1, "left": 1, "still_open": 1}) == set()
    assert ages(entry, {"age_minutes": 5, "finished": 1, "left": 1}) == {
        "ages_entered_is_finished_left_or_open"
    }


def test_a_dossier_enters_before_it_leaves() -> None:
    one_hour_earlier = ages({"age_minutes": 4, "entered": 1}, {"age_minutes": 5, "left": 1})
    at_the_same_age = ages({"age_minutes": 5, "entered": 1, "left": 1})

    assert one_hour_earlier == set()
    assert at_the_same_age == {"ages_no_exit_without_entry"}


def test_each_unit_adds_up_for_itself() -> None:
    found = ages(
        {"age_minutes": 0, "entered": 2},
        {"age_minutes": 5, "finished": 1},
        {"unit_code": "H15.2", "age_minutes": 0, "entered": 1},
        {"unit_code": "H15.2", "age_minutes": 5, "finished": 2},
    )
    assert found == {"ages_entered_is_finished_left_or_open", "ages_no_exit_without_entry"}


def test_ages_are_whole_cells_of_one_clock() -> None:
    assert ages({"age_minutes": 0, "clock": "sand"}) == {"ages_clock_is_in_list"}
    assert ages({"age_minutes": -1}) == {"ages_age_not_negative"}
    assert ages({"age_minutes": 0}, {"age_minutes": 0}) == {"ages_cell_stands_once"}
    assert "ages_entered_not_negative" in ages({"age_minutes": 0, "entered": -1})
    assert "ages_left_is_there" in ages({"age_minutes": 0, "left": None})


def test_a_table_of_counts_that_does_not_exist_is_refused() -> None:
    with pytest.raises(KeyError, match="complaints"):
        tallies.check({"complaints": frame_of("figures", [{}])})
