"""Indices and rankings of a month, computed from its inputs and kept with what they rest on.

Here belongs the way from counts to the two stages that stand on them. Not here: what is allowed in
a table (expectations; a caller has it checked before it is kept), the edition (edition).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import polars as pl

from assets.month import withholding
from assets.month.inputs import MonthInputs
from assets.month.merge import OutdatedError
from assets.month.progress import begin_stage
from pipeline import indices, months, rankings, tables
from pipeline.indices import (
    breakdowns,
    categories,
    change_parts,
    control_charts,
    procedures,
    series,
    waiting,
)
from pipeline.indices.categories import Categories
from pipeline.indices.scope import IndexScope
from pipeline.rankings import (
    RankingScope,
    case_mix,
    findings,
    funnels,
    jumps,
    ranks_by_month,
    representation,
    sensitivity,
    unmarked,
)
from pipeline.tallies.pooling import Pooling

COMPARISONS_OF = {
    "indices": (
        "series",
        "control_charts",
        "waiting",
        "breakdowns",
        "change_parts",
        "procedures",
    ),
    "rankings": (
        "ranks_by_month",
        "funnels",
        "case_mix",
        "sensitivity",
        "sensitivity_choices",
        "findings",
        "representation",
        "responses",
        "unmarked",
    ),
}
"""The tables of comparisons, by the stage that computes them."""

_GENERATION = "generation"
_EARLIER_RANKS = "earlier_ranks"


Results = dict[str, pl.DataFrame]
"""The tables of a stage, by name."""


def find_or_compute_indices(inputs: MonthInputs) -> tuple[Results, bool]:
    """The results of `compute_indices`, from the store where they are current.

    Also whether they were computed now.
    """
    if are_current(inputs, "indices"):
        return read_results(
            inputs, "indices", "indices", "previous", *COMPARISONS_OF["indices"]
        ), False
    begin_stage("indices")
    return compute_indices(inputs), True


def find_or_compute_rankings(inputs: MonthInputs) -> tuple[Results, bool]:
    """The results of `compute_rankings`, from the store where they are current.

    Also whether they were computed now. OutdatedError where the indices in the store are not
    current.
    """
    if are_current(inputs, "rankings"):
        return read_results(inputs, "rankings", "rankings", *COMPARISONS_OF["rankings"]), False
    begin_stage("rankings")
    computed = read_results(inputs, "indices", "indices", "previous")
    return compute_rankings(inputs, computed), True


def compute_indices(inputs: MonthInputs) -> Results:
    """From the tallies: `indices` of the month, and `previous`, those of the month before;
    `series` of the units up to the month, and their `control_charts`; how long their dossiers are
    `waiting`; `breakdowns` of the month's dossiers, the `procedures` over all units, and the
    `change_parts` since the month before.

    None of them tells of a few respondents (pipeline.suppression), nor does anything that is
    computed from them.
    """
    installation, month = inputs.installation, inputs.month
    register, method = installation.register, inputs.method
    counted = inputs.tallies.by_deadline_rule(method.deadline_rule)
    computed = withholding.withhold_indices(inputs, indices_of_month(inputs))
    previous = _previous_indices(inputs)
    units = series.compute(counted, month, register, method)
    units = withholding.withhold_series(inputs, units, computed)
    scope = IndexScope(method, Pooling.of(counted, month, register))
    now = _count_categories(inputs)
    before = _count_categories(inputs.without_later_months(months.shifted(month, -1)))
    return {
        "indices": computed,
        "previous": previous,
        "series": units,
        "control_charts": control_charts.compute(units, method),
        "waiting": waiting.compute(counted.ages, scope),
        "breakdowns": breakdowns.compute(now, computed, method),
        "change_parts": change_parts.compute(now, before, (computed, previous), register, method),
        "procedures": procedures.compute(now, computed, method),
    }


def _count_categories(inputs: MonthInputs) -> Categories:
    register, method = inputs.installation.register, inputs.nearest_method
    tallies = inputs.tallies.by_deadline_rule(method.deadline_rule)
    return categories.count(tallies, inputs.month, register, method)


def indices_of_month(inputs: MonthInputs, units: Collection[str] | None = None) -> pl.DataFrame:
    """The indices of the month, in tables.INDICES, with all that is withheld from publication.

    Where `units` are given, only their rows are whole: indices.compute.
    """
    installation = inputs.installation
    return indices.compute(
        inputs.tallies,
        inputs.month,
        installation.methods,
        installation.register,
        units,
        withholding.read_published(installation, inputs.month),
    )


def _previous_indices(inputs: MonthInputs) -> pl.DataFrame:
    """The indices of the month before, from what this month's edition rests on.

    They are empty where nothing was ever sent for that month, or no version of our own index is in
    force in it.
    """
    before = months.shifted(inputs.month, -1)
    if before not in inputs.plans or not inputs.installation.methods.has_index_in(before):
        return tables.INDICES.empty()
    inputs_before = inputs.without_later_months(before)
    return withholding.withhold_indices(inputs_before, indices_of_month(inputs_before))


def compute_rankings(inputs: MonthInputs, computed: Mapping[str, pl.DataFrame]) -> Results:
    """From the results of `compute_indices`: `rankings` of the month, and what stands beside them:
    `ranks_by_month`, `funnels`, `case_mix`, `sensitivity`, `sensitivity_choices`, `findings`,
    `representation`, `responses`, `unmarked`.
    """
    installation, month = inputs.installation, inputs.month
    previous = computed["previous"]
    scope = RankingScope(month, inputs.method, installation.register)
    table = rankings.compute(
        computed["indices"],
        previous if previous.height else None,
        inputs.tallies,
        pl.concat([inputs.month_before.deliveries, inputs.deliveries]),
        replace(
            scope, method=inputs.methods.as_one, renewed=installation.methods.list_renewed(month)
        ),
    )
    ranked = table.drop_nulls("rank")
    counted = inputs.tallies.by_deadline_rule(scope.method.deadline_rule)
    by_rules = jumps.count_by_rules(inputs.tallies.outcomes, installation.methods, month)
    represented, responses, shares = representation.compute(counted, computed["indices"], scope)
    bands, choices = sensitivity.compute(computed["indices"], ranked, shares, scope)
    return {
        "rankings": table,
        "ranks_by_month": rank_by_month(inputs, table, scope),
        "funnels": funnels.compute(computed["indices"], ranked, scope),
        "case_mix": case_mix.compute(counted, scope),
        "sensitivity": bands,
        "sensitivity_choices": choices,
        "findings": findings.compute(counted, computed["indices"], scope, by_rules),
        "representation": represented,
        "responses": responses,
        "unmarked": unmarked.compute(counted, computed["indices"], ranked, scope),
    }


def rank_by_month(inputs: MonthInputs, ranked: pl.DataFrame, scope: RankingScope) -> pl.DataFrame:
    """The ranks of the top leagues in the month and the months before it, from the files as they
    are now: a corrected file of an earlier month changes them.
    """
    named = ranks_by_month.list_top_leagues(ranked, scope)
    # As much as the oldest of these months has: then a month's ranks are the same in each edition.
    back = scope.method.history_months - ranks_by_month.MONTHS_BACK
    methods = inputs.installation.methods
    earlier = {
        month: _find_or_rank(inputs.without_later_months(month, back), named)
        for month in months.before(inputs.month, ranks_by_month.MONTHS_BACK)
        if month in inputs.plans and methods.has_index_in(month)
    }
    own = _select_ranks(ranked, named)
    return ranks_by_month.compute({**earlier, inputs.month: own}, methods, scope)


def _find_or_rank(inputs: MonthInputs, named: Sequence[str]) -> pl.DataFrame:
    """The ranks of the leagues in an earlier month, from the store where they are current there."""
    if are_current(inputs, "rankings"):
        return _select_ranks(read_results(inputs, "rankings", "rankings")["rankings"], named)
    installation, month = inputs.installation, inputs.month
    store = installation.store
    made_from = "\n".join([inputs.generation, *named])
    if (
        store.has(_EARLIER_RANKS, month)
        and store.read(_EARLIER_RANKS, month, _GENERATION).item() == made_from
    ):
        return store.read(_EARLIER_RANKS, month, "ranks")
    method = inputs.methods.as_one
    scope = RankingScope(month, method, installation.register)
    # A nation has three thousand units, and thirty of them are in the top leagues.
    units = ranks_by_month.list_units(named, scope)
    computed = withholding.withhold_indices(inputs, indices_of_month(inputs, units))
    ranks = ranks_by_month.rank_leagues(computed, inputs.tallies, inputs.deliveries, scope, named)
    generation = pl.DataFrame({_GENERATION: [made_from]})
    store.write(_EARLIER_RANKS, month, {"ranks": ranks, _GENERATION: generation})
    return ranks


def _select_ranks(ranked: pl.DataFrame, named: Sequence[str]) -> pl.DataFrame:
    return ranked.filter(pl.col("league").is_in(list(named))).select(ranks_by_month.RANKS)


def keep_results(inputs: MonthInputs, stage: str, results: Mapping[str, pl.DataFrame]) -> None:
    """Stores a stage's results of the month, and the generation that they were computed from."""
    generation = pl.DataFrame({_GENERATION: [inputs.generation]})
    inputs.installation.store.write(stage, inputs.month, {**results, _GENERATION: generation})


def are_current(inputs: MonthInputs, stage: str) -> bool:
    """Whether the store has a stage's results of the month whole, computed from these inputs."""
    store = inputs.installation.store
    if not store.has(stage, inputs.month):
        return False
    return bool(store.read(stage, inputs.month, _GENERATION).item() == inputs.generation)


def read_results(inputs: MonthInputs, stage: str, *names: str) -> Results:
    """Some tables of a stage's results of the month, by name.

    OutdatedError where the store has none that were computed from these inputs.
    """
    if not are_current(inputs, stage):
        raise OutdatedError(
            f"the {stage} of {inputs.month} were not computed from the deliveries and the method "
            f"as they are now: materialize all from records to {stage} first, or run the whole "
            "month"
        )
    store = inputs.installation.store
    return {name: store.read(stage, inputs.month, name) for name in names}
