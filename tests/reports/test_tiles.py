"""The map of tiles: every province once, where it lies, in the shade of its tier."""

from dataclasses import replace

import polars as pl
import pytest

from pipeline.agencies import load as load_register
from pipeline.bulletin import Content
from reports.language import Language
from reports.leagues import League, find_lead, read_leagues
from reports.site import tiles
from reports.site.places import Places, name_unit_files
from reports.site.rendering import Site
from reports.site.tiles import Tile, TileMap

NEIGHBOURS = {
    "2026-10": [
        ("H14", "H37"), ("H26", "H05"), ("H49", "H24"), ("H56", "H41"), ("H17", "H48"),
        ("H48", "H21"), ("H21", "H15"), ("H36", "H32"), ("H29", "H19"), ("H13", "H61"),
    ],
    "2025-06": [
        ("H22", "H14"), ("H26", "H05"), ("H23", "H24"), ("H56", "H41"), ("H57", "H17"),
        ("H17", "H47"), ("H34", "H21"), ("H15", "H45"), ("H36", "H32"), ("H51", "H30"),
    ],
}  # fmt: skip
"""Pairs that share a border and must share an edge of their tiles."""


def make_site(content: Content) -> Site:
    leagues = read_leagues(content)
    return Site(content, leagues, Language("vi"), Places("vi", name_unit_files([])))


def make_map(content: Content) -> TileMap:
    site = make_site(content)
    (league,) = site.leagues.featured
    found = tiles.make_tile_map(site, league, find_lead(content.method, league))
    assert found is not None
    return found


def before_the_merger(content: Content) -> Content:
    """The edition as one of June 2025, when there were 63 provinces."""
    provinces = load_register(None).at("2025-06").filter(pl.col("kind") == "province")
    codes = provinces["code"].to_list()
    one = content.rankings.filter(league="province", unit_code="H26")
    rankings = pl.concat([one.with_columns(unit_code=pl.lit(code)) for code in codes])
    return replace(content, month="2025-06", rankings=rankings)


def provinces_of(found: TileMap) -> dict[str, Tile]:
    return {tile.code: tile for tile in found.tiles if not tile.islands}


@pytest.mark.parametrize(("month", "count"), [("2026-10", 34), ("2025-06", 63)])
def test_every_province_of_the_month_has_one_tile_and_neighbours_touch(
    content: Content, month: str, count: int
) -> None:
    found = make_map(content if month == "2026-10" else before_the_merger(content))
    named = [tile.code for tile in found.tiles if not tile.islands]
    register = load_register(None).at(month).filter(pl.col("kind") == "province")
    assert sorted(named) == sorted(register["code"])
    assert len(named) == count
    places = [(tile.row, tile.column) for tile in found.tiles]
    assert len(places) == len(set(places))
    by_code = provinces_of(found)
    for one, other in NEIGHBOURS[month]:
        a, b = by_code[one], by_code[other]
        assert abs(a.row - b.row) + abs(a.column - b.column) == 1, (one, other)


@pytest.mark.parametrize("month", ["2026-10", "2025-06"])
def test_north_lies_above_south_and_the_islands_lie_east_of_their_provinces(
    content: Content, month: str
) -> None:
    found = make_map(content if month == "2026-10" else before_the_merger(content))
    by_code = provinces_of(found)
    southwards = ["H14", "H26", "H56", "H41", "H57", "H17", "H48", "H15", "H36", "H12"]
    rows = [by_code[code].row for code in southwards]
    assert rows == sorted(rows)
    islands = {tile.islands: tile for tile in found.tiles if tile.islands}
    assert {name: tile.code for name, tile in islands.items()} == {
        "Hoàng Sa": "H17",
        "Trường Sa": "H32",
    }
    for tile in islands.values():
        assert tile.column > max(each.column for each in by_code.values())
        assert tile.shade == by_code[tile.code].shade


def test_a_tile_has_the_shade_of_its_tier_and_none_without_a_rank(content: Content) -> None:
    found = make_map(content)
    by_tier: dict[int, set[int]] = {}
    for tile in provinces_of(found).values():
        assert tile.standing is not None
        if tile.standing.is_ranked and tile.standing.tier is not None:
            by_tier.setdefault(tile.standing.tier, set()).add(tile.shade)
        else:
            assert tile.shade == 0
    assert found.has_gaps
    assert all(len(shades) == 1 for shades in by_tier.values())
    in_order = [shades.pop() for _, shades in sorted(by_tier.items())]
    assert in_order == sorted(in_order)
    assert in_order[0] == 1
    assert {shade for shade, _, _ in found.legend} == set(in_order)


@pytest.mark.parametrize(
    ("count", "shades"),
    [(1, [1]), (5, [1, 2, 3, 4, 5]), (6, [1, 1, 2, 3, 4, 5]), (10, [1, 1, 2, 2, 3, 3, 4, 4, 5, 5])],
)
def test_up_to_five_tiers_have_a_shade_each_and_more_share_them(
    content: Content, count: int, shades: list[int]
) -> None:
    tier = (pl.col("rank") - 1) % count + 1
    rankings = content.rankings.with_columns(tier=tier)
    found = make_map(replace(content, rankings=rankings))
    shade_of = {
        tile.standing.tier: tile.shade
        for tile in found.tiles
        if tile.standing and tile.standing.is_ranked
    }
    assert [shade_of[tier] for tier in range(1, count + 1)] == shades


def test_a_province_that_is_in_no_league_keeps_an_empty_tile_with_its_name(
    content: Content,
) -> None:
    fewer = replace(content, rankings=content.rankings.filter(pl.col("unit_code") != "H26"))
    tile = provinces_of(make_map(fewer))["H26"]
    assert (tile.name, tile.standing, tile.shade) == ("Hà Nội", None, 0)


def test_other_leagues_have_no_map(content: Content) -> None:
    site = make_site(content)
    lead = find_lead(content.method, site.leagues.featured[0])
    assert all(tiles.make_tile_map(site, each, lead) is None for each in site.leagues.others)
    unknown = content.rankings.filter(league="province").with_columns(
        unit_code=pl.lit("X") + pl.col("unit_code")
    )
    elsewhere = make_site(replace(content, rankings=unknown))
    league: League = elsewhere.leagues.featured[0]
    assert tiles.make_tile_map(elsewhere, league, lead) is None
