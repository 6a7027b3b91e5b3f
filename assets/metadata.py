"""What the Dagster UI shows about a materialization.

Here belongs turning frames into metadata: senders, schemas, row counts, rejected rows.
Not here: computing them, or what a check finds (checks).
"""

import base64

import dagster as dg
import polars as pl

from pipeline.columns import Table

_SHOWN = 200
_DAGSTER_TYPES = {"String": "string", "Int64": "int", "Float64": "float", "Date": "date"}


def schema_of(table: Table) -> dg.TableSchema:
    """A table's columns with type, unit and meaning."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                column.name,
                _DAGSTER_TYPES.get(str(column.dtype), "datetime"),
                description=f"{column.meaning} ({column.unit})" if column.unit else column.meaning,
                constraints=dg.TableColumnConstraints(nullable=not column.is_required),
            )
            for column in table.columns
        ]
    )


def records_of(frame: pl.DataFrame) -> dg.MetadataValue:
    """A frame as a table in the UI, its first rows only."""
    return dg.MetadataValue.table(
        records=[
            dg.TableRecord({name: "" if value is None else value for name, value in row.items()})
            for row in frame.head(_SHOWN).iter_rows(named=True)
        ]
        or [dg.TableRecord(dict.fromkeys(frame.columns, ""))],
        schema=dg.TableSchema([dg.TableColumn(name) for name in frame.columns]),
    )


def senders(delivered: pl.DataFrame) -> dg.MetadataValue:
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
    return records_of(table)


def picture(png: bytes, alternative: str) -> dg.MetadataValue:
    """A chart in the metadata."""
    encoded = base64.b64encode(png).decode()
    return dg.MetadataValue.md(f"![{alternative}](data:image/png;base64,{encoded})")
