"""What compares units beyond their ranks of a month: ranks of the months before, funnels, case mix,
sensitivity, control charts.

Here belongs reading an edition's tables of comparisons, league by league, into values that pages
and charts show. Not here: how comparisons are computed (pipeline), ranks and limits (leagues).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

import polars as pl

from pipeline import months
from pipeline.bulletin import Content
from pipeline.methods import Indicator
from pipeline.rankings.sensitivity import OTHER_SHARE
from reports.control_charts import SeriesMonth, UnitSeries
from reports.funnels import FunnelPoint
from reports.leagues import RATES, League, Standing
from reports.months_chart import MOST_MONTHS, MonthsOfLeague, UnitMonths
from reports.ranks_by_month import RanksOfLeague, UnitRanks


@dataclass(frozen=True)
class CaseMix:
    """A unit's late dossiers beside the number expected from its procedures and channels.

    `ratio` is late / expected; the ratio, its limits and the ranks are None where there is too
    little to compare with.
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
class RankBand:
    """The ranks of a unit under the middle 90 % of the choices that the method could make.

    `other_share_rank` is the rank, were satisfaction that of all who were served where it is of
    those who answered, or the other way round; None where that is known of no unit.
    """

    code: str
    name: str
    rank: int
    rank_5: int
    rank_95: int
    other_share_rank: int | None


@dataclass(frozen=True)
class Choice:
    """A choice of the method: over what it was varied, and its part in the shift of ranks.

    `varied_over` None: the choice was not varied, and `first_order` and `total` are None too.
    """

    choice: str
    varied_over: str | None
    first_order: float | None
    total: float | None
    mean_shift: float | None


@dataclass(frozen=True)
class Comparisons:
    """The comparisons of one league; any of them may be empty.

    `funnels` are by indicator, the rate of the dossiers due first. `signalled_series` are the
    series with a signal in the edition's month; `charted_count` counts all series with a chart.
    """

    funnels: tuple[tuple[Indicator, tuple[FunnelPoint, ...]], ...]
    case_mix: tuple[CaseMix, ...]
    rank_bands: tuple[RankBand, ...]
    choices: tuple[Choice, ...]
    signalled_series: tuple[UnitSeries, ...]
    charted_count: int

    @property
    def varied_choices(self) -> tuple[Choice, ...]:
        """The choices that were varied together."""
        return tuple(
            each for each in self.choices if each.varied_over and each.choice != OTHER_SHARE
        )

    @property
    def has_other_share(self) -> bool:
        """Whether ranks with the other satisfaction share are known."""
        return any(band.other_share_rank is not None for band in self.rank_bands)

    @property
    def displaced(self) -> tuple[RankBand, ...]:
        """The units that would have another rank with the other satisfaction share, the most moved
        first.
        """
        moves = {
            band: abs(band.other_share_rank - band.rank)
            for band in self.rank_bands
            if band.other_share_rank is not None
        }
        return tuple(sorted(filter(moves.get, moves), key=lambda band: (-moves[band], band.code)))

    @property
    def fixed_choices(self) -> tuple[Choice, ...]:
        """The choices that were not varied."""
        return tuple(choice for choice in self.choices if not choice.varied_over)

    @property
    def is_mix_comparable(self) -> bool:
        """Whether any unit handles procedures that another unit of the league handles too."""
        return any(unit.ratio is not None for unit in self.case_mix)

    @property
    def moved_units(self) -> tuple[CaseMix, ...]:
        """The units that have another rank with the same case mix, the most moved first."""
        moved = [unit for unit in self.case_mix if unit.moved_by_mix]
        return tuple(sorted(moved, key=lambda unit: (-abs(unit.moved_by_mix or 0), unit.code)))


def read_comparisons(content: Content, league: League) -> Comparisons:
    """The comparisons of a league, its units named as in its standings."""
    names = league.names
    tables = {
        name: _select_league(frame, league)
        for name, frame in content.comparisons.items()
        if "league" in frame.columns
    }
    series = read_control_charts(content, names)
    charted = [found for found in series if found.latest.month == content.month]
    return Comparisons(
        funnels=tuple(_read_funnels(content, tables["funnels"], names)),
        case_mix=tuple(_read_units(CaseMix, tables["case_mix"], names)),
        rank_bands=tuple(
            sorted(_read_units(RankBand, tables["sensitivity"], names), key=_rank_key)
        ),
        choices=tuple(_read_choices(tables["sensitivity_choices"])),
        signalled_series=tuple(found for found in charted if found.latest.signal),
        charted_count=len(charted),
    )


def _select_league(frame: pl.DataFrame, league: League) -> pl.DataFrame:
    return frame.filter(pl.col("league") == league.name)


def _read_funnels(
    content: Content, funnels: pl.DataFrame, names: Mapping[str, str]
) -> Iterable[tuple[Indicator, tuple[FunnelPoint, ...]]]:
    by_indicator = {str(name): rows for (name,), rows in funnels.group_by("indicator")}
    ranked = [indicator for indicator in content.method.indicators if indicator.is_ranked]
    for indicator in sorted(ranked, key=lambda indicator: indicator.name != RATES[-1]):
        rows = by_indicator.get(indicator.name)
        points = () if rows is None else tuple(_read_units(FunnelPoint, rows, names))
        if points:
            yield indicator, points


def _read_units(kind: Any, frame: pl.DataFrame, names: Mapping[str, str]) -> list[Any]:  # noqa: ANN401
    """The rows of units as values of a class: its fields are the columns, and the unit's name."""
    columns = [name for name in kind.__dataclass_fields__ if name not in ("code", "name")]
    return [
        kind(code=row["unit_code"], name=names[row["unit_code"]], **{n: row[n] for n in columns})
        for row in frame.iter_rows(named=True)
        if row["unit_code"] in names
    ]


def _read_choices(frame: pl.DataFrame) -> Iterable[Choice]:
    columns = list(Choice.__dataclass_fields__)
    for row in frame.select(columns).iter_rows(named=True):
        yield Choice(**row)


def read_control_charts(
    content: Content, names: Mapping[str, str], indicators: Collection[str] | None = None
) -> list[UnitSeries]:
    """Series with limits in their newest month, in order of indicator and unit; of some
    `indicators` alone, if they are named.
    """
    by_name = {
        each.name: each
        for each in content.method.indicators
        if indicators is None or each.name in indicators
    }
    rows = (
        content.comparisons["control_charts"]
        .filter(
            pl.col("unit_code").is_in(list(names)),
            pl.col("indicator").is_in(list(by_name)),
            pl.col("centre").is_not_null(),
        )
        .select("indicator", "unit_code", *_OF_MONTH)
        .sort("indicator", "unit_code", "series_month")
    )
    found = [
        UnitSeries(code, names[code], by_name[name], tuple(SeriesMonth(*row[2:]) for row in months))
        for (name, code), months in groupby(rows.iter_rows(), itemgetter(0, 1))
    ]
    order = list(by_name)
    return sorted(found, key=lambda series: (order.index(series.indicator.name), series.code))


_OF_MONTH = ("series_month", "value", "centre", "lower", "upper", "signal", "is_rebased")


def read_months(content: Content, league: League, indicator: Indicator) -> MonthsOfLeague:
    """The last months of the units of a league, on today's boundaries, in the league's order.

    Months before the first value of any unit are left out, and units without any value.
    """
    of_indicator = {"indicator": indicator.name}
    codes = [standing.code for standing in league.standings(indicator.name)]
    is_in_league = pl.col("unit_code").is_in(codes)
    series = content.comparisons["series"].filter(is_in_league, basis="restated", **of_indicator)
    limited = content.comparisons["control_charts"].filter(is_in_league, **of_indicator)
    known_months = tuple(sorted(set(series["series_month"]))[-MOST_MONTHS:])
    month_of = ("unit_code", "series_month")
    values = {(c, m): v for c, m, v in series.select(*month_of, "value").iter_rows()}
    limits = {
        (code, month): ((lower, upper), signal)
        for code, month, lower, upper, signal in limited.select(
            *month_of, "lower", "upper", "signal"
        ).iter_rows()
        if lower is not None and upper is not None
    }
    units = []
    for standing in league.standings(indicator.name):
        places = [(standing.code, month) for month in known_months]
        found = tuple(values.get(place) for place in places)
        if any(value is not None for value in found):
            pairs = tuple(limits[place][0] if place in limits else None for place in places)
            signal = limits[places[-1]][1] if places[-1] in limits else None
            units.append(UnitMonths(standing.code, standing.name, found, pairs, signal))
    return MonthsOfLeague(indicator, known_months, tuple(units))


def read_ranks(content: Content, league: League, indicator: Indicator) -> RanksOfLeague | None:
    """The ranks of a league's units in the last months, in the order of the league.

    None where the edition has none. Units that have left the league since are left out.
    """
    rows = content.comparisons["ranks_by_month"].filter(
        league=league.name, indicator=indicator.name
    )
    if rows.is_empty():
        return None
    of_month = rows.select("series_month", "ranked_units", "method_version", "is_break").unique()
    known = {month: tuple(rest) for month, *rest in of_month.iter_rows()}
    span = tuple(months.span(min(known), max(known)))
    unknown = (0, None, False)
    counts, versions, breaks = zip(*(known.get(month, unknown) for month in span), strict=True)
    columns = ("rank", "rank_lower", "rank_upper", "note")
    ranks = {
        (row["unit_code"], row["series_month"]): {name: row[name] for name in columns}
        for row in rows.iter_rows(named=True)
    }
    units = tuple(
        UnitRanks(
            standing.code,
            standing.name,
            tuple(
                Standing(
                    standing.code, standing.name, None, **ranks.get((standing.code, month), {})
                )
                for month in span
            ),
        )
        for standing in league.standings(indicator.name)
    )
    return RanksOfLeague(indicator, span, counts, versions, breaks, units)


def _rank_key(band: RankBand) -> tuple[int, str]:
    return (band.rank, band.code)
