"""The hierarchy: which agencies lie above which in a month.

Here belong the agencies of a month, those that have counts though they are no longer in force, and
the steps from each to those above it. Not here: adding up what is counted of them (indices).
"""

from collections.abc import Mapping

import polars as pl

from pipeline.agencies.register import Register


def list_above(code: str, parents: Mapping[str, str]) -> list[str]:
    """The agencies above one, the nearest first. `parents` has the agency above by code."""
    path = [code]
    while (parent := parents.get(path[-1])) and parent not in path:
        path.append(parent)
    return path[1:]


def list_members_at(register: Register, month: str, counted: pl.DataFrame) -> pl.DataFrame:
    """The agencies that each unit in force in a month, or of `counted` (unit_code), belongs to.

    A row for each unit (unit_code) and each agency whose counts it is part of (pooled_code): the
    unit itself and all agencies above it.
    """
    return list_members(list_agencies(register, month, counted))


def list_agencies(register: Register, month: str, counted: pl.DataFrame) -> pl.DataFrame:
    """The agencies in force and the units of `counted` (unit_code), as `Pooling.agencies`."""
    in_force = register.at(month).select(_AGENCY_COLUMNS)
    others = counted.join(in_force, on="unit_code", how="anti").join(
        list_last_known(register), on="unit_code", how="left"
    )
    return pl.concat(
        [
            in_force,
            others.with_columns(
                pl.col("unit_name").fill_null(pl.col("unit_code")),
                pl.col("level").fill_null(""),
            ).select(in_force.columns),
        ]
    ).sort("unit_code")


_AGENCY_COLUMNS = [
    pl.col("code").alias("unit_code"),
    pl.col("name_vi").alias("unit_name"),
    pl.col("parent_code"),
    pl.col("kind").alias("level"),
]


def list_last_known(register: Register) -> pl.DataFrame:
    """Every agency of the register as it was last known: the columns of `Pooling.agencies`."""
    return (
        register.table.sort("code", "valid_from", nulls_last=False)
        .unique("code", keep="last", maintain_order=True)
        .select(_AGENCY_COLUMNS)
    )


def list_members(agencies: pl.DataFrame, *by: str) -> pl.DataFrame:
    """`Pools.members` of agencies, in each month where `by` is series_month.

    Each step goes up one level of the register.
    """
    parents = agencies.select(*by, pooled_code="unit_code", next_code="parent_code")
    known = agencies.select(*by, next_code="unit_code")
    step = agencies.select(*by, "unit_code", pooled_code="unit_code")
    steps = [step.clear()]
    while step.height and len(steps) <= agencies.height:
        steps.append(step)
        step = (
            step.join(parents, on=[*by, "pooled_code"])
            .join(known, on=[*by, "next_code"], how="semi")
            .select(*by, "unit_code", pooled_code="next_code")
        )
    return pl.concat(steps)
