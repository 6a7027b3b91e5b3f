"""The findings on the page of a unit: what stands out, a reason to ask and never an accusation."""

import re
from dataclasses import replace
from html import unescape

import polars as pl
import pytest

from pipeline.agencies import Register
from pipeline.bulletin import Changes, Content
from pipeline.rankings.findings import LEAST_COMPARED, LEAST_LOOKED_AT
from pipeline.tables import EITHER_WAY, OF_RATINGS, PUBLISHED_FINDINGS
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


@pytest.mark.parametrize("finding", EITHER_WAY)
def test_a_change_is_no_share_and_may_be_for_the_better(small: Content, finding: str) -> None:
    row = {"finding": finding}
    (line,) = lines(row)
    assert line.endswith(
        ": a difference of 1,204 dossiers of 2,408 (50.0%), for the better or for the worse"
    )
    (line,) = lines(row, language=VI)
    assert line.endswith(": chênh lệch 1.204 hồ sơ trong 2.408 (50,0%); có thể tốt lên hoặc kém đi")
    (kind,) = summary(small, row).kinds
    assert (
        kind.measured == "(a difference of 50.0% of the dossiers, for the better or for the worse)."
    )


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
    assert told.sentence.startswith("2 of 3 units compared have a finding to look into: a pattern")
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
    assert told.sentence.startswith("The 1 unit compared has no finding to look into")
    assert told.kinds == ()
    assert summary(small) == FindingsSummary()


@pytest.mark.parametrize(
    "fault", [{"compared_units": LEAST_COMPARED - 1}, {"denominator": LEAST_LOOKED_AT - 1}]
)
def test_of_units_that_were_not_compared_nothing_is_said(
    small: Content, fault: dict[str, object]
) -> None:
    assert summary(small, {"stands_out": False, **fault}) == FindingsSummary()
    least = {"compared_units": LEAST_COMPARED, "denominator": LEAST_LOOKED_AT}
    both = summary(small, {"stands_out": False, "unit_code": "H05", **fault}, {**least})
    assert both.sentence.startswith("1 of 1 unit")
    # Findings of ratings have no published denominator.
    rated = {"finding": OF_RATINGS[0], "count": None, "denominator": None, "stands_out": False}
    assert summary(small, rated).sentence.startswith("The 1 unit compared")


def with_communes(content: Content) -> Content:
    """The edition with communes X1 and X2 below the province H01."""
    rows = [
        {"code": f"X{n}", "name_vi": f"Xã X{n}", "kind": "commune", "parent_code": "H01"}
        for n in (1, 2)
    ]
    table = content.register.table
    below = pl.DataFrame(rows).match_to_schema(table.schema, missing_columns="insert")
    return replace(content, register=Register(pl.concat([table, below]).sort("code"), digest="0"))


def test_a_parent_is_not_counted_beside_the_unit_that_its_cases_are_of(small: Content) -> None:
    edition = with_communes(small)
    told = summary(edition, {}, {"unit_code": "X1"}, {"unit_code": "X2", "stands_out": False})
    assert told.sentence.startswith("1 of 3 units compared")
    # By another finding the province stands out itself.
    told = summary(edition, {}, {"unit_code": "X1", "finding": "reopened"})
    assert told.sentence.startswith("2 of 2 units compared")


def test_a_unit_is_named_with_the_agency_above_it(small: Content) -> None:
    edition = with_communes(small)
    province = small.register.name("H01", MONTH)
    (kind,) = summary(edition, {"unit_code": "X1"}, language=VI).kinds
    assert kind.name == f"Xã X1, {province}"
    (kind,) = summary(edition, {"unit_code": "X1"}).kinds
    assert (kind.name, kind.is_named_in_vietnamese) == (f"Xã X1, {province}", True)
    (kind,) = summary(edition, {}, language=VI).kinds
    assert kind.name == province


@pytest.mark.parametrize(
    ("kinds", "rest"), [(MOST_KINDS, ""), (MOST_KINDS + 1, "And 1 more kind of findings.")]
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
