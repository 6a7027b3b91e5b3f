"""What names a dossier over exports: a hash that no version of Polars changes.

Here belongs the hash alone. Not here: what is known of the dossier that it names (lookup, update),
which columns identify a dossier (pipeline.profiles.identity).
"""

from collections.abc import Sequence

import polars as pl
import polars_hash

DOSSIER_HASH = "dossier_hash"
"""The column that names a dossier over exports."""


_DAY_FACTOR = 0x9E3779B97F4A7C15
"""An odd number of 64 bits: no two days have the same product with it, modulo 2^64."""


def dossier_hash(identity: Sequence[str] = ("dossier_id",)) -> pl.Expr:
    """The hash that names a sender's dossier: UInt64, null where a part of its name is.

    It is XXH3 (64 bits, seed 0; specification of xxHash 0.8) of the text `sender_code/dossier_id`
    in UTF-8, so that any library of that algorithm gives the same number; and then, bit by bit,
    exclusive or with the day of receipt (days since 1 January 1970) times _DAY_FACTOR modulo 2^64.
    So a code whose numbers begin anew names another dossier, and one whose receipt is corrected
    within its day the same. In place of dossier_id stand the columns of `identity`, in their order;
    received_at is in the day already. Without any, nothing names a dossier over exports: null. A
    sender's code has no slash in it, for it names a folder. Codes are composed (NFC) when a file is
    read (exports).

    `Expr.hash` of Polars would not do: it is the same within one version of Polars only, and the
    ledger is stored.
    """
    if not identity:
        return pl.lit(None, pl.UInt64())
    names = [_name(column) for column in identity if column != "received_at"]
    named = polars_hash.concat_str(pl.col("sender_code").cast(pl.String), *names, separator="/")
    day = pl.col("received_at").dt.epoch("d").cast(pl.UInt64, wrap_numerical=True)
    return named.nchash.xxh3_64() ^ (day * pl.lit(_DAY_FACTOR, pl.UInt64()))


def _name(column: str) -> pl.Expr:
    """A column that identifies a dossier, as text; only its code must be there."""
    text = pl.col(column).cast(pl.String)
    return text if column == "dossier_id" else text.fill_null("")
