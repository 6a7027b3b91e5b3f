"""An inbox and an archive on disk."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.archive import Archive, Digests, list_inbox
from pipeline.exports import SentFile

MONTH = "2026-10"


@dataclass(frozen=True)
class Installed:
    """A home with an inbox, an archive and remembered hashes."""

    home: Path

    @property
    def inbox(self) -> Path:
        return self.home / "inbox"

    @property
    def archive(self) -> Archive:
        return Archive(self.home / "archive")

    @property
    def register(self) -> Path:
        return self.home / "archive" / "deliveries.jsonl"

    def put(self, content: bytes, name: str = "dossiers.csv", sender: str = "H01") -> Path:
        """Puts a file into the inbox, in place of one of the same name."""
        path = self.inbox / sender / MONTH / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def receive(self, *, is_read: bool = True) -> list[SentFile]:
        digests, archive = Digests(self.home / "digests.json"), self.archive
        archive.make_ready()
        sent = list_inbox(self.inbox).files_of(MONTH)
        files = archive.receive(sent, MONTH, digests, is_read=is_read)
        digests.save()
        return files

    def events(self) -> list[tuple[str, str, str]]:
        """Event, sender and file name of each line of the register."""
        return [(e.event, e.sender_code, e.file_name) for e in self.archive.events()]


@pytest.fixture
def installed(tmp_path: Path) -> Installed:
    return Installed(tmp_path)
