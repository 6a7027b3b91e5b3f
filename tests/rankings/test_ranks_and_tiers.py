"""Ranks, rank sets and tiers."""

from statistics import NormalDist
from typing import Any

import polars as pl
import pytest


def test_ties_share_the_better_rank(rows: Any, rankings_of: Any) -> None:
    points = rows["points"]
    found = rankings_of(
        [points("C1", 90.0), points("C2", 80.0), points("C3", 80.0), points("C4", 70.0)],
        communes=4,
    )
    assert found.column("rank") == {"C1": 1, "C2": 2, "C3": 2, "C4": 4}


def test_a_league_is_a_kind_under_a_parent(rows: Any, rankings_of: Any) -> None:
    found = rankings_of([rows["points"]("C1", 90.0), rows["points"]("P", 85.0)], communes=2)
    assert found.row("C1")["league"] == "commune:P"
    assert found.row("P")["league"] == "province"


def test_days_are_better_low(rows: Any, rankings_of: Any) -> None:
    found = rankings_of([rows["days"]("C1", 9.0), rows["days"]("C2", 3.0)], communes=2)
    assert found.column("rank") == {"C1": 2, "C2": 1}


def test_rank_sets_are_those_of_joint_normal_intervals(rows: Any, rankings_of: Any) -> None:
    # Three at level 0.95^(1/3): z = 2.388; errors of 1 reach 2.388 to either side.
    z = NormalDist().inv_cdf((1 + 0.95 ** (1 / 3)) / 2)
    assert round(z, 3) == 2.388
    points = rows["points"]
    found = rankings_of([points("C1", 90.0), points("C2", 86.0), points("C3", 80.0)], communes=3)
    # 90 and 86: 4 apart, less than 4.776: they overlap. 86 and 80: 6 apart, more: they do not.
    assert found.column("rank_lower") == {"C1": 1, "C2": 1, "C3": 3}
    assert found.column("rank_upper") == {"C1": 2, "C2": 2, "C3": 3}
    assert set(found.frame["rank_set_kind"]) == {"joint"}


@pytest.mark.parametrize(("gap", "sure"), [(4.77, False), (4.78, True)])
def test_intervals_that_just_touch_or_just_part(
    rows: Any, rankings_of: Any, gap: float, sure: bool
) -> None:
    # 2 x 2.388 = 4.776
    points = rows["points"]
    found = rankings_of(
        [points("C1", 90.0), points("C2", 90 - gap), points("C3", 10.0)], communes=3
    )
    assert (found.row("C1")["rank_upper"] == 1) == sure


def test_shares_are_compared_by_wilson_with_the_effective_sample(
    rows: Any, rankings_of: Any
) -> None:
    # All of 100 and 95 of 100 overlap; all of 5,000 and 4,750 of 5,000 do not.
    share = rows["share"]
    few = rankings_of([share("C1", 100, 100), share("C2", 95, 100)], communes=2)
    many = rankings_of([share("C1", 5000, 5000), share("C2", 4750, 5000)], communes=2)
    blurred = rankings_of(
        [
            share("C1", 5000, 5000, effective_n=100),
            share("C2", 4750, 5000, effective_n=100),
        ],
        communes=2,
    )
    assert few.column("rank_upper") == {"C1": 2, "C2": 2}
    assert many.column("rank_upper") == {"C1": 1, "C2": 2}
    assert blurred.column("rank_upper") == {"C1": 2, "C2": 2}


def test_satisfaction_in_points_is_compared_as_a_share(rows: Any, rankings_of: Any) -> None:
    def index(unit: str, satisfied: int) -> dict[str, Any]:
        more = {"indicator": "satisfaction_index", "value": satisfied / 50, "scale": "five:overall"}
        return rows["share"](unit, satisfied, 5000, **more)

    found = rankings_of(
        [index("C1", 4900), index("C2", 4500)],
        communes=2,
        deliveries=[rows["accepted"](kind="ratings")],
    )
    assert found.column("rank_lower") == {"C1": 1, "C2": 2}


def ages(unit: str, ended: dict[int, int]) -> list[dict[str, Any]]:
    def cell(age_hours: int, **counts: int) -> dict[str, Any]:
        none = {"entered": 0, "finished": 0, "left": 0, "still_open": 0}
        at = {"month": "2026-08", "sender_code": "P", "sha256": "f", "unit_code": unit}
        return at | {"clock": "working", "age_hours": age_hours} | none | counts

    return [
        cell(0, entered=sum(ended.values())),
        *[cell(age, finished=number) for age, number in ended.items()],
    ]


def test_times_are_compared_by_their_curves(rows: Any, rankings_of: Any) -> None:
    fast, slow = {8: 100, 16: 80, 24: 20}, {80: 100, 88: 80, 96: 20}
    wide = {8: 6, 40: 5, 400: 5}
    found = rankings_of(
        [rows["days"]("C1", 1.0), rows["days"]("C2", 10.0), rows["days"]("C3", 5.0)],
        communes=3,
        ages=ages("C1", fast) + ages("C2", slow) + ages("C3", wide),
    )
    assert found.column("rank") == {"C1": 1, "C3": 2, "C2": 3}
    assert found.column("rank_upper")["C1"] == 2  # surely faster than C2, not than C3
    assert found.column("rank_lower")["C2"] == 2
    assert (found.row("C3")["rank_lower"], found.row("C3")["rank_upper"]) == (1, 3)


def test_tiers_open_at_the_first_that_does_not_overlap_the_tiers_best(
    rows: Any, rankings_of: Any
) -> None:
    # Five at 0.95^(1/5): z = 2.569, errors of 1: overlap within 5.138.
    values = {"C1": 90.0, "C2": 86.0, "C3": 84.0, "C4": 80.0, "C5": 78.0}
    found = rankings_of([rows["points"](unit, value) for unit, value in values.items()])
    # 86 is within 5.138 of 90; 84 is not and opens tier 2; 80 is within 5.138 of 84; 78 is not.
    assert found.column("tier") == {"C1": 1, "C2": 1, "C3": 2, "C4": 2, "C5": 3}


def test_an_official_band_is_left_to_the_official_method(rows: Any, rankings_of: Any) -> None:
    found = rankings_of([rows["points"]("C1", 95.0), rows["points"]("C2", 94.0)], communes=2)
    assert found.frame["band"].null_count() == found.frame.height


def test_the_month_before_brings_value_and_rank(rows: Any, rankings_of: Any) -> None:
    points = rows["points"]
    found = rankings_of(
        [points("C1", 90.0), points("C2", 80.0), points("C3", 70.0)],
        communes=3,
        previous=[
            points("C1", 60.0, month="2026-07"),
            points("C2", 85.0, month="2026-07"),
            points("C3", None, None, month="2026-07", note="too_few_due"),
        ],
    )
    assert found.column("previous_value") == {"C1": 60.0, "C2": 85.0, "C3": None}
    assert found.column("previous_rank") == {"C1": 2, "C2": 1, "C3": None}


def test_the_month_before_brings_its_own_standard_error(rows: Any, rankings_of: Any) -> None:
    points = rows["points"]
    found = rankings_of(
        [points("C1", 90.0, 0.5), points("C2", 80.0, 0.5)],
        communes=2,
        previous=[points("C1", 60.0, 2.5, month="2026-07")],
    )
    assert found.column("previous_standard_error") == {"C1": 2.5, "C2": None}


def test_a_value_on_another_clock_is_no_previous_one(rows: Any, rankings_of: Any) -> None:
    days = rows["days"]
    found = rankings_of(
        [days("C1", 3.0), days("C2", 4.0)],
        communes=2,
        previous=[
            days("C1", 9.0, month="2026-07", clock="elapsed"),
            days("C2", 8.0, month="2026-07", clock="elapsed"),
        ],
    )
    assert found.frame["previous_value"].null_count() == found.frame.height
    assert found.frame["previous_rank"].null_count() == found.frame.height


@pytest.mark.parametrize(
    ("before", "previous"), [("five:overall", 60.0), ("five:factors", None), ("figures", None)]
)
def test_a_value_on_another_scale_is_no_previous_one(
    rows: Any, rankings_of: Any, before: str, previous: float | None
) -> None:
    def index(unit: str, value: float, **more: Any) -> dict[str, Any]:
        given = {"indicator": "satisfaction_index", "value": value, "standard_error": 1.0}
        return rows["share"](unit, 60, 100, **given | {"scale": "five:overall"} | more)

    found = rankings_of(
        [index("C1", 90.0), index("C2", 80.0)],
        communes=3,
        deliveries=[rows["accepted"](kind="ratings")],
        previous=[index(unit, 60.0, month="2026-07", scale=before) for unit in ("C1", "C3")],
    )
    for name, value in (
        ("previous_value", previous),
        ("previous_standard_error", None if previous is None else 1.0),
        ("previous_rank", None if previous is None else 1),
    ):
        assert found.row("C1")[name] == value
    # C3 has no value that could be on another scale.
    assert found.row("C3")["previous_value"] == 60.0


def test_without_a_month_before_there_is_no_previous_rank(rows: Any, rankings_of: Any) -> None:
    found = rankings_of([rows["points"]("C1", 90.0), rows["points"]("C2", 80.0)], communes=2)
    assert found.frame["previous_rank"].null_count() == 2


def test_rows_are_sorted_by_league_indicator_and_rank(rows: Any, rankings_of: Any) -> None:
    given = [rows["points"]("C1", 70.0), rows["points"]("C2", 90.0), rows["share"]("C2", 1, 40)]
    found = rankings_of([*given, rows["share"]("C1", 2, 40)], communes=3).frame
    assert found.select("indicator", "unit_code", "rank").rows() == [
        ("due_on_time", "C1", 1),
        ("due_on_time", "C2", 2),
        ("due_on_time", "C3", None),
        ("processing_time_index", "C2", 1),
        ("processing_time_index", "C1", 2),
        ("processing_time_index", "C3", None),
    ]
    assert found.select(pl.col("month").unique()).item() == "2026-08"
