"""What is allowed in the tables that the stage `indices` computes.

Here belong the rules of indices, of their series over months and of the control charts of these, of
breakdowns, procedures and the parts of changes.
Not here: how a value is computed (pipeline.indices), or why a value is null (the closed list of
notes in pipeline.methods).
"""

from collections.abc import Iterable, Mapping

import polars as pl

from expectations.engine.phrases import (
    expect_at_least,
    expect_between,
    expect_in_set,
    expect_not_null,
    expect_null,
    where_in,
    where_not_null,
    where_null,
)
from expectations.engine.results import (
    COPIES,
    IS_FINITE,
    RuleResult,
    check_keyed_table,
)
from pipeline.methods import NOTES
from pipeline.published_data import INTERVAL_SOURCES, UNITS
from pipeline.statistics.control_charts import SIGNALS
from pipeline.tables import BASES, CLOCKS
from pipeline.tables.comparisons import (
    BREAKDOWNS_BY,
    BY_CHANCE,
    CHANGES_BY,
    KEYS,
    NOTES_OF_CATEGORIES,
    NOTES_OF_CHANGES,
)

KEY = ("month", "unit_code", "indicator")
_EFFECT_DECIMALS = 6


def check(indices: pl.DataFrame, indicators: Iterable[str]) -> list[RuleResult]:
    """The results for a frame of `tables.INDICES`; `indicators` are the names of the methods'."""
    return check_keyed_table(
        "indices",
        [
            expect_in_set("unit_has_indicator_once", COPIES, [1]),
            expect_in_set("numbers_are_finite", IS_FINITE, [True]),
            expect_not_null("unit_is_there", "unit_code"),
            expect_not_null("indicator_is_there", "indicator"),
            expect_in_set("indicator_is_in_list", "indicator", indicators),
            expect_not_null("unit_of_value_is_there", "unit"),
            expect_in_set("unit_of_value_is_in_list", "unit", UNITS),
            expect_in_set("clock_is_in_list", "clock", CLOCKS),
            expect_in_set("interval_source_is_in_list", "interval_source", INTERVAL_SOURCES),
            expect_in_set("note_is_in_list", "note", NOTES),
            expect_between(
                "share_within_0_and_1", "value", 0, 1, row_condition=where_in("unit", ["share"])
            ),
            expect_between(
                "points_within_0_and_100",
                "value",
                0,
                100,
                row_condition=where_in("unit", ["points"]),
            ),
            expect_at_least("points_within_maximum", "maximum", "value"),
            expect_between(
                "days_not_negative", "value", 0, row_condition=where_in("unit", ["days"])
            ),
            expect_between("numerator_not_negative", "numerator", 0),
            expect_between("denominator_not_negative", "denominator", 0),
            expect_at_least("value_not_below_lower", "value", "lower"),
            expect_at_least("value_not_above_upper", "upper", "value"),
            expect_at_least("lower_not_above_upper", "upper", "lower"),
            expect_not_null("lower_has_its_source", "interval_source", where_not_null("lower")),
            expect_not_null("upper_has_its_source", "interval_source", where_not_null("upper")),
            expect_not_null(
                "months_are_there", "months", where_in("interval_source", ["chance+months"])
            ),
            expect_null(
                "months_are_in_limits",
                "months",
                where_in("interval_source", ["chance", "sampling"]),
            ),
            expect_not_null("empty_value_has_note", "note", where_null("value")),
        ],
        indices,
        KEY,
    )


def check_comparisons(comparisons: Mapping[str, pl.DataFrame]) -> dict[str, list[RuleResult]]:
    """The results for frames of the comparisons of this stage, by the name of the table."""
    checks = {
        "series": _check_series,
        "control_charts": _check_control_charts,
        "breakdowns": _check_breakdowns,
        "change_parts": _check_change_parts,
        "procedures": _check_procedures,
        "waiting": _check_waiting,
    }
    return {name: checks[name](frame) for name, frame in comparisons.items()}


def _check_series(series: pl.DataFrame) -> list[RuleResult]:
    return check_keyed_table(
        "comparisons.series",
        [
            expect_in_set("row_stands_once", COPIES, [1]),
            expect_in_set("numbers_are_finite", IS_FINITE, [True]),
            expect_in_set("basis_is_in_list", "basis", BASES),
            expect_at_least("month_not_before_series", "month", "series_month"),
            expect_between("numerator_not_negative", "numerator", 0),
            expect_at_least("denominator_covers_numerator", "denominator", "numerator"),
        ],
        series,
        KEYS["series"],
    )


def _check_control_charts(charts: pl.DataFrame) -> list[RuleResult]:
    return check_keyed_table(
        "comparisons.control_charts",
        [
            expect_in_set("row_stands_once", COPIES, [1]),
            expect_in_set("numbers_are_finite", IS_FINITE, [True]),
            expect_in_set("signal_is_in_list", "signal", SIGNALS),
            expect_at_least("month_not_before_series", "month", "series_month"),
            expect_at_least("centre_not_below_lower", "centre", "lower"),
            expect_at_least("upper_not_below_centre", "upper", "centre"),
        ],
        charts,
        KEYS["control_charts"],
    )


def _check_breakdowns(breakdowns: pl.DataFrame) -> list[RuleResult]:
    return check_keyed_table(
        "comparisons.breakdowns",
        [
            expect_in_set("row_stands_once", COPIES, [1]),
            expect_in_set("numbers_are_finite", IS_FINITE, [True]),
            expect_in_set("by_is_in_list", "by", BREAKDOWNS_BY),
            expect_in_set("note_is_in_list", "note", NOTES_OF_CATEGORIES),
            expect_in_set("interval_source_is_in_list", "interval_source", BY_CHANCE),
            expect_between("numerator_not_negative", "numerator", 0),
            expect_at_least("denominator_covers_numerator", "denominator", "numerator"),
            expect_between("value_is_a_share", "value", 0, 1),
            expect_at_least("value_not_below_lower", "value", "lower"),
            expect_at_least("value_not_above_upper", "upper", "value"),
        ],
        breakdowns,
        KEYS["breakdowns"],
    )


_TOTALS_OF_PARTS = ("numerator", "denominator", "previous_numerator", "previous_denominator")


def _check_change_parts(parts: pl.DataFrame) -> list[RuleResult]:
    """Whatever the dossiers are told apart by, they are the same dossiers and the same change."""
    of_unit = ("month", "unit_code", "indicator")
    in_steps = (pl.col("rate_effect", "mix_effect") * 10.0**_EFFECT_DECIMALS).round()
    # Another rule names what is not finite.
    steps = in_steps.cast(pl.Int64, strict=False)
    whole = pl.struct(pl.col(_TOTALS_OF_PARTS).sum().over(*of_unit, "by"), "change")
    wholes = whole.n_unique().over(of_unit).cast(pl.Int64)
    return check_keyed_table(
        "comparisons.change_parts",
        [
            expect_in_set("row_stands_once", COPIES, [1]),
            expect_in_set("numbers_are_finite", IS_FINITE, [True]),
            expect_in_set("by_is_in_list", "by", CHANGES_BY),
            expect_in_set("note_is_in_list", "note", NOTES_OF_CHANGES),
            expect_between("numerator_not_negative", "numerator", 0),
            expect_at_least("denominator_covers_numerator", "denominator", "numerator"),
            expect_between("previous_numerator_not_negative", "previous_numerator", 0),
            expect_at_least(
                "previous_denominator_covers_numerator",
                "previous_denominator",
                "previous_numerator",
            ),
            expect_between("rate_effect_is_a_share", "rate_effect", -1, 1),
            expect_between("mix_effect_is_a_share", "mix_effect", -1, 1),
            expect_in_set("parts_add_up_to_the_same", "wholes", [1]),
        ],
        parts.with_columns(change=pl.sum_horizontal(steps).sum().over(*of_unit, "by"))
        .with_columns(wholes=wholes)
        .drop("change"),
        KEYS["change_parts"],
    )


def _check_procedures(procedures: pl.DataFrame) -> list[RuleResult]:
    return check_keyed_table(
        "comparisons.procedures",
        [
            expect_in_set("row_stands_once", COPIES, [1]),
            expect_in_set("numbers_are_finite", IS_FINITE, [True]),
            expect_in_set("note_is_in_list", "note", NOTES_OF_CATEGORIES),
            expect_in_set("interval_source_is_in_list", "interval_source", BY_CHANCE),
            expect_between("some_unit_handles_it", "units", 1),
            expect_at_least("units_cover_those_compared", "units", "compared_units"),
            expect_between("late_not_negative", "late", 0),
            expect_at_least("due_covers_late", "due", "late"),
            expect_at_least("share_not_below_lower", "late_share", "lower"),
            expect_at_least("share_not_above_upper", "upper", "late_share"),
            expect_between("median_is_a_share", "median_late_share", 0, 1),
            expect_between("time_saved_is_a_share", "time_saved", 0, 1),
        ],
        procedures,
        KEYS["procedures"],
    )


def _check_waiting(waiting: pl.DataFrame) -> list[RuleResult]:
    return check_keyed_table(
        "comparisons.waiting",
        [
            expect_in_set("row_stands_once", COPIES, [1]),
            expect_in_set("numbers_are_finite", IS_FINITE, [True]),
            expect_in_set("clock_is_in_list", "clock", tuple(CLOCKS)),
            expect_at_least("span_does_not_end_before_it_begins", "to_days", "from_days"),
            expect_between("ended_share_is_a_share", "ended_share", 0, 1),
            expect_at_least("share_not_below_lower", "ended_share", "lower"),
            expect_at_least("share_not_above_upper", "upper", "ended_share"),
            expect_between("open_not_negative", "open", 0),
        ],
        waiting,
        KEYS["waiting"],
    )
