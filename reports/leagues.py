"""The leagues of an edition: which unit has which rank and value.

Here belongs the reading of rankings and indices into values that pages, charts and the
terminal show. Not here: how a rank is computed (pipeline.rankings), or how it is shown.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from sys import intern
from typing import Any
from unicodedata import normalize

import polars as pl

from pipeline.agencies.hierarchy import list_above
from pipeline.bulletin import Content
from pipeline.letters import make_slug
from pipeline.methods import Indicator, Method

HEADLINE = "reform_performance_index"
RATES = ("on_time_of_finished", "on_time_766", "due_on_time")
"""The three on-time rates, which are always shown side by side."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A unit in a league by one indicator.

    Values and limits are in the indicator's unit. `rank` None means not ranked, and `note` says
    why; a note beside a rank says what the rank rests on. `rank_lower` to `rank_upper` is the
    printed rank set; `simultaneous_upper` is the worst rank of the set that holds for all units at
    once. `has_changed`: the value differs from last month's by more than chance explains. `maximum`
    and `band` belong to a scoring method.
    """

    code: str
    name: str
    value: float | None
    lower: float | None = None
    upper: float | None = None
    rank: int | None = None
    rank_lower: int | None = None
    rank_upper: int | None = None
    simultaneous_upper: int | None = None
    tier: int | None = None
    band: str | None = None
    previous_value: float | None = None
    previous_rank: int | None = None
    note: str | None = None
    standard_error: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    left_out: float | None = None
    maximum: float | None = None
    interval_source: str | None = None
    has_changed: bool = False

    @property
    def is_ranked(self) -> bool:
        """Whether the unit has a rank."""
        return self.rank is not None

    @property
    def has_limits(self) -> bool:
        """Whether a limit is known, below or above."""
        return self.lower is not None or self.upper is not None

    @property
    def is_provisional(self) -> bool:
        """Whether the rank rests on too short a history."""
        return self.note == "provisional"

    @property
    def change(self) -> float | None:
        """Value minus last month's; None where either is missing."""
        if self.value is None or self.previous_value is None:
            return None
        return self.value - self.previous_value


@dataclass(frozen=True)
class League:
    """Units ranked against each other: of the same kind and the same parent (none at the top).

    `by_indicator` has, for each ranked indicator, all units in order of rank, the unranked
    last. `slug` is a name of ASCII letters for files and anchors, unique in an edition. `depth` is
    the number of agencies above a unit.
    """

    name: str
    slug: str
    kind: str
    parent_code: str | None
    parent_name: str
    depth: int
    by_indicator: Mapping[str, tuple[Standing, ...]]

    @cached_property
    def by_unit(self) -> dict[str, dict[str, Standing]]:
        """Standings by indicator, then by unit code."""
        return {
            indicator: {standing.code: standing for standing in standings}
            for indicator, standings in self.by_indicator.items()
        }

    @cached_property
    def names(self) -> dict[str, str]:
        """The name of every unit by its code."""
        return {s.code: s.name for standings in self.by_indicator.values() for s in standings}

    @property
    def size(self) -> int:
        """How many units the league has."""
        return len(self.names)

    @cached_property
    def _ranked(self) -> dict[str, tuple[Standing, ...]]:
        # Kept: the page of every unit asks for it.
        return {
            name: tuple(s for s in found if s.is_ranked)
            for name, found in self.by_indicator.items()
        }

    def standings(self, indicator: str) -> tuple[Standing, ...]:
        """All units by one indicator; empty when the league is not ranked by it."""
        return self.by_indicator.get(indicator, ())

    def ranked(self, indicator: str) -> tuple[Standing, ...]:
        """The units that have a rank, best first."""
        return self._ranked.get(indicator, ())

    def interval_sources(self, indicator: str) -> tuple[str, ...]:
        """The sources of the units' limits, each once, the source of most units first."""
        sources = Counter(s.interval_source for s in self.standings(indicator) if s.has_limits)
        return tuple(source for source, _ in sources.most_common() if source)

    def find(self, indicator: str, code: str) -> Standing | None:
        """One unit by one indicator."""
        return self.by_unit.get(indicator, {}).get(code)


@dataclass(frozen=True)
class Leagues:
    """The leagues of an edition, and every published value.

    `featured` are shown at length, with charts: the leagues of the highest level at which a league
    ranks two units or, where no league does, has two units. `others` are shown in short
    below them, in order of depth, parent and kind.
    """

    featured: tuple[League, ...]
    others: tuple[League, ...]
    values: Mapping[tuple[str, str], Standing]
    """Every published value by unit code and indicator, ranked or not."""
    names_en: Mapping[str, str]
    """Names in English by code, where names are read in English and there is one."""

    @property
    def all(self) -> tuple[League, ...]:
        """The featured leagues, then the others."""
        return (*self.featured, *self.others)

    def name(self, code: str, name_vi: str) -> str:
        """The name of an agency in the language in which the leagues were read."""
        return self.names_en.get(code, name_vi)

    def is_english(self, name: str) -> bool:
        """Whether a name is the English name of an agency."""
        return name in self._english

    @cached_property
    def unit_names(self) -> dict[str, str]:
        """The name of every unit with a value by its code, in the language of the leagues."""
        return {code: standing.name for (code, _), standing in self.values.items()}

    @cached_property
    def _english(self) -> frozenset[str]:
        return frozenset(self.names_en.values())


def find_lead(method: Method, league: League) -> Indicator:
    """The leading indicator of a league: the reform performance index.

    Where no unit of the league has it: the first other index of points, else the rate of the
    dossiers due, else the first indicator. An indicator by which a unit is ranked comes before
    one by which none is.
    """
    ranked = [indicator for indicator in method.indicators if indicator.is_ranked]
    points = [indicator for indicator in ranked if indicator.unit == "points"]
    first = [indicator for indicator in ranked if indicator.name == HEADLINE]
    due = [indicator for indicator in ranked if indicator.name == RATES[-1]]
    order = [*first, *points, *due, *ranked]
    known = [indicator for indicator in order if league.standings(indicator.name)]
    compared = [indicator for indicator in known if league.ranked(indicator.name)]
    return (compared or known or order)[0]


def list_ranked_indicators(method: Method, league: League) -> tuple[Indicator, ...]:
    """Indicators by which a league is ranked: the leading one first, then in the method's order."""
    first = find_lead(method, league)
    used = [i for i in method.indicators if i.is_ranked and league.standings(i.name)]
    return (first, *(indicator for indicator in used if indicator != first))


def read_leagues(content: Content, language: str = "vi", *, has_all_values: bool = True) -> Leagues:
    """The leagues of an edition. Units have their names in `language` where there are any.

    Ranked units come first, in order of rank, then the others, those with a value before those
    without; ties by code. Unless `has_all_values`, `values` has those of leagues alone.
    """
    names_en = content.register.names_en(content.month) if language == "en" else {}
    names_en = {code: _normalize_name(name) for code, name in names_en.items()}
    indices = _rename_units(content.indices, names_en)
    rankings = _rename_units(content.rankings, names_en)
    if not has_all_values:
        indices = indices.join(rankings, on=["unit_code", "indicator"], how="semi")
    values = _read_values(indices)
    parents, kinds = read_parents_and_kinds(content)
    grouped: dict[str, dict[str, list[Standing]]] = {}
    for row in rankings.iter_rows(named=True):
        standings = grouped.setdefault(row["league"], {}).setdefault(row["indicator"], [])
        standings.append(_make_standing(row, values.get((row["unit_code"], row["indicator"]))))
    leagues = []
    slugs: set[str] = set()
    for name in sorted(grouped):
        by_indicator = {
            indicator: tuple(sorted(standings, key=_sort_key))
            for indicator, standings in grouped[name].items()
        }
        some_unit = min(s.code for standings in by_indicator.values() for s in standings)
        parent = parents.get(some_unit)
        parent_name = ""
        if parent:
            name_vi = _normalize_name(content.register.name(parent, content.month))
            parent_name = names_en.get(parent, name_vi)
        depth = len(list_above(some_unit, parents))
        kind = kinds.get(some_unit, name)
        slug = _make_slug(name, slugs)
        leagues.append(League(name, slug, kind, parent, parent_name, depth, by_indicator))
    leagues.sort(key=lambda league: (league.depth, league.parent_code or "", league.name))
    return Leagues(*_split_featured(leagues), values, names_en)


def find_tiers(standings: Iterable[Standing]) -> list[tuple[int, int, int | None]]:
    """The tiers in order of rank: first place, the place after the last, number of the tier."""
    tiers = [standing.tier for standing in standings]
    starts = [i for i, tier in enumerate(tiers) if i == 0 or tier != tiers[i - 1]]
    return [(first, after, tiers[first]) for first, after in pairwise([*starts, len(tiers)])]


def _rename_units(frame: pl.DataFrame, names: Mapping[str, str]) -> pl.DataFrame:
    """The frame with other names for the units that are in `names`."""
    name = pl.col("unit_code").replace_strict(names, default=pl.col("unit_name"))
    return frame.with_columns(unit_name=name) if names else frame


def _read_values(indices: pl.DataFrame) -> dict[tuple[str, str], Standing]:
    return {
        (code := intern(row["unit_code"]), intern(row["indicator"])): Standing(
            code=code,
            name=_normalize_name(row["unit_name"]),
            value=row["value"],
            lower=row["lower"],
            upper=row["upper"],
            note=row["note"] and intern(row["note"]),
            standard_error=row["standard_error"],
            numerator=row["numerator"],
            denominator=row["denominator"],
            left_out=row["left_out"],
            maximum=row["maximum"],
            interval_source=row["interval_source"] and intern(row["interval_source"]),
        )
        for row in indices.iter_rows(named=True)
    }


_RANKING_COLUMNS = (
    "value",
    "rank",
    "rank_lower",
    "rank_upper",
    "simultaneous_upper",
    "tier",
    "band",
    "previous_value",
    "previous_rank",
    "note",
)


def _make_standing(row: Mapping[str, Any], published: Standing | None) -> Standing:
    ranked = {name: row[name] for name in _RANKING_COLUMNS}
    return replace(
        published or Standing(code=row["unit_code"], name="", value=None),
        name=_normalize_name(row["unit_name"]),
        has_changed=row["change"] is not None,
        **ranked,
    )


def read_parents_and_kinds(content: Content) -> tuple[dict[str, str], dict[str, str]]:
    """Parent and kind by code, from the register; where the indices say another, that holds."""
    parents: dict[str, str] = {}
    kinds: dict[str, str] = {}
    register = content.register.at(content.month).select("code", "parent_code", "kind")
    published = content.indices.select("unit_code", "parent_code", "level").unique()
    for code, parent, kind in (*register.iter_rows(), *published.sort("unit_code").iter_rows()):
        kinds[code] = kind
        if parent:
            parents[code] = parent
    return parents, kinds


def _split_featured(leagues: list[League]) -> tuple[tuple[League, ...], tuple[League, ...]]:
    """The leagues to feature, and the others."""
    compared = (
        [x for x in leagues if any(len(x.ranked(name)) > 1 for name in x.by_indicator)]
        or [x for x in leagues if x.size > 1]
        or leagues
    )
    depth = min((league.depth for league in compared), default=0)
    featured = tuple(league for league in compared if league.depth == depth)
    return featured, tuple(league for league in leagues if league not in featured)


def _sort_key(standing: Standing) -> tuple[float, bool, str]:
    rank = standing.rank if standing.rank is not None else math.inf
    return (rank, standing.value is None, standing.code)


def _normalize_name(name: str) -> str:
    # Interned, as other texts of Standings are: the same ones stand in thousands of them.
    return intern(normalize("NFC", name))


def _make_slug(name: str, taken: set[str]) -> str:
    base = make_slug(name) or "league"
    slug, number = base, 1
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    taken.add(slug)
    return slug
