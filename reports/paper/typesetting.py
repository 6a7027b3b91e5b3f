"""Typesetting: a Typst template and values become a PDF that readers of screens can read.

Values reach the template as JSON and stand there as text, never as markup: no name can give an
order. The only font is the one of the charts, DejaVu Sans as Matplotlib brings it, so that bytes
are the same on every machine; a character that it lacks is shown as a replacement character. Here
belongs nothing of what a document says.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import normalize

import matplotlib as mpl
from matplotlib.ft2font import FT2Font

from pipeline import letters, months
from reports.edition import Edition

if TYPE_CHECKING:
    from typst import Compiler

_FONTS = Path(mpl.get_data_path()) / "fonts" / "ttf"
_TEMPLATES = Path(__file__).parent
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_SPACES = frozenset("\t\n ")
_LONGEST_NAME = 60
POINTS_OF_PIXEL = 0.75


@dataclass(frozen=True)
class SvgPicture:
    """A chart as SVG, what it shows in words for those who do not see it, its caption, and its
    width and height in CSS pixels.
    """

    svg: str
    alternative: str
    caption: str
    width: float
    height: float


@dataclass(frozen=True)
class Paper:
    """A typeset document and how many pages it has."""

    pdf: bytes
    pages: int


def typeset(edition: Edition, template: str, title: str, values: Mapping[str, object]) -> Paper:
    """The document of a template (`bulletin.typ`) with its values.

    `title`, language, date and banner come to the values. The date is the month's last day: the
    same values give the same bytes.
    """
    last_day = (months.end(edition.content.month) - timedelta(days=1)).replace(tzinfo=UTC)
    shared = {
        "title": title,
        "language": edition.language.code,
        "year": last_day.year,
        "month": last_day.month,
        "day": last_day.day,
        "banner": edition.banner,
        "simulated": edition.language.text("page.simulated_explained") if edition.banner else "",
        "product": edition.language.text("page.product"),
    }
    compiler = make_compiler(template, _make_all_printable(shared | dict(values)))
    pdf = compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=last_day)
    (pages,) = json.loads(compiler.query("<pages>", field="value"))
    assert isinstance(pdf, bytes)  # noqa: S101 - one file, not a list of pages
    return Paper(pdf, int(pages))


def make_compiler(template: str, values: Mapping[str, object]) -> "Compiler":
    """What typesets a template with its values, in the fonts of the charts."""
    from typst import Compiler  # noqa: PLC0415 - not every command needs it

    return Compiler(
        _TEMPLATES / template,
        root=_TEMPLATES,
        font_paths=[_FONTS],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(values, ensure_ascii=False)},
    )


def make_printable(text: str) -> str:
    """The text composed, without control characters, and each character in the font or replaced."""
    text = normalize("NFC", letters.without_steering(text))
    unknown = set(text) - _list_characters() - _SPACES
    return text.translate(dict.fromkeys(map(ord, unknown), _REPLACEMENT))


def _make_all_printable(values: Mapping[str, object]) -> dict[str, object]:
    """The values with every text in them made printable: JSON would hide what is not."""
    return {name: _make_value_printable(value) for name, value in values.items()}


def _make_value_printable(value: object) -> object:
    if isinstance(value, str):
        return make_printable(value)
    if isinstance(value, Mapping):
        return _make_all_printable(value)
    if isinstance(value, list | tuple):
        return [_make_value_printable(each) for each in value]
    return value


def shorten(text: str, at_most: int = _LONGEST_NAME) -> str:
    """A text on one line, cut to what a table has room for."""
    line = " ".join(text.split())
    return line if len(line) <= at_most else line[: at_most - 1].rstrip() + "…"


def place_pictures(pictures: Iterable[SvgPicture]) -> list[dict[str, object]]:
    """Pictures as values of a template: SVG, what it shows in words, and its size in points."""
    return [
        {
            "svg": keep_family(picture.svg),
            "alt": picture.alternative,
            "caption": picture.caption,
            "width": POINTS_OF_PIXEL * picture.width,
            "height": POINTS_OF_PIXEL * picture.height,
        }
        for picture in pictures
    ]


def keep_family(svg: str) -> str:
    """The SVG with one family of fonts: the others are not at hand."""
    return re.sub(r'font-family="[^"]*"', "font-family=\"'DejaVu Sans'\"", svg)


@cache
def _list_characters() -> frozenset[str]:
    """The characters that the font has, in both of its weights."""
    weights = (FT2Font(str(_FONTS / f"DejaVuSans{ending}.ttf")) for ending in ("", "-Bold"))
    return frozenset.intersection(*(frozenset(map(chr, each.get_charmap())) for each in weights))
