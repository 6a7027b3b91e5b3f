"""Asset `records`: typed rows in our own terms, and the rows set aside with their rules."""

import dagster as dg
import polars as pl

from assets import checks, metadata
from assets.month import deliveries, edition
from assets.partitions import MONTHS
from assets.resources import HomeResource
from pipeline import tables

_SAMPLE = 10


@dg.asset(
    deps=["exports"],
    partitions_def=MONTHS,
    group_name="records",
    kinds={"polars", "greatexpectations", "parquet"},
    owners=["team:data-engineering"],
    check_specs=checks.of_sent("records", tables.KINDS),
)
def records(context: dg.AssetExecutionContext, home: HomeResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """Dossiers, ratings, petitions and figures as typed rows; those that break a rule set aside.

    Worked a delivery at a time; a delivery whose files, profile and rules are the same as before
    is not worked again. Earlier months that changed are brought up to date first.
    """
    installation, month = home.installation, context.partition_key
    plans = deliveries.chain(installation, month)
    recomputed = deliveries.record_pending(installation, plans.values())
    delivered = edition.month_deliveries(installation, month)
    rejected = deliveries.rejected(installation, plans[month])
    limit = installation.method.maximum_rejected_share
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": int(delivered["accepted"].sum()),
            "dagster/column_schema": metadata.schema_of(tables.DOSSIERS),
            "rejected rows": int(delivered["rejected"].sum()),
            "deliveries recomputed": len(recomputed),
            "senders": metadata.senders(delivered),
        },
        check_results=[_check(kind, delivered, rejected, limit) for kind in tables.KINDS],
    )


def _check(
    kind: str, delivered: pl.DataFrame, rejected: pl.DataFrame, limit: float
) -> dg.AssetCheckResult:
    """Passes where no sender has more rejected rows of a kind than the method allows."""
    of_kind = delivered.filter(kind=kind, status="accepted")
    by_sender = of_kind.group_by("sender_code").agg(pl.col("rows", "rejected").sum())
    too_many = by_sender.filter(pl.col("rejected") > limit * pl.col("rows")).sort("sender_code")
    by_rule = (
        rejected.filter(kind=kind)
        .group_by("rule", "column", "reason")
        .agg(
            rows=pl.len(),
            sample=pl.format(
                "{} row {}: {}", "sender_code", "row_number", pl.col("found").fill_null("")
            )
            .sort()
            .head(_SAMPLE)
            .str.join("; "),
        )
        .sort("rows", "rule", descending=[True, False])
    )
    return dg.AssetCheckResult(
        check_name=kind,
        passed=too_many.is_empty(),
        severity=dg.AssetCheckSeverity.WARN,
        description=(
            f"at most {limit:.0%} of every sender's rows are set aside"
            if too_many.is_empty()
            else f"over {limit:.0%} set aside: {', '.join(too_many['sender_code'])}"
        ),
        metadata={
            "rows": int(by_sender["rows"].sum()),
            "rejected": int(by_sender["rejected"].sum()),
            "rules": metadata.records_of(by_rule),
        },
    )
