"""Running months for the command line: progress, what came of each, the last ranking.

Not here: the run itself (run), arguments (app).
"""

import polars as pl

from assets.command_line import printing
from assets.command_line.exits import plain_errors
from assets.command_line.run import RunResult, run_month
from assets.month import progress, receive
from assets.month.edition import NothingToPublishError, read_content
from assets.month.environment import check_finished
from assets.month.inputs import read_inputs
from assets.month.installation import Installation
from pipeline import planning
from pipeline.errors import ExitStatus
from pipeline.home import Home
from pipeline.places import name_some
from reports import terminal


def run_months(
    home: Home, wanted: list[str], wait_seconds: float, *, confirms_withdrawals: bool = False
) -> ExitStatus:
    """Runs months oldest first, says what came of each, shows the last ranking; the exit status.

    A month without anything to publish is named and the others go on. An error ends the command,
    with a word on the months that were published before it.
    """
    check_finished(wanted)
    if remark := Installation(home).warehouse_remark:
        printing.print_warning(remark)
    results: list[RunResult] = []
    published: list[str] = []
    has_failed = False
    bar, listener = printing.progress_bar()
    with plain_errors(published):
        with bar, progress.subscribed(listener):
            for month in wanted:
                installation = Installation(home, confirms_withdrawals=confirms_withdrawals)
                _check_own_files(installation)
                try:
                    result = run_month(installation, month, wait_seconds)
                except NothingToPublishError as error:
                    printing.print_warning(str(error))
                    has_failed = True
                    continue
                results.append(result)
                published.append(month)
                _print_result(installation, result)
        for line in receive.describe_inbox(Installation(home), wanted):
            printing.print_line(line)
        if results:
            _print_ranking(installation, results[-1].month)
    return _exit_status(results, has_failed=has_failed)


def _check_own_files(installation: Installation) -> None:
    """Reads what the installation brings itself, so that its faults are reported before the run."""
    _ = installation.register, installation.methods
    for error in installation.profiles.broken:
        printing.print_warning(f"warning: {error}")


def _print_result(installation: Installation, result: RunResult) -> None:
    """What came of a month: refused files, rejected rows, missing senders, its calendar's lack."""
    published = result.published
    state = "published" if result.is_new else "unchanged"
    lack = "" if result.is_complete else "; deliveries are refused or missing"
    stale = f"; stale now: {', '.join(published.stale_months)}" if published.stale_months else ""
    line = f"{result.month}: edition {published.number} {state}{lack}{stale}"
    remarks = [published.calendar_remark] if published.calendar_remark else []
    for each in (line, *published.refusals, *_describe_gaps(installation, result), *remarks):
        printing.print_line(each)


def _describe_gaps(installation: Installation, result: RunResult) -> list[str]:
    """At most a line each on rejected rows, senders that withdrew their files, and missing ones.

    They name some and count the rest, so that many do not hide the other months.
    """
    month, delivered = result.month, result.published.deliveries
    lines = []
    rejected, rows = delivered.select(pl.col("rejected", "rows").sum()).row(0)
    if rejected:
        by_sender = delivered.group_by("sender_code", "sender_name").agg(pl.col("rejected").sum())
        most = by_sender.filter(pl.col("rejected") > 0).sort(
            "rejected", "sender_code", descending=[True, False]
        )
        senders = [f"{code} {name} ({count:,})" for code, name, count in most.iter_rows()]
        lines.append(f"{rejected:,} of {rows:,} rows were rejected, from {name_some(senders)}")
    once_sent = installation.archive.senders(month)
    absent = delivered.filter(status=planning.MISSING).with_columns(
        is_withdrawn=pl.col("sender_code").is_in(once_sent)
    )
    for is_withdrawn, words in ((True, "withdrew what they had sent"), (False, "sent nothing")):
        of_kind = absent.filter(is_withdrawn=is_withdrawn)
        if of_kind.height:
            senders = [
                f"{code} {name}"
                for code, name in of_kind.select("sender_code", "sender_name").iter_rows()
            ]
            lines.append(f"{words}: {name_some(senders)}")
    if absent.height:
        lines[-1] += f" (reform-index status --home {installation.home.root} shows all)"
    return [f"{month}: {line}" for line in lines]


def _print_ranking(installation: Installation, month: str) -> None:
    """A month's ranking and the path of its page."""
    content = read_content(read_inputs(installation, month))
    printing.console.print(terminal.make_ranking(content))
    page = installation.home.published / month / "index.html"
    printing.print_line(f"page: {page}")


def _exit_status(results: list[RunResult], *, has_failed: bool) -> ExitStatus:
    if not results:
        return ExitStatus.NOTHING_PUBLISHED
    if has_failed or not all(result.is_complete for result in results):
        return ExitStatus.PUBLISHED_WITH_GAPS
    return ExitStatus.COMPLETE
