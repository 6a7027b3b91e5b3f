"""Copies of charts as PNG: of each chart of a featured league, as large as it, as it looks."""

import io
import re

import numpy as np
import pytest
from matplotlib import image

from pipeline.bulletin import Changes, Content
from reports.charts import Picture
from reports.png_copies import PIXELS_PER_INCH, make_copy, name_copy
from reports.site import pages

SIZE = 96
"""Pixels of CSS to the inch."""
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="30pt" height="15pt" viewBox="0 0 30 15">'
    '<path d="M0 0h15v15h-15z" fill="#ff0000"/>{}</svg>'
)


def picture(extra: str = "") -> Picture:
    return Picture("a.vi.svg", SVG.format(extra).encode(), "Tên", "Mô tả", 40, 20)


def read_pixels(png: bytes) -> np.ndarray:
    return np.asarray(image.imread(io.BytesIO(png), format="png"))


def test_a_copy_is_as_large_as_the_chart_and_has_its_colours() -> None:
    """40 x 20 pixels of CSS at two pixels each; the left half is red, the rest is white paper."""
    pixels = read_pixels(make_copy(picture()))
    assert pixels.shape[:2] == (20 * PIXELS_PER_INCH // SIZE, 40 * PIXELS_PER_INCH // SIZE)
    assert tuple(pixels[20, 20][:3]) == (1.0, 0.0, 0.0)
    assert tuple(pixels[20, 60][:3]) == (1.0, 1.0, 1.0)


def test_the_same_chart_gives_the_same_bytes() -> None:
    assert make_copy(picture()) == make_copy(picture())


@pytest.mark.parametrize("letter", ["H", "ậ"])
def test_letters_are_drawn_whatever_family_a_chart_names(letter: str) -> None:
    text = f'<text x="18" y="12" font-size="12" font-family="Nowhere Sans">{letter}</text>'
    pixels = read_pixels(make_copy(picture(text)))
    assert pixels[:, 45:, :3].min() < 0.5


def test_each_chart_of_a_featured_league_links_its_copy(
    small: Content, first_edition: Changes
) -> None:
    made = pages(small, 1, first_edition, [])
    page = made["leagues/province.html"].decode()
    charts = re.findall(r'src="\.\./charts/([^"]+)\.svg"', page)
    assert charts
    for name in charts:
        assert f'href="../charts/{name}.png"' in page
        assert made[f"charts/{name}.png"].startswith(b"\x89PNG")
    assert name_copy(picture()) == "a.vi.png"
