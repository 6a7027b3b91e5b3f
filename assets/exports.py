"""Asset `exports`: the month's files as sent, archived, each with the profile that reads it."""

from time import perf_counter

import dagster as dg
import polars as pl

from assets import checks, metadata
from assets.month import corrections, remembered_checks, sources
from assets.resources import HomeResource, retried
from expectations.rules import exports as suite
from pipeline import planning


@dg.asset(
    group_name="exports",
    kinds={"file"},
    owners=["team:data-engineering"],
    check_specs=checks.warning_specs("exports", ["files"]),
)
@retried
def exports(context: dg.AssetExecutionContext, home: HomeResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """Files as agencies sent them, kept under their SHA-256; one row a file.

    New, changed and withdrawn files are noted in the register of deliveries. A file without a
    known sender, kind or profile is refused here.
    """
    begun = perf_counter()
    inputs = home.receive_exports(context.partition_key)
    plan, store = inputs.plan, home.installation.store
    digest = planning.digest_inputs(plan)
    shown = plan.select("sender_code", "kind", "file_name", "bytes", "profile", "message", "sha256")
    refused = plan.filter(pl.col("fault").is_not_null()).height
    found = remembered_checks.find_or_check(
        store,
        f"exports-{inputs.month}",
        digest + sources.digest_for_rankings(),
        lambda: {"files": suite.check(plan)},
    )
    context.log.info(
        f"{plan.height} files with {int(plan['bytes'].sum()):,} bytes, {refused} refused; "
        f"{len(inputs.plans)} months planned in {perf_counter() - begun:.1f} s"
    )
    return dg.MaterializeResult(
        data_version=dg.DataVersion(digest),
        metadata={
            "dagster/row_count": plan.height,
            **metadata.describe_tables(planning.PLAN_TABLE),
            "files": metadata.as_table(shown),
            "refused": refused,
            "bytes": int(plan["bytes"].sum()),
            "months it rests on": ", ".join(inputs.plans),
            "unused corrections": "; ".join(corrections.describe_unused(inputs)) or "none",
            "broken profiles": "; ".join(map(str, home.installation.profiles.broken)) or "none",
        },
        check_results=[checks.warn("files", found["files"])],
    )
