"""A month of the nation is measured from files to an edition: on a small one, that it is whole."""

from pathlib import Path

import polars as pl
import pytest

from bench import nation_exports, nation_joined, nation_run
from bench.nation import MONTH
from bench.nation_exports import Size
from pipeline.home import Home

SIZE = Size(dossiers=20_000, ratings=6_000, communes=102, history=13)


@pytest.mark.slow
def test_exports_of_a_nation_become_an_edition_and_two_warehouses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("pgserver", reason="PostgreSQL comes as the wheel pgserver")
    (tmp_path / "home").mkdir()
    home = Home.at(tmp_path / "home")
    written = nation_exports.make(home, SIZE)
    assert written["dossiers"] == pytest.approx(SIZE.dossiers, rel=0.1)
    assert written["ratings"] == pytest.approx(SIZE.ratings, rel=0.2)
    nation_run.report_run(home, written)
    nation_run.report_filling(home, tmp_path)
    nation_joined.report_joined(home)
    printed = capsys.readouterr().out
    assert "| exports to the edition |" in printed
    assert "| without joining ratings with dossiers |" in printed
    assert printed.count("empty |") == printed.count("filled before |") == 2
    data = home.published / MONTH / "data"
    indices, deliveries, series = (
        pl.read_csv(data / f"{name}.csv", infer_schema=False)
        for name in ("indices", "deliveries", "series")
    )
    assert indices["unit_code"].n_unique() == SIZE.communes + 34
    assert set(deliveries["status"]) == {"accepted"}
    assert series["series_month"].n_unique() == SIZE.history + 1
