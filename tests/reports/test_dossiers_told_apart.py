"""What moved a unit's rate, its dossiers told apart, and the page of the procedures."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.bulletin import Changes, Content
from pipeline.indices import breakdowns, change_parts, procedures
from pipeline.indices.categories import Categories
from pipeline.tables import INDICES
from pipeline.tables.comparisons import COMPARISONS
from reports.categories import CategoryName, name_category
from reports.language import Language
from reports.leagues import Standing
from reports.site import pages
from reports.site.unit_breakdowns import tell_apart
from reports.site.unit_changes import Moved, add_up, describe_change

VI, EN = Language("vi"), Language("en")
MONTH, BEFORE, UNIT = "2026-10", "2026-09", "H01"
HOSTILE = "<img src=x onerror=alert(1)>\u202e&"

Counted = Mapping[str, tuple[int, int]]
"""On time and due, by category."""


def categories_of(month: str, counts: Mapping[str, Counted]) -> Categories:
    """Categories of the unit, by what they are told apart by; all on time of the dossiers due."""
    rows = [
        (UNIT, indicator, by, category, numerator, denominator)
        for by, counted in counts.items()
        for category, (numerator, denominator) in counted.items()
        for indicator in ("due_on_time", "on_time_of_finished")
    ]
    names = ["unit_code", "indicator", "by", "category", "numerator", "denominator"]
    own = [
        (UNIT, code, due - late, late, 500 * (due - late))
        for code, (on_time, due) in counts.get("procedure", {}).items()
        for late in [due - on_time]
    ]
    of_own = ["unit_code", "procedure_code", "due_on_time", "due_late", "saved_thousandths"]
    return Categories(
        month,
        pl.DataFrame(own, schema=_schema(of_own, texts=2), orient="row"),
        pl.DataFrame(rows, schema=_schema(names, texts=4), orient="row"),
    )


def _schema(names: list[str], texts: int) -> dict[str, type[pl.DataType]]:
    return {name: pl.String if n < texts else pl.Int64 for n, name in enumerate(names)}


def parts_of(
    content: Content, before: Mapping[str, Counted], now: Mapping[str, Counted]
) -> pl.DataFrame:
    months = categories_of(MONTH, now), categories_of(BEFORE, before)
    none = INDICES.empty()
    return change_parts.compute(*months, (none, none), content.register, content.method)


def moved_of(
    content: Content,
    before: Mapping[str, Counted],
    now: Mapping[str, Counted],
    standing: Standing | None = None,
    language: Language = EN,
) -> Moved:
    rows = parts_of(content, before, now).to_dicts()
    moved = describe_change(rows, standing, language, {"H01.1": "Sở Nội vụ"})
    assert moved is not None
    return moved


SEPTEMBER = {
    "applicant": {"citizen": (90, 100), "enterprise": (30, 100)},
    "channel": {"counter": (120, 200)},
    "unit": {"H01": (20, 20), "H01.1": (100, 180)},
}
OCTOBER = {
    "applicant": {"citizen": (240, 300), "enterprise": (40, 100)},
    "channel": {"counter": (280, 400)},
    "unit": {"H01": (10, 40), "H01.1": (270, 360)},
}


@pytest.mark.parametrize(
    ("by", "category", "text", "procedure", "unit"),
    [
        ("applicant", "citizen", "citizens", "", ""),
        ("channel", "other", "other channels", "", ""),
        ("applicant", "a word of another version", "a word of another version", "", ""),
        ("applicant", "figures", "sent as figures", "", ""),
        ("procedure", "1.000001", "procedure 1.000001", "1.000001", ""),
        ("procedure", "text-0123456789ab", "procedure text-0123456789ab", "text-0123456789ab", ""),
        ("procedure", "other", "the other procedures", "", ""),
        ("procedure", "not_sent", "dossiers without a procedure", "", ""),
        ("procedure", "figures", "sent as figures", "", ""),
        ("unit", "H01.1", "Sở Nội vụ", "", "H01.1"),
        ("unit", UNIT, "the unit's own dossiers", "", ""),
    ],
)
def test_a_category_is_called_by_its_name(
    by: str, category: str, text: str, procedure: str, unit: str
) -> None:
    named = name_category(EN, by, category, UNIT, "Sở Nội vụ")
    assert named == CategoryName(text, procedure, unit)


def test_shares_and_their_differences_have_the_marks_of_the_language() -> None:
    assert (VI.percent(0.8125), EN.percent(1.0), EN.percent(None)) == ("81,2%", "100.0%", "–")
    assert (VI.percentage_points(125), EN.percentage_points(-5)) == ("+1,25", "−0.05")
    assert EN.percentage_points(0) == "0.00"


def test_the_sentences_name_the_change_and_the_largest_part_of_each_way(small: Content) -> None:
    first, *parts = moved_of(small, SEPTEMBER, OCTOBER).sentences
    assert first == (
        "On time, of the dossiers due: 60.0% last month, 70.0% this month, a difference of +10.00 "
        "percentage points."
    )
    # By unit, H01.1 had 0.9 of the dossiers in both months, on time 0.5556 and then 0.75:
    # 0.9 x 0.1944 = 0.1750. By applicant, enterprises: tests/statistics has the working.
    assert parts == [
        "By unit below, the largest part is Sở Nội vụ: +17.50 percentage points (on time 55.6% → "
        "75.0%: +17.50; weight 90.0% → 90.0%: 0.00).",
        "By applicant, the largest part is enterprises: +11.25 percentage points (on time 30.0% → "
        "40.0%: +3.75; weight 50.0% → 25.0%: +7.50).",
    ]


def test_a_way_with_one_part_is_not_shown(small: Content) -> None:
    moved = moved_of(small, SEPTEMBER, OCTOBER)
    assert [split.by for split in moved.splits] == ["applicant", "unit"]


@pytest.mark.parametrize(
    ("standing", "is_said"),
    [
        (Standing(UNIT, "Hà Nội", 0.7, rank=1), True),
        (Standing(UNIT, "Hà Nội", 0.7, rank=1, has_changed=True), False),
        (Standing(UNIT, "Hà Nội", 0.7), False),
        (None, False),
    ],
)
def test_a_change_within_chance_is_called_that_where_it_was_tested(
    small: Content, standing: Standing | None, is_said: bool
) -> None:
    sentences = moved_of(small, SEPTEMBER, OCTOBER, standing).sentences
    assert (EN.text("moved.within_chance") in sentences) == is_said


def test_where_nothing_changed_no_part_is_called_the_largest(small: Content) -> None:
    moved = moved_of(small, OCTOBER, OCTOBER)
    assert len(moved.sentences) == 1
    assert "a difference of 0.00" in moved.sentences[0]


def test_a_unit_without_parts_has_no_such_section(small: Content) -> None:
    assert describe_change([], None, EN, {}) is None
    assert tell_apart([], {}, 30, EN) is None


@pytest.mark.parametrize(("size", "shown"), [(4, 4), (5, 3)])
def test_the_smallest_parts_are_one_row(small: Content, size: int, shown: int) -> None:
    before = {"procedure": {f"1.{n:06d}": (100, 100) for n in range(size)}}
    now = {"procedure": {f"1.{n:06d}": (99 - n, 100) for n in range(size)}}
    (split,) = moved_of(small, before, now).splits
    names = [part.name.procedure for part in split.parts]
    assert names[:shown] == [f"1.{n:06d}" for n in reversed(range(size - shown, size))]
    assert [part.name.text for part in split.parts[shown:]] == ["2 others"] * (size > shown)
    assert split.total.counts["denominator"] == 100 * size


@given(
    parts=st.lists(st.integers(-1_000_000, 1_000_000), min_size=1, max_size=12),
    step=st.sampled_from([1, 100]),
)
def test_printed_parts_add_up_to_their_printed_sum(parts: list[int], step: int) -> None:
    printed = add_up(parts, step)
    assert sum(printed) * step - step / 2 <= sum(parts) < sum(printed) * step + step / 2
    assert all(abs(step * one - part) < step for one, part in zip(printed, parts, strict=True))


@given(
    cells=st.lists(
        st.tuples(
            st.integers(0, 300), st.integers(0, 300), st.integers(0, 300), st.integers(0, 300)
        ),
        min_size=2,
        max_size=12,
    )
)
def test_the_columns_of_a_printed_table_add_up(
    small: Content, cells: list[tuple[int, int, int, int]]
) -> None:
    codes = [f"1.{n:06d}" for n in range(len(cells))]
    before = {c: (min(a, b), max(a, b, 30)) for c, (a, b, _, _) in zip(codes, cells, strict=True)}
    now = {c: (min(a, b), max(a, b, 30)) for c, (_, _, a, b) in zip(codes, cells, strict=True)}
    moved = moved_of(small, {"procedure": before}, {"procedure": now})
    for split in moved.splits:
        for effect in ("rate_effect", "mix_effect", "whole"):
            together = sum(getattr(part, effect) for part in split.parts)
            assert together == getattr(split.total, effect)
        published = split.total.now, split.total.before
        change = round(published[0] or 0, 6) - round(published[1] or 0, 6)
        assert abs(split.total.whole - 10_000 * change) <= 0.5 + 1e-6


def rows_of(content: Content, now: Mapping[str, Counted]) -> list[dict[str, Any]]:
    counted = categories_of(MONTH, now)
    return breakdowns.compute(counted, INDICES.empty(), content.method).to_dicts()


@pytest.mark.parametrize(
    ("enterprises", "key"),
    [((70, 100), "apart.differ"), ((85, 100), "apart.alike"), ((29, 29), None)],
)
def test_citizens_and_enterprises_are_compared_by_their_limits(
    small: Content, enterprises: tuple[int, int], key: str | None
) -> None:
    rows = rows_of(small, {"applicant": {"citizen": (90, 100), "enterprise": enterprises}})
    apart = tell_apart(rows, {}, 30, EN)
    assert apart is not None
    # 90 of 100: 0.826 to 0.945; 70 of 100: 0.604 to 0.781; 85 of 100: 0.767 to 0.907.
    expected = key and EN.text(
        key,
        first="citizens",
        first_value="90.0%",
        second="enterprises",
        second_value=f"{enterprises[0]}.0%",
    )
    assert apart.sentence == (expected or "")


def test_a_unit_without_enterprises_has_no_comparison(small: Content) -> None:
    apart = tell_apart(rows_of(small, {"applicant": {"citizen": (90, 100)}}), {}, 30, EN)
    assert apart is not None
    assert apart.sentence == ""


@pytest.mark.parametrize(
    ("everywhere", "elsewhere"),
    [
        ((100, 20), 83),  # 80 of 100 on time, here 30 of 40: elsewhere 50 of 60
        ((70, 10), 100),  # 60 of 70: elsewhere 30 of 30
        ((69, 10), None),  # elsewhere 29 are too few
        ((40, 10), None),
    ],
)
def test_a_procedure_stands_beside_all_other_places(
    small: Content, everywhere: tuple[int, int], elsewhere: int | None
) -> None:
    rows = rows_of(small, {"procedure": {"1.000001": (30, 40), "1.000002": (10, 10)}})
    apart = tell_apart(rows, {"1.000001": everywhere}, 30, EN)
    assert apart is not None
    (line,) = apart.procedures
    assert (line.name.procedure, line.here["value"]) == ("1.000001", 0.75)
    assert line.elsewhere == elsewhere


def edition_of(content: Content, now: Mapping[str, Counted]) -> Content:
    """The content with the tables of a unit's categories."""
    counted = categories_of(MONTH, now)
    none = INDICES.empty()
    made = {
        "breakdowns": breakdowns.compute(counted, none, content.method),
        "change_parts": parts_of(content, SEPTEMBER, now),
        "procedures": procedures.compute(counted, none, content.method),
    }
    return replace(content, comparisons={**content.comparisons, **made})


@pytest.fixture(scope="module")
def files(small: Content, first_edition: Changes) -> dict[str, bytes]:
    many = {f"1.{n:06d}": (30 + n % 7, 40) for n in range(60)}
    procedures_now = {**many, HOSTILE: (100, 900), "not_sent": (1, 500), "2.000001": (3, 9)}
    now = {
        **OCTOBER,
        "applicant": {**OCTOBER["applicant"], HOSTILE: (60, 100)},
        "procedure": procedures_now,
    }
    return pages(edition_of(small, now), 1, first_edition, [])


def read(files: Mapping[str, bytes], place: str) -> str:
    return files[place].decode()


@pytest.mark.parametrize("folder", ["", "en/"])
def test_what_was_sent_is_text_on_the_pages(files: dict[str, bytes], folder: str) -> None:
    for place in (f"{folder}units/{UNIT}.html", f"{folder}procedures.html"):
        page = read(files, place)
        assert "<img src=x" not in page
        assert "\u202e" not in page
        assert "&lt;img src=x" in page


@pytest.mark.parametrize(("folder", "language"), [("", VI), ("en/", EN)])
def test_a_page_of_a_unit_leads_to_how_its_tables_are_read(
    files: dict[str, bytes], folder: str, language: Language
) -> None:
    page = read(files, f"{folder}units/{UNIT}.html")
    assert language.text("moved.title") in page
    for anchor in ("moved", "apart"):
        assert f'<a href="../procedures.html#{anchor}">' in page
        assert f'<dt id="{anchor}">' in read(files, f"{folder}procedures.html")


def test_the_page_of_procedures_begins_with_the_one_that_is_late_most(
    files: dict[str, bytes],
) -> None:
    page = read(files, "en/procedures.html")
    codes = re.findall(r'<th scope="row">(.*?)</th>', page)
    # 499 of 500 without a code are late, 800 of 900, then 10 of 40 by code.
    assert codes[0] == "dossiers without a procedure"
    assert codes[1].startswith("<code>&lt;img")
    assert codes[2:4] == ["<code>1.000000</code>", "<code>1.000007</code>"]
    assert len(codes) == 50
    assert "50 of 62 procedures with at least 30 dossiers due." in page
    assert "1 procedure has fewer than 30 and is not in the table." in page
    # A procedure without a code is no procedure that anybody can look into.
    assert "88.9% of 900 dossiers due in 1 unit." in page


@pytest.mark.parametrize(
    ("second", "is_alike"),
    [((70, 100), True), ((90, 100), False)],
)
def test_the_procedure_that_is_late_most_may_be_one_of_several(
    small: Content, first_edition: Changes, second: tuple[int, int], is_alike: bool
) -> None:
    # Limits of 35 of 100 late: 0.264 to 0.448; of 30: 0.219 to 0.396; of 10 up to 0.174.
    content = edition_of(small, {"procedure": {"1.000001": (65, 100), "1.000002": second}})
    page = pages(content, 1, first_edition, [])["en/procedures.html"].decode()
    assert "35.0% of 100 dossiers due in 1 unit." in page
    assert (EN.text("procedures.alike", count=1) in page) == is_alike


def test_numbers_on_the_page_of_procedures_are_those_of_the_data(
    small: Content, files: dict[str, bytes]
) -> None:
    page = read(files, "en/procedures.html")
    row = page[page.index("<code>1.000000</code>") :]
    cells = re.findall(r"<td.*?>(.*?)</td>", row[: row.index("</tr>")])
    shown = [re.sub("<.*?>", "", cell) for cell in cells]
    counted = categories_of(MONTH, {"procedure": {"1.000000": (30, 40)}})
    (data,) = procedures.compute(counted, INDICES.empty(), small.method).to_dicts()
    lower, upper = (100 * data[name] for name in ("lower", "upper"))
    # 10 of 40 late, in one unit, which is the median; each of the 30 saved half of its time.
    assert (data["late_share"], data["time_saved"]) == (10 / 40, 0.5 * 30 / 40)
    assert shown == ["25.0%", f"{lower:.1f}–{upper:.1f}%", "25.0% (1)", "10", "40", "1", "37.5%"]


@pytest.mark.parametrize(
    ("counted", "key"),
    [({}, "procedures.none"), ({"1.000001": (40, 40)}, "procedures.nothing_late")],
)
def test_without_anything_late_the_page_says_so(
    small: Content, first_edition: Changes, counted: Counted, key: str
) -> None:
    content = edition_of(small, {"procedure": counted} if counted else {})
    page = pages(content, 1, first_edition, [])["procedures.html"].decode()
    assert VI.text(key) in page


def test_an_edition_without_these_tables_has_no_such_sections(
    small: Content, first_edition: Changes
) -> None:
    names = ("breakdowns", "change_parts", "procedures")
    assert all(small.comparisons[name].equals(COMPARISONS[name].empty()) for name in names)
    page = pages(small, 1, first_edition, [])[f"units/{UNIT}.html"].decode()
    assert 'id="moved"' not in page
    assert 'id="apart"' not in page
