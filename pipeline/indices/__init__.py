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
    reading,
    respondents,
    satisfaction,
    scorecards,
    times,
    variation,
)
from pipeline.indices.pooling import Pooling, earlier_counts_moved
from pipeline.methods import Method, Methods
from pipeline.tables import INDICES
from pipeline.tallies import Tallies

__all__ = ["compute"]


def compute(
    tallies: Tallies, month: str, methods: Methods | Method, register: Register
) -> pl.DataFrame:
    """The indicators of every unit with data in a month; columns of tables.INDICES.

    One row a unit and indicator, sorted by these, for each unit that has counts itself or below
    it; of every method in force in the month, each row naming its own. `tallies` holds the month
    and the months before it (`history_months` of our index at most are read); later months in it
    change nothing, nor do outcomes by other rules than a method's. A value is null where its note
    says why; a unit without any counts of an indicator of our index, or of a whole method of
    points, has no row of it.
    """
    in_force = methods.at(month) if isinstance(methods, Methods) else Methods(methods)
    tallies = reading.of_month(tallies, month, in_force)
    pooling = Pooling.of(tallies, month, register)
    # Methods of points mostly read deadlines by the same rule: the month is read once for it.
    rules = {method.deadline_rule for method in in_force.points}
    of_month = {rule: scorecards.of_month(tallies.by_deadline_rule(rule), month) for rule in rules}
    computed = [
        _of_index(
            tallies.by_deadline_rule(in_force.index.deadline_rule), month, in_force.index, pooling
        ),
        *(
            scorecards.compute(of_month[method.deadline_rule], month, method, pooling)
            for method in in_force.points
        ),
    ]
    return pl.concat(computed).sort("month", "unit_code", "indicator")


def _of_index(tallies: Tallies, month: str, method: Method, pooling: Pooling) -> pl.DataFrame:
    """Our own index: rates, times, satisfaction and what is made of them."""
    provisional = dossiers.provisional_units(tallies.outcomes, month, method, pooling)
    varied = variation.measure(tallies, month, method, pooling)
    tallies = earlier_counts_moved(tallies, month, pooling.register)
    counts = dossiers.pooled_counts(tallies.outcomes, month, method, pooling)
    rated = respondents.measure(tallies.answers, month, pooling)
    measured = [
        rates.measure(tallies, counts, varied, provisional, month, method, pooling),
        processing.measure(counts, varied, provisional, method),
        times.measure(tallies.ages, month, method, pooling),
        satisfaction.measure(tallies, rated, month, method, pooling),
        satisfaction.measure_response(tallies, counts, month, method, pooling),
    ]
    parts = publication.rounded(pl.concat(map(publication.conform, measured)), method)
    evidence = performance.Evidence(counts, rated, varied)
    made = performance.measure(parts, evidence, month, method)
    composite = publication.rounded(publication.conform(made), method)
    named = publication.named(pl.concat([parts, composite]), month, method, pooling)
    return INDICES.conform(named)
