"""Two machines write the same result: the first stays, and nothing breaks."""

import threading
from pathlib import Path

import polars as pl
import pytest

from pipeline.store import Store

FRAME = pl.DataFrame({"a": range(20_000)})


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_second_writer_leaves_the_result_of_the_first(tmp_path: Path) -> None:
    Store(tmp_path).write_once("records", "k", {"rows": FRAME})
    inode = (tmp_path / "records" / "k").stat().st_ino
    Store(tmp_path).write_once("records", "k", {"rows": FRAME})
    assert (tmp_path / "records" / "k").stat().st_ino == inode


def test_a_writer_that_was_overtaken_drops_what_it_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Store(tmp_path)
    monkeypatch.setattr(slow, "has", lambda *_: False)  # it looked before the other one wrote
    Store(tmp_path).write_once("records", "k", {"rows": FRAME})
    before = bytes_of(tmp_path / "records" / "k")
    slow.write_once("records", "k", {"rows": FRAME})
    assert bytes_of(tmp_path / "records" / "k") == before
    assert [path.name for path in (tmp_path / "records").iterdir()] == ["k"]


def test_a_damaged_result_is_written_anew(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write_once("records", "k", {"rows": FRAME})
    (tmp_path / "records" / "k" / "rows.parquet").write_bytes(b"flipped")
    Store(tmp_path).write_once("records", "k", {"rows": FRAME})
    assert Store(tmp_path).read("records", "k", "rows").equals(FRAME)


def test_many_writers_at_once_and_a_reader_meanwhile(tmp_path: Path) -> None:
    Store(tmp_path).write_once("records", "k", {"rows": FRAME})
    errors: list[BaseException] = []

    def write() -> None:
        try:
            store = Store(tmp_path)
            store.has = lambda *_: False  # type: ignore[method-assign]
            for _ in range(20):
                store.write_once("records", "k", {"rows": FRAME})
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert Store(tmp_path).read("records", "k", "rows").equals(FRAME)
    assert errors == []
    assert [path.name for path in (tmp_path / "records").iterdir()] == ["k"]
