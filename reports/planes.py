"""A sheet with two axes: funnels and control charts.

Here belong its layout, its ticks and labels that do not cover each other. Not here: what is drawn
on it and said of it (funnels, control_charts), the sheets of rankings (drawing).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from matplotlib import rc_context
from matplotlib.figure import Figure

from reports import drawing
from reports.drawing import GRID, QUIET, SMALL, Scale, Sheet, Text, Words

_LEFT, _RIGHT, _BOTTOM = 0.62, 0.12, 0.46
_TOP = 0.3
_TICK_X, _TICK_Y = 0.16, 0.06
_LABEL = 0.34
_LINE = 0.14
"""Height of a label."""
_BESIDE = 0.07


@dataclass(frozen=True)
class Plane:
    """The x and the y axis of a sheet, and the size of the part where marks go, in inches."""

    x: Scale
    y: Scale
    width: float = 5.6
    height: float = 3.2
    has_log_x: bool = False


def sheet(plane: Plane, words: Words) -> Sheet:
    """A sheet without marks; `words.heads` are the labels of the x and the y axis."""
    width = _LEFT + plane.width + _RIGHT
    title = drawing.wrapped(words.title, width - 2 * drawing.EDGE)
    banner = drawing.BANNER if words.banner else 0
    top = _TOP + len(title) * drawing.TITLE_LINE + banner
    height = top + plane.height + _BOTTOM
    with rc_context(drawing.SETTINGS):
        figure = Figure(figsize=(width, height))
        place = (_LEFT / width, _BOTTOM / height, plane.width / width, plane.height / height)
        axes = figure.add_axes(place)
        axes.set_axis_off()
        if plane.has_log_x:
            axes.set_xscale("log")
        axes.set_xlim(*plane.x.ends)
        axes.set_ylim(*plane.y.ends)
        axes.vlines(list(plane.x.ticks), *plane.y.ends, color=GRID, linewidth=0.6, zorder=0)
        axes.hlines(list(plane.y.ticks), *plane.x.ends, color=GRID, linewidth=0.6, zorder=0)
        drawing.mark_of_simulation(figure, words.banner)
    drawn = Sheet(figure, axes, words, tuple(drawing.titled(words.banner, title)))
    return replace(drawn, texts=(*drawn.texts, *_ticked(drawn, plane)))


def place(drawn: Sheet, x: float, y: float) -> tuple[float, float]:
    """Where a point of the axes lies on the sheet, in inches from its top left corner."""
    right, up = drawn.axes.transData.transform((x, y)) / drawn.figure.dpi
    return float(right), float(drawn.figure.get_figheight() - up)


def labelled(drawn: Sheet, points: Iterable[tuple[str, float, float]]) -> Sheet:
    """The sheet with a name beside each point, in this order, where there is room for it.

    A name that would cover an earlier one or leave the sheet is left out: the table has it.
    """
    taken: list[tuple[float, float, float, float]] = []
    texts: list[Text] = []
    for name, x, y in points:
        for text, box in _beside(name, *place(drawn, x, y)):
            is_within = box[0] >= 0 and box[2] <= drawn.figure.get_figwidth()
            if is_within and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                texts.append(text)
                break
    return replace(drawn, texts=(*drawn.texts, *texts))


def _beside(
    name: str, x: float, y: float
) -> Iterator[tuple[Text, tuple[float, float, float, float]]]:
    """The name right of a point and left of it, each with the box that it takes."""
    long = drawing.width_of(name) * SMALL / drawing.FONT
    upper, lower = y - _LINE / 2, y + _LINE / 2
    base = y + drawing.MIDDLE
    right, left = x + _BESIDE, x - _BESIDE
    yield Text(name, right, base, "start", SMALL), (right, upper, right + long, lower)
    yield Text(name, left, base, "end", SMALL), (left - long, upper, left, lower)


def _overlap(one: Sequence[float], other: Sequence[float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _ticked(drawn: Sheet, plane: Plane) -> Iterator[Text]:
    foot = place(drawn, plane.x.ends[0], plane.y.ends[0])[1]
    for at, written in plane.x.ticks.items():
        yield Text(
            written, place(drawn, at, plane.y.ends[0])[0], foot + _TICK_X, "middle", SMALL, QUIET
        )
    for at, written in plane.y.ticks.items():
        left, up = place(drawn, plane.x.ends[0], at)
        yield Text(written, left - _TICK_Y, up + drawing.MIDDLE, "end", SMALL, QUIET)
    x_label, y_label = drawn.words.heads
    middle = _LEFT + plane.width / 2
    yield Text(x_label, middle, foot + _LABEL, "middle", SMALL, QUIET)
    top = place(drawn, plane.x.ends[0], plane.y.ends[1])[1]
    yield Text(y_label, drawing.EDGE, top - 0.1, "start", SMALL, QUIET)
