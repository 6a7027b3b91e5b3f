"""Asset `exports`: the month's files as sent, archived, each with the profile that reads it."""

import dagster as dg
import polars as pl

from assets import checks, metadata
from assets.month import deliveries
from assets.partitions import MONTHS
from assets.resources import HomeResource
from expectations.rules import exports as suite


@dg.asset(
    partitions_def=MONTHS,
    group_name="exports",
    kinds={"file"},
    owners=["team:data-engineering"],
    check_specs=checks.of_sent("exports", ["files"]),
)
def exports(context: dg.AssetExecutionContext, home: HomeResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """Files as agencies sent them, kept under their SHA-256; one row a file.

    New, changed and withdrawn files are noted in the register of deliveries. A file without a
    known sender, kind or profile is refused here.
    """
    month = context.partition_key
    plans = deliveries.take_in(home.installation, month)
    plan = plans.get(month, deliveries.no_plan())
    shown = plan.select("sender_code", "kind", "file_name", "bytes", "profile", "message", "sha256")
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": plan.height,
            "files": metadata.records_of(shown),
            "refused": plan.filter(pl.col("fault").is_not_null()).height,
            "bytes": int(plan["bytes"].sum()),
            "months it rests on": ", ".join(plans),
            "broken profiles": "; ".join(map(str, home.installation.profiles.broken)) or "none",
        },
        check_results=[checks.warning("files", suite.check(plan))],
    )
