"""The pages of all months, brought up to date after the commit point of an edition.

Here belongs reading what the editions tell and when the pages are made anew. Not here: what is on
them (reports.all_months), writing them (pipeline.editions), publishing an edition (edition).
"""

import hashlib
from collections.abc import Collection

from assets.month import sources
from assets.month.installation import Installation
from pipeline.edition_history import read_history
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

    editions = installation.editions
    shown = []
    for month, newest in in_force.items():
        manifests = {
            number: editions.read_manifest(month, number) for number in range(1, newest + 1)
        }
        history = read_history(month, manifests, is_altered=month in altered_months)
        try:
            summary = read_summary(editions.read_file(month, SUMMARY))
        except EditionError:
            # Published before editions had one, or altered: the month is listed all the same.
            summary = None
        shown.append(MonthEditions(month, history, summary))
    return all_months.make_pages(shown, installation.register)
