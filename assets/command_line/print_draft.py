"""Printing a drafted profile: what was found, what is not sure, and what to type next.

Not here: drafting it (profile_draft), printing what a profile makes of a file (print_preview).
"""

from rich.table import Table

from assets.command_line.print_preview import print_preview
from assets.command_line.printing import console, print_line
from assets.command_line.profile_draft import DraftedProfile
from assets.command_line.profile_preview import ProfilePreview
from pipeline.drafting import Draft
from pipeline.masking import show_file_name


def print_draft(file_name: str, drafted: DraftedProfile) -> None:
    """Prints a draft. Raises the fault of a file that its profile would refuse, after the rest."""
    draft, layout, preview = drafted.draft, drafted.draft.layout, drafted.preview
    if drafted.profile_file is None:
        print_line(drafted.text)
    print_line(
        f"{show_file_name(file_name)}: {draft.rows:,} rows of {draft.kind} ({draft.kind_reason}); "
        f"{layout.form}, header in row {layout.header_row}"
    )
    if draft.dates.formats:
        console.print(_build_dates_table(draft))
    if preview is not None and preview.first_rows:
        print_line("the first rows as the profile understands them:")
        console.print(_build_rows_table(preview))
    if preview is not None and preview.fault is None:
        print_preview(file_name, preview)
    _print_doubts(drafted)
    for path in filter(None, (drafted.profile_file, drafted.agencies_file)):
        print_line(f"written: {path}")
    print_line("next:")
    for command in drafted.next_commands:
        print_line(f"    {command}")
    fault = drafted.fault or (preview.fault if preview else None)
    if fault is not None:
        raise fault


def _print_doubts(drafted: DraftedProfile) -> None:
    if drafted.draft.unsure:
        print_line("not sure, look at these:")
    for remark in drafted.draft.unsure:
        print_line(f"- {remark}")
    if not drafted.draft.is_whole:
        print_line("the profile cannot be used before the columns that it lacks are named in it")
    elif drafted.preview is None and drafted.fault is None:
        print_line("no column says the month of the file: --month shows what becomes of its rows")


def _build_dates_table(draft: Draft) -> Table:
    table = Table()
    table.add_column("date format", overflow="fold")
    table.add_column("values read", justify="right")
    table.add_column("why", overflow="fold")
    dates = draft.dates
    for each in dates.formats:
        table.add_row(each, f"{dates.rows[each]:,}", dates.reasons[each])
    for ours, (rows, _) in dates.unread.items():
        table.add_row("none", f"{rows:,}", f"values of {ours}")
    return table


def _build_rows_table(preview: ProfilePreview) -> Table:
    table = Table()
    rows = preview.first_rows
    for name, _ in rows[0]:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(value for _, value in row))
    return table
