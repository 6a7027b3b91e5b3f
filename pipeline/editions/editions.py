"""Editions on disk: written whole, never changed, put in force by one replaced link.

    published/editions/<YYYY-MM>/<n>/   an edition, whole and immutable
    published/<YYYY-MM>                 a relative link to the edition in force

Replacing the link is the commit point. A folder whose number is above that of the edition in force
was never committed and may be replaced. An edition brings the SHA-256 of its files with it, in the
file SHA256SUMS as the program sha256sum writes it. Here belongs writing and finding editions. Not
here: the pages of all months (beside), what is in an edition (bulletin).
"""

import hashlib
import re
import shutil
import stat
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pipeline import months
from pipeline.bulletin import SUMS
from pipeline.editions.hashes import (
    MANIFEST,
    AlteredError,
    compare,
    read_sums,
    sign_file,
    sign_folder,
    write_sums,
)
from pipeline.editions.writing import EditionError, check_inside, plain_errors, write_file
from pipeline.flushing import flush_folder

_WRITING = ".writing"
_LINKING = ".linking"
_WRITERS = 16

_NAMED = 5
"""The altered files that a message names; the others are counted."""


@dataclass(frozen=True)
class Editions:
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

    def next_number(self, month: str) -> int:
        """The number that the month's next edition takes: 1 for the first."""
        return (self.in_force(month) or 0) + 1

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

    def publish(
        self,
        month: str,
        number: int,
        files: Mapping[str, bytes],
        kept: Collection[str] = (),
        check_alone: Callable[[], None] = lambda: None,
    ) -> Path:
        """Write a whole edition and put it in force; returns its folder.

        `files` are its contents by relative path, `kept` the paths of other files that it keeps
        from the edition in force. A file that did not change is shared with that edition by a hard
        link, where the file system has them. Until the last step the edition before stays in
        force, whatever happens. `check_alone` raises where another program may publish too: it is
        called before each step that would harm what that one does, and last before the commit
        point. EditionError when `number` is not the next one, the folder cannot be written or a
        file to keep was altered; ValueError when a path leads out of the edition.
        """
        for name in (*files, *kept):
            check_inside(name)
        expected = self.next_number(month)
        if number != expected:
            raise EditionError(
                f"edition {number} of {month} cannot be published: the next one is {expected}, "
                "and an edition once published never changes. Run the month again"
            )
        edition = self._edition(month, number)
        with plain_errors("written", edition):
            check_alone()
            self._remove_leftovers()
            unfinished = self._write(month, edition, files, self._list_kept(month, kept))
            check_alone()
            self._put_in_place(unfinished, edition)
            check_alone()
            self._put_in_force(month, number)
        return edition

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

    def _remove_leftovers(self) -> None:
        """What a killed run left: half-written folders and links that were not put in place."""
        for folder in self.folder.glob(f"editions/*/.*{_WRITING}"):
            shutil.rmtree(folder)
        for link in self.folder.glob(f".*{_LINKING}"):
            link.unlink()

    def _list_kept(self, month: str, kept: Collection[str]) -> dict[str, str]:
        """The SHA-256 of the files to keep by path. EditionError where the edition has not all."""
        before = self._edition(month, self.in_force(month) or 0)
        sums = self._checked_sums(month, before) if kept else {}
        missing = {name: "missing" for name in kept if name not in sums}
        if missing:
            raise EditionError(self.describe_altered(month, missing))
        return {name: sums[name] for name in kept}

    def _write(
        self, month: str, edition: Path, files: Mapping[str, bytes], kept: Mapping[str, str]
    ) -> Path:
        """Writes all files of an edition beside its folder; returns the folder they are in."""
        before = self._edition(month, self.in_force(month) or 0)
        unfinished = edition.with_name(f".{edition.name}{_WRITING}")
        unfinished.mkdir(parents=True)
        digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
        digests |= kept
        same = _find_same(before, digests)

        def place(name: str) -> None:
            is_same = name in same and not compare(before / name, digests[name])
            if is_same and _link_file(before / name, unfinished / name):
                return
            content = files.get(name)
            if content is None:
                content = self._read_checked(month, before, name, kept)
            write_file(unfinished / name, content)

        # Each file waits for the disk, which takes many at once.
        with ThreadPoolExecutor(_WRITERS) as writers:
            for _ in writers.map(place, sorted(digests)):
                pass
        write_file(unfinished / SUMS, write_sums(digests))
        for folder in [path for path in unfinished.rglob("*") if path.is_dir()]:
            flush_folder(folder)
        flush_folder(unfinished)
        return unfinished

    def _put_in_place(self, unfinished: Path, edition: Path) -> None:
        if edition.exists():
            shutil.rmtree(edition)
        unfinished.rename(edition)
        for folder in (edition.parent, edition.parent.parent, self.folder):
            flush_folder(folder)

    def _put_in_force(self, month: str, number: int) -> None:
        new_link = self.folder / f".{month}{_LINKING}"
        new_link.symlink_to(f"editions/{month}/{number}")
        new_link.replace(self.folder / month)
        flush_folder(self.folder)


def _find_same(before: Path, digests: Mapping[str, str]) -> set[str]:
    """The paths whose file has these SHA-256 in the edition before, by its own hashes."""
    try:
        sums = read_sums(before)
    except AlteredError:
        return set()
    return {name for name, digest in digests.items() if sums.get(name) == digest}


def _link_file(source: Path, path: Path) -> bool:
    """Gives a file a second name; false where the file system cannot."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.hardlink_to(source)
    except OSError:
        return False
    return True
