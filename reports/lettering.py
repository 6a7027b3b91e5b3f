"""Names and titles on charts: how wide they are, cut and in lines that fit.

Here belongs what is known of a text before it is drawn. Not here: where it stands (drawing).
"""

from collections.abc import Sequence
from functools import cache

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from pipeline import letters

POINTS = 72
"""Points to the inch."""
FONT, SMALL = 9.0, 8.0
"""Sizes of letters, in points."""
_SPACE = 0.348 * FONT / POINTS
"""Width of the space between two words of a title, in inches."""
_LONGEST_NAME = 34
_MEASURED = 6


def shorten_name(name: str) -> str:
    """A name cut to what fits beside a chart, without characters that cannot be drawn."""
    name = letters.without_steering(name)
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1].rstrip() + "…"


def measure_widest(texts: Sequence[str]) -> float:
    """The greatest width in inches. Measuring takes time, so only the longest few are measured.

    Of texts of equal length always the same ones: the order of a set differs from run to run.
    """
    by_length = sorted(set(texts), key=lambda text: (len(text), text))
    return max(measure_width(text) for text in by_length[-_MEASURED:])


@cache
def measure_width(text: str, *, is_bold: bool = False) -> float:
    """Width of a text in inches."""
    font = FontProperties(family="DejaVu Sans", weight="bold" if is_bold else "normal", size=FONT)
    points, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(points) / POINTS


def wrap_title(title: str, width: float) -> list[str]:
    """A title in lines that fit the width in inches."""
    lines: list[str] = []
    left = 0.0
    for word in letters.without_steering(title).split():
        # Words come again in other titles, whole lines do not, and measuring takes time.
        long = measure_width(word, is_bold=True)
        if lines and long + _SPACE <= left:
            lines[-1] += f" {word}"
            left -= long + _SPACE
        else:
            lines.append(word)
            left = width - long
    return lines or [""]
