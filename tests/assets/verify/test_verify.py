"""`reform-index verify` passes where nothing was changed, and says what it cannot compare."""

import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.command_line.run import run_month
from assets.month import record
from assets.month.installation import Installation
from assets.month.publication import find_changed_lines
from assets.verify.verify import verify
from pipeline.archive.deliveries import digest_lines
from pipeline.editions import Link, ReadChain
from pipeline.planning import Plan

from ..conftest import ReformIndex
from .conftest import LATER_MONTH, MONTH, flip, opened, send


def list_all(home: Path) -> dict[str, tuple[int, int, int, bytes]]:
    """Everything in a home, with times, permissions and bytes."""
    found = {}
    for path in sorted(home.rglob("*")):
        stat = path.lstat()
        is_file = path.is_file() and not path.is_symlink()
        content = path.read_bytes() if is_file else b""
        found[str(path)] = (stat.st_mode, stat.st_mtime_ns, stat.st_ino, content)
    return found


def test_an_untouched_home_passes_twice_and_stays_as_it_is(
    home: Path, reform_index: ReformIndex
) -> None:
    before = list_all(home)
    first = reform_index("verify", "--home", home)
    assert (first.status, first.err) == (0, "")
    assert first.out.count("computed anew, every byte is the same") == 4
    assert "all is equal" in first.out
    assert reform_index("verify", "--home", home) == first
    assert list_all(home) == before


def test_the_newest_hash_is_printed_to_be_kept_elsewhere(
    home: Path, reform_index: ReformIndex
) -> None:
    (*_, last) = (home / "published" / "chain.jsonl").read_text().splitlines()
    said = reform_index("verify", LATER_MONTH, "--home", home)
    assert json.loads(last)["check"] in said.out
    assert said.out.count("computed anew, every byte is the same") == 2


def test_a_month_without_an_edition_is_wrong_use(home: Path, reform_index: ReformIndex) -> None:
    said = reform_index("verify", "2026-04", "--home", home)
    assert said.status == 2
    assert f"there are editions of {MONTH}, {LATER_MONTH}" in said.err


def test_it_passes_without_the_store_and_while_a_run_holds_the_home(home: Path) -> None:
    from assets.month import lock  # noqa: PLC0415

    shutil.rmtree(home / "store")
    installation = Installation.at(home)
    with lock.hold_lock(installation.home, "test", 0):
        assert verify(installation, MONTH).status == 0


@pytest.mark.runs
def test_it_passes_after_one_more_correction_and_other_own_files(
    home: Path, reform_index: ReformIndex
) -> None:
    # What the earlier editions were computed with is kept.
    names = home / "agencies.csv"
    names.write_text(names.read_text().replace("thử nghiệm", "mới"))
    send(home, LATER_MONTH, 55)
    assert reform_index("run", "--month", LATER_MONTH, "--home", home).status == 0
    (home / "deliveries.toml").write_text("due_day = 5\n")
    found = verify(Installation.at(home))
    assert [verdict for verdict in found.verdicts if verdict.alarms or verdict.remarks] == []
    computed = [verdict.place for verdict in found.verdicts if "computed anew" in verdict.compared]
    assert len(computed) == 5


def without_chain(home: Path) -> None:
    """A home as it was before there were chains: no chain, and manifests that name none before."""
    (home / "published" / "chain.jsonl").unlink()
    shutil.rmtree(home / "archive" / "settings")
    shutil.rmtree(home / "store")
    for folder in (home / "published" / "editions").glob("*/[0-9]*"):
        manifest, sums = folder / "manifest.json", folder / "SHA256SUMS"
        values = json.loads(manifest.read_text("utf-8"))
        del values["previous_manifest_sha256"]
        with opened(manifest):
            manifest.write_text(json.dumps(values, ensure_ascii=False, indent=2) + "\n", "utf-8")
        lines = [
            line for line in sums.read_text().splitlines(keepends=True) if "manifest" not in line
        ]
        digest = hashlib.sha256(manifest.read_bytes()).hexdigest()
        lines.append(f"{digest}  manifest.json\n")
        with opened(sums):
            sums.write_text("".join(sorted(lines, key=lambda line: line[66:])))


@pytest.mark.runs
def test_editions_from_before_the_chain_are_accepted_and_named(home: Path) -> None:
    without_chain(home)
    found = verify(Installation.at(home))
    assert [verdict.alarms for verdict in found.verdicts if verdict.alarms] == []
    told = {verdict.place: verdict for verdict in found.verdicts}
    assert "begins with the next edition" in told["chain of editions"].remarks[0]
    said = told[f"{MONTH} edition 1"].compared
    assert "every byte is the same; it was published before the chain began" in said


@pytest.mark.runs
def test_a_chain_begins_with_what_lies_there(home: Path, reform_index: ReformIndex) -> None:
    without_chain(home)
    send(home, LATER_MONTH, 55)
    reform_index("run", "--month", LATER_MONTH, "--home", home)
    begun, first = (home / "published" / "chain.jsonl").read_text().splitlines()
    assert set(json.loads(begun)["editions"]) == {
        f"{month}/{number}" for month in (MONTH, LATER_MONTH) for number in (1, 2)
    }
    assert json.loads(first)["edition"] == 3
    said = reform_index("verify", "--home", home)
    assert (said.status, said.err) == (0, "")
    assert "1 edition, each bound to the one before; 4 were published before" in said.out
    shutil.rmtree(home / "published" / "editions" / MONTH / "1")
    assert f"{MONTH}/1 is missing" in reform_index("verify", "--home", home).err


@pytest.mark.runs
def test_an_edition_of_another_version_is_no_alarm_and_no_pass(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program that makes another page: the version is named, and what differs."""
    from assets.month import sources  # noqa: PLC0415
    from reports import site  # noqa: PLC0415

    monkeypatch.setattr(sources, "digest_for_bulletin", lambda: "0" * 64)
    assert verify(Installation.at(home), MONTH).status == 0
    make = site.make_site

    def make_another(*arguments: object, **more: object) -> object:
        made = make(*arguments, **more)  # type: ignore[arg-type]
        made.files["index.html"] += b"<!-- new -->"
        return made

    monkeypatch.setattr(site, "make_site", make_another)
    found = verify(Installation.at(home), MONTH)
    assert (found.status, found.alarm_count, found.remark_count) == (3, 0, 2)
    (remark,) = found.verdicts[-1].remarks
    assert "was made by another version: source" in remark
    assert "the data are the same" in remark
    assert "index.html (line" in remark
    assert "By its hashes it is as it was published" in remark


def test_nothing_is_laid_beside_the_temporary_folder(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    assert verify(Installation.at(home), MONTH).status == 0
    assert not list(folder.iterdir())


@pytest.mark.runs
def test_an_edition_that_replaced_an_older_one_put_in_force_again_passes(home: Path) -> None:
    link = home / "published" / MONTH
    link.unlink()
    link.symlink_to(f"editions/{MONTH}/1")
    run_month(Installation.at(home), MONTH)
    assert link.readlink() == Path(f"editions/{MONTH}/3")
    found = verify(Installation.at(home), MONTH)
    assert [alarm for verdict in found.verdicts for alarm in verdict.alarms] == []


@pytest.mark.runs
def test_a_file_that_could_not_be_processed_once_is_refused_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The memory that was lacking is there when the edition is computed anew."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "agencies.csv").write_text(
        "code,name_vi,kind\nT1,Một,pilot\nT2,Hai,pilot\n", encoding="utf-8"
    )
    for sender in ("T1", "T2"):
        send(home, MONTH, 90, sender)
    judge = record.judge

    def lack_memory(installation: Installation, plan: Plan, *rest: Any) -> record.Judged:
        if plan.filter(pl.col("fault").is_null())["sender_code"].is_in(["T2"]).any():
            raise MemoryError
        return judge(installation, plan, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(record, "judge", lack_memory)
        run_month(Installation.at(home), MONTH)
    run_month(Installation.at(home), MONTH)
    first, second = (home / "published" / "editions" / MONTH / number for number in "12")
    assert "not_processed" in (first / "data" / "deliveries.csv").read_text("utf-8")
    assert "not_processed" not in (second / "data" / "deliveries.csv").read_text("utf-8")
    found = verify(Installation.at(home))
    assert [alarm for verdict in found.verdicts for alarm in verdict.alarms] == []


def test_a_changed_register_is_found_after_an_edition_was_made_from_it() -> None:
    received, changed = [b"1", b"2", b"3"], [b"1", b"X", b"3", b"4"]
    links = tuple(
        Link(month, 1, "", made_with={"deliveries": {"lines": len(on), "sha256": digest_lines(on)}})
        for month, on in ((MONTH, received), (LATER_MONTH, changed))
    )
    both, later = (ReadChain(True, part, (), (), "") for part in (links, links[1:]))
    (told,), same = find_changed_lines(changed, both, "it")
    assert told.startswith(f"lines 1 to 3 of it are not those from which edition 1 of {MONTH}")
    assert same == 0
    assert find_changed_lines(changed, later, "it") == ([], 4)


@pytest.mark.runs
def test_a_damaged_file_of_the_archive_is_counted_and_taken_from_the_inbox_once_it_is_removed(
    home: Path, reform_index: ReformIndex
) -> None:
    """The result of the file is in the store, so that no run reads the file itself."""
    sent = (home / "inbox" / "T1" / MONTH / "figures.csv").read_bytes()
    digest = hashlib.sha256(sent).hexdigest()
    kept = home / "archive" / "files" / digest[:2] / digest
    flip(kept)
    said = reform_index("verify", MONTH, "--home", home)
    assert said.status == 1
    assert f"{kept} (figures.csv of T1 for {MONTH}) is damaged or missing: restore it" in said.err
    # Four editions in two months: the first of each month counted other files.
    assert re.search(r"^archive: (\d) of (?!\1)\d files as sent$", said.out, re.MULTILINE)
    kept.unlink()
    assert "unchanged" in reform_index("run", "--month", MONTH, "--home", home).out
    assert kept.read_bytes() == sent
    assert reform_index("verify", MONTH, "--home", home).status == 0
