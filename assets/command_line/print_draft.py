"""Printing a drafted profile: what was found first; the sums, doubts and commands last.

Not here: drafting it (profile_draft), printing what a profile makes of a file (print_preview).
"""

from rich.table import Table

from assets.command_line.drafted_lines import add_lines
from assets.command_line.options import LIST_AGENCIES
from assets.command_line.print_preview import (
    list_rejections,
    print_commands,
    print_sums,
    print_understood,
)
from assets.command_line.printing import console, print_line
from assets.command_line.profile_draft import DraftedProfile
from assets.command_line.profile_preview import ProfilePreview
from pipeline.drafting import Draft
from pipeline.masking import show_file_name
from pipeline.plurals import count_of


def print_draft(file_name: str, drafted: DraftedProfile) -> None:
    """Prints a draft. Raises the fault of a file that its profile would refuse, after the rest."""
    draft, layout, preview = drafted.draft, drafted.draft.layout, drafted.preview
    if drafted.profile_file is None:
        print_line(drafted.text)
    print_line(
        f"{show_file_name(file_name)}: {count_of(draft.rows, 'row')} of {draft.kind} "
        f"({draft.kind_reason}); {layout.form}, header in row {layout.header_row}"
    )
    is_read = preview is not None and preview.fault is None
    if preview is not None and preview.first_rows:
        print_line("the first rows as the profile understands them:")
        console.print(_build_rows_table(preview))
    if preview is not None and is_read:
        print_understood(preview)
    _print_dates(draft)
    if preview is not None and is_read:
        print_sums(preview)
    _print_doubts(drafted)
    _print_places(drafted)
    if drafted.profile_file is None:
        _print_sender(drafted)
    print_commands(drafted.next_commands)
    fault = drafted.fault or (preview.fault if preview else None)
    if fault is not None:
        raise fault


def _print_doubts(drafted: DraftedProfile) -> None:
    preview = drafted.preview
    rejections = list_rejections(preview) if preview is not None else []
    if drafted.draft.unsure or rejections:
        print_line("not sure, look at these:")
    for remark in (*drafted.draft.unsure, *rejections):
        print_line(f"- {remark}")
    if not drafted.draft.is_whole:
        print_line(
            "the profile cannot be used before what it lacks is written in it, so it lies beside "
            "the folder of profiles: edit it, then preview it"
        )
    elif preview is None and drafted.fault is None:
        print_line("no column says the month of the file: --month shows what becomes of its rows")


def _print_places(drafted: DraftedProfile) -> None:
    if drafted.sender and drafted.preview is None:
        print_line(f"sender: {drafted.sender}")
    for path in filter(None, (drafted.profile_file, drafted.agencies_file)):
        print_line(f"written: {path}")
    lines, home = drafted.agencies_file, drafted.home
    if lines is not None and lines != home.agencies:
        count = count_of(len(drafted.draft.units.lines), "line")
        print_line(
            f"{count} for the register of agencies in {lines.name}: correct codes and names there, "
            f"and add them to {home.agencies}, without which their rows are rejected: "
            f"{add_lines(lines, home)}"
        )


def _print_sender(drafted: DraftedProfile) -> None:
    """Prints how the code of the sender is found, where none was named."""
    hint = drafted.draft.hint
    if hint is not None:
        print_line(
            f"nothing is written without --sender; it may be {hint.code} ({hint.name}): "
            f"{hint.reason}"
        )
    else:
        print_line("nothing is written without --sender, the code of the agency, like H26")
    print_line(
        f'{LIST_AGENCIES}; of an agency that is not there add --sender-name "Its name" to a code '
        "of your choice"
    )


def _print_dates(draft: Draft) -> None:
    dates = draft.dates
    for each in dates.formats:
        print_line(f"date format {each}: {dates.reasons[each]}")
    for ours, (rows, _) in dates.unread.items():
        print_line(f"no date format reads {count_of(rows, 'value')} of {ours}")


def _build_rows_table(preview: ProfilePreview) -> Table:
    table = Table()
    rows = preview.first_rows
    for name, _ in rows[0]:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(value for _, value in row))
    return table
