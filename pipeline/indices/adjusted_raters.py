"""The respondents of an index whose satisfaction is that of all who were served.

Here belongs putting the adjusted share in the place of that of those who answered, where the method
says so. Not here: the adjusted share (adjusted), what is made of it (satisfaction, performance).
"""

from collections.abc import Iterable

import numpy as np
import polars as pl

from pipeline.indices.adjusted import Adjusted


def with_adjusted(raters: pl.DataFrame, found: Iterable[Adjusted]) -> pl.DataFrame:
    """Rows of `respondents.measure` whose satisfied share is the adjusted one, where there is one.

    With its effective_n and what each group brings to both. The other rows stay as they are.
    """
    rows = []
    for unit in found:
        if unit.way:
            parts = {
                group: np.sum([unit.parts[time] for time in times], axis=0)
                for group, times in _TIMES_OF_GROUPS.items()
            }
            rows.append(
                {
                    "unit_code": unit.unit_code,
                    "value": unit.share,
                    "effective_n": unit.effective_n,
                    **{f"{group}_mass": float(mass) for group, (mass, _) in parts.items()},
                    **{f"{group}_part": float(part) for group, (_, part) in parts.items()},
                    **{
                        f"{group}_effective_n": float(mass * unit.effective_n)
                        for group, (mass, _) in parts.items()
                    },
                }
            )
    if not rows:
        return raters
    names = [name for name in rows[0] if name != "unit_code"]
    adjusted = pl.DataFrame(
        rows, schema={"unit_code": pl.String} | dict.fromkeys(names, pl.Float64)
    )
    joined = raters.join(adjusted, on="unit_code", how="left", suffix="_adjusted")
    return joined.with_columns(
        pl.coalesce(f"{name}_adjusted", name).alias(name) for name in names
    ).select(raters.columns)


_TIMES_OF_GROUPS = {
    "on_time": ("on_time",),
    "late": ("late",),
    "others": ("early", "late_before", "without_due"),
}
"""By group of respondents (respondents.GROUPS), how their dossiers stood to the first due date."""
