"""Doubts: what of a draft is not sure, in words, the most important first.

Here belong the remarks that a person should look at. Not here: what was found (draft), the reason
of each line of the profile (writing).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline.drafting.derived import ANY_SENDER

if TYPE_CHECKING:
    from pipeline.drafting.draft import Draft

_MOST_END_MONTHS = 2
"""The ends in a month's export lie in its month, and perhaps in the next one."""


def list_doubts(draft: Draft, end_months: int) -> tuple[str, ...]:
    """The remarks on a draft, each once. `end_months` is in how many months its records ended."""
    parts = (
        _list_of_columns(draft),
        _list_of_dates(draft, end_months),
        _list_of_values(draft),
        _list_of_units(draft),
    )
    return tuple(dict.fromkeys(remark for part in parts for remark in part))


def _list_of_columns(draft: Draft) -> Iterator[str]:
    unclear = [each for each in draft.questions if not each.question]
    if draft.built_in:
        yield (
            f"the built-in profile {draft.built_in} reads a file like this one: no profile of your "
            "own is needed"
        )
    for ours in draft.derived.missing:
        if ours != "answer" or not unclear:
            yield f"no column was found for {ours}, which {draft.kind} need: name it in [columns]"
    if unclear:
        yield (
            f"columns of answers that do not say what they ask about: {len(unclear)}; their lines "
            "in questions are comments: write a word in each, and take the # away"
        )
    for each in draft.questions:
        if each.may_be_reversed:
            yield f"{each.column!r} goes against the other questions: see whether it is reversed"
    for ours, remark in draft.derived.optional.items():
        yield f"{ours}: {remark}"
    if draft.derived.statuses:
        with_end, without_end = draft.derived.statuses
        yield f"no status is sent: with an end it is {with_end}, without one {without_end}"
    for ours in draft.derived.from_month:
        yield f"no column was found for {ours}: the month of the folder is taken"
    yield from draft.layout.unsure
    for ours, match in draft.columns.items():
        if not match.is_sure:
            yield f"{ours} is read from {match.theirs!r}, which may be wrong: {match.reason}"
    if draft.identity.unsure:
        yield draft.identity.unsure


def _list_of_dates(draft: Draft, end_months: int) -> Iterator[str]:
    yield from draft.dates.unsure
    for ours, (rows, _) in draft.dates.unread.items():
        yield f"values of {ours} that are no time in these formats: {rows:,}"
    if end_months > _MOST_END_MONTHS:
        yield (
            f"its ends lie in {end_months} months: if the file is a whole history and no month's "
            "export, cut it first with reform-index split"
        )


def _list_of_values(draft: Draft) -> Iterator[str]:
    for ours, found in draft.codes.items():
        rows = sum(n for _, n in found.unknown)
        if rows and found.if_unknown == "reject":
            yield f"values of {ours} without a word of ours: {len(found.unknown)} ({rows:,} rows)"
    for ours, codes in draft.missing.items():
        shown = ", ".join(map(repr, codes))
        rows = sum(codes.values())
        yield f'in {ours} these are taken for "not known": {shown} ({rows:,} rows)'


def _list_of_units(draft: Draft) -> Iterator[str]:
    units = draft.units
    if units.new:
        yield (
            f"units that are not in the register: {len(units.new)}; lines with codes are drafted "
            "for them; codes and names are published, so see to them before the first run"
        )
    if near := [unit for unit in units.new if unit.near]:
        yield f"names of them like one in the register: {len(near)}; see [values.unit_code]"
    if units.hidden:
        rows = sum(n for _, n in units.hidden)
        found = f"{len(units.hidden)} ({rows:,} rows)"
        yield f"values of unit_code that are no unit of the sender: {found}"
    if units.is_new_sender and draft.sender != ANY_SENDER:
        yield f"{draft.sender} is not in the register: write its name in agencies.csv"
    if not draft.is_national and draft.sender != ANY_SENDER:
        yield (
            f"{draft.sender} is not in the built-in register: see to time_zone and clock in the "
            "profile; its times are taken for those of Viet Nam, and days for 24 hours"
        )
