"""Parquet copies of large published tables: quicker to open than CSV, with the same content.

Here belongs which tables have a copy, its bytes and its description. A copy never decides whether
data are the same: its bytes depend on the version of the library that writes it. Not here: the CSV
files, which are the published data (published_data).
"""

from collections.abc import Mapping
from io import BytesIO
from typing import Literal

import polars as pl

from pipeline import columns

ABOVE_ROWS = 100_000
"""A table of more rows than these has a copy."""

_SUFFIX = ".parquet"
_ROWS_OF_GROUP = 262_144
_COMPRESSION: Literal["zstd", "gzip"] = "zstd"


def name_file(table_name: str) -> str:
    """`series.parquet` and so on."""
    return table_name + _SUFFIX


def drop_copies(data: Mapping[str, bytes]) -> dict[str, bytes]:
    """The data files, by path, without the copies: these decide whether two editions differ."""
    return {path: content for path, content in data.items() if not is_copy(path)}


def is_copy(path: str) -> bool:
    """Whether a data file is a copy."""
    return path.endswith(_SUFFIX)


def write(rows: pl.DataFrame, remarks: Mapping[str, str]) -> bytes:
    """The bytes of a copy; `remarks` stand in its metadata.

    The same rows give the same bytes, however they lie in memory.
    """
    written = BytesIO()
    rows.rechunk().write_parquet(
        written, compression=_COMPRESSION, row_group_size=_ROWS_OF_GROUP, metadata=dict(remarks)
    )
    return written.getvalue()


def describe(table: columns.Table) -> dict[str, str]:
    """What the data package says of a copy, under its own key `copies`.

    It is none of the package's resources: these are what counts, and validators open all of them,
    which few can do with Parquet. No size or hash stands here: the edition has the hash of every
    file in SHA256SUMS.
    """
    return {
        "path": name_file(table.name),
        "of": f"{table.name}.csv",
        "description": f"The rows of {table.name}.csv, texts without an apostrophe before them.",
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
    }
