"""Indices: a month's indicators of every unit, from tallies alone.

Here belong numbers about one unit: rates, times, indices, their limits and the notes that explain
an empty one. Parents are pooled counts of their units, never means of them. Not here: comparing
units (rankings), counting rows (tallies), showing numbers (reports).
"""

import polars as pl

from pipeline.agencies import Register
from pipeline.indices import (
    dossiers,
    performance,
    processing,
    publication,
    rates,
    satisfaction,
    times,
)
from pipeline.indices.pooling import Pooling
from pipeline.methods import Method
from pipeline.tables import INDICES
from pipeline.tallies import Tallies

__all__ = ["compute"]


def compute(tallies: Tallies, month: str, method: Method, register: Register) -> pl.DataFrame:
    """The indicators of every unit with data in a month; columns of tables.INDICES.

    One row a unit and indicator, sorted by these, for each unit that has counts itself or below
    it. `tallies` holds the month and the months before it (`method.history_months` at most are
    read); later months in it change nothing, nor do outcomes by other rules than the method's. A
    value is null where its note says why; a unit without any counts of an indicator has no row of
    it.
    """
    tallies = tallies.by_rule(method.rule)
    pooling = Pooling.of(tallies, month, register)
    counts = dossiers.pooled_counts(tallies.outcomes, month, method, pooling)
    provisional = dossiers.provisional_units(tallies.outcomes, month, method, pooling)
    measured = [
        rates.measure(tallies, counts, provisional, month, method, pooling),
        processing.measure(counts, provisional, method),
        times.measure(tallies.ages, month, method, pooling),
        satisfaction.measure(tallies, month, method, pooling),
        satisfaction.measure_response(tallies, counts, month, method, pooling),
    ]
    parts = publication.rounded(pl.concat(map(publication.conform, measured)), method)
    composite = publication.rounded(publication.conform(performance.measure(parts, method)), method)
    named = publication.named(pl.concat([parts, composite]), month, method, pooling)
    return INDICES.conform(named).sort("month", "unit_code", "indicator")
