"""The pages of all months in a real browser: finding a unit, a phone, no script, the keyboard."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.keys import Keys

from pipeline.bulletin import Content
from pipeline.edition_history import ChangedDelivery, EditionRecord
from reports.all_months import make_pages
from reports.all_months.values import MonthEditions
from reports.site.summary import SUMMARY, read_summary

MONTH = "2026-10"
PHONE = {"width": 360, "height": 800, "deviceScaleFactor": 1, "mobile": True}
DESK = {"width": 1200, "height": 900, "deviceScaleFactor": 1, "mobile": False}
PAGES = ("index.html", "en/index.html", "editions.html", f"editions/{MONTH}/en/index.html")


@pytest.fixture(scope="module")
def published(
    simulated: Content,
    simulated_edition: dict[str, bytes],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The pages of all months beside an edition of 34 provinces and their departments."""
    root = tmp_path_factory.mktemp("published")
    corrected = EditionRecord(
        MONTH,
        2,
        digest="2",
        is_simulated=True,
        deliveries=(ChangedDelivery(MONTH, "H26", "dossiers", "replaced"),),
        changed_values=2,
        changed_units=("H26",),
    )
    records = (EditionRecord(MONTH, 1, fault="altered", digest="1"), corrected)
    month = MonthEditions(MONTH, records, read_summary(simulated_edition[SUMMARY]))
    files = make_pages([month], simulated.register)
    files |= {f"{MONTH}/{path}": content_of for path, content_of in simulated_edition.items()}
    for path, content_of in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content_of)
    return root


@pytest.fixture
def page(browser: WebDriver, published: Path) -> Iterator[WebDriver]:
    """The Vietnamese index, on a desk."""
    open_page(browser, published / "index.html")
    yield browser
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def open_page(browser: WebDriver, path: Path, size: dict[str, object] | None = None) -> None:
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size or DESK)
    browser.get(path.as_uri())


def type_name(page: WebDriver, name: str) -> list[str]:
    """What is found once a name was typed: the texts of the units, in order."""
    box = page.find_element("id", "find-name")
    box.clear()
    box.send_keys(name)
    return [item.text for item in page.find_elements("css selector", ".found li")]


def say(page: WebDriver) -> str:
    return page.find_element("css selector", "#find [role=status]").text


@pytest.mark.parametrize(
    "typed", ["Đắk Lắk", "đắk lắk", "dak lak", "DAK  LAK", "Đăk Lăk", "lak dak", "dak la", "H15"]
)
def test_a_unit_is_found_by_its_name_with_accents_or_without_or_by_its_code(
    page: WebDriver, typed: str
) -> None:
    assert type_name(page, typed)[0] == "Đắk Lắk H15"


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("Tỉnh Lào Cai", "Lào Cai H38"),
        ("tinh lao cai", "Lào Cai H38"),
        ("Lao Cai Province", "Lào Cai H38"),
        ("Province of Lao Cai", "Lào Cai H38"),
        ("Thành phố Hà Nội", "Hà Nội H26"),
        ("TP. Hà Nội", "Hà Nội H26"),
        ("TP.Hà Nội", "Hà Nội H26"),
        ("Hanoi City", "Hà Nội H26"),
        ("Tỉnh Hà Tĩnh", "Hà Tĩnh H27"),
        ("ha tinh", "Hà Tĩnh H27"),
        ("Thành phố Hồ Chí Minh", "TP. Hồ Chí Minh H29"),
        ("TP. Hồ Chí Minh", "TP. Hồ Chí Minh H29"),
        ("Hồ Chí Minh", "TP. Hồ Chí Minh H29"),
        ("Ho Chi Minh City", "TP. Hồ Chí Minh H29"),
        ("TP HCM", "TP. Hồ Chí Minh H29"),
        ("TP.HCM", "TP. Hồ Chí Minh H29"),
        ("tphcm", "TP. Hồ Chí Minh H29"),
        ("HCM", "TP. Hồ Chí Minh H29"),
        ("Thanh Hóa", "Thanh Hóa H56"),
    ],
)
def test_the_kind_of_a_unit_may_be_typed_left_out_or_shortened(
    page: WebDriver, browser: WebDriver, published: Path, typed: str, first: str
) -> None:
    assert type_name(page, typed)[0] == first
    code = first.rsplit(maxsplit=1)[-1]
    open_page(browser, published / "en" / "index.html")
    assert type_name(browser, typed)[0].endswith(code)


def test_a_unit_below_is_found_with_the_kind_or_the_letters_of_its_province(
    page: WebDriver,
) -> None:
    for typed in ("Sở Y tế thành phố Hà Nội", "so y te tp ha noi", "Sở Y tế Hanoi"):
        assert type_name(page, typed) == ["Sở Y tế H26.03 – Hà Nội"]
    for typed in ("so y te tphcm", "Sở Y tế TP. HCM"):
        assert type_name(page, typed) == ["Sở Y tế H29.03 – TP. Hồ Chí Minh"]
    assert type_name(page, "so y te tinh ha tinh") == ["Sở Y tế H27.03 – Hà Tĩnh"]


def test_letters_in_another_form_of_unicode_find_the_same(page: WebDriver) -> None:
    # A d with a stroke has no decomposed form; the vowels have.
    assert type_name(page, "Đa\u0306\u0301k La\u0306\u0301k")[0] == "Đắk Lắk H15"


def test_the_unit_itself_comes_before_the_units_below_it(page: WebDriver) -> None:
    found = type_name(page, "ha noi")
    assert found[0] == "Hà Nội H26"
    # The province, its eight departments, then Sở Nội vụ of Hà Tĩnh and of Hải Phòng.
    assert say(page) == "Số đơn vị tìm thấy: 11"
    assert all(each.endswith(" – Hà Nội") for each in found[1:9])
    assert {each[:9] for each in found[9:]} == {"Sở Nội vụ"}
    assert type_name(page, "so y te ha noi") == ["Sở Y tế H26.03 – Hà Nội"]


def test_many_are_counted_and_the_first_are_shown(page: WebDriver) -> None:
    assert len(type_name(page, "sở")) == 12
    # Eight departments in each of 34 provinces, Sơn La and Lạng Sơn: 8 * 34 + 2 = 274.
    assert say(page).startswith("Số đơn vị tìm thấy: 274. Chỉ hiện 12 đơn vị đầu tiên")


def test_none_is_said_and_nothing_typed_says_nothing(page: WebDriver) -> None:
    assert type_name(page, "không có đơn vị này") == []
    assert say(page).startswith("Không tìm thấy đơn vị nào.")
    assert type_name(page, "  ") == []
    assert say(page) == ""


def test_what_is_typed_is_text(page: WebDriver) -> None:
    for typed in ("<b>zz</b>", "(", "[zz", "\\", "$&", "."):
        assert type_name(page, typed) == []
    assert page.find_elements("css selector", "#find b") == []


def test_the_return_key_opens_the_first_unit_and_a_link_opens_its_own(
    page: WebDriver, published: Path
) -> None:
    type_name(page, "dak lak")
    page.find_element("id", "find-name").send_keys(Keys.RETURN)
    assert page.current_url.endswith(f"/{MONTH}/units/H15.html")
    assert "Đắk Lắk" in page.title
    page.find_element("link text", "Tất cả các tháng").click()
    assert page.current_url == (published / "index.html").as_uri()
    type_name(page, "so y te ha noi")
    page.find_element("css selector", ".found a").click()
    assert page.current_url.endswith(f"/{MONTH}/units/H26.03.html")


def test_the_english_page_leads_to_the_english_page_of_a_unit_and_back(
    browser: WebDriver, published: Path
) -> None:
    open_page(browser, published / "en" / "index.html")
    assert type_name(browser, "dak lak")[0] == "Dak Lak H15"
    browser.find_element("css selector", ".found a").click()
    assert browser.current_url.endswith(f"/{MONTH}/en/units/H15.html")
    browser.find_element("link text", "All months").click()
    assert browser.current_url == (published / "en" / "index.html").as_uri()


def test_by_keyboard_alone_a_unit_is_found(page: WebDriver) -> None:
    page.execute_script("document.getElementById('find-name').focus()")
    page.switch_to.active_element.send_keys("dak lak")
    page.switch_to.active_element.send_keys(Keys.TAB)
    assert page.switch_to.active_element.text == "Đắk Lắk"


def test_without_javascript_there_is_no_box_but_a_list_of_all_units(
    page: WebDriver, published: Path
) -> None:
    page.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    page.get((published / "index.html").as_uri())
    assert not page.find_element("id", "find").is_displayed()
    page.find_element("css selector", "summary").click()
    links = page.find_elements("css selector", "#units a")
    assert len(links) == 306
    assert all(link.is_displayed() for link in links[:5])
    links[0].click()
    assert "/units/" in page.current_url


@pytest.mark.parametrize("name", PAGES)
def test_a_phone_of_360_pixels_never_scrolls_the_page_sideways(
    browser: WebDriver, published: Path, name: str
) -> None:
    open_page(browser, published / name, PHONE)
    browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    if "editions" not in name:
        assert len(type_name(browser, "so")) == 12
    assert browser.execute_script("return document.documentElement.scrollWidth") == 360


@pytest.mark.parametrize("name", PAGES)
def test_pages_say_nothing_in_the_console_and_ask_no_network(
    browser: WebDriver, published: Path, name: str
) -> None:
    browser.get_log("browser"), browser.get_log("performance")
    open_page(browser, published / name)
    if "editions" not in name:
        type_name(browser, "ha noi")
    assert browser.get_log("browser") == []
    sent = [json.loads(each["message"])["message"] for each in browser.get_log("performance")]
    asked = [
        each["params"]["request"]["url"]
        for each in sent
        if each["method"] == "Network.requestWillBeSent"
    ]
    assert asked
    assert all(url.startswith("file:") for url in asked)
