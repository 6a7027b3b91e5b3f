"""Control charts: a unit's own series, and the months that chance does not explain.

Here belong the drawing of a control chart and its description in words. Not here: limits and
signals (pipeline.indices.control_charts), or where the chart stands on a page (bulletin).
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipeline.methods import Indicator
from reports import charts, drawing, lettering, markers, xy_sheet
from reports.charts import Picture
from reports.drawing import Captions, Scale, Sheet, Text
from reports.language import Language
from reports.targets import Target
from reports.xy_sheet import Pad

_SIZE = (4.4, 1.7)
_MOST_TICKS = 8
_LIMITS: dict[str, dict[str, Any]] = {
    "lower": {"color": drawing.QUIET, "linestyle": "--"},
    "upper": {"color": drawing.QUIET, "linestyle": "--"},
    "centre": {"color": drawing.INK},
}
"""The lines beside a series. All values lie within the axis, so nothing has to be clipped."""
_YEAR, _YEAR_LINE, _YEAR_BASE = 0.36, 0.14, 0.03
"""Room right of the newest month for the year of a target, height of its text, and from its
baseline down to the line of the target, in inches."""


@dataclass(frozen=True, slots=True)
class SeriesMonth:
    """A month of a series: its share, centre line and limits, and a signal of the closed list.

    Without enough months there is neither centre nor limit. `is_rebased`: the limits are computed
    anew from this month on, after a merger or another method.
    """

    month: str
    value: float
    centre: float | None
    lower: float | None
    upper: float | None
    signal: str | None
    is_rebased: bool


@dataclass(frozen=True)
class UnitSeries:
    """A unit's months by one indicator, oldest first, and the targets to draw beside them."""

    code: str
    name: str
    indicator: Indicator
    months: tuple[SeriesMonth, ...]
    targets: tuple[Target, ...] = ()

    @property
    def latest(self) -> SeriesMonth:
        """The newest month."""
        return self.months[-1]


def draw_control_chart(
    series: UnitSeries,
    language: Language,
    banner: str = "",
    pad: Pad | None = None,
    stem: str | None = None,
) -> Picture:
    """Draw the series as a line with its centre and limits; months with a signal are marked, and
    targets are lines with their year.

    `stem` begins the name of the picture's file; the usual one has the unit's code.
    """
    sheet = draw_sheet(series, language, banner, pad)
    name = f"{stem or f'series-{series.code.lower()}'}-{series.indicator.name}"
    return charts.make_picture(sheet, name, language)


def draw_sheet(
    series: UnitSeries, language: Language, banner: str = "", pad: Pad | None = None
) -> Sheet:
    """The sheet of draw_control_chart."""
    indicator = series.indicator
    title = f"{series.name}: {language.short_title(indicator)}"
    described = [
        _describe(series, language, banner),
        *_describe_targets(series, language),
    ]
    captions = Captions(title, " ".join(described), ("", ""), banner)
    limits = [v for month in series.months for v in (month.value, month.lower, month.upper)]
    values = [value for value in limits if value is not None]
    wanted = [target.at_least for target in series.targets]
    y = markers.make_scale([*values, *wanted], indicator, language)
    x = _make_month_scale(series, language, room=_YEAR if wanted else 0)
    sheet = xy_sheet.make_sheet(xy_sheet.PlotArea(x, y, *_SIZE), captions, pad)
    _draw_series(sheet, series.months)
    if wanted:
        xs, ys = _lay_end_to_end(x.ends, wanted)
        sheet.axes.plot(xs, ys, ":", color=drawing.INK, linewidth=1.3, zorder=1, clip_on=False)
    return replace(sheet, texts=(*sheet.texts, *_write_years(sheet, series.targets)))


def _lay_end_to_end(
    ends: tuple[float, float], heights: Sequence[float]
) -> tuple[list[float], list[float]]:
    """The x and y of level lines as one line, which is not a number between two."""
    points = [(x, y) for y in heights for x in (*ends, math.nan)]
    return [x for x, _ in points], [y for _, y in points]


def _describe_targets(series: UnitSeries, language: Language) -> Iterator[str]:
    """The targets with their years in one sentence; none without targets."""
    wanted = [
        f"{target.year}: ≥ {language.value(target.at_least, series.indicator)}"
        for target in series.targets
    ]
    if wanted:
        yield language.text("message.targets", targets="; ".join(wanted)) + "."


def _write_years(sheet: Sheet, targets: Sequence[Target]) -> Iterator[Text]:
    """The year of each target above the end of its line, further up where two would overlap."""
    highest = float("inf")
    for target in sorted(targets, key=lambda target: target.at_least):
        x, y = drawing.locate(sheet, sheet.axes.get_xlim()[1], target.at_least)
        highest = min(y - _YEAR_BASE, highest - _YEAR_LINE)
        yield Text(str(target.year), x, highest, "end", lettering.SMALL)


def _draw_series(sheet: Sheet, months: Sequence[SeriesMonth]) -> None:
    axes = sheet.axes
    for first, after in _find_spans(months):
        xs = list(range(first, after))
        span = months[first:after]
        for name, look in _LIMITS.items():
            limits = [getattr(month, name) for month in span]
            if None not in limits:
                axes.plot(xs, limits, linewidth=1, zorder=1, clip_on=False, **look)
        values = [month.value for month in span]
        axes.plot(xs, values, color=drawing.BLUE, linewidth=1.3, zorder=2, clip_on=False)
        if first:
            axes.axvline(first - 0.5, color=drawing.ORANGE, linewidth=1.4, zorder=1)
    # The line shows the other months: a mark on each would be half of the file.
    last = len(months) - 1
    for has_signal, colour, size in ((False, drawing.BLUE, 3.5), (True, drawing.VERMILION, 6.0)):
        shown = [
            (x, month.value)
            for x, month in enumerate(months)
            if bool(month.signal) == has_signal and (has_signal or x == last)
        ]
        axes.plot(
            [x for x, _ in shown], [value for _, value in shown], "D" if has_signal else "o",
            color=colour, markersize=size, markeredgecolor="white", markeredgewidth=0.5, zorder=3,
            clip_on=False,
        )  # fmt: skip


def _find_spans(months: Sequence[SeriesMonth]) -> list[tuple[int, int]]:
    """First place of each run of months with the same limits, and the place after the run."""
    starts = [0, *(x for x, month in enumerate(months) if x and month.is_rebased)]
    return list(zip(starts, [*starts[1:], len(months)], strict=True))


def _make_month_scale(series: UnitSeries, language: Language, room: float) -> Scale:
    """The months, and as many inches of room right of them."""
    step = max(1, -(-len(series.months) // _MOST_TICKS))
    ticks = {
        float(x): language.short_month(month.month)
        for x, month in enumerate(series.months)
        if (len(series.months) - 1 - x) % step == 0
    }
    width = len(series.months) * _SIZE[0] / (_SIZE[0] - room)
    return Scale((-0.5, width - 0.5), ticks)


def _describe(series: UnitSeries, language: Language, banner: str) -> str:
    first, last = series.months[0], series.latest
    key = "control.span" if last.centre is not None else "control.span_without_centre"
    parts = [
        language.text(
            key,
            first=language.month(first.month),
            last=language.month(last.month),
            value=language.value(last.value, series.indicator),
            centre=language.value(last.centre, series.indicator),
        )
    ]
    if last.centre is None:
        return drawing.join_words(parts, banner)
    signals = [month for month in series.months if month.signal]
    parts.append(language.text("control.signals", count=len(signals)))
    if last.signal:
        parts.append(language.text(f"signal.{last.signal}") + ".")
    return drawing.join_words(parts, banner)
