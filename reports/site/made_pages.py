"""Pages that need not be made again: what a page was made from, as a digest.

Here belongs what makers of pages (unit_pages, league_pages) have in common. Not here: where the
digests are kept, and the pages of the edition before (assets).
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from reports.site.rendering import Site

Files = dict[str, bytes]
"""Files of an edition by path."""
FindMade = Callable[[str, str], Files | None]
"""Finds a page by its path, and its charts, where they were made before from values with this
digest; else None."""


@dataclass(frozen=True)
class MadePage:
    """A page that need not be made again from the same values: their digest, and the paths of the
    page and its charts.
    """

    digest: str
    paths: tuple[str, ...]


def find_none(path: str, digest: str) -> Files | None:
    """No page was made before. It takes arguments only so that it is a FindMade."""
    del path, digest
    return None


def digest_shared(site: Site) -> str:
    """A digest of what all pages of an edition in one language have in common."""
    content = site.content
    return digest_values(
        content.month,
        site.language.code,
        content.is_simulated,
        content.method.digest,
        [scorecard.digest for scorecard in content.scorecards],
        content.register.digest,
        sorted(site.places.stems.items()),
    )


def digest_values(*values: object) -> str:
    """SHA-256 of values that are written in one way only: texts, numbers, tuples, dataclasses."""
    return hashlib.sha256("\n".join(map(repr, values)).encode()).hexdigest()
