"""The last months of every unit of a league: small multiples on one scale.

Here belong the drawing and its description in words. Not here: limits and signals
(pipeline.indices.control_charts), a unit's own chart (control_charts), reading the months
(comparisons).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from matplotlib import rc_context
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure

from pipeline.methods import Indicator
from reports import charts, drawing, lettering, messages
from reports.charts import Picture
from reports.drawing import Captions, Sheet, Text
from reports.language import Language
from reports.leagues import League

MOST_MONTHS = 12
MOST_CELLS = 36
"""The most units on the picture."""

_COLUMNS, _CELL, _LINES, _BETWEEN = 4, 1.62, 0.5, 0.14
_NAME = 0.2
"""Height of a cell's line with the unit's name, in inches."""
_LEFT, _TOP, _BOTTOM = 0.1, 0.12, 0.1
_ROW = _NAME + _LINES + _BETWEEN

Ends = tuple[float, float]
"""The lowest and the highest value of the scale that all cells share."""


@dataclass(frozen=True)
class UnitMonths:
    """A unit's values by month, oldest first, None where there is none.

    `limits` are lower and upper limit of each month, None where there are too few months; `signal`
    is that of the newest month.
    """

    code: str
    name: str
    values: tuple[float | None, ...]
    limits: tuple[tuple[float, float] | None, ...]
    signal: str | None

    @property
    def has_limits(self) -> bool:
        """Whether the newest month has limits."""
        return self.limits[-1] is not None

    @property
    def change(self) -> float:
        """The newest value minus the oldest, without sign; 0 where either is missing."""
        first, last = self.values[0], self.values[-1]
        return 0.0 if first is None or last is None else abs(last - first)


@dataclass(frozen=True)
class MonthsOfLeague:
    """The months of the units of a league by one indicator, in the order of the league."""

    indicator: Indicator
    months: tuple[str, ...]
    units: tuple[UnitMonths, ...]


def draw_months(
    found: MonthsOfLeague, league: League, language: Language, banner: str = ""
) -> list[Picture]:
    """The picture of a league's months; none where there are fewer than three."""
    if len(found.months) < 3 or not found.units:  # noqa: PLR2004
        return []
    sheet = draw_sheet(found, language, banner)
    return [charts.make_picture(sheet, f"months-{found.indicator.name}-{league.slug}", language)]


def draw_sheet(found: MonthsOfLeague, language: Language, banner: str = "") -> Sheet:
    """Draw a small chart for each unit, all on one scale.

    Of more than MOST_CELLS units those with a signal are drawn, then those that changed most.
    """
    shown = _choose_units(found.units)
    values = [value for unit in shown for value in unit.values]
    limits = [end for unit in shown for pair in unit.limits for end in pair or ()]
    known = [value for value in (*values, *limits) if value is not None]
    ends = (min(known), max(known))
    captions = _write_captions(found, shown, ends, language, banner)
    return _make_sheet(found.indicator, shown, ends, captions, language)


def _choose_units(units: Sequence[UnitMonths]) -> list[UnitMonths]:
    """At most MOST_CELLS units, in the order they had."""
    by_weight = sorted(units, key=lambda unit: (unit.signal is None, -unit.change, unit.code))
    chosen = {unit.code for unit in by_weight[:MOST_CELLS]}
    return [unit for unit in units if unit.code in chosen]


def _write_captions(
    found: MonthsOfLeague,
    shown: Sequence[UnitMonths],
    ends: Ends,
    language: Language,
    banner: str,
) -> Captions:
    indicator = found.indicator
    title = messages.about_months([u.signal for u in found.units if u.has_limits], language)
    subtitle = language.text(
        "message.months",
        indicator=language.short_title(indicator),
        first=language.short_month(found.months[0]),
        last=language.short_month(found.months[-1]),
        lowest=language.value(ends[0], indicator),
        highest=language.value(ends[1], indicator),
    )
    words = [subtitle + ".", language.text("chart.shown", count=len(shown))]
    if len(shown) < len(found.units):
        words.append(language.text("message.chosen", shown=len(shown), all=len(found.units)))
    signalled = [unit.name for unit in shown if unit.signal]
    if signalled:
        words.append(language.text("message.signalled", names=language.join_names(signalled)))
    description = drawing.join_words(words, banner)
    return Captions(title, description, (), banner, subtitle)


def _make_sheet(
    indicator: Indicator,
    units: Sequence[UnitMonths],
    ends: Ends,
    captions: Captions,
    language: Language,
) -> Sheet:
    """A sheet whose axes count inches, from the top left corner of the first cell."""
    rows = ceil(len(units) / _COLUMNS)
    wide, high = _COLUMNS * (_CELL + _BETWEEN), rows * _ROW
    width = _LEFT + wide
    title, title_height = drawing.place_title(captions, width)
    top = title_height + _TOP
    height = top + high + _BOTTOM
    with rc_context(drawing.SETTINGS):
        figure = Figure(figsize=(width, height))
        axes = figure.add_axes((_LEFT / width, _BOTTOM / height, wide / width, high / height))
        axes.set_axis_off()
        axes.set_xlim(0, wide)
        axes.set_ylim(high, 0)
        drawing.draw_banner(figure, captions.banner)
    cells = [_Cell(unit, place, ends) for place, unit in enumerate(units)]
    sheet = Sheet(figure, axes, captions, ())
    _draw_cells(sheet, cells)
    texts = [text for cell in cells for text in cell.write(indicator, language, top)]
    return Sheet(figure, axes, captions, (*title, *texts))


class _Cell:
    """The place of a unit's chart on the sheet, and of its values in it, in inches."""

    def __init__(self, unit: UnitMonths, place: int, ends: Ends) -> None:
        row, column = divmod(place, _COLUMNS)
        self.unit = unit
        self.left, self.upper = column * (_CELL + _BETWEEN), row * _ROW + _NAME
        self._lowest, self._highest = ends

    def x(self, month: int) -> float:
        """Where the month with this number lies, from the left of the axes."""
        return self.left + 0.05 + (_CELL - 0.1) * month / (len(self.unit.values) - 1)

    def y(self, value: float) -> float:
        """Where a value lies, from the top of the axes."""
        return self.upper + _LINES * (self._highest - value) / ((self._highest - self._lowest) or 1)

    @property
    def points(self) -> list[tuple[float, float]]:
        """The values of the months that have one."""
        return [(self.x(n), self.y(v)) for n, v in enumerate(self.unit.values) if v is not None]

    @property
    def band(self) -> list[tuple[float, float]]:
        """The outline of the limits; empty without any."""
        known = [(n, pair) for n, pair in enumerate(self.unit.limits) if pair]
        lower = [(self.x(n), self.y(pair[0])) for n, pair in known]
        return lower + [(self.x(n), self.y(pair[1])) for n, pair in reversed(known)]

    def write(self, indicator: Indicator, language: Language, top: float) -> Iterator[Text]:
        """The name and the newest value, above the cell."""
        unit, base = self.unit, top + self.upper - 0.05
        mark = "◆ " if unit.signal else ""
        name = lettering.shorten_name(unit.name)
        while lettering.measure_width(mark + name) * lettering.SMALL / lettering.FONT > _CELL - 0.5:
            name = name.rstrip("…")[:-1].rstrip() + "…"
        weight = "bold" if unit.signal else "normal"
        yield Text(mark + name, _LEFT + self.left, base, size=lettering.SMALL, weight=weight)
        if unit.values[-1] is not None:
            written = language.value(unit.values[-1], indicator)
            yield Text(written, _LEFT + self.left + _CELL, base, "end", lettering.SMALL)


def _draw_cells(sheet: Sheet, cells: Sequence[_Cell]) -> None:
    """Draw bands, lines and newest months of all cells, each kind at once."""
    axes = sheet.axes
    for edge in (0.0, _LINES):
        ys = [cell.upper + edge for cell in cells]
        lefts = [cell.left for cell in cells]
        axes.hlines(ys, lefts, [x + _CELL for x in lefts], color=drawing.GRID, linewidth=0.7)
    bands = [cell.band for cell in cells if len(cell.band) > 2]  # noqa: PLR2004
    axes.add_collection(PolyCollection(bands, facecolors=drawing.BAND, linewidths=0, zorder=1))
    lines = [cell.points for cell in cells]
    axes.add_collection(LineCollection(lines, colors=drawing.BLUE, linewidths=1.2, zorder=2))
    for has_signal, shape, colour in ((False, "o", drawing.BLUE), (True, "D", drawing.VERMILION)):
        ends = [
            cell.points[-1]
            for cell in cells
            if cell.unit.values[-1] is not None and bool(cell.unit.signal) == has_signal
        ]
        axes.plot(
            [x for x, _ in ends], [y for _, y in ends], shape,
            color=colour, markersize=5 if has_signal else 3.5, zorder=3,
        )  # fmt: skip
