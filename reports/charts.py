"""The charts of an edition: rankings, the three on-time rates, changes since last month.

Here belongs what each chart shows and says. Not here: the sheet it is drawn on (drawing), its
marks (marks), or where it stands on a page (bulletin).

A long league is cut into parts of at most 45 units on one scale: a part fits a printed page.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from math import ceil
from typing import TypeVar

from pipeline.bulletin import Content
from pipeline.methods import Indicator
from reports import drawing, marks
from reports.drawing import Line, Scale, Sheet, Words
from reports.leagues import RATES, League, Standing, bands, lead, read
from reports.words import Language

PART = 45
"""Most units on one picture."""

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
class Frame:
    """What all parts of a chart share; `banner` marks simulated data, empty for real data."""

    title: str
    heads: tuple[str, ...]
    scale: Scale
    indicator: Indicator
    language: Language
    banner: str


def ranked(
    league: League, indicator: Indicator, language: Language, banner: str = ""
) -> list[Picture]:
    """Units in order of rank: dots with their limits, value and rank set printed, tiers as bands.

    One picture for every 45 ranked units, none where nobody is ranked. `banner` marks simulated
    data in the picture.
    """
    title = language.text("chart.interval", indicator=language.title(indicator))
    sheets = _ranked(league.ranked(indicator.name), indicator, language, title, banner)
    return _pictures(f"{indicator.name}-{league.slug}", sheets, language)


def rates(
    league: League, indicators: Sequence[Indicator], language: Language, banner: str = ""
) -> list[Picture]:
    """The on-time rates of each unit as three marks of different shape and colour.

    `indicators` are those of RATES; units stand in order of rank by the last of them, the rate
    of the dossiers due. One picture for every 45 units with all three values.
    """
    names = [indicator.name for indicator in indicators]
    found = [
        [league.find(name, last.code) for name in names] for last in league.standings(RATES[-1])
    ]
    known = [[s for s in row if s and s.value is not None] for row in found]
    rows = [row for row in known if len(row) == len(names)]
    frame = Frame(
        title=language.text("rates.title"),
        heads=tuple(marks.RATES[name][2] for name in names),
        scale=marks.scale([s.value for row in rows for s in row], indicators[-1], language),
        indicator=indicators[-1],
        language=language,
        banner=banner,
    )

    def line(place: int, row: Sequence[Standing]) -> Line:
        values = (language.value(s.value, frame.indicator) for s in row)
        return Line(row[0].name, tuple(values), place % 2 == 0)

    sheets = _sheets(
        frame, rows, line, lambda row: row[-1], lambda sheet, part: marks.rates(sheet, part, names)
    )
    return _pictures(f"on_time_rates-{league.slug}", sheets, language)


def changes(
    league: League, indicator: Indicator, language: Language, banner: str = ""
) -> list[Picture]:
    """Arrows from last month's value to this month's, for the ranked units that have both."""
    standings = [s for s in league.ranked(indicator.name) if s.change is not None]
    values = [v for s in standings for v in (s.value, s.previous_value)]
    frame = Frame(
        title=language.text("chart.change", indicator=language.short_title(indicator)),
        heads=(language.text("corrections.before"), language.text("corrections.after"), "±"),
        scale=marks.scale(values, indicator, language),
        indicator=indicator,
        language=language,
        banner=banner,
    )

    def line(place: int, standing: Standing) -> Line:
        before = language.value(standing.previous_value, indicator)
        now = language.value(standing.value, indicator)
        columns = (before, now, language.difference(standing.change or 0.0, indicator))
        return Line(standing.name, columns, place % 2 == 0)

    sheets = _sheets(frame, standings, line, lambda standing: standing, marks.arrows)
    return _pictures(f"change-{indicator.name}-{league.slug}", sheets, language)


def preview_png(content: Content, indicator: str | None = None, at_most: int = 34) -> bytes:
    """A small PNG of the first featured league's best units, in Vietnamese.

    By the indicator named where somebody is ranked by it, else by the league's lead; empty bytes
    where nobody is ranked.
    """
    language = Language("vi")
    banner = language.text("page.simulated") if content.is_simulated else ""
    for league in read(content).featured:
        chosen = lead(content.method, league)
        if indicator and league.ranked(indicator):
            chosen = content.method.indicator(indicator)
        title = f"{language.short_title(chosen)}, {language.month(content.month)}"
        standings = league.ranked(chosen.name)[:at_most]
        for sheet in _ranked(standings, chosen, language, title, banner):
            return drawing.png(sheet)
    return b""


def _ranked(
    standings: Sequence[Standing],
    indicator: Indicator,
    language: Language,
    title: str,
    banner: str,
) -> Iterator[Sheet]:
    dark = {
        place
        for order, (first, after, _) in enumerate(bands(standings))
        for place in range(first, after)
        if order % 2 == 0
    }
    values = [v for s in standings for v in (s.value, s.lower, s.upper)]
    frame = Frame(
        title=title,
        heads=tuple(language.text(f"league.{head}") for head in ("value", "rank_set", "tier")),
        scale=marks.scale(values, indicator, language),
        indicator=indicator,
        language=language,
        banner=banner,
    )

    def line(place: int, standing: Standing) -> Line:
        value, rank_set = language.value(standing.value, indicator), language.rank_set(standing)
        return Line(standing.name, (value, rank_set, language.count(standing.tier)), place in dark)

    return _sheets(frame, standings, line, lambda standing: standing, marks.dots)


def _sheets(
    frame: Frame,
    rows: Sequence[Row],
    line: Callable[[int, Row], Line],
    described_by: Callable[[Row], Standing],
    draw: Callable[[Sheet, Sequence[Row]], None],
) -> Iterator[Sheet]:
    """The rows on sheets of about equal length, at most PART rows each."""
    parts = ceil(len(rows) / PART)
    for number in range(parts):
        first, after = len(rows) * number // parts, len(rows) * (number + 1) // parts
        part = rows[first:after]
        title = frame.title
        if parts > 1:
            title = frame.language.text("chart.part", title=title, part=number + 1, parts=parts)
        description = _description(described_by(part[0]), described_by(part[-1]), len(part), frame)
        words = Words(title, description, frame.heads, frame.banner)
        lines = [line(place, row) for place, row in enumerate(part, first)]
        sheet = drawing.sheet(lines, words, frame.scale)
        draw(sheet, part)
        yield sheet


def _description(first: Standing, last: Standing, shown: int, frame: Frame) -> str:
    language = frame.language
    ends = language.text(
        "chart.ends",
        first=first.name,
        first_value=language.value(first.value, frame.indicator),
        first_set=language.rank_set(first),
        last=last.name,
        last_value=language.value(last.value, frame.indicator),
        last_set=language.rank_set(last),
    )
    described = [
        language.text("chart.shown", count=shown),
        ends,
        language.text("chart.table_has_all"),
    ]
    return " ".join([frame.banner + ".", *described] if frame.banner else described)


def _pictures(name: str, sheets: Iterator[Sheet], language: Language) -> list[Picture]:
    stems = (name if number == 1 else f"{name}-{number}" for number in count(1))
    return [picture(sheet, stem, language) for sheet, stem in zip(sheets, stems, strict=False)]


def picture(sheet: Sheet, stem: str, language: Language) -> Picture:
    """A sheet as a file of the bulletin, named by its stem."""
    width, height = (round(_INCH * inches) for inches in sheet.figure.get_size_inches())
    return Picture(
        file_name=f"{stem}.{language.code}.svg",
        svg=drawing.svg(sheet, stem),
        title=sheet.words.title,
        description=sheet.words.description,
        width=width,
        height=height,
    )
