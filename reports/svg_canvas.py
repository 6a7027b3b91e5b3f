"""A canvas for Matplotlib whose SVG is small: what a figure draws, and nothing that says nothing.

Matplotlib's own SVG names every group, repeats the style of every line, and writes each place to a
hundredth of a point or more. Here places are tenths of a point, which no one can see, each is
written as the way from the one before, and neighbours of the same style share one style. Here
belong paths and their styles. Not here: text, title and description (drawing), what is drawn
(charts).
"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby
from typing import Any

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, Transform

from reports.lettering import POINTS

_STEPS = 10
"""Steps of a place to the point."""
_CAPS = {"butt": "", "projecting": "square", "round": "round"}
"""Matplotlib's ends of lines, and SVG's; the first is the usual one."""
_COMMANDS = {Path.LINETO: "l", Path.CURVE3: "q", Path.CURVE4: "c"}

Style = tuple[tuple[str, str], ...]
"""Attributes of SVG that say how a path looks."""
Steps = tuple[int, ...]
"""x and y of one place or more, in steps."""


def write_paths(figure: Figure) -> Iterator[str]:
    """What the figure draws as elements of SVG, whose unit is the point, from the back to the
    front. The same figure gives the same elements.
    """
    dots_per_inch = figure.dpi
    figure.dpi = POINTS
    try:
        canvas = _Canvas(figure)
        figure.draw(canvas)
    finally:
        figure.dpi = dots_per_inch
    for number, clip in enumerate(canvas.clips):
        yield f'<clipPath id="c{number}"><path d="{clip}"/></clipPath>'
    for style, drawn in groupby(canvas.drawn, lambda each: each[0]):
        yield _write_group(style, [shape for _, shape in drawn])


@cache
def write_number(steps: float) -> str:
    """Tenths of a point as points, as short as SVG reads them."""
    text = f"{steps / _STEPS:.2f}".rstrip("0").rstrip(".")
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def round_point(points: float) -> int:
    """Points as tenths of a point."""
    return round(points * _STEPS)


def write_attributes(attributes: Sequence[tuple[str, str]]) -> str:
    """Attributes as they stand in a tag."""
    return "".join(f' {name}="{value}"' for name, value in attributes)


class _Canvas(RendererBase):
    """Collects shapes with their styles in the order in which they are drawn."""

    def __init__(self, figure: Figure) -> None:
        super().__init__()
        width, self._height = (POINTS * inches for inches in figure.get_size_inches())
        self._flip = Affine2D().scale(1, -1).translate(0, self._height)
        self._size = (width, self._height)
        self.drawn: list[tuple[Style, str]] = []
        self.clips: list[str] = []

    def get_canvas_width_height(self) -> tuple[float, float]:
        """Width and height in points."""
        return self._size

    def points_to_pixels(self, points: Any) -> Any:  # noqa: ANN401 -- a number, or many
        """A pixel of this canvas is a point."""
        return points

    def draw_path(
        self,
        gc: GraphicsContextBase,
        path: Path,
        transform: Transform,
        rgbFace: Any = None,  # noqa: ANN401, N803 -- the framework's name and type
    ) -> None:
        """Take a path; a circle stays one."""
        to_page = transform + self._flip
        style = (*_find_style(gc, rgbFace), *self._find_clip(gc, path, transform))
        if path is Path.unit_circle():
            (x, y), (right, _) = np.asarray(to_page.transform([(0, 0), (1, 0)])).tolist()
            # The hundredths of a small radius are seen where dots stand side by side.
            radius = write_number(_STEPS * (right - x))
            place = f'cx="{write_number(round_point(x))}" cy="{write_number(round_point(y))}"'
            self.drawn.append((style, f'<circle {place} r="{radius}"/>'))
        elif written := _write_path(path, to_page):
            self.drawn.append((style, written))

    def _find_clip(
        self, gc: GraphicsContextBase, path: Path, transform: Transform
    ) -> Iterator[tuple[str, str]]:
        """The attribute that cuts a path off at its axes, where it leaves them."""
        box = gc.get_clip_rectangle()
        if box is None or np.size(path.vertices) == 0:
            return
        ends = path.get_extents(transform)
        half = 0.5
        if (
            ends.x0 < box.x0 - half
            or ends.x1 > box.x1 + half
            or ends.y0 < box.y0 - half
            or ends.y1 > box.y1 + half
        ):
            corners = Path([(box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1)])
            clip = _write_path(corners, self._flip)
            if clip not in self.clips:
                self.clips.append(clip)
            yield "clip-path", f"url(#c{self.clips.index(clip)})"


def _find_style(gc: GraphicsContextBase, face: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401
    """How a path looks. Without a face it is not filled; that is usual, and is not said."""
    if face is not None:
        yield "fill", _write_colour(face)
        if len(face) > 3 and face[3] != 1:  # noqa: PLR2004 -- red, green, blue, opacity
            yield "fill-opacity", f"{face[3]:g}"
    width, colour = gc.get_linewidth(), gc.get_rgb()
    if not width:
        return
    yield "stroke", _write_colour(colour)
    if colour[3] != 1:
        yield "stroke-opacity", f"{colour[3]:g}"
    if width != 1:
        yield "stroke-width", write_number(_STEPS * width)
    if gc.get_joinstyle() != "round":
        yield "stroke-linejoin", gc.get_joinstyle()
    if cap := _CAPS[gc.get_capstyle()]:
        yield "stroke-linecap", cap
    _, dashes = gc.get_dashes()
    if dashes is not None:
        lengths = (_STEPS * np.asarray(dashes, float)).tolist()
        yield "stroke-dasharray", " ".join(map(write_number, lengths))


def _write_colour(colour: Any) -> str:  # noqa: ANN401 -- what Matplotlib takes as a colour
    long = to_hex(colour)
    return f"#{long[1::2]}" if long[1::2] == long[2::2] else long


def _write_group(style: Style, shapes: Sequence[str]) -> str:
    """Shapes of one style. Lines that are not filled become one path."""
    if "fill" not in dict(style) and not any(shape.startswith("<") for shape in shapes):
        shapes = ["".join(shapes)]
    written = [shape if shape.startswith("<") else f'<path d="{shape}"/>' for shape in shapes]
    attributes = write_attributes(style)
    if len(written) > 1:
        return f"<g{attributes}>{''.join(written)}</g>"
    name, rest = written[0].split(" ", 1)
    return f"{name}{attributes} {rest}"


def _write_path(path: Path, to_page: Transform) -> str:
    """The path in the language of SVG, each place as the way from the one before.

    A stretch that goes on along an axis is one stretch.
    """
    words: list[tuple[str, Steps]] = []
    start, place = (0, 0), (0, 0)
    for vertices, code in path.iter_segments(to_page, remove_nans=True, simplify=False):
        if code == Path.CLOSEPOLY:
            words.append(("z", ()))
            place = start
            continue
        steps = [round_point(float(each)) for each in np.asarray(vertices)]
        end = (steps[-2], steps[-1])
        if code == Path.MOVETO:
            words.append(("M", end))
            start = end
        else:
            _add_stretch(
                words,
                _COMMANDS[code],
                tuple(step - place[n % 2] for n, step in enumerate(steps)),
            )
        place = end
    is_drawn = any(name not in "Mz" for name, _ in words)
    return _join_words(words) if is_drawn else ""


def _add_stretch(words: list[tuple[str, Steps]], name: str, way: Steps) -> None:
    if name == "l":
        across, down = way
        if not across and not down:
            return
        if not across or not down:
            name, way = ("h", (across,)) if across else ("v", (down,))
            before, far = words[-1]
            if before == name and (far[0] > 0) == (way[0] > 0):
                words[-1] = (name, (far[0] + way[0],))
                return
    words.append((name, way))


def _join_words(words: Sequence[tuple[str, Steps]]) -> str:
    """Commands and numbers with a space only where two numbers would run together."""
    parts: list[str] = []
    before = ""
    for name, steps in words:
        is_begun = name != before or name == "M"
        if is_begun:
            parts.append(name)
        last = ""
        for each in steps:
            number = write_number(each)
            is_apart = number[0] == "-" or (number[0] == "." and "." in last)
            if not (is_begun and not last) and not is_apart:
                parts.append(" ")
            parts.append(number)
            last = number
        before = name
    return "".join(parts)
