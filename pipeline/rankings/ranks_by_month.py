"""Ranks by month: where the units of the top leagues stood in each of the last months.

Here belong which leagues these are, and the table of their ranks. Not here: how a unit is ranked
(rank_sets), the counts that the ranks of an earlier month are made from (indices).
"""

from collections.abc import Mapping, Sequence

import polars as pl

from pipeline import months
from pipeline.agencies.hierarchy import list_above
from pipeline.methods import Methods
from pipeline.rankings import leagues, rank_sets, reasons
from pipeline.rankings.scope import RankingScope
from pipeline.tables.comparisons import RANKS_BY_MONTH
from pipeline.tallies import Tallies

MONTHS_BACK = 11
"""How many months before the edition's the ranks begin: with its own month these are a year."""

RANKS = ("league", "indicator", "unit_code", "rank", "rank_lower", "rank_upper", "note")
"""What is known of a unit in a month; columns of tables.RANKINGS."""
_KEYS = [*rank_sets.KEYS, "series_month"]


def list_top_leagues(rankings: pl.DataFrame, scope: RankingScope) -> list[str]:
    """The leagues at the highest level at which a league ranks two units; sorted.

    `rankings` are those of the month (tables.RANKINGS). The level is the number of agencies above.
    """
    parents = dict(
        scope.register.at(scope.month)
        .filter(pl.col("parent_code").is_not_null())
        .select("code", "parent_code")
        .iter_rows()
    )
    ranked = (
        rankings.drop_nulls("rank")
        .group_by(rank_sets.KEYS)
        .agg(pl.col("unit_code").min(), pl.len().alias("units"))
    )
    several = ranked.filter(pl.col("units") > 1).select("league", "unit_code").unique()
    levels = {league: len(list_above(unit, parents)) for league, unit in several.iter_rows()}
    highest = min(levels.values(), default=0)
    return sorted(league for league, level in levels.items() if level == highest)


def list_units(named: Sequence[str], scope: RankingScope) -> list[str]:
    """The units of some leagues in the month of the scope."""
    is_named = pl.col("league").is_in(list(named))
    return leagues.list_members(scope).filter(is_named)["unit_code"].to_list()


def rank_leagues(
    indices: pl.DataFrame,
    tallies: Tallies,
    deliveries: pl.DataFrame,
    scope: RankingScope,
    named: Sequence[str],
) -> pl.DataFrame:
    """The ranks of the units of the leagues `named` in a month: columns RANKS.

    They are the ranks that `rankings.compute` gives from the same `indices`, `tallies` and
    `deliveries`. Only indices of these units are read (`list_units`).
    """
    entries = leagues.list_entries(indices, scope).filter(pl.col("league").is_in(list(named)))
    noted = reasons.with_notes(entries, deliveries.filter(month=scope.month), scope)
    return rank_sets.with_rank_sets(noted, tallies, scope).select(RANKS)


def compute(
    ranks: Mapping[str, pl.DataFrame], methods: Methods, scope: RankingScope
) -> pl.DataFrame:
    """The table of the ranks by month; columns of tables.comparisons.RANKS_BY_MONTH.

    `ranks` has for each month the ranks of its units (columns RANKS), on the boundaries of that
    month; `methods` has every version of every method. `is_break` is true in the first month of a
    league that has another territory, or of an indicator that a version of its method defines in
    another way, than in the month before: ranks on both sides of it are not comparable.
    """
    known = [
        _add_version(frame, methods.at(month)).with_columns(series_month=pl.lit(month))
        for month, frame in sorted(ranks.items())
    ]
    if all(frame.is_empty() for frame in known):
        return RANKS_BY_MONTH.empty()
    together = pl.concat(known)
    breaks = _find_breaks(together, scope)
    table = together.join(breaks, on=_KEYS, how="left").with_columns(
        month=pl.lit(scope.month), ranked_units=pl.col("rank").count().over(_KEYS)
    )
    return RANKS_BY_MONTH.conform(table).sort(
        "month", "league", "indicator", "unit_code", "series_month"
    )


def _add_version(ranks: pl.DataFrame, methods: Methods) -> pl.DataFrame:
    """The ranks of a month with the version of the method that each indicator belongs to, and
    what defines the indicator in it.
    """
    versions = {name: methods.method_of(name).version for name in methods.names}
    definitions = {name: methods.definition_of(name) for name in methods.names}
    indicator = pl.col("indicator")
    return (
        ranks.select(RANKS)
        .filter(indicator.is_in(list(versions)))
        .with_columns(
            method_version=indicator.replace_strict(versions, return_dtype=pl.String),
            definition=indicator.replace_strict(definitions, return_dtype=pl.String),
        )
    )


def _find_breaks(ranks: pl.DataFrame, scope: RankingScope) -> pl.DataFrame:
    """is_break by league, indicator and series_month."""
    first, last = ranks["series_month"].min(), ranks["series_month"].max()
    renewed = _list_renewed(str(first), str(last), scope)
    league_months = ranks.select(*_KEYS, "definition").unique().sort(_KEYS)
    before = league_months.select(
        *_KEYS,
        "definition",
        pl.col("series_month", "definition").shift(1).over(rank_sets.KEYS).name.prefix("p_"),
    )
    territories = (
        before.join(renewed, on="league")
        .filter(pl.col("began").is_between("p_series_month", "series_month", closed="right"))
        .select(_KEYS)
        .unique()
        .with_columns(is_renewed=pl.lit(value=True))
    )
    is_redefined = pl.col("definition") != pl.col("p_definition")
    return before.join(territories, on=_KEYS, how="left").select(
        *_KEYS,
        is_break=is_redefined.fill_null(value=False) | pl.col("is_renewed").fill_null(value=False),
    )


def _list_renewed(first: str, last: str, scope: RankingScope) -> pl.DataFrame:
    """Months in which a unit of a league began to have another territory: league, began."""
    found = [pl.DataFrame(schema={"league": pl.String, "began": pl.String})]
    for month in months.span(first, last):
        at_month = RankingScope(month, scope.method, scope.register)
        renewed = leagues.list_members(at_month).filter(leagues.is_new_territory(at_month))
        found.append(renewed.select("league", began=pl.lit(month)).unique())
    return pl.concat(found)
