"""A file of another month or agency is refused; the rows of any other are accepted or rejected."""

from datetime import datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import records, tables
from pipeline.faults import FileFault

MONTH = "2026-10"
START, END = datetime(2026, 10, 1), datetime(2026, 11, 1)
INSTANT = timedelta(milliseconds=1)

Row = dict[str, object]
CARRIED_OVER: Row = {"received_at": START - INSTANT}
RECEIVED: Row = {"received_at": START}
OF_NEXT_MONTH: Row = {"received_at": END}
ENDED_BEFORE: Row = {"received_at": datetime(2026, 9, 1), "ended_at": START - INSTANT}
ENDED_IN_MONTH: Row = {"received_at": datetime(2026, 9, 1), "ended_at": START}


def frame_of(kind: str, rows: list[Row]) -> pl.DataFrame:
    schema = tables.RECORDS[kind].schema | {"unit_standing": pl.String()}
    return pl.DataFrame([{"unit_standing": "known"} | row for row in rows], schema=schema)


def fault_of(rows: list[Row], kind: str = "dossiers") -> str | None:
    try:
        records.check_file_belongs(frame_of(kind, rows), kind, MONTH)
    except FileFault as fault:
        assert MONTH in fault.message or fault.fault == "foreign_sender"
        return fault.fault
    return None


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([RECEIVED, OF_NEXT_MONTH], None),  # 1 / 2 is not most
        ([RECEIVED, OF_NEXT_MONTH, OF_NEXT_MONTH], "wrong_month"),  # 2 / 3 is
        ([RECEIVED, ENDED_BEFORE], None),
        ([RECEIVED, ENDED_BEFORE, ENDED_BEFORE], "wrong_month"),
        # The last instant before the end is of the month, and so is an end at its first.
        ([{"received_at": END - INSTANT}], None),
        ([ENDED_IN_MONTH], None),
        # Nothing received in the month, and something of another one: last month's export, whose
        # open dossiers alone could be of this month.
        ([ENDED_BEFORE, CARRIED_OVER, CARRIED_OVER, CARRIED_OVER], "wrong_month"),
        ([CARRIED_OVER, CARRIED_OVER], None),
        ([ENDED_BEFORE, CARRIED_OVER, CARRIED_OVER, RECEIVED], None),
        # Dates that cannot be read belong to no other month.
        ([{"received_at": None}], None),
    ],
)
def test_dossiers_are_of_another_month_when_most_were_received_after_or_ended_before(
    rows: list[Row], fault: str | None
) -> None:
    assert fault_of(rows) == fault


@pytest.mark.parametrize(("kind", "column"), [("ratings", "answered_at"), ("figures", "period_at")])
def test_ratings_and_figures_are_of_the_month_from_its_start_to_before_its_end(
    kind: str, column: str
) -> None:
    assert fault_of([{column: START}, {column: END - INSTANT}], kind) is None
    assert fault_of([{column: START - INSTANT}], kind) == "wrong_month"
    assert fault_of([{column: END}], kind) == "wrong_month"
    assert fault_of([{column: START}, {column: END}], kind) is None
    assert fault_of([{column: START}, {column: END}, {column: END}], kind) == "wrong_month"


@pytest.mark.parametrize(
    ("kind", "rows", "said", "said_vi"),
    [
        (
            "dossiers",
            [RECEIVED, OF_NEXT_MONTH, OF_NEXT_MONTH],
            "67% of its rows belong to another month than 2026-10: ",
            "67% số dòng thuộc tháng khác, không phải 2026-10: ",
        ),
        # One row in 300 is 0 %: a share would say that nothing is wrong.
        (
            "dossiers",
            [ENDED_BEFORE, *[CARRIED_OVER] * 299],
            "no row was received or ended in 2026-10, and some belong to another month: ",
            "không dòng nào được tiếp nhận hoặc kết thúc xử lý trong tháng 2026-10, và có dòng ",
        ),
        (
            "petitions",
            [{"received_at": END}, *[CARRIED_OVER] * 299],
            "no row was received or handled in 2026-10, and some belong to another month: ",
            "không dòng nào được tiếp nhận hoặc xử lý trong tháng 2026-10, và có dòng ",
        ),
        (
            "ratings",
            [{"answered_at": END}, *[{"answered_at": None}] * 299],
            "no row has a date in 2026-10, and some belong to another month: ",
            "không dòng nào có thời điểm trong tháng 2026-10, và có dòng thuộc tháng khác: ",
        ),
    ],
)
def test_the_message_says_whether_most_rows_or_none_are_of_the_month(
    kind: str, rows: list[Row], said: str, said_vi: str
) -> None:
    with pytest.raises(FileFault) as raised:
        records.check_file_belongs(frame_of(kind, rows), kind, MONTH)
    assert raised.value.message.startswith(said)
    assert raised.value.message.endswith(" or send the export of 2026-10")
    assert raised.value.message_vi.startswith(said_vi)


HANDLED_BEFORE: Row = CARRIED_OVER | {"handled_at": START - INSTANT}
HANDLED_IN_MONTH: Row = CARRIED_OVER | {"handled_at": START}


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([RECEIVED, OF_NEXT_MONTH], None),
        ([RECEIVED, OF_NEXT_MONTH, OF_NEXT_MONTH], "wrong_month"),
        ([RECEIVED, HANDLED_BEFORE, HANDLED_BEFORE], "wrong_month"),
        ([CARRIED_OVER, CARRIED_OVER], None),
        # Last month's export: closed then, or open ever since.
        ([HANDLED_BEFORE, CARRIED_OVER, CARRIED_OVER], "wrong_month"),
        # So few are sent that the month may have received none; one was handled in it.
        ([HANDLED_BEFORE, CARRIED_OVER, HANDLED_IN_MONTH], None),
    ],
)
def test_petitions_are_of_the_month_in_which_they_were_received_or_handled(
    rows: list[Row], fault: str | None
) -> None:
    assert fault_of(rows, "petitions") == fault


@pytest.mark.parametrize(
    ("standings", "fault"),
    [
        (["known", "foreign"], None),
        (["known", "foreign", "foreign"], "foreign_sender"),
        (["foreign"], "foreign_sender"),
        (["unknown", "unknown"], None),
        # One row among rows without a unit is not most of them.
        ([None, None, "foreign"], None),
    ],
)
def test_a_file_is_another_agencys_when_most_of_its_rows_name_that_agencys_units(
    standings: list[str | None], fault: str | None
) -> None:
    assert fault_of([RECEIVED | {"unit_standing": standing} for standing in standings]) == fault


def test_a_file_without_rows_belongs_to_its_sender() -> None:
    assert fault_of([]) is None


REASONS = pl.Schema({"row_index": pl.Int64} | dict.fromkeys(("rule", "column", "found"), pl.String))


@given(
    st.integers(0, 12),
    st.lists(st.tuples(st.integers(0, 11), st.sampled_from(["rule_1", "rule_2"])), unique=True),
)
def test_rows_in_are_accepted_rows_and_distinct_rejected_rows(
    height: int, broken: list[tuple[int, str]]
) -> None:
    rows = [{"sha256": "f", "row_number": number + 2} for number in range(height)]
    frame = frame_of("dossiers", rows).with_row_index("row_index").cast({"row_index": pl.Int64})
    reasons = pl.DataFrame(
        [(place, rule, "status", "x") for place, rule in broken if place < height],
        schema=REASONS,
        orient="row",
    )
    accepted, rejected = records.split_rows(frame, reasons, "dossiers")
    rejected_rows = set(rejected["row_number"])
    assert accepted.height + len(rejected_rows) == height
    assert set(accepted["row_number"]) | rejected_rows == {row["row_number"] for row in rows}
    # No broken rule is lost, and the accepted rows keep their order.
    assert rejected.height == reasons.height
    assert accepted["row_number"].is_sorted()
    assert accepted.schema == tables.DOSSIERS.schema


def test_a_rejected_row_is_known_by_its_sender_file_and_number() -> None:
    frame = frame_of("dossiers", [{"sender_code": "H01", "sha256": "f", "row_number": 2}])
    frame = frame.with_row_index("row_index").cast({"row_index": pl.Int64})
    reasons = pl.DataFrame([(0, "status_is_there", "status", None)], schema=REASONS, orient="row")
    _, rejected = records.split_rows(frame, reasons, "dossiers")
    assert rejected.row(0, named=True) == {
        "rule": "status_is_there",
        "column": "status",
        "found": None,
        "sender_code": "H01",
        "sha256": "f",
        "row_number": 2,
        "source_column": None,
        "kind": "dossiers",
    }
