"""Files as sent, each under its SHA-256, and the register of deliveries.

Append-only: nothing sent is ever changed or lost. Here belongs keeping files, and saying which
sender sent what when. Not here: what lies in the inbox (inbox), what a file means (exports,
records).
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipeline.archive.inbox import (
    Digests,
    InboxFile,
    digest_link,
    open_file,
    show_file,
    show_name,
    stat_signature,
)
from pipeline.exports import SentFile
from pipeline.home import HomeError
from pipeline.private_folders import make_private_folder

_BLOCK_BYTES = 1 << 20
_HALF = ".half"
_RECEIVED, _WITHDRAWN = "received", "withdrawn"


@dataclass(frozen=True)
class Event:
    """A line of the register: a file was received, or is in the inbox no more.

    `place` says why a file is not read; older lines have none.
    """

    at: str
    event: str
    month: str
    sender_code: str
    file_name: str
    sha256: str
    bytes: int
    place: str = ""

    @property
    def file(self) -> SentFile:
        """The file that the event is about."""
        return SentFile(
            self.month, self.sender_code, self.file_name, self.sha256, self.bytes, self.place
        )


class Archive:
    """The archive of one home."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = folder / "files"
        self._register = folder / "deliveries.jsonl"
        self._read_signature: list[int] | None = None
        self._events: list[Event] = []
        self._by_month: dict[str, list[Event]] | None = None

    def receive(
        self, sent: Sequence[InboxFile], month: str, digests: Digests, *, is_read: bool = True
    ) -> list[SentFile]:
        """Keeps every file sent for a month, notes what is new or gone, and lists what is there.

        `sent` are the files of the month that lie in the inbox, of `list_inbox`. With `is_read`
        every file is read, otherwise those that changed since `digests` was saved. A link that is
        not followed is kept as what it says. Raises HomeError when a file cannot be read or the
        archive cannot be written.
        """

        def keep(file: InboxFile) -> SentFile:
            try:
                digest, size = (
                    self._keep_link(file)
                    if file.link
                    else self._keep_file(file.path, digests, is_read=is_read)
                )
            except OSError as error:
                raise HomeError(
                    f"{show_file(file.path)} cannot be read ({error.strerror or error}): make it "
                    "readable or remove it, and run again"
                ) from None
            return SentFile(month, file.sender_code, file.file_name, digest, size, file.place)

        if is_read or not all(digests.knows(file) for file in sent):
            with ThreadPoolExecutor() as readers:
                files = list(readers.map(keep, sent))
        else:
            files = [keep(file) for file in sent]
        there = {(file.sender_code, file.file_name): file for file in files}
        if len(there) < len(files):
            names = [(file.sender_code, file.file_name) for file in files]
            twice = next(place for place in names if names.count(place) > 1)
            raise HomeError(
                f"two files of {month} have one name once it is written as text, "
                f"{' '.join(map(show_name, twice))}: rename one of them, and run again"
            )
        known = {(file.sender_code, file.file_name): file for file in self.in_force(month)}
        self._log(_WITHDRAWN, [known[place] for place in sorted(known) if place not in there])
        self._log(_RECEIVED, [there[place] for place in there if known.get(place) != there[place]])
        return sorted(there.values())

    def make_ready(self) -> None:
        """Makes the archive's folder, and removes what killed runs left half copied.

        Raises HomeError when the archive cannot be written.
        """
        with self._explain_write_errors():
            make_private_folder(self._folder)
            self._files.mkdir(exist_ok=True)
            for half in self._files.glob(f".*{_HALF}"):
                half.unlink()

    def in_force(self, month: str) -> list[SentFile]:
        """The files of a month that were received and not withdrawn, by sender and name."""
        files = {
            (event.sender_code, event.file_name): event
            for event in self._events_by_month().get(month, ())
        }
        return sorted(event.file for event in files.values() if event.event == _RECEIVED)

    def months(self) -> list[str]:
        """The months of which a file was ever received, earliest first."""
        return sorted(self._events_by_month())

    def senders(self, month: str) -> set[str]:
        """The senders of which a file of a month was ever received, withdrawn ones too."""
        return {event.sender_code for event in self._events_by_month().get(month, ())}

    def events(self) -> list[Event]:
        """All lines of the register, oldest first; a line cut short by a crash is passed over.

        They are read once for as long as the register's file stays as it is.
        """
        try:
            signature = stat_signature(self._register)
        except FileNotFoundError:
            return []
        if self._read_signature != signature:
            self._events = _read_events(self._register)
            self._by_month = None
            self._read_signature = signature
        return self._events

    def _events_by_month(self) -> Mapping[str, list[Event]]:
        events = self.events()
        if self._by_month is None or not events:
            by_month: dict[str, list[Event]] = {}
            for event in events:
                by_month.setdefault(event.month, []).append(event)
            self._by_month = by_month
        return self._by_month

    def path(self, sha256: str) -> Path:
        """Where the bytes with this hash are kept."""
        return self._files / sha256[:2] / sha256

    def read(self, sha256: str) -> bytes:
        """The bytes with this hash."""
        return self.path(sha256).read_bytes()

    def _keep_file(self, path: Path, digests: Digests, *, is_read: bool) -> tuple[str, int]:
        """SHA-256 and size of a file once its bytes are in the archive; a new one is read once."""
        if digests.remembered(path):
            digest, size = digests.of(path, is_read=is_read)
            if self.path(digest).exists():
                return digest, size
        signature = stat_signature(path)
        digest, size = self._copy_file(path, signature)
        digests.remember(path, signature, digest)
        return digest, size

    def _keep_link(self, file: InboxFile) -> tuple[str, int]:
        """SHA-256 and size of what a link says, once that is in the archive; it is not followed."""
        digest, size = digest_link(file)
        kept = self.path(digest)
        if not kept.exists():
            with self._explain_write_errors():
                half, name = tempfile.mkstemp(dir=self._files, prefix=".", suffix=_HALF)
                with os.fdopen(half, "wb") as copy:
                    copy.write(os.fsencode(file.link))
                    copy.flush()
                    os.fsync(copy.fileno())
                kept.parent.mkdir(exist_ok=True)
                Path(name).chmod(0o444)
                Path(name).replace(kept)
        return digest, size

    def _copy_file(self, path: Path, signature: list[int]) -> tuple[str, int]:
        """Copies a file into the archive, under its SHA-256; tells that and its size.

        Raises OSError when the file cannot be read, HomeError when the archive cannot be written
        or the file has another signature in the end.
        """
        digest, size = hashlib.sha256(), 0
        with self._explain_write_errors():
            half, name = tempfile.mkstemp(dir=self._files, prefix=".", suffix=_HALF)
        try:
            with os.fdopen(half, "wb") as copy, open_file(path) as source:
                while block := source.read(_BLOCK_BYTES):
                    digest.update(block)
                    size += len(block)
                    with self._explain_write_errors():
                        copy.write(block)
                with self._explain_write_errors():
                    copy.flush()
                    os.fsync(copy.fileno())
            if stat_signature(path) != signature or size != signature[0]:
                raise HomeError(
                    f"{show_file(path)} changed while it was read: run again when it is complete"
                )
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
        """Raises HomeError for faults of writing; faults of reading stay OSError."""
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
            json.dumps({"at": at, "event": event} | _describe(file), ensure_ascii=False)
            for file in files
        ]
        is_cut = _is_cut(self._register)
        make_private_folder(self._folder)
        with self._register.open("a", encoding="utf-8") as register:
            register.write("\n" * is_cut + "\n".join(lines) + "\n")
            register.flush()
            os.fsync(register.fileno())


def _read_events(register: Path) -> list[Event]:
    events = []
    for line in register.read_bytes().split(b"\n"):
        try:
            events.append(Event(**json.loads(line)))
        except (ValueError, TypeError):
            continue
    return events


def _is_cut(register: Path) -> bool:
    """Whether the last line of a register was cut short."""
    if not register.exists() or not register.stat().st_size:
        return False
    with register.open("rb") as lines:
        lines.seek(-1, os.SEEK_END)
        return lines.read(1) != b"\n"


def _describe(file: SentFile) -> dict[str, str | int]:
    """A file as a line of the register has it: the place only where it is a wrong one."""
    return {name: value for name, value in asdict(file).items() if name != "place" or value}
