"""Asset `indices`: every indicator of every unit, with limits and notes."""

import dagster as dg

from assets import checks, metadata
from assets.month import edition
from assets.partitions import MONTHS
from assets.resources import HomeResource
from expectations.rules import indices as suite
from pipeline import tables


@dg.asset(
    deps=["tallies"],
    partitions_def=MONTHS,
    group_name="indices",
    kinds={"polars", "parquet"},
    owners=["team:statistics"],
    check_specs=checks.of_made("indices", ["indices", *edition.COMPARISONS_OF["indices"]]),
)
def indices(context: dg.AssetExecutionContext, home: HomeResource) -> checks.Checked:
    """On-time rates, times, satisfaction and the reform performance index; one row a unit and
    indicator, parents from pooled counts.
    """
    installation, month = home.installation, context.partition_key
    in_force = installation.methods.at(month)
    results = edition.compute_indices(installation, month)
    computed = results["indices"]
    compared = {name: results[name] for name in edition.COMPARISONS_OF["indices"]}
    found = {"indices": suite.check(computed, in_force.names)} | suite.check_comparisons(compared)
    yield from checks.stopping(month, found)
    edition.keep(installation, "indices", month, results)
    headline = computed.filter(indicator="due_on_time").select(
        "unit_code", "unit_name", "level", "value", "numerator", "denominator", "note"
    )
    yield dg.MaterializeResult(
        metadata={
            "dagster/row_count": computed.height,
            "dagster/column_schema": metadata.schema_of(tables.INDICES),
            "methods": ", ".join(f"{each.name} {each.version}" for each in in_force.all),
            "series with a signal this month": results["control_charts"]
            .filter(series_month=month)["signal"]
            .count(),
            "due_on_time": metadata.records_of(headline),
        },
    )
