"""The markers that charts draw on a sheet: dots with limits, three rates, arrows; and the scale.

Here belongs what a value looks like. Not here: the sheet itself (drawing), or which values a chart
shows (charts).
"""

from collections.abc import Sequence

from matplotlib.patches import FancyArrowPatch
from matplotlib.ticker import MaxNLocator

from pipeline.methods import Indicator
from reports import drawing
from reports.drawing import Sheet
from reports.language import Language
from reports.leagues import Standing

RATES = {
    "on_time_of_finished": ("o", drawing.ORANGE, "●"),
    "on_time_766": ("s", drawing.GREEN, "■"),
    "due_on_time": ("D", drawing.BLUE, "◆"),
}
"""Matplotlib's marker and the colour of each on-time rate, and the marker's shape as a letter."""

_TICKS = 6
_NAN = float("nan")
"""Matplotlib draws nothing there."""


def draw_dots(sheet: Sheet, standings: Sequence[Standing]) -> None:
    """Draw a dot for each value, hollow where provisional, and a line between its limits.

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
            [_value_or_nan(s.value) for _, s in shown], [y for y, _ in shown], "o", markersize=6,
            markerfacecolor="white" if is_hollow else drawing.BLUE,
            markeredgecolor=drawing.BLUE, markeredgewidth=1.4, zorder=3,
        )  # fmt: skip


def draw_rates(sheet: Sheet, rows: Sequence[Sequence[Standing]], names: Sequence[str]) -> None:
    """Draw the rates of each unit as markers of different shape and colour, and a thin line from
    the lowest to the highest.
    """
    values = [[_value_or_nan(standing.value) for standing in row] for row in rows]
    lowest, highest = [min(row) for row in values], [max(row) for row in values]
    ys = range(len(rows))
    sheet.axes.hlines(ys, lowest, highest, color=drawing.QUIET, linewidth=1, zorder=2)
    for place, name in enumerate(names):
        shape, colour, _ = RATES[name]
        sheet.axes.plot(
            [row[place] for row in values], ys, shape, color=colour,
            markersize=5.5, markeredgecolor="white", markeredgewidth=0.6, zorder=3,
        )  # fmt: skip


def draw_arrows(sheet: Sheet, standings: Sequence[Standing]) -> None:
    """Draw a hollow circle for last month and an arrow to this month, in strong colour where the
    value has changed.
    """
    for has_changed, colour, width in ((False, drawing.QUIET, 1.0), (True, drawing.BLUE, 2.0)):
        shown = [(y, s) for y, s in enumerate(standings) if s.has_changed == has_changed]
        for y, s in shown:
            ends = (_value_or_nan(s.previous_value), y), (_value_or_nan(s.value), y)
            sheet.axes.add_patch(
                FancyArrowPatch(
                    *ends, arrowstyle="-|>", color=colour, linewidth=width,
                    shrinkA=0, shrinkB=0, mutation_scale=9, zorder=2,
                )
            )  # fmt: skip
        sheet.axes.plot(
            [_value_or_nan(s.previous_value) for _, s in shown], [y for y, _ in shown], "o",
            markersize=4.5, color=colour, markerfacecolor="white", zorder=3,
        )  # fmt: skip


def make_scale(
    values: Sequence[float | None], indicator: Indicator, language: Language
) -> drawing.Scale:
    """An axis with room for all values, and ticks on round numbers, written as the language does.

    The axis does not begin at zero: a dot shows a place and no length.
    """
    ends = _find_ends(values)
    places = MaxNLocator(_TICKS, steps=[1, 2, 5, 10]).tick_values(*ends)
    factor, sign = (100, "%") if indicator.unit == "share" else (1, "")
    step = (places[1] - places[0]) * factor
    decimals = next((d for d in range(3) if step * 10**d >= 1), 3)
    return drawing.Scale(
        ends,
        {
            float(place): language.number(factor * place, decimals) + sign
            for place in places
            if ends[0] <= place <= ends[1]
        },
    )


def _find_ends(values: Sequence[float | None]) -> tuple[float, float]:
    known = [value for value in values if value is not None]
    if not known:
        return (0.0, 1.0)
    lowest, highest = min(known), max(known)
    room = (highest - lowest) * 0.04 or 0.01 * abs(highest) or 0.01
    return (lowest - room, highest + room)


def _value_or_nan(value: float | None) -> float:
    return _NAN if value is None else value
