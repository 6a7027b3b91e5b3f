"""Procedures: how many dossiers of each procedure are late, over all units that handle it.

Here belongs a procedure in the whole of what was sent. Not here: a unit's own procedures
(breakdowns). How long dossiers take is not known by procedure: ages are counted without it.
"""

import polars as pl

from pipeline.indices import rates
from pipeline.indices.breakdowns import provisional_units
from pipeline.indices.categories import Categories
from pipeline.methods import Method
from pipeline.statistics import intervals
from pipeline.tables.comparisons import NOT_SENT, PROCEDURES

_DECIMALS = 6
_THOUSANDTHS = 1000


def compute(categories: Categories, indices: pl.DataFrame, method: Method) -> pl.DataFrame:
    """The procedures of a month; columns of tables.comparisons.PROCEDURES, sorted by code.

    One row is a procedure with dossiers first due in the month, by records: figures have none. The
    units are those that handle the dossiers themselves, each once. Compared are units with
    `minimum_due` of these dossiers; without any there is no median. A procedure is provisional
    where one of its units is.
    """
    code = pl.col("procedure_code").replace({"": NOT_SENT}).fill_null(NOT_SENT)
    due, late = pl.col("due"), pl.col("late")
    is_provisional = pl.col("unit_code").is_in(provisional_units(indices).implode())
    of_units = (
        categories.own.group_by(code, "unit_code")
        .agg(
            pl.col("due_late").sum().alias("late"),
            (pl.col("due_on_time") + pl.col("due_late")).sum().alias("due"),
            pl.col("saved_thousandths").sum(),
        )
        .filter(due > 0)
    )
    is_compared = due >= method.minimum_due
    counted = of_units.group_by("procedure_code").agg(
        pl.len().cast(pl.Int64).alias("units"),
        pl.col("due", "late", "saved_thousandths").sum(),
        (late / due).filter(is_compared).median().alias("median_late_share"),
        is_compared.sum().cast(pl.Int64).alias("compared_units"),
        is_provisional.any().alias("is_provisional"),
    )
    lower, upper = intervals.wilson_limits(late, due, method.confidence_level)
    note = rates.small_number_note(method).fill_null(
        pl.when("is_provisional").then(pl.lit("provisional"))
    )
    numbers = {
        "late_share": late / due,
        "lower": lower,
        "upper": upper,
        "median_late_share": pl.col("median_late_share"),
        "time_saved": pl.col("saved_thousandths") / _THOUSANDTHS / due,
    }
    measured = counted.with_columns(due.alias("denominator")).with_columns(
        *(intervals.round_half_up(each, _DECIMALS).alias(name) for name, each in numbers.items()),
        note.alias("note"),
        month=pl.lit(categories.month),
        interval_source=pl.lit("chance"),
    )
    return PROCEDURES.conform(measured).sort("procedure_code")
