"""Every file as sent is kept under its SHA-256, and the register says who sent what when."""

import hashlib
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.archive import Digests, InboxFile, list_inbox
from pipeline.exports import SentFile
from pipeline.home import HomeError

from .conftest import MONTH, Installed


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_a_file_is_kept_under_its_hash_and_can_only_be_read(installed: Installed) -> None:
    installed.put(b"a")
    (file,) = installed.receive()
    assert (file.month, file.sender_code, file.file_name) == (MONTH, "H01", "dossiers.csv")
    assert (file.sha256, file.bytes) == (sha256(b"a"), 1)
    assert installed.archive.read(file.sha256) == b"a"
    assert installed.archive.path(file.sha256).stat().st_mode & 0o777 == 0o444


def test_an_empty_inbox_and_none_at_all_hold_nothing(installed: Installed) -> None:
    assert installed.receive() == []
    installed.inbox.mkdir()
    assert installed.receive() == []
    assert installed.events() == []
    assert installed.register.read_bytes() == b""


def test_looking_again_notes_nothing_new(installed: Installed) -> None:
    installed.put(b"a")
    first = installed.receive()
    written = installed.register.read_bytes()
    assert installed.receive() == first
    assert installed.register.read_bytes() == written


def test_equal_bytes_under_two_names_are_both_received(installed: Installed) -> None:
    installed.put(b"a", "dossiers-2.csv")
    installed.put(b"a", "dossiers-1.csv")
    installed.put(b"a", "dossiers.csv", "H02")
    received = [
        ("H01", "dossiers-1.csv"),
        ("H01", "dossiers-2.csv"),
        ("H02", "dossiers.csv"),
    ]
    assert [(file.sender_code, file.file_name) for file in installed.receive()] == received
    assert [(e.sender_code, e.file_name) for e in installed.archive.events()] == received


def test_a_correction_and_its_reversal_are_each_in_force_in_their_turn(
    installed: Installed,
) -> None:
    for content in (b"a", b"b", b"a"):
        installed.put(content)
        assert [file.sha256 for file in installed.receive()] == [sha256(content)]
        assert [f.sha256 for f in installed.archive.in_force(MONTH)] == [sha256(content)]
    assert [event.sha256 for event in installed.archive.events()] == [
        sha256(content) for content in (b"a", b"b", b"a")
    ]
    assert installed.archive.read(sha256(b"b")) == b"b"


def test_a_removed_file_is_withdrawn_and_kept(installed: Installed) -> None:
    path = installed.put(b"a")
    installed.receive()
    path.unlink()
    assert installed.receive() == []
    assert installed.archive.in_force(MONTH) == []
    assert installed.events() == [
        ("received", "H01", "dossiers.csv"),
        ("withdrawn", "H01", "dossiers.csv"),
    ]
    assert installed.archive.read(sha256(b"a")) == b"a"
    installed.put(b"a")
    assert len(installed.receive()) == len(installed.archive.in_force(MONTH)) == 1


def test_months_do_not_meet(installed: Installed) -> None:
    installed.put(b"a")
    installed.receive()
    assert installed.archive.in_force("2026-11") == []


def test_all_other_files_are_listed_whatever_their_names(installed: Installed) -> None:
    names = ["Hồ sơ.csv", "dossiers.pdf", "dossiers\u2028x.csv"]
    for name in names:
        installed.put(name.encode(), name)
    assert sorted(file.file_name for file in installed.receive()) == sorted(names)
    assert sorted(f.file_name for f in installed.archive.in_force(MONTH)) == sorted(names)


def test_a_name_that_is_no_utf_8_is_spelled_out(installed: Installed) -> None:
    folder = os.fsencode(installed.put(b"a").parent)
    Path(os.fsdecode(folder + b"/dossiers-\xd2.csv")).write_bytes(b"b")
    names = ["dossiers-\\xd2.csv", "dossiers.csv"]
    assert [file.file_name for file in installed.receive()] == names
    assert [file.file_name for file in installed.archive.in_force(MONTH)] == names


@pytest.mark.parametrize("name", ["dossiers.csv", "dossiers Hồ sơ.csv"])
def test_a_line_cut_short_anywhere_is_passed_over_and_the_next_one_is_whole(
    installed: Installed, name: str
) -> None:
    installed.put(b"a", "ratings.csv")
    installed.receive()
    whole = installed.register.read_bytes()
    installed.put(b"b", name)
    installed.receive()
    written = installed.register.read_bytes()
    for length in range(len(whole), len(written) - 1):
        installed.register.write_bytes(written[:length])
        assert installed.events() == [("received", "H01", "ratings.csv")]
        assert len(installed.receive()) == 2
        assert installed.events() == [
            ("received", "H01", "ratings.csv"),
            ("received", "H01", name),
        ]


def test_a_last_line_that_only_lacks_its_end_counts(installed: Installed) -> None:
    installed.put(b"a")
    installed.receive()
    installed.register.write_bytes(installed.register.read_bytes().removesuffix(b"\n"))
    installed.put(b"b", "ratings.csv")
    installed.receive()
    assert [name for _, _, name in installed.events()] == ["dossiers.csv", "ratings.csv"]


def received(installed: Installed, path: str) -> list[SentFile]:
    """What comes of a file of the system that is received as if it lay in the inbox."""
    if not Path(path).is_file():
        pytest.skip("needs /proc, as Linux has it")
    archive = installed.archive
    archive.make_ready()
    file = InboxFile("H01", MONTH, Path(path), "dossiers.csv")
    return archive.receive([file], MONTH, Digests(installed.home / "digests.json"))


def test_a_file_that_cannot_be_read_is_told_by_its_path(installed: Installed) -> None:
    # There, and an error to whoever reads it.
    with pytest.raises(HomeError, match=r"/proc/self/aaa cannot be read .*: make it readable"):
        received(installed, "/proc/self/mem")


@pytest.mark.parametrize("is_read", [True, False])
def test_a_file_that_is_gone_once_it_is_read_is_told_by_its_path(
    installed: Installed, *, is_read: bool
) -> None:
    installed.put(b"a")
    installed.receive()
    sent = list_inbox(installed.inbox).files_of(MONTH)
    sent[0].path.unlink()
    digests = Digests(installed.home / "digests.json")
    with pytest.raises(HomeError, match=r"dossiers\.csv cannot be read \(No such file"):
        installed.archive.receive(sent, MONTH, digests, is_read=is_read)
    assert len(installed.archive.in_force(MONTH)) == 1


def test_a_pipe_in_place_of_a_file_that_was_listed_is_not_waited_for(installed: Installed) -> None:
    path = installed.put(b"a")
    sent = list_inbox(installed.inbox).files_of(MONTH)
    path.unlink()
    os.mkfifo(path)
    archive = installed.archive
    archive.make_ready()
    with pytest.raises(HomeError, match=r"dossiers\.csv cannot be read .*is not a file"):
        archive.receive(sent, MONTH, Digests(installed.home / "digests.json"))


def test_an_archive_that_cannot_be_written_is_told(installed: Installed) -> None:
    installed.put(b"a")
    (installed.home / "archive").write_text("a file in the way")
    with pytest.raises(HomeError, match=r"the archive .* cannot be written .*: make it writable"):
        installed.receive()


def test_a_file_that_changed_behind_an_equal_look_is_kept_as_what_it_is(
    installed: Installed,
) -> None:
    path = installed.put(b"old")
    installed.receive()
    installed.archive.path(sha256(b"old")).unlink()
    times = path.stat().st_atime_ns, path.stat().st_mtime_ns
    path.write_bytes(b"new")
    os.utime(path, ns=times)
    # Remembered as old, which the archive lacks: what is copied is hashed on the way.
    assert [file.sha256 for file in installed.receive(is_read=False)] == [sha256(b"new")]
    assert installed.archive.read(sha256(b"new")) == b"new"
    assert not installed.archive.path(sha256(b"old")).exists()


def test_a_file_that_changes_while_it_is_read_is_not_kept(installed: Installed) -> None:
    # It says that it has no bytes, and gives some.
    with pytest.raises(HomeError, match="changed while it was read: run again"):
        received(installed, "/proc/version")
    assert [p for p in (installed.home / "archive" / "files").rglob("*") if p.is_file()] == []


def test_half_copies_of_a_killed_run_are_cleared_away(installed: Installed) -> None:
    installed.put(b"a")
    installed.receive()
    half = installed.home / "archive" / "files" / ".x1.half"
    half.write_bytes(b"half")
    installed.receive()
    assert not half.exists()


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["put", "remove", "receive"]),
        st.sampled_from(["dossiers-1.csv", "dossiers-2.csv"]),
        st.sampled_from([b"a", b"b", b"c"]),
    ),
    max_size=14,
)


@settings(max_examples=40)
@given(ACTIONS)
def test_nothing_that_was_received_is_ever_changed_or_lost(
    actions: list[tuple[str, str, bytes]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        installed = Installed(Path(folder))
        inbox: dict[str, bytes] = {}
        ever: set[bytes] = set()
        written = b""
        for action, name, content in [*actions, ("receive", "", b"")]:
            if action == "put":
                installed.put(content, name)
                inbox[name] = content
            elif action == "remove" and name in inbox:
                (installed.inbox / "H01" / MONTH / name).unlink()
                del inbox[name]
            elif action == "receive":
                received = installed.receive()
                ever |= set(inbox.values())
                assert {file.sha256 for file in received} == {sha256(c) for c in inbox.values()}
                assert len(received) == len(inbox)
                in_force = {f.file_name: f.sha256 for f in installed.archive.in_force(MONTH)}
                assert in_force == {name: sha256(c) for name, c in inbox.items()}
                for kept in ever:
                    assert installed.archive.read(sha256(kept)) == kept
                # The register is only ever added to.
                now = installed.register.read_bytes() if installed.register.exists() else b""
                assert now.startswith(written)
                written = now
