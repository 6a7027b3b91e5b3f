"""Layout: the form of a file, and how its table is cut out of it.

Here belong encoding, delimiter, quote and the sheet of a workbook. Not here: where the header
stands (header_rows), the list in a JSON (json_lists), what its columns mean (columns).
"""

import csv
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

import fastexcel
import polars as pl

from pipeline import letters
from pipeline.drafting.encodings import find_encoding
from pipeline.drafting.errors import no_header
from pipeline.drafting.header_rows import find_footer, find_header, find_headings
from pipeline.drafting.json_lists import find_list
from pipeline.drafting.sheets import count_alike
from pipeline.exports import TextRows, read_file, read_rows
from pipeline.exports.cell_text import CellText
from pipeline.exports.footer import without_footer
from pipeline.exports.formats import name_format
from pipeline.exports.forms import Form, check_form, find_form
from pipeline.exports.header import from_header_row
from pipeline.exports.json_records import read_json
from pipeline.exports.packages import list_files
from pipeline.exports.parquet_tables import read_parquet
from pipeline.exports.workbooks import read_workbook
from pipeline.faults import FileFault
from pipeline.plurals import count_of
from pipeline.profiles import Profile

_DELIMITERS = (",", ";", "\t", "|")
_SEPARATOR = re.compile(rb'"?sep=(.)"?[,;\t|]*(?:\r\n|\n|\r)', re.IGNORECASE)
"""The line above a text that says its delimiter: exports.reading passes over it."""
_SAMPLE_BYTES = 1 << 18
_SAMPLE_LINES = 400
_MOST_SHEETS = 20
_NO_ROW = 1 << 20
"""No row of a sheet is below it."""
_HEADER_IN_FIRST_ROW: tuple[Form, ...] = ("json", "parquet")


@dataclass(frozen=True)
class Layout:
    """How a file's table is cut out: the keys of a profile, with the reason for each.

    `reasons` has a reason by key of the profile; `unsure` has what a person should look at.
    `form_dates` are the date formats that the form itself brings.
    """

    form: Form
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    header_row: int = 1
    header_rows: int = 1
    footer: tuple[str, ...] = ()
    sheet: str = ""
    records: str = ""
    form_dates: tuple[str, ...] = ()
    reasons: dict[str, str] = field(default_factory=dict)
    unsure: tuple[str, ...] = ()

    def make_reading_profile(self, names: tuple[str, ...] = ()) -> Profile:
        """A profile that reads columns of the file by their own names, and types nothing."""
        unchecked = Profile.model_construct(
            name="draft",
            digest="",
            senders=("*",),
            kind="dossiers",
            columns={name: name for name in names},
        )
        return unchecked.model_copy(
            update={
                "encoding": self.encoding,
                "delimiter": self.delimiter,
                "quote": self.quote,
                "header_row": self.header_row,
                "header_rows": self.header_rows,
                "footer": self.footer,
                "sheet": self.sheet,
                "records": self.records,
                "date_formats": (),
            }
        )


@dataclass(frozen=True)
class FoundTable:
    """The table of a file: its layout, and its records as text, a column a name that is there once.

    `names` are those of the header, in their order, the unnamed ones as empty texts. `titles` are
    the filled cells above the header.
    """

    layout: Layout
    names: tuple[str, ...]
    rows: TextRows
    titles: tuple[str, ...] = ()


def find_table(data: bytes, file_name: str) -> FoundTable:
    """The table of a file of any form.

    Raises FileFault as exports.read_file does, and DraftError where it has no header.
    """
    named = find_form(file_name)
    form = named or _guess_form(data)
    check_form(data, form)
    if form == "zip":
        return _find_in_zip(data, file_name)
    sent, layout = _READERS[form](data)
    layout = replace(layout, form_dates=sent.profile.date_formats)
    if form not in _HEADER_IN_FIRST_ROW:
        layout = _with_header(sent.text, sent.profile, layout)
    if form == "workbook":
        sent = read_workbook(data, layout.make_reading_profile())
    return _find_rows(sent, layout)


def _guess_form(data: bytes) -> Form:
    found = name_format(data)
    return found if found in ("workbook", "zip", "parquet", "json") else "text"  # type: ignore[return-value]


def _find_rows(sent: CellText, layout: Layout) -> FoundTable:
    """The names in the header of a text, its footer, and its rows."""
    cutting = sent.profile
    changes = {"header_row": layout.header_row, "header_rows": layout.header_rows}
    cutting = cutting.model_copy(update=changes)
    text = from_header_row(sent.text, cutting)
    lines = _sample_lines(text)
    first = next(csv.reader(lines, delimiter=cutting.delimiter, quotechar=cutting.quote), [])
    names = tuple(letters.clean_name(name) for name in first)
    if layout.form not in _HEADER_IN_FIRST_ROW:
        layout = _with_footer(text, cutting, layout)
        cutting = cutting.model_copy(update={"footer": layout.footer})
    counted = Counter(names)
    readable = {name: name for name in names if name and counted[name] == 1}
    if twice := sorted(name for name, count in counted.items() if name and count > 1):
        layout = replace(
            layout,
            unsure=(
                *layout.unsure,
                f"the header has a name more than once, so these columns cannot be read: "
                f"{', '.join(map(repr, twice))}",
            ),
        )
    rows = read_rows(sent.text, cutting.model_copy(update={"columns": readable}))
    return FoundTable(layout, names, rows, _list_titles(sent.text, cutting))


def _list_titles(text: bytes, cutting: Profile) -> tuple[str, ...]:
    """The filled cells above the header."""
    above = _sample_lines(text)[: cutting.header_row - 1]
    records = csv.reader(above, delimiter=cutting.delimiter, quotechar=cutting.quote)
    return tuple(cell for record in records for cell in record if cell.strip())


def _with_header(text: bytes, cutting: Profile, layout: Layout) -> Layout:
    found = find_header(_sample_lines(text), cutting.delimiter, cutting.quote)
    if found is None:
        raise no_header()
    reasons = dict(layout.reasons)
    if found.row > 1:
        reasons["header_row"] = (
            f"what stands above row {found.row} has few filled cells or no known name"
        )
    if found.rows > 1:
        reasons["header_rows"] = "the row below fills the gaps of the header, or numbers it"
    return replace(layout, header_row=found.row, header_rows=found.rows, reasons=reasons)


def _with_footer(text: bytes, cutting: Profile, layout: Layout) -> Layout:
    word, rows = find_footer(text, cutting)
    footer: tuple[str, ...] = (word,) if word else ()
    reasons, unsure = dict(layout.reasons), list(layout.unsure)
    if word:
        reasons["footer"] = f"{rows} row(s) at the foot are no records: the first begins with it"
    elif rows:
        unsure.append(
            f"{rows} row(s) at the foot have few filled cells: if they are totals or signatures, "
            "write with which word the first of them begins into footer"
        )
    without = without_footer(text, cutting.model_copy(update={"footer": footer}))
    headings, others = find_headings(_sample_lines(without), cutting)
    if headings:
        footer += headings
        reasons["footer"] = "; ".join(
            filter(None, (reasons.get("footer"), "rows among the records begin with these words"))
        )
        unsure.append(
            "rows among the records that begin with "
            f"{', '.join(map(repr, headings))} have few filled cells, so footer has these "
            "words: see that the rows are headings or totals"
        )
    if others:
        unsure.append(
            f"{others} row(s) among the records have few filled cells: if they are headings or "
            "totals, write with which words they begin into footer"
        )
    return replace(layout, footer=footer, reasons=reasons, unsure=tuple(unsure))


def _sample_lines(text: bytes) -> list[str]:
    sample = text[:_SAMPLE_BYTES].decode(errors="ignore")
    return sample.splitlines(keepends=True)[:_SAMPLE_LINES]


def _read_text(data: bytes) -> tuple[CellText, Layout]:
    text, encoding, reason = find_encoding(data, is_json=False)
    named = _SEPARATOR.match(text)
    text = text[named.end() :] if named else text
    lines = _sample_lines(text)
    delimiter, share = (named[1].decode(), 1.0) if named else _find_delimiter(lines)
    layout = Layout("text", encoding, delimiter, _find_quote(lines, delimiter))
    reasons = {
        "encoding": reason,
        "delimiter": f"{share:.0%} of the first lines have the same number of them",
    }
    layout = replace(layout, reasons=reasons)
    return CellText(text, layout.make_reading_profile()), layout


def _find_delimiter(lines: list[str]) -> tuple[str, float]:
    """The delimiter that most lines have equally often, and their share."""
    best = (",", 0.0, 0.0)
    for delimiter in _DELIMITERS:
        widths: Counter[int] = Counter()
        try:
            widths.update(len(r) for r in csv.reader(lines, delimiter=delimiter) if any(r))
        except csv.Error:
            continue
        wide = [(count, width) for width, count in widths.items() if width > 1]
        if wide:
            count, width = max(wide)
            share = count / widths.total()
            score = share + min(width, 20) / 100
            if score > best[1]:
                best = (delimiter, score, share)
    return best[0], best[2]


def _find_quote(lines: list[str], delimiter: str) -> str:
    """The apostrophe where most lines have a field within two of them, else the usual quote."""
    within = sum(
        any(len(f) > 1 and f[0] == f[-1] == "'" for f in line.strip().split(delimiter))
        for line in lines
    )
    return "'" if lines and 2 * within > len(lines) else '"'


def _read_workbook(data: bytes) -> tuple[CellText, Layout]:
    layout = Layout("workbook")
    try:
        return _read_as_is(data, layout), layout
    except FileFault as fault:
        if fault.fault != "unreadable":
            raise
        found = [_read_sheet(data, name) for name in _list_sheets(data)]
        filled = [each for each in found if each is not None]
        if not filled:
            raise
    size, sent, layout = max(filled, key=lambda each: each[0])
    others = len(filled) - 1
    reasons = {"sheet": f"it has the most cells; {others} other sheet(s) have cells too"}
    remark = f"the workbook has {len(filled)} sheets with cells: {layout.sheet!r} is read"
    if alike := count_alike(sent, [each for _, each, _ in filled if each is not sent]):
        remark += (
            f", and the rows of {count_of(alike, 'other sheet')} with the same header are not: put "
            "all rows on one sheet"
        )
    return sent, replace(layout, reasons=reasons, unsure=(remark,) if size else ())


def _read_as_is(data: bytes, layout: Layout) -> CellText:
    """A sheet whose merged cells stay empty: they may be those of its header."""
    profile = layout.make_reading_profile()
    return read_workbook(data, profile.model_copy(update={"header_row": _NO_ROW}))


def _list_sheets(data: bytes) -> list[str]:
    try:
        return list(fastexcel.read_excel(data).sheet_names)[:_MOST_SHEETS]
    except fastexcel.FastExcelError:
        return []


def _read_sheet(data: bytes, name: str) -> tuple[int, CellText, Layout] | None:
    layout = Layout("workbook", sheet=letters.clean_name(name))
    try:
        sent = _read_as_is(data, layout)
    except FileFault:
        return None
    return len(sent.text), sent, layout


def _read_json(data: bytes) -> tuple[CellText, Layout]:
    text, encoding, reason = find_encoding(data, is_json=True)
    found = find_list(text)
    layout = Layout("json", encoding, records=found.path, reasons={"encoding": reason})
    if layout.records:
        layout.reasons["records"] = "the longest list of objects in it"
    if found.lists_alike:
        remark = (
            f"{count_of(found.records_alike, 'record')} of {count_of(found.lists_alike, 'list')} "
            f"with the same fields are not read beside {layout.records!r}: put all records into "
            "one list"
        )
        layout = replace(layout, unsure=(remark,))
    return read_json(text, layout.make_reading_profile()), layout


def _read_parquet(data: bytes) -> tuple[CellText, Layout]:
    layout = Layout("parquet")
    return read_parquet(data, layout.make_reading_profile()), layout


_READERS = {
    "text": _read_text,
    "workbook": _read_workbook,
    "json": _read_json,
    "parquet": _read_parquet,
}


def _find_in_zip(data: bytes, file_name: str) -> FoundTable:
    """The layout of the largest file in a zip, and the rows of all of them."""
    files = list(list_files(data, Layout("zip").make_reading_profile().limits))
    name, content = max(files, key=lambda each: len(each[1]))
    one = find_table(content, name)
    profile = one.layout.make_reading_profile(tuple(filter(_is_of(one), one.names)))
    rows, own = read_file(data, file_name, profile)
    layout = replace(one.layout, form="zip", form_dates=own.date_formats)
    if len(files) > 1:
        remark = f"the zip holds {len(files)} files: the layout is that of the largest"
        layout = replace(layout, unsure=(*layout.unsure, remark))
    text_rows = TextRows(rows.header, rows.frame.select(pl.all()))
    return FoundTable(layout, one.names, text_rows, one.titles)


def _is_of(table: FoundTable) -> Any:  # noqa: ANN401
    return lambda name: bool(name) and table.names.count(name) == 1
