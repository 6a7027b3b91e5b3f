"""Files as sent, each under its SHA-256.

Append-only: nothing sent is ever changed or lost. Here belongs keeping files, and saying which are
in force. Not here: what lies in the inbox (inbox), the lines of the register (deliveries), what a
file means (exports, records).
"""

import hashlib
import logging
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from io import BufferedWriter
from pathlib import Path

from pipeline import masking
from pipeline.archive.deliveries import (
    RECEIVED,
    WITHDRAWN,
    Event,
    append_events,
    digest_lines,
    list_lines,
    read_events,
)
from pipeline.archive.inbox import (
    Digests,
    InboxFile,
    digest_link,
    open_file,
    show_file,
    show_name,
    sign_written,
    stat_signature,
)
from pipeline.errors import PlainError
from pipeline.exports import SentFile
from pipeline.flushing import flush_folder
from pipeline.home import DiskError, HomeError
from pipeline.private_folders import make_private_folder

_log = logging.getLogger(__name__)

_BLOCK_BYTES = 1 << 20
_HALF = ".half"
_SET_BACK = 3_000_000_000
"""Nanoseconds: more than the clock of a file system goes on by at a time; of FAT by 2 s."""
_OTHER_BYTES = "its bytes are not those that its name says"


class DamagedFileError(PlainError):
    """A file in the archive is gone or has other bytes; the message names it and the cure."""


class Archive:
    """The archive of one home."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = folder / "files"
        self._register = folder / "deliveries.jsonl"
        self._read_signature: list[int] | None = None
        self._events: list[Event] = []
        self._by_month: dict[str, list[Event]] | None = None
        self._hashes: frozenset[str] | None = None
        self._whole: set[str] = set()
        self._written: dict[str, tuple[int, ...]] = {}

    def receive(
        self, sent: Sequence[InboxFile], month: str, digests: Digests, *, is_read: bool = True
    ) -> list[SentFile]:
        """Keeps every file sent for a month, notes what is new or gone, and lists what is there.

        `sent` are the files of the month that lie in the inbox, of `list_inbox`. With `is_read`
        every file is read, otherwise those that changed since `digests` was saved. A link that is
        not followed is kept as what it says. Raises DiskError when a file cannot be read or the
        archive cannot be written, HomeError when one changes meanwhile.
        """

        def keep(file: InboxFile) -> SentFile:
            try:
                digest, size = (
                    self._keep_link(file)
                    if file.link
                    else self._keep_file(file.path, digests, is_read=is_read)
                )
            except OSError as error:
                raise DiskError(
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
        self._log(WITHDRAWN, [known[place] for place in sorted(known) if place not in there])
        self._log(RECEIVED, [there[place] for place in there if known.get(place) != there[place]])
        return sorted(there.values())

    def make_ready(self) -> None:
        """Makes the archive's folder, and removes what killed runs left half copied.

        Raises HomeError when the archive cannot be written, or has lost its register.
        """
        if not self._register.exists() and any(self._files.glob("[!.]*")):
            raise HomeError(
                f"{self._register} is missing, so nothing is known of what was sent: restore it "
                "from a backup, or make an empty file of this name to begin anew, and run again"
            )
        with self._explain_write_errors():
            make_private_folder(self._folder)
            if not self._register.exists():
                self._register.touch()
            self._files.mkdir(exist_ok=True)
            for half in self._files.glob(f".*{_HALF}"):
                half.unlink()

    def in_force(self, month: str) -> list[SentFile]:
        """The files of a month that were received and not withdrawn, by sender and name."""
        files = {
            (event.sender_code, event.file_name): event
            for event in self._events_by_month().get(month, ())
        }
        return sorted(event.file for event in files.values() if event.event == RECEIVED)

    def months(self) -> list[str]:
        """The months of which a file was ever received, earliest first."""
        return sorted(self._events_by_month())

    def senders(self, month: str) -> set[str]:
        """The senders of which a file of a month was ever received, withdrawn ones too."""
        return {event.sender_code for event in self._events_by_month().get(month, ())}

    def events(self) -> list[Event]:
        """All lines of the register, oldest first; a last line cut short by a crash is passed over.

        They are read once for as long as the register's file stays as it is.
        DeliveriesError where another line is not as it was written.
        """
        try:
            signature = stat_signature(self._register)
        except FileNotFoundError:
            return []
        if self._read_signature != signature:
            self._events = read_events(self._register)
            self._by_month = None
            self._hashes = None
            self._read_signature = signature
        return self._events

    def describe_register(self) -> tuple[int, str]:
        """How many lines the register has, and the SHA-256 of all of them."""
        content = self._register.read_bytes() if self._register.exists() else b""
        lines = list_lines(content)
        return len(lines), digest_lines(lines)

    def _events_by_month(self) -> Mapping[str, list[Event]]:
        events = self.events()
        if self._by_month is None or not events:
            by_month: dict[str, list[Event]] = {}
            for event in events:
                by_month.setdefault(event.month, []).append(event)
            self._by_month = by_month
        return self._by_month

    def _received_hashes(self) -> frozenset[str]:
        """The SHA-256 of every file that was ever received."""
        events = self.events()
        if self._hashes is None or not events:
            self._hashes = frozenset(event.sha256 for event in events)
        return self._hashes

    def path(self, sha256: str) -> Path:
        """Where the bytes with this hash are kept."""
        return self._files / sha256[:2] / sha256

    def read(self, sha256: str) -> bytes:
        """The bytes with this hash. DamagedFileError where the archive does not have them.

        They are hashed again, but for a file that this object wrote and that looks as it did then.
        """
        path = self.path(sha256)
        try:
            content = path.read_bytes()
            is_own = self._written.get(sha256) == sign_written(path)
            is_same = is_own or hashlib.sha256(content).hexdigest() == sha256
            damage = "" if is_same else _OTHER_BYTES
        except OSError as error:
            damage = str(error.strerror)
        if damage:
            raise DamagedFileError(
                f"{self.describe(sha256)} cannot be used ({damage}): run the whole month, and its "
                "bytes are taken from the inbox again, or restore it from a backup"
            )
        return content

    def is_whole(self, sha256: str) -> bool:
        """Whether the archive has the bytes with this hash. They are read for it, once."""
        if sha256 not in self._whole:
            try:
                with self.path(sha256).open("rb") as kept:
                    is_same = hashlib.file_digest(kept, "sha256").hexdigest() == sha256
            except OSError:
                is_same = False
            if not is_same:
                return False
            self._whole.add(sha256)
        return True

    def restore(self, sha256: str, sent: InboxFile, digests: Digests) -> bool:
        """Keeps a file of the inbox again, in place of a damaged or missing one in the archive.

        Whether the archive has the bytes with this hash then: the file may have others by now, or
        cannot be read. Raises HomeError when the archive cannot be written.
        """
        try:
            found, _ = self._keep_new(sent.path, digests)
        except OSError:
            found = ""
        return found == sha256

    def describe(self, sha256: str) -> str:
        """The path of a file in the archive, with what it was sent as."""
        names = dict.fromkeys(
            show_name(
                f"{masking.show_file_name(event.file_name)} of {event.sender_code} for "
                f"{event.month}"
            )
            for event in self.events()
            if event.sha256 == sha256
        )
        return f"{self.path(sha256)} ({', '.join(names) or 'unknown to the register'})"

    def _keep_file(self, path: Path, digests: Digests, *, is_read: bool) -> tuple[str, int]:
        """SHA-256 and size of a file once its bytes are in the archive; a new one is read once."""
        if digests.remembered(path):
            digest, size = digests.of(path, is_read=is_read)
            # Its bytes are compared when they are to be read: is_whole, read.
            with suppress(OSError):
                if self.path(digest).stat().st_size == size:
                    return digest, size
        return self._keep_new(path, digests)

    def _keep_new(self, path: Path, digests: Digests) -> tuple[str, int]:
        """SHA-256 and size of a file that was copied into the archive."""
        signature = stat_signature(path)
        digest, size = self._copy_file(path, signature)
        digests.remember(path, signature, digest)
        return digest, size

    def _keep_link(self, file: InboxFile) -> tuple[str, int]:
        """SHA-256 and size of what a link says, once that is in the archive; it is not followed."""
        digest, size = digest_link(file)
        if not self.is_whole(digest):
            with self._open_half() as (half, copy), self._explain_write_errors():
                copy.write(os.fsencode(file.link))
                self._put_in_place(half, copy, digest)
        return digest, size

    def _copy_file(self, path: Path, signature: list[int]) -> tuple[str, int]:
        """Copies a file into the archive, under its SHA-256; tells that and its size.

        Raises OSError when the file cannot be read, HomeError when the archive cannot be written
        or the file has another signature in the end.
        """
        digest, size = hashlib.sha256(), 0
        with self._open_half() as (half, copy):
            with open_file(path) as source:
                while block := source.read(_BLOCK_BYTES):
                    digest.update(block)
                    size += len(block)
                    with self._explain_write_errors():
                        copy.write(block)
                with self._explain_write_errors():
                    copy.flush()
            if stat_signature(path) != signature or size != signature[0]:
                raise HomeError(
                    f"{show_file(path)} changed while it was read: run again when it is complete"
                )
            sha256 = digest.hexdigest()
            if self.is_whole(sha256):
                return sha256, size
            with self._explain_write_errors():
                self._put_in_place(half, copy, sha256)
        if sha256 in self._received_hashes():
            _log.warning(
                "%s was damaged or missing: its bytes were taken from %s again",
                self.describe(sha256),
                show_file(path),
            )
        return sha256, size

    @contextmanager
    def _open_half(self) -> Iterator[tuple[Path, BufferedWriter]]:
        """A file beside those that are kept, and its path; gone in the end unless put in place."""
        with self._explain_write_errors():
            descriptor, name = tempfile.mkstemp(dir=self._files, prefix=".", suffix=_HALF)
        try:
            with os.fdopen(descriptor, "wb") as copy:
                yield Path(name), copy
        finally:
            Path(name).unlink(missing_ok=True)

    def _put_in_place(self, half: Path, copy: BufferedWriter, sha256: str) -> None:
        """Makes a half copied file, now that it is whole, the one with this hash; on the disk."""
        copy.flush()
        os.fsync(copy.fileno())
        kept = self.path(sha256)
        kept.parent.mkdir(exist_ok=True)
        half.chmod(0o444)
        # Set back, so that whoever writes to it from now on gives it another time.
        written = half.stat().st_mtime_ns - _SET_BACK
        os.utime(half, ns=(written, written))
        half.replace(kept)
        flush_folder(kept.parent)
        flush_folder(self._files)
        self._whole.add(sha256)
        self._written[sha256] = sign_written(kept)

    @contextmanager
    def _explain_write_errors(self) -> Iterator[None]:
        """Raises DiskError for faults of writing; faults of reading stay OSError."""
        try:
            yield
        except OSError as error:
            raise DiskError(
                f"the archive {self._folder} cannot be written ({error}): make it writable or "
                "free some space, and run again"
            ) from None

    def _log(self, event: str, files: list[SentFile]) -> None:
        if files:
            make_private_folder(self._folder)
            append_events(self._register, event, files)
            flush_folder(self._folder)
