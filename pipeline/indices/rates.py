"""Rates of dossiers: the three on-time rates and the backlog, from records or from figures.

Here belong shares of counts, with Wilson's limits. Not here: time saved and the index
(processing), satisfaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.indices import publication
from pipeline.indices.scope import IndexScope
from pipeline.methods import Method
from pipeline.statistics import between_months, intervals
from pipeline.tallies.pooling import Pools


@dataclass(frozen=True)
class Rate:
    """Columns of `dossiers.own_counts` that make a rate: the counted, and what it leaves out.

    The denominator is `counted` and `others` together.
    """

    counted: tuple[str, ...]
    others: tuple[str, ...]
    left_out: tuple[str, ...]


RATES = {
    "on_time_of_finished": Rate(
        ("finished_early", "finished_on_due_date"),
        ("finished_overdue",),
        ("finished_without_due",),
    ),
    "on_time_766": Rate(
        ("finished_early", "finished_on_due_date", "open_not_due"),
        ("finished_overdue", "open_overdue"),
        ("finished_without_due", "open_without_due"),
    ),
    "due_on_time": Rate(("due_on_time",), ("due_late",), ("due_left",)),
    "open_not_overdue": Rate(("open_not_due",), ("open_overdue",), ("open_without_due",)),
}


def measure(
    counts: pl.DataFrame,
    figures: pl.LazyFrame,
    variation: pl.DataFrame,
    provisional: pl.Series,
    scope: IndexScope,
) -> pl.DataFrame:
    """The rates of every unit: a row for each unit and rate, in publication.MEASUREMENTS.

    `counts` are those of `dossiers.pooled_counts`, `figures` the cells of tables.COUNTS,
    `variation` rows of `variation.measure`.
    """
    sent = select_figures(figures, scope.month, list(RATES)).filter(
        ~pl.col("unit_code").is_in(counts["unit_code"].implode())
    )
    rates = pool_rates(counts.lazy(), sent, scope.pools)
    is_late_known = ~(
        (pl.col("indicator") == "due_on_time") & pl.col("unit_code").is_in(provisional.implode())
    )
    with_months = rates.join(variation.lazy(), on=["unit_code", "indicator"], how="left")
    measured = with_wilson_limits(with_months, scope.method).with_columns(
        interval_source().alias("interval_source"),
        small_number_note(scope.method)
        .fill_null(pl.when(~is_late_known).then(pl.lit("provisional")))
        .fill_null(parts_note())
        .alias("note"),
    )
    return publication.to_measurements(measured.collect(), without=("clock", "scale", "maximum"))


def pool_rates(counts: pl.LazyFrame, figures: pl.LazyFrame, pools: Pools) -> pl.LazyFrame:
    """The counts that make the rates: a row for each unit and rate, numerator and denominator.

    `counts` are of every unit that has records itself or below it; `figures` are shaped like those
    of `select_figures`, of units that have not. Figures of a unit replace figures below it: a total
    sent beside its parts is not added to them, and `differs_from_parts` is 1 where the parts do
    not add up to it.
    """
    from_records = pl.concat(select_rate(counts, name, pools.unit_keys) for name in RATES)
    from_figures = pools.pool_totals(figures, "indicator")
    together = pl.concat([from_records, from_figures.select(*pools.unit_keys, *_RATE_COLUMNS)])
    return together.group_by(*pools.unit_keys, "indicator").sum()


_RATE_COLUMNS = (
    "indicator",
    "numerator",
    "denominator",
    "left_out",
    "has_left_out",
    "differs_from_parts",
)


def select_rate(counts: pl.LazyFrame, name: str, unit_keys: Sequence[str]) -> pl.LazyFrame:
    """A rate of every unit: its keys, indicator, numerator, denominator, left_out."""
    rate = RATES[name]
    return counts.select(
        *unit_keys,
        pl.lit(name).alias("indicator"),
        pl.sum_horizontal(rate.counted).alias("numerator"),
        pl.sum_horizontal(*rate.counted, *rate.others).alias("denominator"),
        pl.sum_horizontal(rate.left_out).alias("left_out"),
        pl.lit(1, pl.Int64).alias("has_left_out"),
        pl.lit(0, pl.Int64).alias("differs_from_parts"),
    )


def select_figures(figures: pl.LazyFrame, month: str, indicators: list[str]) -> pl.LazyFrame:
    """Figures as sent in the month, shaped like the rates; how many they leave out is unknown."""
    is_selected = (pl.col("month") == month) & pl.col("indicator").is_in(indicators)
    return shape_figures(figures.filter(is_selected), ["unit_code"])


def shape_figures(figures: pl.LazyFrame, unit_keys: Sequence[str]) -> pl.LazyFrame:
    """Figures shaped like the rates; how many cases they leave out is unknown."""
    return figures.select(
        *unit_keys,
        "indicator",
        "numerator",
        "denominator",
        pl.lit(0, pl.Int64).alias("left_out"),
        pl.lit(0, pl.Int64).alias("has_left_out"),
    )


def with_wilson_limits(rates: pl.LazyFrame, method: Method) -> pl.LazyFrame:
    """Rates with value, Wilson's limits, effective_n and standard error; null where n is 0.

    Where `months` of a unit's series are known, the sample is smaller by `variance_factor`, and
    the critical value is that of Student's t.
    """
    numerator, denominator = pl.col("numerator"), pl.col("denominator")
    factor = pl.col("variance_factor").fill_null(1.0)
    critical = between_months.critical_value(
        pl.col("months"), method.confidence_level, method.history_months + 1
    )
    lower, upper = intervals.wilson_limits_at(numerator / factor, denominator / factor, critical)
    return rates.with_columns(
        pl.when(denominator > 0).then(numerator / denominator).alias("value"),
        lower.alias("lower"),
        upper.alias("upper"),
        (denominator / factor).alias("effective_n"),
        intervals.share_error(numerator / factor, denominator / factor).alias("standard_error"),
        pl.when(pl.col("has_left_out") > 0).then(pl.col("left_out")).alias("left_out"),
    )


def interval_source() -> pl.Expr:
    """chance+months where the limits know the `months` of the unit's series, else chance."""
    known = pl.col("months").is_not_null()
    return pl.when(known).then(pl.lit("chance+months")).otherwise(pl.lit("chance"))


def small_number_note(method: Method) -> pl.Expr:
    """no_denominator or too_few_due by the column denominator, else null."""
    denominator = pl.col("denominator")
    return (
        pl.when(denominator == 0)
        .then(pl.lit("no_denominator"))
        .when(denominator < method.minimum_due)
        .then(pl.lit("too_few_due"))
    )


def parts_note() -> pl.Expr:
    """differs_from_parts by the column of that name of `Pools.pool_totals`, else null."""
    return pl.when(pl.col("differs_from_parts") > 0).then(pl.lit("differs_from_parts"))
