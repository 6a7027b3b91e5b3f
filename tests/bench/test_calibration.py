"""`make calibrate`, at a few leagues: what is asked, how it is counted, and roughly what comes out.

Draws are seeded, so a share here is the same in every run; ranges are those of so few leagues.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bench import calibrate, limits_held, ranks_held, simulated_durations, simulated_leagues
from bench.coverage import Limits, Row, Section, markdown, row
from bench.ranks_held import Sets, Truth
from pipeline import tables
from pipeline.tallies import Tallies

LEAGUES = 30
PAGE = Path(__file__).parents[2] / "docs" / "calibration.md"


@pytest.fixture(scope="module")
def sections() -> list[Section]:
    return list(calibrate.asked(LEAGUES))


@pytest.fixture(scope="module")
def rows(sections: list[Section]) -> dict[str, Row]:
    return {each.what: each for section in sections[:4] for each in section.rows}


def list_cells(text: str) -> Iterator[tuple[str, ...]]:
    """Cells of the tables' rows, without heads."""
    for line in text.splitlines():
        if line.startswith("| ") and not line.startswith(("| 95 %", "| ---")):
            yield tuple(cell.strip() for cell in line.strip("|").split("|"))


def test_a_share_is_of_all_months_of_all_units_that_have_limits() -> None:
    held = np.array([[1.0, 1.0, np.nan], [1.0, 0.0, 1.0]])
    found = row("x", held, truth="t", asked=(0.8, 1.0))
    assert found.share == 4 / 5
    assert (found.lowest, found.highest) == (0.5, 1.0)
    assert found.is_within


def test_the_error_of_a_share_is_that_of_a_mean_of_leagues() -> None:
    # Leagues hold 1 and 1/2: their standard deviation is sqrt(2 x 0.25^2), of a mean of two
    # 0.25.
    held = np.array([[1.0, 1.0], [1.0, 0.0]])
    assert row("x", held, truth="t").error == pytest.approx(0.25)


def test_both_ends_of_a_range_are_in_it() -> None:
    held = np.array([1.0, 0.0, 1.0, 1.0])
    assert row("x", held, truth="t", asked=(0.75, 0.8)).is_within
    assert row("x", held, truth="t", asked=(0.7, 0.75)).is_within
    assert row("x", held, truth="t", asked=(0.76, 0.8)).is_within is False
    assert row("x", held, truth="t", asked=(0.7, 0.74)).is_within is False
    assert row("x", held, truth="t").is_within is None


def test_limits_hold_what_lies_at_their_ends_and_none_hold_nothing() -> None:
    limits = Limits(np.array([[0.2, 0.2, np.nan]]), np.array([[0.4, np.inf, np.nan]]))
    held = limits.held(np.array([0.4, 0.9, 0.5]))
    assert held[0, :2].tolist() == [1, 1]
    assert np.isnan(held[0, 2])
    assert limits.width == pytest.approx(0.4 - 0.2)


def test_equal_units_may_have_any_rank_of_their_tie() -> None:
    truth = Truth.of(np.array([3.0, 2.0, 2.0, 1.0]))
    assert truth.best.tolist() == [1, 2, 2, 4]
    assert truth.worst.tolist() == [1, 3, 3, 4]
    sets = Sets(np.array([[1, 2, 2, 3]]), np.array([[1, 3, 2, 4]]))
    assert truth.held(sets).tolist() == [[1, 1, 0, 1]]
    assert truth.all_held(sets).tolist() == [0]


def test_the_true_indices_are_what_many_dossiers_come_to() -> None:
    units = simulated_leagues.mixed(4)
    many = replace(units, due=np.full(4, 200_000, np.int64))
    drawn = simulated_leagues.drawn(many, 1, "N")
    found = limits_held.computed(drawn.tallies, drawn.register)
    for indicator, truth, error in (
        ("due_on_time", units.on_time, 0.005),
        ("processing_time_index", units.processing_time_index, 0.5),
        ("satisfied_share", units.satisfied_share, 0.007),
        ("reform_performance_index", units.reform_performance_index, 0.6),
    ):
        values = found.filter(pl.col("indicator") == indicator).sort("unit_code")["value"][1:]
        assert values.to_numpy() == pytest.approx(truth, abs=error)


def test_the_true_median_is_what_many_dossiers_come_to_and_the_finished_alone_are_faster() -> None:
    speeds = simulated_durations.Speeds(np.array([40.5]), np.array([40_000]))
    ages, codes = simulated_durations.drawn(speeds, 1, "D")
    register = simulated_leagues.register_of(codes)

    def median(cells: pl.DataFrame) -> float:
        tallies = Tallies.of(ages=cells.lazy())
        found = limits_held.computed(tallies, register)
        is_asked = (pl.col("indicator") == "median_time_days") & (
            pl.col("unit_code") == codes[0, 0]
        )
        return float(found.filter(is_asked)["value"].item())

    # Half have ended within 40.5 hours = 2,430 minutes; between 1,600 and 3,200 bins are 16 wide.
    assert speeds.median_days.tolist() == [152 * 16 / 480]
    assert median(ages) == pytest.approx(2432 / 480, abs=1 / 8)
    closed = simulated_durations.finished_alone(ages)
    assert closed.schema == tables.AGES.schema
    assert closed["entered"].sum() == closed["finished"].sum() == ages["finished"].sum()
    assert median(closed) <= 40 / 8


def test_the_limits_of_a_month_hold_its_truth(rows: dict[str, Row]) -> None:
    assert 0.92 <= rows["Wilson, on time of due"].share <= 0.98
    assert 0.92 <= rows["Wilson, satisfied share"].share <= 0.98
    assert 0.92 <= rows["Kaplan-Meier median, days"].share <= 0.99
    assert 0.92 <= rows["composite, cells drawn together"].share <= 0.98


@pytest.mark.parametrize("months", [12, 24])
def test_limits_that_know_the_months_hold_the_long_run_level(
    rows: dict[str, Row], months: int
) -> None:
    assert 0.92 <= rows[f"`chance+months`, {months} months, on time of due"].share <= 0.995


def test_naive_figures_do_not_hold_the_truth(rows: dict[str, Row]) -> None:
    assert rows["closed dossiers only (on time of finished, Wilson)"].share < 0.1
    assert rows["closed dossiers only, median, days"].share < 0.9
    assert rows["chance alone, on time of due"].share < 0.8
    few = "on time of due, 30 dossiers of which 97 % end in time"
    assert rows[f"Wald, {few}"].share < 0.7
    assert rows[f"Wilson, {few}"].share > 0.9
    together, apart = rows["composite, cells drawn together"], "independent draws of both parts"
    assert rows[f"composite, {apart}"].share < together.share - 0.01


def test_rank_sets_of_units_that_differ_hold_the_true_ranks(sections: list[Section]) -> None:
    asked = [each for each in sections[4].rows if not each.is_naive]
    assert all(each.share >= 0.93 for each in asked)
    naive = {each.what: each.share for each in sections[4].rows if each.is_naive}
    assert naive["the rank alone, on time of due"] < 0.5


@pytest.mark.parametrize("section", [5, 6])
def test_rank_sets_of_equals_hold_every_rank_and_naive_ones_do_not(
    sections: list[Section], section: int
) -> None:
    asked = [each for each in sections[section].rows if not each.is_naive]
    assert asked
    assert all(each.share >= 0.8 for each in asked)
    naive = [each for each in sections[section].rows if each.is_naive]
    assert naive
    assert all(each.share < 0.8 for each in naive)


def test_where_nothing_changed_hardly_any_league_has_a_mark_but_naive_ones(
    sections: list[Section],
) -> None:
    asked = {each.what: each.share for each in sections[7].rows if not each.is_naive}
    assert len(asked) == 8
    assert all(share >= 0.9 for share in asked.values())
    naive = {each.what: each.share for each in sections[7].rows if each.is_naive}
    assert naive["each unit at 1.96, on time of due, steady units"] < 0.7
    assert naive["change (Holm), on time of due, varying units, chance alone"] < 0.3


def test_the_same_number_of_leagues_gives_the_same_text() -> None:
    for question in (limits_held.shares, limits_held.times, ranks_held.equals):
        assert list(markdown(question(3))) == list(markdown(question(3)))


def test_the_page_asks_what_the_program_asks(sections: list[Section]) -> None:
    def questions(text: str) -> list[tuple[str, ...]]:
        return [cells[:3] for cells in list_cells(text)]

    assert questions(PAGE.read_text("utf-8")) == questions(calibrate.document(sections))


def test_the_page_is_of_a_thousand_months_and_all_that_is_asked_lies_in_its_range() -> None:
    text = PAGE.read_text("utf-8")
    assert len(re.findall(r"^1,000 simulated months", text, re.MULTILINE)) == len(
        calibrate.QUESTIONS
    )
    asked = [cells for cells in list_cells(text) if cells[2]]
    assert len(asked) > 20
    assert {cells[-1] for cells in asked} == {"yes"}
