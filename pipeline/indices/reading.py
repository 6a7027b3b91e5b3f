"""Reading: the cells of the tallies that a month's indices need, added up in one pass.

Here belongs which months, deadline rules and dimensions are read: of a nation's history only what
something is counted from is in memory. Not here: what is counted.
"""

import polars as pl

from pipeline.indices.scope import is_in_history
from pipeline.methods import Methods
from pipeline.tables import ANY_QUESTION
from pipeline.tallies import Tallies

_PLACE = ("month", "sender_code", "unit_code")

DIMENSIONS = {
    "outcomes": (
        *_PLACE,
        "clock",
        "deadline_rule",
        "intake",
        "channel",
        "outcome",
        "verdict",
        "due_month",
    ),
    "ages": (*_PLACE, "clock", "age_minutes"),
    "answers": (
        *_PLACE,
        "question",
        "scale",
        "answer",
        "dossier_month",
        "dossier_verdict",
    ),
    "pairs": (*_PLACE, "scale", "question", "other_question"),
    "figures": (*_PLACE, "indicator"),
    "petitions": (*_PLACE, "subject", "outcome", "satisfied"),
}
"""The dimensions that indices need, by table of counts: neither files nor procedures."""

_COUNTS = {
    "outcomes": ("dossiers", "saved_thousandths", "saved_squared_millionths"),
    "ages": ("entered", "finished", "left", "still_open"),
    "answers": ("respondents", "weight_millionths", "weight_squared_trillionths"),
    "pairs": (
        "respondents",
        "weight_millionths",
        "weight_squared_trillionths",
        "weight_products",
        "points_by_weight",
        "points_products",
        "weight_shares",
        "satisfied_by_weight",
        "satisfied_products",
    ),
    "figures": ("numerator", "denominator"),
    "petitions": ("petitions",),
}
"""The counts of each table."""

_DIMENSIONS_OF_SCORECARDS = ("intake", "channel")
"""Dimensions of outcomes that only scorecards need, and only of the month itself."""


def select_cells(tallies: Tallies, month: str, in_force: Methods) -> Tallies:
    """The cells of the month, and the cells of its history that our own index needs; in memory.

    Outcomes are by the deadline rules of the methods, of earlier months by that of our index alone,
    and there without intake and channel. Of answers of earlier months only respondents whose
    dossier ended in the month are read. Findings are left out.
    """
    this_month = pl.col("month") == month
    is_read = is_in_history(month, in_force.index)
    names = sorted({method.deadline_rule.name for method in in_force.all})
    is_of_index = pl.col("deadline_rule") == in_force.index.deadline_rule.name
    is_response = (pl.col("dossier_month") == month) & (pl.col("question") == ANY_QUESTION)
    outcomes = tallies.outcomes.filter(
        is_read & pl.col("deadline_rule").is_in(names) & (this_month | is_of_index)
    ).with_columns(pl.when(this_month).then(name).alias(name) for name in _DIMENSIONS_OF_SCORECARDS)
    cells = {
        "outcomes": outcomes,
        "ages": tallies.ages.filter(this_month),
        "answers": tallies.answers.filter(is_read & (this_month | is_response)),
        "pairs": tallies.pairs.filter(this_month),
        "figures": tallies.figures.filter(is_read),
        "petitions": tallies.petitions.filter(this_month),
    }
    read = {name: aggregate(name, some, DIMENSIONS[name]).lazy() for name, some in cells.items()}
    return Tallies.of(**read)


def aggregate(table: str, cells: pl.LazyFrame, dimensions: tuple[str, ...]) -> pl.DataFrame:
    """Cells of a table of counts added up by these dimensions; in any order.

    They are read as a stream: of a nation's history far less is kept than is read.
    """
    sums = cells.group_by(dimensions).agg(pl.col(_COUNTS[table]).sum())
    return sums.collect(engine="streaming")
