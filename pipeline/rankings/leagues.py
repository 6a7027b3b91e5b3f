"""Leagues: which units are ranked against each other.

Here belongs membership: the same kind of agency under the same parent, measured on the same clock
or scale. Not here: exports that did not come (reasons), ranks (rank_sets).
"""

import polars as pl

from pipeline.methods import Method
from pipeline.rankings.scope import RankingScope
from pipeline.tables import INDICES

NO_INDICES = INDICES.empty()
"""The indices of a month of which nothing is known."""

RANKED_NOTES = ("provisional", "differs_from_parts", "law_changed")
"""Notes of an index that is ranked all the same."""

_INDEX_COLUMNS = (
    "value",
    "clock",
    "scale",
    "numerator",
    "denominator",
    "effective_n",
    "standard_error",
    "months",
    "note",
)


def list_members(scope: RankingScope) -> pl.DataFrame:
    """Every unit in force, once: league, unit_code, unit_name.

    A league is the kind, and the parent's code where there is one.
    """
    parent = pl.col("parent_code")
    return scope.register.at(scope.month).select(
        pl.when(parent.is_null())
        .then(pl.col("kind"))
        .otherwise(pl.col("kind") + ":" + parent)
        .alias("league"),
        pl.col("code").alias("unit_code"),
        pl.col("name_vi").alias("unit_name"),
    )


def list_entries(indices: pl.DataFrame, scope: RankingScope) -> pl.DataFrame:
    """Every unit in force, by league and ranked indicator: league, indicator, sign, unit_code,
    unit_name, has_row, and of the index value, clock, scale, counts, standard error, months,
    note and band.

    `sign` is 1 where more is better, else -1. Only where a unit in the league has a value.
    """
    ranked = pl.DataFrame(
        [
            (indicator.name, 1.0 if indicator.better == "higher" else -1.0)
            for indicator in scope.method.indicators
            if indicator.is_ranked
        ],
        schema={"indicator": pl.String, "sign": pl.Float64},
        orient="row",
    )
    numbers = indices.select(
        "unit_code", "indicator", *_INDEX_COLUMNS, pl.lit(value=True).alias("has_row")
    )
    return (
        list_members(scope)
        .join(ranked, how="cross")
        .join(numbers, on=["unit_code", "indicator"], how="left")
        .with_columns(pl.col("has_row").fill_null(value=False), _band(scope.method).alias("band"))
        .filter(pl.col("value").is_not_null().any().over("league", "indicator"))
        .sort("league", "indicator", "unit_code")
    )


def is_new_territory(scope: RankingScope) -> pl.Expr:
    """Whether the unit_code means another territory from this month on than it did before."""
    codes = scope.register.new_territories.filter(pl.col("month") == scope.month)["code"]
    return pl.col("unit_code").is_in(codes.implode())


def _band(method: Method) -> pl.Expr:
    """The band of a value, null where the indicator has none: bands belong to official methods."""
    band = pl.lit(None, pl.String)
    for indicator in method.indicators:
        for each in reversed(indicator.bands):
            is_reached = pl.col("value") >= float(each.from_points)
            is_in_band = (pl.col("indicator") == indicator.name) & is_reached
            band = pl.when(is_in_band).then(pl.lit(each.name)).otherwise(band)
    return band


def note_other_kinds(entries: pl.DataFrame) -> pl.DataFrame:
    """Entries with the note another_clock or another_scale where a unit differs from the league.

    A league has the clock or scale that most of its units with a value have, of equally many the
    first in the alphabet.
    """
    may_rank = pl.col("value").is_not_null() & (
        pl.col("note").is_null() | pl.col("note").is_in(RANKED_NOTES)
    )
    with_notes = entries
    for kind, note in (("clock", "another_clock"), ("scale", "another_scale")):
        usual = _most_common(with_notes.filter(may_rank), kind)
        is_another = may_rank & (pl.col(kind) != pl.col("usual"))
        with_notes = (
            with_notes.join(usual, on=["league", "indicator"], how="left")
            .with_columns(
                pl.when(is_another).then(pl.lit(note)).otherwise(pl.col("note")).alias("note")
            )
            .drop("usual")
        )
    return with_notes.with_columns(may_rank.alias("is_ranked")).sort(
        "league", "indicator", "unit_code"
    )


def _most_common(entries: pl.DataFrame, kind: str) -> pl.DataFrame:
    """The clock or scale (`usual`) that most units have, by league and indicator."""
    return (
        entries.filter(pl.col(kind).is_not_null())
        .group_by("league", "indicator", pl.col(kind).alias("usual"))
        .len()
        .sort(["league", "indicator", "len", "usual"], descending=[False, False, True, False])
        .unique(["league", "indicator"], keep="first", maintain_order=True)
        .drop("len")
    )
