"""What a sender's month is compared with: its own months before, and the form's own sums."""

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.sender_measures import measure_form, measure_volumes

from .conftest import (
    BEFORE,
    MONTH,
    SENDER,
    by_month,
    deliver,
    figures,
    history,
    outcomes,
    thresholds,
)


def volume(*files: dict[str, object], **changes: float) -> dict[str, Any]:
    """The one measure of the month's volumes."""
    found = measure_volumes(by_month(*files), MONTH, thresholds(**changes))
    return found.row(0, named=True) if found.height else {}


def test_the_usual_month_is_the_median_of_the_last_six_of_the_sender_itself() -> None:
    # Of 100, 110, 120, 130, 140, 900 the middle ones are 120 and 130; their mean is 125. The month
    # before these six had 5,000 rows.
    files = history(5_000, 100, 110, 120, 130, 140, 900)
    found = volume(*files, deliver(MONTH, 70))
    assert found["usual_rows"] == 125
    assert (found["least_rows"], found["most_rows"]) == (62.5, 250)


@pytest.mark.parametrize(("known", "usual"), [(2, None), (3, 100.0)])
def test_from_three_known_months_on_a_month_is_usual(known: int, usual: float | None) -> None:
    files = history(*[None] * (6 - known), *[100] * known)
    assert volume(*files, deliver(MONTH, 100))["usual_rows"] == usual


def test_a_first_month_has_nothing_to_be_compared_with() -> None:
    found = volume(deliver(MONTH, 100))
    assert found["usual_rows"] is found["least_rows"] is found["most_rows"] is None


def test_a_month_in_which_nothing_was_sent_is_not_a_month_of_no_rows() -> None:
    # The median of 100, 100, 100 and not that of 0, 0, 0, 100, 100, 100.
    assert volume(*history(100, None, 100, None, 100, None), deliver(MONTH, 1))["usual_rows"] == 100


def test_a_month_with_a_file_of_no_rows_is_one() -> None:
    # Of 0, 0, 0, 100, 100, 100 the mean of the middle ones is 50.
    assert volume(*history(0, 0, 0, 100, 100, 100), deliver(MONTH, 40))["usual_rows"] == 50


@pytest.mark.parametrize(
    ("usual", "rows", "is_compared"), [(29, 29, False), (29, 30, True), (30, 0, True)]
)
def test_months_of_fewer_than_thirty_rows_are_not_compared(
    usual: int, rows: int, is_compared: bool
) -> None:
    found = volume(*history(usual, usual, usual), deliver(MONTH, rows))
    assert (found["usual_rows"] is not None) == is_compared


def test_a_kind_that_is_usual_and_was_not_sent_has_no_rows() -> None:
    files = [*history(60, 60, 60, kind="ratings"), deliver(MONTH, 500)]
    found = measure_volumes(by_month(*files), MONTH, thresholds())
    assert found.select("kind", "rows", "usual_rows").rows() == [
        ("dossiers", 500, None),
        ("ratings", 0, 60.0),
    ]


@pytest.mark.parametrize("kind", ["ratings", None])
def test_a_kind_of_which_a_file_was_refused_is_not_compared(kind: str | None) -> None:
    usual = history(60, 60, 60, kind="ratings")
    refused = deliver(MONTH, None, kind=kind)
    found = measure_volumes(by_month(*usual, deliver(MONTH, 500), refused), MONTH, thresholds())
    assert found["kind"].to_list() == ["dossiers"]


@pytest.mark.parametrize("kind", ["dossiers", None])
def test_a_month_before_of_which_a_file_was_refused_is_not_usual(kind: str | None) -> None:
    # Of August one of two files was refused: 10 rows are not what the sender sent. The median of
    # 100, 110 and 120 is 110, and that of 10, 100, 110, 120 would be 105.
    files = [*history(100, 110, 120, 10, None), deliver("2026-08", None, kind=kind)]
    assert files[3]["month"] == "2026-08"
    assert volume(*files, deliver(MONTH, 100))["usual_rows"] == 110


def test_a_refused_file_of_another_kind_leaves_a_month_before_usual() -> None:
    files = [*history(10, 100, 110, 120), deliver("2026-06", None, kind="ratings")]
    assert volume(*files, deliver(MONTH, 100))["usual_rows"] == 105


def test_a_sender_of_which_nothing_was_accepted_is_not_measured() -> None:
    assert volume(*history(60, 60, 60)) == {}
    assert volume(*history(60, 60, 60), deliver(MONTH, None)) == {}


def test_a_corrected_earlier_month_changes_what_is_usual() -> None:
    # 300, 300, 300 were doubled; corrected to 150 the last one of them leaves 300 in the middle,
    # and two of them corrected make it 150.
    assert volume(*history(300, 300, 150), deliver(MONTH, 100))["usual_rows"] == 300
    assert volume(*history(300, 150, 150), deliver(MONTH, 100))["usual_rows"] == 150


@pytest.mark.parametrize(
    ("kind", "rejected", "most"),
    [("dossiers", 3, 5.0), ("petitions", 9, 9.0), ("petitions", 10, 5.0)],
)
def test_of_petitions_ten_rejected_rows_are_many(kind: str, rejected: int, most: float) -> None:
    # 0.05 x 100 rows = 5.
    assert volume(deliver(MONTH, 100, rejected, kind))["most_rejected"] == most


def test_a_limit_is_exact_where_binary_numbers_are_not() -> None:
    # 0.1 x 3 is 0.30000000000000004 in binary; 0.07 x 100 is 7.000000000000001.
    assert volume(deliver(MONTH, 100, 7), share=0.07)["most_rejected"] == 7


def form(
    now: dict[tuple[str | None, str], int],
    before: dict[tuple[str | None, str], int] | None = None,
    *files: dict[str, object],
    tolerance: float = 0.05,
) -> dict[str, Any]:
    """The measure of the month's form; without `before` nothing was sent for the month before."""
    sent = files or (
        deliver(MONTH, 1),
        *([] if before is None else [deliver(BEFORE, 1)]),
    )
    cells = {MONTH: outcomes(MONTH, now)} | (
        {} if before is None else {BEFORE: outcomes(BEFORE, before)}
    )
    delivered = by_month(*sent)
    limits = thresholds(carried_over_difference=tolerance)
    return measure_form(cells, figures(), delivered, MONTH, limits).row(0, named=True)


NOW = {
    ("received", "finished_early"): 40,
    ("received", "open_not_due"): 60,
    ("carried_over", "finished_overdue"): 70,
    ("carried_over", "open_overdue"): 20,
    ("carried_over", "left"): 10,
    (None, "ended_before_month"): 7,
    (None, "unseen"): 3,
}
"""100 received and 100 carried over = 110 finished, 80 open and 10 left; 10 are in no cell."""


def test_received_and_carried_over_are_finished_open_and_left() -> None:
    found = form(NOW)
    assert (found["received"], found["carried_over"]) == (100, 100)
    assert found["came_in"] == found["accounted_for"] == 200


def test_what_was_in_progress_is_what_is_carried_over() -> None:
    # 95 + 8 = 103 were in progress, 3 more than the 100 carried over; 5 % of 103 is 5.15.
    found = form(NOW, {("received", "open_not_due"): 95, ("carried_over", "open_without_due"): 8})
    assert (found["open_before"], found["carried_over_gap"]) == (103, 3)
    assert found["largest_gap"] == 5.15


def test_a_first_month_carries_over_what_nobody_can_compare() -> None:
    found = form(NOW)
    assert found["open_before"] is found["carried_over_gap"] is None


def test_where_nothing_was_open_nothing_is_carried_over() -> None:
    found = form({}, {("received", "finished_early"): 5})
    assert (found["open_before"], found["carried_over"], found["carried_over_gap"]) == (0, 0, 0)
    assert found["largest_gap"] == 2


@pytest.mark.parametrize(("was_open", "largest"), [(40, 2.0), (41, 2.05)])
def test_two_dossiers_may_always_differ(was_open: int, largest: float) -> None:
    # 5 % of 40 are 2, and of 41 they are 2.05.
    assert form(NOW, {("received", "open_not_due"): was_open})["largest_gap"] == largest


def test_a_file_without_dossiers_carries_nothing_over() -> None:
    found = form({}, {("received", "open_not_due"): 50})
    assert (found["carried_over"], found["carried_over_gap"]) == (0, 50)


def test_rows_that_were_rejected_in_either_month_may_be_what_differs() -> None:
    files = (deliver(MONTH, 100, 4), deliver(BEFORE, 100, 2))
    found = form(NOW, {("received", "open_not_due"): 100}, *files)
    assert found["largest_gap"] == 5 + 4 + 2


@pytest.mark.parametrize("month", [MONTH, BEFORE])
@pytest.mark.parametrize("kind", ["dossiers", None])
def test_a_month_with_a_refused_file_is_not_compared(month: str, kind: str | None) -> None:
    refused = deliver(month, None, kind=kind) | {"sha256": "other"}
    files = (deliver(MONTH, 100), deliver(BEFORE, 100), refused)
    assert form(NOW, {("received", "open_not_due"): 1}, *files)["carried_over_gap"] is None


@given(
    now=st.dictionaries(
        st.tuples(
            st.sampled_from(["received", "carried_over"]),
            st.sampled_from(["finished_early", "open_not_due", "open_overdue", "left"]),
        ),
        st.integers(0, 10**9),
    )
)
def test_whatever_came_in_is_accounted_for(now: dict[tuple[str | None, str], int]) -> None:
    found = form(now)
    assert found["came_in"] == found["accounted_for"] == sum(now.values())


FITTING = (
    ("U1", "on_time_of_finished", 40, 50),
    ("U1", "on_time_766", 65, 80),
    ("U1", "open_not_overdue", 25, 30),
)
"""40 + 25 = 65 are on time; 50 + 30 = 80 are all handled."""


def compare(*rows: tuple[str, str, int, int]) -> tuple[object, ...]:
    sent = by_month(deliver(MONTH, len(rows), kind="figures"))
    found = measure_form({MONTH: outcomes(MONTH, {})}, figures(*rows), sent, MONTH, thresholds())
    names = ("compared_units", "broken_units", "units")
    return found.select(names).row(0) if found.height else (None, None, None)


@pytest.mark.parametrize(
    ("changed", "broken"),
    [
        (("U1", "on_time_766", 65, 80), 0),
        # One left, so that 81 were handled.
        (("U1", "on_time_766", 65, 81), 0),
        (("U1", "on_time_766", 65, 79), 1),
        (("U1", "on_time_766", 64, 80), 1),
        (("U1", "on_time_766", 66, 80), 1),
    ],
)
def test_figures_of_one_form_fit_each_other(
    changed: tuple[str, str, int, int], broken: int
) -> None:
    rows = (FITTING[0], changed, FITTING[2])
    assert compare(*rows) == (1, broken, "U1" if broken else "")


@pytest.mark.parametrize(
    ("rejected", "refused", "is_compared"),
    [
        (0, [], True),
        (1, [], False),
        (0, [deliver(MONTH, None, kind="figures")], False),
        (0, [deliver(MONTH, None, kind=None)], False),
        (0, [deliver(MONTH, None, kind="dossiers")], True),
    ],
)
def test_figures_of_which_rows_are_missing_are_not_compared(
    rejected: int, refused: list[dict[str, object]], is_compared: bool
) -> None:
    # A row that we rejected, or a file that we refused, may be what does not fit.
    sent = by_month(deliver(MONTH, 3, rejected, kind="figures"), *refused)
    rows = (FITTING[0], ("U1", "on_time_766", 64, 80), FITTING[2])
    found = measure_form({MONTH: outcomes(MONTH, {})}, figures(*rows), sent, MONTH, thresholds())
    assert found["broken_units"].to_list() == ([1] if is_compared else [])


def test_a_unit_that_lacks_a_figure_is_not_compared() -> None:
    assert compare(*FITTING[:2]) == (None, None, None)


def test_the_first_units_that_do_not_fit_are_named() -> None:
    rows = [(f"U{n}", name, 9, total) for n in range(7) for _, name, _, total in FITTING]
    assert compare(*rows) == (7, 7, "U0, U1, U2, U3, U4")


def test_a_sender_of_rows_and_figures_has_one_row() -> None:
    sent = by_month(deliver(MONTH, 9), deliver(MONTH, 3, kind="figures"))
    found = measure_form(
        {MONTH: outcomes(MONTH, NOW)}, figures(*FITTING), sent, MONTH, thresholds()
    )
    assert found.select("sender_code", "came_in", "compared_units").rows() == [(SENDER, 200, 1)]


def test_without_files_there_is_nothing_to_measure() -> None:
    empty = by_month()
    assert measure_volumes(empty, MONTH, thresholds()).is_empty()
    cells = {MONTH: outcomes(MONTH, {})}
    assert measure_form(cells, figures(), empty, MONTH, thresholds()).is_empty()
    assert isinstance(empty[MONTH], pl.DataFrame)
