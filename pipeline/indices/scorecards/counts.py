"""What the indicators of a method of points count, for every unit and every agency above it.

Here belong numerators and denominators: from records, or from figures where a unit has none; and
which units had nothing to count though their sender sent it. Not here: which cells count (records,
answers), points (formulas).
"""

import polars as pl

from pipeline.indices.pooling import Pooling
from pipeline.indices.rates import own_figures
from pipeline.indices.scorecards import answers, records
from pipeline.methods import PointsMethod
from pipeline.tables import APART, TALLIES
from pipeline.tallies import Tallies

KEYS = records.KEYS
COUNTED = pl.Schema(
    {
        "unit_code": pl.String(),
        "indicator": pl.String(),
        "numerator": pl.Int64(),
        "denominator": pl.Int64(),
        "left_out": pl.Int64(),
        "has_left_out": pl.Int64(),
        "unmatched": pl.Int64(),
        "differs_from_parts": pl.Int64(),
        "respondents": pl.Int64(),
        "effective_n": pl.Float64(),
        "scale": pl.String(),
    }
)
"""Counts of an indicator of a unit, one row each. `left_out` are cases counted apart, known where
`has_left_out`; `unmatched` complaints that nothing tells the dossiers of. Of answers numerator
and denominator are weights in millionths, and only they have respondents, effective_n and scale.
"""


def of(tallies: Tallies, month: str, method: PointsMethod, pooling: Pooling) -> pl.DataFrame:
    """The counts of a month, columns COUNTED; an indicator that nothing is known of has no row.

    Figures count where neither the unit nor one below it has records of the indicator. A unit
    that has data of the method, and none of a kind of records that its sender sent, has 0 of 0.
    """
    cells = of_month(tallies, month)
    names = [part.name for part in method.parts]
    figures = own_figures(cells.figures, month, names).collect()
    own = records.own_counts(cells, method, figures)
    counted = pl.concat(
        [
            _conform(_with_figures(own, figures, pooling)),
            _conform(answers.satisfied(cells.answers, method, pooling)),
        ]
    )
    without = _without_cases(cells, method, pooling, counted)
    return pl.concat([counted, _conform(without)]).sort(KEYS)


def of_month(tallies: Tallies, month: str) -> Tallies:
    """The cells of the month, read once; dossiers are those of form II.06a."""
    this_month = pl.col("month") == month
    cells = {name: getattr(tallies, name).filter(this_month) for name in TALLIES}
    cells["outcomes"] = cells["outcomes"].filter(~pl.col("outcome").is_in(APART))
    read = pl.collect_all(list(cells.values()))
    return Tallies(**{name: frame.lazy() for name, frame in zip(cells, read, strict=True)})


def _conform(counted: pl.DataFrame) -> pl.DataFrame:
    missing = [
        pl.lit(None, dtype).alias(name)
        for name, dtype in COUNTED.items()
        if name not in counted.columns
    ]
    flags = pl.col("has_left_out", "unmatched", "differs_from_parts").fill_null(0)
    return counted.with_columns(missing).with_columns(flags).select(COUNTED.names()).cast(COUNTED)


def _with_figures(own: pl.DataFrame, figures: pl.DataFrame, pooling: Pooling) -> pl.DataFrame:
    """Records and figures of every unit and those below it, added up."""
    pooled = pooling.pooled(own.lazy(), "indicator").collect()
    standing_in = figures.join(pooled, on=KEYS, how="anti")
    totals = pooling.pooled_totals(standing_in.lazy(), "indicator").collect()
    together = pl.concat([pooled, totals], how="diagonal").group_by(KEYS).sum()
    # An agency that cannot tell which dossiers were complained about may say so in figures.
    sent = figures.group_by(KEYS).sum()
    is_told = (pl.col("unmatched") > 0) & pl.col("denominator_sent").is_not_null()
    told = ("numerator", "denominator", "left_out", "has_left_out")
    return together.join(sent, on=KEYS, how="left", suffix="_sent").with_columns(
        *(pl.when(is_told).then(f"{name}_sent").otherwise(name).alias(name) for name in told),
        pl.when(is_told).then(0).otherwise("unmatched").alias("unmatched"),
    )


def _without_cases(
    of_month: Tallies, method: PointsMethod, pooling: Pooling, counted: pl.DataFrame
) -> pl.DataFrame:
    """Units with data of the method, and none of what an indicator counts though it was sent."""
    has_data = counted.select("unit_code").unique()
    tables = (of_month.outcomes, of_month.answers, of_month.figures, of_month.petitions)
    pairs = pl.concat([table.select("unit_code", "sender_code") for table in tables]).unique()
    sent_for = (
        pairs.join(pooling.above.lazy(), on="unit_code")
        .select(pl.col("pooled_code").alias("unit_code"), "sender_code")
        .unique()
        .collect()
        .join(has_data, on="unit_code", how="semi")
    )
    nothing = {name: pl.lit(0, pl.Int64) for name in records.OWN}
    found = [counted.select(KEYS).clear().with_columns(**nothing)]
    senders = {
        kind: records.senders(of_month, kind) for kind in (records.DOSSIERS, records.PETITIONS)
    }
    for part in method.parts:
        for_all = sent_for
        for kind in records.kinds(part):
            for_all = for_all.filter(pl.col("sender_code").is_in(senders[kind]))
        if records.kinds(part):
            units = for_all.select("unit_code").unique()
            found.append(units.select("unit_code", indicator=pl.lit(part.name), **nothing))
    return pl.concat(found).join(counted, on=KEYS, how="anti")
