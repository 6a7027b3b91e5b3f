"""The workbook: what its cells hold, how its sheets are built, in XLSX and ODS."""

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from pipeline.bulletin import Content, data_files
from pipeline.methods import load_all
from pipeline.published_data import resources
from pipeline.tables.comparisons import BREAKDOWNS, FUNNELS, SERIES
from reports.edition import Edition
from reports.language import LANGUAGES, Language, load_texts
from reports.leagues import HEADLINE, read_leagues
from reports.workbook import Workbook, make_workbook
from reports.workbook.ods import write_ods
from reports.workbook.sheets import (
    LONGEST_TEXT,
    Column,
    Link,
    Sheet,
    clean,
    name_sheets,
    publish,
)
from reports.workbook.tables import MOST_ROWS_BESIDE
from reports.workbook.xlsx import write_xlsx
from reports.workbook.xlsx_rows import is_plain

HOSTILE = (
    '=HYPERLINK("http://example.org")', "@SUM(1+1)", "+1", "-1+2", "_x0041_", "A\x1b[31m\u202eB",
    "<b>&amp;", "two  spaces\nand a line", "'", "}}{{ 7 * 7 }}", "<!-- rows 3 -->",
)  # fmt: skip
Cells = list[tuple[object, ...]]


def make_edition(content: Content, code: str = "vi", number: int = 1) -> Edition:
    return Edition(number, content, read_leagues(content, code), Language(code))


def read_xlsx(written: bytes) -> dict[str, Cells]:
    book = openpyxl.load_workbook(BytesIO(written))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def read_ods(written: bytes) -> dict[str, Cells]:
    """The cells as openpyxl reads them: calamine has an empty text for an empty cell."""
    book = CalamineWorkbook.from_filelike(BytesIO(written))
    return {
        name: [
            tuple(None if cell == "" else cell for cell in row)
            for row in book.get_sheet_by_name(name).to_python()
        ]
        for name in book.sheet_names
    }


READERS: dict[str, Callable[[bytes], dict[str, Cells]]] = {"xlsx": read_xlsx, "ods": read_ods}
WRITERS: dict[str, Callable[[Workbook], bytes]] = {"xlsx": write_xlsx, "ods": write_ods}


@pytest.fixture(scope="module")
def full(content: Content) -> Content:
    """The edition with points of official methods, funnels and months of a series."""
    scorecards = load_all().at(content.month).scorecards
    names = [i.name for method in scorecards for i in method.indicators]
    units = content.indices.select("unit_code", "unit_name", "level").unique().sort("unit_code")
    points = pl.concat(
        units.with_columns(
            month=pl.lit(content.month),
            indicator=pl.lit(name),
            value=(pl.int_range(pl.len()) % 7 + place / 3),
            unit=pl.lit("points"),
            method=pl.lit("decision-766"),
        )
        for place, name in enumerate(names)
    )
    by_due = content.rankings.filter(indicator="due_on_time", league="province")
    funnels = by_due.filter(pl.col("value").is_not_null()).select(
        "month", "league", "indicator", "unit_code", "value",
        denominator=pl.lit(412.0), centre=pl.lit(1 / 3), z=pl.col("value") / 7,
        is_outside=pl.lit("worse"),
    )  # fmt: skip
    series = by_due.select(
        "month", "unit_code", "indicator", "value",
        series_month=pl.lit("2026-09"), basis=pl.lit("restated"), is_break=pl.lit(False),
    )  # fmt: skip
    tables = {"funnels": FUNNELS.conform(funnels), "series": SERIES.conform(series)}
    indices = pl.concat([content.indices, content.indices.clear().pipe(_conform, points)])
    return replace(
        content,
        indices=indices,
        scorecards=scorecards,
        comparisons={**content.comparisons, **tables},
    )


def _conform(empty: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([empty, rows.cast({"value": pl.Float64})], how="diagonal")


@pytest.fixture(scope="module", params=LANGUAGES)
def edition(request: pytest.FixtureRequest, full: Content) -> Edition:
    return make_edition(full, request.param)


@pytest.fixture(scope="module")
def book(edition: Edition) -> Workbook:
    return make_workbook(edition)


@pytest.fixture(scope="module", params=WRITERS)
def sheets(request: pytest.FixtureRequest, book: Workbook) -> dict[str, Cells]:
    """The cells of every sheet, as an independent program reads them from the file."""
    return READERS[request.param](WRITERS[request.param](book))


@pytest.fixture(scope="module")
def written(book: Workbook) -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(write_xlsx(book)))


def find_table(cells: Cells, head: str) -> tuple[list[str], Cells]:
    """The heads and the rows of a sheet's table, which begins where `head` is in a row."""
    place = next(n for n, row in enumerate(cells) if head in row)
    return [str(cell) for cell in cells[place]], cells[place + 1 :]


def read_data(content: Content, name: str) -> pl.DataFrame:
    """A table as its data file has it, numbers as numbers."""
    table = next(each.table for each in resources(content.methods) if each.table.name == name)
    return pl.read_csv(data_files(content)[f"data/{name}.csv"], schema=table.schema)


def sort_rows(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return sorted(rows, key=lambda row: tuple(str(cell) for cell in row))


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        (
            "indices",
            ("unit_code", "value", "numerator", "denominator", "lower", "upper", "left_out"),
        ),
        ("rankings", ("unit_code", "value", "rank", "rank_lower", "rank_upper", "tier")),
        ("deliveries", ("sender_code", "rows", "accepted", "rejected", "sha256")),
        ("funnels", ("unit_code", "value", "denominator", "centre", "z", "upper_998")),
        ("series", ("unit_code", "series_month", "value")),
    ],
)
def test_every_number_of_a_table_is_that_of_its_data_file(
    edition: Edition, sheets: dict[str, Cells], name: str, columns: tuple[str, ...]
) -> None:
    text = edition.language.text
    heads, rows = find_table(sheets[text(f"sheet.{name}")], text(f"column.{columns[0]}"))
    places = [heads.index(text(f"column.{column}")) for column in columns]
    data = read_data(edition.content, name)
    if name == "indices":
        own = [each.name for each in edition.content.method.indicators]
        data = data.filter(pl.col("indicator").is_in(own))
    shown = [tuple(row[place] for place in places) for row in rows]
    assert len(shown) == data.height > 0
    # 355 and 355.0 are one number: a spreadsheet has one kind of them.
    as_numbers = [
        tuple(float(c) if isinstance(c, int) else c for c in row)
        for row in data.select(columns).iter_rows()
    ]
    shown = [tuple(float(c) if isinstance(c, int) else c for c in row) for row in shown]
    assert sort_rows(shown) == sort_rows(as_numbers)


def test_every_number_of_a_league_is_that_of_its_data_file(
    edition: Edition, sheets: dict[str, Cells]
) -> None:
    language = edition.language
    heads, rows = find_table(sheets[language.kind("province")], language.text("column.rank"))
    rankings = read_data(edition.content, "rankings").filter(league="province")
    values = {
        (code, name): value
        for code, name, value in read_data(edition.content, "indices")
        .select("unit_code", "indicator", "value")
        .iter_rows()
    }
    lead = rankings.filter(indicator=HEADLINE)
    shown = {row[1]: row for row in rows}
    assert len(rows) == lead.height == 34
    text = language.text
    for name in ("rank", "rank_lower", "rank_upper", "tier", "previous_value", "previous_rank"):
        place = heads.index(text(f"column.{name}"))
        for code, expected in lead.select("unit_code", name).iter_rows():
            assert shown[code][place] == expected, (name, code)
    for indicator in edition.content.method.indicators:
        title = language.short_title(indicator)
        place = next(n for n, head in enumerate(heads) if head.startswith(title))
        for code in lead["unit_code"]:
            assert shown[code][place] == values[code, indicator.name], (indicator.name, code)


def test_categories_stand_in_words(small: Content) -> None:
    code = small.rankings["unit_code"].min()
    rows = pl.DataFrame(
        {
            "month": small.month, "unit_code": code, "indicator": "due_on_time",
            "by": ["applicant", "channel", "procedure", "procedure"],
            "category": ["other", "other", "other", "1.000123"],
            "numerator": [1.0, 2.0, 3.0, 4.0],
        }
    )  # fmt: skip
    comparisons = {**small.comparisons, "breakdowns": BREAKDOWNS.conform(rows)}
    edition = make_edition(replace(small, comparisons=comparisons))
    cells = read_xlsx(write_xlsx(make_workbook(edition)))["Tách theo nhóm hồ sơ"]
    heads, found = find_table(cells, "Nhóm hồ sơ")
    by, category = heads.index("Tách theo"), heads.index("Nhóm hồ sơ")
    assert {(row[by], row[category]) for row in found} == {
        ("Theo đối tượng nộp", "đối tượng khác"),
        ("Theo kênh nộp", "kênh khác"),
        ("Theo thủ tục", "các thủ tục còn lại"),
        ("Theo thủ tục", "thủ tục 1.000123"),
    }


def test_points_of_official_methods_are_those_of_the_data_file(
    edition: Edition, sheets: dict[str, Cells]
) -> None:
    text = edition.language.text
    heads, rows = find_table(sheets[text("sheet.scores")], text("column.unit_code"))
    own = [each.name for each in edition.content.method.indicators]
    data = read_data(edition.content, "indices").filter(~pl.col("indicator").is_in(own))
    assert len(heads) == 2 + data["indicator"].n_unique()
    shown = sorted(value for row in rows for value in row[2:] if value is not None)
    assert shown == sorted(data["value"].drop_nulls())


def test_a_number_is_rounded_as_it_is_published() -> None:
    assert publish(1 / 3) == 0.333333  # six decimals
    assert publish(0.0000005) == 0.000001  # a half goes up
    assert publish(0.1234) == 0.1234
    assert publish(-0.0) == 0
    assert publish(None) is None


def test_a_sheet_has_one_table_marked_with_unique_heads_and_without_empty_rows(
    book: Workbook, written: openpyxl.Workbook
) -> None:
    assert written.sheetnames == [sheet.name for sheet in book.sheets]
    for sheet in book.sheets[1:]:
        found = written[sheet.name]
        (table,) = found.tables.values()
        first, last = (int(row) for row in re.findall(r"\d+", table.ref))
        heads = [cell.value for cell in found[first]]
        assert heads == [column.head for column in sheet.columns]
        assert len({str(head).casefold() for head in heads}) == len(heads), heads
        assert last == found.max_row
        assert first == len(sheet.lines) + 1
        assert all(any(cell.value is not None for cell in row) for row in found.iter_rows())
        assert found.freeze_panes == f"A{first + 1}"
        assert not found.merged_cells.ranges


def test_no_cell_is_a_formula_and_numbers_are_numbers(
    book: Workbook, written: openpyxl.Workbook
) -> None:
    for sheet in book.sheets[1:]:
        found = written[sheet.name]
        for row in found.iter_rows(min_row=len(sheet.lines) + 2):
            for cell, column in zip(row, sheet.columns, strict=True):
                kinds = {"n"} if column.format != "text" else {"s", "n"}
                assert cell.data_type in kinds, cell
                if column.format == "text":
                    assert cell.value is None or isinstance(cell.value, str)


def test_a_document_has_title_language_and_date(book: Workbook, written: openpyxl.Workbook) -> None:
    assert written.properties.title == book.title
    assert written.properties.created.isoformat() == "2026-11-01T00:00:00"  # the end of its month
    assert written.custom_doc_props["Language"].value == book.language
    assert f"<dc:language>{book.language}</dc:language>" in read_part(write_ods(book), "meta.xml")


def read_part(written: bytes, name: str) -> str:
    import zipfile  # noqa: PLC0415

    with zipfile.ZipFile(BytesIO(written)) as parts:
        return parts.read(name).decode()


def test_ods_keeps_the_heads_in_view_and_marks_each_table(book: Workbook) -> None:
    written = write_ods(book)
    with_table = sum(bool(sheet.columns) for sheet in book.sheets)
    content = read_part(written, "content.xml")
    assert content.count("<table:database-range ") == with_table
    assert content.count("<table:table-header-rows>") == with_table
    assert "spanned" not in content
    settings = read_part(written, "settings.xml")
    assert settings.count('"VerticalSplitMode" config:type="short">2<') == with_table


def test_ods_breaks_no_rule_of_the_grammar(book: Workbook, tmp_path: Path) -> None:
    path = tmp_path / "tables.ods"
    path.write_bytes(write_ods(book))
    linter = Path(sys.executable).with_name("odflint")
    found = subprocess.run([linter, path], capture_output=True, text=True, check=False)
    # odflint compares the bytes of an empty comment with an empty text, and takes it for one.
    assert [line for line in found.stdout.splitlines() if "mimetype" not in line] == []


@pytest.mark.parametrize("suffix", WRITERS)
def test_the_same_edition_gives_the_same_bytes(small: Content, suffix: str) -> None:
    first, second = (WRITERS[suffix](make_workbook(make_edition(small))) for _ in range(2))
    assert first == second


def test_rows_written_as_a_whole_are_those_of_xlsxwriter(
    book: Workbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = tuple(Column(head, "points" if head == "b" else "text") for head in "abc")
    rows = [
        (None if n % 3 else HOSTILE[n % 11], None if n % 16 == 0 else n / 3, n if n > 32 else None)
        for n in range(47)
    ]
    odd = Sheet("odd", ("Title", "line"), columns, ((None, None, None), *rows, ("", -1e-7, None)))
    books = (book, replace(book, sheets=(*book.sheets, odd)))
    written = [write_xlsx(each) for each in books]
    monkeypatch.setattr("reports.workbook.xlsx_rows.is_plain", lambda _: False)
    assert [write_xlsx(each) for each in books] == written


def test_a_very_long_text_is_written_by_xlsxwriter() -> None:
    assert is_plain([("x" * 16_000, 1, 0.5, None)])
    assert not is_plain([("x" * 16_001,)])
    assert not is_plain([(Link("a", "a"),)])


@pytest.mark.parametrize("suffix", WRITERS)
def test_hostile_names_stay_text(small: Content, suffix: str) -> None:
    codes = small.indices["unit_code"].unique().sort().to_list()
    for start in range(0, len(HOSTILE), len(codes)):
        names = dict(zip(codes, HOSTILE[start : start + len(codes)], strict=False))
        name = pl.col("unit_code").replace_strict(names, default="Sở")
        marked = replace(
            small,
            indices=small.indices.with_columns(unit_name=name),
            rankings=small.rankings.with_columns(unit_name=name),
        )
        book = make_workbook(make_edition(marked))
        cells = READERS[suffix](WRITERS[suffix](book))
        found = {row[1] for row in find_table(cells["Mọi chỉ số"], "Mã đơn vị")[1]}
        assert {clean(each) for each in names.values()} <= found
        content = WRITERS[suffix](book)
        if suffix == "xlsx":
            for sheet in openpyxl.load_workbook(BytesIO(content)):
                assert "f" not in {cell.data_type for row in sheet.iter_rows() for cell in row}
        else:
            assert "table:formula" not in read_part(content, "content.xml")


def test_a_text_loses_control_characters_and_what_is_too_long() -> None:
    assert clean("A\x1b\x00\u202eB\r\n") == "AB\n"
    assert clean("x" * LONGEST_TEXT) == "x" * LONGEST_TEXT
    assert clean("x" * (LONGEST_TEXT + 1)) == "x" * (LONGEST_TEXT - 1) + "…"


def name_all(names: list[str], taken: tuple[str, ...] = ()) -> list[str]:
    return [sheet.name for sheet in name_sheets([Sheet(n, ("",)) for n in names], taken)]


def test_sheets_have_names_that_a_spreadsheet_accepts() -> None:
    assert name_all(["a/b:c*d?[e]\\f"]) == ["a b c d  e  f"]
    assert name_all(["x" * 31]) == ["x" * 31]
    assert name_all(["x" * 32, "X" * 31]) == ["x" * 31, "X" * 29 + " 2"]
    assert name_all(["Bìa", "history", "''", "\x00"], ("bìa",)) == [
        "Bìa 2",
        "history 2",
        "–",
        "– 2",
    ]


def test_a_table_of_too_many_rows_stays_in_its_data_file(small: Content) -> None:
    def list_sheets(count: int) -> tuple[list[str], list[object]]:
        rows = pl.DataFrame(
            {"unit_code": [f"U{n:05d}" for n in range(count)], "month": "2026-10", "value": 0.5}
        )
        comparisons = {**small.comparisons, "series": SERIES.conform(rows)}
        book = make_workbook(make_edition(replace(small, comparisons=comparisons)))
        contents = [cell for row in book.sheets[1].rows for cell in row]
        return [sheet.name for sheet in book.sheets], contents

    names, contents = list_sheets(MOST_ROWS_BESIDE)
    assert "Theo tháng" in names
    assert "data/series.csv" not in contents
    names, contents = list_sheets(MOST_ROWS_BESIDE + 1)
    assert "Theo tháng" not in names
    assert "data/series.csv" in contents
    assert any("5.001 dòng" in str(each) for each in contents)


def test_contents_lead_to_every_sheet_after_them(book: Workbook) -> None:
    links = [row[0] for row in book.sheets[1].rows if isinstance(row[0], Link)]
    assert [link.sheet for link in links] == [sheet.name for sheet in book.sheets[2:]]
    found = openpyxl.load_workbook(BytesIO(write_xlsx(book)))[book.sheets[1].name]
    targets = [cell.hyperlink.location for row in found for cell in row if cell.hyperlink]
    assert targets == [f"'{link.sheet}'!A1" for link in links]


def test_a_link_to_a_sheet_with_an_apostrophe_leads_to_it() -> None:
    sheets = (
        Sheet("a", ("Title",), (Column("Head"),), ((Link("Bạn's", "Bạn's"),),)),
        Sheet("Bạn's", ("Title",)),
    )
    book = Workbook("Title", "vi", "2026-10", sheets)
    found: Worksheet = openpyxl.load_workbook(BytesIO(write_xlsx(book)))["a"]
    assert found["A3"].hyperlink.location == "'Bạn''s'!A1"
    assert "xlink:href=\"#'Bạn''s'.A1\"" in read_part(write_ods(book), "content.xml")


def test_simulated_data_are_marked_on_every_sheet(simulated: Content) -> None:
    for cells in read_xlsx(write_xlsx(make_workbook(make_edition(simulated)))).values():
        assert "DỮ LIỆU MÔ PHỎNG / SIMULATED DATA" in [row[0] for row in cells[:3]]
    assert make_workbook(make_edition(simulated)).title.startswith("[DỮ LIỆU MÔ PHỎNG")


def test_columns_are_as_wide_as_their_texts_and_words_need() -> None:
    columns = (Column("Mã"), Column("Khoảng hạng: hạng tốt nhất"), Column("Tên"))
    sheet = Sheet("a", ("Title",), columns, (("H01", 1, "x" * 200),))
    # 3 letters are under the least width; a head takes three lines of 26 // 3 + 1; 60 at most.
    assert sheet.widths == [9, 26 // 3 + 1 + 2, 60]


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_published_column_has_a_head_in_words_unlike_the_others_of_its_table(
    content: Content, code: str
) -> None:
    for resource in resources(content.methods):
        names = [n for n in resource.table.names if n not in ("month", "message_vi")]
        unnamed = {"level", "method", "scale", "effective_n", "standard_error", "maximum", "months"}
        unnamed |= {"may_be_best", "band", "rank_set_kind"}
        shown = [name for name in names if name not in unnamed]
        assert {f"column.{name}" for name in shown} <= set(load_texts()), resource.table.name
        heads = [Language(code).text(f"column.{name}") for name in shown]
        assert len({head.casefold() for head in heads}) == len(heads), resource.table.name
        assert f"sheet.{resource.table.name}" in load_texts()
