"""Each rule of dossiers from both sides of its edge, all in one frame of one month, 2026-10."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from expectations.rules import records

from .conftest import BrokenRules

START, END = datetime(2026, 10, 1), datetime(2026, 11, 1)
AN_INSTANT = timedelta(milliseconds=1)
RECEIVED = datetime(2026, 10, 5, 9)
ASKED = datetime(2026, 10, 7, 10)
FIRST_RECORDS = datetime(1990, 1, 1)
LAST_EXPORT, LAST_DUE = datetime(2027, 2, 1), datetime(2076, 11, 1)
LONG_AGO = {"received_at": datetime(2026, 8, 3, 9), "first_due_at": None}
FINISHED = {"status": "finished", "ended_at": datetime(2026, 10, 10, 16)}

CASES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "a good row": ({}, set()),
    "as many fields as the header": ({"field_count": 12}, set()),
    "a field less than the header": ({"field_count": 11}, {"row_has_all_fields"}),
    "a field more than the header": ({"field_count": 13}, {"row_has_all_fields"}),
    "fields not counted": ({"field_count": None, "expected_field_count": None}, set()),
    "no unit sent": ({"unit_code": None, "unit_standing": None}, {"unit_is_there"}),
    "a unit outside the register": ({"unit_standing": "unknown"}, {"unit_is_known"}),
    "a unit of another sender": ({"unit_standing": "foreign"}, {"unit_belongs_to_sender"}),
    "a standing that does not exist": (
        {"unit_standing": "Known"},
        {"unit_is_known", "unit_belongs_to_sender"},
    ),
    "no dossier code": ({"dossier_id": None}, {"dossier_id_is_there"}),
    "an older copy": ({"is_latest_copy": False}, {"dossier_is_latest_copy"}),
    "a code of two dossiers": ({"has_own_key": False}, {"dossier_code_is_of_one_dossier"}),
    "a code that a spreadsheet wrote": ({"dossier_id": "2.61E+11"}, {"dossier_id_is_whole"}),
    "the same with a comma": ({"dossier_id": "2,61E+11"}, {"dossier_id_is_whole"}),
    "the same in small letters": ({"dossier_id": "2.6101e+11"}, {"dossier_id_is_whole"}),
    "the same without a plus sign": ({"dossier_id": "2.61E11"}, {"dossier_id_is_whole"}),
    "the same of one digit": ({"dossier_id": "3E+11"}, {"dossier_id_is_whole"}),
    "a code with an E in it": ({"dossier_id": "3E11"}, set()),
    "a code with a year": ({"dossier_id": "H01.E11/2026"}, set()),
    "a procedure that became a number": (
        {"procedure_code": "1.01E+08"},
        {"procedure_code_is_whole"},
    ),
    "a procedure with a point": ({"procedure_code": "1.012781"}, set()),
    "a unit code that became a number": ({"unit_code": "2.61E+11"}, {"unit_code_is_whole"}),
    "no time of receipt": ({"received_at": None}, {"received_at_is_there"}),
    "a time of receipt that is no time": (
        {"received_at": None, "received_at_as_sent": "31/02/2026"},
        {"received_at_is_a_time"},
    ),
    "a due date that is no time": (
        {"due_at": None, "due_at_as_sent": "soon"},
        {"due_at_is_a_time"},
    ),
    "no due date": ({"due_at": None, "first_due_at": None}, set()),
    "a first due date that is no time": (
        {"first_due_at": None, "first_due_at_as_sent": "soon"},
        {"first_due_at_is_a_time"},
    ),
    "an end that is no time": (
        {**FINISHED, "ended_at": None, "ended_at_as_sent": "done"},
        {"ended_at_is_a_time"},
    ),
    "a handing over that is no time": (
        {"handed_over_at": None, "handed_over_at_as_sent": "yes"},
        {"handed_over_at_is_a_time"},
    ),
    "an update that is no time": (
        {"updated_at": None, "updated_at_as_sent": "today"},
        {"updated_at_is_a_time"},
    ),
    "no update": ({"updated_at": None}, set()),
    "no status": ({"status": None}, {"status_is_there"}),
    "a status that could not be mapped": (
        {"status": None, "status_as_sent": "77"},
        {"status_is_in_list"},
    ),
    "a status kept that is not in the list": ({"status": "asleep"}, {"status_is_in_list"}),
    "no channel": ({"channel": None}, set()),
    "a channel that could not be mapped": (
        {"channel": None, "channel_as_sent": "fax"},
        {"channel_is_in_list"},
    ),
    "a channel kept that is not in the list": ({"channel": "fax"}, {"channel_is_in_list"}),
    "no applicant": ({"applicant": None}, set()),
    "an applicant that could not be mapped": (
        {"applicant": None, "applicant_as_sent": "9"},
        {"applicant_is_in_list"},
    ),
    "an applicant kept that is not in the list": (
        {"applicant": "robot"},
        {"applicant_is_in_list"},
    ),
    "received in the month's last instant": (
        {"received_at": END - AN_INSTANT, "due_at": None, "first_due_at": None},
        set(),
    ),
    "received at the month's end": (
        {"received_at": END, "due_at": None, "first_due_at": None},
        {"received_before_month_end"},
    ),
    "ended when received": ({**FINISHED, "ended_at": RECEIVED}, set()),
    "ended before received": (
        {**FINISHED, "ended_at": RECEIVED - AN_INSTANT},
        {"ended_not_before_received"},
    ),
    "due when received": ({"due_at": RECEIVED}, set()),
    "due before received": ({"due_at": RECEIVED - AN_INSTANT}, {"due_not_before_received"}),
    "first due when received": ({"first_due_at": RECEIVED}, set()),
    "first due before received": (
        {"first_due_at": RECEIVED - AN_INSTANT},
        {"first_due_not_before_received"},
    ),
    "handed over when received": ({**FINISHED, "handed_over_at": RECEIVED}, set()),
    "handed over before received": (
        {**FINISHED, "handed_over_at": RECEIVED - AN_INSTANT},
        {"handed_over_not_before_received"},
    ),
    "more papers asked for when received": ({"supplement_requested_at": RECEIVED}, set()),
    "more papers asked for before received": (
        {"supplement_requested_at": RECEIVED - AN_INSTANT},
        {"supplement_requested_not_before_received"},
    ),
    "a supplement request that is no time": (
        {"supplement_requested_at": None, "supplement_requested_at_as_sent": "phone"},
        {"supplement_requested_at_is_a_time"},
    ),
    "a supplement received when asked for": (
        {"supplement_requested_at": ASKED, "supplement_received_at": ASKED},
        set(),
    ),
    "a supplement received before asked for": (
        {"supplement_requested_at": ASKED, "supplement_received_at": ASKED - AN_INSTANT},
        {"supplement_received_not_before_requested"},
    ),
    "a supplement received when the dossier was": ({"supplement_received_at": RECEIVED}, set()),
    "a supplement received before the dossier": (
        {"supplement_received_at": RECEIVED - AN_INSTANT},
        {"supplement_received_not_before_received"},
    ),
    "a supplement received at no time": (
        {"supplement_received_at": None, "supplement_received_at_as_sent": "-"},
        {"supplement_received_at_is_a_time"},
    ),
    "no supplement request": ({"supplement_requests": 0}, set()),
    "fewer than no supplement requests": (
        {"supplement_requests": -1},
        {"supplement_requests_not_negative"},
    ),
    "half a supplement request": (
        {"supplement_requests": None, "supplement_requests_as_sent": "0.5"},
        {"supplement_requests_is_a_whole_number"},
    ),
    "a hundred supplement requests": ({"supplement_requests": 100}, set()),
    "more supplement requests than any dossier has": (
        {"supplement_requests": 101},
        {"supplement_requests_in_range"},
    ),
    "received when there were the first records": ({"received_at": FIRST_RECORDS}, set()),
    "received before there were any": (
        {"received_at": FIRST_RECORDS - AN_INSTANT},
        {"received_since_there_are_records"},
    ),
    "due just within fifty years": ({"due_at": LAST_DUE - AN_INSTANT}, set()),
    "due in fifty years": ({"due_at": LAST_DUE}, {"due_in_reach"}),
    "first due just within fifty years": ({"first_due_at": LAST_DUE - AN_INSTANT}, set()),
    "first due in fifty years": ({"first_due_at": LAST_DUE}, {"first_due_in_reach"}),
    **{
        f"{column} {when}": ({**FINISHED, column: moment}, broken)
        for column, rule in (
            ("ended_at", "ended_before_export"),
            ("handed_over_at", "handed_over_before_export"),
            ("supplement_requested_at", "supplement_requested_before_export"),
            ("supplement_received_at", "supplement_received_before_export"),
        )
        for when, moment, broken in (
            ("within three months", LAST_EXPORT - AN_INSTANT, set()),
            ("after three months", LAST_EXPORT, {rule}),
        )
    },
    "finished with its date": (FINISHED, set()),
    "finished without its date": ({"status": "finished"}, {"ended_has_its_date"}),
    "handed over without its date": ({"status": "handed_over"}, {"ended_has_its_date"}),
    "handed over with an end completed from another column": (
        {**FINISHED, "status": "handed_over", "ended_at_as_sent": None},
        set(),
    ),
    "withdrawn with its date": ({**FINISHED, "status": "withdrawn"}, set()),
    "withdrawn without its date": ({"status": "withdrawn"}, {"left_has_its_date"}),
    "stopped without its date": ({"status": "stopped"}, {"left_has_its_date"}),
    "not received without a date": ({"status": "not_received"}, set()),
    "not received with a date": ({**FINISHED, "status": "not_received"}, set()),
    "ended in the month's first instant": ({**LONG_AGO, **FINISHED, "ended_at": START}, set()),
    "ended before the month": (
        {**LONG_AGO, **FINISHED, "ended_at": START - AN_INSTANT},
        set(),  # it may have been open as last shown, and the ledger is to know
    ),
    "left before the month": (
        {**LONG_AGO, "status": "stopped", "ended_at": START - AN_INSTANT},
        set(),
    ),
    "ended at the month's end, so still open in it": ({**FINISHED, "ended_at": END}, set()),
    "open with an end date": (
        {"ended_at": datetime(2026, 10, 10)},
        {"open_has_no_end_date"},
    ),
    "two rules at once": (
        {"channel": "fax", "due_at": RECEIVED - AN_INSTANT},
        {"channel_is_in_list", "due_not_before_received"},
    ),
    **{
        f"open as {status}": ({"status": status}, set())
        for status in (
            *("newly_registered", "received", "in_progress"),
            *("supplement_requested", "payment_requested"),
        )
    },
    **{
        f"open as {status} with an end date": (
            {"status": status, "ended_at": datetime(2026, 10, 10)},
            {"open_has_no_end_date"},
        )
        for status in ("newly_registered", "received", "supplement_requested", "payment_requested")
    },
}


@pytest.fixture(scope="module")
def found(broken_rules: BrokenRules) -> dict[str, set[str]]:
    changes = [change for change, _ in CASES.values()]
    return dict(zip(CASES, broken_rules("dossiers", changes), strict=True))


@pytest.mark.parametrize("case", CASES)
def test_a_dossier_breaks_exactly_the_rules_that_its_case_names(
    case: str, found: dict[str, set[str]]
) -> None:
    assert found[case] == CASES[case][1]


def test_every_rule_of_dossiers_has_a_case_that_breaks_it() -> None:
    assert {rule for _, broken in CASES.values() for rule in broken} == {
        rule.name for rule in records.RULES_BY_KIND["dossiers"]
    }
