"""The pages beside the editions: made from all editions, written anew whenever these change.

    published/<path>        the pages, as their caller names them
    published/pages.json    for what they were made, and the SHA-256 of each

A page is replaced as a whole, so a reader sees the old one or the new one, and one whose bytes stay
the same is not touched. pages.json comes last: pages that a killed run left half done do not count
as made. Here belongs writing them. Not here: what is on them (reports).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.editions.writing import check_inside, plain_errors, write_file
from pipeline.flushing import flush_folder

RECORD = "pages.json"
_REPLACING = ".replacing"


@dataclass(frozen=True)
class PagesBeside:
    """The pages beside all editions. `folder` is the `published` folder; it may be absent."""

    folder: Path

    def are_made_for(self, made_for: str) -> bool:
        """Whether the pages are there as they were written, and were made for this.

        `made_for` is a digest of all that they show.
        """
        try:
            record = json.loads((self.folder / RECORD).read_bytes())
            return bool(record["made_for"] == made_for) and all(
                self._has(path, digest) for path, digest in record["files"].items()
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return False

    def find_altered(self) -> list[str] | None:
        """The pages that are not as they were written; None where it is not known what was."""
        try:
            record = json.loads((self.folder / RECORD).read_bytes())
            return [path for path, digest in record["files"].items() if not self._has(path, digest)]
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None

    def write(self, made_for: str, files: Mapping[str, bytes]) -> None:
        """Writes the pages by their paths below the folder.

        EditionError where they cannot be written; ValueError where a path leads out of the folder.
        """
        for path in files:
            check_inside(path)
        digests = {path: _digest(files[path]) for path in sorted(files)}
        record = json.dumps({"made_for": made_for, "files": digests}, indent=1) + "\n"
        with plain_errors("written", self.folder):
            for path, digest in digests.items():
                if not self._has(path, digest):
                    self._replace(path, files[path])
            self._replace(RECORD, record.encode())

    def _replace(self, path: str, content: bytes) -> None:
        target = self.folder / path
        new = target.with_name(f".{target.name}{_REPLACING}")
        new.unlink(missing_ok=True)
        write_file(new, content)
        new.replace(target)
        flush_folder(target.parent)

    def _has(self, path: str, digest: str) -> bool:
        try:
            return _digest((self.folder / path).read_bytes()) == digest
        except (OSError, ValueError):
            return False


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
