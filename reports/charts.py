"""The charts of an edition: rankings, the three on-time rates, changes since last month.

Here belongs what each chart shows. Not here: the sheet it is drawn on (drawing), or where it
stands on a page (bulletin).

A long league is cut into parts of at most 45 units on one scale: a part fits a printed page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import TypeVar

from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from pipeline.bulletin import Content
from pipeline.methods import Indicator
from reports import drawing
from reports.drawing import Line, Sheet, Words
from reports.leagues import RATES, League, Standing, bands, headline, read
from reports.words import Language

PART = 45
"""Most units on one picture."""

RATE_MARKS = {
    "on_time_of_finished": ("o", drawing.ORANGE),
    "on_time_766": ("s", drawing.GREEN),
    "due_on_time": ("D", drawing.BLUE),
}
"""Shape and colour of each on-time rate."""
_TICKS = 6
T = TypeVar("T")


@dataclass(frozen=True)
class Picture:
    """One picture in one language: its file, its title and description, its size in pixels."""

    file_name: str
    svg: bytes
    title: str
    description: str
    width: int
    height: int


def ranked(
    league: League, indicator: Indicator, language: Language, banner: str = ""
) -> list[Picture]:
    """Units in order of rank: dots with their limits, value and rank set printed, tiers as bands.

    One picture for every 45 ranked units, none where nobody is ranked. `banner` marks simulated
    data in the picture.
    """
    standings = league.ranked(indicator.name)
    title = language.text("chart.interval", indicator=language.title(indicator))
    sheets = _ranked_sheets(standings, indicator, language, title, banner)
    return _pictures(f"{indicator.name}-{league.slug}", sheets, language)


def rates(
    league: League, indicators: Sequence[Indicator], language: Language, banner: str = ""
) -> list[Picture]:
    """The on-time rates of each unit as three marks of different shape and colour.

    `indicators` are those of RATES; units stand in order of rank by the last of them, the rate
    of the dossiers due. One picture for every 45 units with all three values.
    """
    order = [s.code for s in league.standings(RATES[-1])]
    found = [[league.find(i.name, code) for i in indicators] for code in order]
    rows = [[s for s in row if s and s.value is not None] for row in found]
    rows = [row for row in rows if len(row) == len(indicators)]
    ends = _ends([s.value for row in rows for s in row if s.value is not None])
    title = language.text("rates.title")
    sheets = []
    for part in _parts(rows):
        lines = [
            Line(
                row[0].name, tuple(language.value(s.value, indicators[0]) for s in row), y % 2 == 0
            )
            for y, row in enumerate(part)
        ]
        last = tuple(row[-1] for row in part)
        described = _described(last, indicators[-1], language)
        heads = ("●", "■", "◆")
        sheet = drawing.sheet(lines, Words(title, described, heads, banner), ends)
        for y, row in enumerate(part):
            values = [s.value for s in row if s.value is not None]
            sheet.axes.plot(
                [min(values), max(values)], [y, y], color=drawing.QUIET, linewidth=1, zorder=2
            )
            for standing, indicator in zip(row, indicators, strict=True):
                shape, colour = RATE_MARKS[indicator.name]
                sheet.axes.plot(
                    [standing.value], [y], shape, color=colour, markersize=5.5,
                    markeredgecolor="white", markeredgewidth=0.6, zorder=3,
                )  # fmt: skip
        _number_axis(sheet, indicators[0], language)
        sheets.append(sheet)
    return _pictures(f"on_time_rates-{league.slug}", sheets, language)


def changes(
    league: League, indicator: Indicator, language: Language, banner: str = ""
) -> list[Picture]:
    """Arrows from last month's value to this month's, for the ranked units that have both."""
    standings = tuple(s for s in league.ranked(indicator.name) if s.previous_value is not None)
    both = [v for s in standings for v in (s.value, s.previous_value) if v is not None]
    ends = _ends(both)
    title = language.text("chart.change", indicator=language.short_title(indicator))
    sheets = []
    for part in _parts(standings):
        heads = (language.text("corrections.before"), language.text("corrections.after"), "±")
        lines = [
            Line(s.name, _change_columns(s, indicator, language), y % 2 == 0)
            for y, s in enumerate(part)
        ]
        words = Words(title, _described(part, indicator, language), heads, banner)
        sheet = drawing.sheet(lines, words, ends)
        for y, standing in enumerate(part):
            _draw_arrow(sheet, y, standing)
        _number_axis(sheet, indicator, language)
        sheets.append(sheet)
    return _pictures(f"change-{indicator.name}-{league.slug}", sheets, language)


def preview_png(content: Content, indicator: str | None = None, at_most: int = 34) -> bytes:
    """A small PNG of the first featured league's best units, in Vietnamese.

    By the headline indicator unless another is named; empty bytes where nobody is ranked.
    """
    language = Language("vi")
    chosen = content.method.indicator(indicator) if indicator else headline(content.method)
    banner = language.text("page.simulated") if content.is_simulated else ""
    for league in read(content).featured:
        standings = league.ranked(chosen.name)[:at_most]
        title = f"{language.short_title(chosen)}, {language.month(content.month)}"
        for sheet in _ranked_sheets(standings, chosen, language, title, banner):
            return drawing.png(sheet)
    return b""


def _ranked_sheets(
    standings: Sequence[Standing],
    indicator: Indicator,
    language: Language,
    title: str,
    banner: str,
) -> list[Sheet]:
    numbers = [v for s in standings for v in (s.value, s.lower, s.upper) if v is not None]
    ends = _ends(numbers)
    tiers = {
        place: (order, tier)
        for order, (first, after, tier) in enumerate(bands(standings))
        for place in range(first, after)
    }
    heads = tuple(language.text(f"league.{head}") for head in ("value", "rank_set", "tier"))
    sheets = []
    start = 0
    for part in _parts(standings):
        lines = [
            Line(
                s.name,
                (
                    language.value(s.value, indicator),
                    language.rank_set(s),
                    str(tiers[start + y][1] or ""),
                ),
                tiers[start + y][0] % 2 == 0,
            )
            for y, s in enumerate(part)
        ]
        words = Words(title, _described(part, indicator, language), heads, banner)
        sheet = drawing.sheet(lines, words, ends)
        _draw_dots(sheet, part)
        _number_axis(sheet, indicator, language)
        sheets.append(sheet)
        start += len(part)
    return sheets


def _draw_dots(sheet: Sheet, standings: Sequence[Standing]) -> None:
    axes = sheet.axes
    limited = [(y, s) for y, s in enumerate(standings) if s.lower is not None]
    axes.hlines(
        [y for y, _ in limited],
        [s.lower for _, s in limited],
        [s.upper for _, s in limited],
        color=drawing.BLUE,
        linewidth=1.6,
        zorder=2,
    )
    for is_hollow in (False, True):
        shown = [(y, s) for y, s in enumerate(standings) if s.is_provisional == is_hollow]
        axes.plot(
            [s.value for _, s in shown], [y for y, _ in shown], "o", markersize=6,
            markerfacecolor="white" if is_hollow else drawing.BLUE,
            markeredgecolor=drawing.BLUE, markeredgewidth=1.4, zorder=3,
        )  # fmt: skip


def _draw_arrow(sheet: Sheet, y: int, standing: Standing) -> None:
    colour = drawing.QUIET
    if standing.has_changed:
        colour = drawing.BLUE
    before, now = standing.previous_value, standing.value
    sheet.axes.annotate(
        "",
        xy=(now, y),
        xytext=(before, y),
        arrowprops={
            "arrowstyle": "-|>",
            "color": colour,
            "linewidth": 2.0 if standing.has_changed else 1.0,
            "shrinkA": 0,
            "shrinkB": 0,
            "mutation_scale": 9,
        },
        zorder=2,
    )
    sheet.axes.add_line(
        Line2D(
            [before],
            [y],
            marker="o",
            markersize=4.5,
            markerfacecolor="white",
            markeredgecolor=colour,
            zorder=3,
        )  # fmt: skip
    )


def _change_columns(
    standing: Standing, indicator: Indicator, language: Language
) -> tuple[str, str, str]:
    change = standing.change
    return (
        language.value(standing.previous_value, indicator),
        language.value(standing.value, indicator),
        "" if change is None else language.difference(change, indicator),
    )


def _number_axis(sheet: Sheet, indicator: Indicator, language: Language) -> None:
    locator = MaxNLocator(_TICKS, steps=[1, 2, 5, 10])
    sheet.axes.xaxis.set_major_locator(locator)
    ticks = locator.tick_values(*sheet.axes.get_xlim())
    scale, sign = (100, "%") if indicator.unit == "share" else (1, "")
    step = (ticks[1] - ticks[0]) * scale if len(ticks) > 1 else 1
    decimals = 0 if step >= 1 else (1 if step >= 0.1 else 2)  # noqa: PLR2004

    def write(value: float, _place: int) -> str:
        return language.number(scale * value, decimals) + sign

    sheet.axes.xaxis.set_major_formatter(FuncFormatter(write))


def _ends(values: Sequence[float]) -> tuple[float, float]:
    """Ends of the axis: all values with some room; it need not begin at zero, dots have no length."""
    if not values:
        return (0.0, 1.0)
    lowest, highest = min(values), max(values)
    room = (highest - lowest) * 0.04 or 0.01 * abs(highest) or 0.01
    return (lowest - room, highest + room)


def _described(part: Sequence[Standing], indicator: Indicator, language: Language) -> str:
    first, last = part[0], part[-1]
    return " ".join(
        (
            language.text("chart.shown", count=len(part)),
            language.text(
                "chart.ends",
                first=first.name,
                first_value=language.value(first.value, indicator),
                first_set=language.rank_set(first),
                last=last.name,
                last_value=language.value(last.value, indicator),
                last_set=language.rank_set(last),
            ),
            language.text("chart.table_has_all"),
        )
    )


def _parts(rows: Sequence[T]) -> list[Sequence[T]]:
    """The rows in parts of about equal length, at most PART each."""
    count = ceil(len(rows) / PART)
    return [rows[len(rows) * i // count : len(rows) * (i + 1) // count] for i in range(count)]


def _pictures(name: str, sheets: Sequence[Sheet], language: Language) -> list[Picture]:
    pictures = []
    for number, sheet in enumerate(sheets, 1):
        title, stem = sheet.words.title, name
        if len(sheets) > 1:
            title = language.text("chart.part", title=title, part=number, parts=len(sheets))
            stem = f"{name}-{number}"
        file_name = f"{stem}.{language.code}.svg"
        picture = drawing.svg(sheet, stem, title)
        width, height = (round(96 * inches) for inches in sheet.figure.get_size_inches())
        pictures.append(Picture(file_name, picture, title, sheet.words.description, width, height))
    return pictures
