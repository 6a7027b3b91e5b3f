"""Small homes made after public reports of faults in other programs: each gives the right value.

The homes are facts beside the checkout; where they are absent the tests are skipped. What each home
is about, its source and the right value are in its `expected.txt`.
"""

import csv
import shutil
from collections.abc import Iterable
from pathlib import Path

import polars as pl
import pytest

from assets.month import results
from assets.month.inputs import read_inputs
from assets.month.installation import Installation

from .conftest import STEMS, ReformIndex, Said, run_job

CASES = Path(__file__).parents[3] / "shared" / "cases"
MONTH = "2026-10"
Value = tuple[str, str, str]
"""Numerator, denominator and value of an index, as published."""

pytestmark = [
    pytest.mark.runs,
    pytest.mark.skipif(not CASES.is_dir(), reason=f"{CASES} is not there"),
]


@pytest.fixture
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of the home that the test's marker names."""
    marker = request.node.get_closest_marker("home")
    assert marker is not None
    return Path(shutil.copytree(CASES / marker.args[0], tmp_path / "home", symlinks=True))


def read_index(home: Path, unit: str, indicator: str, month: str = MONTH) -> Value:
    path = home / "published" / month / "data" / "indices.csv"
    with path.open(encoding="utf-8", newline="") as file:
        (row,) = (
            row
            for row in csv.DictReader(file)
            if row["unit_code"] == unit and row["indicator"] == indicator
        )
    return row["numerator"], row["denominator"], row["value"]


def run(reform_index: ReformIndex, home: Path, *arguments: str) -> Said:
    """A run that publishes, and is not complete only because other provinces sent nothing."""
    said = reform_index("run", *(arguments or ("--month", MONTH)), "--home", home)
    assert said.status in (0, 3), said.err
    return said


ON_TIME = {
    "due-midnight": {"H01": ("40", "40", "1"), "H05": ("40", "40", "1")},
    "empty-records": {"H01": ("36", "40", "0.9"), "H05": ("32", "40", "0.8")},
    "month-zero": {"H01": ("40", "40", "1"), "H05": ("40", "40", "1")},
    "pass-codes-and-names": {
        "001": ("38", "40", "0.95"),
        "1": ("37", "40", "0.925"),
        "NA": ("40", "40", "1"),
    },
    "pass-end-of-day-2400": {"H01": ("40", "40", "1")},
    "pass-working-days": {"H01": ("40", "40", "1"), "H05": ("40", "40", "1")},
    "petition-year-0": {"H01": ("40", "40", "1"), "H05": ("40", "40", "1")},
    "quotes-unclosed-pair": {"H12": ("100", "400", "0.25"), "H13": ("301", "400", "0.7525")},
    "second-header-other-order": {"H05": ("80", "80", "1")},
    "word-not-in-list": {"H01": ("39", "39", "1"), "H05": ("40", "40", "1")},
    "year-two-digits": {"H01": ("20", "20", "1"), "H05": ("40", "40", "1")},
    "zone-name-dropped": {"H05": ("30", "40", "0.75")},
    "zone-unknown-to-polars": {"H05": ("40", "40", "1")},
    "ids-scientific": {"H05": ("36", "40", "0.9")},
    "nested-folder": {"H05": ("36", "40", "0.9")},
}
"""Of each home, the dossiers on time and due by unit: a unit that is not there is refused."""
TOLD = {
    "month-zero": "the folder's name is not a month",
    "quotes-unclosed-pair": "row 51: a quote is opened",
    "second-header-other-order": "row 42: it is a second header",
    "zone-name-dropped": "%Z in",
    "zone-unknown-to-polars": "time_zone: 'localtime'",
    "ids-scientific": "scientific notation like 2.61E+11",
    "year-two-digits": "H12 Cà Mau (40 of 40 dossiers)",
    "nested-folder": "inbox/H01/2026-10/2026-10/dossiers.csv: it lies in a folder inside",
}
"""What the run says of the sender that is at fault."""


def homes(names: Iterable[str]) -> pytest.MarkDecorator:
    """Runs a test with each of some homes."""
    cases = [pytest.param(name, marks=pytest.mark.home(name)) for name in names]
    return pytest.mark.parametrize("name", cases)


def count_on_time(home: Path, units: Iterable[str]) -> dict[str, Value]:
    """Of each unit, what the job counts for the month; nothing is ranked or shown."""
    run_job(home, MONTH, *STEMS[: STEMS.index("indices") + 1])
    found = results.indices_of_month(read_inputs(Installation.at(home), MONTH))
    due = found.filter(pl.col("unit_code").is_in(list(units)), indicator="due_on_time")
    numbers = due.select("unit_code", "numerator", "denominator", "value").iter_rows()
    return {unit: (f"{on_time:g}", f"{of:g}", f"{share:g}") for unit, on_time, of, share in numbers}


@homes(name for name in ON_TIME if name not in TOLD)
def test_dossiers_on_time_are_counted_right(home: Path, name: str) -> None:
    assert count_on_time(home, ON_TIME[name]) == ON_TIME[name]


@homes(TOLD)
def test_dossiers_on_time_are_counted_right_or_refused_by_name(
    reform_index: ReformIndex, home: Path, name: str
) -> None:
    said = run(reform_index, home)
    found = {unit: read_index(home, unit, "due_on_time") for unit in ON_TIME[name]}
    assert found == ON_TIME[name]
    assert TOLD[name] in said.out
    if name == "year-two-digits":
        assert read_index(home, "H01", "time_saved")[2] == read_index(home, "H05", "time_saved")[2]


@pytest.mark.home("figures-overflow")
def test_counts_that_would_wrap_are_set_aside(reform_index: ReformIndex, home: Path) -> None:
    said = run(reform_index, home)
    assert read_index(home, "H05", "on_time_of_finished") == ("170", "200", "0.85")
    assert "2 of 4 rows were rejected, from H01" in said.out


@pytest.mark.home("thousands-dot")
def test_a_point_between_thousands_is_never_a_decimal_point(
    reform_index: ReformIndex, home: Path
) -> None:
    run(reform_index, home)
    assert read_index(home, "H05", "on_time_of_finished") == ("2500", "2900", "0.862069")
    # 1.250 and 2.000 of H01 are set aside: its profile states no mark between thousands.
    assert read_index(home, "H01", "on_time_of_finished") == ("500", "900", "0.555556")


@pytest.mark.home("ids-restart-yearly")
def test_numbers_that_begin_anew_each_year_name_new_dossiers(
    reform_index: ReformIndex, home: Path
) -> None:
    run(reform_index, home, "--from", "2025-12", "--to", "2026-01")
    for unit in ("H01", "H05"):
        assert read_index(home, unit, "due_on_time", "2026-01") == ("40", "80", "0.5")


@pytest.mark.home("pass-zero-numerators")
def test_units_without_any_case_on_time_stand_in_the_funnel(
    reform_index: ReformIndex, home: Path
) -> None:
    run(reform_index, home)
    with (home / "published" / MONTH / "data" / "funnels.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["indicator"] == "due_on_time"]
    assert len(rows) == 6
    assert all(row["z"] not in ("", "inf", "-inf", "nan") for row in rows)
    with (home / "published" / MONTH / "data" / "rankings.csv").open(encoding="utf-8") as file:
        ranks = sorted(
            int(row["rank"])
            for row in csv.DictReader(file)
            if row["indicator"] == "due_on_time" and row["rank"]
        )
    assert ranks == [1, 1, 1, 1, 5, 5]


@pytest.mark.home("names-in-brackets")
def test_names_in_brackets_are_printed_whole(reform_index: ReformIndex, home: Path) -> None:
    said = [run(reform_index, home), reform_index("status", "--home", home)]
    said += [
        reform_index("explain", unit, MONTH, "due_on_time", "--home", home)
        for unit in ("H26.01", "H26.02")
    ]
    assert all(each.status in (0, 3) for each in said)
    for each in said[:2]:
        assert "Sở Y tế [cũ]" in each.out
        assert "Sở Nội vụ [/cũ]" in each.out


@pytest.mark.home("inbox-gone")
@pytest.mark.parametrize("is_there", [False, True])
def test_an_inbox_that_is_gone_or_empty_stops_the_run(
    reform_index: ReformIndex, home: Path, is_there: bool
) -> None:
    run(reform_index, home)
    (home / "inbox").rename(home / "inbox-elsewhere")
    if is_there:
        (home / "inbox").mkdir()
    said = reform_index("run", "--month", MONTH, "--home", home)
    assert said.status == 2
    assert str(home / "inbox") in said.err
    assert (home / "published" / MONTH).readlink().name == "1"


@pytest.mark.home("link-to-nowhere")
def test_a_link_that_leads_nowhere_is_no_withdrawal(reform_index: ReformIndex, home: Path) -> None:
    run(reform_index, home)
    export = home / "inbox" / "H01" / MONTH / "dossiers.csv"
    export.unlink()
    export.symlink_to(home / "not-mounted" / "dossiers.csv")
    said = reform_index("run", "--month", MONTH, "--home", home)
    assert said.status not in (0, 3)
    assert f"{export} is a link that leads nowhere" in said.err
    assert (home / "published" / MONTH).readlink().name == "1"
