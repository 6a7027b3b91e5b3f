"""Control charts: a unit's own series, and the months that chance does not explain.

Here belongs how such a chart is drawn and said. Not here: limits and signals
(pipeline.indices.control_charts), or where it stands on a page (bulletin).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.methods import Indicator
from reports import charts, drawing, marks, planes
from reports.charts import Picture
from reports.drawing import Scale, Sheet, Words
from reports.words import Language

_SIZE = (4.4, 1.7)
_MOST_TICKS = 8


@dataclass(frozen=True)
class Month:
    """A month of a series: its share, centre line and limits, and a signal of the closed list.

    `starts_anew`: the limits are reckoned afresh from here, after a merger or another method.
    """

    month: str
    value: float
    centre: float
    lower: float
    upper: float
    signal: str | None
    starts_anew: bool


@dataclass(frozen=True)
class Series:
    """A unit's months by one indicator, oldest first."""

    code: str
    name: str
    indicator: Indicator
    months: tuple[Month, ...]

    @property
    def latest(self) -> Month:
        """The newest month."""
        return self.months[-1]


def picture(series: Series, language: Language, banner: str = "") -> Picture:
    """The series as a line with its centre and limits; months with a signal are marked."""
    indicator = series.indicator
    title = f"{series.name}: {language.short_title(indicator)}"
    words = Words(title, _description(series, language, banner), ("", ""), banner)
    values = [v for month in series.months for v in (month.value, month.lower, month.upper)]
    y = marks.scale(values, indicator, language)
    sheet = planes.sheet(planes.Plane(_months(series, language), y, *_SIZE), words)
    _draw(sheet, series.months)
    return charts.picture(sheet, f"series-{indicator.name}-{series.code.lower()}", language)


def _draw(sheet: Sheet, months: Sequence[Month]) -> None:
    axes = sheet.axes
    for first, after in _spans(months):
        xs = list(range(first, after))
        span = months[first:after]
        for name in ("lower", "upper"):
            limits = [getattr(month, name) for month in span]
            axes.plot(xs, limits, color=drawing.QUIET, linewidth=1, linestyle="--", zorder=1)
        centres = [month.centre for month in span]
        axes.plot(xs, centres, color=drawing.INK, linewidth=1, zorder=1)
        values = [month.value for month in span]
        axes.plot(xs, values, color=drawing.BLUE, linewidth=1.3, zorder=2)
        if first:
            axes.axvline(first - 0.5, color=drawing.ORANGE, linewidth=1.4, zorder=1)
    for has_signal, colour, size in ((False, drawing.BLUE, 3.5), (True, drawing.VERMILION, 6.0)):
        shown = [(x, m.value) for x, m in enumerate(months) if bool(m.signal) == has_signal]
        axes.plot(
            [x for x, _ in shown], [value for _, value in shown], "D" if has_signal else "o",
            color=colour, markersize=size, markeredgecolor="white", markeredgewidth=0.5, zorder=3,
        )  # fmt: skip


def _spans(months: Sequence[Month]) -> list[tuple[int, int]]:
    """First place and the place after the last of each run with limits of its own."""
    starts = [0, *(x for x, month in enumerate(months) if x and month.starts_anew)]
    return list(zip(starts, [*starts[1:], len(months)], strict=True))


def _months(series: Series, language: Language) -> Scale:
    step = max(1, -(-len(series.months) // _MOST_TICKS))
    ticks = {
        float(x): language.short_month(month.month)
        for x, month in enumerate(series.months)
        if (len(series.months) - 1 - x) % step == 0
    }
    return Scale((-0.5, len(series.months) - 0.5), ticks)


def _description(series: Series, language: Language, banner: str) -> str:
    first, last = series.months[0], series.latest
    parts = [
        language.text(
            "control.span",
            first=language.month(first.month),
            last=language.month(last.month),
            value=language.value(last.value, series.indicator),
            centre=language.value(last.centre, series.indicator),
        )
    ]
    signals = [month for month in series.months if month.signal]
    parts.append(language.text("control.signals", count=len(signals)))
    if last.signal:
        parts.append(language.text(f"signal.{last.signal}") + ".")
    return " ".join([banner + ".", *parts] if banner else parts)
