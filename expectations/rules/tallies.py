"""What is allowed in the tables of counts, and the identities that the counts obey.

Here belong the rules of tallies. Not here: how cells are counted (pipeline.tallies).
"""

from collections.abc import Callable, Mapping

import polars as pl

from expectations.engine.phrases import (
    expect_at_least,
    expect_between,
    expect_equal,
    expect_in_set,
    expect_not_null,
    expect_null,
    where_in,
    where_not_null,
    where_null,
)
from expectations.engine.results import COPIES, RuleResult, check_table, with_copies
from expectations.rules import rated
from expectations.rules.cells import check_cells, expect_counts_not_negative, key_of_cell
from expectations.rules.figures import MOST_COUNTED, with_most_counted
from pipeline import deadlines, tables

_UNIT = ("month", "sender_code", "sha256", "unit_code", "clock")
_UNIT_AND_RULE = (*_UNIT, "deadline_rule")
_NOT_FINISHED = (*tables.OPEN, tables.LEFT, *tables.APART)


def check(tallies: Mapping[str, pl.DataFrame]) -> list[RuleResult]:
    """The results for the tables given, each under its name in `pipeline.tables.TALLIES`.

    A table may cover several months. The name of a rule begins with the name of its table. Raises
    KeyError for a table that does not exist.
    """
    checks: dict[str, Callable[[pl.DataFrame], list[RuleResult]]] = {
        "outcomes": _check_outcomes,
        "ages": _check_ages,
        "answers": _check_answers,
        "pairs": _check_pairs,
        "rated": rated.check_rated,
        "rated_pairs": rated.check_rated_pairs,
        "figures": _check_figures,
        "petitions": _check_petitions,
        "findings": _check_findings,
        "patterns": _check_patterns,
        "marked": rated.check_marked,
        "allowed": _check_allowed,
    }
    unknown = set(tallies) - set(checks)
    if unknown:
        raise KeyError(f"no table of counts is called {', '.join(sorted(unknown))}")
    return [
        result
        for name, check_cells in checks.items()
        if name in tallies
        for result in check_cells(tallies[name])
    ]


def _check_outcomes(cells: pl.DataFrame) -> list[RuleResult]:
    table = tables.OUTCOMES
    where_judged, where_not_judged = where_not_null("verdict"), where_null("verdict")
    with_limits = with_copies(cells, key_of_cell(table)).with_columns(
        most_saved=1000 * pl.col("dossiers"), most_squared=1000 * pl.col("saved_thousandths")
    )
    results = check_table(
        "tallies.outcomes",
        [
            *expect_counts_not_negative(table),
            expect_in_set("outcomes_clock_is_in_list", "clock", tables.CLOCKS),
            expect_in_set(
                "outcomes_rule_is_in_list", "deadline_rule", deadlines.DEADLINE_RULE_NAMES
            ),
            expect_in_set("outcomes_channel_is_in_list", "channel", tables.CHANNELS),
            expect_in_set("outcomes_applicant_is_in_list", "applicant", tables.APPLICANTS),
            expect_in_set("outcomes_verdict_is_in_list", "verdict", tables.VERDICTS),
            expect_not_null("outcomes_judged_has_due_month", "due_month", where_judged),
            expect_null("outcomes_not_judged_has_no_due_month", "due_month", where_not_judged),
            expect_equal(
                "outcomes_late_is_due_in_month", "due_month", "month", where_in("verdict", ["late"])
            ),
            expect_at_least("outcomes_due_not_before_month", "due_month", "month"),
            expect_in_set(
                "outcomes_on_time_is_finished",
                "outcome",
                (*tables.FINISHED, tables.ENDED_BEFORE_MONTH),
                where_in("verdict", ["on_time"]),
            ),
            expect_in_set(
                "outcomes_left_by_due_has_left",
                "outcome",
                [tables.LEFT, tables.ENDED_BEFORE_MONTH],
                where_in("verdict", ["left"]),
            ),
            expect_in_set(
                "outcomes_unseen_is_late",
                "verdict",
                ["late"],
                where_in("outcome", [tables.UNSEEN]),
            ),
            expect_null(
                "outcomes_apart_has_no_intake", "intake", where_in("outcome", tables.APART)
            ),
            expect_in_set("outcomes_served_is_in_list", "served", tables.SERVED_TIMES),
            expect_not_null(
                "outcomes_finished_is_served", "served", where_in("outcome", tables.FINISHED)
            ),
            expect_null(
                "outcomes_not_finished_is_not_served",
                "served",
                where_in("outcome", _NOT_FINISHED),
            ),
            expect_at_least("outcomes_saved_within_allowed", "most_saved", "saved_thousandths"),
            expect_at_least(
                "outcomes_squares_within_saved", "most_squared", "saved_squared_millionths"
            ),
            expect_in_set(
                "outcomes_only_on_time_saves",
                "saved_thousandths",
                [0],
                where_in("verdict", ["late", "left"]),
            ),
            expect_in_set(
                "outcomes_not_judged_saves_nothing", "saved_thousandths", [0], where_not_judged
            ),
            expect_in_set("outcomes_cell_stands_once", COPIES, [1]),
        ],
        with_limits,
        [*_UNIT_AND_RULE, "outcome", "verdict"],
    )
    return [*results, *_check_form_adds_up(cells)]


def _check_form_adds_up(cells: pl.DataFrame) -> list[RuleResult]:
    """Form II.06a: received + carried over = finished + in progress + left, by unit and rule.

    Outcomes that the form has no cell for are left out.
    """
    counted = pl.col("dossiers")
    ends = (*tables.FINISHED, *tables.OPEN, tables.LEFT)
    in_form = cells.filter(~pl.col("outcome").is_in(tables.APART))
    units = in_form.group_by(_UNIT_AND_RULE, maintain_order=True).agg(
        all_dossiers=counted.sum(),
        came_in=counted.filter(pl.col("intake").is_in(tables.INTAKES)).sum(),
        accounted_for=counted.filter(pl.col("outcome").is_in(ends)).sum(),
    )
    return check_table(
        "tallies.outcomes.units",
        [
            expect_equal("outcomes_each_dossier_came_in", "came_in", "all_dossiers"),
            expect_equal("outcomes_came_in_is_accounted_for", "came_in", "accounted_for"),
        ],
        units,
        _UNIT_AND_RULE,
    )


def _check_ages(cells: pl.DataFrame) -> list[RuleResult]:
    table = tables.AGES
    exits = pl.col("finished") + pl.col("left") + pl.col("still_open")
    running_sums = (
        with_copies(cells, key_of_cell(table))
        .sort(*_UNIT, "age_minutes")
        .with_columns(
            entered_before=(pl.col("entered").cum_sum() - pl.col("entered")).over(*_UNIT),
            exits_so_far=exits.cum_sum().over(*_UNIT),
        )
    )
    units = cells.group_by(_UNIT, maintain_order=True).agg(
        pl.col("entered").sum(), exits=exits.sum()
    )
    return [
        *check_table(
            "tallies.ages",
            [
                *expect_counts_not_negative(table),
                expect_in_set("ages_clock_is_in_list", "clock", tables.CLOCKS),
                expect_between("ages_age_not_negative", "age_minutes", 0),
                expect_at_least("ages_no_exit_without_entry", "entered_before", "exits_so_far"),
                expect_in_set("ages_cell_stands_once", COPIES, [1]),
            ],
            running_sums,
            [*_UNIT, "age_minutes"],
        ),
        *check_table(
            "tallies.ages.units",
            [expect_equal("ages_entered_is_finished_left_or_open", "entered", "exits")],
            units,
            _UNIT,
        ),
    ]


def _check_answers(cells: pl.DataFrame) -> list[RuleResult]:
    table = tables.ANSWERS
    without_answer = (
        *(tables.ANY_QUESTION, tables.ANY_FACTOR),
        *(tables.NO_ANSWER, tables.NO_FACTOR_ANSWER),
    )
    return check_table(
        "tallies.answers",
        [
            *expect_counts_not_negative(table),
            expect_in_set(
                "answers_question_is_in_list", "question", (*tables.QUESTIONS, *without_answer)
            ),
            expect_in_set("answers_scale_is_in_list", "scale", tables.SCALES),
            expect_in_set("answers_mode_is_in_list", "mode", tables.MODES),
            expect_null(
                "answers_any_has_no_answer", "answer", where_in("question", without_answer)
            ),
            expect_not_null(
                "answers_question_has_answer", "answer", where_in("question", tables.QUESTIONS)
            ),
            *(
                expect_between(
                    "answers_answer_is_on_its_scale",
                    "answer",
                    lowest,
                    highest,
                    row_condition=where_in("scale", [scale]),
                )
                for scale, (lowest, highest) in tables.SCALES.items()
            ),
            expect_in_set("answers_cell_stands_once", COPIES, [1]),
        ],
        with_copies(cells, key_of_cell(table)),
        ["month", "sender_code", "sha256", "unit_code", "question", "answer"],
    )


def _check_pairs(cells: pl.DataFrame) -> list[RuleResult]:
    asked = (*tables.QUESTIONS, tables.ANY_QUESTION, tables.ANY_FACTOR)
    return check_cells(
        tables.PAIRS,
        [
            expect_in_set("pairs_question_is_in_list", "question", asked),
            expect_in_set("pairs_other_question_is_in_list", "other_question", asked),
            expect_in_set("pairs_scale_is_in_list", "scale", tables.SCALES),
            expect_at_least(
                "pairs_satisfied_within_weight", "weight_shares", "satisfied_by_weight"
            ),
            expect_at_least("pairs_points_within_weight", "weight_products", "points_by_weight"),
        ],
        cells,
    )


def _check_figures(cells: pl.DataFrame) -> list[RuleResult]:
    return check_cells(
        tables.COUNTS,
        [expect_at_least("figures_numerator_within_denominator", MOST_COUNTED, "numerator")],
        with_most_counted(cells),
    )


def _check_petitions(cells: pl.DataFrame) -> list[RuleResult]:
    outcomes = (*tables.HANDLED, *tables.PENDING, tables.REFUSED)
    return check_cells(
        tables.PETITION_COUNTS,
        [
            expect_in_set("petitions_subject_is_in_list", "subject", tables.SUBJECTS),
            expect_in_set("petitions_outcome_is_in_list", "outcome", outcomes),
            expect_in_set(
                "petitions_satisfied_is_in_list", "satisfied", (*tables.YES_NO, tables.NOT_ASKED)
            ),
            expect_in_set(
                "petitions_open_is_not_asked",
                "satisfied",
                [tables.NOT_ASKED],
                where_in("outcome", tables.PENDING),
            ),
        ],
        cells,
    )


def _check_findings(cells: pl.DataFrame) -> list[RuleResult]:
    return check_cells(
        tables.FINDINGS,
        [
            expect_in_set("findings_finding_is_in_list", "finding", tables.FINDING_NAMES),
        ],
        cells,
    )


def _check_patterns(cells: pl.DataFrame) -> list[RuleResult]:
    return check_cells(
        tables.PATTERNS,
        [
            expect_in_set("patterns_finding_is_in_list", "finding", tables.PATTERN_NAMES),
            expect_at_least("patterns_cases_within_looked_at", "looked_at", "cases"),
        ],
        cells,
    )


def _check_allowed(cells: pl.DataFrame) -> list[RuleResult]:
    return check_cells(
        tables.ALLOWED,
        [
            expect_in_set("allowed_clock_is_in_list", "clock", tables.CLOCKS),
            expect_between("allowed_days_not_negative", "allowed_days", 0),
        ],
        cells,
    )
