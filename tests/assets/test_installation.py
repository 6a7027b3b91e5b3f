"""What a home opens: its warehouse, and the sources that its results depend on."""

import importlib.util
import re
import sqlite3
import typing
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import grimp
import pytest

from assets.month import deliveries, tally
from assets.month import installation as opened
from assets.month.installation import Installation, source_digest, stage_sources
from pipeline.deadlines import AS_SENT, Rule

from .conftest import LAST_MONTH, RUN_MONTHS

ROOMS = ("pipeline", "expectations")


# ---- The warehouse


def months_in(database: Path) -> set[str]:
    with sqlite3.connect(database) as connection:
        return {month for (month,) in connection.execute("SELECT month FROM editions")}


def test_simulated_figures_never_go_into_the_warehouse_that_the_variable_names(
    small_home: Path,
    tmp_path: Path,
    reform_index: Callable[..., Any],
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
    reform_index: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REFORM_INDEX_WAREHOUSE", f"sqlite:///{tmp_path / 'real.db'}")
    said = reform_index("run", "--month", LAST_MONTH, "--home", pilot_home)
    assert (said.status, said.err) == (0, "")
    assert months_in(tmp_path / "real.db") == {LAST_MONTH}
    assert not (pilot_home / "warehouse.db").exists()


# ---- The sources of records and tallies


def rooms_taken_from_an_installation() -> set[str]:
    """The modules of what the stages take from an installation, like its register."""
    texts = [Path(str(glue.__file__)).read_text("utf-8") for glue in (deliveries, tally)]
    names = set(re.findall(r"installation\.(\w+)", "".join(texts)))
    properties = {
        name: found
        for name, found in vars(Installation).items()
        if name in names and isinstance(found, cached_property)
    }
    assert {"register", "profiles", "calendars"} <= set(properties)
    kinds = [typing.get_type_hints(found.func)["return"] for found in properties.values()]
    return {kind.__module__ for kind in kinds}


def test_whatever_the_stages_import_is_among_their_sources() -> None:
    graph = grimp.build_graph("assets", *ROOMS, cache_dir=None)
    begun = graph.find_modules_directly_imported_by("assets.month.deliveries")
    begun |= graph.find_modules_directly_imported_by("assets.month.tally")
    begun |= rooms_taken_from_an_installation()
    reached = {module for module in begun if module.split(".")[0] in ROOMS}
    for module in list(reached):
        reached |= graph.find_upstream_modules(module)
    assert {"pipeline.faults", "pipeline.planning", "expectations.engine.polars_engine"} <= reached
    files = {Path(str(_origin(module))) for module in reached}
    assert files - set(stage_sources()) == set()


def _origin(module: str) -> str | None:
    spec = importlib.util.find_spec(module)
    assert spec is not None
    return spec.origin


def test_the_sources_are_files_that_are_there_and_the_holidays_are_among_them() -> None:
    sources = stage_sources()
    assert sources == stage_sources()
    assert all(path.is_file() for path in sources)
    names = {path.name for path in sources}
    assert {"vietnam_holidays.csv", "deliveries.py", "installation.py"} <= names
    assert not any("__pycache__" in path.parts for path in sources)


def test_rooms_that_come_after_tallies_are_no_sources_and_all_of_them_exist() -> None:
    root = Path(opened.__file__).parents[2]
    for package, after in opened._AFTER_TALLIES.items():
        for name in after:
            assert (root / package / name).exists(), name
            assert not [path for path in stage_sources() if root / package / name in path.parents]
            assert root / package / name not in stage_sources()


@pytest.mark.parametrize("library", ["polars", "great_expectations"])
def test_another_version_of_what_computes_makes_results_anew(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = source_digest()
    assert before == source_digest()
    installed = opened.version
    monkeypatch.setattr(
        opened, "version", lambda name: "0.0" if name == library else installed(name)
    )
    assert source_digest() != before


def test_the_rules_that_are_counted_by_are_part_of_what_results_are_kept_under() -> None:
    by_day = Rule("as_sent", "day")
    digests = {source_digest(), source_digest([AS_SENT]), source_digest([AS_SENT, by_day])}
    assert len(digests) == 3
    assert source_digest([AS_SENT]) == source_digest([Rule()])
