"""Indices: a month's indicators of every unit, from tallies alone.

Here belong numbers about one unit: rates, times, indices, their limits and the notes that explain
an empty number. Parents are pooled counts of their units, never means of them. Not here: comparing
units (rankings), counting rows (tallies), showing numbers (reports).
"""

from collections.abc import Collection, Sequence

import polars as pl

from pipeline.agencies import Register
from pipeline.indices import (
    adjusted,
    adjusted_raters,
    dossiers,
    mean_rating,
    non_response,
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
from pipeline.indices.scope import IndexScope, ScorecardScope
from pipeline.methods import Method, Methods
from pipeline.suppression.ratings import withhold_ratings
from pipeline.tables import INDICES
from pipeline.tallies import Tallies
from pipeline.tallies.pooling import Pooling, move_earlier_counts

__all__ = ["compute"]


def compute(  # noqa: PLR0913, PLR0917 -- each is something that indices rest on
    tallies: Tallies,
    month: str,
    methods: Methods | Method,
    register: Register,
    units: Collection[str] | None = None,
    published: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The indicators of every unit with data in a month; columns of tables.INDICES.

    One row is a unit and indicator, sorted by these, for each unit that has counts itself or below
    it; of every method in force in the month, each row naming its method. `tallies` holds the
    month and the months before it (`history_months` of our index at most are read); later months
    in it change nothing, nor do outcomes by other deadline rules than a method's. A value is null
    where its note says why. A unit without any counts of an indicator of our index, or without any
    of a whole scorecard, has no row of it.

    Where `units` are given, only their rows are whole, and the same as without. Of the other units
    are then only the counts and values that withholding small numbers reads: no times, no
    composite, and limits that know nothing of other months.

    `published` are the indices of the edition in force, as suppression.withhold_ratings reads them:
    a satisfied share is adjusted for who answers only where it can be published.
    """
    in_force = methods.at(month) if isinstance(methods, Methods) else Methods((methods,))
    cells = reading.select_cells(tallies, month, in_force)
    pooling = Pooling.of(cells, month, register)
    # Most scorecards read deadlines by the same rule: the month is selected once for it.
    rules = {method.deadline_rule for method in in_force.scorecards}
    of_month = {
        rule: scorecards.select_month(cells.by_deadline_rule(rule), month) for rule in rules
    }
    own_rule = in_force.index.deadline_rule
    computed = [
        _compute_own_index(
            cells.by_deadline_rule(own_rule),
            IndexScope(in_force.index, pooling, None if units is None else frozenset(units)),
            tallies.by_deadline_rule(own_rule),
            published,
        ),
        *(
            scorecards.compute(of_month[method.deadline_rule], ScorecardScope(method, pooling))
            for method in in_force.scorecards
        ),
    ]
    return pl.concat(computed).sort("month", "unit_code", "indicator")


def _compute_own_index(
    tallies: Tallies, scope: IndexScope, whole: Tallies, published: pl.DataFrame | None
) -> pl.DataFrame:
    """Our own index: rates, times, satisfaction and what is made of them.

    `whole` has the tallies with all their dimensions, which only adjusted shares need; so is
    `published`.
    """
    provisional = dossiers.provisional_units(tallies.outcomes, scope)
    months_vary = variation.measure(tallies, scope)
    tallies = move_earlier_counts(tallies, scope.month, scope.pooling.register)
    counts = dossiers.pooled_counts(tallies.outcomes, scope)
    raters = respondents.measure(tallies.answers, tallies.pairs, scope.pooling)
    silent = non_response.measure(tallies.answers, scope.pooling)
    response = satisfaction.measure_response_rate(tallies, counts, scope)
    shares = satisfaction.measure(tallies.figures, raters, silent, scope)
    if scope.method.satisfaction == "adjusted":
        as_answered = [shares, mean_rating.measure(shares, raters, scope), response]
        shown = withhold_ratings(_publish(as_answered, scope), Methods((scope.method,)), published)
        asked = adjusted_raters.select_represented(whole, shown, scope)
        raters = adjusted_raters.with_adjusted(raters, adjusted.measure(whole, asked, scope))
        shares = satisfaction.measure(tallies.figures, raters, silent, scope)
    measured = [
        rates.measure(counts, tallies.figures, months_vary, provisional, scope),
        processing.measure(counts, months_vary, provisional, scope.method),
        times.measure(tallies.ages, scope),
        shares,
        mean_rating.measure(shares, raters, scope),
        response,
    ]
    parts = publication.round_numbers(pl.concat(measured), scope.method)
    evidence = performance.Evidence(counts, raters, months_vary)
    composite = performance.measure(parts, evidence, scope)
    return _publish([parts, composite], scope)


def _publish(measured: Sequence[pl.DataFrame], scope: IndexScope) -> pl.DataFrame:
    """Measurements as they are published, rounded and named; columns of tables.INDICES."""
    rounded = publication.round_numbers(pl.concat(measured), scope.method)
    return INDICES.conform(publication.add_names(rounded, scope))
