"""Running months for the command line: progress, what came of each, the last ranking.

Not here: the run itself (runs), arguments (command_line).
"""

from assets import months as editions
from assets import printing, progress, runs
from assets.exits import COMPLETE, NOTHING_PUBLISHED, PUBLISHED_WITH_GAPS, plain_errors
from assets.installation import Installation
from assets.months import NothingToPublishError
from assets.runs import RunOutcome
from pipeline.home import Home
from reports import terminal


def run_months(home: Home, wanted: list[str], wait_seconds: float) -> int:
    """Runs months oldest first, says what came of each, shows the last ranking; the exit status.

    A month without anything to publish is told and the others go on. An error ends the command,
    with a word on the months that were published before it.
    """
    runs.checked(wanted)
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
                    outcome = runs.run_month(installation, month, wait_seconds)
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
    _ = installation.register, installation.method
    for error in installation.profiles.broken:
        printing.errors.print(f"warning: {error}", markup=False, soft_wrap=True)


def _tell(installation: Installation, outcome: RunOutcome) -> None:
    """What came of a month, why any of its files were refused, what its calendar lacks."""
    state = "published" if outcome.is_new else "unchanged"
    gaps = "" if outcome.is_complete else "; deliveries are refused or missing"
    stale = f"; stale now: {', '.join(outcome.stale)}" if outcome.stale else ""
    line = f"{outcome.month}: edition {outcome.edition} {state}{gaps}{stale}"
    remark = editions.calendar_remark(installation, outcome.month)
    remarks = [remark] if remark else []
    for told in (line, *editions.refusals(installation, outcome.month), *remarks):
        printing.console.print(told, markup=False, soft_wrap=True)


def _show(home: Home, outcome: RunOutcome) -> None:
    """The last month's ranking and the path of its page."""
    installation = Installation(home)
    printing.console.print(terminal.ranking(editions.content(installation, outcome.month)))
    page = home.published / outcome.month / "index.html"
    printing.console.print(f"page: {page}", markup=False, soft_wrap=True)


def _exit_status(outcomes: list[RunOutcome], failed: bool) -> int:
    if not outcomes:
        return NOTHING_PUBLISHED
    if failed or not all(outcome.is_complete for outcome in outcomes):
        return PUBLISHED_WITH_GAPS
    return COMPLETE
