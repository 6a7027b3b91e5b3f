"""The map of tiles: one equal tile for each province, coloured by tier, with the value in it.

Here belongs which tile stands where and in which colour. Not here: the layouts (tiles.toml), ranks
and tiers (leagues), what a tile looks like (tile_map.html.j2, style.css).
"""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from pipeline.methods import Indicator
from reports.leagues import League, Standing
from reports.site.rendering import Site

SHADES = 5
"""Shades of colour; where there are more tiers, neighbouring tiers share one."""


@dataclass(frozen=True)
class Tile:
    """A province on the map, or the islands that belong to it; row and column count from 1.

    `standing` is None where the province is not in the league. `shade` runs from 1, the best tiers,
    to SHADES; 0 is a province without a tier.
    """

    row: int
    column: int
    code: str
    name: str
    standing: Standing | None
    shade: int
    islands: str = ""


@dataclass(frozen=True)
class TileMap:
    """The tiles of a league by one indicator, and its legend: first and last tier by shade."""

    indicator: Indicator
    tiles: tuple[Tile, ...]
    legend: tuple[tuple[int, int, int], ...]

    @property
    def has_gaps(self) -> bool:
        """Whether a province has no tier."""
        return any(not tile.shade for tile in self.tiles)


def make_tile_map(site: Site, league: League, indicator: Indicator) -> TileMap | None:
    """The map of a league of provinces; None for any other league, and where a unit has no tile."""
    rows = _find_layout(site.content.month)
    places = {code for row in rows for code in row if code != "."}
    units = {standing.code for standing in league.standings(indicator.name)}
    if league.parent_code or not units or not units <= places:
        return None
    tiers = sorted({s.tier for s in league.ranked(indicator.name) if s.tier is not None})
    shades = dict(zip(tiers, _spread_shades(len(tiers)), strict=True))
    return TileMap(
        indicator,
        tuple(_lay_tiles(site, league, indicator, shades)),
        tuple(_make_legend(shades)),
    )


def _lay_tiles(
    site: Site, league: League, indicator: Indicator, shades: dict[int, int]
) -> Iterator[Tile]:
    islands = _load()["islands"]
    for row, codes in enumerate(_find_layout(site.content.month), 1):
        for column, written in enumerate(codes, 1):
            code = written.rstrip("*")
            if code == ".":
                continue
            standing = league.find(indicator.name, code)
            name_vi = site.content.register.name(code, site.content.month)
            name = standing.name if standing else site.leagues.name(code, name_vi)
            tier = standing.tier if standing and standing.is_ranked else None
            shade = shades[tier] if tier is not None else 0
            named = islands[code] if written != code else ""
            yield Tile(row, column, code, name, standing, shade, named)


def _spread_shades(count: int) -> list[int]:
    """The shade of each of so many tiers, the best first."""
    if count <= SHADES:
        return list(range(1, count + 1))
    return [1 + place * SHADES // count for place in range(count)]


def _make_legend(shades: dict[int, int]) -> Iterable[tuple[int, int, int]]:
    for shade in sorted(set(shades.values())):
        tiers = [tier for tier, own in shades.items() if own == shade]
        yield shade, min(tiers), max(tiers)


def _find_layout(month: str) -> list[list[str]]:
    """The layout in force in a month, as rows of codes."""
    layouts = sorted(_load()["maps"], key=lambda layout: str(layout["first_month"]))
    held = [layout for layout in layouts if layout["first_month"] <= month]
    return [row.split() for row in held[-1]["rows"]]


@cache
def _load() -> dict[str, Any]:
    text = (resources.files("reports") / "tiles.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
