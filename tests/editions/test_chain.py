"""The chain binds each edition to the one before, and loses none."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from pipeline.editions import Editions, find_breaks
from pipeline.editions.chain import Chain, Link

FIRST, SECOND = ("2026-05", 1), ("2026-06", 1)


def manifest(previous: str | None, is_of_chain: bool = True) -> bytes:
    return json.dumps({"previous_manifest_sha256": previous} if is_of_chain else {}).encode()


def publish(editions: Editions, month: str, *, is_of_chain: bool = True) -> None:
    """The next edition of a month, with a manifest that names the one before."""
    number = editions.next_number(month)
    written = manifest(editions.last_manifest(), is_of_chain)
    editions.publish(month, number, {"manifest.json": written}, made_with={"program": {"a": "1"}})


@pytest.fixture
def editions(tmp_path: Path) -> Editions:
    """Two months, an edition each."""
    editions = Editions(tmp_path / "published")
    publish(editions, "2026-05")
    publish(editions, "2026-06")
    return editions


def read_lines(editions: Editions) -> list[str]:
    return editions.chain.path.read_text().splitlines()


def test_each_line_names_the_manifest_before_it_whatever_its_month(editions: Editions) -> None:
    first, second = editions.read_chain().links
    assert (first.edition, second.edition) == (FIRST, SECOND)
    written = (editions.edition_folder(*FIRST) / "manifest.json").read_bytes()
    assert first.previous is None
    assert second.previous == first.manifest_sha256 == hashlib.sha256(written).hexdigest()
    assert second.made_with == {"program": {"a": "1"}}
    assert editions.read_chain().newest == json.loads(read_lines(editions)[-1])["check"]
    assert find_breaks(editions) == []


@pytest.mark.parametrize("place", range(5, 700, 61))
def test_a_flipped_bit_of_any_line_is_noticed(editions: Editions, place: int) -> None:
    content = bytearray(editions.chain.path.read_bytes())
    if content[place] == ord("\n"):
        place += 1
    content[place] ^= 1
    editions.chain.path.write_bytes(content)
    assert editions.read_chain().damaged
    assert [told for told in find_breaks(editions) if "is not as it was written" in told]
    # The next edition is published, and bound to the manifest that lies there.
    publish(editions, "2026-07")
    assert editions.read_chain().by_edition["2026-07", 1].previous in {
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in editions.folder.glob("editions/*/1/manifest.json")
    }


def test_a_line_cut_short_by_a_crash_is_passed_over_and_replaced(editions: Editions) -> None:
    whole = editions.chain.path.read_bytes()
    editions.chain.path.write_bytes(whole + b'{"event": "publ')
    assert editions.read_chain().damaged == ()
    publish(editions, "2026-07")
    assert editions.chain.path.read_bytes().startswith(whole + b'{"event": "published"')
    assert find_breaks(editions) == []


def test_no_number_is_taken_twice(editions: Editions) -> None:
    shutil.rmtree(editions.edition_folder(*SECOND))
    (editions.folder / "2026-06").unlink()
    assert editions.next_number("2026-06") == 2
    publish(editions, "2026-06")
    (told,) = find_breaks(editions)
    assert "editions/2026-06/1 is missing: edition 1 of 2026-06 was published" in told


def test_a_chain_begins_with_the_editions_that_lie_there(tmp_path: Path) -> None:
    editions = Editions(tmp_path / "published")
    for _ in range(2):
        publish(editions, "2026-05", is_of_chain=False)
    editions.chain.path.unlink()
    assert find_breaks(editions) == []  # there was none yet
    publish(editions, "2026-06")
    links = editions.read_chain().links
    assert [(link.edition, link.is_of_chain) for link in links] == [
        (("2026-05", 1), False),
        (("2026-05", 2), False),
        (("2026-06", 1), True),
    ]
    assert editions.read_chain().begun_again == ()
    assert links[-1].previous is None


def test_a_chain_that_was_lost_is_named_and_begins_again_with_a_mark(editions: Editions) -> None:
    editions.chain.path.unlink()
    (told,) = find_breaks(editions)
    assert "chain.jsonl is missing, and edition 1 of 2026-05 was published with one" in told
    publish(editions, "2026-07")
    assert editions.read_chain().begun_again == (1,)
    assert [link.edition for link in editions.read_chain().links] == [FIRST, SECOND, ("2026-07", 1)]


def test_what_was_announced_counts_only_once_it_is_in_force(editions: Editions) -> None:
    link = Link("2026-07", 1, "a" * 64, "b" * 64, None)
    chain = Chain(editions.folder)
    chain.announce(link)
    assert len(chain.read(lambda _: False).links) == 2
    assert chain.read(lambda _: True).links[-1] == link
    chain.settle(lambda _: False)
    assert chain.announced() is None
    assert len(chain.read(lambda _: True).links) == 2
    chain.announce(link)
    for _ in range(2):
        chain.settle(lambda _: True)
    assert len(chain.read().links) == 3
    assert chain.read().damaged == ()


class Killed(BaseException):
    """In the place of a kill."""


def kill(*_: object) -> None:
    raise Killed


def test_no_chain_is_lost_where_the_first_publication_of_all_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editions = Editions(tmp_path / "published")
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(Editions, "_put_in_force", kill)
        publish(editions, "2026-05")
    assert editions.edition_folder(*FIRST).is_dir()
    assert find_breaks(editions) == []
    publish(editions, "2026-05")
    assert find_breaks(editions) == []
    assert editions.read_chain().begun_again == ()


def test_a_published_edition_is_no_leftover_where_an_older_one_was_put_in_force(
    editions: Editions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run was killed when the line was written, and still announced."""
    with monkeypatch.context() as patch, pytest.raises(Killed):
        add = Chain._append

        def add_and_die(chain: Chain, line: str) -> None:
            add(chain, line)
            raise Killed

        patch.setattr(Chain, "_append", add_and_die)
        publish(editions, "2026-05")
    assert len(read_lines(editions)) == 3
    link = editions.folder / "2026-05"
    link.unlink()
    link.symlink_to("editions/2026-05/1")
    editions.settle_chain()
    assert editions.edition_folder("2026-05", 2).is_dir()
    assert editions.chain.announced() is None
