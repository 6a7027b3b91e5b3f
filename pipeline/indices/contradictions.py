"""Contradictions: figures as sent that are not what the rows of the same unit add up to.

Where a unit has rows, its figures do not count, so a difference would be seen nowhere. Here belongs
finding it, for the shares of dossiers that form II.06a has too. Not here: figures that differ from
the figures of the units below (tallies.pooling), what counts in an index (rates).
"""

import polars as pl

from pipeline.indices.rates import RATES

_KEYS = ["unit_code", "indicator"]


def find_contradictions(indices: pl.DataFrame, figures: pl.LazyFrame, month: str) -> pl.DataFrame:
    """A row for each unit and share whose figure as sent differs from what counts in the index.

    `indices` are rows of tables.INDICES of the month, `figures` cells of tables.COUNTS. Columns:
    unit_code, indicator, numerator_sent, denominator_sent, numerator, denominator (dossiers). A
    figure that counts itself differs from nothing. Nothing is said of a unit of which nothing is
    counted.
    """
    counts = ("numerator", "denominator")
    sent = (
        figures.filter(pl.col("month") == month, pl.col("indicator").is_in(list(RATES)))
        .group_by(_KEYS)
        .agg(pl.col(name).sum().alias(f"{name}_sent") for name in counts)
        .collect()
    )
    counted = indices.select(*_KEYS, *counts).drop_nulls("denominator")
    differs = pl.any_horizontal(
        pl.col(f"{name}_sent").cast(pl.Float64) != pl.col(name).cast(pl.Float64) for name in counts
    )
    names = [f"{name}_sent" for name in counts]
    return sent.join(counted, on=_KEYS).filter(differs).select(*_KEYS, *names, *counts).sort(_KEYS)
