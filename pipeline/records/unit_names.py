"""Names beside rejected rows: what may be meant by a text that names no unit.

Here belongs adding it to the reasons of expectations. Not here: which names come near
(agencies.names), which rows are rejected (expectations).
"""

from collections.abc import Callable

import polars as pl

from pipeline.agencies import UnitNames

_RULES = ("unit_is_there", "unit_is_known")
"""The row rules that a text which names no unit breaks."""
_MOST_TEXTS = 50
"""Of so many different texts of a sender the nearest names are looked for, the most frequent first:
a column of staff names may have one for each row."""


def with_near_units(
    reasons: pl.DataFrame, typed: pl.DataFrame, names_of: Callable[[str], UnitNames]
) -> pl.DataFrame:
    """The reasons with the units that may be meant behind `found`, as UnitNames.describe_near.

    `typed` has the rows that the reasons are of: row_index, sender_code, unit_code_as_sent.
    `names_of` gives the names of a sender's units. The text itself stays as it was masked.
    """
    is_unknown = pl.col("rule").is_in(_RULES)
    if not reasons.select(is_unknown.any()).item():
        return reasons
    own = typed.select("row_index", pl.col("sender_code").cast(pl.String), text="unit_code_as_sent")
    place = ["sender_code", "text"]
    texts = (
        own.join(reasons.filter(is_unknown), on="row_index", how="semi")
        .drop_nulls("text")
        .group_by(place)
        .len()
        .sort("len", *place, descending=[True, False, False])
        .group_by("sender_code", maintain_order=True)
        .head(_MOST_TEXTS)
    )
    near = [
        (sender, text, names_of(sender).describe_near(text))
        for sender, text in texts.select(place).iter_rows()
    ]
    schema = dict.fromkeys((*place, "near"), pl.String)
    described = own.join(pl.DataFrame(near, schema=schema, orient="row"), on=place)
    return (
        reasons.join(described.select("row_index", "near"), on="row_index", how="left")
        .with_columns(
            pl.when(is_unknown & pl.col("near").is_not_null())
            .then(pl.concat_str(pl.col("found").fill_null(""), "near"))
            .otherwise("found")
            .alias("found")
        )
        .drop("near")
        .sort("row_index", "rule")
    )
