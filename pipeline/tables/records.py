"""The tables up to records: the register, typed rows, rejected rows, files of a delivery.

Here belongs what the stages exports and records hand on. Not here: counts of them (tallies).
"""

import polars as pl

from pipeline.columns import Column, Table, code, count, moment, text, word
from pipeline.tables.shared_columns import FILE, MONTH, SENDER, UNIT
from pipeline.tables.words import (
    APPLICANTS,
    CHANNELS,
    MODES,
    PETITION_STATUSES,
    QUESTIONS,
    SCALES,
    STATUSES,
    SUBJECTS,
    YES_NO,
)

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
        text("confidence", "how sure the code is: one of CONFIDENCES", is_required=False),
        text("successor_confidence", "how sure it is who took over", is_required=False),
    ),
)

_ROW = (
    code("sender_code", SENDER.meaning),
    code("sha256", FILE.meaning),
    count("row_number", "number of the record in its file, the header being 1", "row"),
)

_RECORD_UNIT = code("unit_code", UNIT.meaning)

HAS_SHARED_KEY = "has_shared_key"
"""Whether rows of the delivery that tell of another record have the same key."""

SOURCE_COLUMN = "source_column"
"""Of what column of its file a row is made, where a record has several rows."""
_OF_COLUMN = code(
    SOURCE_COLUMN,
    "column of the file that the row is made of; empty where the whole record is one row",
    is_required=False,
)

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
        moment("supplement_requested_at", "when the applicant was last asked for more papers"),
        moment("supplement_received_at", "when the dossier was complete again"),
        count(
            "supplement_requests",
            "how often papers were asked for; empty = once, if ever",
            "requests",
            is_required=False,
        ),
        Column(
            HAS_SHARED_KEY,
            pl.Boolean(),
            "whether another dossier of the export was sent under its code, and set aside",
        ),
    ),
)

RATINGS = Table(
    "ratings",
    "one answer of one respondent to one question",
    (
        *_ROW,
        _OF_COLUMN,
        text("respondent_id", "who answered; the dossier where nothing else is sent"),
        text("dossier_id", "dossier that was rated", is_required=False),
        _RECORD_UNIT,
        word("question", QUESTIONS, "what was asked about"),
        word("scale", tuple(SCALES), "answers to choose from"),
        Column(
            "answer",
            pl.Int64(),
            "point of the scale, the highest most satisfied; empty = no answer given",
            "scale point",
            is_required=False,
        ),
        word("mode", MODES, "how the answer was given", is_required=False),
        Column("weight", pl.Float64(), "survey weight; 1 where none is sent", "respondents"),
        moment("answered_at", "when the answer was given", is_required=True),
        moment("dossier_ended_at", "when the rated dossier ended"),
    ),
)

PETITIONS = Table(
    "petitions",
    "a petition as it stood at the end of the month",
    (
        *_ROW,
        text("petition_id", "code of the petition"),
        _RECORD_UNIT,
        word("subject", SUBJECTS, "what it is about"),
        text("dossier_id", "dossier complained about", is_required=False),
        moment("received_at", "when the petition was received", is_required=True),
        moment("due_at", "when it must be handled; empty = by the legal time limit"),
        moment("handled_at", "when the answer was given, or the petition refused"),
        word("status", PETITION_STATUSES, "how far it has come"),
        word("satisfied", YES_NO, "what the petitioner thinks of it", is_required=False),
        word("is_upheld", YES_NO, "no = a complaint found untrue", is_required=False),
    ),
)

FIGURES = Table(
    "figures",
    "a count sent ready-made: an indicator of a unit in the month",
    (
        *_ROW,
        _OF_COLUMN,
        _RECORD_UNIT,
        code("indicator", "indicator that the counts belong to"),
        text("breakdown", "part of the unit that the counts cover", is_required=False),
        moment("period_at", "any moment of the month counted", is_required=True),
        count("numerator", "cases that count", "cases"),
        count("denominator", "all cases", "cases"),
    ),
)

RECORDS = {table.name: table for table in (DOSSIERS, RATINGS, PETITIONS, FIGURES)}
"""The tables of typed rows, by kind."""

REJECTED = Table(
    "rejected",
    "a row rule that a rejected row breaks; a row stands once for each",
    (
        MONTH,
        SENDER,
        text("kind", "kind of records"),
        FILE,
        count("row_number", "number of the record in its file, the header being 1", "row"),
        text(SOURCE_COLUMN, _OF_COLUMN.meaning, is_required=False),
        text("column", "column at fault"),
        text("rule", "name of the rule"),
        text(
            "found",
            "value at fault, masked unless of its column's form; → ≈ units meant",
            is_required=False,
        ),
        text("reason", "what is wrong, in English"),
        text("reason_vi", "what is wrong, in Vietnamese"),
    ),
)

DELIVERED = Table(
    "deliveries",
    "a file of a delivery, or a sender that sent none",
    (
        MONTH,
        SENDER,
        text("sender_name", "name of the sender in Vietnamese"),
        text("kind", "kind of records; empty for a missing sender", is_required=False),
        text("sha256", "SHA-256 of the file as sent", is_required=False),
        text("profile", "profile it was read with", is_required=False),
        text("status", "accepted, refused or missing"),
        count("rows", "records in the file; empty where withheld", "rows", is_required=False),
        count("accepted", "rows that count; empty where withheld", "rows", is_required=False),
        count("rejected", "rows set aside; empty where withheld", "rows", is_required=False),
        text("fault", "why the file is refused, from a closed list", is_required=False),
        text("message", "the fault and its cure, in English", is_required=False),
        text("message_vi", "the fault and its cure, in Vietnamese", is_required=False),
    ),
)
