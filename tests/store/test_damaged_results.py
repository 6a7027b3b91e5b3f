"""A result of which one bit is not as it was written is no result: removed, named, never read."""

import json
import logging
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from pipeline.store import NoResultError, Store

OUTCOMES = pl.DataFrame({"unit_code": ["H01", "H02"], "dossiers": [400, 99]})
AGES = pl.DataFrame({"hours": [5], "dossiers": [499]})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Store(tmp_path).write("tallies", "k", {"outcomes": OUTCOMES, "ages": AGES})
    return tmp_path / "tallies" / "k"


def flip_a_bit(path: Path, bit: int) -> None:
    """Flips a bit of a file as a failing disk does: neither size nor time of change tell of it."""
    stat, content = path.stat(), bytearray(path.read_bytes())
    content[bit // 8] ^= 1 << bit % 8
    path.chmod(0o644)
    path.write_bytes(content)
    path.chmod(stat.st_mode)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def cut_short(folder: Path) -> None:
    path = folder / "outcomes.parquet"
    path.write_bytes(path.read_bytes()[:-1])


def empty_a_table(folder: Path) -> None:
    (folder / "outcomes.parquet").write_bytes(b"")


def put_another_table_in_its_place(folder: Path) -> None:
    shutil.copy(folder / "ages.parquet", folder / "outcomes.parquet")


def lose_a_table(folder: Path) -> None:
    (folder / "outcomes.parquet").unlink()


def put_a_folder_in_its_place(folder: Path) -> None:
    lose_a_table(folder)
    (folder / "outcomes.parquet").mkdir()


def lose_the_sums(folder: Path) -> None:
    (folder / "sums.json").unlink()


def lose_all(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()


def write_sums(content: bytes) -> Callable[[Path], None]:
    return lambda folder: (folder / "sums.json").write_bytes(content) and None


def name_a_table_otherwise(folder: Path) -> None:
    sums = (folder / "sums.json").read_text()
    (folder / "sums.json").write_text(sums.replace("outcomes", "outcomer"))


def put_another_result_in_its_place(folder: Path) -> None:
    Store(folder.parents[1]).write("tallies", "l", {"outcomes": AGES, "ages": AGES})
    shutil.rmtree(folder)
    (folder.parent / "l").rename(folder)


def put_a_file_in_its_place(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_bytes(b"")


DAMAGES = [
    cut_short,
    empty_a_table,
    put_another_table_in_its_place,
    lose_a_table,
    put_a_folder_in_its_place,
    lose_the_sums,
    lose_all,
    name_a_table_otherwise,
    put_another_result_in_its_place,
    put_a_file_in_its_place,
    *(write_sums(content) for content in (b"", b"{", b"[]", b"7", b"{}", b"\xff", b"[" * 9999)),
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_result_is_absent_and_can_be_written_again(
    folder: Path, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    damage(folder)
    store = Store(folder.parents[1])
    with caplog.at_level(logging.WARNING), pytest.raises(NoResultError, match="no whole outcomes"):
        store.read("tallies", "k", "outcomes")
    assert str(folder) in caplog.text
    assert not folder.exists()
    assert (store.has("tallies", "k"), store.keys("tallies")) == (False, [])
    store.write("tallies", "k", {"outcomes": OUTCOMES, "ages": AGES})
    assert store.has("tallies", "k")
    assert sorted(path.name for path in folder.parent.iterdir()) == ["k"]
    assert Store(folder.parents[1]).read("tallies", "k", "outcomes").equals(OUTCOMES)


@pytest.mark.parametrize("seed", [766, pytest.param(767, marks=pytest.mark.slow)])
def test_no_flipped_bit_is_ever_read(folder: Path, tmp_path: Path, seed: int) -> None:
    chosen = random.Random(seed)
    as_written = {path.name: path.read_bytes() for path in folder.iterdir()}
    for _ in range(60 if seed == 766 else 400):
        name = chosen.choice(sorted(as_written))
        flip_a_bit(folder / name, chosen.randrange(8 * len(as_written[name])))
        store = Store(tmp_path)
        for table, frame in {"outcomes": OUTCOMES, "ages": AGES}.items():
            try:
                assert store.read("tallies", "k", table).equals(frame)
            except NoResultError:
                assert not folder.exists()
        # Not a bit of white space of the sums, so one of the tables could not be read.
        if not folder.exists():
            store.write("tallies", "k", {"outcomes": OUTCOMES, "ages": AGES})
        (folder / name).write_bytes(as_written[name])


def test_a_table_that_nobody_asked_for_is_not_read(folder: Path, tmp_path: Path) -> None:
    flip_a_bit(folder / "ages.parquet", 100)
    store = Store(tmp_path)
    assert store.read("tallies", "k", "outcomes").equals(OUTCOMES)
    assert store.has("tallies", "k", ["outcomes"])
    assert not store.has("tallies", "k")
    # Then the whole result is gone, since it is computed as a whole.
    assert not store.has("tallies", "k", ["outcomes"])


def test_a_table_is_compared_once_for_as_long_as_it_looks_the_same(
    folder: Path, tmp_path: Path
) -> None:
    store = Store(tmp_path)
    assert store.has("tallies", "k")
    before = folder.joinpath("ages.parquet").stat().st_ino
    flip_a_bit(folder / "ages.parquet", 100)
    assert folder.joinpath("ages.parquet").stat().st_ino == before
    assert store.has("tallies", "k")
    assert not Store(tmp_path).has("tallies", "k")


def test_what_is_written_is_known_without_being_read_again(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write("tallies", "k", {"outcomes": OUTCOMES})
    sums = json.loads((tmp_path / "tallies" / "k" / "sums.json").read_text())
    assert sums["result"] == "tallies/k"
    flip_a_bit(tmp_path / "tallies" / "k" / "outcomes.parquet", 100)
    assert store.has("tallies", "k")


def test_a_damaged_result_that_cannot_be_removed_counts_as_absent(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_short(folder)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    store = Store(tmp_path)
    with monkeypatch.context() as closed:
        closed.setattr(Path, "rename", refuse)
        assert not store.has("tallies", "k")
    assert folder.exists()
    assert (store.has("tallies", "k"), store.keys("tallies")) == (False, [])
    store.write("tallies", "k", {"outcomes": AGES})
    assert (store.has("tallies", "k"), store.keys("tallies")) == (True, ["k"])
