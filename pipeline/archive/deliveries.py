"""The register of deliveries: which sender sent what when, one line an event.

Lines are only ever added. Each ends with a check, so that one that is not as it was written is
noticed. Here belong reading and adding lines. Not here: the files themselves (files).
"""

import hashlib
import json
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipeline.exports import SentFile
from pipeline.home import HomeError

RECEIVED, WITHDRAWN = "received", "withdrawn"

_CHECK = "check"
"""The key of a line that has the beginning of the SHA-256 of its other values."""


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


class DeliveriesError(HomeError):
    """A line of the register is not as it was written; the message says which."""


def read_events(register: Path) -> list[Event]:
    """All lines, oldest first; a last line that was cut short by a crash is passed over.

    DeliveriesError where another line is not as it was written.
    """
    *lines, last = register.read_bytes().split(b"\n")
    events = []
    for number, line in enumerate(lines, 1):
        if line and (event := _parse(line)):
            events.append(event)
        elif line:
            raise DeliveriesError(
                f"line {number} of {register} is not as it was written: restore the file from a "
                "backup, or take this line out, and run again; what still lies in the inbox is "
                "noted anew"
            )
    return events + [event for event in [_parse(last)] if event]


def list_lines(content: bytes) -> list[bytes]:
    """The lines of a register, without one at the end that was cut short by a crash."""
    *lines, last = content.split(b"\n")
    return lines + [last] * bool(last and _parse(last))


def digest_lines(lines: Sequence[bytes]) -> str:
    """SHA-256 of some lines of a register."""
    return hashlib.sha256(b"".join(line + b"\n" for line in lines)).hexdigest()


def digest_beginnings(lines: Sequence[bytes], counts: Collection[int]) -> dict[int, str]:
    """`digest_lines` of the first lines of a register, by how many; without counts above all."""
    digest, found = hashlib.sha256(), {}
    for number in range(len(lines) + 1):
        if number:
            digest.update(lines[number - 1] + b"\n")
        if number in counts:
            found[number] = digest.hexdigest()
    return found


def append_events(register: Path, event: str, files: Sequence[SentFile]) -> None:
    """Adds an event of some files; the lines are on the disk in the end."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    lines = [_write({"at": at, "event": event} | _describe(file)) for file in files]
    with register.open("ab+") as file:
        size = file.tell()
        file.seek(0)
        last = file.read().rpartition(b"\n")[2]
        if last and not _parse(last):
            # It is no line, and in the middle of the register it would look like a damaged one.
            file.truncate(size - len(last))
        elif last:
            lines.insert(0, "")
        file.write("".join(f"{line}\n" for line in lines).encode())
        file.flush()
        os.fsync(file.fileno())


def _describe(file: SentFile) -> dict[str, str | int]:
    """A file as a line of the register has it: the place only where it is a wrong one."""
    return {name: value for name, value in asdict(file).items() if name != "place" or value}


def _write(values: Mapping[str, str | int]) -> str:
    return json.dumps({**values, _CHECK: _hash(values)}, ensure_ascii=False)


def _parse(line: bytes) -> Event | None:
    """The event of a line; None where the line is not as it was written."""
    try:
        values = json.loads(line)
        # The first versions wrote no check.
        check = values.pop(_CHECK, None)
        event = Event(**values)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None
    return event if check is None or check == _hash(values) else None


def _hash(values: Mapping[str, str | int]) -> str:
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16]
