"""Pages that were made before: which, and from what, so that an edition makes only what changed.

Here belongs what the store has of the pages of the edition in force. Not here: what a page is made
from (reports.site), sharing unchanged files between editions on the disk (pipeline.editions).
"""

from collections.abc import Mapping

import polars as pl

from assets.month import sources
from assets.month.installation import Installation
from pipeline.editions import EditionError
from reports.site.made_pages import FindMade, MadePage, find_none

_STAGE = "made_pages"
_SCHEMA = pl.Schema({"page": pl.String(), "digest": pl.String(), "paths": pl.List(pl.String())})


def read_made_pages(installation: Installation, month: str) -> FindMade:
    """Finds the pages of the edition in force that would be made again with the same bytes.

    None is found where the program has changed since, or the edition was altered.
    """
    store, editions = installation.store, installation.editions
    if not store.has(_STAGE, month):
        return find_none
    kept = store.read(_STAGE, month, "made_from").row(0, named=True)
    now = {"number": editions.in_force(month), "source": sources.digest_for_bulletin()}
    if kept != now:
        return find_none
    try:
        read = editions.reader(month)
    except EditionError:
        return find_none
    known = {
        page: (digest, paths) for page, digest, paths in store.read(_STAGE, month, "pages").rows()
    }

    def find_made(page: str, digest: str) -> dict[str, bytes] | None:
        known_digest, paths = known.get(page, ("", []))
        if known_digest != digest:
            return None
        try:
            return {path: read(path) for path in paths}
        except EditionError:
            return None

    return find_made


def store_made_pages(
    installation: Installation, month: str, number: int, made: Mapping[str, MadePage]
) -> None:
    """Stores what the pages of an edition were made from, once it is in force."""
    rows = [(page, each.digest, list(each.paths)) for page, each in made.items()]
    made_from = {"number": [number], "source": [sources.digest_for_bulletin()]}
    installation.store.write(
        _STAGE,
        month,
        {
            "pages": pl.DataFrame(rows, schema=_SCHEMA, orient="row"),
            "made_from": pl.DataFrame(made_from),
        },
    )
