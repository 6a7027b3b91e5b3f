"""Series: an indicator of a unit month by month, over changes of territory.

Here belong the same counts as in the indices of each month, on two bases: as published, the counts
of a code in each month, and restated, the counts of its predecessors pooled on the boundaries of
the edition's month. Not here: what is counted (dossiers, rates, satisfaction), which agency took
over from which (agencies), limits.
"""

from dataclasses import dataclass

import polars as pl

from pipeline import months
from pipeline.agencies import Register
from pipeline.indices import clusters, dossiers, rates, respondents, satisfaction
from pipeline.indices.reading import aggregate
from pipeline.indices.scope import IndexScope, is_in_history
from pipeline.methods import Method
from pipeline.statistics import intervals
from pipeline.tables import BASES, SERIES
from pipeline.tallies import Tallies
from pipeline.tallies.pooling import MonthlyPooling, Pooling, Pools, move_counts

MONTHS_BACK = 24
"""How many months before the edition's a series begins."""

_AS_PUBLISHED, _RESTATED = BASES
_COUNT_DECIMALS = 6

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

    One row is a unit, indicator, month and basis with a denominator, from `months_back` months
    before `month` to it; sorted by unit, indicator, basis and month. As published there is every
    code that had counts: the series of an absorbed code ends, beside that of its successor.
    Restated there are only the codes of `month`. `is_break` is true in the first row of a new
    territory, as published, and of another scale of ratings. A satisfied share of fewer than
    `minimum_respondents` is null, as in the edition.
    """
    today = Pooling.of(tallies, month, register)
    first = months.shifted(month, -months_back)
    counted = _count_months(_read_cells(tallies, first, today, method), today).filter(
        pl.col("denominator") > 0, pl.col("indicator").is_in(method.names)
    )
    is_satisfaction = pl.col("indicator") == satisfaction.SATISFIED_SHARE
    is_few = is_satisfaction & (pl.col("denominator") < method.minimum_respondents)
    published = _with_breaks(counted, register, first).with_columns(
        pl.lit(month).alias("month"),
        pl.when(~is_few).then(_round_values(method)).alias("value"),
        intervals.round_half_up(pl.col("numerator"), _COUNT_DECIMALS),
    )
    return SERIES.conform(published)


def monthly_counts(figures: pl.LazyFrame, counts: pl.LazyFrame, scope: IndexScope) -> pl.DataFrame:
    """The counts of the rates up to a month: unit_code, indicator, series_month, numerator,
    denominator; a row for each unit, rate and month with counts itself or below it, as far back as
    the unit is the same territory; sorted. `counts` are those of dossiers.monthly_counts.

    Figures count in the months in which neither the unit nor one below it has records.
    """
    columns = ("unit_code", "indicator", "series_month", "numerator", "denominator")
    from_records = pl.concat(
        rates.select_rate(counts, name, ["unit_code", "series_month"]).select(columns)
        for name in rates.RATES
    )
    is_rate = pl.col("indicator").is_in(list(rates.RATES))
    instead = (
        figures.filter(is_in_history(scope.month, scope.method) & is_rate)
        .rename({"month": "series_month"})
        .select(columns)
        .join(counts, on=["unit_code", "series_month"], how="anti")
    )
    totals = scope.pools.pool_totals(instead, "indicator", "series_month")
    register = scope.pooling.register
    since = register.new_territories.filter(pl.col("month") <= scope.month)
    began = since.group_by(unit_code="code").agg(began=pl.col("month").max()).lazy()
    return (
        pl.concat([from_records, totals.select(columns)])
        .group_by("unit_code", "indicator", "series_month")
        .sum()
        .join(began, on="unit_code", how="left")
        .filter(pl.col("began").is_null() | (pl.col("series_month") >= pl.col("began")))
        .drop("began")
        .sort("unit_code", "indicator", "series_month")
        .collect()
    )


@dataclass(frozen=True)
class _Cells:
    """What series are counted from, each with its series_month; in memory.

    `outcomes` are cells of dossiers.place_in_months, `questions` rows of
    respondents.count_questions, `people` of clusters.count_people, `figures` counts by unit and
    indicator.
    """

    outcomes: pl.LazyFrame
    questions: pl.LazyFrame
    people: pl.LazyFrame
    figures: pl.LazyFrame

    def select_months(self, selected: pl.Series) -> "_Cells":
        """The cells of some of the months."""
        is_selected = pl.col("series_month").is_in(selected.implode())
        return _Cells(
            self.outcomes.filter(is_selected),
            self.questions.filter(is_selected),
            self.people.filter(is_selected),
            self.figures.filter(is_selected),
        )

    def list_units(self) -> pl.DataFrame:
        """The units that have cells in each month: series_month, unit_code."""
        tables = (self.outcomes, self.questions, self.figures)
        units = pl.concat(table.select("series_month", "unit_code").unique() for table in tables)
        return units.unique().collect()


def _read_cells(tallies: Tallies, first: str, today: Pooling, method: Method) -> _Cells:
    """The cells of all months from the first to today's, read in one pass.

    Early endings are read as far back as the history of their series_month goes, and those of
    absorbed agencies stand under the successors in it.
    """
    last, month = today.month, pl.col("month")
    earliest = months.shifted(first, -method.history_months)
    is_of_series = month.is_between(pl.lit(first), pl.lit(last))
    is_due = pl.col("due_month").is_between(pl.lit(first), pl.lit(last))
    is_early = month.is_between(pl.lit(earliest), pl.lit(last)) & is_due
    outcomes = aggregate(
        "outcomes",
        tallies.outcomes.filter(is_of_series | is_early),
        ("month", "sender_code", "unit_code", "outcome", "verdict", "due_month"),
    )
    placed = dossiers.place_in_months(outcomes.lazy(), first, last)
    span = months.span(first, last)
    own_earliest = {each: months.shifted(each, -method.history_months) for each in span}
    early = placed.filter(
        ~pl.col("is_of_month")
        & (month >= pl.col("series_month").replace_strict(own_earliest, return_dtype=pl.String))
    )
    successors = pl.concat(
        today.register.successors(each).select(
            pl.lit(each).alias("series_month"), "code", "successor_code"
        )
        for each in span
    )
    moved = move_counts(early, successors.lazy())
    questions = respondents.count_questions(tallies.answers.filter(is_of_series), "month")
    people = clusters.count_people(tallies.pairs.filter(is_of_series), "month")
    figures = aggregate(
        "figures", tallies.figures.filter(is_of_series), ("month", "unit_code", "indicator")
    )
    by_series_month = {"month": "series_month"}
    return _Cells(
        pl.concat([placed.filter("is_of_month"), moved]).collect().lazy(),
        questions.collect(engine="streaming").rename(by_series_month).lazy(),
        people.collect(engine="streaming").rename(by_series_month).lazy(),
        figures.rename(by_series_month).lazy(),
    )


def _count_months(cells: _Cells, today: Pooling) -> pl.DataFrame:
    """The counts of every unit, indicator, month and basis: columns _COUNTS."""
    pooling = MonthlyPooling.of(cells.list_units(), today.register)
    own = dossiers.count_by_month(cells.outcomes).collect()
    with_records = pooling.pools.add_agencies_above(own.lazy()).collect()
    published = _count_series(own, with_records, cells, pooling.pools, cells.people)
    restated_pools = pooling.restate(today)
    differing = _months_that_differ(pooling.pools, restated_pools)
    is_differing = pl.col("series_month").is_in(differing.implode())
    restated = [published.filter(~is_differing)]
    if not differing.is_empty():
        own_differing, cells_differing = own.filter(is_differing), cells.select_months(differing)
        restated.append(_count_series(own_differing, with_records, cells_differing, restated_pools))
    by_basis = {_AS_PUBLISHED: published, _RESTATED: pl.concat(restated)}
    return pl.concat(
        counts.with_columns(basis=pl.lit(basis)).select(_COUNTS.names()).cast(_COUNTS)
        for basis, counts in by_basis.items()
    )


def _months_that_differ(pools: Pools, others: Pools) -> pl.Series:
    """The months in which the members of the pools are not the same."""
    rows = pl.concat([pools.members, others.members.select(pools.members.columns)])
    in_one_only = rows.group_by(rows.columns).len().filter(pl.col("len") == 1)
    return in_one_only["series_month"].unique()


def _count_series(
    own: pl.DataFrame,
    with_records: pl.DataFrame,
    cells: _Cells,
    pools: Pools,
    people: pl.LazyFrame | None = None,
) -> pl.DataFrame:
    """unit_code, indicator, series_month, value, numerator, denominator, scale; in any order.

    `own` are counts of dossiers.count_by_month, `with_records` the units that have such counts
    themselves or below them. Without `people`, a respondent counts once in each unit: who answered
    in several is counted by the boundaries of its month alone.
    """
    keys = pools.unit_keys
    figures = rates.shape_figures(cells.figures, keys)
    is_rate = pl.col("indicator").is_in(list(rates.RATES))
    numerator, denominator = pl.col("numerator"), pl.col("denominator")
    by_rates = rates.pool_rates(
        pools.pool_counts(own.lazy()),
        figures.filter(is_rate).join(with_records.lazy(), on=keys, how="anti"),
        pools,
    ).with_columns((numerator / denominator).alias("value"), scale=pl.lit(None, pl.String))
    from_answers = respondents.measure_shares(cells.questions, pools, people).collect()
    sent_shares = figures.filter(pl.col("indicator") == satisfaction.SATISFIED_SHARE)
    from_figures = satisfaction.pool_figures(sent_shares, pools).join(
        from_answers.lazy(), on=keys, how="anti"
    )
    shares = pl.concat(
        each.select(*keys, "value", "denominator", "scale")
        for each in (from_answers.lazy(), from_figures)
    ).with_columns(
        (pl.col("value") * denominator).alias("numerator"),
        indicator=pl.lit(satisfaction.SATISFIED_SHARE),
    )
    counts = pl.col("numerator", "denominator").cast(pl.Float64)
    columns = (*keys, "indicator", "value", "numerator", "denominator", "scale")
    return pl.concat(
        each.select(columns).with_columns(counts) for each in (by_rates, shares)
    ).collect()


def _with_breaks(counted: pl.DataFrame, register: Register, first: str) -> pl.DataFrame:
    """Counts with is_break: as published where the code's territory began after the row before.

    In the first row of a series, where it began in the series' `first` month or later. On either
    basis where ratings have another scale than in the row before. Sorted by unit, indicator, basis
    and month.
    """
    keys = ("unit_code", "indicator", "basis")
    ordered = counted.sort(*keys, "series_month").with_row_index("row")
    is_first = pl.any_horizontal(pl.col(key).ne_missing(pl.col(key).shift(1)) for key in keys)
    month_before = (
        pl.when(is_first)
        .then(pl.lit(months.shifted(first, -1)))
        .otherwise(pl.col("series_month").shift(1))
    )
    scale_before = pl.when(~is_first).then(pl.col("scale").shift(1))
    with_previous = ordered.with_columns(
        month_before.alias("month_before"),
        (pl.col("scale") != scale_before).fill_null(value=False).alias("is_other_scale"),
    )
    breaks = (
        with_previous.filter(pl.col("basis") == _AS_PUBLISHED)
        .join(register.new_territories, left_on="unit_code", right_on="code")
        .filter(pl.col("month").is_between("month_before", "series_month", closed="right"))
    )
    is_new_territory = pl.col("row").is_in(breaks["row"].unique().implode())
    return with_previous.with_columns(is_break=is_new_territory | pl.col("is_other_scale"))


def _round_values(method: Method) -> pl.Expr:
    """Values with as many decimals as the method publishes of their indicator, halves up."""
    decimals = {indicator.name: indicator.decimals for indicator in method.indicators}
    value = pl.col("value")
    rounded = [
        pl.when(pl.col("indicator") == name).then(intervals.round_half_up(value, places))
        for name, places in decimals.items()
    ]
    return pl.coalesce(rounded)
