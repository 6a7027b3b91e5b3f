"""What the indicators of a scorecard count, for every unit and every agency above it.

Here belong numerators and denominators: from records, or from figures where a unit has no records;
and which units had nothing to count though their sender sent it. Not here: which cells count
(records, answers), points (formulas).
"""

import polars as pl

from pipeline.indices.rates import select_figures
from pipeline.indices.scope import ScorecardScope
from pipeline.indices.scorecards import answers, records
from pipeline.tables import APART, TALLIES
from pipeline.tallies import Tallies
from pipeline.tallies.pooling import Pools

KEYS = records.KEYS
COUNTS = pl.Schema(
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
`has_left_out`; `unmatched` are complaints whose dossiers are not known. Of answers numerator and
denominator are weights in millionths, and only answers have respondents, effective_n and scale.
"""

_OF_ANSWERS = ("respondents", "effective_n", "scale")
_OF_RECORDS = ("has_left_out", "unmatched", "differs_from_parts")


def count_cases(of_month: Tallies, scope: ScorecardScope) -> pl.DataFrame:
    """The counts of a month, columns COUNTS; an indicator without any counts has no row.

    `of_month` are the cells of `select_month`. Figures count where neither the unit nor a unit
    below it has records of the indicator. A unit that has data of the method, and no record of a
    kind that its sender sent, has 0 of 0.
    """
    names = [part.name for part in scope.method.parts]
    figures = select_figures(of_month.figures, scope.month, names).collect()
    own = records.own_counts(of_month, scope.method, figures)
    from_records = _add_figures(own, figures, scope.pools)
    from_answers = answers.count_satisfied(of_month.answers, scope).with_columns(
        pl.lit(None, pl.Int64).alias("left_out"), *(pl.lit(0).alias(name) for name in _OF_RECORDS)
    )
    counted = pl.concat([_without_answers(from_records), _cast(from_answers)])
    zero = _count_zero_cases(of_month, scope, counted).with_columns(differs_from_parts=pl.lit(0))
    return pl.concat([counted, _without_answers(zero)]).sort(KEYS)


def select_month(tallies: Tallies, month: str) -> Tallies:
    """The cells of the month, read once; dossiers are those of form II.06a."""
    this_month = pl.col("month") == month
    cells = {name: getattr(tallies, name).filter(this_month) for name in TALLIES}
    cells["outcomes"] = cells["outcomes"].filter(~pl.col("outcome").is_in(APART))
    read = pl.collect_all(list(cells.values()))
    return Tallies(**{name: frame.lazy() for name, frame in zip(cells, read, strict=True)})


def _without_answers(counted: pl.DataFrame) -> pl.DataFrame:
    """Counts of records and figures in the shape of COUNTS."""
    nulls = (pl.lit(None, COUNTS[name]).alias(name) for name in _OF_ANSWERS)
    return _cast(counted.with_columns(nulls))


def _cast(counted: pl.DataFrame) -> pl.DataFrame:
    return counted.select(COUNTS.names()).cast(COUNTS)


def _add_figures(own: pl.DataFrame, figures: pl.DataFrame, pools: Pools) -> pl.DataFrame:
    """Records and figures of every unit and the units below it, added up."""
    pooled = pools.pool_counts(own.lazy(), "indicator").collect()
    without_records = figures.join(pooled, on=KEYS, how="anti")
    totals = pools.pool_totals(without_records.lazy(), "indicator").collect()
    together = pl.concat([pooled, totals], how="diagonal").group_by(KEYS).sum()
    # An agency whose records do not show which dossiers were complained about may send figures.
    sent = figures.group_by(KEYS).sum()
    is_sent = (pl.col("unmatched") > 0) & pl.col("denominator_sent").is_not_null()
    counts = ("numerator", "denominator", "left_out", "has_left_out")
    return together.join(sent, on=KEYS, how="left", suffix="_sent").with_columns(
        *(pl.when(is_sent).then(f"{name}_sent").otherwise(name).alias(name) for name in counts),
        pl.when(is_sent).then(0).otherwise("unmatched").alias("unmatched"),
    )


def _count_zero_cases(
    of_month: Tallies, scope: ScorecardScope, counted: pl.DataFrame
) -> pl.DataFrame:
    """0 of 0 for units that have data of the method, and no record of a kind that was sent."""
    has_data = counted.select("unit_code").unique()
    tables = (of_month.outcomes, of_month.answers, of_month.figures, of_month.petitions)
    pairs = pl.concat([table.select("unit_code", "sender_code") for table in tables]).unique()
    senders_of_units = (
        pairs.join(scope.pools.members.lazy(), on="unit_code")
        .select(pl.col("pooled_code").alias("unit_code"), "sender_code")
        .unique()
        .collect()
        .join(has_data, on="unit_code", how="semi")
    )
    zeros = {name: pl.lit(0, pl.Int64) for name in records.OWN_COUNTS}
    found = [counted.select(KEYS).clear().with_columns(**zeros)]
    senders = {
        kind: records.senders_of_kind(of_month, kind)
        for kind in (records.DOSSIERS, records.PETITIONS)
    }
    for part in scope.method.parts:
        kinds = records.record_kinds(part)
        sent = senders_of_units
        for kind in kinds:
            sent = sent.filter(pl.col("sender_code").is_in(senders[kind]))
        if kinds:
            units = sent.select("unit_code").unique()
            found.append(units.select("unit_code", indicator=pl.lit(part.name), **zeros))
    return pl.concat(found).join(counted, on=KEYS, how="anti")
