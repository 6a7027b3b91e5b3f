"""The three on-time rates and the backlog, from records and from figures."""

import pytest

from .conftest import Counts, IndicesOf


def month_of_an_agency(counts: type[Counts]) -> Counts:
    """20 early, 30 on the due date, 10 overdue; open 25 not due, 15 overdue; 4 + 6 without due."""
    return (
        counts()
        .history()
        .outcome("finished_early", 20)
        .outcome("finished_on_due_date", 30)
        .outcome("finished_overdue", 10)
        .outcome("finished_without_due", 4)
        .outcome("open_not_due", 25)
        .outcome("open_overdue", 15)
        .outcome("open_without_due", 6)
        .outcome("left", 7)
    )


def test_of_finished_leaves_open_dossiers_out(counts: type[Counts], indices_of: IndicesOf) -> None:
    row = indices_of(month_of_an_agency(counts)).row("on_time_of_finished")
    assert row["value"] == pytest.approx((20 + 30) / (20 + 30 + 10), abs=5e-7)
    assert (row["numerator"], row["denominator"], row["left_out"]) == (50, 60, 4)


def test_decision_766_counts_the_open_ones_not_yet_due(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    row = indices_of(month_of_an_agency(counts)).row("on_time_766")
    assert row["value"] == (20 + 30 + 25) / (20 + 30 + 25 + 10 + 15)
    assert (row["numerator"], row["denominator"], row["left_out"]) == (75, 100, 4 + 6)


def test_the_backlog_is_of_the_open_with_a_due_date(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    row = indices_of(month_of_an_agency(counts)).row("open_not_overdue")
    assert row["value"] == 25 / (25 + 15)
    assert row["left_out"] == 6


def test_rates_have_wilsons_limits(counts: type[Counts], indices_of: IndicesOf) -> None:
    # Newcombe 1998: 81 of 263
    counted = counts().outcome("finished_early", 81).outcome("finished_overdue", 182)
    row = indices_of(counted).row("on_time_of_finished")
    assert (round(row["lower"], 4), round(row["upper"], 4)) == (0.2553, 0.3662)
    assert row["interval_source"] == "chance"
    assert row["effective_n"] == 263


def test_nothing_finished_gives_no_rate_of_finished(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    row = indices_of(counts().outcome("open_not_due", 50)).row("on_time_of_finished")
    assert (row["value"], row["lower"], row["note"]) == (None, None, "no_denominator")


@pytest.mark.parametrize(("overdue", "note"), [(9, "too_few_due"), (10, None)])
def test_under_thirty_is_shown_with_limits_and_noted(
    counts: type[Counts], indices_of: IndicesOf, overdue: int, note: str | None
) -> None:
    counted = counts().outcome("finished_early", 20).outcome("finished_overdue", overdue)
    row = indices_of(counted).row("on_time_of_finished")
    assert row["value"] == pytest.approx(20 / (20 + overdue), abs=5e-7)
    assert row["lower"] is not None
    assert row["note"] == note


def test_an_open_overdue_dossier_counts_as_late(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    found = indices_of(counts().history().on_time(45).late(15))
    assert found.value("due_on_time") == 45 / (45 + 15)


def test_a_dossier_that_ended_months_before_its_due_date_is_on_time_in_its_due_month(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    counted = counts().history().on_time(10).on_time(20, month="2026-05").late(10)
    found = indices_of(counted)
    assert found.value("due_on_time") == (10 + 20) / (10 + 20 + 10)
    assert found.row("on_time_of_finished")["denominator"] == 10  # this month's alone


def test_what_is_due_in_another_month_is_not_judged_in_this_one(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    counted = counts().history().on_time(30).on_time(20, due_month="2026-09").late(10)
    assert indices_of(counted).row("due_on_time")["denominator"] == 30 + 10


def test_what_is_older_than_the_history_is_not_looked_for(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    counted = counts().history().on_time(30).on_time(5, month="2023-08").on_time(7, month="2023-07")
    assert indices_of(counted).row("due_on_time")["denominator"] == 30 + 5  # 36 months back


def test_later_months_change_nothing(counts: type[Counts], indices_of: IndicesOf) -> None:
    counted = counts().history().on_time(30).late(10)
    before = indices_of(counted).frame
    later = (
        counted.on_time(9, month="2026-09")
        .respondents(5, month="2026-09")
        .figure("due_on_time", 1, 2, month="2026-09")
    )
    assert indices_of(later).frame.equals(before)


def test_dossiers_that_left_by_their_due_date_are_counted_apart(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    counted = (
        counts()
        .history()
        .on_time(30)
        .late(10)
        .outcome("left", 3, verdict="left", due_month="2026-08")
        .outcome("left", 2, verdict="left", due_month="2026-08", month="2026-06")
        .outcome("left", 9, verdict="left", due_month="2026-09")
    )
    row = indices_of(counted).row("due_on_time")
    assert (row["denominator"], row["left_out"]) == (40, 3 + 2)


@pytest.mark.parametrize("missing", ["2026-05", "2026-07"])
def test_a_missing_month_of_the_three_before_makes_it_provisional(
    counts: type[Counts], indices_of: IndicesOf, missing: str
) -> None:
    months = [month for month in ("2026-05", "2026-06", "2026-07") if month != missing]
    found = indices_of(counts().history(months=months).on_time(30).late(10))
    for indicator in ("due_on_time", "time_saved", "processing_time_index"):
        assert found.note(indicator) == "provisional"
    assert found.note("on_time_of_finished") is None


def test_with_the_three_months_before_nothing_is_provisional(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    found = indices_of(counts().history().on_time(30).late(10))
    assert found.note("due_on_time") is None


def test_history_of_another_unit_of_the_same_sender_is_history(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    found = indices_of(counts().history("H01").on_time(30, unit_code="H01.2"))
    assert found.note("due_on_time", "H01.2") is None


def test_a_parent_is_provisional_when_one_of_its_senders_is(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    counted = counts().history("H01.1").on_time(30, sender_code="H01.1")
    counted.on_time(30, unit_code="H01.2", sender_code="H01.2")
    found = indices_of(counted)
    assert found.note("due_on_time", "H01.1") is None
    assert found.note("due_on_time", "H01") == "provisional"


def test_a_parent_is_pooled_and_not_averaged(counts: type[Counts], indices_of: IndicesOf) -> None:
    counted = (
        counts()
        .outcome("finished_early", 90)
        .outcome("finished_overdue", 10)
        .outcome("finished_early", 5, unit_code="H01.2.1")
        .outcome("finished_overdue", 5, unit_code="H01.2.1")
        .outcome("finished_overdue", 10, unit_code="H01")
    )
    found = indices_of(counted)
    assert found.value("on_time_of_finished", "H01.2.1") == 5 / 10
    assert found.value("on_time_of_finished", "H01.2") == 5 / 10
    row = found.row("on_time_of_finished", "H01")
    assert (row["numerator"], row["denominator"]) == (90 + 5, 100 + 10 + 10)


def test_a_unit_without_counts_has_no_row(counts: type[Counts], indices_of: IndicesOf) -> None:
    found = indices_of(counts().on_time(30))
    assert set(found.frame["unit_code"]) == {"H01", "H01.1"}


def test_no_tallies_give_no_rows(counts: type[Counts], indices_of: IndicesOf) -> None:
    assert indices_of(counts()).frame.is_empty()


def test_figures_alone_are_enough(counts: type[Counts], indices_of: IndicesOf) -> None:
    counted = (
        counts()
        .figure("on_time_of_finished", 80, 100)
        .figure("on_time_of_finished", 10, 20, unit_code="H01.2")
        .figure("on_time_of_finished", 1, 2, month="2026-07")
    )
    found = indices_of(counted)
    assert found.frame["indicator"].unique().to_list() == ["on_time_of_finished"]
    assert found.value("on_time_of_finished", "H01.1") == 80 / 100
    assert found.value("on_time_of_finished", "H01") == (80 + 10) / (100 + 20)
    row = found.row("on_time_of_finished")
    assert (row["interval_source"], row["effective_n"], row["left_out"]) == ("chance", 100, None)
    assert row["lower"] < 0.8 < row["upper"]


def test_records_come_before_figures_of_the_same_unit(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    counted = counts().outcome("finished_early", 40).figure("on_time_of_finished", 1, 100)
    assert indices_of(counted).value("on_time_of_finished") == 1.0


def test_a_total_sent_beside_the_records_of_the_parts_is_not_added(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    counted = counts().outcome("finished_early", 40)
    counted.figure("on_time_of_finished", 40, 80, unit_code="H01")
    assert indices_of(counted).row("on_time_of_finished", "H01")["denominator"] == 40


def test_figures_of_one_unit_and_records_of_another_meet_in_their_parent(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    counted = counts().outcome("finished_early", 40)
    counted.figure("on_time_of_finished", 20, 60, unit_code="H01.2")
    row = indices_of(counted).row("on_time_of_finished", "H01")
    assert (row["numerator"], row["denominator"]) == (40 + 20, 40 + 60)


def test_a_total_sent_beside_the_figures_of_its_parts_stands_for_them(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    name = "on_time_of_finished"
    counted = counts().figure(name, 90, 100, unit_code="H01.2")
    counted.figure(name, 40, 60, unit_code="H01.2.1").figure(name, 10, 50, unit_code="H01.1")
    found = indices_of(counted)

    def pair(unit: str) -> tuple[float, int]:
        row = found.row(name, unit)
        return row["numerator"], row["denominator"]

    assert (pair("H01.2.1"), pair("H01.2"), pair("H01.1")) == ((40, 60), (90, 100), (10, 50))
    # Of H01.2 the total goes up, and not its part again.
    assert pair("H01") == (90 + 10, 100 + 50)
    # 40 / 60 is not 90 / 100; H01 has no total of its own that could differ.
    assert (found.note(name, "H01.2"), found.note(name, "H01")) == ("differs_from_parts", None)


@pytest.mark.parametrize(
    ("numerator", "denominator", "note"),
    [
        (400 + 600, 500 + 700, None),
        (400 + 600, 500 + 701, "differs_from_parts"),
        (401 + 600, 500 + 700, "differs_from_parts"),
    ],
)
def test_a_total_that_is_not_the_sum_of_its_parts_is_taken_and_noted(
    counts: type[Counts], indices_of: IndicesOf, numerator: int, denominator: int, note: str | None
) -> None:
    name = "on_time_of_finished"
    counted = counts().figure(name, numerator, denominator, unit_code="H01")
    counted.figure(name, 400, 500, unit_code="H01.1").figure(name, 600, 700, unit_code="H01.2")
    row = indices_of(counted).row(name, "H01")
    assert (row["numerator"], row["denominator"]) == (numerator, denominator)
    assert row["note"] == note


def test_a_total_is_compared_with_the_totals_next_below_it(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    name = "on_time_of_finished"
    counted = (
        counts().figure(name, 90, 100, unit_code="H01").figure(name, 90, 100, unit_code="H01.2")
    )
    found = indices_of(counted.figure(name, 40, 60, unit_code="H01.2.1"))
    # H01 is its only part; that one differs from what lies below it.
    assert (found.note(name, "H01"), found.note(name, "H01.2")) == (None, "differs_from_parts")


def test_a_total_too_small_to_rank_says_that_first(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    name = "on_time_of_finished"
    counted = counts().figure(name, 20, 29, unit_code="H01").figure(name, 20, 28)
    assert indices_of(counted).note(name, "H01") == "too_few_due"


def test_a_total_of_another_indicator_stands_for_nothing(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    counted = counts().figure("on_time_766", 90, 100, unit_code="H01.2")
    counted.figure("on_time_of_finished", 40, 60, unit_code="H01.2.1")
    assert indices_of(counted).row("on_time_of_finished", "H01")["denominator"] == 60


def test_figures_of_something_else_are_passed_over(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    assert indices_of(counts().figure("median_time_days", 3, 1)).frame.is_empty()
