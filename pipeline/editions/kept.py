"""Editions as they lie on the disk: which there are, which is in force, and their files.

A file is compared with its hash before it is relied on. Here belongs reading. Nothing is changed.
Not here: publishing (editions), the lines of the chain (chain), what differs from it (breaks).
"""

import hashlib
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pipeline import months
from pipeline.bulletin import SUMS
from pipeline.editions.chain import Chain, Link, ReadChain
from pipeline.editions.hashes import (
    MANIFEST,
    AlteredError,
    compare,
    read_sums,
    sign_file,
    sign_folder,
)
from pipeline.editions.writing import EditionError, plain_errors

_NAMED = 5
"""The altered files that a message names; the others are counted."""


@dataclass(frozen=True)
class KeptEditions:
    """All editions of an installation. `folder` is its `published` folder; it may be absent."""

    folder: Path

    def months(self) -> list[str]:
        """Months with an edition in force, earliest first."""
        with plain_errors("read", self.folder):
            if not self.folder.exists():
                return []
            names = [path.name for path in self.folder.iterdir() if months.is_name(path.name)]
        return sorted(month for month in names if self.in_force(month) is not None)

    def in_force(self, month: str) -> int | None:
        """Number of the month's edition in force; None before the first.

        EditionError when the path of the link holds something that no publication made.
        """
        link = self.folder / months.checked(month)
        with plain_errors("read", link):
            try:
                is_link = stat.S_ISLNK(link.lstat().st_mode)
            except FileNotFoundError:
                return None
            target = str(link.readlink()) if is_link else ""
        found = re.fullmatch(rf"editions/{month}/([1-9]\d*)", target)
        if found is None:
            raise EditionError(
                f"{link} is not a link to an edition of the month: move it away, then run the "
                "month again"
            )
        return int(found[1])

    @property
    def chain(self) -> Chain:
        """The chain of the editions, as it is written."""
        return Chain(self.folder)

    def read_chain(self) -> ReadChain:
        """The chain, with a publication that was killed after its commit point."""
        return self.chain.read(self._is_in_force)

    def edition_folder(self, month: str, number: int) -> Path:
        """Where an edition lies, or would."""
        return self._edition(month, number)

    def published_sums(self, month: str) -> str:
        """The SHA-256 of SHA256SUMS of the edition in force, as it was published; empty where the
        chain does not say.
        """
        link = self.read_chain().by_edition.get((month, self.in_force(month) or 0))
        return link.sums_sha256 if link and not link.is_damaged else ""

    def last_manifest(self) -> str | None:
        """The SHA-256 of the manifest that was published last, of any month; None before the first
        of the chain.
        """
        link = self.read_chain().last
        if link is None or not link.is_damaged:
            return link.manifest_sha256 if link else None
        path = self._edition(*link.edition) / MANIFEST
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None

    def kept_numbers(self, month: str) -> list[int]:
        """The numbers of the month's editions that lie on the disk, in force or replaced."""
        newest = self.in_force(month) or 0
        return [number for number in range(1, newest + 1) if self._edition(month, number).is_dir()]

    def data(self, month: str) -> dict[str, bytes] | None:
        """The data files of the edition in force by path (`data/indices.csv`); None before it.

        EditionError where one of them is not as it was published.
        """
        number = self.in_force(month)
        if number is None:
            return None
        folder = self._edition(month, number)
        with plain_errors("read", folder / "data"):
            names = {f"data/{path.name}" for path in (folder / "data").iterdir()}
            sums = self._checked_sums(month, folder)
            names |= {name for name in sums if name.startswith("data/")}
            return {name: self._read_checked(month, folder, name, sums) for name in sorted(names)}

    def read_file(self, month: str, path: str) -> bytes:
        """A file of the month's edition in force, by its path in the edition.

        EditionError where there is no such file, or not as it was published, or no edition in
        force.
        """
        return self.reader(month)(path)

    def reader(self, month: str) -> Callable[[str], bytes]:
        """As `read_file`, for many files of the edition in force: its hashes are read once."""
        folder = self._edition(month, self.in_force(month) or 0)
        with plain_errors("read", folder):
            return partial(self._read, month, folder, self._checked_sums(month, folder))

    def _read(self, month: str, folder: Path, sums: Mapping[str, str], path: str) -> bytes:
        with plain_errors("read", folder / path):
            return self._read_checked(month, folder, path, sums)

    def find_altered(self, month: str) -> dict[str, str]:
        """The files of the month's edition in force that are not as they were published.

        By path, what is wrong with them: altered, missing or unreadable. Files that were added are
        passed over.
        """
        number = self.in_force(month)
        if number is None:
            return {}
        folder = self._edition(month, number)
        try:
            sums = read_sums(folder)
        except AlteredError as error:
            return error.files
        found = {name: compare(folder / name, digest) for name, digest in sums.items()}
        return {name: wrong for name, wrong in found.items() if wrong}

    def describe_altered(self, month: str, altered: Mapping[str, str]) -> str:
        """What to say of an edition in force whose files were altered."""
        folder = self._edition(month, self.in_force(month) or 0)
        named = [f"{name} ({wrong})" for name, wrong in sorted(altered.items())]
        others = f" and {len(named) - _NAMED} others" * (len(named) > _NAMED)
        return (
            f"{folder} is not as it was published: {', '.join(named[:_NAMED])}{others}. Restore "
            f"the folder from a backup, or run {month} again: the next edition is computed from "
            "the archive, and this folder stays as it is"
        )

    def read_kept_file(self, month: str, number: int, path: str) -> bytes:
        """A file of an edition of the month, in force or replaced, by its path in the edition.

        EditionError where there is no such file, or not as it was published.
        """
        folder = self._edition(month, number)
        with plain_errors("read", folder / path):
            return self._read_checked(month, folder, path, self._checked_sums(month, folder))

    def read_manifest(self, month: str, number: int) -> tuple[bytes | None, str]:
        """The manifest of an edition, in force or replaced, and what is wrong with it.

        The second is altered, missing or unreadable, and the first None then; else it is empty. Of
        the other files of the edition nothing is read.
        """
        folder = self._edition(month, number)
        try:
            digest = read_sums(folder).get(MANIFEST)
            content = (folder / MANIFEST).read_bytes()
        except AlteredError as error:
            return None, next(iter(error.files.values()))
        except FileNotFoundError:
            return None, "missing"
        except OSError:
            return None, "unreadable"
        is_same = digest in {None, hashlib.sha256(content).hexdigest()}
        return (content, "") if is_same else (None, "altered")

    def sign_manifests(self, month: str) -> str:
        """A text that stays the same while nobody touches what `read_manifest` reads of the month's
        editions, and no edition is added. No file is read for it.
        """
        newest = self.in_force(month) or 0
        folders = [self._edition(month, number) for number in range(1, newest + 1)]
        return "\n".join(
            sign_file(folder / name) for folder in folders for name in (MANIFEST, SUMS)
        )

    def sums_digest(self, month: str) -> str:
        """SHA-256 of the hashes of all files of the edition in force; empty where it has none."""
        try:
            return hashlib.sha256(self.read_file(month, SUMS)).hexdigest()
        except EditionError:
            return ""

    def sign(self, month: str) -> str:
        """A digest that stays the same while nobody touches the edition in force: sign_folder.

        Empty where there is no edition, or its folder cannot be read.
        """
        number = self.in_force(month)
        try:
            return "" if number is None else sign_folder(self._edition(month, number))
        except OSError:
            return ""

    def _read_checked(self, month: str, folder: Path, name: str, sums: Mapping[str, str]) -> bytes:
        """The bytes of a file of an edition. OSError, or EditionError where they were altered."""
        digest = sums.get(name)
        try:
            content = (folder / name).read_bytes()
        except FileNotFoundError:
            if digest is None:
                raise
            raise EditionError(self.describe_altered(month, {name: "missing"})) from None
        if digest not in {None, hashlib.sha256(content).hexdigest()}:
            raise EditionError(self.describe_altered(month, {name: "altered"}))
        return content

    def _checked_sums(self, month: str, folder: Path) -> dict[str, str]:
        """The SHA-256 of the files of an edition by path; EditionError where they were altered."""
        try:
            return read_sums(folder)
        except AlteredError as error:
            raise EditionError(self.describe_altered(month, error.files)) from None

    def _edition(self, month: str, number: int) -> Path:
        return self.folder / "editions" / month / str(number)

    def _is_in_force(self, link: Link) -> bool:
        """Whether a publication came to its commit point."""
        sums = self._edition(link.month, link.number) / SUMS
        try:
            return (
                self.in_force(link.month) == link.number
                and hashlib.sha256(sums.read_bytes()).hexdigest() == link.sums_sha256
            )
        except (OSError, EditionError):
            return False
