"""The published data: CSV files, and the Frictionless package that describes them.

Here belongs how a result table becomes the bytes that outsiders rely on: order, decimals, nulls,
closed lists, and the words that describe each column. Not here: what the numbers mean (method),
which edition they belong to (bulletin), disks (editions).
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal
from io import BytesIO

import polars as pl

from pipeline import columns, letters, parquet, tables
from pipeline.errors import PlainError
from pipeline.faults import FAULTS
from pipeline.methods import NOTES, Method, Methods
from pipeline.tables.comparisons import CLOSED_LISTS, COMPARISONS, KEYS

DATA_VERSION = "1.6.0"
"""Semantic version of the published columns: a column removed or changed in meaning raises the
first number, a column added the second, a clearer description the third."""

DECIMALS = 6
"""Most decimals that a published number has."""

SIMULATED = (
    "SIMULATED: these figures come from made-up exports. They say nothing about any real agency."
)

UNITS = ("share", "points", "days")
"""Units of a value: a share is 0-1, points are 0-100."""

INTERVAL_SOURCES = ("chance", "chance+months", "sampling", "both")
"""What the limits of a value rest on; each has its word in the bulletin."""
RANK_SET_KINDS = ("marginal", "simultaneous", "joint")
DELIVERY_STATUSES = ("accepted", "refused", "missing")

_MONTHS = ("month", "series_month", "since_month")
_FORMULA = r"^'*[=+\-@\t\r]"
"""How a text begins that a spreadsheet takes for a formula, or that begins like one neutralized."""
_NEUTRALIZED = r"^'('*[=+\-@\t\r])"
_STEP = Decimal(1).scaleb(-DECIMALS)
_WIDE = Context(prec=400, rounding=ROUND_HALF_UP)
_TYPES = {
    pl.String(): "string",
    pl.Int64(): "integer",
    pl.Float64(): "number",
    pl.Boolean(): "boolean",
}
_SMALLEST = {"rank": 1, "tier": 1, "rows": 0, "dossiers": 0}
"""The smallest whole number that a column of each unit can have."""


class PublishedDataError(PlainError):
    """A result table breaks its own description; the message says where."""


@dataclass(frozen=True)
class Resource:
    """One published file.

    `key` names the columns that identify a row; rows are sorted by them in this order.
    `closed_lists` has the values that a column may have beside null.
    """

    table: columns.Table
    key: tuple[str, ...]
    closed_lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def file_name(self) -> str:
        """`indices.csv` and so on."""
        return f"{self.table.name}.csv"


def resources(methods: Methods | Method) -> tuple[Resource, ...]:
    """The published files: indices, rankings, deliveries, and the comparisons.

    Indicators and bands are those of the methods.
    """
    indicators = tuple(methods.names)
    bands = {band.name: None for indicator in methods.indicators for band in indicator.bands}
    return (
        Resource(
            tables.INDICES,
            ("month", "unit_code", "indicator"),
            {
                "indicator": indicators,
                "unit": UNITS,
                "clock": tuple(tables.CLOCKS),
                "interval_source": INTERVAL_SOURCES,
                "note": tuple(NOTES),
            },
        ),
        Resource(
            tables.RANKINGS,
            ("month", "league", "indicator", "unit_code"),
            {
                "indicator": indicators,
                "rank_set_kind": RANK_SET_KINDS,
                "band": tuple(bands),
                "note": tuple(NOTES),
                "change": tables.CHANGES,
                "rank_change": tables.CHANGES,
            },
        ),
        Resource(
            tables.DELIVERED,
            ("month", "sender_code", "kind", "sha256"),
            {
                "kind": tables.KINDS,
                "status": DELIVERY_STATUSES,
                "fault": tuple(FAULTS),
            },
        ),
        *(
            Resource(
                table,
                KEYS[table.name],
                {"indicator": indicators, "note": tuple(NOTES)} | CLOSED_LISTS[table.name],
            )
            for table in COMPARISONS.values()
        ),
    )


def decimal_text(number: float) -> str:
    """A finite number as published: at most six decimals, halves up, no exponent, never -0.

    Halves are those of the shortest decimal that reads back as the number, so 0.0000005 goes up
    although its binary value may be smaller.
    """
    rounded = Decimal(repr(number)).quantize(_STEP, context=_WIDE)
    text = format(rounded, "f").rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def to_csv(resource: Resource, frame: pl.DataFrame) -> bytes:
    """The file's bytes: UTF-8 without mark, LF, sorted by its key, empty = null.

    `frame` has the columns of the resource's table in any order; other columns are left out. An
    empty text counts as null. A text that a spreadsheet would take for a formula has an apostrophe
    before it (`restore_texts` takes it away), control characters and marks of direction are left
    out. PublishedDataError when a required column is empty, a number is not
    finite, a value is not in its closed list or two rows share a key.
    """
    rows = (
        _rewrite_texts(resource.table.conform(frame), letters.column_without_steering)
        .with_columns(pl.col(pl.String).replace({"": None}))
        .sort(resource.key)
    )
    _check_rows(resource, rows)
    rows = _rewrite_texts(rows, lambda text: text.str.replace(_FORMULA, "'$0"))
    numbers = [name for name, dtype in rows.schema.items() if dtype == pl.Float64]
    return (
        rows.with_columns(_decimal_texts(rows[name]) for name in numbers)
        .write_csv(line_terminator="\n", quote_style="necessary")
        .encode()
    )


def without_formula(text: str) -> str:
    """One text as the data files have it: never a formula, and without signs that steer."""
    return re.sub(_FORMULA, r"'\g<0>", letters.without_steering(text))


def restore_texts(frame: pl.DataFrame) -> pl.DataFrame:
    """A published file as read back, with its texts as they were before `to_csv`.

    A column of numbers that was read as text stays as it is.
    """
    return _rewrite_texts(frame, lambda text: text.str.replace(_NEUTRALIZED, "$1"))


def _rewrite_texts(frame: pl.DataFrame, rewrite: Callable[[pl.Expr], pl.Expr]) -> pl.DataFrame:
    """The frame with its texts rewritten."""
    # Most texts stand in many rows, and hardly any changes: each is looked at once.
    once = {name: frame[name].unique() for name in frame.columns if frame.schema[name] == pl.String}
    if not once or not _is_changed(pl.concat(once.values()), rewrite):
        return frame
    changed = [name for name, texts in once.items() if _is_changed(texts, rewrite)]
    return frame.with_columns(rewrite(pl.col(changed)))


def _is_changed(texts: pl.Series, rewrite: Callable[[pl.Expr], pl.Expr]) -> bool:
    return not texts.to_frame().select(rewrite(pl.col(texts.name))).to_series().equals(texts)


def to_parquet(resource: Resource, written: bytes, *, is_simulated: bool) -> bytes:
    """The bytes of the copy of a CSV file: its values as they read back, texts restored."""
    rows = pl.read_csv(BytesIO(written), schema=resource.table.schema)
    mark = {"simulated": SIMULATED} if is_simulated else {}
    return parquet.write(restore_texts(rows), {"table": resource.table.name} | mark)


def _decimal_texts(numbers: pl.Series) -> pl.Series:
    # Most numbers stand in many rows: each is written once.
    once = numbers.drop_nulls().unique()
    texts = pl.Series([decimal_text(number) for number in once], dtype=pl.String)
    return numbers.replace_strict(once, texts, default=None, return_dtype=pl.String)


def _check_rows(resource: Resource, rows: pl.DataFrame) -> None:
    for column in resource.table.columns:
        values = rows[column.name]
        if column.is_required and values.null_count():
            raise _error(resource, rows, values.is_null(), f"{column.name} is empty")
        if column.dtype == pl.Float64():
            unbounded = ~values.is_finite().fill_null(True)
            if unbounded.any():
                raise _error(resource, rows, unbounded, f"{column.name} is not a finite number")
        allowed = resource.closed_lists.get(column.name)
        if allowed is not None:
            strange = ~values.is_in(list(allowed)).fill_null(True)
            if strange.any():
                found = values.filter(strange)[0]
                raise _error(
                    resource, rows, strange, f"{column.name} {found!r} is not in its closed list"
                )
    doubled = rows.select(resource.key).is_duplicated()
    if doubled.any():
        raise _error(resource, rows, doubled, "two rows have the same key")


def _error(
    resource: Resource, rows: pl.DataFrame, where: pl.Series, what: str
) -> PublishedDataError:
    key = rows.filter(where).select(resource.key).row(0, named=True)
    place = ", ".join(f"{name} {value}" for name, value in key.items())
    return PublishedDataError(
        f"{resource.file_name} cannot be published: {what} ({place}; {where.sum()} rows). "
        "Nothing was published. This is a fault of the program or of an own method: report it "
        "with this message"
    )


def description(
    month: str, methods: Methods | Method, files: Mapping[str, bytes], *, is_simulated: bool
) -> bytes:
    """The bytes of `datapackage.json` (Frictionless Data Package, version 1).

    `files` are the CSV files by file name, and copies of them. No licence is named: the publisher
    adds it.
    """
    published = resources(methods)
    words = [
        f"Indices, rankings and comparisons of {month}, and the deliveries that they rest on.",
        "Empty means null; the note says why a value or a rank is empty or provisional.",
        "The publisher names the licence.",
    ]
    package = {
        "profile": "tabular-data-package",
        "name": f"reform-index-{month}",
        "title": f"{_title(methods)}, {month}",
        "description": " ".join([SIMULATED, *words] if is_simulated else words),
        "version": DATA_VERSION,
        "simulated": is_simulated,
        "resources": [_describe_resource(each, files[each.file_name]) for each in published],
    }
    copies = [
        parquet.describe(each.table)
        for each in published
        if parquet.name_file(each.table.name) in files
    ]
    if copies:
        package["copies"] = copies
    text = json.dumps(package, ensure_ascii=False, indent=2) + "\n"
    return letters.without_steering(text).encode()


def _title(methods: Methods | Method) -> str:
    return (methods.index if isinstance(methods, Methods) else methods).title_en


def _describe_resource(resource: Resource, content: bytes) -> dict[str, object]:
    return {
        "profile": "tabular-data-resource",
        "name": resource.table.name,
        "path": resource.file_name,
        "description": f"One row is {resource.table.row}.",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "dialect": {
            "delimiter": ",",
            "lineTerminator": "\n",
            "quoteChar": '"',
            "doubleQuote": True,
            "header": True,
        },
        "schema": {
            "fields": [_describe_field(resource, column) for column in resource.table.columns],
            "primaryKey": list(resource.key),
            "missingValues": [""],
        },
    }


def name_type(column: columns.Column) -> str:
    """The Frictionless type of a column: string, integer, number, boolean or yearmonth."""
    return "yearmonth" if column.name in _MONTHS else _TYPES[column.dtype]


def _describe_field(resource: Resource, column: columns.Column) -> dict[str, object]:
    constraints: dict[str, object] = {}
    if column.is_required:
        constraints["required"] = True
    if column.name in resource.closed_lists:
        constraints["enum"] = list(resource.closed_lists[column.name])
    if column.name == "sha256":
        constraints["pattern"] = "[0-9a-f]{64}"
    if column.unit in _SMALLEST and column.dtype == pl.Int64():
        constraints["minimum"] = _SMALLEST[column.unit]
    described: dict[str, object] = {
        "name": column.name,
        "type": name_type(column),
        "description": column.meaning,
    }
    if column.unit:
        described["unit"] = column.unit
    if constraints:
        described["constraints"] = constraints
    return described
