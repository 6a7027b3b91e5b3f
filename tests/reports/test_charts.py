"""The charts: text alternatives, order, parts of a long league, the same bytes each time."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from pipeline.bulletin import Changes, Content
from reports import charts, drawing, markers
from reports.language import Language
from reports.leagues import RATES, League, Standing, read_leagues
from reports.site import pages

SVG = "{http://www.w3.org/2000/svg}"
EN = Language("en")


@pytest.fixture(scope="module")
def league(content: Content) -> League:
    return read_leagues(content).featured[0]


def _texts(svg: bytes) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def _ticks(svg: bytes) -> list[tuple[str, float]]:
    """What is written at the ticks, above and below the axis, and where from left to right."""
    return [
        (element.text or "", float(element.get("x", "")))
        for group in ElementTree.fromstring(svg).iter(f"{SVG}g")
        if group.get("text-anchor") == "middle"
        for element in group.iter(f"{SVG}text")
    ]


def test_every_chart_is_labelled_by_its_title_and_its_description(
    small: Content, first_edition: Changes
) -> None:
    for path, content_of in pages(small, 1, first_edition, []).items():
        if not path.endswith(".svg"):
            continue
        root = ElementTree.fromstring(content_of)
        title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
        assert title.text
        assert description.text
        assert root.get("role") == "img"
        assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"


def test_units_are_drawn_in_order_of_rank_with_value_and_rank_set(
    content: Content, league: League
) -> None:
    indicator = content.method.indicator("due_on_time")
    (picture,) = charts.draw_ranking(league, indicator, EN)
    texts = _texts(picture.svg)
    ranked = league.ranked("due_on_time")
    names = [text for text in texts if text in {s.name for s in ranked}]
    assert names == [s.name for s in ranked]
    for standing in ranked:
        place = texts.index(standing.name)
        assert texts[place + 1 : place + 4] == [
            f"{100 * standing.value:.1f}%",
            EN.rank_set(standing),
            str(standing.tier),
        ]


def test_a_name_stands_at_the_height_of_its_mark(content: Content, league: League) -> None:
    (picture,) = charts.draw_ranking(league, content.method.indicator("due_on_time"), EN)
    root = ElementTree.fromstring(picture.svg)
    names = {standing.name for standing in league.ranked("due_on_time")}
    written = [float(text.get("y", "")) for text in root.iter(f"{SVG}text") if text.text in names]
    drawn = sorted(float(mark.get("cy", "")) for mark in root.iter(f"{SVG}circle"))
    assert len(drawn) == len(written)
    below = [name - mark for name, mark in zip(written, drawn, strict=True)]
    assert below == pytest.approx([3.42] * len(below), abs=0.1)  # points from middle to baseline


def test_a_tick_is_written_above_and_below_its_line_of_the_grid(
    content: Content, league: League
) -> None:
    (picture,) = charts.draw_ranking(league, content.method.indicator("due_on_time"), EN)
    ticks = _ticks(picture.svg)
    assert ticks[::2] == ticks[1::2]
    (lines,) = re.findall(rf'stroke="{drawing.GRID}"[^>]* d="([^"]+)"', picture.svg.decode())
    grid = re.findall(r"M([\d.]+) [\d.]+v", lines)
    assert [x for _, x in ticks[::2]] == pytest.approx([float(x) for x in grid], abs=0.01)


def test_ticks_are_round_numbers_between_the_ends_written_as_the_language_does(
    content: Content,
) -> None:
    share, days = (content.method.indicator(name) for name in ("due_on_time", "p90_time_days"))
    scale = markers.make_scale([0.71, None, 0.94], share, EN)
    assert list(scale.ticks.values()) == ["75%", "80%", "85%", "90%"]
    assert scale.ends[0] < 0.71
    assert scale.ends[1] > 0.94
    vietnamese = markers.make_scale([3.1, 3.9], days, Language("vi"))
    assert list(vietnamese.ticks.values()) == ["3,2", "3,4", "3,6", "3,8"]


def test_a_unit_without_a_rank_is_in_no_ranking_chart(content: Content, league: League) -> None:
    indicator = content.method.indicator("due_on_time")
    (picture,) = charts.draw_ranking(league, indicator, EN)
    unranked = [s.name for s in league.standings("due_on_time") if not s.is_ranked]
    assert len(unranked) == 3  # one missing, one refused, one with too few dossiers
    assert not set(unranked) & set(_texts(picture.svg))


def test_the_same_league_gives_the_same_bytes(content: Content, league: League) -> None:
    indicator = content.method.indicator("due_on_time")
    assert charts.draw_ranking(league, indicator, EN) == charts.draw_ranking(league, indicator, EN)


@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_a_sheet_is_as_wide_in_every_process(seed: str) -> None:
    # Python hashes texts with another seed in every process, so sets have another order.
    lines = [drawing.Line(f"{a}{b}{c}", ("1",)) for a in "RWIJ" for b in "X1AI" for c in "7WQI"]
    width = (
        "from reports import drawing; "
        f"names = {[line.name for line in lines]}; "
        "lines = [drawing.Line(name, ('1',)) for name in names]; "
        "captions = drawing.Captions('Title', 'Description', ('Value',)); "
        "sheet = drawing.make_sheet(lines, captions, drawing.Scale((0, 1), {})); "
        "print(sheet.figure.get_figwidth())"
    )
    ended = subprocess.run(
        [sys.executable, "-c", width],
        env=os.environ | {"PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    captions = drawing.Captions("Title", "Description", ("Value",))
    here = drawing.make_sheet(lines, captions, drawing.Scale((0, 1), {}))
    assert float(ended.stdout) == here.figure.get_figwidth()


def test_a_league_of_274_is_cut_into_parts_that_name_everybody_once(
    long_league: Callable[[int], Content],
) -> None:
    made = long_league(274)
    (league,) = read_leagues(made).featured
    pictures = charts.draw_ranking(league, made.method.indicator("due_on_time"), EN)
    assert len(pictures) == 7  # 274 / 45 = 6.1
    assert len({picture.file_name for picture in pictures}) == 7
    names = [text for picture in pictures for text in _texts(picture.svg) if "Cơ quan" in text]
    assert len(names) == len(set(names)) == 274
    assert len({tuple(_ticks(picture.svg)) for picture in pictures}) == 1


def test_the_three_rates_differ_in_shape_and_in_colour(content: Content, league: League) -> None:
    shapes, colours, letters = zip(*(markers.RATES[name] for name in RATES), strict=True)
    assert len(set(shapes)) == len(set(colours)) == len(set(letters)) == 3
    indicators = [content.method.indicator(name) for name in RATES]
    (picture,) = charts.draw_rates(league, indicators, EN)
    for colour in colours:
        assert colour.lower() in picture.svg.decode()


def test_no_chart_of_changes_is_drawn_without_a_month_before(
    content: Content, league: League
) -> None:
    indicator = content.method.indicator("due_on_time")
    (picture,) = charts.draw_changes(league, indicator, EN)
    assert picture.svg
    fresh = {
        name: tuple(replace(s, previous_value=None) for s in standings)
        for name, standings in league.by_indicator.items()
    }
    assert charts.draw_changes(replace(league, by_indicator=fresh), indicator, EN) == []


def test_a_limit_that_is_not_known_does_not_stop_the_chart(
    content: Content, league: League
) -> None:
    indicator = content.method.indicator("p90_time_days")
    open_ended = tuple(replace(s, upper=None) for s in league.standings("p90_time_days"))
    cut = replace(league, by_indicator={"p90_time_days": open_ended})
    (picture,) = charts.draw_ranking(cut, indicator, EN)
    assert b"nan" not in picture.svg.lower().replace(b"finance", b"")


def test_names_with_markup_or_formulas_are_drawn_as_they_are(
    content: Content, league: League
) -> None:
    indicator = content.method.indicator("due_on_time")
    name = "A & <B> $x^2$"
    standing = Standing(
        "X", name, 0.5, lower=0.4, upper=0.6, rank=1, rank_lower=1, rank_upper=1, tier=1
    )
    named = replace(league, by_indicator={"due_on_time": (standing,)})
    (picture,) = charts.draw_ranking(named, indicator, EN)
    assert name in _texts(picture.svg)


def test_the_preview_is_a_small_png(content: Content) -> None:
    picture = charts.draw_preview(content, "reform_performance_index")
    assert picture.startswith(b"\x89PNG")
    assert len(picture) < 100_000
    assert picture == charts.draw_preview(content)


def test_a_sheet_saved_as_png_has_its_words_and_is_left_as_it_was() -> None:
    scale = drawing.Scale((0.0, 1.0), {0.5: "50%"})
    captions = drawing.Captions("Title", "Description", ("Value",))
    drawn = drawing.make_sheet([drawing.Line("Unit", ("50%",))], captions, scale)
    before, with_text = drawing.render_svg(drawn), drawing.render_png(drawn)
    assert drawing.render_svg(drawn) == before
    assert drawing.render_png(replace(drawn, texts=())) != with_text


def test_there_is_no_preview_where_nobody_is_ranked(content: Content) -> None:
    assert charts.draw_preview(replace(content, rankings=content.rankings.clear())) == b""
