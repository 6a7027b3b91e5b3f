"""The inbox: which files lie in it, and the SHA-256 of those that were read before.

Here belongs looking into the inbox without changing anything. Not here: keeping the files (files).
"""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

from pipeline.private_folders import make_private_folder


@dataclass(frozen=True)
class InboxFile:
    """A file that lies in the inbox: its sender's folder, its month's, and its path."""

    sender_code: str
    month: str
    path: Path


def list_inbox(inbox: Path) -> dict[str, list[InboxFile]]:
    """The files in the inbox by month's folder, in order of sender and name.

    Every month's folder is a key, whatever it is named and though it is empty. Hidden files and
    those of editors and half-done copies are passed over.
    """
    files: dict[str, list[InboxFile]] = {}
    for sender in _folders(inbox) if inbox.is_dir() else []:
        for month in _folders(Path(sender.path)):
            of_month = files.setdefault(month.name, [])
            of_month += [
                InboxFile(sender.name, month.name, Path(entry.path))
                for entry in sorted(os.scandir(month.path), key=lambda entry: entry.name)
                if not _is_temporary(entry.name) and entry.is_file()
            ]
    return dict(sorted(files.items()))


def _folders(folder: Path) -> list[os.DirEntry[str]]:
    """The folders in a folder, by name."""
    entries = [entry for entry in os.scandir(folder) if entry.is_dir()]
    return sorted(entries, key=lambda entry: entry.name)


def _is_temporary(name: str) -> bool:
    return name.startswith((".", "~")) or name.endswith((".part", ".tmp", ".partial", "~"))


def stat_signature(path: Path) -> list[int]:
    """Size in bytes and time of change in nanoseconds."""
    stat = path.stat()
    return [stat.st_size, stat.st_mtime_ns]


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
        try:
            self._known: dict[str, list[int | str]] = dict(
                json.loads(path.read_text(encoding="utf-8"))
            )
        except (OSError, ValueError, TypeError):
            self._known = {}

    def of(self, path: Path, *, is_read: bool) -> tuple[str, int]:
        """SHA-256 and size of a file.

        They are the remembered ones where the signature is the same, unless `is_read`.
        """
        if not is_read and (known := self.remembered(path)):
            return known
        signature = stat_signature(path)
        with path.open("rb") as source:
            digest = hashlib.file_digest(source, "sha256").hexdigest()
            size = source.tell()
        self.remember(path, signature, digest)
        return digest, size

    def remembered(self, path: Path) -> tuple[str, int] | None:
        """SHA-256 and size of a file whose signature is as when it was read, else None."""
        known = self._known.get(self._name(path))
        is_same = known is not None and known[:2] == stat_signature(path)
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
        half.write_text(json.dumps(self._known), encoding="utf-8")
        half.replace(self._path)
        self._is_changed = False

    def _name(self, path: Path) -> str:
        """A digest of the path as it lies in the home; of the whole path where it lies elsewhere.

        Names of files stay in the inbox and the archive.
        """
        place = str(path).removeprefix(self._prefix)
        return hashlib.sha256(os.fsencode(place)).hexdigest()
