"""The sheet that all charts are drawn on, and its way into a file.

Here belong the layout of a chart of units (names left, columns right, tiers as bands), the
colours, and the SVG with its text alternatives. Not here: what a chart says (charts), or the
layout of a chart with two axes (xy_sheet).

Text stays text in the SVG: the file is small, and names can be searched and read aloud. The
font is Matplotlib's DejaVu Sans, which has all Vietnamese letters; a reader without it sees
one of similar width. Matplotlib draws everything except the text. It would measure each text letter
by letter, although every place is known: so texts are kept beside the figure, and are written into
the file afterwards.
"""

import io
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import Any
from xml.sax.saxutils import escape

from matplotlib import rc_context
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from pipeline import letters
from reports import lettering, svg_canvas
from reports.lettering import FONT, POINTS, SMALL, measure_widest, shorten_name, wrap_title

BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
"""Colours of Okabe and Ito's palette, which people with colour blindness can tell apart."""
INK, QUIET, GRID = "#1a1a1a", "#5c5c5c", "#d5d9de"
BAND = "#eaf1f8"
BANNER_COLOUR = "#8a1c00"

_ROW = 0.235
_TOP, _BOTTOM = 0.42, 0.32
TITLE_LINE, BANNER = 0.2, 0.3
_SUBTITLE_LINE, _SUBTITLE_BASE = 0.17, 0.145
_GAP, _BETWEEN, EDGE = 0.1, 0.16, 0.06
_TITLE_BASE, _HEAD_BASE = 0.165, 0.1
"""From the top to the title's baseline, and from the baseline of the column heads to the axis."""
_UPPER_TICKS, _LOWER_TICKS = 0.068, 0.126
"""From the upper edge of the axis up, and from its lower edge down, to the ticks' baselines."""
MIDDLE = 0.38 * FONT / POINTS
"""From the middle of a line of text down to its baseline."""
SETTINGS: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "text.parse_math": False,
}
_FAMILIES = "'DejaVu Sans',Verdana,'Noto Sans',sans-serif"
_USUAL_LOOK = {
    "text-anchor": "start",
    "font-size": f"{SMALL:g}",
    "font-weight": "normal",
    "fill": QUIET,
}
"""How most texts look; the first and the third are what SVG takes where nothing is said."""
_ALIGNMENTS = {"start": "left", "middle": "center", "end": "right"}
"""SVG's word for an anchor, and Matplotlib's."""
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)

Box = tuple[float, float, float, float]
"""Left, top, width and height, in inches from a sheet's top left corner."""


@dataclass(frozen=True)
class Line:
    """One unit's line: its name, the texts in the columns right of the axis, and whether its
    background is dark.
    """

    name: str
    columns: tuple[str, ...]
    is_dark: bool = False


@dataclass(frozen=True)
class Captions:
    """The texts of a sheet: title, description, heads of the columns, and the banner of simulated
    data, which is empty when the data are real. The title is what the chart says, the subtitle what
    it shows.
    """

    title: str
    description: str
    heads: tuple[str, ...]
    banner: str = ""
    subtitle: str = ""


@dataclass(frozen=True)
class Scale:
    """An axis: its two ends, the texts of its ticks by their place between the ends, and on a sheet
    of units its length in inches.
    """

    ends: tuple[float, float]
    ticks: Mapping[float, str]
    inches: float = 2.3


@dataclass(frozen=True)
class Text:
    """A text on a sheet: its `anchor` (start, middle or end) lies on the baseline at `x` and `y`,
    in inches from the sheet's top left corner.
    """

    text: str
    x: float
    y: float
    anchor: str = "start"
    size: float = FONT
    colour: str = INK
    weight: str = "normal"


@dataclass(frozen=True)
class Sheet:
    """A figure with its axes, on which markers are drawn, and the texts on it.

    On a sheet of units the first unit is at y = 0, the next at y = 1, and so on from the top.
    `texts` are not part of the figure.
    """

    figure: Figure
    axes: Axes
    captions: Captions
    texts: tuple[Text, ...]


def make_sheet(lines: Sequence[Line], captions: Captions, scale: Scale) -> Sheet:
    """A sheet without markers: its captions, names, columns and bands, and the x axis."""
    left = measure_widest([shorten_name(line.name) for line in lines]) + _GAP + EDGE
    columns = [measure_widest(texts) + _BETWEEN for texts in _list_columns(lines, captions)]
    width = left + scale.inches + sum(columns) + EDGE
    title, title_height = place_title(captions, width)
    top = _TOP + title_height
    foot = top + len(lines) * _ROW
    places = [left + scale.inches + inches for inches in accumulate(columns)]
    with rc_context(SETTINGS):
        figure = Figure(figsize=(width, foot + _BOTTOM))
        axes = _make_axes(figure, (left, top, scale.inches, foot - top), len(lines), scale)
        for first, after in _find_dark_runs(lines):
            box = (left, top + first * _ROW, scale.inches, (after - first) * _ROW)
            fill_box(figure, box, BAND)
        draw_banner(figure, captions.banner)
    texts = (
        *title,
        *(
            Text(head, x, top - _HEAD_BASE, "end", SMALL, QUIET)
            for head, x in zip(captions.heads, places, strict=True)
        ),
        *_place_ticks(scale, left, top, foot),
        *_place_rows(lines, (left - _GAP, *places), top),
    )
    return Sheet(figure, axes, captions, texts)


def locate(drawn: Sheet, x: float, y: float) -> tuple[float, float]:
    """Where a point of the axes lies on the sheet, in inches from its top left corner."""
    right, up = drawn.axes.transData.transform((x, y)) / drawn.figure.dpi
    return float(right), float(drawn.figure.get_figheight() - up)


def render_svg(drawn: Sheet) -> bytes:
    """The sheet as SVG with a title and a description for those who do not see it.

    The same sheet gives the same bytes.
    """
    width, height = (_write_place(inches) for inches in drawn.figure.get_size_inches())
    with rc_context(SETTINGS):
        paths = list(svg_canvas.write_paths(drawn.figure))
    parts = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}pt" height="{height}pt" '
        f'viewBox="0 0 {width} {height}" fill="none" stroke-linejoin="round" role="img" '
        'aria-labelledby="t d">',
        f'<title id="t">{escape(drawn.captions.title)}</title>',
        f'<desc id="d">{escape(drawn.captions.description)}</desc>',
        *paths,
        f'<g font-family="{_FAMILIES}" font-size="{SMALL:g}" fill="{QUIET}">',
        *_write_texts(drawn.texts),
        "</g></svg>\n",
    )
    return letters.without_steering("\n".join(parts)).encode()


def _write_place(inches: float) -> str:
    return svg_canvas.write_number(svg_canvas.round_point(POINTS * inches))


def _write_texts(texts: Iterable[Text]) -> Iterator[str]:
    """The texts as elements of SVG; neighbours that look the same stand in one group."""
    visible = (text for text in texts if text.text)
    for look, same in groupby(visible, _find_look):
        elements = map(_make_element, same)
        written = "".join(elements)
        yield f"<g{svg_canvas.write_attributes(look)}>{written}</g>" if look else written


def _make_element(text: Text) -> str:
    x, y = _write_place(text.x), _write_place(text.y)
    return f'<text x="{x}" y="{y}">{escape(text.text)}</text>'


def _find_look(text: Text) -> tuple[tuple[str, str], ...]:
    look = (
        ("text-anchor", text.anchor),
        ("font-size", f"{text.size:g}"),
        ("font-weight", text.weight),
        ("fill", text.colour),
    )
    return tuple(each for each in look if each not in _USUAL_LOOK.items())


def render_png(drawn: Sheet, dots_per_inch: int = 80) -> bytes:
    """The sheet as PNG."""
    buffer = io.BytesIO()
    with rc_context(SETTINGS):
        written = [_write_text(drawn.figure, text) for text in drawn.texts]
        drawn.figure.savefig(buffer, format="png", dpi=dots_per_inch, metadata={"Software": None})
        for artist in written:
            artist.remove()
    return buffer.getvalue()


def _make_axes(figure: Figure, box: Box, count: int, scale: Scale) -> Axes:
    """The part of the figure where the markers of `count` lines go, with its grid."""
    (left, top, wide, high), (width, height) = box, figure.get_size_inches()
    place = (left / width, 1 - (top + high) / height, wide / width, high / height)
    axes = figure.add_axes(place)
    axes.set_axis_off()
    axes.set_xlim(*scale.ends)
    axes.set_ylim(count - 0.5, -0.5)
    axes.vlines(list(scale.ticks), *axes.get_ylim(), color=GRID, linewidth=0.7, zorder=0)
    return axes


def join_words(sentences: Sequence[str], banner: str) -> str:
    """A description of a chart from its sentences; of simulated data it begins with the banner."""
    return " ".join([f"{banner}.", *sentences] if banner else sentences)


def draw_banner(figure: Figure, banner: str) -> None:
    """Draw the dark background of the banner, whose text `place_title` gives; nothing without a
    banner.
    """
    if banner:
        long = lettering.measure_width(banner, is_bold=True) + 0.08
        fill_box(figure, (EDGE + 0.01, 0.01, long, 0.24), BANNER_COLOUR)


def fill_box(figure: Figure, box: Box, colour: str) -> None:
    """Fill a rectangle behind the axes."""
    left, top, wide, high = box
    corner, inches = (left, figure.get_figheight() - top - high), figure.dpi_scale_trans
    figure.add_artist(
        Rectangle(corner, wide, high, color=colour, linewidth=0, zorder=-1, transform=inches)
    )


def _write_text(figure: Figure, text: Text) -> Artist:
    """Add the text to the figure."""
    width, height = figure.get_size_inches()
    return figure.text(
        text.x / width, 1 - text.y / height, text.text, ha=_ALIGNMENTS[text.anchor], va="baseline",
        size=text.size, color=text.colour, weight=text.weight,
    )  # fmt: skip


def place_title(captions: Captions, width: float) -> tuple[list[Text], float]:
    """The banner of simulated data, if there is one, below it the title and the subtitle in lines
    that fit a sheet of so many inches; and the height that they take.
    """
    texts, height = [], 0.0
    if captions.banner:
        base = 0.13 + MIDDLE
        texts.append(Text(captions.banner, EDGE + 0.05, base, colour="white", weight="bold"))
        height += BANNER
    for line in wrap_title(captions.title, width - 2 * EDGE):
        texts.append(Text(line, EDGE, height + _TITLE_BASE, weight="bold"))
        height += TITLE_LINE
    for line in wrap_title(captions.subtitle, width - 2 * EDGE) if captions.subtitle else ():
        texts.append(Text(line, EDGE, height + _SUBTITLE_BASE, size=SMALL, colour=QUIET))
        height += _SUBTITLE_LINE
    return texts, height


def _place_ticks(scale: Scale, left: float, top: float, foot: float) -> Iterator[Text]:
    """The texts of the ticks, above the axis and below it."""
    lowest, highest = scale.ends
    for place, written in scale.ticks.items():
        x = left + scale.inches * (place - lowest) / (highest - lowest)
        for y in (top - _UPPER_TICKS, foot + _LOWER_TICKS):
            yield Text(written, x, y, "middle", SMALL, QUIET)


def _place_rows(lines: Sequence[Line], places: Sequence[float], top: float) -> Iterator[Text]:
    """Names and columns, line by line; each text ends at its column's place."""
    for number, line in enumerate(lines):
        y = top + (number + 0.5) * _ROW + MIDDLE
        for x, text in zip(places, (shorten_name(line.name), *line.columns), strict=True):
            yield Text(text, x, y, "end")


def _find_dark_runs(lines: Sequence[Line]) -> Iterator[tuple[int, int]]:
    """First place of each run of dark lines, and the place after the run.

    A run is one rectangle: between two rectangles that touch, a seam would show.
    """
    after = 0
    for is_dark, run in groupby(line.is_dark for line in lines):
        first, after = after, after + len(list(run))
        if is_dark:
            yield first, after


def _list_columns(lines: Sequence[Line], captions: Captions) -> list[list[str]]:
    return [
        [head, *(line.columns[place] for line in lines)]
        for place, head in enumerate(captions.heads)
    ]
