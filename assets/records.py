"""Asset `records`: typed rows in our own terms, and the rejected rows with their rules."""

from time import perf_counter

import dagster as dg
import polars as pl

from assets import checks, metadata
from assets.month import data_docs, deliveries, failures, report, row_rule_history
from assets.resources import ClusterResource, HomeResource, retried
from expectations.rules.set_rule import Severity
from pipeline import planning, tables

_SAMPLE = 10
_CONSEQUENCE = {"petitions": "they are known in part only; no rank rests on petitions"}
"""What too many rejected rows of a kind mean, where units are ranked all the same."""


@dg.asset(
    deps=["exports"],
    group_name="records",
    kinds={"polars", "greatexpectations", "parquet"},
    owners=["team:data-engineering"],
    check_specs=checks.warning_specs("records", tables.KINDS),
)
@retried
def records(
    context: dg.AssetExecutionContext, home: HomeResource, cluster: ClusterResource
) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """Dossiers, ratings, petitions and figures as typed rows; rows that break a rule are rejected.

    The work is done a delivery at a time; a delivery whose files, profile and rules are the same as
    before is not read again. Earlier months that changed are brought up to date first.
    """
    begun = perf_counter()
    worked = deliveries.record_pending(
        home.month_inputs(context.partition_key), workers=cluster.workers
    )
    inputs, recomputed = home.keep_inputs(worked.inputs), worked.recomputed
    for failure in worked.failures:
        context.log.error(failure.describe())
    delivered, rejected = inputs.deliveries, inputs.rejected
    accepted_rows, rejected_rows = (int(delivered[name].sum()) for name in ("accepted", "rejected"))
    limit = home.installation.method_at(context.partition_key).maximum_rejected_share
    context.log.info(
        f"{accepted_rows + rejected_rows:,} rows: {accepted_rows:,} accepted, {rejected_rows:,} "
        f"rejected; {len(recomputed) or 'no'} deliveries read, the others found unchanged, in "
        f"{perf_counter() - begun:.1f} s by {cluster.workers.describe('records')}"
    )
    history = row_rule_history.find_history(inputs)
    first, *others = tables.RECORDS.values()
    return dg.MaterializeResult(
        data_version=dg.DataVersion(inputs.records_digest),
        metadata={
            "dagster/row_count": accepted_rows,
            **metadata.describe_tables(first, *others, tables.REJECTED, tables.DELIVERED),
            "dagster/column_lineage": metadata.trace_columns(
                first, "exports", planning.PLAN_TABLE, {}
            ),
            "rejected rows": rejected_rows,
            "Data Docs": dg.MetadataValue.path(str(data_docs.find_index(inputs))),
            "deliveries recomputed": len(recomputed),
            "worked by": cluster.workers.describe("records"),
            "deliveries not processed": failures.describe_all(worked.failures),
            "senders": metadata.describe_senders(delivered),
        },
        check_results=[
            _check(kind, delivered, rejected, limit, (inputs.month, history))
            for kind in tables.KINDS
        ],
    )


def _check(
    kind: str,
    delivered: pl.DataFrame,
    rejected: pl.DataFrame,
    limit: float,
    past: tuple[str, pl.DataFrame],
) -> dg.AssetCheckResult:
    """Passes where no sender has more rejected rows of a kind than the method allows.

    `past` is the month and its row_rule_history.find_history.
    """
    month, history = past
    of_kind = delivered.filter(kind=kind, status="accepted")
    by_sender = of_kind.group_by("sender_code").agg(pl.col("rows", "rejected").sum())
    too_many = report.find_too_many(of_kind, limit)
    of_rule = ["rule", "column", "reason"]
    # Lazy, and grouped by numbers in place of texts: all rows of a large file may be here.
    by_rule = (
        rejected.lazy()
        .filter(kind=kind)
        .with_columns(pl.col(of_rule).cast(pl.Categorical))
        .group_by(of_rule)
        .agg(
            # The first rows as they are stored, by sender and number, before they are written.
            pl.col("sender_code", "row_number", "found").head(_SAMPLE),
            rows=pl.len(),
            senders=pl.col("sender_code").n_unique(),
        )
        .with_columns(pl.col(of_rule).cast(pl.String))
        .explode("sender_code", "row_number", "found")
        .group_by(*of_rule, "rows", "senders", maintain_order=True)
        .agg(
            sample=pl.format(
                "{} row {}: {}", "sender_code", "row_number", pl.col("found").fill_null("")
            ).str.join("; ")
        )
        .sort("rows", "rule", descending=[True, False])
        .collect()
        .join(
            row_rule_history.find_rule_series(history, kind, month),
            on="rule",
            how="left",
            maintain_order="left",
        )
    )
    return dg.AssetCheckResult(
        check_name=kind,
        passed=too_many.is_empty(),
        severity=dg.AssetCheckSeverity.ERROR,
        description=(
            f"at most {limit:.0%} of every sender's rows are rejected"
            if too_many.is_empty()
            else f"over {limit:.0%} rejected: {', '.join(too_many['sender_code'])}"
        ),
        metadata={
            "month": month,
            "severity": Severity.CRITICAL.value,
            "what failing means": f"Of a sender's {kind} more than {limit:.0%} are rejected, so "
            f"that {_CONSEQUENCE.get(kind, 'its units are not ranked')}.",
            "what to do": "What is wrong, and what to do, is in the column reason; each sender has "
            "it with its lines in feedback/.",
            "who acts": "the sender",
            "rows": int(by_sender["rows"].sum()),
            "rejected": int(by_sender["rejected"].sum()),
            "rules": metadata.as_table(by_rule),
            "history of rules": dg.MetadataValue.md(_write_history(history.filter(kind=kind))),
        },
    )


def _write_history(history: pl.DataFrame) -> str:
    """How many rows broke each rule month by month, as a table: the newest month first."""
    if history.is_empty():
        return "nothing was sent"
    months = history["month"].unique().sort(descending=True).to_list()
    rows = {(rule, month): count for month, _, rule, count in history.iter_rows()}
    rules = sorted(history["rule"].drop_nulls().unique())
    lines = [
        f"| rule | {' | '.join(months)} |",
        "| --- |" + " --- |" * len(months),
        *(
            f"| {rule or 'rows sent'} | "
            + " | ".join(f"{rows.get((rule, month), 0):,}" for month in months)
            + " |"
            for rule in (None, *rules)
        ),
    ]
    return "\n".join(lines)
