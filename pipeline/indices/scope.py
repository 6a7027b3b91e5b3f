"""The scope of a month's indices: the month, the method, and the agencies.

Here belongs the one value that the modules of indices pass on, and which months its history has.
Not here: what is counted in them.
"""

from dataclasses import dataclass
from typing import Generic, TypeVar

import polars as pl

from pipeline import months
from pipeline.methods import Method, ScoringMethod
from pipeline.tallies.pooling import Pooling, Pools

AnyMethod = TypeVar("AnyMethod", Method, ScoringMethod)


@dataclass(frozen=True)
class Scope(Generic[AnyMethod]):
    """What the numbers of a month are computed for.

    `method` says what is computed, `pooling` which agencies there are in the month, and which
    units each of them adds up. `units` are the units that are asked about, where it is not all.
    """

    method: AnyMethod
    pooling: Pooling
    units: frozenset[str] | None = None

    @property
    def month(self) -> str:
        """The month that the numbers are of."""
        return self.pooling.month

    @property
    def pools(self) -> Pools:
        """Which units each agency adds up."""
        return self.pooling.pools

    def is_asked(self) -> pl.Expr:
        """Whether the unit of a row is asked about."""
        if self.units is None:
            return pl.lit(value=True)
        return pl.col("unit_code").is_in(sorted(self.units))


IndexScope = Scope[Method]
"""The scope of our own index."""

ScorecardScope = Scope[ScoringMethod]
"""The scope of a scorecard."""


def is_in_history(month: str, method: Method) -> pl.Expr:
    """Whether a cell is of the month, or of the `history_months` before it."""
    first = months.shifted(month, -method.history_months)
    return pl.col("month").is_between(pl.lit(first), pl.lit(month))
