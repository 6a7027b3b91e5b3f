"""The nation's month that is measured is one that an edition computes."""

import polars as pl
import pytest

from assets.month import results, withholding
from assets.month.inputs import read_inputs
from assets.month.installation import Installation
from bench import nation
from pipeline.home import Home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """102 communes with 12 months before."""
    made = Home.at(tmp_path_factory.mktemp("nation"))
    nation.fill(made, communes=102, history=12)
    return made


@pytest.fixture(scope="module")
def found(home: Home) -> dict[str, int]:
    """Rows of each part."""
    return {part.name: part.rows for part in nation.parts(home)}


def test_indices_of_the_provinces_alone_are_those_beside_all_units(home: Home) -> None:
    inputs = read_inputs(Installation(home), nation.MONTH)
    provinces = nation.list_provinces(home)
    every, asked = (
        withholding.withhold_indices(inputs, results.indices_of_month(inputs, units)).filter(
            pl.col("unit_code").is_in(provinces)
        )
        for units in (None, provinces)
    )
    assert every["indicator"].n_unique() > 20
    assert asked.equals(every)


def test_every_commune_and_province_has_its_row_in_each_part(found: dict[str, int]) -> None:
    assert found["sensitivity of ranks"] == 102 + 34
    assert found["case mix"] == 102 + 34
    # Three communes a province are too few for a funnel; the provinces have one for each share.
    assert found["funnels"] >= 34
    assert found["rank sets"] % (102 + 34) == 0


def test_thirteen_months_are_enough_for_charts_and_limits_between_months(
    found: dict[str, int],
) -> None:
    assert found["control charts"] > 0
    assert found["indices"] == found["indices of the month before"]


def test_findings_are_computed_from_cells_of_allowed_times_too(
    home: Home, found: dict[str, int]
) -> None:
    tallies = read_inputs(Installation(home), nation.MONTH).tallies
    of_month = tallies.allowed.filter(pl.col("month") == nation.MONTH).collect()
    # 150 dossiers of each commune.
    assert of_month["dossiers"].sum() == 150 * 102
    assert found["findings"] > 102


def test_dossiers_of_every_unit_are_told_apart(found: dict[str, int]) -> None:
    # Twelve procedures, two channels, two applicants; by both rates.
    assert found["breakdowns"] > 2 * (102 + 34) * 10
    assert 0 < found["parts of changes"] < found["breakdowns"]
    assert found["procedures"] == 12
