"""The same curves as another library draws, and limits that hold the true median."""

import math

import numpy as np
import polars as pl
import pytest
from lifelines import KaplanMeierFitter
from lifelines.utils import median_survival_times

from pipeline.statistics import survival

COUNTS = ("entered", "finished", "left", "still_open")
LEVEL = 0.95


def draw_observed(rng: np.random.Generator, size: int, mean_hours: float) -> pl.DataFrame:
    """Dossiers under observation in a month of 200 hours: entry, exit, is_finished.

    They come evenly from 400 hours before its start on; those ended before it are never seen, some
    leave without a result, and those open at its end are censored. Ages are in whole hours:
    the curve knows no unit.
    """
    received = rng.uniform(-400, 200, size)
    took, left_at = rng.exponential(mean_hours, size), rng.exponential(20 * mean_hours, size)
    gone = np.minimum(took, left_at)
    at_end = 200 - received
    leave = np.maximum(1, np.ceil(np.minimum(gone, at_end))).astype(int)
    entry = np.where(received >= 0, 0, np.ceil(-received)).astype(int)
    rows = pl.DataFrame(
        {
            "entry": np.minimum(entry, leave - 1),
            "exit": leave,
            "is_finished": (took <= left_at) & (took <= at_end),
            "is_seen": received + gone > 0,
        }
    )
    return rows.filter("is_seen").drop("is_seen")


def count_ages(rows: pl.DataFrame, unit: str = "A") -> pl.DataFrame:
    """Counts by age of such dossiers."""
    finished = pl.col("is_finished")
    entries = rows.group_by(age_minutes="entry").agg(entered=pl.len())
    exits = rows.group_by(age_minutes="exit").agg(
        finished=finished.sum(), left=(~finished).sum(), still_open=pl.lit(0)
    )
    return (
        pl.concat([entries, exits], how="diagonal")
        .group_by("age_minutes")
        .agg(pl.col(name).sum().cast(pl.Int64) for name in COUNTS)
        .with_columns(unit_code=pl.lit(unit))
    )


@pytest.mark.parametrize("seed", range(8))
def test_curves_bands_and_medians_are_those_of_lifelines(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = draw_observed(
        rng, size=int(rng.integers(150, 800)), mean_hours=float(rng.uniform(30, 150))
    )
    peer = KaplanMeierFitter(alpha=1 - LEVEL).fit(
        rows["exit"], rows["is_finished"], entry=rows["entry"]
    )
    ages = count_ages(rows).lazy().with_columns(critical_value=pl.lit(1.959963984540054))
    ours = survival.with_bands(survival.curves(ages)).collect()
    at = ours["age_minutes"].to_list()
    assert ours["curve"].to_list() == pytest.approx(
        peer.survival_function_at_times(at).to_list(), abs=1e-9
    )
    bands = peer.confidence_interval_.loc[at].to_numpy()
    is_inside = ours["lower_band"].is_not_null().to_numpy()
    assert is_inside.any()
    for column, name in enumerate(("lower_band", "upper_band")):
        assert ours[name].to_numpy()[is_inside] == pytest.approx(bands[is_inside, column], abs=1e-9)
    found = survival.quantiles(count_ages(rows).lazy(), 0.5, LEVEL, 1).row(0, named=True)
    limits = median_survival_times(peer.confidence_interval_).to_numpy()[0]
    theirs = [
        None if math.isinf(value) else value for value in (peer.median_survival_time_, *limits)
    ]
    assert [found["minutes"], found["lower_minutes"], found["upper_minutes"]] == theirs


def test_limits_of_the_median_hold_the_true_one_in_95_of_100_months() -> None:
    rng = np.random.default_rng(11)
    mean_hours, months = 100.0, 800
    drawn = pl.concat(
        count_ages(draw_observed(rng, 300, mean_hours), f"{number:03}") for number in range(months)
    )
    limits = survival.quantiles(drawn.lazy(), 0.5, LEVEL)
    assert limits["note"].null_count() >= 0.95 * months
    # Half have ended within 100 ln 2 = 69.3 hours: in whole hours, within 70.
    true = math.ceil(mean_hours * math.log(2))
    known = limits.filter(pl.col("note").is_null())
    is_held = (known["lower_minutes"] <= true) & (
        known["upper_minutes"].fill_null(math.inf) >= true
    )
    assert 0.93 <= is_held.mean() <= 0.98  # type: ignore[operator]
