"""The pages of all months, brought up to date after the commit point of an edition.

Here belongs reading what the editions tell and when the pages are made anew. Not here: what is on
them (reports.all_months), writing them (pipeline.editions), publishing an edition (edition).
"""

import hashlib
from collections.abc import Collection

import polars as pl

from assets.month import sources
from assets.month.installation import Installation
from pipeline.edition_history import (
    EditionRecord,
    mark_altered,
    read_history,
    restore_records,
    write_records,
)
from pipeline.editions import EditionError, PagesBeside
from pipeline.errors import ExitStatus, PlainError


class AllMonthsError(PlainError):
    """The pages of all months cannot be written; the editions are published all the same."""

    exit_status = ExitStatus.PUBLISHED_WITH_GAPS


def bring_up_to_date(installation: Installation, altered_months: Collection[str] = ()) -> bool:
    """Writes the pages of all months where they are missing or do not show the editions in force.

    Returns whether it wrote them. `altered_months` are those whose edition in force is not as it
    was published. For a run that holds the home's lock. AllMonthsError where they cannot be
    written.
    """
    pages = PagesBeside(installation.editions.folder)
    try:
        in_force = _list_in_force(installation)
        made_for = _digest(installation, in_force, altered_months)
        if not in_force or pages.are_made_for(made_for):
            return False
        pages.write(made_for, _make_pages(installation, in_force, altered_months))
    except EditionError as error:
        raise AllMonthsError(
            f"the edition is published, but the page of all months is not up to date: {error}. "
            "Then run again"
        ) from None
    return True


def _list_in_force(installation: Installation) -> dict[str, int]:
    """The number of the edition in force by month, the earliest first."""
    editions = installation.editions
    return {month: editions.in_force(month) or 0 for month in editions.months()}


def _digest(
    installation: Installation, in_force: dict[str, int], altered_months: Collection[str]
) -> str:
    """SHA-256 of all that the pages show, or that makes them: cheap, for most runs change nothing.

    Which editions there are stands for what they tell, since they never change.
    """
    kept = {month: installation.editions.kept_numbers(month) for month in in_force}
    shown = [in_force, kept, sorted(altered_months)]
    made_with = [installation.register.digest, sources.digest_for_bulletin()]
    return hashlib.sha256(repr([shown, made_with]).encode()).hexdigest()


def _make_pages(
    installation: Installation, in_force: dict[str, int], altered_months: Collection[str]
) -> dict[str, bytes]:
    from reports import all_months  # noqa: PLC0415 -- templates and charts are slow to import
    from reports.all_months.values import MonthEditions  # noqa: PLC0415
    from reports.site.summary import SUMMARY, read_summary  # noqa: PLC0415

    shown = []
    for month, history in _read_histories(installation, in_force).items():
        try:
            summary = read_summary(installation.editions.read_file(month, SUMMARY))
        except EditionError:
            # Published before editions had one, or altered: the month is listed all the same.
            summary = None
        marked = mark_altered(history) if month in altered_months else history
        shown.append(MonthEditions(month, marked, summary))
    return all_months.make_pages(shown, installation.register)


_STAGE = "edition_history"
_SCHEMA = pl.Schema({"month": pl.String(), "signature": pl.String(), "records": pl.String()})


def _read_histories(
    installation: Installation, in_force: dict[str, int]
) -> dict[str, tuple[EditionRecord, ...]]:
    """The history of each month, from the store where nobody touched its manifests since.

    Manifests are large: they name every file of three years.
    """
    editions, store = installation.editions, installation.store
    program = sources.digest_for_bulletin()
    known: dict[tuple[str, str], str] = {}
    if store.has(_STAGE, program):
        rows = store.read(_STAGE, program, "histories").iter_rows()
        known = {(month, signature): records for month, signature, records in rows}
    found, kept = {}, []
    for month, newest in in_force.items():
        # Signed first: who touches a manifest while it is read changes the signature.
        signature = editions.sign_manifests(month)
        records = known.get((month, signature))
        found[month] = (
            restore_records(records) if records else _read_history(installation, month, newest)
        )
        kept.append((month, signature, records or write_records(found[month])))
    frame = pl.DataFrame(kept, schema=_SCHEMA, orient="row")
    store.write(_STAGE, program, {"histories": frame})
    store.keep_only(_STAGE, {program})
    return found


def _read_history(installation: Installation, month: str, newest: int) -> tuple[EditionRecord, ...]:
    numbers = range(1, newest + 1)
    read = installation.editions.read_manifest
    return read_history(month, {number: read(month, number) for number in numbers})
