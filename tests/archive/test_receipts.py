"""When each file was received, and when it was replaced or taken back."""

from datetime import date
from zoneinfo import ZoneInfo

from pipeline.archive import Event, list_receipts
from pipeline.delivery_states import Receipt

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
MONTH = "2026-08"


def event(at: str, word: str, name: str, sha256: str) -> Event:
    return Event(at, word, MONTH, "H26", name, sha256, 1)


def test_a_file_that_is_replaced_ends_on_that_day_and_days_are_those_of_the_zone() -> None:
    events = [
        event("2026-09-10T16:59:00+00:00", "received", "dossiers.csv", "a"),
        event("2026-09-10T17:01:00+00:00", "received", "dossiers.csv", "b"),
    ]
    assert list_receipts(events, HANOI) == {
        MONTH: [
            Receipt("H26", "a", date(2026, 9, 10), date(2026, 9, 11)),
            Receipt("H26", "b", date(2026, 9, 11), None),
        ]
    }


def test_a_file_that_is_sent_again_or_renamed_keeps_its_first_day() -> None:
    events = [
        event("2026-09-01T03:00:00+00:00", "received", "dossiers.csv", "a"),
        event("2026-09-02T03:00:00+00:00", "received", "dossiers.csv", "b"),
        event("2026-09-03T03:00:00+00:00", "received", "dossiers.csv", "a"),
        event("2026-09-04T03:00:00+00:00", "withdrawn", "dossiers.csv", "a"),
        event("2026-09-04T03:00:00+00:00", "received", "dossiers-8.csv", "a"),
    ]
    a, b = list_receipts(events, HANOI)[MONTH]
    assert a == Receipt("H26", "a", date(2026, 9, 1), None)
    assert b == Receipt("H26", "b", date(2026, 9, 2), date(2026, 9, 3))


def test_a_file_under_two_names_ends_with_the_last_of_them() -> None:
    events = [
        event("2026-09-01T03:00:00+00:00", "received", "dossiers.csv", "a"),
        event("2026-09-01T03:00:00+00:00", "received", "dossiers-copy.csv", "a"),
        event("2026-09-02T03:00:00+00:00", "withdrawn", "dossiers.csv", "a"),
    ]
    (receipt,) = list_receipts(events, HANOI)[MONTH]
    assert receipt.is_in_force
    events.append(event("2026-09-05T03:00:00+00:00", "withdrawn", "dossiers-copy.csv", "a"))
    (receipt,) = list_receipts(events, HANOI)[MONTH]
    assert receipt.ended == date(2026, 9, 5)
