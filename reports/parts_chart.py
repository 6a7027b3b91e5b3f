"""The parts of the index side by side: small multiples on one scale, with targets as lines.

Here belong the drawing and its description in words. Not here: the sheet (drawing), the targets
(targets).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.methods import Indicator
from reports import charts, drawing, lettering, markers
from reports.charts import Picture
from reports.drawing import Captions, Line, Scale, Sheet, Text
from reports.language import Language
from reports.leagues import League, Standing
from reports.targets import Target

_PANEL, _GAP = 1.9, 0.3
"""Length of a panel and room between two panels, in inches."""
_PANEL_TITLE = 0.24
"""From the baseline of a panel's title down to the axis, in inches."""
_TARGET_BASE = 0.27
"""From the lower edge of the axis down to the baseline of the targets, in inches."""


class _Panels:
    """Where a value of each panel lies: panels share a scale and stand side by side on one axis."""

    def __init__(self, scale: Scale, count: int) -> None:
        self._scale = scale
        self._step = (scale.ends[1] - scale.ends[0]) * (_PANEL + _GAP) / _PANEL
        self._count = count

    def place(self, panel: int, value: float) -> float:
        """The place of a value of a panel on the axis."""
        return panel * self._step + value

    @property
    def scale(self) -> Scale:
        """The whole axis, with the ticks of every panel."""
        lowest, highest = self._scale.ends
        ticks = {
            self.place(panel, at): written
            for panel in range(self._count)
            for at, written in self._scale.ticks.items()
        }
        inches = self._count * _PANEL + (self._count - 1) * _GAP
        return Scale((lowest, self.place(self._count - 1, highest)), ticks, inches)


@dataclass(frozen=True)
class Parts:
    """Indicators of points to show side by side, in the order of a league by another, and the
    targets by name of indicator.
    """

    order: Indicator
    indicators: tuple[Indicator, ...]
    targets: Mapping[str, Sequence[Target]]


def draw_parts(
    league: League, parts: Parts, message: str, language: Language, banner: str = ""
) -> list[Picture]:
    """The picture of the parts; none where no unit has one."""
    sheets = draw_sheet(league, parts, message, language, banner)
    return [charts.make_picture(sheet, f"parts-{league.slug}", language) for sheet in sheets]


def draw_sheet(
    league: League, parts: Parts, message: str, language: Language, banner: str = ""
) -> list[Sheet]:
    """Draw each unit by every part, a panel a part: dots with their limits; none without values.

    Units without a value of any part are left out; of more than charts.MOST_ROWS those are drawn
    whose parts differ most. The first panel has the values as they are.
    """
    rows = [
        tuple(league.find(each.name, standing.code) for each in parts.indicators)
        for standing in league.standings(parts.order.name)
    ]
    whole = [row for row in rows if any(s and s.value is not None for s in row)]
    if not whole:
        return []
    shown = charts.choose_rows(whole, _measure_difference)
    values = [v for row in shown for s in row if s for v in (s.value, s.lower, s.upper)]
    values += [target.at_least for found in parts.targets.values() for target in found]
    scale = markers.make_scale(values, parts.order, language)
    panels = _Panels(scale, len(parts.indicators))
    names = ", ".join(language.short_title(each) for each in parts.indicators)
    order = language.phrase(parts.order)
    subtitle = language.text("message.parts", indicators=names, order=order)
    subtitle = charts.note_chosen(subtitle, len(shown), len(whole), language)
    words = [subtitle + ".", language.text("chart.shown", count=len(shown))]
    words.append(language.text("chart.table_has_all"))
    description = drawing.join_words(words, banner)
    captions = Captions(message, description, (), banner, subtitle)
    return [_draw_rows(shown, parts, panels, captions, language)]


def _measure_difference(row: Sequence[Standing | None]) -> float:
    values = [s.value for s in row if s and s.value is not None]
    return max(values) - min(values)


def _draw_rows(
    rows: Sequence[tuple[Standing | None, ...]],
    parts: Parts,
    panels: _Panels,
    captions: Captions,
    language: Language,
) -> Sheet:
    names = [next(s.name for s in row if s) for row in rows]
    lines = [Line(name, (), place % 2 == 0) for place, name in enumerate(names)]
    sheet = drawing.make_sheet(lines, captions, panels.scale)
    for panel, each in enumerate(parts.indicators):
        _draw_panel(sheet, panel, [row[panel] for row in rows], panels)
        for target in parts.targets.get(each.name, ()):
            x = panels.place(panel, target.at_least)
            sheet.axes.axvline(x, color=drawing.INK, linewidth=1, linestyle=(0, (4, 2)), zorder=1)
    texts = _write_panels(sheet, parts, panels, language)
    return replace(sheet, texts=(*sheet.texts, *texts))


def _draw_panel(
    sheet: Sheet, panel: int, standings: Sequence[Standing | None], panels: _Panels
) -> None:
    known = [(y, s, s.value) for y, s in enumerate(standings) if s and s.value is not None]
    limited = [
        (y, s.lower, s.upper) for y, s, _ in known if s.lower is not None and s.upper is not None
    ]
    if limited:
        sheet.axes.hlines(
            [y for y, _, _ in limited],
            [panels.place(panel, lower) for _, lower, _ in limited],
            [panels.place(panel, upper) for _, _, upper in limited],
            color=drawing.BLUE, linewidth=1.6, zorder=2,
        )  # fmt: skip
    sheet.axes.plot(
        [panels.place(panel, value) for _, _, value in known], [y for y, _, _ in known], "o",
        color=drawing.BLUE, markersize=5.5, zorder=3,
    )  # fmt: skip


def _write_panels(
    sheet: Sheet, parts: Parts, panels: _Panels, language: Language
) -> Iterator[Text]:
    """The title of each panel above it, and its targets below it."""
    top, foot = (drawing.locate(sheet, 0, y)[1] for y in reversed(sheet.axes.get_ylim()))
    lowest, _ = panels.scale.ends
    for panel, part in enumerate(parts.indicators):
        left = drawing.locate(sheet, lowest, 0)[0] + panel * (_PANEL + _GAP)
        yield Text(language.short_title(part), left, top - _PANEL_TITLE, size=lettering.SMALL)
        wanted = [
            f"{target.year}: ≥ {language.number(target.at_least, 0)}"
            for target in parts.targets.get(part.name, ())
        ]
        if wanted:
            text = language.text("message.targets", targets="; ".join(wanted))
            yield Text(text, left + _PANEL, foot + _TARGET_BASE, "end", lettering.SMALL)
