"""Counts of petitions as Decision 766 adds them up.

Here belong the numerators and the denominator of its indicators 5.1 to 5.3, from tallies. Not
here: points, among them those of a unit without petitions (method), counting rows (tallies).
"""

import polars as pl

from pipeline.tables import PENDING, REFUSED

_OVERDUE = ("handled_late", "open_overdue")
_ON_TIME = ("handled_on_time", PENDING[0])


def official_counts(petitions: pl.LazyFrame) -> pl.LazyFrame:
    """What indicators 5.1 to 5.3 of Decision 766 count; cells of tables.PETITION_COUNTS go in.

    One row a month and unit that has petitions, all columns whole numbers of petitions:

    * `petitions`, the denominator of all of them: handled and in progress. Those refused are not
      among the petitions within the unit's competence [open].
    * `procedures` (5.1a) and `conduct` (5.1b): about these; tracked without points.
    * `on_time` (5.2): handled by their due date, or in progress and not yet due.
    * `satisfied` (5.3): all but those whose petitioner is not satisfied and those overdue, handled
      or not. Who was not asked counts as satisfied. Petitioners who came back with the same matter
      are not known from exports, and are not taken off [open].

    Source: `indicators_766`, texts of 5.1a to 5.3; 5.3 has the denominator of 5.2, as the portal's
    published counts have.
    """
    count, outcome = pl.col("petitions"), pl.col("outcome")
    is_unsatisfied = (pl.col("satisfied") == "no") | outcome.is_in(_OVERDUE)
    counted = {
        "petitions": count,
        "procedures": count.filter(pl.col("subject") == "procedures"),
        "conduct": count.filter(pl.col("subject") == "conduct"),
        "on_time": count.filter(outcome.is_in(_ON_TIME)),
        "satisfied": count.filter(~is_unsatisfied),
    }
    return (
        petitions.filter(outcome != REFUSED)
        .group_by("month", "unit_code")
        .agg(cells.sum().alias(name) for name, cells in counted.items())
        .sort("month", "unit_code")
    )
