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
from typing import Any
from xml.sax.saxutils import escape

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import blended_transform_factory

BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
"""Of the palette of Okabe and Ito, which the colour-blind can tell apart."""
INK, QUIET, GRID = "#1a1a1a", "#5c5c5c", "#d5d9de"
BANDS = ("#eaf1f8", "#fbfbfb")
MARK_OF_SIMULATION = "#8a1c00"

_AXIS = 2.3
_ROW = 0.235
_TOP, _BOTTOM = 0.62, 0.38
_TOP_SIMULATED = 0.26
_LETTER = 0.078
_COLUMN = 0.62
_LONGEST_NAME = 34
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
        longest = max(len(_shortened(line.name)) for line in lines)
        left = longest * _LETTER + 0.15
        width = left + _AXIS + len(words.heads) * _COLUMN + 0.1
        top = _TOP + (_TOP_SIMULATED if words.banner else 0)
        height = top + len(lines) * _ROW + _BOTTOM
        figure = Figure(figsize=(width, height))
        axes = figure.add_axes(
            (left / width, _BOTTOM / height, _AXIS / width, len(lines) * _ROW / height)
        )
        axes.set_xlim(*ends)
        axes.set_ylim(len(lines) - 0.5, -0.5)
        _write_lines(axes, lines)
        _write_head(figure, axes, words)
        _draw_axis(axes)
        return Sheet(figure, axes, words)


def svg(drawn: Sheet, name: str, title: str) -> bytes:
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
        f'\n <title id="{name}-title">{escape(title)}</title>'
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
        drawn.figure.savefig(
            buffer, format="png", dpi=dots_per_inch, metadata={"Software": None}
        )
    return buffer.getvalue()


def _write_lines(axes: Axes, lines: Sequence[Line]) -> None:
    beside = blended_transform_factory(axes.transAxes, axes.transData)
    for y, line in enumerate(lines):
        if line.is_dark:
            axes.axhspan(y - 0.5, y + 0.5, color=BANDS[0], linewidth=0, zorder=0)
        axes.text(
            -0.1 / _AXIS,
            y,
            _shortened(line.name),
            transform=beside,
            ha="right",
            va="center_baseline",
            color=INK,
        )
        for place, column in enumerate(line.columns):
            axes.text(
                1 + (place + 1) * _COLUMN / _AXIS,
                y,
                column,
                transform=beside,
                ha="right",
                va="center_baseline",
                color=INK,
            )


def _write_head(figure: Figure, axes: Axes, words: Words) -> None:
    width, height = figure.get_size_inches()
    from_top = 0.2
    if words.banner:
        figure.text(
            0.5,
            1 - 0.14 / height,
            words.banner,
            ha="center",
            va="center",
            color="white",
            weight="bold",
            bbox={"facecolor": MARK_OF_SIMULATION, "edgecolor": "none", "pad": 3},
        )
        from_top += _TOP_SIMULATED
    figure.text(
        0.12 / width, 1 - from_top / height, words.title, weight="bold", va="center", color=INK
    )
    above = 1 + 0.13 / (axes.get_position().height * height)
    for place, head in enumerate(words.heads):
        axes.text(
            1 + (place + 1) * _COLUMN / _AXIS,
            above,
            head,
            transform=axes.transAxes,
            ha="right",
            va="center",
            color=QUIET,
            size=_FONT - 1,
        )


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
