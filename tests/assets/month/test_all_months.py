"""The pages of all months in a real home: there after every run, made good where they are not."""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from assets.command_line.run import run_month
from assets.month import all_months
from assets.month.all_months import AllMonthsError, bring_up_to_date
from assets.month.installation import Installation
from pipeline.editions import Editions, PagesBeside

from ..conftest import RUN_MONTHS

pytestmark = pytest.mark.runs

EARLIER, MONTH = RUN_MONTHS


def run_until_the_first_page(home: Path, month: str) -> None:
    """Runs a month in a process that dies before the first page of all months is written.

    That is right after the commit point.
    """

    def die_before_the_first_page(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and str(arguments[0]).endswith(".replacing"):
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(die_before_the_first_page)
    run_month(Installation.at(home), month)


def beside(home: Path) -> dict[str, Path]:
    """The pages of all months, by their path below `published`."""
    record = json.loads((home / "published" / "pages.json").read_bytes())
    return {path: home / "published" / path for path in (*record["files"], "pages.json")}


def times(home: Path) -> dict[str, int]:
    return {name: path.stat().st_mtime_ns for name, path in beside(home).items()}


def page(home: Path, name: str = "en/editions.html") -> str:
    return (home / "published" / name).read_text(encoding="utf-8")


def publish_again(home: Path, month: str) -> None:
    """An edition with the same files as the one in force, and nothing that comes after it."""
    editions = Editions(home / "published")
    folder = (home / "published" / month).resolve()
    files = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "SHA256SUMS"
    }
    editions.publish(month, editions.next_number(month), files)


def spoil(path: Path) -> None:
    path.chmod(0o644)
    path.write_bytes(path.read_bytes() + b" ")


def test_a_run_leaves_the_pages_of_all_months(small_home: Path) -> None:
    assert {"index.html", "en/index.html", "feed.xml", "editions.html"} <= set(beside(small_home))
    for name in ("index.html", "en/index.html"):
        for month in RUN_MONTHS:
            assert f"{month}/" in page(small_home, name)
        assert "SIMULATED DATA" in page(small_home, name)
    for path in (small_home / "published").resolve().glob("*.html"):
        assert path.stat().st_mode & 0o444 == 0o444


def test_units_lead_to_pages_that_are_there(small_home: Path) -> None:
    text = page(small_home, "index.html")
    units = [part.split('"')[0] for part in text.split('href="')[1:] if "/units/" in part]
    assert len(units) > 3
    assert all((small_home / "published" / unit).is_file() for unit in units)


def test_a_run_in_which_nothing_changed_writes_none_of_them(small_home: Path) -> None:
    before = times(small_home)
    run_month(Installation.at(small_home), MONTH)
    assert times(small_home) == before


def lose_the_index(home: Path) -> None:
    (home / "published" / "index.html").unlink()


def lose_all(home: Path) -> None:
    for path in beside(home).values():
        path.unlink()


def spoil_the_feed(home: Path) -> None:
    spoil(home / "published" / "feed.xml")


def publish_the_earlier_month_again(home: Path) -> None:
    publish_again(home, EARLIER)


@pytest.mark.parametrize(
    "change", [lose_the_index, lose_all, spoil_the_feed, publish_the_earlier_month_again]
)
def test_a_run_that_finds_them_behind_writes_them_though_nothing_else_changed(
    small_home: Path, change: Callable[[Path], None]
) -> None:
    change(small_home)
    result = run_month(Installation.at(small_home), MONTH)
    assert not result.is_new
    assert not bring_up_to_date(Installation.at(small_home))
    in_force = Editions(small_home / "published").in_force(EARLIER)
    assert f"editions/{EARLIER}/{in_force}/en/index.html" in page(small_home)


def test_a_run_killed_between_the_commit_point_and_the_pages_is_made_good_by_the_next(
    small_home: Path, processes: ForkServerContext
) -> None:
    (sent, *_) = sorted(small_home.glob(f"inbox/*/{MONTH}/dossiers.csv"))
    sent.write_text("".join(sent.read_text().splitlines(keepends=True)[:-20]))
    sender = sent.parents[1].name
    killed = processes.Process(target=run_until_the_first_page, args=(small_home, MONTH))
    killed.start()
    killed.join()
    assert killed.exitcode == -signal.SIGKILL
    assert Editions(small_home / "published").in_force(MONTH) == 2
    assert f"editions/{MONTH}/2/" not in page(small_home)

    run_month(Installation.at(small_home), MONTH)
    assert f"editions/{MONTH}/2/en/index.html" in page(small_home)
    assert f"({sender}) sent corrected files for this month (dossiers)." in page(small_home)
    assert not list((small_home / "published").glob(".*"))


def test_an_edition_that_was_altered_is_named_by_the_next_run_and_stops_nothing(
    small_home: Path,
) -> None:
    words = "This edition is not as it was published"
    assert words not in page(small_home)
    spoil(small_home / "published" / EARLIER / "data" / "indices.csv")
    assert not run_month(Installation.at(small_home), MONTH).is_new
    assert words in page(small_home)
    before = times(small_home)
    run_month(Installation.at(small_home), MONTH)
    assert times(small_home) == before


def lose_the_edition(folder: Path) -> None:
    shutil.rmtree(folder)


def lose_the_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def spoil_the_manifest(folder: Path) -> None:
    spoil(folder / "manifest.json")


def spoil_the_sums(folder: Path) -> None:
    spoil(folder / "SHA256SUMS")


def put_a_folder_there(folder: Path) -> None:
    (folder / "manifest.json").unlink()
    (folder / "manifest.json").mkdir()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lose_the_edition, "Files of this edition are missing"),
        (lose_the_manifest, "Files of this edition are missing"),
        (spoil_the_manifest, "This edition is not as it was published"),
        (spoil_the_sums, "This edition is not as it was published"),
        (put_a_folder_there, "This edition cannot be read."),
    ],
)
def test_a_replaced_edition_that_cannot_be_read_is_named_and_stops_nothing(
    small_home: Path, change: Callable[[Path], None], words: str
) -> None:
    publish_again(small_home, MONTH)
    change(small_home / "published" / "editions" / MONTH / "1")
    assert bring_up_to_date(Installation.at(small_home))
    text = page(small_home)
    assert words in text
    assert f"editions/{MONTH}/2/en/index.html" in text
    assert f"editions/{EARLIER}/1/en/index.html" in text


def test_what_is_remembered_of_an_edition_is_believed_only_while_nobody_touched_it(
    small_home: Path,
) -> None:
    publish_again(small_home, MONTH)
    assert bring_up_to_date(Installation.at(small_home))
    (small_home / "published" / "pages.json").unlink()
    assert bring_up_to_date(Installation.at(small_home))
    assert "This edition is not as it was published" not in page(small_home)
    spoil_the_manifest(small_home / "published" / "editions" / MONTH / "1")
    (small_home / "published" / "pages.json").unlink()
    assert bring_up_to_date(Installation.at(small_home))
    assert "This edition is not as it was published" in page(small_home)


def test_pages_are_the_same_without_what_is_remembered(small_home: Path) -> None:
    publish_again(small_home, MONTH)
    assert bring_up_to_date(Installation.at(small_home))
    before = page(small_home)
    shutil.rmtree(small_home / "store" / "edition_history")
    lose_all(small_home)
    assert bring_up_to_date(Installation.at(small_home))
    assert page(small_home) == before


def test_an_edition_from_before_there_were_summaries_is_listed(small_home: Path) -> None:
    folder = (small_home / "published" / MONTH).resolve()
    (folder / "summary.json").unlink()
    sums = (folder / "SHA256SUMS").read_text().splitlines(keepends=True)
    (folder / "SHA256SUMS").chmod(0o644)
    (folder / "SHA256SUMS").write_text("".join(x for x in sums if "summary.json" not in x))
    (small_home / "published" / "pages.json").unlink()
    assert bring_up_to_date(Installation.at(small_home))
    text = page(small_home, "en/index.html")
    assert "This edition has no summary that can be read" in text
    # Its units are found in the month before.
    assert f"../{EARLIER}/en/units/" in text
    assert f"../{MONTH}/en/index.html" in text


def test_nothing_is_written_where_nothing_is_published(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    assert not bring_up_to_date(Installation.at(tmp_path / "home"))
    assert not (tmp_path / "home" / "published").exists()


def test_pages_that_cannot_be_written_are_a_plain_error_that_says_what_is_published(
    small_home: Path,
) -> None:
    (small_home / "published" / "index.html").unlink()
    (small_home / "published" / "index.html").mkdir()
    with pytest.raises(AllMonthsError, match=r"is published, but .*: move it away. Then run again"):
        run_month(Installation.at(small_home), MONTH)
    (small_home / "published" / "index.html").rmdir()
    run_month(Installation.at(small_home), MONTH)
    assert (small_home / "published" / "index.html").is_file()


def test_the_same_editions_give_the_same_bytes(small_home: Path) -> None:
    before = {name: path.read_bytes() for name, path in beside(small_home).items()}
    lose_all(small_home)
    assert bring_up_to_date(Installation.at(small_home))
    assert {name: path.read_bytes() for name, path in beside(small_home).items()} == before


def test_another_register_or_another_program_makes_them_anew(
    small_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (small_home / "agencies.csv").open("a", encoding="utf-8") as register:
        register.write("H26.99,Sở Thử nghiệm,Department of Trials,department,H26,\n")
    assert bring_up_to_date(Installation.at(small_home))
    assert not bring_up_to_date(Installation.at(small_home))
    monkeypatch.setattr(all_months.sources, "digest_for_bulletin", lambda: "another program")
    assert bring_up_to_date(Installation.at(small_home))


def test_the_record_says_for_what_they_were_made(small_home: Path) -> None:
    made_for = json.loads((small_home / "published" / "pages.json").read_bytes())["made_for"]
    assert PagesBeside(small_home / "published").are_made_for(made_for)
