"""Asset `indices`: every indicator of every unit, with limits and notes."""

from time import perf_counter

import dagster as dg

from assets import checks, metadata
from assets.month import remembered_checks, results
from assets.resources import HomeResource, retried
from expectations.rules import indices as suite
from pipeline import tables
from pipeline.indices.contradictions import find_contradictions
from pipeline.tables.comparisons import COMPARISONS

_COMPARISONS = results.COMPARISONS_OF["indices"]
_COUNTS = ["dossiers", "saved_thousandths", "saved_squared_millionths"]
_MADE_OF = dict.fromkeys(("value", "numerator", "denominator", "lower", "upper"), _COUNTS)
"""What the numbers of indices are computed from, where that is not a column of the same name."""


@dg.asset(
    deps=["tallies"],
    group_name="indices",
    kinds={"polars", "parquet"},
    owners=["team:statistics"],
    check_specs=[
        *checks.blocking_specs("indices", ["indices", *_COMPARISONS]),
        checks.FIGURES_AGREE,
    ],
)
@retried
def indices(context: dg.AssetExecutionContext, home: HomeResource) -> checks.ChecksThenResult:
    """On-time rates, times, satisfaction and the reform performance index; one row a unit and
    indicator, parents from pooled counts.
    """
    begun = perf_counter()
    inputs = home.month_inputs(context.partition_key)
    in_force = inputs.methods
    computed, is_new = results.find_or_compute_indices(inputs)
    found = remembered_checks.find_or_check(
        home.installation.store,
        f"indices-{inputs.month}",
        inputs.generation,
        lambda: (
            {"indices": suite.check(computed["indices"], in_force.names)}
            | suite.check_comparisons({name: computed[name] for name in _COMPARISONS})
        ),
    )
    yield from checks.enforce(inputs.month, found)
    if is_new:
        results.keep_results(inputs, "indices", computed)
    table = computed["indices"]
    context.log.info(
        f"{table.height:,} indicators of {table['unit_code'].n_unique():,} units "
        f"{'computed' if is_new else 'found unchanged'} in {perf_counter() - begun:.1f} s"
    )
    differing = find_contradictions(table, inputs.tallies.figures, inputs.month)
    yield checks.compare_figures(differing)
    for unit, indicator, *numbers in differing.iter_rows():
        context.log.warning(
            "{}: the figure of {} is {:,} of {:,}, and its rows say {:,.0f} of {:,.0f}: the rows "
            "count".format(unit, indicator, *numbers)
        )
    headline = table.filter(indicator="due_on_time").select(
        "unit_code", "unit_name", "level", "value", "numerator", "denominator", "note"
    )
    signals = computed["control_charts"].filter(series_month=inputs.month)["signal"].count()
    yield dg.MaterializeResult(
        data_version=dg.DataVersion(inputs.generation),
        metadata={
            "dagster/row_count": table.height,
            **metadata.describe_tables(
                tables.INDICES, *(COMPARISONS[name] for name in _COMPARISONS)
            ),
            "dagster/column_lineage": metadata.trace_columns(
                tables.INDICES, "tallies", tables.OUTCOMES, _MADE_OF
            ),
            "methods": ", ".join(f"{each.name} {each.version}" for each in in_force.all),
            "series with a signal this month": signals,
            "due_on_time": metadata.as_table(headline),
            "computed": is_new,
        },
    )
