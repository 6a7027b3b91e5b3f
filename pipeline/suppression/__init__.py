"""Small numbers: what tells of a few respondents, or could be subtracted to them, is not published.

Here belongs the rule of docs/method.md, section "Small numbers", as functions from tables to
tables: of indices, of series over months, of deliveries. What the rule takes away is null, and the
note `withheld` says so. Not here: values that are not computed from too few cases (indices), which
results the tables stand in (assets.month.results).
"""

from pipeline.suppression.deliveries import withhold_deliveries
from pipeline.suppression.ratings import (
    WITHHELD,
    is_count_withheld,
    list_withheld,
    withhold_ratings,
)
from pipeline.suppression.series import withhold_series

__all__ = [
    "WITHHELD",
    "is_count_withheld",
    "list_withheld",
    "withhold_deliveries",
    "withhold_ratings",
    "withhold_series",
]
