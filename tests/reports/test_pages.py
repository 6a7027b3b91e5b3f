"""The pages of an edition: complete, well formed, in one language each, the same every time."""

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import PurePosixPath
from posixpath import normpath
from xml.etree import ElementTree

import polars as pl
import pytest

from pipeline.bulletin import Changes, Content
from pipeline.tables import RANKINGS
from pipeline.tables.comparisons import COMPARISONS
from reports.language import load_texts
from reports.site import pages

DOWNLOADS = ("bulletin.pdf", "tables.xlsx", "tables.ods")
PAGES = {"vi": "index.html", "en": "en/index.html"}
LEAGUES = {"vi": "leagues/province.html", "en": "en/leagues/province.html"}
METHODS = {"vi": "method.html", "en": "en/method.html"}
CELLS = {"td", "th"}
ROWS = {*CELLS, "tr"}
PARTS = {*ROWS, "thead", "tbody"}
ITEMS = {"dt", "dd"}
IMPLIED_BY = {
    "li": {"li"}, "/ul": {"li"}, "dt": ITEMS, "dd": ITEMS, "/dl": ITEMS,
    "td": CELLS, "th": CELLS, "/tr": CELLS, "tr": ROWS, "tbody": PARTS, "/tbody": ROWS,
    "/thead": ROWS, "/table": PARTS,
}  # fmt: skip
"""The elements whose end a tag implies."""
for block in (
    "p",
    "h2",
    "h3",
    "ul",
    "ol",
    "dl",
    "div",
    "table",
    "section",
    "details",
    "figure",
    "nav",
):
    IMPLIED_BY.setdefault(block, {"p"})
for whole in ("section", "details", "div"):
    IMPLIED_BY.setdefault(f"/{whole}", {"p"})
VOID = {"meta", "link", "img", "br", "input", "hr"}
PUBLISHED_BESIDE = {
    *(f"data/{name}.csv" for name in ("indices", "rankings", "deliveries", *COMPARISONS)),
    "data/datapackage.json",
    "manifest.json",
    "../index.html",  # the page of all months
    "../en/index.html",
}


class Reader(HTMLParser):
    """Reads a page strictly: every tag is closed in order, or where its end is implied."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"{tag} has an attribute twice"
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        while self.open and self.open[-1] in IMPLIED_BY.get(tag, ()):
            self.open.pop()
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open[-1] in IMPLIED_BY.get(f"/{tag}", ()):
            self.open.pop()
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attrs for name, attrs in self.tags if name == tag]

    @property
    def ids(self) -> list[str]:
        return [attrs["id"] for _, attrs in self.tags if "id" in attrs]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


@pytest.fixture(scope="module")
def edition(content: Content, correction: Changes) -> dict[str, bytes]:
    return pages(content, 2, correction, ["2026-11"])


@pytest.fixture(scope="module")
def readers(edition: dict[str, bytes]) -> dict[str, Reader]:
    return {code: Reader(edition[path].decode()) for code, path in PAGES.items()}


@pytest.fixture(scope="module")
def all_pages(edition: dict[str, bytes]) -> dict[str, dict[str, Reader]]:
    """Every page by its path, by language."""
    pages_read = {p: Reader(text.decode()) for p, text in edition.items() if p.endswith(".html")}
    english = {path: reader for path, reader in pages_read.items() if path.startswith("en/")}
    return {"vi": {p: r for p, r in pages_read.items() if p not in english}, "en": english}


def list_texts(edition: dict[str, bytes]) -> list[tuple[str, str]]:
    """The files that are text; other tests read workbooks and paper as what they are."""
    binary = (".pdf", ".xlsx", ".ods", ".png")
    return [(path, held.decode()) for path, held in edition.items() if not path.endswith(binary)]


@pytest.mark.parametrize("code", PAGES)
def test_every_unit_has_a_page_and_stands_on_the_page_of_its_league(
    content: Content, all_pages: dict[str, dict[str, Reader]], code: str
) -> None:
    folder = "en/" if code == "en" else ""
    of_leagues = " ".join(r.text for p, r in all_pages[code].items() if "leagues/" in p)
    for unit_code, name in content.rankings.select("unit_code", "unit_name").unique().rows():
        named = _name(content, unit_code, name, code)
        assert named in of_leagues
        assert named in all_pages[code][f"{folder}units/{unit_code}.html"].text


def _name(content: Content, unit_code: str, name: str, language: str) -> str:
    """What a page calls a unit: its name in English on the English one, if it has any."""
    names_en = content.register.names_en(content.month) if language == "en" else {}
    return names_en.get(unit_code, name)


def test_a_unit_without_a_name_in_english_keeps_its_own_marked_as_vietnamese(
    content: Content, edition: dict[str, bytes]
) -> None:
    assert content.register.names_en(content.month)["H26"] == "Ha Noi"
    vietnamese, english = (edition[PAGES[code]].decode() for code in ("vi", "en"))
    assert ">Hà Nội</a>" in vietnamese
    assert ">Ha Noi</a>" in english
    assert "Hà Nội" not in english
    league = edition["en/leagues/department-h26.html"].decode()
    department = content.rankings.filter(unit_code="H26.01")["unit_name"][0]
    assert f'<span lang="vi">{department}</span></a> <span class="code">H26.01</span>' in league


@pytest.mark.parametrize("code", PAGES)
def test_codes_of_units_and_names_of_indicators_are_there_to_be_explained(
    content: Content, edition: dict[str, bytes], code: str
) -> None:
    method = edition[METHODS[code]].decode()
    folder = "en/" if code == "en" else ""
    for unit_code in content.rankings["unit_code"].unique():
        page = edition[f"{folder}units/{unit_code}.html"].decode()
        assert f"<code>reform-index explain {unit_code} {content.month} " in page
    for indicator in content.method.indicators:
        assert f"<code>{indicator.name}</code>" in method


@pytest.mark.parametrize("code", PAGES)
def test_units_stand_in_order_of_rank_and_the_unranked_last(
    content: Content, edition: dict[str, bytes], code: str
) -> None:
    page = edition[PAGES[code]].decode()
    page = page[page.index('id="province-table"') :]
    table_of_league = page[page.index("<tbody>") : page.index("</tbody>")]
    shown = re.findall(r'<span class="code">([^<]+)', table_of_league)
    league = content.rankings.filter(league="province", indicator="reform_performance_index")
    in_order = league.sort("rank", pl.col("value").is_null(), "unit_code", nulls_last=True)
    assert shown == in_order["unit_code"].to_list()


@pytest.mark.parametrize("code", PAGES)
def test_every_link_and_picture_leads_to_a_file_of_the_edition(
    edition: dict[str, bytes], all_pages: dict[str, dict[str, Reader]], code: str
) -> None:
    known = set(edition) | PUBLISHED_BESIDE
    for path, reader in all_pages[code].items():
        for tag, attribute in (("a", "href"), ("link", "href"), ("img", "src")):
            for attrs in reader.all(tag):
                target, _, anchor = attrs[attribute].partition("#")
                assert ":" not in target
                file = normpath(PurePosixPath(path).parent / target) if target else path
                assert file in known, (path, attrs[attribute])
                if anchor:
                    assert anchor in all_pages[code][file].ids, (path, attrs[attribute])


@pytest.mark.parametrize("code", PAGES)
def test_an_anchor_stands_once_on_a_page(
    all_pages: dict[str, dict[str, Reader]], code: str
) -> None:
    for path, reader in all_pages[code].items():
        assert len(reader.ids) == len(set(reader.ids)), path


def test_every_chart_is_on_a_page_with_an_alternative_and_a_table_behind_it(
    content: Content, edition: dict[str, bytes], all_pages: dict[str, dict[str, Reader]]
) -> None:
    for code, read in all_pages.items():
        pictures = [attrs for reader in read.values() for attrs in reader.all("img")]
        made = {path.split("/")[-1] for path in edition if path.endswith(f".{code}.svg")}
        assert {attrs["src"].split("/")[-1] for attrs in pictures} == made
        assert all(attrs["alt"] for attrs in pictures)
        league = read[LEAGUES[code]]
        # The leading indicator, its parts, the three rates, the change.
        assert len(league.all("img")) == 4
        ranked = sum(indicator.is_ranked for indicator in content.method.indicators)
        # The league's own table, one for each ranked indicator, one for the rates.
        assert len(league.all("table")) >= 1 + ranked + 1
        for path in read:
            assert all("caption" in part for part in edition[path].decode().split("<table")[1:])


def test_nothing_is_fetched_from_elsewhere_and_the_one_script_is_a_file_of_the_edition(
    edition: dict[str, bytes],
) -> None:
    assert len(edition["site.js"]) < 8 * 1024
    for path, text in list_texts(edition):
        up = "../" * path.count("/")
        assert "<script" not in text.replace(f'<script src="{up}site.js" defer></script>', "")
        assert "@import" not in text
        found = set(re.findall(r"https?://[^\s\"'<>]+", text))
        assert not found - {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}, path


@pytest.mark.parametrize(("code", "other"), [("vi", 1), ("en", 0)])
def test_no_text_of_one_language_stands_on_a_page_of_the_other(
    edition: dict[str, bytes], all_pages: dict[str, dict[str, Reader]], code: str, other: int
) -> None:
    shared = {"page.simulated", "page.other_language"}
    own = 1 - other
    mine = " ".join(forms[own] for forms in load_texts().values())
    # What is marked as of the other language may stand there: a name, a word of the glossary.
    marked = re.compile(r"<span[^>]* lang=[^>]*>[^<]*</span>")
    text = " ".join(Reader(marked.sub("", edition[p].decode())).text for p in all_pages[code])
    for key, forms in load_texts().items():
        longest = max(re.split(r"{\w+}", forms[other]), key=len).strip(" .,:;")
        if key in shared or len(longest) < 12 or longest in mine:
            continue
        assert longest not in text, key


def test_titles_and_formulas_of_indicators_stand_in_the_language_of_the_page(
    content: Content, all_pages: dict[str, dict[str, Reader]]
) -> None:
    readers = {code: all_pages[code][METHODS[code]] for code in PAGES}
    for indicator in content.method.indicators:
        assert indicator.formula_vi in readers["vi"].text
        assert indicator.formula_en not in readers["vi"].text
        assert indicator.formula_en in readers["en"].text
        assert indicator.formula_vi not in readers["en"].text
    assert "Nghị định 61/2018/NĐ-CP, biểu mẫu II.06a" in readers["vi"].text
    assert "Decree" not in readers["vi"].text


def test_simulated_data_are_marked_on_every_page_title_and_chart(
    small: Content, first_edition: Changes
) -> None:
    edition = pages(replace(small, is_simulated=True), 1, first_edition, [])
    for path, text in list_texts(edition):
        if path.endswith(".html"):
            title = re.search("<title>(.*)</title>", text)[1]
            assert "SIMULATED DATA" in title
            assert 'class="simulated"' in text
        if path.endswith(".svg"):
            drawn = re.findall(r"<text[^>]*>([^<]*)</text>", text)
            assert "DỮ LIỆU MÔ PHỎNG / SIMULATED DATA" in drawn


def test_real_data_are_nowhere_marked_as_simulated(edition: dict[str, bytes]) -> None:
    for path, text in list_texts(edition):
        if path != "style.css":
            assert "SIMULATED" not in text
            assert "MÔ PHỎNG" not in text


def test_the_same_content_gives_the_same_bytes_whatever_the_order_of_rows(
    small: Content, first_edition: Changes
) -> None:
    turned = replace(
        small,
        indices=small.indices.reverse(),
        rankings=small.rankings.reverse(),
        deliveries=small.deliveries.reverse(),
        rejected=small.rejected.reverse(),
    )
    assert pages(turned, 2, first_edition, []) == pages(small, 2, first_edition, [])


def test_names_are_escaped_and_never_become_markup(small: Content, first_edition: Changes) -> None:
    code = small.rankings["unit_code"][0]
    name = 'Sở A & <b>B</b> "C"'
    is_one = pl.col("unit_code") == code
    named = [
        pl.when(is_one).then(pl.lit(name)).otherwise("unit_name").alias("unit_name"),
        # A code that the register does not know: it has no name in English.
        pl.when(is_one).then(pl.lit("T1")).otherwise("unit_code").alias("unit_code"),
    ]
    marked = replace(
        small,
        rankings=small.rankings.with_columns(named),
        indices=small.indices.with_columns(named),
    )
    edition = pages(marked, 1, first_edition, [])
    for path in PAGES.values():
        text = edition[path].decode()
        assert "<b>B</b>" not in text
        assert "Sở A &amp; &lt;b&gt;B&lt;/b&gt;" in text
        assert name in Reader(text).text


def test_no_control_character_reaches_a_page_or_a_picture(
    small: Content, first_edition: Changes
) -> None:
    name = "Sở\x1b[31m A\u202e\x00\x07\x9bB\ufffe"
    steered = replace(
        small,
        rankings=small.rankings.with_columns(unit_name=pl.lit(name)),
        indices=small.indices.with_columns(unit_name=pl.lit(name)),
    )
    for path, text in list_texts(pages(steered, 1, first_edition, [])):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ufffe]", text), path
        if path.endswith(".svg"):
            ElementTree.fromstring(text)
        if path == PAGES["vi"]:
            assert "Sở[31m AB" in Reader(text).text


def test_numbers_are_written_the_way_the_language_does(
    content: Content, edition: dict[str, bytes]
) -> None:
    code = content.rankings["unit_code"][0]
    row = content.rankings.filter(unit_code=code, indicator="reform_performance_index").row(
        0, named=True
    )
    english = f"{row['value']:.2f}"
    assert f"<strong>{english}</strong>" in edition["en/index.html"].decode()
    assert f"<strong>{english.replace('.', ',')}</strong>" in edition["index.html"].decode()


def test_missing_and_refused_deliveries_are_named_with_their_cure(
    readers: dict[str, Reader],
) -> None:
    assert "Chưa gửi tệp nào: đặt tệp vào hộp nhận rồi chạy lại tháng này." in readers["vi"].text
    assert "Thiếu cột “NgayHenTra”: thêm cột đó & gửi lại tệp." in readers["vi"].text
    assert "The column “NgayHenTra” is missing: add it & send the file again." in readers["en"].text


def test_rejected_rows_are_counted_by_sender_and_rule_with_their_share(
    readers: dict[str, Reader],
) -> None:
    text = readers["en"].text
    assert "It breaks end_before_receipt." in text
    assert "0.32%" in text  # 4 rows of 1234
    assert "0,32%" in readers["vi"].text


def test_an_edition_says_what_it_changes_and_what_is_stale(readers: dict[str, Reader]) -> None:
    assert "This edition replaces edition 1." in readers["en"].text
    assert "91.2%" in readers["en"].text  # due_on_time was 0.91234
    assert "must be made again: November 2026" in readers["en"].text
    assert "phải lập lại: tháng 11 năm 2026" in readers["vi"].text


def test_a_first_edition_says_so(small: Content, first_edition: Changes) -> None:
    text = Reader(pages(small, 1, first_edition, [])["en/index.html"].decode()).text
    assert "This is the month's first edition." in text


def test_an_edition_of_34_provinces_and_their_departments_stays_under_3_megabytes(
    edition: dict[str, bytes],
) -> None:
    assert max(len(edition[path]) for path in PAGES.values()) < 3_000_000


def test_an_edition_without_any_unit_still_has_its_pages(
    content: Content, first_edition: Changes
) -> None:
    empty = replace(
        content,
        indices=content.indices.clear(),
        rankings=RANKINGS.empty(),
        deliveries=content.deliveries.clear(),
        rejected=content.rejected.clear(),
    )
    edition = pages(empty, 1, first_edition, [])
    names = ("glossary.html", "data.html", "procedures.html", *DOWNLOADS)
    others = [f"{folder}{name}" for folder in ("", "en/") for name in names]
    files = {"style.css", "site.js", "summary.json"}
    assert set(edition) == {*PAGES.values(), *METHODS.values(), *others, *files}
    assert "không có dữ liệu để xếp hạng" in Reader(edition["index.html"].decode()).text
    english = Reader(edition["en/index.html"].decode()).text
    assert "no data to rank any unit by" in english
    assert "Every unit is ranked" not in english


def test_a_league_without_satisfaction_is_still_ranked_and_says_by_what(
    small: Content, first_edition: Changes
) -> None:
    rankings = small.rankings.filter(pl.col("indicator") != "reform_performance_index")
    edition = pages(replace(small, rankings=rankings), 1, first_edition, [])
    for page in (PAGES["en"], LEAGUES["en"]):
        text = Reader(edition[page].decode()).text
        assert "Nobody has the reform performance index" in text
        assert "Ranking by: on time, of the dossiers due in the month" in text


def test_limits_name_their_source_beside_every_ranking(
    small: Content, first_edition: Changes
) -> None:
    is_lead = pl.col("indicator") == "reform_performance_index"
    is_one = pl.col("unit_code") == small.indices["unit_code"].min()
    is_unlimited = pl.col("indicator") == "due_on_time"
    indices = small.indices.with_columns(
        pl.when(is_lead & is_one)
        .then(pl.lit("chance+months"))
        .when(is_lead)
        .then(pl.lit("both"))
        .otherwise("interval_source")
        .alias("interval_source"),
        pl.when(~is_unlimited).then("lower").alias("lower"),
        pl.when(~is_unlimited).then("upper").alias("upper"),
    )
    edition = pages(replace(small, indices=indices), 1, first_edition, [])
    vi, en = (Reader(edition[LEAGUES[code]].decode()).text for code in ("vi", "en"))
    named = "Nguồn biến động của khoảng tin cậy 95%: "
    # Beside the ranking and beside the headline's own table: that of three units, then that of one.
    assert vi.count(f"{named}ngẫu nhiên và chọn mẫu; ngẫu nhiên và khác biệt giữa các tháng.") == 2
    assert en.count("the 95% limits: chance and sampling; chance and months.") == 2
    # Of the three on-time rates one has no limits here.
    assert vi.count(f"{named}ngẫu nhiên.") == 2


def test_of_a_league_over_90_only_the_lead_is_drawn_and_every_indicator_has_its_table(
    long_league: Callable[[int], Content], first_edition: Changes
) -> None:
    edition = pages(long_league(91), 1, first_edition, [])
    reader = Reader(edition["leagues/body-city.html"].decode())
    # The ranking in 3 pictures of up to 45; parts, rates and change in one each.
    assert len(reader.all("img")) == 3 + 3
    assert reader.text.count("Cơ quan số 90 <&> thành phố") >= 10


def _text_of_method(content: Content, changes: Changes, code: str) -> str:
    return Reader(pages(content, 1, changes, [])[METHODS[code]].decode()).text


@pytest.mark.parametrize(
    ("code", "listed", "outside"),
    [
        ("vi", "lịch nghỉ và làm bù của các năm 2021–2026", "được tính dài hơn thực tế"),
        ("en", "worked Saturdays of 2021–2026", "was also counted outside of 2021–2026"),
    ],
)
def test_the_years_whose_days_off_are_known_are_named_and_whether_the_month_leaves_them(
    small: Content, first_edition: Changes, code: str, listed: str, outside: str
) -> None:
    unknown = _text_of_method(small, first_edition, code)
    within = _text_of_method(replace(small, holiday_years=(2021, 2026)), first_edition, code)
    leaving = replace(small, holiday_years=(2021, 2026), exceeds_calendar=True)
    assert listed not in unknown
    assert listed in within
    assert outside not in within
    assert outside in _text_of_method(leaving, first_edition, code)


@pytest.mark.parametrize(
    ("code", "sentences"),
    [
        (
            "vi",
            (
                "hạn đơn vị gửi ghi (NgayHenTraDau)",
                "Điều không thể thấy: hạn đã dời trước khi hồ sơ xuất hiện lần đầu",
                "mỗi khoảng hạng nói về riêng đơn vị của nó, ở độ tin cậy 95%",
                "có thể khác với Cổng Dịch vụ công quốc gia",
                "dưới 30 hồ sơ vẫn được ghi nhưng không xếp hạng",
                "chỉ nhìn khoảng hạng thì chưa thể nói đơn vị nào hơn",
                "không có dấu: dữ liệu chưa cho thấy có thay đổi",
            ),
        ),
        (
            "en",
            (
                "the one that the sender names (NgayHenTraDau)",
                "What cannot be seen: a date that was moved before a dossier was first shown",
                "each set speaks of its own unit, at 95% confidence",
                "it may differ from the national portal's",
                "A rate of fewer than 30 dossiers is shown and not ranked",
                "it cannot be said from the sets alone which unit is better",
                "no mark: the data do not show a change",
            ),
        ),
    ],
)
def test_a_page_claims_no_more_than_its_numbers_bear(
    all_pages: dict[str, dict[str, Reader]], code: str, sentences: tuple[str, ...]
) -> None:
    shown = all_pages[code][LEAGUES[code]].text + all_pages[code][METHODS[code]].text
    for sentence in sentences:
        assert sentence in shown


def test_without_the_rate_of_the_decision_no_sentence_speaks_of_it(
    small: Content, first_edition: Changes
) -> None:
    kept = tuple(i for i in small.method.indicators if i.name != "on_time_766")
    method = small.method.model_copy(update={"indicators": kept})
    without = replace(
        small,
        method=method,
        indices=small.indices.filter(pl.col("indicator") != "on_time_766"),
        rankings=small.rankings.filter(pl.col("indicator") != "on_time_766"),
    )
    assert "national portal" in _text_of_method(small, first_edition, "en")
    assert "national portal" not in _text_of_method(without, first_edition, "en")
