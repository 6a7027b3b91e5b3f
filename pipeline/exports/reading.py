"""Reading: the bytes of a file of any form become rows of text.

Here belongs which form is read in which way, and the line `sep=` of a text. Not here: the forms
themselves (workbooks, json_records, parquet_tables, packages), what a record is (rows).
"""

import re
from collections.abc import Callable, Collection
from functools import partial

import polars as pl

from pipeline.exports.apart import read_apart
from pipeline.exports.cell_text import CellText, check_shape
from pipeline.exports.decoding import check_size, decode_text
from pipeline.exports.forms import Form, check_form, find_form
from pipeline.exports.json_records import read_json
from pipeline.exports.layouts import read_version
from pipeline.exports.packages import list_files
from pipeline.exports.parquet_tables import read_parquet
from pipeline.exports.rows import ROW_NUMBER, TextRows, read_rows
from pipeline.exports.workbooks import read_workbook
from pipeline.faults import FileFault
from pipeline.profiles import Profile

_SEPARATOR_LINE = re.compile(rb'"?sep=([!#-/:-@\[-`{-~ \t])"?[,;\t|]*(?:\r\n|\n|\r)', re.IGNORECASE)
"""What spreadsheets write above a table, and read: the mark between the fields."""


def read_file(
    data: bytes, file_name: str, profile: Profile, month: str = ""
) -> tuple[TextRows, Profile]:
    """The rows of a file, and the profile by which its values are to be typed.

    The profile is the version that fits the header and the month of the delivery (every month where
    that is empty), with the names that the header has. It has the date formats too in which the
    form itself writes times. Of a zip the rows of its files follow one another, and their numbers
    go on. Raises FileFault as `read_rows` and `read_version`, and for a file that is not what its
    name says.
    """
    form = find_form(file_name) or "text"
    check_form(data, form)
    if form == "zip":
        return _read_package(data, profile, month)
    sent = read_cells(data, form, profile, month)
    rows = read_rows(sent.text, sent.profile)
    return rows, sent.profile.with_names_of(rows.header)


def read_cells(data: bytes, form: Form, profile: Profile, month: str = "") -> CellText:
    """The table of a file of any form but a zip, as text, by the version of the profile that fits.

    Raises FileFault as `read_file`.
    """
    reader = _READERS[form]
    read = partial(read_apart, reader, data) if form in _APART else partial(reader, data)
    return read_version(read, profile, month)


_BY_FILE = {"columns": {}, "delimiter": ",", "quote": '"', "date_formats": ()}
"""What of a profile differs from file to file with its form and its header."""


def _read_text(data: bytes, profile: Profile) -> CellText:
    """The text below a line like `sep=;`, which says the delimiter better than the profile does."""
    text = decode_text(data, profile.encoding, profile.limits)
    line = _SEPARATOR_LINE.match(text)
    if line is None:
        return CellText(text, profile)
    delimiter = line[1].decode()
    below = profile.model_copy(update={"delimiter": delimiter})
    return CellText(text[line.end() :], below, lines_above=1)


def _read_json(data: bytes, profile: Profile) -> CellText:
    return read_json(decode_text(data, profile.encoding, profile.limits, is_json=True), profile)


_READERS: dict[Form, Callable[[bytes, Profile], CellText]] = {
    "text": _read_text,
    "workbook": read_workbook,
    "json": _read_json,
    "parquet": read_parquet,
}
_APART: tuple[Form, ...] = ("workbook", "parquet")


def _read_package(data: bytes, profile: Profile, month: str) -> tuple[TextRows, Profile]:
    frames: list[pl.DataFrame] = []
    names: dict[str, None] = {}
    formats: dict[str, None] = {}
    layouts: list[Profile] = []
    last_number = 0
    for name, content in list_files(data, profile.limits):
        if find_form(name) in (None, "zip"):
            raise FileFault(
                "unreadable",
                "the zip holds a file that is no export (its name ends otherwise): pack only "
                "exports",
                "trong tệp nén có tệp không phải dữ liệu xuất (đuôi tên khác): chỉ nén các tệp dữ "
                "liệu",
            )
        rows, own = read_file(content, name, profile, month)
        layouts.append(own)
        names.update(dict.fromkeys(rows.header))
        formats.update(dict.fromkeys(own.date_formats))
        frames.append(rows.frame.with_columns(pl.col(ROW_NUMBER) + last_number))
        check_shape(sum(frame.height for frame in frames), len(names), profile)
        check_size(int(sum(frame.estimated_size() for frame in frames)), profile.limits)
        last_number = max([last_number, *frames[-1][ROW_NUMBER].tail(1).to_list()])
    _check_one_layout(layouts, names)
    return (
        TextRows(tuple(names), pl.concat(frames, how="diagonal")),
        layouts[0].with_names_of(names).model_copy(update={"date_formats": tuple(formats)}),
    )


def _check_one_layout(layouts: list[Profile], header: Collection[str]) -> None:
    """Raises FileFault where files of a zip have several versions of their profile, or names of a
    column: one profile types all rows.
    """
    first = layouts[0].model_copy(update=_BY_FILE)
    is_one = all(each.model_copy(update=_BY_FILE) == first for each in layouts)
    for ours in layouts[0].columns:
        is_one &= sum(name in header for name in layouts[0].names_of(ours)) <= 1
    if not is_one:
        raise FileFault(
            "unreadable",
            "the files of the zip have different layouts: send the files of each layout by "
            "themselves",
            "các tệp trong tệp nén có bố cục khác nhau: gửi riêng các tệp của từng bố cục",
        )
