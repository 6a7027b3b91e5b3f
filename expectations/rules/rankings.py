"""What is allowed in the tables that the stage `rankings` computes.

Here belong the rules of rankings, ranks by month, funnels, case mix, the sensitivity of ranks to
the method, findings, and how far answers represent the served. Not here: how ranks and rank sets
are computed (pipeline.rankings).
"""

from collections.abc import Mapping

import polars as pl

from expectations.engine.phrases import (
    expect_at_least,
    expect_between,
    expect_in_set,
    expect_not_null,
    expect_null,
    where_in,
    where_not_null,
    where_null,
)
from expectations.engine.results import (
    COPIES,
    IS_FINITE,
    RuleResult,
    check_keyed_table,
)
from pipeline.methods import NOTES
from pipeline.tables import MARGINS, OF_RATINGS, PUBLISHED_FINDINGS
from pipeline.tables.comparisons import KEYS, OUTSIDE, RATIO_LIMITS
from pipeline.tables.represented import REASONS_NOT_ADJUSTED, WAYS_OF_ADJUSTING

KEY = ("month", "league", "indicator", "unit_code")
NOTES_OF_RANKED = ("provisional", "differs_from_parts", "law_changed")
"""Notes that may be beside a rank; every other note says why there is no rank."""


def check(rankings: pl.DataFrame) -> list[RuleResult]:
    """The results for a frame of `tables.RANKINGS`."""
    where_ranked, where_unranked = where_not_null("rank"), where_null("rank")
    ranked_units = pl.col("rank").count().over("month", "league", "indicator").cast(pl.Int64)
    return check_keyed_table(
        "rankings",
        [
            expect_in_set("unit_is_ranked_once", COPIES, [1]),
            expect_in_set("numbers_are_finite", IS_FINITE, [True]),
            expect_in_set("note_is_in_list", "note", NOTES),
            expect_not_null("ranked_has_value", "value", where_ranked),
            expect_in_set("ranked_has_no_other_note", "note", NOTES_OF_RANKED, where_ranked),
            expect_not_null("unranked_has_note", "note", where_unranked),
            expect_null("unranked_has_no_best_rank", "rank_lower", where_unranked),
            expect_null("unranked_has_no_worst_rank", "rank_upper", where_unranked),
            expect_not_null("best_rank_has_worst_rank", "rank_upper", where_not_null("rank_lower")),
            expect_not_null("worst_rank_has_best_rank", "rank_lower", where_not_null("rank_upper")),
            expect_between("best_rank_at_least_1", "rank_lower", 1),
            expect_between("rank_at_least_1", "rank", 1),
            expect_at_least("rank_not_before_its_set", "rank", "rank_lower"),
            expect_at_least("rank_not_after_its_set", "rank_upper", "rank"),
            expect_at_least("rank_within_league", "ranked_units", "rank"),
            expect_at_least("worst_rank_within_league", "ranked_units", "rank_upper"),
            expect_between("tier_at_least_1", "tier", 1),
        ],
        rankings.with_columns(ranked_units=ranked_units),
        KEY,
    )


def check_comparisons(comparisons: Mapping[str, pl.DataFrame]) -> dict[str, list[RuleResult]]:
    """The results for frames of ranks by month, funnels, case mix, sensitivity, findings,
    representation, unmarked and responses, by the name of the table.
    """
    checks = {
        "ranks_by_month": _check_ranks_by_month,
        "funnels": _check_funnels,
        "case_mix": _check_case_mix,
        "sensitivity": _check_sensitivity,
        "sensitivity_choices": _check_sensitivity_choices,
        "findings": _check_findings,
        "representation": _check_representation,
        "unmarked": _check_unmarked,
        "responses": _check_responses,
    }
    return {name: checks[name](frame) for name, frame in comparisons.items()}


def _check_ranks_by_month(ranks: pl.DataFrame) -> list[RuleResult]:
    where_unranked = where_null("rank")
    of_a_month = ("month", "league", "indicator", "series_month")
    ranked = pl.col("unit_code").filter(pl.col("rank").is_not_null())
    is_counted = pl.col("ranked_units") == ranked.n_unique().over(of_a_month)
    return check_keyed_table(
        "comparisons.ranks_by_month",
        [
            expect_in_set("row_stands_once", COPIES, [1]),
            expect_in_set("note_is_in_list", "note", NOTES),
            expect_in_set(
                "ranked_has_no_other_note", "note", NOTES_OF_RANKED, where_not_null("rank")
            ),
            expect_not_null("unranked_has_note", "note", where_unranked),
            expect_null("unranked_has_no_best_rank", "rank_lower", where_unranked),
            expect_null("unranked_has_no_worst_rank", "rank_upper", where_unranked),
            expect_between("best_rank_at_least_1", "rank_lower", 1),
            expect_at_least("rank_not_before_its_set", "rank", "rank_lower"),
            expect_at_least("rank_not_after_its_set", "rank_upper", "rank"),
            expect_at_least("worst_rank_within_league", "ranked_units", "rank_upper"),
            expect_in_set("ranked_units_are_counted", "is_counted", [True]),
            expect_at_least("month_not_before_series", "month", "series_month"),
        ],
        ranks.with_columns(is_counted=is_counted),
        KEYS["ranks_by_month"],
    )


def _check_funnels(funnels: pl.DataFrame) -> list[RuleResult]:
    return check_keyed_table(
        "comparisons.funnels",
        [
            expect_in_set("row_stands_once", COPIES, [1]),
            expect_in_set("numbers_are_finite", IS_FINITE, [True]),
            expect_in_set("is_outside_is_in_list", "is_outside", OUTSIDE),
            expect_at_least("lower_95_not_below_lower_998", "lower_95", "lower_998"),
            expect_at_least("centre_not_below_lower_95", "centre", "lower_95"),
            expect_at_least("upper_95_not_below_centre", "upper_95", "centre"),
            expect_at_least("upper_998_not_below_upper_95", "upper_998", "upper_95"),
            expect_between("reliability_is_a_share", "reliability", 0, 1),
            expect_between("overdispersion_not_negative", "tau2", 0),
        ],
        funnels,
        KEYS["funnels"],
    )


def _check_case_mix(case_mix: pl.DataFrame) -> list[RuleResult]:
    return check_keyed_table(
        "comparisons.case_mix",
        [
            expect_in_set("row_stands_once", COPIES, [1]),
            expect_in_set("numbers_are_finite", IS_FINITE, [True]),
            expect_in_set("limits_kind_is_in_list", "limits_kind", RATIO_LIMITS),
            expect_at_least("due_covers_late", "due", "late"),
            expect_at_least("due_covers_shared", "due", "shared_due"),
            expect_at_least("ratio_not_below_lower", "ratio", "lower"),
            expect_at_least("upper_not_below_ratio", "upper", "ratio"),
        ],
        case_mix,
        KEYS["case_mix"],
    )


def _check_sensitivity(sensitivity: pl.DataFrame) -> list[RuleResult]:
    return check_keyed_table(
        "comparisons.sensitivity",
        [
            expect_in_set("row_stands_once", COPIES, [1]),
            expect_between("best_rank_at_least_1", "rank_5", 1),
            expect_at_least("worst_rank_not_before_best", "rank_95", "rank_5"),
            expect_between("other_value_is_of_points", "other_share_value", 0, 100),
            expect_between("other_rank_at_least_1", "other_share_rank", 1),
            expect_not_null(
                "other_value_has_its_rank", "other_share_rank", where_not_null("other_share_value")
            ),
        ],
        sensitivity,
        KEYS["sensitivity"],
    )


def _check_sensitivity_choices(choices: pl.DataFrame) -> list[RuleResult]:
    return check_keyed_table(
        "comparisons.sensitivity_choices",
        [
            expect_in_set("row_stands_once", COPIES, [1]),
            expect_in_set("numbers_are_finite", IS_FINITE, [True]),
            expect_between("shift_not_negative", "mean_shift", 0),
        ],
        choices,
        KEYS["sensitivity_choices"],
    )


def _check_findings(findings: pl.DataFrame) -> list[RuleResult]:
    where_ratings = where_in("finding", OF_RATINGS)
    # A condition compares with texts and numbers.
    with_standing = findings.with_columns(standing=pl.when("stands_out").then(pl.lit("out")))
    return check_keyed_table(
        "comparisons.findings",
        [
            expect_in_set("row_stands_once", COPIES, [1]),
            expect_in_set("numbers_are_finite", IS_FINITE, [True]),
            expect_in_set("finding_is_in_list", "finding", tuple(PUBLISHED_FINDINGS)),
            expect_between("count_not_negative", "count", 0),
            expect_at_least("denominator_covers_count", "denominator", "count"),
            expect_between("something_was_looked_at", "denominator", 1),
            expect_null("ratings_are_not_counted", "count", where_ratings),
            expect_null("ratings_are_not_counted_among", "denominator", where_ratings),
            expect_between("share_is_a_share", "share", 0, 1),
            expect_not_null("share_is_there", "share"),
            expect_between("median_is_a_share", "peers_median", 0, 1),
            expect_not_null(
                "what_stands_out_has_peers", "peers_median", where_not_null("standing")
            ),
            expect_at_least("month_not_before_since", "month", "since_month"),
        ],
        with_standing,
        KEYS["findings"],
    )


def _check_representation(units: pl.DataFrame) -> list[RuleResult]:
    where_adjusted, where_not = where_not_null("adjusted_share"), where_null("adjusted_share")
    return check_keyed_table(
        "comparisons.representation",
        [
            expect_in_set("row_stands_once", COPIES, [1]),
            expect_in_set("numbers_are_finite", IS_FINITE, [True]),
            expect_between("somebody_answered", "answered", 1),
            expect_at_least("served_covers_answered", "served", "answered"),
            expect_between("unmatched_not_negative", "unmatched", 0),
            expect_between("share_is_a_share", "share", 0, 1),
            expect_between("adjusted_is_a_share", "adjusted_share", 0, 1),
            expect_in_set("adjusted_by_is_in_list", "adjusted_by", WAYS_OF_ADJUSTING),
            expect_not_null("adjusted_has_its_way", "adjusted_by", where_adjusted),
            expect_not_null("adjusted_has_its_rank", "adjusted_rank", where_adjusted),
            expect_null("adjusted_has_no_reason", "reason", where_adjusted),
            expect_not_null("others_say_why", "reason", where_not),
            expect_in_set("reason_is_in_list", "reason", REASONS_NOT_ADJUSTED),
            expect_at_least("adjusted_not_below_lower", "adjusted_share", "lower"),
            expect_at_least("upper_not_below_adjusted", "upper", "adjusted_share"),
            expect_at_least(
                "indicator_not_below_lower", "representativeness", "representativeness_lower"
            ),
            expect_at_least(
                "upper_not_below_indicator", "representativeness_upper", "representativeness"
            ),
            expect_at_least("highest_not_below_lowest", "highest", "lowest"),
            expect_between("best_rank_at_least_1", "rank_best", 1),
            expect_at_least("worst_rank_not_before_best", "rank_worst", "rank_best"),
        ],
        units,
        KEYS["representation"],
    )


def _check_unmarked(units: pl.DataFrame) -> list[RuleResult]:
    where_ranked = where_not_null("league")
    return check_keyed_table(
        "comparisons.unmarked",
        [
            expect_in_set("row_stands_once", COPIES, [1]),
            expect_in_set("numbers_are_finite", IS_FINITE, [True]),
            expect_between("marked_is_a_share", "marked_share", 0, 1),
            expect_between("share_is_a_share", "share", 0, 1),
            expect_between("unmarked_is_a_share", "unmarked_share", 0, 1),
            expect_not_null("unmarked_is_there", "unmarked_share"),
            expect_between("unmarked_value_is_of_points", "unmarked_value", 0, 100),
            expect_not_null("ranked_has_its_value", "unmarked_value", where_ranked),
            expect_not_null("ranked_has_its_rank", "unmarked_rank", where_ranked),
        ],
        units,
        KEYS["unmarked"],
    )


def _check_responses(responses: pl.DataFrame) -> list[RuleResult]:
    return check_keyed_table(
        "comparisons.responses",
        [
            expect_in_set("row_stands_once", COPIES, [1]),
            expect_in_set("margin_is_in_list", "margin", MARGINS),
            expect_between("somebody_answered", "answered", 1),
            expect_at_least("served_covers_answered", "served", "answered"),
            expect_between("rate_is_a_share", "response_rate", 0, 1),
            expect_between("weight_is_a_share", "weight_share", 0, 1),
        ],
        responses,
        KEYS["responses"],
    )
