"""Data versions and code versions: by them the UI shows what is out of date, and nothing else is.

A data version is the digest of what an asset holds for a month, a code version that of the source.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus
from dagster._core.loader import LoadingContextForTest

from assets.definitions import build_definitions
from assets.month import results, sources
from pipeline import methods

from .conftest import RUN_MONTHS, STEMS, run_job

pytestmark = pytest.mark.runs

EARLIER_MONTH, MONTH = RUN_MONTHS
METHOD = Path(methods.__file__).with_name("reform-index.toml")
CODE_VERSIONS = {
    "exports": sources.digest_for_tallies(),
    "records": sources.digest_for_tallies(),
    "tallies": sources.digest_for_tallies(),
    "indices": sources.digest_for_rankings(),
    "rankings": sources.digest_for_rankings(),
    "bulletin": sources.digest_for_bulletin(),
}


@dataclass(frozen=True)
class Run:
    """What a run told of its assets, by asset."""

    data_versions: dict[str, str]
    code_versions: dict[str, str]
    computed: dict[str, object]
    edition: object


def run(home: Path) -> Run:
    """Runs the whole month."""
    result = run_job(home, MONTH)
    told = {stem: result.asset_materializations_for_node(stem)[0] for stem in STEMS}
    tags = {stem: each.tags or {} for stem, each in told.items()}
    return Run(
        data_versions={stem: tags[stem]["dagster/data_version"] for stem in STEMS},
        code_versions={stem: tags[stem]["dagster/code_version"] for stem in STEMS},
        computed={stem: told[stem].metadata["computed"].value for stem in ("indices", "rankings")},
        edition=told["bulletin"].metadata["edition"].value,
    )


@pytest.fixture(scope="module")
def unchanged(small_home_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A month that was run before, run again."""
    home = tmp_path_factory.mktemp("unchanged") / "home"
    return run(shutil.copytree(small_home_template, home, symlinks=True))


def correct_a_file(home: Path, month: str) -> None:
    sent = home / "inbox" / "H26" / month / "dossiers.csv"
    sent.write_text("".join(sent.read_text("utf-8").splitlines(keepends=True)[:-30]), "utf-8")


def correct_the_month(home: Path) -> None:
    correct_a_file(home, MONTH)


def correct_the_month_before(home: Path) -> None:
    correct_a_file(home, EARLIER_MONTH)


def review_the_method(home: Path) -> None:
    own = home / "methods" / METHOD.name
    own.parent.mkdir()
    own.write_text(METHOD.read_text("utf-8") + "\n# reviewed\n", "utf-8")


def rank_smaller_units_too(home: Path) -> None:
    own = home / "methods" / METHOD.name
    own.parent.mkdir()
    text = METHOD.read_text("utf-8")
    assert "\nminimum_due = 30" in text
    own.write_text(text.replace("\nminimum_due = 30", "\nminimum_due = 20"), "utf-8")


def rename_an_agency(home: Path) -> None:
    own = home / "agencies.csv"
    text = own.read_text("utf-8")
    assert "Sở Tài chính" in text
    own.write_text(text.replace("Sở Tài chính", "Sở Kế hoạch"), "utf-8")


def test_the_versions_of_an_unchanged_month_are_the_same_and_nothing_is_computed(
    unchanged: Run, small_home: Path
) -> None:
    again = run(small_home)
    assert again == unchanged
    assert again.computed == {"indices": False, "rankings": False}
    assert again.edition == 1


@pytest.mark.parametrize(
    ("change", "changed", "edition"),
    [
        (correct_the_month, set(STEMS), 2),
        # The files and records of the month are the same; its dossiers are counted beside the
        # ledger after the month before.
        (correct_the_month_before, {"tallies", "indices", "rankings", "bulletin"}, 2),
        # Its text is another, and what it says is not: the same numbers are computed anew.
        (review_the_method, {"indices", "rankings"}, 1),
        (rank_smaller_units_too, {"indices", "rankings", "bulletin"}, 2),
        (rename_an_agency, {"records", "tallies", "indices", "rankings", "bulletin"}, 2),
    ],
)
def test_what_changed_has_another_version_and_indices_and_rankings_are_computed_anew(
    unchanged: Run,
    small_home: Path,
    change: Callable[[Path], None],
    changed: set[str],
    edition: int,
) -> None:
    change(small_home)
    found = run(small_home)
    before, after = unchanged.data_versions, found.data_versions
    assert {stem for stem in STEMS if after[stem] != before[stem]} == changed
    assert found.computed == {"indices": True, "rankings": True}
    assert found.edition == edition
    # Whatever is computed anew, once is enough.
    assert run(small_home) == Run(
        after, found.code_versions, {"indices": False, "rankings": False}, edition
    )


def test_indices_are_kept_for_rankings_that_are_built_alone(
    small_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    review_the_method(small_home)
    run_job(small_home, MONTH, "exports", "records", "tallies", "indices")

    def fail(*_: object) -> results.Results:
        pytest.fail("indices are computed for the second time")

    monkeypatch.setattr(results, "compute_indices", fail)
    result = run_job(small_home, MONTH, "rankings", "bulletin")
    (told,) = result.asset_materializations_for_node("rankings")
    assert told.metadata["computed"].value is True


def test_the_code_version_is_the_digest_of_the_source(unchanged: Run) -> None:
    specs = {
        spec.key.to_user_string(): spec.code_version
        for spec in build_definitions().resolve_all_asset_specs()
    }
    assert specs == unchanged.code_versions == CODE_VERSIONS
    assert len(set(CODE_VERSIONS.values())) == 3


def test_the_ui_shows_which_assets_rest_on_data_that_changed(small_home: Path) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        run_job(small_home, MONTH, instance=instance)
        assert stale_assets(instance) == set()
        # The same data, so nothing after them is out of date.
        run_job(small_home, MONTH, "exports", instance=instance)
        assert stale_assets(instance) == set()
        correct_the_month(small_home)
        run_job(small_home, MONTH, "exports", instance=instance)
        # Dagster names the next one; those after it once the data of this one are others too.
        assert stale_assets(instance) == {"records"}
        run_job(small_home, MONTH, "records", instance=instance)
        assert stale_assets(instance) == {"tallies"}
        run_job(small_home, MONTH, *STEMS[2:], instance=instance)
        assert stale_assets(instance) == set()


def stale_assets(instance: dg.DagsterInstance) -> set[str]:
    """The assets that the UI shows as out of date for the month, for data or for code."""
    resolver = CachingStaleStatusResolver(
        instance, build_definitions().resolve_asset_graph(), LoadingContextForTest(instance)
    )
    return {
        stem for stem in STEMS if resolver.get_status(dg.AssetKey(stem), MONTH) != StaleStatus.FRESH
    }
