"""Three years of ready-made counts of 274 real bodies: figures instead of rows."""

import shutil
from pathlib import Path

import polars as pl
import pytest

from assets import months as editions
from assets import stages
from assets.installation import Installation
from pipeline import months, tables
from pipeline.bulletin import data_files
from pipeline.home import Home

from .conftest import EXAMPLES

LAST = "2019-03"


@pytest.fixture(scope="module")
def counts(shared_data: Path) -> pl.DataFrame:
    return pl.read_csv(shared_data / "nhs_ae" / "ae_attendances.csv.gz", infer_schema=False)


@pytest.fixture(scope="module")
def installation(counts: pl.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    home = tmp_path_factory.mktemp("nhs")
    (home / "profiles").mkdir()
    shutil.copy(EXAMPLES / "nhs" / "ae.toml", home / "profiles")
    bodies = counts["org_code"].unique().sort()
    pl.DataFrame(
        {
            "code": ["NHS", *bodies],
            "name_vi": ["NHS England", *bodies],
            "kind": ["country", *["hospital"] * len(bodies)],
            "parent_code": ["", *["NHS"] * len(bodies)],
        }
    ).write_csv(home / "agencies.csv")
    for (period,), rows in counts.group_by("period"):
        folder = home / "inbox" / "NHS" / str(period)[:7]
        folder.mkdir(parents=True)
        rows.write_csv(folder / "figures.csv")
    return Installation(Home.at(home))


@pytest.fixture(scope="module")
def indices(installation: Installation) -> pl.DataFrame:
    """The on-time shares of all 36 months."""
    plans = stages.take_in(installation, LAST)
    stages.record_pending(installation, plans.values())
    stages.tally_pending(installation, plans.values())
    assert list(plans) == months.span("2016-04", LAST)
    return pl.concat(
        editions.compute_indices(installation, month)["indices"].filter(
            indicator="on_time_of_finished"
        )
        for month in plans
    )


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
    assert (with_cases["value"] - with_cases["ontime_share"]).abs().max() < 1.000001e-6


def test_months_add_up_to_the_share_of_each_body_over_three_years(
    indices: pl.DataFrame, shared_data: Path
) -> None:
    reference = pl.read_csv(shared_data / "nhs_ae" / "reference.csv")
    summed = indices.group_by("unit_code").agg(pl.col("numerator", "denominator").sum())
    both = reference.join(summed, left_on="org_code", right_on="unit_code", how="left")
    assert both["denominator"].to_list() == both["attendances"].to_list()
    share = both["numerator"] / both["denominator"]
    assert (share - both["ontime_share"]).abs().max() < 1e-6


def test_a_country_is_the_pooled_count_of_its_bodies(
    indices: pl.DataFrame, counts: pl.DataFrame
) -> None:
    march = indices.filter(month="2019-03", unit_code="NHS")
    sent = counts.filter(pl.col("period") == "2019-03-01").select(
        pl.col("attendances", "breaches").cast(pl.Float64).sum()
    )
    assert march["denominator"].item() == sent["attendances"].item()
    assert march["numerator"].item() == sent["attendances"].item() - sent["breaches"].item()


def test_a_month_of_figures_alone_becomes_an_edition_with_a_ranking_of_all_bodies(
    installation: Installation, indices: pl.DataFrame
) -> None:
    editions.keep(installation, "indices", LAST, editions.compute_indices(installation, LAST))
    ranked = editions.compute_rankings(installation, LAST)
    editions.keep(installation, "rankings", LAST, {"rankings": ranked})
    content = editions.content(installation, LAST)
    number, _, is_new = editions.publish(installation, content, data_files(content))
    assert (number, is_new) == (1, True)
    league = ranked.filter(league="hospital:NHS", indicator="on_time_of_finished")
    with_values = indices.filter(pl.col("month") == LAST, pl.col("level") == "hospital")
    assert league["rank"].count() == with_values["value"].count()
    page = (installation.home.published / LAST / "index.html").read_text(encoding="utf-8")
    assert "R1H" in page
    assert tables.RANKINGS.names == ranked.columns
