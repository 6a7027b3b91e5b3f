"""Limits that know how much a unit varies from month to month."""

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.stats import t

from pipeline import indices, methods, months, tables
from pipeline.agencies import Register
from pipeline.indices import dossiers, series
from pipeline.indices.scope import IndexScope
from pipeline.methods import Method
from pipeline.tallies import Tallies
from pipeline.tallies.pooling import Pooling

from .conftest import Counts, IndicesOf

MONTH = "2026-08"
HOSPITALS = Path(__file__).parents[3] / "shared" / "data" / "nhs_ae"


def back(number: int) -> list[str]:
    """So many months, the last of them 2026-08."""
    return [*months.before(MONTH, number - 1), MONTH]


def monthly(counts: type[Counts], of_month: list[tuple[int, int]], saved: float = 0.5) -> Counts:
    """Dossiers due in each month, on time and late, the last month 2026-08."""
    counted = counts()
    for month, (on_time, late) in zip(back(len(of_month)), of_month, strict=True):
        counted.on_time(on_time, saved=saved, month=month, due_month=month)
        counted.late(late, month=month, due_month=month)
    return counted


def varying(length: int) -> list[tuple[int, int]]:
    """90 and 60 of 100 on time in turn, 80 in the last month."""
    return [(90, 10) if number % 2 else (60, 40) for number in range(length - 1)] + [(80, 20)]


def sigma_of(rows: list[tuple[int, int]]) -> float:
    shares = [on_time / (on_time + late) for on_time, late in rows]
    mean = sum(shares) / len(shares)
    error = math.sqrt(mean * (1 - mean) / 100)
    ranges = [abs(b - a) / error for a, b in pairwise(shares)]
    return sum(ranges) / len(ranges) / 1.128


def test_twelve_months_widen_the_limits_of_a_rate(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    rows = varying(12)
    row = indices_of(monthly(counts, rows)).row("on_time_of_finished")
    # The late ones of these counts are open: nothing finished is overdue, no month differs.
    assert (row["value"], row["effective_n"]) == (1.0, 80)
    row = indices_of(monthly(counts, rows)).row("on_time_766")
    sample = 100 / sigma_of(rows) ** 2
    critical = t.ppf(0.975, 11)
    centre = (0.8 * sample + critical**2 / 2) / (sample + critical**2)
    reach = critical * math.sqrt(sample * 0.16 + critical**2 / 4) / (sample + critical**2)
    assert (row["value"], row["numerator"], row["denominator"]) == (0.8, 80, 100)
    assert row["interval_source"] == "chance+months"
    assert row["effective_n"] == pytest.approx(sample, abs=1e-5)
    assert row["lower"] == pytest.approx(centre - reach, abs=1e-6)
    assert row["upper"] == pytest.approx(centre + reach, abs=1e-6)


def test_eleven_months_do_not(counts: type[Counts], indices_of: IndicesOf) -> None:
    row = indices_of(monthly(counts, varying(11))).row("on_time_766")
    assert (row["interval_source"], row["effective_n"]) == ("chance", 100)


@pytest.mark.parametrize(("length", "source"), [(14, "chance"), (15, "chance+months")])
def test_of_the_dossiers_due_the_first_three_months_are_not_compared(
    counts: type[Counts], indices_of: IndicesOf, length: int, source: str
) -> None:
    found = indices_of(monthly(counts, varying(length)))
    for indicator in ("due_on_time", "time_saved", "processing_time_index"):
        assert found.row(indicator)["interval_source"] == source
    assert found.row("on_time_766")["interval_source"] == "chance+months"


def test_the_error_of_a_mean_grows_by_sigma_z(counts: type[Counts], indices_of: IndicesOf) -> None:
    rows = varying(15)
    found = indices_of(monthly(counts, rows)).row("processing_time_index")
    once = indices_of(monthly(counts, rows[-1:])).row("processing_time_index")
    factor = found["standard_error"] / once["standard_error"]
    # All on time earn the same, so scores vary as the on-time share does; within months it
    # varies by the mean of p(1-p), a little less than over all.
    compared = rows[3:]
    shares = np.array([on_time / 100 for on_time, _ in compared])
    within = np.mean(shares * (1 - shares)) * 100 / 99
    expected = sigma_of(compared) * math.sqrt(shares.mean() * (1 - shares.mean()) / within)
    assert factor == pytest.approx(expected, rel=1e-4)
    assert found["effective_n"] == pytest.approx(100 / factor**2, rel=1e-4)
    reach = t.ppf(0.975, 11) * found["standard_error"]
    assert found["value"] - found["lower"] == pytest.approx(reach, abs=0.0051)


def test_months_alike_widen_the_limits_by_their_number_alone(
    counts: type[Counts], indices_of: IndicesOf
) -> None:
    row = indices_of(monthly(counts, [(80, 20)] * 12)).row("on_time_766")
    assert (row["interval_source"], row["effective_n"]) == ("chance+months", 100)


def test_months_after_the_published_one_change_nothing(
    counts: type[Counts], method: Method, register: Register
) -> None:
    counted = monthly(counts, varying(15)).tallies()
    known = Tallies(
        **{name: table.filter(pl.col("month") < MONTH) for name, table in vars(counted).items()}
    )
    before = months.shifted(MONTH, -1)
    both = [indices.compute(tallies, before, method, register) for tallies in (counted, known)]
    assert both[0].equals(both[1])


def test_each_month_of_a_series_has_the_counts_of_its_edition(
    counts: type[Counts], method: Method, register: Register
) -> None:
    counted = monthly(counts, varying(5)).on_time(7, month="2026-05", due_month="2026-07")
    counted.on_time(9, month="2026-06", due_month="2026-07", sender_code="H02", unit_code="H02")
    counted.figure("on_time_766", 3, 4, unit_code="H02", month="2026-07")
    tallies = counted.tallies()
    scope = IndexScope(method, Pooling.of(tallies, MONTH, register))
    of_dossiers = dossiers.monthly_counts(tallies.outcomes, scope)
    found = series.monthly_counts(tallies.figures, of_dossiers, scope)
    key = ["unit_code", "indicator"]
    for month in back(5):
        edition = indices.compute(tallies, month, method, register)
        both = found.filter(pl.col("series_month") == month).join(
            edition, on=key, how="left", suffix="_published"
        )
        for name in ("numerator", "denominator"):
            assert both[name].to_list() == both[f"{name}_published"].fill_null(0).to_list()
    assert found.select(*key, "series_month").is_duplicated().any() is False


def test_limits_of_a_unit_that_varies_hold_its_long_run_level(
    method: Method, register: Register
) -> None:
    rng = np.random.default_rng(8)
    units, length, size, level = 500, 24, 400, 0.85
    share = np.clip(level + 0.05 * rng.standard_normal((units, length)), 0, 1)
    on_time = rng.binomial(size, share)
    sent = pl.DataFrame(
        {
            "month": np.tile(back(length), units),
            "unit_code": np.repeat([f"U{number:03}" for number in range(units)], length),
            "numerator": on_time.ravel(),
        }
    ).with_columns(
        sender_code=pl.lit("S"),
        sha256=pl.lit("f"),
        indicator=pl.lit("on_time_of_finished"),
        denominator=pl.lit(size),
    )
    found = indices.compute(tallies_of_figures(sent), MONTH, method, register)
    is_held = (found["lower"] <= level) & (level <= found["upper"])
    assert found["interval_source"].unique().to_list() == ["chance+months"]
    assert 0.93 <= is_held.mean() <= 0.97  # type: ignore[operator]
    # By chance alone they would be half as wide, and hold it in 6 of 10 units.
    by_chance = methods.load().model_copy(update={"minimum_months_of_series": 25})
    narrow = indices.compute(tallies_of_figures(sent), MONTH, by_chance, register)
    assert ((narrow["lower"] <= level) & (level <= narrow["upper"])).mean() < 0.7  # type: ignore[operator]


def tallies_of_figures(sent: pl.DataFrame) -> Tallies:
    return Tallies.of(figures=tables.COUNTS.conform(sent).lazy())


def test_english_hospitals_vary_six_times_more_than_by_chance(method: Method) -> None:
    if not HOSPITALS.exists():
        pytest.skip(f"the attendances are not on this machine: {HOSPITALS}")
    sent = pl.read_csv(HOSPITALS / "ae_attendances.csv.gz").select(
        pl.col("period").str.head(7).alias("month"),
        pl.col("org_code").alias("unit_code"),
        (pl.col("attendances") - pl.col("breaches")).alias("numerator"),
        pl.col("attendances").alias("denominator"),
        sender_code=pl.lit("NHS"),
        sha256=pl.lit("f"),
        indicator=pl.lit("on_time_of_finished"),
    )
    bodies = sent.select(pl.col("unit_code").unique().sort().alias("code")).with_columns(
        name_vi="code", kind=pl.lit("hospital")
    )
    register = Register(tables.AGENCIES.conform(bodies), digest="0")
    found = indices.compute(tallies_of_figures(sent), "2019-03", method, register)
    known = found.filter(pl.col("interval_source") == "chance+months")
    # Bodies with major departments, which have thousands of attendances a month.
    large = known.filter((pl.col("denominator") > 5000) & (pl.col("value") < 0.95))
    sigma = (large["denominator"] / large["effective_n"]).sqrt()
    assert large.height > 100
    assert 4 < sigma.median() < 8  # type: ignore[operator]
    assert known.height > 0.9 * found.filter(pl.col("denominator") > 0).height
