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
from pipeline.indices.pooling import Pooling, move_earlier_counts
from pipeline.indices.reading import aggregate
from pipeline.indices.scope import IndexScope, is_in_history
from pipeline.methods import Method
from pipeline.statistics import intervals
from pipeline.tables import BASES, SERIES
from pipeline.tallies import Tallies

MONTHS_BACK = 24
"""How many months before the edition's a series begins."""

_AS_PUBLISHED, _RESTATED = BASES
_SATISFIED = "satisfied_share"
_COUNT_DECIMALS = 6
_DIMENSIONS = {
    "outcomes": ("month", "sender_code", "unit_code", "outcome", "verdict", "due_month"),
    "answers": (
        *("month", "sender_code", "unit_code", "scale", "question", "answer"),
        *("factors_satisfied", "dossier_verdict"),
    ),
    "figures": ("month", "sender_code", "unit_code", "indicator"),
}
"""The dimensions of the tallies that the counts of a series need."""

_COUNTS = pl.Schema(
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
    counted = _count_series(tallies, method, today, months_back)
    is_few = (pl.col("indicator") == _SATISFIED) & (
        pl.col("denominator") < method.minimum_respondents
    )
    first = months.shifted(month, -months_back)
    published = _with_breaks(counted, register, first).with_columns(
        pl.lit(month).alias("month"),
        pl.when(~is_few).then(_round_values(method)).alias("value"),
        intervals.round_half_up(pl.col("numerator"), _COUNT_DECIMALS),
    )
    return SERIES.conform(published).sort("unit_code", "indicator", "basis", "series_month")


def monthly_counts(figures: pl.LazyFrame, counts: pl.LazyFrame, scope: IndexScope) -> pl.DataFrame:
    """The counts of the rates up to a month: unit_code, indicator, series_month, numerator,
    denominator; a row for each unit, rate and month with counts itself or below it, as far back as
    the unit is the same territory; sorted. `counts` are those of dossiers.monthly_counts.

    Figures count in the months in which neither the unit nor one below it has records.
    """
    from_records = pl.concat(
        counts.select(
            "unit_code",
            pl.lit(name).alias("indicator"),
            "series_month",
            pl.sum_horizontal(rate.counted).alias("numerator"),
            pl.sum_horizontal(*rate.counted, *rate.others).alias("denominator"),
        )
        for name, rate in rates.RATES.items()
    )
    is_rate = pl.col("indicator").is_in(list(rates.RATES))
    instead = (
        figures.filter(is_in_history(scope.month, scope.method) & is_rate)
        .rename({"month": "series_month"})
        .select("unit_code", "indicator", "series_month", "numerator", "denominator")
        .join(counts, on=["unit_code", "series_month"], how="anti")
    )
    totals = scope.pools.pool_totals(instead, "indicator", "series_month")
    register = scope.pooling.register
    since = register.new_territories.filter(pl.col("month") <= scope.month)
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


def _count_series(
    tallies: Tallies, method: Method, today: Pooling, months_back: int
) -> pl.DataFrame:
    """The counts of every unit, indicator, month and basis: _COUNTS, of denominators above 0."""
    found = [pl.DataFrame(schema=_COUNTS)]
    for month, cells in _split_by_months(tallies, today, method, months_back):
        scope = IndexScope(method, Pooling.of(cells, month, today.register))
        own = dossiers.own_counts(cells.outcomes, scope)
        with_records = scope.pools.add_agencies_above(own).collect()["unit_code"]
        counts = _count_month(cells, with_records, scope)
        found.append(_place(counts, month, _AS_PUBLISHED))
        restated = IndexScope(method, scope.pooling.restate(today))
        members, own_members = (each.pools.members.sort(pl.all()) for each in (restated, scope))
        if not members.equals(own_members):
            counts = _count_month(cells, with_records, restated)
        found.append(_place(counts, month, _RESTATED))
    return pl.concat(found).filter(
        pl.col("denominator") > 0, pl.col("indicator").is_in(method.names)
    )


def _place(counts: pl.DataFrame, month: str, basis: str) -> pl.DataFrame:
    placed = counts.with_columns(series_month=pl.lit(month), basis=pl.lit(basis))
    return placed.select(_COUNTS.names()).cast(_COUNTS)


def _count_month(cells: Tallies, with_records: pl.Series, scope: IndexScope) -> pl.DataFrame:
    """unit_code, indicator, value, numerator, denominator and scale of one month, in any order."""
    numerator, denominator = pl.col("numerator"), pl.col("denominator")
    columns = ("unit_code", "indicator", "value", "numerator", "denominator", "scale")
    figures = rates.select_figures(cells.figures, scope.month, list(rates.RATES)).filter(
        ~pl.col("unit_code").is_in(with_records.implode())
    )
    records = scope.pools.pool_counts(dossiers.own_counts(cells.outcomes, scope))
    dated = rates.pool_rates(records, figures, scope.pools).with_columns(
        (numerator / denominator).alias("value"), pl.lit(None, pl.String).alias("scale")
    )
    satisfied = satisfaction.satisfied_shares(
        cells.figures, respondents.measure(cells.answers, scope.pooling), scope.pooling
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


def _split_by_months(
    tallies: Tallies, today: Pooling, method: Method, months_back: int
) -> Iterator[tuple[str, Tallies]]:
    """Each month of the series with the cells that it is counted from.

    All cells are added up in one pass, without the dimensions that are not needed.
    """
    last, first = today.month, months.shifted(today.month, -months_back)
    earliest = months.shifted(first, -method.history_months)
    is_of_month = pl.col("month").is_between(pl.lit(first), pl.lit(last))
    is_due = pl.col("due_month").is_between(pl.lit(first), pl.lit(last))
    is_early = pl.col("month").is_between(pl.lit(earliest), pl.lit(last)) & is_due
    filters = {"outcomes": is_of_month | is_early, "answers": is_of_month, "figures": is_of_month}
    cells = {
        name: aggregate(name, getattr(tallies, name).filter(is_read), _DIMENSIONS[name])
        for name, is_read in filters.items()
    }
    by_month = {name: _split(some, "month") for name, some in cells.items()}
    is_later = pl.col("month") < pl.col("due_month")
    due_later = _split(cells["outcomes"].filter(is_later), "due_month")
    for month in months.span(first, last):
        if not any(month in parts for parts in (*by_month.values(), due_later)):
            continue
        of_month = {name: parts.get(month, parts[_NONE]) for name, parts in by_month.items()}
        early = due_later.get(month, due_later[_NONE])
        sliced = Tallies.of(
            outcomes=pl.concat([of_month["outcomes"], early]).lazy(),
            answers=of_month["answers"].lazy(),
            figures=of_month["figures"].lazy(),
        )
        yield month, move_earlier_counts(sliced, month, today.register)


_NONE = ""
"""The part of no month, which is empty."""


def _split(cells: pl.DataFrame, by: str) -> dict[str, pl.DataFrame]:
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


def _round_values(method: Method) -> pl.Expr:
    """Values with as many decimals as the method publishes of their indicator, halves up."""
    decimals = {indicator.name: indicator.decimals for indicator in method.indicators}
    value = pl.col("value")
    rounded = [
        pl.when(pl.col("indicator") == name).then(intervals.round_half_up(value, places))
        for name, places in decimals.items()
    ]
    return pl.coalesce(rounded)
