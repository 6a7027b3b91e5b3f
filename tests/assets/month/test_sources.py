"""The source that results are computed with: which files, and what changes their digest."""

import importlib.util
import re
import typing
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

import grimp
import pytest

from assets.month import deliveries, sources, tally
from assets.month.installation import Installation
from pipeline.deadlines import AS_SENT, DeadlineRule

ROOMS = ("pipeline", "expectations")


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
    assert files - set(sources.files_for_tallies()) == set()


def _origin(module: str) -> str | None:
    spec = importlib.util.find_spec(module)
    assert spec is not None
    return spec.origin


def test_the_sources_are_files_that_are_there_and_the_holidays_are_among_them() -> None:
    files = sources.files_for_tallies()
    assert files == sources.files_for_tallies()
    assert all(path.is_file() for path in files)
    names = {path.name for path in files}
    assert {"vietnam_holidays.csv", "deliveries.py", "installation.py"} <= names
    assert not any("__pycache__" in path.parts for path in files)


def test_rooms_that_come_after_tallies_are_no_sources_and_all_of_them_exist() -> None:
    root = Path(sources.__file__).parents[2]
    for package, after in sources._AFTER_TALLIES.items():
        for name in after:
            assert (root / package / name).exists(), name
            assert not [
                path
                for path in sources.files_for_tallies()
                if root / package / name in path.parents
            ]
            assert root / package / name not in sources.files_for_tallies()


@pytest.mark.parametrize("library", ["polars", "great_expectations"])
def test_another_version_of_what_computes_makes_results_anew(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sources.digest_for_tallies()
    assert before == sources.digest_for_tallies()
    monkeypatch.setattr(
        sources, "version", lambda name: "0.0" if name == library else version(name)
    )
    sources.digest_source_of_tallies.cache_clear()  # As in a new process.
    try:
        assert sources.digest_for_tallies() != before
    finally:
        sources.digest_source_of_tallies.cache_clear()


def test_the_rules_that_are_counted_by_are_part_of_what_results_are_kept_under() -> None:
    by_day = DeadlineRule("as_sent", "day")
    digests = {
        sources.digest_for_tallies(),
        sources.digest_for_tallies([AS_SENT]),
        sources.digest_for_tallies([AS_SENT, by_day]),
    }
    assert len(digests) == 3
    assert sources.digest_for_tallies([AS_SENT]) == sources.digest_for_tallies([DeadlineRule()])
