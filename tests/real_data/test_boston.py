"""Six month-end exports of a real city against figures computed elsewhere from the same cases."""

from pathlib import Path
from typing import Protocol

import polars as pl
import pytest

from assets.command_line import run
from assets.explain.explain import explain_number
from assets.month.inputs import read_inputs
from assets.month.installation import Installation
from pipeline import months, tables
from pipeline.home import Home
from pipeline.tables.comparisons import COMPARISONS
from pipeline.tallies.patterns import SAME_MINUTE, SAME_SECOND

from .conftest import largest_difference

MONTHS = months.span("2011-07", "2011-12")
CODES = {
    "ALL": "BOS",
    "Boston Water & Sewer Commission": "BOS.WATER",
    "Inspectional Services": "BOS.ISD",
    "Mayor's 24 Hour Hotline": "BOS.MAYOR",
    "Parks & Recreation Department": "BOS.PARKS",
    "Property Management": "BOS.PROPERTY",
    "Public Works Department": "BOS.PWD",
    "Transportation - Traffic Division": "BOS.BTD",
}
OUTCOMES = (
    "finished_early",
    "finished_on_due_date",
    "finished_overdue",
    "finished_without_due",
    "open_not_due",
    "open_overdue",
    "open_without_due",
)


@pytest.fixture(scope="module")
def installation(boston_home: Path) -> Installation:
    installation = Installation(Home.at(boston_home))
    for month in MONTHS:
        result = run.run_month(Installation(installation.home), month)
        assert result.is_complete
    return installation


@pytest.fixture(scope="module")
def reference(shared_data: Path) -> pl.DataFrame:
    frame = pl.read_csv(shared_data / "boston311" / "reference.csv")
    return frame.with_columns(unit_code=pl.col("unit").replace_strict(CODES)).sort(
        "month", "unit_code"
    )


@pytest.fixture(scope="module")
def published(installation: Installation) -> pl.DataFrame:
    return pl.concat(
        pl.read_csv(
            installation.home.published / month / "data" / "indices.csv",
            schema=tables.INDICES.schema,
        )
        for month in MONTHS
    )


class Compare(Protocol):
    """Reference and published value side by side, one row a month and unit."""

    def __call__(self, column: str, indicator: str, ours: str = "value") -> pl.DataFrame: ...


@pytest.fixture(scope="module")
def values(reference: pl.DataFrame, published: pl.DataFrame) -> Compare:
    def compare(column: str, indicator: str, ours: str = "value") -> pl.DataFrame:
        return reference.select("month", "unit_code", expected=column).join(
            published.filter(indicator=indicator).select("month", "unit_code", found=ours),
            on=["month", "unit_code"],
            how="left",
            validate="1:1",
        )

    return compare


@pytest.fixture(scope="module")
def outcomes(installation: Installation) -> pl.DataFrame:
    """Counts of the tallies by month and unit, the city itself included."""
    by_unit = read_inputs(installation, MONTHS[-1]).cells.outcomes.collect()
    return pl.concat([by_unit, by_unit.with_columns(unit_code=pl.lit("BOS"))])


def test_the_three_cases_due_before_they_were_received_are_rejected_rows(
    installation: Installation, reference: pl.DataFrame
) -> None:
    for month in MONTHS:
        rejected = read_inputs(installation, month).rejected
        faulty = reference.filter(month=month, unit_code="BOS")["faulty"].item()
        assert rejected["row_number"].n_unique() == faulty == (3 if month == "2011-07" else 0)
        assert set(rejected["rule"]) <= {
            "due_not_before_received",
            "first_due_not_before_received",
        }


def test_every_row_sent_is_accepted_or_rejected(installation: Installation) -> None:
    rows_sent = {"2011-07": 9_854, "2011-08": 14_489, "2011-09": 15_235}
    for month, rows in rows_sent.items():
        deliveries = pl.read_csv(installation.home.published / month / "data" / "deliveries.csv")
        assert deliveries["rows"].sum() == rows
        assert (deliveries["accepted"] + deliveries["rejected"]).sum() == rows


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_the_tallies_have_every_count_of_the_reference(
    outcomes: pl.DataFrame, reference: pl.DataFrame, outcome: str
) -> None:
    counted = (
        outcomes.filter(outcome=outcome)
        .group_by("month", "unit_code")
        .agg(found=pl.col("dossiers").sum())
    )
    both = reference.join(counted, on=["month", "unit_code"], how="left")
    assert both[outcome].to_list() == both["found"].fill_null(0).to_list()


@pytest.mark.parametrize(
    ("column", "condition"),
    [
        ("active", pl.lit(True)),
        ("received", pl.col("intake") == "received"),
        ("carried_over", pl.col("intake") == "carried_over"),
        ("finished", pl.col("outcome").str.starts_with("finished")),
    ],
)
def test_the_tallies_add_up_to_what_was_received_carried_over_and_finished(
    outcomes: pl.DataFrame, reference: pl.DataFrame, column: str, condition: pl.Expr
) -> None:
    counted = (
        outcomes.filter(condition)
        .group_by("month", "unit_code")
        .agg(found=pl.col("dossiers").sum())
    )
    both = reference.join(counted, on=["month", "unit_code"], how="left")
    assert both[column].to_list() == both["found"].fill_null(0).to_list()


@pytest.mark.parametrize("rate", ["on_time_of_finished", "on_time_766", "due_on_time"])
def test_each_on_time_rate_is_the_one_of_the_reference_to_a_millionth(
    values: Compare, rate: str
) -> None:
    both = values(rate, rate).filter(pl.col("expected").is_not_null())
    assert both.height >= 41
    assert both["found"].null_count() == 0
    # Both sides are rounded to six decimals, so they may differ by one in the last.
    assert largest_difference(both["found"], both["expected"]) < 1.000001e-6


def test_the_dossiers_due_and_those_on_time_are_counted_exactly(
    values: Compare,
) -> None:
    for column, ours in (("due_in_month", "denominator"), ("due_and_on_time", "numerator")):
        both = values(column, "due_on_time", ours)
        assert both["expected"].to_list() == both["found"].fill_null(0).to_list()


def test_time_saved_is_the_one_of_the_reference_to_a_thousandth(
    values: Compare,
) -> None:
    both = values("time_saved", "time_saved").filter(pl.col("expected").is_not_null())
    assert both["found"].null_count() == 0
    assert largest_difference(both["found"], both["expected"]) < 1e-3


@pytest.mark.parametrize(
    ("column", "indicator"),
    [
        ("median_hours_finished", "median_time_days_finished"),
        ("median_hours_km", "median_time_days"),
    ],
)
def test_medians_are_those_of_the_reference_to_one_percent_or_one_minute(
    values: Compare, column: str, indicator: str
) -> None:
    both = values(column, indicator)
    # The clock is elapsed: 24 hours to a day.
    hours = both["found"] * 24
    assert hours.is_null().to_list() == both["expected"].is_null().to_list()
    both = both.with_columns(
        off=(hours - pl.col("expected")).abs(),
        # Days are published to 4 decimals, hours given to 3.
        most=pl.max_horizontal(1 / 60, pl.col("expected") * 0.01) + 24 * 0.5e-4 + 0.5e-3,
    )
    assert both.filter(pl.col("off") > pl.col("most")).is_empty()


def test_the_hotline_finished_nine_in_ten_on_time_and_met_one_due_date_in_six(
    published: pl.DataFrame,
) -> None:
    october = published.filter(month="2011-10", unit_code="BOS.MAYOR")
    rates = dict(october.select("indicator", "value").iter_rows())
    assert round(rates["on_time_of_finished"], 3) == 0.907
    assert round(rates["due_on_time"], 3) == 0.168


def test_the_first_three_months_are_provisional_and_the_others_are_not(
    published: pl.DataFrame,
) -> None:
    notes = published.filter(unit_code="BOS", indicator="due_on_time").sort("month")["note"]
    assert notes.to_list() == ["provisional"] * 3 + [None] * 3


def test_a_rate_is_followed_back_over_six_exports_to_counts_that_add_up(
    installation: Installation,
) -> None:
    explanation = explain_number(installation, "BOS.PARKS", "2011-12", "due_on_time")
    assert explanation.adds_up
    assert explanation.files["month"].to_list() == sorted(explanation.files["month"].to_list())
    assert explanation.files["numerator"].sum() == explanation.row["numerator"]
    assert set(explanation.files["sha256"].str.len_chars()) == {64}


# ---- Findings


@pytest.fixture(scope="module")
def found(installation: Installation) -> pl.DataFrame:
    return pl.concat(
        pl.read_csv(
            installation.home.published / month / "data" / "findings.csv",
            schema=COMPARISONS["findings"].schema,
        )
        for month in MONTHS
    )


def closed_in(shared_data: Path, month: str) -> pl.DataFrame:
    """The cases closed in a month as the city sent them, with its own names."""
    sent = pl.read_csv(shared_data / "boston311" / "exports" / f"{month}.csv.gz")
    named = sent.filter(pl.col("closed_dt").str.starts_with(month))
    due_first = (pl.col("target_dt") < pl.col("open_dt")).fill_null(value=False)
    return named.filter(~due_first).with_columns(unit_code=pl.col("subject").replace_strict(CODES))


@pytest.mark.parametrize(
    ("finding", "is_case"),
    [
        ("ended_at_receipt", pl.col("closed_dt") == pl.col("open_dt")),
        (
            "ended_in_one_minute",
            pl.len().over("subject", pl.col("closed_dt").str.head(16)) >= SAME_MINUTE,
        ),
        ("ended_at_one_time", pl.len().over("subject", "closed_dt") >= SAME_SECOND),
    ],
    ids=["at receipt", "in one minute", "in one second"],
)
def test_ends_at_one_time_are_those_in_the_files_of_the_city(
    found: pl.DataFrame, shared_data: Path, finding: str, is_case: pl.Expr
) -> None:
    for month in MONTHS:
        expected = (
            closed_in(shared_data, month)
            .with_columns(is_case=is_case)
            .group_by("unit_code")
            .agg(pl.col("is_case").sum(), pl.len())
        )
        ours = found.filter(pl.col("unit_code") != "BOS", month=month, finding=finding)
        assert sorted(ours.select("unit_code", "count", "denominator").rows()) == sorted(
            expected.rows()
        )


def test_public_works_closed_a_third_of_its_cases_of_december_in_batches(
    found: pl.DataFrame,
) -> None:
    standing = found.filter("stands_out", month="2011-12").sort("finding")
    columns = ("unit_code", "finding", "count", "denominator", "since_month")
    assert standing.select(columns).rows() == [
        ("BOS.PWD", "ended_at_receipt", 371, 5923, "2011-07"),
        ("BOS.PWD", "ended_in_one_minute", 1906, 5923, "2011-11"),
    ]


def test_what_the_city_did_not_do_or_cannot_show_is_not_found(found: pl.DataFrame) -> None:
    """Its exports were cut from one history: nothing is unseen, moved or carried over otherwise."""
    for finding in ("unseen", "reopened", "carried_over_differs", "ended_before_received"):
        assert found.filter(finding=finding)["count"].sum() == 0
        assert found.filter(finding=finding).height > 0
    # Time passes day and night, codes are running numbers, and papers are never asked for.
    for finding in ("ended_on_day_off", "code_of_another_day", "asked_more_than_once"):
        assert found.filter(finding=finding).is_empty()
