"""Tallies: exact counts from which everything after them is computed.

Here belongs counting accepted records: integers only, weights in millionths and their squares in
trillionths, ages in bins of minutes, nothing personal. The tables add up over files, units, months
and machines. Each kind of records has the module that counts it; `verdicts` judges a dossier,
`ledger` remembers dossiers from one export to the next, `pooling` adds counts up. Not here: rates
and limits (indices), ranks (rankings).
"""

from dataclasses import dataclass, replace

import polars as pl

from pipeline.deadlines import DeadlineRule
from pipeline.tables import TALLIES


@dataclass(frozen=True)
class Tallies:
    """The tables of counts, of one month or of several; each lazy."""

    outcomes: pl.LazyFrame
    ages: pl.LazyFrame
    answers: pl.LazyFrame
    pairs: pl.LazyFrame
    rated: pl.LazyFrame
    rated_pairs: pl.LazyFrame
    figures: pl.LazyFrame
    petitions: pl.LazyFrame
    findings: pl.LazyFrame
    patterns: pl.LazyFrame
    marked: pl.LazyFrame
    allowed: pl.LazyFrame

    @staticmethod
    def of(**known: pl.LazyFrame) -> "Tallies":
        """The tallies of the tables named; the others are empty."""
        empty = {name: table.empty().lazy() for name, table in TALLIES.items()}
        return Tallies(**empty | known)

    def by_deadline_rule(self, rule: DeadlineRule) -> "Tallies":
        """The tallies with the outcomes by one deadline rule; no other table depends on it."""
        return replace(self, outcomes=self.outcomes.filter(pl.col("deadline_rule") == rule.name))
