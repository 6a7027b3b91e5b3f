"""Data Docs of a month: opened in a browser without the network, and read by the library."""

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By

from assets.command_line.run import find_unchanged
from assets.month import after_publishing, data_docs, set_rules
from assets.month.edition import NothingToPublishError
from assets.month.feedback import FeedbackError
from assets.month.inputs import read_inputs
from assets.month.installation import Installation
from expectations import data_docs as expected_docs
from expectations.engine.runner import SuiteError
from pipeline.store import NoResultError

from .conftest import run_job, tally_month
from .test_set_checks import COLUMNS, send

pytestmark = pytest.mark.runs

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
        "records.dossiers.html",
        *(f"senders.{measures}.html" for measures in ("volumes", "form", "code_forms", "repeats")),
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


def test_pages_that_somebody_removed_are_written_again(home: Path, folder: Path) -> None:
    (folder / "index.html").unlink()
    data_docs.try_bring_up_to_date(read_inputs(Installation.at(home), MONTH))
    assert (folder / "index.html").is_file()


def test_pages_of_a_simulated_home_say_so_and_no_others(folder: Path) -> None:
    pages = {path.name: path.read_text("utf-8") for path in folder.glob("*.html")}
    assert pages
    assert not any("SIMULATED" in page for page in pages.values())
    results = expected_docs.validate_month(MONTH, {"dossiers": (1, {})}, {})
    simulated = expected_docs.make_pages(MONTH, results, is_simulated=True)
    assert set(simulated) == {"index.html", "records.dossiers.html"}
    assert all(b"SIMULATED DATA" in page for page in simulated.values())


def test_a_rule_that_cannot_be_checked_is_not_shown_as_broken(home: Path) -> None:
    measures = set_rules.measure(read_inputs(Installation.at(home), MONTH))
    measures["volumes"] = measures["volumes"].drop("least_rows")
    with pytest.raises(SuiteError, match=r"senders\.volumes: the rule rows_not_far_below_usual"):
        expected_docs.validate_month(MONTH, {}, measures)


def fail(error: Exception) -> Callable[..., None]:
    def raise_it(*_: object) -> None:
        raise error

    return raise_it


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NoResultError("no whole rejected: run the month again"), r"rejected: run the month again"),
        (ValueError("Nguyễn"), rf"\(ValueError\): .* report it with logs/{MONTH}\.log"),
    ],
)
def test_whatever_else_goes_wrong_is_told_without_failing_the_run(
    home: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    monkeypatch.setattr(data_docs.row_rule_history, "find_history", fail(error))
    with pytest.raises(data_docs.DataDocsError, match=f"could not be made.*{said}") as raised:
        after_publishing.bring_up_to_date(read_inputs(Installation.at(home), MONTH))
    assert raised.value.exit_status == 3
    assert "folder writable" not in str(raised.value)
    assert "Nguyễn" not in str(raised.value)


def test_they_are_written_where_feedback_cannot_be(home: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(home, tmp_path / "home", symlinks=True)
    shutil.rmtree(copy / "quality")
    shutil.rmtree(copy / "feedback", ignore_errors=True)
    (copy / "feedback").write_text("in the way")
    with pytest.raises(FeedbackError, match="feedback to 1 senders"):
        after_publishing.bring_up_to_date(read_inputs(Installation.at(copy), MONTH))
    assert (copy / "quality" / MONTH / "index.html").is_file()


def test_a_run_in_which_nothing_else_changed_writes_them_again(home: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(home, tmp_path / "home", symlinks=True)
    assert run_job(copy, MONTH).success
    shutil.rmtree(copy / "quality")
    assert find_unchanged(Installation.at(copy), MONTH) is not None
    assert (copy / "quality" / MONTH / "index.html").is_file()


def test_where_every_file_is_refused_they_say_so(tmp_path: Path) -> None:
    path = tmp_path / "inbox" / "H26" / MONTH / "dossiers.csv"
    path.parent.mkdir(parents=True)
    path.write_text("no,such,columns\n1,2,3\n", "utf-8")
    with pytest.raises(NothingToPublishError):
        run_job(tmp_path, MONTH)
    page = (tmp_path / "quality" / MONTH / "index.html").read_text("utf-8")
    assert "no file was accepted" in page


def test_a_folder_that_cannot_be_written_is_named_with_the_cure(home: Path) -> None:
    shutil.rmtree(home / "quality")
    (home / "quality").write_text("in the way")
    said = data_docs.try_bring_up_to_date(read_inputs(Installation.at(home), MONTH))
    assert said.startswith(f"the Data Docs of {MONTH} could not be written: ")
    assert "run again" in said
