"""The one code location: everything that Dagster knows.

Here belongs putting the definitions together. Not here: the definitions themselves.
"""

import os

import dagster as dg

from assets import bulletin, exports, indices, rankings, records, tallies
from assets.automation import edition_job, inbox_sensor, monthly_schedule
from assets.month.installation import DEFAULT_HOME, HOME_VARIABLE
from assets.resources import HomeResource


def build_definitions(home_folder: str, wait_seconds: float = 3600.0) -> dg.Definitions:
    """The definitions for a home folder, which need not exist yet."""
    return dg.Definitions(
        assets=[
            exports.exports,
            records.records,
            tallies.tallies,
            indices.indices,
            rankings.rankings,
            bulletin.bulletin,
        ],
        asset_checks=[bulletin.last_month_is_published],
        jobs=[edition_job],
        schedules=[monthly_schedule],
        sensors=[inbox_sensor],
        resources={
            "home": HomeResource(root=home_folder, wait_seconds=wait_seconds),
            "home_folder": home_folder,
        },
        executor=dg.in_process_executor,
    )


definitions = build_definitions(os.environ.get(HOME_VARIABLE, DEFAULT_HOME))
