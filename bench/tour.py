"""`make tour`: the pages of the demonstration, each with a picture, in docs/tour.md.

Here belong the stops of the tour, and taking a picture of a page with Debian's Chromium. The text
and the pictures are written together, so the one never tells of what the other lacks. Not here:
making the pages (reports.site), the demonstration (make run).
"""

import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image
from selenium import webdriver
from selenium.webdriver.chrome.webdriver import WebDriver

from pipeline.errors import PlainError

DOCUMENT = Path(__file__).parents[1] / "docs" / "tour.md"
PICTURES = DOCUMENT.parent / "tour"
MOST_BYTES = 1024 * 1024
"""The most that all pictures of the tour take together."""

_COLOURS = 48
_WIDE, _PHONE = (1000, 760), (360, 700)
_QUIET = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
)  # fmt: skip
_SCROLL = """
const found = document.querySelector(arguments[0]);
const mark = document.querySelector('.simulated');
if (mark) Object.assign(mark.style, {position: 'fixed', top: 0, left: 0, right: 0, zIndex: 9});
if (found) window.scrollTo(0, found.getBoundingClientRect().top + window.scrollY
  - (mark ? mark.offsetHeight : 0));
"""
"""Brings what a selector names to the top, below the mark of simulated data, which stays."""
_OPENING = """\
# A tour of the pages

What an inspector sees, page by page. `make tour` writes this page: it opens the pages of the
demonstration (`make run`) in a browser and takes the pictures. All data in the pictures are
**simulated**, and the pages say so at their top; a picture of something further down keeps that
mark. The pages are in Vietnamese and in English; both are shown here.
"""


class TourError(PlainError):
    """The tour cannot be made; the message says what to do."""


@dataclass(frozen=True)
class Stop:
    """A page of the tour: its path from a month's folder, what to look at, and what it answers.

    `anchor` is the CSS selector of what stands at the top of the picture; empty for the top of the
    page.
    """

    name: str
    path: str
    title: str
    answer: str
    anchor: str = ""
    size: tuple[int, int] = _WIDE


STOPS = (
    Stop(
        "months",
        "../en/index.html",
        "All months",
        "Which months are there, what is the latest, and where is my unit?",
    ),
    Stop(
        "front",
        "index.html",
        "The front page of a month",
        "Who stands out, who is missing, and what is to be doubted? Sentences that claim no more "
        "than the data show come first.",
    ),
    Stop(
        "league",
        "en/leagues/province.html",
        "A league",
        "How do the units compare? Beside each rank stand the ranks that the data cannot exclude, "
        "and neighbours that cannot be told apart are one tier.",
        "h1",
    ),
    Stop(
        "chart",
        "en/leagues/province.html",
        "A chart of the league",
        "How far apart are they? Every value has its 95 % limits, on one scale.",
        "figure",
    ),
    Stop(
        "unit",
        "units/H26.html",
        "A unit",
        "How does my unit do, is that different from last month, and can I trust it?",
        "h1",
    ),
    Stop(
        "phone",
        "en/units/H26.html",
        "The same page on a phone",
        "Nothing is cut off at 360 pixels; wide tables scroll by themselves.",
        "h1",
        _PHONE,
    ),
    Stop(
        "procedures",
        "en/procedures.html",
        "Procedures",
        "Which procedures are late most, and how are they elsewhere?",
        "h1",
    ),
    Stop(
        "official",
        "en/methods.html",
        "Scores by the official methods",
        "What would Decision 766 and Circular 01/2018 give? Beside our index, and never mixed with "
        "it.",
        "h1",
    ),
    Stop(
        "method",
        "en/method.html",
        "The method",
        "How is a number made, by which law, from how many cases on? The page is made from the "
        "method file that was computed by.",
        "#indicators",
    ),
    Stop(
        "glossary",
        "glossary.html",
        "The glossary",
        "What does a word mean? Words on the pages lead here.",
        "h1",
    ),
    Stop(
        "data",
        "en/data.html",
        "The data",
        "Where are the numbers, and what does each column hold?",
        "h1",
    ),
)


def make_tour(month: Path, document: Path = DOCUMENT, pictures: Path = PICTURES) -> list[Stop]:
    """Writes the tour of a published month's folder; returns its stops.

    A page that the edition has not is no stop. TourError without a browser, without the month, and
    where the pictures together are larger than MOST_BYTES.
    """
    stops = [stop for stop in STOPS if _find_page(month, stop).exists()]
    if not stops:
        raise TourError(f"no published pages in {month}: run `make run` first")
    with _open_browser() as browser:
        taken = {stop.name: _take_picture(browser, month, stop) for stop in stops}
    total = sum(map(len, taken.values()))
    if total > MOST_BYTES:
        raise TourError(
            f"the pictures of the tour take {total:,} bytes, more than {MOST_BYTES:,}: "
            "make _WIDE smaller in bench/tour.py, or take a stop away"
        )
    pictures.mkdir(parents=True, exist_ok=True)
    for old in pictures.glob("*.png"):
        old.unlink()
    for name, content in taken.items():
        (pictures / f"{name}.png").write_bytes(content)
    document.write_text(write_document(stops), encoding="utf-8")
    return stops


def write_document(stops: Iterable[Stop]) -> str:
    """The tour's text: each stop with its question, its picture and where the page lies."""
    return _OPENING + "".join(_write_stop(stop) for stop in stops)


def _write_stop(stop: Stop) -> str:
    alternative = f"{stop.title}, with simulated data"
    return (
        f"\n## {stop.title}\n\n{stop.answer}\n\n![{alternative}](tour/{stop.name}.png)\n\n"
        f"In a month's folder: {stop.path}\n"
    )


def _find_page(month: Path, stop: Stop) -> Path:
    """Where a page lies; `..` leads out of a month's folder, which is a link to an edition."""
    return Path(os.path.normpath(month.absolute() / stop.path))


@contextmanager
def _open_browser() -> Iterator[WebDriver]:
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        raise TourError(
            "the tour needs Debian's Chromium and its driver: run `make browser`, then `make tour`"
        )
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in _QUIET:
        options.add_argument(argument)
    browser = webdriver.Chrome(
        options=options, service=webdriver.ChromeService(executable_path=driver)
    )
    try:
        yield browser
    finally:
        browser.quit()


def _take_picture(browser: WebDriver, month: Path, stop: Stop) -> bytes:
    """The PNG of a stop, in few colours."""
    width, height = stop.size
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.get(_find_page(month, stop).as_uri())
    if stop.anchor:
        browser.execute_script(_SCROLL, stop.anchor)
    picture = Image.open(BytesIO(browser.get_screenshot_as_png())).convert("RGB")
    written = BytesIO()
    few = picture.quantize(_COLOURS, dither=Image.Dither.NONE)
    few.save(written, format="PNG", optimize=True)
    return written.getvalue()


def main(arguments: list[str]) -> int:
    """Makes the tour of the latest month of a home; prints what to do where it cannot."""
    (home,) = arguments
    months = sorted((Path(home) / "published").glob("[0-9]*-[0-9]*"))
    try:
        stops = make_tour(months[-1] if months else Path(home, "published", "no month"))
    except TourError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{DOCUMENT}: {len(stops)} stops")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
