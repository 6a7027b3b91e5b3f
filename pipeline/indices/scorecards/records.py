"""Counts of a unit's own dossiers and petitions, as the indicators of a scorecard need them.

Here belong which cells of the tallies count, and what each case in them scores. Not here: figures,
agencies above (counts), answers (answers).
"""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from pipeline.methods import ScoringMethod
from pipeline.methods.parts import Part
from pipeline.tables import REFUSED
from pipeline.tallies import Tallies

DOSSIERS, PETITIONS = "dossiers", "petitions"
KEYS = ["unit_code", "indicator"]
OWN_COUNTS = ("numerator", "denominator", "left_out", "has_left_out", "unmatched")

_ALWAYS, _NEVER = pl.lit(value=True), pl.lit(value=False)


@dataclass(frozen=True)
class Counting:
    """How the cases of a cell are counted: their score, and whether they are in the denominator.

    `is_left_out`: whether they are counted apart.
    """

    score: pl.Expr
    is_counted: pl.Expr
    is_left_out: pl.Expr = _NEVER


def _has_outcome(*outcomes: str) -> pl.Expr:
    return pl.col("outcome").is_in(outcomes)


_ON_TIME = ("finished_early", "finished_on_due_date")
_TIME_SCORE = (
    pl.when(_has_outcome("finished_early"))
    .then(2)
    .when(_has_outcome(_ON_TIME[1]))
    .then(1)
    .otherwise(0)
)
"""2 if finished before the due day, 1 if on it, 0 if overdue."""
_IS_OVERDUE = _has_outcome("handled_late", "open_overdue")


def _counting_by_conduct(part: Part) -> Counting:
    late = _has_outcome("finished_overdue")
    if part.late == "zero":
        return Counting(_TIME_SCORE, _has_outcome(*_ON_TIME) | late)
    return Counting(_TIME_SCORE, _has_outcome(*_ON_TIME), late)


_COUNTINGS: dict[str, tuple[str, Callable[[Part], Counting]]] = {
    # All that form II.06a counts: without a due date, withdrawn or stopped they are not on time.
    "dossiers_on_time": (
        DOSSIERS,
        lambda _: Counting(_has_outcome(*_ON_TIME, "open_not_due"), _ALWAYS),
    ),
    "dossiers_not_overdue": (
        DOSSIERS,
        lambda _: Counting(~_has_outcome("finished_overdue", "open_overdue"), _ALWAYS),
    ),
    "dossiers_received_online": (
        DOSSIERS,
        lambda _: Counting(pl.col("channel") == "online", pl.col("intake") == "received"),
    ),
    "dossiers_by_time_taken": (
        DOSSIERS,
        lambda _: Counting(
            _TIME_SCORE,
            _has_outcome(*_ON_TIME, "finished_overdue"),
            _has_outcome("finished_without_due"),
        ),
    ),
    "dossiers_by_conduct": (DOSSIERS, _counting_by_conduct),
    # A refused petition was not for the unit to handle.
    "petitions_on_time": (
        PETITIONS,
        lambda _: Counting(~_IS_OVERDUE, ~_has_outcome(REFUSED), _has_outcome(REFUSED)),
    ),
    "petitions_satisfied": (
        PETITIONS,
        lambda _: Counting(
            ~_IS_OVERDUE & (pl.col("satisfied") != "no"),
            ~_has_outcome(REFUSED),
            _has_outcome(REFUSED),
        ),
    ),
}


def record_kinds(part: Part) -> tuple[str, ...]:
    """The kinds of records that an indicator is counted from; none for figures and answers."""
    if part.counts == "dossiers_by_conduct":
        return (DOSSIERS, PETITIONS)
    return (_COUNTINGS[part.counts][0],) if part.counts in _COUNTINGS else ()


def cells_of_kind(of_month: Tallies, kind: str) -> pl.LazyFrame:
    """The cells of a kind of records."""
    return of_month.outcomes if kind == DOSSIERS else of_month.petitions


def senders_of_kind(of_month: Tallies, kind: str) -> list[str]:
    """The senders that sent any of a kind of records; sorted."""
    return (
        cells_of_kind(of_month, kind)
        .select(pl.col("sender_code").unique())
        .collect()
        .to_series()
        .sort()
        .to_list()
    )


def own_counts(of_month: Tallies, method: ScoringMethod, figures: pl.DataFrame) -> pl.DataFrame:
    """A row for each unit and indicator that it has records of: KEYS and OWN_COUNTS.

    `of_month` are the cells of one month. Conduct is judged where petitions were sent, for only
    then is it known that there were no complaints. A complaint about conduct makes the indicator
    `unmatched`; where the unit sent `figures` of it, these count instead of the records.
    """
    counted = [
        _count_own(of_month, part, kind) for part in method.parts for kind in record_kinds(part)[:1]
    ]
    own = pl.concat([pl.DataFrame(schema=_OWN_SCHEMA), *pl.collect_all(counted)])
    unmatched = _count_complaints(of_month, method)
    added = pl.concat([own, unmatched]).group_by(KEYS).sum()
    replaced = added.filter(pl.col("unmatched") > 0).join(figures, on=KEYS, how="semi")
    return added.join(replaced, on=KEYS, how="anti")


_OWN_SCHEMA = {name: pl.String() for name in KEYS} | {name: pl.Int64() for name in OWN_COUNTS}


def _count_own(of_month: Tallies, part: Part, kind: str) -> pl.LazyFrame:
    """The rows of `own_counts` of one indicator."""
    counting = _COUNTINGS[part.counts][1](part)
    cases = pl.col(kind)
    cells = cells_of_kind(of_month, kind)
    for other in record_kinds(part)[1:]:
        cells = cells.filter(pl.col("sender_code").is_in(senders_of_kind(of_month, other)))
    return (
        cells.group_by("unit_code")
        .agg(
            numerator=(counting.score.cast(pl.Int64) * cases).filter(counting.is_counted).sum(),
            denominator=cases.filter(counting.is_counted).sum(),
            left_out=cases.filter(counting.is_left_out).sum(),
        )
        .with_columns(indicator=pl.lit(part.name), has_left_out=pl.lit(1), unmatched=pl.lit(0))
        .select(pl.col(name).cast(dtype) for name, dtype in _OWN_SCHEMA.items())
    )


def _count_complaints(of_month: Tallies, method: ScoringMethod) -> pl.DataFrame:
    """Petitions about conduct: no column says which dossiers they are about."""
    names = [part.name for part in method.parts if part.counts == "dossiers_by_conduct"]
    is_complaint = (pl.col("subject") == "conduct") & ~_has_outcome(REFUSED)
    return (
        of_month.petitions.filter(is_complaint)
        .group_by("unit_code")
        .agg(unmatched=pl.col("petitions").sum())
        .join(pl.LazyFrame({"indicator": names}, schema={"indicator": pl.String}), how="cross")
        .with_columns(pl.lit(0).alias(name) for name in OWN_COUNTS[:-1])
        .select(pl.col(name).cast(dtype) for name, dtype in _OWN_SCHEMA.items())
        .collect()
    )
