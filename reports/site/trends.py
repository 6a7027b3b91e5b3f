"""The trend of units: their months by the indicators that a page draws, and what these say.

Here belongs the choice of the series of a unit: with control limits where there are enough months,
else the months alone; and how its newest month stands to its limits and to the target. Not here:
limits and signals (pipeline.indices.control_charts), how a series is drawn (control_charts).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import polars as pl

from pipeline.bulletin import Content
from reports.comparisons import read_control_charts
from reports.control_charts import SeriesMonth, UnitSeries
from reports.leagues import RATES
from reports.targets import Target, find_in_force, find_targets

DRAWN = (RATES[-1], "satisfied_share")
"""The indicators whose months are drawn for each unit: what citizens are promised and what they
say. The others are in the unit's own data."""


UPWARD = ("above_limit", "seven_rising", "seven_above", "two_of_three_above")
"""The signals of a value that is higher than usual, or rises; the others are of lower ones."""


@dataclass(frozen=True)
class Trend:
    """A series with its targets, and what its newest month says, as icons and words show it.

    `variation` is `improving` or `concerning` where the month has a signal, else `usual`; None
    without limits. `target` is the one in force, and `assurance` says whether the limits of the
    month lie above it (`met`), below it (`missed`) or on both sides (`unsure`); None without limits
    or target.
    """

    series: UnitSeries
    target: Target | None
    variation: str | None
    assurance: str | None

    @property
    def is_rising(self) -> bool:
        """Whether the signal of the newest month is of a higher or rising value."""
        return self.series.latest.signal in UPWARD


def read_trend(series: UnitSeries) -> Trend:
    """The trend of a series, which gets the targets of its indicator."""
    targets = find_targets(series.indicator)
    target = find_in_force(targets, series.latest.month)
    return Trend(
        replace(series, targets=targets),
        target,
        _judge_variation(series),
        _judge_assurance(series, target),
    )


def _judge_variation(series: UnitSeries) -> str | None:
    latest = series.latest
    if latest.centre is None:
        return None
    if latest.signal is None:
        return "usual"
    is_better = (latest.signal in UPWARD) == (series.indicator.better == "higher")
    return "improving" if is_better else "concerning"


def _judge_assurance(series: UnitSeries, target: Target | None) -> str | None:
    lower, upper = series.latest.lower, series.latest.upper
    if target is None or lower is None or upper is None:
        return None
    return target.judge(lower, upper)


def read_trends(content: Content, names: Mapping[str, str]) -> dict[str, list[Trend]]:
    """By unit, the trends of its series of DRAWN up to the edition's month, of at least two months.

    `names` has the units by code. A series without control limits is on the boundaries of the
    edition's month.
    """
    charts = read_control_charts(content, names, DRAWN)
    found = {
        (series.code, series.indicator.name): series
        for series in charts
        if series.latest.month == content.month
    }
    for series in _read_months(content, names, found):
        if series.latest.month == content.month:
            found[series.code, series.indicator.name] = series
    by_unit: dict[str, list[Trend]] = defaultdict(list)
    for key in sorted(found, key=lambda key: (key[0], DRAWN.index(key[1]))):
        if len(found[key].months) > 1:
            by_unit[key[0]].append(read_trend(found[key]))
    return by_unit


def _read_months(
    content: Content, names: Mapping[str, str], charted: Collection[tuple[str, str]]
) -> list[UnitSeries]:
    """The restated series without limits, but for the `charted` (unit and indicator)."""
    key = ["unit_code", "indicator"]
    known = pl.DataFrame(list(charted), dict.fromkeys(key, pl.String()), orient="row")
    indicators = {each.name: each for each in content.method.indicators if each.name in DRAWN}
    rows = (
        content.comparisons["series"]
        .filter(
            pl.col("basis") == "restated",
            pl.col("indicator").is_in(list(indicators)),
            pl.col("value").is_not_null(),
            pl.col("unit_code").is_in(list(names)),
        )
        .join(known, on=key, how="anti")
        .sort(*key, "series_month")
    )
    return [
        UnitSeries(
            str(code),
            names[str(code)],
            indicators[str(name)],
            tuple(
                SeriesMonth(month, value, None, None, None, None, is_rebased=False)
                for month, value in group.select("series_month", "value").iter_rows()
            ),
        )
        for (code, name), group in rows.group_by(["unit_code", "indicator"], maintain_order=True)
    ]
