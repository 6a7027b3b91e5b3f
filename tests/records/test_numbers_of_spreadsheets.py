"""Codes and times that a spreadsheet turned into numbers like 2.61E+11 refuse their file."""

import pytest

from pipeline import codes
from pipeline.faults import FileFault
from pipeline.profiles.our_columns import moment_columns

from .conftest import ProfileWith, Typed

LOST, WHOLE = "2.02610E+13", "2026-10-05 08:15:00"
COLUMNS = [
    *(("dossiers", name) for name in ("dossier_id", *moment_columns("dossiers"))),
    *(("petitions", name) for name in ("petition_id", *moment_columns("petitions"))),
    ("ratings", "answered_at"),
    ("figures", "period_at"),
]


@pytest.mark.parametrize(("kind", "column"), COLUMNS)
def test_a_column_of_such_numbers_is_named(
    profile_with: ProfileWith, typed: Typed, kind: str, column: str
) -> None:
    profile = profile_with(kind)
    # 10 of 199 rows are more than 5 %.
    rows = typed(profile, *[{column: LOST}] * 10, *[{column: WHOLE}] * 189)
    with pytest.raises(FileFault) as raised:
        codes.check_no_code_is_a_number(rows, profile)
    assert raised.value.fault == "lost_codes"
    assert raised.value.message.startswith("10 of its 199 rows have a number in scientific")
    assert repr(column) in raised.value.message
    assert "digits are lost" in raised.value.message
    assert "các chữ số đã mất" in raised.value.message_vi


@pytest.mark.parametrize("rows", [9, 10])
def test_a_few_such_times_are_a_matter_of_their_rows(
    profile_with: ProfileWith, typed: Typed, rows: int
) -> None:
    # 9 rows are few in any file, and 10 of 200 are not more than 5 %.
    sent = [{"received_at": LOST}] * rows + [{"received_at": WHOLE}] * (200 - rows)
    codes.check_no_code_is_a_number(typed(profile_with(), *sent), profile_with())
