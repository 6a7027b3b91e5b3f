"""The inbox: a file in it, its name, opening it, and the SHA-256 of those that were read before.

Here belongs what is known of the inbox, which nothing here changes. Not here: looking into it
(listing), keeping the files (files).
"""

import hashlib
import json
import os
import stat
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from pipeline import letters, masking
from pipeline.flushing import flush_file, flush_folder
from pipeline.places import Misplaced, Place
from pipeline.private_folders import make_private_folder


@dataclass(frozen=True)
class InboxFile:
    """A file that lies in the inbox for a sender's month.

    `file_name` is its name as text, behind the folders between it and the month's. `place` says why
    it is not read although it is there. `link` is where a link leads that is not followed; empty
    for every other file.
    """

    sender_code: str
    month: str
    path: Path
    file_name: str
    place: Place = ""
    link: str = ""

    def read_signature(self) -> list[int]:
        """Size in bytes and time of change in nanoseconds; the link's own where it has one."""
        return stat_signature(self.path, is_followed=not self.link)


@dataclass(frozen=True)
class Inbox:
    """What lies in the inbox.

    `is_there` is false where there is no such folder. `files` are in order of sender and name, by
    month; every month's folder is a key though it is empty. `senders` are those whose folder is
    there and not empty. `misplaced` is what is passed over; the files that are refused because of
    their place are among `files`.
    """

    folder: Path
    is_there: bool
    files: Mapping[str, Sequence[InboxFile]]
    senders: frozenset[str]
    misplaced: tuple[Misplaced, ...]

    def files_of(self, month: str) -> Sequence[InboxFile]:
        """The files of a month."""
        return self.files.get(month, ())


def as_text(name: str) -> str:
    """A name of a file or folder as text; bytes of it that are no UTF-8 are spelled out."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def show_name(name: str | Path) -> str:
    """A name or path as it is shown, with a code for each character that nobody sees."""
    return letters.show_invisible(as_text(os.fspath(name)))


def show_file(path: str | Path) -> str:
    """A path to a file as it is shown: people name files, so its name is masked after its kind."""
    return show_name(masking.show_path(Path(path)))


def open_file(path: Path) -> BufferedReader:
    """A file opened to be read. OSError where it cannot be, or is a pipe or a device by now."""
    # A pipe that nobody writes to would be waited for without this flag.
    opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(opened).st_mode):
        os.close(opened)
        raise OSError(f"{show_file(path)} is not a file")
    return os.fdopen(opened, "rb")


def digest_link(file: InboxFile) -> tuple[str, int]:
    """SHA-256 and size in bytes of what a link says, which is all that is kept of it."""
    text = os.fsencode(file.link)
    return hashlib.sha256(text).hexdigest(), len(text)


def stat_signature(path: Path, *, is_followed: bool = True) -> list[int]:
    """Size in bytes and time of change in nanoseconds."""
    found = path.stat(follow_symlinks=is_followed)
    return [found.st_size, found.st_mtime_ns]


def sign_written(path: Path) -> tuple[int, ...]:
    """What the system says of a file, which another file in its place does not share: that has
    another inode, or another time of change of its entry, which nobody can set.
    """
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


class Digests:
    """SHA-256 of files by path, size and time of change, so that unchanged ones are read once.

    A cache that can be lost. A file whose bytes change while size and time stay is not noticed,
    so what a run rests on directly is always read. Paths are kept as they lie in the home, so that
    a home that moves keeps its hashes.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._prefix = f"{path.parent.parent}{os.sep}"
        self._is_changed = False
        self._known: dict[str, list[int | str]] = {}
        self._is_damaged = False
        with suppress(OSError):
            check, _, content = path.read_bytes().partition(b"\n")
            # Spoilt hashes would show files as changed that are not.
            if check.decode("ascii", "replace") == hashlib.sha256(content).hexdigest():
                self._known = json.loads(content)
            else:
                self._is_damaged = True

    @property
    def is_damaged(self) -> bool:
        """Whether what was remembered was not as it was written, and counts as forgotten."""
        return self._is_damaged

    def of(self, path: Path, *, is_read: bool) -> tuple[str, int]:
        """SHA-256 and size of a file.

        They are the remembered ones where the signature is the same, unless `is_read`.
        """
        if not is_read and (known := self.remembered(path)):
            return known
        signature = stat_signature(path)
        with open_file(path) as source:
            digest = hashlib.file_digest(source, "sha256").hexdigest()
            size = source.tell()
        self.remember(path, signature, digest)
        return digest, size

    def of_file(self, file: InboxFile) -> str:
        """SHA-256 of a file in the inbox, the remembered one where it looks the same."""
        return digest_link(file)[0] if file.link else self.of(file.path, is_read=False)[0]

    def knows(self, file: InboxFile) -> bool:
        """Whether a file looks as it did when it was read last; a link is never read."""
        return bool(file.link) or self.remembered(file.path) is not None

    def remembered(self, path: Path) -> tuple[str, int] | None:
        """SHA-256 and size of a file whose signature is as when it was read, else None."""
        known = self._known.get(self._name(path))
        try:
            is_same = known is not None and known[:2] == stat_signature(path)
        except OSError:  # whoever reads the file will be told
            return None
        return (str(known[2]), int(known[0])) if known and is_same else None

    def remember(self, path: Path, signature: list[int], digest: str) -> None:
        """Keeps the SHA-256 of a file that had this signature when it was read."""
        name = self._name(path)
        entry: list[int | str] = [*signature, digest]
        if self._known.get(name) != entry:
            self._known[name] = entry
            self._is_changed = True

    def save(self) -> None:
        """Remembers them for the next time."""
        if not self._is_changed:
            return
        make_private_folder(self._path.parent)
        half = self._path.with_suffix(f".{os.getpid()}.half")
        content = json.dumps(self._known).encode()
        half.write_bytes(f"{hashlib.sha256(content).hexdigest()}\n".encode() + content)
        flush_file(half)
        half.replace(self._path)
        flush_folder(self._path.parent)
        self._is_changed = False

    def _name(self, path: Path) -> str:
        """A digest of the path as it lies in the home; of the whole path where it lies elsewhere.

        Names of files stay in the inbox and the archive.
        """
        place = str(path).removeprefix(self._prefix)
        return hashlib.sha256(os.fsencode(place)).hexdigest()
