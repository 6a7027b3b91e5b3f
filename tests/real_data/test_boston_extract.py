"""The year of Boston as open data have it, each case with its last state, split into months.

Against the six month-end exports of the same cases, and the figures computed from these elsewhere.
What an extract cannot tell is counted in the exports: they show none of it, because whoever made
them had only the last state of each case.
"""

import shutil
from pathlib import Path

import polars as pl
import pytest

from assets.command_line.split import Split, SplitRequest, split_extract
from assets.command_line.split_command import describe_gaps
from pipeline import months
from pipeline.home import Home

from ..indices.test_boston_311 import compare_with_reference
from .conftest import EXAMPLES

MONTHS = months.span("2011-07", "2011-12")
READ = (
    *("case_enquiry_id", "open_dt", "target_dt", "closed_dt"),
    *("case_status", "subject", "type", "source"),
)
"""The columns that the profile of the example names, in the order of the exports."""
RATES = ("on_time_of_finished", "on_time_766", "due_on_time", "time_saved")


@pytest.fixture(scope="module")
def sent(shared_data: Path) -> dict[str, pl.DataFrame]:
    folder = shared_data / "boston311" / "exports"
    return {month: pl.read_csv(folder / f"{month}.csv.gz", infer_schema=False) for month in MONTHS}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    root = tmp_path_factory.mktemp("boston-extract")
    (root / "profiles").mkdir()
    shutil.copy(EXAMPLES / "boston" / "boston.toml", root / "profiles")
    shutil.copy(EXAMPLES / "boston" / "agencies.csv", root)
    return Home.at(root)


@pytest.fixture(scope="module")
def split(sent: dict[str, pl.DataFrame], home: Home) -> Split:
    extract = home.root / "311_service_requests_2011.csv"
    last_states = pl.concat(sent.values()).unique("case_enquiry_id", keep="last")
    last_states.sort("case_enquiry_id").write_csv(extract)
    return split_extract(
        SplitRequest(extract, "boston", "BOS", home, not_split=home.root / "not-split.csv"),
        lambda *_: None,
    )


@pytest.fixture(scope="module")
def pieces(split: Split) -> dict[str, Path]:
    return {piece.counts.month: piece.path for piece in split.pieces}


def test_every_case_is_placed(split: Split, home: Home) -> None:
    assert (split.rows, split.placed_rows, split.not_placed) == (58_251, 58_251, ())
    assert not (home.root / "not-split.csv").exists()
    rows = [piece.counts.rows for piece in split.pieces]
    assert rows == [9_854, 14_489, 15_235, 16_751, 16_396, 18_216]


@pytest.mark.parametrize("month", MONTHS)
def test_each_month_has_the_rows_of_its_export_in_the_same_order(
    sent: dict[str, pl.DataFrame], pieces: dict[str, Path], month: str
) -> None:
    cut = pl.read_csv(pieces[month], infer_schema=False)
    assert cut.equals(sent[month].select(READ))


def test_what_an_extract_cannot_tell_is_in_none_of_the_exports(
    sent: dict[str, pl.DataFrame],
) -> None:
    every = pl.concat(each.with_columns(month=pl.lit(month)) for month, each in sent.items())
    fixed = ("open_dt", "target_dt", "subject", "department", "reason", "type", "source")
    of_case = every.group_by("case_enquiry_id").agg(
        *(pl.col(name).n_unique().alias(name) for name in fixed),
        exports=pl.len(),
        first=pl.col("month").min(),
        last=pl.col("month").max(),
        before_last=pl.col("closed_dt").sort_by("month").slice(0, pl.len() - 1).count(),
    )
    changed = {name: of_case.filter(pl.col(name) > 1).height for name in fixed}
    # Due dates that moved, cases given to another body or department, and so on.
    assert changed == dict.fromkeys(fixed, 0)
    # Reopened: closed in an export that is not the case's last one.
    assert of_case["before_last"].sum() == 0
    # Withdrawn: missing in an export between two that have it.
    months_between = pl.col("last").str.tail(2).cast(int) - pl.col("first").str.tail(2).cast(int)
    assert of_case.filter(months_between + 1 != pl.col("exports")).is_empty()
    # Statuses between: Open and Closed are all there are.
    assert set(every["case_status"]) == {"Open", "Closed"}


def test_the_sizes_of_what_it_cannot_tell_are_said(
    sent: dict[str, pl.DataFrame], split: Split
) -> None:
    # As the exports themselves have it: cases in more than one of them, with a due date or without.
    cases = pl.concat(sent.values()).group_by("case_enquiry_id")
    in_several = cases.agg(pl.len(), pl.col("target_dt").first()).filter(pl.col("len") > 1)
    assert (in_several.height, in_several["target_dt"].count()) == (15_114, 13_424)
    assert split.gaps == {
        "several_months": 15_114,
        "begun_before": 0,
        "due_date": 13_424,
        "code_on_several_rows": 0,
    }
    lines = describe_gaps(split)
    assert lines[0] == (
        "due dates that moved: 13,424 dossiers stand in several months with their last due date"
    )
    assert any("2011-07 has 0 records from earlier months" in line for line in lines)
    assert split.open_word == "Open"


@pytest.fixture(scope="module")
def beside(pieces: dict[str, Path]) -> pl.DataFrame:
    return compare_with_reference(pieces)


@pytest.mark.parametrize("rate", RATES)
def test_every_rate_of_the_reference_comes_out(beside: pl.DataFrame, rate: str) -> None:
    theirs, found = pl.col(rate).cast(pl.Float64), pl.col(f"{rate}_ours")
    assert beside.filter(theirs.is_null() != found.is_null()).is_empty()
    # Six decimals, halves up or to even; time saved is kept in whole thousandths.
    most = 5e-4 if rate == "time_saved" else 1.01e-6
    assert beside.filter((theirs - found).abs() > most).is_empty()


@pytest.mark.parametrize(
    ("column", "ours"),
    [
        ("median_hours_finished", "median_time_days_finished"),
        ("median_hours_km", "median_time_days"),
    ],
)
def test_every_median_of_the_reference_comes_out(
    beside: pl.DataFrame, column: str, ours: str
) -> None:
    theirs, found = pl.col(column).cast(pl.Float64), pl.col(ours) * 24
    assert beside.filter(theirs.is_null() != found.is_null()).is_empty()
    # Days are published to 4 decimals, hours given to 3.
    most = pl.max_horizontal(1 / 60, 0.01 * theirs) + 24 * 0.5e-4 + 0.5e-3
    assert beside.filter((theirs - found).abs() > most).is_empty()
