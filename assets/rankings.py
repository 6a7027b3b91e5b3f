"""Asset `rankings`: units against their peers, with 95 % confidence sets of ranks."""

from time import perf_counter

import dagster as dg

from assets import checks, metadata
from assets.month import remembered_checks, results
from assets.resources import HomeResource, retried
from expectations.rules import rankings as suite
from pipeline import tables
from pipeline.tables.comparisons import COMPARISONS

_COMPARISONS = results.COMPARISONS_OF["rankings"]
_MADE_OF = {
    "league": ["level", "parent_code"],
    "rank": ["value"],
    "rank_lower": ["value", "standard_error"],
    "rank_upper": ["value", "standard_error"],
    "tier": ["value", "standard_error"],
    "band": ["value"],
}
"""What the columns of rankings are computed from, where that is not a column of the same name."""


@dg.asset(
    deps=["indices"],
    group_name="rankings",
    kinds={"polars", "parquet"},
    owners=["team:statistics"],
    check_specs=checks.blocking_specs("rankings", ["rankings", *_COMPARISONS]),
)
@retried
def rankings(context: dg.AssetExecutionContext, home: HomeResource) -> checks.ChecksThenResult:
    """Ranks by league and indicator with 95 % rank sets and tiers; who is not ranked, and why;
    funnels, case mix and the sensitivity of ranks to the method.
    """
    begun = perf_counter()
    inputs = home.month_inputs(context.partition_key)
    computed, is_new = results.find_or_compute_rankings(inputs)
    ranked = computed["rankings"]
    found = remembered_checks.find_or_check(
        home.installation.store,
        f"rankings-{inputs.month}",
        inputs.generation,
        lambda: (
            {"rankings": suite.check(ranked)}
            | suite.check_comparisons({name: computed[name] for name in _COMPARISONS})
        ),
    )
    yield from checks.enforce(inputs.month, found)
    if is_new:
        results.keep_results(inputs, "rankings", computed)
    context.log.info(
        f"{ranked['rank'].count():,} ranks in {ranked['league'].n_unique():,} leagues "
        f"{'computed' if is_new else 'found unchanged'} in {perf_counter() - begun:.1f} s"
    )
    headline = ranked.filter(indicator="reform_performance_index").select(
        "league", "rank", "rank_lower", "rank_upper", "unit_name", "value", "note"
    )
    yield dg.MaterializeResult(
        data_version=dg.DataVersion(inputs.generation),
        metadata={
            "dagster/row_count": ranked.height,
            **metadata.describe_tables(
                tables.RANKINGS, *(COMPARISONS[name] for name in _COMPARISONS)
            ),
            "dagster/column_lineage": metadata.trace_columns(
                tables.RANKINGS, "indices", tables.INDICES, _MADE_OF
            ),
            "leagues": ranked["league"].n_unique(),
            "outside their funnel": computed["funnels"]["is_outside"].count(),
            "reform_performance_index": metadata.as_table(headline.sort("league", "rank")),
            "computed": is_new,
        },
    )
