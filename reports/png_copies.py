"""Copies of charts as PNG, for pasting into a document: the SVG, drawn with the font of the charts.

Not here: what a chart shows (charts), documents (paper).
"""

import json
from pathlib import Path

from reports.charts import Picture
from reports.paper import typesetting

PIXELS_PER_INCH = 192
"""Two pixels of the copy to one of the page: sharp on paper, and on a screen."""
_TEMPLATE = "picture.typ"


def name_copy(picture: Picture) -> str:
    """The name of the file of the copy."""
    return str(Path(picture.file_name).with_suffix(".png"))


def make_copy(picture: Picture) -> bytes:
    """The chart as PNG; the same chart gives the same bytes.

    Needs what the chart has: title and description stay with the SVG, a PNG bears none.
    """
    from typst import Compiler  # noqa: PLC0415 - not every command needs it

    values = {
        "svg": typesetting.keep_family(picture.svg.decode()),
        "width": typesetting.POINTS_OF_PIXEL * picture.width,
        "height": typesetting.POINTS_OF_PIXEL * picture.height,
    }
    compiler = Compiler(
        typesetting.TEMPLATES / _TEMPLATE,
        root=typesetting.TEMPLATES,
        font_paths=[typesetting.FONTS],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(values)},
    )
    png = compiler.compile(format="png", ppi=PIXELS_PER_INCH)
    assert isinstance(png, bytes)  # noqa: S101 - one page, not a list of pages
    return png
