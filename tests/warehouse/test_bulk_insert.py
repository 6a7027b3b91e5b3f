"""Rows go to the database in batches: memory does not grow with the size of an edition."""

import tracemalloc
from collections.abc import Iterator

import polars as pl
import pytest
from sqlalchemy import Connection, Engine, event, insert

from pipeline import tables
from pipeline.agencies import Register
from pipeline.warehouse import Warehouse, schema
from pipeline.warehouse.bulk_insert import BATCH_ROWS, insert_rows
from pipeline.warehouse.connection import make_engine, parse_url

from .conftest import MakeEdition, ReadTable

EDITION = {
    "month": "2026-10",
    "number": 1,
    "is_in_force": True,
    "is_simulated": True,
    "data_version": "1.3.0",
    "data_sha256": "a" * 64,
}


@pytest.fixture
def batches() -> Iterator[list[tuple[str, int]]]:
    """Table and number of rows of every INSERT, in order, as they reach the driver."""
    seen: list[tuple[str, int]] = []

    def record_batch(
        _connection: Connection,
        _cursor: object,
        statement: str,
        parameters: list[object],
        _context: object,
        is_many: bool,
    ) -> None:
        if statement.startswith("INSERT INTO "):
            table = statement.split()[2]
            seen.append((table, len(parameters) if is_many else 1))

    event.listen(Engine, "before_cursor_execute", record_batch)
    yield seen
    event.remove(Engine, "before_cursor_execute", record_batch)


@pytest.fixture
def connection(warehouse: Warehouse, url: str) -> Iterator[Connection]:
    """A connection in a transaction, with one edition to which rows can belong."""
    with make_engine(parse_url(url)).connect() as opened:
        opened.execute(insert(schema.EDITIONS), EDITION)
        yield opened
        opened.rollback()


def rows_of_indices(count: int) -> pl.DataFrame:
    rows = pl.DataFrame({
        "month": "2026-10",
        "unit_code": [f"H15.{number}" for number in range(count)],
        "unit_name": "Sở Nội vụ",
        "level": "department",
        "indicator": "due_on_time",
        "value": 0.75,
        "unit": "share",
        "method": "reform-index",
    })  # fmt: skip
    return tables.INDICES.conform(rows).with_columns(edition=pl.lit(1, pl.Int64))


def test_no_insert_has_more_rows_than_a_batch_and_none_is_lost(
    warehouse: Warehouse,
    edition: MakeEdition,
    register: Register,
    contents: ReadTable,
    batches: list[tuple[str, int]],
) -> None:
    units = tuple(f"H15.{number:05d}" for number in range(2 * BATCH_ROWS + 1))
    warehouse.fill("2026-10", 1, edition(units=units), register)
    assert [rows for table, rows in batches if table == "indices"] == [BATCH_ROWS, BATCH_ROWS, 1]
    assert max(rows for _, rows in batches) == BATCH_ROWS
    assert [row["unit_code"] for row in contents(schema.INDICES)] == list(units)


def test_a_table_without_rows_needs_no_insert(
    connection: Connection, batches: list[tuple[str, int]]
) -> None:
    insert_rows(connection, schema.INDICES, rows_of_indices(0))
    assert batches == []


def test_four_times_the_rows_take_no_more_memory(connection: Connection) -> None:
    peaks = []
    for table_size in (2 * BATCH_ROWS, 8 * BATCH_ROWS):
        rows = rows_of_indices(table_size)
        connection.execute(schema.INDICES.delete())
        tracemalloc.start()  # counts Python objects, and not the frame that the rows come from
        insert_rows(connection, schema.INDICES, rows)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0]
