"""Series: what each unit counted, month by month.

Here belong counts of all months that an edition may rest on, in one pass. Not here: how much they
vary (variation).
"""

import polars as pl

from pipeline import months
from pipeline.indices import dossiers
from pipeline.indices.pooling import Pooling
from pipeline.indices.rates import RATES
from pipeline.methods import Method
from pipeline.tallies import Tallies


def monthly_counts(tallies: Tallies, month: str, method: Method, pooling: Pooling) -> pl.DataFrame:
    """The counts of the rates up to a month: unit_code, indicator, series_month, numerator,
    denominator; a row for each unit, rate and month with counts itself or below it, sorted.

    Figures count in the months in which neither the unit nor one below it has records.
    """
    own = dossiers.own_monthly_counts(tallies.outcomes, month, method)
    pooled = pooling.pooled(own, "series_month")
    from_records = pl.concat(
        pooled.select(
            "unit_code",
            pl.lit(name).alias("indicator"),
            "series_month",
            pl.sum_horizontal(rate.counted).alias("numerator"),
            pl.sum_horizontal(*rate.counted, *rate.others).alias("denominator"),
        )
        for name, rate in RATES.items()
    )
    figures = (
        tallies.figures.filter(
            pl.col("month").is_between(
                pl.lit(months.shifted(month, -method.history_months)), pl.lit(month)
            )
            & pl.col("indicator").is_in(list(RATES))
        )
        .rename({"month": "series_month"})
        .select("unit_code", "indicator", "series_month", "numerator", "denominator")
        .join(pooled, on=["unit_code", "series_month"], how="anti")
    )
    totals = pooling.pooled_totals(figures, "indicator", "series_month").drop("differs_from_parts")
    return (
        pl.concat([from_records, totals.select(from_records.collect_schema().names())])
        .group_by("unit_code", "indicator", "series_month")
        .sum()
        .sort("unit_code", "indicator", "series_month")
        .collect()
    )
