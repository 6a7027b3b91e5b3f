"""Levels: respondents of units, and of the agencies above them.

A respondent of several units below an agency is one respondent of the agency, which counts of
single units cannot tell. Here belongs placing respondents in agencies. Not here: what is counted of
them (pairs, rated).
"""

import polars as pl


def place_persons(
    persons: pl.DataFrame, members: pl.DataFrame
) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """The persons of units that no rated unit is below; and those of all agencies above a unit.

    `persons` have a unit_code, `members` a row for each unit (unit_code) and each agency above it
    (pooled_code). In the second frame an agency is the unit_code, and a person has a row for each
    unit below: an agency above a rated unit may be rated itself, and its persons are those of both.
    """
    unit_type = persons.schema["unit_code"]
    rated = members.with_columns(pl.all().cast(unit_type)).join(
        persons.select("unit_code").unique(), on="unit_code", how="semi"
    )
    above = rated.filter(pl.col("pooled_code") != pl.col("unit_code"))["pooled_code"].unique()
    of_units = persons.lazy().filter(~pl.col("unit_code").is_in(above.implode()))
    of_agencies = (
        persons.lazy()
        .join(rated.filter(pl.col("pooled_code").is_in(above.implode())).lazy(), on="unit_code")
        .with_columns(unit_code="pooled_code")
        .drop("pooled_code")
    )
    return of_units, of_agencies
