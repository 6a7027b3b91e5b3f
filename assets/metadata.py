"""What the Dagster UI shows about a materialization, and what a run writes into its log.

Here belongs turning frames and tables into metadata: senders, schemas, column lineage, row counts.
Not here: computing them, or what a check finds (checks).
"""

import base64
from collections.abc import Iterable, Mapping

import dagster as dg
import polars as pl

from pipeline import letters
from pipeline.columns import Table

_SHOWN = 200
_DAGSTER_TYPES: dict[type[pl.DataType], str] = {
    pl.String: "string",
    pl.Categorical: "string",
    pl.Enum: "string",
    pl.Boolean: "bool",
    pl.Date: "date",
    pl.Datetime: "datetime",
}


def describe_type(dtype: pl.DataType) -> str:
    """A Polars type as Dagster names it; the Polars name in small letters where it has none."""
    if dtype.is_integer():
        return "int"
    if dtype.is_float():
        return "float"
    return _DAGSTER_TYPES.get(type(dtype), str(dtype).lower())


def describe_columns(table: Table) -> dg.TableSchema:
    """A table's columns with type, unit and meaning."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                column.name,
                describe_type(column.dtype),
                description=f"{column.meaning} ({column.unit})" if column.unit else column.meaning,
                constraints=dg.TableColumnConstraints(
                    nullable=not column.is_required,
                    other=[f"one of {', '.join(column.dtype.categories)}"]
                    if isinstance(column.dtype, pl.Enum)
                    else [],
                ),
            )
            for column in table.columns
        ]
    )


def describe_tables(first: Table, *others: Table) -> Mapping[str, dg.MetadataValue]:
    """The schemas of an asset's tables: the first one as the asset's, each other by its name."""
    return {"dagster/column_schema": dg.MetadataValue.table_schema(describe_columns(first))} | {
        f"columns of {table.name}": dg.MetadataValue.table_schema(describe_columns(table))
        for table in others
    }


def trace_columns(
    table: Table, upstream: str, upstream_table: Table, made_of: Mapping[str, Iterable[str]]
) -> dg.TableColumnLineage:
    """From which columns of the asset before each column of a table is made.

    A column that has the same name there is made of that one, unless `made_of` says otherwise.
    """
    same = {name: (name,) for name in table.names if name in upstream_table.names}
    return dg.TableColumnLineage(
        {
            column: [dg.TableColumnDep(dg.AssetKey(upstream), name) for name in names]
            for column, names in (same | dict(made_of)).items()
        }
    )


def as_table(frame: pl.DataFrame) -> dg.MetadataValue:
    """A frame as a table in the UI, its first rows only, without control characters."""
    shown = frame.head(_SHOWN).with_columns(letters.column_without_steering(pl.col(pl.String)))
    return dg.MetadataValue.table(
        records=[
            dg.TableRecord({name: "" if value is None else value for name, value in row.items()})
            for row in shown.iter_rows(named=True)
        ]
        or [dg.TableRecord(dict.fromkeys(frame.columns, ""))],
        schema=dg.TableSchema(
            [
                dg.TableColumn(name, describe_type(dtype))
                for name, dtype in zip(frame.columns, frame.dtypes, strict=True)
            ]
        ),
    )


def describe_senders(delivered: pl.DataFrame) -> dg.MetadataValue:
    """Accepted, rejected, refused and missing, a row a sender."""
    table = (
        delivered.group_by("sender_code", maintain_order=True)
        .agg(
            pl.col("sender_name").first(),
            files=pl.col("sha256").count(),
            rows=pl.col("rows").sum(),
            accepted=pl.col("accepted").sum(),
            rejected=pl.col("rejected").sum(),
            refused=(pl.col("status") == "refused").sum(),
            status=pl.col("status").unique().sort().str.join(", "),
            message=pl.col("message").drop_nulls().str.join("; "),
        )
        .sort("sender_code")
    )
    return as_table(table)


def describe_states(states: pl.DataFrame) -> dg.MetadataValue:
    """The state of each sender's month, of DELIVERY_STATES: a row a sender, a column a month."""
    words = states.with_columns(pl.col("state").str.replace_all("_", " "))
    every_month = sorted(states["month"].unique())
    names = states.sort("month").group_by("sender_code").agg(pl.col("sender_name").last())
    grid = words.pivot("month", index="sender_code", values="state").sort("sender_code")
    return as_table(
        grid.join(names, on="sender_code", how="left", maintain_order="left").select(
            "sender_code", "sender_name", *every_month
        )
    )


def describe_reasons(states: pl.DataFrame) -> dg.MetadataValue:
    """Why states are what they are, the newest month first: a row a sender's month."""
    told = states.drop_nulls("reason").sort("month", "sender_code", descending=[True, False])
    return as_table(told.select("month", "sender_code", "sender_name", "state", "reason"))


def as_picture(png: bytes, alternative: str) -> dg.MetadataValue:
    """A chart in the metadata."""
    return dg.MetadataValue.md(as_markdown(png, alternative))


def as_markdown(png: bytes, alternative: str) -> str:
    """A chart as a Markdown image that carries its own bytes."""
    return f"![{alternative}](data:image/png;base64,{base64.b64encode(png).decode()})"
