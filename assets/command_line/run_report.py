"""Running months for the command line: progress, what came of each, the last ranking.

Not here: the run itself (run), arguments (app).
"""

import polars as pl

from assets.command_line import printing
from assets.command_line.exits import describe, plain_errors, tell
from assets.command_line.interrupts import raise_arrived
from assets.command_line.run import run_month
from assets.month import failure_log, failures, progress, receive, report
from assets.month.cluster.errors import ClusterError
from assets.month.edition import NothingToPublishError
from assets.month.environment import check_finished
from assets.month.installation import Installation
from assets.month.lock import HomeIsBusyError, LockLostError, LockUnavailableError
from assets.month.report import RunResult
from pipeline import planning
from pipeline.errors import ExitStatus, PlainError, WrongUseError
from pipeline.home import Home
from pipeline.places import name_some
from reports import terminal


def run_months(
    home: Home, wanted: list[str], wait_seconds: float, *, confirms_withdrawals: bool = False
) -> ExitStatus:
    """Runs months oldest first, says what came of each, shows the last ranking; the exit status.

    A month that cannot be published is named and the others go on. An error that would meet every
    month ends the command, with a word on the months that were published before it.
    """
    check_finished(wanted)
    if remark := Installation(home).warehouse_remark:
        printing.print_warning(remark)
    results: list[RunResult] = []
    published: list[str] = []
    failed: dict[str, ExitStatus] = {}
    is_complete = True
    bar, listener = printing.progress_bar()

    def keep(result: RunResult) -> None:
        results[:] = [result]  # The one before is told, and may be large.
        published.append(result.month)

    with plain_errors(published):
        with bar, progress.subscribed(listener), report.subscribed(keep):
            for month in wanted:
                installation = Installation(home, confirms_withdrawals=confirms_withdrawals)
                _check_own_files(installation)
                try:
                    run_month(installation, month, wait_seconds)
                except failures.OF_ONE_DELIVERY as error:
                    if _is_of_home(error):
                        raise
                    if failures.is_interrupted(error):
                        raise KeyboardInterrupt from None
                    failed[month] = _tell_error(home, month, error)
                if published[-1:] == [month]:
                    _print_result(home, results[-1])
                    is_complete = is_complete and results[-1].is_complete
                raise_arrived()
        for line in receive.describe_inbox(Installation(home), wanted):
            printing.print_line(line)
        for line in _describe_feedback(home, wanted):
            printing.print_line(line)
        if len(wanted) > 1 and failed:
            _tell_months(wanted, published)
        if results:
            _print_ranking(home, results[-1])
    return _exit_status(published, failed, is_complete=is_complete)


def _is_of_home(error: BaseException) -> bool:
    """Whether an error would meet every month: the home, the disk, what the home brings itself,
    the machines that work for it.
    """
    kinds = (
        WrongUseError,
        HomeIsBusyError,
        LockLostError,
        LockUnavailableError,
        ClusterError,
        OSError,
    )
    return isinstance(error, kinds) or isinstance(error.__cause__, OSError)


def _tell_error(home: Home, month: str, error: BaseException) -> ExitStatus:
    """Says why a month was not published, or its warehouse not filled; the status of that.

    What the program did not foresee is written into the log of the month.
    """
    message, status = describe(error)
    if isinstance(error, NothingToPublishError):
        printing.print_warning(message)
    elif isinstance(error, PlainError):
        tell(f"{month}: {message}")
    else:
        line = f"{month}: {message}; {failure_log.place(month)} in the home folder has the details"
        failure_log.write(home, line, month, failure_log.describe_error(error))
        tell(f"{line}: report it with them")
    return status


def _tell_months(wanted: list[str], published: list[str]) -> None:
    """Which of several months are published, and which are not."""
    lacking = [month for month in wanted if month not in published]
    for months, words in ((lacking, "not published"), (published, "published")):
        if months:
            tell(f"{words}: {', '.join(months)}")


def _check_own_files(installation: Installation) -> None:
    """Reads what the installation brings itself, so that its faults are reported before the run."""
    _ = installation.register, installation.methods, installation.declarations
    _ = installation.delivery_settings
    for error in installation.profiles.broken:
        printing.print_warning(f"warning: {error}")


def _print_result(home: Home, result: RunResult) -> None:
    """What came of a month: refused files, rejected rows, missing senders, its calendar's lack."""
    published = result.published
    for message in published.altered:
        printing.print_warning(f"warning: {message}")
    state = "published" if result.is_new else "unchanged"
    lack = f"; {result.lack_of_files}" if result.lack_of_files else ""
    stale = f"; stale now: {', '.join(published.stale_months)}" if published.stale_months else ""
    line = f"{result.month}: edition {published.number} {state}{lack}{stale}"
    remarks = [published.calendar_remark] if published.calendar_remark else []
    remarks += result.unused_corrections
    for each in (line, *published.refusals, *_describe_gaps(home, result), *remarks):
        printing.print_line(each)


def _describe_gaps(home: Home, result: RunResult) -> list[str]:
    """At most a line each on rejected rows, senders with too many of them, senders that withdrew
    their files, and missing ones.

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
    if not result.too_many_rejected.is_empty():
        limit = result.content.method.maximum_rejected_share
        senders = [
            f"{code} {name} ({rejected:,} of {rows:,} {kind})"
            for code, name, kind, rejected, rows in result.too_many_rejected.iter_rows()
        ]
        lines.append(
            f"more than {limit:.0%} of the rows were rejected, so these are not ranked by them: "
            f"{name_some(senders)}"
        )
    absent = delivered.filter(status=planning.MISSING).with_columns(
        is_withdrawn=pl.col("sender_code").is_in(list(result.once_sent))
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
        lines[-1] += (
            f" (reform-index status --home {home.root} shows all; where only some agencies send "
            f"here, name them under senders in {home.deliveries.name})"
        )
    return [f"{month}: {line}" for line in lines]


def _describe_feedback(home: Home, wanted: list[str]) -> list[str]:
    """Where the senders find what they have to mend in the months; no line where none has to."""
    written = [path for month in wanted for path in home.feedback.glob(f"*/{month}.xlsx")]
    if not written:
        return []
    senders = name_some(sorted({path.parent.name for path in written}))
    return [f"what senders have to mend is in {home.feedback}/<sender>/<YYYY-MM>.xlsx: {senders}"]


def _print_ranking(home: Home, result: RunResult) -> None:
    """A month's ranking and the path of its page."""
    printing.console.print(terminal.make_ranking(result.content))
    page = home.published / result.month / "index.html"
    printing.print_line(f"page: {page}")


def _exit_status(
    published: list[str], failed: dict[str, ExitStatus], *, is_complete: bool
) -> ExitStatus:
    if not published:
        return max(failed.values())
    if failed or not is_complete:
        return ExitStatus.PUBLISHED_WITH_GAPS
    return ExitStatus.COMPLETE
