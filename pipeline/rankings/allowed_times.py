"""Allowed times far above those of the peers: which dossiers have one, for the same procedure.

Here belongs comparing the times that the units of a league allow themselves for a procedure. Not
here: counting allowed times (tallies.allowed), what stands out (findings).
"""

import polars as pl

from pipeline.rankings.leagues import list_members
from pipeline.rankings.scope import RankingScope
from pipeline.statistics.medians import medians_of_others, weighted_medians
from pipeline.tallies.pooling import Pools

LEAST_DOSSIERS = 10
"""Dossiers of a procedure that a unit must have received to be a peer [ours]."""
LEAST_PEERS = 3
"""Other units of the league with so many dossiers of the procedure that a median needs [ours]."""
TIMES_THE_PEERS = 1.5
"""An allowed time is far above the peers' from more than this times their median on [ours]: one
re-appointment gives about as much."""
MORE_DAYS = 2
"""And from so many days more on [ours]: a day passes with the hour of receipt, and one day of two
is no long time."""

FINDING = "allowed_far_above_peers"

_PROCEDURE = ("league", "clock", "procedure_code")
"""What is compared: a procedure of the units of a league in a month, on one clock."""


def find_longer(allowed: pl.LazyFrame, pools: Pools, scope: RankingScope) -> pl.DataFrame:
    """How many dossiers of each unit have an allowed time far above the peers', in the month and in
    the months before: month, unit_code, finding, cases, looked_at.

    Takes cells of tables.ALLOWED. One month after the other is read, the latest first, and only as
    far back as an agency of `pools` has a case in every month: a nation has millions of cells. Each
    month has the leagues of its own register.
    """
    at_month, found = scope, [_find_of_month(allowed, scope)]
    with_cases = _list_with_cases(found[0], pools)
    while with_cases:
        at_month = at_month.month_before
        found.append(_find_of_month(allowed, at_month))
        with_cases &= _list_with_cases(found[-1], pools)
    return pl.concat(found)


def _list_with_cases(found: pl.DataFrame, pools: Pools) -> set[str]:
    """The units with a case, and the agencies above them."""
    units = found.lazy().filter(pl.col("cases") > 0).select("unit_code")
    return set(pools.add_agencies_above(units).collect()["unit_code"])


def _find_of_month(allowed: pl.LazyFrame, scope: RankingScope) -> pl.DataFrame:
    """The rows of one month.

    The peers of a unit are the other units of its league that received LEAST_DOSSIERS of the
    procedure in the month, on the same clock; each has the median of its allowed times (the lower
    one of two), and of these the median is taken. Looked at are dossiers of procedures with
    LEAST_PEERS peers.
    """
    cells = _number_groups(
        allowed.filter(pl.col("month") == scope.month)
        .select("unit_code", "clock", "procedure_code", "allowed_days", "dossiers")
        .join(list_members(scope).lazy().select("league", "unit_code"), on="unit_code")
        .collect()
    )
    days, usual, counted = pl.col("allowed_days"), pl.col("peers_days"), pl.col("dossiers")
    is_longer = (days > TIMES_THE_PEERS * usual) & (days >= usual + MORE_DAYS)
    return (
        cells.join(_find_peers_days(cells), on="group")
        .group_by("unit_code")
        .agg(cases=counted.filter(is_longer).sum(), looked_at=counted.sum())
        .select(
            pl.lit(scope.month).alias("month"),
            pl.col("unit_code").cast(pl.String),
            pl.lit(FINDING).alias("finding"),
            "cases",
            "looked_at",
        )
    )


def _number_groups(cells: pl.DataFrame) -> pl.DataFrame:
    """The cells with a number for what is compared (procedure), and for each unit in it (group).

    One number is grouped by many times faster than four texts are.
    """
    words = {name: cells[name].unique() for name in (*_PROCEDURE, "unit_code")}
    numbered = cells.with_columns(pl.col(name).cast(pl.Enum(words[name])) for name in words)
    group = pl.lit(0, pl.Int64)
    for name, known in words.items():
        group = group * len(known) + pl.col(name).to_physical().cast(pl.Int64)
    units = max(len(words["unit_code"]), 1)
    return numbered.select(
        "unit_code", "allowed_days", "dossiers", procedure=group // units, group=group
    )


def _find_peers_days(cells: pl.DataFrame) -> pl.DataFrame:
    """The median of the peers' medians (peers_days) of each group with enough peers."""
    ordered = cells.select("group", "allowed_days", "dossiers").sort("group", "allowed_days")
    groups, days, totals = weighted_medians(*(ordered[name].to_numpy() for name in ordered.columns))
    medians = pl.DataFrame({"group": groups, "days": days, "total": totals}).join(
        cells.select("group", "procedure").unique(), on="group", maintain_order="left"
    )
    peers, peers_days = medians_of_others(
        medians["procedure"].to_numpy(), days, totals >= LEAST_DOSSIERS
    )
    compared = medians.select("group", peers_days=pl.Series(peers_days))
    return compared.filter(pl.Series(peers >= LEAST_PEERS))
