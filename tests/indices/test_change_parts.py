"""What moved a unit's rate since the month before: parts that add up to the published change."""

from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import agencies, indices, months, tables
from pipeline.agencies import Register
from pipeline.indices import categories, change_parts
from pipeline.methods import Method
from pipeline.tables.comparisons import CHANGE_PARTS, CHANGES_BY

from .conftest import Counts

MONTH = "2026-08"
UNITS = ("H01", "H01.1", "H01.2", "H01.2.1", "H02")


def split_changes(
    counted: Counts, method: Method, register: Register, month: str = MONTH
) -> pl.DataFrame:
    return split_computed(counted, method, register, month)[0]


def split_computed(
    counted: Counts, method: Method, register: Register, month: str = MONTH
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """The parts of a month's changes, and the indices of the month and of the one before."""
    tallies = counted.tallies()
    pair = (month, months.shifted(month, -1))
    computed = [indices.compute(tallies, each, method, register) for each in pair]
    now, before = (categories.count(tallies, each, register, method) for each in pair)
    parts = change_parts.compute(now, before, (computed[0], computed[1]), register, method)
    return parts, computed


def month_of(counted: Counts, month: str, on_time: int, late: int, **more: Any) -> Counts:
    """Dossiers due in a month, which was sent with the three before it."""
    counted.on_time(on_time, month=month, due_month=month, **more)
    return counted.late(late, month=month, due_month=month, **more)


def rows_of(found: pl.DataFrame, by: str, unit: str = "H01.1") -> dict[str, Any]:
    chosen = found.filter(unit_code=unit, by=by)
    return {row["category"]: row for row in chosen.iter_rows(named=True)}


@pytest.fixture
def moved(counts: type[Counts]) -> Counts:
    """H01.1: citizens 90 of 100 and 240 of 300, enterprises 30 of 100 and 40 of 100."""
    counted = counts().history(months=("2026-03", "2026-04", "2026-05", "2026-06"))
    month_of(counted, "2026-07", 90, 10)
    month_of(counted, "2026-07", 30, 70, applicant="enterprise", procedure_code="1.000001")
    month_of(counted, MONTH, 240, 60)
    return month_of(counted, MONTH, 40, 60, applicant="enterprise", procedure_code="1.000001")


def test_an_example_worked_by_hand(moved: Counts, method: Method, register: Register) -> None:
    found = rows_of(split_changes(moved, method, register), "applicant")
    # 120 of 200 becomes 280 of 400: 0.6 becomes 0.7. tests/statistics has the working.
    assert {name: (row["rate_effect"], row["mix_effect"]) for name, row in found.items()} == {
        "citizen": (-0.0625, 0.05),
        "enterprise": (0.0375, 0.075),
    }
    citizens = found["citizen"]
    assert (citizens["previous_numerator"], citizens["previous_denominator"]) == (90, 100)
    assert (citizens["numerator"], citizens["denominator"], citizens["note"]) == (240, 300, None)


def test_by_what_does_not_differ_all_is_rate(
    moved: Counts, method: Method, register: Register
) -> None:
    found = rows_of(split_changes(moved, method, register), "channel")
    assert found.keys() == {"counter"}
    assert (found["counter"]["rate_effect"], found["counter"]["mix_effect"]) == (0.1, 0.0)


def test_an_agency_is_split_by_the_units_below_and_itself(
    moved: Counts, method: Method, register: Register
) -> None:
    month_of(moved, MONTH, 0, 100, unit_code="H01")
    month_of(moved, MONTH, 10, 0, unit_code="H01.2.1")
    found = split_changes(moved, method, register)
    province = rows_of(found, "unit", "H01")
    assert {name: row["denominator"] for name, row in province.items()} == {
        "H01": 100,
        "H01.1": 400,
        "H01.2": 10,
    }
    # 120 of 200 becomes 290 of 510.
    change = round(290 / 510, 6) - 0.6
    parts = sum(row["rate_effect"] + row["mix_effect"] for row in province.values())
    assert parts == pytest.approx(change, abs=1e-9)
    assert rows_of(found, "unit", "H01.1") == {}


def test_where_nothing_changed_every_part_is_zero(
    counts: type[Counts], method: Method, register: Register
) -> None:
    counted = counts().history(months=("2026-03", "2026-04", "2026-05", "2026-06"))
    for month in ("2026-07", MONTH):
        month_of(counted, month, 37, 5)
        month_of(counted, month, 11, 8, channel="online", applicant="agency")
    found = split_changes(counted, method, register)
    assert found.filter(unit_code="H01.1").height == 1 + 2 + 2
    assert found.select("rate_effect", "mix_effect").unique().rows() == [(0.0, 0.0)]


@pytest.mark.parametrize(
    ("sizes", "is_split"), [((30, 30), True), ((29, 30), False), ((30, 29), False)]
)
def test_both_months_need_thirty_dossiers_due(
    counts: type[Counts],
    method: Method,
    register: Register,
    sizes: tuple[int, int],
    is_split: bool,
) -> None:
    counted = counts().history(months=("2026-03", "2026-04", "2026-05", "2026-06"))
    for month, size in zip(("2026-07", MONTH), sizes, strict=True):
        month_of(counted, month, size, 0)
    assert split_changes(counted, method, register).is_empty() != is_split


def test_without_the_months_before_the_parts_are_provisional(
    counts: type[Counts], method: Method, register: Register
) -> None:
    counted = counts().history(months=("2026-04", "2026-05", "2026-06"))
    month_of(month_of(counted, "2026-07", 40, 0), MONTH, 40, 0)
    assert split_changes(counted, method, register)["note"].drop_nulls().is_empty()
    missing = counts().history(months=("2026-05", "2026-06"))
    month_of(month_of(missing, "2026-07", 40, 0), MONTH, 40, 0)
    # August has its three months before; July has not.
    assert set(split_changes(missing, method, register)["note"]) == {"provisional"}


def test_a_code_of_another_territory_has_no_change_to_split(
    counts: type[Counts], method: Method
) -> None:
    # On 1 July 2025 some provinces absorbed others; Hà Nội (H26) did not.
    register = agencies.load(None)
    merged, *others = register.new_territories.filter(month="2025-07")["code"].to_list()
    same = "H26"
    assert same not in others
    counted = counts()
    for month in ("2025-06", "2025-07"):
        for code in (merged, same):
            month_of(counted, month, 40, 5, unit_code=code, sender_code=code)
    found = split_changes(counted, method, register, "2025-07")
    assert found["unit_code"].unique().to_list() == [same]


def test_a_method_with_fewer_decimals_has_parts_that_add_up_to_its_value(
    moved: Counts, method: Method, register: Register
) -> None:
    month_of(moved, MONTH, 3, 4, applicant="agency")
    rounded = tuple(each.model_copy(update={"decimals": 2}) for each in method.indicators)
    coarse = method.model_copy(update={"indicators": rounded})
    for by in ("applicant", "procedure"):
        found = rows_of(split_changes(moved, coarse, register), by)
        parts = [row[name] for row in found.values() for name in ("rate_effect", "mix_effect")]
        assert all(round(part, 2) == part for part in parts)
        # 283 of 407 is 0.695, published as 0.70.
        assert round(sum(parts), 9) == round(0.70 - 0.60, 9)


def test_a_method_without_the_rate_has_no_parts(
    moved: Counts, method: Method, register: Register
) -> None:
    kept = tuple(each for each in method.indicators if each.name != "due_on_time")
    other = method.model_copy(update={"indicators": kept})
    assert split_changes(moved, other, register).equals(CHANGE_PARTS.empty())


@st.composite
def cells(draw: st.DrawFn) -> list[tuple[str, dict[str, Any]]]:
    size = st.integers(0, 90)
    made: list[tuple[str, dict[str, Any]]] = []
    for unit in draw(st.lists(st.sampled_from(UNITS), min_size=1, max_size=4)):
        at = {"unit_code": unit, "sender_code": unit[:3]}
        for place in range(draw(st.sampled_from([1, 3, 25]))):
            more = at | {
                "procedure_code": f"1.{place:06d}" if place else "",
                "channel": draw(st.sampled_from(tables.CHANNELS)),
                "applicant": draw(st.sampled_from(tables.APPLICANTS)),
            }
            month = draw(st.sampled_from(["2026-07", MONTH]))
            due = more | {"month": month, "due_month": month}
            made.append(("on_time", due | {"dossiers": draw(size)}))
            made.append(("late", due | {"dossiers": draw(size)}))
            made.append(("on_time", more | {"dossiers": draw(size), "month": "2026-06"}))
        if draw(st.booleans()):
            total = draw(size)
            sent = {"numerator": draw(st.integers(0, total)), "denominator": total}
            month = draw(st.sampled_from(["2026-07", MONTH]))
            made.append(("figure", at | sent | {"indicator": "due_on_time", "month": month}))
    return made


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
@given(made=cells())
def test_parts_add_up_to_the_published_change_whatever_was_sent(
    counts: type[Counts], method: Method, register: Register, made: list[tuple[str, dict[str, Any]]]
) -> None:
    counted = counts().history("H01", "H02", months=("2026-05", "2026-06", "2026-07", MONTH))
    for call, arguments in made:
        getattr(counted, call)(**arguments)
    found, computed = split_computed(counted, method, register)
    now, before = (
        each.filter(indicator="due_on_time").select(
            "unit_code", "numerator", "denominator", "value"
        )
        for each in computed
    )
    published = now.join(before, on="unit_code", suffix="_before").sort("unit_code")
    sums = found.group_by("unit_code", "by").agg(
        pl.col("numerator", "denominator", "previous_numerator", "previous_denominator").sum(),
        (pl.col("rate_effect") + pl.col("mix_effect")).sum().round(9).alias("change"),
    )
    for by in CHANGES_BY:
        compared = sums.filter(by=by).join(published, on="unit_code", suffix="_published")
        for row in compared.iter_rows(named=True):
            assert row["numerator"] == row["numerator_published"]
            assert row["denominator"] == row["denominator_published"]
            assert row["previous_numerator"] == row["numerator_before"]
            assert row["previous_denominator"] == row["denominator_before"]
            assert row["change"] == round(row["value"] - row["value_before"], 9)
    assert not found.select(CHANGE_PARTS.names[:5]).is_duplicated().any()
