"""Editions on disk: written whole, never changed, put in force by one replaced link.

    published/editions/<YYYY-MM>/<n>/   an edition, whole and immutable
    published/<YYYY-MM>                 a relative link to the edition in force

Replacing the link is the commit point. A folder whose number is above that of the edition in force
and that the chain does not name was never committed and may be replaced. An edition brings the
SHA-256 of its files with it, in the file SHA256SUMS as the program sha256sum writes it. Here
belongs publishing. Not here: reading what was published (kept), which editions were published in
which order (chain), the pages of all months (beside), what is in an edition (bulletin).
"""

import hashlib
import shutil
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from pipeline.bulletin import SUMS
from pipeline.editions.chain import Link, is_of_chain
from pipeline.editions.hashes import MANIFEST, AlteredError, compare, read_sums, write_sums
from pipeline.editions.kept import KeptEditions
from pipeline.editions.writing import EditionError, check_inside, plain_errors, write_file
from pipeline.flushing import flush_folder

_WRITING = ".writing"
_LINKING = ".linking"
_WRITERS = 16


class Editions(KeptEditions):
    """All editions of an installation, and publishing the next one."""

    def next_number(self, month: str) -> int:
        """The number that the month's next edition takes: 1 for the first.

        No number is taken twice, also where an edition was taken away or an older one put in force.
        """
        return max(self.in_force(month) or 0, self.read_chain().newest_numbers.get(month, 0)) + 1

    def settle_chain(self) -> None:
        """Ends what a killed publication left: adds its line to the chain, or removes its folder.

        For who holds the home's lock.
        """
        announced = self.chain.announced()
        with plain_errors("written", self.chain.path):
            if (
                announced
                and announced not in self.read_chain().by_edition
                and (self.in_force(announced[0]) or 0) < announced[1]
            ):
                # It never came to its commit point.
                shutil.rmtree(self._edition(*announced), ignore_errors=True)
            self.chain.settle(self._is_in_force)

    def publish(  # noqa: PLR0913
        self,
        month: str,
        number: int,
        files: Mapping[str, bytes],
        kept: Collection[str] = (),
        *,
        made_with: Mapping[str, Any] | None = None,
        check_alone: Callable[[], None] = lambda: None,
    ) -> Path:
        """Write a whole edition and put it in force; returns its folder.

        The chain gets a line of it, which keeps what it was `made_with`.

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
            self._begin_chain()
            self._remove_leftovers()
            digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
            digests |= self._list_kept(month, kept)
            link = Link(
                month,
                number,
                digests.get(MANIFEST, ""),
                hashlib.sha256(write_sums(digests)).hexdigest(),
                self.last_manifest(),
                made_with or {},
            )
            self.chain.announce(link)
            unfinished = self._write(month, edition, files, digests)
            check_alone()
            self._put_in_place(unfinished, edition)
            check_alone()
            self._put_in_force(month, number)
            self.settle_chain()
        return edition

    def _begin_chain(self) -> None:
        """Finishes what a killed run left of the chain; begins one where there is none."""
        self.settle_chain()
        if self.chain.path.exists():
            return
        found: dict[tuple[str, int], str] = {}
        is_lost = False
        for month in self.months():
            for number in self.kept_numbers(month):
                manifest = self._edition(month, number) / MANIFEST
                is_lost = is_lost or is_of_chain(manifest)
                content = manifest.read_bytes() if manifest.exists() else b""
                found[month, number] = hashlib.sha256(content).hexdigest()
        if found:
            self.chain.begin(found, is_lost=is_lost)

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
        self, month: str, edition: Path, files: Mapping[str, bytes], digests: Mapping[str, str]
    ) -> Path:
        """Writes all files of an edition beside its folder; returns the folder they are in."""
        before = self._edition(month, self.in_force(month) or 0)
        unfinished = edition.with_name(f".{edition.name}{_WRITING}")
        unfinished.mkdir(parents=True)
        same = _find_same(before, digests)

        def place(name: str) -> None:
            is_same = name in same and not compare(before / name, digests[name])
            if is_same and _link_file(before / name, unfinished / name):
                return
            content = files.get(name)
            if content is None:
                content = self._read_checked(month, before, name, digests)
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
