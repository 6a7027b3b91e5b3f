"""Reading: the cells that a month's indices ask for, gathered from the tallies in one pass.

Here belong which months, rules and dimensions are read: a nation's history is in memory only as
far as something is counted of it. Not here: what is counted.
"""

import polars as pl

from pipeline import months
from pipeline.methods import Methods
from pipeline.tables import ANY_QUESTION
from pipeline.tallies import Tallies

_OF_MONTH_ALONE = ("intake", "channel")
"""Dimensions of outcomes that only methods of points ask for, of the month itself."""


def of_month(tallies: Tallies, month: str, in_force: Methods) -> Tallies:
    """The cells of the month, and of its history those that our own index reads; in memory.

    Outcomes are by the rules of the methods. They have no files, procedures and applicants, and
    neither intake nor channel of earlier months; the other tables have no files. Findings are left
    out. Of answers of earlier months only respondents whose dossier ended in the month are read.
    """
    this_month = pl.col("month") == month
    first = months.shifted(month, -in_force.index.history_months)
    is_read = pl.col("month").is_between(pl.lit(first), pl.lit(month))
    is_of_rules = pl.col("deadline_rule").is_in(
        sorted({method.deadline_rule.name for method in in_force.all})
    )
    is_of_index = pl.col("deadline_rule") == in_force.index.deadline_rule.name
    is_of_month = (pl.col("dossier_month") == month) & (pl.col("question") == ANY_QUESTION)
    outcomes = tallies.outcomes.filter(is_read & is_of_rules & (this_month | is_of_index))
    of_month_alone = [pl.when(this_month).then(name).alias(name) for name in _OF_MONTH_ALONE]
    asked = {
        "outcomes": (outcomes.with_columns(of_month_alone), ("procedure_code", "applicant")),
        "ages": (tallies.ages.filter(this_month), ()),
        "answers": (tallies.answers.filter(is_read & (this_month | is_of_month)), ("mode",)),
        "figures": (tallies.figures.filter(is_read), ()),
        "petitions": (tallies.petitions.filter(this_month), ()),
    }
    read = {
        name: gathered(cells, "sha256", *without).lazy() for name, (cells, without) in asked.items()
    }
    return Tallies.of(**read)


def gathered(cells: pl.LazyFrame, *without: str) -> pl.DataFrame:
    """Cells added up over the dimensions `without` which they are asked for; in any order.

    Read as a stream: of a nation's history far less is kept than is read.
    """
    schema = cells.collect_schema()
    counts = [name for name, dtype in schema.items() if dtype.is_integer() and name not in _LEVELS]
    keys = [name for name in schema.names() if name not in {*counts, *without}]
    return cells.group_by(keys).agg(pl.col(counts).sum()).collect(engine="streaming")


_LEVELS = ("answer", "age_hours")
"""Whole numbers that are dimensions, not counts."""
