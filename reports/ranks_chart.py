"""The ranks of a league in the last months: a line for each unit (a bump chart).

Here belong the drawing, its message and its description in words. Not here: which units moved
(ranks_by_month), reading the ranks (comparisons), the sheet's texts and their way into a file
(drawing).
"""

import math
from collections.abc import Iterator, Sequence

from matplotlib import rc_context
from matplotlib.figure import Figure

from reports import charts, drawing, lettering
from reports.charts import Picture
from reports.drawing import Captions, Sheet, Text
from reports.language import Language
from reports.leagues import League
from reports.ranks_by_month import RanksOfLeague, UnitRanks

LEAST_MONTHS = 3
"""Fewer months than these make no chart: the changes since last month have one."""

LIGHT = "#b4bcc6"
_MONTH, _ROW = 0.36, 0.19
_LEAST = (2.4, 1.2)
"""Width of a month and height of a rank, and least width and height of the axes, in inches."""
_BESIDE, _TOP, _BOTTOM, _LINE = 0.12, 0.22, 0.3, 0.165
_MARGIN, _MARGIN_OF_SETS = 0.42, 1.0
_APART = 0.025
"""Between the bars of rank sets of two strong units in one month, in inches."""


def draw_ranks(
    found: RanksOfLeague | None, league: League, language: Language, banner: str = ""
) -> list[Picture]:
    """The picture of a league's ranks by month; none for fewer than LEAST_MONTHS, and none for more
    units than have room where no line would be strong: the table has them.
    """
    if found is None or sum(map(bool, found.ranked_units)) < LEAST_MONTHS:
        return []
    if not found.ranked_units[-1] or (not found.strong and not _has_room(found)):
        return []
    sheet = draw_sheet(found, language, banner)
    return [charts.make_picture(sheet, f"ranks-{found.indicator.name}-{league.slug}", language)]


def _has_room(found: RanksOfLeague) -> bool:
    """Whether each unit has a line of its own, with its name at the end."""
    return _count_ranks(found) <= charts.MOST_ROWS


def _count_ranks(found: RanksOfLeague) -> int:
    """The lowest rank on the chart."""
    ranks = (each.rank for unit in found.units for each in unit.months)
    return max([*found.ranked_units[found.start :], *(rank for rank in ranks if rank is not None)])


def draw_sheet(found: RanksOfLeague, language: Language, banner: str = "") -> Sheet:
    """Draw the line of each unit: the months from 0 on the x axis, ranks downwards on the y axis.

    Each line has the unit's code as its label in Matplotlib. Names stand at the ends of lines: of
    all units, or where there is no room for all, of the strong ones, the first and the last.
    """
    captions = _write_captions(found, language, banner)
    lowest = _count_ranks(found)
    high = max(_LEAST[1], min(lowest, charts.MOST_ROWS) * _ROW)
    labelled = _list_labelled(found)
    right = (
        lettering.measure_widest([_label_end(unit, language) for unit in labelled]) * 1.1
        + _BESIDE
        + drawing.EDGE
    )
    left = _MARGIN if not found.strong else _MARGIN_OF_SETS
    wide = max(_LEAST[0], _MONTH * (len(found.months) - 1))
    width = left + wide + right
    title, title_height = drawing.place_title(captions, width)
    top = title_height + _TOP
    height = top + high + _BOTTOM
    with rc_context(drawing.SETTINGS):
        figure = Figure(figsize=(width, height))
        axes = figure.add_axes((left / width, _BOTTOM / height, wide / width, high / height))
        axes.set_axis_off()
        axes.set_xlim(0, len(found.months) - 1)
        axes.set_ylim(lowest + 0.5, 0.5)
        drawing.draw_banner(figure, captions.banner)
    sheet = Sheet(figure, axes, captions, ())
    _draw_lines(sheet, found)
    _draw_sets(sheet, found)
    texts = (
        *title,
        *_write_ends(sheet, found, labelled, language),
        *_write_beginnings(sheet, found, language),
        *_write_months(sheet, found, language),
        *_write_breaks(sheet, found, language),
    )
    return Sheet(figure, axes, captions, texts)


def _write_captions(found: RanksOfLeague, language: Language, banner: str) -> Captions:
    indicator = found.indicator
    first, last = (language.short_month(found.months[n]) for n in (found.start, -1))
    title = language.text("ranks.nobody_moved", first=first, last=last)
    if found.moved:
        most = found.moved[0]
        title = language.text(
            "ranks.moved",
            count=len(found.moved),
            all=sum(unit.months[-1].is_ranked for unit in found.units),
            name=most.name,
            before=most.months[found.find_first(most) or 0].rank,
            now=most.months[-1].rank,
        )
    subtitle = language.text(
        "ranks.subtitle",
        indicator=language.phrase(indicator),
        first=language.short_month(found.months[0]),
        last=last,
    )
    words = [subtitle + ".", language.text("chart.shown", count=len(found.units))]
    if found.strong:
        names = language.join_names([unit.name for unit in found.strong])
        words.append(language.text("ranks.strong", names=names))
    words.append(language.text("chart.table_has_all"))
    description = drawing.join_words(words, banner)
    return Captions(title, description, (), banner, subtitle)


def _list_labelled(found: RanksOfLeague) -> list[UnitRanks]:
    """The units with a name at the end of their line, in order of their rank."""
    ranked = sorted(
        (unit for unit in found.units if unit.months[-1].is_ranked),
        key=lambda unit: (unit.months[-1].rank or 0, unit.code),
    )
    if _has_room(found):
        return ranked
    named = {unit.code for unit in (*found.strong, ranked[0], ranked[-1])}
    return [unit for unit in ranked if unit.code in named]


def _label_end(unit: UnitRanks, language: Language) -> str:
    last = unit.months[-1]
    return f"{last.rank}  {lettering.shorten_name(unit.name)} ({language.rank_set(last)})"


def _draw_lines(sheet: Sheet, found: RanksOfLeague) -> None:
    """Draw the lines, broken where a unit was not ranked and where ranks are not comparable.

    A month between two gaps is a dot. Lines to a worse rank are dashed where they are strong.
    """
    strong = {unit.code for unit in found.strong}
    moved = {unit.code for unit in found.moved}
    for unit in found.units:
        is_strong, is_worse = unit.code in strong, found.measure_move(unit) < 0
        colour = drawing.QUIET if unit.code in moved else LIGHT
        if is_strong:
            colour = drawing.VERMILION if is_worse else drawing.BLUE
        xs, ys = _list_points(unit, found)
        sheet.axes.plot(
            xs, ys, label=unit.code, color=colour, linewidth=2.2 if is_strong else 1.1,
            linestyle="--" if is_strong and is_worse else "-", clip_on=False,
            marker="o", markersize=3.5, markevery=_find_alone(ys),
            zorder=4 if is_strong else 3 if unit.code in moved else 2,
        )  # fmt: skip
    breaks = [place - 0.5 for place, is_break in enumerate(found.breaks) if is_break]
    bottom, top = sheet.axes.get_ylim()
    sheet.axes.vlines(breaks, top, bottom, color=drawing.INK, linewidth=0.9, linestyle=":")


def _list_points(unit: UnitRanks, found: RanksOfLeague) -> tuple[list[float], list[float]]:
    """Months and ranks; not a number where the line is broken."""
    xs: list[float] = []
    ys: list[float] = []
    for place, (standing, is_break) in enumerate(zip(unit.months, found.breaks, strict=True)):
        if is_break:
            xs.append(place - 0.5)
            ys.append(math.nan)
        xs.append(place)
        ys.append(math.nan if standing.rank is None else standing.rank)
    return xs, ys


def _find_alone(ys: Sequence[float]) -> list[int]:
    """The places of ranks between two gaps."""
    around = [math.nan, *ys, math.nan]
    return [
        place
        for place, (before, here, after) in enumerate(
            zip(around, around[1:], around[2:], strict=False)
        )
        if not math.isnan(here) and math.isnan(before) and math.isnan(after)
    ]


def _draw_sets(sheet: Sheet, found: RanksOfLeague) -> None:
    """Draw the rank sets of the strong units in the two months that are compared."""
    inches = sheet.axes.get_position().width * sheet.figure.get_figwidth()
    month = (len(found.months) - 1) / inches
    for number, unit in enumerate(found.strong):
        is_worse = found.measure_move(unit) < 0
        for place, side in ((found.find_first(unit) or 0, -1), (len(found.months) - 1, 1)):
            standing = unit.months[place]
            if standing.rank_lower is None or standing.rank_upper is None:
                continue
            x = place + side * _APART * (number + 1) * month
            sheet.axes.plot(
                (x, x), (standing.rank_lower, standing.rank_upper), clip_on=False, linewidth=1.4,
                color=drawing.VERMILION if is_worse else drawing.BLUE, zorder=3,
                linestyle="--" if is_worse else "-", label=f"_{unit.code}",
            )  # fmt: skip


def _write_ends(
    sheet: Sheet, found: RanksOfLeague, labelled: Sequence[UnitRanks], language: Language
) -> Iterator[Text]:
    """Rank, name and rank set at the end of a line; units of equal rank one below the other."""
    strong = {unit.code for unit in found.strong}
    written = {unit.code: _label_end(unit, language) for unit in labelled}
    ends = [(unit.code, unit.months[-1].rank or 0) for unit in labelled]
    aside = _BESIDE + _APART * len(strong)
    for code, x, y in _place_apart(sheet, ends, len(found.months) - 1):
        weight = "bold" if code in strong else "normal"
        yield Text(written[code], x + aside, y + drawing.MIDDLE, "start", weight=weight)


def _write_beginnings(sheet: Sheet, found: RanksOfLeague, language: Language) -> Iterator[Text]:
    """Rank and rank set of the strong units in the first month, where they are compared from it;
    where there is room, the ranks of the others.
    """
    firsts = {unit.code: unit.months[0] for unit in found.strong if found.find_first(unit) == 0}
    begun = sorted((first.rank or 0, code) for code, first in firsts.items())
    aside = _BESIDE + _APART * len(found.strong)
    for code, x, y in _place_apart(sheet, [(code, rank) for rank, code in begun], 0):
        first = firsts[code]
        written = f"({language.rank_set(first)})  {first.rank}"
        yield Text(written, x - aside, y + drawing.MIDDLE, "end", weight="bold")
    if _has_room(found):
        others = {unit.months[0].rank for unit in found.units} - {rank for rank, _ in begun}
        for other in sorted(rank for rank in others if rank is not None):
            x, y = drawing.locate(sheet, 0, other)
            yield Text(
                f"{other}", x - aside, y + drawing.MIDDLE, "end", lettering.SMALL, drawing.QUIET
            )


def _place_apart(
    sheet: Sheet, ends: Sequence[tuple[str, int]], month: int
) -> Iterator[tuple[str, float, float]]:
    """Code, x and y of labels beside ranks, in order of rank, each a line below the one before."""
    lowest = 0.0
    for code, rank in ends:
        x, y = drawing.locate(sheet, month, rank)
        lowest = max(y, lowest + _LINE)
        yield code, x, lowest


def _write_months(sheet: Sheet, found: RanksOfLeague, language: Language) -> Iterator[Text]:
    """Every third month below the axes, counted back from the last one, and the first."""
    foot = drawing.locate(sheet, 0, sheet.axes.get_ylim()[0])[1]
    places = list(range(len(found.months) - 1, -1, -3))
    if places[-1] > 1:
        places.append(0)
    for place in places:
        x, _ = drawing.locate(sheet, place, 1)
        written = language.short_month(found.months[place])
        yield Text(written, x, foot + 0.18, "middle", lettering.SMALL, drawing.QUIET)


def _write_breaks(sheet: Sheet, found: RanksOfLeague, language: Language) -> Iterator[Text]:
    """What is another from a break on, above its line."""
    known = None
    for place, (version, is_break) in enumerate(zip(found.versions, found.breaks, strict=True)):
        if is_break:
            written = language.text("ranks.new_territory")
            if version != known:
                written = language.text("ranks.new_method", version=version)
            x, y = drawing.locate(sheet, place - 0.5, sheet.axes.get_ylim()[1])
            yield Text(written, x, y - 0.06, "middle", lettering.SMALL, drawing.QUIET)
        known = version or known
