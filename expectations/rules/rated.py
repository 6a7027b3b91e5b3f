"""What is allowed in the counts of rated dossiers, and of respondents who rated several.

Not here: how they are counted (pipeline.tallies.rated).
"""

import polars as pl

from expectations.engine.phrases import expect_at_least, expect_in_set, expect_null, where_in
from expectations.engine.results import RuleResult
from expectations.rules.cells import check_cells
from pipeline import tables


def check_rated(cells: pl.DataFrame) -> list[RuleResult]:
    """The results for a frame of tables.RATED."""
    return check_cells(
        tables.RATED,
        [
            expect_in_set("rated_channel_is_in_list", "channel", tables.CHANNELS),
            expect_in_set("rated_applicant_is_in_list", "applicant", tables.APPLICANTS),
            expect_in_set(
                "rated_served_is_in_list", "served", (*tables.SERVED_TIMES, tables.NOT_SERVED)
            ),
            expect_at_least(
                "rated_satisfied_within_weight", "weight_millionths", "satisfied_millionths"
            ),
        ],
        cells,
    )


def check_marked(cells: pl.DataFrame) -> list[RuleResult]:
    """The results for a frame of tables.MARKED."""
    return check_cells(
        tables.MARKED,
        [
            expect_in_set("marked_scale_is_in_list", "scale", tables.SCALES),
            expect_in_set(
                "marked_question_is_in_list", "question", (*tables.QUESTIONS, tables.ANY_FACTOR)
            ),
            expect_null(
                "marked_any_has_no_answer", "answer", where_in("question", [tables.ANY_FACTOR])
            ),
            expect_at_least(
                "marked_largest_within_weight", "weight_millionths", "largest_millionths"
            ),
        ],
        cells,
    )


def check_rated_pairs(cells: pl.DataFrame) -> list[RuleResult]:
    """The results for a frame of tables.RATED_PAIRS."""
    return check_cells(
        tables.RATED_PAIRS,
        [
            expect_in_set("rated_pairs_served_is_in_list", "served", tables.SERVED_TIMES),
            expect_in_set("rated_pairs_other_is_in_list", "other_served", tables.SERVED_TIMES),
            expect_at_least(
                "rated_pairs_satisfied_within_weight", "weight_products", "satisfied_by_weight"
            ),
            expect_at_least(
                "rated_pairs_both_within_one", "satisfied_by_weight", "satisfied_products"
            ),
        ],
        cells,
    )
