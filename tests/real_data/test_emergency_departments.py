"""Three years of ready-made counts of 274 real bodies: figures instead of rows."""

import shutil
from pathlib import Path

import polars as pl
import pytest

from assets.command_line import run
from assets.month import deliveries, receive, results
from assets.month.installation import Installation
from pipeline import months, tables
from pipeline.home import Home

from .conftest import EXAMPLES, largest_difference

LAST = "2019-03"


@pytest.fixture(scope="module")
def counts(shared_data: Path) -> pl.DataFrame:
    return pl.read_csv(shared_data / "nhs_ae" / "ae_attendances.csv.gz", infer_schema=False)


@pytest.fixture(scope="module")
def installation(counts: pl.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """A home set up as the page of use says, with every month of the counts."""
    home = tmp_path_factory.mktemp("nhs")
    (home / "profiles").mkdir()
    shutil.copy(EXAMPLES / "nhs" / "ae.toml", home / "profiles")
    shutil.copy(EXAMPLES / "nhs" / "agencies.csv", home)
    for (period,), rows in counts.group_by("period"):
        folder = home / "inbox" / "NHS" / str(period)[:7]
        folder.mkdir(parents=True)
        rows.write_csv(folder / "figures.csv")
    return Installation(Home.at(home))


@pytest.fixture(scope="module")
def indices(installation: Installation) -> pl.DataFrame:
    """The on-time shares of all 36 months."""
    inputs = receive.receive_exports(installation, LAST)
    deliveries.record_pending(inputs)
    deliveries.tally_pending(inputs)
    deliveries.merge_pending(inputs)
    assert list(inputs.known_plans) == months.span("2016-04", LAST)
    of_months = [
        results.indices_of_month(inputs.at_earlier_month(month)) for month in inputs.known_plans
    ]
    return pl.concat(of_months).filter(indicator="on_time_of_finished")


def test_the_monthly_share_of_every_body_is_the_one_of_the_reference(
    indices: pl.DataFrame, shared_data: Path
) -> None:
    reference = pl.read_csv(shared_data / "nhs_ae" / "reference_monthly.csv")
    both = reference.join(
        indices, left_on=["month", "org_code"], right_on=["month", "unit_code"], how="left"
    )
    assert both["denominator"].to_list() == both["attendances"].to_list()
    with_cases = both.filter(pl.col("attendances") > 0)
    assert with_cases["value"].null_count() == 0
    assert largest_difference(with_cases["value"], with_cases["ontime_share"]) < 1.000001e-6


def test_months_add_up_to_the_share_of_each_body_over_three_years(
    indices: pl.DataFrame, shared_data: Path
) -> None:
    reference = pl.read_csv(shared_data / "nhs_ae" / "reference.csv")
    summed = indices.group_by("unit_code").agg(pl.col("numerator", "denominator").sum())
    both = reference.join(summed, left_on="org_code", right_on="unit_code", how="left")
    assert both["denominator"].to_list() == both["attendances"].to_list()
    share = both["numerator"] / both["denominator"]
    assert largest_difference(share, both["ontime_share"]) < 1e-6


def test_a_country_is_the_pooled_count_of_its_bodies(
    indices: pl.DataFrame, counts: pl.DataFrame
) -> None:
    march = indices.filter(month="2019-03", unit_code="NHS")
    sent = counts.filter(pl.col("period") == "2019-03-01").select(
        pl.col("attendances", "breaches").cast(pl.Float64).sum()
    )
    assert march["denominator"].item() == sent["attendances"].item()
    assert march["numerator"].item() == sent["attendances"].item() - sent["breaches"].item()


def test_the_example_has_every_body_of_the_counts_and_no_other(counts: pl.DataFrame) -> None:
    agencies = pl.read_csv(EXAMPLES / "nhs" / "agencies.csv", infer_schema=False)
    bodies = agencies.filter(parent_code="NHS")["code"]
    assert bodies.to_list() == counts["org_code"].unique().sort().to_list()
    assert len(bodies) == agencies.height - 1 == 274


def test_a_month_of_figures_alone_becomes_an_edition_with_a_ranking_of_all_bodies(
    installation: Installation, indices: pl.DataFrame
) -> None:
    result = run.run_month(Installation(installation.home), LAST)
    assert (result.published.number, result.is_new, result.is_complete) == (1, True, True)
    ranked = installation.store.read("rankings", LAST, "rankings")
    league = ranked.filter(league="provider:NHS", indicator="on_time_of_finished")
    with_values = indices.filter(pl.col("month") == LAST, pl.col("level") == "provider")
    assert league["rank"].count() == with_values["value"].count()
    page = (installation.home.published / LAST / "index.html").read_text(encoding="utf-8")
    assert "R1H" in page
    assert tables.RANKINGS.names == ranked.columns
