"""The archive: every file as sent, under its SHA-256, and the register of deliveries.

Append-only: nothing sent is ever changed or lost. Here belongs looking into the inbox, keeping
files, and saying who sent what when. Not here: what a file means (exports, records).
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipeline.exports import SentFile
from pipeline.home import HomeError

_BLOCK_BYTES = 1 << 20
_HALF = ".half"
_RECEIVED, _WITHDRAWN = "received", "withdrawn"


@dataclass(frozen=True)
class Event:
    """A line of the register: a file was received, or is in the inbox no more."""

    at: str
    event: str
    month: str
    sender_code: str
    file_name: str
    sha256: str
    bytes: int

    @property
    def file(self) -> SentFile:
        """The file that the event is about."""
        return SentFile(self.month, self.sender_code, self.file_name, self.sha256, self.bytes)


def sent_paths(inbox: Path, month: str) -> list[tuple[str, Path]]:
    """Sender and path of every file in the inbox for a month, in order of sender and name.

    Hidden files and those of editors and half-done copies are passed over.
    """
    found = []
    for folder in sorted(inbox.glob(f"*/{month}")) if inbox.is_dir() else []:
        for path in sorted(folder.iterdir()):
            if path.is_file() and not _is_passing(path.name):
                found.append((folder.parent.name, path))
    return found


def _is_passing(name: str) -> bool:
    return name.startswith((".", "~")) or name.endswith((".part", ".tmp", ".partial", "~"))


def inbox_months(inbox: Path) -> list[str]:
    """The names of month folders in the inbox, sorted, whatever they are named."""
    return sorted({folder.name for folder in inbox.glob("*/*") if folder.is_dir()})


class Digests:
    """SHA-256 of files by path, size and time of change, so that unchanged ones are read once.

    A cache: it can be lost. A file whose bytes change while size and time stay is not noticed,
    so what a run rests on directly is always read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._known: dict[str, list[int | str]] = dict(
                json.loads(path.read_text(encoding="utf-8"))
            )
        except (OSError, ValueError, TypeError):
            self._known = {}

    def of(self, path: Path, *, is_read: bool) -> tuple[str, int]:
        """SHA-256 and size of a file; the remembered ones if it looks the same, unless is_read."""
        if not is_read and (known := self.remembered(path)):
            return known
        look = _look(path)
        with path.open("rb") as source:
            digest = hashlib.file_digest(source, "sha256").hexdigest()
            size = source.tell()
        self.remember(path, look, digest)
        return digest, size

    def remembered(self, path: Path) -> tuple[str, int] | None:
        """SHA-256 and size of a file that looks as it did when it was read, else None."""
        known = self._known.get(str(path))
        return (str(known[2]), int(known[0])) if known and known[:2] == _look(path) else None

    def remember(self, path: Path, look: list[int], digest: str) -> None:
        """Keeps the SHA-256 of a file that looked so when it was read."""
        self._known[str(path)] = [*look, digest]

    def save(self) -> None:
        """Remembers them for the next time."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        half = self._path.with_suffix(f".{os.getpid()}.half")
        half.write_text(json.dumps(self._known), encoding="utf-8")
        half.replace(self._path)


class Archive:
    """The archive of one home."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = folder / "files"
        self._register = folder / "deliveries.jsonl"

    def take_in(
        self, inbox: Path, month: str, digests: Digests, *, is_read: bool = True
    ) -> list[SentFile]:
        """Keeps every file of the month, notes what is new or gone, and lists what is there.

        Equal bytes of one sender are listed once, under the name that comes first. With
        `is_read` every file is read, otherwise those that changed since `digests` was saved.
        Raises HomeError when a file cannot be read or the archive cannot be written.
        """

        def kept(sent: tuple[str, Path]) -> SentFile:
            sender_code, path = sent
            try:
                digest, size = self._kept(path, digests, is_read=is_read)
            except OSError as error:
                raise HomeError(
                    f"{path} cannot be read ({error}): make it readable or remove it, and run again"
                ) from None
            return SentFile(month, _as_text(sender_code), _as_text(path.name), digest, size)

        with self._writing():
            self._files.mkdir(parents=True, exist_ok=True)
            for half in self._files.glob(f".*{_HALF}"):  # of a run that was killed
                half.unlink()
        with ThreadPoolExecutor() as readers:
            files = list(readers.map(kept, sent_paths(inbox, month)))
        there = {(file.sender_code, file.file_name): file for file in files}
        known = {(file.sender_code, file.file_name): file for file in self.in_force(month)}
        self._note(_WITHDRAWN, [known[place] for place in sorted(known) if place not in there])
        self._note(_RECEIVED, [there[place] for place in there if known.get(place) != there[place]])
        once = {(file.sender_code, file.sha256): file for file in reversed(there.values())}
        return sorted(once.values())

    def in_force(self, month: str) -> list[SentFile]:
        """The files of a month that were received and not withdrawn, by sender and name."""
        files = {}
        for event in self.events():
            if event.month == month:
                files[event.sender_code, event.file_name] = event
        return sorted(event.file for event in files.values() if event.event == _RECEIVED)

    def events(self) -> list[Event]:
        """All lines of the register, oldest first; a line cut short by a crash is passed over."""
        if not self._register.exists():
            return []
        events = []
        for line in self._register.read_bytes().split(b"\n"):
            try:
                events.append(Event(**json.loads(line)))
            except (ValueError, TypeError):
                continue
        return events

    def names(self, sha256: str) -> list[str]:
        """`sender/month/name` of every file received with these bytes, oldest first."""
        places = [
            f"{event.sender_code}/{event.month}/{event.file_name}"
            for event in self.events()
            if event.sha256 == sha256 and event.event == _RECEIVED
        ]
        return list(dict.fromkeys(places))

    def path(self, sha256: str) -> Path:
        """Where the bytes with this hash are kept."""
        return self._files / sha256[:2] / sha256

    def read(self, sha256: str) -> bytes:
        """The bytes with this hash."""
        return self.path(sha256).read_bytes()

    def _kept(self, path: Path, digests: Digests, *, is_read: bool) -> tuple[str, int]:
        """SHA-256 and size of a file once its bytes are in the archive; a new one is read once."""
        if digests.remembered(path):
            digest, size = digests.of(path, is_read=is_read)
            if self.path(digest).exists():
                return digest, size
        look = _look(path)
        digest, size = self._copied(path, look)
        digests.remember(path, look, digest)
        return digest, size

    def _copied(self, path: Path, look: list[int]) -> tuple[str, int]:
        """Copies a file into the archive, under its SHA-256; tells that and its size.

        Raises OSError when the file cannot be read, HomeError when the archive cannot be written
        or the file has another look in the end.
        """
        digest, size = hashlib.sha256(), 0
        with self._writing():
            half, name = tempfile.mkstemp(dir=self._files, prefix=".", suffix=_HALF)
        try:
            with os.fdopen(half, "wb") as copy, path.open("rb") as source:
                while block := source.read(_BLOCK_BYTES):
                    digest.update(block)
                    size += len(block)
                    with self._writing():
                        copy.write(block)
                with self._writing():
                    copy.flush()
                    os.fsync(copy.fileno())
            if _look(path) != look or size != look[0]:
                raise HomeError(f"{path} changed while it was read: run again when it is complete")
            kept = self.path(digest.hexdigest())
            with self._writing():
                kept.parent.mkdir(exist_ok=True)
                Path(name).chmod(0o444)
                Path(name).replace(kept)
        finally:
            Path(name).unlink(missing_ok=True)
        return digest.hexdigest(), size

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Tells what goes wrong in writing as HomeError, apart from what goes wrong in reading."""
        try:
            yield
        except OSError as error:
            raise HomeError(
                f"the archive {self._folder} cannot be written ({error}): make it writable or "
                "free some space, and run again"
            ) from None

    def _note(self, event: str, files: list[SentFile]) -> None:
        if not files:
            return
        at = datetime.now(UTC).isoformat(timespec="seconds")
        lines = [
            json.dumps({"at": at, "event": event} | asdict(file), ensure_ascii=False)
            for file in files
        ]
        is_cut = self._register.exists() and not self._register.read_bytes().endswith(b"\n")
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._register.open("a", encoding="utf-8") as register:
            register.write("\n" * is_cut + "\n".join(lines) + "\n")
            register.flush()
            os.fsync(register.fileno())


def _as_text(name: str) -> str:
    """A file name as text; bytes of it that are no UTF-8 are spelled out."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _look(path: Path) -> list[int]:
    """Size in bytes and time of change in nanoseconds."""
    stat = path.stat()
    return [stat.st_size, stat.st_mtime_ns]
