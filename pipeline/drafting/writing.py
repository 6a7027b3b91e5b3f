"""Writing: a draft becomes the text of a profile, each line with the reason for it.

Here belongs the TOML and its comments. Not here: what was found (draft), where the file is kept
(assets.command_line).
"""

import json
from collections.abc import Iterator

from pipeline import letters, masking
from pipeline.drafting.derived import ANY_SENDER, NOT_SENT
from pipeline.drafting.draft import Draft
from pipeline.drafting.questions import FoundQuestion
from pipeline.profiles import Profile
from pipeline.profiles.our_columns import NEEDED, words_of_columns
from pipeline.tables import QUESTIONS, SCALES

_WIDEST = 60
_FEWEST_ROWS_SHOWN = 3
"""A value that fewer rows have may be somebody's: it is masked where it is no word of ours."""


def write_profile(draft: Draft) -> str:
    """The text of a profile with what was found, and in comments why and what is open."""
    parts = (
        _write_head(draft),
        _write_layout(draft),
        _write_dates(draft),
        _write_records(draft),
        _write_questions(draft),
        _write_columns(draft),
        _write_derived(draft),
        _write_missing(draft),
        _write_codes(draft),
        _write_units(draft),
        _write_unmapped(draft),
    )
    blocks = ("\n".join(part) for part in parts)
    return "\n\n".join(block for block in blocks if block) + "\n"


def quote(text: str) -> str:
    """A text as TOML writes it."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _line(text: str, reason: str = "") -> str:
    """A line with its comment, on which no value can end the line."""
    plain = " ".join(letters.without_steering(reason).split())
    return f"{text} # {plain}" if plain else text


def _comment(text: str) -> str:
    return "# " + " ".join(letters.without_steering(text).split())


def _write_head(draft: Draft) -> Iterator[str]:
    yield "# Drafted from a file. Read each line: the comment says why it is so, and what is open."
    for remark in draft.unsure:
        yield _comment(f"LOOK: {remark}")
    yield _line(
        f"senders = [{quote(draft.sender)}]", "the code of the agency that sends this layout"
    )
    yield _line(f"kind = {quote(draft.kind)}", draft.kind_reason)


def _write_layout(draft: Draft) -> Iterator[str]:
    layout, why = draft.layout, draft.layout.reasons
    if layout.form in ("text", "json") or layout.encoding != "utf-8":
        yield _line(f"encoding = {quote(layout.encoding)}", why.get("encoding", ""))
    if layout.form in ("text", "zip") and not layout.records and not layout.sheet:
        yield _line(f"delimiter = {quote(layout.delimiter)}", why.get("delimiter", ""))
    if layout.quote != '"':
        yield _line(f"quote = {quote(layout.quote)}", "most lines have fields within it")
    if layout.sheet:
        yield _line(f"sheet = {quote(layout.sheet)}", why.get("sheet", ""))
    if layout.records:
        yield _line(f"records = {quote(layout.records)}", why.get("records", ""))
    if layout.header_row > 1:
        yield _line(f"header_row = {layout.header_row}", why.get("header_row", ""))
    if layout.header_rows > 1:
        yield _line(f"header_rows = {layout.header_rows}", why.get("header_rows", ""))
    if layout.footer:
        words = ", ".join(map(quote, layout.footer))
        yield _line(f"footer = [{words}]", why.get("footer", ""))
    if draft.marks.decimal_mark:
        yield _line(f"decimal_mark = {quote(draft.marks.decimal_mark)}", draft.marks.reason)
    if draft.marks.thousands_mark:
        yield _line(f"thousands_mark = {quote(draft.marks.thousands_mark)}", draft.marks.reason)


def _write_dates(draft: Draft) -> Iterator[str]:
    dates = draft.dates
    yield _line(
        'time_zone = "Asia/Ho_Chi_Minh"', "no file says its zone: correct it where it is another"
    )
    if dates.formats:
        yield "date_formats = ["
        for each in dates.formats:
            yield _line(f"  {quote(each)},", dates.reasons[each])
        yield "]"
        read = sum(dates.rows.values())
        yield _comment(
            f"{dates.with_time:,} of {read:,} times have a time of day; where 00:00:00 is judged "
            "wrongly to be a day, see [grain] in docs/profiles.md"
        )
    for ours, (rows, values) in dates.unread.items():
        shown = ", ".join(masking.show_value(value, draft.kind, ours) for value in values)
        yield _comment(f"{ours}: {rows:,} values are no time that is known, like {shown}")
    if draft.kind in ("dossiers", "petitions"):
        yield _write_clock(draft)


def _write_clock(draft: Draft) -> str:
    if not draft.is_national and draft.sender != ANY_SENDER:
        reason = (
            "24 hours a day: the sender is not in the built-in register, so office hours of Viet "
            'Nam may not be its own; "working" counts these, 8 hours a working day'
        )
        return _line('clock = "elapsed"', reason)
    return _line('clock = "working"', '8 hours a working day; "elapsed" counts 24 hours a day')


def _write_records(draft: Draft) -> Iterator[str]:
    if draft.scale and (draft.scale != "five" or draft.kind == "ratings"):
        low, high = SCALES[draft.scale]
        reason = f"answers from {low} to {high}, the highest the most satisfied: see that it is so"
        yield _line(f"scale = {quote(draft.scale)}", reason)
    identity = draft.identity
    if isinstance(identity.identity, str):
        yield _line(f"identity = {quote(identity.identity)}", identity.reason)
    elif identity.identity:
        names = ", ".join(map(quote, identity.identity))
        yield _line(f"identity = [{names}]", identity.reason)
    else:
        yield _comment(f"identity: the usual one; {identity.reason}")
    if draft.derived.from_month and "from_month" in Profile.model_fields:
        names = ", ".join(map(quote, draft.derived.from_month))
        yield _line(f"from_month = [{names}]", "no column has it: the month of the folder is taken")
    may_lack = [
        ours for ours in draft.columns if ours not in NEEDED[draft.kind] and ours != "unit_code"
    ]
    optional = [*draft.derived.optional, *may_lack]
    if optional:
        names = ", ".join(map(quote, optional))
        yield _line(f"optional_columns = [{names}]", "a month's file may lack them")


def _write_columns(draft: Draft) -> Iterator[str]:
    yield "[columns] # ours = theirs"
    for ours, match in draft.columns.items():
        examples = ", ".join(draft.examples.get(ours, ()))
        reason = match.reason + (f"; like {examples}" if examples else "")
        yield _line(f"{ours} = {quote(match.theirs)}", reason)
    for ours, remark in draft.derived.optional.items():
        yield _line(f"{ours} = {quote(NOT_SENT)}", remark)
    for ours in draft.derived.missing:
        if ours == "answer" and draft.questions:
            yield "# answer: name what at least one of the questions above asks about"
            continue
        yield _comment(f'{ours} = "?" : needed, and no column was found for it')
    if "unit_code" not in draft.columns:
        yield _comment(
            "unit_code: no column of units was found, so the sender is the unit of all rows"
        )
    if draft.unused:
        yield "# Columns of the file that are not read, with the rows that have a value:"
        for name, rows in draft.unused:
            yield _comment(f"  {name[:_WIDEST]} ({rows:,})")


def _write_derived(draft: Draft) -> Iterator[str]:
    if draft.derived.statuses:
        with_end, without_end = draft.derived.statuses
        yield _line("[status_from_end]", "no status is sent: it follows from the end")
        yield f"with_end = {quote(with_end)}"
        yield f"without_end = {quote(without_end)}"


def _write_missing(draft: Draft) -> Iterator[str]:
    if draft.missing:
        yield _line("[missing_codes]", 'values that mean "not known": see that none is a value')
    for ours, codes in draft.missing.items():
        rows = ", ".join(f"{code}: {n:,} rows" for code, n in codes.items())
        yield _line(f"{ours} = [{', '.join(map(quote, codes))}]", rows)


def _write_codes(draft: Draft) -> Iterator[str]:
    for ours, found in draft.codes.items():
        if found.known:
            yield _line(f"[values.{ours}]", f"theirs = ours; {found.reason}")
        for theirs, (word, rows) in found.known.items():
            part = "; only a part of it is a known word: see that it is right"
            sent = f"{rows:,} rows" if rows else "not in this file"
            reason = f"{sent}{part if theirs in found.by_part else ''}"
            yield _line(f"{quote(theirs)} = {quote(word)}", reason)
        words = words_of_columns(draft.kind).get(ours) or tuple(
            map(str, range(SCALES[draft.scale][0], SCALES[draft.scale][1] + 1))
        )
        if found.unknown:
            yield _comment(f"What do these values of {ours} mean? One of {', '.join(words)}:")
        for theirs, rows in found.unknown:
            shown = theirs if rows >= _FEWEST_ROWS_SHOWN else masking.mask_text(theirs)
            yield _comment(f'{quote(shown)} = "?" # {rows:,} rows')
        yield ""


def _write_units(draft: Draft) -> Iterator[str]:
    units = draft.units
    named = units.named or {}
    new = [unit for unit in units.new if unit.value != unit.code]
    if named or new:
        yield _line("[values.unit_code]", "theirs = the code in the register of agencies")
    for theirs, (code, rows) in named.items():
        yield _line(f"{quote(theirs)} = {quote(code)}", f"{rows:,} rows; its name in the register")
    for unit in new:
        near = f"; or is it {' or '.join(unit.near)}?" if unit.near else ""
        reason = f"{unit.rows:,} rows; not in the register: a line is drafted for it{near}"
        yield _line(f"{quote(unit.value)} = {quote(unit.code)}", reason)
    for unit in units.new:
        if unit.value == unit.code:
            near = f"; or is it {' or '.join(unit.near)}?" if unit.near else ""
            yield _comment(f"{unit.value}: {unit.rows:,} rows; not in the register{near}")
    for value, rows in units.hidden:
        yield _comment(f"{masking.mask_text(value)}: {rows:,} rows; no unit of this sender")


def _write_unmapped(draft: Draft) -> Iterator[str]:
    choices = {ours: each.if_unknown for ours, each in draft.codes.items() if each.known}
    others = {ours: choice for ours, choice in choices.items() if choice != "reject"}
    has_units = bool(draft.units.named or [u for u in draft.units.new if u.value != u.code])
    if has_units:
        others["unit_code"] = "keep"
    if others:
        yield _line(
            "[unmapped]", "other values of these columns; of the rest they reject their row"
        )
    for ours, choice in others.items():
        reason = "codes stay as they are sent" if ours == "unit_code" else ""
        yield _line(f"{ours} = {quote(choice)}", reason)


def _write_questions(draft: Draft) -> Iterator[str]:
    """A line for each question; of those whose meaning is not known a comment to be completed."""
    if not draft.questions:
        return
    topics = ", ".join(QUESTIONS)
    yield _line("questions = [", f"a column of answers each; a question is one of {topics}")
    for each in draft.questions:
        sign = "" if each.question else "# "
        yield f"  {sign}" + _line(f"{{ {_write_question(each, draft.scale)} }},", _explain(each))
    yield "]"


def _write_question(found: FoundQuestion, scale: str) -> str:
    keys = [f"column = {quote(found.column)}", f"question = {quote(found.question or '?')}"]
    if found.scale != scale:
        keys.append(f"scale = {quote(found.scale)}")
    if found.may_be_reversed:
        keys.append("reversed = false")
    if found.missing:
        keys.append(f"missing_codes = [{', '.join(map(quote, found.missing))}]")
    if found.answers.known and not found.answers.are_ours:
        pairs = ", ".join(f"{quote(k)} = {quote(p)}" for k, (p, _) in found.answers.known.items())
        keys.append(f"values = {{ {pairs} }}")
    return ", ".join(keys)


def _explain(found: FoundQuestion) -> str:
    parts = [f"{found.rows:,} answers"]
    if not found.question:
        parts.append("what does it ask about? write the word, and take the # away")
    parts += [f"{code}: {rows:,} rows" for code, rows in found.missing.items()]
    if found.may_be_reversed:
        parts.append(
            "it goes against the other questions: reversed = true if the lowest answer is the most "
            "satisfied"
        )
    for value, rows in found.answers.unknown:
        shown = value if rows >= _FEWEST_ROWS_SHOWN else masking.mask_text(value)
        parts.append(f"no answer of the scale: {shown} ({rows:,} rows)")
    return "; ".join(parts)
