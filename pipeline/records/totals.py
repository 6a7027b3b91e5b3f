"""Totals: rows of figures that are the sum of others, which would count twice.

Here belongs which rows these are. Not here: rows below the records (exports.footer), columns that
add up (sums), the rule about totals (expectations).
"""

import polars as pl

from pipeline.tables import SOURCE_COLUMN

IS_TOTAL = "is_total"
"""Of figures: whether the row is the sum of other rows of its file."""
_NAMED = (
    r"(?i)^(?:(?:tổng|cộng|total|all|toàn (?:tỉnh|thành|ngành|quốc|huyện|xã))(?:\P{L}|$)"
    r"|[ivx]+[.)/])"
)
"""How a breakdown of a total, of a subtotal or of a section begins: Tổng số, Cộng, II. Cấp xã."""
_FEWEST = 2
"""A row is the sum of so many others; equal to one alone it may be another figure."""
_GROUP = ("unit_code", "indicator", SOURCE_COLUMN)
_NUMBERS = ("numerator", "denominator")


def with_totals(figures: pl.DataFrame) -> pl.DataFrame:
    """Typed figures of a file, in its order, with IS_TOTAL.

    A total has a breakdown that is named so, or none where others have one, and both its numbers
    are the sums of the rows of its unit and indicator that are no totals by name: of all of them,
    or of those up to the next row that is named so, above it or below.
    """
    breakdown = pl.col("breakdown_as_sent")
    is_named = breakdown.is_null() | breakdown.str.contains(_NAMED)
    if not figures.select((is_named & (pl.col("denominator") > 0)).any()).item():
        return figures.with_columns(pl.lit(value=False).alias(IS_TOTAL))
    named = figures.with_columns(is_named=is_named).with_columns(
        section=pl.col("is_named").cum_sum().over(_GROUP).cast(pl.Int64)
    )
    details = named.filter(~pl.col("is_named"), pl.col("denominator") > 0)
    sums = [pl.col(_NUMBERS).sum(), pl.len().alias("rows")]
    whole = details.group_by(_GROUP).agg(sums)
    below = details.group_by(*_GROUP, "section").agg(sums)
    above = below.with_columns(pl.col("section") + 1)
    matches = []
    for place, added in (("whole", whole), ("below", below), ("above", above)):
        on = [*_GROUP, "section"] if "section" in added.columns else _GROUP
        named = named.join(
            added, on=on, how="left", nulls_equal=True, suffix=f"_{place}", maintain_order="left"
        )
        named = named.rename({"rows": f"rows_{place}"})
        is_sum = [pl.col(name) == pl.col(f"{name}_{place}") for name in _NUMBERS]
        matches.append(pl.all_horizontal(pl.col(f"rows_{place}") >= _FEWEST, *is_sum))
    is_total = pl.col("is_named") & pl.any_horizontal(matches).fill_null(value=False)
    return figures.with_columns(named.select(is_total.alias(IS_TOTAL)).to_series())
