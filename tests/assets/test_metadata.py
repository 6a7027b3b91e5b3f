"""What the UI shows of tables: every column with its type, and of which columns it is made."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from assets import metadata
from pipeline import planning, tables
from pipeline.columns import Column, Table
from pipeline.tables import comparisons
from pipeline.tables.comparisons import COMPARISONS

from .conftest import RUN_MONTHS, STEMS, run_job

Metadata = Mapping[str, dg.MetadataValue]
MONTH = RUN_MONTHS[-1]
SHOWN_AS = {
    "Boolean": "bool",
    "Categorical": "string",
    "Date": "date",
    "Datetime": "datetime",
    "Enum": "string",
    "Float64": "float",
    "Int128": "int",
    "Int64": "int",
    "String": "string",
    "UInt64": "int",
    "UInt8": "int",
}
"""Dagster's name of each type that a table of ours has, by the name that Polars gives it."""
TABLES_OF = {
    "exports": [planning.PLAN_TABLE],
    "records": [*tables.RECORDS.values(), tables.REJECTED, tables.DELIVERED],
    "tallies": list(tables.TALLIES.values()),
    "indices": [
        tables.INDICES,
        *(COMPARISONS[name] for name in ("series", "control_charts", "breakdowns")),
        *(COMPARISONS[name] for name in ("change_parts", "procedures", "waiting")),
    ],
    "rankings": [
        tables.RANKINGS,
        *(COMPARISONS[name] for name in ("ranks_by_month", "funnels", "case_mix")),
        *(COMPARISONS[name] for name in ("sensitivity", "sensitivity_choices", "findings")),
        *(COMPARISONS[name] for name in ("representation", "responses", "unmarked")),
    ],
    "bulletin": [tables.INDICES, tables.RANKINGS, tables.DELIVERED],
}
"""The tables of each asset, the one that it is shown as first."""


def every_table() -> list[Table]:
    """All tables that a module of ours describes for more than one stage."""
    found = [
        value
        for module in (tables, comparisons)
        for value in vars(module).values()
        if isinstance(value, Table)
    ]
    by_name = {table.name: table for table in [*found, planning.PLAN_TABLE]}
    return list(by_name.values())


# ---- Types


def name_of(dtype: pl.DataType) -> str:
    """The name that Polars gives a type, without what stands in brackets after it."""
    return str(dtype).partition("(")[0]


@pytest.mark.parametrize("table", every_table(), ids=lambda table: table.name)
def test_every_column_of_a_table_is_shown_with_its_type(table: Table) -> None:
    shown = metadata.describe_columns(table).columns
    assert {column.name: column.type for column in shown} == {
        column.name: SHOWN_AS[name_of(column.dtype)] for column in table.columns
    }


def test_every_table_of_every_asset_is_among_those_tried() -> None:
    tried = {table.name for table in every_table()}
    assert {table.name for listed in TABLES_OF.values() for table in listed} <= tried
    assert set(COMPARISONS) <= tried
    types = {name_of(column.dtype) for table in every_table() for column in table.columns}
    assert types == set(SHOWN_AS)


@pytest.mark.parametrize(
    ("dtype", "shown"),
    [
        (pl.String(), "string"),
        (pl.Enum(["yes", "no"]), "string"),
        (pl.Categorical(), "string"),
        (pl.Boolean(), "bool"),
        (pl.Date(), "date"),
        (pl.Datetime("ms"), "datetime"),
        (pl.Datetime("us", "Asia/Ho_Chi_Minh"), "datetime"),
        (pl.UInt8(), "int"),
        (pl.UInt16(), "int"),
        (pl.UInt32(), "int"),
        (pl.UInt64(), "int"),
        (pl.Int8(), "int"),
        (pl.Int128(), "int"),
        (pl.Float32(), "float"),
        (pl.Float64(), "float"),
    ],
    ids=str,
)
def test_a_type_has_the_name_that_dagster_knows_it_by(dtype: pl.DataType, shown: str) -> None:
    assert metadata.describe_type(dtype) == shown


@pytest.mark.parametrize(
    ("dtype", "shown"),
    [
        (pl.Binary(), "binary"),
        (pl.Time(), "time"),
        (pl.List(pl.String()), "list(string)"),
        (pl.Duration("ms"), "duration(time_unit='ms')"),
    ],
    ids=str,
)
def test_a_type_without_such_a_name_has_that_of_polars(dtype: pl.DataType, shown: str) -> None:
    assert metadata.describe_type(dtype) == shown


def test_a_column_is_shown_with_meaning_unit_words_and_whether_it_may_be_empty() -> None:
    days = pl.Enum(["early", "late"])
    table = Table(
        "ends",
        "an end",
        (
            Column("age_days", pl.Int64(), "age at the end", "days"),
            Column("outcome", days, "how it ended", is_required=False),
        ),
    )
    age, outcome = metadata.describe_columns(table).columns
    assert (age.description, age.constraints.nullable) == ("age at the end (days)", False)
    assert age.constraints.other == []
    assert (outcome.description, outcome.constraints.nullable) == ("how it ended", True)
    assert outcome.constraints.other == ["one of early, late"]


def test_a_frame_is_shown_with_the_types_of_its_columns() -> None:
    schema = {"unit": pl.Categorical(), "outcome": pl.Enum(["late"]), "dossiers": pl.UInt8()}
    shown = metadata.as_table(pl.DataFrame([("H26", "late", 2)], schema=schema, orient="row"))
    assert isinstance(shown, dg.TableMetadataValue)
    assert [(column.name, column.type) for column in shown.schema.columns] == [
        ("unit", "string"),
        ("outcome", "string"),
        ("dossiers", "int"),
    ]
    assert [record.data for record in shown.records] == [
        {"unit": "H26", "outcome": "late", "dossiers": 2}
    ]


# ---- What each asset shows


@pytest.fixture(scope="module")
def shown(
    small_home_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Metadata]:
    """What a run of a month shows of each asset."""
    home = tmp_path_factory.mktemp("metadata") / "home"
    result = run_job(shutil.copytree(small_home_template, home, symlinks=True), MONTH)
    return {stem: result.asset_materializations_for_node(stem)[0].metadata for stem in STEMS}


def schemas(told: Metadata) -> dict[str, dg.TableSchema]:
    """The schemas in the metadata of an asset, by key."""
    return {
        key: value.schema
        for key, value in told.items()
        if isinstance(value, dg.TableSchemaMetadataValue)
    }


@pytest.mark.parametrize("stem", STEMS)
def test_an_asset_shows_the_schema_of_each_of_its_tables(
    shown: dict[str, Metadata], stem: str
) -> None:
    first, *others = TABLES_OF[stem]
    expected = {"dagster/column_schema": first} | {
        f"columns of {table.name}": table for table in others
    }
    assert schemas(shown[stem]) == {
        key: metadata.describe_columns(table) for key, table in expected.items()
    }


# ---- Lineage


@pytest.mark.parametrize("stem", STEMS)
def test_lineage_names_only_columns_that_exist_on_both_sides(
    shown: dict[str, Metadata], stem: str
) -> None:
    if stem not in LINEAGE:
        assert "dagster/column_lineage" not in shown[stem]
        return
    value = shown[stem]["dagster/column_lineage"]
    assert isinstance(value, dg.TableColumnLineageMetadataValue)
    lineage = value.column_lineage.deps_by_column
    upstream = STEMS[STEMS.index(stem) - 1]
    own, above = (
        {column.name for column in schemas(shown[name])["dagster/column_schema"].columns}
        for name in (stem, upstream)
    )
    assert lineage
    assert set(lineage) <= own
    deps = [dep for each in lineage.values() for dep in each]
    assert all(lineage.values())
    assert {dep.asset_key.to_user_string() for dep in deps} == {upstream}
    assert {dep.column_name for dep in deps} <= above


LINEAGE = {"records", "tallies", "indices", "rankings"}
"""The assets whose columns are made of those of the asset before."""


def test_a_column_is_made_of_the_one_of_its_name_unless_something_else_is_said() -> None:
    def table(*names: str) -> Table:
        return Table("", "", tuple(Column(name, pl.Int64(), "") for name in names))

    lineage = metadata.trace_columns(
        table("unit", "due", "late"), "records", table("unit", "late", "at"), {"late": ["at"]}
    )
    key = dg.AssetKey("records")
    assert lineage.deps_by_column == {
        "unit": [dg.TableColumnDep(key, "unit")],
        "late": [dg.TableColumnDep(key, "at")],
    }
