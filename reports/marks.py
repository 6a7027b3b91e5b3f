"""The marks that charts put on a sheet: dots with limits, three rates, arrows, and the axis.

Here belongs how a value looks. Not here: the sheet itself (drawing), or which values a chart shows
(charts).
"""

from collections.abc import Sequence

from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from pipeline.methods import Indicator
from reports import drawing
from reports.drawing import Sheet
from reports.leagues import Standing
from reports.words import Language

RATES = {
    "on_time_of_finished": ("o", drawing.ORANGE, "●"),
    "on_time_766": ("s", drawing.GREEN, "■"),
    "due_on_time": ("D", drawing.BLUE, "◆"),
}
"""Shape and colour of each on-time rate, and the same shape as a letter."""

_TICKS = 6
_MISSING = float("nan")
"""Matplotlib draws nothing there."""


def ends(values: Sequence[float | None]) -> tuple[float, float]:
    """Ends of the axis: all values with some room; not from zero, as dots have no length."""
    known = [value for value in values if value is not None]
    if not known:
        return (0.0, 1.0)
    lowest, highest = min(known), max(known)
    room = (highest - lowest) * 0.04 or 0.01 * abs(highest) or 0.01
    return (lowest - room, highest + room)


def dots(sheet: Sheet, standings: Sequence[Standing]) -> None:
    """A dot for the value, hollow where provisional, and a line between its limits.

    A line with one limit runs to the edge of the chart on the other side.
    """
    left, right = sheet.axes.get_xlim()
    limited = [
        (y, left if s.lower is None else s.lower, right if s.upper is None else s.upper)
        for y, s in enumerate(standings)
        if s.lower is not None or s.upper is not None
    ]
    if limited:
        ys, lowers, uppers = zip(*limited, strict=True)
        sheet.axes.hlines(ys, lowers, uppers, color=drawing.BLUE, linewidth=1.6, zorder=2)
    for is_hollow in (False, True):
        shown = [(y, s) for y, s in enumerate(standings) if s.is_provisional == is_hollow]
        sheet.axes.plot(
            [_known(s.value) for _, s in shown], [y for y, _ in shown], "o", markersize=6,
            markerfacecolor="white" if is_hollow else drawing.BLUE,
            markeredgecolor=drawing.BLUE, markeredgewidth=1.4, zorder=3,
        )  # fmt: skip


def rates(sheet: Sheet, rows: Sequence[Sequence[Standing]], names: Sequence[str]) -> None:
    """For each unit its rates as marks of different shape and colour, joined by a thin line."""
    for y, row in enumerate(rows):
        values = [_known(standing.value) for standing in row]
        sheet.axes.plot(
            [min(values), max(values)], [y, y], color=drawing.QUIET, linewidth=1, zorder=2
        )
    for place, name in enumerate(names):
        shape, colour, _ = RATES[name]
        sheet.axes.plot(
            [_known(row[place].value) for row in rows], range(len(rows)), shape, color=colour,
            markersize=5.5, markeredgecolor="white", markeredgewidth=0.6, zorder=3,
        )  # fmt: skip


def arrows(sheet: Sheet, standings: Sequence[Standing]) -> None:
    """A hollow circle for last month, an arrow to this month; strong where it has changed."""
    for y, standing in enumerate(standings):
        colour = drawing.BLUE if standing.has_changed else drawing.QUIET
        before, now = _known(standing.previous_value), _known(standing.value)
        sheet.axes.annotate(
            "",
            xy=(now, y),
            xytext=(before, y),
            arrowprops={
                "arrowstyle": "-|>",
                "color": colour,
                "linewidth": 2.0 if standing.has_changed else 1.0,
                "shrinkA": 0,
                "shrinkB": 0,
                "mutation_scale": 9,
            },
            zorder=2,
        )
        circle = Line2D([before], [y], marker="o", markersize=4.5, color=colour, zorder=3)
        circle.set_markerfacecolor("white")
        sheet.axes.add_line(circle)


def axis(sheet: Sheet, indicator: Indicator, language: Language) -> None:
    """Ticks on round numbers, written the way the language does."""
    locator = MaxNLocator(_TICKS, steps=[1, 2, 5, 10])
    sheet.axes.xaxis.set_major_locator(locator)
    ticks = locator.tick_values(*sheet.axes.get_xlim())
    scale, sign = (100, "%") if indicator.unit == "share" else (1, "")
    step = (ticks[1] - ticks[0]) * scale
    decimals = next((d for d in range(3) if step * 10**d >= 1), 3)

    def write(value: float, _place: int) -> str:
        return language.number(scale * value, decimals) + sign

    sheet.axes.xaxis.set_major_formatter(FuncFormatter(write))


def _known(value: float | None) -> float:
    return _MISSING if value is None else value
