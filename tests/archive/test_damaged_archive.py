"""A file in the archive is read only as what its name says, and a line only as it was written."""

import hashlib
import json
import logging
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.archive import DamagedFileError, DeliveriesError, Digests, InboxFile
from pipeline.home import HomeError

from .conftest import MONTH, Installed

SENT = b"dossier_id,unit_code\n1,H01\n2,H01\n"
SHA256 = hashlib.sha256(SENT).hexdigest()


def cut_short(kept: Path) -> None:
    kept.write_bytes(SENT[:-1])


def flip_a_bit(kept: Path) -> None:
    kept.write_bytes(bytes([SENT[0] ^ 1]) + SENT[1:])


def replace(kept: Path) -> None:
    kept.write_bytes(SENT.replace(b"2,H01", b"3,H01"))


def empty(kept: Path) -> None:
    kept.write_bytes(b"")


def lose(kept: Path) -> None:
    kept.unlink()


def put_a_folder_in_its_place(kept: Path) -> None:
    kept.unlink()
    kept.mkdir()


@pytest.fixture
def kept(installed: Installed) -> Path:
    """A file in the archive, which anything may happen to."""
    installed.put(SENT)
    installed.receive()
    path = installed.archive.path(SHA256)
    path.chmod(0o644)
    return path


DAMAGES = [cut_short, flip_a_bit, replace, empty, lose, put_a_folder_in_its_place]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_never_read_and_is_named(
    installed: Installed, kept: Path, damage: Callable[[Path], None]
) -> None:
    damage(kept)
    assert not installed.archive.is_whole(SHA256)
    with pytest.raises(DamagedFileError) as told:
        installed.archive.read(SHA256)
    # Path with SHA-256, file name, sender, month, and the cure.
    for words in (str(kept), f"dossiers.csv of H01 for {MONTH}", "run the whole month", "backup"):
        assert words in str(told.value)


def test_a_file_of_the_same_size_that_is_put_in_its_place_at_once_is_not_read(
    installed: Installed, kept: Path
) -> None:
    other = kept.with_name("other")
    other.write_bytes(SENT.replace(b"H01", b"H02"))
    # As cp -p and restoring a backup keep it.
    kept_at = kept.stat().st_mtime_ns
    os.utime(other, ns=(kept_at, kept_at))
    other.replace(kept)
    with pytest.raises(DamagedFileError, match="its bytes are not those that its name says"):
        installed.archive.read(SHA256)


@pytest.mark.parametrize("damage", [cut_short, flip_a_bit, replace, empty, lose])
def test_its_bytes_are_taken_from_the_inbox_again(
    installed: Installed,
    kept: Path,
    damage: Callable[[Path], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    damage(kept)
    written = installed.register.read_bytes()
    sent = InboxFile("H01", MONTH, installed.inbox / "H01" / MONTH / "dossiers.csv", "dossiers.csv")
    archive, digests = installed.archive, Digests(installed.home / "digests.json")
    with caplog.at_level(logging.WARNING):
        assert archive.restore(SHA256, sent, digests)
    assert str(kept) in caplog.text
    assert str(sent.path) in caplog.text
    assert archive.read(SHA256) == installed.archive.read(SHA256) == SENT
    assert kept.stat().st_mode & 0o777 == 0o444
    assert installed.register.read_bytes() == written


@pytest.mark.parametrize("damage", [cut_short, empty, lose])
def test_what_is_not_as_long_as_it_was_is_taken_again_when_files_are_received(
    installed: Installed,
    kept: Path,
    damage: Callable[[Path], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    damage(kept)
    with caplog.at_level(logging.WARNING):
        installed.receive(is_read=False)
    assert f"{kept} (dossiers.csv of H01 for {MONTH}) was damaged or missing" in caplog.text
    assert installed.archive.read(SHA256) == SENT


def test_a_new_file_is_no_missing_one(
    installed: Installed, caplog: pytest.LogCaptureFixture
) -> None:
    # The sensor has read it before the first run, so its hash is remembered.
    path = installed.put(SENT)
    digests = Digests(installed.home / "digests.json")
    digests.of(path, is_read=False)
    digests.save()
    installed.receive()
    assert caplog.text == ""


def test_a_name_that_may_name_a_person_is_masked(
    installed: Installed, caplog: pytest.LogCaptureFixture
) -> None:
    installed.put(SENT, "dossiers-NguyenVanAn.csv")
    installed.receive()
    installed.archive.path(SHA256).unlink()
    with pytest.raises(DamagedFileError) as told:
        installed.archive.read(SHA256)
    with caplog.at_level(logging.WARNING):
        installed.receive()
    for text in (str(told.value), caplog.text):
        assert "dossiers-AaaaaaAaaAa.csv of H01" in text
        assert "NguyenVanAn" not in text


def test_a_file_is_not_restored_from_other_bytes(installed: Installed, kept: Path) -> None:
    flip_a_bit(kept)
    sent = installed.put(b"a correction")
    digests = Digests(installed.home / "digests.json")
    assert not installed.archive.restore(SHA256, InboxFile("H01", MONTH, sent, sent.name), digests)
    assert not installed.archive.is_whole(SHA256)
    # They are kept as what they are.
    assert installed.archive.is_whole(hashlib.sha256(b"a correction").hexdigest())


def test_a_file_that_is_gone_from_the_inbox_restores_nothing(
    installed: Installed, kept: Path
) -> None:
    flip_a_bit(kept)
    gone = InboxFile("H01", MONTH, installed.inbox / "H01" / MONTH / "gone.csv", "gone.csv")
    digests = Digests(installed.home / "digests.json")
    assert not installed.archive.restore(SHA256, gone, digests)


# ---- The register of deliveries


def three_lines(installed: Installed) -> list[bytes]:
    for name in ("dossiers.csv", "petitions.csv", "ratings Hồ sơ.csv"):
        installed.put(name.encode(), name)
        installed.receive()
    return installed.register.read_bytes().splitlines(keepends=True)


@pytest.mark.parametrize(
    "damaged",
    [
        b"\n{\n",
        b"\n[]\n",
        b"\n7\n",
        b"\nnull\n",
        b'\n{"at": "2026-11-02"}\n',
        b"\n\xff\n",
        b"\n" + b"[" * 9999 + b"\n",
    ],
)
def test_a_damaged_line_in_the_middle_is_named_and_stops(
    installed: Installed, damaged: bytes
) -> None:
    first, _, third = three_lines(installed)
    installed.register.write_bytes(first + damaged.lstrip(b"\n") + third)
    with pytest.raises(DeliveriesError, match=rf"line 2 of {installed.register} is not as it was"):
        installed.receive()


@pytest.mark.parametrize("count", [100, pytest.param(1000, marks=pytest.mark.slow)])
def test_a_flipped_bit_in_a_line_is_named_or_leaves_the_line_as_it_was(
    installed: Installed, count: int
) -> None:
    written = b"".join(three_lines(installed))
    events = installed.archive.events()
    chosen = random.Random(766)
    for _ in range(count):
        bit = chosen.randrange(8 * len(written))
        damaged = bytearray(written)
        damaged[bit // 8] ^= 1 << bit % 8
        installed.register.write_bytes(damaged)
        try:
            found = installed.archive.events()
        except DeliveriesError as error:
            assert f"of {installed.register} is not as it was written" in str(error)
        else:
            # White space; or the end of the last line, which then is one that a crash cut short.
            assert found == events or (bit // 8 == len(written) - 1 and found == events[:-1])


def test_a_line_of_an_older_version_has_no_check_and_counts(installed: Installed) -> None:
    first, second, third = three_lines(installed)
    events = installed.archive.events()
    values = json.loads(second)
    del values["check"]
    installed.register.write_bytes(first + json.dumps(values).encode() + b"\n" + third)
    assert installed.archive.events() == events


def test_an_archive_that_lost_its_register_stops(installed: Installed) -> None:
    installed.put(SENT)
    installed.receive()
    installed.register.unlink()
    with pytest.raises(HomeError, match=r"deliveries\.jsonl is missing, .*restore it"):
        installed.receive()
    installed.register.touch()
    assert [file.sha256 for file in installed.receive()] == [SHA256]


# ---- Remembered hashes


@pytest.mark.parametrize("count", [100, pytest.param(1000, marks=pytest.mark.slow)])
def test_a_flipped_bit_in_remembered_hashes_makes_files_be_read_again(
    installed: Installed, count: int
) -> None:
    path = installed.put(SENT)
    installed.receive()
    place = installed.home / "digests.json"
    written = place.read_bytes()
    chosen = random.Random(766)
    for _ in range(count):
        bit = chosen.randrange(8 * len(written))
        damaged = bytearray(written)
        damaged[bit // 8] ^= 1 << bit % 8
        place.write_bytes(damaged)
        assert Digests(place).remembered(path) is None
        assert Digests(place).of(path, is_read=False) == (SHA256, len(SENT))
