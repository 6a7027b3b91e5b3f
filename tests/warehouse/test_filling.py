"""A month is filled from its edition whole, or not at all."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from pipeline import tables
from pipeline.agencies import Register
from pipeline.warehouse import Warehouse, WarehouseError, data_digest, schema
from pipeline.warehouse.connection import make_engine, parse_url

from .conftest import MakeEdition, ReadAll, ReadTable


def test_a_filled_month_holds_what_was_published(
    warehouse: Warehouse,
    edition: MakeEdition,
    register: Register,
    contents: ReadTable,
) -> None:
    warehouse.fill("2026-10", 1, edition(), register)
    first, second = contents(schema.INDICES)
    assert (first["unit_code"], first["value"], first["denominator"]) == ("H15.1", 0.75, 12.0)
    assert first["unit_name"] == "Sở Nội vụ"
    assert (second["unit_code"], second["value"]) == ("H15.2", None)
    assert [row["rank"] for row in contents(schema.RANKINGS)] == [1, 1]
    sent, missing = contents(schema.DELIVERIES)
    assert (sent["line"], sent["rows"], sent["message"]) == (1, 30, "two\nlines, “quoted”")
    assert (missing["line"], missing["kind"], missing["sha256"]) == (2, None, None)
    assert [row["edition"] for row in (first, second, sent, missing)] == [1, 1, 1, 1]


def test_a_text_that_was_neutralized_for_spreadsheets_is_filled_as_it_was(
    warehouse: Warehouse,
    edition: MakeEdition,
    register: Register,
    contents: ReadTable,
) -> None:
    data = edition(value=-0.25, units=("=1+1", "'@b"))
    assert b"\n2026-10,'=1+1,S" in data["data/indices.csv"]
    assert b"\n2026-10,''@b,S" in data["data/indices.csv"]
    warehouse.fill("2026-10", 1, data, register)
    filled = {row["unit_code"]: row["value"] for row in contents(schema.INDICES)}
    assert filled == {"=1+1": -0.25, "'@b": None}


def test_columns_are_those_published_in_the_same_order() -> None:
    for table, shape in (
        (schema.INDICES, tables.INDICES),
        (schema.RANKINGS, tables.RANKINGS),
        (schema.DELIVERIES, tables.DELIVERED),
    ):
        assert [
            column.name for column in table.columns if column.name in shape.names
        ] == shape.names


def test_an_edition_is_kept_with_its_digest(
    warehouse: Warehouse,
    edition: MakeEdition,
    register: Register,
    contents: ReadTable,
) -> None:
    warehouse.fill("2026-10", 1, edition(), register)
    [kept] = contents(schema.EDITIONS)
    assert len(kept.pop("data_sha256")) == 64
    assert kept == {
        "month": "2026-10",
        "number": 1,
        "is_in_force": True,
        "is_simulated": True,
        "data_version": "1.6.0",
    }


def test_agencies_are_those_of_the_month(
    warehouse: Warehouse,
    edition: MakeEdition,
    register: Register,
    contents: ReadTable,
) -> None:
    # Đắk Nông (H16) was joined to Lâm Đồng on 1 July 2025.
    for month in ("2025-06", "2026-10"):
        warehouse.fill(month, 1, edition(month), register)
    rows = contents(schema.AGENCIES)
    for month in ("2025-06", "2026-10"):
        expected = set(register.at(month)["code"])
        assert {row["code"] for row in rows if row["month"] == month} == expected


def test_filling_again_changes_nothing(
    warehouse: Warehouse,
    edition: MakeEdition,
    register: Register,
    everything: ReadAll,
) -> None:
    warehouse.fill("2026-10", 1, edition(), register)
    before = everything()
    warehouse.fill("2026-10", 1, edition(), register)
    assert everything() == before


def test_a_second_edition_replaces_the_rows_of_the_first(
    warehouse: Warehouse,
    edition: MakeEdition,
    register: Register,
    contents: ReadTable,
) -> None:
    warehouse.fill("2026-10", 1, edition(), register)
    warehouse.fill("2026-10", 2, edition(value=0.5, units=("H15.1",)), register)
    assert [(row["unit_code"], row["value"]) for row in contents(schema.INDICES)] == [
        ("H15.1", 0.5)
    ]
    editions = [(row["number"], row["is_in_force"]) for row in contents(schema.EDITIONS)]
    assert editions == [(1, False), (2, True)]


def test_other_months_stay(
    warehouse: Warehouse,
    edition: MakeEdition,
    register: Register,
    contents: ReadTable,
) -> None:
    warehouse.fill("2026-09", 1, edition("2026-09", 0.25), register)
    warehouse.fill("2026-10", 1, edition("2026-10", 0.75), register)
    warehouse.fill("2026-10", 2, edition("2026-10", 0.5), register)
    values = {row["month"]: row["value"] for row in contents(schema.INDICES) if row["value"]}
    assert values == {"2026-09": 0.25, "2026-10": 0.5}


def test_a_failure_in_the_middle_leaves_the_old_rows(
    warehouse: Warehouse,
    edition: MakeEdition,
    register: Register,
    everything: ReadAll,
) -> None:
    warehouse.fill("2026-10", 1, edition(), register)
    before = everything()
    doubled = edition(value=0.5)
    header, row, *rest = doubled["data/rankings.csv"].splitlines(keepends=True)
    # The second table written has a row twice: its primary key refuses it, and the first
    # table's rows were written by then.
    doubled["data/rankings.csv"] = b"".join([header, row, row, *rest])
    with pytest.raises(WarehouseError, match=r"could not be filled.*the database are unchanged"):
        warehouse.fill("2026-10", 2, doubled, register)
    assert everything() == before


def test_rows_cannot_belong_to_an_edition_that_is_not_there(warehouse: Warehouse, url: str) -> None:
    row = "INSERT INTO agencies (month, edition, code, name_vi, kind) VALUES "
    with (
        pytest.raises(IntegrityError, match=r"(?i)foreign key"),
        make_engine(parse_url(url)).begin() as connection,
    ):
        connection.execute(text(row + "('2026-10', 7, 'H15', 'Đắk Lắk', 'province')"))


def test_a_month_has_one_edition_in_force(
    warehouse: Warehouse, edition: MakeEdition, register: Register, url: str
) -> None:
    warehouse.fill("2026-10", 1, edition(), register)
    warehouse.fill("2026-10", 2, edition(), register)
    with (
        pytest.raises(IntegrityError, match=r"(?i)unique"),
        make_engine(parse_url(url)).begin() as connection,
    ):
        connection.execute(schema.EDITIONS.update().values(is_in_force=True))


def test_behind_are_the_months_whose_edition_in_force_is_not_the_one_filled(
    warehouse: Warehouse, edition: MakeEdition, register: Register
) -> None:
    data = {"2026-10": edition(), "2026-09": edition("2026-09"), "2026-08": edition("2026-08")}
    in_force = {month: (1, data_digest(files)) for month, files in data.items()}
    in_force["2026-10"] = (2, data_digest(data["2026-10"]))
    assert warehouse.is_behind(in_force) == ["2026-08", "2026-09", "2026-10"]
    warehouse.fill("2026-09", 1, data["2026-09"], register)
    warehouse.fill("2026-10", 1, data["2026-10"], register)
    assert warehouse.is_behind(in_force) == ["2026-08", "2026-10"]
    warehouse.fill("2026-10", 2, data["2026-10"], register)
    warehouse.fill("2026-08", 1, data["2026-08"], register)
    assert warehouse.is_behind(in_force) == []


def test_an_edition_of_the_same_number_with_other_bytes_is_filled_anew(
    warehouse: Warehouse,
    edition: MakeEdition,
    register: Register,
    contents: ReadTable,
) -> None:
    # A home that was begun anew counts its editions from 1 again.
    warehouse.fill("2026-10", 1, edition(value=0.75), register)
    another = edition(value=0.5)
    assert warehouse.is_behind({"2026-10": (1, data_digest(another))}) == ["2026-10"]
    warehouse.fill("2026-10", 1, another, register)
    assert warehouse.is_behind({"2026-10": (1, data_digest(another))}) == []
    assert contents(schema.INDICES)[0]["value"] == 0.5


def test_an_edition_without_one_of_its_files_is_named(
    warehouse: Warehouse, edition: MakeEdition, register: Register
) -> None:
    data = edition()
    del data["data/rankings.csv"]
    with pytest.raises(WarehouseError, match=r"has no data/rankings.csv: restore its folder"):
        warehouse.fill("2026-10", 1, data, register)


def test_an_edition_of_another_month_is_named(
    warehouse: Warehouse, edition: MakeEdition, register: Register
) -> None:
    with pytest.raises(WarehouseError, match="is of another month than 2026-09"):
        warehouse.fill("2026-09", 1, edition("2026-10"), register)


def test_an_edition_with_spoilt_data_is_named(
    warehouse: Warehouse,
    edition: MakeEdition,
    register: Register,
    everything: ReadAll,
) -> None:
    data = edition()
    data["data/indices.csv"] = data["data/indices.csv"].replace(b"0.75", b"much")
    with pytest.raises(WarehouseError, match=r"data/indices.csv of the edition of 2026-10"):
        warehouse.fill("2026-10", 1, data, register)
    assert not any(everything().values())


def test_an_edition_without_its_description_is_named(
    warehouse: Warehouse, edition: MakeEdition, register: Register
) -> None:
    with pytest.raises(WarehouseError, match=r"data/datapackage.json cannot be read"):
        warehouse.fill("2026-10", 1, edition() | {"data/datapackage.json": b"{"}, register)


def test_two_warehouses_on_one_database_see_the_same(
    warehouse: Warehouse, url: str, edition: MakeEdition, register: Register
) -> None:
    data = edition()
    warehouse.fill("2026-10", 1, data, register)
    assert Warehouse(url).is_behind({"2026-10": (1, data_digest(data))}) == []
