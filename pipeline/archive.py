"""The archive: every file as sent, under its SHA-256, and the register of deliveries.

Append-only: no file that was sent is ever changed or lost. Here belongs reading the inbox, keeping
its files, and the record of which sender sent which file when. Not here: the meaning of a file
(exports, records).
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
    """A line of the register: a file was received, or is no longer in the inbox (withdrawn)."""

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

    Hidden files, temporary files of editors and unfinished copies are left out.
    """
    found = []
    for folder in sorted(inbox.glob(f"*/{month}")) if inbox.is_dir() else []:
        for path in sorted(folder.iterdir()):
            if path.is_file() and not _is_temporary(path.name):
                found.append((folder.parent.name, path))
    return found


def _is_temporary(name: str) -> bool:
    return name.startswith((".", "~")) or name.endswith((".part", ".tmp", ".partial", "~"))


def inbox_months(inbox: Path) -> list[str]:
    """The names of the folders in which the inbox has months, sorted; any name is listed."""
    return sorted({folder.name for folder in inbox.glob("*/*") if folder.is_dir()})


class Digests:
    """SHA-256 of files by path, size and time of change, so that unchanged files are read once.

    A cache, which can be lost. It does not notice a file whose bytes change while its size and time
    stay: so the files of the month that is run are always read.
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
        """SHA-256 and size of a file. Without `is_read`, a file of the same size and time of change
        is not read again.
        """
        if not is_read and (known := self.remembered(path)):
            return known
        signature = _stat_signature(path)
        with path.open("rb") as source:
            digest = hashlib.file_digest(source, "sha256").hexdigest()
            size = source.tell()
        self.remember(path, signature, digest)
        return digest, size

    def remembered(self, path: Path) -> tuple[str, int] | None:
        """SHA-256 and size of a file, None where its size or time of change is another than when it
        was read.
        """
        known = self._known.get(str(path))
        is_same = known and known[:2] == _stat_signature(path)
        return (str(known[2]), int(known[0])) if known and is_same else None

    def remember(self, path: Path, signature: list[int], digest: str) -> None:
        """Keeps the SHA-256 of a file with its size and time of change before it was read."""
        self._known[str(path)] = [*signature, digest]

    def save(self) -> None:
        """Writes the remembered hashes to disk."""
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
        """Keeps every file of the month, records new and withdrawn files, and lists the files.

        Equal bytes of one sender are listed once, under the name that comes first. With
        `is_read` every file is read, otherwise only files that changed since `digests` was saved.
        Raises HomeError when a file cannot be read or the archive cannot be written.
        """

        def kept(sent: tuple[str, Path]) -> SentFile:
            sender_code, path = sent
            try:
                digest, size = self._keep_file(path, digests, is_read=is_read)
            except OSError as error:
                raise HomeError(
                    f"{path} cannot be read ({error}): make it readable or remove it, and run again"
                ) from None
            return SentFile(month, _as_text(sender_code), _as_text(path.name), digest, size)

        with self._explain_write_errors():
            self._files.mkdir(parents=True, exist_ok=True)
            for half in self._files.glob(f".*{_HALF}"):  # of a run that was killed
                half.unlink()
        with ThreadPoolExecutor() as readers:
            files = list(readers.map(kept, sent_paths(inbox, month)))
        there = {(file.sender_code, file.file_name): file for file in files}
        known = {(file.sender_code, file.file_name): file for file in self.in_force(month)}
        self._log(_WITHDRAWN, [known[place] for place in sorted(known) if place not in there])
        self._log(_RECEIVED, [there[place] for place in there if known.get(place) != there[place]])
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
        """All lines of the register, oldest first; a line cut short by a crash is left out."""
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
        """The path under which the bytes with this hash are kept."""
        return self._files / sha256[:2] / sha256

    def read(self, sha256: str) -> bytes:
        """The bytes with this hash."""
        return self.path(sha256).read_bytes()

    def _keep_file(self, path: Path, digests: Digests, *, is_read: bool) -> tuple[str, int]:
        """Keeps a file in the archive, and gives its SHA-256 and size; a new file is read once."""
        if digests.remembered(path):
            digest, size = digests.of(path, is_read=is_read)
            if self.path(digest).exists():
                return digest, size
        signature = _stat_signature(path)
        digest, size = self._copy_file(path, signature)
        digests.remember(path, signature, digest)
        return digest, size

    def _copy_file(self, path: Path, signature: list[int]) -> tuple[str, int]:
        """Copies a file into the archive under its SHA-256, and gives its SHA-256 and size.

        Raises OSError when the file cannot be read, HomeError when the archive cannot be written or
        when the file changed while it was read.
        """
        digest, size = hashlib.sha256(), 0
        with self._explain_write_errors():
            half, name = tempfile.mkstemp(dir=self._files, prefix=".", suffix=_HALF)
        try:
            with os.fdopen(half, "wb") as copy, path.open("rb") as source:
                while block := source.read(_BLOCK_BYTES):
                    digest.update(block)
                    size += len(block)
                    with self._explain_write_errors():
                        copy.write(block)
                with self._explain_write_errors():
                    copy.flush()
                    os.fsync(copy.fileno())
            if _stat_signature(path) != signature or size != signature[0]:
                raise HomeError(f"{path} changed while it was read: run again when it is complete")
            kept = self.path(digest.hexdigest())
            with self._explain_write_errors():
                kept.parent.mkdir(exist_ok=True)
                Path(name).chmod(0o444)
                Path(name).replace(kept)
        finally:
            Path(name).unlink(missing_ok=True)
        return digest.hexdigest(), size

    @contextmanager
    def _explain_write_errors(self) -> Iterator[None]:
        """Turns an error of writing into a HomeError; errors of reading stay as they are."""
        try:
            yield
        except OSError as error:
            raise HomeError(
                f"the archive {self._folder} cannot be written ({error}): make it writable or "
                "free some space, and run again"
            ) from None

    def _log(self, event: str, files: list[SentFile]) -> None:
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
    """A file name as text; bytes in the name that are no UTF-8 are written as escapes."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _stat_signature(path: Path) -> list[int]:
    """Size in bytes and time of change in nanoseconds."""
    stat = path.stat()
    return [stat.st_size, stat.st_mtime_ns]
