"""Pages that were made before: which, and from what, so that an edition makes only what changed.

Here belongs what the store has of the pages of the edition in force. Not here: what a page is made
from (reports.site), sharing unchanged files between editions on the disk (pipeline.editions).
"""

from collections.abc import Collection, Mapping

import polars as pl

from assets.month import sources
from assets.month.installation import Installation
from reports.site.made_pages import NOTHING_BEFORE, EditionBefore, MadePage

_STAGE = "made_pages"
_SCHEMA = pl.Schema({"page": pl.String(), "digest": pl.String(), "paths": pl.List(pl.String())})


def read_made_pages(
    installation: Installation, month: str, altered: Collection[str]
) -> EditionBefore:
    """The edition in force with its pages that would be made again with the same bytes.

    It has none where the program has changed since, or files of the edition were `altered`.
    """
    store, editions = installation.store, installation.editions
    if not store.has(_STAGE, month):
        return NOTHING_BEFORE
    kept = store.read(_STAGE, month, "made_from").row(0, named=True)
    now = {"number": editions.in_force(month), "source": sources.digest_for_bulletin()}
    if kept != now or altered:
        return NOTHING_BEFORE
    made = {
        page: MadePage(digest, tuple(paths))
        for page, digest, paths in store.read(_STAGE, month, "pages").rows()
    }
    return EditionBefore(made, editions.reader(month))


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
