"""What holds for any counts: adding up, order, one shape."""

from random import Random
from typing import Any

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import indices, months, tables
from pipeline.agencies import Register
from pipeline.methods import COMPUTED, NOTES, Method

from .conftest import Counts, IndicesOf

MONTH = "2026-08"
UNITS = ("H01", "H01.1", "H01.2", "H01.2.1", "H02", "H99")

quick = settings(
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@st.composite
def cells(draw: st.DrawFn) -> list[tuple[str, dict[str, Any]]]:
    """Calls on the hand-written tallies: any mixture of dossiers, ages, ratings and figures."""
    size = st.integers(0, 60)
    made: list[tuple[str, dict[str, Any]]] = []
    for unit in draw(st.lists(st.sampled_from(UNITS), min_size=1, max_size=5)):
        at = {"unit_code": unit, "sender_code": unit[:3]}
        made.append(("on_time", at | {"dossiers": draw(size), "saved": draw(st.floats(0, 1))}))
        made.append(("late", at | {"dossiers": draw(size)}))
        made.append(("age", at | {"age_hours": 0, "entered": draw(size) + 60}))
        made.append(("age", at | {"age_hours": draw(st.integers(1, 90)), "finished": draw(size)}))
        satisfied, others = draw(size), draw(size)
        made.append(("respondents", at | {"number": satisfied + others}))
        answers = {5: satisfied, 2: others}
        question = draw(st.sampled_from(["overall", "access", "results"]))
        made.append(("answers", at | {"question": question, "answers": answers}))
        for factors in draw(st.lists(st.sampled_from(["11111", "10-1-", "--00-", "0----"]))):
            verdict = draw(st.sampled_from([None, "on_time", "late"]))
            more = at | {"number": draw(size), "dossier_verdict": verdict}
            made.append(("rated_together", more | {"factors_satisfied": factors}))
    return made


def add_cells(counts: type[Counts], made: list[tuple[str, dict[str, Any]]]) -> Counts:
    tallied = counts().history("H01", "H02")
    for call, arguments in made:
        getattr(tallied, call)(**arguments)
    return tallied


@quick
@given(made=cells(), random=st.randoms(use_true_random=False))
def test_the_order_of_cells_does_not_change_a_byte(
    counts: type[Counts],
    method: Method,
    register: Register,
    made: list[tuple[str, dict[str, Any]]],
    random: Random,
) -> None:
    tallied = add_cells(counts, made)
    first = indices.compute(tallied.tallies(), MONTH, method, register)
    shuffled = tallied.tallies(lambda rows: random.sample(rows, len(rows)))
    again = indices.compute(shuffled, MONTH, method, register)
    assert first.write_csv() == again.write_csv()


@quick
@given(made=cells())
def test_every_row_is_in_shape(
    counts: type[Counts], method: Method, register: Register, made: list[tuple[str, dict[str, Any]]]
) -> None:
    found = indices.compute(add_cells(counts, made).tallies(), MONTH, method, register)
    assert found.schema == tables.INDICES.schema
    assert not found.select("unit_code", "indicator").is_duplicated().any()
    assert set(found["note"].drop_nulls()) <= set(NOTES)
    assert set(found["indicator"]) <= set(COMPUTED)
    assert found.filter(pl.col("value").is_null() & pl.col("note").is_null()).is_empty()
    has_limits = found.filter(pl.col("value").is_not_null() & pl.col("lower").is_not_null())
    assert has_limits.filter(pl.col("lower") > pl.col("value")).is_empty()
    assert has_limits.filter(pl.col("upper") < pl.col("value")).is_empty()
    bounded = found.filter(pl.col("unit") != "days")
    top = pl.when(pl.col("unit") == "share").then(1.0).otherwise(100.0)
    assert bounded.filter((pl.col("lower") < 0) | (pl.col("upper") > top)).is_empty()
    floats = [name for name, dtype in found.schema.items() if dtype == pl.Float64]
    assert not found.select(pl.any_horizontal(pl.col(floats).is_nan().any())).item()


@quick
@given(made=cells())
def test_units_add_up_to_their_parent(
    counts: type[Counts], method: Method, register: Register, made: list[tuple[str, dict[str, Any]]]
) -> None:
    below = [
        (call, arguments) for call, arguments in made if arguments["unit_code"].startswith("H01")
    ]
    apart = indices.compute(add_cells(counts, below).tallies(), MONTH, method, register)
    alone = [(call, arguments | {"unit_code": "H01"}) for call, arguments in below]
    whole = indices.compute(add_cells(counts, alone).tallies(), MONTH, method, register)
    province = pl.col("unit_code") == "H01"
    assert apart.filter(province).equals(whole.filter(province))


@quick
@given(parts=st.lists(st.integers(0, 50), min_size=1, max_size=6), late=st.integers(0, 50))
def test_ending_early_months_ago_counts_like_ending_early_now(
    counts: type[Counts], method: Method, register: Register, parts: list[int], late: int
) -> None:
    now = counts().history().on_time(sum(parts), saved=0.25).late(late)
    spread = counts().history().late(late)
    for back, dossiers in enumerate(parts):
        spread.on_time(dossiers, saved=0.25, month=months.shifted(MONTH, -back))
    found = [
        indices.compute(tallied.tallies(), MONTH, method, register) for tallied in (now, spread)
    ]
    for name in ("due_on_time", "time_saved", "processing_time_index"):
        rows = [each.filter(pl.col("indicator") == name) for each in found]
        assert rows[0].equals(rows[1])


def test_a_unit_that_the_register_never_knew_stands_alone(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    found = indices_of(counts().on_time(40, unit_code="H99"))
    row = found.row("due_on_time", "H99")
    assert (row["unit_name"], row["parent_code"], row["level"]) == ("H99", None, "")
    assert not found.has("due_on_time", "H01")


def test_a_unit_abolished_before_the_month_still_counts_for_its_parent(
    counts: type[Counts], method: Method
) -> None:
    agencies = pl.DataFrame(
        {
            "code": ["P", "D"],
            "name_vi": ["Tỉnh", "Huyện"],
            "kind": ["province", "district"],
            "parent_code": [None, "P"],
            "valid_to": [None, "2026-06-30"],
        }
    ).with_columns(pl.col("valid_to").str.to_date())
    register = Register(tables.AGENCIES.conform(agencies), digest="0")
    early = counts().on_time(12, month="2026-06", unit_code="D", sender_code="P")
    tallied = early.on_time(3, unit_code="P", sender_code="P").tallies()
    found = indices.compute(tallied, MONTH, method, register)
    due = found.filter(pl.col("indicator") == "due_on_time")
    assert due.select("unit_code", "unit_name", "numerator").rows() == [
        ("D", "Huyện", 12.0),
        ("P", "Tỉnh", 12.0 + 3.0),
    ]
