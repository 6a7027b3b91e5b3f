"""Funnel charts: the shares of a league's units against how many cases they rest on.

Here belong the drawing of a funnel and its description in words. Not here: its limits
(pipeline.rankings.funnels), or where it stands on a page (bulletin).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.methods import Indicator
from reports import charts, drawing, markers, messages, xy_sheet
from reports.charts import Picture
from reports.drawing import Captions, Scale, Sheet
from reports.language import Language
from reports.leagues import League

_MOST_LABELS = 12
_STEPS = (1, 2, 5)


@dataclass(frozen=True)
class FunnelPoint:
    """A unit in a funnel: its share, the cases it rests on, and the limits for that many cases.

    The limits hold for a unit that differs from the league only by chance and by as much as units
    differ in general (over-dispersion, `phi`). `z` is the unit's distance from the centre in
    standard errors. `is_outside` is better or worse beyond the outer limits, None within them.
    """

    code: str
    name: str
    value: float
    denominator: float
    centre: float
    lower_95: float
    upper_95: float
    lower_998: float
    upper_998: float
    z: float
    phi: float
    is_outside: str | None
    shrunken_value: float | None
    reliability: float | None


def draw_funnel(
    points: Sequence[FunnelPoint],
    league: League,
    indicator: Indicator,
    language: Language,
    banner: str = "",
) -> Picture | None:
    """Draw a funnel; None without points. Units outside the outer limits are named."""
    if not points:
        return None
    by_size = sorted(points, key=lambda point: (point.denominator, point.code))
    subtitle = language.text("funnel.chart", indicator=language.title(indicator))
    captions = Captions(
        messages.about_funnel([point.is_outside for point in points], language),
        _describe(by_size, indicator, language, banner),
        (language.text("funnel.cases"), language.text("league.value")),
        banner,
        subtitle,
    )
    values = [value for point in points for value in (point.value, point.lower_95, point.upper_95)]
    y = markers.make_scale(values, indicator, language)
    area = xy_sheet.PlotArea(_make_size_scale(by_size, language), y, has_log_x=True)
    sheet = xy_sheet.make_sheet(area, captions)
    _draw_points(sheet, by_size)
    outside = sorted((p for p in points if p.is_outside), key=lambda p: (-abs(p.z), p.code))
    names = [(p.name, p.denominator, p.value) for p in outside[:_MOST_LABELS]]
    return charts.make_picture(
        xy_sheet.add_labels(sheet, names), f"funnel-{indicator.name}-{league.slug}", language
    )


def _draw_points(sheet: Sheet, points: Sequence[FunnelPoint]) -> None:
    """Draw the limits, which depend on the number of cases alone, and a marker for each unit."""
    sizes = [point.denominator for point in points]
    axes = sheet.axes
    for name, style in (("95", "--"), ("998", "-")):
        for end in ("lower", "upper"):
            limits = [getattr(point, f"{end}_{name}") for point in points]
            axes.plot(sizes, limits, color=drawing.QUIET, linewidth=1, linestyle=style, zorder=1)
    axes.plot(sizes, [point.centre for point in points], color=drawing.INK, linewidth=1, zorder=1)
    colours: dict[str | None, str] = {
        None: drawing.QUIET,
        "better": drawing.BLUE,
        "worse": drawing.VERMILION,
    }
    shapes = {None: "o", "better": "^", "worse": "v"}
    for side, colour in colours.items():
        shown = [point for point in points if point.is_outside == side]
        axes.plot(
            [point.denominator for point in shown], [point.value for point in shown], shapes[side],
            color=colour, markersize=4.5 if side is None else 6.5,
            markeredgecolor="white", markeredgewidth=0.5, zorder=3,
        )  # fmt: skip


def _make_size_scale(points: Sequence[FunnelPoint], language: Language) -> Scale:
    """Numbers of cases on a logarithmic axis, with ticks at 1, 2 and 5 times each power of ten."""
    lowest, highest = points[0].denominator / 1.15, points[-1].denominator * 1.15
    powers = range(math.floor(math.log10(lowest)), math.ceil(math.log10(highest)) + 1)
    ticks = [step * 10.0**power for power in powers for step in _STEPS]
    within = [tick for tick in ticks if lowest <= tick <= highest]
    if len(within) > 2 * len(_STEPS):
        within = [tick for tick in within if np.isclose(math.log10(tick) % 1, 0)]
    return Scale((lowest, highest), {tick: language.number(tick, 0) for tick in within})


def _describe(
    points: Sequence[FunnelPoint], indicator: Indicator, language: Language, banner: str
) -> str:
    parts = [
        language.text("funnel.chart", indicator=language.title(indicator)) + ".",
        language.text("chart.shown_by_size", count=len(points)),
        language.text("funnel.centre", centre=language.value(points[0].centre, indicator)),
    ]
    for side in ("better", "worse"):
        names = [point.name for point in points if point.is_outside == side]
        if names:
            parts.append(language.text(f"funnel.{side}", names=language.join_names(names)))
    if all(point.is_outside is None for point in points):
        parts.append(language.text("funnel.none_outside"))
    parts.append(language.text("chart.table_has_all"))
    return drawing.join_words(parts, banner)
