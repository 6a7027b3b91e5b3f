"""Placing: in which months each row of an extract stands, or why it stands in none.

Not here: how a record stood at a month's end (cutting), words of senders (statuses).
"""

from dataclasses import dataclass

import polars as pl

from pipeline import months
from pipeline.errors import WrongUseError
from pipeline.exports import (
    EXPECTED_FIELD_COUNT,
    FIELD_COUNT,
    ROW_NUMBER,
    TextRows,
    name_in_frame,
)
from pipeline.extracts.statuses import ENDED, KNOWN, NEVER_OPEN
from pipeline.profiles import Profile
from pipeline.profiles.our_columns import MOMENT_OF_RECORD, moment_columns
from pipeline.records.times import DUE_DATES

REASONS = {
    "other_field_count": "it has more or fewer fields than the header",
    "no_beginning": "it has no {begin}",
    "unreadable_beginning": "its {begin} cannot be read",
    "unreadable_end": "its {end} cannot be read",
    "no_end": "its status says that it ended, and it has no {end}",
    "unknown_status": "the profile does not know its status, and it has no {end}",
    "ended_before": "it ended before the first month",
    "began_after": "its {begin} is after the last month",
}
"""Why a row stands in no month; {begin} and {end} are our columns with these moments."""
OUTSIDE = ("ended_before", "began_after")
"""The reasons that lie in the choice of months, and in no fault of the row."""

END_OF = {"dossiers": "ended_at", "petitions": "handled_at"}
"""The moment at which a record ends, of the kinds that are open before it."""
BEGINS, ENDS, REASON = "begins_at", "ends_at", "reason"


class ExtractError(WrongUseError):
    """An extract cannot be cut; the message names the cure."""


@dataclass(frozen=True)
class Extract:
    """An extract whose rows are placed in time.

    `rows` are its text. `states` has one row a row of it: row_number; begins_at and ends_at, the
    moments of the record in local wall time, ends_at null where it is open; reason, of REASONS,
    null where the row stands in a month; and, typed, the status and the moments that may be still
    to come at a month's end.
    """

    rows: TextRows
    states: pl.DataFrame
    profile: Profile

    @property
    def is_of_spans(self) -> bool:
        """Whether its records are open from one moment to another, not of one moment alone."""
        return self.profile.kind in END_OF

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the exports: those of the header that the profile names, in its order."""
        return tuple(
            name for name in self.rows.header if name_in_frame(name) in self.rows.frame.columns
        )


def place_rows(rows: TextRows, typed: pl.DataFrame, profile: Profile) -> Extract:
    """An extract from its rows of text and the same rows as records.type_rows gives them.

    A record that ended before it began stands in the month in which it began, for the row rules to
    reject it there.
    """
    kind = profile.kind
    begin = MOMENT_OF_RECORD[kind]
    ends = _find_end(kind)
    states = typed.select(
        ROW_NUMBER,
        pl.col(begin).alias(BEGINS),
        pl.when(ends >= pl.col(begin)).then(ends).when(ends.is_not_null()).then(begin).alias(ENDS),
        _find_reason(kind).alias(REASON),
        *(["status"] if kind in END_OF else []),
        *list_later_moments(kind),
        *(["first_due_at", "due_at"] if kind == "dossiers" else []),
    )
    return Extract(rows, states, profile)


def _find_end(kind: str) -> pl.Expr:
    if kind not in END_OF:
        return pl.col(MOMENT_OF_RECORD[kind])
    end = pl.col(END_OF[kind])
    if kind != "dossiers":
        return end
    return (
        pl.when(end.is_null() & (pl.col("status") == NEVER_OPEN)).then("received_at").otherwise(end)
    )


def _find_reason(kind: str) -> pl.Expr:
    begin = MOMENT_OF_RECORD[kind]
    reason = (
        pl.when(pl.col(FIELD_COUNT) != pl.col(EXPECTED_FIELD_COUNT))
        .then(pl.lit("other_field_count"))
        .when(pl.col(f"{begin}_as_sent").is_null())
        .then(pl.lit("no_beginning"))
        .when(pl.col(begin).is_null())
        .then(pl.lit("unreadable_beginning"))
    )
    if kind in END_OF:
        end = END_OF[kind]
        status = pl.col("status")
        reason = (
            reason.when(pl.col(end).is_null() & pl.col(f"{end}_as_sent").is_not_null())
            .then(pl.lit("unreadable_end"))
            .when(pl.col(end).is_null() & status.is_in(ENDED[kind]))
            .then(pl.lit("no_end"))
            .when(pl.col(end).is_null() & ~status.is_in(KNOWN[kind]).fill_null(value=False))
            .then(pl.lit("unknown_status"))
        )
    return reason.otherwise(pl.lit(None, pl.String))


def list_later_moments(kind: str) -> list[str]:
    """The moments that may be still to come at a month's end: due dates are known before."""
    known_before = (MOMENT_OF_RECORD[kind], *DUE_DATES)
    return [column for column in moment_columns(kind) if column not in known_before]


def find_span(extract: Extract) -> tuple[str, str]:
    """The first and last month in which a record began or ended. ExtractError where none did."""
    placed = extract.states.filter(pl.col(REASON).is_null())
    first, last = placed.select(
        first=pl.col(BEGINS).min(),
        last=pl.max_horizontal(pl.col(BEGINS).max(), pl.col(ENDS).max()),
    ).row(0)
    if first is None:
        begin = MOMENT_OF_RECORD[extract.profile.kind]
        raise ExtractError(
            f"no row of the extract can be placed in a month: see what {begin} is in the profile "
            f"{extract.profile.name}, and its date_formats (reform-index profile shows it)"
        )
    return months.of(first), months.of(last)


def within(extract: Extract, first: str, last: str) -> Extract:
    """The extract with a reason for the rows that stand in none of the months first to last."""
    reason = (
        pl.when(pl.col(REASON).is_not_null())
        .then(REASON)
        .when(pl.col(ENDS) < months.start(first))
        .then(pl.lit("ended_before"))
        .when(pl.col(BEGINS) >= months.end(last))
        .then(pl.lit("began_after"))
    )
    states = extract.states.with_columns(reason.otherwise(pl.lit(None, pl.String)).alias(REASON))
    return Extract(extract.rows, states, extract.profile)


def list_unplaced(extract: Extract) -> pl.DataFrame:
    """The rows that stand in no month: row_number, reason. In order of the file."""
    return extract.states.select(ROW_NUMBER, REASON).filter(pl.col(REASON).is_not_null())


def explain_reason(reason: str, kind: str) -> str:
    """A reason of REASONS in words, with our columns of a kind."""
    begin = MOMENT_OF_RECORD[kind]
    return REASONS[reason].format(begin=begin, end=END_OF.get(kind, begin))


def stands_in(month: str) -> pl.Expr:
    """Whether a row stands in a month: it began before the end and did not end before the start."""
    is_open_or_ends_later = pl.col(ENDS).is_null() | (pl.col(ENDS) >= months.start(month))
    is_begun = pl.col(BEGINS) < months.end(month)
    return pl.col(REASON).is_null() & is_begun & is_open_or_ends_later
