"""The sheet that all charts are drawn on, and its way into a file.

Here belong the layout of a chart of units (names left, columns right, tiers as bands), the
colours, and the SVG with its text alternatives. Not here: what a chart says (charts).

Text stays text in the SVG: the file is small, and names can be searched and read aloud. The
font is Matplotlib's DejaVu Sans, which has all Vietnamese letters; a reader without it sees
one of similar width.
"""

import io
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, groupby
from typing import Any
from xml.sax.saxutils import escape

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path
from matplotlib.transforms import blended_transform_factory

BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
"""Of the palette of Okabe and Ito, which the colour-blind can tell apart."""
INK, QUIET, GRID = "#1a1a1a", "#5c5c5c", "#d5d9de"
BAND = "#eaf1f8"
MARK_OF_SIMULATION = "#8a1c00"

_AXIS = 2.3
_ROW = 0.235
_TOP, _BOTTOM = 0.42, 0.32
_TITLE_LINE, _BANNER = 0.2, 0.3
_GAP, _BETWEEN, _EDGE = 0.1, 0.16, 0.06
_LONGEST_NAME = 34
_MEASURED = 6
_FONT = 9.0
_SETTINGS: dict[Any, Any] = {
    "svg.hashsalt": "reform-index",
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",
    "text.parse_math": False,
    "font.size": _FONT,
}
_FAMILIES = "'DejaVu Sans', Verdana, 'Noto Sans', sans-serif"
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)


@dataclass(frozen=True)
class Line:
    """One unit's line: its name, what is printed right of it, and whether its band is dark."""

    name: str
    columns: tuple[str, ...]
    is_dark: bool = False


@dataclass(frozen=True)
class Words:
    """What is written on a sheet: title, description, column heads, and the mark of simulation.

    `banner` is empty when the data are real.
    """

    title: str
    description: str
    heads: tuple[str, ...]
    banner: str = ""


@dataclass(frozen=True)
class Sheet:
    """A figure with one line per unit, ready for marks at y = 0, 1, 2 … from the top."""

    figure: Figure
    axes: Axes
    words: Words


def sheet(lines: Sequence[Line], words: Words, ends: tuple[float, float]) -> Sheet:
    """An empty sheet: names, columns and bands drawn, the x axis from `ends[0]` to `ends[1]`."""
    with rc_context(_SETTINGS):
        left = _widest([_shortened(line.name) for line in lines]) + _GAP + _EDGE
        columns = [_widest(texts) + _BETWEEN for texts in _by_column(lines, words)]
        width = left + _AXIS + sum(columns) + _EDGE
        title = _wrapped(words.title, width - 2 * _EDGE)
        top = _TOP + len(title) * _TITLE_LINE + (_BANNER if words.banner else 0)
        height = top + len(lines) * _ROW + _BOTTOM
        figure = Figure(figsize=(width, height))
        axes = figure.add_axes(
            (left / width, _BOTTOM / height, _AXIS / width, len(lines) * _ROW / height)
        )
        axes.set_xlim(*ends)
        axes.set_ylim(len(lines) - 0.5, -0.5)
        places = [1 + inches / _AXIS for inches in accumulate(columns)]
        _write_lines(axes, lines, places)
        _write_head(figure, axes, words, title, places)
        _draw_axis(axes)
        return Sheet(figure, axes, words)


def svg(drawn: Sheet, name: str) -> bytes:
    """The sheet as SVG with a title and a description for those who do not see it.

    `name` makes the identifiers of both; the same sheet gives the same bytes.
    """
    buffer = io.BytesIO()
    metadata = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with rc_context(_SETTINGS):
        drawn.figure.savefig(buffer, format="svg", metadata=metadata)
    text = buffer.getvalue().decode()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, count=1, flags=re.DOTALL)
    head, rest = text.split(">", 1)
    alternatives = (
        f'\n <title id="{name}-title">{escape(drawn.words.title)}</title>'
        f'\n <desc id="{name}-desc">{escape(drawn.words.description)}</desc>'
    )
    role = f' role="img" aria-labelledby="{name}-title {name}-desc"'
    rest = rest.replace("'DejaVu Sans'", _FAMILIES)
    lines = (line.rstrip() for line in (head + role + ">" + alternatives + rest).splitlines())
    return ('<?xml version="1.0" encoding="utf-8"?>\n' + "\n".join(lines) + "\n").encode()


def png(drawn: Sheet, dots_per_inch: int = 80) -> bytes:
    """The sheet as PNG."""
    buffer = io.BytesIO()
    with rc_context(_SETTINGS):
        drawn.figure.savefig(buffer, format="png", dpi=dots_per_inch, metadata={"Software": None})
    return buffer.getvalue()


def _by_column(lines: Sequence[Line], words: Words) -> list[list[str]]:
    return [
        [head, *(line.columns[place] for line in lines)] for place, head in enumerate(words.heads)
    ]


def _write_lines(axes: Axes, lines: Sequence[Line], places: Sequence[float]) -> None:
    beside = blended_transform_factory(axes.transAxes, axes.transData)
    _draw_bands(axes, lines)
    for y, line in enumerate(lines):
        texts = (_shortened(line.name), *line.columns)
        for x, text in zip((-_GAP / _AXIS, *places), texts, strict=True):
            axes.text(x, y, text, transform=beside, ha="right", va="center_baseline", color=INK)


def _draw_bands(axes: Axes, lines: Sequence[Line]) -> None:
    """One rectangle for each run of dark lines: two that touch would show a seam."""
    y = 0
    for is_dark, run in groupby(line.is_dark for line in lines):
        after = y + len(list(run))
        if is_dark:
            axes.axhspan(y - 0.5, after - 0.5, color=BAND, linewidth=0, zorder=0)
        y = after


def _write_head(
    figure: Figure, axes: Axes, words: Words, title: Sequence[str], places: Sequence[float]
) -> None:
    width, height = figure.get_size_inches()
    left, from_top = _EDGE / width, _EDGE + 0.07
    if words.banner:
        box = {"facecolor": MARK_OF_SIMULATION, "edgecolor": "none", "pad": 3}
        figure.text(
            left + 0.05 / width, 1 - from_top / height, words.banner, va="center", color="white",
            weight="bold", bbox=box,
        )  # fmt: skip
        from_top += _BANNER
    for line in title:
        figure.text(left, 1 - from_top / height, line, weight="bold", va="center", color=INK)
        from_top += _TITLE_LINE
    above = 1 + 0.13 / (axes.get_position().height * height)
    for x, head in zip(places, words.heads, strict=True):
        axes.text(
            x, above, head, transform=axes.transAxes,
            ha="right", va="center", color=QUIET, size=_FONT - 1,
        )  # fmt: skip


def _draw_axis(axes: Axes) -> None:
    axes.set_yticks([])
    axes.tick_params(
        axis="x", top=True, labeltop=True, colors=QUIET, labelsize=_FONT - 1, length=0, pad=3
    )
    axes.grid(axis="x", color=GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _shortened(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1].rstrip() + "…"


def _widest(texts: Sequence[str]) -> float:
    """Width in inches; only the longest few are measured, which takes time."""
    return max(_inches(text) for text in sorted(set(texts), key=len)[-_MEASURED:])


@cache
def _inches(text: str, *, is_bold: bool = False) -> float:
    font = FontProperties(family="DejaVu Sans", weight="bold" if is_bold else "normal", size=_FONT)
    points, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(points) / 72


def _wrapped(title: str, width: float) -> list[str]:
    """The title in lines that fit the width in inches."""
    lines = [""]
    for word in title.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and _inches(longer, is_bold=True) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
