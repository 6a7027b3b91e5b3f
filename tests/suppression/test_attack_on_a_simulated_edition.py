"""A simulated edition of few ratings: what can be subtracted from its files alone?"""

from pathlib import Path

import polars as pl
import pytest

from assets.command_line.run import run_month
from assets.month import results
from assets.month.inputs import MonthInputs, read_inputs
from assets.month.installation import Installation
from pipeline import months, simulator, tables
from pipeline.home import Home
from pipeline.indices import series
from pipeline.simulator import Parameters
from pipeline.suppression.protection import is_small
from pipeline.tables import comparisons

from .attack import find_bounds

LIMIT = 5
SPAN = months.span("2026-03", "2026-05")
MONTH = SPAN[-1]
COUNTS = {
    "satisfied_share": "denominator",
    "satisfaction_index": "denominator",
    "mean_rating": "denominator",
    "response_rate": "numerator",
    **{f"sipas_style_{factor}": "denominator" for factor in tables.FACTORS},
}
"""The column that counts respondents, by indicator."""


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> MonthInputs:
    """Two provinces of eight units each, with few ratings; the last month is published."""
    root = tmp_path_factory.mktemp("few_ratings") / "home"
    root.mkdir()
    few = Parameters(months=tuple(SPAN), dossiers_total=400, seed=766, senders=2, faults_share=0)
    simulator.simulate(Home.at(root), few)
    run_month(Installation.at(root), MONTH)
    return read_inputs(Installation.at(root), MONTH)


@pytest.fixture(scope="module")
def data(inputs: MonthInputs) -> Path:
    return inputs.installation.home.published / MONTH / "data"


@pytest.fixture(scope="module")
def published(data: Path) -> pl.DataFrame:
    return pl.read_csv(data / "indices.csv", schema=tables.INDICES.schema)


def attack(shown: dict[str, float | None], true: dict[str, float], parents: dict[str, str]) -> int:
    """How many small counts there are; fails where one of them can be told to be small."""
    assert shown.keys() == true.keys()
    bounds = find_bounds(shown, parents, frozenset())
    small = [unit for unit, count in true.items() if is_small(count, LIMIT)]
    for unit in small:
        least, greatest = bounds[unit]
        assert least <= true[unit] <= greatest
        assert greatest >= LIMIT, (unit, true[unit], least, greatest)
    assert all(shown[unit] in {None, count} for unit, count in true.items())
    return len(small)


@pytest.mark.parametrize("indicator", COUNTS)
def test_no_count_of_the_indices_can_be_told_to_be_small(
    inputs: MonthInputs, published: pl.DataFrame, indicator: str
) -> None:
    column = COUNTS[indicator]
    true, shown = (
        dict(
            frame.filter(indicator=indicator)
            .filter((pl.col(column) != 0).fill_null(value=True))
            .select("unit_code", column)
            .iter_rows()
        )
        for frame in (results.indices_of_month(inputs), published)
    )
    parents = dict(published.select("unit_code", "parent_code").drop_nulls().iter_rows())
    small = attack(shown, true, {unit: parents[unit] for unit in true if unit in parents})
    assert 0 < small < len(true)


def test_no_count_of_the_series_can_be_told_to_be_small(inputs: MonthInputs, data: Path) -> None:
    register, method = inputs.installation.register, inputs.method
    counted = inputs.tallies.by_deadline_rule(method.deadline_rule)
    computed = series.compute(counted, MONTH, register, method)
    shown = pl.read_csv(data / "series.csv", schema=tables.SERIES.schema)
    parents = dict(register.at(MONTH).select("code", "parent_code").drop_nulls().iter_rows())
    for month in SPAN:
        for basis in tables.BASES:
            true, found = (
                dict(
                    frame.filter(indicator="satisfied_share", series_month=month, basis=basis)
                    .select("unit_code", "denominator")
                    .iter_rows()
                )
                for frame in (computed, shown)
            )
            below = {unit: parents[unit] for unit in true if unit in parents}
            assert attack(found, true, below) > 0


def test_the_same_is_withheld_in_every_table_that_tells_of_answers(
    published: pl.DataFrame, data: Path
) -> None:
    """A new table with these indicators is asked here to be one that the rule knows."""
    withheld = set(published.filter(indicator="satisfied_share", note="withheld")["unit_code"])
    assert withheld
    telling = set()
    for name, table in comparisons.COMPARISONS.items():
        if "indicator" in table.names:
            frame = pl.read_csv(data / f"{name}.csv", schema=table.schema)
            of_answers = frame.filter(pl.col("indicator").is_in([*COUNTS]))
            # A series shows an empty month; nothing else speaks of a unit that is withheld.
            numbers = [
                each
                for each in ("value", "numerator", "denominator", "rank", "rank_lower")
                if each in table.names
            ]
            if "unit_code" in table.names and numbers:
                month = "series_month" if "series_month" in table.names else "month"
                is_now = pl.col(month) == MONTH
                rows = of_answers.filter(pl.col("unit_code").is_in(withheld), is_now)
                assert rows.select(pl.col(numbers).count()).row(0) == (0,) * len(numbers), name
            telling |= {name} if of_answers.height else set()
    assert telling <= {"series", "control_charts", "funnels", "ranks_by_month"}
    ranked = pl.read_csv(data / "rankings.csv", schema=tables.RANKINGS.schema).filter(
        pl.col("indicator").is_in([*COUNTS]), pl.col("unit_code").is_in(withheld)
    )
    assert ranked.select("value", "rank", "previous_value").null_count().row(0) == (
        (ranked.height,) * 3
    )
