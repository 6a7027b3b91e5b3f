"""The trend of units: their months by the indicators that a page draws.

Here belongs the choice of the series of a unit: with control limits where there are enough months,
else the months alone. Not here: how a series is drawn (control_charts).
"""

from collections import defaultdict
from collections.abc import Mapping

import polars as pl

from pipeline.bulletin import Content
from reports.comparisons import read_control_charts
from reports.control_charts import SeriesMonth, UnitSeries
from reports.leagues import RATES

DRAWN = (RATES[-1], "satisfied_share")
"""The indicators whose months are drawn for each unit: what citizens are promised and what they
say. The others are in the unit's own data."""


def read_trends(content: Content, names: Mapping[str, str]) -> dict[str, list[UnitSeries]]:
    """By unit, its series of DRAWN up to the edition's month, of at least two months.

    `names` has the units by code. A series without control limits is on the boundaries of the
    edition's month.
    """
    found: dict[tuple[str, str], UnitSeries] = {
        (series.code, series.indicator.name): series
        for series in (*_read_months(content, names), *read_control_charts(content, names))
        if series.indicator.name in DRAWN and series.latest.month == content.month
    }
    by_unit: dict[str, list[UnitSeries]] = defaultdict(list)
    for key in sorted(found, key=lambda key: (key[0], DRAWN.index(key[1]))):
        if len(found[key].months) > 1:
            by_unit[key[0]].append(found[key])
    return by_unit


def _read_months(content: Content, names: Mapping[str, str]) -> list[UnitSeries]:
    """The restated series without limits."""
    indicators = {each.name: each for each in content.method.indicators if each.name in DRAWN}
    rows = (
        content.comparisons["series"]
        .filter(
            pl.col("basis") == "restated",
            pl.col("indicator").is_in(list(indicators)),
            pl.col("value").is_not_null(),
            pl.col("unit_code").is_in(list(names)),
        )
        .sort("unit_code", "indicator", "series_month")
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
