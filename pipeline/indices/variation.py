"""Variation: how much more each unit's rates and means vary between months than chance explains.

Here belongs which series and which of their months are compared. Not here: the measure of
variation (statistics.between_months), the counts (series, dossiers).
"""

import polars as pl

from pipeline import months
from pipeline.indices import dossiers, processing, series
from pipeline.indices.pooling import Pooling
from pipeline.methods import Method
from pipeline.statistics import between_months
from pipeline.tallies import Tallies

_OF_DUE = ("due_on_time", *processing.SCORES)
"""Indicators over the dossiers due in a month."""

NONE_KNOWN = pl.DataFrame(
    schema={
        "unit_code": pl.String,
        "indicator": pl.String,
        "months": pl.Int64,
        "variance_factor": pl.Float64,
    }
)


def measure(tallies: Tallies, month: str, method: Method, pooling: Pooling) -> pl.DataFrame:
    """A row for each unit and indicator with enough months: unit_code, indicator, months,
    variance_factor (at least 1).

    Enough are `minimum_months_of_series`, the published one among them. Of the dossiers due, the
    first `required_history_months` of a unit are not compared: those that ended early before it
    began to send are not known.
    """
    if _months_known(tallies, month, method) < method.minimum_months_of_series:
        return NONE_KNOWN
    counted = dossiers.monthly_counts(tallies.outcomes, month, method, pooling).collect().lazy()
    counts = series.monthly_counts(tallies, counted, month, method, pooling)
    key = ("unit_code", "indicator")
    known = counts.lazy().filter(_is_complete(counts["series_month"], method))
    due = known.filter(pl.col("indicator") == "due_on_time")
    scores = counted.join(
        due.select("unit_code", "series_month"), on=["unit_code", "series_month"], how="semi"
    )
    means = pl.concat(
        processing.scored(scores, name, method).with_columns(pl.lit(name).alias("indicator"))
        for name in processing.SCORES
    )
    found = pl.concat([between_months.of_shares(known, *key), between_months.of_means(means, *key)])
    return (
        found.filter(pl.col("months") >= method.minimum_months_of_series)
        .select(
            *key,
            "months",
            between_months.variance_factor(pl.col("sigma_z")).alias("variance_factor"),
        )
        .sort(key)
        .collect()
    )


def _is_complete(known: pl.Series, method: Method) -> pl.Expr:
    """Whether all of a month's cases are known, by series_month and the unit's first one."""
    later = {each: months.shifted(each, method.required_history_months) for each in known.unique()}
    first = pl.col("series_month").min().over("unit_code")
    complete_from = first.replace_strict(later, default=None, return_dtype=pl.String)
    return ~pl.col("indicator").is_in(_OF_DUE) | (pl.col("series_month") >= complete_from)


def _months_known(tallies: Tallies, month: str, method: Method) -> int:
    """In how many of the months that an edition may rest on anything was counted."""
    first = months.shifted(month, -method.history_months)
    is_read = pl.col("month").is_between(pl.lit(first), pl.lit(month))
    counted = pl.concat(
        table.filter(is_read).select("month").unique()
        for table in (tallies.outcomes, tallies.figures)
    )
    return counted.unique().collect().height
