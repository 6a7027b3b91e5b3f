"""What is allowed in the rows that agencies send, and which rows are set aside.

Here belong the suites of the four kinds of records, the only place where a row rule is
written, and the frame of reasons made of their results. Not here: the rules' texts (rules), the
columns that the rules test (pipeline.records), the split into accepted and rejected rows.
"""

from typing import TYPE_CHECKING

import polars as pl

from expectations import engine, phrases
from expectations.phrases import (
    equals,
    is_at_least,
    is_between,
    is_empty,
    is_filled,
    is_in,
    is_missing,
    is_there,
    one_of,
)
from expectations.rules import HEAVIEST_WEIGHT, LIGHTEST_WEIGHT, RULES
from pipeline import months, tables

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuite
    from great_expectations.expectations.expectation import Expectation

REASONS = pl.Schema(
    {"row_index": pl.Int64(), "rule": pl.String(), "column": pl.String(), "found": pl.String()}
)

MOST_COUNTED = "most_counted"
"""The largest numerator of figures: the denominator, or as many points as its cases can score."""

_OPEN_STATUSES = tuple(
    status
    for status in tables.STATUSES
    if status not in (*tables.ENDED_STATUSES, *tables.LEFT_STATUSES, "not_received")
)
_OPEN_PETITIONS = tuple(
    status for status in tables.PETITION_STATUSES if status not in tables.CLOSED_STATUSES
)
_RAGGED = "row_has_all_fields"


def reasons(kind: str, frame: pl.DataFrame, month: str) -> pl.DataFrame:
    """Why rows of one kind and month are set aside.

    `frame` has one row for each record sent, of one delivery or of many: `row_index`, the
    columns of `tables.RECORDS[kind]`, `<column>_as_sent` (text, null where nothing was sent),
    `field_count` and `expected_field_count` (null where a format cannot have ragged rows),
    `is_latest_copy` and `unit_standing` (known, unknown, foreign, or null where no unit was
    sent).

    Returns one row for each row and rule broken, sorted: `row_index`, `rule`, `column`, `found`
    (the value as sent; where nothing was, what it was completed with, or null). A row with more
    or fewer fields than its header breaks that rule and no other, since none of its values can
    be trusted. Raises `engine.SuiteError` when a rule cannot be checked.
    """
    ready = with_most_counted(frame) if kind == "figures" else frame
    broken = engine.broken(suite(kind, month), ready)
    ragged = broken.filter(pl.col("rule") == _RAGGED)
    broken = pl.concat([ragged, broken.join(ragged, on="position", how="anti")])
    parts = [
        _with_found(frame, rule, positions)
        for (rule,), positions in broken.partition_by("rule", as_dict=True).items()
    ]
    return pl.concat([pl.DataFrame(schema=REASONS), *parts]).sort("row_index", "rule")


def with_most_counted(figures: pl.DataFrame) -> pl.DataFrame:
    """Figures, sent or counted, with MOST_COUNTED; a case may score up to 2 points."""
    a_case = pl.col("indicator").cast(pl.String).replace_strict(tables.SCORE_INDICATORS, default=1)
    most = pl.col("denominator") * a_case.cast(pl.Int64)
    return figures.with_columns(most.alias(MOST_COUNTED))


def _with_found(frame: pl.DataFrame, rule: str, broken: pl.DataFrame) -> pl.DataFrame:
    column = RULES[rule].column
    as_sent = f"{column}_as_sent"
    return frame[broken["position"]].select(
        pl.col("row_index").cast(pl.Int64),
        pl.lit(rule).alias("rule"),
        pl.lit(column).alias("column"),
        pl.coalesce(
            pl.col(name).cast(pl.String) for name in (as_sent, column) if name in frame.columns
        ).alias("found"),
    )


def suite(kind: str, month: str) -> "ExpectationSuite":
    """The suite of one kind of records in a month; each expectation has its rule in `meta`."""
    demands = {
        "dossiers": _dossiers,
        "ratings": _ratings,
        "petitions": _petitions,
        "figures": _figures,
    }[kind]
    return phrases.suite(f"records.{kind}", [*_every_kind(), *demands(months.checked(month))])


def _every_kind() -> list["Expectation"]:
    return [
        equals(_RAGGED, "field_count", "expected_field_count"),
        is_there("unit_is_there", "unit_standing"),
        is_in("unit_is_known", "unit_standing", ["known", "foreign"]),
        is_in("unit_belongs_to_sender", "unit_standing", ["known", "unknown"]),
    ]


def _is_sent(rule: str, column: str) -> "Expectation":
    """Something was sent for the column; text that cannot be read is another rule's matter."""
    return is_there(rule, column, is_missing(f"{column}_as_sent"))


def _can_be_read(rule: str, column: str) -> "Expectation":
    """What was sent for the column could be read."""
    return is_there(rule, column, is_filled(f"{column}_as_sent"))


def _is_listed(rule: str, column: str, values: tuple[str, ...]) -> list["Expectation"]:
    return [_can_be_read(rule, column), is_in(rule, column, values)]


def _dossiers(month: str) -> list["Expectation"]:
    optional_moments = (
        *("due_at", "first_due_at", "ended_at", "handed_over_at"),
        *("supplement_requested_at", "supplement_received_at"),
    )
    ended = one_of("status", tables.ENDED_STATUSES)
    left = one_of("status", tables.LEFT_STATUSES)
    return [
        is_there("dossier_id_is_there", "dossier_id"),
        is_in("dossier_is_latest_copy", "is_latest_copy", [True]),
        _is_sent("received_at_is_there", "received_at"),
        _can_be_read("received_at_is_a_time", "received_at"),
        *(_can_be_read(f"{moment}_is_a_time", moment) for moment in optional_moments),
        _is_sent("status_is_there", "status"),
        *_is_listed("status_is_in_list", "status", tables.STATUSES),
        *_is_listed("channel_is_in_list", "channel", tables.CHANNELS),
        *_is_listed("applicant_is_in_list", "applicant", tables.APPLICANTS),
        is_between(
            "received_before_month_end", "received_at", highest=months.end(month), is_below=True
        ),
        is_at_least("ended_not_before_received", "ended_at", "received_at"),
        is_at_least("due_not_before_received", "due_at", "received_at"),
        is_at_least("first_due_not_before_received", "first_due_at", "received_at"),
        is_at_least("handed_over_not_before_received", "handed_over_at", "received_at"),
        is_at_least(
            "supplement_requested_not_before_received", "supplement_requested_at", "received_at"
        ),
        is_at_least(
            "supplement_received_not_before_received", "supplement_received_at", "received_at"
        ),
        is_at_least(
            "supplement_received_not_before_requested",
            "supplement_received_at",
            "supplement_requested_at",
        ),
        _can_be_read("supplement_requests_is_a_whole_number", "supplement_requests"),
        is_between("supplement_requests_not_negative", "supplement_requests", lowest=0),
        is_there("ended_has_its_date", "ended_at", ended & is_missing("ended_at_as_sent")),
        is_there("left_has_its_date", "ended_at", left & is_missing("ended_at_as_sent")),
        is_empty("open_has_no_end_date", "ended_at", one_of("status", _OPEN_STATUSES)),
    ]


def _ratings(month: str) -> list["Expectation"]:
    return [
        is_there("respondent_is_there", "respondent_id"),
        is_in("rating_is_latest_copy", "is_latest_copy", [True]),
        _is_sent("question_is_there", "question"),
        *_is_listed("question_is_in_list", "question", tables.QUESTIONS),
        is_there("scale_is_there", "scale"),
        is_in("scale_is_in_list", "scale", tables.SCALES),
        _is_sent("answer_is_there", "answer"),
        _can_be_read("answer_is_a_whole_number", "answer"),
        *(
            is_between("answer_is_on_its_scale", "answer", *levels, when=one_of("scale", [scale]))
            for scale, levels in tables.SCALES.items()
        ),
        _is_sent("answered_at_is_there", "answered_at"),
        _can_be_read("answered_at_is_a_time", "answered_at"),
        is_between(
            "answered_in_month",
            "answered_at",
            months.start(month),
            months.end(month),
            is_below=True,
        ),
        _can_be_read("dossier_ended_at_is_a_time", "dossier_ended_at"),
        _can_be_read("weight_is_a_number", "weight"),
        is_between("weight_is_in_range", "weight", LIGHTEST_WEIGHT, HEAVIEST_WEIGHT),
        *_is_listed("mode_is_in_list", "mode", tables.MODES),
    ]


def _petitions(month: str) -> list["Expectation"]:
    start, end = months.start(month), months.end(month)
    closed = one_of("status", tables.CLOSED_STATUSES)
    is_open = one_of("status", _OPEN_PETITIONS)
    return [
        is_there("petition_id_is_there", "petition_id"),
        is_in("petition_is_latest_copy", "is_latest_copy", [True]),
        *_is_listed("petition_subject_is_in_list", "subject", tables.SUBJECTS),
        _is_sent("petition_received_at_is_there", "received_at"),
        _can_be_read("petition_received_at_is_a_time", "received_at"),
        _can_be_read("petition_due_at_is_a_time", "due_at"),
        _can_be_read("petition_handled_at_is_a_time", "handled_at"),
        _is_sent("petition_status_is_there", "status"),
        *_is_listed("petition_status_is_in_list", "status", tables.PETITION_STATUSES),
        *_is_listed("petition_satisfied_is_in_list", "satisfied", tables.YES_NO),
        *_is_listed("petition_upheld_is_in_list", "is_upheld", tables.YES_NO),
        is_between("petition_received_before_month_end", "received_at", highest=end, is_below=True),
        is_at_least("petition_due_not_before_received", "due_at", "received_at"),
        is_at_least("petition_handled_not_before_received", "handled_at", "received_at"),
        is_there(
            "petition_handled_has_its_date", "handled_at", closed & is_missing("handled_at_as_sent")
        ),
        is_between("petition_handled_not_before_month", "handled_at", lowest=start, when=closed),
        is_empty("petition_open_has_no_date_of_handling", "handled_at", is_open),
    ]


def _figures(month: str) -> list["Expectation"]:
    return [
        _is_sent("indicator_is_there", "indicator"),
        *_is_listed("indicator_is_in_list", "indicator", tables.FIGURE_INDICATORS),
        is_in("figure_is_latest_copy", "is_latest_copy", [True]),
        _is_sent("period_at_is_there", "period_at"),
        _can_be_read("period_at_is_a_time", "period_at"),
        is_between(
            "period_in_month", "period_at", months.start(month), months.end(month), is_below=True
        ),
        _is_sent("numerator_is_there", "numerator"),
        _can_be_read("numerator_is_a_whole_number", "numerator"),
        is_between("numerator_not_negative", "numerator", lowest=0),
        _is_sent("denominator_is_there", "denominator"),
        _can_be_read("denominator_is_a_whole_number", "denominator"),
        is_between("denominator_not_negative", "denominator", lowest=0),
        is_at_least("numerator_within_denominator", MOST_COUNTED, "numerator"),
    ]
