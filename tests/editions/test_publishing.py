"""Editions are whole, never change, and come into force in one step."""

import os
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.editions import EditionError, Editions

FILES = {
    "index.html": "<h1>Bảng xếp hạng</h1>".encode(),
    "manifest.json": b"{}\n",
    "data/indices.csv": "month,unit_name\n2026-10,Sở Nội vụ\n".encode(),
    "data/rankings.csv": b"month\n",
    "data/deliveries.csv": b"month\n",
    "data/datapackage.json": b"{}\n",
}
DATA = {name: content for name, content in FILES.items() if name.startswith("data/")}


@pytest.fixture
def published(tmp_path: Path) -> Path:
    return tmp_path / "published"


@pytest.fixture
def editions(published: Path) -> Editions:
    return Editions(published)


def everything_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_before_the_first_edition_nothing_is_in_force(editions: Editions) -> None:
    assert editions.in_force("2026-10") is None
    assert editions.data("2026-10") is None
    assert editions.months() == []
    assert editions.next_number("2026-10") == 1


def test_an_edition_lies_under_its_month_and_number_and_a_relative_link_leads_to_it(
    editions: Editions, published: Path
) -> None:
    assert editions.publish("2026-10", 1, FILES) == published / "editions" / "2026-10" / "1"
    assert (published / "2026-10").readlink() == Path("editions/2026-10/1")
    for name, content in FILES.items():
        assert (published / "2026-10" / name).read_bytes() == content


def test_the_whole_folder_can_be_moved(editions: Editions, published: Path, tmp_path: Path) -> None:
    editions.publish("2026-10", 1, FILES)
    moved = published.rename(tmp_path / "elsewhere")
    assert Editions(moved).data("2026-10") == DATA


def test_the_data_of_an_edition_are_read_as_written(editions: Editions) -> None:
    editions.publish("2026-10", 1, FILES)
    assert editions.data("2026-10") == DATA


def test_the_files_of_an_edition_are_read_only(editions: Editions) -> None:
    folder = editions.publish("2026-10", 1, FILES)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()}
    assert modes == {0o444}


def test_a_second_edition_comes_into_force_and_the_first_stays(
    editions: Editions, published: Path
) -> None:
    first = editions.publish("2026-10", 1, FILES)
    editions.publish("2026-10", 2, FILES | {"index.html": b"2"})
    assert editions.in_force("2026-10") == 2
    assert editions.next_number("2026-10") == 3
    assert (published / "2026-10" / "index.html").read_bytes() == b"2"
    assert (first / "index.html").read_bytes() == FILES["index.html"]


def test_the_tenth_edition_follows_the_ninth(editions: Editions) -> None:
    for number in range(1, 11):
        editions.publish("2026-10", number, {"data/a": b""})
    assert editions.in_force("2026-10") == 10


@pytest.mark.parametrize("number", [0, 1, 3])
def test_only_the_next_number_can_be_published(editions: Editions, number: int) -> None:
    editions.publish("2026-10", 1, FILES)
    with pytest.raises(EditionError, match="the next one is 2"):
        editions.publish("2026-10", number, FILES)


def test_months_are_listed_in_order(editions: Editions) -> None:
    for month in ("2026-10", "2025-12", "2026-09"):
        editions.publish(month, 1, FILES)
    assert editions.months() == ["2025-12", "2026-09", "2026-10"]


def test_a_folder_that_was_never_put_in_force_is_replaced(
    editions: Editions, published: Path
) -> None:
    uncommitted = published / "editions" / "2026-10" / "1"
    uncommitted.mkdir(parents=True)
    (uncommitted / "half").write_text("")
    editions.publish("2026-10", 1, FILES)
    assert not (uncommitted / "half").exists()


def test_leftovers_of_any_month_are_removed(editions: Editions, published: Path) -> None:
    half = published / "editions" / "2026-09" / ".1.writing"
    half.mkdir(parents=True)
    (half / "index.html").write_text("")
    (published / ".2026-09.linking").symlink_to("editions/2026-09/1")
    editions.publish("2026-10", 1, {"data/a": b""})
    assert everything_in(published) == [
        "2026-10",
        "chain.jsonl",
        "editions",
        "editions/2026-09",
        "editions/2026-10",
        "editions/2026-10/1",
        "editions/2026-10/1/SHA256SUMS",
        "editions/2026-10/1/data",
        "editions/2026-10/1/data/a",
    ]


@pytest.mark.parametrize("name", ["../a", "/a", "data/../../a", ""])
def test_a_file_cannot_lie_outside_its_edition(
    editions: Editions, published: Path, name: str
) -> None:
    with pytest.raises(ValueError, match="does not name a file inside an edition"):
        editions.publish("2026-10", 1, {name: b""})
    assert not published.exists()


def test_a_month_is_named_by_year_and_month(editions: Editions) -> None:
    with pytest.raises(ValueError, match="like 2026-10"):
        editions.publish("2026-13", 1, FILES)


def test_a_file_in_the_place_of_the_published_folder_is_named(
    editions: Editions, published: Path
) -> None:
    published.write_text("")
    with pytest.raises(EditionError, match=re.escape(str(published))) as told:
        editions.publish("2026-10", 1, FILES)
    assert "a file lies where a folder should be: move it away" in str(told.value)
    with pytest.raises(EditionError, match="a file lies where a folder should be"):
        editions.months()


def test_a_file_in_the_place_of_the_months_folder_is_named(
    editions: Editions, published: Path
) -> None:
    (published / "editions").mkdir(parents=True)
    (published / "editions" / "2026-10").write_text("")
    with pytest.raises(EditionError, match=r"cannot be written: .* move it away"):
        editions.publish("2026-10", 1, FILES)
    assert editions.in_force("2026-10") is None


def test_a_folder_in_the_place_of_the_link_is_named(editions: Editions, published: Path) -> None:
    (published / "2026-10").mkdir(parents=True)
    with pytest.raises(EditionError, match="2026-10 is not a link to an edition of the month"):
        editions.publish("2026-10", 1, FILES)


def test_a_link_to_elsewhere_is_named(editions: Editions, published: Path) -> None:
    published.mkdir()
    (published / "2026-10").symlink_to("editions/2026-09/1")
    with pytest.raises(EditionError, match="is not a link to an edition of the month"):
        editions.in_force("2026-10")


def test_an_edition_whose_folder_is_gone_is_named(editions: Editions, published: Path) -> None:
    folder = editions.publish("2026-10", 1, FILES)
    folder.rename(published / "gone")
    with pytest.raises(EditionError, match="restore the missing folder from a backup"):
        editions.data("2026-10")


@pytest.fixture
def ordinary_account(published: Path) -> Iterator[None]:
    """From here to its end the test lacks the superuser's rights, which no folder withstands."""
    published.mkdir(exist_ok=True)
    own = os.geteuid()
    if own == 0:
        os.seteuid(65534)
    yield
    os.seteuid(own)


@pytest.fixture
def closed(published: Path) -> Iterator[Callable[[int], None]]:
    """Closes the published folder until the test ends."""
    published.mkdir(exist_ok=True)
    yield published.chmod
    published.chmod(0o755)


def test_a_folder_that_may_not_be_written_is_named(
    editions: Editions, closed: Callable[[int], None], request: pytest.FixtureRequest
) -> None:
    closed(0o555)
    request.getfixturevalue("ordinary_account")
    with pytest.raises(EditionError, match="give the account that runs reform-index the right"):
        editions.publish("2026-10", 1, FILES)


def test_a_folder_that_may_not_be_read_is_not_taken_for_an_empty_one(
    editions: Editions, closed: Callable[[int], None], request: pytest.FixtureRequest
) -> None:
    editions.publish("2026-10", 1, FILES)
    closed(0)
    request.getfixturevalue("ordinary_account")
    with pytest.raises(EditionError, match="cannot be read"):
        editions.in_force("2026-10")
    with pytest.raises(EditionError, match="cannot be read"):
        editions.months()


def test_a_place_closed_to_everyone_is_named() -> None:
    # /proc takes no new folders, not even from the superuser.
    with pytest.raises(EditionError, match=r"/proc/published\S* cannot be written: .+: .+"):
        Editions(Path("/proc/published")).publish("2026-10", 1, FILES)


def inode(path: Path) -> int:
    return path.stat().st_ino


def test_a_file_that_did_not_change_is_shared_with_the_edition_before(
    editions: Editions,
) -> None:
    first = editions.publish("2026-10", 1, FILES)
    second = editions.publish("2026-10", 2, FILES | {"index.html": b"<h1>Other</h1>"})
    shared = {name for name in FILES if inode(first / name) == inode(second / name)}
    assert shared == FILES.keys() - {"index.html"}
    assert {name: (second / name).read_bytes() for name in shared} == {
        name: FILES[name] for name in shared
    }
    assert (first / "index.html").read_bytes() == FILES["index.html"]


def test_an_altered_file_of_the_edition_before_is_written_anew_and_not_shared(
    editions: Editions,
) -> None:
    first = editions.publish("2026-10", 1, FILES)
    (first / "index.html").chmod(0o644)
    (first / "index.html").write_bytes(b"altered")
    second = editions.publish("2026-10", 2, FILES)
    assert (second / "index.html").read_bytes() == FILES["index.html"]
    assert (first / "index.html").read_bytes() == b"altered"


@pytest.fixture
def without_hard_links(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that has none."""

    def refuse(*_: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)


@pytest.mark.usefixtures("without_hard_links")
def test_a_file_system_without_hard_links_gets_copies(
    editions: Editions,
) -> None:
    editions.publish("2026-10", 1, FILES)
    second = editions.publish("2026-10", 2, FILES)
    assert {name: (second / name).read_bytes() for name in FILES} == FILES


def test_an_edition_keeps_files_of_the_one_before_without_their_being_given(
    editions: Editions,
) -> None:
    first = editions.publish("2026-10", 1, FILES)
    second = editions.publish("2026-10", 2, {"manifest.json": b"{2}\n"}, set(DATA))
    assert editions.data("2026-10") == DATA
    assert not (second / "index.html").exists()
    assert all((second / name).samefile(first / name) for name in DATA)
    assert editions.find_altered("2026-10") == {}
    sums = (second / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    assert [line.split("  ")[1] for line in sums] == sorted({*DATA, "manifest.json"})


def test_a_file_that_was_altered_is_not_kept(editions: Editions) -> None:
    path = editions.publish("2026-10", 1, FILES) / "index.html"
    path.chmod(0o644)
    path.write_bytes(b"altered")
    with pytest.raises(EditionError, match=r"index\.html \(altered\)"):
        editions.publish("2026-10", 2, DATA, ["index.html"])
    assert editions.in_force("2026-10") == 1


def test_only_a_file_of_the_edition_before_can_be_kept(editions: Editions) -> None:
    editions.publish("2026-10", 1, FILES)
    with pytest.raises(EditionError, match=r"other\.html \(missing\)"):
        editions.publish("2026-10", 2, FILES, ["other.html"])
    with pytest.raises(ValueError, match="inside an edition"):
        editions.publish("2026-10", 2, FILES, ["../other.html"])


@pytest.mark.usefixtures("without_hard_links")
def test_kept_files_are_copied_where_there_are_no_hard_links(
    editions: Editions,
) -> None:
    editions.publish("2026-10", 1, FILES)
    second = editions.publish("2026-10", 2, {}, list(FILES))
    assert {name: (second / name).read_bytes() for name in FILES} == FILES


def test_the_signature_of_an_edition_stays_until_somebody_touches_it(editions: Editions) -> None:
    assert editions.sign("2026-10") == ""
    path = editions.publish("2026-10", 1, FILES) / "data/indices.csv"
    signed, times = editions.sign("2026-10"), path.stat()
    assert editions.sign("2026-10") == signed
    path.chmod(0o644)
    path.write_bytes(FILES["data/indices.csv"].replace(b"2026-10", b"2026-11"))
    path.chmod(times.st_mode)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    # Size, permissions and time are as before; the time of the last change of the file is not.
    assert editions.sign("2026-10") != signed
