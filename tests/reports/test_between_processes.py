"""What the processes that make a site hand to each other: contents, files, digests of units."""

import pickle
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipeline.bulletin import Content
from pipeline.processes import start_processes
from reports.site.made_pages import digest_units
from reports.site.packing import clear, pack
from reports.site.stored_files import StoredFiles


def test_contents_are_unpacked_as_they_were_packed(content: Content) -> None:
    found = pickle.loads(pickle.dumps(pack(content))).unpack()
    assert found.tables.keys() == content.tables.keys()
    for name, frame in content.tables.items():
        assert_frame_equal(found.tables[name], frame)
    assert_frame_equal(found.rejected, content.rejected)
    assert (found.month, found.method, found.register.digest) == (
        content.month,
        content.method,
        content.register.digest,
    )


def test_cleared_contents_have_every_table_without_rows(content: Content) -> None:
    found = clear(content)
    assert {name: frame.schema for name, frame in found.tables.items()} == {
        name: frame.schema for name, frame in content.tables.items()
    }
    assert all(frame.is_empty() for frame in found.tables.values())


FILES = {"a.html": b"first", "charts/b.svg": b"", "c.csv": "đơn vị\n".encode()}


def test_stored_files_are_read_as_written() -> None:
    files = StoredFiles()
    files.update(FILES)
    files["a.html"] = b"a later one"
    assert dict(files) == FILES | {"a.html": b"a later one"}
    del files["a.html"]
    assert files.keys() == FILES.keys() - {"a.html"}
    with pytest.raises(KeyError):
        files["a.html"]


def test_stored_files_lie_in_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    files = StoredFiles()
    files.update(FILES)
    assert list(tmp_path.iterdir()) == []


def store_files() -> StoredFiles:
    files = StoredFiles()
    files.update(FILES)
    return files


def test_stored_files_come_from_another_process() -> None:
    with start_processes(1) as processes:
        found = processes.submit(store_files).result()
    assert dict(found) == FILES


def test_a_digest_of_a_unit_changes_with_any_of_its_rows_and_not_with_their_order() -> None:
    first = pl.DataFrame({"unit_code": ["A", "A", "B"], "value": [1.0, None, 1.0]})
    other = pl.DataFrame({"unit_code": ["A", "C"], "name": ["x", "y"]})
    found = digest_units([first, other])
    assert found.keys() == {"A", "B"}
    assert digest_units([first.reverse(), other.reverse()]) == found
    for changed in (
        [first.with_columns(value=pl.lit(0.5)), other],
        [first, other.with_columns(name=pl.lit("z"))],
        [first, other.clear()],
        [first.unique("unit_code"), other],
        [other.select("unit_code", value=pl.lit(1.0)), first.select("unit_code", name=pl.lit("x"))],
    ):
        assert digest_units(changed)["A"] != found["A"]
    assert digest_units([first, other.clear()])["B"] == found["B"]


_KILLED = """
import os, signal
from pipeline.processes import start_processes
print(start_processes(1).submit(os.getpid).result(), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_process_ends_with_the_one_that_started_it_even_where_that_is_killed() -> None:
    found = subprocess.run(
        [sys.executable, "-c", _KILLED], capture_output=True, text=True, timeout=60, check=False
    )
    started = Path(f"/proc/{int(found.stdout)}")
    until = time.monotonic() + 30
    while started.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not started.exists()
