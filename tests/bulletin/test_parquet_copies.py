"""Parquet copies of large tables: the same content as the CSV, described, and never decisive."""

import json
from dataclasses import replace
from io import BytesIO

import polars as pl
import pytest

from pipeline import parquet, published_data
from pipeline.bulletin import Content, data_files
from pipeline.tables import SERIES
from pipeline.warehouse import data_digest, read_data_digest

from .conftest import make_content

PACKAGE = "data/datapackage.json"


def with_series(content: Content, rows: int, unit_code: str = "H15.1") -> Content:
    """A month whose table of series has so many rows."""
    frame = pl.select(number=pl.int_range(rows)).select(
        month=pl.lit(content.month),
        unit_code=pl.format("{}.{}", pl.lit(unit_code), "number"),
        indicator=pl.lit("due_on_time"),
        series_month=pl.lit("2026-09"),
        basis=pl.lit("restated"),
        value=pl.col("number") / 7,
        numerator=pl.lit(None, pl.Float64),
        denominator=pl.lit(12.0),
        is_break=pl.col("number") % 2 == 0,
    )
    series = SERIES.conform(frame)
    return replace(content, comparisons=dict(content.comparisons) | {"series": series})


@pytest.fixture(scope="module")
def large(month: Content) -> dict[str, bytes]:
    return data_files(with_series(month, parquet.ABOVE_ROWS + 1))


@pytest.fixture(scope="module")
def month() -> Content:
    return make_content()


def test_a_table_of_more_than_a_hundred_thousand_rows_has_a_copy(
    month: Content, large: dict[str, bytes]
) -> None:
    at_the_edge = data_files(with_series(month, parquet.ABOVE_ROWS))
    assert [path for path in at_the_edge if parquet.is_copy(path)] == []
    assert [path for path in large if parquet.is_copy(path)] == ["data/series.parquet"]


def test_a_copy_has_what_the_csv_has(month: Content) -> None:
    data = data_files(with_series(month, parquet.ABOVE_ROWS + 1, unit_code="=1+1"))
    copied = pl.read_parquet(BytesIO(data["data/series.parquet"]))
    written = pl.read_csv(data["data/series.csv"], schema=SERIES.schema)
    assert written["unit_code"][0] == "'=1+1.0"  # an apostrophe, for spreadsheets
    assert copied["unit_code"][0] == "=1+1.0"
    assert copied.schema == SERIES.schema
    assert copied.equals(published_data.restore_texts(written))
    assert copied.filter(unit_code="=1+1.1")["value"].item() == 0.142857  # 1 / 7, six decimals


def test_a_copy_has_the_same_bytes_however_its_rows_lie_in_memory(month: Content) -> None:
    rows = with_series(month, 5000).comparisons["series"]
    pieces = pl.concat([rows[:10], rows[10:3000], rows[3000:]], rechunk=False)
    assert pieces.n_chunks() == 3
    assert parquet.write(pieces, {}) == parquet.write(rows, {})


def test_a_copy_of_simulated_data_says_so(month: Content) -> None:
    simulated = replace(with_series(month, parquet.ABOVE_ROWS + 1), is_simulated=True)
    marked = data_files(simulated)["data/series.parquet"]
    assert pl.read_parquet_metadata(BytesIO(marked))["simulated"] == published_data.SIMULATED
    real = data_files(replace(simulated, is_simulated=False))["data/series.parquet"]
    assert "simulated" not in pl.read_parquet_metadata(BytesIO(real))


def test_the_package_names_the_copy_beside_its_resources(
    month: Content, large: dict[str, bytes]
) -> None:
    package, without = (json.loads(data[PACKAGE]) for data in (large, data_files(month)))
    (copy,) = package["copies"]
    assert (copy["path"], copy["of"], copy["format"]) == ("series.parquet", "series.csv", "parquet")
    assert {each["format"] for each in package["resources"]} == {"csv"}
    assert "copies" not in without


def test_a_copy_written_otherwise_makes_no_other_data(large: dict[str, bytes]) -> None:
    """A newer library may write other bytes: that is no new edition, and nothing to fill anew."""
    rewritten = large | {"data/series.parquet": b"PAR1 otherwise"}
    assert parquet.drop_copies(rewritten) == parquet.drop_copies(large)
    assert data_digest(rewritten) == data_digest(large)
    assert data_digest(large | {"data/series.csv": b""}) != data_digest(large)


def test_the_package_alone_gives_the_digest_of_data_with_a_copy(large: dict[str, bytes]) -> None:
    assert read_data_digest(large[PACKAGE]) == data_digest(large)
