"""The findings on the page of a unit: what stands out, a reason to ask and never an accusation."""

import re
from dataclasses import replace
from html import unescape

import polars as pl
import pytest

from pipeline.bulletin import Changes, Content
from pipeline.tables import OF_RATINGS, PUBLISHED_FINDINGS
from pipeline.tables.comparisons import COMPARISONS
from reports.findings import MOST_KINDS, FindingsSummary, summarize_findings
from reports.language import Language, load_texts
from reports.leagues import read_leagues
from reports.site import pages
from reports.site.unit_findings import MOST_LINES, read_findings

MONTH = "2026-10"
ROW = {
    "month": MONTH,
    "unit_code": "H01",
    "finding": "ended_on_day_off",
    "count": 1204,
    "denominator": 2408,
    "share": 0.5,
    "peers_median": 0.012,
    "compared_units": 34,
    "stands_out": True,
    "since_month": "2026-08",
}
VI, EN = Language("vi"), Language("en")


def table(*changes: dict[str, object]) -> pl.DataFrame:
    return COMPARISONS["findings"].conform(pl.DataFrame([ROW | change for change in changes]))


def lines(*changes: dict[str, object], language: Language = EN) -> tuple[str, ...]:
    return read_findings(table(*changes), language).get("H01", ())


def test_a_finding_says_how_often_and_beside_whom_and_since_when() -> None:
    assert lines({}) == (
        "Ended on a day off that is no worked Saturday: 1,204 of 2,408 (50.0%); median of the "
        "league 1.2%; every month since 08/2026",
    )
    assert lines({}, language=VI) == (
        "Kết thúc vào ngày nghỉ, không phải thứ Bảy làm bù: 1.204 trong 2.408 (50,0%); trung vị "
        "của bảng 1,2%; liên tục từ tháng 08/2026",
    )


@pytest.mark.parametrize("since", [MONTH, None])
def test_a_finding_of_this_month_alone_says_nothing_of_others(since: str | None) -> None:
    (line,) = lines({"since_month": since})
    assert line.endswith("(50.0%); median of the league 1.2%")


def test_of_ratings_only_the_share_is_said() -> None:
    rated = {"finding": OF_RATINGS[0], "count": None, "denominator": None, "since_month": None}
    assert lines(rated) == ("Rated before the result: 50.0%; median of the league 1.2%",)


def test_only_what_stands_out_is_said() -> None:
    assert lines({"stands_out": False}) == ()


def test_the_farthest_from_the_median_comes_first_and_the_rest_is_counted() -> None:
    names = list(PUBLISHED_FINDINGS)[: MOST_LINES + 2]
    rows = [{"finding": name, "share": 0.1 * place} for place, name in enumerate(names, start=1)]
    said = lines(*rows)
    assert len(said) == MOST_LINES + 1
    assert said[0].startswith(EN.text(f"finding.{names[-1]}"))
    assert said[-1] == "And 2 more in findings.csv."
    assert len(lines(*rows[:MOST_LINES])) == MOST_LINES


def test_every_finding_has_its_words_in_both_languages() -> None:
    named = {key.removeprefix("finding.") for key in load_texts() if key.startswith("finding.")}
    assert named == set(PUBLISHED_FINDINGS)


@pytest.mark.parametrize("language", [VI, EN])
def test_no_word_accuses(language: Language) -> None:
    accusing = re.compile(r"gian lận|gian dối|sai phạm|fraud|cheat|manipulat|forg", re.IGNORECASE)
    said = [language.text(f"finding.{name}") for name in PUBLISHED_FINDINGS]
    assert not [text for text in said if accusing.search(text)]


def test_the_page_of_a_unit_has_its_findings_and_no_other_page_has(
    small: Content, first_edition: Changes
) -> None:
    found = {**small.comparisons, "findings": table({})}
    made = pages(replace(small, comparisons=found), 1, first_edition, [])
    own, other = (unescape(made[f"units/{code}.html"].decode()) for code in ("H01", "H05"))
    assert "không phải kết luận vi phạm" in own
    assert lines({}, language=VI)[0] in own
    assert VI.text("findings.title") not in other


@pytest.mark.parametrize("language", [VI, EN])
def test_the_most_that_a_page_says_of_findings_is_short(language: Language) -> None:
    longest = sorted(PUBLISHED_FINDINGS, key=lambda name: len(language.text(f"finding.{name}")))
    said = lines(*({"finding": name} for name in longest[-5:]), language=language)
    words = (language.text("findings.title"), language.text("findings.explained"), *said)
    # A page of a unit has at most 30 KiB with its charts.
    assert len("".join(words).encode()) < 1024


# ---- On the front page, in short


def summary(
    content: Content, *changes: dict[str, object], language: Language = EN
) -> FindingsSummary:
    found = table(*changes) if changes else COMPARISONS["findings"].empty()
    edition = replace(content, comparisons={**content.comparisons, "findings": found})
    return summarize_findings(edition, read_leagues(edition, language.code), language)


def test_the_front_page_says_how_many_units_stand_out_and_by_what(small: Content) -> None:
    told = summary(
        small,
        {},
        {"unit_code": "H05", "share": 0.7},
        {"unit_code": "H05", "finding": "reopened"},
        {"unit_code": "H26", "stands_out": False},
    )
    assert told.sentence.startswith("2 of 3 units with records have at least one thing far more")
    assert [kind.text for kind in told.kinds] == [
        "Ended on a day off that is no worked Saturday: 2 units; farthest from the median:",
        "Shown ended, and open again: 1 unit:",
    ]
    assert [kind.code for kind in told.kinds] == ["H05", "H05"]
    assert told.kinds[0].measured == "(70.0%; median of the league 1.2%)."
    assert told.rest == ""


def test_where_nothing_stands_out_the_front_page_says_so_and_without_records_nothing(
    small: Content,
) -> None:
    told = summary(small, {"stands_out": False})
    assert told.sentence.startswith("The 1 unit with records has nothing")
    assert told.kinds == ()
    assert summary(small) == FindingsSummary()


@pytest.mark.parametrize(
    ("kinds", "rest"), [(MOST_KINDS, ""), (MOST_KINDS + 1, "And 1 more kind.")]
)
def test_the_front_page_names_a_few_kinds_and_counts_the_rest(
    small: Content, kinds: int, rest: str
) -> None:
    told = summary(small, *({"finding": name} for name in list(PUBLISHED_FINDINGS)[:kinds]))
    assert (len(told.kinds), told.rest) == (MOST_KINDS, rest)


def test_the_front_page_links_the_unit_and_the_table(
    small: Content, first_edition: Changes
) -> None:
    found = {**small.comparisons, "findings": table({})}
    made = pages(replace(small, comparisons=found), 1, first_edition, [])
    for folder in ("", "en/"):
        front = made[f"{folder}index.html"].decode()
        (section,) = re.findall(r'<h3 id="findings">.*?findings\.csv</a></p>', front, re.S)
        assert 'href="units/H01.html"' in section
        assert 'href="data.html#findings"' in section
    assert "không phải kết luận vi phạm" in made["index.html"].decode()
    assert "accuses nobody" in made["en/index.html"].decode()
