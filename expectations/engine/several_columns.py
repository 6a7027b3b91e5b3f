"""What makes a row unexpected by the values of several columns.

Here belongs one function for each map metric of a pair or a list of columns. Not here: conditions
on one column (column_conditions). Loading this module registers the metrics; it imports Great
Expectations.

Which rows with nulls are left out is said by `ignore_row_if` of the expectation. Among the others,
a null is equal to nothing and larger than nothing, but to the metrics that say otherwise.
"""

from functools import reduce
from itertools import combinations

import polars as pl
from great_expectations.core.metric_domain_types import MetricDomainTypes

from expectations.engine.map_metrics import offer_map_metric
from expectations.engine.summaries import Asked


def _pair(asked: Asked) -> tuple[pl.Expr, pl.Expr]:
    first, second = asked.columns
    return pl.col(first), pl.col(second)


def _are_equal(asked: Asked) -> pl.Expr:
    first, second = _pair(asked)
    return (first == second).fill_null(value=False)


def _is_first_greater(asked: Asked) -> pl.Expr:
    first, second = _pair(asked)
    or_equal = asked.values.get("or_equal") or False
    is_greater = first >= second if or_equal else first > second
    return is_greater.fill_null(value=False)


def _are_in_set(asked: Asked) -> pl.Expr:
    """Whether the pair is one of the set, in which null equals null."""
    first, second = _pair(asked)
    pairs = asked.values.get("value_pairs_set")
    if pairs is None:
        return first.is_null() | pl.lit(value=True)
    is_one = [first.eq_missing(pl.lit(a)) & second.eq_missing(pl.lit(b)) for a, b in pairs]
    return pl.any_horizontal(first.is_null() & pl.lit(value=False), *is_one)


def _adds_up(asked: Asked) -> pl.Expr:
    total = reduce(pl.Expr.add, map(pl.col, asked.columns))
    return total.eq(asked.values["sum_total"]).fill_null(value=False)


def _are_all_equal(asked: Asked) -> pl.Expr:
    """Whether all columns have the same value; null equals null."""
    return pl.all_horizontal(asked.column.eq_missing(pl.col(name)) for name in asked.columns[1:])


def _are_all_different(asked: Asked) -> pl.Expr:
    """Whether no two columns have the same value; null equals null."""
    return pl.all_horizontal(
        pl.col(one).ne_missing(pl.col(other)) for one, other in combinations(asked.columns, 2)
    )


def _is_unique_together(asked: Asked) -> pl.Expr:
    """Whether no other row that is considered has the same values; null equals null."""
    parts = [pl.col(name).alias(str(place)) for place, name in enumerate(asked.columns)]
    if asked.considered is not None:
        parts.append(asked.considered.fill_null(value=False).alias("considered"))
    return ~pl.struct(parts).is_duplicated()


for _name, _meets in {
    "column_pair_values.equal": _are_equal,
    "column_pair_values.a_greater_than_b": _is_first_greater,
    "column_pair_values.in_set": _are_in_set,
}.items():
    offer_map_metric(_name, MetricDomainTypes.COLUMN_PAIR, _meets)
for _name, _meets in {
    "multicolumn_sum.equal": _adds_up,
    "multicolumn_values.equal": _are_all_equal,
    "select_column_values.unique.within_record": _are_all_different,
    "compound_columns.unique": _is_unique_together,
}.items():
    offer_map_metric(_name, MetricDomainTypes.MULTICOLUMN, _meets)
