"""Asset `tallies`: exact counts, the waist through which everything passes."""

from time import perf_counter

import dagster as dg

from assets import checks, metadata
from assets.checks import BrokenRulesError
from assets.month import checked_tallies, data_docs, deliveries, failures, set_rules
from assets.resources import ClusterResource, HomeResource, retried
from pipeline import tables

_MADE_OF = {
    "clock": ["sha256"],
    "deadline_rule": [
        "due_at",
        "first_due_at",
        "supplement_requested_at",
        "supplement_received_at",
    ],
    "intake": ["received_at"],
    "outcome": ["status", "due_at", "ended_at"],
    "verdict": ["status", "first_due_at", "ended_at"],
    "due_month": ["first_due_at"],
    "served": ["status", "first_due_at", "ended_at"],
    "dossiers": ["dossier_id"],
    "saved_thousandths": ["received_at", "first_due_at", "ended_at"],
    "saved_squared_millionths": ["received_at", "first_due_at", "ended_at"],
}
"""What the cells of outcomes are counted from, where that is not a column of the same name."""


@dg.asset(
    deps=["records"],
    group_name="tallies",
    kinds={"polars", "parquet"},
    owners=["team:data-engineering"],
    check_specs=[
        *checks.blocking_specs("tallies", tables.TALLIES),
        *checks.set_rule_specs("tallies"),
    ],
)
@retried
def tallies(
    context: dg.AssetExecutionContext, home: HomeResource, cluster: ClusterResource
) -> checks.ChecksThenResult:
    """Counts by unit: outcomes and ages of dossiers, answers, figures, petitions, findings.

    One row is a cell of a file, so that every number can be followed back to its files.
    """
    begun = perf_counter()
    checked = checked_tallies.count_and_check(
        home.month_inputs(context.partition_key), cluster.workers
    )
    inputs, recomputed = home.keep_inputs(checked.inputs), checked.recomputed
    for failure in checked.failures:
        context.log.error(failure.describe())
    try:
        yield from checks.enforce(inputs.month, checked.results, checked.refused)
    except BrokenRulesError:
        # No later run may take them for checked, of this month or of another that rests on it.
        deliveries.forget_tallies(inputs, recomputed)
        raise
    deliveries.merge_pending(inputs)
    yield from checks.check_set_rules(set_rules.find_history(inputs), inputs.month)
    counts = inputs.count_cells()
    context.log.info(
        f"{counts.rows:,} cells of {counts.dossiers:,} dossiers and {counts.respondents:,} "
        f"respondents; {len(recomputed) or 'no'} deliveries counted, the others found unchanged, "
        f"in {perf_counter() - begun:.1f} s by {cluster.workers.describe('tallies')}"
    )
    first, *others = tables.TALLIES.values()
    yield dg.MaterializeResult(
        data_version=dg.DataVersion(inputs.tallies_digest),
        metadata={
            "dagster/row_count": counts.rows,
            **metadata.describe_tables(first, *others),
            "dagster/column_lineage": metadata.trace_columns(
                first, "records", tables.DOSSIERS, _MADE_OF
            ),
            "dossiers": counts.dossiers,
            "Data Docs": dg.MetadataValue.path(str(data_docs.find_index(inputs))),
            "respondents": counts.respondents,
            "deliveries recomputed": len(recomputed),
            "worked by": cluster.workers.describe("tallies"),
            "deliveries not processed": failures.describe_all(checked.failures),
        },
    )
