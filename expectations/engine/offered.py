"""Everything that the Polars engine offers, loaded, and the list of it.

A module that runs a suite, or names the engine to the library, imports the engine from here. Not
here: how anything is computed (the modules that are loaded). Loading this module imports Great
Expectations.
"""

import great_expectations.expectations.core
import great_expectations.expectations.metrics  # noqa: F401 - the library's metrics and their keys

from expectations.engine import (  # noqa: F401 - each registers what it offers
    aggregates,
    column_conditions,
    refusals,
    several_columns,
)
from expectations.engine.map_metrics import MAP_METRICS
from expectations.engine.not_offered import NOT_OFFERED, NotOfferedError
from expectations.engine.polars_engine import PolarsBatchData, PolarsExecutionEngine

__all__ = [
    "MAP_METRICS",
    "NOT_OFFERED",
    "OFFERED",
    "NotOfferedError",
    "PolarsBatchData",
    "PolarsExecutionEngine",
]

OFFERED = (
    # the value of one column, row by row
    "expect_column_values_to_not_be_null",
    "expect_column_values_to_be_null",
    "expect_column_values_to_be_in_set",
    "expect_column_values_to_not_be_in_set",
    "expect_column_values_to_be_between",
    "expect_column_value_lengths_to_equal",
    "expect_column_value_lengths_to_be_between",
    "expect_column_values_to_match_regex",
    "expect_column_values_to_not_match_regex",
    "expect_column_values_to_match_regex_list",
    "expect_column_values_to_not_match_regex_list",
    "expect_column_values_to_be_unique",
    "expect_column_values_to_be_increasing",
    "expect_column_values_to_be_decreasing",
    "expect_column_value_z_scores_to_be_less_than",
    "expect_column_values_to_not_be_outliers",
    "expect_column_values_to_be_dateutil_parseable",
    "expect_column_values_to_match_strftime_format",
    "expect_column_values_to_be_json_parseable",
    "expect_column_values_to_match_json_schema",
    # the values of several columns, row by row
    "expect_column_pair_values_to_be_equal",
    "expect_column_pair_values_a_to_be_greater_than_b",
    "expect_column_pair_values_to_be_in_set",
    "expect_compound_columns_to_be_unique",
    "expect_multicolumn_sum_to_equal",
    "expect_multicolumn_values_to_be_equal",
    "expect_select_column_values_to_be_unique_within_record",
    # a whole column
    "expect_column_min_to_be_between",
    "expect_column_max_to_be_between",
    "expect_column_mean_to_be_between",
    "expect_column_median_to_be_between",
    "expect_column_sum_to_be_between",
    "expect_column_stdev_to_be_between",
    "expect_column_quantile_values_to_be_between",
    "expect_column_most_common_value_to_be_in_set",
    "expect_column_distinct_values_to_be_in_set",
    "expect_column_distinct_values_to_contain_set",
    "expect_column_distinct_values_to_equal_set",
    "expect_column_unique_value_count_to_be_between",
    "expect_column_proportion_of_unique_values_to_be_between",
    "expect_column_proportion_of_non_null_values_to_be_between",
    # the table
    "expect_table_row_count_to_equal",
    "expect_table_row_count_to_be_between",
    "expect_table_column_count_to_equal",
    "expect_table_column_count_to_be_between",
    "expect_table_columns_to_match_set",
    "expect_table_columns_to_match_ordered_list",
    "expect_column_to_exist",
)
"""The standard expectations that the engine computes, by name."""
