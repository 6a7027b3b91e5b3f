"""The months in which judged dossiers count, where a sender missed some.

Here belongs moving early endings to a month with an export. Not here: when a dossier is judged
(verdicts), what is counted of a month (dossiers).
"""

from dataclasses import replace

import polars as pl

from pipeline.agencies import Register
from pipeline.tallies import Tallies


def reassign_due_months(tallies: Tallies, register: Register, month: str) -> Tallies:
    """The tallies with `due_month` of outcomes as the month in which they count.

    A dossier that ended early counts in the month of its first due date. Where its sender has no
    outcomes of that month, it counts in the sender's next month that has outcomes, beside the
    dossiers judged late then: a month that was never sent hides no dossier. Where another agency
    took over from the sender (as of `month`), the months of its successor are its next months.
    """
    return apply_reassignments(tallies, find_reassignments(tallies, register, month))


def find_reassignments(tallies: Tallies, register: Register, month: str) -> pl.DataFrame:
    """The due months that count in another month: sender_code, due_month, sent_month."""
    outcomes = tallies.outcomes
    sent = outcomes.select("sender_code", sent_month="month").unique()
    by_successor = (
        register.successors(month)
        .lazy()
        .join(sent, left_on="successor_code", right_on="sender_code")
        .select(pl.col("code").alias("sender_code"), "sent_month")
    )
    return (
        outcomes.filter(pl.col("due_month") > pl.col("month"))
        .select("sender_code", "due_month")
        .unique()
        .join(pl.concat([sent, by_successor]), on="sender_code")
        .filter(pl.col("sent_month") >= pl.col("due_month"))
        .group_by("sender_code", "due_month")
        .agg(pl.col("sent_month").min())
        .filter(pl.col("sent_month") != pl.col("due_month"))
        .collect()
    )


def apply_reassignments(tallies: Tallies, reassignments: pl.DataFrame) -> Tallies:
    """The tallies with the due months that `find_reassignments` found."""
    if reassignments.is_empty():
        return tallies
    outcomes = (
        tallies.outcomes.join(reassignments.lazy(), on=["sender_code", "due_month"], how="left")
        .with_columns(pl.coalesce("sent_month", "due_month").alias("due_month"))
        .drop("sent_month")
    )
    return replace(tallies, outcomes=outcomes)
