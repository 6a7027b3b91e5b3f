"""The tables of counts, and what is remembered of dossiers from one export to the next.

Here belongs what the stage tallies hands on, and the ledger after it. Not here: rates and ranks
(results).
"""

import polars as pl

from pipeline.columns import Column, Table, code, count, moment, text, word
from pipeline.tables.shared_columns import FILE, MONTH, SENDER, UNIT
from pipeline.tables.words import (
    APART,
    APPLICANTS,
    CHANNELS,
    CLOCKS,
    FINDING_NAMES,
    FINISHED,
    HANDLED,
    INTAKES,
    LEFT,
    NOT_SERVED,
    OPEN,
    PATTERN_NAMES,
    PENDING,
    REFUSED,
    SERVED_TIMES,
    VERDICTS,
)

_TALLY = (MONTH, SENDER, FILE, UNIT)

OUTCOMES = Table(
    "outcomes",
    "dossiers of a file, unit, procedure, channel and applicant with the same outcome",
    (
        *_TALLY,
        text("clock", "working or elapsed"),
        text("deadline_rule", "supplement rule and grain that the due dates are read by"),
        text("procedure_code", "procedure; empty when not sent"),
        text("channel", "one of CHANNELS"),
        text("applicant", "one of APPLICANTS"),
        text("intake", f"{' or '.join(INTAKES)}; empty where counted apart", is_required=False),
        text(
            "outcome", f"{', '.join((*FINISHED, *OPEN, LEFT))}; counted apart: {', '.join(APART)}"
        ),
        text("verdict", f"{', '.join(VERDICTS)}; empty when not judged", is_required=False),
        text(
            "due_month",
            "month of the first due date where judged; this month where that month is past",
            is_required=False,
        ),
        text(
            "served",
            f"{', '.join(SERVED_TIMES)}; empty where no result came in the month",
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
        count(
            "age_minutes",
            "upper edge of the bin that holds the age, no wider than 1 % of it or 1 minute",
            "minutes",
        ),
        count("entered", "under observation from this age on", "dossiers"),
        count("finished", "ended with a result at this age", "dossiers"),
        count("left", "left at this age without a result", "dossiers"),
        count("still_open", "of this age, open, at the month's end", "dossiers"),
    ),
)


ANSWERS = Table(
    "answers",
    "respondents of a file and unit with the same answer to a question",
    (
        *_TALLY,
        text(
            "question",
            "one of QUESTIONS; any or any_factor: each respondent once; no_answer or "
            "no_factor_answer: each time that none was given",
        ),
        text("scale", "one of SCALES"),
        Column(
            "answer",
            pl.Int64(),
            "point of the scale; empty for any, any_factor and where none was given",
            "scale point",
            is_required=False,
        ),
        text("mode", "one of MODES"),
        text("dossier_month", "month in which the dossier ended", is_required=False),
        count("respondents", "how many", "respondents"),
        count("weight_millionths", "sum of weights", "millionths"),
        # Wider than other counts: a million squared is 10^24 trillionths.
        Column("weight_squared_trillionths", pl.Int128(), "sum of squared weights", "trillionths"),
        text(
            "dossier_verdict",
            "on_time or late, where the rated dossier is the sender's own and due in the month",
            is_required=False,
        ),
    ),
)


def _sum(name: str, meaning: str, unit: str) -> Column:
    """A sum over respondents; wider than other counts."""
    return Column(name, pl.Int128(), meaning, unit)


PAIRS = Table(
    "pairs",
    "respondents of a unit and of all units below it, who answered both of two questions",
    (
        *_TALLY,
        text("scale", "one of SCALES"),
        text("question", "one of QUESTIONS; any or any_factor: each respondent once"),
        text("other_question", "a question of the same kind, or the same question"),
        count("respondents", "how many, each once in whatever units they answered", "respondents"),
        # The heaviest weight of a respondent is that of its answers to questions of this kind.
        _sum("weight_millionths", "sum of their heaviest weights", "millionths"),
        _sum("weight_squared_trillionths", "sum of the squares of these", "trillionths"),
        # Of each respondent the sum of its weights for question x the same for other_question,
        _sum("weight_products", "sum of weight x weight", "trillionths"),
        _sum("points_by_weight", "sum of weight x points (0-1) x weight", "trillionths"),
        _sum("points_products", "sum of weight x points x weight x points", "trillionths"),
        # and the same with satisfied answers in place of points, by its heaviest weight.
        _sum("weight_shares", "sum of weight x weight / heaviest weight", "trillionths"),
        _sum("satisfied_by_weight", "sum of satisfied weight x weight / heaviest", "trillionths"),
        _sum("satisfied_products", "sum of satisfied x satisfied weight / heaviest", "trillionths"),
    ),
)

_RATED = (
    *_TALLY,
    text("asked", "scale and kind of question: one of SCALES:overall, or :factors"),
    text("procedure_code", "procedure of the dossier; empty when not sent"),
    text("channel", "one of CHANNELS"),
    text("applicant", "one of APPLICANTS"),
    text("served", f"{', '.join(SERVED_TIMES)}; counted apart: {NOT_SERVED}"),
)

RATED = Table(
    "rated",
    "rated dossiers of a file and unit of which the same is known",
    (
        *_RATED,
        count("dossiers", "how many", "dossiers"),
        count("weight_millionths", "sum of the heaviest weight of each", "millionths"),
        count(
            "satisfied_millionths", "sum of weight x satisfied share of its answers", "millionths"
        ),
    ),
)

RATED_PAIRS = Table(
    "rated_pairs",
    "respondents of a unit, or of all units below an agency, who rated dossiers of two groups of "
    "RATED; or of one group twice",
    (
        *_RATED,
        text("other_procedure_code", "procedure of the other group"),
        text("other_channel", "one of CHANNELS"),
        text("other_applicant", "one of APPLICANTS"),
        text("other_served", ", ".join(SERVED_TIMES)),
        count("respondents", "how many", "respondents"),
        # Of each respondent the weight of its dossiers in a group x the same in the other group,
        _sum("weight_products", "sum of weight x other weight", "trillionths"),
        # and the satisfied weight in place of it.
        _sum("satisfied_by_weight", "sum of satisfied weight x other weight", "trillionths"),
        _sum("satisfied_products", "sum of satisfied x other satisfied weight", "trillionths"),
    ),
)

PETITION_COUNTS = Table(
    "petitions",
    "petitions of a file, unit and subject with the same outcome and opinion",
    (
        *_TALLY,
        text("subject", "one of SUBJECTS"),
        text("outcome", ", ".join((*HANDLED, *PENDING, REFUSED))),
        text("satisfied", "yes or no; empty text = not asked"),
        count("petitions", "how many", "petitions"),
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

PATTERNS = Table(
    "patterns",
    "a finding that records of a file and unit could show, and how often they do",
    (
        *_TALLY,
        text("finding", ", ".join(PATTERN_NAMES)),
        count("cases", "how often it was found", "cases"),
        count("looked_at", "among how many it could have been found", "cases"),
    ),
)

MARKED = Table(
    "marked",
    "answers of a file and unit, to a question, that a finding of ratings marks",
    (
        *_TALLY,
        text("question", "one of QUESTIONS; any_factor: each respondent who rated a factor, once"),
        text("scale", "one of SCALES"),
        Column(
            "answer",
            pl.Int64(),
            "point of the scale; empty: each respondent with a marked answer once",
            "scale point",
            is_required=False,
        ),
        count("respondents", "how many", "respondents"),
        count("weight_millionths", "sum of weights", "millionths"),
        count("largest_millionths", "largest sum of weights of one respondent", "millionths"),
    ),
)

ALLOWED = Table(
    "allowed",
    "dossiers of a file, unit and procedure, received in the month, with the same allowed time",
    (
        *_TALLY,
        text("clock", "working or elapsed"),
        text("procedure_code", "procedure; without one nothing is counted"),
        count(
            "allowed_days",
            "allowed time, from receipt to the first due date shown, to the nearest whole day",
            "days on the clock",
        ),
        count("dossiers", "how many", "dossiers"),
    ),
)

TALLIES = {
    table.name: table
    for table in (
        *(OUTCOMES, AGES, ANSWERS, PAIRS, RATED, RATED_PAIRS),
        *(COUNTS, PETITION_COUNTS, FINDINGS, PATTERNS, MARKED, ALLOWED),
    )
}
"""The tables of counts, by name."""

_LEDGER_SENDER = code("sender_code", "agency that sent the dossier")
_HASH = Column("dossier_hash", pl.UInt64(), "XXH3 of sender, dossier and day of receipt")

LEDGER = Table(
    "ledger",
    "a dossier that the last export to show it showed open",
    (
        _LEDGER_SENDER,
        _HASH,
        code("unit_code", "agency or unit that had it last"),
        code("procedure_code", "procedure; empty when not sent"),
        word("channel", CHANNELS, "how it was handed in"),
        word("applicant", APPLICANTS, "who applied"),
        word("clock", tuple(CLOCKS), "clock of the export that showed it"),
        moment("received_at", "when the dossier was received", is_required=True),
        moment("due_at", "last due date that an export showed"),
        moment("first_due_at", "due date in the first export that showed one, or as sent"),
        code("first_month", "month whose export showed it first"),
        code("last_month", "month whose export showed it last"),
        Column("due_changes", pl.UInt8(), "how often its due date was seen to change", "changes"),
        Column("is_unseen", pl.Boolean(), "whether the last export does not show it"),
    ),
)

DEADLINES = Table(
    "deadlines",
    "a dossier of the ledger that a deadline rule gives a deadline, or that it has judged",
    (
        _LEDGER_SENDER,
        _HASH,
        code("deadline_rule", "supplement rule and grain that the due dates are read by"),
        moment("deadline_at", "first due date by the rule, as last shown"),
        code("judged_month", "month in which it was judged; empty = not yet", is_required=False),
    ),
)

ENDED = Table("ended", "a dossier that a delivery showed ended", (_LEDGER_SENDER, _HASH))

REMEMBERED = {table.name: table for table in (LEDGER, DEADLINES, ENDED)}
"""The tables of what is remembered of a sender's dossiers after a delivery, by name."""
