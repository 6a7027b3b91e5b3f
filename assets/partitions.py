"""The month as Dagster's partition.

A month is a run, a delivery the unit of work inside it: one job, one schedule and one backfill do
everything. Not here: the settings themselves (month.settings).
"""

import dagster as dg

from assets.month.settings import configured_first_month, configured_time_zone


def build_months(first_month: str = "", time_zone: str = "") -> dg.MonthlyPartitionsDefinition:
    """The partitions of all assets: months named like 2026-10, from the first one on.

    What is empty is read from the environment.
    """
    return dg.MonthlyPartitionsDefinition(
        start_date=first_month or configured_first_month(),
        fmt="%Y-%m",
        timezone=time_zone or configured_time_zone(),
    )


def finished_months(months: dg.PartitionsDefinition[str] | None = None) -> list[str]:
    """All months that can be run, oldest first; the last one is the last finished month."""
    return list((months or build_months()).get_partition_keys())
