"""The warehouse's tables.

The columns of indices, rankings and deliveries are those published, in the same order, so that
a query and a CSV file never differ; numbers are doubles, which hold every published decimal
to the last place. Here belongs the shape that the newest migration leaves (a test compares the
two); not here: how it came about (migrations) or how it is filled.
"""

from typing import Any

import polars as pl
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    text,
)
from sqlalchemy.types import TypeEngine

from pipeline import columns, tables
from pipeline.tables import comparisons

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

_SQL_TYPES: dict[pl.DataType, type[TypeEngine[Any]]] = {
    pl.String(): String,
    pl.Int64(): BigInteger,
    pl.Float64(): Double,
    pl.Date(): Date,
    pl.Boolean(): Boolean,
}

EDITIONS = Table(
    "editions",
    METADATA,
    Column("month", String(7), nullable=False),
    Column("number", Integer, nullable=False),
    Column("is_in_force", Boolean, nullable=False),
    Column("is_simulated", Boolean, nullable=False),
    Column("data_version", String, nullable=False),
    Column("data_sha256", String(64), nullable=False),
    PrimaryKeyConstraint("month", "number"),
    Index(
        "ix_editions_one_in_force",
        "month",
        unique=True,
        sqlite_where=text("is_in_force"),
        postgresql_where=text("is_in_force"),
    ),
)
"""One row is an edition that was filled at some time; at most one a month is in force, and only
that one's rows are in the other tables. `data_sha256` is the digest of its data files."""


def _edition_table(table: columns.Table, key: list[str], *more: Column[int] | Index) -> Table:
    """The table as published, with the edition, `more` columns and indexes; `key` beside month."""
    columns = [
        Column(column.name, _SQL_TYPES[column.dtype], nullable=not column.is_required)
        for column in table.columns
        if column.name != "month"
    ]
    return Table(
        table.name,
        METADATA,
        Column("month", String(7), nullable=False),
        Column("edition", Integer, nullable=False),
        *columns,
        *more,
        PrimaryKeyConstraint("month", *key),
        ForeignKeyConstraint(["month", "edition"], ["editions.month", "editions.number"]),
    )


AGENCIES = _edition_table(tables.AGENCIES, ["code"])
"""One row is an agency as it stood in the month, so that a join on month and code never meets
the same code's other territory."""

INDICES = _edition_table(
    tables.INDICES,
    ["unit_code", "indicator"],
    Index(None, "unit_code", "indicator", "month"),
    Index(None, "indicator", "month"),
)
"""One row is an indicator of a unit in the month."""

RANKINGS = _edition_table(
    tables.RANKINGS,
    ["league", "indicator", "unit_code"],
    Index(None, "unit_code", "indicator", "month"),
)
"""One row is a unit in a league, by one indicator."""

DELIVERIES = _edition_table(
    tables.DELIVERED,
    ["line"],
    Column("line", BigInteger, nullable=False),
    Index(None, "sender_code", "month"),
    Index(None, "sha256"),
)
"""One row is a file of a delivery, or a sender that sent none; `line` is its line among the
records of deliveries.csv from 1, since a missing sender has neither kind nor file to tell rows
apart."""

COMPARISONS = {
    name: _edition_table(table, list(comparisons.KEYS[name][1:]))
    for name, table in comparisons.COMPARISONS.items()
}
"""The tables of comparisons by name; one row is what it is in the published file."""

EDITION_TABLES = (AGENCIES, INDICES, RANKINGS, DELIVERIES, *COMPARISONS.values())
"""The tables whose rows belong to the edition in force."""
