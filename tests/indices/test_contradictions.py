"""Figures of form II.06a beside the rows of the same unit: a difference is found."""

import polars as pl

from pipeline import tables
from pipeline.indices.contradictions import find_contradictions

MONTH = "2026-10"


def indices(*rows: tuple[str, str, float | None, float | None]) -> pl.DataFrame:
    names = ["unit_code", "indicator", "numerator", "denominator"]
    frame = pl.DataFrame(rows, schema=names, orient="row").with_columns(month=pl.lit(MONTH))
    return tables.INDICES.conform(frame)


def figures(*rows: tuple[str, str, int, int], month: str = MONTH) -> pl.LazyFrame:
    names = ["unit_code", "indicator", "numerator", "denominator"]
    frame = pl.DataFrame(rows, schema=names, orient="row").with_columns(month=pl.lit(month))
    return tables.COUNTS.conform(frame).lazy()


def test_a_figure_that_differs_from_the_rows_of_its_unit_stands_beside_them() -> None:
    counted = indices(("H01", "on_time_766", 27, 30), ("H01", "on_time_of_finished", 20, 22))
    sent = figures(("H01", "on_time_766", 28, 30), ("H01", "on_time_of_finished", 20, 22))
    assert find_contradictions(counted, sent, MONTH).rows() == [
        ("H01", "on_time_766", 28, 30, 27, 30)
    ]


def test_breakdowns_add_up_before_they_are_compared() -> None:
    counted = indices(("H01", "on_time_766", 27, 30))
    sent = figures(("H01", "on_time_766", 20, 22), ("H01", "on_time_766", 7, 8))
    assert find_contradictions(counted, sent, MONTH).is_empty()


def test_other_months_other_indicators_and_units_of_which_nothing_counts_are_not_compared() -> None:
    counted = indices(("H01", "on_time_766", 27, 30), ("H02", "on_time_766", None, None))
    assert find_contradictions(
        counted, figures(("H01", "on_time_766", 1, 2), month="2026-09"), MONTH
    ).is_empty()
    sent = figures(("H02", "on_time_766", 1, 2), ("H01", "decision_766_2_1", 1, 2))
    assert find_contradictions(counted, sent, MONTH).is_empty()
