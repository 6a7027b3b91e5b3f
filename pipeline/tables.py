"""The tables that pass between the stages: columns, types, units, meaning.

Here belongs what one row is and what each column holds. Not here: how a table is filled (the
stage of its name) or what is allowed in it (expectations).
"""

import polars as pl

from pipeline.columns import Column, Table, code, count, moment, number, text, word

_MONTH = text("month", "month, YYYY-MM")
_SENDER = text("sender_code", "agency that sent the file")
_FILE = text("sha256", "SHA-256 of the file as sent")
_UNIT = text("unit_code", "agency or unit that handles, from the register")

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
FIGURE_INDICATORS = (
    "on_time_of_finished",
    "on_time_766",
    "due_on_time",
    "open_not_overdue",
    "satisfied_share",
    "response_rate",
)
"""Indicators that may come as figures: those that are a count among a count."""
INTAKES = ("received", "carried_over")
"""How a dossier came into the month."""
FINISHED = ("finished_early", "finished_on_due_date", "finished_overdue", "finished_without_due")
OPEN = ("open_not_due", "open_overdue", "open_without_due")
LEFT = "left"
"""What became of it in the month, by the due date in force: finished, open, or left."""
ENDED_BEFORE_MONTH, UNSEEN = "ended_before_month", "unseen"
APART = (ENDED_BEFORE_MONTH, UNSEEN)
"""Outcomes that are in no cell of form II.06a: a row that ended before the month began, and a
dossier that an earlier export showed open and this one does not show."""
VERDICTS = ("on_time", "late", LEFT)
"""How it is judged by its first due date."""
FINDING_NAMES = {
    "due_moved_more_than_once": "its due date changed for the second time",
    "ended_before_shown": "it ended before the month, and no export had shown it",
    "first_shown_after_due": "its first due date is shown for the first time after its month",
    "reopened": "an earlier export showed it ended, and it is open or ended in the month",
    UNSEEN: "an earlier export showed it open, and this one is the first not to show it",
}
"""What the lives of dossiers over several exports may show, each counted in the month that does."""
CLOCKS = {"working": 8, "elapsed": 24}
"""Hours that make a day on each clock."""

AGENCIES = Table(
    "agencies",
    "an agency or unit while it keeps one territory and one name",
    (
        text("code", "code of the agency"),
        text("name_vi", "name in Vietnamese"),
        text("name_en", "name in English", is_required=False),
        text("kind", "kind of body: province, ministry, department, commune …"),
        text("parent_code", "agency it belongs to; empty at the top", is_required=False),
        Column("valid_from", pl.Date(), "first day; empty = always", "day", is_required=False),
        Column("valid_to", pl.Date(), "last day; empty = still", "day", is_required=False),
        text("successor_code", "agency that took over", is_required=False),
    ),
)

_ROW = (
    code("sender_code", _SENDER.meaning),
    code("sha256", _FILE.meaning),
    count("row_number", "number of the record in its file, the header being 1", "row"),
)

_RECORD_UNIT = code("unit_code", _UNIT.meaning)

DOSSIERS = Table(
    "dossiers",
    "a dossier as it stood at the end of the month",
    (
        *_ROW,
        text("dossier_id", "code of the dossier"),
        code("procedure_code", "code of the procedure applied for", is_required=False),
        _RECORD_UNIT,
        word("status", STATUSES, "how far it has come"),
        word("channel", CHANNELS, "how it was handed in", is_required=False),
        word("applicant", APPLICANTS, "who applied", is_required=False),
        moment("received_at", "when the dossier was received", is_required=True),
        moment("due_at", "due date in force"),
        moment("first_due_at", "due date first shown to the applicant"),
        moment("ended_at", "end of handling, or when the dossier left"),
        moment("handed_over_at", "when the result was handed over"),
    ),
)

RATINGS = Table(
    "ratings",
    "one answer of one respondent to one question",
    (
        *_ROW,
        text("respondent_id", "who answered; the dossier where nothing else is sent"),
        text("dossier_id", "dossier that was rated", is_required=False),
        _RECORD_UNIT,
        word("question", QUESTIONS, "what was asked about"),
        word("scale", tuple(SCALES), "answers to choose from"),
        Column("answer", pl.Int64(), "level on the scale, the highest most satisfied", "level"),
        word("mode", MODES, "how the answer was given", is_required=False),
        Column("weight", pl.Float64(), "survey weight; 1 where none is sent", "respondents"),
        moment("answered_at", "when the answer was given", is_required=True),
        moment("dossier_ended_at", "when the rated dossier ended"),
    ),
)

FIGURES = Table(
    "figures",
    "a count sent ready-made: an indicator of a unit in the month",
    (
        *_ROW,
        _RECORD_UNIT,
        code("indicator", "indicator that the counts belong to"),
        text("breakdown", "part of the unit that the counts cover", is_required=False),
        moment("period_at", "any moment of the month counted", is_required=True),
        count("numerator", "cases that count", "cases"),
        count("denominator", "all cases", "cases"),
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
        text("kind", "kind of records"),
        _FILE,
        count("row_number", "number of the record in its file, the header being 1", "row"),
        text("column", "column at fault"),
        text("rule", "name of the rule"),
        text("found", "value at fault", is_required=False),
        text("reason", "what is wrong, in English"),
        text("reason_vi", "what is wrong, in Vietnamese"),
    ),
)

DELIVERED = Table(
    "deliveries",
    "a file of a delivery, or a sender that sent none",
    (
        _MONTH,
        _SENDER,
        text("sender_name", "name of the sender in Vietnamese"),
        text("kind", "kind of records; empty for a missing sender", is_required=False),
        text("sha256", "SHA-256 of the file as sent", is_required=False),
        text("profile", "profile it was read with", is_required=False),
        text("status", "accepted, refused or missing"),
        count("rows", "records in the file", "rows", is_required=False),
        count("accepted", "rows that count", "rows", is_required=False),
        count("rejected", "rows set aside", "rows", is_required=False),
        text("fault", "why the file is refused, from a closed list", is_required=False),
        text("message", "the fault and its cure, in English", is_required=False),
        text("message_vi", "the fault and its cure, in Vietnamese", is_required=False),
    ),
)

_TALLY = (_MONTH, _SENDER, _FILE, _UNIT)

OUTCOMES = Table(
    "outcomes",
    "dossiers of a file, unit, procedure, channel and applicant with the same outcome",
    (
        *_TALLY,
        text("clock", "working or elapsed"),
        text("procedure_code", "procedure; empty when not sent"),
        text("channel", "one of CHANNELS"),
        text("applicant", "one of APPLICANTS"),
        text("intake", f"{' or '.join(INTAKES)}; empty where apart", is_required=False),
        text("outcome", f"{', '.join((*FINISHED, *OPEN, LEFT))}; apart: {', '.join(APART)}"),
        text("verdict", f"{', '.join(VERDICTS)}; empty when not judged", is_required=False),
        text(
            "due_month",
            "month of the first due date of the judged; this month where that is past",
            is_required=False,
        ),
        count("dossiers", "how many", "dossiers"),
        count("saved_thousandths", "sum of the shares of allowed time saved", "thousandths"),
        count("saved_squared_millionths", "sum of their squares", "millionths"),
    ),
)

AGES = Table(
    "ages",
    "an age at which dossiers of a file and unit entered or left the month",
    (
        *_TALLY,
        text("clock", "working or elapsed"),
        count("age_hours", "age in whole hours, rounded up", "hours"),
        count("entered", "under observation from this age on", "dossiers"),
        count("finished", "ended with a result at this age", "dossiers"),
        count("left", "left at this age without a result", "dossiers"),
        count("still_open", "of this age, open, at the month's end", "dossiers"),
    ),
)

ANY_QUESTION, ANY_FACTOR = "any", "any_factor"
"""Questions under which each respondent, or each who rated a factor, stands once, unanswered."""

ANSWERS = Table(
    "answers",
    "respondents of a file and unit with the same answer to a question",
    (
        *_TALLY,
        text("question", "one of QUESTIONS, or any or any_factor: each respondent once"),
        text("scale", "one of SCALES"),
        Column("answer", pl.Int64(), "level; empty for any…", "level", is_required=False),
        text("mode", "one of MODES"),
        text("dossier_month", "month in which the dossier ended", is_required=False),
        count("respondents", "how many", "respondents"),
        count("weight_millionths", "sum of weights", "millionths"),
        # Wider than other counts: a million squared is 10^24 trillionths.
        Column("weight_squared_trillionths", pl.Int128(), "sum of squared weights", "trillionths"),
    ),
)

COUNTS = Table(
    "figures",
    "counts of a file, unit and indicator, as sent",
    (
        *_TALLY,
        text("indicator", "indicator that the counts belong to"),
        count("numerator", "cases that count", "cases"),
        count("denominator", "all cases", "cases"),
    ),
)

FINDINGS = Table(
    "findings",
    "a finding of dossiers of a file and unit, over the exports so far",
    (
        *_TALLY,
        text("finding", ", ".join(FINDING_NAMES)),
        count("dossiers", "how many", "dossiers"),
    ),
)

TALLIES = {table.name: table for table in (OUTCOMES, AGES, ANSWERS, COUNTS, FINDINGS)}
"""The tables of counts, by name."""

INDICES = Table(
    "indices",
    "an indicator of a unit in the month",
    (
        _MONTH,
        _UNIT,
        text("unit_name", "name of the unit in Vietnamese"),
        text("parent_code", "agency above the unit", is_required=False),
        text("level", "kind of body, from the register"),
        text("indicator", "name of the indicator"),
        number("value", "published value, rounded; empty with a note that says why"),
        text("unit", "share (0-1), points (0-100) or days"),
        text("clock", "working (8 hours a day) or elapsed (24), for times", is_required=False),
        number("numerator", "what counts", "as the formula says"),
        number("denominator", "what it is counted among", "as the formula says"),
        number("lower", "lower 95 % limit"),
        number("upper", "upper 95 % limit"),
        text("interval_source", "chance, sampling or both", is_required=False),
        text("note", "from a closed list", is_required=False),
        text("method", "method that defines the indicator"),
        text("scale", "scale and kind of question, for satisfaction", is_required=False),
        number("left_out", "cases counted apart: not dated, or left before their due date"),
        number("effective_n", "sample size that the limits rest on"),
        number("standard_error", "standard error of the value, in its unit"),
    ),
)

RANKINGS = Table(
    "rankings",
    "a unit in a league, by one indicator",
    (
        _MONTH,
        text("league", "units ranked against each other: kind, and parent if any"),
        text("indicator", "name of the indicator"),
        _UNIT,
        text("unit_name", "name of the unit in Vietnamese"),
        number("value", "published value"),
        count("rank", "competition rank, 1 is best", "rank", is_required=False),
        count("rank_lower", "best rank that the data cannot exclude", "rank", is_required=False),
        count("rank_upper", "worst rank that it cannot exclude", "rank", is_required=False),
        text("rank_set_kind", "joint: Klein, Wright and Wieczorek", is_required=False),
        count("tier", "tier, 1 is best", "tier", is_required=False),
        text("band", "band of an official method", is_required=False),
        number("previous_value", "value of the month before"),
        count("previous_rank", "rank of the month before", "rank", is_required=False),
        text("note", "why it is not ranked, or what to know of its rank", is_required=False),
    ),
)

RANKED = Table(
    "rankings",
    "a row of RANKINGS with what pages need beside it and editions leave out",
    (
        *RANKINGS.columns,
        number("previous_standard_error", "standard error of the value of the month before"),
    ),
)
