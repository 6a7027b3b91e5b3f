"""Parquet: a table with types becomes a table of text.

A field within a field has a name with points, as in JSON. Times are written to the second, in the
profile's time zone where they have one. Not here: the text of a table (cell_text).
"""

import io

import polars as pl

from pipeline.exports.apart import broken_file
from pipeline.exports.cell_text import CellText, check_shape, write_cells
from pipeline.profiles import Profile

_MOMENT, _MOMENT_OF_ZONE, _DAY = "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S%z", "%Y-%m-%d"


def read_parquet(data: bytes, profile: Profile) -> CellText:
    """The rows of a Parquet file. Raises FileFault: unreadable, too_large."""
    try:
        scanned = pl.scan_parquet(io.BytesIO(data))
        schema = scanned.collect_schema()
        check_shape(scanned.select(pl.len()).collect().item(), len(schema), profile)
        frame = _unnest(scanned.collect())
        header = pl.DataFrame([pl.Series(name, [name], pl.String) for name in frame.columns])
        cells = frame.select(_write(frame, name, profile) for name in frame.columns)
    except pl.exceptions.PolarsError:
        raise broken_file() from None
    return write_cells(pl.concat([header, cells]), profile, (_MOMENT, _MOMENT_OF_ZONE, _DAY))


def _unnest(frame: pl.DataFrame) -> pl.DataFrame:
    """The table with each field of a field as a column of its own."""
    while nested := [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.Struct)]:
        for name in nested:
            fields = frame.get_column(name).struct.unnest()
            fields = fields.rename({each: f"{name}.{each}" for each in fields.columns})
            frame = pl.concat([frame.drop(name), fields], how="horizontal")
    return frame


def _write(frame: pl.DataFrame, name: str, profile: Profile) -> pl.Expr:
    dtype, column = frame.schema[name], pl.col(name)
    if isinstance(dtype, pl.Datetime):
        # With its offset, so that midnights of another zone are known for days.
        return column.dt.strftime(_MOMENT if dtype.time_zone is None else _MOMENT_OF_ZONE)
    if isinstance(dtype, pl.Date):
        return column.dt.strftime(_DAY)
    if dtype.is_float():
        whole = column.cast(pl.Int64, strict=False)
        number = pl.when(column == whole).then(whole.cast(pl.String))
        return _with_mark(number.otherwise(column.cast(pl.String)), profile).alias(name)
    if isinstance(dtype, pl.Decimal):
        text = column.cast(pl.String)
        short = text.str.strip_chars_end("0").str.strip_chars_end(".")
        shortened = pl.when(text.str.contains(".", literal=True)).then(short).otherwise(text)
        return _with_mark(shortened, profile).alias(name)
    if isinstance(dtype, pl.List | pl.Array | pl.Object | pl.Null | pl.Duration):
        return pl.lit(None, pl.String).alias(name)
    # Text without a mark of its encoding is binary in files of older systems.
    return column.cast(pl.String, strict=not isinstance(dtype, pl.Binary))


def _with_mark(number: pl.Expr, profile: Profile) -> pl.Expr:
    """A number with the decimal mark by which the profile reads it."""
    return number.str.replace(".", profile.decimal_mark, literal=True)
