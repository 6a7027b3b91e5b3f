"""The one code location: everything that Dagster knows.

Here belongs putting the definitions together. Not here: the definitions themselves.
"""

from collections.abc import Callable, Sequence
from typing import Any

import dagster as dg

from assets import bulletin, checks, exports, indices, rankings, records, tallies
from assets.automation import (
    build_freshness_policy,
    edition_job,
    failed_runs_sensor,
    inbox_sensor,
    killed_runs_sensor,
    late_senders_sensor,
    monthly_schedule,
)
from assets.month import sources
from assets.resources import RETRY_SECONDS, ClusterResource, HomeResource, InstallationResource

_SOURCES: dict[str, Callable[[], str]] = {
    "exports": sources.digest_for_tallies,
    "records": sources.digest_for_tallies,
    "tallies": sources.digest_for_tallies,
    "indices": sources.digest_for_rankings,
    "rankings": sources.digest_for_rankings,
    "bulletin": sources.digest_for_bulletin,
}
"""The source that each asset is computed with: its digest is the code version of the asset."""


def build_definitions(
    where: InstallationResource | None = None,
    wait_seconds: float = 3600.0,
    retry_seconds: Sequence[float] = (),
    **overrides: Any,  # noqa: ANN401 -- each argument of Definitions has its own type
) -> dg.Definitions:
    """The definitions for an installation, which need not exist yet.

    Without `where` its settings are those of the environment. `overrides` take the place of
    arguments of `dagster.Definitions`, of resources by their name: for tests.
    """
    where = where or InstallationResource()
    months = where.build_months()
    freshness = build_freshness_policy(str(months.timezone))
    newest = bulletin.describe_newest_edition(where)

    def complete(spec: dg.AssetSpec) -> dg.AssetSpec:
        name = spec.key.to_user_string()
        return spec.replace_attributes(
            partitions_def=months,
            code_version=_SOURCES[name](),
            freshness_policy=freshness if name == "bulletin" else None,
            description=f"{spec.description}{newest}" if name == "bulletin" else spec.description,
        )

    modules = (exports.exports, records.records, tallies.tallies, indices.indices)
    every = dg.map_asset_specs(complete, [*modules, rankings.rankings, bulletin.bulletin])
    assets = [checks.with_checks_by_month(asset, months) for asset in every]
    resources = {
        "where": where,
        "home": HomeResource(
            where=where, wait_seconds=wait_seconds, retry_seconds=list(retry_seconds)
        ),
        "cluster": ClusterResource(),
    } | overrides.pop("resources", {})
    return dg.Definitions(
        **{
            "assets": assets,
            "asset_checks": [bulletin.last_month_is_published],
            "jobs": [edition_job],
            "schedules": [monthly_schedule],
            "sensors": [
                inbox_sensor,
                failed_runs_sensor,
                killed_runs_sensor,
                late_senders_sensor,
            ],
            "resources": resources,
            "executor": dg.in_process_executor,
        }
        | overrides
    )


@dg.definitions
def definitions() -> dg.Definitions:
    """What `dagster dev` loads: the installation that the environment names."""
    return build_definitions(retry_seconds=RETRY_SECONDS)
