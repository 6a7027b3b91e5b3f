"""What is allowed in the table of a month's files.

Here belongs the suite of exports. Not here: faults that refuse a file (pipeline.faults).
"""

import polars as pl

from expectations import outcomes
from expectations.outcomes import Outcome
from expectations.phrases import is_between, is_in, is_there, matches, suite
from pipeline.tables import KINDS

COLUMNS = ("sender_code", "kind", "file_name", "sha256", "bytes")


def check(files: pl.DataFrame) -> list[Outcome]:
    """The outcomes of a month's files: one row a file, with COLUMNS (bytes: Int64, the size).

    `kind` may be empty, for a file whose name tells none.
    """
    rules = suite(
        "exports",
        [
            is_there("sender_is_there", "sender_code"),
            is_there("file_name_is_there", "file_name"),
            is_there("sha256_is_there", "sha256"),
            matches("sha256_has_64_hex_digits", "sha256", "^[0-9a-f]{64}$"),
            is_there("size_is_there", "bytes"),
            is_between("file_is_not_empty", "bytes", 0, is_above=True),
            is_in("kind_is_in_list", "kind", KINDS),
            is_in("file_counts_once", outcomes.COPIES, [1]),
        ],
    )
    counted = outcomes.with_copies(files, ["sender_code", "sha256"])
    return outcomes.of_suite(rules, counted, ["sender_code", "file_name"])
