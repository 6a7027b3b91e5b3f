"""A sheet with two axes: funnels and control charts.

Here belong its layout, its ticks, and labels that do not cover each other. Not here: what is drawn
and written on it (funnels, control_charts), the sheets of rankings (drawing).
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reports import drawing, lettering
from reports.drawing import GRID, QUIET, Captions, Scale, Sheet, Text
from reports.lettering import FONT, SMALL

_LEFT, _RIGHT, _BOTTOM = 0.62, 0.12, 0.46
_TOP = 0.3
_TICK_X, _TICK_Y = 0.16, 0.06
_LABEL = 0.34
_LINE = 0.14
"""Height of a label, in inches."""
_BESIDE = 0.07


@dataclass(frozen=True)
class PlotArea:
    """The part of a sheet where markers go: its x and y axis, and its size in inches."""

    x: Scale
    y: Scale
    width: float = 5.6
    height: float = 3.2
    has_log_x: bool = False


class Pad:
    """A figure that is drawn on again and again: a new one takes longer than what is on it.

    Each sheet of a pad ends with the next one.
    """

    def __init__(self) -> None:
        with rc_context(drawing.SETTINGS):
            self._figure = Figure()
            self._axes = self._figure.add_axes((0, 0, 1, 1))
            self._axes.set_axis_off()

    def take(
        self, size: tuple[float, float], place: tuple[float, float, float, float]
    ) -> tuple[Figure, Axes]:
        """The figure without what was drawn on it, in this size, with its axes at this place."""
        for artist in (*self._axes.lines, *self._axes.collections, *self._figure.artists):
            artist.remove()
        for patch in list(self._figure.patches):
            patch.remove()
        self._figure.set_size_inches(size)
        self._axes.set_position(place)
        return self._figure, self._axes


def make_sheet(area: PlotArea, captions: Captions, pad: Pad | None = None) -> Sheet:
    """A sheet without markers; `captions.heads` are the labels of the x and the y axis.

    It is a sheet of the pad where there is one.
    """
    width = _LEFT + area.width + _RIGHT
    title, title_height = drawing.place_title(captions, width)
    top = _TOP + title_height
    height = top + area.height + _BOTTOM
    with rc_context(drawing.SETTINGS):
        place = (_LEFT / width, _BOTTOM / height, area.width / width, area.height / height)
        figure, axes = (pad or Pad()).take((width, height), place)
        if area.has_log_x:
            axes.set_xscale("log")
        axes.set_xlim(*area.x.ends)
        axes.set_ylim(*area.y.ends)
        axes.plot(*_make_grid(area), color=GRID, linewidth=0.6, zorder=0, clip_on=False)
        drawing.draw_banner(figure, captions.banner)
    drawn = Sheet(figure, axes, captions, tuple(title))
    return replace(drawn, texts=(*drawn.texts, *_place_ticks(drawn, area)))


def _make_grid(area: PlotArea) -> tuple[list[float], list[float]]:
    """The x and y of all lines of the grid as one line, which is not a number between two."""
    upright = [(at, end) for at in area.x.ticks for end in (*area.y.ends, math.nan)]
    level = [(end, at) for at in area.y.ticks for end in (*area.x.ends, math.nan)]
    return [x for x, _ in upright + level], [y for _, y in upright + level]


def add_labels(drawn: Sheet, points: Iterable[tuple[str, float, float]]) -> Sheet:
    """The sheet with a name beside each point where there is room for it; `points` are names with
    x and y, the most important first.

    A name that would cover an earlier name or leave the sheet is left out: the table has it.
    """
    taken: list[tuple[float, float, float, float]] = []
    texts: list[Text] = []
    for name, x, y in points:
        for text, box in _place_beside(name, *drawing.locate(drawn, x, y)):
            is_within = box[0] >= 0 and box[2] <= drawn.figure.get_figwidth()
            if is_within and not any(_is_overlapping(box, other) for other in taken):
                taken.append(box)
                texts.append(text)
                break
    return replace(drawn, texts=(*drawn.texts, *texts))


def _place_beside(
    name: str, x: float, y: float
) -> Iterator[tuple[Text, tuple[float, float, float, float]]]:
    """The name to the right of a point, then to the left of it, each with the box that it fills."""
    long = lettering.measure_width(name) * SMALL / FONT
    upper, lower = y - _LINE / 2, y + _LINE / 2
    base = y + drawing.MIDDLE
    right, left = x + _BESIDE, x - _BESIDE
    yield Text(name, right, base, "start", SMALL), (right, upper, right + long, lower)
    yield Text(name, left, base, "end", SMALL), (left - long, upper, left, lower)


def _is_overlapping(one: Sequence[float], other: Sequence[float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _place_ticks(drawn: Sheet, area: PlotArea) -> Iterator[Text]:
    foot = drawing.locate(drawn, area.x.ends[0], area.y.ends[0])[1]
    for at, written in area.x.ticks.items():
        yield Text(
            written,
            drawing.locate(drawn, at, area.y.ends[0])[0],
            foot + _TICK_X,
            "middle",
            SMALL,
            QUIET,
        )
    for at, written in area.y.ticks.items():
        left, up = drawing.locate(drawn, area.x.ends[0], at)
        yield Text(written, left - _TICK_Y, up + drawing.MIDDLE, "end", SMALL, QUIET)
    x_label, y_label = drawn.captions.heads
    middle = _LEFT + area.width / 2
    yield Text(x_label, middle, foot + _LABEL, "middle", SMALL, QUIET)
    top = drawing.locate(drawn, area.x.ends[0], area.y.ends[1])[1]
    yield Text(y_label, drawing.EDGE, top - 0.1, "start", SMALL, QUIET)
