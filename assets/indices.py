"""Asset `indices`: every indicator of every unit, with limits and notes."""

import dagster as dg

from assets import metadata, months
from assets.partitions import MONTHS
from assets.resources import HomeResource
from expectations import indices as suite
from pipeline import tables


@dg.asset(
    deps=["tallies"],
    partitions_def=MONTHS,
    group_name="indices",
    kinds={"polars", "parquet"},
    owners=["team:statistics"],
    check_specs=[dg.AssetCheckSpec("indices", asset="indices")],
)
def indices(context: dg.AssetExecutionContext, home: HomeResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """On-time rates, times, satisfaction and the reform performance index; one row a unit and
    indicator, parents from pooled counts.
    """
    method = home.installation.method
    computed = months.compute_indices(home.installation, context.partition_key)
    headline = computed.filter(indicator="due_on_time").select(
        "unit_code", "unit_name", "level", "value", "numerator", "denominator", "note"
    )
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": computed.height,
            "dagster/column_schema": metadata.schema_of(tables.INDICES),
            "method": f"{method.name} {method.version}",
            "due_on_time": metadata.records_of(headline),
        },
        check_results=[metadata.check("indices", suite.check(computed, method.names))],
    )
