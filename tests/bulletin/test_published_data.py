"""The published files as outsiders read them."""

import csv
import hashlib
import io
import json
import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import methods, tables
from pipeline.bulletin import Content, data_files
from pipeline.published_data import (
    DATA_VERSION,
    PublishedDataError,
    decimal_text,
    description,
    resources,
    restore_texts,
    to_csv,
)
from pipeline.tables.comparisons import COMPARISONS

FILES = ("indices", "rankings", "deliveries")
INDICES, RANKINGS, DELIVERIES, *_ = resources(methods.load())


def rows_of(content: Content, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data_files(content)[f"data/{name}.csv"].decode())))


def package_of(content: Content) -> dict[str, Any]:
    return json.loads(data_files(content)["data/datapackage.json"])


def test_an_edition_has_its_tables_and_their_description(content: Content) -> None:
    assert list(data_files(content)) == [
        "data/indices.csv",
        "data/rankings.csv",
        "data/deliveries.csv",
        "data/series.csv",
        "data/control_charts.csv",
        "data/waiting.csv",
        "data/breakdowns.csv",
        "data/change_parts.csv",
        "data/procedures.csv",
        "data/ranks_by_month.csv",
        "data/funnels.csv",
        "data/case_mix.csv",
        "data/sensitivity.csv",
        "data/sensitivity_choices.csv",
        "data/findings.csv",
        "data/representation.csv",
        "data/responses.csv",
        "data/unmarked.csv",
        "data/datapackage.json",
    ]


def test_the_columns_that_outsiders_rely_on_come_first_and_in_order(content: Content) -> None:
    files = data_files(content)
    assert files["data/indices.csv"].startswith(
        b"month,unit_code,unit_name,parent_code,level,indicator,value,unit,clock,"
        b"numerator,denominator,lower,upper,interval_source,note,"
    )
    assert files["data/rankings.csv"].startswith(
        b"month,league,indicator,unit_code,unit_name,value,rank,rank_lower,rank_upper,"
        b"rank_set_kind,tier,band,previous_value,previous_rank,note,"
    )
    assert files["data/deliveries.csv"].startswith(b"month,sender_code,sender_name,kind,sha256,")


def test_files_are_utf_8_without_mark_and_with_bare_line_feeds(content: Content) -> None:
    for name in FILES:
        written = data_files(content)[f"data/{name}.csv"]
        assert not written.startswith(b"\xef\xbb\xbf")
        assert b"\r" not in written
        assert written.endswith(b"\n")
        assert written.decode()


def test_vietnamese_names_and_commas_are_read_back(content: Content) -> None:
    names = {row["unit_code"]: row["unit_name"] for row in rows_of(content, "indices")}
    assert names == {"H15.1": "Sở Nội vụ, “Một cửa”", "H15.2": "Sở Tài chính"}


FORMULAS = {
    "=HYPERLINK(1)": "'=HYPERLINK(1)",
    "+84": "'+84",
    "-1": "'-1",
    "@SUM": "'@SUM",
    "\tA": "'\tA",
    "\rA": "'\rA",
    "'=1": "''=1",  # or it would be read back as =1
    "'A": "'A",
    "A=1": "A=1",
    " =1": " =1",
}


def named(content: Content, name: str) -> Content:
    return replace(content, indices=content.indices.with_columns(unit_name=pl.lit(name)))


@pytest.mark.parametrize(("text", "written"), FORMULAS.items())
def test_a_text_that_a_spreadsheet_would_compute_has_an_apostrophe_before_it(
    content: Content, text: str, written: str
) -> None:
    data = data_files(named(content, text))["data/indices.csv"]
    assert {row["unit_name"] for row in csv.DictReader(io.StringIO(data.decode(), ""))} == {written}
    back = restore_texts(pl.read_csv(data, schema=tables.INDICES.schema))
    assert set(back["unit_name"]) == {text}


@given(st.text("=+-@\t\r'A \"\n,", min_size=1))
def test_every_text_is_read_back_as_it_was(text: str) -> None:
    frame = pl.DataFrame({"month": "2026-10", "sender_code": text, "sender_name": text})
    data = to_csv(DELIVERIES, frame.with_columns(status=pl.lit("missing")))
    back = restore_texts(pl.read_csv(data, schema=tables.DELIVERED.schema))
    assert back.select("sender_code", "sender_name").row(0) == (text, text)
    cells = next(csv.DictReader(io.StringIO(data.decode(), "")))
    assert cells["sender_code"][0] not in "=+-@\t\r"


def test_numbers_below_zero_stay_numbers(content: Content) -> None:
    lower = content.indices.with_columns(value=pl.lit(-0.5))
    assert {row["value"] for row in rows_of(replace(content, indices=lower), "indices")} == {"-0.5"}


def test_control_characters_and_marks_of_direction_are_left_out(content: Content) -> None:
    rows = rows_of(named(content, "S\x1b[31mở\u202e\x00\x9b"), "indices")
    assert {row["unit_name"] for row in rows} == {"S[31mở"}


def test_rows_are_sorted_by_their_key(content: Content) -> None:
    keys = [(row["unit_code"], row["indicator"]) for row in rows_of(content, "indices")]
    assert keys == [
        ("H15.1", "due_on_time"),
        ("H15.1", "on_time_of_finished"),
        ("H15.2", "due_on_time"),
    ]
    senders = [(row["sender_code"], row["kind"]) for row in rows_of(content, "deliveries")]
    assert senders == [("H15", "dossiers"), ("H15", "ratings"), ("H16", "dossiers"), ("H17", "")]


def test_numbers_are_plain_decimals_and_nulls_are_empty(content: Content) -> None:
    first, _, last = rows_of(content, "indices")
    assert first["value"] == "0.75"  # 9 / 12
    assert first["numerator"] == "9"
    assert first["left_out"] == "0"
    assert first["lower"] == "0"  # 1e-7 is under half of the sixth decimal
    assert first["standard_error"] == "0.125001"  # the half of 0.1250005 goes up
    assert (last["value"], last["note"]) == ("", "no_export")


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.1 + 0.2, "0.3"),
        (5e-7, "0.000001"),
        (4.9999e-7, "0"),
        (-5e-7, "-0.000001"),
        (-4e-7, "0"),
        (-0.0, "0"),
        (1.0000005, "1.000001"),
        (100.0, "100"),
        (1e22, "10000000000000000000000"),
        (5e-324, "0"),
    ],
)
def test_a_number_is_rounded_as_it_is_written(number: float, text: str) -> None:
    assert decimal_text(number) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_no_number_has_an_exponent_and_each_reads_back_as_rounded(number: float) -> None:
    text = decimal_text(number)
    assert re.fullmatch(r"-?(0|[1-9]\d*)(\.\d{0,5}[1-9])?", text)
    assert text != "-0"
    assert abs(Decimal(text) - Decimal(repr(number))) <= Decimal("0.0000005")


@given(
    st.lists(
        st.none() | st.floats(-1e12, 1e12, allow_nan=False) | st.floats(-1e-5, 1e-5),
        min_size=1,
        max_size=5,
    )
)
def test_any_table_of_numbers_reads_back_equal_after_rounding(numbers: list[float | None]) -> None:
    frame = pl.DataFrame(
        {
            "month": "2026-10",
            "unit_code": [f"U{place}" for place in range(len(numbers))],
            "unit_name": "Xã",
            "level": "commune",
            "indicator": "due_on_time",
            "unit": "share",
            "method": "reform-index",
            "value": pl.Series(numbers, dtype=pl.Float64),
        }
    )
    read = pl.read_csv(to_csv(INDICES, frame), schema=tables.INDICES.schema)["value"].to_list()
    assert read == [None if n is None else float(decimal_text(n)) for n in numbers]


@given(st.permutations(range(3)))
def test_row_order_does_not_matter(order: list[int]) -> None:
    rows = [
        {"month": "2026-10", "sender_code": f"H{place}", "sender_name": "Lào Cai"}
        | {"status": "missing"}
        for place in range(3)
    ]
    shuffled = [rows[place] for place in order]
    assert to_csv(DELIVERIES, pl.DataFrame(shuffled)) == to_csv(DELIVERIES, pl.DataFrame(rows))


def test_the_same_content_gives_the_same_bytes(content: Content) -> None:
    assert data_files(content) == data_files(content)


def test_a_table_without_rows_is_its_header(content: Content) -> None:
    empty = replace(content, rankings=tables.RANKINGS.empty())
    assert data_files(empty)["data/rankings.csv"].count(b"\n") == 1


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("value", float("nan"), "value is not a finite number"),
        ("upper", float("inf"), "upper is not a finite number"),
        ("unit_name", None, "unit_name is empty"),
        ("level", "", "level is empty"),
        ("note", "because", "note 'because' is not in its closed list"),
        ("indicator", "speed", "indicator 'speed' is not in its closed list"),
    ],
)
def test_a_table_that_breaks_its_description_is_not_published(
    content: Content, column: str, value: object, told: str
) -> None:
    spoilt = content.indices.with_columns(
        pl.when(pl.int_range(pl.len()) == 0)
        .then(pl.lit(value, content.indices.schema[column]))
        .otherwise(column)
        .alias(column)
    )
    with pytest.raises(PublishedDataError, match=re.escape(told)):
        data_files(replace(content, indices=spoilt))


def test_two_rows_with_one_key_are_not_published(content: Content) -> None:
    doubled = pl.concat([content.rankings, content.rankings])
    with pytest.raises(PublishedDataError, match="two rows have the same key"):
        data_files(replace(content, rankings=doubled))


def test_the_package_describes_every_column_in_order(content: Content) -> None:
    package = package_of(content)
    published = (tables.INDICES, tables.RANKINGS, tables.DELIVERED, *COMPARISONS.values())
    for resource, table in zip(package["resources"], published, strict=True):
        assert [field["name"] for field in resource["schema"]["fields"]] == table.names
        assert all(field["description"] for field in resource["schema"]["fields"])
        assert resource["schema"]["missingValues"] == [""]


def test_the_package_states_types_units_keys_and_closed_lists(content: Content) -> None:
    indices, rankings, deliveries, *_ = package_of(content)["resources"]
    fields = {field["name"]: field for field in indices["schema"]["fields"]}
    assert fields["month"]["type"] == "yearmonth"
    assert fields["value"]["type"] == "number"
    assert fields["value"].get("constraints") is None
    assert fields["unit"]["constraints"] == {
        "required": True,
        "enum": ["share", "points", "days"],
    }
    assert "no_export" in fields["note"]["constraints"]["enum"]
    assert indices["schema"]["primaryKey"] == ["month", "unit_code", "indicator"]
    assert rankings["schema"]["primaryKey"] == ["month", "league", "indicator", "unit_code"]
    fields = {field["name"]: field for field in deliveries["schema"]["fields"]}
    assert fields["rows"] == {
        "name": "rows",
        "type": "integer",
        "description": "records in the file; empty where withheld",
        "unit": "rows",
        "constraints": {"minimum": 0},
    }
    assert fields["status"]["constraints"]["enum"] == ["accepted", "refused", "missing"]


def test_the_package_has_the_size_and_digest_of_each_file(content: Content) -> None:
    files = data_files(content)
    for resource in package_of(content)["resources"]:
        written = files[f"data/{resource['path']}"]
        assert resource["bytes"] == len(written)
        assert resource["hash"] == f"sha256:{hashlib.sha256(written).hexdigest()}"


def test_the_package_has_a_version_of_its_own_and_leaves_the_licence_to_the_publisher(
    content: Content,
) -> None:
    package = package_of(content)
    assert package["version"] == DATA_VERSION == "1.6.0"
    assert package["name"] == "reform-index-2026-10"
    assert "licenses" not in package


def test_simulated_figures_say_so(content: Content) -> None:
    real = package_of(content)
    simulated = package_of(replace(content, is_simulated=True))
    assert (real["simulated"], simulated["simulated"]) == (False, True)
    assert "SIMULATED" not in real["description"]
    assert simulated["description"].startswith("SIMULATED: these figures come from made-up exports")


def test_the_description_needs_the_files_it_describes(content: Content) -> None:
    with pytest.raises(KeyError):
        description("2026-10", content.method, {}, is_simulated=False)
