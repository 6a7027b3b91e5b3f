"""The ranks of a league beside its ranks with the same case mix: a line for each unit.

Here belong the drawing and its description in words. Not here: the ranks (pipeline.rankings), the
sheet's texts and their way into a file (drawing).
"""

from collections.abc import Iterator, Sequence

from matplotlib import rc_context
from matplotlib.figure import Figure

from reports import charts, drawing, lettering
from reports.charts import Picture
from reports.comparisons import CaseMix
from reports.drawing import Captions, Sheet, Text
from reports.language import Language
from reports.leagues import League

MOST_LINES = 5
"""Units that are drawn in strong colour: the most moved."""

_ROW, _SLOPE = 0.19, 1.7
_BESIDE, _HEAD, _TOP, _BOTTOM = 0.12, 0.14, 0.36, 0.12


def draw_slopes(
    units: Sequence[CaseMix], league: League, language: Language, banner: str = ""
) -> list[Picture]:
    """The picture of a league's units that have both ranks.

    None where nobody has, and none for more units than fit a picture: their table says it.
    """
    ranked = [unit for unit in units if unit.rank is not None and unit.adjusted_rank is not None]
    if not ranked or len(ranked) > charts.MOST_ROWS:
        return []
    sheet = draw_sheet(ranked, language, banner)
    return [charts.make_picture(sheet, f"case_mix-{league.slug}", language)]


def draw_sheet(ranked: Sequence[CaseMix], language: Language, banner: str = "") -> Sheet:
    """Draw a line from each unit's rank, on the left, to its rank with the same mix.

    The axes count places from 0, from the top.
    """
    left = sorted(ranked, key=lambda unit: (unit.rank or 0, unit.code))
    right = sorted(ranked, key=lambda unit: (unit.adjusted_rank or 0, unit.code))
    moved = _find_most_moved(ranked)
    sheet = _make_sheet(left, right, moved, _write_captions(ranked, language, banner))
    _draw_lines(sheet, left, right, moved)
    return sheet


def _find_most_moved(units: Sequence[CaseMix]) -> list[str]:
    moved = sorted(
        (unit for unit in units if unit.moved_by_mix),
        key=lambda unit: (-abs(unit.moved_by_mix or 0), unit.code),
    )
    return [unit.code for unit in moved[:MOST_LINES]]


def _write_captions(units: Sequence[CaseMix], language: Language, banner: str) -> Captions:
    moved = [unit for unit in units if unit.moved_by_mix]
    title = language.text("message.nobody_moved")
    if moved:
        most = next(unit for unit in units if unit.code == _find_most_moved(units)[0])
        title = language.text(
            "message.moved_by_mix",
            count=len(moved),
            name=most.name,
            rank=most.rank,
            adjusted=most.adjusted_rank,
        )
    subtitle = language.text("message.slopes")
    words = [subtitle + ".", language.text("chart.shown", count=len(units))]
    words.append(language.text("chart.table_has_all"))
    description = drawing.join_words(words, banner)
    heads = (language.text("case_mix.rank"), language.text("case_mix.adjusted_rank"))
    return Captions(title, description, heads, banner, subtitle)


def _make_sheet(
    left: Sequence[CaseMix], right: Sequence[CaseMix], moved: Sequence[str], captions: Captions
) -> Sheet:
    widest = max(
        lettering.measure_width(f"{lettering.shorten_name(unit.name)}  {len(left)}", is_bold=True)
        for unit in left
    )
    aside = max(widest + _BESIDE + drawing.EDGE, 1.6)
    width = 2 * aside + _SLOPE
    title, title_height = drawing.place_title(captions, width)
    top = title_height + _TOP
    height = top + len(left) * _ROW + _BOTTOM
    with rc_context(drawing.SETTINGS):
        figure = Figure(figsize=(width, height))
        place = (aside / width, _BOTTOM / height, _SLOPE / width, len(left) * _ROW / height)
        axes = figure.add_axes(place)
        axes.set_axis_off()
        axes.set_xlim(0, 1)
        axes.set_ylim(len(left) - 0.5, -0.5)
        drawing.draw_banner(figure, captions.banner)
    ends = (aside - _BESIDE, aside + _SLOPE + _BESIDE)
    texts = (
        *title,
        *_write_heads(captions, ends, top),
        *_write_names(left, right, moved, ends, top),
    )
    return Sheet(figure, axes, captions, texts)


def _write_heads(captions: Captions, ends: tuple[float, float], top: float) -> Iterator[Text]:
    for head, x, anchor in zip(captions.heads, ends, ("end", "start"), strict=True):
        yield Text(head, x, top - _HEAD, anchor, lettering.SMALL, drawing.QUIET)


def _write_names(
    left: Sequence[CaseMix],
    right: Sequence[CaseMix],
    moved: Sequence[str],
    ends: tuple[float, float],
    top: float,
) -> Iterator[Text]:
    for place, (one, other) in enumerate(zip(left, right, strict=True)):
        y = top + (place + 0.5) * _ROW + drawing.MIDDLE
        before, after = lettering.shorten_name(one.name), lettering.shorten_name(other.name)
        looks = ["bold" if unit.code in moved else "normal" for unit in (one, other)]
        yield Text(f"{before}  {one.rank}", ends[0], y, "end", weight=looks[0])
        yield Text(f"{other.adjusted_rank}  {after}", ends[1], y, "start", weight=looks[1])


def _draw_lines(
    sheet: Sheet, left: Sequence[CaseMix], right: Sequence[CaseMix], moved: Sequence[str]
) -> None:
    """Draw the lines; of the most moved in strong colour, downwards dashed."""
    places = {unit.code: place for place, unit in enumerate(right)}
    for place, unit in enumerate(left):
        is_strong = unit.code in moved
        is_better = (unit.moved_by_mix or 0) > 0
        strong = drawing.BLUE if is_better else drawing.VERMILION
        sheet.axes.plot(
            (0, 1), (place, places[unit.code]),
            color=strong if is_strong else drawing.GRID, linewidth=2.2 if is_strong else 1.2,
            linestyle="--" if is_strong and not is_better else "-", zorder=3 if is_strong else 2,
        )  # fmt: skip
