"""The warehouse that a home opens: its own, or the one that the variable names."""

import sqlite3
from pathlib import Path

import pytest

from ..conftest import LAST_MONTH, RUN_MONTHS, ReformIndex


def months_in(database: Path) -> set[str]:
    with sqlite3.connect(database) as connection:
        return {month for (month,) in connection.execute("SELECT month FROM editions")}


def test_simulated_figures_never_go_into_the_warehouse_that_the_variable_names(
    small_home: Path,
    tmp_path: Path,
    reform_index: ReformIndex,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = tmp_path / "real.db"
    monkeypatch.setenv("REFORM_INDEX_WAREHOUSE", f"sqlite:///{real}")
    (small_home / "warehouse.db").unlink()
    first, last = RUN_MONTHS
    said = reform_index("run", "--from", first, "--to", last, "--home", small_home)
    assert said.status == 3
    assert not real.exists()
    assert months_in(small_home / "warehouse.db") == set(RUN_MONTHS)
    # One line, for two months.
    assert said.err == (
        f"REFORM_INDEX_WAREHOUSE is not used: the exports in {small_home} are simulated, so their "
        f"tables go into {small_home}/warehouse.db\n"
    )


def test_real_figures_go_into_the_warehouse_that_the_variable_names(
    pilot_home: Path,
    tmp_path: Path,
    reform_index: ReformIndex,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REFORM_INDEX_WAREHOUSE", f"sqlite:///{tmp_path / 'real.db'}")
    said = reform_index("run", "--month", LAST_MONTH, "--home", pilot_home)
    assert (said.status, said.err) == (0, "")
    assert months_in(tmp_path / "real.db") == {LAST_MONTH}
    assert not (pilot_home / "warehouse.db").exists()
