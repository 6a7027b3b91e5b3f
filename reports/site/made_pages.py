"""Pages that need not be made again: what a page was made from, as a digest.

Here belongs what makers of pages (unit_pages, league_pages) have in common. Not here: where the
digests are kept, and the pages of the edition before (assets).
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from pipeline.bulletin import Content
from reports.site.rendering import Site

Files = dict[str, bytes]
"""Files of an edition by path."""


@dataclass(frozen=True)
class MadePage:
    """A page that need not be made again from the same values: their digest, and the paths of the
    page and its charts.
    """

    digest: str
    paths: tuple[str, ...]


@dataclass(frozen=True)
class EditionBefore:
    """The edition before, whose pages need not be made again: these pages by path, and what reads
    a file of it by path. Other processes get it too.
    """

    made: Mapping[str, MadePage]
    read: Callable[[str], bytes]

    def find(self, page: str, digest: str) -> MadePage | None:
        """The page where it was made from values with this digest; else None."""
        found = self.made.get(page)
        return found if found is not None and found.digest == digest else None


class FilesOfEdition(Mapping[str, bytes]):
    """The files of an edition by path: those made for it, and those that it keeps from the edition
    before, which are read when they are asked for.
    """

    def __init__(
        self, files: Mapping[str, bytes], kept: Collection[str], before: EditionBefore
    ) -> None:
        self._files, self._kept, self._before = files, kept, before

    def __getitem__(self, path: str) -> bytes:
        if path not in self._files and path in self._kept:
            return self._before.read(path)
        return self._files[path]

    def __iter__(self) -> Iterator[str]:
        return iter({*self._files, *self._kept})

    def __len__(self) -> int:
        return len({*self._files, *self._kept})


def list_kept(made: Mapping[str, MadePage], files: Iterable[str]) -> set[str]:
    """The files of `made` pages that were not made now: the edition keeps those of the one before.

    `files` are the paths of those that were made.
    """
    return {path for page in made.values() for path in page.paths}.difference(files)


def _read_nothing(path: str) -> bytes:
    raise KeyError(path)


NOTHING_BEFORE = EditionBefore({}, _read_nothing)
"""No page was made before."""


def digest_shared(site: Site) -> str:
    """A digest of what all pages of an edition in one language have in common."""
    return digest_values(
        digest_content(site.content), site.language.code, sorted(site.places.stems.items())
    )


def digest_content(content: Content) -> str:
    """A digest of what all pages and files of an edition have in common."""
    return digest_values(
        content.month,
        content.is_simulated,
        content.method.digest,
        [scorecard.digest for scorecard in content.scorecards],
        content.register.digest,
    )


def digest_units(frames: Iterable[pl.DataFrame]) -> dict[str, str]:
    """By code of each unit, a digest of its rows in tables with a column `unit_code`, in any order.

    Each unit of the first table has one. A version of Polars gives the same digests always.
    """
    found: dict[str, list[list[int]]] = {}
    for place, frame in enumerate(frames):
        rows = frame.select("unit_code", row=frame.hash_rows())
        for code, hashes in rows.group_by("unit_code").agg(pl.col("row").sort()).iter_rows():
            if place == 0:
                found[code] = []
            if code in found:
                found[code] += [[place], hashes]
    return {code: digest_values(hashes) for code, hashes in found.items()}


def digest_values(*values: object) -> str:
    """SHA-256 of values that are written in one way only: texts, numbers, tuples, dataclasses."""
    return hashlib.sha256("\n".join(map(repr, values)).encode()).hexdigest()
