"""Asset `rankings`: units against their peers, with what the data cannot exclude."""

import dagster as dg

from assets import checks, metadata
from assets.month import edition
from assets.partitions import MONTHS
from assets.resources import HomeResource
from expectations.rules import rankings as suite
from pipeline import tables


@dg.asset(
    deps=["indices"],
    partitions_def=MONTHS,
    group_name="rankings",
    kinds={"polars", "parquet"},
    owners=["team:statistics"],
    check_specs=checks.of_made("rankings", ["rankings", *edition.COMPARISONS_OF["rankings"]]),
)
def rankings(context: dg.AssetExecutionContext, home: HomeResource) -> checks.Checked:
    """Ranks by league and indicator with 95 % rank sets and tiers; who is not ranked, and why;
    funnels, case mix and the sensitivity of ranks to the method.
    """
    installation, month = home.installation, context.partition_key
    results = edition.compute_rankings(installation, month)
    ranked = results["rankings"]
    compared = {name: results[name] for name in edition.COMPARISONS_OF["rankings"]}
    found = {"rankings": suite.check(ranked)} | suite.check_comparisons(compared)
    yield from checks.stopping(month, found)
    edition.keep(installation, "rankings", month, results)
    headline = ranked.filter(indicator="reform_performance_index").select(
        "league", "rank", "rank_lower", "rank_upper", "unit_name", "value", "note"
    )
    yield dg.MaterializeResult(
        metadata={
            "dagster/row_count": ranked.height,
            "dagster/column_schema": metadata.schema_of(tables.RANKINGS),
            "leagues": ranked["league"].n_unique(),
            "outside their funnel": results["funnels"]["is_outside"].count(),
            "reform_performance_index": metadata.records_of(headline.sort("league", "rank")),
        },
    )
