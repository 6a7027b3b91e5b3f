"""The respondents of an index whose satisfaction is that of all who were served.

Here belong which units may have an adjusted share, and putting it in the place of that of those
who answered, where the method says so. Not here: the adjusted share (adjusted), what is made of it
(satisfaction, performance).
"""

from collections.abc import Iterable

import numpy as np
import polars as pl

from pipeline.indices.adjusted import Adjusted
from pipeline.indices.satisfaction import select_answered
from pipeline.indices.scope import IndexScope
from pipeline.suppression.ratings import RESPONSE, WITHHELD
from pipeline.suppression.represented import choose_represented
from pipeline.tables import NOT_SERVED
from pipeline.tallies import Tallies


def select_represented(
    tallies: Tallies, published: pl.DataFrame, scope: IndexScope
) -> pl.DataFrame:
    """The units whose adjusted share can be published: unit_code, scale; sorted.

    `published` has their satisfied shares and response rates as tables.INDICES, without what is
    withheld. Beside the share of those who answered, the adjusted share of any other unit could
    tell of a few respondents: neither the index nor the table representation has it.
    """
    withheld = published.filter(indicator=RESPONSE, note=WITHHELD)["unit_code"]
    in_register = scope.pooling.register.at(scope.month)["code"]
    shown = (
        select_answered(published)
        .filter(pl.col("unit_code").is_in(in_register.implode()))
        .select("unit_code", "scale")
    )
    kept = choose_represented(
        _count_answers(tallies, scope),
        dict(scope.pooling.agencies.select("unit_code", "parent_code").drop_nulls().iter_rows()),
        dict(shown.iter_rows()),
        scope.method.minimum_published_respondents,
    )
    return shown.filter(
        pl.col("unit_code").is_in(sorted(kept)), ~pl.col("unit_code").is_in(withheld.implode())
    ).sort("unit_code")


def _count_answers(tallies: Tallies, scope: IndexScope) -> pl.DataFrame:
    """Rated dossiers by unit and what was asked: unit_code, asked, answered, unmatched."""
    dossiers, is_matched = pl.col("dossiers"), pl.col("served") != NOT_SERVED
    own = (
        tallies.rated.filter(pl.col("month") == scope.month)
        .group_by("unit_code", "asked")
        .agg(
            answered=dossiers.filter(is_matched).sum(),
            unmatched=dossiers.filter(~is_matched).sum(),
        )
    )
    return scope.pools.pool_counts(own, "asked").sort("unit_code", "asked").collect()


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
