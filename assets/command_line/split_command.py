"""The command `split`: its arguments, and what it prints.

Not here: splitting (split), the other commands (app).
"""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from assets.command_line import printing
from assets.command_line.options import LIST_AGENCIES
from assets.command_line.split import Split, SplitRequest, split_extract
from assets.month.environment import DEFAULT_HOME
from pipeline import extracts, months
from pipeline.home import HOME_VARIABLE, Home
from pipeline.plurals import count_of

_UNKNOWN = {
    "dossiers": (
        "dossiers that were ended and opened again: the last end counts, and they are shown open "
        "until then",
        "dossiers that were withdrawn from the data before the extract was made: they are in no "
        "month",
        "units, procedures and statuses that changed in between: each month has the last ones, and "
        "the status of an open dossier is {open_word} before it ended",
    ),
    "petitions": (
        "petitions that were handled and opened again, or withdrawn from the data",
        "units and statuses that changed in between: each month has the last ones, and the status "
        "of an open petition is {open_word} before it ended",
    ),
    "ratings": ("ratings that were changed or withdrawn later",),
    "figures": ("figures that were changed or withdrawn later",),
}
"""What no extract tells, and nobody can count."""


def split(
    file: Annotated[
        Path,
        typer.Argument(
            help="A file with every record and its last state, as open data have it.",
            exists=True,
            dir_okay=False,
        ),
    ],
    name: Annotated[
        str, typer.Option("--profile", help="A profile's file, or the name of a built-in one.")
    ],
    sender: Annotated[
        str,
        typer.Option(help=f"Code of the agency whose records they are, like H26: {LIST_AGENCIES}."),
    ],
    first: Annotated[
        str, typer.Option("--from", help="First month; by default that of the earliest receipt.")
    ] = "",
    last: Annotated[
        str, typer.Option("--to", help="Last month; by default the last one with a receipt or end.")
    ] = "",
    open_status: Annotated[
        str,
        typer.Option(
            help="The sender's word for an open record; by default the first one that the profile "
            "maps to in_progress, else to received."
        ),
    ] = "",
    not_split: Annotated[
        Path, typer.Option(help="Where the rows that stand in no month are listed.")
    ] = Path("not-split.csv"),
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be written, and write nothing.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace exports of the same name in the inbox.")
    ] = False,
    home: Annotated[
        str, typer.Option("--home", envvar=HOME_VARIABLE, help="Folder of the installation.")
    ] = DEFAULT_HOME,
) -> None:
    """Cut a file with a whole history into month-end exports, and lay them into the inbox.

    Each export shows its records as at the month's end: what ended later is shown open. The columns
    are those that the profile names, with their names and values as sent.
    """
    request = SplitRequest(
        file=file,
        profile_name=name,
        sender=sender,
        home=Home.at(home),
        first=months.checked(first) if first else "",
        last=months.checked(last) if last else "",
        open_status=open_status,
        not_split=not_split,
        is_trial=dry_run,
        is_replacing=replace,
    )
    bar, listener = printing.progress_bar()
    with bar:
        found = split_extract(request, listener)
    _print_split(found, request)


def _print_split(found: Split, request: SplitRequest) -> None:
    kind = found.profile.kind
    unplaced = found.rows - found.placed_rows
    printing.print_line(found.sender)
    printing.print_line(
        f"{count_of(found.rows, 'row')} of {kind}: {found.placed_rows:,} stand in one month or "
        f"more, {unplaced:,} in none"
    )
    for reason, rows, first_row in found.not_placed:
        why = extracts.explain_reason(reason, kind)
        printing.print_line(f"  {count_of(rows, 'row')}: {why}; the first is row {first_row:,}")
    if found.not_placed and not request.is_trial:
        printing.print_line(f"the rows that stand in no month are listed in {request.not_split}")
    if found.pieces:
        printing.console.print(_build_table(found))
        would = "would be " if request.is_trial else ""
        folder = found.pieces[0].path.parent.parent
        unchanged = sum(piece.is_unchanged for piece in found.pieces)
        printing.print_line(
            f"{count_of(len(found.pieces) - unchanged, 'file')} {would}written, {unchanged} are "
            f"there already: {folder}/<month>/{found.pieces[0].path.name}"
        )
    printing.print_line("what such a file cannot tell:")
    for line in describe_gaps(found):
        printing.print_line(f"  {line}")


def describe_gaps(found: Split) -> list[str]:
    """What the extract cannot tell, each with its size where it can be known."""
    gaps, kind = found.gaps, found.profile.kind
    lines = []
    if "due_date" in gaps:
        moved = (
            f"; of {gaps['moved_due_date']:,} it differs from the first one"
            if "moved_due_date" in gaps
            else ""
        )
        lines.append(
            f"due dates that moved: {gaps['due_date']:,} dossiers stand in several months with "
            f"their last due date{moved}"
        )
    if "code_on_several_rows" in gaps:
        lines.append(
            f"records that went on under the same code: {gaps['code_on_several_rows']:,} rows have "
            "a code that another row has too"
        )
    lines += [each.format(open_word=repr(found.open_word)) for each in _UNKNOWN[kind]]
    if "begun_before" in gaps and found.pieces:
        first = found.pieces[0].counts
        lines.append(
            f"what ended before the extract begins: {first.month} has {first.begun_before:,} "
            "records from earlier months; if more were open then, the first months have too few"
        )
    if found.pieces:
        last = found.pieces[-1].counts.month
        lines.append(
            f"whether {last} is complete: it is if the extract was made after its end; else leave "
            "it out (--to)"
        )
    return lines


def _build_table(found: Split) -> Table:
    """A row a month; of records of one moment only how many there are."""
    is_of_spans = "several_months" in found.gaps
    table = Table()
    table.add_column("month")
    names = ("rows", "from earlier months", "ended", "shown open, ended later")
    for name in names if is_of_spans else names[:1]:
        table.add_column(name, justify="right")
    for piece in found.pieces:
        each = piece.counts
        counts = (each.rows, each.begun_before, each.ended, each.shown_open)
        shown = counts if is_of_spans else counts[:1]
        table.add_row(each.month, *(f"{count:,}" for count in shown))
    return table
