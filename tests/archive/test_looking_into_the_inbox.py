"""What lies in the inbox is read, refused by name or named; what cannot be seen is an error."""

import os
import socket
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.archive import Inbox, InboxError, list_inbox
from pipeline.places import describe_misplaced

from .conftest import MONTH, Installed

NOBODY = 65_534


def listed(inbox: Inbox) -> list[tuple[str, str, str, str]]:
    """Month, sender, name and place of each file."""
    return [
        (month, file.sender_code, file.file_name, file.place)
        for month, files in inbox.files.items()
        for file in files
    ]


def misplaced(inbox: Inbox) -> list[tuple[str, str]]:
    """Reason and path of all that is passed over."""
    return [(each.reason.name, each.path) for each in inbox.misplaced]


def make(path: Path, content: bytes = b"a") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.fixture
def inbox(installed: Installed) -> Path:
    """An inbox in which one good file lies: dossiers.csv of H01."""
    installed.put(b"good")
    return installed.inbox


GOOD = (MONTH, "H01", "dossiers.csv", "")


@pytest.mark.parametrize(
    ("path", "reason", "named"),
    [
        ("dossiers.csv", "NO_SENDER", "dossiers.csv"),
        (f"{MONTH}/dossiers.csv", "NO_SENDER", MONTH),
        (f"{MONTH}/H01/dossiers.csv", "NO_SENDER", MONTH),
        ("H05/dossiers.csv", "OUTSIDE_A_MONTH", "H05/dossiers.csv"),
        ("H05/0000-01/dossiers.csv", "NO_MONTH", "H05/0000-01"),
        ("H05/2026-13/dossiers.csv", "NO_MONTH", "H05/2026-13"),
        ("H05/2026-1/dossiers.csv", "NO_MONTH", "H05/2026-1"),
        ("H05/202610/dossiers.csv", "NO_MONTH", "H05/202610"),
        ("H05/2026-10 /dossiers.csv", "NO_MONTH", "H05/2026-10 "),
        ("H05/2026-10\u200b/dossiers.csv", "NO_MONTH", "H05/2026-10<U+200B>"),
        ("H05/９999-12/dossiers.csv", "NO_MONTH", "H05/９999-12"),
        (f"H05/{MONTH}/.dossiers.csv", "HIDDEN", f"H05/{MONTH}/.dossiers.csv"),
        (f"H05/{MONTH}/~$dossiers.csv", "HIDDEN", f"H05/{MONTH}/~$dossiers.csv"),
        (f"H05/{MONTH}/dossiers.csv.part", "HIDDEN", f"H05/{MONTH}/dossiers.csv.part"),
        (f"H05/{MONTH}/dossiers.csv~", "HIDDEN", f"H05/{MONTH}/dossiers.csv~"),
        (f"H05/{MONTH}/dossiers.tmp", "HIDDEN", f"H05/{MONTH}/dossiers.tmp"),
        (f"H05/{MONTH}/dossiers.partial", "HIDDEN", f"H05/{MONTH}/dossiers.partial"),
        (f"H05/{MONTH}/Thumbs.db", "HIDDEN", f"H05/{MONTH}/Aaaaaa.db"),
        (f"H05/{MONTH}/desktop.ini", "HIDDEN", f"H05/{MONTH}/aaaaaaa.aaa"),
        (f"H05/{MONTH}/__MACOSX/._dossiers.csv", "HIDDEN", f"H05/{MONTH}/__MACOSX"),
        (f"H05/.{MONTH}/dossiers.csv", "HIDDEN", f"H05/.{MONTH}"),
        (f".H05/{MONTH}/dossiers.csv", "HIDDEN", ".H05"),
    ],
)
def test_what_lies_in_a_wrong_place_is_named_and_stops_nothing(
    inbox: Path, path: str, reason: str, named: str
) -> None:
    make(inbox / path)
    found = list_inbox(inbox)
    assert listed(found) == [GOOD]
    assert misplaced(found) == [(reason, f"inbox/{named}")]


def test_some_are_named_and_the_others_counted_in_a_line_for_each_reason(inbox: Path) -> None:
    for number in range(5):
        make(inbox / f"H0{number}" / "dossiers.csv")
    make(inbox / "H05" / "2026-1" / "dossiers.csv")
    assert describe_misplaced(list_inbox(inbox).misplaced) == [
        "not read, for the folder's name is not a month (rename the folder like 2026-10): "
        "inbox/H05/2026-1",
        "not read, for it lies outside a month's folder (move it to inbox/<sender>/<YYYY-MM>/): "
        "inbox/H00/dossiers.csv, inbox/H01/dossiers.csv, inbox/H02/dossiers.csv and 2 others",
    ]


@pytest.mark.parametrize("name", ["lost+found", "System Volume Information"])
def test_folders_that_a_disk_has_of_itself_are_not_spoken_of(inbox: Path, name: str) -> None:
    make(inbox / name / "H01" / "dossiers.csv")
    found = list_inbox(inbox)
    assert (listed(found), misplaced(found)) == ([GOOD], [])


@pytest.mark.parametrize("inner", [MONTH, "a/b/c"])
def test_a_file_a_folder_too_deep_is_listed_with_its_way_and_not_read(
    inbox: Path, inner: str
) -> None:
    make(inbox / "H05" / MONTH / inner / "dossiers.csv")
    assert listed(list_inbox(inbox)) == [
        GOOD,
        (MONTH, "H05", f"{inner}/dossiers.csv", "too_deep"),
    ]


@pytest.mark.parametrize(("files", "is_named"), [(100, False), (101, True)])
def test_of_very_many_files_that_lie_too_deep_the_folder_is_named(
    inbox: Path, files: int, *, is_named: bool
) -> None:
    for number in range(files):
        make(inbox / "H05" / MONTH / "all" / f"{number:03d}.csv")
    found = list_inbox(inbox)
    assert len(listed(found)) == 1 + 100
    assert misplaced(found) == [("MANY_DEEP", f"inbox/H05/{MONTH}/all")] * is_named


def test_a_file_where_a_month_s_folder_belongs_is_listed_and_not_read(inbox: Path) -> None:
    make(inbox / "H05" / MONTH)
    assert listed(list_inbox(inbox)) == [GOOD, (MONTH, "H05", "", "no_folder")]


def test_an_inbox_that_is_not_there_and_an_empty_one_hold_nothing(tmp_path: Path) -> None:
    found = list_inbox(tmp_path / "inbox")
    assert (found.is_there, listed(found), found.senders) == (False, [], frozenset())
    (tmp_path / "inbox" / "H01").mkdir(parents=True)
    found = list_inbox(tmp_path / "inbox")
    assert (found.is_there, listed(found), found.senders) == (True, [], frozenset())
    (tmp_path / "inbox" / "H01" / MONTH).mkdir()
    found = list_inbox(tmp_path / "inbox")
    assert (found.senders, dict(found.files)) == ({"H01"}, {MONTH: []})


@pytest.mark.parametrize("path", ["H05", f"H05/{MONTH}", f"H05/{MONTH}/dossiers.csv"])
@pytest.mark.parametrize("target", ["/mnt/a share that is not mounted/x", "itself", "x.csv/x"])
def test_a_link_that_leads_nowhere_is_an_error_that_names_it(
    inbox: Path, path: str, target: str
) -> None:
    link = inbox / path
    link.parent.mkdir(parents=True, exist_ok=True)
    make(link.parent / "x.csv")
    link.symlink_to(link if target == "itself" else target)
    with pytest.raises(InboxError) as told:
        list_inbox(inbox)
    assert str(told.value).startswith(f"{link} is a link that leads nowhere (")
    assert ": make it readable or remove it, and run again" in str(told.value)


def test_an_inbox_that_is_a_link_to_a_share_is_read_while_the_share_is_mounted(
    tmp_path: Path,
) -> None:
    make(tmp_path / "share" / "H01" / MONTH / "dossiers.csv")
    (tmp_path / "inbox").symlink_to(tmp_path / "share")
    assert listed(list_inbox(tmp_path / "inbox")) == [GOOD]
    (tmp_path / "share").rename(tmp_path / "elsewhere")
    with pytest.raises(InboxError, match="inbox is a link that leads nowhere"):
        list_inbox(tmp_path / "inbox")


def test_an_inbox_that_is_a_file_is_told(tmp_path: Path) -> None:
    make(tmp_path / "inbox")
    with pytest.raises(InboxError, match=r"/inbox cannot be read \(Not a directory\)"):
        list_inbox(tmp_path / "inbox")


@pytest.mark.parametrize("kind", ["pipe", "socket"])
@pytest.mark.parametrize("path", [f"H05/{MONTH}", f"H05/{MONTH}/x.csv", f"H05/{MONTH}/a/x.csv"])
def test_a_pipe_and_a_socket_are_an_error_and_are_not_waited_for(
    inbox: Path, path: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = inbox / path
    place.parent.mkdir(parents=True)
    if kind == "pipe":
        os.mkfifo(place)
    else:
        monkeypatch.chdir(place.parent)  # the name of a socket is short
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(place.name)
    with pytest.raises(InboxError, match=f"{place} is neither a file nor a folder: remove it"):
        list_inbox(inbox)


@contextmanager
def nobody() -> Iterator[None]:
    """Without the rights of root, who can read everything."""
    if os.geteuid():
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("path", ["", "H01", f"H01/{MONTH}", f"H01/{MONTH}/inner"])
def test_a_folder_that_cannot_be_read_is_an_error_that_names_it(path: str) -> None:
    # Not in tmp_path, into which nobody else may look.
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        inbox = Path(folder) / "inbox"
        make(inbox / "H01" / MONTH / "inner" / "dossiers.csv")
        (inbox / path).chmod(0)
        with nobody(), pytest.raises(InboxError) as told:
            list_inbox(inbox)
        (inbox / path).chmod(0o755)
    assert str(told.value).startswith(f"{inbox / path} cannot be read (Permission denied)")


def test_a_link_to_a_file_outside_the_inbox_is_listed_and_not_followed(
    inbox: Path, installed: Installed
) -> None:
    secret = make(installed.home / "secret.csv", b"secret")
    link = inbox / "H05" / MONTH / "dossiers.csv"
    link.parent.mkdir(parents=True)
    for target in (secret, Path("../../../secret.csv"), Path("/etc/hostname")):
        link.symlink_to(target)
        assert listed(list_inbox(inbox)) == [GOOD, (MONTH, "H05", "dossiers.csv", "link")]
        _, received = installed.receive()
        assert installed.archive.read(received.sha256) == os.fsencode(target)
        link.unlink()
    kept = [path for path in (installed.home / "archive" / "files").rglob("*") if path.is_file()]
    assert b"secret" not in [path.read_bytes() for path in kept]


def test_a_link_by_way_of_another_link_and_one_that_climbs_out_are_not_followed(
    inbox: Path, installed: Installed
) -> None:
    make(installed.home / "inbox-of-others" / "dossiers.csv", b"secret")
    folder = inbox / "H05" / MONTH
    folder.mkdir(parents=True)
    (folder / "a.csv").symlink_to("b.csv")
    (folder / "b.csv").symlink_to("../../../inbox-of-others/dossiers.csv")
    (folder / "c").symlink_to("..")
    (inbox / "H06").mkdir()
    (inbox / "H06" / MONTH).symlink_to(installed.home / "inbox-of-others")
    (inbox / "H07" / MONTH / "deep").mkdir(parents=True)
    (inbox / "H07" / MONTH / "deep" / "d").symlink_to("../../..")
    assert listed(list_inbox(inbox)) == [
        GOOD,
        (MONTH, "H05", "a.csv", "link"),
        (MONTH, "H05", "b.csv", "link"),
        (MONTH, "H05", "c", "link"),
        (MONTH, "H06", "", "link"),
        (MONTH, "H07", "deep/d", "link"),
    ]
    contents = {installed.archive.read(file.sha256) for file in installed.receive()}
    assert b"secret" not in contents


def test_a_sender_s_folder_that_leads_out_of_the_inbox_is_named(
    inbox: Path, installed: Installed
) -> None:
    make(installed.home / "elsewhere" / MONTH / "dossiers.csv")
    (inbox / "H05").symlink_to(installed.home / "elsewhere")
    (inbox / "H06").symlink_to(inbox)
    found = list_inbox(inbox)
    assert (listed(found), found.senders) == ([GOOD], {"H01"})
    assert misplaced(found) == [("LEADS_OUT", "inbox/H05"), ("LEADS_OUT", "inbox/H06")]


def test_a_link_within_the_inbox_is_followed(inbox: Path, installed: Installed) -> None:
    (inbox / "H01" / MONTH / "ratings.csv").symlink_to("dossiers.csv")
    (inbox / "H01" / "2026-11").symlink_to(MONTH)
    assert listed(list_inbox(inbox)) == [
        GOOD,
        (MONTH, "H01", "ratings.csv", ""),
        ("2026-11", "H01", "dossiers.csv", ""),
        ("2026-11", "H01", "ratings.csv", ""),
    ]
    assert {installed.archive.read(file.sha256) for file in installed.receive()} == {b"good"}


@pytest.mark.parametrize(
    ("folder", "shown"),
    [
        ("H\u200b05", "H<U+200B>05"),
        ("\ufeffH05", "<U+FEFF>H05"),
        ("H05 ", "H05 "),
        ("H05\n", "H05<U+000A>"),
    ],
)
def test_a_sender_is_known_by_its_letters_whatever_is_not_seen(
    inbox: Path, folder: str, shown: str
) -> None:
    make(inbox / folder / MONTH / "dossiers.csv")
    found = list_inbox(inbox)
    assert listed(found) == [GOOD, (MONTH, "H05", "dossiers.csv", "")]
    assert misplaced(found) == [("OTHER_LETTERS", f"inbox/{shown}")]


def test_a_code_in_two_parts_is_the_composed_one(inbox: Path) -> None:
    make(inbox / unicodedata.normalize("NFD", "HÀ") / MONTH / "dossiers.csv")
    found = list_inbox(inbox)
    assert listed(found) == [GOOD, (MONTH, "HÀ", "dossiers.csv", "")]
    assert misplaced(found) == [("OTHER_LETTERS", "inbox/HA<U+0300>")]


def test_of_two_folders_with_one_code_that_of_the_code_itself_is_read(inbox: Path) -> None:
    # Before and behind the good one in the order of names.
    for folder in ("\tH01", "H01\u200b"):
        make(inbox / folder / MONTH / "dossiers.csv", b"other")
    assert listed(list_inbox(inbox)) == [
        (MONTH, "H01", "<U+0009>H01/dossiers.csv", "second_folder"),
        (MONTH, "H01", "H01<U+200B>/dossiers.csv", "second_folder"),
        GOOD,
    ]


def test_of_two_folders_with_one_code_and_none_of_the_code_itself_neither_is_read(
    inbox: Path,
) -> None:
    for folder in ("H05 ", "H05\u200b"):
        make(inbox / folder / MONTH / "dossiers.csv")
    assert {place for _, sender, _, place in listed(list_inbox(inbox)) if sender == "H05"} == {
        "second_folder"
    }


def test_a_folder_whose_name_is_no_utf_8_is_a_sender_by_its_bytes(
    inbox: Path, installed: Installed
) -> None:
    make(Path(os.fsdecode(os.fsencode(inbox) + b"/H\xd2")) / MONTH / "dossiers.csv")
    assert listed(list_inbox(inbox)) == [GOOD, (MONTH, "H\\xd2", "dossiers.csv", "")]
    assert [file.sender_code for file in installed.receive()] == ["H01", "H\\xd2"]
    make(Path(os.fsdecode(os.fsencode(inbox) + b"/H05/2026\xd2")) / "dossiers.csv")
    assert ("NO_MONTH", "inbox/H05/2026\\xd2") in misplaced(list_inbox(inbox))
