"""Running months for the command line: progress, what came of each, the last ranking.

Not here: the run itself (runs), arguments (command_line).
"""

import polars as pl

from assets.command_line import printing, run
from assets.command_line.exits import COMPLETE, NOTHING_PUBLISHED, PUBLISHED_WITH_GAPS, plain_errors
from assets.command_line.run import RunOutcome
from assets.month import edition as editions
from assets.month import progress
from assets.month.edition import NothingToPublishError
from assets.month.installation import Installation
from pipeline import planning
from pipeline.home import Home
from reports import terminal

_NAMED = 3
"""Senders named in a line on a month's gaps; the rest are counted."""


def run_months(home: Home, wanted: list[str], wait_seconds: float) -> int:
    """Runs months oldest first, says what came of each, shows the last ranking; the exit status.

    A month without anything to publish is told and the others go on. An error ends the command,
    with a word on the months that were published before it.
    """
    run.checked(wanted)
    if remark := Installation(home).warehouse_remark:
        printing.errors.print(remark, markup=False, soft_wrap=True)
    outcomes: list[RunOutcome] = []
    published: list[str] = []
    failed = False
    bar, listener = printing.progress_bar()
    with plain_errors(published):
        with bar, progress.heard_by(listener):
            for month in wanted:
                installation = Installation(home)
                _check_inputs(installation)
                try:
                    outcome = run.run_month(installation, month, wait_seconds)
                except NothingToPublishError as error:
                    printing.errors.print(str(error), markup=False, soft_wrap=True)
                    failed = True
                    continue
                outcomes.append(outcome)
                published.append(month)
                _tell(installation, outcome)
        if outcomes:
            _show(home, outcomes[-1])
    return _exit_status(outcomes, failed)


def _check_inputs(installation: Installation) -> None:
    """Reads what the installation brings itself, so that its faults are told before the run."""
    _ = installation.register, installation.methods
    for error in installation.profiles.broken:
        printing.errors.print(f"warning: {error}", markup=False, soft_wrap=True)


def _tell(installation: Installation, outcome: RunOutcome) -> None:
    """What came of a month: refused files, rows set aside, who is missing, its calendar's lack."""
    state = "published" if outcome.is_new else "unchanged"
    lack = "" if outcome.is_complete else "; deliveries are refused or missing"
    stale = f"; stale now: {', '.join(outcome.stale)}" if outcome.stale else ""
    line = f"{outcome.month}: edition {outcome.edition} {state}{lack}{stale}"
    remark = editions.calendar_remark(installation, outcome.month)
    remarks = [remark] if remark else []
    gaps = (*editions.refusals(installation, outcome.month), *_gaps(installation, outcome))
    for told in (line, *gaps, *remarks):
        printing.console.print(told, markup=False, soft_wrap=True)


def _gaps(installation: Installation, outcome: RunOutcome) -> list[str]:
    """At most a line each on rows set aside, senders that took their files back, and missing ones.

    They name some and count the rest, so that many do not hide the other months.
    """
    month, delivered = outcome.month, outcome.delivered
    lines = []
    rejected, rows = delivered.select(pl.col("rejected", "rows").sum()).row(0)
    if rejected:
        by_sender = delivered.group_by("sender_code", "sender_name").agg(pl.col("rejected").sum())
        most = by_sender.filter(pl.col("rejected") > 0).sort(
            "rejected", "sender_code", descending=[True, False]
        )
        senders = [f"{code} {name} ({count:,})" for code, name, count in most.iter_rows()]
        lines.append(f"{rejected:,} of {rows:,} rows were set aside, from {_some(senders)}")
    events = installation.archive.events()
    once_sent = {event.sender_code for event in events if event.month == month}
    absent = delivered.filter(status=planning.MISSING).with_columns(
        is_withdrawn=pl.col("sender_code").is_in(once_sent)
    )
    for is_withdrawn, words in ((True, "took back what they had sent"), (False, "sent nothing")):
        of_kind = absent.filter(is_withdrawn=is_withdrawn)
        if of_kind.height:
            senders = [
                f"{code} {name}"
                for code, name in of_kind.select("sender_code", "sender_name").iter_rows()
            ]
            lines.append(f"{words}: {_some(senders)}")
    if absent.height:
        lines[-1] += f" (reform-index status --home {installation.home.root} shows all)"
    return [f"{month}: {line}" for line in lines]


def _some(names: list[str]) -> str:
    """The first names, and how many others there are."""
    others = len(names) - _NAMED
    # One other takes no more room by name.
    shown = names[:_NAMED] if others > 1 else names
    return ", ".join(shown) + (f" and {others} others" if others > 1 else "")


def _show(home: Home, outcome: RunOutcome) -> None:
    """The last month's ranking and the path of its page."""
    installation = Installation(home)
    printing.console.print(terminal.make_ranking(editions.content(installation, outcome.month)))
    page = home.published / outcome.month / "index.html"
    printing.console.print(f"page: {page}", markup=False, soft_wrap=True)


def _exit_status(outcomes: list[RunOutcome], failed: bool) -> int:
    if not outcomes:
        return NOTHING_PUBLISHED
    if failed or not all(outcome.is_complete for outcome in outcomes):
        return PUBLISHED_WITH_GAPS
    return COMPLETE
