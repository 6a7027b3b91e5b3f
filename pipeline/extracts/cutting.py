"""Cutting: the rows of an extract as a month's export would have had them.

What happened after the month's end is empty, and what ended later is shown open. Not here: in which
months a row stands (placing).
"""

from datetime import datetime

import polars as pl

from pipeline import months
from pipeline.exports import name_in_frame
from pipeline.extracts.placing import ENDS, Extract, list_later_moments, stands_in
from pipeline.extracts.statuses import StatusWords, no_open_word

_KNOWN_WITH = {
    "supplement_requested_at": ("supplement_requests",),
    "handled_at": ("satisfied", "is_upheld"),
}
"""Columns that are empty where the moment that they belong to is still to come."""


def cut_month(extract: Extract, month: str, words: StatusWords) -> pl.DataFrame:
    """The export of a month: one row a record that stood in it, as at its end, as text.

    The columns are `extract.columns` under their names in the frame, the rows in order of the file.
    What happened after the month's end is empty, and what ended later is shown open. Raises
    StatusWordError where the profile has no word for that.
    """
    stands = extract.states.select(stands_in(month)).to_series()
    states = extract.states.filter(stands)
    text = extract.rows.frame.filter(stands).select(map(name_in_frame, extract.columns))
    later = states.select(**_find_later(extract, months.end(month)))
    emptied = [
        text.get_column(name).set(later.get_column(name), None)
        for name in text.columns
        if name in later.columns
    ]
    text = text.with_columns(emptied)
    if not extract.is_of_spans:
        return text
    return text.with_columns(_show_statuses(extract, text, states, months.end(month), words))


def _is_at_or_after(column: str, end: datetime) -> pl.Expr:
    """Whether a moment is after a month, which ends before `end`; false where there is none."""
    return (pl.col(column) >= end).fill_null(value=False)


def _find_later(extract: Extract, end: datetime) -> dict[str, pl.Expr]:
    """By column of the frame, whether what stands there was not known yet at a month's end."""
    later: dict[str, list[pl.Expr]] = {}
    for moment in list_later_moments(extract.profile.kind):
        for ours in (moment, *_KNOWN_WITH.get(moment, ())):
            theirs = extract.profile.columns.get(ours)
            if theirs in extract.columns:
                later.setdefault(name_in_frame(theirs), []).append(_is_at_or_after(moment, end))
    return {name: pl.any_horizontal(each) for name, each in later.items()}


def _show_statuses(
    extract: Extract, text: pl.DataFrame, states: pl.DataFrame, end: datetime, words: StatusWords
) -> list[pl.Series]:
    """The column of statuses as at a month's end; no column where the profile reads none."""
    theirs = extract.profile.columns.get("status")
    is_open = states.select(_is_open_before(extract.profile.kind, end)).to_series()
    if theirs not in extract.columns:
        # A status that follows from the end needs no word.
        if is_open.any() and "status" in extract.profile.constants:
            raise no_open_word(extract.profile)
        return []
    if is_open.any() and words.shown_open is None:
        raise no_open_word(extract.profile)
    statuses = text.get_column(name_in_frame(theirs)).set(is_open, words.shown_open)
    if extract.profile.kind != "dossiers":
        return [statuses]
    for word, is_so in ((words.waiting, _is_waiting(end)), (words.finished, _is_finished(end))):
        if word is not None:
            statuses = statuses.set(states.select(is_so).to_series(), word)
    return [statuses]


def _is_open_before(kind: str, end: datetime) -> pl.Expr:
    """Whether a record was open at a month's end and has another status since: it ended later, or
    was sent back later.
    """
    ended_later = _is_at_or_after(ENDS, end)
    if kind != "dossiers":
        return ended_later
    is_sent_back = (pl.col("status") == "supplement_requested").fill_null(value=False)
    return ended_later | (is_sent_back & _is_at_or_after("supplement_requested_at", end))


def _is_waiting(end: datetime) -> pl.Expr:
    """Whether papers were asked for before a month's end, and came later, or never before the end
    of the dossier.
    """
    is_asked = (pl.col("supplement_requested_at") < end).fill_null(value=False)
    never_came = pl.col("supplement_received_at").is_null() & _is_at_or_after(ENDS, end)
    return is_asked & (_is_at_or_after("supplement_received_at", end) | never_came)


def _is_finished(end: datetime) -> pl.Expr:
    """Whether a dossier had ended by a month's end, and its result was handed over later."""
    is_handed_over = (pl.col("status") == "handed_over").fill_null(value=False)
    return is_handed_over & ~_is_at_or_after(ENDS, end) & _is_at_or_after("handed_over_at", end)
