"""The pages beside the editions: replaced as a whole, left alone where nothing changes."""

import json
import signal
from functools import partial
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from pipeline.editions import EditionError, PagesBeside

from .killing import run_until

FILES = {"index.html": b"one", "en/index.html": b"one", "editions/2026-10/index.html": b"one"}
NEWER = FILES | {"index.html": b"two", "feed.xml": b"two"}


@pytest.fixture
def pages(tmp_path: Path) -> PagesBeside:
    pages = PagesBeside(tmp_path / "published")
    pages.write("older", FILES)
    return pages


def times(pages: PagesBeside) -> dict[str, int]:
    paths = [path for path in pages.folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(pages.folder)): path.stat().st_mtime_ns for path in paths}


def contents(pages: PagesBeside, files: dict[str, bytes]) -> dict[str, bytes]:
    return {path: (pages.folder / path).read_bytes() for path in files}


def test_pages_are_made_for_what_they_were_made_for_and_for_nothing_else(
    pages: PagesBeside, tmp_path: Path
) -> None:
    assert contents(pages, FILES) == FILES
    assert pages.are_made_for("older")
    assert not pages.are_made_for("newer")
    assert not PagesBeside(tmp_path / "elsewhere").are_made_for("older")


def test_only_pages_whose_bytes_differ_are_replaced(pages: PagesBeside) -> None:
    before = times(pages)
    pages.write("newer", NEWER)
    assert contents(pages, NEWER) == NEWER
    assert pages.are_made_for("newer")
    after = times(pages)
    same = {"en/index.html", "editions/2026-10/index.html"}
    assert {path for path in before if before[path] == after[path]} == same


def test_a_reader_who_has_a_page_open_keeps_the_whole_page(pages: PagesBeside) -> None:
    with (pages.folder / "index.html").open("rb") as reading:
        pages.write("newer", NEWER)
        assert reading.read() == b"one"


def lose_a_page(folder: Path) -> None:
    (folder / "index.html").unlink()


def change_a_page(folder: Path) -> None:
    (folder / "index.html").chmod(0o644)
    (folder / "index.html").write_bytes(b"three")


def lose_the_record(folder: Path) -> None:
    (folder / "pages.json").unlink()


def spoil_the_record(folder: Path) -> None:
    (folder / "pages.json").chmod(0o644)
    (folder / "pages.json").write_text("{", encoding="utf-8")


def replace_the_record(folder: Path) -> None:
    (folder / "pages.json").chmod(0o644)
    record = {"made_for": "older", "files": ["index.html"]}
    (folder / "pages.json").write_text(json.dumps(record), encoding="utf-8")


@pytest.mark.parametrize(
    "change", [lose_a_page, change_a_page, lose_the_record, spoil_the_record, replace_the_record]
)
def test_what_was_lost_or_changed_is_noticed_and_made_good(
    pages: PagesBeside, change: object
) -> None:
    assert callable(change)
    change(pages.folder)
    assert not pages.are_made_for("older")
    pages.write("older", FILES)
    assert pages.are_made_for("older")
    assert contents(pages, FILES) == FILES


def test_whatever_step_a_kill_comes_before_pages_are_whole_and_the_next_writing_makes_them_good(
    tmp_path: Path, processes: ForkServerContext
) -> None:
    for step in range(1, 60):
        pages = PagesBeside(tmp_path / str(step))
        pages.write("older", FILES)
        write = partial(pages.write, "newer", NEWER)
        ended = run_until(step, write, tmp_path / f"{step}.steps", processes)
        assert (pages.folder / "index.html").read_bytes() in {b"one", b"two"}
        if ended.status == 0:
            break
        assert ended.status == -signal.SIGKILL
        if pages.are_made_for("newer"):
            assert contents(pages, NEWER) == NEWER
        pages.write("newer", NEWER)
        assert pages.are_made_for("newer")
        assert contents(pages, NEWER) == NEWER
        assert not list(pages.folder.rglob(".*"))
    assert step > 3 * 3  # two pages and the record: each opened, made read-only and renamed


def test_a_folder_in_the_place_of_a_page_is_an_error_with_its_cure(pages: PagesBeside) -> None:
    (pages.folder / "feed.xml").mkdir()
    with pytest.raises(EditionError, match=r"feed\.xml.*: move it away"):
        pages.write("newer", NEWER)


@pytest.mark.parametrize("path", ["../index.html", "/index.html", ""])
def test_no_page_leads_out_of_the_folder(pages: PagesBeside, path: str) -> None:
    with pytest.raises(ValueError, match="inside"):
        pages.write("newer", {path: b""})
