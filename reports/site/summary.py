"""The summary of an edition: what the page of all months tells of it, as a small file of its own.

An edition is never changed and brings its texts with it, so the page of all months can always be
made again from what lies on the disk. Here belong writing and reading that file. Not here: the
sentences (highlights), the page (reports.all_months).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from pipeline import letters
from pipeline.bulletin import Content
from reports import change_marks
from reports.change_marks import ChangeMark, ChangeMarks, MarkGroup
from reports.highlights import write_highlights
from reports.leagues import League, find_lead
from reports.site.rendering import Site

SUMMARY = "summary.json"
"""Where it lies in the edition."""
_OF_CHANGES = ("improved", "fell")
"""Topics of highlights that `changes` tell in another form."""


@dataclass(frozen=True)
class Mover:
    """A unit whose value differs from last month's by more than chance explains.

    `change` is written in the language, with its sign.
    """

    code: str
    name: str
    change: str


@dataclass(frozen=True)
class LeagueChange:
    """Which units of a league improved or fell since last month by its leading indicator.

    `is_tested`: some unit could be compared with its value of last month; `compared` are so many
    (0 too in a summary from before these were counted).
    """

    league: str
    indicator: str
    is_tested: bool
    better: tuple[Mover, ...] = ()
    worse: tuple[Mover, ...] = ()
    compared: int = 0


@dataclass(frozen=True)
class Told:
    """What an edition tells in one language. `marks` are of all leagues and indicators."""

    highlights: tuple[str, ...] = ()
    changes: tuple[LeagueChange, ...] = ()
    marks: ChangeMarks = field(default_factory=ChangeMarks)


@dataclass(frozen=True)
class UnitEntry:
    """A unit with a page: its names, the agency above it if any, the name of its file."""

    code: str
    name_vi: str
    name_en: str
    parent: str
    stem: str


@dataclass(frozen=True)
class Summary:
    """What the page of all months needs of an edition.

    `told` by language. `missing` are the senders that sent nothing for the month.
    """

    told: Mapping[str, Told] = field(default_factory=dict)
    units: tuple[UnitEntry, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class SummaryPart:
    """What a summary takes from the site in one language: `names` has the units by code."""

    told: Told
    names: Mapping[str, str]


def read_part(site: Site) -> SummaryPart:
    """The part of a summary from the site in one language."""
    return SummaryPart(_tell(site), site.leagues.unit_names)


def make_summary(
    content: Content, stems: Mapping[str, str], parts: Mapping[str, SummaryPart]
) -> bytes:
    """The summary of an edition from its part of every language. Same arguments, same bytes.

    `stems` has the names of the files of units by code.
    """
    missing = content.deliveries.filter(status="missing")["sender_code"].unique().sort()
    summary = Summary(
        {code: part.told for code, part in parts.items()},
        _list_units(content, stems, parts),
        tuple(missing.to_list()),
    )
    text = json.dumps(
        _clean(asdict(summary)), ensure_ascii=False, separators=(",", ":"), sort_keys=True
    )
    return f"{text}\n".encode()


def _clean(value: Any) -> Any:  # noqa: ANN401
    """Values for JSON, their texts without control characters, which JSON would only escape."""
    if isinstance(value, str):
        return letters.without_steering(value)
    if isinstance(value, dict):
        return {key: _clean(each) for key, each in value.items()}
    return [_clean(each) for each in value] if isinstance(value, list | tuple) else value


def read_summary(written: bytes) -> Summary | None:
    """A summary as it was written; None where it is none."""
    try:
        found = json.loads(written)
        return Summary(
            {language: _read_told(told) for language, told in found["told"].items()},
            tuple(UnitEntry(**unit) for unit in found["units"]),
            tuple(found["missing"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _read_told(told: Mapping[str, Any]) -> Told:
    return Told(
        tuple(told["highlights"]),
        tuple(
            LeagueChange(
                **{**change, **{side: _read_movers(change[side]) for side in ("better", "worse")}}
            )
            for change in told["changes"]
        ),
        # Summaries of earlier versions have none.
        _read_marks(told.get("marks", {"sentences": [], "groups": []})),
    )


def _read_marks(marks: Mapping[str, Any]) -> ChangeMarks:
    groups = (
        MarkGroup(**{**group, "marks": tuple(ChangeMark(**mark) for mark in group["marks"])})
        for group in marks["groups"]
    )
    return ChangeMarks(tuple(marks["sentences"]), tuple(groups))


def _read_movers(movers: Sequence[Mapping[str, str]]) -> tuple[Mover, ...]:
    return tuple(Mover(**mover) for mover in movers)


def _tell(site: Site) -> Told:
    found = write_highlights(site.content, site.leagues, site.language)
    return Told(
        tuple(s for each in found if each.topic not in _OF_CHANGES for s in each.sentences),
        tuple(_find_changes(site, league) for league in site.leagues.featured),
        change_marks.write_marks(site.content, site.leagues, site.language),
    )


def _find_changes(site: Site, league: League) -> LeagueChange:
    indicator = find_lead(site.content.method, league)
    compared = change_marks.list_compared(league, indicator)
    sides: dict[bool, list[Mover]] = {True: [], False: []}
    for standing in compared:
        if standing.has_changed:
            written = site.language.difference(standing.change or 0, indicator)
            mover = Mover(standing.code, standing.name, written)
            sides[change_marks.is_better(standing, indicator)].append(mover)
    return LeagueChange(
        site.language.league(league),
        site.language.phrase(indicator),
        bool(compared),
        tuple(sides[True]),
        tuple(sides[False]),
        len(compared),
    )


def _list_units(
    content: Content, stems: Mapping[str, str], parts: Mapping[str, SummaryPart]
) -> tuple[UnitEntry, ...]:
    named = content.indices.select("unit_code", "unit_name", "parent_code").unique(
        "unit_code", keep="first", maintain_order=True
    )
    return tuple(
        UnitEntry(
            code,
            parts["vi"].names.get(code, name),
            parts["en"].names.get(code, name),
            parent or "",
            stems[code],
        )
        for code, name, parent in sorted(named.iter_rows(), key=lambda row: str(row[0]))
    )
