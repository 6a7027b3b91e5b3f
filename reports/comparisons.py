"""What compares units beyond their ranks: funnels, case mix, sensitivity, control charts.

Here belongs reading an edition's tables of comparisons, league by league, into values that pages
and charts show. Not here: how they are made (pipeline), ranks and limits (leagues).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline.bulletin import Content
from pipeline.methods import Indicator
from reports.control_charts import Month, Series
from reports.funnels import Point
from reports.leagues import RATES, League


@dataclass(frozen=True)
class Mix:
    """A unit's late dossiers beside those that its procedures and channels let expect.

    `ratio` is late / expected; it, its limits and the ranks are None where there is too little to
    compare with.
    """

    code: str
    name: str
    due: int
    late: int
    expected_late: float
    ratio: float | None
    lower: float | None
    upper: float | None
    rank: int | None
    adjusted_rank: int | None
    moved_by_mix: int | None


@dataclass(frozen=True)
class Band:
    """The ranks of a unit in the middle 90 % of what the method might have chosen."""

    code: str
    name: str
    rank: int
    rank_5: int
    rank_95: int


@dataclass(frozen=True)
class Choice:
    """A choice of the method: what it was varied over, and its part in the shift of ranks.

    `varied_over` None: not varied, and then without parts.
    """

    choice: str
    varied_over: str | None
    first_order: float | None
    total: float | None
    mean_shift: float | None


@dataclass(frozen=True)
class Comparisons:
    """The comparisons of one league; any of them may be empty.

    `funnels` are by indicator, that of the dossiers due first. `signalled` are the series with a
    signal in the edition's month, `charted` counts all that have a chart.
    """

    funnels: tuple[tuple[Indicator, tuple[Point, ...]], ...]
    mix: tuple[Mix, ...]
    bands: tuple[Band, ...]
    choices: tuple[Choice, ...]
    signalled: tuple[Series, ...]
    charted: int

    @property
    def varied(self) -> tuple[Choice, ...]:
        """The choices that were varied."""
        return tuple(choice for choice in self.choices if choice.varied_over)

    @property
    def not_varied(self) -> tuple[Choice, ...]:
        """The choices that were not."""
        return tuple(choice for choice in self.choices if not choice.varied_over)

    @property
    def moved(self) -> tuple[Mix, ...]:
        """The units whose rank is another one for the same mix, most moved first."""
        moved = [mix for mix in self.mix if mix.moved_by_mix]
        return tuple(sorted(moved, key=lambda mix: (-abs(mix.moved_by_mix or 0), mix.code)))


def read(content: Content, league: League) -> Comparisons:
    """The comparisons of a league, its units named as in its standings."""
    names = {s.code: s.name for found in league.by_indicator.values() for s in found}
    tables = {
        name: _of(frame, league)
        for name, frame in content.comparisons.items()
        if "league" in frame.columns
    }
    series = _series(content, names)
    charted = [found for found in series if found.latest.month == content.month]
    return Comparisons(
        funnels=tuple(_funnels(content, tables["funnels"], names)),
        mix=tuple(_units(Mix, tables["case_mix"], names)),
        bands=tuple(sorted(_units(Band, tables["sensitivity"], names), key=_by_rank)),
        choices=tuple(_choices(tables["sensitivity_choices"])),
        signalled=tuple(found for found in charted if found.latest.signal),
        charted=len(charted),
    )


def _of(frame: pl.DataFrame, league: League) -> pl.DataFrame:
    return frame.filter(pl.col("league") == league.name)


def _funnels(
    content: Content, funnels: pl.DataFrame, names: Mapping[str, str]
) -> Iterable[tuple[Indicator, tuple[Point, ...]]]:
    ranked = [indicator for indicator in content.method.indicators if indicator.is_ranked]
    for indicator in sorted(ranked, key=lambda indicator: indicator.name != RATES[-1]):
        points = tuple(_units(Point, funnels.filter(indicator=indicator.name), names))
        if points:
            yield indicator, points


def _units(kind: Any, frame: pl.DataFrame, names: Mapping[str, str]) -> list[Any]:  # noqa: ANN401
    """Rows of units as values of a kind; it has the columns as fields, and the unit's name."""
    columns = [name for name in kind.__dataclass_fields__ if name not in ("code", "name")]
    return [
        kind(code=row["unit_code"], name=names[row["unit_code"]], **{n: row[n] for n in columns})
        for row in frame.iter_rows(named=True)
        if row["unit_code"] in names
    ]


def _choices(frame: pl.DataFrame) -> Iterable[Choice]:
    columns = list(Choice.__dataclass_fields__)
    for row in frame.select(columns).iter_rows(named=True):
        yield Choice(**row)


def _series(content: Content, names: Mapping[str, str]) -> list[Series]:
    """Series with limits in their newest month, in order of indicator and unit."""
    indicators = {indicator.name: indicator for indicator in content.method.indicators}
    of_league = content.comparisons["control_charts"].filter(pl.col("unit_code").is_in(list(names)))
    found = []
    for (indicator, code), rows in of_league.group_by(
        ["indicator", "unit_code"], maintain_order=True
    ):
        months = tuple(_months(rows))
        if months and str(indicator) in indicators:
            series = Series(str(code), names[str(code)], indicators[str(indicator)], months)
            found.append(series)
    order = list(indicators)
    return sorted(found, key=lambda series: (order.index(series.indicator.name), series.code))


def _months(rows: pl.DataFrame) -> Iterable[Month]:
    for row in rows.sort("series_month").iter_rows(named=True):
        if row["centre"] is not None:
            yield Month(
                month=row["series_month"],
                value=row["value"],
                centre=row["centre"],
                lower=row["lower"],
                upper=row["upper"],
                signal=row["signal"],
                starts_anew=row["is_rebased"],
            )


def _by_rank(band: Band) -> tuple[int, str]:
    return (band.rank, band.code)
