"""The bins of ages: no wider than 1 % of the age or one minute, whichever is more.

Here belong the edges: every minute up to 200, then every 2 minutes up to 400, every 4 up to 800,
and so on. Ten years have some 1,700 bins. Not here: which age a dossier has (dossiers), what is
made of the counts (statistics.survival).
"""

import polars as pl

MINUTE = 60_000
"""Milliseconds."""
_FINE_MINUTES = 200
"""Up to this age every minute is an edge; from there on a bin is at most 1 % of its age."""
_BITS = 64


def minutes_from(age: pl.Expr) -> pl.Expr:
    """The first whole minute at or above an age in milliseconds; 0 for none and below."""
    return (age.clip(lower_bound=0) + (MINUTE - 1)) // MINUTE


def edge_from(minutes: pl.Expr) -> pl.Expr:
    """The first edge at or above an age in whole minutes. A bin holds its upper edge."""
    beyond_fine = (minutes - 1).clip(lower_bound=0) // _FINE_MINUTES
    # The width is a power of two, so `width - 1` are the bits of what is beyond an edge.
    return minutes + (-minutes & (_width(beyond_fine) - 1))


def edge_before(minutes: pl.Expr) -> pl.Expr:
    """The last edge below an age in whole minutes; 0 where there is none."""
    below = (minutes - 1).clip(lower_bound=0)
    return below - (below & (_width(below // _FINE_MINUTES) - 1))


def _width(beyond_fine: pl.Expr) -> pl.Expr:
    """The width of a bin: 1 up to 200 minutes, then doubled with the age.

    Binary digits are counted, which is exact, unlike a logarithm: 0 of 0, 1 of 1, 2 of 2 and 3.
    """
    digits = _BITS - beyond_fine.bitwise_leading_zeros().cast(pl.Int64)
    return pl.lit(2, pl.Int64).pow(digits)
