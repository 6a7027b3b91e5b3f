"""What moved a unit's on-time rate since the month before, on its page.

Here belongs the choice of what the page shows of the table change_parts, and parts that add up as
they are printed. Not here: how a change is split (pipeline.indices.change_parts), the template
(unit_changes.html.j2).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import floor
from typing import Any

from pipeline.tables.comparisons import CHANGES_BY
from reports.categories import CategoryName, name_category
from reports.language import Language
from reports.leagues import Standing

INDICATOR = "due_on_time"
MOST_ROWS = 3
"""The most categories in a table; the others are one row."""
_MOST_SENTENCES = 3
_STEPS_OF_SHARE = 1_000_000
"""A published effect is a whole number of these."""
_STEPS_PRINTED = 10_000
"""Hundredths of a percentage point."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Part:
    """A category's part of the change. Effects are in hundredths of a percentage point."""

    name: CategoryName
    counts: Row
    rate_effect: int
    mix_effect: int

    @property
    def whole(self) -> int:
        """Both effects together."""
        return self.rate_effect + self.mix_effect

    @property
    def before(self) -> float | None:
        """The share on time of the month before; None without dossiers due."""
        return _divide(self.counts["previous_numerator"], self.counts["previous_denominator"])

    @property
    def now(self) -> float | None:
        """The share on time of the month; None without dossiers due."""
        return _divide(self.counts["numerator"], self.counts["denominator"])


@dataclass(frozen=True)
class Split:
    """The change split by one thing: the largest parts first, the others together last.

    They add up to `total`.
    """

    by: str
    parts: tuple[Part, ...]
    total: Part

    @property
    def largest(self) -> Part:
        """The part of a single category that moved most."""
        return self.parts[0]


@dataclass(frozen=True)
class Moved:
    """What moved a unit's rate: sentences, the largest parts first, and the splits.

    `columns` are the heads of the numbers of a part.
    """

    sentences: tuple[str, ...]
    columns: tuple[str, ...]
    splits: tuple[Split, ...]


def describe_change(
    rows: Iterable[Row],
    standing: Standing | None,
    language: Language,
    names: Mapping[str, str],
) -> Moved | None:
    """What moved a unit's rate, from its rows of change_parts; None where it has none.

    `standing` is the unit's own by the rate, `names` are the names of units by code.
    """
    found = sorted(
        (row for row in rows if row["indicator"] == INDICATOR),
        key=lambda row: (CHANGES_BY.index(row["by"]), row["category"]),
    )
    splits = [
        _split(by, list(of_one), language, names)
        for by, of_one in groupby(found, key=lambda row: str(row["by"]))
    ]
    if not splits:
        return None
    is_provisional = found[0]["note"] is not None
    return Moved(
        tuple(_write_sentences(splits, standing, language, is_provisional=is_provisional)),
        (
            language.text("moved.before_now"),
            language.text("moved.due"),
            language.text("moved.by_rate"),
            language.text("moved.by_mix"),
            language.text("moved.whole"),
        ),
        tuple(split for split in splits if len(split.parts) > 1),
    )


def _split(by: str, rows: Sequence[Row], language: Language, names: Mapping[str, str]) -> Split:
    """A split with at most MOST_ROWS categories of their own."""
    ordered = sorted(rows, key=lambda row: (-abs(_in_steps(row, *_EFFECTS)), row["category"]))
    shown = ordered[: MOST_ROWS if len(ordered) > MOST_ROWS + 1 else None]
    hidden = ordered[len(shown) :]
    named = [(_name(row, by, language, names), [row]) for row in shown]
    if hidden:
        named.append((CategoryName(language.text("category.others", count=len(hidden))), hidden))
    effects = [_in_steps_of_all(some, effect) for _, some in named for effect in _EFFECTS]
    printed = add_up(effects, _STEPS_OF_SHARE // _STEPS_PRINTED)
    parts = [
        Part(name, _add_counts(some), printed[2 * place], printed[2 * place + 1])
        for place, (name, some) in enumerate(named)
    ]
    total = Part(
        CategoryName(language.text("category.all")),
        _add_counts(rows),
        sum(part.rate_effect for part in parts),
        sum(part.mix_effect for part in parts),
    )
    return Split(by, tuple(parts), total)


def _name(row: Row, by: str, language: Language, names: Mapping[str, str]) -> CategoryName:
    category = row["category"]
    return name_category(language, by, category, row["unit_code"], names.get(category, category))


_EFFECTS = ("rate_effect", "mix_effect")
_COUNTS = ("previous_numerator", "previous_denominator", "numerator", "denominator")


def add_up(parts: Sequence[int], step: int) -> list[int]:
    """Whole parts in steps of `step`, so that they add up to their sum in steps, halves up.

    Each is rounded down; those that lost most go up by one, the first of equal ones.
    """
    down = [part // step for part in parts]
    missing = floor((sum(parts) + step / 2) / step) - sum(down)
    by_loss = sorted(range(len(parts)), key=lambda place: (-(parts[place] % step), place))
    for place in by_loss[:missing]:
        down[place] += 1
    return down


def _in_steps(row: Row, *effects: str) -> int:
    return sum(round(row[effect] * _STEPS_OF_SHARE) for effect in effects)


def _in_steps_of_all(rows: Sequence[Row], effect: str) -> int:
    return sum(_in_steps(row, effect) for row in rows)


def _add_counts(rows: Sequence[Row]) -> Row:
    return {name: sum(row[name] for row in rows) for name in _COUNTS}


def _divide(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _write_sentences(
    splits: Sequence[Split],
    standing: Standing | None,
    language: Language,
    *,
    is_provisional: bool,
) -> Iterator[str]:
    total = splits[0].total
    yield language.text(
        "moved.change",
        before=language.percent(total.before),
        now=language.percent(total.now),
        difference=language.percentage_points(total.whole),
    )
    if standing is not None and standing.is_ranked and not standing.has_changed:
        yield language.text("moved.within_chance")
    if is_provisional:
        yield language.text("moved.provisional")
    compared = [split for split in splits if len(split.parts) > 1 and split.largest.whole]
    for split in sorted(compared, key=lambda each: -abs(each.largest.whole))[:_MOST_SENTENCES]:
        part = split.largest
        yield language.text(
            "moved.largest",
            by=language.text(f"by.{split.by}"),
            category=part.name.text,
            whole=language.percentage_points(part.whole),
            before=language.percent(part.before),
            now=language.percent(part.now),
            rate=language.percentage_points(part.rate_effect),
            weight_before=_write_weight(part, split.total, "previous_denominator", language),
            weight_now=_write_weight(part, split.total, "denominator", language),
            mix=language.percentage_points(part.mix_effect),
        )


def _write_weight(part: Part, total: Part, name: str, language: Language) -> str:
    return language.percent(_divide(part.counts[name], total.counts[name]))
