"""Cells as text: a table of another form becomes the text that a CSV file of it would be.

So one reader judges the records of every form. Here belong the delimiter that no cell has, and the
limits of what a table becomes. Not here: reading a form (workbooks, json_records, parquet_tables).
"""

from dataclasses import dataclass

import polars as pl

from pipeline import letters
from pipeline.exports.decoding import check_size
from pipeline.faults import FileFault, write_number_vi
from pipeline.profiles import Profile

_DELIMITER, _QUOTE = "\x1f", "\x1e"
"""Control characters that separate units and records: they are taken out of the cells."""
_NOT_IN_CELLS = "[\\x00-\\x08\\x0b-\\x1f\\x7f\\r\\n\u0085\u2028\u2029]+"
"""Line breaks, and control characters, which no value means."""


@dataclass(frozen=True)
class CellText:
    """A file's table as text, and the profile with which it is to be read.

    The profile is the file's own but for the delimiter, the quote and the date formats.
    `lines_above` counts the lines of the file that stand above the text.
    """

    text: bytes
    profile: Profile
    lines_above: int = 0


def write_cells(
    cells: pl.DataFrame, profile: Profile, date_formats: tuple[str, ...] = ()
) -> CellText:
    """The text of a table of strings, a row a line, the header among them.

    A line break in a cell becomes a space. `date_formats` are those in which the form itself writes
    its times, read besides those of the profile. Raises FileFault too_large beyond the limits of
    the profile.
    """
    check_shape(cells.height, cells.width, profile)
    lengths = cells.lazy().select(pl.all().str.len_bytes().cast(pl.Int64).sum()).collect()
    check_size(sum(lengths.row(0)) + cells.height * cells.width, profile.limits)
    on_a_line = cells.with_columns(pl.all().str.replace_all(_NOT_IN_CELLS, " "))
    text = on_a_line.write_csv(
        include_header=False, separator=_DELIMITER, quote_style="never", line_terminator="\n"
    )
    more = tuple(each for each in date_formats if each not in profile.date_formats)
    return CellText(
        letters.compose_text(text).encode(),
        profile.model_copy(
            update={
                "delimiter": _DELIMITER,
                "quote": _QUOTE,
                "date_formats": profile.date_formats + more,
            }
        ),
    )


def check_shape(rows: int, columns: int, profile: Profile) -> None:
    """Raises FileFault too_large for more rows or columns than the profile allows."""
    if rows > profile.limits.lines:
        raise FileFault(
            "too_large",
            f"it has more than {profile.limits.lines:,} rows: send it in several files, or raise "
            "lines under [limits] in the profile",
            f"tệp có hơn {write_number_vi(profile.limits.lines)} dòng: chia thành nhiều tệp, hoặc "
            "tăng lines trong mục [limits] của cấu hình ánh xạ",
        )
    if columns > profile.limits.columns:
        raise FileFault(
            "too_large",
            f"it has more than {profile.limits.columns:,} columns: send only the columns that are "
            "needed, or raise columns under [limits] in the profile",
            f"tệp có hơn {write_number_vi(profile.limits.columns)} cột: chỉ gửi các cột cần thiết, "
            "hoặc tăng columns trong mục [limits] của cấu hình ánh xạ",
        )
