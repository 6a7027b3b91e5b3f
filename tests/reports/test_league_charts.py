"""The charts of a league's page that compare: months, parts with targets, ranks by case mix."""

from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest
from matplotlib.axes import Axes

from pipeline.bulletin import Content
from pipeline.methods import load as load_method
from reports import (
    charts,
    comparisons,
    messages,
    months_chart,
    parts_chart,
    slope_chart,
    targets,
)
from reports.drawing import Sheet
from reports.language import Language
from reports.leagues import HEADLINE, League, Standing, read_leagues
from reports.parts_chart import Parts

EN = Language("en")
VI = Language("vi")
METHOD = load_method()
DUE = METHOD.indicator("due_on_time")
LEAD, TIME, SATISFACTION = (
    METHOD.indicator(name) for name in (HEADLINE, "processing_time_index", "satisfaction_index")
)


@pytest.fixture(scope="module")
def league(compared: Content) -> League:
    (found,) = read_leagues(compared, "vi").featured
    return found


def texts(sheet: Sheet) -> list[str]:
    return [text.text for text in sheet.texts]


def dots(axes: Axes) -> list[float]:
    """The x of every marker."""
    return [float(x) for line in axes.lines if line.get_marker() == "o" for x in line.get_xdata()]


def standing(rank: int, tier: int | None, upper: int, **more: object) -> Standing:
    values: dict[str, object] = {"rank": rank, "tier": tier, "rank_lower": 1, "rank_upper": upper}
    return Standing(f"B{rank}", f"Đơn vị {rank}", 90.0 - rank, **{**values, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("tiers", "uppers", "said"),
    [
        ((1, 2, 2), (1, 3, 3), "Đơn vị 1 đứng đầu"),
        ((1, 2, 2), (2, 3, 3), "Chỉ Đơn vị 1 thuộc nhóm 1, nhưng có thể xếp đến hạng 2"),
        ((1, 1, 2), (2, 3, 3), "Dữ liệu không phân biệt được 2 đơn vị đầu"),
        ((1, 1, 2), (1, 3, 3), "Nhóm 1 có 2 đơn vị"),
        ((1, 1, 1), (3, 3, 3), "Dữ liệu không phân biệt được 3 đơn vị"),
    ],
)
def test_the_title_of_a_ranking_claims_no_more_than_tiers_and_rank_sets(
    tiers: tuple[int, ...], uppers: tuple[int, ...], said: str
) -> None:
    ranked = [
        standing(rank, tier, upper)
        for rank, (tier, upper) in enumerate(zip(tiers, uppers, strict=True), 1)
    ]
    assert messages.about_ranking(ranked, VI) == said


def test_the_title_of_changes_counts_those_beyond_chance() -> None:
    same, changed = standing(1, 1, 1), standing(2, 1, 2, has_changed=True)
    assert messages.about_changes([same, changed], EN) == "1 of 2 units changed by more than chance"
    assert messages.about_changes([same], EN) == "The data show no change beyond chance in any unit"


def test_the_title_of_a_funnel_counts_both_sides() -> None:
    assert messages.about_funnel(["worse", None, "better", "worse"], EN).endswith(
        "1 better, 2 worse"
    )
    assert messages.about_funnel([None], EN) == "No unit lies outside the limits"


@pytest.mark.parametrize(
    ("signals", "said"),
    [
        ([], "Too few months yet to tell a signal"),
        ([None, None], "By this share no unit has a signal this month"),
        ([None, "above_limit"], "By this share 1 unit has a signal this month"),
    ],
)
def test_the_title_of_months_says_whether_there_is_a_signal(
    signals: list[str | None], said: str
) -> None:
    assert messages.about_months(signals, EN) == said


@pytest.mark.parametrize(("value", "reached"), [(89.99, 0), (90.0, 1)])
def test_a_value_at_the_target_reaches_it(league: League, value: float, reached: int) -> None:
    one = replace(league.standings(SATISFACTION.name)[0], value=value)
    alone = replace(league, by_indicator={SATISFACTION.name: (one,)})
    said = messages.about_target(alone, SATISFACTION, 90.0, 2025, EN)
    assert said == f"Satisfaction index: {reached} of 1 units are at the target of 2025"


def test_targets_are_in_the_unit_of_the_indicator_and_name_their_document() -> None:
    points = targets.find_targets(SATISFACTION)
    shares = targets.find_targets(METHOD.indicator("satisfied_share"))
    assert [(each.year, each.at_least) for each in points] == [(2025, 90.0), (2030, 95.0)]
    assert [(each.year, each.at_least) for each in shares] == [(2025, 0.9), (2030, 0.95)]
    assert all("76/NQ-CP" in each.document_vi for each in points)
    assert targets.find_targets(DUE) == ()
    assert targets.find_targets(METHOD.indicator("median_time_days")) == ()


def test_parts_stand_side_by_side_on_one_scale_with_the_published_values(
    league: League,
) -> None:
    wanted = {SATISFACTION.name: targets.find_targets(SATISFACTION)}
    parts = Parts(LEAD, (TIME, SATISFACTION), wanted)
    (sheet,) = parts_chart.draw_sheet(league, parts, "What it says", EN)
    values = {
        name: [
            found.value
            for each in league.standings(LEAD.name)
            if (found := league.find(name, each.code)) and found.value is not None
        ]
        for name in (TIME.name, SATISFACTION.name)
    }
    drawn = dots(sheet.axes)
    count = len(values[TIME.name])
    assert drawn[:count] == values[TIME.name]
    # The second panel is the first, shifted: every value by as much.
    shifts = {
        round(x - value, 9)
        for x, value in zip(drawn[count:], values[SATISFACTION.name], strict=True)
    }
    assert len(shifts) == 1
    (shift,) = shifts
    lines = [line for line in sheet.axes.lines if line.get_linestyle() == "--"]
    assert [round(line.get_xdata()[0] - shift, 6) for line in lines] == [90.0, 95.0]
    assert "Target 2025: ≥ 90; 2030: ≥ 95" in texts(sheet)
    assert sheet.captions.title == "What it says"


def test_of_a_long_league_the_units_whose_parts_differ_most_are_drawn(
    long_league: Callable[[int], Content],
) -> None:
    (found,) = read_leagues(long_league(91)).featured
    (sheet,) = parts_chart.draw_sheet(found, Parts(LEAD, (TIME, SATISFACTION), {}), "M", EN)
    apart = {
        each.code: abs(
            (found.find(TIME.name, each.code) or each).value  # type: ignore[operator]
            - (found.find(SATISFACTION.name, each.code) or each).value  # type: ignore[operator]
        )
        for each in found.standings(LEAD.name)
    }
    least = sorted(apart.values(), reverse=True)[charts.MOST_ROWS - 1]
    ordered = [each.name for each in found.standings(LEAD.name) if apart[each.code] >= least]
    drawn = [text for text in texts(sheet) if text.startswith("Cơ quan")]
    assert drawn == ordered
    assert "45 of 91 units, those that differ most" in sheet.captions.subtitle


@pytest.mark.parametrize(("size", "kept"), [(45, 45), (46, 45)])
def test_a_chart_has_as_many_rows_as_fit_a_picture(size: int, kept: int) -> None:
    rows = list(range(size))
    chosen = charts.choose_rows(rows, lambda row: row)
    assert len(chosen) == kept
    assert list(chosen) == rows[size - kept :]  # the heaviest, in the order they had


def test_months_are_the_last_twelve_of_the_series_in_the_order_of_the_league(
    compared: Content, league: League
) -> None:
    found = comparisons.read_months(compared, league, DUE)
    assert found.months[0] == "2025-11"
    assert found.months[-1] == "2026-10"
    ranked = [each.code for each in league.ranked(DUE.name)]
    assert [unit.code for unit in found.units] == ranked
    series = compared.comparisons["series"].filter(unit_code=ranked[0]).sort("series_month")
    assert found.units[0].values == tuple(series["value"].tail(12))
    assert [unit.code for unit in found.units if unit.signal] == ["H26"]


def test_a_month_without_a_value_is_a_gap_and_a_unit_without_any_is_left_out(
    compared: Content, league: League
) -> None:
    series = compared.comparisons["series"]
    first, second = (each.code for each in league.ranked(DUE.name)[:2])
    is_gone = (pl.col("unit_code") == first) | (
        (pl.col("unit_code") == second) & (pl.col("series_month") == "2026-01")
    )
    tables = {**compared.comparisons, "series": series.filter(~is_gone)}
    found = comparisons.read_months(replace(compared, comparisons=tables), league, DUE)
    assert found.units[0].code == second
    assert found.units[0].values[2] is None


def test_each_unit_has_its_newest_value_beside_its_line_and_signals_are_marked(
    compared: Content, league: League
) -> None:
    found = comparisons.read_months(compared, league, DUE)
    sheet = months_chart.draw_sheet(found, VI)
    written = texts(sheet)
    for unit in found.units:
        assert VI.value(unit.values[-1], DUE) in written
    assert [text for text in written if text.startswith("◆")] == ["◆ Hà Nội"]
    assert sheet.captions.title == "Theo tỷ lệ này, 1 đơn vị có dấu hiệu khác thường trong tháng"
    assert "Có dấu hiệu: Hà Nội." in sheet.captions.description
    lines = sheet.axes.collections[-1].get_segments()
    assert len(lines) == len(found.units)
    # One scale: a line is as high as its values are apart, the same for every unit.
    values = [value for unit in found.units for value in unit.values if value is not None]
    whole = max(*values, 0.99) - min(*values, 0.78)
    for unit, line in zip(found.units, lines, strict=True):
        heights = [y for _, y in line]
        known = [value for value in unit.values if value is not None]
        share = (max(heights) - min(heights)) / 0.5
        assert share == pytest.approx((max(known) - min(known)) / whole)


def test_of_a_long_league_those_with_a_signal_are_drawn_and_then_the_most_changed(
    compared: Content, league: League
) -> None:
    found = comparisons.read_months(compared, league, DUE)
    many = [
        replace(found.units[0], code=f"B{n:02d}", name=f"Cơ quan {n}", signal=None)
        for n in range(60)
    ]
    many[59] = replace(many[59], signal="below_limit")
    many[58] = replace(many[58], values=(0.1, *many[58].values[1:]))
    long = replace(found, units=tuple(many))
    sheet = months_chart.draw_sheet(long, VI)
    written = " ".join(texts(sheet))
    assert "◆ Cơ quan 59" in written
    assert "Cơ quan 58" in written
    assert "Cơ quan 50" not in written
    assert "36 trong 60 đơn vị" in sheet.captions.description


def test_two_months_are_no_chart(compared: Content, league: League) -> None:
    found = comparisons.read_months(compared, league, DUE)
    short = [
        replace(unit, values=unit.values[-2:], limits=unit.limits[-2:]) for unit in found.units
    ]
    two = replace(found, months=found.months[-2:], units=tuple(short))
    assert months_chart.draw_months(two, league, VI) == []


def test_a_line_leads_from_the_rank_to_the_rank_with_the_same_mix(
    compared: Content, league: League
) -> None:
    units = comparisons.read_comparisons(compared, league).case_mix
    sheet = slope_chart.draw_sheet(units, EN)
    ends = {tuple(float(y) for y in line.get_ydata()) for line in sheet.axes.lines}
    moved = {end for end in ends if end[0] != end[1]}
    assert moved == {(1.0, 6.0), (6.0, 1.0)}  # places 2 and 7, counted from 0
    assert sheet.captions.title.startswith("With the same mix 2 units change rank")
    assert sheet.captions.title.endswith("from 7 to 2")  # of two that move as far the first code
    for unit in units:
        assert f"{unit.name}  {unit.rank}" in texts(sheet)
        assert f"{unit.adjusted_rank}  {unit.name}" in texts(sheet)


def test_slopes_are_drawn_for_as_many_as_fit_a_picture_and_no_more(
    compared: Content, league: League
) -> None:
    (one, *_) = comparisons.read_comparisons(compared, league).case_mix
    many = [
        replace(one, code=f"B{n:02d}", rank=n, adjusted_rank=n, moved_by_mix=0) for n in range(46)
    ]
    assert len(slope_chart.draw_slopes(many[: charts.MOST_ROWS], league, EN)) == 1
    assert slope_chart.draw_slopes(many, league, EN) == []
    unranked = [replace(each, adjusted_rank=None) for each in many[:3]]
    assert slope_chart.draw_slopes(unranked, league, EN) == []


def test_the_same_league_gives_the_same_bytes(compared: Content, league: League) -> None:
    def draw() -> list[bytes]:
        units = comparisons.read_comparisons(compared, league).case_mix
        months = comparisons.read_months(compared, league, DUE)
        pictures = [
            *slope_chart.draw_slopes(units, league, VI),
            *months_chart.draw_months(months, league, VI),
            *parts_chart.draw_parts(league, Parts(LEAD, (TIME, SATISFACTION), {}), "M", VI),
        ]
        return [picture.svg for picture in pictures]

    assert draw() == draw()


def test_names_are_drawn_as_they_are_in_every_chart(compared: Content) -> None:
    evil = "<script>&\x1b[31m$x$"
    rankings = compared.rankings.with_columns(unit_name=pl.lit(evil))
    indices = compared.indices.with_columns(unit_name=pl.lit(evil))
    attacked = replace(compared, rankings=rankings, indices=indices)
    (league,) = read_leagues(attacked, "vi").featured
    pictures = [
        *slope_chart.draw_slopes(
            comparisons.read_comparisons(attacked, league).case_mix, league, VI
        ),
        *months_chart.draw_months(comparisons.read_months(attacked, league, DUE), league, VI),
        *parts_chart.draw_parts(league, Parts(LEAD, (TIME, SATISFACTION), {}), "M", VI),
    ]
    for picture in pictures:
        svg = picture.svg.decode()
        assert "<script" not in svg
        assert "\x1b" not in svg
        assert "&lt;script&gt;" in svg


def test_units_that_share_no_procedure_are_not_said_to_keep_their_ranks(
    compared: Content, league: League
) -> None:
    alone = compared.comparisons["case_mix"].with_columns(
        pl.lit(None, pl.Float64).alias(name) for name in ("ratio", "lower", "upper")
    )
    apart = replace(compared, comparisons={**compared.comparisons, "case_mix": alone})
    assert comparisons.read_comparisons(compared, league).is_mix_comparable
    assert not comparisons.read_comparisons(apart, league).is_mix_comparable
