"""The charts: text alternatives, order, parts of a long league, the same bytes each time."""

import re
from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from pipeline.bulletin import Changes, Content
from reports import charts
from reports.bulletin import pages
from reports.leagues import RATES, League, Standing, read
from reports.words import Language

SVG = "{http://www.w3.org/2000/svg}"
EN = Language("en")


@pytest.fixture(scope="module")
def league(content: Content) -> League:
    return read(content).featured[0]


def _texts(svg: bytes) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_every_chart_has_a_title_and_a_description_that_it_is_labelled_by(
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
    (picture,) = charts.ranked(league, indicator, EN)
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


def test_a_unit_without_a_rank_is_in_no_ranking_chart(content: Content, league: League) -> None:
    indicator = content.method.indicator("due_on_time")
    (picture,) = charts.ranked(league, indicator, EN)
    unranked = [s.name for s in league.standings("due_on_time") if not s.is_ranked]
    assert len(unranked) == 3  # one missing, one refused, one with too few dossiers
    assert not set(unranked) & set(_texts(picture.svg))


def test_the_same_league_gives_the_same_bytes(content: Content, league: League) -> None:
    indicator = content.method.indicator("due_on_time")
    assert charts.ranked(league, indicator, EN) == charts.ranked(league, indicator, EN)


def test_a_league_of_274_is_cut_into_parts_that_name_everybody_once(
    long_league: Callable[[int], Content],
) -> None:
    made = long_league(274)
    (league,) = read(made).featured
    pictures = charts.ranked(league, made.method.indicator("due_on_time"), EN)
    assert len(pictures) == 7  # 274 / 45 = 6.1
    assert len({picture.file_name for picture in pictures}) == 7
    names = [text for picture in pictures for text in _texts(picture.svg) if "Cơ quan" in text]
    assert len(names) == len(set(names)) == 274
    axes = {tuple(re.findall(r"\d+%", " ".join(_texts(picture.svg)))[:3]) for picture in pictures}
    assert len(axes) == 1


def test_the_three_rates_differ_in_shape_and_in_colour(content: Content, league: League) -> None:
    shapes, colours, letters = zip(*(charts.marks.RATES[name] for name in RATES), strict=True)
    assert len(set(shapes)) == len(set(colours)) == len(set(letters)) == 3
    indicators = [content.method.indicator(name) for name in RATES]
    (picture,) = charts.rates(league, indicators, EN)
    for colour in colours:
        assert colour.lower() in picture.svg.decode()


def test_no_chart_of_changes_is_drawn_without_a_month_before(
    content: Content, league: League
) -> None:
    indicator = content.method.indicator("due_on_time")
    (picture,) = charts.changes(league, indicator, EN)
    assert picture.svg
    fresh = {
        name: tuple(replace(s, previous_value=None) for s in standings)
        for name, standings in league.by_indicator.items()
    }
    assert charts.changes(replace(league, by_indicator=fresh), indicator, EN) == []


def test_a_limit_that_is_not_known_does_not_stop_the_chart(
    content: Content, league: League
) -> None:
    indicator = content.method.indicator("p90_time_days")
    open_ended = tuple(replace(s, upper=None) for s in league.standings("p90_time_days"))
    cut = replace(league, by_indicator={"p90_time_days": open_ended})
    (picture,) = charts.ranked(cut, indicator, EN)
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
    (picture,) = charts.ranked(named, indicator, EN)
    assert name in _texts(picture.svg)


def test_the_preview_is_a_small_png(content: Content) -> None:
    picture = charts.preview_png(content, "reform_performance_index")
    assert picture.startswith(b"\x89PNG")
    assert len(picture) < 100_000
    assert picture == charts.preview_png(content)


def test_there_is_no_preview_where_nobody_is_ranked(content: Content) -> None:
    assert charts.preview_png(replace(content, rankings=content.rankings.clear())) == b""
