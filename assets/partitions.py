"""The month as Dagster's partition.

A month is a run, a delivery the unit of work inside it: one job, one schedule and one backfill do
everything.
"""

import os

import dagster as dg

TIME_ZONE = os.environ.get("REFORM_INDEX_TIME_ZONE", "Asia/Ho_Chi_Minh")
"""Zone of the installation: a month is over when it is over there."""
FIRST_MONTH = os.environ.get("REFORM_INDEX_FIRST_MONTH", "2010-01")

MONTHS = dg.MonthlyPartitionsDefinition(start_date=FIRST_MONTH, fmt="%Y-%m", timezone=TIME_ZONE)


def finished_months() -> list[str]:
    """All months that can be run, oldest first; the last one is the last finished month."""
    return list(MONTHS.get_partition_keys())
