"""Printing what a profile makes of a file: what was understood first, the sums last.

Not here: finding that out (profile_preview), what to type next (next_commands).
"""

from collections.abc import Sequence

from rich.table import Table

from assets.command_line.options import LIST_AGENCIES
from assets.command_line.printing import console, print_line
from assets.command_line.profile_preview import ProfilePreview
from pipeline.masking import show_file_name
from pipeline.plurals import count_of
from pipeline.profiles.our_columns import MOMENT_OF_RECORD


def print_preview(file_name: str, preview: ProfilePreview, commands: Sequence[str] = ()) -> None:
    """Prints what was understood, which rows would be rejected, the sums, and what to type next.

    Raises the fault of a file that would be refused, after what was understood.
    """
    kind, rows = preview.profile.kind, count_of(preview.rows, "row")
    print_line(f"{show_file_name(file_name)}: {rows} of {kind}, read with {preview.profile.name}")
    print_understood(preview)
    if preview.broken_rules:
        console.print(_build_rules_table(preview))
    if preview.fault:
        raise preview.fault
    print_sums(preview)
    if preview.has_unchecked_units:
        print_line(
            "units were not checked: --sender names the agency whose units they should be "
            f"({LIST_AGENCIES})"
        )
    print_commands(commands)


def print_understood(preview: ProfilePreview) -> None:
    """Prints the columns as understood, and which values were not understood."""
    if preview.profile.has_parts:
        what = "an answer to one question" if preview.profile.kind == "ratings" else "one figure"
        print_line(
            f"{count_of(preview.sent_records, 'record')}, of which {preview.records:,} have rows: "
            f"a row is {what}"
        )
    console.print(_build_columns_table(preview))
    for ours, value, rows, first in preview.unmapped:
        place = preview.places.write_place(first)
        found = count_of(rows, "row")
        print_line(f"[values.{ours}] lacks {value!r}: {found}, the first is {place}")
    print_line(
        "values that do not look like their column's are masked (Xuân 12 as Aaaa 99): "
        "the row in the file shows them"
    )


def print_sums(preview: ProfilePreview) -> None:
    """Prints whose rows of which month they are, what is not read, and what would be rejected."""
    if preview.unread:
        # Where a file has no header, row 1 names a person: so its names are not shown.
        places = ", ".join(map(str, preview.unread))
        print_line(f"columns of the file that are not read, by number: {places}")
    if preview.unread_answers:
        count = count_of(len(preview.unread_answers), "column")
        places = ", ".join(map(str, preview.unread_answers))
        print_line(
            f"NOT READ though it looks like answers: {count}, by number: {places}; write each into "
            "questions of the profile, if it is one"
        )
    if preview.unread_sheets:
        print_line(
            f"NOT READ though they have the same header: {count_of(preview.unread_sheets, 'sheet')}"
            "; if they have records of the month, put all rows on one sheet"
        )
    if preview.sender:
        print_line(f"sender: {preview.sender}")
    rows = count_of(preview.rows, "row")
    if not preview.month:
        moment = MOMENT_OF_RECORD[preview.profile.kind]
        print_line(
            f"{rows}: 0 would be accepted, {preview.rows:,} rejected, for none has a {moment} that "
            "can be read: see date_formats in the profile"
        )
        return
    chosen = ", the month that most of them name: --month tries another"
    print_line(f"its rows belong to {preview.month}{chosen if preview.is_month_chosen else ''}")
    print_line(
        f"{rows}: {preview.accepted_rows:,} would be accepted, {preview.rejected_rows:,} rejected"
        + ("; a row stands under every rule that it breaks" if preview.broken_rules else "")
    )


def list_rejections(preview: ProfilePreview) -> list[str]:
    """A line a rule that rows break: how many of how many, and the cure."""
    return [
        f"{broken.rows:,} of {count_of(preview.rows, 'row')} would be rejected ({broken.rule}; the "
        f"first is {preview.places.write_place(broken.first[0][0])}): {broken.reason}"
        for broken in preview.broken_rules
    ]


def print_commands(commands: Sequence[str]) -> None:
    """Prints what to type next."""
    if not commands:
        return
    print_line("next:")
    for command in commands:
        print_line(f"    {command}")
    if any(" FILE" in command for command in commands):
        print_line("FILE is the file that was read: its name may be personal")
    if any(command.startswith("reform-index run") for command in commands):
        print_line(
            "the name of a file in the inbox begins with its kind, as above; files of other months "
            "go into folders of their own, and run --from MONTH --to MONTH runs several, oldest "
            "first"
        )


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
    places = preview.places
    table = Table()
    table.add_column("rule", overflow="fold")
    table.add_column("rows", justify="right")
    table.add_column(f"first ones ({places.word}), and what was found", overflow="fold")
    table.add_column("reason", overflow="fold")
    for broken in preview.broken_rules:
        numbered = ((places.write_number(row), found) for row, found in broken.first)
        first = (row if found is None else f"{row}: {found}" for row, found in numbered)
        table.add_row(broken.rule, f"{broken.rows:,}", "\n".join(first), broken.reason)
    return table
