"""The rules of exports and results: each from both sides of its edge."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import polars as pl
import pytest

from expectations.engine.results import RuleResult
from expectations.rules import bulletin, exports, indices, rankings
from pipeline import tables
from pipeline.tables.comparisons import CLOSED_LISTS, COMPARISONS

SERIES_KEY = {
    "month": "2026-10",
    "unit_code": "H15",
    "indicator": "due_on_time",
    "series_month": "2026-10",
}
LEAGUE_KEY = {
    "month": "2026-10",
    "league": "province",
    "indicator": "due_on_time",
    "unit_code": "H15",
}
CATEGORY_KEY = {
    "month": "2026-10",
    "unit_code": "H15",
    "indicator": "due_on_time",
    "by": "applicant",
    "category": "citizen",
}
GOOD: dict[str, dict[str, Any]] = {
    "exports": {
        "sender_code": "H15",
        "kind": "dossiers",
        "file_name": "dossiers.csv",
        "sha256": "a" * 64,
        "bytes": 1,
    },
    "indices": {
        "month": "2026-10",
        "unit_code": "H15",
        "unit_name": "Phú Thọ",
        "level": "province",
        "indicator": "due_on_time",
        "value": 1.0,
        "unit": "share",
        "lower": 1.0,
        "upper": 1.0,
        "interval_source": "chance",
        "method": "reform-index",
    },
    "rankings": {
        "month": "2026-10",
        "league": "province",
        "indicator": "due_on_time",
        "unit_code": "H15",
        "unit_name": "Phú Thọ",
        "value": 1.0,
        "rank": 1,
        "rank_lower": 1,
        "rank_upper": 1,
        "tier": 1,
    },
    "series": {
        **SERIES_KEY,
        "basis": "restated",
        "value": 0.5,
        "numerator": 1.0,
        "denominator": 2.0,
    },
    "control_charts": {**SERIES_KEY, "value": 0.5, "lower": 0.5, "centre": 0.5, "upper": 0.5},
    "funnels": {
        **LEAGUE_KEY,
        "value": 0.5,
        "centre": 0.5,
        "lower_998": 0.5,
        "lower_95": 0.5,
        "upper_95": 0.5,
        "upper_998": 0.5,
        "tau2": 0.0,
        "reliability": 1.0,
    },
    "case_mix": {
        **LEAGUE_KEY,
        "due": 4,
        "late": 4,
        "shared_due": 4,
        "ratio": 1.0,
        "lower": 1.0,
        "upper": 1.0,
    },
    "breakdowns": {
        **CATEGORY_KEY,
        "value": 0.5,
        "numerator": 2.0,
        "denominator": 4.0,
        "lower": 0.5,
        "upper": 0.5,
        "interval_source": "chance",
    },
    "change_parts": {
        **CATEGORY_KEY,
        "previous_numerator": 2,
        "previous_denominator": 4,
        "numerator": 3,
        "denominator": 4,
        "rate_effect": 0.25,
        "mix_effect": 0.0,
    },
    "waiting": {
        "month": "2026-10",
        "unit_code": "H26",
        "clock": "working",
        "from_days": 1,
        "to_days": 2,
        "ended_share": 0.5,
        "lower": 0.4,
        "upper": 0.6,
        "open": 3,
    },
    "procedures": {
        "month": "2026-10",
        "procedure_code": "1.000001",
        "units": 2,
        "compared_units": 2,
        "due": 4,
        "late": 2,
        "late_share": 0.5,
        "lower": 0.5,
        "upper": 0.5,
        "interval_source": "chance",
        "median_late_share": 0.5,
        "time_saved": 0.5,
    },
    "ranks_by_month": {
        **LEAGUE_KEY,
        "series_month": "2026-09",
        "rank": 1,
        "rank_lower": 1,
        "rank_upper": 1,
        "ranked_units": 1,
        "method_version": "1.1.0",
        "is_break": False,
    },
    "sensitivity": {**LEAGUE_KEY, "rank": 1, "rank_5": 1, "rank_95": 1},
    "sensitivity_choices": {**LEAGUE_KEY, "choice": "weights", "mean_shift": 0.0},
    "findings": {
        "month": "2026-10",
        "unit_code": "H26",
        "finding": "ended_on_day_off",
        "count": 3,
        "denominator": 6,
        "share": 0.5,
        "peers_median": 0.1,
        "compared_units": 4,
        "stands_out": True,
        "since_month": "2026-09",
    },
    "unmarked": {
        "month": "2026-10",
        "unit_code": "H26",
        "scale": "five:overall",
        "marked_share": 0.1,
        "share": 0.9,
        "unmarked_share": 0.8,
        "league": "province",
        "value": 90.0,
        "unmarked_value": 85.0,
        "rank": 1,
        "unmarked_rank": 2,
    },
    "representation": {
        "month": "2026-10",
        "league": "province",
        "unit_code": "H26",
        "scale": "five:overall",
        "served": 400,
        "answered": 100,
        "unmatched": 4,
        "response_rate": 0.25,
        "share": 0.8,
        "adjusted_share": 0.78,
        "lower": 0.7,
        "upper": 0.84,
        "standard_error": 0.04,
        "adjusted_by": "raked",
        "margins": "lateness+channel",
        "largest_weight": 1.2,
        "cut_share": 0.0,
        "moved_by_bound": 0.0,
        "representativeness": 0.9,
        "representativeness_lower": 0.8,
        "representativeness_upper": 1.0,
        "without_answer": 0.1,
        "lowest": 0.2,
        "highest": 0.95,
        "rank": 1,
        "adjusted_rank": 1,
        "rank_best": 1,
        "rank_worst": 1,
    },
    "responses": {
        "month": "2026-10",
        "unit_code": "H26",
        "margin": "lateness",
        "level": "late",
        "served": 40,
        "answered": 10,
        "response_rate": 0.25,
        "weight_share": 0.1,
    },
}
OVERALL = {"indicator": "median_time_days", "unit": "days", "lower": None, "upper": None}
INDEX = {"indicator": "satisfaction_index", "unit": "points", "lower": None, "upper": None}
NOT_RANKED = {"value": None, "rank": None, "rank_lower": None, "rank_upper": None, "tier": None}
NO_RANK = {**NOT_RANKED, "note": "too_few_due"}
UNRANKED_THEN = {"rank": None, "rank_lower": None, "rank_upper": None, "ranked_units": 0}
NOT_ADJUSTED = {
    "reason": "too_few_matched",
    **dict.fromkeys(("adjusted_share", "lower", "upper", "adjusted_by", "adjusted_rank")),
}
RATED = {"finding": "rated_before_result", "count": None, "denominator": None}
OTHER_UNIT = {"unit_code": "H01", "unit_name": "Hà Nội"}
EXPORTS = pl.Schema({name: pl.String() for name in exports.COLUMNS} | {"bytes": pl.Int64()})
INDICATORS = ("due_on_time", "median_time_days", "satisfaction_index")
Check = Callable[[pl.DataFrame], list[RuleResult]]
CheckComparisons = Callable[[Mapping[str, pl.DataFrame]], dict[str, list[RuleResult]]]


def check_of(name: str, check_comparisons: CheckComparisons) -> tuple[pl.Schema, Check]:
    """The schema of a table of comparisons, and its check alone."""
    return COMPARISONS[name].schema, lambda frame: check_comparisons({name: frame})[name]


CHECKS: dict[str, tuple[pl.Schema, Check]] = {
    "exports": (EXPORTS, exports.check),
    "indices": (tables.INDICES.schema, lambda frame: indices.check(frame, INDICATORS)),
    "series": check_of("series", indices.check_comparisons),
    "control_charts": check_of("control_charts", indices.check_comparisons),
    "breakdowns": check_of("breakdowns", indices.check_comparisons),
    "change_parts": check_of("change_parts", indices.check_comparisons),
    "procedures": check_of("procedures", indices.check_comparisons),
    "waiting": check_of("waiting", indices.check_comparisons),
    "rankings": (tables.RANKINGS.schema, rankings.check),
    "ranks_by_month": check_of("ranks_by_month", rankings.check_comparisons),
    "funnels": check_of("funnels", rankings.check_comparisons),
    "case_mix": check_of("case_mix", rankings.check_comparisons),
    "sensitivity": check_of("sensitivity", rankings.check_comparisons),
    "sensitivity_choices": check_of("sensitivity_choices", rankings.check_comparisons),
    "findings": check_of("findings", rankings.check_comparisons),
    "representation": check_of("representation", rankings.check_comparisons),
    "responses": check_of("responses", rankings.check_comparisons),
    "unmarked": check_of("unmarked", rankings.check_comparisons),
}

CASES: list[tuple[str, list[dict[str, Any]], set[str]]] = [
    ("exports", [{}], set()),
    ("exports", [{"kind": None}], set()),
    ("exports", [{"kind": "letters"}], {"kind_is_in_list"}),
    ("exports", [{"bytes": 0}], {"file_is_not_empty"}),
    ("exports", [{"bytes": None}], {"size_is_there"}),
    ("exports", [{"sha256": "a" * 63}], {"sha256_has_64_hex_digits"}),
    ("exports", [{"sha256": "A" * 64}], {"sha256_has_64_hex_digits"}),
    ("exports", [{"sha256": "a" * 65}], {"sha256_has_64_hex_digits"}),
    ("exports", [{"sha256": None}], {"sha256_is_there"}),
    ("exports", [{"sender_code": None}], {"sender_is_there"}),
    ("exports", [{"file_name": None}], {"file_name_is_there"}),
    ("exports", [{}, {"file_name": "dossiers-2.csv"}], {"file_counts_once"}),
    ("exports", [{}, {"sender_code": "H01"}], set()),
    ("indices", [{}], set()),
    ("indices", [{}, {}], {"unit_has_indicator_once"}),
    ("indices", [{}, {"unit_code": "H01"}], set()),
    ("indices", [{"unit_code": None}], {"unit_is_there"}),
    ("indices", [{"indicator": None}], {"indicator_is_there"}),
    ("indices", [{"indicator": "charm"}], {"indicator_is_in_list"}),
    ("indices", [{"unit": None}], {"unit_of_value_is_there"}),
    ("indices", [{"unit": "stars"}], {"unit_of_value_is_in_list"}),
    ("indices", [{"clock": "sand"}], {"clock_is_in_list"}),
    ("indices", [{"interval_source": "hope"}], {"interval_source_is_in_list"}),
    ("indices", [{"interval_source": None, "upper": None}], {"lower_has_its_source"}),
    ("indices", [{"interval_source": None, "lower": None}], {"upper_has_its_source"}),
    ("indices", [{"interval_source": None, "lower": None, "upper": None}], set()),
    ("indices", [{"interval_source": "chance+months", "months": 13}], set()),
    ("indices", [{"interval_source": "chance+months"}], {"months_are_there"}),
    ("indices", [{"months": 13}], {"months_are_in_limits"}),
    ("indices", [{"interval_source": "both", "months": 13}], set()),
    ("indices", [{"interval_source": "both"}], set()),
    ("indices", [{"note": "because"}], {"note_is_in_list"}),
    ("indices", [{"numerator": 0.0, "denominator": 0.0}], set()),
    ("indices", [{"numerator": -1.0}], {"numerator_not_negative"}),
    ("indices", [{"denominator": -1.0}], {"denominator_not_negative"}),
    ("indices", [{"value": 0.0, "lower": 0.0}], set()),
    ("indices", [{"value": 1.01, "upper": 1.01}], {"share_within_0_and_1"}),
    ("indices", [{"value": -0.01, "lower": -0.01}], {"share_within_0_and_1"}),
    ("indices", [{**INDEX, "value": 100.0}], set()),
    ("indices", [{**INDEX, "value": 100.1}], {"points_within_0_and_100"}),
    ("indices", [{**INDEX, "value": 18.0, "maximum": 18.0}], set()),
    ("indices", [{**INDEX, "value": 18.1, "maximum": 18.0}], {"points_within_maximum"}),
    ("indices", [{**OVERALL, "value": 0.0}], set()),
    ("indices", [{**OVERALL, "value": 400.5}], set()),
    ("indices", [{**OVERALL, "value": -0.1}], {"days_not_negative"}),
    ("indices", [{"value": 0.8, "lower": 0.8, "upper": 0.9}], set()),
    ("indices", [{"value": 0.7, "lower": 0.8, "upper": 0.9}], {"value_not_below_lower"}),
    ("indices", [{"value": 0.95, "lower": 0.8, "upper": 0.9}], {"value_not_above_upper"}),
    (
        "indices",
        [{"value": None, "lower": 0.9, "upper": 0.8, "note": "too_few_due"}],
        {"lower_not_above_upper"},
    ),
    ("indices", [{"value": None, "note": "too_few_due"}], set()),
    ("indices", [{"value": None}], {"empty_value_has_note"}),
    ("indices", [{"note": "provisional"}], set()),
    ("indices", [{"left_out": math.nan}], {"numbers_are_finite"}),
    ("indices", [{"effective_n": math.inf}], {"numbers_are_finite"}),
    ("rankings", [{}], set()),
    ("rankings", [{}, {**OTHER_UNIT, **NO_RANK}], set()),
    ("rankings", [{}, {}], {"unit_is_ranked_once"}),
    ("rankings", [{"note": "provisional"}], set()),
    ("rankings", [{"note": "too_few_due"}], {"ranked_has_no_other_note"}),
    ("rankings", [{"note": "because"}], {"note_is_in_list", "ranked_has_no_other_note"}),
    ("rankings", [{"value": None}], {"ranked_has_value"}),
    ("rankings", [{"previous_value": math.nan}], {"numbers_are_finite"}),
    ("rankings", [NOT_RANKED], {"unranked_has_note"}),
    (
        "rankings",
        [{}, {**OTHER_UNIT, **NO_RANK, "rank_lower": 1, "rank_upper": 1}],
        {"unranked_has_no_best_rank", "unranked_has_no_worst_rank"},
    ),
    ("rankings", [{"rank_upper": None}], {"best_rank_has_worst_rank"}),
    ("rankings", [{"rank_lower": None}], {"worst_rank_has_best_rank"}),
    ("rankings", [{"rank_lower": 0}], {"best_rank_at_least_1"}),
    ("rankings", [{"rank": 0, "rank_lower": 0}], {"best_rank_at_least_1", "rank_at_least_1"}),
    ("rankings", [{"rank_upper": 2}, {**OTHER_UNIT, "rank": 2, "rank_upper": 2}], set()),
    (
        "rankings",
        [{"rank_lower": 2, "rank_upper": 2}, {**OTHER_UNIT, "rank_upper": 2}],
        {"rank_not_before_its_set"},
    ),
    ("rankings", [{}, {**OTHER_UNIT, "rank": 2}], {"rank_not_after_its_set"}),
    (
        "rankings",
        [{"rank": 2, "rank_upper": 2}],
        {"rank_within_league", "worst_rank_within_league"},
    ),
    ("rankings", [{"rank_upper": 2}], {"worst_rank_within_league"}),
    (
        "rankings",
        [{"rank_upper": 2}, {**OTHER_UNIT, "league": "ministry"}],
        {"worst_rank_within_league"},
    ),
    ("rankings", [{"tier": 0}], {"tier_at_least_1"}),
    *((name, [{}], set()) for name in COMPARISONS),
    *((name, [{}, {}], {"row_stands_once"}) for name in COMPARISONS),
    ("series", [{"series_month": "2026-11"}], {"month_not_before_series"}),
    ("series", [{"numerator": 2.0}], set()),
    ("series", [{"numerator": 2.5}], {"denominator_covers_numerator"}),
    ("series", [{"numerator": -0.1}], {"numerator_not_negative"}),
    ("series", [{"basis": "guessed"}], {"basis_is_in_list"}),
    ("series", [{"value": math.nan}], {"numbers_are_finite"}),
    ("control_charts", [{"lower": None, "centre": None, "upper": None}], set()),
    ("control_charts", [{"value": math.nan}], {"numbers_are_finite"}),
    ("funnels", [{"z": math.inf}], {"numbers_are_finite"}),
    ("case_mix", [{"z": math.nan}], {"numbers_are_finite"}),
    ("sensitivity_choices", [{"total": math.inf}], {"numbers_are_finite"}),
    ("control_charts", [{"lower": 0.6}], {"centre_not_below_lower"}),
    ("control_charts", [{"upper": 0.4}], {"upper_not_below_centre"}),
    ("control_charts", [{"signal": "odd"}], {"signal_is_in_list"}),
    ("control_charts", [{"series_month": "2026-11"}], {"month_not_before_series"}),
    ("funnels", [{"lower_998": 0.6}], {"lower_95_not_below_lower_998"}),
    ("funnels", [{"lower_95": 0.6}], {"centre_not_below_lower_95"}),
    ("funnels", [{"upper_95": 0.4}], {"upper_95_not_below_centre"}),
    ("funnels", [{"upper_998": 0.4}], {"upper_998_not_below_upper_95"}),
    ("funnels", [{"reliability": 1.1}], {"reliability_is_a_share"}),
    ("funnels", [{"tau2": -0.1}], {"overdispersion_not_negative"}),
    ("funnels", [{"is_outside": "odd"}], {"is_outside_is_in_list"}),
    ("case_mix", [{"late": 5}], {"due_covers_late"}),
    ("case_mix", [{"shared_due": 5}], {"due_covers_shared"}),
    ("case_mix", [{"lower": 1.1}], {"ratio_not_below_lower"}),
    ("case_mix", [{"upper": 0.9}], {"upper_not_below_ratio"}),
    ("case_mix", [{"limits_kind": "wald"}], {"limits_kind_is_in_list"}),
    *(
        (name, [change], {rule})
        for name in ("breakdowns", "procedures")
        for change, rule in (
            ({"note": "odd"}, "note_is_in_list"),
            ({"interval_source": "sampling"}, "interval_source_is_in_list"),
        )
    ),
    (
        "breakdowns",
        [{"lower": math.nan}],
        {"numbers_are_finite", "value_not_below_lower"},
    ),
    ("breakdowns", [{"by": "unit"}], {"by_is_in_list"}),
    ("breakdowns", [{"numerator": -0.1}], {"numerator_not_negative"}),
    ("breakdowns", [{"numerator": 4.0}], set()),
    ("breakdowns", [{"numerator": 4.5}], {"denominator_covers_numerator"}),
    ("breakdowns", [{"value": 1.1, "upper": 1.1}], {"value_is_a_share"}),
    ("breakdowns", [{"lower": 0.6}], {"value_not_below_lower"}),
    ("breakdowns", [{"upper": 0.4}], {"value_not_above_upper"}),
    ("change_parts", [{"by": "unit"}], set()),
    ("change_parts", [{"by": "question"}], {"by_is_in_list"}),
    ("change_parts", [{"note": "too_few_due"}], {"note_is_in_list"}),
    ("change_parts", [{"rate_effect": math.inf}], {"numbers_are_finite", "rate_effect_is_a_share"}),
    ("change_parts", [{"rate_effect": -1.1}], {"rate_effect_is_a_share"}),
    ("change_parts", [{"mix_effect": 1.1}], {"mix_effect_is_a_share"}),
    ("change_parts", [{"numerator": -1}], {"numerator_not_negative"}),
    ("change_parts", [{"numerator": 5}], {"denominator_covers_numerator"}),
    ("change_parts", [{"previous_numerator": -1}], {"previous_numerator_not_negative"}),
    ("change_parts", [{"previous_numerator": 5}], {"previous_denominator_covers_numerator"}),
    ("change_parts", [{}, {"by": "channel"}], set()),
    ("change_parts", [{}, {"by": "channel", "numerator": 4}], {"parts_add_up_to_the_same"}),
    ("change_parts", [{}, {"by": "channel", "mix_effect": 1e-6}], {"parts_add_up_to_the_same"}),
    (
        "change_parts",
        [{}, {"by": "channel", "rate_effect": 0.0, "mix_effect": 0.25}],
        set(),
    ),
    ("waiting", [{}, {}], {"row_stands_once"}),
    ("waiting", [{"ended_share": None, "lower": None, "upper": None, "to_days": None}], set()),
    ("waiting", [{"lower": math.nan}], {"numbers_are_finite", "share_not_below_lower"}),
    ("waiting", [{"clock": "lunar"}], {"clock_is_in_list"}),
    ("waiting", [{"to_days": 0}], {"span_does_not_end_before_it_begins"}),
    ("waiting", [{"ended_share": 1.1}], {"ended_share_is_a_share", "share_not_above_upper"}),
    ("waiting", [{"lower": 0.51}], {"share_not_below_lower"}),
    ("waiting", [{"upper": 0.49}], {"share_not_above_upper"}),
    ("waiting", [{"open": -1}], {"open_not_negative"}),
    ("procedures", [{"time_saved": math.nan}], {"numbers_are_finite", "time_saved_is_a_share"}),
    ("procedures", [{"units": 0, "compared_units": 0}], {"some_unit_handles_it"}),
    ("procedures", [{"compared_units": 3}], {"units_cover_those_compared"}),
    ("procedures", [{"late": -1}], {"late_not_negative"}),
    ("procedures", [{"late": 5}], {"due_covers_late"}),
    ("procedures", [{"lower": 0.6}], {"share_not_below_lower"}),
    ("procedures", [{"upper": 0.4}], {"share_not_above_upper"}),
    ("procedures", [{"median_late_share": 1.1}], {"median_is_a_share"}),
    ("procedures", [{"time_saved": -0.1}], {"time_saved_is_a_share"}),
    ("ranks_by_month", [{**UNRANKED_THEN, "note": "no_export"}], set()),
    ("ranks_by_month", [{"note": "lucky"}], {"note_is_in_list", "ranked_has_no_other_note"}),
    ("ranks_by_month", [{"note": "no_export"}], {"ranked_has_no_other_note"}),
    ("ranks_by_month", [UNRANKED_THEN], {"unranked_has_note"}),
    (
        "ranks_by_month",
        [{**UNRANKED_THEN, "note": "no_export", "rank_lower": 1, "ranked_units": 0}],
        {"unranked_has_no_best_rank"},
    ),
    (
        "ranks_by_month",
        [{**UNRANKED_THEN, "note": "no_export", "rank_upper": 0}],
        {"unranked_has_no_worst_rank"},
    ),
    ("ranks_by_month", [{"rank_lower": 0}], {"best_rank_at_least_1"}),
    ("ranks_by_month", [{"rank_lower": 2}], {"rank_not_before_its_set"}),
    ("ranks_by_month", [{"rank_upper": 0}], {"rank_not_after_its_set"}),
    ("ranks_by_month", [{"rank_upper": 2}], {"worst_rank_within_league"}),
    ("ranks_by_month", [{"ranked_units": 2}], {"ranked_units_are_counted"}),
    ("ranks_by_month", [{"series_month": "2026-11"}], {"month_not_before_series"}),
    ("sensitivity", [{"rank_5": 0}], {"best_rank_at_least_1"}),
    ("sensitivity", [{"rank_5": 2}], {"worst_rank_not_before_best"}),
    ("unmarked", [{}], set()),
    ("unmarked", [{}, {}], {"row_stands_once"}),
    ("unmarked", [{"marked_share": 1.1}], {"marked_is_a_share"}),
    ("unmarked", [{"share": -0.1}], {"share_is_a_share"}),
    ("unmarked", [{"unmarked_share": 1.1}], {"unmarked_is_a_share"}),
    ("unmarked", [{"unmarked_share": None}], {"unmarked_is_there"}),
    ("unmarked", [{"value": math.inf}], {"numbers_are_finite"}),
    ("unmarked", [{"unmarked_value": 100.1}], {"unmarked_value_is_of_points"}),
    ("unmarked", [{"unmarked_value": None}], {"ranked_has_its_value"}),
    ("unmarked", [{"unmarked_rank": None}], {"ranked_has_its_rank"}),
    ("unmarked", [dict.fromkeys(("league", "value", "unmarked_value", "unmarked_rank"))], set()),
    ("sensitivity", [{"other_share_value": 100, "other_share_rank": 1}], set()),
    (
        "sensitivity",
        [{"other_share_value": 100.01, "other_share_rank": 1}],
        {"other_value_is_of_points"},
    ),
    (
        "sensitivity",
        [{"other_share_value": 50, "other_share_rank": 0}],
        {"other_rank_at_least_1"},
    ),
    ("sensitivity", [{"other_share_value": 50}], {"other_value_has_its_rank"}),
    ("sensitivity_choices", [{"mean_shift": -0.1}], {"shift_not_negative"}),
    ("findings", [{}], set()),
    ("findings", [{}, {}], {"row_stands_once"}),
    ("findings", [{"share": math.nan}], {"numbers_are_finite", "share_is_a_share"}),
    ("findings", [{"finding": "fraud"}], {"finding_is_in_list"}),
    ("findings", [{"count": -1}], {"count_not_negative"}),
    ("findings", [{"count": 6}], set()),
    ("findings", [{"count": 7}], {"denominator_covers_count"}),
    (
        "findings",
        [{"count": 0, "denominator": 0, "stands_out": False}],
        {"something_was_looked_at"},
    ),
    ("findings", [RATED], set()),
    ("findings", [RATED | {"count": 3}], {"ratings_are_not_counted"}),
    ("findings", [RATED | {"denominator": 6}], {"ratings_are_not_counted_among"}),
    ("findings", [{"share": 1.1}], {"share_is_a_share"}),
    ("findings", [{"share": None}], {"share_is_there"}),
    ("findings", [{"peers_median": 1.1}], {"median_is_a_share"}),
    ("findings", [{"peers_median": None}], {"what_stands_out_has_peers"}),
    ("findings", [{"peers_median": None, "stands_out": False}], set()),
    ("findings", [{"since_month": "2026-11"}], {"month_not_before_since"}),
    ("findings", [{"since_month": None}], set()),
    ("representation", [{}], set()),
    ("representation", [{}, {}], {"row_stands_once"}),
    ("representation", [{"without_answer": math.nan}], {"numbers_are_finite"}),
    ("representation", [{"answered": 0}], {"somebody_answered"}),
    ("representation", [{"answered": 400}], set()),
    ("representation", [{"answered": 401}], {"served_covers_answered"}),
    ("representation", [{"unmatched": -1}], {"unmatched_not_negative"}),
    ("representation", [{"share": 1.1}], {"share_is_a_share"}),
    (
        "representation",
        [{"adjusted_share": 1.1}],
        {"adjusted_is_a_share", "upper_not_below_adjusted"},
    ),
    ("representation", [{"adjusted_share": 0.69}], {"adjusted_not_below_lower"}),
    ("representation", [{"adjusted_by": "guessed"}], {"adjusted_by_is_in_list"}),
    ("representation", [{"adjusted_by": None}], {"adjusted_has_its_way"}),
    ("representation", [{"adjusted_rank": None}], {"adjusted_has_its_rank"}),
    ("representation", [{"reason": "too_few_matched"}], {"adjusted_has_no_reason"}),
    ("representation", [NOT_ADJUSTED], set()),
    ("representation", [NOT_ADJUSTED | {"reason": None}], {"others_say_why"}),
    ("representation", [NOT_ADJUSTED | {"reason": "tired"}], {"reason_is_in_list"}),
    ("representation", [{"representativeness": 0.79}], {"indicator_not_below_lower"}),
    ("representation", [{"representativeness_upper": 0.89}], {"upper_not_below_indicator"}),
    ("representation", [{"highest": 0.19}], {"highest_not_below_lowest"}),
    ("representation", [{"rank_best": 0}], {"best_rank_at_least_1"}),
    ("representation", [{"rank_best": 2}], {"worst_rank_not_before_best"}),
    ("responses", [{}], set()),
    ("responses", [{}, {}], {"row_stands_once"}),
    ("responses", [{"margin": "age"}], {"margin_is_in_list"}),
    ("responses", [{"answered": 0}], {"somebody_answered"}),
    ("responses", [{"answered": 41}], {"served_covers_answered"}),
    ("responses", [{"response_rate": 1.1}], {"rate_is_a_share"}),
    ("responses", [{"weight_share": 1.1}], {"weight_is_a_share"}),
]


def frame_of(table: str, changes: list[dict[str, Any]]) -> pl.DataFrame:
    rows = [{**GOOD[table], **change} for change in changes]
    return pl.DataFrame(rows, schema=CHECKS[table][0])


def broken(results: list[RuleResult]) -> set[str]:
    return {result.rule for result in results if not result.is_met}


@pytest.mark.parametrize(("table", "changes", "rules"), CASES)
def test_a_table_breaks_exactly_the_rules_that_its_case_names(
    table: str, changes: list[dict[str, Any]], rules: set[str]
) -> None:
    assert broken(CHECKS[table][1](frame_of(table, changes))) == rules


@pytest.mark.parametrize("table", CHECKS)
def test_every_rule_of_a_table_has_a_case_that_breaks_it(table: str) -> None:
    rules = {result.rule for result in CHECKS[table][1](frame_of(table, [{}]))}

    assert rules == {rule for name, _, names in CASES if name == table for rule in names}


@pytest.mark.parametrize("table", COMPARISONS)
def test_every_closed_list_of_a_table_has_its_rule(table: str) -> None:
    rules = {result.rule for result in CHECKS[table][1](frame_of(table, [{}]))}

    assert {f"{column}_is_in_list" for column in CLOSED_LISTS[table]} <= rules


@pytest.mark.parametrize("table", CHECKS)
def test_a_table_without_rows_breaks_nothing(table: str) -> None:
    found = CHECKS[table][1](frame_of(table, []))

    assert found
    assert broken(found) == set()
    assert {result.checked_rows for result in found} == {0}


PUBLISHED = pl.DataFrame({"unit_code": [None, "H01", "H15"], "value": [None, 0.5, 1.0]})


def published(frame: pl.DataFrame) -> set[str]:
    return broken(bulletin.check({"indices": frame}, {"indices": ["unit_code"]}))


def test_a_published_table_is_sorted_unique_and_finite() -> None:
    assert published(PUBLISHED) == set()
    assert published(PUBLISHED.clear()) == set()
    assert published(PUBLISHED.reverse()) == {"indices_is_sorted"}
    assert published(pl.concat([PUBLISHED[:1], PUBLISHED])) == {"indices_key_is_unique"}
    not_a_number = pl.DataFrame({"unit_code": ["H20"], "value": [math.nan]})
    assert published(pl.concat([PUBLISHED, not_a_number])) == {"indices_numbers_are_finite"}
