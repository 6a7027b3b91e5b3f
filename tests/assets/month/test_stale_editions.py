"""Editions that rest on what has changed since: which they are, who is told, what clears them."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from assets.command_line import app
from assets.month.installation import Installation
from pipeline import months

from ..conftest import ReformIndex, stale_months

pytestmark = pytest.mark.runs

MONTH, LATER_MONTH = "2026-05", "2026-06"


def add_a_unit(home: Path) -> None:
    own = home / "agencies.csv"
    header, *rows = own.read_text("utf-8").splitlines(keepends=True)
    unit = {"code": "H26.99", "name_vi": "Sở Thử nghiệm", "kind": "department"}
    unit |= {"parent_code": "H26"}
    row = ",".join(unit.get(name, "") for name in header.strip().split(","))
    own.write_text("".join([header, *rows, f"{row}\n"]), "utf-8")


def change_the_method(home: Path) -> None:
    built_in = Path(app.__file__).parents[2] / "pipeline" / "methods" / "reform-index.toml"
    own = home / "methods" / built_in.name
    own.parent.mkdir()
    own.write_text(built_in.read_text("utf-8") + "\n# reviewed\n", "utf-8")


def drop_rows(home: Path, month: str) -> None:
    path = home / "inbox" / "H26" / month / "dossiers.csv"
    path.write_text("".join(path.read_text("utf-8").splitlines(keepends=True)[:-30]), "utf-8")


@pytest.mark.parametrize("has_store", [True, False])
@pytest.mark.parametrize("change", [add_a_unit, change_the_method])
def test_a_changed_register_or_method_makes_every_other_edition_stale(
    small_home: Path, change: Callable[[Path], None], has_store: bool
) -> None:
    if not has_store:
        for month in (MONTH, LATER_MONTH):
            shutil.rmtree(small_home / "store" / "bulletin" / month)
    assert stale_months(small_home, LATER_MONTH) == []
    change(small_home)
    assert stale_months(small_home, LATER_MONTH) == [MONTH]
    assert stale_months(small_home, MONTH) == [LATER_MONTH]


def test_a_page_names_only_later_months_and_the_command_line_all(
    small_home: Path, reform_index: ReformIndex
) -> None:
    add_a_unit(small_home)
    drop_rows(small_home, LATER_MONTH)
    said = reform_index("run", "--month", LATER_MONTH, "--home", small_home)
    # The earlier month rests on another register, but not on this month.
    assert f"{LATER_MONTH}: edition 2 published; some senders sent nothing; " in said.out
    assert f"; stale now: {MONTH}\n" in said.out
    edition = small_home / "published" / LATER_MONTH
    assert json.loads((edition / "manifest.json").read_text())["stale_later_editions"] == []
    page = (edition / "en" / "index.html").read_text("utf-8")
    assert "No later edition needs to be made again." in page

    said = reform_index("run", "--month", MONTH, "--home", small_home)
    assert "stale now" not in said.out


def test_a_later_month_that_does_not_rest_on_this_one_is_not_named_on_its_page(
    pilot_home: Path, reform_index: ReformIndex
) -> None:
    installation = Installation.at(pilot_home)
    reach = installation.method_at(MONTH).history_months
    last = next(path.name for path in (pilot_home / "inbox" / "T1").iterdir())
    far, near = (months.shifted(last, -back) for back in (reach + 1, reach))
    for month in (far, near):
        folder = pilot_home / "inbox" / "T1" / month
        folder.mkdir()
        sent = (pilot_home / "inbox" / "T1" / last / "figures.csv").read_text("utf-8")
        (folder / "figures.csv").write_text(sent.replace(last, month), "utf-8")
    for month in (far, near, last):
        assert reform_index("run", "--month", month, "--home", pilot_home).status == 0
    change_the_method(pilot_home)
    named = {}
    for month in (far, near):
        path = pilot_home / "inbox" / "T1" / month / "figures.csv"
        path.write_text(path.read_text("utf-8").replace("90,100", "80,100"), "utf-8")
        said = reform_index("run", "--month", month, "--home", pilot_home)
        assert last in said.out.partition("stale now: ")[2]
        manifest = pilot_home / "published" / month / "manifest.json"
        named[month] = json.loads(manifest.read_text())["stale_later_editions"]
    # A month's history is the `reach` months before it.
    assert named == {far: [near], near: [last]}
