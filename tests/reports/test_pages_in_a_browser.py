"""The pages in a real browser: width of a phone, pictures, keyboard."""

from pathlib import Path

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.keys import Keys

PAGES = (
    "index.html", "en/index.html", "leagues/province.html", "en/units/H26.html", "method.html",
    "en/glossary.html", "data.html"
)  # fmt: skip
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}


def _opened(
    browser: WebDriver, folder: Path, page: str, size: dict[str, object] | None = None
) -> None:
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size or PHONE)
    browser.get((folder / page).as_uri())


@pytest.mark.parametrize("page", PAGES)
def test_a_phone_never_scrolls_the_page_sideways(
    browser: WebDriver, folder: Path, page: str
) -> None:
    _opened(browser, folder, page)
    browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert browser.execute_script("return document.documentElement.scrollWidth") == 390


def test_every_picture_is_drawn(browser: WebDriver, folder: Path) -> None:
    _opened(browser, folder, "leagues/province.html")
    widths = browser.execute_script("return [...document.images].map(i => i.naturalWidth)")
    # Ranking, parts, rates, change, ranks, months, funnel, case mix.
    assert len(widths) == 8
    assert min(widths) > 0


def test_what_scrolls_sideways_can_be_reached_by_keyboard_and_has_a_name(
    browser: WebDriver, folder: Path
) -> None:
    _opened(browser, folder, "index.html")
    unreachable = browser.execute_script(
        "return [...document.querySelectorAll('body *')].filter(e =>"
        " e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX == 'auto' &&"
        " !(e.tabIndex == 0 && e.getAttribute('aria-label'))).length"
    )
    assert unreachable == 0


def test_the_first_tab_leads_past_the_head_of_the_page(browser: WebDriver, folder: Path) -> None:
    _opened(browser, folder, "index.html")
    browser.switch_to.active_element.send_keys(Keys.TAB)
    assert browser.switch_to.active_element.get_attribute("href").endswith("#main")


def test_the_link_to_the_other_language_leads_there_and_back(
    browser: WebDriver, folder: Path
) -> None:
    _opened(browser, folder, "index.html")
    for language in ("en", "vi"):
        browser.find_element("css selector", "a.language").click()
        assert browser.execute_script("return document.documentElement.lang") == language
