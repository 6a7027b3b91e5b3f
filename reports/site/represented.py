"""How far those who answered stand for those who were served, as pages of units and leagues say it.

Here belong sentences and columns made of the tables representation, responses, unmarked and
sensitivity. Not here: how they are computed (pipeline.rankings), the templates.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline.bulletin import Content
from pipeline.rankings.other_satisfaction import INDICATOR
from reports.comparisons import Comparisons
from reports.language import Language

_LEAST_PART = 0.01
"""The least part of a unit's answers that is given in percent: it is published in hundredths."""


@dataclass(frozen=True)
class RepresentedLeague:
    """The satisfied share that is not published, by unit, with the head of its column and what is
    to know of it: that of all served, or of those who answered, as the method takes the other.
    """

    head: str
    shares: Mapping[str, str]
    sentence: str


def read_league(content: Content, league: str, language: Language) -> RepresentedLeague | None:
    """The shares of a league adjusted for who answers; None where no unit has one."""
    units = content.comparisons["representation"].filter(
        pl.col("league") == league, pl.col("adjusted_share").is_not_null()
    )
    if units.is_empty():
        return None
    is_adjusted = content.method.satisfaction == "adjusted"
    shares = {
        row["unit_code"]: language.percent(row["share"])
        if is_adjusted
        else f"{language.percent(row['adjusted_share'])} ("
        f"{language.percent(row['lower'])} – {language.percent(row['upper'])})"
        for row in units.iter_rows(named=True)
    }
    apart = units.filter((pl.col("share") < pl.col("lower")) | (pl.col("share") > pl.col("upper")))
    sentence = language.text(
        "represented.league_adjusted" if is_adjusted else "represented.league",
        units=units.height,
        apart=apart.height,
    )
    head = language.text("represented.of_answers" if is_adjusted else "represented.of_all")
    return RepresentedLeague(head, shares, sentence)


def describe_other_share(
    content: Content, comparisons: Comparisons, language: Language
) -> str | None:
    """Which units of a league would change place with the satisfaction share that the method does
    not take; None where that is known of no unit.
    """
    if not comparisons.has_other_share:
        return None
    displaced = comparisons.displaced
    key = f"other_share.{content.method.satisfaction}{'' if displaced else '_none'}"
    named = [f"{each.name} ({each.rank} → {each.other_share_rank})" for each in displaced]
    return language.text(
        key,
        count=len(displaced),
        units=len(comparisons.rank_bands),
        names=language.join_names(named),
    )


def describe_units(content: Content, language: Language) -> dict[str, tuple[str, ...]]:
    """The sentences on how far those who answered stand for those who were served, by unit."""
    by_lateness = content.comparisons["responses"].filter(margin="lateness")
    rates: dict[str, dict[str, float]] = {}
    for unit, level, rate in by_lateness.select("unit_code", "level", "response_rate").iter_rows():
        rates.setdefault(unit, {})[level] = rate
    return {
        row["unit_code"]: tuple(_describe_unit(row, rates.get(row["unit_code"], {}), language))
        for row in content.comparisons["representation"].iter_rows(named=True)
    }


def list_adjusted(content: Content) -> frozenset[str]:
    """The units whose index is of the satisfied share of all who were served."""
    if content.method.satisfaction != "adjusted":
        return frozenset()
    units = content.comparisons["representation"]
    return frozenset(units.drop_nulls("adjusted_share")["unit_code"])


def describe_unmarked(content: Content, language: Language) -> dict[str, str]:
    """By unit, what its numbers are without the answers that findings mark, where the share that
    is shown differs.
    """
    index = content.method.indicator(INDICATOR)
    found = {}
    for row in content.comparisons["unmarked"].iter_rows(named=True):
        share, unmarked = (language.percent(row[name]) for name in ("share", "unmarked_share"))
        if share == unmarked:
            continue
        marked = row["marked_share"]
        part = language.text(
            "unmarked.under_one" if marked < _LEAST_PART else "unmarked.part",
            marked=language.percent(marked),
        )
        sentences = [language.text("unmarked.share", part=part, unmarked=unmarked, share=share)]
        if row["unmarked_value"] is not None:
            values = {
                name: language.value(row[column], index)
                for name, column in (("unmarked", "unmarked_value"), ("value", "value"))
            }
            ranks = {name: row[name] for name in ("rank", "unmarked_rank")}
            sentences.append(language.text("unmarked.index", **values, **ranks))
        found[row["unit_code"]] = " ".join(sentences)
    return found


def _describe_unit(
    row: Mapping[str, Any], rates: Mapping[str, float], language: Language
) -> Iterator[str]:
    if len(rates) > 1:
        shown = {level: language.percent(rate) for level, rate in rates.items()}
        yield language.text("represented.by_lateness", **shown)
    if row["adjusted_share"] is None:
        reason = language.text(f"represented_reason.{row['reason']}")
        yield language.text("represented.crude", reason=reason)
        return
    numbers = {
        name: language.percent(row[column])
        for name, column in {
            "adjusted": "adjusted_share",
            **{each: each for each in ("share", "lower", "upper", "lowest", "highest")},
        }.items()
    }
    for key, names in {
        "all": ("adjusted", "lower", "upper", "share"),
        "bounds": ("lowest", "highest"),
    }.items():
        yield language.text(f"represented.{key}", **{name: numbers[name] for name in names})
