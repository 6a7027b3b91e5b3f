"""Exchanged days: a spreadsheet took the day of some dates for their month, and left the rest text.

Where a spreadsheet of another country opens 05/10/2026 and 13/10/2026, the first becomes the 10th
of May, a date in a cell, and the second stays a text: there is no 13th month. Here belongs how a
column of such dates is known. Not here: formats that read one text differently (times).
"""

import polars as pl

from pipeline.faults import FileFault, write_number_vi
from pipeline.profiles import Profile, date_formats
from pipeline.profiles.our_columns import moment_columns
from pipeline.records.times import read_moment

_LAST_MONTH = 12
_FEWEST = 5
"""From so many dates of each sort on, chance alone does not part their days at the 12th."""
_YEAR_FIRST = ("%Y-", "%Y/", "%F", date_formats.SERIAL)
"""How the formats begin in which dates of cells become text."""


def check_days_are_days(text: pl.DataFrame, profile: Profile) -> None:
    """Raises FileFault ambiguous_dates where a column has dates whose day and month were exchanged.

    `text` has a `<column>_as_sent` for each column of times. The dates that may come from cells are
    all of the days 1 to 12, the others all of later days, and the former lie in fewer months once
    day and month are exchanged.
    """
    of_cells = tuple(each for each in profile.date_formats if each.startswith(_YEAR_FIRST))
    of_texts = tuple(filter(_has_year_behind, profile.date_formats))
    if not of_cells or not of_texts:
        return
    for column in moment_columns(profile.kind):
        sent = pl.col(f"{column}_as_sent")
        read = text.lazy().select(
            cell=read_moment(sent, column, profile.model_copy(update={"date_formats": of_cells})),
            text=read_moment(sent, column, profile.model_copy(update={"date_formats": of_texts})),
        )
        cells, texts = _count_exchanged(read)
        if cells:
            theirs = profile.columns.get(column, column)
            cells_vi, texts_vi = write_number_vi(cells), write_number_vi(texts)
            raise FileFault(
                "ambiguous_dates",
                f"{theirs!r} ({column}): {cells:,} of its values are dates with the year in front, "
                f"all of the days 1 to 12, and {texts:,} are other texts, all of the days 13 to "
                "31: a spreadsheet took the day of some for their month; export the file again "
                "with this column as text, and do not open it in between",
                f"cột {theirs!r} ({column}): {cells_vi} giá trị là ngày có năm đứng trước và đều "
                f"rơi vào ngày 1 đến 12, còn {texts_vi} giá trị dạng khác đều rơi vào ngày 13 đến "
                "31: phần mềm bảng tính đã lấy ngày làm tháng ở một số ô; xuất lại tệp với cột này "
                "ở dạng văn bản và không mở rồi lưu lại bằng bảng tính",
            )


def _has_year_behind(date_format: str) -> bool:
    """Whether a format has a day, a month in digits and no year in front of them."""
    has_month = "%m" in date_format or "%-m" in date_format
    is_year_first = date_format.startswith(("%Y", "%y", *_YEAR_FIRST))
    return date_formats.has_day(date_format) and has_month and not is_year_first


def _count_exchanged(read: pl.LazyFrame) -> tuple[int, int]:
    """How many dates of cells and of texts a column has, where it looks exchanged; else none."""
    cell, text = pl.col("cell"), pl.col("text")
    day, month = cell.dt.day().cast(pl.Int32), cell.dt.month().cast(pl.Int32)
    year = 12 * cell.dt.year()
    found = read.select(
        cells=cell.count(),
        texts=text.count(),
        latest_of_cells=day.max(),
        earliest_of_texts=text.dt.day().min(),
        as_they_are=(year + month).n_unique(),
        exchanged=(year + day).n_unique(),
    ).collect()
    cells, texts, latest, earliest, as_they_are, exchanged = found.row(0)
    is_exchanged = (
        min(cells, texts) >= _FEWEST
        and latest <= _LAST_MONTH < earliest
        and exchanged < as_they_are
    )
    return (int(cells), int(texts)) if is_exchanged else (0, 0)
