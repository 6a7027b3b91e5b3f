"""Where a unit would rank had the method chosen otherwise."""

from dataclasses import replace
from random import Random
from typing import Any

import polars as pl
import pytest

from pipeline import methods, tables
from pipeline.agencies import Register
from pipeline.methods import Method
from pipeline.rankings import RankingScope, leagues, sensitivity
from pipeline.tables import comparisons
from pipeline.tables.represented import REPRESENTATION

MONTH = "2026-08"
UNITS = [f"C{number}" for number in range(1, 6)]
REGISTER = Register(
    tables.AGENCIES.conform(
        pl.DataFrame(
            {
                "code": [*UNITS, "P"],
                "name_vi": [*UNITS, "P"],
                "kind": ["commune"] * 5 + ["province"],
                "parent_code": ["P"] * 5 + [None],
            }
        )
    ),
    digest="0",
)
METHOD = methods.load()
SCOPE = RankingScope(MONTH, METHOD, REGISTER)
_SHARES = ("unit_code", "share", "adjusted_share")
PARTS = ("on_time_of_finished", "on_time_766", "due_on_time", "time_saved")


def unit(code: str, rates: tuple[float, float, float], saved: float, satisfied: float) -> list[Any]:
    """A unit's parts, and the index that the method makes of them."""
    processing = round(100 * (0.7 * rates[2] + 0.3 * saved), 2)
    values = dict(zip(PARTS, (*rates, saved), strict=True))
    values |= {
        "processing_time_index": processing,
        "satisfaction_index": satisfied,
        "reform_performance_index": round(0.5 * processing + 0.5 * satisfied, 2),
    }
    return [
        {"month": MONTH, "unit_code": code, "indicator": name, "value": value, "scale": "five"}
        for name, value in values.items()
    ]


def represent(**shares: tuple[float | None, float | None]) -> pl.DataFrame:
    """The satisfied share of those who answered, and of all who were served, by unit."""
    rows = [
        {"unit_code": code, "share": share, "adjusted_share": adjusted}
        for code, (share, adjusted) in shares.items()
    ]
    return pl.DataFrame(rows, {name: REPRESENTATION.schema[name] for name in _SHARES})


def compute_sensitivity(
    *units: list[Any], represented: pl.DataFrame | None = None, method: Method = METHOD
) -> tuple[pl.DataFrame, pl.DataFrame]:
    rows = [row for of_unit in units for row in of_unit]
    indices = pl.DataFrame(rows, schema=tables.INDICES.schema)
    entries = leagues.note_other_kinds(leagues.list_entries(indices, SCOPE))
    shares = represent() if represented is None else represented
    scope = replace(SCOPE, method=method)
    return sensitivity.compute(indices, entries.filter("is_ranked"), shares, scope)


def choice(choices: pl.DataFrame, name: str) -> dict[str, Any]:
    return choices.filter(pl.col("choice") == name).row(0, named=True)


def test_where_the_definition_of_on_time_decides_all_it_has_all_of_the_shift() -> None:
    # The same time saved and satisfaction: only the rates differ, and they turn the order round.
    units, choices = compute_sensitivity(
        unit("C1", (0.9, 0.5, 0.5), 0.5, 80.0),
        unit("C2", (0.5, 0.9, 0.9), 0.5, 80.0),
    )
    assert units["rank"].to_list() == [2, 1]
    assert units["rank_5"].to_list() == [1, 1]
    assert units["rank_95"].to_list() == [2, 2]
    definition = choice(choices, "on_time_definition")
    assert definition["first_order"] == pytest.approx(1, abs=0.03)
    assert definition["total"] == pytest.approx(1, abs=0.03)
    # One definition of three changes the places of both, by a rank each.
    assert definition["mean_shift"] == pytest.approx(1 / 3, abs=0.01)
    for name in ("weight_on_time", "weight_processing_time"):
        assert choice(choices, name)["total"] == pytest.approx(0, abs=0.03)


def test_where_processing_and_satisfaction_disagree_their_weight_decides() -> None:
    units, choices = compute_sensitivity(
        unit("C1", (0.9,) * 3, 0.9, 70.0),
        unit("C2", (0.7,) * 3, 0.7, 90.04),
    )
    assert units["rank"].to_list() == [2, 1]
    assert units["rank_5"].to_list() == [1, 1]
    assert choice(choices, "weight_processing_time")["first_order"] == pytest.approx(1, abs=0.05)


def test_a_unit_better_in_every_part_is_first_whatever_is_chosen() -> None:
    units, choices = compute_sensitivity(
        unit("C1", (0.95,) * 3, 0.9, 95.0),
        unit("C2", (0.9,) * 3, 0.6, 80.0),
        unit("C3", (0.8,) * 3, 0.5, 70.0),
    )
    assert units.select("rank", "rank_5", "rank_95").rows() == [(1, 1, 1), (2, 2, 2), (3, 3, 3)]
    # No rank ever shifts: there is nothing that a choice could have a part of.
    varied = choices.filter(pl.col("varied_over").is_not_null())
    assert varied["mean_shift"].to_list() == [0, 0, 0]
    assert varied["first_order"].null_count() == varied["total"].null_count() == 3


def test_the_result_says_what_was_varied_and_what_was_not() -> None:
    _, choices = compute_sensitivity(
        unit("C1", (0.9,) * 3, 0.9, 70.0), unit("C2", (0.7,) * 3, 0.7, 90.0)
    )
    told = dict(choices.select("choice", "varied_over").iter_rows())
    assert told == {
        "weight_on_time": "0.5-0.9",
        "weight_processing_time": "0.3-0.7",
        "on_time_definition": "on_time_of_finished, on_time_766, due_on_time",
        "satisfaction_share": None,
        "deadline_grain": None,
        "minimum_due": None,
        "minimum_respondents": None,
        "satisfied_answers": None,
    }


ALIKE = {"C1": (0.8,) * 3, "C2": (0.8,) * 3, "C3": (0.8,) * 3}
"""On time and time saved are the same everywhere: satisfaction alone ranks the units."""


def three_units(*satisfied: float) -> list[list[Any]]:
    return [
        unit(code, rates, 0.5, index)
        for (code, rates), index in zip(ALIKE.items(), satisfied, strict=True)
    ]


def test_the_share_of_all_who_were_served_stands_beside_that_of_those_who_answered() -> None:
    units, choices = compute_sensitivity(
        *three_units(90.0, 80.0, 70.0),
        represented=represent(C1=(0.9, 0.75), C2=(0.8, 0.8), C3=(0.7, None)),
    )
    # Processing time is 100 x (0.7 x 0.8 + 0.3 x 0.5) = 71; C3 keeps what is published.
    assert units["other_share_value"].to_list() == [
        0.5 * 71 + 0.5 * 75, 0.5 * 71 + 0.5 * 80, 0.5 * 71 + 0.5 * 70,
    ]  # fmt: skip
    assert units["rank"].to_list() == [1, 2, 3]
    assert units["other_share_rank"].to_list() == [2, 1, 3]
    other = choice(choices, "satisfaction_share")
    assert other["varied_over"] == "as_answered, adjusted"
    # Two of three units move by a rank each.
    assert other["mean_shift"] == pytest.approx(2 / 3, abs=1e-6)
    assert other["first_order"] is other["total"] is None


def test_where_all_who_were_served_count_the_other_share_is_that_of_those_who_answered() -> None:
    adjusted = METHOD.model_copy(update={"satisfaction": "adjusted"})
    units, choices = compute_sensitivity(
        *three_units(75.0, 80.0, 70.0),
        represented=represent(C1=(0.9, 0.75), C2=(0.8, 0.8), C3=(0.7, None)),
        method=adjusted,
    )
    assert units["rank"].to_list() == [2, 1, 3]
    assert units["other_share_rank"].to_list() == [1, 2, 3]
    assert units["other_share_value"][0] == 0.5 * 71 + 0.5 * 90
    assert choice(choices, "satisfaction_share")["mean_shift"] == pytest.approx(2 / 3, abs=1e-6)


def test_units_of_equal_value_with_the_other_share_have_one_rank() -> None:
    units, _ = compute_sensitivity(
        *three_units(90.0, 80.0, 70.0), represented=represent(C1=(0.9, 0.8), C3=(0.7, 0.71))
    )
    assert units["other_share_rank"].to_list() == [1, 1, 3]


def test_where_no_unit_has_another_share_nothing_is_said_of_it() -> None:
    crude_alone = represent(C1=(0.9, None))
    for represented in (represent(), crude_alone):
        units, choices = compute_sensitivity(
            *three_units(90.0, 80.0, 70.0), represented=represented
        )
        assert (
            units["other_share_value"].null_count() == units["other_share_rank"].null_count() == 3
        )
        assert choice(choices, "satisfaction_share")["mean_shift"] is None


def test_the_other_share_changes_no_rank_of_the_choices_that_are_drawn() -> None:
    rows = three_units(90.0, 80.0, 70.0)
    columns = ["rank", "rank_5", "rank_95"]
    alone, _ = compute_sensitivity(*rows)
    beside, _ = compute_sensitivity(*rows, represented=represent(C1=(0.9, 0.1)))
    assert alone.select(columns).equals(beside.select(columns))


def test_a_unit_without_one_of_the_parts_and_a_league_of_one_have_no_rows() -> None:
    whole = [unit("C1", (0.9,) * 3, 0.9, 70.0), unit("C2", (0.7,) * 3, 0.7, 90.0)]
    lacking = [row for row in unit("C3", (0.8,) * 3, 0.7, 90.0) if row["indicator"] != PARTS[1]]
    units, _ = compute_sensitivity(*whole, lacking)
    assert units["unit_code"].to_list() == ["C1", "C2"]
    units, choices = compute_sensitivity(whole[0], lacking)
    assert units.schema == comparisons.SENSITIVITY.schema
    assert choices.schema == comparisons.SENSITIVITY_CHOICES.schema
    assert units.is_empty()
    assert choices.is_empty()


def test_an_index_that_is_not_ranked_has_no_row() -> None:
    whole = [unit("C1", (0.9,) * 3, 0.9, 70.0), unit("C2", (0.7,) * 3, 0.7, 90.0)]
    noted = [row | {"note": "no_satisfaction"} for row in unit("C3", (0.8,) * 3, 0.7, 90.0)]
    assert compute_sensitivity(*whole, noted)[0].height == 2


def test_a_unit_that_is_not_ranked_for_what_was_delivered_has_no_row() -> None:
    rows = [unit("C1", (0.9,) * 3, 0.9, 70.0), unit("C2", (0.7,) * 3, 0.7, 90.0)]
    rows.append(unit("C3", (0.8,) * 3, 0.7, 90.0))
    indices = pl.DataFrame([row for one in rows for row in one], schema=tables.INDICES.schema)
    two = pl.DataFrame({"unit_code": ["C1", "C2"]}).with_columns(
        league=pl.lit("commune:P"), indicator=pl.lit("reform_performance_index")
    )
    units, _ = sensitivity.compute(indices, two, represent(), SCOPE)
    assert units.write_csv() == compute_sensitivity(*rows[:2])[0].write_csv()


def test_the_same_rows_in_any_order_give_the_same_bytes() -> None:
    random = Random(4)
    rows = [
        row
        for code in UNITS
        for row in unit(
            code,
            (random.random(), random.random(), random.random()),
            random.random(),
            round(100 * random.random(), 2),
        )
    ]
    first, second = compute_sensitivity(rows), compute_sensitivity(random.sample(rows, len(rows)))
    assert [frame.write_csv() for frame in first] == [frame.write_csv() for frame in second]
