# ruff: noqa: PLC0415 - Dagster takes a second to import, so only who runs months does
"""The command line `reform-index`.

Here belong the commands, their arguments and exit statuses: 0 complete, 3 published, but not all
(deliveries refused or missing, a month that failed), 1 nothing published, 2 wrong use. Not here:
what they do.
"""

import gc
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
import typer.core

from assets.command_line import printing
from assets.command_line.agencies_command import agencies
from assets.command_line.check_command import check
from assets.command_line.exits import plain_errors
from assets.command_line.interrupts import signals_as_interrupts
from assets.command_line.methods import build_details, build_overview
from assets.command_line.options import LIST_AGENCIES, HomeOption
from assets.command_line.print_explanation import print_explanation
from assets.command_line.print_findings import print_findings
from assets.command_line.profile_command import profile
from assets.command_line.split_command import split
from assets.command_line.status import read_status
from assets.command_line.status_table import build_status_table, list_reasons
from assets.command_line.verify_command import verify
from assets.command_line.worker_command import worker
from assets.explain.explain import explain_number
from assets.explain.findings import find_findings, is_finding
from assets.month.environment import (
    DEFAULT_HOME,
    PAGES_VARIABLE,
    check_finished,
    configured_warehouse,
    last_finished_month,
)
from assets.month.installation import Installation
from pipeline import months, simulator
from pipeline.home import HOME_VARIABLE, Home
from pipeline.simulator import Parameters

DEMO_HOME = "home-demo"
DEMO_MONTHS, DEMO_DOSSIERS, DEMO_SEED = 6, 300_000, 766


class _Commands(typer.core.TyperGroup):
    """Commands that end with a plain line: Typer itself says nothing of Ctrl-C."""

    def main(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401 -- as Typer has it
        """Reads the arguments and calls the command; a signal in between is raised again."""
        try:
            return super().main(*args, **options)
        except SystemExit as ended:
            reason = ended.__context__
            if isinstance(reason, typer.Exit) and isinstance(reason.__cause__, KeyboardInterrupt):
                raise KeyboardInterrupt from None
            raise

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 -- as Typer has it
        """Calls the command that the arguments name."""
        with plain_errors():
            return super().invoke(ctx)


app = typer.Typer(
    cls=_Commands,
    help="Indices of administrative reform from agencies' monthly exports, with honest rankings.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

WaitOption = Annotated[
    float,
    typer.Option("--wait", min=0, help="Seconds to wait while another run holds the home."),
]


@app.command()
def demo(
    home: Annotated[str, typer.Option("--home", help="Folder of the demonstration.")] = DEMO_HOME,
    wait: WaitOption = 0,
) -> None:
    """Fill a home with simulated exports of 34 provinces, run all its months, show a ranking.

    A home that was filled before is run as it is: remove the folder to simulate it anew.
    """
    from assets.command_line.run_report import run_months

    root = Path(home)
    root.mkdir(parents=True, exist_ok=True)
    place = Home.at(root)
    last = last_finished_month()
    span = (*months.before(last, DEMO_MONTHS - 1), last)
    known = simulator.read_parameters(place)
    if known is None:
        _simulate_into(place, Parameters(span, DEMO_DOSSIERS, DEMO_SEED))
    sys.exit(run_months(place, list(known.months if known else span), wait))


@app.command()
def run(
    month: Annotated[str, typer.Option(help="The month to run, like 2026-10.")] = "",
    first: Annotated[str, typer.Option("--from", help="First of several months.")] = "",
    last: Annotated[str, typer.Option("--to", help="Last of several months.")] = "",
    home: HomeOption = DEFAULT_HOME,
    wait: WaitOption = 0,
    confirm_withdrawals: Annotated[
        bool,
        typer.Option(
            "--confirm-withdrawals",
            help="Whatever is gone from the inbox was taken back on purpose.",
        ),
    ] = False,
) -> None:
    """Run a month, or several from oldest to newest: from the inbox to the published edition.

    Without a month, the last finished one. Exit status 0: complete; 3: published, but not all was
    accepted or sent; 1: nothing published; 2: wrong use.
    """
    from assets.command_line.run_report import run_months

    if month and (first or last):
        raise typer.BadParameter("give --month, or --from and --to, not both")
    if bool(first) != bool(last):
        raise typer.BadParameter("--from and --to go together")
    place = Home.at(home)
    if first:
        # Their ends before all of them, which may be many.
        check_finished([months.checked(first), months.checked(last)])
        wanted = months.span(first, last)
        if not wanted:
            raise typer.BadParameter(f"--from {first} is after --to {last}: swap them")
    else:
        wanted = [months.checked(month) if month else last_finished_month()]
    sys.exit(run_months(place, wanted, wait, confirms_withdrawals=confirm_withdrawals))


@app.command()
def status(home: HomeOption = DEFAULT_HOME) -> None:
    """Show the last twelve months x senders: on time, late, corrected, refused, missing, withdrawn.

    Late is what was received after the due day that deliveries.toml sets; without one, what is in
    time or late is accepted (✓). New, changed and gone are files that differ from those that the
    last run read.
    """
    found = read_status(Installation(Home.at(home)))
    if found.cells.is_empty():
        inbox = Home.at(home).inbox
        printing.print_line(f"nothing has arrived in {inbox}")
    else:
        printing.console.print(build_status_table(found, printing.console))
    for line in (*found.messages, *list_reasons(found), *found.remarks):
        printing.print_line(line)


@app.command()
def explain(
    unit: Annotated[
        str, typer.Argument(help=f"Code of the unit, like H26 or H26.01: {LIST_AGENCIES}.")
    ],
    month: Annotated[str, typer.Argument(help="Published month, like 2026-10.")],
    indicator: Annotated[
        str,
        typer.Argument(
            help="Name of the indicator, like due_on_time; of a finding, like reopened; or "
            "`findings` for all findings of the unit."
        ),
    ],
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Follow a published number back to its formula, counts and files; or show findings."""
    installation, checked = Installation(Home.at(home)), months.checked(month)
    if is_finding(indicator):
        print_findings(find_findings(installation, unit, checked, indicator))
    else:
        print_explanation(explain_number(installation, unit, checked, indicator))


@app.command()
def simulate(
    first: Annotated[str, typer.Option("--from", help="First month.")],
    last: Annotated[str, typer.Option("--to", help="Last month.")],
    dossiers: Annotated[int, typer.Option(min=1, help="Dossiers received in all months.")] = (
        DEMO_DOSSIERS
    ),
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = DEMO_SEED,
    senders: Annotated[int, typer.Option(min=1, help="Provinces that send.")] = 34,
    faults: Annotated[float, typer.Option(min=0, max=0.5, help="Share of rows at fault.")] = 0.001,
    ratings: Annotated[bool, typer.Option(help="Whether ratings are sent too.")] = True,
    petitions: Annotated[bool, typer.Option(help="Whether petitions are sent too.")] = True,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Fill the inbox of a home with simulated exports, and lay the truth beside them."""
    root = Path(home)
    root.mkdir(parents=True, exist_ok=True)
    span = months.span(months.checked(first), months.checked(last))
    if not span:
        raise typer.BadParameter(f"--from {first} is after --to {last}: swap them")
    try:
        parameters = Parameters(
            tuple(span),
            dossiers,
            seed,
            senders,
            faults_share=faults,
            has_ratings=ratings,
            has_petitions=petitions,
        )
        _simulate_into(Home.at(root), parameters)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


app.command()(profile)
app.command()(agencies)
app.command()(split)
app.command()(check)
app.command()(verify)
app.command()(worker)


@app.command()
def methods(
    name: Annotated[str, typer.Argument(help="Name of a method, like decision-766.")] = "",
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """List the methods, built in and own; with a name, show what it counts and by which law.

    Own methods lie in the home's folder methods/; one that cannot be used is an error that names
    the key and the cure.
    """
    known = Installation(Home(Path(home))).methods
    printing.console.print(build_details(known, name) if name else build_overview(known))


@app.command()
def dev(
    home: HomeOption = DEFAULT_HOME,
    port: Annotated[int, typer.Option(help="Port of the UI.")] = 3000,
    pages_port: Annotated[
        int, typer.Option(help="Port of the published pages; the one after the UI's where none.")
    ] = 0,
) -> None:
    """Open the Dagster UI on a home, and the published pages beside it.

    Runs that were killed are reported as failed first. UI and pages answer on this machine alone,
    and only where they are called localhost or by a name in REFORM_INDEX_UI_HOSTS.
    """
    from assets import dagster_home
    from assets.command_line.pages_server import start_pages_server
    from assets.command_line.ui_server import run_ui
    from assets.resources import report_killed_runs

    place = Home.at(home)
    with dagster_home.open_instance(place) as instance:
        for run_id in report_killed_runs(instance, place, configured_warehouse()):
            printing.print_line(f"run {run_id} was killed: reported as failed")
    os.environ[HOME_VARIABLE] = str(place.root)
    if PAGES_VARIABLE not in os.environ:
        os.environ[PAGES_VARIABLE] = start_pages_server(place, pages_port or port + 1)
    printing.print_line(f"the published pages: {os.environ[PAGES_VARIABLE]}/")
    printing.print_line(f"the Dagster UI: http://localhost:{port}")
    sys.exit(run_ui(port))


@app.command()
def serve(
    home: HomeOption = DEFAULT_HOME,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of the pages; 0 takes any free one.")
    ] = 8000,
) -> None:
    """Show the published pages in a browser of this machine, until Ctrl-C.

    They answer on this machine alone, and only where they are called localhost or by a name in
    REFORM_INDEX_UI_HOSTS.
    """
    from assets.command_line.pages_server import open_pages_server

    with open_pages_server(Home.at(home), port) as server:
        printing.print_line(f"the published pages: http://localhost:{server.server_port}/")
        printing.print_line("Ctrl-C ends this")
        gc.enable()  # it may run for weeks: see main
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            printing.print_line("the pages are no longer shown")


def _simulate_into(home: Home, parameters: Parameters) -> None:
    """Simulates with progress, and prints what was written."""
    bar, listener = printing.progress_bar()
    with bar:
        summary = simulator.simulate(
            home, parameters, lambda _, done, total: listener("simulating", done, total)
        )
    printing.console.print(
        f"simulated: {summary.dossier_rows:,} dossier rows, {summary.rating_rows:,} rating rows "
        f"and {summary.petition_rows:,} petition rows in {summary.files} files in "
        f"{home.inbox}; the truth is in {home.truth}",
        soft_wrap=True,
    )


def main() -> None:
    """The command line, with plain errors.

    Python looks for no cycles of garbage meanwhile: a run imports some 4,000 modules that it never
    drops, and searching them again and again takes a second of ten. Tables are freed all the same.
    """
    gc.disable()
    printing.accept_every_letter()
    with signals_as_interrupts(), plain_errors():
        app()
