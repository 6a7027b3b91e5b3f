"""The month as Dagster's partition.

A month is a run, a delivery the unit of work inside it: one job, one schedule and one backfill do
everything. Settings are read from the environment when the partitions are built.
"""

import os

import dagster as dg

from pipeline.errors import WrongUseError

TIME_ZONE_VARIABLE = "REFORM_INDEX_TIME_ZONE"
FIRST_MONTH_VARIABLE = "REFORM_INDEX_FIRST_MONTH"


class WrongMonthError(WrongUseError):
    """A month cannot be run; the message says why."""


def build_months(first_month: str = "", time_zone: str = "") -> dg.MonthlyPartitionsDefinition:
    """The partitions of all assets: months named like 2026-10, from the first one on.

    What is empty is read from REFORM_INDEX_FIRST_MONTH and REFORM_INDEX_TIME_ZONE.
    """
    return dg.MonthlyPartitionsDefinition(
        start_date=first_month or os.environ.get(FIRST_MONTH_VARIABLE, "2010-01"),
        fmt="%Y-%m",
        timezone=time_zone or os.environ.get(TIME_ZONE_VARIABLE, "Asia/Ho_Chi_Minh"),
    )


def finished_months(months: dg.PartitionsDefinition[str] | None = None) -> list[str]:
    """All months that can be run, oldest first; the last one is the last finished month."""
    return list((months or build_months()).get_partition_keys())


def check_finished(wanted: list[str]) -> None:
    """Raises WrongMonthError when one of the months is not finished or before the first."""
    known = finished_months()
    for month in wanted:
        if month not in known:
            when = "is not over yet" if month > known[-1] else f"is before {known[0]}"
            raise WrongMonthError(f"{month} {when}: run a month from {known[0]} to {known[-1]}")
