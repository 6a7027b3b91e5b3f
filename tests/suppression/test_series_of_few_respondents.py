"""Series: months of few respondents, as published and restated on other boundaries."""

from collections.abc import Mapping
from datetime import date
from itertools import pairwise

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from pipeline import tables
from pipeline.agencies import Register
from pipeline.suppression import withhold_series
from pipeline.suppression.protection import is_small

from .attack import add_up, find_greatest_sum, list_below

LIMIT = 5
JUNE, JULY = "2026-06", "2026-07"
AS_PUBLISHED, RESTATED = tables.BASES

Counts = dict[str, float]
Parents = dict[str, str]


def register(june: Parents, july: Parents, absorbed: Parents | None = None) -> Register:
    """Units under other agencies from July on; an absorbed one has a successor."""
    heirs = absorbed or {}
    codes = sorted({*june, *june.values(), *july, *july.values(), *heirs, *heirs.values()})
    rows = []
    for code in codes:
        row = {"code": code, "name_vi": f"Cơ quan {code}", "kind": "other"}
        until, since = {"valid_to": date(2026, 6, 30)}, {"valid_from": date(2026, 7, 1)}
        rows.append(
            row | until | {"parent_code": june.get(code), "successor_code": heirs.get(code)}
        )
        if code not in heirs:
            rows.append(row | since | {"parent_code": july.get(code)})
    frame = pl.DataFrame(rows, infer_schema_length=None)
    return Register(tables.AGENCIES.conform(frame), digest="0")


def series(
    counts: Mapping[tuple[str, str], Counts], indicator: str = "satisfied_share"
) -> pl.DataFrame:
    """Series of the edition of July, of counts by month and basis; four in five are satisfied."""
    rows = [
        {
            "month": JULY,
            "unit_code": unit,
            "indicator": indicator,
            "series_month": month,
            "basis": basis,
            "value": 0.8 if count >= 30 else None,
            "numerator": 0.8 * count,
            "denominator": count,
            "is_break": False,
        }
        for (month, basis), by_unit in counts.items()
        for unit, count in sorted(by_unit.items())
    ]
    return tables.SERIES.conform(pl.DataFrame(rows, infer_schema_length=None))


def shown(
    found: pl.DataFrame, month: str = JUNE, basis: str = AS_PUBLISHED
) -> dict[str, float | None]:
    rows = found.filter(series_month=month, basis=basis)
    assert (
        rows.filter(pl.col("denominator").is_null())
        .select(pl.col("value", "numerator").null_count())
        .row(0)
        == (rows["denominator"].null_count(),) * 2
    )
    return dict(rows.select("unit_code", "denominator").iter_rows())


UNDER_P = dict.fromkeys("abc", "P")


def test_a_month_of_four_respondents_is_withheld_and_one_of_five_is_not() -> None:
    of_four = {"P": 204.0, "a": 4.0, "b": 200.0}
    of_five = {"P": 205.0, "a": 5.0, "b": 200.0}
    both = {(month, AS_PUBLISHED): counts for month, counts in ((JUNE, of_four), (JULY, of_five))}
    found = withhold_series(series(both), register(UNDER_P, UNDER_P), LIMIT, {})
    assert shown(found, JUNE) == {"P": 204, "a": None, "b": None}
    assert shown(found, JULY) == of_five


def test_a_month_without_a_value_does_not_say_how_many_were_satisfied() -> None:
    counts = {(JUNE, AS_PUBLISHED): {"P": 229.0, "a": 29.0, "b": 200.0}}
    found = withhold_series(series(counts), register(UNDER_P, UNDER_P), LIMIT, {})
    assert shown(found) == {"P": 229, "a": 29, "b": 200}
    assert dict(found.select("unit_code", "numerator").iter_rows())["a"] is None


def test_dossiers_are_never_withheld() -> None:
    counts = {(JUNE, AS_PUBLISHED): {"P": 204.0, "a": 4.0, "b": 200.0}}
    dossiers = series(counts, "due_on_time")
    assert withhold_series(dossiers, register(UNDER_P, UNDER_P), LIMIT, {}).equals(dossiers)


def test_what_a_months_edition_withheld_is_withheld_in_later_editions() -> None:
    counts = {(JUNE, AS_PUBLISHED): {"P": 330.0, "a": 60.0, "b": 70.0, "c": 200.0}}
    agencies = register(UNDER_P, UNDER_P)
    found = withhold_series(series(counts), agencies, LIMIT, {JUNE: {"a", "c"}})
    assert shown(found) == {"P": 330, "a": None, "b": 70, "c": None}
    assert shown(withhold_series(series(counts), agencies, LIMIT, {JULY: {"a"}})) == shown(
        series(counts)
    )


def test_what_is_the_same_on_both_bases_is_withheld_on_both() -> None:
    june = {"P": 203.0, "a": 3.0, "b": 200.0}
    counts = {(JUNE, AS_PUBLISHED): june, (JUNE, RESTATED): june}
    found = withhold_series(series(counts), register(UNDER_P, UNDER_P), LIMIT, {})
    assert shown(found, basis=RESTATED) == shown(found) == {"P": 203, "a": None, "b": None}


def test_a_merged_province_does_not_tell_of_a_small_predecessor() -> None:
    counts = {(JUNE, AS_PUBLISHED): {"A": 3.0, "B": 100.0}, (JUNE, RESTATED): {"B": 103.0}}
    found = withhold_series(series(counts), register({}, {}, {"A": "B"}), LIMIT, {})
    assert shown(found) == {"A": None, "B": 100}
    # 103 - 100 = 3
    assert shown(found, basis=RESTATED) == {"B": None}


def test_a_merged_province_is_the_sum_of_two_published_ones_whatever_is_hidden_below() -> None:
    june = {"A": 43.0, "a": 3.0, "b": 40.0, "B": 100.0}
    restated = {"B": 143.0, "a": 3.0, "b": 40.0}
    counts = {(JUNE, AS_PUBLISHED): june, (JUNE, RESTATED): restated}
    agencies = register({"a": "A", "b": "A"}, {"a": "B", "b": "B"}, {"A": "B"})
    found = withhold_series(series(counts), agencies, LIMIT, {})
    assert shown(found) == {"A": 43, "a": None, "b": None, "B": 100}
    assert shown(found, basis=RESTATED) == {"B": 143, "a": None, "b": None}


def test_a_small_unit_that_moved_follows_from_neither_province() -> None:
    june = {"A": 243.0, "a": 3.0, "b": 40.0, "c": 200.0, "B": 500.0}
    restated = {"A": 240.0, "B": 503.0, "a": 3.0, "b": 40.0, "c": 200.0}
    counts = {(JUNE, AS_PUBLISHED): june, (JUNE, RESTATED): restated}
    before = dict.fromkeys("abc", "A")
    agencies = register(before, before | {"a": "B"})
    found = withhold_series(series(counts), agencies, LIMIT, {})
    # 243 - 240 and 503 - 500 would both be 3.
    assert shown(found, basis=RESTATED) == {"A": None, "B": None, "a": None, "b": None, "c": 200}


def test_counts_that_are_equal_by_chance_are_not_those_of_the_same_units() -> None:
    june = {"A": 5.0, "B": 6.0, "a": 1.0, "b": 5.0}
    # Restated B is A and a: 5 + 1, as many as its a and b were.
    restated = {"B": 6.0, "a": 1.0, "b": 5.0, "C": 5.0}
    counts = {(JUNE, AS_PUBLISHED): june, (JUNE, RESTATED): restated}
    agencies = register({"a": "B", "b": "B"}, {"a": "B", "b": "C"}, {"A": "B"})
    found = withhold_series(series(counts), agencies, LIMIT, {})
    assert shown(found) == {"A": 5, "B": 6, "a": None, "b": None}
    assert shown(found, basis=RESTATED) == {"B": None, "a": None, "b": None, "C": None}


OWN = st.one_of(st.just(0), st.integers(1, 4), st.integers(5, 30), st.integers(100, 300))
PROVINCES = ("A", "B", "C")


@st.composite
def mergers(draw: st.DrawFn) -> tuple[Counts, Parents, Parents, Parents]:
    """Own counts in June, the units above in June and in July, and provinces that were absorbed."""
    absorbed = {"A": "B"} if draw(st.booleans()) else {}
    left = [code for code in PROVINCES if code not in absorbed]
    units = [f"u{number}" for number in range(draw(st.integers(1, 7)))]
    june = {unit: draw(st.sampled_from(PROVINCES)) for unit in units}
    july = {
        unit: draw(st.sampled_from(left))
        if draw(st.integers(0, 3)) == 0
        else absorbed.get(june[unit], june[unit])
        for unit in units
    }
    for above, below in pairwise(units):
        if june[above] == june[below] and july[above] == july[below] and draw(st.booleans()):
            june[below] = july[below] = above
    return {code: float(draw(OWN)) for code in (*PROVINCES, *units)}, june, july, absorbed


@given(mergers())
def test_no_small_count_follows_from_both_bases_together(
    merger: tuple[Counts, Parents, Parents, Parents],
) -> None:
    own, june, july, absorbed = merger
    heirs = {code: absorbed.get(code, code) for code in own}
    moved = dict.fromkeys(own, 0.0)
    for code, count in own.items():
        moved[heirs[code]] += count
    published = {unit: count for unit, count in add_up(own, june).items() if count}
    restated = {unit: count for unit, count in add_up(moved, july).items() if count}
    counts = {(JUNE, AS_PUBLISHED): published, (JUNE, RESTATED): restated}
    if not published:
        return
    found = withhold_series(series(counts), register(june, july, absorbed), LIMIT, {})
    names = [code for code in own if own[code]]
    sums_of_june = {
        unit: [float(code in list_below(unit, june)) for code in names] for unit in published
    }
    sums_of_july = {
        unit: [float(heirs[code] in list_below(unit, july)) for code in names] for unit in restated
    }
    equations, totals = [], []
    for sums, basis in ((sums_of_june, AS_PUBLISHED), (sums_of_july, RESTATED)):
        for unit, count in shown(found, basis=basis).items():
            if count is not None:
                equations.append(sums[unit])
                totals.append(count)
    for unit, count in published.items():
        if is_small(count, LIMIT):
            assert find_greatest_sum(sums_of_june[unit], equations, totals) >= LIMIT, (unit, count)
