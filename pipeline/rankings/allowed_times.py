"""Allowed times far above those of the peers: which dossiers have one, for the same procedure.

Here belongs comparing the times that the units of a league allow themselves for a procedure. Not
here: counting allowed times (tallies.allowed), what stands out (findings).
"""

import polars as pl

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


def find_longer(allowed: pl.LazyFrame, members: pl.DataFrame) -> pl.DataFrame:
    """How many dossiers of each unit and month have an allowed time far above the peers': month,
    unit_code, finding, cases, looked_at.

    Takes cells of tables.ALLOWED, and the units in force (leagues.list_members). The peers of a
    unit are the other units of its league that received LEAST_DOSSIERS of the procedure in the
    month, on the same clock; each has the median of its allowed times (the lower one of two), and
    of these the median is taken. Looked at are dossiers of procedures with LEAST_PEERS peers.
    """
    cells = (
        allowed.group_by("month", "unit_code", "clock", "procedure_code", "allowed_days")
        .agg(pl.col("dossiers").sum())
        .join(members.lazy().select("league", "unit_code"), on="unit_code")
        .collect()
    )
    compared = _compare_with_peers(_find_medians(cells)).filter(pl.col("peers") >= LEAST_PEERS)
    days, usual = pl.col("allowed_days"), pl.col("peers_days")
    is_longer = (days > TIMES_THE_PEERS * usual) & (days >= usual + MORE_DAYS)
    counted = pl.col("dossiers")
    return (
        cells.join(compared, on=[*_PROCEDURE, "unit_code"])
        .group_by("month", "unit_code")
        .agg(cases=counted.filter(is_longer).sum(), looked_at=counted.sum())
        .select("month", "unit_code", pl.lit(FINDING).alias("finding"), "cases", "looked_at")
    )


def _find_medians(cells: pl.DataFrame) -> pl.DataFrame:
    """The median allowed time of each unit and procedure (unit_days), and whether it is a peer."""
    unit = [*_PROCEDURE, "unit_code"]
    dossiers = pl.col("dossiers")
    so_far, total = dossiers.cum_sum().over(unit), dossiers.sum().over(unit)
    return (
        cells.sort(*unit, "allowed_days")
        .with_columns(is_half=2 * so_far >= total, total=total)
        .filter("is_half")
        .group_by(unit)
        .agg(unit_days=pl.col("allowed_days").min(), total=pl.col("total").first())
        .with_columns(is_peer=pl.col("total") >= LEAST_DOSSIERS)
        .drop("total")
    )


def _compare_with_peers(medians: pl.DataFrame) -> pl.DataFrame:
    """How many peers each unit has for a procedure (peers), and the median of theirs (peers_days).

    A peer is left out of its own comparison.
    """
    lists = medians.filter("is_peer").group_by(_PROCEDURE).agg(all_days=pl.col("unit_days").sort())
    is_peer = pl.col("is_peer")
    days = pl.col("all_days").list
    # Of like values it is the same which one is left out, so the first one is.
    placed = (
        medians.join(lists, on=_PROCEDURE)
        .with_columns(
            peers=pl.col("all_days").list.len().cast(pl.Int64) - is_peer.cast(pl.Int64),
            place=pl.col("unit_days").rank("min").over(*_PROCEDURE, "is_peer").cast(pl.Int64) - 1,
        )
        .filter(pl.col("peers") > 0)
    )

    def other(number: pl.Expr) -> pl.Expr:
        is_after = is_peer & (number >= pl.col("place"))
        return days.get(number + is_after.cast(pl.Int64))

    middle = (other((pl.col("peers") - 1) // 2) + other(pl.col("peers") // 2)) / 2
    return placed.select(*_PROCEDURE, "unit_code", "peers", peers_days=middle)
