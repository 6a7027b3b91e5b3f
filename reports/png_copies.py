"""Copies of charts as PNG, for pasting into a document: the SVG, drawn with the font of the charts.

Not here: what a chart shows (charts), documents (paper).
"""

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
    """The chart as PNG, without the title and description for screen readers, which its SVG has.

    The same chart gives the same bytes.
    """
    values = {
        "svg": typesetting.keep_family(picture.svg.decode()),
        "width": typesetting.POINTS_OF_PIXEL * picture.width,
        "height": typesetting.POINTS_OF_PIXEL * picture.height,
    }
    png = typesetting.make_compiler(_TEMPLATE, values).compile(format="png", ppi=PIXELS_PER_INCH)
    assert isinstance(png, bytes)  # noqa: S101 - one page, not a list of pages
    return png
