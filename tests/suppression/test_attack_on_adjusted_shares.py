"""A simulated edition whose index is of all served: its files tell of no few unmatched answers."""

from pathlib import Path

import polars as pl
import pytest

from assets.command_line.run import run_month
from assets.month.installation import Installation
from pipeline import methods, simulator, tables
from pipeline.home import Home
from pipeline.simulator import Parameters
from pipeline.tables import represented

MONTH = "2026-10"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("adjusted") / "home"
    root.mkdir()
    sent = Parameters(
        months=("2026-09", MONTH), dossiers_total=2500, seed=766, senders=2, faults_share=0
    )
    simulator.simulate(Home.at(root), sent)
    built_in = Path(methods.__file__).parent / "reform-index.toml"
    text = built_in.read_text("utf-8").replace('"as_answered" ', '"adjusted" ', 1)
    (root / "methods").mkdir(exist_ok=True)
    (root / "methods" / "reform-index.toml").write_text(text, "utf-8")
    run_month(Installation.at(root), MONTH)
    return root / "published" / MONTH / "data"


def read(data: Path, name: str, schema: pl.Schema) -> pl.DataFrame:
    return pl.read_csv(data / f"{name}.csv", schema=schema)


def test_an_index_differs_from_the_answers_only_where_both_shares_are_published(
    data: Path,
) -> None:
    """The share of all answers stands in series, unmarked and representation."""
    index = (
        read(data, "indices", tables.INDICES.schema)
        .filter(indicator="satisfied_share")
        .drop_nulls("value")
        .select("unit_code", "value")
    )
    answered = pl.concat(
        [
            read(data, "series", tables.SERIES.schema)
            .filter(indicator="satisfied_share", series_month=MONTH)
            .select("unit_code", share="value"),
            read(data, "unmarked", represented.UNMARKED.schema).select("unit_code", "share"),
        ]
    ).drop_nulls()
    rows = read(data, "representation", represented.REPRESENTATION.schema)
    both = rows.drop_nulls("adjusted_share").select("unit_code", "adjusted_share")
    beside = index.join(answered, on="unit_code")
    differing = beside.filter((pl.col("value") - pl.col("share")).abs() > 1e-6)
    assert differing.height > 0
    assert set(differing["unit_code"]) <= set(both["unit_code"])
    of_both = index.join(both, on="unit_code")
    assert of_both.height == both.height
    assert (of_both["value"] - of_both["adjusted_share"]).abs().max() < 2e-6
    # Some have a published share and no row, for a few of their answers name no dossier.
    assert set(index["unit_code"]) - set(rows["unit_code"])
