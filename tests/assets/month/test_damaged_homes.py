"""Bits that flip in store, archive and editions change no published number and end no run.

What is damaged is named; the next run makes the home whole again. The whole way is run, as the
command line runs it.
"""

import hashlib
import json
import logging
import os
import random
import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from _pytest.mark import ParameterSet

from assets.command_line.run import run_month
from assets.explain.explain import explain_number
from assets.explain.published import NotPublishedError
from assets.month import deliveries, edition, receive, repair
from assets.month.inputs import read_inputs
from assets.month.installation import Installation
from assets.month.merge import OutdatedError
from pipeline.archive import list_inbox

from ..conftest import RUN_MONTHS, SMALL, ReformIndex

pytestmark = pytest.mark.runs

EARLIER_MONTH, MONTH = RUN_MONTHS
SENDER = "H26"


def flip_a_bit(path: Path, chosen: random.Random) -> None:
    """Flips one bit of a file as a failing disk does: neither size nor time tell of it."""
    stat, content = path.stat(), bytearray(path.read_bytes())
    bit = chosen.randrange(8 * len(content))
    content[bit // 8] ^= 1 << bit % 8
    path.chmod(0o644)
    path.write_bytes(content)
    path.chmod(stat.st_mode)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def files_below(folder: Path) -> list[Path]:
    """The files in a folder that have a bit to flip."""
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and path.stat().st_size]


def flip_bits(files: Iterable[Path], chosen: random.Random, count: int) -> None:
    for path in chosen.sample(list(files), count):
        flip_a_bit(path, chosen)


def data_in_force(home: Path) -> dict[str, bytes]:
    """The data of the editions in force, by path."""
    files = sorted(home.glob("published/????-??/data/*"))
    return {str(path.relative_to(home)): path.read_bytes() for path in files}


def edition_numbers(home: Path) -> dict[str, int | None]:
    editions = Installation.at(home).editions
    return {month: editions.in_force(month) for month in RUN_MONTHS}


def run_all(home: Path) -> None:
    for month in RUN_MONTHS:
        run_month(Installation.at(home), month)


def correct(home: Path) -> None:
    """A correction of the earlier month: the later one is counted beside another ledger."""
    path = home / "inbox" / SENDER / EARLIER_MONTH / "dossiers.csv"
    path.write_text("".join(path.read_text("utf-8").splitlines(keepends=True)[:-20]), "utf-8")


@pytest.fixture(scope="module")
def corrected_data(
    small_home_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, bytes]:
    """What is published after a correction in a home in which nothing is damaged."""
    home = tmp_path_factory.mktemp("corrected") / "home"
    shutil.copytree(small_home_template, home, symlinks=True)
    correct(home)
    run_all(home)
    return data_in_force(home)


def slow(given: object) -> ParameterSet:
    """A case that repeats with another value what others show: `make test-slow` runs it."""
    return pytest.param(given, marks=pytest.mark.slow)


ROUNDS = [1, *map(slow, range(2, 18))]
"""Each flips a dozen bits, of a dozen files."""


@pytest.mark.parametrize("seed", ROUNDS)
def test_bits_flipped_in_the_store_change_nothing_that_is_published(
    small_home: Path, corrected_data: dict[str, bytes], seed: int
) -> None:
    before, chosen = data_in_force(small_home), random.Random(seed)
    flip_bits(files_below(small_home / "store"), chosen, 12)
    run_all(small_home)
    assert data_in_force(small_home) == before
    assert edition_numbers(small_home) == dict.fromkeys(RUN_MONTHS, 1)
    # A correction reads what the runs above had no need of.
    flip_bits(files_below(small_home / "store"), chosen, 12)
    correct(small_home)
    run_all(small_home)
    assert data_in_force(small_home) == corrected_data


def test_a_store_in_which_every_file_is_damaged_is_computed_anew(small_home: Path) -> None:
    before, chosen = data_in_force(small_home), random.Random(766)
    for path in files_below(small_home / "store"):
        flip_a_bit(path, chosen)
    run_all(small_home)
    assert data_in_force(small_home) == before
    installation = Installation.at(small_home)
    for stage in ("exports", "records", "tallies", "merged", "indices", "rankings", "bulletin"):
        keys = installation.store.keys(stage)
        assert keys
        assert all(installation.store.has(stage, key) for key in keys), stage


@pytest.mark.parametrize("stage", ["exports", "merged", "indices", "rankings", "bulletin"])
def test_a_truncated_table_of_any_stage_stops_no_run(
    small_home: Path, stage: str, caplog: pytest.LogCaptureFixture
) -> None:
    before = data_in_force(small_home)
    damaged = sorted((small_home / "store" / stage).glob(f"*{MONTH}*/*.parquet"))[0]
    damaged.write_bytes(damaged.read_bytes()[:-9])
    with caplog.at_level(logging.WARNING):
        result = run_month(Installation.at(small_home), MONTH)
    assert f"{damaged.parent} counts as absent and is computed anew" in caplog.text
    assert (result.published.number, result.is_new) == (1, False)
    assert data_in_force(small_home) == before
    assert Installation.at(small_home).store.has(stage, damaged.parent.name)


def test_damaged_tallies_of_which_no_run_has_need_are_named_to_whoever_explains_a_number(
    small_home: Path,
) -> None:
    for damaged in (small_home / "store" / "tallies").glob("*/outcomes.parquet"):
        damaged.write_bytes(b"")
    with pytest.raises(NotPublishedError, match=f"they were damaged: run {EARLIER_MONTH} again"):
        explain_number(Installation.at(small_home), SENDER, EARLIER_MONTH, "due_on_time")
    run_all(small_home)
    explained = explain_number(Installation.at(small_home), SENDER, EARLIER_MONTH, "due_on_time")
    assert explained.adds_up


def test_without_the_plan_of_a_month_no_number_is_explained(small_home: Path) -> None:
    shutil.rmtree(small_home / "store" / "exports" / EARLIER_MONTH)
    with pytest.raises(OutdatedError, match=f"the plan of {EARLIER_MONTH} is not in the store"):
        explain_number(Installation.at(small_home), SENDER, MONTH, "due_on_time")


# ---- The archive


def lose_the_store(home: Path) -> None:
    shutil.rmtree(home / "store")


def lose_the_records(home: Path) -> None:
    for stage in ("records", "tallies", "merged"):
        shutil.rmtree(home / "store" / stage)


def archived_petitions(home: Path) -> Path:
    """The file of petitions of SENDER in the earlier month, in the archive."""
    archive = Installation.at(home).archive
    (sha256,) = [
        file.sha256
        for file in archive.in_force(EARLIER_MONTH)
        if (file.sender_code, file.file_name) == (SENDER, "petitions.csv")
    ]
    return archive.path(sha256)


@pytest.mark.parametrize("lose", [lose_the_store, lose_the_records])
@pytest.mark.parametrize("seed", ROUNDS[:8])
def test_bits_flipped_in_the_archive_are_taken_from_the_inbox_again(
    small_home: Path, lose: Callable[[Path], None], seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    before = data_in_force(small_home)
    files = files_below(small_home / "archive" / "files")
    content = {path: path.read_bytes() for path in files}
    # A plan has another name of this file than the inbox.
    named = small_home / "inbox" / SENDER / EARLIER_MONTH / "petitions.csv"
    named.rename(named.with_name("petitions-NguyenVanAn.csv"))
    flip_bits(files, random.Random(seed), len(files) // 2)
    flip_a_bit(archived_petitions(small_home), random.Random(seed))
    damaged = [path for path in files if path.read_bytes() != content[path]]
    lose(small_home)
    with caplog.at_level(logging.WARNING):
        run_all(small_home)
    assert data_in_force(small_home) == before
    assert edition_numbers(small_home) == dict.fromkeys(RUN_MONTHS, 1)
    for path in damaged:
        assert str(path) in caplog.text
    assert {path: path.read_bytes() for path in files} == content


def test_a_file_that_rotted_in_the_inbox_too_is_received_as_what_it_is(small_home: Path) -> None:
    archive = Installation.at(small_home).archive
    sent = small_home / "inbox" / SENDER / EARLIER_MONTH / "dossiers.csv"
    (sha256,) = [
        file.sha256
        for file in archive.in_force(EARLIER_MONTH)
        if (file.sender_code, file.file_name) == (SENDER, sent.name)
    ]
    chosen = random.Random(766)
    flip_a_bit(archive.path(sha256), chosen)
    flip_a_bit(sent, chosen)
    lose_the_records(small_home)
    # The later month: of the earlier one, only files whose look has changed are read.
    run_month(Installation.at(small_home), MONTH)
    received = Installation.at(small_home).archive.in_force(EARLIER_MONTH)
    (now,) = [f for f in received if (f.sender_code, f.file_name) == (SENDER, sent.name)]
    assert now.sha256 != sha256
    assert Installation.at(small_home).archive.is_whole(now.sha256)


@pytest.mark.parametrize("kind", ["dossiers", slow("ratings"), slow("petitions")])
def test_a_file_that_neither_archive_nor_inbox_has_is_refused_and_the_others_are_read(
    small_home: Path, kind: str
) -> None:
    installation = Installation.at(small_home)
    inputs = receive.receive_exports(installation, MONTH)
    is_lost = (pl.col("sender_code") == SENDER) & (pl.col("kind") == kind)
    (lost,) = inputs.plan.filter(is_lost)["sha256"]
    flip_a_bit(installation.archive.path(lost), random.Random(766))
    lose_the_records(small_home)
    # Its file is gone from the inbox since the run listed what lies there.
    inbox = list_inbox(small_home / "inbox")
    left = [
        f for f in inbox.files_of(MONTH) if (f.sender_code, f.file_name) != (SENDER, f"{kind}.csv")
    ]
    without = replace(inbox, files={**inbox.files, MONTH: left})
    again = Installation.at(small_home)
    assert repair.restore_archive(read_inputs(again, MONTH), without) == {lost}
    planned = receive._receive(again, MONTH, SMALL.months, inbox, {lost})
    deliveries.record_pending(planned)
    told = edition.describe_refusals(planned)
    assert len(told) == 1
    assert f"inbox/{SENDER}/{MONTH}/{kind}.csv: archive/files/" in told[0]
    assert "restore one of them from a backup" in told[0]
    accepted = planned.delivered.filter(status="accepted")
    assert accepted.height == planned.plan.height - 1
    # The next run finds it in the inbox, and all is as before.
    before = data_in_force(small_home)
    run_all(small_home)
    assert data_in_force(small_home) == before
    assert Installation.at(small_home).archive.is_whole(lost)


def test_a_damaged_line_of_the_register_of_deliveries_stops_with_its_cure(
    small_home: Path, reform_index: ReformIndex
) -> None:
    register = small_home / "archive" / "deliveries.jsonl"
    lines = register.read_bytes().splitlines(keepends=True)
    register.write_bytes(b"".join([*lines[:4], lines[4].replace(b"2026", b"2027"), *lines[5:]]))
    for command in (("run", "--month", MONTH), ("status",)):
        said = reform_index(*command, "--home", small_home)
        assert said.status != 0
        assert f"line 5 of {register} is not as it was written" in said.err
    before = data_in_force(small_home)
    register.write_bytes(b"".join([*lines[:4], *lines[5:]]))
    assert reform_index("run", "--month", MONTH, "--home", small_home).status == 3
    assert data_in_force(small_home) == before


# ---- Editions


def alter(path: Path, old: bytes, new: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(path.read_bytes().replace(old, new, 1))


@pytest.mark.parametrize(
    "name", ["data/indices.csv", slow("index.html"), "manifest.json", slow("SHA256SUMS")]
)
def test_an_altered_edition_is_named_and_the_next_one_is_computed_from_the_archive(
    small_home: Path, reform_index: ReformIndex, name: str
) -> None:
    before = data_in_force(small_home)
    place = small_home / "published" / "editions" / MONTH / "1" / name
    alter(place, b"0", b"1")
    evidence = place.read_bytes()
    told = f"{place.parents[1] if '/' in name else place.parent} is not as it was published: "
    assert told in reform_index("status", "--home", small_home).out
    # A run of another month names it and leaves it.
    said = reform_index("run", "--month", EARLIER_MONTH, "--home", small_home)
    assert told in said.err
    assert edition_numbers(small_home) == {EARLIER_MONTH: 1, MONTH: 1}

    said = reform_index("run", "--month", MONTH, "--home", small_home)
    assert told in said.err
    assert f"{MONTH}: edition 2 published" in said.out
    assert data_in_force(small_home) == before
    assert place.read_bytes() == evidence
    edition = small_home / "published" / MONTH
    manifest = json.loads((edition / "manifest.json").read_text("utf-8"))
    assert manifest["altered_in_edition_replaced"]
    assert manifest["changes"] == {"deliveries": [], "values": []}
    page = (edition / "en" / "index.html").read_text("utf-8")
    assert "Edition 1 was altered after it was published (" in page

    again = reform_index("run", "--month", MONTH, "--home", small_home)
    assert f"{MONTH}: edition 2 unchanged" in again.out
    assert "not as it was published" not in again.err
    assert "not as it was published" not in reform_index("status", "--home", small_home).out


def test_an_edition_that_was_altered_with_its_hashes_is_named(
    small_home: Path, reform_index: ReformIndex
) -> None:
    folder = small_home / "published" / "editions" / MONTH / "1"
    before = data_in_force(small_home)
    sums = folder / "SHA256SUMS"
    alter(folder / "index.html", b"0", b"1")
    new = Installation.at(small_home).editions
    assert new.find_altered(MONTH) == {"index.html": "altered"}
    digest = hashlib.sha256((folder / "index.html").read_bytes()).hexdigest()
    lines = sums.read_text("utf-8").splitlines(keepends=True)
    sums.chmod(0o644)
    sums.write_text(
        "".join(f"{digest}  index.html\n" if x.endswith("  index.html\n") else x for x in lines)
    )
    assert new.find_altered(MONTH) == {}
    assert "SHA256SUMS (altered)" in reform_index("status", "--home", small_home).out
    said = reform_index("run", "--month", MONTH, "--home", small_home)
    assert "SHA256SUMS (altered)" in said.err
    assert edition_numbers(small_home)[MONTH] == 2
    assert data_in_force(small_home) == before


def empty(folder: Path) -> None:
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.mark.parametrize("lose", [slow(empty), shutil.rmtree])
def test_an_edition_that_was_emptied_or_lost_is_named_and_made_anew(
    small_home: Path, reform_index: ReformIndex, lose: Callable[[Path], None]
) -> None:
    before = data_in_force(small_home)
    folder = small_home / "published" / "editions" / MONTH / "1"
    lose(folder)
    told = f"{folder} is not as it was published"
    assert told in reform_index("status", "--home", small_home).out
    said = reform_index("run", "--month", EARLIER_MONTH, "--home", small_home)
    assert (told in said.err, "Traceback" in said.err) == (True, False)
    said = reform_index("run", "--month", MONTH, "--home", small_home)
    assert told in said.err
    assert f"{MONTH}: edition 2 published" in said.out
    assert data_in_force(small_home) == before


@pytest.mark.parametrize("seed", ROUNDS)
def test_bits_flipped_in_an_edition_never_stay_in_force(small_home: Path, seed: int) -> None:
    before, chosen = data_in_force(small_home), random.Random(seed)
    flip_bits(files_below(small_home / "published" / "editions" / MONTH), chosen, 12)
    run_month(Installation.at(small_home), MONTH)
    assert data_in_force(small_home) == before
    assert edition_numbers(small_home) == {EARLIER_MONTH: 1, MONTH: 2}
    assert Installation.at(small_home).editions.find_altered(MONTH) == {}
