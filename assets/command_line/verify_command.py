"""The command `verify`: its arguments, what it prints, and its exit status.

Not here: what is compared (assets.verify), all other commands (app).
"""

import sys
from typing import Annotated

import typer

from assets.command_line import printing
from assets.command_line.options import HomeOption
from assets.month import progress
from assets.month.environment import DEFAULT_HOME
from assets.month.installation import Installation
from assets.verify.findings import Verdict, Verified
from pipeline import months
from pipeline.home import Home
from pipeline.plurals import count_of


def verify(
    month: Annotated[
        str, typer.Argument(help="Published month, like 2026-10; every month where none.")
    ] = "",
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Compute editions anew from the archive and compare every byte; compare all hashes.

    Compared: data files, pages, charts, workbooks, papers and manifests, by their hashes and
    computed anew; the chain of editions, the register of deliveries, the archive; without a month
    also the store and the pages of all months. Not compared: the warehouse, feedback/, Dagster's
    memory. Nothing in the home is changed, and runs may go on. Exit status 0: all is equal; 1:
    something was changed; 3: no fault was found, but not all could be compared.
    """
    from assets.verify.verify import verify as verify_home  # noqa: PLC0415 - slow to import

    installation = Installation(Home.at(home))
    bar, listener = printing.progress_bar()
    with bar, progress.subscribed(listener):
        found = verify_home(installation, months.checked(month) if month else "")
    print_verified(found)
    sys.exit(found.status)


def print_verified(found: Verified) -> None:
    """Prints what was found: changes on standard error, all else on standard output."""
    for verdict in found.verdicts:
        _print_verdict(verdict)
    if found.newest_check:
        printing.print_line(
            f"newest hash of the chain of editions: {found.newest_check} "
            f"({found.newest_edition}). Publish this hash: it shows later whether editions were "
            "rewritten"
        )
    if found.alarm_count:
        faults = count_of(found.alarm_count, "fault was", "faults were")
        printing.print_warning(f"reform-index: {faults} found")
    elif found.remark_count:
        printing.print_line(
            f"no fault was found, but {count_of(found.remark_count, 'thing')} could not be compared"
        )
    else:
        printing.print_line("all is equal")


def _print_verdict(verdict: Verdict) -> None:
    for alarm in verdict.alarms:
        printing.print_warning(f"reform-index: {verdict.place}: {alarm}")
    for remark in verdict.remarks:
        printing.print_line(f"{verdict.place}: {remark}")
    if verdict.compared:
        printing.print_line(f"{verdict.place}: {verdict.compared}")
