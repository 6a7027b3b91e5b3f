"""Doubts: what of a draft is not sure, in words, the most important first.

Here belong the remarks that a person should look at. Not here: what was found (draft), the reason
of each line of the profile (writing).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from pipeline.drafting.derived import ANY_SENDER
from pipeline.drafting.matching import is_one_end
from pipeline.plurals import count_of
from pipeline.profiles.questions import UNKNOWN_QUESTION
from pipeline.tables import QUESTIONS

if TYPE_CHECKING:
    from pipeline.drafting.code_lists import CodeList
    from pipeline.drafting.draft import Draft

_MANY_DAYS_OFF_SHARE = 0.1
"""Deadlines in working days end on working days, but for those that are worked all the same."""
_USUAL_ROWS = 3
"""A value that so many rows have is a word of the sender, and no person's."""
_MOST_END_MONTHS = 2
"""The ends in a month's export lie in its month, and perhaps in the next one."""


def list_doubts(
    draft: Draft, end_months: int, days_off_share: float, nights: Iterable[str] = ()
) -> tuple[str, ...]:
    """The remarks on a draft, each once. `end_months` is in how many months its records ended,
    `days_off_share` which share of its due dates lies on Saturdays and Sundays, `nights` which
    times lie in the night.
    """
    parts = (
        _list_of_sender(draft),
        _list_of_columns(draft),
        _list_of_questions(draft),
        _list_of_dates(draft, end_months),
        _list_of_nights(nights),
        _list_of_clock(draft, days_off_share),
        _list_of_values(draft),
        _list_of_procedures(draft),
        _list_of_units(draft),
    )
    return tuple(dict.fromkeys(remark for part in parts for remark in part))


def _list_of_columns(draft: Draft) -> Iterator[str]:
    if draft.built_in:
        yield (
            f"the built-in profile {draft.built_in} reads a file like this one: no profile of your "
            "own is needed"
        )
    for ours in draft.derived.missing:
        yield draft.unread_times.get(
            ours, f"no column was found for {ours}, which {draft.kind} need: name it in [columns]"
        )
    for ours, remark in draft.derived.optional.items():
        yield draft.unread_times.get(ours, f"{ours}: {remark}")
    if draft.derived.statuses:
        with_end, without_end = draft.derived.statuses
        yield f"no status is sent: with an end it is {with_end}, without one {without_end}"
    for ours in draft.derived.from_month:
        unread = draft.unread_times.get(ours, f"no column was found for {ours}")
        yield f"{unread}: the month of the folder is taken"
    yield from draft.layout.unsure
    for ours, match in draft.columns.items():
        if ours == "ended_at" and is_one_end(draft.columns):
            yield f"ended_at and handed_over_at are both read from {match.theirs!r}: {match.reason}"
        elif not match.is_sure:
            yield f"{ours} is read from {match.theirs!r}, which may be wrong: {match.reason}"
        if match.rivals:
            names = ", ".join(map(repr, match.rivals))
            yield (
                f"{ours} is read from {match.theirs!r}; it may also be {names}: choose in [columns]"
            )
    if draft.identity.unsure:
        yield draft.identity.unsure


def _list_of_questions(draft: Draft) -> Iterator[str]:
    unclear = [each for each in draft.questions if not each.question]
    if unclear:
        yield (
            f"{count_of(len(unclear), 'answer column')} without a word in questions: write one of "
            f"{', '.join(QUESTIONS)} in each, in place of {UNKNOWN_QUESTION}"
        )
    if guessed := len(draft.questions) - len(unclear):
        yield (
            f"{count_of(guessed, 'answer column')} with a word in questions that was guessed by "
            "its name: see that it is right"
        )
    may_be_yes = [each for each in draft.questions if _is_one_or_two(each.scale, each.answers)]
    if may_be_yes:
        yield (
            f"{count_of(len(may_be_yes), 'answer column')} with 1 and 2 alone: if 1 means yes and "
            '2 no, write scale = "yes_no", values = {1 = 1, 2 = 0} in each'
        )
    if "answer" in draft.codes and _is_one_or_two(draft.scale, draft.codes["answer"]):
        yield (
            "answer is 1 or 2 alone: if 1 means yes and 2 no, write scale = "
            '"yes_no" and [values.answer] with 1 = "1" and 2 = "0"'
        )
    for each in draft.questions:
        if each.may_be_reversed:
            yield f"{each.column!r} goes against the other questions: see whether it is reversed"


def _is_one_or_two(scale: str, answers: CodeList) -> bool:
    """Whether all answers are the codes 1 and 2, which may be points and may be yes and no."""
    return scale == "three" and answers.are_ours and set(answers.known) == {"1", "2"}


def _list_of_dates(draft: Draft, end_months: int) -> Iterator[str]:
    yield from draft.dates.unsure
    for ours, (rows, _) in draft.dates.unread.items():
        yield f"values of {ours} that are no time in these formats: {rows:,}"
    if end_months > _MOST_END_MONTHS:
        yield (
            f"its ends lie in {end_months} months: if the file is a whole history and no month's "
            "export, cut it first with reform-index split"
        )


def _list_of_nights(nights: Iterable[str]) -> Iterator[str]:
    for ours in nights:
        yield (
            f"most times of {ours} lie between 19:00 and 06:00: if they are not those of clocks in "
            "the office (UTC without an offset, or local times with a Z), let the sender write "
            "local times, else days and verdicts are wrong"
        )


def _list_of_clock(draft: Draft, days_off_share: float) -> Iterator[str]:
    if draft.is_national and days_off_share >= _MANY_DAYS_OFF_SHARE:
        yield (
            f"{days_off_share:.0%} of the due dates are Saturdays or Sundays: if deadlines count "
            'every day and no working days, write clock = "elapsed"'
        )


def _list_of_values(draft: Draft) -> Iterator[str]:
    for ours, found in draft.codes.items():
        rows = sum(n for _, n in found.unknown)
        if rows and found.if_unknown == "reject":
            yield (
                f"values of {ours} without a word of ours: {len(found.unknown)} "
                f"({count_of(rows, 'row')}); write it in [values.{ours}]"
            )
        if found.by_part:
            rows = sum(found.known[value][1] for value in found.by_part)
            usual = sorted(value for value in found.by_part if found.known[value][1] >= _USUAL_ROWS)
            named = f", like {usual[0]!r}" if usual else ""
            yield (
                f"values of {ours} of which only a part is a known word{named}: "
                f"{len(found.by_part)} ({count_of(rows, 'row')}); see that their words in "
                f"[values.{ours}] are right"
            )
    for ours, codes in draft.missing.items():
        shown = ", ".join(map(repr, codes))
        rows = sum(codes.values())
        yield f'in {ours} these are taken for "not known": {shown} ({count_of(rows, "row")})'


def _list_of_procedures(draft: Draft) -> Iterator[str]:
    found = draft.procedures
    if found.has_too_many:
        yield (
            f"procedure_code has {found.others:,} different texts, too many for names of "
            "procedures: each is published as a label like text-1a2b3c; write the names that may "
            "be published into [values.procedure_code]"
        )
    elif found.names:
        yield (
            f"{count_of(len(found.names), 'name')} of procedures will be published as they are: "
            "take out of [values.procedure_code] what is none"
        )
    if found.others and not found.has_too_many:
        yield (
            f"{count_of(found.others, 'text')} in procedure_code of fewer than 3 rows will be "
            "published as a label like text-1a2b3c"
        )


def _list_of_sender(draft: Draft) -> Iterator[str]:
    hint = draft.hint
    if hint and draft.sender not in (ANY_SENDER, hint.code):
        yield (
            f"the file seems to come from {hint.code} = {hint.name} ({hint.reason}), and --sender "
            f"says {draft.sender}"
        )


def _list_of_units(draft: Draft) -> Iterator[str]:
    units = draft.units
    if units.new:
        yield (
            f"units that are not in the register: {len(units.new)}; lines for them are drafted, "
            "with codes made up of their names; codes and names are published, so correct them "
            "before the first run"
        )
    if near := [unit for unit in units.new if unit.near]:
        yield f"names of them like one in the register: {len(near)}; see [values.unit_code]"
    if units.hidden:
        rows = sum(n for _, n in units.hidden)
        found = f"{len(units.hidden)} ({count_of(rows, 'row')})"
        yield f"values of unit_code that are no unit of the sender: {found}"
    if units.is_new_sender and draft.sender != ANY_SENDER:
        yield f"{draft.sender} is a new agency: see its line in the drafted register"
    if not draft.is_national and draft.sender != ANY_SENDER:
        yield (
            f"{draft.sender} is not in the built-in register: see to time_zone and clock in the "
            "profile; its times are taken for those of Viet Nam, and days for 24 hours"
        )
