"""What is allowed in the table of rankings.

Here belongs the suite of rankings. Not here: how ranks and rank sets are computed
(pipeline.rankings).
"""

import polars as pl

from expectations import outcomes
from expectations.outcomes import Outcome
from expectations.phrases import (
    is_at_least,
    is_between,
    is_empty,
    is_filled,
    is_in,
    is_missing,
    is_there,
    suite,
)
from pipeline.methods import NOTES

KEY = ("month", "league", "indicator", "unit_code")
NOTES_OF_RANKED = ("provisional", "differs_from_parts", "law_changed")
"""Notes that may stand beside a rank; any other says why there is none."""


def check(rankings: pl.DataFrame) -> list[Outcome]:
    """The outcomes of a frame of `tables.RANKINGS`."""
    ranked, unranked = is_filled("rank"), is_missing("rank")
    rules = suite(
        "rankings",
        [
            is_in("unit_is_ranked_once", outcomes.COPIES, [1]),
            is_in("numbers_are_finite", outcomes.IS_FINITE, [True]),
            is_in("note_is_in_list", "note", NOTES),
            is_there("ranked_has_value", "value", ranked),
            is_in("ranked_has_no_other_note", "note", NOTES_OF_RANKED, ranked),
            is_there("unranked_has_note", "note", unranked),
            is_empty("unranked_has_no_best_rank", "rank_lower", unranked),
            is_empty("unranked_has_no_worst_rank", "rank_upper", unranked),
            is_there("best_rank_has_worst_rank", "rank_upper", is_filled("rank_lower")),
            is_there("worst_rank_has_best_rank", "rank_lower", is_filled("rank_upper")),
            is_between("best_rank_at_least_1", "rank_lower", 1),
            is_between("rank_at_least_1", "rank", 1),
            is_at_least("rank_not_before_its_set", "rank", "rank_lower"),
            is_at_least("rank_not_after_its_set", "rank_upper", "rank"),
            is_at_least("rank_within_league", "ranked_units", "rank"),
            is_at_least("worst_rank_within_league", "ranked_units", "rank_upper"),
            is_between("tier_at_least_1", "tier", 1),
        ],
    )
    counted = rankings.with_columns(
        ranked_units=pl.col("rank").count().over("month", "league", "indicator").cast(pl.Int64)
    )
    ready = outcomes.with_finiteness(outcomes.with_copies(counted, KEY))
    return outcomes.of_suite(rules, ready, KEY)
