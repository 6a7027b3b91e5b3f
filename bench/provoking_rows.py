"""For each row rule, an export with a row that breaks it.

Here belongs one change of a good row for each rule. Not here: exports that are refused as a whole
(provoking_files), running them and writing the page (messages).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

MONTH = "2026-10"
OTHER_AGENCY = "Z9"
"""An agency of the register that sends nothing."""

Row = Mapping[str, str]
"""A row by our columns: what is sent in each."""

GOOD_ROWS: dict[str, dict[str, str]] = {
    "dossiers": {
        "dossier_id": "000.00.00-261005-0001",
        "procedure_code": "1.000001",
        "unit_code": "SENDER",
        "status": "9",
        "channel": "1",
        "applicant": "1",
        "received_at": "20261005090000",
        "due_at": "20261012170000",
        "first_due_at": "20261012170000",
        "ended_at": "20261008100000",
        "handed_over_at": "20261008150000",
        "supplement_requested_at": "20261006090000",
        "supplement_received_at": "20261007090000",
        "supplement_requests": "1",
    },
    "ratings": {
        "respondent_id": "P-001",
        "dossier_id": "000.00.00-261005-0001",
        "unit_code": "SENDER",
        "question": "CH",
        "answer": "5",
        "mode": "1",
        "weight": "1.5",
        "answered_at": "20261009143000",
        "dossier_ended_at": "20261008100000",
    },
    "petitions": {
        "petition_id": "PA-001",
        "unit_code": "SENDER",
        "subject": "1",
        "dossier_id": "000.00.00-261005-0001",
        "received_at": "20261005090000",
        "due_at": "20261026170000",
        "handled_at": "20261015090000",
        "status": "3",
        "satisfied": "1",
        "is_upheld": "1",
    },
    "figures": {
        "unit_code": "SENDER",
        "indicator": "due_on_time",
        "breakdown": "1",
        "period_at": "2026-10",
        "numerator": "90",
        "denominator": "100",
    },
}
"""A good row of each kind of records; SENDER stands for the code of whoever sends it."""


@dataclass(frozen=True)
class BreakingRow:
    """A row that breaks one rule: the changes that make it of the good row.

    `beside` are changes of the good row that make other rows of the same file.
    """

    changes: Row
    beside: Sequence[Row] = field(default_factory=tuple)


def _breaks(beside: Sequence[Row] = (), **changes: str) -> BreakingRow:
    return BreakingRow(changes, beside)


_UNREADABLE = "5 tháng 10"
_BEFORE, _AFTER_MONTH, _LONG_AGO = "20261001000000", "20261101000000", "19500101000000"
_LONG_AFTER = "20290101000000"
ONE_MORE = "one field more"
"""Not a column of ours: a field behind those of the header."""
_EVERY_KIND = {
    "row_has_all_fields": BreakingRow({ONE_MORE: "x"}),
    "unit_is_there": _breaks(unit_code=""),
    "unit_is_known": _breaks(unit_code="X99"),
    "unit_belongs_to_sender": _breaks(unit_code=OTHER_AGENCY),
    "unit_code_is_whole": _breaks(unit_code="2.61E+11"),
}

BREAKING_ROWS: dict[str, dict[str, BreakingRow]] = {
    "dossiers": {
        **_EVERY_KIND,
        "dossier_id_is_there": _breaks(dossier_id=""),
        "dossier_is_latest_copy": _breaks([{"ended_at": "20261009100000"}]),
        "dossier_code_is_of_one_dossier": _breaks(
            [{"received_at": "20261006090000"}], received_at="20261005090000"
        ),
        "dossier_id_is_whole": _breaks(dossier_id="2.61E+11"),
        "procedure_code_is_whole": _breaks(procedure_code="1.0E+06"),
        "received_at_is_there": _breaks(received_at=""),
        "received_at_is_a_time": _breaks(received_at=_UNREADABLE),
        "due_at_is_a_time": _breaks(due_at=_UNREADABLE),
        "first_due_at_is_a_time": _breaks(first_due_at=_UNREADABLE),
        "ended_at_is_a_time": _breaks(ended_at=_UNREADABLE),
        "handed_over_at_is_a_time": _breaks(handed_over_at=_UNREADABLE),
        "supplement_requested_at_is_a_time": _breaks(supplement_requested_at=_UNREADABLE),
        "supplement_received_at_is_a_time": _breaks(supplement_received_at=_UNREADABLE),
        "updated_at_is_a_time": _breaks(updated_at=_UNREADABLE),
        "status_is_there": _breaks(status=""),
        "status_is_in_list": _breaks(status="77"),
        "channel_is_in_list": _breaks(channel="77"),
        "applicant_is_in_list": _breaks(applicant="77"),
        "received_before_month_end": _breaks(received_at=_AFTER_MONTH, status="4", ended_at=""),
        "received_since_there_are_records": _breaks(received_at=_LONG_AGO),
        "due_in_reach": _breaks(due_at="20990101000000"),
        "first_due_in_reach": _breaks(first_due_at="20990101000000"),
        "ended_before_export": _breaks(ended_at=_LONG_AFTER, handed_over_at=""),
        "handed_over_before_export": _breaks(handed_over_at=_LONG_AFTER),
        "supplement_requested_before_export": _breaks(
            supplement_requested_at=_LONG_AFTER, supplement_received_at=""
        ),
        "supplement_received_before_export": _breaks(supplement_received_at=_LONG_AFTER),
        "ended_not_before_received": _breaks(ended_at=_BEFORE),
        "due_not_before_received": _breaks(due_at=_BEFORE),
        "first_due_not_before_received": _breaks(first_due_at=_BEFORE),
        "handed_over_not_before_received": _breaks(handed_over_at=_BEFORE),
        "supplement_requested_not_before_received": _breaks(supplement_requested_at=_BEFORE),
        "supplement_received_not_before_received": _breaks(supplement_received_at=_BEFORE),
        "supplement_received_not_before_requested": _breaks(
            supplement_received_at="20261005100000"
        ),
        "supplement_requests_is_a_whole_number": _breaks(supplement_requests="hai"),
        "supplement_requests_not_negative": _breaks(supplement_requests="-1"),
        "supplement_requests_in_range": _breaks(supplement_requests="9999999"),
        "ended_has_its_date": _breaks(ended_at="", handed_over_at=""),
        "left_has_its_date": _breaks(status="7", ended_at="", handed_over_at=""),
        "open_has_no_end_date": _breaks(status="4"),
    },
    "ratings": {
        **_EVERY_KIND,
        "respondent_is_there": _breaks(respondent_id="", dossier_id=""),
        "rating_is_latest_copy": _breaks([{"answered_at": "20261010143000"}]),
        "respondent_code_is_of_one_respondent": _breaks(
            [{"dossier_id": "", "answered_at": "20261010143000"}], dossier_id=""
        ),
        "respondent_id_is_whole": _breaks(respondent_id="2.61E+11"),
        "rated_dossier_id_is_whole": _breaks(dossier_id="2.61E+11"),
        "question_is_in_list": _breaks(question="XX"),
        "answer_is_there": _breaks(answer=""),
        "answer_is_a_whole_number": _breaks(answer="tốt"),
        "answer_is_on_its_scale": _breaks(answer="7"),
        "answered_at_is_there": _breaks(answered_at=""),
        "answered_at_is_a_time": _breaks(answered_at=_UNREADABLE),
        "answered_in_month": _breaks(answered_at=_AFTER_MONTH),
        "dossier_ended_at_is_a_time": _breaks(dossier_ended_at=_UNREADABLE),
        "dossier_ended_since_there_are_records": _breaks(dossier_ended_at=_LONG_AGO),
        "dossier_ended_before_export": _breaks(dossier_ended_at=_LONG_AFTER),
        "weight_is_a_number": _breaks(weight="nặng"),
        "weight_is_in_range": _breaks(weight="0"),
        "mode_is_in_list": _breaks(mode="77"),
    },
    "petitions": {
        **_EVERY_KIND,
        "petition_id_is_there": _breaks(petition_id=""),
        "petition_is_latest_copy": _breaks([{"handled_at": "20261016090000"}]),
        "petition_code_is_of_one_petition": _breaks([{"received_at": "20261006090000"}]),
        "petition_id_is_whole": _breaks(petition_id="2.61E+11"),
        "petition_dossier_id_is_whole": _breaks(dossier_id="2.61E+11"),
        "petition_subject_is_in_list": _breaks(subject="77"),
        "petition_received_at_is_there": _breaks(received_at=""),
        "petition_received_at_is_a_time": _breaks(received_at=_UNREADABLE),
        "petition_due_at_is_a_time": _breaks(due_at=_UNREADABLE),
        "petition_handled_at_is_a_time": _breaks(handled_at=_UNREADABLE),
        "petition_updated_at_is_a_time": _breaks(updated_at=_UNREADABLE),
        "petition_status_is_there": _breaks(status=""),
        "petition_status_is_in_list": _breaks(status="77"),
        "petition_satisfied_is_in_list": _breaks(satisfied="77"),
        "petition_upheld_is_in_list": _breaks(is_upheld="77"),
        "petition_received_before_month_end": _breaks(
            received_at=_AFTER_MONTH, status="2", handled_at="", due_at=""
        ),
        "petition_received_since_there_are_records": _breaks(received_at=_LONG_AGO),
        "petition_due_in_reach": _breaks(due_at="20990101000000"),
        "petition_handled_before_export": _breaks(handled_at=_LONG_AFTER),
        "petition_due_not_before_received": _breaks(due_at=_BEFORE),
        "petition_handled_not_before_received": _breaks(handled_at=_BEFORE),
        "petition_handled_has_its_date": _breaks(handled_at=""),
        "petition_handled_not_before_month": _breaks(
            received_at="20260901090000", due_at="20260922170000", handled_at="20260910090000"
        ),
        "petition_open_has_no_date_of_handling": _breaks(status="2"),
    },
    "figures": {
        **_EVERY_KIND,
        "indicator_is_there": _breaks(indicator=""),
        "indicator_is_in_list": _breaks(indicator="dung_han"),
        "figure_is_latest_copy": _breaks([{}]),
        "figure_has_one_value": _breaks([{"numerator": "91"}]),
        # Of the 20 good rows beside it.
        "figure_is_no_total": _breaks(breakdown="Tổng số", numerator="1800", denominator="2000"),
        "sums_hold": _breaks(numerator="90", failures="11", denominator="100"),
        "breakdown_is_whole": _breaks(breakdown="2.61E+11"),
        "period_at_is_there": _breaks(period_at=""),
        "period_at_is_a_time": _breaks(period_at=_UNREADABLE),
        "period_in_month": _breaks(period_at="2026-11"),
        "numerator_is_there": _breaks(numerator=""),
        "numerator_is_a_whole_number": _breaks(numerator="2.000"),
        "numerator_not_negative": _breaks(numerator="-1"),
        "numerator_is_countable": _breaks(numerator="1000000000001", denominator="1000000000001"),
        "denominator_is_there": _breaks(denominator=""),
        "denominator_is_a_whole_number": _breaks(denominator="100%"),
        "denominator_not_negative": _breaks(numerator="-2", denominator="-1"),
        "denominator_is_countable": _breaks(denominator="1000000000001"),
        "numerator_within_denominator": _breaks(numerator="101"),
    },
}
"""By kind and rule, a row that breaks the rule."""

NEED_OWN_PROFILE = (
    "channel_is_in_list",
    "applicant_is_in_list",
    "petition_subject_is_in_list",
    "weight_is_a_number",
    "weight_is_in_range",
    "updated_at_is_a_time",
    "petition_updated_at_is_a_time",
    "sums_hold",
)
"""Rules that need a profile of the sender's own: the built-in one maps every other value to a word
of ours, has no column of weights or updates, and says of no columns what they add up to."""
NEVER_BROKEN = {
    "question_is_there": "a rating without a question is one of the whole",
    "scale_is_there": "every profile has a scale, and five is the default",
    "scale_is_in_list": "a profile that names another scale cannot be used",
}
"""Rules that no export can break, and why; they guard what the program itself fills in."""
