"""An edition that is no longer what was published is named by its files, and never read as it."""

import json
import random
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline import bulletin
from pipeline.editions import EditionError, Editions

MONTH = "2026-10"
FILES = {
    "index.html": "<h1>Bảng xếp hạng</h1>".encode(),
    "charts/H01.svg": b"<svg/>",
    "manifest.json": json.dumps({"sums": bulletin.SUMS}).encode(),
    "data/indices.csv": b"month,unit_code,value\n2026-10,H01,0.25\n",
    "data/datapackage.json": b'{"resources": []}\n',
}


@pytest.fixture
def editions(tmp_path: Path) -> Editions:
    return Editions(tmp_path / "published")


@pytest.fixture
def folder(editions: Editions) -> Path:
    """An edition as it was published, which anything may happen to."""
    folder = editions.publish(MONTH, 1, FILES)
    for path in folder.rglob("*"):
        path.chmod(0o755)
    return folder


def write(name: str, content: bytes) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / name).write_bytes(content)

    return change


def lose(name: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    return change


def put_a_folder_in_its_place(folder: Path) -> None:
    (folder / "index.html").unlink()
    (folder / "index.html").mkdir()


ALTERED = {
    "a number": (
        write("data/indices.csv", FILES["data/indices.csv"].replace(b"0.25", b"0.75")),
        {"data/indices.csv": "altered"},
    ),
    "a page": (write("index.html", b"<h1>another</h1>"), {"index.html": "altered"}),
    "the manifest": (write("manifest.json", b"{}\n"), {"manifest.json": "altered"}),
    "an emptied chart": (write("charts/H01.svg", b""), {"charts/H01.svg": "altered"}),
    "a lost page": (lose("index.html"), {"index.html": "missing"}),
    "a lost folder": (lose("charts"), {"charts/H01.svg": "missing"}),
    "a folder for a page": (put_a_folder_in_its_place, {"index.html": "unreadable"}),
    "lost hashes": (lose("SHA256SUMS"), {"SHA256SUMS": "missing"}),
    "emptied hashes": (write("SHA256SUMS", b"0  a"), {"SHA256SUMS": "altered"}),
    "hashes of no text": (write("SHA256SUMS", b"\xff\n"), {"SHA256SUMS": "altered"}),
    "all lost": (lose(""), {".": "missing"}),
}


@pytest.mark.parametrize("case", ALTERED)
def test_what_was_altered_is_named(editions: Editions, folder: Path, case: str) -> None:
    assert editions.find_altered(MONTH) == {}
    change, expected = ALTERED[case]
    change(folder)
    assert editions.find_altered(MONTH) == expected
    told = editions.describe_altered(MONTH, expected)
    for name, wrong in expected.items():
        assert f"{folder} is not as it was published: {name} ({wrong})" in told
    assert f"or run {MONTH} again" in told


@pytest.mark.parametrize("name", ["data/indices.csv", "data/datapackage.json"])
@pytest.mark.parametrize("change", [lambda name: write(name, b""), lose])
def test_altered_data_are_never_read(
    editions: Editions,
    folder: Path,
    name: str,
    change: Callable[[str], Callable[[Path], None]],
) -> None:
    change(name)(folder)
    with pytest.raises(EditionError, match=re.escape(name)):
        editions.data(MONTH)
    with pytest.raises(EditionError, match=re.escape(name)):
        editions.read_file(MONTH, name)


def test_altered_pages_are_no_hindrance_to_reading_the_data(
    editions: Editions, folder: Path
) -> None:
    write("index.html", b"")(folder)
    data = {name: content for name, content in FILES.items() if name.startswith("data/")}
    assert editions.data(MONTH) == data
    # Nor is what was laid beside the data.
    write("data/.nfs0001", b"")(folder)
    assert editions.find_altered(MONTH) == {"index.html": "altered"}


def test_of_many_altered_files_a_message_names_some(editions: Editions, folder: Path) -> None:
    altered = dict.fromkeys(map(str, range(7)), "missing")
    told = editions.describe_altered(MONTH, altered)
    assert "4 (missing) and 2 others. Restore" in told


def test_anyone_can_compare_an_edition_with_its_hashes(folder: Path) -> None:
    command = ["sha256sum", "--strict", "--check", "--quiet", "SHA256SUMS"]
    assert subprocess.run(command, cwd=folder, check=False).returncode == 0
    listed = (folder / "SHA256SUMS").read_text("utf-8").splitlines()
    assert sorted(line.partition("  ")[2] for line in listed) == sorted(FILES)


def test_an_edition_from_before_there_were_hashes_of_all_is_compared_by_its_package(
    editions: Editions, folder: Path
) -> None:
    lose("SHA256SUMS")(folder)
    write("manifest.json", b"{}\n")(folder)
    digest = "4b2adb1a5ec9b27b3d6bee3fd3ae1f0a1ad4c1cd0a6bfbda3ca1f6e1d1f2bd6e"
    package = {"resources": [{"path": "indices.csv", "hash": f"sha256:{digest}"}]}
    write("data/datapackage.json", json.dumps(package).encode())(folder)
    assert editions.find_altered(MONTH) == {"data/indices.csv": "altered"}
    package["resources"] = []
    write("data/datapackage.json", json.dumps(package).encode())(folder)
    assert editions.find_altered(MONTH) == {}
    for content in (b"", b"[]", b'{"resources": [7]}'):
        write("data/datapackage.json", content)(folder)
        assert editions.find_altered(MONTH) == {"data/datapackage.json": "altered"}


@pytest.mark.parametrize("count", [60, pytest.param(1000, marks=pytest.mark.slow)])
def test_every_flipped_bit_is_noticed(editions: Editions, folder: Path, count: int) -> None:
    as_published = {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    chosen = random.Random(766)
    for _ in range(count):
        path = chosen.choice(list(as_published))
        content = bytearray(as_published[path])
        bit = chosen.randrange(8 * len(content))
        content[bit // 8] ^= 1 << bit % 8
        path.write_bytes(content)
        assert editions.find_altered(MONTH) != {}
        path.write_bytes(as_published[path])
    assert editions.find_altered(MONTH) == {}


def test_a_file_of_a_replaced_edition_is_read_while_it_is_as_it_was_published(
    editions: Editions, folder: Path
) -> None:
    name = "data/indices.csv"
    editions.publish(MONTH, 2, FILES | {name: b"month,unit_code,value\n2026-10,H01,0.5\n"})
    assert editions.read_kept_file(MONTH, 1, name) == FILES[name]
    (folder / name).write_bytes(b"month,unit_code,value\n2026-10,H01,0.9\n")
    with pytest.raises(EditionError):
        editions.read_kept_file(MONTH, 1, name)
