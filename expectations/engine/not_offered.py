"""The standard expectations that the Polars engine does not offer, and what to write instead.

Here belongs the list of them, and the error that names one. Not here: what is offered (map_metrics,
aggregates), or where the library meets the error (refusals).
"""

from pipeline.errors import PlainError

_LIKE = "SQL's LIKE is known to databases only; write the pattern as a regular expression with"
_TYPES = (
    "Great Expectations compares types only for engines that it knows by class; compare the "
    "frame's schema in Polars, or the columns with"
)
_SQL = "it is written in SQL; write the condition as an expectation about rows, such as"

NOT_OFFERED: dict[str, str] = {
    "expect_column_values_to_match_like_pattern": f"{_LIKE} expect_column_values_to_match_regex",
    "expect_column_values_to_match_like_pattern_list": (
        f"{_LIKE} expect_column_values_to_match_regex_list"
    ),
    "expect_column_values_to_not_match_like_pattern": (
        f"{_LIKE} expect_column_values_to_not_match_regex"
    ),
    "expect_column_values_to_not_match_like_pattern_list": (
        f"{_LIKE} expect_column_values_to_not_match_regex_list"
    ),
    "expect_column_values_to_be_of_type": f"{_TYPES} expect_table_columns_to_match_set",
    "expect_column_values_to_be_in_type_list": f"{_TYPES} expect_table_columns_to_match_set",
    "expect_column_type_to_be": f"{_TYPES} expect_table_columns_to_match_set",
    "expect_multicolumn_values_to_be_unique": (
        "the library cannot compute it either, as it declares no metric; use "
        "expect_select_column_values_to_be_unique_within_record"
    ),
    "expect_column_kl_divergence_to_be_less_than": (
        "its partition of a column is numpy's, and cannot be computed in one pass; use "
        "expect_column_quantile_values_to_be_between"
    ),
    "expect_query_results_to_match_comparison": (
        f"{_SQL} expect_column_pair_values_to_be_equal, or compute the frame first"
    ),
    "unexpected_rows_expectation": f"{_SQL} expect_column_values_to_be_between",
    "expect_table_row_count_to_equal_other_table": (
        "the engine knows one frame; count the other and use expect_table_row_count_to_equal"
    ),
}
"""For each standard expectation that is not offered: why, and what to write instead."""


class NotOfferedError(PlainError):
    """The engine does not offer an expectation; the message names it and says what to write."""

    def __init__(self, *expectations: str) -> None:
        why = NOT_OFFERED.get(
            expectations[0],
            "no metric of it is registered for the engine; register one "
            "(expectations.engine.map_metrics.offer_map_metric), or run it on pandas",
        )
        super().__init__(f"the Polars engine does not offer {' or '.join(expectations)}: {why}")
