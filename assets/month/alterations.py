"""Editions in force that are no longer what was published: found, and named.

Here belongs what the hashes in an edition and in the store say of it. Not here: comparing files
(pipeline.editions), what a run publishes in its place (edition).
"""

from collections.abc import Mapping

import polars as pl

from assets.month import publication
from assets.month.installation import Installation
from pipeline import parquet
from pipeline.bulletin import SUMS, Changes
from pipeline.bulletin import changes as find_changes
from pipeline.editions import EditionError, find_breaks

STAGE = "bulletin"
"""The stage of the store that has what was published of each month."""
_COMPARED = ("compared", "editions")
"""Stage and key of the signatures of the editions whose files were compared."""
_SIGNATURES = pl.Schema({"month": pl.String(), "signature": pl.String()})


def find_altered(installation: Installation, month: str) -> dict[str, str]:
    """The files of the edition in force that are not as they were published: what is wrong by path.

    Hashes that were altered with the files are noticed as long as the chain of editions or the
    store has those published.
    """
    editions, store = installation.editions, installation.store
    altered = editions.find_altered(month)
    if altered:
        return altered
    if editions.published_sums(month) not in {"", editions.sums_digest(month)}:
        return {SUMS: "altered"}
    if not store.has(STAGE, month):
        return {}
    kept = store.read(STAGE, month, "edition").row(0, named=True)
    is_same_edition = kept["number"] == editions.in_force(month)
    if is_same_edition and kept.get("sums_digest", "") not in {"", editions.sums_digest(month)}:
        return {SUMS: "altered"}
    return {}


def find_all_altered(
    installation: Installation, known: Mapping[str, Mapping[str, str]]
) -> dict[str, Mapping[str, str]]:
    """Of each edition in force that was altered, what is wrong by path; the oldest month first.

    `known` has what `find_altered` found of some months. Of the others, files are compared only
    where somebody touched the edition since they were compared last.
    """
    editions, compared = installation.editions, _read_compared(installation)
    found = {
        month: known[month] if month in known else find_altered(installation, month)
        for month in editions.months()
        if month in known or compared.get(month) != editions.sign(month)
    }
    return {month: altered for month, altered in found.items() if altered}


def describe_altered(
    installation: Installation, found: Mapping[str, Mapping[str, str]]
) -> tuple[str, ...]:
    """A message on each month of what `find_all_altered` gives."""
    return tuple(
        installation.editions.describe_altered(month, altered) for month, altered in found.items()
    )


def describe_all(
    installation: Installation, found: Mapping[str, Mapping[str, str]]
) -> tuple[str, ...]:
    """As `describe_altered`, and how editions and register differ from the chain of what was
    published.
    """
    return (
        *describe_altered(installation, found),
        *find_breaks(installation.editions),
        *publication.find_changed_register(installation),
    )


def remember_unaltered(installation: Installation) -> None:
    """Stores which editions in force are as they were published, so that runs of other months need
    not compare their files again. For the end of a run, under the home's lock.
    """
    editions, compared = installation.editions, _read_compared(installation)
    # Signed first: who touches an edition while it is compared changes its signature.
    signed = {month: editions.sign(month) for month in editions.months()}
    unaltered = {
        month: signature
        for month, signature in signed.items()
        if signature and (compared.get(month) == signature or not find_altered(installation, month))
    }
    if unaltered != compared:
        rows = pl.DataFrame(list(unaltered.items()), schema=_SIGNATURES, orient="row")
        installation.store.write(*_COMPARED, {"signatures": rows})


def _read_compared(installation: Installation) -> dict[str, str]:
    """By month, the signature of the edition whose files were compared last and were unaltered."""
    if not installation.store.has(*_COMPARED):
        return {}
    return dict(installation.store.read(*_COMPARED, "signatures").iter_rows())


def read_unaltered_data(
    installation: Installation, month: str, altered: Mapping[str, str]
) -> dict[str, bytes] | None:
    """The data of the edition in force by path; None before the first, or where they were altered.

    `altered` as `find_altered` gives it.
    """
    if SUMS in altered:
        return None
    try:
        return installation.editions.data(month)
    except EditionError:
        if not altered:
            raise
        return None


def compare_data(
    installation: Installation,
    month: str,
    data: Mapping[str, bytes],
    altered: Mapping[str, str],
) -> tuple[Changes, bool]:
    """What data files change against the edition in force, and whether they are the same.

    `altered` as `find_altered` gives it.
    """
    in_force = read_unaltered_data(installation, month, altered)
    number = installation.editions.in_force(month)
    is_same = in_force is not None and parquet.drop_copies(in_force) == parquet.drop_copies(data)
    return find_changes(in_force, data, number, altered), is_same
