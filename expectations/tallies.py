"""What is allowed in the five tables of counts, and the identities that they obey.

Here belong the suites of tallies. Not here: how cells are counted (pipeline.tallies).
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import polars as pl

from expectations import outcomes
from expectations.outcomes import Outcome
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
    suite,
)
from expectations.records import MOST_COUNTED, with_most_counted
from pipeline import columns, deadlines, tables

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

_UNIT = ("month", "sender_code", "sha256", "unit_code", "clock")
_BY_RULE = (*_UNIT, "rule")


def check(tallies: Mapping[str, pl.DataFrame]) -> list[Outcome]:
    """The outcomes of the tables given, each under its name in `pipeline.tables.TALLIES`.

    The tables may cover several months. A rule's name begins with its table's.
    """
    checks: dict[str, Callable[[pl.DataFrame], list[Outcome]]] = {
        "outcomes": _outcomes,
        "ages": _ages,
        "answers": _answers,
        "figures": _figures,
        "petitions": _petitions,
        "findings": _findings,
    }
    unknown = set(tallies) - set(checks)
    if unknown:
        raise KeyError(f"no table of counts is called {', '.join(sorted(unknown))}")
    return [
        outcome
        for name, of_table in checks.items()
        if name in tallies
        for outcome in of_table(tallies[name])
    ]


def _cell(table: columns.Table) -> list[str]:
    """The columns that tell one cell from another: all that are not counts."""
    counts = (
        *("respondents", "dossiers", "petitions", "cases"),
        *("thousandths", "millionths", "trillionths"),
    )
    return [column.name for column in table.columns if column.unit not in counts]


def _counts_not_negative(table: columns.Table) -> list["Expectation"]:
    counts = [name for name in table.names if name not in _cell(table)]
    return [
        expectation
        for name in counts
        for expectation in (
            is_there(f"{table.name}_{name}_is_there", name),
            is_between(f"{table.name}_{name}_not_negative", name, 0),
        )
    ]


def _outcomes(cells: pl.DataFrame) -> list[Outcome]:
    table = tables.OUTCOMES
    rules = suite(
        "tallies.outcomes",
        [
            *_counts_not_negative(table),
            is_in("outcomes_clock_is_in_list", "clock", tables.CLOCKS),
            is_in("outcomes_rule_is_in_list", "rule", deadlines.NAMES),
            is_in("outcomes_channel_is_in_list", "channel", tables.CHANNELS),
            is_in("outcomes_applicant_is_in_list", "applicant", tables.APPLICANTS),
            is_in("outcomes_verdict_is_in_list", "verdict", tables.VERDICTS),
            is_there("outcomes_judged_has_due_month", "due_month", is_filled("verdict")),
            is_empty("outcomes_not_judged_has_no_due_month", "due_month", is_missing("verdict")),
            equals(
                "outcomes_late_is_due_in_month", "due_month", "month", one_of("verdict", ["late"])
            ),
            is_at_least("outcomes_due_not_before_month", "due_month", "month"),
            is_in(
                "outcomes_on_time_is_finished",
                "outcome",
                (*tables.FINISHED, tables.ENDED_BEFORE_MONTH),
                one_of("verdict", ["on_time"]),
            ),
            is_in(
                "outcomes_left_by_due_has_left",
                "outcome",
                [tables.LEFT, tables.ENDED_BEFORE_MONTH],
                one_of("verdict", ["left"]),
            ),
            is_in(
                "outcomes_unseen_is_late",
                "verdict",
                ["late"],
                one_of("outcome", [tables.UNSEEN]),
            ),
            is_empty("outcomes_apart_has_no_intake", "intake", one_of("outcome", tables.APART)),
            is_at_least("outcomes_saved_within_allowed", "most_saved", "saved_thousandths"),
            is_at_least(
                "outcomes_squares_within_saved", "most_squared", "saved_squared_millionths"
            ),
            is_in(
                "outcomes_only_on_time_saves",
                "saved_thousandths",
                [0],
                one_of("verdict", ["late", "left"]),
            ),
            is_in(
                "outcomes_not_judged_saves_nothing", "saved_thousandths", [0], is_missing("verdict")
            ),
            is_in("outcomes_cell_stands_once", outcomes.COPIES, [1]),
        ],
    )
    with_limits = outcomes.with_copies(cells, _cell(table)).with_columns(
        most_saved=1000 * pl.col("dossiers"), most_squared=1000 * pl.col("saved_thousandths")
    )
    found = outcomes.of_suite(rules, with_limits, [*_BY_RULE, "outcome", "verdict"])
    return [*found, *_form_adds_up(cells)]


def _form_adds_up(cells: pl.DataFrame) -> list[Outcome]:
    """Form II.06a: received + carried over = finished + in progress + left, by unit and rule.

    Outcomes that are in none of its cells are left apart.
    """
    counted = pl.col("dossiers")
    ends = (*tables.FINISHED, *tables.OPEN, tables.LEFT)
    of_form = cells.filter(~pl.col("outcome").is_in(tables.APART))
    units = of_form.group_by(_BY_RULE, maintain_order=True).agg(
        all_dossiers=counted.sum(),
        came_in=counted.filter(pl.col("intake").is_in(tables.INTAKES)).sum(),
        accounted_for=counted.filter(pl.col("outcome").is_in(ends)).sum(),
    )
    rules = suite(
        "tallies.outcomes.units",
        [
            equals("outcomes_each_dossier_came_in", "came_in", "all_dossiers"),
            equals("outcomes_came_in_is_accounted_for", "came_in", "accounted_for"),
        ],
    )
    return outcomes.of_suite(rules, units, _BY_RULE)


def _ages(cells: pl.DataFrame) -> list[Outcome]:
    table = tables.AGES
    exits = pl.col("finished") + pl.col("left") + pl.col("still_open")
    rules = suite(
        "tallies.ages",
        [
            *_counts_not_negative(table),
            is_in("ages_clock_is_in_list", "clock", tables.CLOCKS),
            is_between("ages_age_not_negative", "age_hours", 0),
            is_at_least("ages_no_exit_without_entry", "entered_before", "exits_so_far"),
            is_in("ages_cell_stands_once", outcomes.COPIES, [1]),
        ],
    )
    running = (
        outcomes.with_copies(cells, _cell(table))
        .sort(*_UNIT, "age_hours")
        .with_columns(
            entered_before=(pl.col("entered").cum_sum() - pl.col("entered")).over(*_UNIT),
            exits_so_far=exits.cum_sum().over(*_UNIT),
        )
    )
    units = cells.group_by(_UNIT, maintain_order=True).agg(
        pl.col("entered").sum(), exits=exits.sum()
    )
    adds_up = suite(
        "tallies.ages.units", [equals("ages_entered_is_finished_left_or_open", "entered", "exits")]
    )
    return [
        *outcomes.of_suite(rules, running, [*_UNIT, "age_hours"]),
        *outcomes.of_suite(adds_up, units, _UNIT),
    ]


def _answers(cells: pl.DataFrame) -> list[Outcome]:
    table = tables.ANSWERS
    whole = (tables.ANY_QUESTION, tables.ANY_FACTOR)
    rules = suite(
        "tallies.answers",
        [
            *_counts_not_negative(table),
            is_in("answers_question_is_in_list", "question", (*tables.QUESTIONS, *whole)),
            is_in("answers_scale_is_in_list", "scale", tables.SCALES),
            is_in("answers_mode_is_in_list", "mode", tables.MODES),
            is_empty("answers_any_has_no_answer", "answer", one_of("question", whole)),
            is_there("answers_question_has_answer", "answer", one_of("question", tables.QUESTIONS)),
            *(
                is_between(
                    "answers_answer_is_on_its_scale",
                    "answer",
                    *levels,
                    when=one_of("scale", [scale]),
                )
                for scale, levels in tables.SCALES.items()
            ),
            is_in("answers_cell_stands_once", outcomes.COPIES, [1]),
        ],
    )
    key = ["month", "sender_code", "sha256", "unit_code", "question", "answer"]
    return outcomes.of_suite(rules, outcomes.with_copies(cells, _cell(table)), key)


def _figures(cells: pl.DataFrame) -> list[Outcome]:
    table = tables.COUNTS
    rules = suite(
        "tallies.figures",
        [
            *_counts_not_negative(table),
            is_at_least("figures_numerator_within_denominator", MOST_COUNTED, "numerator"),
            is_in("figures_cell_stands_once", outcomes.COPIES, [1]),
        ],
    )
    ready = with_most_counted(outcomes.with_copies(cells, _cell(table)))
    return outcomes.of_suite(rules, ready, _cell(table))


def _petitions(cells: pl.DataFrame) -> list[Outcome]:
    table = tables.PETITION_COUNTS
    ends = (*tables.HANDLED, *tables.PENDING, tables.REFUSED)
    rules = suite(
        "tallies.petitions",
        [
            *_counts_not_negative(table),
            is_in("petitions_subject_is_in_list", "subject", tables.SUBJECTS),
            is_in("petitions_outcome_is_in_list", "outcome", ends),
            is_in(
                "petitions_satisfied_is_in_list", "satisfied", (*tables.YES_NO, tables.NOT_ASKED)
            ),
            is_in(
                "petitions_open_is_not_asked",
                "satisfied",
                [tables.NOT_ASKED],
                one_of("outcome", tables.PENDING),
            ),
            is_in("petitions_cell_stands_once", outcomes.COPIES, [1]),
        ],
    )
    return outcomes.of_suite(rules, outcomes.with_copies(cells, _cell(table)), _cell(table))


def _findings(cells: pl.DataFrame) -> list[Outcome]:
    table = tables.FINDINGS
    rules = suite(
        "tallies.findings",
        [
            *_counts_not_negative(table),
            is_in("findings_finding_is_in_list", "finding", tables.FINDING_NAMES),
            is_in("findings_cell_stands_once", outcomes.COPIES, [1]),
        ],
    )
    return outcomes.of_suite(rules, outcomes.with_copies(cells, _cell(table)), _cell(table))
