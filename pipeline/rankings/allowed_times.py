"""Allowed times far above those of the peers: which dossiers have one, for the same procedure.

Here belongs comparing the times that the units of a league allow themselves for a procedure. Not
here: counting allowed times (tallies.allowed), what stands out (findings).
"""

import polars as pl

from pipeline.statistics.medians import medians_of_others, weighted_medians

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

_PROCEDURE = ("month", "league", "clock", "procedure_code")
"""What is compared: a procedure of the units of a league in a month, on one clock."""


def find_longer(allowed: pl.LazyFrame, members: pl.DataFrame, month: str) -> pl.DataFrame:
    """How many dossiers of each unit have an allowed time far above the peers', up to a month:
    month, unit_code, finding, cases, looked_at; of earlier months only where there are any.

    Takes cells of tables.ALLOWED, and the units in force (leagues.list_members). The peers of a
    unit are the other units of its league that received LEAST_DOSSIERS of the procedure in the
    month, on the same clock; each has the median of its allowed times (the lower one of two), and
    of these the median is taken. Looked at are dossiers of procedures with LEAST_PEERS peers.
    """
    named = (
        allowed.select("month", "unit_code", "clock", "procedure_code", "allowed_days", "dossiers")
        .join(members.lazy().select("league", "unit_code"), on="unit_code")
        .collect()
    )
    cells = _number_groups(named).filter((pl.col("month") == month) | _may_differ())
    days, usual, counted = pl.col("allowed_days"), pl.col("peers_days"), pl.col("dossiers")
    is_longer = (days > TIMES_THE_PEERS * usual) & (days >= usual + MORE_DAYS)
    return (
        cells.join(_find_peers_days(cells), on="group")
        .group_by("month", "unit_code")
        .agg(cases=counted.filter(is_longer).sum(), looked_at=counted.sum())
        .filter((pl.col("month") == month) | (pl.col("cases") > 0))
        .select(
            pl.col("month", "unit_code").cast(pl.String),
            pl.lit(FINDING).alias("finding"),
            "cases",
            "looked_at",
        )
    )


def _number_groups(cells: pl.DataFrame) -> pl.DataFrame:
    """The cells with a number for what is compared (procedure), and for each unit in it (group).

    One number is grouped by many times faster than five texts are, and a nation has millions of
    cells.
    """
    words = {name: cells[name].unique() for name in (*_PROCEDURE, "unit_code")}
    numbered = cells.with_columns(pl.col(name).cast(pl.Enum(words[name])) for name in words)
    group = pl.lit(0, pl.Int64)
    for name, known in words.items():
        group = group * len(known) + pl.col(name).to_physical().cast(pl.Int64)
    units = max(len(words["unit_code"]), 1)
    return numbered.select(
        "month", "unit_code", "allowed_days", "dossiers", procedure=group // units, group=group
    )


def _may_differ() -> pl.Expr:
    """Whether any allowed time of the procedure is far above any other: else no median is needed.

    The median of some is no less than the shortest of all.
    """
    shortest = pl.col("allowed_days").min().over("procedure")
    longest = pl.col("allowed_days").max().over("procedure")
    return (longest > TIMES_THE_PEERS * shortest) & (longest >= shortest + MORE_DAYS)


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
