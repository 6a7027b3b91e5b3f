"""The command `check`: its arguments, and its exit status.

Not here: the judgement (check), what is printed (print_check), all other commands (app).
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from assets.command_line import printing
from assets.command_line.check import check_file
from assets.command_line.options import LIST_AGENCIES, HomeOption
from assets.command_line.print_check import (
    check_output,
    find_status,
    print_check,
    write_output,
)
from assets.command_line.profile_preview import Sending
from assets.month.environment import DEFAULT_HOME
from assets.month.register import load_register
from pipeline import agencies, months
from pipeline.drafting import sheets
from pipeline.home import Home
from pipeline.tables import KINDS
from reports import feedback as drawn
from reports.language import Language


def check(  # noqa: PLR0913, PLR0917 -- each is an option
    file: Annotated[Path, typer.Argument(help="The file to check.", exists=True, dir_okay=False)],
    sender: Annotated[
        str, typer.Option(help=f"Code of the agency that sends it, like H26: {LIST_AGENCIES}.")
    ],
    month: Annotated[
        str, typer.Option(help="Month of the export; without it, the month that most rows name.")
    ] = "",
    kind: Annotated[
        str,
        typer.Option(
            help="Kind of records where the file's name does not begin with it: "
            f"{', '.join(KINDS)}."
        ),
    ] = "",
    name: Annotated[
        str,
        typer.Option(
            "--profile",
            help="A profile's file or name; without it, the profile that a run would choose.",
        ),
    ] = "",
    out: Annotated[
        Path | None, typer.Option(help="Write all that is to be mended to this .xlsx or .csv.")
    ] = None,
    english: Annotated[bool, typer.Option("--english", help="In English.")] = False,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Check a file before it is sent: would a run accept it, which rows not, and what to mend.

    It is the judgement of a run, of this file alone: copies in other files are not seen. In
    Vietnamese, as the feedback after a run. Exit status 0: all would be accepted; 1: the file would
    be refused; 3: rows of it would be rejected. Nothing is stored.
    """
    if kind not in ("", *KINDS):
        raise typer.BadParameter(f"--kind must be one of {', '.join(KINDS)}")
    if out:
        check_output(out, file)
    # The built-in layouts need no home; one that is named must be there.
    is_needed = home != DEFAULT_HOME or Path(home).exists()
    place = Home.at(home) if is_needed else Home(Path(home))
    sending = Sending(place, months.checked(month) if month else "", sender)
    found, language = check_file(file, sending, kind, name), Language("en" if english else "vi")
    register = load_register(place)
    if register.below(sender, found.month):
        printing.print_warning(agencies.show_agency(register, sender, found.month))
    else:
        unknown = agencies.explain_unknown(register, sender, found.month)
        printing.print_warning(f"{unknown}: {LIST_AGENCIES}")
    print_check(found, language)
    if not kind and any(file.is_refused and not file.kind for file in found.files):
        printing.print_line(drawn.write_check_as_kind(language))
    (judged,) = found.files
    if judged.profile and not judged.is_refused:
        unread = sheets.count_unread(file.read_bytes(), judged.profile)
        if unread:
            printing.print_line(drawn.write_unread_sheets(unread, language))
    if out:
        write_output(out, found, language)
    sys.exit(find_status(found))
