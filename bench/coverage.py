"""How often limits and rank sets hold what is true, and how that is written down.

Here belong counting, the Monte-Carlo error of a count, and the rows of the table. Not here: what is
simulated (simulated_leagues, simulated_durations), what is asked (limits_held, ranks_held,
changes_held).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from textwrap import fill

import numpy as np
import polars as pl

from bench.simulated_leagues import Codes, Numbers

Range = tuple[float, float]
"""Least and most of the share that a range asks for, 0-1."""


def by_unit(table: pl.DataFrame, codes: Codes, name: str) -> Numbers:
    """A column of a table of units, a row for each league and a column for each unit; NaN = null.

    `table` has each unit_code at most once.
    """
    units = pl.DataFrame({"unit_code": codes.ravel()})
    found = units.join(
        table.select("unit_code", name), on="unit_code", how="left", maintain_order="left"
    )
    return found[name].cast(pl.Float64).fill_null(np.nan).to_numpy().reshape(codes.shape)


@dataclass(frozen=True)
class Limits:
    """Lower and upper limits, a row for each league and a column for each unit; NaN: none given.

    A limit that is infinitely far is infinite.
    """

    lower: Numbers
    upper: Numbers

    @staticmethod
    def published(indices: pl.DataFrame, indicator: str, codes: Codes) -> "Limits":
        """Those of an indicator in tables.INDICES. A value without an upper one has no end."""
        rows = indices.filter(pl.col("indicator") == indicator)
        has_value = ~np.isnan(by_unit(rows, codes, "value"))
        lower, upper = by_unit(rows, codes, "lower"), by_unit(rows, codes, "upper")
        return Limits(
            np.where(has_value & np.isnan(lower), -np.inf, lower),
            np.where(has_value & np.isnan(upper), np.inf, upper),
        )

    def held(self, truth: Numbers) -> Numbers:
        """1 where the truth lies within, 0 where not, NaN where there are no limits."""
        within = (self.lower <= truth) & (truth <= self.upper)
        return np.where(np.isnan(self.lower), np.nan, within)

    @property
    def width(self) -> float:
        """Mean width of those that have one."""
        width = self.upper - self.lower
        return float(width[np.isfinite(width)].mean())


@dataclass(frozen=True)
class Row:
    """A row of the table: how often something held.

    `share` of all, `error` its Monte-Carlo standard error; `lowest` and `highest` are those of the
    units one by one, None where all units are asked at once. `asked` is None where nothing is.
    """

    what: str
    truth: str
    asked: Range | None
    is_naive: bool
    share: float
    error: float
    lowest: float | None
    highest: float | None
    width: str

    @property
    def is_within(self) -> bool | None:
        """Whether the share is in the range asked for; None where none is."""
        return None if self.asked is None else self.asked[0] <= self.share <= self.asked[1]


def row(  # noqa: PLR0913
    what: str,
    held: Numbers,
    *,
    truth: str,
    asked: Range | None = None,
    width: str = "",
    is_naive: bool = False,
) -> Row:
    """A row from what held (1), did not (0) or was not given (NaN).

    `held` has a row for each league, and a column for each unit where units are asked one by one.
    Leagues are drawn apart from each other, units of a league may hold together: the error is that
    of a mean of leagues.
    """
    of_leagues = np.nanmean(held.reshape(len(held), -1), axis=1)
    of_units = np.nanmean(held, axis=0) if held.ndim > 1 else None
    return Row(
        what,
        truth,
        asked,
        is_naive,
        float(np.nanmean(held)),
        float(of_leagues.std(ddof=1) / np.sqrt(len(of_leagues))),
        None if of_units is None else float(of_units.min()),
        None if of_units is None else float(of_units.max()),
        width,
    )


@dataclass(frozen=True)
class Section:
    """A table with what was simulated for it and how to read it; a paragraph each."""

    title: str
    simulated: str
    rows: Sequence[Row]
    reading: str


_WIDTH = 100
_HEAD = (
    "| 95 % limits or sets | truth | asked, % | held, % (± s.e.) | by unit, % | mean width "
    "| in range |",
    "| --- | --- | ---: | ---: | ---: | ---: | --- |",
)


def markdown(section: Section) -> Iterable[str]:
    """The lines of a section."""
    yield from (f"## {section.title}", "", fill(section.simulated, _WIDTH), "", *_HEAD)
    yield from map(_line, section.rows)
    yield from ("", fill(section.reading, _WIDTH), "")


def _line(row: Row) -> str:
    lowest, highest = row.lowest, row.highest
    units = "" if lowest is None or highest is None else f"{_percent(lowest)}–{_percent(highest)}"
    cells = (
        f"*naive:* {row.what}" if row.is_naive else row.what,
        row.truth,
        _asked(row.asked),
        f"{_percent(row.share)} ± {_percent(row.error, 2)}",
        units,
        row.width,
        {True: "yes", False: "**no**", None: ""}[row.is_within],
    )
    return f"| {' | '.join(cells)} |"


def _asked(asked: Range | None) -> str:
    if asked is None:
        return ""
    least, most = asked
    return f"≥ {100 * least:g}" if most >= 1 else f"{100 * least:g}–{100 * most:g}"


def _percent(share: float, decimals: int = 1) -> str:
    return f"{100 * share:.{decimals}f}"
