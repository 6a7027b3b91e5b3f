"""Kaplan-Meier curves from counts by age."""

import math
from pathlib import Path
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.statistics import survival
from pipeline.tallies.age_bins import edge_from

ORACLES = Path(__file__).parents[3] / "shared" / "oracles" / "survival"


def count_ages(dossiers: list[tuple[int, int, str]], unit: str = "A") -> pl.DataFrame:
    """Counts by age of dossiers given as (entry, exit, finished | left | still_open)."""
    cells: dict[int, dict[str, int]] = {}
    for entry, leave, how in dossiers:
        for age, name in ((entry, "entered"), (leave, how)):
            cells.setdefault(age, dict.fromkeys(_COUNTS, 0))[name] += 1
    return pl.DataFrame(
        [{"unit_code": unit, "age_minutes": age, **counts} for age, counts in cells.items()],
        schema={"unit_code": pl.String, "age_minutes": pl.Int64} | dict.fromkeys(_COUNTS, pl.Int64),
    )


_COUNTS = ("entered", "finished", "left", "still_open")


def median(frame: pl.DataFrame, minimum_at_risk: int = 1) -> tuple[int, int, int, str]:
    found = survival.quantiles(frame.lazy(), 0.5, 0.95, minimum_at_risk)
    return found.select("minutes", "lower_minutes", "upper_minutes", "note").row(0)


def oracle(name: str) -> pl.DataFrame:
    path = ORACLES / name
    if not path.exists():
        pytest.skip(f"the published curves are not on this machine: {path}")
    return pl.read_csv(path, null_values=["NA", ""])


def _stratum(dataset: str, stratum: str) -> pl.DataFrame:
    """Time and event of one row of medians.csv."""
    if dataset == "lung":
        table = oracle("lung_input.csv").with_columns(
            pl.col("time").alias("T"), (pl.col("status") == 2).alias("E")
        )
    else:
        table = oracle("waltons_input.csv").with_columns(pl.col("E") == 1)
    if stratum == "all":
        return table
    column, value = stratum.split("=")
    return table.filter(pl.col(column).cast(pl.String) == value)


def test_published_medians_and_their_limits_come_out() -> None:
    for row in oracle("medians.csv").iter_rows(named=True):
        stratum = _stratum(row["dataset"], row["stratum"])
        assert stratum.height == row["records"]
        dossiers = [
            (0, age, "finished" if ended else "left")
            for age, ended in stratum.select("T", "E").iter_rows()
        ]
        expected = (row["median"], row["lower_loglog"], row["upper_loglog"], None)
        assert median(count_ages(dossiers)) == expected, row


def test_published_curves_with_late_entry_come_out() -> None:
    for row in oracle("late_entry.csv").iter_rows(named=True):
        entries = [math.ceil(float(value)) for value in row["entry"].split(";")]
        exits = [int(value) for value in row["T"].split(";")]
        dossiers = [
            (min(entry, leave - 1), leave, "finished")
            for entry, leave in zip(entries, exits, strict=True)
        ]
        curve = survival.curves(count_ages(dossiers).lazy()).collect()["curve"].to_list()
        steps = [float(value) for value in row["expected_S"].split(";")]
        assert curve == pytest.approx(steps[-len(curve) :], abs=6e-4), row["case"]


def bins_of(rows: pl.DataFrame) -> pl.DataFrame:
    """Counts by bin of dossiers with entry and exit in minutes, and whether they ended (event)."""
    entry = edge_from(pl.col("entry_minutes"))
    leave = edge_from(pl.col("exit_minutes"))
    dossiers = rows.select("event", entry=entry, exit=leave).rows()
    return count_ages([(e, x, "finished" if ended else "left") for ended, e, x in dossiers])


def test_percentiles_of_ages_in_minutes_with_late_entry_and_ties_come_out_in_bins() -> None:
    binned = bins_of(oracle("late_entry_minutes_input.csv")).lazy()
    for row in oracle("late_entry_minutes_expected.csv").iter_rows(named=True):
        found = survival.quantiles(binned, row["quantile"], 0.95, 1).row(0, named=True)
        for ours, theirs in (
            ("minutes", "minutes"),
            ("lower_minutes", "lower"),
            ("upper_minutes", "upper"),
        ):
            assert found[ours] == pytest.approx(row[theirs], rel=0.01, abs=1), row


def test_ages_up_to_200_minutes_are_exact() -> None:
    # 9 end at 7 minutes, 9 at 8, 9 at 201: half of 27 within 8; nine in ten in the bin 200 to 202.
    ages = [7] * 9 + [8] * 9 + [201] * 9
    rows = pl.DataFrame({"entry_minutes": [0] * 27, "exit_minutes": ages, "event": [1] * 27})
    assert median(bins_of(rows))[0] == 8
    assert survival.quantiles(bins_of(rows).lazy(), 0.9, 0.95, 1)["minutes"].to_list() == [202]


def test_the_median_is_the_first_age_within_which_half_have_ended() -> None:
    # 4 under observation; ended at 10 and 20: the curve is 3/4, then 2/4
    dossiers = [(0, 10, "finished"), (0, 20, "finished"), (0, 30, "still_open"), (0, 40, "left")]
    assert median(count_ages(dossiers))[0] == 20


def test_a_curve_that_stays_above_a_half_gives_nothing() -> None:
    dossiers = [(0, 10, "finished"), (0, 30, "still_open"), (0, 40, "left")]
    assert median(count_ages(dossiers)) == (None, None, None, "curve_not_reached")


def test_a_unit_in_which_nobody_finished_has_an_answer_too() -> None:
    assert median(count_ages([(0, 30, "still_open")])) == (None, None, None, "curve_not_reached")


def test_a_dossier_that_left_is_at_risk_at_the_age_at_which_it_left() -> None:
    # at 10: 2 at risk, 1 ends: 1/2
    assert median(count_ages([(0, 10, "finished"), (0, 10, "left")]))[0] == 10


def test_a_dossier_that_enters_at_an_age_is_not_at_risk_at_that_age() -> None:
    # at 10: 1 at risk of the 3 (two enter at 10): the curve falls to 0
    dossiers = [(0, 10, "finished"), (10, 50, "still_open"), (10, 50, "still_open")]
    assert median(count_ages(dossiers))[0] == 10


@pytest.mark.parametrize(("dossiers", "note"), [(10, None), (9, "too_few_at_risk")])
def test_ten_at_risk_are_enough_and_nine_are_too_few(dossiers: int, note: str | None) -> None:
    # All end at the same age: that many are at risk there.
    frame = count_ages([(0, 8, "finished")] * dossiers)
    assert median(frame, survival.MINIMUM_AT_RISK)[3] == note


def test_few_at_risk_after_the_median_do_not_matter() -> None:
    frame = count_ages([(0, 8, "finished")] * 10 + [(0, 80, "finished")])
    assert median(frame, survival.MINIMUM_AT_RISK) == (8, 8, 8, None)


def test_an_early_step_on_few_dossiers_spoils_the_median() -> None:
    frame = count_ages([(0, 2, "finished")] * 1 + [(0, 3, "left")] + [(4, 8, "finished")] * 40)
    assert median(frame, survival.MINIMUM_AT_RISK)[3] == "too_few_at_risk"


def test_the_naive_median_of_an_even_number_is_the_mean_of_the_middle_two() -> None:
    frame = count_ages([(0, age, "finished") for age in (8, 16, 30, 90)] + [(0, 500, "still_open")])
    found = survival.naive_medians(frame.lazy())
    assert found.row(0) == ("A", (16 + 30) / 2, 4)


def test_the_naive_median_of_none_finished_is_empty() -> None:
    found = survival.naive_medians(count_ages([(0, 8, "left")]).lazy())
    assert found.row(0) == ("A", None, 0)


_DOSSIERS = st.lists(
    st.tuples(
        st.integers(0, 30),
        st.integers(1, 40),
        st.sampled_from(["finished", "left", "still_open"]),
    ).map(lambda dossier: (min(dossier[0], dossier[1] - 1), dossier[1], dossier[2])),
    min_size=1,
    max_size=40,
)


@settings(max_examples=30)
@given(_DOSSIERS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(
    dossiers: list[tuple[int, int, str]], random: Random
) -> None:
    frame = count_ages(dossiers)
    order = list(range(frame.height))
    random.shuffle(order)
    assert median(frame) == median(frame[order])


@settings(max_examples=30)
@given(_DOSSIERS, _DOSSIERS)
def test_units_do_not_touch_each_other(
    some: list[tuple[int, int, str]], others: list[tuple[int, int, str]]
) -> None:
    both = pl.concat([count_ages(some, "A"), count_ages(others, "B")]).lazy()
    together = survival.quantiles(both, 0.5, 0.95, 1)
    apart = pl.concat(
        [
            survival.quantiles(count_ages(d, u).lazy(), 0.5, 0.95, 1)
            for d, u in ((some, "A"), (others, "B"))
        ]
    )
    assert together.equals(apart)


@settings(max_examples=30)
@given(_DOSSIERS)
def test_limits_hold_the_median_and_the_ninetieth_percentile_is_not_before_it(
    dossiers: list[tuple[int, int, str]],
) -> None:
    hours, lower, upper, _ = median(count_ages(dossiers))
    ninety = survival.quantiles(count_ages(dossiers).lazy(), 0.9, 0.95, 1)["minutes"][0]
    if hours is not None:
        assert lower <= hours
        assert upper is None or hours <= upper
        assert ninety is None or ninety >= hours
