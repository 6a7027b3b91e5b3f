"""Since when a row rule is broken, in counts of as many months as are shown."""

import polars as pl
import pytest

from assets.month.row_rule_history import ROW_COUNTS, SHOWN_MONTHS, find_rule_series
from pipeline import months

MONTH = "2026-09"
RULE = "received_at_is_a_time"


def count_rows(shown: int, met: str = "") -> pl.DataFrame:
    """So many months up to MONTH, of 100 rows each; 5 of them break the rule, none in `met`."""
    rows = [
        (month, "dossiers", *counted)
        for month in (*months.before(MONTH, shown - 1), MONTH)
        for counted in ((None, 100), *([] if month == met else [(RULE, 5)]))
    ]
    return pl.DataFrame(rows, schema=ROW_COUNTS, orient="row")


@pytest.mark.parametrize(
    ("shown", "met", "since"),
    [
        # 2025-10 is the first of the twelve months up to 2026-09; of 2025-09 nothing is known.
        (SHOWN_MONTHS, "", "2025-10 or earlier"),
        (SHOWN_MONTHS, "2025-10", "2025-11"),
        (SHOWN_MONTHS - 1, "", "2025-11"),
    ],
)
def test_a_series_as_long_as_the_history_may_be_longer(shown: int, met: str, since: str) -> None:
    found = find_rule_series(count_rows(shown, met), "dossiers", MONTH)
    assert found["since"].to_list() == [since]
