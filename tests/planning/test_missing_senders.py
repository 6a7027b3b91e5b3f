"""Missing are the peers of those that sent: same kind, same parent, nothing in the inbox."""

import polars as pl
import pytest

from pipeline import planning, tables
from pipeline.agencies import Register


def delivered(
    *senders: str, status: str = "accepted", fault: str | None = None, kind: str | None = None
) -> pl.DataFrame:
    given = {"month": "2026-10", "status": status, "sender_name": "", "fault": fault, "kind": kind}
    rows = [given | {"sender_code": sender} for sender in senders]
    return pl.DataFrame(rows, schema=tables.DELIVERED.schema)


def missing(register: Register, sent: pl.DataFrame, *earlier: str) -> list[str]:
    found = planning.missing_senders("2026-10", sent, earlier, register)
    return sorted(found["sender_code"])


@pytest.mark.parametrize(
    ("sent", "earlier", "expected"),
    [
        # A ministry and departments are no peers of a province.
        (["H01"], [], ["H02", "H03"]),
        (["H01", "H02", "H03"], [], []),
        (["H01.1"], [], ["H01.2"]),
        (["G01"], [], []),
        # Who sent before is expected, and so are its peers.
        ([], ["H01"], ["H01", "H02", "H03"]),
        (["G01"], ["H01.2"], ["H01.1", "H01.2"]),
        (["H01"], ["H01"], ["H02", "H03"]),
        # Nobody ever sent: nobody is expected.
        ([], [], []),
        # Who is in the register no more is expected no more.
        ([], ["H99"], []),
    ],
)
def test_a_peer_that_sent_nothing_is_missing(
    register: Register, sent: list[str], earlier: list[str], expected: list[str]
) -> None:
    assert missing(register, delivered(*sent), *earlier) == expected


def test_a_sender_whose_files_are_refused_is_not_missing(register: Register) -> None:
    refused = delivered("H01", status="refused", fault="empty")
    assert missing(register, refused) == ["H02", "H03"]


def test_an_unknown_sender_is_no_peer_of_anyone(register: Register) -> None:
    unknown = delivered("H99", status="refused", fault="unknown_sender")
    assert missing(register, unknown) == []


def test_a_missing_sender_stands_without_a_file_and_with_what_to_do(register: Register) -> None:
    found = planning.missing_senders("2026-10", delivered("H01", "H02"), [], register)
    assert found.schema == tables.DELIVERED.schema
    row = found.row(0, named=True)
    assert (row["month"], row["sender_code"], row["status"]) == ("2026-10", "H03", "missing")
    assert (row["kind"], row["sha256"], row["fault"], row["rows"]) == (None, None, None, None)
    assert row["message"] == "nothing was sent for 2026-10: put the export into the inbox"
    assert row["message_vi"] == "chưa gửi dữ liệu tháng 2026-10: đặt tệp vào inbox"


def test_deliveries_are_named_and_sorted_as_they_are_published(register: Register) -> None:
    rows = pl.concat(
        [
            delivered("H02", kind="ratings"),
            delivered("H02", kind="dossiers"),
            delivered("H99", "H01"),
        ]
    )
    found = planning.with_sender_names(rows, register, "2026-10")
    assert found.select("sender_code", "kind", "sender_name").rows() == [
        ("H01", None, "An Giang"),
        ("H02", "dossiers", "Bắc Giang"),
        ("H02", "ratings", "Bắc Giang"),
        # Whom the register lacks keeps its code.
        ("H99", None, "H99"),
    ]
