"""The tables that pass between the stages: columns, types, units, meaning.

Here belongs what one row is and what each column holds. Not here: how a table is filled (the
stage of its name) or what is allowed in it (expectations).
"""

from dataclasses import dataclass

import polars as pl

MOMENT = pl.Datetime("ms")
"""Local wall time in the sender's zone, without a zone of its own."""


@dataclass(frozen=True)
class Column:
    """One column: its Polars type, its unit (empty when it has none) and what it means."""

    name: str
    dtype: pl.DataType
    meaning: str
    unit: str = ""
    is_required: bool = True


@dataclass(frozen=True)
class Table:
    """A table: what one row is, and its columns in order."""

    name: str
    row: str
    columns: tuple[Column, ...]

    @property
    def schema(self) -> pl.Schema:
        """Names and types in order."""
        return pl.Schema({column.name: column.dtype for column in self.columns})

    @property
    def names(self) -> list[str]:
        """Column names in order."""
        return [column.name for column in self.columns]

    def empty(self) -> pl.DataFrame:
        """The table without rows."""
        return pl.DataFrame(schema=self.schema)

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with exactly this table's columns, in order and cast to its types.

        Columns that the frame lacks become null. A value that cannot be cast raises.
        """
        missing = [
            pl.lit(None, column.dtype).alias(column.name)
            for column in self.columns
            if column.name not in frame.columns
        ]
        return frame.with_columns(missing).select(self.names).cast(self.schema)


def _text(name: str, meaning: str, *, is_required: bool = True) -> Column:
    return Column(name, pl.String(), meaning, is_required=is_required)


def _code(name: str, meaning: str, *, is_required: bool = True) -> Column:
    """A text that many rows share, kept and grouped by as a number."""
    return Column(name, pl.Categorical(), meaning, is_required=is_required)


def _word(
    name: str, words: tuple[str, ...], meaning: str = "", *, is_required: bool = True
) -> Column:
    return Column(name, pl.Enum(words), meaning, is_required=is_required)


def _count(name: str, meaning: str, unit: str, *, is_required: bool = True) -> Column:
    return Column(name, pl.Int64(), meaning, unit, is_required)


def _number(name: str, meaning: str, unit: str = "") -> Column:
    return Column(name, pl.Float64(), meaning, unit, is_required=False)


def _moment(name: str, meaning: str, *, is_required: bool = False) -> Column:
    return Column(name, MOMENT, meaning, "local wall time", is_required)


_MONTH = _text("month", "month, YYYY-MM")
_SENDER = _text("sender_code", "agency that sent the file")
_FILE = _text("sha256", "SHA-256 of the file as sent")
_UNIT = _text("unit_code", "agency or unit that handles, from the register")

KINDS = ("dossiers", "ratings", "figures")
"""Kinds of records, and how an export's file name begins."""

STATUSES = (
    "newly_registered",
    "received",
    "not_received",
    "in_progress",
    "supplement_requested",
    "payment_requested",
    "withdrawn",
    "stopped",
    "finished",
    "handed_over",
)
"""A dossier's status, in the order of the national codes 1 to 10."""
UNCOUNTED_STATUSES = ("newly_registered", "not_received")
ENDED_STATUSES = ("finished", "handed_over")
LEFT_STATUSES = ("withdrawn", "stopped")

CHANNELS = ("counter", "online", "post", "phone", "internal", "other")
APPLICANTS = ("citizen", "enterprise", "household", "agency", "other")
SCALES = {"five": (1, 5), "three": (1, 3), "yes_no": (0, 1)}
"""Lowest and highest answer of each scale; the highest is the most satisfied."""
QUESTIONS = ("overall", "access", "procedures", "officials", "results", "feedback")
FACTORS = QUESTIONS[1:]
MODES = ("online", "kiosk", "paper", "phone", "other")
CLOCKS = {"working": 8, "elapsed": 24}
"""Hours that make a day on each clock."""

AGENCIES = Table(
    "agencies",
    "an agency or unit while it keeps one territory and one name",
    (
        _text("code", "code of the agency"),
        _text("name_vi", "name in Vietnamese"),
        _text("name_en", "name in English", is_required=False),
        _text("kind", "kind of body: province, ministry, department, commune …"),
        _text("parent_code", "agency it belongs to; empty at the top", is_required=False),
        Column("valid_from", pl.Date(), "first day; empty = always", "day", is_required=False),
        Column("valid_to", pl.Date(), "last day; empty = still", "day", is_required=False),
        _text("successor_code", "agency that took over", is_required=False),
    ),
)

_ROW = (
    _code("sender_code", _SENDER.meaning),
    _code("sha256", _FILE.meaning),
    _count("row_number", "number of the record in its file, the header being 1", "row"),
)

_RECORD_UNIT = _code("unit_code", _UNIT.meaning)

DOSSIERS = Table(
    "dossiers",
    "a dossier as it stood at the end of the month",
    (
        *_ROW,
        _text("dossier_id", "code of the dossier"),
        _code("procedure_code", "code of the procedure applied for", is_required=False),
        _RECORD_UNIT,
        _word("status", STATUSES, "how far it has come"),
        _word("channel", CHANNELS, "how it was handed in", is_required=False),
        _word("applicant", APPLICANTS, "who applied", is_required=False),
        _moment("received_at", "when the dossier was received", is_required=True),
        _moment("due_at", "due date in force"),
        _moment("first_due_at", "due date first shown to the applicant"),
        _moment("ended_at", "end of handling, or when the dossier left"),
        _moment("handed_over_at", "when the result was handed over"),
    ),
)

RATINGS = Table(
    "ratings",
    "one answer of one respondent to one question",
    (
        *_ROW,
        _text("respondent_id", "who answered; the dossier where nothing else is sent"),
        _text("dossier_id", "dossier that was rated", is_required=False),
        _RECORD_UNIT,
        _word("question", QUESTIONS, "what was asked about"),
        _word("scale", tuple(SCALES), "answers to choose from"),
        Column("answer", pl.Int64(), "level on the scale, the highest most satisfied", "level"),
        _word("mode", MODES, "how the answer was given", is_required=False),
        Column("weight", pl.Float64(), "survey weight; 1 where none is sent", "respondents"),
        _moment("answered_at", "when the answer was given", is_required=True),
        _moment("dossier_ended_at", "when the rated dossier ended"),
    ),
)

FIGURES = Table(
    "figures",
    "a count sent ready-made: an indicator of a unit in the month",
    (
        *_ROW,
        _RECORD_UNIT,
        _code("indicator", "indicator that the counts belong to"),
        _text("breakdown", "part of the unit that the counts cover", is_required=False),
        _moment("period_at", "any moment of the month counted", is_required=True),
        _count("numerator", "cases that count", "cases"),
        _count("denominator", "all cases", "cases"),
    ),
)

RECORDS = {table.name: table for table in (DOSSIERS, RATINGS, FIGURES)}
"""The tables of typed rows, by kind."""

REJECTED = Table(
    "rejected",
    "a rule that a rejected row breaks; a row stands once for each",
    (
        _MONTH,
        _SENDER,
        _text("kind", "kind of records"),
        _FILE,
        _count("row_number", "number of the record in its file, the header being 1", "row"),
        _text("column", "column at fault"),
        _text("rule", "name of the rule"),
        _text("found", "value at fault", is_required=False),
        _text("reason", "what is wrong, in English"),
        _text("reason_vi", "what is wrong, in Vietnamese"),
    ),
)

DELIVERED = Table(
    "deliveries",
    "a file of a delivery, or a sender that sent none",
    (
        _MONTH,
        _SENDER,
        _text("sender_name", "name of the sender in Vietnamese"),
        _text("kind", "kind of records; empty for a missing sender", is_required=False),
        _text("sha256", "SHA-256 of the file as sent", is_required=False),
        _text("profile", "profile it was read with", is_required=False),
        _text("status", "accepted, refused or missing"),
        _count("rows", "records in the file", "rows", is_required=False),
        _count("accepted", "rows that count", "rows", is_required=False),
        _count("rejected", "rows set aside", "rows", is_required=False),
        _text("fault", "why the file is refused, from a closed list", is_required=False),
        _text("message", "the fault and its cure, in English", is_required=False),
        _text("message_vi", "the fault and its cure, in Vietnamese", is_required=False),
    ),
)

_TALLY = (_MONTH, _SENDER, _FILE, _UNIT)

OUTCOMES = Table(
    "outcomes",
    "dossiers of a file, unit, procedure, channel and applicant with the same outcome",
    (
        *_TALLY,
        _text("clock", "working or elapsed"),
        _text("procedure_code", "procedure; empty when not sent"),
        _text("channel", "one of CHANNELS"),
        _text("applicant", "one of APPLICANTS"),
        _text("intake", "received (in the month) or carried_over"),
        _text(
            "outcome",
            "finished_early, finished_on_due_date, finished_overdue, finished_without_due, "
            "open_not_due, open_overdue, open_without_due or left",
        ),
        _text(
            "verdict",
            "on_time, late or left by the first due date; empty when not judged this month",
            is_required=False,
        ),
        _text("due_month", "month of the first due date of the judged", is_required=False),
        _count("dossiers", "how many", "dossiers"),
        _count("saved_thousandths", "sum of the shares of allowed time saved", "thousandths"),
        _count("saved_squared_millionths", "sum of their squares", "millionths"),
    ),
)

AGES = Table(
    "ages",
    "an age at which dossiers of a file and unit entered or left the month",
    (
        *_TALLY,
        _text("clock", "working or elapsed"),
        _count("age_hours", "age in whole hours, rounded up", "hours"),
        _count("entered", "under observation from this age on", "dossiers"),
        _count("finished", "ended with a result at this age", "dossiers"),
        _count("left", "left at this age without a result", "dossiers"),
        _count("still_open", "of this age, open, at the month's end", "dossiers"),
    ),
)

ANY_QUESTION = "any"
"""The question under which each respondent is counted once, with an empty answer."""

ANSWERS = Table(
    "answers",
    "respondents of a file and unit with the same answer to a question",
    (
        *_TALLY,
        _text("question", "one of QUESTIONS, or any: each respondent once"),
        _text("scale", "one of SCALES"),
        Column("answer", pl.Int64(), "level; empty for any", "level", is_required=False),
        _text("mode", "one of MODES"),
        _text("dossier_month", "month in which the dossier ended", is_required=False),
        _count("respondents", "how many", "respondents"),
        _count("weight_millionths", "sum of weights", "millionths"),
        _count("weight_squared_millionths", "sum of squared weights", "millionths"),
    ),
)

COUNTS = Table(
    "figures",
    "counts of a file, unit and indicator, as sent",
    (
        *_TALLY,
        _text("indicator", "indicator that the counts belong to"),
        _count("numerator", "cases that count", "cases"),
        _count("denominator", "all cases", "cases"),
    ),
)

TALLIES = {table.name: table for table in (OUTCOMES, AGES, ANSWERS, COUNTS)}
"""The four tables of counts, by name."""

INDICES = Table(
    "indices",
    "an indicator of a unit in the month",
    (
        _MONTH,
        _UNIT,
        _text("unit_name", "name of the unit in Vietnamese"),
        _text("parent_code", "agency above the unit", is_required=False),
        _text("level", "kind of body, from the register"),
        _text("indicator", "name of the indicator"),
        _number("value", "published value, rounded; empty with a note that says why"),
        _text("unit", "share (0-1), points (0-100) or days"),
        _text("clock", "working (8 hours a day) or elapsed (24), for times", is_required=False),
        _number("numerator", "what counts", "as the formula says"),
        _number("denominator", "what it is counted among", "as the formula says"),
        _number("lower", "lower 95 % limit"),
        _number("upper", "upper 95 % limit"),
        _text("interval_source", "chance, sampling or both", is_required=False),
        _text("note", "from a closed list", is_required=False),
        _text("method", "method that defines the indicator"),
        _text("scale", "scale and kind of question, for satisfaction", is_required=False),
        _number("left_out", "cases counted apart: not dated, or left before their due date"),
        _number("effective_n", "sample size that the limits rest on"),
        _number("standard_error", "standard error of the value, in its unit"),
    ),
)

RANKINGS = Table(
    "rankings",
    "a unit in a league, by one indicator",
    (
        _MONTH,
        _text("league", "units ranked against each other: kind, and parent if any"),
        _text("indicator", "name of the indicator"),
        _UNIT,
        _text("unit_name", "name of the unit in Vietnamese"),
        _number("value", "published value"),
        _count("rank", "competition rank, 1 is best", "rank", is_required=False),
        _count("rank_lower", "best rank that the data cannot exclude", "rank", is_required=False),
        _count("rank_upper", "worst rank that it cannot exclude", "rank", is_required=False),
        _text("rank_set_kind", "joint: Klein, Wright and Wieczorek", is_required=False),
        _count("tier", "tier, 1 is best", "tier", is_required=False),
        _text("band", "band of an official method", is_required=False),
        _number("previous_value", "value of the month before"),
        _count("previous_rank", "rank of the month before", "rank", is_required=False),
        _text("note", "why it is not ranked, or provisional", is_required=False),
    ),
)
