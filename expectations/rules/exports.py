"""What is allowed in the table of a month's files.

Here belong the rules of exports. Not here: faults that refuse a file (pipeline.faults).
"""

import polars as pl

from expectations.engine.phrases import (
    expect_between,
    expect_in_set,
    expect_match_regex,
    expect_not_null,
)
from expectations.engine.results import COPIES, RuleResult, check_table, with_copies
from pipeline.tables import KINDS

COLUMNS = ("sender_code", "kind", "file_name", "sha256", "bytes")


def check(files: pl.DataFrame) -> list[RuleResult]:
    """The results for a month's files: one row a file, with COLUMNS (bytes: Int64, the size).

    `kind` is null for a file whose name does not begin with a kind.
    """
    return check_table(
        "exports",
        [
            expect_not_null("sender_is_there", "sender_code"),
            expect_not_null("file_name_is_there", "file_name"),
            expect_not_null("sha256_is_there", "sha256"),
            expect_match_regex("sha256_has_64_hex_digits", "sha256", "^[0-9a-f]{64}$"),
            expect_not_null("size_is_there", "bytes"),
            expect_between("file_is_not_empty", "bytes", 0, strict_min=True),
            expect_in_set("kind_is_in_list", "kind", KINDS),
            expect_in_set("file_counts_once", COPIES, [1]),
        ],
        with_copies(files, ["sender_code", "kind", "sha256"]),
        ["sender_code", "file_name"],
    )
