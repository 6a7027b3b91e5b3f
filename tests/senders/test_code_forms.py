"""Dossiers whose code has another form than before are known by their receipt and number."""

from datetime import datetime

import polars as pl
import pytest

from pipeline.code_forms import CODE_FORMS, measure_code_forms

MONTH = "2026-10"
Shown = tuple[str, datetime, str]
"""A dossier: code, receipt, status."""
OPEN, ENDED = "in_progress", "finished"


def received(number: int, *, has_time: bool = True) -> datetime:
    return datetime(2026, 9, number, 8 if has_time else 0, number if has_time else 0)


def frame(*rows: Shown) -> pl.LazyFrame:
    columns = {"dossier_id": pl.String(), "received_at": pl.Datetime("us"), "status": pl.String()}
    return pl.LazyFrame(rows, schema=columns, orient="row").with_columns(sender_code=pl.lit("H26"))


def measured(before: list[Shown], now: list[Shown]) -> dict[str, object] | None:
    found = measure_code_forms(frame(*before), frame(*now), MONTH)
    assert found.schema == CODE_FORMS
    return found.row(0, named=True) if found.height else None


@pytest.mark.parametrize(
    ("before", "now", "form_before", "form_now"),
    [
        ("0000{}", "{}", "99999", "9"),
        ("HS-0{}", "HS-{}", "AA-99", "AA-9"),
        ("000{}", "H26-000{}", "9999", "A99-9999"),
        ("hs-{}", "HS-{}", "aa-9", "AA-9"),
        ("H26/{}", "{}.", "A99/9", "9."),
    ],
)
@pytest.mark.parametrize("has_time", [True, False])
def test_zeros_and_letters_that_come_or_go_leave_a_code_of_the_same_dossier(
    before: str, now: str, form_before: str, form_now: str, *, has_time: bool
) -> None:
    days = [(n, received(n, has_time=has_time)) for n in (1, 2, 3)]
    found = measured(
        [(before.format(n), day, OPEN) for n, day in days],
        [(now.format(n), day, ENDED) for n, day in days],
    )
    assert found == {
        "month": MONTH,
        "sender_code": "H26",
        "not_shown": 3,
        "recoded": 3,
        "largest_recoded": 2,
        "form_before": form_before,
        "form_now": form_now,
    }


def test_dossiers_that_are_left_out_beside_others_that_are_new_have_no_other_form() -> None:
    # The same number and day, of another office and another minute.
    before = [(f"A-{n}", received(n, has_time=False), OPEN) for n in (1, 2, 3)]
    now = [(f"B-{n}", received(n), OPEN) for n in (1, 2, 3)]
    found = measured(before, now)
    assert found is not None
    assert (found["not_shown"], found["recoded"], found["form_now"]) == (3, 0, None)


def test_a_code_that_both_exports_have_and_one_that_had_ended_are_not_compared() -> None:
    before = [("001", received(1), OPEN), ("002", received(2), ENDED)]
    now = [("001", received(3), OPEN), ("1", received(1), OPEN), ("2", received(2), OPEN)]
    assert measured(before, now) is None


def test_what_was_received_in_the_month_is_no_dossier_of_the_month_before() -> None:
    first = datetime(2026, 10, 1)
    found = measured([("001", received(1), OPEN)], [("1", first, OPEN)])
    assert found is not None
    assert found["recoded"] == 0


def test_a_number_that_several_dossiers_of_a_day_have_says_nothing() -> None:
    day = received(1, has_time=False)
    found = measured([("A-01", day, OPEN), ("B-01", day, OPEN)], [("1", day, OPEN)])
    assert found is not None
    assert (found["not_shown"], found["recoded"]) == (2, 0)
