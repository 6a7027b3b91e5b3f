"""What names a dossier over exports: a hash that no version of Polars changes.

Here belongs the hash alone. Not here: what is known of the dossier that it names (lookup, update).
"""

import polars as pl
import polars_hash

DOSSIER_HASH = "dossier_hash"
"""The column that names a dossier over exports."""


def dossier_hash(sender_code: pl.Expr, dossier_id: pl.Expr) -> pl.Expr:
    """The hash that names a sender's dossier: UInt64, null where either code is.

    It is XXH3 (64 bits, seed 0; specification of xxHash 0.8) of the text `sender_code/dossier_id`
    in UTF-8, so that any library of that algorithm gives the same number. A sender's code has no
    slash in it, for it names a folder. Codes are composed (NFC) when a file is read (exports).

    `Expr.hash` of Polars would not do: it is the same within one version of Polars only, and the
    ledger is stored.
    """
    named = polars_hash.concat_str(sender_code.cast(pl.String), dossier_id, separator="/")
    return named.nchash.xxh3_64()
