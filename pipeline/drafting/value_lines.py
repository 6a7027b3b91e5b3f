"""Value lines: what a drafted profile says of values, with the rows that each concerns.

Here belong missing codes, code lists, names of procedures, units, and what happens to other values.
Not here: layout, dates and columns (writing), questions (question_lines).
"""

from collections.abc import Iterator

from pipeline import masking
from pipeline.drafting.draft import Draft
from pipeline.drafting.toml_lines import quote, write_comment, write_line
from pipeline.plurals import count_of
from pipeline.profiles.our_columns import words_of_columns
from pipeline.tables import SCALES

FEWEST_ROWS_SHOWN = 3
"""A value that fewer rows have may be somebody's: it is masked where it is no word of ours."""

_KEPT = {
    "unit_code": "codes stay as they are sent",
    "procedure_code": "codes stay as they are sent, other texts become labels",
}


def write_missing(draft: Draft) -> Iterator[str]:
    """The values that mean "not known"."""
    if draft.missing:
        yield write_line(
            "[missing_codes]", 'values that mean "not known": see that none is a value'
        )
    for ours, codes in draft.missing.items():
        rows = ", ".join(f"{code}: {count_of(n, 'row')}" for code, n in codes.items())
        yield write_line(f"{ours} = [{', '.join(map(quote, codes))}]", rows)


def write_codes(draft: Draft) -> Iterator[str]:
    """What the values of each column of words mean; of values that nobody knows a question."""
    for ours, found in draft.codes.items():
        if found.known:
            yield write_line(f"[values.{ours}]", f"theirs = ours; {found.reason}")
        for theirs, (word, rows) in found.known.items():
            part = "; only a part of it is a known word: see that it is right"
            sent = count_of(rows, "row") if rows else "not in this file"
            reason = f"{sent}{part if theirs in found.by_part else ''}"
            yield write_line(f"{quote(theirs)} = {quote(word)}", reason)
        words = words_of_columns(draft.kind).get(ours) or tuple(
            map(str, range(SCALES[draft.scale][0], SCALES[draft.scale][1] + 1))
        )
        if found.unknown:
            yield write_comment(f"What do these values of {ours} mean? One of {', '.join(words)}:")
            if not found.known:
                yield f"# [values.{ours}]"
        for theirs, rows in found.unknown:
            shown = theirs if rows >= FEWEST_ROWS_SHOWN else masking.mask_text(theirs)
            yield write_comment(f'{quote(shown)} = "?" # {count_of(rows, "row")}')
        yield ""


def write_procedures(draft: Draft) -> Iterator[str]:
    """The names of procedures that are published as they are."""
    found = draft.procedures
    if not found.names:
        return
    yield write_line(
        "[values.procedure_code]",
        "theirs = as published; a name without a line is published as a label, like text-1a2b3c",
    )
    for theirs, (name, rows) in found.names.items():
        yield write_line(f"{quote(theirs)} = {quote(name)}", count_of(rows, "row"))


def write_units(draft: Draft) -> Iterator[str]:
    """The codes of units that are named; of values that are no unit a comment."""
    units = draft.units
    named = units.named or {}
    new = [unit for unit in units.new if unit.value != unit.code]
    if named or new:
        yield write_line("[values.unit_code]", "theirs = the code in the register of agencies")
    if new:
        yield write_comment(
            "Codes of units that are not in the register are made up of their names. They are "
            "published: correct them before the first run, here and in agencies.csv."
        )
    for theirs, (code, rows) in named.items():
        yield write_line(
            f"{quote(theirs)} = {quote(code)}", f"{count_of(rows, 'row')}; its name in the register"
        )
    for unit in new:
        near = f"; or is it {' or '.join(unit.near)}?" if unit.near else ""
        reason = f"{count_of(unit.rows, 'row')}; not in the register: its code is made up{near}"
        yield write_line(f"{quote(unit.value)} = {quote(unit.code)}", reason)
    for unit in units.new:
        if unit.value == unit.code:
            near = f"; or is it {' or '.join(unit.near)}?" if unit.near else ""
            yield write_comment(
                f"{unit.value}: {count_of(unit.rows, 'row')}; not in the register{near}"
            )
    for value, rows in units.hidden:
        yield write_comment(
            f"{masking.mask_text(value)}: {count_of(rows, 'row')}; no unit of this sender"
        )


def write_unmapped(draft: Draft) -> Iterator[str]:
    """What happens to other values of these columns."""
    choices = {ours: each.if_unknown for ours, each in draft.codes.items() if each.known}
    others = {ours: choice for ours, choice in choices.items() if choice != "reject"}
    has_units = bool(draft.units.named or [u for u in draft.units.new if u.value != u.code])
    if has_units:
        others["unit_code"] = "keep"
    if draft.procedures.names:
        others["procedure_code"] = "keep"
    if others:
        yield write_line(
            "[unmapped]", "other values of these columns; of the rest they reject their row"
        )
    for ours, choice in others.items():
        reason = _KEPT.get(ours, "")
        yield write_line(f"{ours} = {quote(choice)}", reason)
