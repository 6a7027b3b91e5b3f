"""How long a unit takes, beside its league, and how old its open dossiers are: values of its page.

Not here: how the shares are computed (pipeline.indices.waiting), the template (unit_waiting).
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from pipeline.bulletin import Content


@dataclass(frozen=True)
class WaitingLine:
    """A span of ages in days: the share that has ended by its end, with its limits, the median of
    the units of the league, and the dossiers that are open in it. Shares are None where unknown;
    that of the league where one of its units has none, since the others alone say something else.
    """

    from_days: int
    to_days: int | None
    ended_share: float | None
    lower: float | None
    upper: float | None
    league_share: float | None
    open: int


@dataclass(frozen=True)
class Waiting:
    """The lines of a unit, the youngest first, and whether its days are working days."""

    lines: tuple[WaitingLine, ...]
    is_working: bool

    @property
    def curve(self) -> tuple[WaitingLine, ...]:
        """The lines with a share."""
        return tuple(line for line in self.lines if line.ended_share is not None)

    @property
    def open(self) -> tuple[WaitingLine, ...]:
        """The lines with open dossiers."""
        return tuple(line for line in self.lines if line.open)


def read_waiting(content: Content, leagues: Mapping[str, str]) -> dict[str, Waiting]:
    """The waiting of every unit that has any, by code. `leagues` has the league of each unit."""
    league = pl.col("unit_code").replace_strict(
        list(leagues), list(leagues.values()), default=None, return_dtype=pl.String
    )
    # Days of another clock are other days: they do not mix.
    peers = pl.struct(league.fill_null(pl.col("unit_code")), "clock")
    is_of_all = pl.col("ended_share").count().over(peers, "from_days") == pl.col(
        "unit_code"
    ).n_unique().over(peers)
    middle = pl.col("ended_share").median().over(peers, "from_days")
    rows = (
        content.comparisons["waiting"]
        .with_columns(league_share=pl.when(is_of_all).then(middle))
        .sort("unit_code", "from_days")
    )
    columns = ("from_days", "to_days", "ended_share", "lower", "upper", "league_share", "open")
    found: dict[str, list[WaitingLine]] = defaultdict(list)
    clocks: dict[str, str] = {}
    for code, clock, *values in rows.select("unit_code", "clock", *columns).iter_rows():
        found[code].append(WaitingLine(*values))
        clocks[code] = clock
    return {code: Waiting(tuple(lines), clocks[code] == "working") for code, lines in found.items()}
