"""The frame of reasons: its shape, ragged rows, several senders, emptiness, order."""

from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expectations.engine.runner import SuiteError
from expectations.rules import records
from pipeline import tables

from .conftest import RowsOf

MONTH = "2026-10"


def test_a_reason_has_row_rule_column_and_the_value_as_sent(rows_of: RowsOf) -> None:
    rows = rows_of("dossiers", {}, {"due_at": None, "due_at_as_sent": "31/02/2026"})

    assert records.find_reasons("dossiers", rows, MONTH).rows() == [
        (1, "due_at_is_a_time", "due_at", "31/02/2026")
    ]


def test_a_value_is_shown_as_sent_even_where_it_could_be_read(rows_of: RowsOf) -> None:
    rows = rows_of("ratings", {"answer": 9, "answer_as_sent": "09"})

    assert records.find_reasons("ratings", rows, MONTH)["found"].to_list() == ["09"]


def test_nothing_is_shown_where_nothing_was_sent(rows_of: RowsOf) -> None:
    rows = rows_of("dossiers", {"received_at": None})

    assert records.find_reasons("dossiers", rows, MONTH).rows() == [
        (0, "received_at_is_there", "received_at", None)
    ]


def test_a_completed_value_is_shown_where_nothing_was_sent(rows_of: RowsOf) -> None:
    rows = rows_of("ratings", {"question": "Q17", "question_as_sent": None})

    assert records.find_reasons("ratings", rows, MONTH)["found"].to_list() == ["Q17"]


def test_a_value_that_comes_from_the_profile_is_shown_as_it_is(rows_of: RowsOf) -> None:
    rows = rows_of("ratings", {"scale": "ten"})

    assert "scale_as_sent" not in rows.columns
    assert records.find_reasons("ratings", rows, MONTH).rows() == [
        (0, "scale_is_in_list", "scale", "ten")
    ]


def test_reasons_follow_the_row_index_and_not_the_place_in_the_frame(rows_of: RowsOf) -> None:
    rows = rows_of("figures", {"indicator": None}, {}, {"numerator": 13}).with_columns(
        row_index=pl.Series([700, 5, 6], dtype=pl.Int64)
    )

    assert records.find_reasons("figures", rows, MONTH).select("row_index", "rule").rows() == [
        (6, "numerator_within_denominator"),
        (700, "indicator_is_there"),
    ]


def ragged(kind: str, rows_of: RowsOf) -> pl.DataFrame:
    """A row of 13 fields under a header of 12, as the typing step gives it: nothing can be read."""
    empty = {name: None for name in rows_of(kind, {}).columns if name != "row_index"}
    return rows_of(kind, {**empty, "field_count": 13, "expected_field_count": 12})


@pytest.mark.parametrize("kind", tables.KINDS)
def test_a_ragged_row_breaks_that_rule_and_no_other(kind: str, rows_of: RowsOf) -> None:
    assert records.find_reasons(kind, ragged(kind, rows_of), MONTH).rows() == [
        (0, "row_has_all_fields", "field_count", "13")
    ]


def test_a_ragged_row_takes_no_reason_from_its_neighbours(rows_of: RowsOf) -> None:
    neighbour = rows_of("figures", {}, {"indicator": None}).tail(1)
    rows = pl.concat([ragged("figures", rows_of), neighbour])

    assert records.find_reasons("figures", rows, MONTH).select("row_index", "rule").rows() == [
        (0, "row_has_all_fields"),
        (1, "indicator_is_there"),
    ]


def test_senders_checked_together_break_what_they_break_alone(rows_of: RowsOf) -> None:
    changes = [
        {"sender_code": "H15", "dossier_id": None},
        {"sender_code": "H15"},
        {"sender_code": "H01", "unit_standing": "foreign"},
        {"sender_code": "H01", "channel": "fax"},
        {"sender_code": "G02", "field_count": 9},
    ]
    rows = rows_of("dossiers", *changes)
    alone = [
        records.find_reasons("dossiers", rows.filter(pl.col("sender_code") == sender), MONTH)
        for sender in ("H15", "H01", "G02")
    ]

    together = records.find_reasons("dossiers", rows, MONTH)
    assert together.equals(pl.concat(alone).sort("row_index", "rule"))
    assert together.height == 4


@pytest.mark.parametrize("kind", tables.KINDS)
def test_no_rows_give_no_reasons(kind: str, rows_of: RowsOf) -> None:
    found = records.find_reasons(kind, rows_of(kind, {}).clear(), MONTH)

    assert found.is_empty()
    assert found.schema == records.REASONS


@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        ("dossiers", {"dossier_id", "received_at", "status"}),
        ("ratings", {"respondent", "question", "scale", "answer", "answered_at"}),
        ("petitions", {"petition_id", "petition_received_at", "petition_status"}),
        ("figures", {"indicator", "period_at", "numerator", "denominator"}),
    ],
)
def test_a_row_of_nulls_misses_what_must_be_there_and_nothing_else(
    kind: str, missing: set[str], rows_of: RowsOf
) -> None:
    columns = [name for name in rows_of(kind, {}).columns if name != "row_index"]
    rows = rows_of(kind, dict.fromkeys(columns), dict.fromkeys(columns))

    found = records.find_reasons(kind, rows, MONTH)
    expected = {"unit_is_there", *(f"{column}_is_there" for column in missing)}
    assert set(found["rule"]) == expected
    assert found.height == 2 * len(expected)


def test_a_frame_that_lacks_a_column_fails_instead_of_accepting_its_rows(rows_of: RowsOf) -> None:
    with pytest.raises(SuiteError, match="is_latest_copy"):
        records.find_reasons("dossiers", rows_of("dossiers", {}).drop("is_latest_copy"), MONTH)


def test_a_column_of_another_type_fails_instead_of_accepting_its_rows(rows_of: RowsOf) -> None:
    rows = rows_of("dossiers", {}).cast({"received_at": pl.String})
    with pytest.raises(SuiteError, match="received_before_month_end"):
        records.find_reasons("dossiers", rows, MONTH)


def test_a_month_that_is_none_is_refused(rows_of: RowsOf) -> None:
    with pytest.raises(ValueError, match="2026-10"):
        records.find_reasons("dossiers", rows_of("dossiers", {}), "October")


FAULTS: tuple[dict[str, Any], ...] = (
    {},
    {"indicator": None},
    {"field_count": 3},
    {"numerator": 13},
    {"denominator": None, "unit_standing": "unknown"},
    {"is_latest_copy": False},
)


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(faults=st.lists(st.sampled_from(FAULTS), min_size=2, max_size=12), data=st.data())
def test_the_order_of_rows_does_not_matter(
    faults: list[dict[str, Any]], data: st.DataObject, rows_of: RowsOf
) -> None:
    rows = rows_of("figures", *faults)
    order = data.draw(st.permutations(range(rows.height)))

    shuffled = records.find_reasons("figures", rows[order], MONTH)
    assert shuffled.equals(records.find_reasons("figures", rows, MONTH))


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(faults=st.lists(st.sampled_from(FAULTS), min_size=2, max_size=12), at=st.integers(0, 12))
def test_rows_checked_in_two_parts_break_what_they_break_together(
    faults: list[dict[str, Any]], at: int, rows_of: RowsOf
) -> None:
    rows = rows_of("figures", *faults)
    parts = [records.find_reasons("figures", part, MONTH) for part in (rows[:at], rows[at:])]

    assert pl.concat(parts).equals(records.find_reasons("figures", rows, MONTH))
