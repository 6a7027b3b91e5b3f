"""Series: an indicator of a unit month by month, over changes of territory.

Here belong the same counts as in the indices of each month, side by side in two ways: as published,
a code's own in every month, and restated, those of its predecessors pooled on the boundaries of the
edition's month. Not here: what is counted (dossiers, rates, satisfaction), who took over from whom
(agencies), limits.
"""

from collections.abc import Iterator

import polars as pl

from pipeline import months
from pipeline.agencies import Register
from pipeline.indices import dossiers, rates, respondents, satisfaction
from pipeline.indices.pooling import Pooling, earlier_counts_moved
from pipeline.indices.reading import gathered
from pipeline.methods import Method
from pipeline.statistics import intervals
from pipeline.tables import BASES, SERIES
from pipeline.tallies import Tallies

MONTHS_BACK = 24
"""How many months before the edition's a series begins."""

_AS_PUBLISHED, _RESTATED = BASES
_SATISFIED = "satisfied_share"
_COUNT_DECIMALS = 6
_NOT_ASKED = ("sha256", "procedure_code", "channel", "applicant", "mode", "dossier_month")
"""Dimensions of the tallies that no count of a series asks for."""

_COUNTED = pl.Schema(
    {
        "unit_code": pl.String(),
        "indicator": pl.String(),
        "series_month": pl.String(),
        "basis": pl.String(),
        "value": pl.Float64(),
        "numerator": pl.Float64(),
        "denominator": pl.Float64(),
        "scale": pl.String(),
    }
)


def compute(
    tallies: Tallies, month: str, register: Register, method: Method, months_back: int = MONTHS_BACK
) -> pl.DataFrame:
    """Series of the shares that are counts among counts; columns of tables.SERIES.

    One row a unit, indicator, month and basis with a denominator, from `months_back` months before
    `month` to it; sorted by unit, indicator, basis and month. As published there is every code that
    had counts, so that an absorbed one stands beside its successor, and ends; restated only the
    codes of `month`. `is_break` in the first row of a new territory, as published, and of another
    scale of ratings. A satisfied share of fewer than `minimum_respondents` is null, as it is in
    the edition.
    """
    today = Pooling.of(tallies, month, register)
    counted = _counted(tallies, method, today, months_back)
    is_few = (pl.col("indicator") == _SATISFIED) & (
        pl.col("denominator") < method.minimum_respondents
    )
    first = months.shifted(month, -months_back)
    published = _with_breaks(counted, register, first).with_columns(
        pl.lit(month).alias("month"),
        pl.when(~is_few).then(_rounded_values(method)).alias("value"),
        intervals.rounded(pl.col("numerator"), _COUNT_DECIMALS),
    )
    return SERIES.conform(published).sort("unit_code", "indicator", "basis", "series_month")


def monthly_counts(
    tallies: Tallies,
    of_dossiers: pl.LazyFrame,
    month: str,
    method: Method,
    pooling: Pooling,
) -> pl.DataFrame:
    """The counts of the rates up to a month: unit_code, indicator, series_month, numerator,
    denominator; a row for each unit, rate and month with counts itself or below it, as far back as
    the unit is the same territory; sorted. `of_dossiers` are dossiers.monthly_counts.

    Figures count in the months in which neither the unit nor one below it has records.
    """
    from_records = pl.concat(
        of_dossiers.select(
            "unit_code",
            pl.lit(name).alias("indicator"),
            "series_month",
            pl.sum_horizontal(rate.counted).alias("numerator"),
            pl.sum_horizontal(*rate.counted, *rate.others).alias("denominator"),
        )
        for name, rate in rates.RATES.items()
    )
    figures = (
        tallies.figures.filter(
            pl.col("month").is_between(
                pl.lit(months.shifted(month, -method.history_months)), pl.lit(month)
            )
            & pl.col("indicator").is_in(list(rates.RATES))
        )
        .rename({"month": "series_month"})
        .select("unit_code", "indicator", "series_month", "numerator", "denominator")
        .join(of_dossiers, on=["unit_code", "series_month"], how="anti")
    )
    totals = pooling.pooled_totals(figures, "indicator", "series_month").drop("differs_from_parts")
    since = pooling.register.new_territories.filter(pl.col("month") <= month)
    began = since.group_by(unit_code="code").agg(began=pl.col("month").max()).lazy()
    return (
        pl.concat([from_records, totals.select(from_records.collect_schema().names())])
        .group_by("unit_code", "indicator", "series_month")
        .sum()
        .join(began, on="unit_code", how="left")
        .filter(pl.col("began").is_null() | (pl.col("series_month") >= pl.col("began")))
        .drop("began")
        .sort("unit_code", "indicator", "series_month")
        .collect()
    )


def _counted(tallies: Tallies, method: Method, today: Pooling, months_back: int) -> pl.DataFrame:
    """The counts of every unit, indicator, month and basis: _COUNTED, above 0 in number."""
    found = [pl.DataFrame(schema=_COUNTED)]
    for then, cells in _of_each_month(tallies, today, method, months_back):
        tree = Pooling.of(cells, then, today.register)
        own = dossiers.own_counts(cells.outcomes, then, method)
        with_records = tree.all_above(own).collect()["unit_code"]
        counts = _of_month(cells, with_records, then, method, tree)
        found.append(_told(counts, then, _AS_PUBLISHED))
        onto = tree.restated(today)
        if not onto.above.sort(pl.all()).equals(tree.above.sort(pl.all())):
            counts = _of_month(cells, with_records, then, method, onto)
        found.append(_told(counts, then, _RESTATED))
    return pl.concat(found).filter(
        pl.col("denominator") > 0, pl.col("indicator").is_in(method.names)
    )


def _told(counts: pl.DataFrame, then: str, basis: str) -> pl.DataFrame:
    told = counts.with_columns(series_month=pl.lit(then), basis=pl.lit(basis))
    return told.select(_COUNTED.names()).cast(_COUNTED)


def _of_month(
    cells: Tallies, with_records: pl.Series, then: str, method: Method, pooling: Pooling
) -> pl.DataFrame:
    """unit_code, indicator, value, numerator, denominator and scale of one month, in any order."""
    numerator, denominator = pl.col("numerator"), pl.col("denominator")
    columns = ("unit_code", "indicator", "value", "numerator", "denominator", "scale")
    dated = rates.pooled_rates(cells, with_records, then, method, pooling).with_columns(
        (numerator / denominator).alias("value"), pl.lit(None, pl.String).alias("scale")
    )
    satisfied = satisfaction.shares(
        cells.figures, respondents.measure(cells.answers, then, pooling), then, pooling
    ).with_columns(
        pl.lit(_SATISFIED).alias("indicator"),
        (pl.col("value") * denominator).alias("numerator"),
    )
    counts = pl.col("numerator", "denominator").cast(pl.Float64)
    return pl.concat(
        [
            dated.select(columns).with_columns(counts).collect(),
            satisfied.select(columns).with_columns(counts),
        ]
    )


def _of_each_month(
    tallies: Tallies, today: Pooling, method: Method, months_back: int
) -> Iterator[tuple[str, Tallies]]:
    """Each month of the series with the cells that it is counted from.

    All cells are gathered in one pass, without the dimensions that nobody asks for.
    """
    last, first = today.month, months.shifted(today.month, -months_back)
    earliest = months.shifted(first, -method.history_months)
    is_asked = pl.col("month").is_between(pl.lit(first), pl.lit(last))
    is_due = pl.col("due_month").is_between(pl.lit(first), pl.lit(last))
    is_early = pl.col("month").is_between(pl.lit(earliest), pl.lit(last)) & is_due
    outcomes = gathered(tallies.outcomes.filter(is_asked | is_early), *_NOT_ASKED)
    of_month = {
        "outcomes": _parted(outcomes, "month"),
        "answers": _parted(gathered(tallies.answers.filter(is_asked), *_NOT_ASKED), "month"),
        "figures": _parted(gathered(tallies.figures.filter(is_asked), *_NOT_ASKED), "month"),
    }
    due_later = _parted(outcomes.filter(pl.col("month") < pl.col("due_month")), "due_month")
    for then in months.span(first, last):
        if not any(then in parts for parts in (*of_month.values(), due_later)):
            continue
        cells = {name: parts.get(then, parts[_NONE]) for name, parts in of_month.items()}
        early = due_later.get(then, due_later[_NONE])
        sliced = Tallies.of(
            outcomes=pl.concat([cells["outcomes"], early]).lazy(),
            answers=cells["answers"].lazy(),
            figures=cells["figures"].lazy(),
        )
        yield then, earlier_counts_moved(sliced, then, today.register)


_NONE = ""
"""The part of no month, which is empty."""


def _parted(cells: pl.DataFrame, by: str) -> dict[str, pl.DataFrame]:
    parts = cells.partition_by(by, as_dict=True)
    return {_NONE: cells.clear()} | {str(month): part for (month,), part in parts.items()}


def _with_breaks(counted: pl.DataFrame, register: Register, first: str) -> pl.DataFrame:
    """Counts with is_break: as published where the code's territory began after the row before.

    In the first row of a series, where it began in the series' `first` month or later. On either
    basis where ratings have another scale than in the row before.
    """
    keys = ["unit_code", "indicator", "basis"]
    before = (
        pl.col("series_month")
        .shift(1)
        .over(keys, order_by="series_month")
        .fill_null(months.shifted(first, -1))
    )
    breaks = (
        counted.with_columns(before.alias("before"))
        .join(register.new_territories, left_on="unit_code", right_on="code")
        .filter(
            pl.col("basis") == _AS_PUBLISHED,
            pl.col("month") > pl.col("before"),
            pl.col("month") <= pl.col("series_month"),
        )
        .select(*keys, "series_month", is_break=pl.lit(value=True))
        .unique()
    )
    scale_before = pl.col("scale").shift(1).over(keys, order_by="series_month")
    is_other_scale = (pl.col("scale") != scale_before).fill_null(value=False)
    return counted.join(breaks, on=[*keys, "series_month"], how="left").with_columns(
        pl.col("is_break").fill_null(value=False) | is_other_scale
    )


def _rounded_values(method: Method) -> pl.Expr:
    """Values with as many decimals as the method publishes of their indicator, halves up."""
    decimals = {indicator.name: indicator.decimals for indicator in method.indicators}
    value = pl.col("value")
    rounded = [
        pl.when(pl.col("indicator") == name).then(intervals.rounded(value, places))
        for name, places in decimals.items()
    ]
    return pl.coalesce(rounded)
