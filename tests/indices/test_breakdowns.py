"""Citizens and enterprises apart: the categories of a unit add up to its index."""

from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import indices
from pipeline.agencies import Register
from pipeline.indices import breakdowns, categories
from pipeline.methods import Method
from pipeline.tables.comparisons import BREAKDOWNS

from .conftest import Counts

MONTH = "2026-08"
UNITS = ("H01", "H01.1", "H01.2", "H01.2.1", "H02", "H99")
KINDS = (
    {"procedure_code": "1.000001", "channel": "online", "applicant": "citizen"},
    {"procedure_code": "1.000002", "channel": "counter", "applicant": "enterprise"},
    {"procedure_code": "", "channel": "other", "applicant": "other"},
)


def break_down(counted: Counts, method: Method, register: Register) -> pl.DataFrame:
    tallies = counted.tallies()
    computed = indices.compute(tallies, MONTH, method, register)
    return breakdowns.compute(categories.count(tallies, MONTH, register, method), computed, method)


def rows_of(found: pl.DataFrame, by: str, unit: str = "H01.1", **more: str) -> dict[str, Any]:
    """The rows of a unit by category, of dossiers due."""
    chosen = {"indicator": "due_on_time", "unit_code": unit, "by": by} | more
    return {row["category"]: row for row in found.filter(**chosen).iter_rows(named=True)}


def test_each_applicant_has_its_share_of_the_dossiers_due(
    counts: type[Counts], method: Method, register: Register
) -> None:
    counted = counts().history().on_time(36).late(4)
    counted.on_time(10, applicant="enterprise").late(30, applicant="enterprise")
    found = rows_of(break_down(counted, method, register), "applicant")
    assert {name: row["value"] for name, row in found.items()} == {
        "citizen": 36 / 40,
        "enterprise": 10 / 40,
    }
    citizens = found["citizen"]
    assert (citizens["numerator"], citizens["denominator"], citizens["note"]) == (36, 40, None)
    # Wilson's limits of 36 of 40.
    assert (citizens["lower"], citizens["upper"]) == pytest.approx((0.7695, 0.9604), abs=5e-5)
    assert citizens["interval_source"] == "chance"


def test_a_category_of_under_thirty_says_so_and_has_a_value(
    counts: type[Counts], method: Method, register: Register
) -> None:
    counted = counts().history().on_time(29).on_time(30, channel="online")
    found = rows_of(break_down(counted, method, register), "channel")
    assert (found["counter"]["value"], found["counter"]["note"]) == (1.0, "too_few_due")
    assert (found["online"]["value"], found["online"]["note"]) == (1.0, None)


def test_without_the_months_before_categories_of_dossiers_due_are_provisional(
    counts: type[Counts], method: Method, register: Register
) -> None:
    found = break_down(counts().on_time(40), method, register)
    assert rows_of(found, "channel")["counter"]["note"] == "provisional"
    assert rows_of(found, "channel", indicator="on_time_of_finished")["counter"]["note"] is None


def test_dossiers_that_ended_early_count_in_the_month_in_which_they_were_due(
    counts: type[Counts], method: Method, register: Register
) -> None:
    early: dict[str, Any] = {"month": "2026-06", "applicant": "enterprise"}
    counted = counts().history().on_time(7, **early).on_time(40)
    found = break_down(counted, method, register)
    assert rows_of(found, "applicant")["enterprise"]["denominator"] == 7
    finished = rows_of(found, "applicant", indicator="on_time_of_finished")
    assert {name: row["denominator"] for name, row in finished.items()} == {"citizen": 40}


def test_twenty_procedures_are_shown_and_the_others_added_up(
    counts: type[Counts], method: Method, register: Register
) -> None:
    counted = counts().history()
    for place in range(20):
        counted.on_time(100 - place, procedure_code=f"1.0000{place:02d}")
    twenty = rows_of(break_down(counted, method, register), "procedure")
    assert len(twenty) == 20
    assert "other" not in twenty
    # As large as the smallest: the first by code of the two stays.
    counted.late(81, procedure_code="1.000099").on_time(5, procedure_code="1.000098")
    found = rows_of(break_down(counted, method, register), "procedure")
    assert len(found) == 20 + 1
    assert "1.000019" in found
    assert (found["other"]["numerator"], found["other"]["denominator"]) == (5, 81 + 5)


def test_dossiers_without_a_procedure_are_a_category_and_labels_stay(
    counts: type[Counts], method: Method, register: Register
) -> None:
    counted = counts().history().on_time(3).on_time(4, procedure_code="text-0123456789ab")
    found = rows_of(break_down(counted, method, register), "procedure")
    assert {name: row["denominator"] for name, row in found.items()} == {
        "not_sent": 3,
        "text-0123456789ab": 4,
    }


def test_a_procedure_with_a_word_of_ours_for_a_code_is_added_to_it(
    counts: type[Counts], method: Method, register: Register
) -> None:
    counted = counts().history().on_time(3).late(4, procedure_code="not_sent")
    found = rows_of(break_down(counted, method, register), "procedure")
    assert (found["not_sent"]["numerator"], found["not_sent"]["denominator"]) == (3, 3 + 4)


def test_what_units_below_sent_as_figures_is_a_category_of_its_own(
    counts: type[Counts], method: Method, register: Register
) -> None:
    counted = counts().history().on_time(40)
    counted.figure("due_on_time", 8, 10, unit_code="H01.2")
    found = break_down(counted, method, register)
    province = rows_of(found, "channel", "H01")
    assert (province["figures"]["numerator"], province["figures"]["denominator"]) == (8, 10)
    assert province["counter"]["denominator"] == 40
    assert rows_of(found, "channel", "H01.2") == {}


def test_a_method_without_a_rate_breaks_down_the_other(
    counts: type[Counts], method: Method, register: Register
) -> None:
    kept = tuple(each for each in method.indicators if each.name != "due_on_time")
    other = method.model_copy(update={"indicators": kept})
    found = break_down(counts().history().on_time(40), other, register)
    assert set(found["indicator"]) == {"on_time_of_finished"}


def test_without_any_counts_there_are_no_rows(
    counts: type[Counts], method: Method, register: Register
) -> None:
    assert break_down(counts(), method, register).equals(BREAKDOWNS.empty())


@st.composite
def cells(draw: st.DrawFn) -> list[tuple[str, dict[str, Any]]]:
    size = st.integers(0, 60)
    made: list[tuple[str, dict[str, Any]]] = []
    for unit in draw(st.lists(st.sampled_from(UNITS), min_size=1, max_size=6)):
        at = {"unit_code": unit, "sender_code": unit[:3]}
        many = [f"2.{place:06d}" for place in range(draw(st.sampled_from([0, 0, 23])))]
        codes = [{"procedure_code": code} for code in many]
        for kind in (*draw(st.lists(st.sampled_from(KINDS), max_size=3)), *codes):
            more = at | kind
            month = draw(st.sampled_from([MONTH, "2026-07", "2026-06"]))
            made.append(("on_time", more | {"dossiers": draw(size), "month": month}))
            made.append(("late", more | {"dossiers": draw(size)}))
        if draw(st.booleans()):
            total = draw(size)
            sent = {"numerator": draw(st.integers(0, total)), "denominator": total}
            name = draw(st.sampled_from(categories.INDICATORS))
            made.append(("figure", at | sent | {"indicator": name}))
    return made


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
@given(made=cells())
def test_categories_add_up_to_the_index_whatever_was_sent(
    counts: type[Counts], method: Method, register: Register, made: list[tuple[str, dict[str, Any]]]
) -> None:
    counted = counts().history("H01", "H02")
    for call, arguments in made:
        getattr(counted, call)(**arguments)
    found = break_down(counted, method, register)
    computed = indices.compute(counted.tallies(), MONTH, method, register)
    with_rows = found.select("unit_code", "indicator").unique()
    rates = computed.filter(pl.col("denominator") > 0).join(
        with_rows, on=["unit_code", "indicator"]
    )
    expected = rates.select("unit_code", "indicator", "numerator", "denominator")
    for by in ("applicant", "channel", "procedure"):
        sums = (
            found.filter(by=by)
            .group_by("unit_code", "indicator")
            .agg(pl.col("numerator", "denominator").sum())
        )
        order = ["unit_code", "indicator"]
        assert sums.sort(order).equals(expected.sort(order))
    assert found.filter(by="procedure").group_by(order).len()["len"].max() in (
        None,
        *range(1, categories.LARGEST + 3),
    )
    # Every unit with records has rows: what has none came from figures alone.
    units = {
        arguments["unit_code"]
        for call, arguments in made
        if call != "figure" and arguments["dossiers"]
    }
    assert units <= set(with_rows["unit_code"]) | {
        unit for unit in units if computed.filter(unit_code=unit)["denominator"].sum() == 0
    }
    assert not found.select(BREAKDOWNS.names[:5]).is_duplicated().any()
