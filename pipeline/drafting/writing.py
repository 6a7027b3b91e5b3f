"""Writing: a draft becomes the text of a profile, each line with the reason for it.

Here belong the layout, the dates and the columns. Not here: values (value_lines), questions
(question_lines), what was found (draft), where the file is kept (assets.command_line).
"""

from collections.abc import Iterator

from pipeline import masking
from pipeline.drafting.derived import ANY_SENDER
from pipeline.drafting.draft import Draft
from pipeline.drafting.question_lines import write_questions
from pipeline.drafting.toml_lines import quote, write_comment, write_line
from pipeline.drafting.value_lines import (
    write_codes,
    write_missing,
    write_procedures,
    write_units,
    write_unmapped,
)
from pipeline.plurals import count_of
from pipeline.profiles.our_columns import NEEDED
from pipeline.tables import SCALES

_WIDEST = 60


def write_profile(draft: Draft) -> str:
    """The text of a profile with what was found, and in comments why and what is open."""
    parts = (
        _write_head(draft),
        _write_layout(draft),
        _write_dates(draft),
        _write_records(draft),
        write_questions(draft),
        _write_columns(draft),
        _write_derived(draft),
        write_missing(draft),
        write_codes(draft),
        write_procedures(draft),
        write_units(draft),
        write_unmapped(draft),
    )
    blocks = ("\n".join(part) for part in parts)
    return "\n\n".join(block for block in blocks if block) + "\n"


def _write_head(draft: Draft) -> Iterator[str]:
    yield "# Drafted from a file. Read each line: the comment says why it is so, and what is open."
    for remark in draft.unsure:
        yield write_comment(f"LOOK: {remark}")
    yield write_line(
        f"senders = [{quote(draft.sender)}]", "the code of the agency that sends this layout"
    )
    yield write_line(f"kind = {quote(draft.kind)}", draft.kind_reason)


def _write_layout(draft: Draft) -> Iterator[str]:
    layout, why = draft.layout, draft.layout.reasons
    if layout.form in ("text", "json") or layout.encoding != "utf-8":
        yield write_line(f"encoding = {quote(layout.encoding)}", why.get("encoding", ""))
    if layout.form in ("text", "zip") and not layout.records and not layout.sheet:
        yield write_line(f"delimiter = {quote(layout.delimiter)}", why.get("delimiter", ""))
    if layout.quote != '"':
        yield write_line(f"quote = {quote(layout.quote)}", "most lines have fields within it")
    if layout.sheet:
        yield write_line(f"sheet = {quote(layout.sheet)}", why.get("sheet", ""))
    if layout.records:
        yield write_line(f"records = {quote(layout.records)}", why.get("records", ""))
    if layout.header_row > 1:
        yield write_line(f"header_row = {layout.header_row}", why.get("header_row", ""))
    if layout.header_rows > 1:
        yield write_line(f"header_rows = {layout.header_rows}", why.get("header_rows", ""))
    if layout.footer:
        words = ", ".join(map(quote, layout.footer))
        yield write_line(f"footer = [{words}]", why.get("footer", ""))
    if draft.marks.decimal_mark:
        yield write_line(f"decimal_mark = {quote(draft.marks.decimal_mark)}", draft.marks.reason)
    if draft.marks.thousands_mark:
        yield write_line(
            f"thousands_mark = {quote(draft.marks.thousands_mark)}", draft.marks.reason
        )


def _write_dates(draft: Draft) -> Iterator[str]:
    dates = draft.dates
    yield write_line(
        'time_zone = "Asia/Ho_Chi_Minh"', "no file says its zone: correct it where it is another"
    )
    if dates.formats:
        yield "date_formats = ["
        for each in dates.formats:
            yield write_line(f"  {quote(each)},", dates.reasons[each])
        yield "]"
        read = sum(dates.rows.values())
        yield write_comment(
            f"{dates.with_time:,} of {count_of(read, 'time')} have a time of day; where all times "
            "of a column are at 00:00:00 they are days; if they are moments all the same, write "
            '[grain] with our column = "second"'
        )
    for ours, (rows, values) in dates.unread.items():
        shown = ", ".join(masking.show_value(value, draft.kind, ours) for value in values)
        yield write_comment(
            f"{ours}: {count_of(rows, 'value')} of no known date format, like {shown}"
        )
    if draft.kind in ("dossiers", "petitions"):
        yield _write_clock(draft)


def _write_clock(draft: Draft) -> str:
    if not draft.is_national and draft.sender != ANY_SENDER:
        reason = (
            "24 hours a day: the sender is not in the built-in register, so office hours of Viet "
            'Nam may not be its own; "working" counts these, 8 hours a working day'
        )
        return write_line('clock = "elapsed"', reason)
    return write_line('clock = "working"', '8 hours a working day; "elapsed" counts 24 hours a day')


def _write_records(draft: Draft) -> Iterator[str]:
    if draft.scale and (draft.scale != "five" or draft.kind == "ratings"):
        low, high = SCALES[draft.scale]
        reason = f"answers from {low} to {high}, the highest the most satisfied: see that it is so"
        yield write_line(f"scale = {quote(draft.scale)}", reason)
    identity = draft.identity
    if isinstance(identity.identity, str):
        yield write_line(f"identity = {quote(identity.identity)}", identity.reason)
    elif identity.identity:
        names = ", ".join(map(quote, identity.identity))
        yield write_line(f"identity = [{names}]", identity.reason)
    else:
        yield write_comment(f"identity: the usual one; {identity.reason}")
    if draft.derived.from_month:
        names = ", ".join(map(quote, draft.derived.from_month))
        yield write_line(
            f"from_month = [{names}]",
            "no column has it in a known format: the month of the folder is taken",
        )
    may_lack = [
        ours for ours in draft.columns if ours not in NEEDED[draft.kind] and ours != "unit_code"
    ]
    optional = [*draft.derived.optional, *may_lack]
    if optional:
        names = ", ".join(map(quote, optional))
        yield write_line(f"optional_columns = [{names}]", "a month's file may lack them")


def _write_columns(draft: Draft) -> Iterator[str]:
    yield "[columns] # ours = theirs"
    for ours, match in draft.columns.items():
        examples = ", ".join(draft.examples.get(ours, ()))
        reason = match.reason + (f"; like {examples}" if examples else "")
        yield write_line(f"{ours} = {quote(match.theirs)}", reason)
    for ours, remark in draft.derived.optional.items():
        yield write_comment(draft.unread_times.get(ours, f"{ours}: {remark}"))
    for ours in draft.derived.missing:
        unread = draft.unread_times.get(ours, "no column was found for it")
        yield write_comment(f'{ours} = "?" : needed, and {unread}')
    if "unit_code" not in draft.columns:
        yield write_comment(
            "unit_code: no column of units was found, so the sender is the unit of all rows"
        )
    if draft.unused:
        yield "# Columns of the file that are not read, with how many rows have a value:"
        for name, rows in draft.unused:
            yield write_comment(f"  {name[:_WIDEST]} ({rows:,})")


def _write_derived(draft: Draft) -> Iterator[str]:
    if draft.derived.statuses:
        with_end, without_end = draft.derived.statuses
        yield write_line("[status_from_end]", "no status is sent: it follows from the end")
        yield f"with_end = {quote(with_end)}"
        yield f"without_end = {quote(without_end)}"
