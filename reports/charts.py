"""The charts of an edition: rankings, the three on-time rates, changes since last month.

Here belongs which values each chart shows, and its description in words. Not here: the sheet
(drawing), its markers (markers), or where the chart stands on a page (bulletin).

The ranking of a long league is cut into pictures of at most MOST_ROWS units on one scale, so that
each fits a printed page; the other charts show as many units as fit one picture.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from math import ceil
from typing import Any, TypeVar

from pipeline.bulletin import Content
from pipeline.methods import Indicator
from reports import drawing, markers, messages
from reports.drawing import Captions, Line, Scale, Sheet
from reports.language import Language
from reports.leagues import RATES, League, Standing, find_lead, find_tiers, read_leagues

MOST_ROWS = 45
"""The most units on one picture."""

_INCH = 96
"""CSS pixels."""

Row = TypeVar("Row")


@dataclass(frozen=True)
class Picture:
    """One picture in one language: its file, its title and description, its size in pixels."""

    file_name: str
    svg: bytes
    title: str
    description: str
    width: int
    height: int


@dataclass(frozen=True)
class Chart:
    """What is the same in all pictures of a chart: what it says (title) and shows (subtitle);
    `banner` marks simulated data, empty for real data.
    """

    title: str
    subtitle: str
    heads: tuple[str, ...]
    scale: Scale
    indicator: Indicator
    language: Language
    banner: str


def draw_ranking(
    league: League, indicator: Indicator, language: Language, banner: str = ""
) -> list[Picture]:
    """Draw units in order of rank: dots with their limits, value and rank set printed, tiers as
    bands.

    Each picture has at most MOST_ROWS ranked units; there is none where nobody is ranked. `banner`
    marks simulated data in the picture.
    """
    standings = league.ranked(indicator.name)
    title = messages.about_ranking(standings, language)
    subtitle = language.text("chart.interval", indicator=language.title(indicator))
    captions = Captions(title, "", (), banner, subtitle)
    sheets = _draw_ranking_sheets(standings, indicator, language, captions)
    return _make_pictures(f"{indicator.name}-{league.slug}", sheets, language)


def draw_rates(
    league: League, indicators: Sequence[Indicator], language: Language, banner: str = ""
) -> list[Picture]:
    """Draw the on-time rates of each unit as markers of different shape and colour.

    `indicators` are those of RATES; units stand in order of rank by the last of them, the rate
    of the dossiers due. Units without one of the values are left out; of more than MOST_ROWS those
    are drawn whose rates differ most.
    """
    names = [indicator.name for indicator in indicators]
    found = [
        [league.find(name, last.code) for name in names] for last in league.standings(RATES[-1])
    ]
    known = [[s for s in row if s and s.value is not None] for row in found]
    whole = [row for row in known if len(row) == len(names)]
    rows = choose_rows(whole, lambda row: _measure_spread([s.value for s in row]))
    chart = Chart(
        title=messages.about_rates(whole, language),
        subtitle=note_chosen(language.text("rates.title"), len(rows), len(whole), language),
        heads=tuple(markers.RATES[name][2] for name in names),
        scale=markers.make_scale([s.value for row in rows for s in row], indicators[-1], language),
        indicator=indicators[-1],
        language=language,
        banner=banner,
    )

    def make_line(place: int, row: Sequence[Standing]) -> Line:
        values = (language.value(s.value, chart.indicator) for s in row)
        return Line(row[0].name, tuple(values), place % 2 == 0)

    sheets = _draw_sheets(
        chart,
        rows,
        make_line,
        lambda row: row[-1],
        lambda sheet, part: markers.draw_rates(sheet, part, names),
    )
    return _make_pictures(f"on_time_rates-{league.slug}", sheets, language)


def draw_changes(
    league: League, indicator: Indicator, language: Language, banner: str = ""
) -> list[Picture]:
    """Draw arrows from last month's value to this month's, for the ranked units that have both.

    Of more than MOST_ROWS those are drawn that changed by more than chance, then those that changed
    most.
    """
    whole = [s for s in league.ranked(indicator.name) if s.change is not None]
    standings = choose_rows(whole, lambda s: (s.has_changed, abs(s.change or 0.0)))
    subtitle = language.text("chart.change", indicator=language.short_title(indicator))
    values = [v for s in standings for v in (s.value, s.previous_value)]
    chart = Chart(
        title=messages.about_changes(whole, language),
        subtitle=note_chosen(subtitle, len(standings), len(whole), language),
        heads=(language.text("corrections.before"), language.text("corrections.after"), "±"),
        scale=markers.make_scale(values, indicator, language),
        indicator=indicator,
        language=language,
        banner=banner,
    )

    def make_line(place: int, standing: Standing) -> Line:
        before = language.value(standing.previous_value, indicator)
        now = language.value(standing.value, indicator)
        columns = (before, now, language.difference(standing.change or 0.0, indicator))
        return Line(standing.name, columns, place % 2 == 0)

    sheets = _draw_sheets(
        chart, standings, make_line, lambda standing: standing, markers.draw_arrows
    )
    return _make_pictures(f"change-{indicator.name}-{league.slug}", sheets, language)


def choose_rows(rows: Sequence[Row], weigh: Callable[[Row], Any]) -> Sequence[Row]:
    """At most MOST_ROWS rows: those that weigh most, in the order they had; the first of equals."""
    if len(rows) <= MOST_ROWS:
        return rows
    heaviest = sorted(range(len(rows)), key=lambda place: weigh(rows[place]), reverse=True)
    return [rows[place] for place in sorted(heaviest[:MOST_ROWS])]


def note_chosen(subtitle: str, shown: int, whole: int, language: Language) -> str:
    """The subtitle of a chart, saying where not all rows are drawn."""
    if shown == whole:
        return subtitle
    return f"{subtitle}; {language.text('message.widest', shown=shown, all=whole)}"


def _measure_spread(values: Sequence[float | None]) -> float:
    known = [value for value in values if value is not None]
    return max(known) - min(known)


def draw_preview(content: Content, indicator: str | None = None, at_most: int = 34) -> bytes:
    """Draw the best units of the first featured league as a small PNG, in Vietnamese.

    By the given indicator where a unit is ranked by it, else by the league's leading indicator;
    empty bytes where nobody is ranked.
    """
    language = Language("vi")
    banner = language.text("page.simulated") if content.is_simulated else ""
    for league in read_leagues(content, has_all_values=False).featured:
        chosen = find_lead(content.method, league)
        if indicator and league.ranked(indicator):
            chosen = content.method.indicator(indicator)
        title = f"{language.short_title(chosen)}, {language.month(content.month)}"
        standings = league.ranked(chosen.name)[:at_most]
        captions = Captions(title, "", (), banner)
        for sheet in _draw_ranking_sheets(standings, chosen, language, captions):
            return drawing.render_png(sheet)
    return b""


def _draw_ranking_sheets(
    standings: Sequence[Standing],
    indicator: Indicator,
    language: Language,
    captions: Captions,
) -> Iterator[Sheet]:
    """The sheets of a ranking; of `captions` the title, the subtitle and the banner."""
    dark = {
        place
        for order, (first, after, _) in enumerate(find_tiers(standings))
        for place in range(first, after)
        if order % 2 == 0
    }
    values = [v for s in standings for v in (s.value, s.lower, s.upper)]
    chart = Chart(
        title=captions.title,
        subtitle=captions.subtitle,
        heads=tuple(language.text(f"league.{head}") for head in ("value", "rank_set", "tier")),
        scale=markers.make_scale(values, indicator, language),
        indicator=indicator,
        language=language,
        banner=captions.banner,
    )

    def make_line(place: int, standing: Standing) -> Line:
        value, rank_set = language.value(standing.value, indicator), language.rank_set(standing)
        return Line(standing.name, (value, rank_set, language.count(standing.tier)), place in dark)

    return _draw_sheets(chart, standings, make_line, lambda standing: standing, markers.draw_dots)


def _draw_sheets(
    chart: Chart,
    rows: Sequence[Row],
    make_line: Callable[[int, Row], Line],
    find_standing: Callable[[Row], Standing],
    draw: Callable[[Sheet, Sequence[Row]], None],
) -> Iterator[Sheet]:
    """Draw the rows on sheets of about equal length, at most MOST_ROWS rows each.

    `make_line` makes a row's line from its place among all rows; `find_standing` gives the row's
    standing for the description; `draw` draws the markers of the rows on a sheet.
    """
    parts = ceil(len(rows) / MOST_ROWS)
    for number in range(parts):
        first, after = len(rows) * number // parts, len(rows) * (number + 1) // parts
        part = rows[first:after]
        title = chart.title
        if parts > 1:
            title = chart.language.text("chart.part", title=title, part=number + 1, parts=parts)
        description = _describe(find_standing(part[0]), find_standing(part[-1]), len(part), chart)
        captions = Captions(title, description, chart.heads, chart.banner, chart.subtitle)
        lines = [make_line(place, row) for place, row in enumerate(part, first)]
        sheet = drawing.make_sheet(lines, captions, chart.scale)
        draw(sheet, part)
        yield sheet


def _describe(first: Standing, last: Standing, shown: int, chart: Chart) -> str:
    language = chart.language
    ends = language.text(
        "chart.ends",
        first=first.name,
        first_value=language.value(first.value, chart.indicator),
        first_set=language.rank_set(first),
        last=last.name,
        last_value=language.value(last.value, chart.indicator),
        last_set=language.rank_set(last),
    )
    described = [
        language.text("chart.shown", count=shown),
        ends,
        language.text("chart.table_has_all"),
    ]
    if chart.subtitle:
        described.insert(0, chart.subtitle + ".")
    return drawing.join_words(described, chart.banner)


def _make_pictures(name: str, sheets: Iterator[Sheet], language: Language) -> list[Picture]:
    stems = (name if number == 1 else f"{name}-{number}" for number in count(1))
    return [make_picture(sheet, stem, language) for sheet, stem in zip(sheets, stems, strict=False)]


def make_picture(sheet: Sheet, stem: str, language: Language) -> Picture:
    """A sheet as a file of the bulletin, named by `stem` and language."""
    width, height = (round(_INCH * inches) for inches in sheet.figure.get_size_inches())
    return Picture(
        file_name=f"{stem}.{language.code}.svg",
        svg=drawing.render_svg(sheet),
        title=sheet.captions.title,
        description=sheet.captions.description,
        width=width,
        height=height,
    )
