"""The command `profile`: its arguments, and its exit status.

Not here: drafting (profile_draft), previewing (profile_preview), what is printed (print_draft,
print_preview), all other commands (app).
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from assets.command_line.next_commands import list_after_preview
from assets.command_line.options import LIST_AGENCIES, HomeOption
from assets.command_line.print_draft import print_draft
from assets.command_line.print_preview import print_preview
from assets.command_line.profile_draft import DraftRequest, draft_for_file
from assets.command_line.profile_preview import ProfilePreview, Sending, preview_profile
from assets.month.environment import DEFAULT_HOME
from pipeline import months
from pipeline.errors import ExitStatus
from pipeline.home import Home


def profile(  # noqa: PLR0913, PLR0917 -- each is an option
    file: Annotated[
        Path, typer.Argument(help="An export, known or not.", exists=True, dir_okay=False)
    ],
    name: Annotated[
        str,
        typer.Option(
            "--profile",
            help="A profile's file, or the name of a built-in one; without it, one is drafted.",
        ),
    ] = "",
    month: Annotated[
        str,
        typer.Option(
            help="Month of the export; without it, the month that most rows were received, "
            "answered or counted in."
        ),
    ] = "",
    sender: Annotated[
        str,
        typer.Option(
            help=f"Code of the agency that sends it, like H26: {LIST_AGENCIES}. Without it, units "
            "are not checked, and a draft is only shown."
        ),
    ] = "",
    sender_name: Annotated[
        str,
        typer.Option(
            "--sender-name",
            help="Of a draft: the name of a new agency, which is added to agencies.csv with the "
            "code that --sender says.",
        ),
    ] = "",
    home: HomeOption = DEFAULT_HOME,
    kind: Annotated[
        str, typer.Option(help="Of a draft: dossiers, ratings, petitions or figures.")
    ] = "",
    out: Annotated[
        Path | None,
        typer.Option(help="File of a draft; without it, <sender>-<kind>.toml in HOME/profiles."),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="A draft may replace files that are there.")
    ] = False,
) -> None:
    """Draft a profile for an unknown file, or preview one: --profile.

    A preview shows what the profile understood, and which rows would be rejected and why. Nothing
    is stored but the draft. Exit status 3: all rows would be rejected. In a profile, a line like
    received_at = "Ngày nhận" says which column of the file holds what; a draft says in comments
    what else a profile may have.
    """
    sending = Sending(Home(Path(home)), months.checked(month) if month else "", sender)
    preview: ProfilePreview | None
    if name:
        if sender_name:
            raise typer.BadParameter("--sender-name is for a draft: leave it out with --profile")
        preview = preview_profile(file, name, sending)
        print_preview(file.name, preview, list_after_preview(file, name, preview, sending))
    else:
        drafted = draft_for_file(file, DraftRequest(sending, kind, out, overwrite, sender_name))
        print_draft(file.name, drafted)
        preview = drafted.preview
    if status := _find_status(preview):
        sys.exit(status)


def _find_status(preview: ProfilePreview | None) -> ExitStatus:
    is_empty = preview is not None and preview.rows > 0 and not preview.accepted_rows
    return ExitStatus.PUBLISHED_WITH_GAPS if is_empty else ExitStatus.COMPLETE
