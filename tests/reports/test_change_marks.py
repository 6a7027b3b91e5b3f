"""Every mark of change in one table, and the sentences that say what was compared."""

import html
import json
import re
from dataclasses import replace

import polars as pl
import pytest

from pipeline.bulletin import Changes, Content
from pipeline.edition_history import EditionRecord
from reports.all_months import make_pages
from reports.all_months.values import MonthEditions
from reports.change_marks import ChangeMarks, write_marks
from reports.goals import count_reached, describe
from reports.language import Language
from reports.leagues import HEADLINE, Standing, read_leagues
from reports.site import pages
from reports.site.summary import SUMMARY, read_summary
from reports.targets import Target

from .conftest import keep_units

MONTH = "2026-10"
VI, EN = Language("vi"), Language("en")
PLACES = {"vi": "index.html", "en": "en/index.html"}


@pytest.fixture(scope="module")
def marked(content: Content) -> Content:
    """The edition with more marks: Hà Nội and all of its departments are better by 5 points."""
    is_moved = (pl.col("indicator") == HEADLINE) & pl.col("unit_code").str.starts_with("H26")
    rankings = content.rankings.with_columns(
        change=pl.when(is_moved & pl.col("value").is_not_null())
        .then(pl.lit("better"))
        .otherwise("change"),
        previous_value=pl.when(is_moved).then(pl.col("value") - 5).otherwise("previous_value"),
    )
    return replace(content, rankings=rankings)


@pytest.fixture(scope="module")
def edition(marked: Content, first_edition: Changes) -> dict[str, bytes]:
    return pages(marked, 1, first_edition, [])


def marks_of(content: Content, language: Language = EN) -> ChangeMarks:
    return write_marks(content, read_leagues(content, language.code), language)


def list_rows(page: str) -> list[list[str]]:
    """The rows of the table of marks, each the texts of its cells."""
    table = page[page.index('<table class="marks">') :]
    table = table[: table.index("</table>")]
    rows = re.findall(r"<tr.*?</tr>", table, re.DOTALL)
    cells = [re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[re.sub("<.*?>", "", cell).strip() for cell in row] for row in cells]


@pytest.mark.parametrize("code", PLACES)
def test_the_table_has_every_mark_of_the_data_and_no_other(
    marked: Content, edition: dict[str, bytes], code: str
) -> None:
    language = Language(code)
    titles = {each.name: language.short_title(each) for each in marked.method.indicators}
    rows = marked.rankings.filter(pl.col("change").is_not_null())
    wanted = sorted(
        (row["unit_code"], language.text(f"marks.{row['change']}"), titles[row["indicator"]])
        for row in rows.iter_rows(named=True)
    )
    cells = [row for row in list_rows(edition[PLACES[code]].decode())[1:] if len(row) > 1]
    shown = sorted((row[0].split()[-1], row[1], row[3]) for row in cells)
    assert shown == wanted
    assert len(shown) > 5


def test_a_mark_has_its_change_with_the_unit_of_measure(marked: Content) -> None:
    marks = {
        (mark.code, mark.indicator): mark
        for group in marks_of(marked).groups
        for mark in group.marks
    }
    titles = {each.name: each for each in marked.method.indicators}
    rows = marked.rankings.filter(pl.col("change").is_not_null())
    words = {"share": "percentage points", "points": "points", "days": "days"}
    for row in rows.iter_rows(named=True):
        indicator = titles[row["indicator"]]
        change = row["value"] - row["previous_value"]
        written = f"{EN.difference(change, indicator)} {words[indicator.unit]}"
        assert marks[row["unit_code"], EN.short_title(indicator)].change == written


def test_marks_stand_under_the_agency_at_the_top_its_own_first(marked: Content) -> None:
    groups = marks_of(marked).groups
    assert [group.code for group in groups] == sorted(group.code for group in groups)
    for group in groups:
        codes = [mark.code for mark in group.marks]
        assert {code.partition(".")[0] for code in codes} == {group.code}
        assert codes == sorted(codes, key=lambda code: (code != group.code, code))
    (of_ha_noi,) = (group for group in groups if group.code == "H26")
    assert of_ha_noi.name == "Ha Noi"
    assert of_ha_noi.marks[0].name == "Ha Noi"
    assert len(of_ha_noi.marks) > 5


def test_the_sentences_say_how_much_was_compared_and_what_chance_may_mark(
    marked: Content,
) -> None:
    errors = marked.indices.select("unit_code", "indicator", "standard_error")
    compared = marked.rankings.join(errors, on=["unit_code", "indicator"]).filter(
        pl.all_horizontal(pl.col("value", "previous_value", "standard_error").is_not_null())
    )
    groups = compared.select("league", "indicator").n_unique()
    rows = marked.rankings.filter(pl.col("change").is_not_null())
    counted, tested, by_chance = marks_of(marked).sentences
    assert counted.startswith(f"In all leagues and by all indicators, {rows.height} values")
    better = rows.filter(change="better").height
    assert f"{better} are better and {rows.height - better} are worse" in counted
    assert tested.startswith(f"{compared.height:,} values can be compared with last month")
    assert f"in {groups} groups" in tested
    assert "is 5.0% at most" in tested
    # Holm keeps one group at 5 %; the mean over all groups is the sum of these.
    assert f"up to about {0.05 * groups:.1f} of the {groups} groups" in by_chance
    assert f"number {rows.select('league', 'indicator').n_unique()}." in by_chance


def test_without_a_mark_the_page_says_so_and_how_much_was_compared(marked: Content) -> None:
    same = replace(marked, rankings=marked.rankings.with_columns(change=pl.lit(None, pl.String)))
    marks = marks_of(same)
    assert marks.groups == ()
    assert marks.sentences[0] == EN.text("marks.none")
    assert "this month the groups with a mark number 0." in marks.sentences[2]


def test_where_nothing_can_be_compared_nothing_is_said(marked: Content) -> None:
    first_month = marked.rankings.with_columns(
        previous_value=pl.lit(None, pl.Float64), change=pl.lit(None, pl.String)
    )
    assert marks_of(replace(marked, rankings=first_month)) == ChangeMarks()


@pytest.mark.parametrize("code", PLACES)
def test_the_start_page_has_the_same_table_with_links_to_the_pages_of_units(
    marked: Content, edition: dict[str, bytes], code: str
) -> None:
    summary = read_summary(edition[SUMMARY])
    assert summary is not None
    month = MonthEditions(MONTH, (EditionRecord(MONTH, 1, digest="1"),), summary)
    page = make_pages([month], marked.register)[PLACES[code]].decode()
    assert list_rows(page) == list_rows(edition[PLACES[code]].decode())
    marks = summary.told[code].marks
    assert marks == marks_of(marked, Language(code))
    up, folder = ("../", "en/") if code == "en" else ("", "")
    for group in marks.groups:
        for mark in group.marks:
            assert f'<a href="{up}{MONTH}/{folder}units/{mark.code}.html"' in page
    for sentence in marks.sentences:
        assert html.escape(sentence) in page.replace("&#39;", "&#x27;")


def test_no_unit_is_said_of_the_units_that_were_compared(
    marked: Content, first_edition: Changes
) -> None:
    provinces = keep_units(marked, ["province"])
    none = pl.when(pl.col("indicator") != HEADLINE)
    same = replace(provinces, rankings=provinces.rankings.with_columns(change=none.then("change")))
    summary = read_summary(pages(same, 1, first_edition, [])[SUMMARY])
    month = MonthEditions(MONTH, (EditionRecord(MONTH, 1, digest="1"),), summary)
    page = make_pages([month], marked.register)["index.html"].decode()
    # 34 provinces, three of them without a value.
    assert "Đã so sánh 31 đơn vị của bảng này theo chỉ số kết quả cải cách." in page
    assert page.count("không đơn vị nào trong 31 đơn vị này") == 2


def test_a_summary_of_an_earlier_version_has_no_marks_and_reads_all_the_same(
    edition: dict[str, bytes],
) -> None:
    written = json.loads(edition[SUMMARY])
    for told in written["told"].values():
        del told["marks"]
        for change in told["changes"]:
            del change["compared"]
    summary = read_summary(json.dumps(written).encode())
    assert summary is not None
    assert summary.told["vi"].marks == ChangeMarks()
    assert summary.told["vi"].highlights


GOAL = Target(2030, 90.0, "Nghị quyết", "Resolution", "open")


@pytest.mark.parametrize(
    ("value", "lower", "upper", "counted"),
    [
        (92.0, 90.0, 94.0, (1, 0, 0)),
        (92.0, 89.9, 94.0, (0, 0, 1)),
        (88.0, 86.0, 89.9, (0, 1, 0)),
        (88.0, 86.0, 90.0, (0, 0, 1)),
        (95.0, None, None, (0, 0, 1)),
        (None, None, None, (0, 0, 0)),
    ],
)
def test_a_target_is_reached_only_where_all_of_the_limits_reach_it(
    value: float | None, lower: float | None, upper: float | None, counted: tuple[int, int, int]
) -> None:
    assert count_reached((Standing("H01", "", value, lower, upper),), GOAL) == counted


def test_the_front_page_says_how_many_units_reach_each_target(
    marked: Content, edition: dict[str, bytes]
) -> None:
    page = edition["en/index.html"].decode()
    (league,) = read_leagues(marked, "en").featured
    sentences = describe(marked, league, EN)
    rows = marked.rankings.filter(
        pl.col("value").is_not_null(), league="province", indicator="satisfaction_index"
    ).join(marked.indices, on=["unit_code", "indicator"])
    met = rows.filter(pl.col("lower") >= 90).height
    missed = rows.filter(pl.col("upper") < 90).height
    assert f"{met} clearly reach it" in sentences[0] or f"{met} clearly reaches it" in sentences[0]
    assert f"{missed} clearly do not" in sentences[0]
    assert f"of {rows.height - met - missed} it cannot be told" in sentences[0]
    assert "Resolution 76/NQ-CP of 15 July 2021" in sentences[0]
    assert EN.text("goals.no_timeliness") in sentences
    for sentence in sentences:
        assert f"<li>{sentence}</li>" in page


def test_rejected_rows_are_added_up_by_sender_and_by_rule(edition: dict[str, bytes]) -> None:
    page = edition["en/index.html"].decode()
    tables = [
        re.findall(r"<t[hd].*?>(.*?)</t[hd]>", table, re.DOTALL)
        for table in re.findall(r"<table>(.*?)</table>", page, re.DOTALL)
        if "<caption>Rejected rows" in table
    ]
    senders, rules = ([re.sub("<.*?>", "", cell).strip() for cell in table] for table in tables)
    # An Giang has 4 rejected rows of 1,234, Bắc Ninh 1: the one with most comes first.
    reason = "It breaks end_before_receipt."
    assert senders[5:15] == [
        "An Giang H01", "1,234", "4", "0.32%", reason,
        "Bac Ninh H05", "1,234", "1", "0.08%", "It breaks no_due_date.",
    ]  # fmt: skip
    assert senders[15:19] == ["All senders with rejected rows", "2,468", "5", "0.20%"]
    assert rules[5:] == [
        reason, "dossiers", "4", "1", "end_before_receipt",
        "It breaks no_due_date.", "dossiers", "2", "2", "no_due_date",
    ]  # fmt: skip
    # The boxes by sender are in the same order.
    assert page.index("An Giang: 4 rows rejected") < page.index("Bac Ninh: 1 row rejected")
