"""The league of procedures: which are late most, over all units that handle them."""

from typing import Any

import polars as pl
import pytest

from pipeline import indices
from pipeline.agencies import Register
from pipeline.indices import categories, procedures
from pipeline.methods import Method
from pipeline.tables.comparisons import PROCEDURES

from .conftest import Counts

MONTH = "2026-08"
BIRTH, LAND = "1.000001", "1.000002"


def list_procedures(
    counted: Counts, method: Method, register: Register
) -> dict[str, dict[str, Any]]:
    tallies = counted.tallies()
    computed = indices.compute(tallies, MONTH, method, register)
    counts = categories.count(tallies, MONTH, register, method)
    found = procedures.compute(counts, computed, method)
    return {row["procedure_code"]: row for row in found.iter_rows(named=True)}


def handle(counted: Counts, unit: str, code: str, on_time: int, late: int) -> Counts:
    more: dict[str, Any] = {"unit_code": unit, "sender_code": unit[:3], "procedure_code": code}
    return counted.on_time(on_time, **more).late(late, **more)


@pytest.fixture
def handled(counts: type[Counts]) -> Counts:
    counted = counts().history("H01", "H02")
    handle(counted, "H01.1", LAND, 20, 20)
    handle(counted, "H01.2", LAND, 30, 10)
    handle(counted, "H02", LAND, 9, 81)
    handle(counted, "H02", BIRTH, 30, 0)
    return handle(counted, "H01.2.1", BIRTH, 29, 0)


def test_late_dossiers_of_all_units_are_added_up(
    handled: Counts, method: Method, register: Register
) -> None:
    land = list_procedures(handled, method, register)[LAND]
    assert (land["units"], land["due"], land["late"]) == (3, 40 + 40 + 90, 20 + 10 + 81)
    assert land["late_share"] == pytest.approx(111 / 170, abs=1e-6)
    assert land["lower"] < land["late_share"] < land["upper"]
    # Units with 20/40, 10/40 and 81/90 late.
    assert (land["median_late_share"], land["compared_units"]) == (0.5, 3)


def test_agencies_above_are_not_counted_again_and_units_of_under_thirty_are_not_compared(
    handled: Counts, method: Method, register: Register
) -> None:
    birth = list_procedures(handled, method, register)[BIRTH]
    assert (birth["units"], birth["compared_units"], birth["due"]) == (2, 1, 59)


def test_without_a_unit_of_thirty_there_is_no_median(
    counts: type[Counts], method: Method, register: Register
) -> None:
    counted = handle(counts().history("H01", "H02"), "H01.1", LAND, 29, 0)
    land = list_procedures(handle(counted, "H02", LAND, 1, 0), method, register)[LAND]
    assert (land["median_late_share"], land["compared_units"], land["note"]) == (None, 0, None)


def test_a_procedure_of_under_thirty_dossiers_says_so(
    counts: type[Counts], method: Method, register: Register
) -> None:
    counted = handle(counts().history("H01"), "H01.1", LAND, 29, 0)
    land = list_procedures(counted, method, register)[LAND]
    assert (land["late_share"], land["note"]) == (0.0, "too_few_due")


def test_a_procedure_is_provisional_where_one_of_its_units_is(
    handled: Counts, counts: type[Counts], method: Method, register: Register
) -> None:
    assert list_procedures(handled, method, register)[LAND]["note"] is None
    counted = handle(counts().history("H01"), "H01.1", LAND, 40, 0)
    handle(counted, "H01.1", BIRTH, 40, 0)
    found = list_procedures(handle(counted, "H02", LAND, 40, 0), method, register)
    assert (found[LAND]["note"], found[BIRTH]["note"]) == ("provisional", None)


def test_time_saved_is_the_mean_over_all_that_were_due(
    counts: type[Counts], method: Method, register: Register
) -> None:
    counted = counts().history().on_time(30, saved=0.4).late(10)
    found = list_procedures(counted, method, register)
    assert found["not_sent"]["time_saved"] == pytest.approx(0.4 * 30 / 40)


def test_a_procedure_without_dossiers_due_has_no_row(
    counts: type[Counts], method: Method, register: Register
) -> None:
    counted = counts().history().outcome("open_not_due", 40, procedure_code=LAND)
    assert list_procedures(counted, method, register) == {}


def test_without_any_counts_there_are_no_rows(
    counts: type[Counts], method: Method, register: Register
) -> None:
    nothing = categories.count(counts().tallies(), MONTH, register, method)
    computed = indices.compute(counts().tallies(), MONTH, method, register)
    found = procedures.compute(nothing, computed, method)
    assert found.equals(PROCEDURES.empty())
    assert isinstance(found, pl.DataFrame)
