"""The month as Dagster's partition.

A month is a run, a delivery the unit of work inside it: one job, one schedule and one backfill do
everything. Not here: which month is the first and in which zone a month ends (resources).
"""

import dagster as dg


def build_months(first_month: str, time_zone: str) -> dg.MonthlyPartitionsDefinition:
    """The partitions of all assets: months named like 2026-10, from the first one on."""
    return dg.MonthlyPartitionsDefinition(start_date=first_month, fmt="%Y-%m", timezone=time_zone)


def list_finished_months(months: dg.PartitionsDefinition[str]) -> list[str]:
    """All months that can be run, oldest first; the last one is the last finished month."""
    return list(months.get_partition_keys())
