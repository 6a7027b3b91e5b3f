"""Printing what a profile makes of a file.

Not here: finding that out (profile_preview).
"""

from rich.table import Table

from assets.command_line.printing import console, print_line
from assets.command_line.profile_preview import ProfilePreview
from pipeline.masking import show_file_name
from pipeline.profiles.our_columns import MOMENT_OF_RECORD


def print_preview(file_name: str, preview: ProfilePreview) -> None:
    """Prints what was understood, what was not, and which rows would be rejected.

    Raises the fault of a file that would be refused, after what was understood.
    """
    kind = preview.profile.kind
    shown = show_file_name(file_name)
    print_line(f"{shown}: {preview.rows:,} rows of {kind}, read with {preview.profile.name}")
    if preview.profile.has_parts:
        what = "an answer to one question" if kind == "ratings" else "one figure"
        print_line(
            f"{preview.sent_records:,} records, of which {preview.records:,} have rows: a row is "
            f"{what}"
        )
    console.print(_build_columns_table(preview))
    if preview.unread:
        # Where a file has no header, row 1 names a person: so its names are not shown.
        places = ", ".join(map(str, preview.unread))
        print_line(f"columns of the file that are not read, by number: {places}")
    for ours, value, rows, first in preview.unmapped:
        print_line(f"[values.{ours}] lacks {value!r}: {rows:,} rows, the first is row {first:,}")
    if preview.fault:
        raise preview.fault
    if not preview.month:
        print_line(
            f"{preview.rows:,} rows: 0 would be accepted, {preview.rows:,} rejected, for none has "
            f"a {MOMENT_OF_RECORD[kind]} that can be read: see date_formats in the profile"
        )
        return
    chosen = ", the month that most of them name: --month tries another"
    print_line(f"its rows belong to {preview.month}{chosen if preview.is_month_chosen else ''}")
    print_line(
        f"{preview.rows:,} rows: {preview.accepted_rows:,} would be accepted, "
        f"{preview.rejected_rows:,} rejected"
        + ("; a row stands under every rule that it breaks" if preview.broken_rules else "")
    )
    if preview.broken_rules:
        console.print(_build_rules_table(preview))
    print_line(
        "values that do not look like their column's are masked (Xuân 12 as Aaaa 99): "
        "the row in the file shows them"
    )
    if preview.has_unchecked_units:
        print_line("units were not checked: --sender names the agency whose units they should be")


def _build_columns_table(preview: ProfilePreview) -> Table:
    table = Table()
    for name in ("ours", "theirs", "sent", "understood", "examples as sent", "understood as"):
        table.add_column(name, overflow="fold")
    for column in preview.columns:
        understood = ("-" if value is None else str(value) for _, value in column.examples)
        table.add_row(
            column.ours,
            column.theirs,
            f"{column.sent_rows:,}",
            f"{column.understood_rows:,}",
            "\n".join(sent for sent, _ in column.examples),
            "\n".join(understood),
        )
    return table


def _build_rules_table(preview: ProfilePreview) -> Table:
    table = Table()
    table.add_column("rule", overflow="fold")
    table.add_column("rows", justify="right")
    table.add_column("first rows, and what was found", overflow="fold")
    table.add_column("reason", overflow="fold")
    for broken in preview.broken_rules:
        first = (f"{row}" if found is None else f"{row}: {found}" for row, found in broken.first)
        table.add_row(broken.rule, f"{broken.rows:,}", "\n".join(first), broken.reason)
    return table
