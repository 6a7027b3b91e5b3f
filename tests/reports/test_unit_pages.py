"""The page of a unit: what its months say, targets, and satisfaction by factor."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from html import unescape
from math import isnan

import polars as pl
import pytest

from pipeline.bulletin import Changes, Content
from pipeline.methods import Indicator, load_all
from pipeline.methods import load as load_method
from pipeline.statistics.control_charts import SIGNALS
from pipeline.tables import FACTORS, INDICES
from pipeline.tables.comparisons import COMPARISONS
from pipeline.tables.represented import REPRESENTATION
from reports import control_charts
from reports.control_charts import SeriesMonth, UnitSeries
from reports.language import Language
from reports.lettering import SMALL
from reports.site import pages
from reports.site.trends import UPWARD, read_trend
from reports.site.waiting import read_waiting
from reports.targets import find_in_force, find_targets

VI, EN = Language("vi"), Language("en")
METHOD = load_method()
DUE, SATISFIED = METHOD.indicator("due_on_time"), METHOD.indicator("satisfied_share")
RESPONSE = METHOD.indicator("response_rate")
MONTHS = [f"2025-{n:02d}" for n in range(11, 13)] + [f"2026-{n:02d}" for n in range(1, 11)]


def series_of(
    indicator: Indicator = SATISFIED,
    limits: tuple[float, float] | None = (0.80, 0.95),
    signal: str | None = None,
    month: str = MONTHS[-1],
    value: float = 0.88,
) -> UnitSeries:
    """Twelve months of one value; the newest has the signal and is called `month`."""
    lower, upper = limits or (None, None)
    centre = value if limits else None
    made = [
        SeriesMonth(each, value, centre, lower, upper, None, is_rebased=False) for each in MONTHS
    ]
    newest = replace(made[-1], month=month, signal=signal)
    return UnitSeries("H01", "An Giang", indicator, (*made[:-1], newest))


@pytest.mark.parametrize("signal", SIGNALS)
def test_a_signal_is_good_in_the_direction_in_which_the_indicator_is_better(signal: str) -> None:
    is_up = signal.endswith(("above", "rising")) or signal.startswith("above")
    assert (signal in UPWARD) == is_up
    lower_is_better = SATISFIED.model_copy(update={"better": "lower"})
    assert read_trend(series_of(signal=signal)).variation == (
        "improving" if is_up else "concerning"
    )
    assert read_trend(series_of(lower_is_better, signal=signal)).variation == (
        "concerning" if is_up else "improving"
    )


def test_a_month_without_a_signal_is_usual_and_without_limits_nothing_is_said() -> None:
    assert read_trend(series_of()).variation == "usual"
    without = read_trend(series_of(limits=None))
    assert (without.variation, without.assurance) == (None, None)
    assert [target.year for target in without.series.targets] == [2025, 2030]


@pytest.mark.parametrize(
    ("limits", "month", "said"),
    [
        ((0.90, 0.97), "2026-10", "met"),  # the lower limit is at the 90 % of 2025
        ((0.80, 0.8999), "2026-10", "missed"),
        ((0.80, 0.90), "2026-10", "unsure"),
        ((0.90, 0.97), "2030-01", "unsure"),  # against the 95 % of 2030
        ((0.95, 0.97), "2030-01", "met"),
    ],
)
def test_limits_on_one_side_of_the_target_in_force_make_it_sure(
    limits: tuple[float, float], month: str, said: str
) -> None:
    assert read_trend(series_of(limits=limits, month=month)).assurance == said
    without_target = read_trend(series_of(DUE, limits, month=month))
    assert (without_target.series.targets, without_target.assurance) == ((), None)


@pytest.mark.parametrize(
    ("month", "year"), [("2024-12", 2025), ("2025-01", 2025), ("2029-12", 2025), ("2030-01", 2030)]
)
def test_the_target_in_force_is_the_last_one_whose_year_has_begun(month: str, year: int) -> None:
    found = find_in_force(find_targets(SATISFIED), month)
    assert found is not None
    assert found.year == year
    assert find_in_force((), month) is None


@pytest.mark.parametrize("value", [0.88, 0.05])
def test_targets_are_lines_at_their_value_with_their_year_above_the_end(value: float) -> None:
    """Where the axis is long, 90 % and 95 % lie so near that their years would overlap."""
    trend = read_trend(series_of(limits=None, value=value))
    sheet = control_charts.draw_sheet(trend.series, VI)
    (line,) = [line for line in sheet.axes.lines if line.get_linestyle() == ":"]
    heights = [float(y) for x, y in line.get_xydata() if not isnan(x)]
    assert heights == [0.9, 0.9, 0.95, 0.95]
    earlier, later = (
        next(text for text in sheet.texts if text.text == year) for year in ("2025", "2030")
    )
    assert earlier.y - later.y >= SMALL / 72
    assert "Mục tiêu 2025: ≥ 90,0%; 2030: ≥ 95,0%." in sheet.captions.description


def test_an_indicator_without_targets_has_neither_lines_nor_room_for_years() -> None:
    sheet = control_charts.draw_sheet(read_trend(series_of(DUE)).series, VI)
    assert not [line for line in sheet.axes.lines if line.get_linestyle() == ":"]
    assert sheet.axes.get_xlim() == (-0.5, 11.5)
    assert "Mục tiêu" not in sheet.captions.description


SHARES = {"access": 92.76, "procedures": 92.01, "officials": 91.31, "results": 90.4}
"""Percent satisfied by factor; handling of feedback has none."""
KNOWN, FEW, UNMATCHED, SILENT = "H01", "H05", "H12", "H13"
"""Units: with factors; with factors and response rate withheld; with a response rate that cannot be
computed, and no factors; with nothing of satisfaction."""


def make_factors(code: str) -> Iterator[dict[str, object]]:
    """Rows of indices: 1,300 respondents rated a factor."""
    for factor in FACTORS:
        row = {"unit_code": code, "indicator": f"sipas_style_{factor}", "unit": "points"}
        value = SHARES.get(factor) if code == KNOWN else None
        if value is None:
            yield row | {"note": "withheld"}
        else:
            satisfied = float(round(13 * value))
            counts = {"numerator": satisfied, "denominator": 1300.0, "standard_error": 0.7213}
            yield row | counts | {"value": value}


def make_rows() -> Iterator[dict[str, object]]:
    yield from (*make_factors(KNOWN), *make_factors(FEW))
    row = {"indicator": "response_rate", "unit": "share"}
    limits = {"value": 0.60819, "lower": 0.586488, "upper": 0.629473}  # 1,203 / 1,978
    yield row | limits | {"unit_code": KNOWN, "numerator": 1203.0, "denominator": 1978.0}
    yield row | {"unit_code": FEW, "denominator": 50.0, "note": "withheld"}
    yield row | {"unit_code": UNMATCHED, "note": "no_denominator"}


def make_months() -> Iterator[dict[str, object]]:
    """Twelve months of the share satisfied: one unit reaches 90 % beyond chance, one stays below,
    falling.
    """
    limits = {KNOWN: (0.91, 0.93, 0.95, "above_limit"), FEW: (0.81, 0.83, 0.85, "seven_falling")}
    for code, (lower, centre, upper, signal) in limits.items():
        for month in MONTHS:
            row = {"unit_code": code, "indicator": "satisfied_share", "series_month": month}
            row |= {"value": centre, "lower": lower, "centre": centre, "upper": upper}
            row |= {"is_rebased": False, "signal": signal if month == MONTHS[-1] else None}
            yield row


@pytest.fixture(scope="module")
def edition(small: Content) -> Content:
    kept = [*small.method.indicators, SATISFIED, RESPONSE]
    base = {"month": MONTHS[-1], "unit_name": "Tên", "level": "province", "method": "sipas-style"}
    rows = pl.DataFrame([base | row for row in make_rows()], infer_schema_length=None)
    charts = pl.DataFrame([{"month": MONTHS[-1], **row} for row in make_months()])
    charted = COMPARISONS["control_charts"].conform(charts)
    return replace(
        small,
        method=small.method.model_copy(update={"indicators": tuple(kept)}),
        indices=pl.concat([small.indices, INDICES.conform(rows)]),
        scorecards=load_all().scorecards,
        comparisons={**small.comparisons, "control_charts": charted},
    )


@pytest.fixture(scope="module")
def files(edition: Content, first_edition: Changes) -> dict[str, bytes]:
    return pages(edition, 1, first_edition, [])


def read_section(files: dict[str, bytes], place: str, name: str) -> str:
    """The HTML of a section of a page; empty where the page has no such section."""
    found = re.search(
        rf'<section aria-labelledby="{name}">.*?</section>', files[place].decode(), re.DOTALL
    )
    return found[0] if found else ""


def read_words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_the_factors_on_a_page_are_those_of_the_data(
    files: dict[str, bytes], edition: Content
) -> None:
    section = read_section(files, f"units/{KNOWN}.html", "satisfaction")
    rows = [read_words(row) for row in section.split("</table>")[0].split("<tr>")[2:]]
    data = edition.indices.filter(pl.col("indicator").str.starts_with("sipas"), unit_code=KNOWN)
    for row, (value, satisfied, asked, error) in zip(
        rows,
        data.select("value", "numerator", "denominator", "standard_error").iter_rows(),
        strict=True,
    ):
        counts = "–" if asked is None else f"{VI.number(satisfied, 0)} / {VI.number(asked, 0)}"
        written = ("–", "–") if value is None else (VI.number(value, 2), VI.number(error, 2))
        assert row.endswith(f"{written[0]} {counts} {written[1]}")
    assert rows[0] == "Tiếp cận dịch vụ 92,76 1.206 / 1.300 0,72"  # 1,300 x 0.9276 = 1,205.9
    assert rows[-1] == "Tiếp nhận, xử lý ý kiến – – –"
    assert "Yếu tố ghi dấu “–”: không công bố vì quá ít người trả lời" in read_words(section)


def test_the_response_rate_stands_with_its_limits_and_counts_and_what_it_cannot_tell(
    files: dict[str, bytes],
) -> None:
    words = read_words(read_section(files, f"en/units/{KNOWN}.html", "satisfaction"))
    assert (
        "Response rate: 60.8% (95% limits 58.6–62.9%), that is 1,203 people who rated a dossier "
        "that ended with a result in the month, for 1,978 such dossiers." in words
    )
    assert "it is not known how those who did not answer differ" in words
    assert "(not the SIPAS survey)" in words


def test_what_is_withheld_has_a_reason_in_place_of_numbers(files: dict[str, bytes]) -> None:
    section = read_section(files, f"en/units/{FEW}.html", "satisfaction")
    words = read_words(section)
    assert "There is no response rate: not published: too few people answered" in words
    assert "There are no shares by factor: not published: too few people answered" in words
    assert not re.search(r"\d", words)
    assert "<table" not in section


def test_a_unit_without_factors_has_the_response_rate_or_why_there_is_none(
    files: dict[str, bytes],
) -> None:
    words = read_words(read_section(files, f"en/units/{UNMATCHED}.html", "satisfaction"))
    assert words.endswith("There is no response rate: " + EN.note("no_denominator") + ".")
    assert not read_section(files, f"units/{SILENT}.html", "satisfaction")


def test_only_a_unit_with_an_adjusted_share_says_that_its_index_is_of_all_served(
    edition: Content, first_edition: Changes
) -> None:
    usual = {
        name: "province" if dtype == pl.String else 1
        for name, dtype in REPRESENTATION.schema.items()
    }
    of_few = {"unit_code": FEW, "adjusted_share": None, "reason": "too_few_matched"}
    units = [{"unit_code": KNOWN}, of_few]
    usual |= {"month": MONTHS[-1], "reason": None, "adjusted_by": "raked"}
    rows = [usual | each for each in units]
    table = REPRESENTATION.conform(pl.DataFrame(rows))
    changes = {"satisfaction": "adjusted", "valid_from": date(2027, 1, 1)}
    adjusted = replace(
        edition,
        method=edition.method.model_copy(update=changes),
        comparisons={**edition.comparisons, "representation": table},
    )
    made = pages(adjusted, 1, first_edition, [])
    for code, is_said in ((KNOWN, True), (FEW, False)):
        trend = read_words(read_section(made, f"en/units/{code}.html", "trend"))
        assert ("the satisfaction index of the month is that of all who were served" in trend) is (
            is_said
        )
    method = read_words(made["en/method.html"].decode())
    assert "holds for the months that end on 1 January 2027 or later. " in method


def test_every_icon_is_hidden_from_readers_and_stands_before_its_words(
    files: dict[str, bytes],
) -> None:
    """Known: limits of 91 to 95 % are above the 90 % of 2025. Few: 81 to 85 % are below."""
    said = {
        KNOWN: ["A sign of improvement", "Target of 2025 (≥ 90.0%): met steadily"],
        FEW: ["A sign of getting worse", "Target of 2025 (≥ 90.0%): missed steadily"],
    }
    classes = {KNOWN: "icon good", FEW: "icon bad"}
    for code, beginnings in said.items():
        trend = read_section(files, f"en/units/{code}.html", "trend")
        icons = re.findall(
            r'<svg class="([a-z ]+)" [^>]*aria-hidden="true">.*?</svg>([^<]+)', trend
        )
        assert [kind for kind, _ in icons] == [classes[code]] * 2
        for (_, words), beginning in zip(icons, beginnings, strict=True):
            assert words.strip().startswith(beginning)
        assert trend.count("<svg") == 2
    falling = read_words(read_section(files, f"en/units/{FEW}.html", "trend"))
    assert (
        "A sign of getting worse, beyond what is usual for the unit (falling for seven" in falling
    )


def test_a_target_names_its_document_below_the_chart(files: dict[str, bytes]) -> None:
    words = read_words(read_section(files, f"units/{KNOWN}.html", "trend"))
    assert (
        "Đường chấm là mục tiêu theo Nghị quyết 76/NQ-CP ngày 15/7/2021 (chưa chắc chắn): "
        "tối thiểu 90,0% vào năm 2025, tối thiểu 95,0% vào năm 2030." in words
    )
    assert "mục tiêu chỉ để tham khảo" in words
    silent = read_words(read_section(files, f"units/{SILENT}.html", "trend"))
    assert "mục tiêu" not in silent


def make_facts(code: str, limits: tuple[float, float]) -> Iterator[dict[str, object]]:
    """784 of 958 dossiers on time, 432 of 499 open ones not overdue, half in 2.9 days."""
    row = {"unit_code": code, "method": METHOD.name, "unit": "share"}
    yield row | {
        "indicator": "due_on_time",
        "value": 784 / 958,
        "numerator": 784.0,
        "denominator": 958.0,
        "lower": 0.7926,
        "upper": 0.8415,
    }
    yield row | {
        "indicator": "open_not_overdue",
        "value": 432 / 499,
        "numerator": 432.0,
        "denominator": 499.0,
    }
    yield row | {"indicator": "median_time_days", "value": 2.9, "unit": "days"}
    lower, upper = limits
    yield row | {"indicator": "satisfied_share", "value": 0.93, "lower": lower, "upper": upper}


def make_waiting(code: str, shares: list[float | None]) -> Iterator[dict[str, object]]:
    """The share that ended within one day, and within two; 3 dossiers open in each span."""
    for first, share in enumerate(shares):
        row = {"month": MONTHS[-1], "unit_code": code, "clock": "working", "from_days": first}
        yield row | {"to_days": first + 1, "ended_share": share, "open": 3}


def read_summary(
    edition: Content, changes: Changes, limits: tuple[float, float] = (0.91, 0.96)
) -> tuple[str, str]:
    """What the page of a unit says of where it stands, and of how long it takes."""
    base = {"month": MONTHS[-1], "unit_name": "Tên", "level": "province"}
    rows = pl.DataFrame([base | row for row in make_facts(KNOWN, limits)])
    kept = edition.indices.join(rows, on=["unit_code", "indicator"], how="anti")
    waiting = pl.DataFrame([*make_waiting(KNOWN, [0.2, 0.5]), *make_waiting(FEW, [0.4, None])])
    asked = replace(
        edition,
        method=METHOD,
        indices=pl.concat([kept, INDICES.conform(rows)]),
        rankings=edition.rankings.filter(pl.col("unit_code") != KNOWN),
        comparisons={
            **edition.comparisons,
            "waiting": COMPARISONS["waiting"].conform(waiting),
        },
    )
    made = pages(asked, 1, changes, [])
    place = f"en/units/{KNOWN}.html"
    return read_words(read_section(made, place, "summary")), read_words(
        read_section(made, place, "waiting")
    )


def test_a_unit_says_first_what_is_asked_first(edition: Content, first_edition: Changes) -> None:
    summary, waiting = read_summary(edition, first_edition)
    assert "81.8% (95% limits 79.3–84.2%)" in summary  # 784 / 958
    assert "Overdue now: 67 of 499 open dossiers that have a due date." in summary  # 499 - 432
    assert "Half of its dossiers have their result within 2.9 working days" in summary
    assert waiting.endswith("0–1 days 3 1–2 days 3 All 6")


@pytest.mark.parametrize(
    ("limits", "of_2025", "of_2030"),
    [
        ((0.90, 0.9499), "reached", "not reached"),
        ((0.8999, 0.95), "not certain", "not certain"),
        ((0.85, 0.8999), "not reached", "not reached"),
        ((0.95, 0.97), "reached", "reached"),
    ],
)
def test_a_target_is_reached_only_where_all_of_the_limits_reach_it(
    edition: Content,
    first_edition: Changes,
    limits: tuple[float, float],
    of_2025: str,
    of_2030: str,
) -> None:
    summary, _ = read_summary(edition, first_edition, limits)
    assert f"Target of 2025 (“share of satisfied answers” at least 90.0%): {of_2025}, " in summary
    assert f"Target of 2030 (“share of satisfied answers” at least 95.0%): {of_2030}, " in summary


def test_the_median_of_a_league_is_of_all_its_units_or_of_none(small: Content) -> None:
    rows = pl.DataFrame([*make_waiting(KNOWN, [0.2, 0.5]), *make_waiting(FEW, [0.4, None])])
    asked = replace(small, comparisons={"waiting": COMPARISONS["waiting"].conform(rows)})
    lines = read_waiting(asked, {KNOWN: "a", FEW: "a"})[KNOWN].lines
    assert [line.league_share for line in lines] == [pytest.approx(0.3), None]  # (0.2 + 0.4) / 2
    alone = read_waiting(asked, {KNOWN: "a", FEW: "b"})[KNOWN].lines
    assert [line.league_share for line in alone] == [0.2, 0.5]
