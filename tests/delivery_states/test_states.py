"""Which state a sender's month has, from what came of its files and what the register knows."""

from datetime import date

import polars as pl
import pytest

from pipeline import agencies, tables
from pipeline.delivery_states import Arrivals, Counted, Receipt, find_states

MONTH = "2026-08"
IN_TIME, DUE, AFTER = date(2026, 9, 4), date(2026, 9, 10), date(2026, 9, 11)
OLD, NEW, OTHER = "a" * 64, "b" * 64, "c" * 64
COUNTED = {("H26", OLD): Counted((1,), "dossiers")}


def deliver(*files: tuple[str, str, str], sender: str = "H26") -> pl.DataFrame:
    """Rows of tables.DELIVERED: SHA-256, kind and status of each file; no file is a missing one."""
    rows = [
        {
            "month": MONTH,
            "sender_code": sender,
            "sender_name": "",
            "sha256": sha256 or None,
            "kind": kind or None,
            "status": status,
            "message": f"{status}: do this",
            "message_vi": f"{status}: làm thế này",
        }
        for sha256, kind, status in files or [("", "", "missing")]
    ]
    return tables.DELIVERED.conform(pl.DataFrame(rows))


def judge(
    deliveries: pl.DataFrame,
    *receipts: Receipt,
    counted: dict[tuple[str, str], Counted] | None = None,
    due: date | None = DUE,
) -> dict[str, tuple[str, str]]:
    """State and reason by sender."""
    found = find_states(
        MONTH, deliveries, Arrivals(receipts, counted or {}, due), agencies.load(None)
    )
    assert (found["reason"].is_null() == found["reason_vi"].is_null()).all()
    return {
        sender: (state, reason or "")
        for sender, state, reason in found.select("sender_code", "state", "reason").iter_rows()
    }


def receive(sha256: str, day: date, ended: date | None = None) -> Receipt:
    return Receipt("H26", sha256, day, ended)


@pytest.mark.parametrize(
    ("day", "due", "expected"),
    [
        (IN_TIME, DUE, ("on_time", "")),
        (DUE, DUE, ("on_time", "")),
        (AFTER, None, ("accepted", "")),
        (
            AFTER,
            DUE,
            (
                "late",
                "the file aaaaaaaaaaaa (dossiers) was received on 2026-09-11; it was due by "
                "2026-09-10",
            ),
        ),
    ],
)
def test_a_file_is_in_time_on_the_due_day_and_late_after_it(
    day: date, due: date | None, expected: tuple[str, str]
) -> None:
    accepted = deliver((OLD, "dossiers", "accepted"))
    assert judge(accepted, receive(OLD, day), due=due) == {"H26": expected}


def test_a_month_of_which_one_file_of_several_came_late_is_late() -> None:
    accepted = deliver((OLD, "dossiers", "accepted"), (NEW, "ratings", "accepted"))
    found = judge(accepted, receive(OLD, IN_TIME), receive(NEW, AFTER))
    assert found["H26"][0] == "late"
    assert "bbbbbbbbbbbb (ratings)" in found["H26"][1]
    assert "aaaaaaaaaaaa" not in found["H26"][1]


def test_a_file_that_was_replaced_before_an_edition_counted_it_is_no_correction() -> None:
    accepted = deliver((NEW, "dossiers", "accepted"))
    receipts = receive(OLD, IN_TIME, DUE), receive(NEW, DUE)
    assert judge(accepted, *receipts) == {"H26": ("on_time", "")}


def test_a_file_that_an_edition_counted_and_another_replaced_is_a_correction() -> None:
    accepted = deliver((NEW, "dossiers", "accepted"))
    receipts = receive(OLD, IN_TIME, AFTER), receive(NEW, AFTER)
    assert judge(accepted, *receipts, counted=COUNTED) == {
        "H26": (
            "corrected",
            "the file aaaaaaaaaaaa (dossiers), counted in edition 1, was replaced by bbbbbbbbbbbb "
            "on 2026-09-11",
        )
    }


def test_one_of_several_files_that_was_taken_back_is_a_correction_too() -> None:
    accepted = deliver((OTHER, "dossiers", "accepted"))
    counted = COUNTED | {("H26", OTHER): Counted((1,), "dossiers")}
    receipts = receive(OLD, IN_TIME, AFTER), receive(OTHER, IN_TIME)
    assert judge(accepted, *receipts, counted=counted) == {
        "H26": (
            "corrected",
            "the file aaaaaaaaaaaa (dossiers), counted in edition 1, was taken back on 2026-09-11",
        )
    }


def test_a_refused_file_comes_before_all_else() -> None:
    sent = deliver((OTHER, "ratings", "accepted"), (NEW, "dossiers", "refused"))
    receipts = receive(OLD, IN_TIME, AFTER), receive(NEW, AFTER), receive(OTHER, AFTER)
    assert judge(sent, *receipts, counted=COUNTED) == {
        "H26": ("refused", "the file bbbbbbbbbbbb (dossiers): refused: do this")
    }


def test_who_sent_nothing_is_missing_and_who_took_all_back_has_withdrawn() -> None:
    assert judge(deliver()) == {"H26": ("missing", "missing: do this")}
    assert judge(deliver(), receive(OLD, IN_TIME, AFTER), counted=COUNTED) == {
        "H26": (
            "withdrawn",
            "the file aaaaaaaaaaaa (dossiers), counted in edition 1, was taken back on 2026-09-11",
        )
    }


def test_who_took_all_back_is_shown_where_nobody_expects_it_if_the_register_has_it() -> None:
    taken_back = [Receipt(sender, OLD, IN_TIME, AFTER) for sender in ("H29", "H26-misspelt")]
    assert set(judge(deliver(), *taken_back)) == {"H26", "H29"}
