"""The chart and the table of the ranks of the last months."""

import math
import re
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from matplotlib.lines import Line2D

from pipeline.bulletin import Content
from pipeline.methods import load as load_method
from reports import charts, comparisons, drawing, ranks_chart
from reports.drawing import Sheet
from reports.language import Language
from reports.leagues import HEADLINE, League, Standing, read_leagues
from reports.ranks_by_month import MOST_STRONG, RanksOfLeague, UnitRanks

from .conftest import AWAY, RANK_MONTHS

EN, VI = Language("en"), Language("vi")
LEAD = load_method().indicator(HEADLINE)


@pytest.fixture(scope="module")
def league(compared: Content) -> League:
    (found,) = read_leagues(compared, "vi").featured
    return found


@pytest.fixture(scope="module")
def found(compared: Content, league: League) -> RanksOfLeague:
    ranks = comparisons.read_ranks(compared, league, LEAD)
    assert ranks is not None
    return ranks


def texts(sheet: Sheet) -> list[str]:
    return [text.text for text in sheet.texts]


def lines(sheet: Sheet) -> dict[str, Line2D]:
    """The line of each unit by its code."""
    return {
        str(line.get_label()): line
        for line in sheet.axes.lines
        if not str(line.get_label()).startswith("_")
    }


def points(line: Line2D) -> list[tuple[float, float | None]]:
    """Month and rank of each point, None where the line is broken."""
    pairs = zip(line.get_xdata(), line.get_ydata(), strict=True)
    return [(float(x), None if math.isnan(y) else float(y)) for x, y in pairs]


def unit(name: str, *ranks: tuple[int, int, int] | None) -> UnitRanks:
    """A unit with rank, best and worst rank of each month."""
    standings = [
        Standing(name, name, None)
        if each is None
        else Standing(name, name, None, rank=each[0], rank_lower=each[1], rank_upper=each[2])
        for each in ranks
    ]
    return UnitRanks(name, name, tuple(standings))


def ranks_of(*units: UnitRanks, breaks: tuple[int, ...] = ()) -> RanksOfLeague:
    months = tuple(f"2026-{n:02d}" for n in range(1, len(units[0].months) + 1))
    places = range(len(months))
    counts = tuple(sum(each.months[n].is_ranked for each in units) for n in places)
    is_break = tuple(n in breaks for n in places)
    return RanksOfLeague(LEAD, months, counts, ("1.1.0",) * len(months), is_break, units)


def test_every_line_has_the_published_rank_of_each_month(
    compared: Content, found: RanksOfLeague
) -> None:
    sheet = ranks_chart.draw_sheet(found, EN)
    published: dict[str, list[tuple[float, float | None]]] = {}
    rows = compared.comparisons["ranks_by_month"].sort("unit_code", "series_month")
    for code, month, rank in rows.select("unit_code", "series_month", "rank").iter_rows():
        published.setdefault(code, []).append((RANK_MONTHS.index(month), rank))
    drawn = {code: points(line) for code, line in lines(sheet).items()}
    assert {code: drawn[code] for code in published} == published
    # Who never had a rank has no point.
    assert all(rank is None for code in drawn.keys() - published for _, rank in drawn[code])


def test_upright_bars_are_the_published_rank_sets_of_the_months_compared(
    compared: Content, found: RanksOfLeague
) -> None:
    sheet = ranks_chart.draw_sheet(found, EN)
    rows = compared.comparisons["ranks_by_month"]
    for each in found.strong:
        bars = [line for line in sheet.axes.lines if line.get_label() == f"_{each.code}"]
        wanted = [
            rows.filter(unit_code=each.code, series_month=month)
            .select("rank_lower", "rank_upper")
            .row(0)
            for month in (RANK_MONTHS[0], RANK_MONTHS[-1])
        ]
        assert [tuple(bar.get_ydata()) for bar in bars] == wanted


def test_names_at_the_ends_have_rank_and_rank_set_of_the_last_month(
    compared: Content, found: RanksOfLeague, league: League
) -> None:
    written = texts(ranks_chart.draw_sheet(found, VI))
    rows = compared.comparisons["ranks_by_month"].filter(series_month=RANK_MONTHS[-1])
    for row in rows.drop_nulls("rank").iter_rows(named=True):
        rank_set = f"{row['rank_lower']}–{row['rank_upper']}"
        assert f"{row['rank']}  {league.names[row['unit_code']]} ({rank_set})" in written


def test_only_units_whose_rank_sets_do_not_overlap_are_strong(
    compared: Content, found: RanksOfLeague
) -> None:
    sheet = ranks_chart.draw_sheet(found, EN)
    ranked = [each for each in found.units if each.months[-1].is_ranked]
    climber, faller = ranked[1], ranked[-1]
    assert [each.code for each in found.moved] == [faller.code, climber.code]
    drawn = lines(sheet)
    assert drawn[climber.code].get_color() == drawing.BLUE
    assert drawn[climber.code].get_linestyle() == "-"
    assert drawn[faller.code].get_color() == drawing.VERMILION
    assert drawn[faller.code].get_linestyle() == "--"
    light = {code for code, line in drawn.items() if line.get_color() == ranks_chart.LIGHT}
    assert light == drawn.keys() - {climber.code, faller.code}
    rows = compared.comparisons["ranks_by_month"].filter(unit_code=faller.code)
    ranks = rows.sort("series_month")["rank"]
    assert sheet.captions.title == (
        f"2 of {len(ranked)} units moved beyond their rank sets; "
        f"most of all {faller.name}: from {ranks[0]} to {ranks[-1]}"
    )
    assert found.measure_move(faller) == ranks[0] - ranks[-1]
    assert climber.name in sheet.captions.description


def test_the_table_on_the_page_has_the_published_ranks_and_rank_sets(
    compared: Content, folder: Path, league: League
) -> None:
    page = (folder / "leagues" / "province.html").read_text(encoding="utf-8")
    table = page[page.index('class="numbers ranks"') :].split("</table>")[0]
    rows_of_table = table.split("<tbody>")[1]
    shown = {
        name: re.findall(r"<td>([^<]*)", row)
        for name, row in re.findall(r"<tr><th>(.*?)((?:<td>[^<]*)+)", rows_of_table)
    }
    rows = compared.comparisons["ranks_by_month"].sort("series_month")
    for (code,), own in rows.group_by("unit_code"):
        assert shown[league.names[str(code)]] == [
            "–" if rank is None else f"{rank} ({lower}–{upper})"
            for rank, lower, upper in own.select("rank", "rank_lower", "rank_upper").iter_rows()
        ]
    counts = dict(rows.select("series_month", "ranked_units").iter_rows())
    for month, count in counts.items():
        assert f"{VI.short_month(month)}<br>{count} đơn vị có hạng" in table


def test_a_line_is_broken_where_the_unit_was_not_ranked_and_a_rank_alone_is_a_dot(
    compared: Content, found: RanksOfLeague
) -> None:
    ranked = [each for each in found.units if each.months[-1].is_ranked]
    line = lines(ranks_chart.draw_sheet(found, EN))[ranked[AWAY].code]
    gaps = [x for x, rank in points(line) if rank is None]
    assert gaps == [3, 4, 6]
    # The month between the gaps.
    assert line.get_markevery() == [5]
    assert found.ranked_units[3] == found.ranked_units[0] - 1


@pytest.mark.parametrize(
    ("first", "last", "has_moved"),
    [
        ((9, 6, 12), (2, 1, 5), True),  # 5 < 6
        ((9, 6, 12), (2, 1, 6), False),  # both may be 6
        ((2, 1, 5), (9, 6, 12), True),
        (None, (9, 6, 12), False),
        ((2, 1, 5), None, False),
    ],
)
def test_a_unit_has_moved_where_the_rank_sets_do_not_overlap(
    first: tuple[int, int, int] | None, last: tuple[int, int, int] | None, *, has_moved: bool
) -> None:
    one = unit("A", first, (4, 4, 4), last)
    if first is None:
        one = unit("A", None, None, last)
    assert bool(ranks_of(one).moved) == has_moved


def test_the_first_month_with_a_rank_is_compared() -> None:
    late = unit("A", None, (9, 8, 9), (1, 1, 2))
    found = ranks_of(late)
    assert found.find_first(late) == 1
    assert found.moved == (late,)


def test_months_on_the_other_side_of_a_break_are_not_compared_nor_joined() -> None:
    one = unit("A", (9, 8, 9), (1, 1, 1), (1, 1, 1), (1, 1, 1))
    other = unit("B", (1, 1, 1), (2, 2, 2), (2, 2, 2), (2, 2, 2))
    found = ranks_of(one, other, breaks=(1,))
    assert found.start == 1
    assert found.moved == ()
    sheet = ranks_chart.draw_sheet(found, EN)
    assert points(lines(sheet)["A"]) == [(0, 9), (0.5, None), (1, 1), (2, 1), (3, 1)]
    (dotted,) = sheet.axes.collections
    assert [path.vertices[0][0] for path in dotted.get_paths()] == [0.5]
    assert "new boundaries" in texts(sheet)
    assert sheet.captions.title == "From 02/2026 to 04/2026 no unit moved beyond its rank set"


def test_another_version_of_the_method_is_named_at_its_break() -> None:
    found = replace(
        ranks_of(unit("A", (1, 1, 1), (1, 1, 1), (1, 1, 1)), breaks=(2,)),
        versions=("1.1.0", "1.1.0", "2.0.0"),
    )
    assert "method 2.0.0" in texts(ranks_chart.draw_sheet(found, EN))


def test_units_of_equal_rank_end_at_it_with_their_names_one_below_the_other() -> None:
    found = ranks_of(*(unit(name, *[(1, 1, 2)] * 3) for name in "AB"))
    sheet = ranks_chart.draw_sheet(found, EN)
    assert [line.get_ydata()[-1] for line in lines(sheet).values()] == [1, 1]
    heights = [text.y for text in sheet.texts if text.text in ("1  A (1–2)", "1  B (1–2)")]
    assert heights[1] - heights[0] > 0.15


def test_of_a_long_league_the_strong_lines_have_names() -> None:
    size = charts.MOST_ROWS + 10
    still = [unit(f"U{n}", *[(n, max(1, n - 3), n + 3)] * 3) for n in range(1, size)]
    moving = [
        unit(f"M{n}", (n, n, n), (n, n, n), (size - n, size - n, size - n)) for n in range(1, 9)
    ]
    found = ranks_of(*still, *moving)
    assert len(found.moved) == 8
    assert len(found.strong) == MOST_STRONG
    sheet = ranks_chart.draw_sheet(found, EN)
    drawn = lines(sheet)
    assert [drawn[each.code].get_color() for each in found.moved[6:]] == [drawing.QUIET] * 2
    named = [text for text in texts(sheet) if "  M" in text]
    assert len(named) == MOST_STRONG
    # The first and the last beside them.
    assert {"1  U1 (1–4)", f"{size - 1}  U{size - 1} ({size - 4}–{size + 2})"} < set(texts(sheet))
    assert ranks_chart.draw_ranks(ranks_of(*still), league_of_none(), EN) == []


def league_of_none() -> League:
    return League("body:X", "body-x", "body", None, "", 0, {})


def test_too_few_months_make_no_chart(league: League) -> None:
    two = ranks_of(unit("A", (1, 1, 1), (1, 1, 1)))
    assert ranks_chart.draw_ranks(two, league, EN) == []
    assert ranks_chart.draw_ranks(None, league, EN) == []


def test_an_edition_without_ranks_of_the_league_has_none(compared: Content, league: League) -> None:
    without = replace(
        compared,
        comparisons={
            **compared.comparisons,
            "ranks_by_month": compared.comparisons["ranks_by_month"].clear(),
        },
    )
    assert comparisons.read_ranks(without, league, LEAD) is None


def test_a_month_that_nobody_was_ranked_in_stays_in_its_place(
    compared: Content, league: League
) -> None:
    rows = compared.comparisons["ranks_by_month"].filter(pl.col("series_month") != RANK_MONTHS[2])
    without = replace(compared, comparisons={**compared.comparisons, "ranks_by_month": rows})
    found = comparisons.read_ranks(without, league, LEAD)
    assert found is not None
    assert list(found.months) == RANK_MONTHS
    assert found.ranked_units[2] == 0
