"""Data Docs of a month: opened in a browser without the network, and read by the library."""

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By

from assets.month import data_docs
from assets.month.inputs import read_inputs
from assets.month.installation import Installation

from .conftest import run_job, tally_month
from .test_set_checks import COLUMNS, send

MONTH = "2026-09"
PERSON = "Nguyễn Thị Hoa"
READS_ALONE = """
import json, pathlib, sys
import great_expectations as gx
context = gx.get_context(mode="ephemeral")
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.json")):
    suite = gx.ExpectationSuite(**json.loads(path.read_text(encoding="utf-8")))
    print(context.suites.add(suite).name)
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Hà Nội sent 20 good rows, 5 that are rejected, and one with a name where a time is due."""
    root = tmp_path_factory.mktemp("data_docs") / "home"
    root.mkdir()
    send(root, "H26", MONTH, 20, 5)
    path = root / "inbox" / "H26" / MONTH / "dossiers.csv"
    assert path.read_text("utf-8").startswith(COLUMNS)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"Y-1,H26,9,{PERSON},,\n")
    assert data_docs.try_bring_up_to_date(tally_month(root, MONTH)) == ""
    return root


@pytest.fixture(scope="module")
def folder(home: Path) -> Path:
    return home / "quality" / MONTH


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("no browser: install Debian's chromium and chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu"):
        options.add_argument(argument)
    started = webdriver.Chrome(
        options=options, service=webdriver.ChromeService(executable_path=driver)
    )
    yield started
    started.quit()


def list_requests(browser: webdriver.Chrome) -> set[str]:
    """The addresses that the browser asked for since the last call."""
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    return {
        message["params"]["request"]["url"]
        for message in messages
        if message["method"] == "Network.requestWillBeSent"
    }


def test_every_page_opens_in_a_browser_and_asks_the_network_for_nothing(
    folder: Path, browser: webdriver.Chrome
) -> None:
    browser.get(folder.joinpath("index.html").as_uri())
    links = browser.find_elements(By.CSS_SELECTOR, "td a")
    pages = [str(link.get_attribute("href")) for link in links]
    assert [page.rpartition("/")[2] for page in pages] == [
        *("records.dossiers.html", "senders.volumes.html", "senders.form.html"),
    ]
    for page in pages:
        browser.get(page)
        assert browser.find_elements(By.CSS_SELECTOR, "tbody tr")
    asked = list_requests(browser)
    assert asked
    assert all(address.startswith("file:") for address in asked), asked
    assert browser.get_log("browser") == []


def test_a_page_says_how_many_rows_break_a_rule(folder: Path, browser: webdriver.Chrome) -> None:
    browser.get(folder.joinpath("records.dossiers.html").as_uri())
    (row,) = [
        row.text
        for row in browser.find_elements(By.CSS_SELECTOR, "tr")
        if row.text.startswith("received_at_is_a_time:")
    ]
    # 6 of 26 rows are 23.08 %.
    assert "6 unexpected values found" in row
    assert "23.08% of 26 total rows" in row


def test_no_value_of_a_row_stands_in_them(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            text = path.read_text("utf-8")
            assert PERSON not in text
            assert "hôm nay" not in text


def test_every_link_leads_to_a_file(folder: Path, browser: webdriver.Chrome) -> None:
    for page in folder.glob("*.html"):
        browser.get(page.as_uri())
        for link in browser.find_elements(By.CSS_SELECTOR, "a[href]"):
            address = str(link.get_attribute("href")).partition("#")[0]
            assert Path(address.removeprefix("file://")).is_file(), address


def test_each_suite_is_read_by_the_library_alone(folder: Path) -> None:
    read = subprocess.run(
        [sys.executable, "-c", READS_ALONE, str(folder / "suites")],
        cwd="/",
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        | {"GX_ANALYTICS_ENABLED": "false"},
        capture_output=True,
        text=True,
        check=True,
    )
    names = {path.stem for path in (folder / "suites").iterdir()}
    assert set(read.stdout.split()) == names
    assert {"records.dossiers", "senders.volumes", "senders.form", "tallies.outcomes"} <= names


def test_they_are_for_their_owner_alone(folder: Path) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_assets_link_them(home: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(home, tmp_path / "home", symlinks=True)
    ran = run_job(copy, MONTH)
    assert ran.success
    for asset in ("records", "tallies", "bulletin"):
        (told,) = ran.asset_materializations_for_node(asset)
        path = Path(str(told.metadata["Data Docs"].value))
        assert path == copy / "quality" / MONTH / "index.html"
        assert path.is_file()


def test_they_are_written_again_only_where_they_would_differ(home: Path, folder: Path) -> None:
    before = (folder / "index.html").stat().st_mtime_ns
    data_docs.try_bring_up_to_date(read_inputs(Installation.at(home), MONTH))
    assert (folder / "index.html").stat().st_mtime_ns == before
    send(home, "H26", MONTH, 21, 1)
    data_docs.try_bring_up_to_date(tally_month(home, MONTH))
    text = (folder / "records.dossiers.html").read_text("utf-8")
    assert "of 22 total rows" in text


def test_a_folder_that_cannot_be_written_is_named_with_the_cure(home: Path) -> None:
    shutil.rmtree(home / "quality")
    (home / "quality").write_text("in the way")
    said = data_docs.try_bring_up_to_date(read_inputs(Installation.at(home), MONTH))
    assert said.startswith(f"the Data Docs of {MONTH} could not be written: ")
    assert "run again" in said
