"""Each rule of petitions from both sides of its edge, all in one frame of one month, 2026-10."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from expectations.rules import records

from .conftest import BrokenRules

START, END = datetime(2026, 10, 1), datetime(2026, 11, 1)
AN_INSTANT = timedelta(milliseconds=1)
RECEIVED = datetime(2026, 10, 5, 9)
LONG_AGO = {"received_at": datetime(2026, 8, 3, 9)}
HANDLED = {"status": "handled", "handled_at": datetime(2026, 10, 10, 16)}
REFUSED = {"status": "refused", "handled_at": datetime(2026, 10, 6, 16)}

CASES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "a good row": ({}, set()),
    "a field less than the header": ({"field_count": 11}, {"row_has_all_fields"}),
    "no unit sent": ({"unit_code": None, "unit_standing": None}, {"unit_is_there"}),
    "a unit outside the register": ({"unit_standing": "unknown"}, {"unit_is_known"}),
    "a unit of another sender": ({"unit_standing": "foreign"}, {"unit_belongs_to_sender"}),
    "no code": ({"petition_id": None}, {"petition_id_is_there"}),
    "an older copy": ({"is_latest_copy": False}, {"petition_is_latest_copy"}),
    "a code of two petitions": ({"has_own_key": False}, {"petition_code_is_of_one_petition"}),
    "a code that became a number": ({"petition_id": "1e+15"}, {"petition_id_is_whole"}),
    "a dossier that became a number": (
        {"dossier_id": "2.61E+11"},
        {"petition_dossier_id_is_whole"},
    ),
    "a code of digits": ({"petition_id": "1000000000000000"}, set()),
    "a unit code that became a number": ({"unit_code": "2.61E+11"}, {"unit_code_is_whole"}),
    "a subject completed where none was sent": ({"subject_as_sent": None}, set()),
    "a subject that could not be mapped": (
        {"subject": None, "subject_as_sent": "7"},
        {"petition_subject_is_in_list"},
    ),
    "a subject kept that is not in the list": (
        {"subject": "weather"},
        {"petition_subject_is_in_list"},
    ),
    "a dossier complained about": ({"dossier_id": "H15.1-261001-0001"}, set()),
    "no time of receipt": ({"received_at": None}, {"petition_received_at_is_there"}),
    "a time of receipt that is no time": (
        {"received_at": None, "received_at_as_sent": "31/02/2026"},
        {"petition_received_at_is_a_time"},
    ),
    "received when there were the first records": (
        {"received_at": datetime(1990, 1, 1)},
        set(),
    ),
    "received before there were any": (
        {"received_at": datetime(1990, 1, 1) - AN_INSTANT},
        {"petition_received_since_there_are_records"},
    ),
    "due just within fifty years": ({"due_at": datetime(2076, 11, 1) - AN_INSTANT}, set()),
    "due in fifty years": ({"due_at": datetime(2076, 11, 1)}, {"petition_due_in_reach"}),
    "handled within three months": (
        {**HANDLED, "handled_at": datetime(2027, 2, 1) - AN_INSTANT},
        set(),
    ),
    "handled after three months": (
        {**HANDLED, "handled_at": datetime(2027, 2, 1)},
        {"petition_handled_before_export"},
    ),
    "a due date that is no time": (
        {"due_at": None, "due_at_as_sent": "soon"},
        {"petition_due_at_is_a_time"},
    ),
    "no due date": ({"due_at": None}, set()),
    "a time of handling that is no time": (
        {**HANDLED, "handled_at": None, "handled_at_as_sent": "done"},
        {"petition_handled_at_is_a_time"},
    ),
    "an update that is no time": (
        {"updated_at": None, "updated_at_as_sent": "today"},
        {"petition_updated_at_is_a_time"},
    ),
    "no update": ({"updated_at": None}, set()),
    "no status": ({"status": None}, {"petition_status_is_there"}),
    "a status that could not be mapped": (
        {"status": None, "status_as_sent": "77"},
        {"petition_status_is_in_list"},
    ),
    "a status of dossiers": ({"status": "finished"}, {"petition_status_is_in_list"}),
    "not satisfied": ({**HANDLED, "satisfied": "no"}, set()),
    "satisfied in a word that is not ours": (
        {**HANDLED, "satisfied": "very"},
        {"petition_satisfied_is_in_list"},
    ),
    "an opinion that could not be mapped": (
        {**HANDLED, "satisfied_as_sent": "9"},
        {"petition_satisfied_is_in_list"},
    ),
    "satisfied before it was handled, which is not counted": ({"satisfied": "yes"}, set()),
    "found untrue": ({**HANDLED, "is_upheld": "no"}, set()),
    "upheld in a word that is not ours": (
        {**HANDLED, "is_upheld": "perhaps"},
        {"petition_upheld_is_in_list"},
    ),
    "a finding that could not be mapped": (
        {**HANDLED, "is_upheld_as_sent": "9"},
        {"petition_upheld_is_in_list"},
    ),
    "received in the month's last instant": (
        {"received_at": END - AN_INSTANT, "due_at": END},
        set(),
    ),
    "received at the month's end": (
        {"received_at": END, "due_at": END},
        {"petition_received_before_month_end"},
    ),
    "received long ago and still open": (LONG_AGO, set()),
    "due when it was received": ({"due_at": RECEIVED}, set()),
    "due before it was received": (
        {"due_at": RECEIVED - AN_INSTANT},
        {"petition_due_not_before_received"},
    ),
    "handled when it was received": ({**HANDLED, "handled_at": RECEIVED}, set()),
    "handled before it was received": (
        {**HANDLED, "handled_at": RECEIVED - AN_INSTANT},
        {"petition_handled_not_before_received"},
    ),
    "refused before it was received": (
        {**REFUSED, "handled_at": RECEIVED - AN_INSTANT},
        {"petition_handled_not_before_received"},
    ),
    "handled": (HANDLED, set()),
    "handled without its date": (
        {"status": "handled"},
        {"petition_handled_has_its_date"},
    ),
    "refused": (REFUSED, set()),
    "refused without its date": ({"status": "refused"}, {"petition_handled_has_its_date"}),
    "handled in the month's first instant": (
        {**LONG_AGO, **HANDLED, "handled_at": START},
        set(),
    ),
    "handled just before the month": (
        {**LONG_AGO, **HANDLED, "handled_at": START - AN_INSTANT},
        {"petition_handled_not_before_month"},
    ),
    "refused just before the month": (
        {**LONG_AGO, **REFUSED, "handled_at": START - AN_INSTANT},
        {"petition_handled_not_before_month"},
    ),
    "handled after the month's end, so open at it": ({**HANDLED, "handled_at": END}, set()),
    "received and not handled": ({"status": "received"}, set()),
    "received and yet handled": (
        {**HANDLED, "status": "received"},
        {"petition_open_has_no_date_of_handling"},
    ),
    "in progress and yet handled": (
        {**HANDLED, "status": "in_progress"},
        {"petition_open_has_no_date_of_handling"},
    ),
}


@pytest.fixture(scope="module")
def found(broken_rules: BrokenRules) -> dict[str, set[str]]:
    changes = [change for change, _ in CASES.values()]
    return dict(zip(CASES, broken_rules("petitions", changes), strict=True))


@pytest.mark.parametrize("case", CASES)
def test_a_petition_breaks_exactly_the_rules_that_its_case_names(
    case: str, found: dict[str, set[str]]
) -> None:
    assert found[case] == CASES[case][1]


def test_every_rule_of_petitions_has_a_case_that_breaks_it() -> None:
    assert {rule for _, broken in CASES.values() for rule in broken} == {
        rule.name for rule in records.RULES_BY_KIND["petitions"]
    }
