"""Rows go to the database in batches: memory does not grow with the size of an edition.

On PostgreSQL by COPY, on SQLite by INSERT; both leave what SQLAlchemy's own INSERT leaves.
"""

import struct
import tracemalloc
from collections.abc import Iterator
from datetime import date
from typing import Any

import polars as pl
import pytest
from sqlalchemy import Connection, Engine, Table, event, insert, select

from pipeline import tables
from pipeline.agencies import Register
from pipeline.tables.comparisons import COMPARISONS
from pipeline.warehouse import Warehouse, bulk_insert, schema
from pipeline.warehouse.bulk_insert import BATCH_ROWS, insert_rows
from pipeline.warehouse.connection import make_engine, parse_url

from .conftest import MakeEdition, ReadTable

EDITION = {
    "month": "2026-10",
    "number": 1,
    "is_in_force": True,
    "is_simulated": True,
    "data_version": "1.6.0",
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


def test_no_insert_has_more_rows_than_a_batch(
    connection: Connection, batches: list[tuple[str, int]]
) -> None:
    insert_rows(connection, schema.INDICES, rows_of_indices(2 * BATCH_ROWS + 1))
    inserted = [rows for table, rows in batches if table == "indices"]
    is_copied = connection.dialect.name == "postgresql"
    assert inserted == ([] if is_copied else [BATCH_ROWS, BATCH_ROWS, 1])


def test_no_row_is_lost_between_batches(
    warehouse: Warehouse,
    edition: MakeEdition,
    register: Register,
    contents: ReadTable,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bulk_insert, "COPIED_ROWS", BATCH_ROWS)
    units = tuple(f"H15.{number:05d}" for number in range(2 * BATCH_ROWS + 1))
    warehouse.fill("2026-10", 1, edition(units=units), register)
    assert [row["unit_code"] for row in contents(schema.INDICES)] == list(units)


TEXTS = [
    "",
    None,
    "Sở Nội vụ “Đắk Lắk” 🏛 \u2028",
    "a,b",
    'says "yes"',
    '"',
    "two\nlines\r\nand\rthree",
    "a\ttab",
    "\\",
    "\\.",
    "line\n\\.\nline",
    "\\N",
    "\\n is no end of a line",
    "NULL",
    "null",
    " spaces ",
    "'",
    "=1+1",
    "%s %(name)s :name ?",
]
NUMBERS = [
    *(0.0, -0.0, 0.1, 0.1 + 0.2, 1 / 3, 1e-7, 5e-324, 1.7976931348623157e308, 1e22),
    *(2.0**53, -12.000001, 123456789.123456789, None),
]


def rows_of_anything() -> dict[Table, pl.DataFrame]:
    """Rows with every text and number, of tables with every type; the keys differ."""
    count = len(TEXTS) * len(NUMBERS)
    codes = [f"H15.{number}" for number in range(count)]
    texts = [TEXTS[number % len(TEXTS)] for number in range(count)]
    numbers = [NUMBERS[number % len(NUMBERS)] for number in range(count)]
    counts = [None if number % 3 else 2**62 - number for number in range(count)]
    shared = {"month": "2026-10", "edition": 1, "unit_code": codes, "value": numbers}
    indices = {
        "unit_name": [text or "" for text in texts],
        "parent_code": texts,
        "level": "department",
        "indicator": "due_on_time",
        "unit": "share",
        "denominator": numbers,
        "note": texts,
        "method": "reform-index",
    }
    agencies = {
        "month": "2026-10",
        "edition": 1,
        "code": codes,
        "name_vi": [text or "" for text in texts],
        "name_en": texts,
        "kind": "department",
        "valid_from": [None if number % 2 else date(1, 1, 1) for number in range(count)],
        "valid_to": [date(9999, 12, 31) if number % 5 else None for number in range(count)],
    }
    ranks_by_month = {
        "league": [text or "" for text in texts],
        "indicator": "due_on_time",
        "series_month": "2026-10",
        "rank": counts,
        "ranked_units": 34,
        "method_version": "1.1.0",
        "is_break": [number % 2 == 0 for number in range(count)],
        "note": texts,
    }
    made = {
        schema.INDICES: (tables.INDICES, shared | indices),
        schema.AGENCIES: (tables.AGENCIES, agencies),
        schema.COMPARISONS["ranks_by_month"]: (
            COMPARISONS["ranks_by_month"],
            {name: value for name, value in (shared | ranks_by_month).items() if name != "value"},
        ),
    }
    edition, month = pl.lit(1, pl.Int64).alias("edition"), pl.lit("2026-10").alias("month")
    return {
        table: shape.conform(pl.DataFrame(columns)).with_columns(edition, month)
        for table, (shape, columns) in made.items()
    }


def read_exactly(connection: Connection, table: Table) -> list[tuple[Any, ...]]:
    """The rows with their types, and numbers by their bits."""
    rows = connection.execute(select(table).order_by(*table.primary_key)).all()
    return [
        tuple(
            (type(value), struct.pack("d", value) if isinstance(value, float) else value)
            for value in row
        )
        for row in rows
    ]


@pytest.mark.parametrize("table", rows_of_anything(), ids=lambda table: table.name)
def test_rows_are_those_that_an_insert_leaves(connection: Connection, table: Table) -> None:
    rows = rows_of_anything()[table]
    connection.execute(insert(table), rows.to_dicts())
    inserted = read_exactly(connection, table)
    connection.execute(table.delete())
    insert_rows(connection, table, rows)
    assert read_exactly(connection, table) == inserted
    assert len(inserted) == len(TEXTS) * len(NUMBERS)


@pytest.mark.parametrize("table", rows_of_anything(), ids=lambda table: table.name)
def test_numbers_and_texts_read_back_as_they_were(connection: Connection, table: Table) -> None:
    rows = rows_of_anything()[table]
    insert_rows(connection, table, rows)
    read = connection.execute(select(*(table.c[name] for name in rows.columns))).all()
    code = rows.columns.index("code" if table is schema.AGENCIES else "unit_code")
    by_code = {row[code]: tuple(row) for row in read}
    assert by_code == {row[code]: row for row in rows.rows()}
    assert len(read) == rows.height


def test_texts_are_whole_where_the_connection_has_another_encoding(
    warehouse: Warehouse, url: str
) -> None:
    parsed = parse_url(url)
    if parsed.get_backend_name() == "postgresql":
        # As where the database itself is encoded so.
        parsed = parsed.update_query_dict({"client_encoding": "WIN1258"})
    with make_engine(parsed).connect() as opened:
        opened.execute(insert(schema.EDITIONS), EDITION)
        rows = rows_of_indices(1).with_columns(unit_name=pl.lit("Đô thành"))
        insert_rows(opened, schema.INDICES, rows)
        assert opened.execute(select(schema.INDICES.c.unit_name)).scalar() == "Đô thành"
        opened.rollback()


def test_a_table_without_rows_needs_no_insert(
    connection: Connection, batches: list[tuple[str, int]]
) -> None:
    insert_rows(connection, schema.INDICES, rows_of_indices(0))
    assert batches == []


def test_four_times_the_rows_take_no_more_memory(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_insert, "COPIED_ROWS", BATCH_ROWS)
    peaks = []
    for table_size in (2 * BATCH_ROWS, 8 * BATCH_ROWS):
        rows = rows_of_indices(table_size)
        connection.execute(schema.INDICES.delete())
        tracemalloc.start()  # counts Python objects, and not the frame that the rows come from
        insert_rows(connection, schema.INDICES, rows)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0]
