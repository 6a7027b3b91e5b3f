"""Variation: how much more each unit's rates and means vary between months than chance explains.

Here belongs which series and which of their months are compared. Not here: the measure of
variation (statistics.between_months), the counts (series, dossiers).
"""

import polars as pl

from pipeline import months
from pipeline.indices import dossiers, processing, series
from pipeline.indices.scope import IndexScope, is_in_history
from pipeline.methods import Method
from pipeline.statistics import between_months
from pipeline.tallies import Tallies

_DUE_INDICATORS = ("due_on_time", *processing.SCORES)
"""Indicators over the dossiers due in a month."""

NO_VARIATION = pl.DataFrame(
    schema={
        "unit_code": pl.String,
        "indicator": pl.String,
        "months": pl.Int64,
        "variance_factor": pl.Float64,
    }
)
"""The answer of `measure` where no unit has enough months."""


def measure(tallies: Tallies, scope: IndexScope) -> pl.DataFrame:
    """A row for each unit and indicator with enough months: unit_code, indicator, months,
    variance_factor (at least 1).

    Enough are `minimum_months_of_series`, the published month among them. For the dossiers due,
    the first `required_history_months` of a unit are not compared: the dossiers that ended early
    before the unit began to send are not known. Only of units that are asked about.
    """
    method = scope.method
    if _count_months(tallies, scope) < method.minimum_months_of_series:
        return NO_VARIATION
    counted = dossiers.monthly_counts(tallies.outcomes, scope).collect().lazy()
    # Whether figures of a unit count depends on the records of all units below it.
    counts = series.monthly_counts(tallies.figures, counted, scope).filter(scope.is_asked())
    keys = ("unit_code", "indicator")
    known = counts.lazy().filter(_is_complete(counts["series_month"], method))
    due = known.filter(pl.col("indicator") == "due_on_time")
    scores = counted.join(
        due.select("unit_code", "series_month"), on=["unit_code", "series_month"], how="semi"
    )
    means = pl.concat(processing.with_scores(scores, name, method) for name in processing.SCORES)
    variation = pl.concat(
        [
            between_months.variation_of_shares(known, *keys),
            between_months.variation_of_means(means, *keys),
        ]
    )
    return (
        variation.filter(pl.col("months") >= method.minimum_months_of_series)
        .select(
            *keys,
            "months",
            between_months.variance_factor(pl.col("sigma_z")).alias("variance_factor"),
        )
        .sort(keys)
        .collect()
    )


def _is_complete(known: pl.Series, method: Method) -> pl.Expr:
    """Whether all of a month's cases are known, by series_month and the unit's first month."""
    later = {each: months.shifted(each, method.required_history_months) for each in known.unique()}
    first = pl.col("series_month").min().over("unit_code")
    complete_from = first.replace_strict(later, default=None, return_dtype=pl.String)
    is_due_indicator = pl.col("indicator").is_in(_DUE_INDICATORS)
    return ~is_due_indicator | (pl.col("series_month") >= complete_from)


def _count_months(tallies: Tallies, scope: IndexScope) -> int:
    """How many of the months that an edition may rest on have counts."""
    is_read = is_in_history(scope.month, scope.method)
    counted = pl.concat(
        table.filter(is_read).select("month").unique()
        for table in (tallies.outcomes, tallies.figures)
    )
    return counted.unique().collect().height
