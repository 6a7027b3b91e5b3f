"""A home in whose last month our own index has a new version: all who were served count."""

import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.command_line.run import run_month
from assets.explain.explain import Explainer
from assets.month.inputs import read_inputs
from assets.month.installation import Installation
from assets.verify import anew
from assets.verify.basis import BasisError
from pipeline import methods, tables
from pipeline.methods import MethodError
from pipeline.tables.comparisons import RANKS_BY_MONTH
from pipeline.tables.represented import REPRESENTATION

from ..conftest import stale_months

BEFORE, MONTH = "2026-05", "2026-06"
BUILT_IN = Path(methods.__file__).parent
CRUDE, ADJUSTED = "reform-index.toml", "reform-index.2.toml"
OF_SATISFACTION = {"satisfied_share", "satisfaction_index", "reform_performance_index"}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home(small_home_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small home, its last month run anew after a second version was added for it."""
    home = tmp_path_factory.mktemp("versions") / "home"
    shutil.copytree(small_home_template, home, symlinks=True)
    own = home / "methods"
    own.mkdir(exist_ok=True)
    shutil.copy(BUILT_IN / CRUDE, own)
    second = (BUILT_IN / ADJUSTED).read_text("utf-8")
    (own / ADJUSTED).write_text(second.replace("= 2027-01-01", f"= {MONTH}-01"), "utf-8")
    run_month(Installation.at(home), MONTH)
    return home


def read_edition(home: Path, number: int, name: str, schema: pl.Schema) -> pl.DataFrame:
    folder = home / "published" / "editions" / MONTH / str(number) / "data"
    return pl.read_csv(folder / f"{name}.csv", schema=schema)


def read_manifest(home: Path, month: str, number: int) -> dict[str, Any]:
    folder = home / "published" / "editions" / month / str(number)
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8"))
    return found


def test_the_new_version_makes_an_edition_of_its_month_that_names_it(home: Path) -> None:
    assert read_manifest(home, MONTH, 1)["method"]["version"] == "1.2.0"
    assert read_manifest(home, MONTH, 2)["method"]["version"] == "2.0.0"


def test_the_manifest_names_the_version_of_the_months_before_too(home: Path) -> None:
    [earlier] = read_manifest(home, MONTH, 2)["methods_of_earlier_months"]
    digest = methods.load().digest
    assert earlier == {"name": "reform-index", "version": "1.2.0", "digest": digest}
    for month in (BEFORE, MONTH):
        assert "methods_of_earlier_months" not in read_manifest(home, month, 1)


@pytest.mark.parametrize("has_store", [True, False])
def test_a_change_of_the_earlier_version_makes_the_month_stale(
    home: Path, tmp_path: Path, has_store: bool
) -> None:
    copy = shutil.copytree(home, tmp_path / "home", symlinks=True)
    if not has_store:
        shutil.rmtree(copy / "store" / "bulletin" / MONTH)
    assert stale_months(copy, BEFORE) == []
    with (copy / "methods" / CRUDE).open("a", encoding="utf-8") as file:
        file.write("# reviewed\n")
    assert stale_months(copy, BEFORE) == [MONTH]


def test_an_edition_is_not_computed_anew_with_another_earlier_version(
    home: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(home, tmp_path / "home", symlinks=True)
    manifest = read_manifest(copy, MONTH, 2)
    anew._check_inputs(manifest, read_inputs(Installation.at(copy), MONTH))
    with (copy / "methods" / CRUDE).open("a", encoding="utf-8") as file:
        file.write("# reviewed\n")
    with pytest.raises(BasisError, match="a method of months before it is another one now"):
        anew._check_inputs(manifest, read_inputs(Installation.at(copy), MONTH))


def test_a_month_without_a_version_does_not_stop_the_months_that_have_one(
    home: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(home, tmp_path / "home", symlinks=True)
    (copy / "methods" / CRUDE).unlink()
    assert stale_months(copy, MONTH) == [BEFORE]
    published = run_month(Installation.at(copy), MONTH).published
    assert published.stale_months == (BEFORE,)
    ranks = read_edition(copy, published.number, "ranks_by_month", RANKS_BY_MONTH.schema)
    assert ranks["series_month"].unique().to_list() == [MONTH]
    with pytest.raises(MethodError, match=f"no version of reform-index is in force .* {BEFORE}"):
        run_month(Installation.at(copy), BEFORE)


def test_only_what_rests_on_satisfaction_has_another_value(home: Path) -> None:
    key = ["unit_code", "indicator"]
    before, after = (read_edition(home, n, "indices", tables.INDICES.schema) for n in (1, 2))
    changed = before.join(after, on=key).filter(pl.col("value").ne_missing(pl.col("value_right")))
    assert set(changed["indicator"]) == OF_SATISFACTION


def test_the_month_before_is_neither_stale_nor_changed(home: Path) -> None:
    report = run_month(Installation.at(home), BEFORE)
    assert not report.is_new
    assert report.published.stale_months == ()
    assert read_manifest(home, BEFORE, 1)["method"]["version"] == "1.2.0"


def test_values_of_the_other_version_are_no_previous_values(home: Path) -> None:
    ranked = read_edition(home, 2, "rankings", tables.RANKINGS.schema)
    known = ranked.drop_nulls("previous_value")["indicator"].unique()
    assert "due_on_time" in known
    assert not OF_SATISFACTION & set(known)
    first = read_edition(home, 1, "rankings", tables.RANKINGS.schema)
    assert "satisfaction_index" in first.drop_nulls("previous_value")["indicator"]


def test_the_ranks_by_month_break_where_the_new_version_begins(home: Path) -> None:
    ranks = read_edition(home, 2, "ranks_by_month", RANKS_BY_MONTH.schema)
    breaks = ranks.filter("is_break").select("indicator", "series_month").unique()
    assert set(breaks["series_month"]) == {MONTH}
    assert set(breaks["indicator"]) == {"satisfaction_index", "reform_performance_index"}
    versions = ranks.filter(indicator="due_on_time").select("series_month", "method_version")
    assert dict(versions.unique().iter_rows())[BEFORE] == "1.2.0"
    assert dict(versions.unique().iter_rows())[MONTH] == "2.0.0"


def test_both_shares_stand_side_by_side_whichever_is_in_force(home: Path) -> None:
    first, second = (read_edition(home, n, "representation", REPRESENTATION.schema) for n in (1, 2))
    both = ["unit_code", "share", "adjusted_share"]
    assert first.height
    assert first.select(both).equals(second.select(both))
    published = read_edition(home, 2, "indices", tables.INDICES.schema)
    values = published.filter(indicator="satisfied_share").select("unit_code", "value")
    adjusted = second.drop_nulls("adjusted_share").join(values, on="unit_code")
    assert adjusted["value"].to_list() == adjusted["adjusted_share"].to_list()


def test_an_adjusted_share_is_explained_by_files_that_add_up(home: Path) -> None:
    explainer = Explainer(Installation.at(home), MONTH)
    units = read_edition(home, 2, "representation", REPRESENTATION.schema)
    adjusted = units.drop_nulls("adjusted_share")["unit_code"]
    for unit in adjusted.head(4):
        for indicator in ("satisfied_share", "satisfaction_index", "mean_rating"):
            found = explainer.explain(unit, indicator)
            assert found.method.version == "2.0.0"
            assert found.adds_up, (unit, indicator, found.files)


def test_the_front_page_names_what_is_not_compared(home: Path) -> None:
    page = next((home / "published" / "editions" / MONTH / "2").rglob("index.html"))
    folder = page.parent
    said = "".join(each.read_text("utf-8") for each in folder.rglob("*.html"))
    assert "version 2.0.0 of the method" in said
    assert "these are not compared with last month" in said
    first = home / "published" / "editions" / MONTH / "1"
    assert "not compared with last month" not in "".join(
        each.read_text("utf-8") for each in first.rglob("*.html")
    )
