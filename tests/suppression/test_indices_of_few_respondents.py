"""Indices of a month: which rows lose their numbers where a few answered."""

from typing import Any

import polars as pl
import pytest

from pipeline.methods import Methods
from pipeline.suppression import WITHHELD, is_count_withheld, withhold_ratings

from .conftest import Row, as_indices, index_row, rated_unit

NUMBERS = ("value", "numerator", "denominator", "lower", "upper", "standard_error", "effective_n")
RATINGS = ("satisfied_share", "satisfaction_index", "mean_rating", "response_rate")


def row_of(indices: pl.DataFrame, unit: str, indicator: str = "satisfied_share") -> Row:
    return indices.filter(unit_code=unit, indicator=indicator).row(0, named=True)


def is_withheld(indices: pl.DataFrame, unit: str, indicator: str = "satisfied_share") -> bool:
    row = row_of(indices, unit, indicator)
    if row["note"] != WITHHELD:
        return False
    of_dossiers = ("denominator",) if indicator == "response_rate" else ()
    assert [name for name in NUMBERS if row[name] is not None and name not in of_dossiers] == []
    assert (row["left_out"], row["interval_source"]) == (None, None)
    return True


def withheld_units(indices: pl.DataFrame, indicator: str = "satisfied_share") -> set[str]:
    units = indices.filter(indicator=indicator)["unit_code"]
    return {unit for unit in units if is_withheld(indices, unit, indicator)}


def test_four_respondents_are_withheld_and_five_are_not(in_force: Methods) -> None:
    for few, is_few in ((4, True), (5, False)):
        computed = as_indices(
            rated_unit("P", None, 200 + few), rated_unit("a", "P", few), rated_unit("b", "P", 200)
        )
        found = withhold_ratings(computed, in_force)
        assert is_withheld(found, "a") == is_few


def test_all_that_tells_of_a_units_respondents_is_withheld_and_nothing_else(
    in_force: Methods,
) -> None:
    computed = as_indices(
        rated_unit("P", None, 303),
        rated_unit("a", "P", 3),
        rated_unit("b", "P", 100),
        rated_unit("c", "P", 200),
    )
    found = withhold_ratings(computed, in_force)
    for indicator in RATINGS:
        assert withheld_units(found, indicator) == {"a", "b"}
    # The performance index of b would give its satisfaction index away; a has none.
    assert withheld_units(found, "reform_performance_index") == {"b"}
    assert row_of(found, "a", "reform_performance_index")["note"] == "no_satisfaction"
    kept = pl.col("unit_code").is_in(["P", "c"]) | (pl.col("indicator") == "due_on_time")
    assert found.filter(kept).equals(computed.filter(kept))
    # The dossiers of a response rate are no respondents.
    assert row_of(found, "a", "response_rate")["denominator"] == 1000


def test_where_no_value_is_computed_nobody_is_told_how_many_were_satisfied(
    in_force: Methods,
) -> None:
    computed = as_indices(
        rated_unit("P", None, 259), rated_unit("a", "P", 29), rated_unit("b", "P", 230)
    )
    found = withhold_ratings(computed, in_force)
    assert withheld_units(found) == set()
    row = row_of(found, "a")
    assert (row["numerator"], row["denominator"]) == (None, 29)
    assert row_of(found, "a", "response_rate")["numerator"] == 29
    assert row_of(found, "b")["numerator"] == 0.8 * 230
    assert is_count_withheld(row, "numerator")
    assert not is_count_withheld(row, "denominator")
    assert not is_count_withheld(row_of(found, "b"), "numerator")


def test_a_unit_without_a_value_protects_before_a_smaller_one_with_a_value(
    in_force: Methods,
) -> None:
    computed = as_indices(
        rated_unit("P", None, 3 + 31 + 29 + 200),
        rated_unit("a", "P", 3),
        rated_unit("b", "P", 31),
        rated_unit("c", "P", 29),
        rated_unit("d", "P", 200),
    )
    assert withheld_units(withhold_ratings(computed, in_force)) == {"a", "c"}


def test_few_who_rated_dossiers_of_the_month_are_withheld_in_the_response_rate_alone(
    in_force: Methods,
) -> None:
    computed = as_indices(
        rated_unit("P", None, 340, responses=203),
        rated_unit("a", "P", 40, responses=3),
        rated_unit("b", "P", 100, responses=80),
        rated_unit("c", "P", 200, responses=120),
    )
    found = withhold_ratings(computed, in_force)
    assert withheld_units(found, "response_rate") == {"a", "b"}
    assert withheld_units(found) == set()


def test_few_respondents_of_another_scale_are_left_out_without_being_counted(
    in_force: Methods,
) -> None:
    computed = as_indices(
        rated_unit("P", None, 300, 43),
        rated_unit("a", "P", 100, 3),
        rated_unit("b", "P", 200, 40),
    )
    found = withhold_ratings(computed, in_force)
    assert withheld_units(found) == set()
    left_out = {unit: row_of(found, unit)["left_out"] for unit in "Pab"}
    # 43 - 40 = 3: b's others are hidden too.
    assert left_out == {"P": 43, "a": None, "b": None}
    assert row_of(found, "a")["value"] == 0.8


def test_a_unit_of_another_scale_than_its_neighbours_protects_the_sum_of_all(
    in_force: Methods,
) -> None:
    computed = as_indices(
        # c's respondents are in what P leaves out.
        rated_unit("P", None, 103, 50),
        rated_unit("a", "P", 3),
        rated_unit("b", "P", 100),
        rated_unit("c", "P", 50, scale="three:overall"),
    )
    # 153 - 100 - 50 = 3 and 103 - 100 = 3: c hides a in the sum of all, b on a's own scale.
    assert withheld_units(withhold_ratings(computed, in_force)) == {"a", "b", "c"}


def test_figures_of_satisfaction_are_withheld_as_records_are(in_force: Methods) -> None:
    computed = as_indices(
        rated_unit("P", None, 203, scale="figures"),
        rated_unit("a", "P", 3, scale="figures"),
        rated_unit("b", "P", 200, scale="figures"),
    )
    assert withheld_units(withhold_ratings(computed, in_force)) == {"a", "b"}


def factor_rows(unit: str, parent: str | None, respondents: dict[str, float]) -> list[Row]:
    """The factors of a scorecard, its partial sum and its total."""
    rows = [
        index_row(
            unit,
            parent,
            f"sipas_style_{factor}",
            value=80.0 if count >= 30 else None,
            numerator=0.8 * count,
            denominator=count,
            effective_n=count,
            scale="five",
            method="sipas-style",
            note=None if count >= 30 else "too_few_respondents",
        )
        for factor, count in respondents.items()
    ]
    is_whole = min(respondents.values()) >= 30
    total: dict[str, Any] = {"method": "sipas-style", "value": 80.0 if is_whole else None}
    note = None if is_whole else "missing_indicators"
    return [*rows, index_row(unit, parent, "sipas_style_index", note=note, **total)]


def test_a_factor_that_few_rated_is_withheld_and_so_is_a_total_that_gives_one_away(
    in_force: Methods,
) -> None:
    few, many = {"access": 60.0, "results": 3.0}, {"access": 80.0, "results": 50.0}
    computed = as_indices(
        factor_rows("P", None, {"access": 140, "results": 53}),
        factor_rows("a", "P", few),
        factor_rows("b", "P", many),
    )
    found = withhold_ratings(computed, in_force)
    assert withheld_units(found, "sipas_style_results") == {"a", "b"}
    assert withheld_units(found, "sipas_style_access") == set()
    # b's total is the mean of its factors; a has none, and its note says why.
    assert row_of(found, "b", "sipas_style_index")["note"] == WITHHELD
    assert row_of(found, "b", "sipas_style_index")["value"] is None
    assert row_of(found, "a", "sipas_style_index")["note"] == "missing_indicators"


def test_answers_that_count_by_weight_are_few_where_few_gave_them(in_force: Methods) -> None:
    # 3 people of weight 20 count 60; their effective number is 3.
    weighted = factor_rows("a", "P", {"results": 60})
    weighted[0]["effective_n"] = 3.0
    computed = as_indices(
        factor_rows("P", None, {"results": 260}), weighted, factor_rows("b", "P", {"results": 200})
    )
    assert withheld_units(withhold_ratings(computed, in_force), "sipas_style_results") == {"a", "b"}


def test_what_an_edition_withheld_stays_withheld_when_more_answers_come(in_force: Methods) -> None:
    def month(of_a: int) -> pl.DataFrame:
        return as_indices(
            rated_unit("P", None, 300 + of_a),
            rated_unit("a", "P", of_a),
            rated_unit("b", "P", 100),
            rated_unit("c", "P", 200),
        )

    first = withhold_ratings(month(3), in_force)
    second = withhold_ratings(month(10), in_force, first)
    # With a = 10 and b = 100 published, the first edition's 303 would give its 3 away.
    assert withheld_units(first) == withheld_units(second) == {"a", "b"}
    assert withheld_units(withhold_ratings(month(10), in_force)) == set()


def test_what_an_edition_showed_protects_nobody_in_the_next(in_force: Methods) -> None:
    first = as_indices(
        rated_unit("P", None, 310),
        rated_unit("a", "P", 60),
        rated_unit("b", "P", 50),
        rated_unit("c", "P", 200),
    )
    second = as_indices(
        rated_unit("P", None, 403),
        rated_unit("a", "P", 3),
        rated_unit("b", "P", 50),
        rated_unit("c", "P", 350),
    )
    # b is smaller, but everybody can read its 50 in the first edition.
    assert withheld_units(withhold_ratings(second, in_force, first)) == {"a", "c"}


def test_the_same_month_published_again_withholds_the_same(in_force: Methods) -> None:
    computed = as_indices(
        rated_unit("P", None, 346, 3),
        rated_unit("a", "P", 3, responses=2),
        rated_unit("b", "P", 143, 3),
        rated_unit("c", "P", 200, responses=4),
    )
    first = withhold_ratings(computed, in_force)
    assert withhold_ratings(computed, in_force, first).equals(first)


@pytest.mark.parametrize("limit", [3, 10])
def test_the_limit_is_that_of_the_method(in_force: Methods, limit: int) -> None:
    index = in_force.index.model_copy(update={"minimum_published_respondents": limit})
    changed = Methods((index,), in_force.scorecards)
    for few in (limit - 1, limit):
        computed = as_indices(
            rated_unit("P", None, 200 + few), rated_unit("a", "P", few), rated_unit("b", "P", 200)
        )
        assert is_withheld(withhold_ratings(computed, changed), "a") == (few < limit)


def test_a_month_without_ratings_is_left_as_it_is(in_force: Methods) -> None:
    computed = as_indices([index_row("P", None, "due_on_time", value=0.5, numerator=1.0)])
    assert withhold_ratings(computed, in_force).equals(computed)
