"""Time saved, the processing-time index, and how long dossiers take."""

import math

import pytest

from .conftest import Counts, IndicesOf, Value


def test_the_index_is_seven_tenths_on_time_and_three_tenths_saved(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    # 45 on time, each with half its time saved; 15 late earn 0
    row = indices_of(counts().history().on_time(45, saved=0.5).late(15)).row(
        "processing_time_index"
    )
    assert row["value"] == 100 * 45 * (0.7 + 0.3 * 0.5) / 60  # 63.75
    assert row["numerator"] == pytest.approx(45 * 0.85)
    assert row["denominator"] == 60


def test_its_limits_are_those_of_a_mean(counts: type[Counts], indices_of: IndicesOf) -> None:
    # 30 earn 0.7 + 0.3 x 0.8 = 0.94, 15 earn 0.7 + 0.3 x 0.2 = 0.76, 15 earn 0
    counted = counts().history().on_time(30, saved=0.8).on_time(15, saved=0.2).late(15)
    row = indices_of(counted).row("processing_time_index")
    mean = (30 * 0.94 + 15 * 0.76) / 60
    squares = 30 * 0.94**2 + 15 * 0.76**2
    error = math.sqrt((squares - 60 * mean**2) / 59 / 60)
    assert row["value"] == 66.0
    assert row["standard_error"] == pytest.approx(100 * error, abs=5e-5)
    assert row["lower"] == pytest.approx(100 * (mean - 1.959964 * error), abs=0.0051)
    assert row["upper"] == pytest.approx(100 * (mean + 1.959964 * error), abs=0.0051)


def test_time_saved_counts_late_dossiers_as_0(counts: type[Counts], indices_of: IndicesOf) -> None:
    row = indices_of(counts().history().on_time(45, saved=0.4).late(15)).row("time_saved")
    assert row["value"] == 45 * 0.4 / 60
    mean, squares = 0.3, 45 * 0.16
    error = math.sqrt((squares - 60 * mean**2) / 59 / 60)
    assert row["standard_error"] == pytest.approx(error, abs=5e-7)


def test_a_dossier_ended_early_in_an_earlier_month_brings_its_time_saved(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    counted = counts().history().on_time(30, saved=0.2).on_time(10, saved=0.9, month="2026-06")
    assert indices_of(counted).value("time_saved") == (30 * 0.2 + 10 * 0.9) / 40


def test_when_all_dossiers_fare_alike_the_limits_do_not_vanish(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    row = indices_of(counts().history().on_time(100, saved=0.5)).row("processing_time_index")
    # the on-time part alone, with one dossier of each kind added: p = 101 / 102
    share = 101 / 102
    error = 0.7 * math.sqrt(share * (1 - share) / 102)
    assert row["value"] == 85.0
    assert row["standard_error"] == pytest.approx(100 * error, abs=5e-5)
    assert row["lower"] < 85 < row["upper"]


def test_when_nobody_saves_time_the_limits_do_not_vanish(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    row = indices_of(counts().history().on_time(40, saved=0.0)).row("time_saved")
    assert (row["value"], row["lower"]) == (0.0, 0.0)
    assert row["upper"] > 0


def test_limits_stay_within_the_scale(counts: type[Counts], indices_of: IndicesOf) -> None:
    best = indices_of(counts().history().on_time(30, saved=1.0)).row("processing_time_index")
    worst = indices_of(counts().history().late(30)).row("processing_time_index")
    assert (best["value"], best["upper"]) == (100.0, 100.0)
    assert (worst["value"], worst["lower"]) == (0.0, 0.0)


@pytest.mark.parametrize(("due", "value", "note"), [(29, None, "too_few_due"), (30, 85.0, None)])
def test_under_thirty_due_there_is_no_index(
    counts: type[Counts], indices_of: IndicesOf, due: int, value: float | None, note: str | None
) -> None:
    found = indices_of(counts().history().on_time(due, saved=0.5))
    row = found.row("processing_time_index")
    assert (row["value"], row["note"], row["denominator"]) == (value, note, due)
    assert (row["lower"] is None) == (value is None)
    assert found.value("due_on_time") == 1.0
    assert found.note("due_on_time") == note


def test_nothing_due_gives_no_index_and_says_so(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    found = indices_of(counts().history().outcome("open_not_due", 40))
    for indicator in ("due_on_time", "time_saved", "processing_time_index"):
        assert (found.value(indicator), found.note(indicator)) == (None, "no_denominator")


def counts_of_two_units(counts: type[Counts], **more: Value) -> Counts:
    """20 received this month: 10 ended within 16 hours, 10 within 40."""
    return (
        counts()
        .age(0, entered=20, **more)
        .age(16, finished=10, **more)
        .age(40, finished=10, **more)
    )


@pytest.mark.parametrize(("clock", "a_day"), [("working", 8), ("elapsed", 24)])
def test_the_median_is_in_days_of_its_clock(
    counts: type[Counts], indices_of: IndicesOf, clock: str, a_day: int
) -> None:
    row = indices_of(counts_of_two_units(counts, clock=clock)).row("median_time_days")
    assert row["value"] == pytest.approx(16 / a_day, abs=5e-5)
    assert (row["clock"], row["unit"]) == (clock, "days")
    assert row["lower"] <= row["value"]
    assert row["upper"] is None  # 10 of 20 are too few for the band to come down to a half


def test_open_dossiers_raise_the_median_but_not_the_naive_one(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    counted = counts_of_two_units(counts).age(0, entered=18).age(80, still_open=18)
    found = indices_of(counted)
    # of 38: 10 ended within 16 hours (28 of 38 left), 10 more within 40 (18 of 38)
    assert found.value("median_time_days") == 40 / 8
    assert found.value("median_time_days_finished") == (16 + 40) / 2 / 8
    assert found.note("p90_time_days") == "curve_not_reached"
    assert found.value("p90_time_days") is None


def test_the_median_says_how_many_entered_ended_and_left(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    counted = counts_of_two_units(counts).age(0, entered=5).age(50, left=3, still_open=2)
    row = indices_of(counted).row("median_time_days")
    assert (row["numerator"], row["denominator"], row["left_out"]) == (20, 25, 3)


@pytest.mark.parametrize(("others", "note"), [(9, "too_few_due"), (10, None)])
def test_the_median_of_under_thirty_dossiers_is_shown_with_a_note(
    counts: type[Counts], indices_of: IndicesOf, others: int, note: str | None
) -> None:
    counted = counts_of_two_units(counts).age(0, entered=others).age(8, finished=others)
    found = indices_of(counted)
    for indicator in ("median_time_days", "p90_time_days", "median_time_days_finished"):
        assert (found.value(indicator) is None, found.note(indicator)) == (False, note)


def test_files_of_the_same_unit_add_up_before_the_curve(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    once = counts().age(0, entered=20).age(16, finished=20)
    twice = (
        counts_of_two_units(counts).age(0, entered=20, sha256="g").age(16, finished=20, sha256="g")
    )
    assert indices_of(once).value("median_time_days") == 2.0
    assert indices_of(twice).row("median_time_days")["denominator"] == 40


def test_a_parent_of_units_with_different_clocks_has_no_time(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    counted = counts_of_two_units(counts)
    counted.age(0, entered=20, unit_code="H01.2", clock="elapsed")
    counted.age(24, finished=20, unit_code="H01.2", clock="elapsed")
    found = indices_of(counted)
    assert found.value("median_time_days", "H01.2") == 1.0
    for indicator in ("median_time_days", "p90_time_days", "median_time_days_finished"):
        row = found.row(indicator, "H01")
        assert (row["value"], row["clock"], row["note"]) == (None, None, "another_clock")


def test_fewer_than_ten_at_risk_give_no_median(counts: type[Counts], indices_of: IndicesOf) -> None:
    found = indices_of(counts().age(0, entered=9).age(16, finished=9))
    assert found.note("median_time_days") == "too_few_at_risk"
    assert found.value("median_time_days_finished") == 2.0


def test_nobody_finished_gives_no_naive_median(counts: type[Counts], indices_of: IndicesOf) -> None:
    found = indices_of(counts().age(0, entered=9).age(16, still_open=9))
    assert found.note("median_time_days") == "curve_not_reached"
    assert found.note("median_time_days_finished") == "no_denominator"
