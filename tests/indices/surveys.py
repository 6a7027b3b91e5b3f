"""Surveys written as ratings, counted, and measured by unit."""

from collections.abc import Mapping

import polars as pl

from pipeline import tables
from pipeline.agencies import Register
from pipeline.indices import respondents
from pipeline.tallies import Tallies, verdicts
from pipeline.tallies.answers import count_answers
from pipeline.tallies.pairs import count_pairs
from pipeline.tallies.pooling import Pooling

MONTH = "2026-08"
RATING = {
    "sender_code": "S",
    "sha256": "f",
    "question": "overall",
    "scale": "five",
    "mode": "paper",
    "weight": 1.0,
}


def pooling_of(*codes: str, parents: Mapping[str, str] | None = None) -> Pooling:
    """Units with nothing above them, or with these parents, which are units too."""
    above = dict(parents or {})
    every = sorted({*codes, *above, *above.values()})
    agencies = pl.DataFrame(
        {
            "code": every,
            "name_vi": every,
            "kind": ["unit"] * len(every),
            "parent_code": [above.get(code) for code in every],
        },
        schema_overrides={"code": pl.String, "parent_code": pl.String},
    )
    register = Register(tables.AGENCIES.conform(agencies), digest="0")
    return Pooling.of(Tallies.of(), MONTH, register)


def counted(ratings: pl.DataFrame, pooling: Pooling) -> Tallies:
    """The tallies of ratings; a column that they lack is that of RATING."""
    lacking = {name: value for name, value in RATING.items() if name not in ratings.columns}
    rows = tables.RATINGS.conform(
        ratings.with_columns(pl.lit(value).alias(name) for name, value in lacking.items())
    ).lazy()
    return Tallies.of(
        answers=count_answers(rows, MONTH, verdicts.NO_DUE_DOSSIERS.lazy()).lazy(),
        pairs=count_pairs(rows, pooling.pools.members, MONTH).lazy(),
    )


def measured(ratings: pl.DataFrame, pooling: Pooling) -> pl.DataFrame:
    """Rows of respondents.measure of ratings."""
    tallies = counted(ratings, pooling)
    return respondents.measure(tallies.answers, tallies.pairs, pooling)
