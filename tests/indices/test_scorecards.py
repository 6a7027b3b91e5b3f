"""Points from counts: what is counted, what no cases give, what is missing, how sure it is."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any, Protocol

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import methods, tables
from pipeline.agencies import Register
from pipeline.indices import compute
from pipeline.indices.scorecards.formulas import divide_half_up

from .conftest import Cell, Counts, Value

MONTH = "2026-08"
DECISION = (Path(methods.__file__).parent / "decision-766.toml").read_text(encoding="utf-8")
CIRCULAR = (Path(methods.__file__).parent / "circular-01-2018.toml").read_text(encoding="utf-8")
PARTS = {
    part.name.removeprefix("decision_766_"): part
    for method in methods.load_all().scorecards
    if method.name == "decision-766"
    for part in method.parts
}
CRITERIA = tuple(f"circular_01_2018_{number}" for number in range(1, 10))


class Points:
    """Computed rows of all scorecards, looked up by unit and indicator."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame

    def row(self, indicator: str, unit: str = "H01.1") -> dict[str, Any]:
        return self.frame.filter(unit_code=unit, indicator=indicator).row(0, named=True)

    def value(self, indicator: str, unit: str = "H01.1") -> float | None:
        found: float | None = self.row(indicator, unit)["value"]
        return found

    def note(self, indicator: str, unit: str = "H01.1") -> str | None:
        found: str | None = self.row(indicator, unit)["note"]
        return found


class PointsOf(Protocol):
    """Computes counts, with petitions beside them, by the scorecards of a folder in a month."""

    def __call__(
        self,
        counted: Counts,
        *petitions: Cell,
        own: Path | None = None,
        month: str = MONTH,
        order: Callable[[list[Cell]], list[Cell]] = list,
    ) -> Points: ...


def petition(outcome: str, petitions: int, **more: Value) -> Cell:
    given: Cell = {"month": MONTH, "sender_code": "H01", "sha256": "p", "unit_code": "H01.1"}
    given |= {"subject": "other", "satisfied": "", "outcome": outcome, "petitions": petitions}
    return given | more


@pytest.fixture(scope="session")
def points_of(register: Register) -> PointsOf:
    """Computes counts, with petitions beside them, by all scorecards that a folder holds."""

    def compute_points(
        counted: Counts,
        *petitions: Cell,
        own: Path | None = None,
        month: str = MONTH,
        order: Callable[[list[Cell]], list[Cell]] = list,
    ) -> Points:
        cells = pl.DataFrame(order([*petitions]), schema=tables.PETITION_COUNTS.schema)
        tallies = replace(counted.tallies(order), petitions=cells.lazy())
        frame = compute(tallies, month, methods.load_all(own), register)
        return Points(frame.filter(pl.col("method") != "reform-index"))

    return compute_points


def add_figures_of_766(
    counted: Counts, numerator: int, denominator: int, *but: str, **more: Value
) -> Counts:
    """Figures of every indicator of Decision 766 but some."""
    for number in PARTS:
        if number not in but:
            counted.figure(f"decision_766_{number}", numerator, denominator, **more)
    return counted


def add_figures_of_circular(counted: Counts, *scores: tuple[int, int]) -> Counts:
    for criterion, (total, cases) in zip(CRITERIA, scores, strict=True):
        counted.figure(criterion, total, cases)
    return counted


# --- what is counted


def test_progress_counts_all_dossiers_and_those_without_a_due_date_are_not_on_time(
    counts: type[Counts], points_of: PointsOf
) -> None:
    cells = counts().outcome("finished_early", 4).outcome("finished_on_due_date", 2)
    cells.outcome("open_not_due", 1, intake="carried_over").outcome("finished_overdue", 1)
    cells.outcome("open_overdue", 1).outcome("finished_without_due", 2)
    cells.outcome("open_without_due", 1).outcome("left", 3)
    row = points_of(cells).row("decision_766_2_1")
    assert (row["numerator"], row["denominator"]) == (4 + 2 + 1, 15)
    assert row["value"] == 9.33  # 20 * 7 / 15 = 9.333…
    assert row["maximum"] == 20


def test_satisfaction_with_dossiers_is_full_from_nine_in_ten_not_overdue(
    counts: type[Counts], points_of: PointsOf
) -> None:
    below = counts().outcome("finished_early", 89).outcome("open_overdue", 11)
    exactly = counts().outcome("finished_early", 90).outcome("open_overdue", 10)
    above = counts().outcome("finished_early", 91).outcome("open_overdue", 9)
    assert points_of(below).value("decision_766_5_4") == 5.93  # 6 * 0.89 / 0.9 = 5.9333…
    assert points_of(exactly).value("decision_766_5_4") == 6
    assert points_of(above).value("decision_766_5_4") == 6


def test_online_dossiers_are_those_received_in_the_month(
    counts: type[Counts], points_of: PointsOf
) -> None:
    cells = counts().outcome("open_not_due", 1, channel="online")
    cells.outcome("open_not_due", 2, channel="other").outcome("open_not_due", 1, channel="post")
    cells.outcome("finished_early", 50, channel="online", intake="carried_over")
    row = points_of(cells).row("decision_766_3_3")
    assert (row["numerator"], row["denominator"]) == (1, 4)
    assert row["value"] == 3  # 6 * 0.25 / 0.50


def test_petitions_refused_are_left_out_and_open_ones_not_due_are_on_time(
    counts: type[Counts], points_of: PointsOf
) -> None:
    found = points_of(
        counts(),
        petition("handled_on_time", 3, satisfied="yes"),
        petition("handled_on_time", 2, satisfied="no"),
        petition("handled_late", 1, satisfied="yes"),
        petition("open_not_due", 1),
        petition("open_overdue", 1),
        petition("refused", 5),
    )
    on_time, satisfied = found.row("decision_766_5_2"), found.row("decision_766_5_3")
    assert (on_time["numerator"], on_time["denominator"], on_time["left_out"]) == (6, 8, 5)
    assert on_time["value"] == 4.5  # 6 * 6 / 8
    assert (satisfied["numerator"], satisfied["denominator"]) == (6 - 2, 8)
    assert satisfied["value"] == 3


def test_figures_count_where_a_unit_has_no_records(
    counts: type[Counts], points_of: PointsOf
) -> None:
    cells = counts().outcome("finished_early", 1).figure("decision_766_2_1", 0, 10)
    cells.figure("decision_766_2_1", 1, 4, unit_code="H01.2")
    found = points_of(cells)
    assert found.value("decision_766_2_1") == 20
    assert found.value("decision_766_2_1", "H01.2") == 5  # 20 * 1 / 4


def test_a_parent_is_scored_from_pooled_counts_not_as_the_mean_of_its_units(
    counts: type[Counts], points_of: PointsOf
) -> None:
    cells = counts().outcome("finished_early", 1)
    cells.outcome("finished_early", 30, unit_code="H01.2.1")
    cells.outcome("open_overdue", 69, unit_code="H01.2.1")
    found = points_of(cells)
    assert found.value("decision_766_2_1", "H01") == 6.2  # 20 * 31 / 100
    assert found.row("decision_766_2_1", "H01")["denominator"] == 100


# --- what no cases give, and what is missing


def test_a_unit_with_nothing_to_count_has_12_of_18_for_satisfaction_and_is_flagged(
    counts: type[Counts], points_of: PointsOf
) -> None:
    found = points_of(add_figures_of_766(counts(), 0, 0))
    assert found.value("decision_766_satisfaction") == 12
    assert found.note("decision_766_satisfaction") == "idle_unit"
    assert found.note("decision_766_5_2") == "no_cases_full_points"
    assert found.value("decision_766_2_1") == found.value("decision_766_5_4") == 0
    assert found.note("decision_766_2_1") == "no_cases_no_points"
    assert found.value("decision_766_payment") == 0
    assert found.value("decision_766_total") == 12
    assert found.note("decision_766_total") == "idle_unit"


def test_a_unit_has_no_petitions_where_its_sender_sent_those_of_others(
    counts: type[Counts], points_of: PointsOf
) -> None:
    cells = counts().outcome("finished_early", 1)
    found = points_of(cells, petition("handled_late", 1, unit_code="H01.2"))
    assert found.value("decision_766_5_2") == 6
    assert found.note("decision_766_5_2") == "no_cases_full_points"
    assert found.value("decision_766_2_1", "H01.2") == 0  # its sender sent dossiers, none of it


def test_without_any_petitions_sent_they_are_missing_and_not_zero(
    counts: type[Counts], points_of: PointsOf
) -> None:
    found = points_of(counts().outcome("finished_early", 1))
    assert found.value("decision_766_5_2") is None
    assert found.note("decision_766_5_2") == "not_sent"
    assert found.value("decision_766_satisfaction") is None
    assert found.note("decision_766_satisfaction") == "missing_indicators"


@pytest.mark.parametrize("missing", PARTS)
def test_with_one_indicator_missing_there_is_no_total_but_a_sum_with_its_own_maximum(
    counts: type[Counts], points_of: PointsOf, missing: str
) -> None:
    found = points_of(add_figures_of_766(counts(), 1, 1, missing))
    assert found.value("decision_766_total") is None
    assert found.note("decision_766_total") == "missing_indicators"
    partial = found.row("decision_766_partial")
    assert partial["value"] == partial["maximum"] == 100 - float(PARTS[missing].points)


def test_with_all_indicators_there_is_a_total_of_100_and_no_partial_sum(
    counts: type[Counts], points_of: PointsOf
) -> None:
    found = points_of(add_figures_of_766(counts(), 7, 7))
    total = found.row("decision_766_total")
    assert (total["value"], total["maximum"]) == (100, 100)
    assert found.frame.filter(indicator="decision_766_partial").is_empty()


def test_points_for_petitions_may_be_shared_within_their_group(
    counts: type[Counts], points_of: PointsOf, tmp_path: Path
) -> None:
    own = DECISION.replace('chosen = "full"', 'chosen = "shared"')
    (tmp_path / "decision-766.toml").write_text(own, encoding="utf-8")
    cells = add_figures_of_766(counts(), 1, 1, "5_2", "5_3", "5_4")
    cells.figure("decision_766_5_2", 0, 0).figure("decision_766_5_3", 0, 0)
    found = points_of(cells.figure("decision_766_5_4", 45, 100), own=tmp_path)
    assert found.value("decision_766_5_4") == 9  # (6 + 12) * 0.45 / 0.9
    assert found.row("decision_766_5_4")["maximum"] == 18
    assert found.note("decision_766_5_2") == "points_shared"
    assert found.value("decision_766_total") == 82 + 9


def test_units_without_data_of_a_method_have_no_rows_of_it(
    counts: type[Counts], points_of: PointsOf
) -> None:
    found = points_of(counts().outcome("finished_early", 1))
    assert set(found.frame["unit_code"]) == {"H01.1", "H01"}
    assert "sipas-style" not in found.frame["method"]


def test_before_its_first_day_a_method_has_no_rows(
    counts: type[Counts], points_of: PointsOf
) -> None:
    cells = counts().outcome("finished_early", 1, month="2018-12")
    assert points_of(cells, month="2018-12").frame.is_empty()


def test_a_total_of_a_month_after_an_open_boundary_says_so(
    counts: type[Counts], points_of: PointsOf
) -> None:
    before = add_figures_of_766(counts(), 1, 2, month="2026-06")
    assert points_of(before, month="2026-06").note("decision_766_total") is None
    assert points_of(add_figures_of_766(counts(), 1, 2)).note("decision_766_total") == "law_changed"


# --- rounding


@pytest.mark.parametrize(
    ("numerator", "denominator", "points"),
    # 4 * 1 / 32 = 0.125, an exact half; 4 * 124999 / 4000000 = 0.124999
    [(1, 32, 0.13), (124_999, 4_000_000, 0.12), (1, 3, 1.33), (2, 3, 2.67)],
)
def test_halves_of_the_last_decimal_go_up(
    counts: type[Counts], points_of: PointsOf, numerator: int, denominator: int, points: float
) -> None:
    found = points_of(counts().figure("decision_766_1_2", numerator, denominator))
    assert found.value("decision_766_1_2") == points


@given(st.integers(0, 10**15), st.integers(1, 10**15))
def test_half_up_is_the_nearest_whole_number(numerator: int, denominator: int) -> None:
    frame = pl.DataFrame({"n": [numerator], "d": [denominator]}).cast(pl.Int128)
    found = frame.select(divide_half_up(pl.col("n"), pl.col("d"))).item()
    assert 2 * numerator - denominator < 2 * found * denominator <= 2 * numerator + denominator


# --- Circular 01/2018


def test_handling_time_scores_2_before_the_due_day_1_on_it_and_0_after(
    counts: type[Counts], points_of: PointsOf
) -> None:
    cells = counts().outcome("finished_early", 3).outcome("finished_on_due_date", 2)
    cells.outcome("finished_overdue", 2).outcome("finished_without_due", 9)
    row = points_of(cells.outcome("open_overdue", 9)).row("circular_01_2018_1")
    assert (row["numerator"], row["denominator"], row["left_out"]) == (2 * 3 + 2, 7, 9)
    assert row["value"] == 1.1  # 8 / 7 = 1.142…


def test_conduct_leaves_late_dossiers_without_complaint_out(
    counts: type[Counts], points_of: PointsOf
) -> None:
    cells = counts().outcome("finished_early", 1).outcome("finished_on_due_date", 2)
    found = points_of(cells.outcome("finished_overdue", 1), petition("handled_late", 1))
    row = found.row("circular_01_2018_7")
    assert (row["numerator"], row["denominator"], row["left_out"]) == (4, 3, 1)
    assert row["value"] == 1.3


def test_a_switch_gives_late_dossiers_0_for_conduct(
    counts: type[Counts], points_of: PointsOf, tmp_path: Path
) -> None:
    own = CIRCULAR.replace('chosen = "left_out"', 'chosen = "zero"')
    (tmp_path / "circular-01-2018.toml").write_text(own, encoding="utf-8")
    cells = counts().outcome("finished_early", 1).outcome("finished_overdue", 1)
    found = points_of(cells, petition("handled_late", 1), own=tmp_path)
    assert found.value("circular_01_2018_7") == 1.0  # (2 + 0) / 2


def test_conduct_is_not_known_where_no_petitions_were_sent(
    counts: type[Counts], points_of: PointsOf
) -> None:
    found = points_of(counts().outcome("finished_early", 1))
    assert found.note("circular_01_2018_7") == "not_sent"


def test_a_complaint_about_conduct_needs_figures(counts: type[Counts], points_of: PointsOf) -> None:
    cells = counts().outcome("finished_early", 9).outcome("finished_early", 1, unit_code="H01.2")
    complaint = petition("handled_on_time", 1, subject="conduct")
    found = points_of(cells, complaint)
    assert found.value("circular_01_2018_7") is None
    assert found.note("circular_01_2018_7", "H01") == "complaints_not_matched"
    assert found.value("circular_01_2018_7", "H01.2") == 2
    told = points_of(cells.figure("circular_01_2018_7", 16, 9), complaint)
    assert told.value("circular_01_2018_7") == 1.8  # 16 / 9 = 1.77…
    assert told.row("circular_01_2018_7", "H01")["denominator"] == 9 + 1


@pytest.mark.parametrize(
    ("on_time", "late", "points"),
    [(10, 0, 2), (99, 1, 1), (9, 1, 1), (899, 101, 0), (0, 3, 0)],
)
def test_answering_petitions_has_steps_at_all_and_at_nine_in_ten(
    counts: type[Counts], points_of: PointsOf, on_time: int, late: int, points: int
) -> None:
    found = points_of(
        counts(), petition("handled_on_time", on_time), petition("handled_late", late)
    )
    assert found.value("circular_01_2018_8") == points


def test_exactly_15_of_18_is_excellent_though_binary_floats_fall_below(
    counts: type[Counts], points_of: PointsOf
) -> None:
    tenths = (13, 19, 20, 14, 13, 15, 19, 20, 17)
    assert sum(tenths) == 150
    assert sum(each / 10 for each in tenths) < 15
    # All petitions on time: 2 points, which are not a sum of scores.
    scores = [(each if number != 7 else 10, 10) for number, each in enumerate(tenths)]
    found = points_of(add_figures_of_circular(counts(), *scores))
    total = found.value("circular_01_2018_total")
    assert total == 15
    band = methods.load_all().indicator("circular_01_2018_total").band(total)
    assert band is not None
    assert band.name == "excellent"


@pytest.mark.parametrize("missing", range(9))
def test_without_all_nine_criteria_there_is_no_total(
    counts: type[Counts], points_of: PointsOf, missing: int
) -> None:
    cells = counts()
    for number, criterion in enumerate(CRITERIA):
        if number != missing:
            cells.figure(criterion, 10, 10)
    found = points_of(cells)
    assert found.value("circular_01_2018_total") is None
    # 1 a criterion, and 2 for all petitions on time
    assert found.value("circular_01_2018_partial") == 8 + (missing != 7)
    assert found.row("circular_01_2018_partial")["maximum"] == 16


# --- in the style of SIPAS


def test_the_five_factors_have_percents_and_the_index_is_their_mean(
    counts: type[Counts], points_of: PointsOf
) -> None:
    satisfied = dict(zip(tables.FACTORS, (40, 30, 20, 39, 37), strict=True))
    cells = counts().respondents(40).factor_respondents(40)
    for factor, number in satisfied.items():
        cells.answers(factor, {5: number, 3: 40 - number})
    found = points_of(cells)
    assert found.value("sipas_style_access") == 100
    assert found.value("sipas_style_procedures") == 75
    assert found.value("sipas_style_index") == 83  # 100 * (40 + 30 + 20 + 39 + 37) / 200
    assert "không phải khảo sát" in methods.load_all().indicator("sipas_style_index").title_vi


@pytest.mark.parametrize(("respondents", "has_value"), [(29, False), (30, True)])
def test_a_factor_of_fewer_than_30_respondents_is_not_computed(
    counts: type[Counts], points_of: PointsOf, respondents: int, has_value: bool
) -> None:
    cells = counts().factor_respondents(respondents).answers("access", {5: respondents})
    found = points_of(cells)
    assert (found.value("sipas_style_access") is not None) is has_value
    assert found.value("sipas_style_index") is None


# --- how sure it is


def test_limits_are_left_empty_and_the_standard_error_is_that_of_the_share(
    counts: type[Counts], points_of: PointsOf
) -> None:
    row = points_of(counts().figure("decision_766_1_1", 49, 98)).row("decision_766_1_1")
    assert (row["lower"], row["upper"], row["interval_source"]) == (None, None, None)
    assert row["standard_error"] == 0.3  # 6 * sqrt(0.5 * 0.5 / 100)


def test_progress_and_satisfaction_with_dossiers_move_together(
    counts: type[Counts], points_of: PointsOf
) -> None:
    found = points_of(add_figures_of_766(counts(), 500, 1000))
    parts = [found.row(f"decision_766_{number}")["standard_error"] for number in PARTS]
    independent = sum(error**2 for error in parts) ** 0.5
    assert found.row("decision_766_total")["standard_error"] > independent


def test_a_cap_that_is_surely_reached_leaves_nothing_uncertain(
    counts: type[Counts], points_of: PointsOf
) -> None:
    found = points_of(counts().figure("decision_766_3_3", 990_000, 1_000_000))
    assert found.row("decision_766_3_3")["standard_error"] == 0
    open_end = points_of(counts().figure("decision_766_3_3", 400_000, 1_000_000))
    assert open_end.row("decision_766_3_3")["standard_error"] > 0


def test_the_error_of_a_capped_share_is_that_of_many_draws(
    counts: type[Counts], points_of: PointsOf
) -> None:
    import numpy as np  # noqa: PLC0415 - the peer of one test

    found = points_of(counts().figure("decision_766_3_3", 499, 998)).row("decision_766_3_3")
    draws = np.random.default_rng(766).normal(0.5, (0.25 / 1000) ** 0.5, 400_000)
    assert found["standard_error"] == pytest.approx(np.std(np.minimum(6, 12 * draws)), rel=0.01)


@settings(max_examples=5)
@given(st.randoms())
def test_the_order_of_rows_changes_nothing(
    counts: type[Counts], points_of: PointsOf, random: Random
) -> None:
    def shuffled(cells: list[Cell]) -> list[Cell]:
        return random.sample(cells, len(cells))

    cells = add_figures_of_766(counts(), 3, 7, "2_1", "5_4").outcome("finished_early", 5)
    cells.outcome("open_overdue", 2).outcome("finished_early", 1, unit_code="H01.2")
    petitions = [petition("handled_late", 1), petition("handled_on_time", 4)]
    plain = points_of(cells, *petitions)
    assert points_of(cells, *petitions, order=shuffled).frame.equals(plain.frame)


@given(late=st.integers(0, 50), on_time=st.integers(0, 50))
@settings(max_examples=10)
def test_one_dossier_more_on_time_never_lowers_the_score(
    counts: type[Counts], points_of: PointsOf, late: int, on_time: int
) -> None:
    def score(number: int) -> float:
        cells = counts().outcome("finished_early", number).outcome("open_overdue", late)
        return points_of(cells).value("decision_766_2_1") or 0

    assert score(on_time + 1) >= score(on_time)
