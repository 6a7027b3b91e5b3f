"""Who stands where: an edition's frames as leagues of units.

Here belongs the reading of rankings and indices into values that pages, charts and the
terminal show. Not here: how a rank is made (pipeline.rankings), or how it is shown.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any
from unicodedata import normalize

import polars as pl

from pipeline.bulletin import Content
from pipeline.methods import Indicator, Method

HEADLINE = "reform_performance_index"
RATES = ("on_time_of_finished", "on_time_766", "due_on_time")
"""The three on-time rates, which are always shown side by side."""


@dataclass(frozen=True)
class Standing:
    """A unit in a league by one indicator.

    Values and limits are in the indicator's unit. `rank` None means not ranked, and `note`
    says why; a note beside a rank says what it rests on. `rank_lower` to `rank_upper` hold for this
    unit alone or for all at once (`rank_set_kind`), `simultaneous_upper` for all at once.
    `has_changed`: the value differs from last month's by more than chance explains; `rank_change`
    is better or worse where the rank sets of both months do not overlap. `maximum` and `band` are
    those of a method of points.
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
    rank_set_kind: str | None = None
    tier: int | None = None
    band: str | None = None
    rank_change: str | None = None
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
        """Whether the rank stands on too short a history."""
        return self.note == "provisional"

    @property
    def change(self) -> float | None:
        """Value minus last month's; None where either is missing."""
        if self.value is None or self.previous_value is None:
            return None
        return self.value - self.previous_value


@dataclass(frozen=True)
class League:
    """Units ranked against each other: same kind, same parent (none at the top).

    `by_indicator` has, for each ranked indicator, all units in order of rank, the unranked
    last. `slug` is a name of ASCII letters for files and anchors, unique in an edition.
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
        """Indicator, then unit code: the standing."""
        return {
            indicator: {standing.code: standing for standing in standings}
            for indicator, standings in self.by_indicator.items()
        }

    @property
    def size(self) -> int:
        """How many units it has."""
        return len({s.code for standings in self.by_indicator.values() for s in standings})

    def standings(self, indicator: str) -> tuple[Standing, ...]:
        """All units by one indicator; empty when the league is not ranked by it."""
        return self.by_indicator.get(indicator, ())

    def ranked(self, indicator: str) -> tuple[Standing, ...]:
        """The units that have a rank, best first."""
        return tuple(s for s in self.standings(indicator) if s.is_ranked)

    def interval_sources(self, indicator: str) -> tuple[str, ...]:
        """What the limits of its units speak of, each source once, that of most units first."""
        sources = Counter(s.interval_source for s in self.standings(indicator) if s.has_limits)
        return tuple(source for source, _ in sources.most_common() if source)

    def find(self, indicator: str, code: str) -> Standing | None:
        """One unit by one indicator."""
        return self.by_unit.get(indicator, {}).get(code)


@dataclass(frozen=True)
class Places:
    """The edition's leagues.

    `featured` are shown at length, with charts: those of the highest level at which a league
    ranks two units or, where none does, has two. `below` are the others, shown in short below them,
    in order of depth, parent and kind.
    """

    featured: tuple[League, ...]
    below: tuple[League, ...]
    values: Mapping[tuple[str, str], Standing]
    """Every published value by unit code and indicator, ranked or not."""
    names_en: Mapping[str, str]
    """Names in English by code, where names are read in English and there is one."""

    def name(self, code: str, name_vi: str) -> str:
        """The name of an agency in the language that these places are read in."""
        return self.names_en.get(code, name_vi)

    def is_english(self, name: str) -> bool:
        """Whether a name is one of those in English."""
        return name in self._english

    @cached_property
    def _english(self) -> frozenset[str]:
        return frozenset(self.names_en.values())


def lead(method: Method, league: League) -> Indicator:
    """The indicator that a league leads with: the reform performance index.

    Where nobody in the league has it: the first other index of points, else the rate of the
    dossiers due, else whatever comes first. One that somebody is ranked by goes before.
    """
    ranked = [indicator for indicator in method.indicators if indicator.is_ranked]
    points = [indicator for indicator in ranked if indicator.unit == "points"]
    first = [indicator for indicator in ranked if indicator.name == HEADLINE]
    due = [indicator for indicator in ranked if indicator.name == RATES[-1]]
    order = [*first, *points, *due, *ranked]
    known = [indicator for indicator in order if league.standings(indicator.name)]
    compared = [indicator for indicator in known if league.ranked(indicator.name)]
    return (compared or known or order)[0]


def ranked_indicators(method: Method, league: League) -> tuple[Indicator, ...]:
    """Indicators that a league is ranked by: its lead first, then in the method's order."""
    first = lead(method, league)
    used = [i for i in method.indicators if i.is_ranked and league.standings(i.name)]
    return (first, *(indicator for indicator in used if indicator != first))


def read(content: Content, language: str = "vi") -> Places:
    """The leagues of an edition, units named in a language where it has a name for them.

    Units are in order of rank, then those not ranked, with a value before those without; ties by
    code.
    """
    names_en = content.register.names_en(content.month) if language == "en" else {}
    names_en = {code: _name(name) for code, name in names_en.items()}
    indices, rankings = (_renamed(frame, names_en) for frame in (content.indices, content.rankings))
    values = _values(indices)
    parents, kinds = _belonging(content)
    grouped: dict[str, dict[str, list[Standing]]] = {}
    for row in rankings.iter_rows(named=True):
        standings = grouped.setdefault(row["league"], {}).setdefault(row["indicator"], [])
        standings.append(_standing(row, values.get((row["unit_code"], row["indicator"]))))
    leagues = []
    slugs: set[str] = set()
    for name in sorted(grouped):
        by_indicator = {
            indicator: tuple(sorted(standings, key=_order))
            for indicator, standings in grouped[name].items()
        }
        some_unit = min(s.code for standings in by_indicator.values() for s in standings)
        parent = parents.get(some_unit)
        parent_name = ""
        if parent:
            name_vi = _name(content.register.name(parent, content.month))
            parent_name = names_en.get(parent, name_vi)
        depth = _depth(some_unit, parents)
        kind = kinds.get(some_unit, name)
        slug = _slug(name, slugs)
        leagues.append(League(name, slug, kind, parent, parent_name, depth, by_indicator))
    leagues.sort(key=lambda league: (league.depth, league.parent_code or "", league.name))
    return Places(*_split(leagues), values, names_en)


def bands(standings: Iterable[Standing]) -> list[tuple[int, int, int | None]]:
    """Runs of one tier in order of rank: first place, place after the last, tier."""
    tiers = [standing.tier for standing in standings]
    starts = [i for i, tier in enumerate(tiers) if i == 0 or tier != tiers[i - 1]]
    return [(first, after, tiers[first]) for first, after in pairwise([*starts, len(tiers)])]


def _renamed(frame: pl.DataFrame, names: Mapping[str, str]) -> pl.DataFrame:
    """The frame with other names of those units that have one."""
    name = pl.col("unit_code").replace_strict(names, default=pl.col("unit_name"))
    return frame.with_columns(unit_name=name) if names else frame


def _values(indices: pl.DataFrame) -> dict[tuple[str, str], Standing]:
    return {
        (row["unit_code"], row["indicator"]): Standing(
            code=row["unit_code"],
            name=_name(row["unit_name"]),
            value=row["value"],
            lower=row["lower"],
            upper=row["upper"],
            note=row["note"],
            standard_error=row["standard_error"],
            numerator=row["numerator"],
            denominator=row["denominator"],
            left_out=row["left_out"],
            maximum=row["maximum"],
            interval_source=row["interval_source"],
        )
        for row in indices.iter_rows(named=True)
    }


_OF_RANKINGS = (
    "value",
    "rank",
    "rank_lower",
    "rank_upper",
    "simultaneous_upper",
    "rank_set_kind",
    "tier",
    "band",
    "rank_change",
    "previous_value",
    "previous_rank",
    "note",
)


def _standing(row: Mapping[str, Any], published: Standing | None) -> Standing:
    empty = Standing(code=row["unit_code"], name="", value=None)
    taken = {name: row[name] for name in _OF_RANKINGS}
    has_changed = row["change"] is not None
    return replace(
        published or empty, name=_name(row["unit_name"]), has_changed=has_changed, **taken
    )


def _belonging(content: Content) -> tuple[dict[str, str], dict[str, str]]:
    """Parent and kind by code: the register's, and over it what the indices say."""
    parents: dict[str, str] = {}
    kinds: dict[str, str] = {}
    register = content.register.at(content.month).select("code", "parent_code", "kind")
    published = content.indices.select("unit_code", "parent_code", "level").unique()
    for code, parent, kind in (*register.iter_rows(), *published.sort("unit_code").iter_rows()):
        kinds[code] = kind
        if parent:
            parents[code] = parent
    return parents, kinds


def _depth(code: str, parents: Mapping[str, str]) -> int:
    seen = {code}
    while (parent := parents.get(code)) and parent not in seen:
        seen.add(parent)
        code = parent
    return len(seen) - 1


def _split(leagues: list[League]) -> tuple[tuple[League, ...], tuple[League, ...]]:
    """The leagues to feature, and the others."""
    compared = (
        [x for x in leagues if any(len(x.ranked(name)) > 1 for name in x.by_indicator)]
        or [x for x in leagues if x.size > 1]
        or leagues
    )
    depth = min((league.depth for league in compared), default=0)
    featured = tuple(league for league in compared if league.depth == depth)
    return featured, tuple(league for league in leagues if league not in featured)


def _order(standing: Standing) -> tuple[float, bool, str]:
    rank = standing.rank if standing.rank is not None else math.inf
    return (rank, standing.value is None, standing.code)


def _name(name: str) -> str:
    return normalize("NFC", name)


def _slug(name: str, taken: set[str]) -> str:
    letters = normalize("NFD", name.lower().replace("đ", "d")).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^a-z0-9]+", "-", letters)
    base = plain.strip("-") or "league"
    slug, number = base, 1
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    taken.add(slug)
    return slug
