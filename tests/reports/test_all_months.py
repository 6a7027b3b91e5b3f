"""The pages of all months: complete, well formed, in both languages, the same every time."""

import json
import re
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser
from posixpath import normpath
from xml.etree import ElementTree

import polars as pl
import pytest

from pipeline import letters
from pipeline.agencies import Register
from pipeline.bulletin import Changes, Content
from pipeline.edition_history import ChangedDelivery, EditionRecord
from reports.all_months import MOST_MOVERS, make_pages
from reports.all_months.values import MonthEditions
from reports.language import Language
from reports.site import pages
from reports.site.summary import (
    SUMMARY,
    LeagueChange,
    Mover,
    Summary,
    Told,
    UnitEntry,
    read_summary,
)

MONTH, BEFORE = "2026-10", "2026-09"
HOSTILE = '<script>alert("x")</script>\u202e &amp; "\x07'
ATOM = {"": "http://www.w3.org/2005/Atom"}
INDEX = {"vi": "index.html", "en": "en/index.html"}
ARCHIVE = {"vi": "editions.html", "en": "en/editions.html"}


class Links(HTMLParser):
    """The links, sources and ids of a page, and its text."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def record(month: str, number: int, **other: object) -> EditionRecord:
    return replace(EditionRecord(month, number, digest=f"{month} {number}"), **other)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def edition(small: Content, first_edition: Changes) -> dict[str, bytes]:
    return pages(small, 1, first_edition, [])


@pytest.fixture(scope="module")
def summary(edition: dict[str, bytes]) -> Summary:
    found = read_summary(edition[SUMMARY])
    assert found is not None
    return found


@pytest.fixture(scope="module")
def register(small: Content) -> Register:
    return small.register


@pytest.fixture(scope="module")
def months(summary: Summary) -> list[MonthEditions]:
    """Two months; the second was corrected once."""
    former = UnitEntry("H99", "Đơn vị cũ", "Former unit", "", "H99")
    corrected = record(
        MONTH,
        2,
        deliveries=(ChangedDelivery(MONTH, "H26", "dossiers", "replaced"),),
        changed_values=12,
        changed_units=("H26",),
    )
    return [
        MonthEditions(
            BEFORE, (record(BEFORE, 1),), replace(summary, units=(*summary.units, former))
        ),
        MonthEditions(MONTH, (record(MONTH, 1), corrected), summary),
    ]


@pytest.fixture(scope="module")
def made(months: list[MonthEditions], register: Register) -> dict[str, bytes]:
    return make_pages(months, register)


def edition_with(
    month: MonthEditions, number: int, **other: object
) -> tuple[MonthEditions, EditionRecord]:
    changed = record(month.month, number, **other)
    return replace(month, editions=(record(month.month, 1), changed)), changed


def test_there_are_pages_in_both_languages_and_a_feed_in_each(made: dict[str, bytes]) -> None:
    names = ["index.html", "editions.html", "feed.xml"]
    names += [f"editions/{month}/index.html" for month in (BEFORE, MONTH)]
    english = {
        "en/index.html", "en/editions.html", "en/feed.xml",
        "editions/2026-09/en/index.html", "editions/2026-10/en/index.html",
    }  # fmt: skip
    assert set(made) == {*names, *english, "style.css", "find.js"}


def test_every_link_leads_to_a_file_and_every_anchor_to_an_id(
    made: dict[str, bytes], edition: dict[str, bytes]
) -> None:
    published = dict(made)
    for folder in (BEFORE, MONTH, f"editions/{BEFORE}/1", f"editions/{MONTH}/1"):
        published |= {f"{folder}/{path}": content for path, content in edition.items()}
    published |= {f"editions/{MONTH}/2/{path}": content for path, content in edition.items()}
    former = {f"{BEFORE}/{folder}units/H99.html" for folder in ("", "en/")}
    seen = 0
    for origin, page in made.items():
        if not origin.endswith(".html"):
            continue
        for target in Links(page).links:
            path, _, anchor = target.partition("#")
            place = normpath(f"{origin}/../{path}") if path else origin
            assert place in published or place in former, (origin, target)
            if anchor and place.endswith(".html"):
                assert anchor in Links(published[place]).ids, (origin, target)
            seen += 1
    assert seen > 50


def test_pages_of_an_edition_lead_to_them_where_they_are_read_by_month_and_by_number(
    made: dict[str, bytes], edition: dict[str, bytes]
) -> None:
    for path, target, language in (
        ("index.html", "../index.html", "vi"),
        ("en/units/H01.html", "../../../en/index.html", "en"),
    ):
        assert target in Links(edition[path]).links
        assert normpath(f"{MONTH}/{path}/../{target}") == INDEX[language]
        by_number = normpath(f"editions/{MONTH}/1/{path}/../{target}")
        assert by_number.startswith(f"editions/{MONTH}/")
        assert by_number in made


@pytest.mark.parametrize("code", INDEX)
def test_a_page_says_its_language_and_leads_to_the_other_one(
    made: dict[str, bytes], code: str
) -> None:
    other = "en" if code == "vi" else "vi"
    for path, page in made.items():
        if path.endswith(".html") and (("en/" in path) == (code == "en")):
            assert f'<html lang="{code}">' in page.decode()
            (target,) = re.findall(r'class="language" href="([^"]+)"', page.decode())
            there = made[normpath(f"{path}/../{target}")].decode()
            assert f'<html lang="{other}">' in there


@pytest.mark.parametrize("code", INDEX)
def test_the_index_has_what_stands_out_in_the_newest_month_and_all_months(
    made: dict[str, bytes], summary: Summary, code: str
) -> None:
    page = Links(made[INDEX[code]])
    assert summary.told[code].highlights
    for sentence in summary.told[code].highlights:
        assert sentence in page.text
    folder = "en/" if code == "en" else ""
    prefix = "../" if code == "en" else ""
    for month in (MONTH, BEFORE):
        assert f"{prefix}{month}/{folder}index.html" in page.links


def test_the_newest_month_comes_first(made: dict[str, bytes]) -> None:
    text = Links(made["editions.html"]).text
    assert text.index("tháng 10 năm 2026") < text.index("tháng 9 năm 2026")


def test_every_unit_stands_in_the_list_with_the_page_of_its_newest_month(
    made: dict[str, bytes], summary: Summary, edition: dict[str, bytes]
) -> None:
    page = Links(made["en/index.html"])
    assert len(summary.units) == 4
    for unit in summary.units:
        assert f"../{MONTH}/en/units/{unit.stem}.html" in page.links
        assert f"../{BEFORE}/en/units/{unit.stem}.html" not in page.links
        assert f"units/{unit.stem}.html" in edition
        assert unit.name_en in page.text
    assert f"../{BEFORE}/en/units/H99.html" in page.links
    assert "Former unit H99 until 09/2026" in page.text


def test_units_are_grouped_below_the_agency_above_them(register: Register) -> None:
    units = (
        UnitEntry("H26", "Hà Nội", "Ha Noi", "", "H26"),
        UnitEntry("H26.02", "Sở Y tế", "Sở Y tế", "H26", "H26.02"),
        UnitEntry("H26.01", "Sở Xây dựng", "Construction", "H26", "H26.01"),
    )
    month = MonthEditions(MONTH, (record(MONTH, 1),), Summary(units=units))
    page = make_pages([month], register)["en/index.html"].decode()
    below = page.partition('data-above="Ha Noi"')[2]
    assert below.index("Construction") < below.index("Sở Y tế")
    # A name that is not English is marked as what it is, for who hears the page.
    assert 'H26.02.html" lang="vi">Sở Y tế' in below
    assert 'H26.01.html">Construction' in below


def test_who_improved_and_who_fell_is_named_and_linked(
    small: Content, first_edition: Changes, register: Register
) -> None:
    changed = small.rankings.with_columns(
        change=pl.when(pl.col("unit_code") == "H01").then(pl.lit("better")).cast(pl.String)
    )
    changed = changed.with_columns(
        previous_value=pl.when(pl.col("unit_code") == "H01")
        .then(pl.col("value") - 1.5)
        .otherwise("previous_value")
    )
    content = replace(small, rankings=changed)
    summary = read_summary(pages(content, 1, first_edition, [])[SUMMARY])
    assert summary is not None
    (change,) = summary.told["en"].changes
    # 84.10 - (84.10 - 1.5) = 1.5 points, and more is better.
    assert [(mover.code, mover.change) for mover in change.better] == [("H01", "+1.50")]
    assert change.worse == ()
    month = MonthEditions(MONTH, (record(MONTH, 1),), summary)
    page = make_pages([month], register)["en/index.html"].decode()
    assert f'<a href="../{MONTH}/en/units/H01.html">An Giang</a> (+1.50)' in page


@pytest.mark.parametrize(("count", "rest"), [(MOST_MOVERS, ""), (MOST_MOVERS + 1, "and 1 other")])
def test_of_many_that_moved_the_first_are_named_and_the_others_counted(
    register: Register, count: int, rest: str
) -> None:
    movers = tuple(Mover(f"X{n}", f"Unit {n}.", "+1") for n in range(count))
    change = LeagueChange("Provinces", "index", True, better=movers)
    told = {"en": Told(("Something.",), (change,))}
    month = MonthEditions(MONTH, (record(MONTH, 1),), Summary(told))
    text = Links(make_pages([month], register)["en/index.html"]).text
    assert f"Unit {MOST_MOVERS - 1}." in text
    assert f"Unit {MOST_MOVERS}." not in text
    assert ("and 1 other" in text) == bool(rest)


def test_a_league_that_cannot_be_compared_says_so(register: Register) -> None:
    told = {"en": Told(("Something.",), (LeagueChange("Provinces", "index", False),))}
    month = MonthEditions(MONTH, (record(MONTH, 1),), Summary(told))
    text = Links(make_pages([month], register)["en/index.html"]).text
    assert "There is no value of the month before to compare with." in text


def test_senders_that_no_longer_send_are_named_against_the_month_before_alone(
    register: Register, summary: Summary
) -> None:
    def text(*missing: tuple[str, tuple[str, ...]]) -> str:
        shown = [
            MonthEditions(month, (record(month, 1),), replace(summary, missing=codes))
            for month, codes in missing
        ]
        return Links(make_pages(shown, register)["en/index.html"]).text

    both = text((BEFORE, ("H01", "H02")), (MONTH, ("H02", "H26")))
    assert "Sent nothing this month, but did the month before Ha Noi (H26)" in both
    assert "Send again An Giang (H01)" in both
    # August is not the month before October: what changed since is not known.
    assert "Sent nothing this month" not in text(("2026-08", ("H01",)), (MONTH, ("H26",)))


def test_a_month_without_a_summary_is_listed_all_the_same(register: Register) -> None:
    made = make_pages([MonthEditions(MONTH, (record(MONTH, 1),))], register)
    page = Links(made["en/index.html"])
    assert "This edition has no summary that can be read" in page.text
    assert f"../{MONTH}/en/index.html" in page.links
    assert "form" not in page.tags
    assert "script" not in page.tags


def test_the_summary_of_an_edition_reads_as_it_was_written(
    small: Content, summary: Summary
) -> None:
    assert {unit.code for unit in summary.units} == set(small.indices["unit_code"])
    assert set(summary.told) == {"vi", "en"}
    missing = small.deliveries.filter(status="missing")["sender_code"]
    assert summary.missing == tuple(missing)


@pytest.mark.parametrize("broken", [b"", b"{", b"[]", b'{"told": {}}', b'{"told": 1}', b"\xff"])
def test_a_summary_that_is_none_is_none(broken: bytes) -> None:
    assert read_summary(broken) is None


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            {"deliveries": (ChangedDelivery(MONTH, "H26", "dossiers", "replaced"),)},
            "Hà Nội (H26) gửi lại tệp hồ sơ của tháng này, thay tệp đã gửi.",
        ),
        (
            {"deliveries": (ChangedDelivery(MONTH, "H26", "ratings", "withdrawn"),)},
            "Hà Nội (H26) rút lại tệp phiếu đánh giá của tháng này.",
        ),
        (
            {"deliveries": (ChangedDelivery(MONTH, "H26", "", "added"),)},
            "Hà Nội (H26) gửi bổ sung tệp chưa rõ loại của tháng này.",
        ),
        (
            {
                "deliveries": (
                    ChangedDelivery("2026-08", "H26", "dossiers", "added"),
                    ChangedDelivery("2026-09", "H01", "ratings", "added"),
                )
            },
            "An Giang (H01) và Hà Nội (H26) gửi bổ sung tệp của các tháng trước "
            "(08/2026, 09/2026).",
        ),
        ({"other_causes": ("register",)}, "Danh mục cơ quan, đơn vị đã thay đổi."),
        ({}, "nguyên nhân có thể là lịch làm việc hoặc chính chương trình."),
        (
            {"changed_values": 3, "changed_units": ("H26", "XX")},
            "3 giá trị chỉ số thay đổi, của: Hà Nội (H26) và XX.",
        ),
        ({"changed_values": 0}, "Không giá trị nào thay đổi."),
        (
            {"altered_before": ("data/indices.csv",)},
            "Ấn bản 1 bị sửa đổi sau khi công bố (data/indices.csv)",
        ),
        ({"altered_before": tuple("abcdefg")}, "(a, b, c, d, e, f, …)"),
    ],
)
def test_the_archive_says_what_an_edition_changed_and_whose_export_did_it(
    months: list[MonthEditions], register: Register, changed: dict[str, object], sentence: str
) -> None:
    month, _ = edition_with(months[-1], 2, **changed)
    assert sentence in Links(make_pages([month], register)["editions.html"]).text


def test_many_changed_units_are_counted(months: list[MonthEditions], register: Register) -> None:
    codes = tuple(f"X{n:02d}" for n in range(9))
    month, _ = edition_with(months[-1], 2, changed_values=9, changed_units=codes)
    text = Links(make_pages([month], register)["en/editions.html"]).text
    # 9 - 5 = 4 are not named.
    assert "those of X00, X01, X02, X03, X04 and 4 others." in text


@pytest.mark.parametrize(
    ("fault", "words", "is_linked"),
    [
        ("altered", "This edition is not as it was published", True),
        ("missing", "Files of this edition are missing", False),
        ("unreadable", "This edition cannot be read.", False),
    ],
)
def test_an_edition_with_a_fault_is_named_and_linked_only_where_it_is_there(
    months: list[MonthEditions], register: Register, fault: str, words: str, is_linked: bool
) -> None:
    broken = replace(record(MONTH, 1), fault=fault, digest="")
    month = replace(months[-1], editions=(broken, record(MONTH, 2)))
    page = Links(make_pages([month], register)["en/editions.html"])
    assert words in page.text
    assert (f"../editions/{MONTH}/1/en/index.html" in page.links) == is_linked


def test_an_altered_edition_in_force_is_named_on_the_index(
    months: list[MonthEditions], register: Register
) -> None:
    altered = replace(record(MONTH, 1), fault="altered")
    made = make_pages([replace(months[-1], editions=(altered,))], register)
    assert "Do not rely on its numbers." in Links(made["en/index.html"]).text


@pytest.mark.parametrize("is_simulated", [True, False])
def test_simulated_data_are_marked_on_every_page_and_entry(
    months: list[MonthEditions], register: Register, is_simulated: bool
) -> None:
    marked = [
        replace(
            month,
            editions=tuple(replace(e, is_simulated=is_simulated) for e in month.editions),
        )
        for month in months
    ]
    for path, content in make_pages(marked, register).items():
        if path.endswith(".html"):
            assert ('<aside class="simulated"' in content.decode()) == is_simulated
        if path.endswith(".xml"):
            titles = [
                each.text or ""
                for each in ElementTree.fromstring(content).iter(f"{{{ATOM['']}}}title")
            ]
            assert len(titles) == 4
            assert all(("SIMULATED DATA" in title) == is_simulated for title in titles)


@pytest.mark.parametrize("code", ["vi", "en"])
def test_the_feed_is_atom_with_an_entry_for_each_edition(made: dict[str, bytes], code: str) -> None:
    folder = "en/" if code == "en" else ""
    root = ElementTree.fromstring(made[f"{folder}feed.xml"])
    assert root.tag == f"{{{ATOM['']}}}feed"
    for required in ("id", "title", "updated", "author/name"):
        assert root.findtext(required, "", ATOM)
    entries = root.findall("entry", ATOM)
    assert len(entries) == 3
    ids = [entry.findtext("id", "", ATOM) for entry in (root, *entries)]
    assert len(set(ids)) == 4
    assert all(re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", i) for i in ids)
    for entry in entries:
        assert datetime.fromisoformat(entry.findtext("updated", "", ATOM)).utcoffset()
        (link,) = entry.findall("link", ATOM)
        place = normpath(f"{folder}{link.attrib['href']}")
        assert re.fullmatch(rf"editions/2026-\d\d/\d/{folder}index.html", place)


def test_an_entry_is_dated_by_the_last_second_of_its_month(made: dict[str, bytes]) -> None:
    root = ElementTree.fromstring(made["feed.xml"])
    dates = [entry.findtext("updated", "", ATOM) for entry in root.findall("entry", ATOM)]
    assert dates == [*["2026-10-31T23:59:59+07:00"] * 2, "2026-09-30T23:59:59+07:00"]
    assert root.findtext("updated", "", ATOM) == dates[0]


def test_an_edition_that_cannot_be_read_is_no_news(
    months: list[MonthEditions], register: Register
) -> None:
    broken = replace(record(MONTH, 1), fault="unreadable", digest="")
    month = replace(months[-1], editions=(broken, record(MONTH, 2)))
    for shown in ([month], [replace(month, editions=(broken,))]):
        feed = ElementTree.fromstring(make_pages(shown, register)["feed.xml"])
        known = [each for each in shown[0].editions if each.digest]
        assert len(feed.findall("entry", ATOM)) == len(known)


def test_an_earlier_month_that_is_published_later_leaves_the_ids_of_entries(
    months: list[MonthEditions], register: Register
) -> None:
    def ids(shown: list[MonthEditions]) -> list[str]:
        feed = ElementTree.fromstring(make_pages(shown, register)["feed.xml"])
        return [entry.findtext("id", "", ATOM) for entry in feed.findall("entry", ATOM)]

    assert ids(months)[: len(months[-1].editions)] == ids(months[1:])


def test_the_same_arguments_give_the_same_bytes(
    months: list[MonthEditions], register: Register, made: dict[str, bytes]
) -> None:
    assert make_pages(months, register) == made
    assert make_pages(months[::-1], register) == made


def hostile_month() -> MonthEditions:
    """A month in which every text is an attack."""
    mover = Mover(HOSTILE, HOSTILE, HOSTILE)
    told = Told((HOSTILE,), (LeagueChange(HOSTILE, HOSTILE, True, (mover,), (mover,)),))
    summary = Summary(
        {"vi": told, "en": told},
        (UnitEntry(HOSTILE, HOSTILE, HOSTILE, HOSTILE, "unit"),),
        (HOSTILE,),
    )
    corrected = record(
        MONTH,
        2,
        deliveries=(
            ChangedDelivery(MONTH, HOSTILE, HOSTILE, "added"),
            ChangedDelivery(BEFORE, HOSTILE, HOSTILE, "replaced"),
        ),
        changed_values=1,
        changed_units=(HOSTILE,),
        altered_before=(HOSTILE,),
    )
    return MonthEditions(MONTH, (record(MONTH, 1), corrected), summary)


def test_nothing_that_a_name_holds_becomes_markup_or_steers_the_order_of_letters(
    months: list[MonthEditions], register: Register, summary: Summary
) -> None:
    before = replace(months[0], summary=summary)
    clean = make_pages(months, register)
    for path, content in make_pages([before, hostile_month()], register).items():
        text = content.decode()
        assert "\u202e" not in text
        assert "\x07" not in text
        if path.endswith(".html"):
            page = Links(content)
            assert "alert" not in " ".join(page.links)
            assert page.tags.count("script") == Links(clean[path]).tags.count("script"), path
        if path.endswith(".xml"):
            assert 'alert("x")' in "".join(ElementTree.fromstring(content).itertext())


def test_hostile_names_in_an_edition_come_through_its_summary_as_text(
    small: Content, first_edition: Changes
) -> None:
    def spoil(frame: pl.DataFrame) -> pl.DataFrame:
        is_first = pl.col("unit_code") == "H01"
        return frame.with_columns(
            unit_name=pl.when(is_first).then(pl.lit(HOSTILE)).otherwise("unit_name")
        )

    content = replace(small, indices=spoil(small.indices), rankings=spoil(small.rankings))
    written = pages(content, 1, first_edition, [])[SUMMARY]
    assert json.loads(written)
    summary = read_summary(written)
    assert summary is not None
    assert summary.units[0].name_vi == letters.without_steering(HOSTILE) != HOSTILE


def test_numbers_of_days_and_months_are_written_as_the_language_does(
    made: dict[str, bytes],
) -> None:
    assert Language("vi").short_month(BEFORE) in Links(made["index.html"]).text
    assert "Tháng 10 năm 2026" in Links(made["index.html"]).text
    assert "October 2026" in Links(made["en/index.html"]).text


def test_a_page_loads_nothing_but_its_style_and_its_finder(made: dict[str, bytes]) -> None:
    for path, content in made.items():
        if path.endswith(".html"):
            loaded = re.findall(r'(?:src|stylesheet" href)="([^"]+)"', content.decode())
            assert {normpath(f"{path}/../{each}") for each in loaded} <= {"style.css", "find.js"}
            assert "http" not in content.decode()
