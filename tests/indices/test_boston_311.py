"""Real requests of one city: the figures that somebody else computed from the same cases."""

from pathlib import Path

import polars as pl
import pytest

from pipeline import indices, methods, months, tables
from pipeline.agencies import Register
from pipeline.calendar import Clock, vietnam
from pipeline.deadlines import AS_SENT
from pipeline.tallies import Tallies, ledger
from pipeline.tallies.dossiers import count_ages, count_outcomes, judge_dossiers

BOSTON = Path(__file__).parents[3] / "shared" / "data" / "boston311"

MONTHS = months.span("2011-07", "2011-12")


def _dossiers(export: Path, month: str) -> pl.LazyFrame:
    """The month's cases as dossiers, without the three due before they were received."""

    def moment(column: str) -> pl.Expr:
        return pl.col(column).str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="ms")

    cases = pl.read_csv(export, infer_schema=False).select(
        pl.lit("ALL").alias("sender_code"),
        pl.lit(month).alias("sha256"),
        pl.col("subject").alias("unit_code"),
        pl.col("case_status")
        .replace_strict({"Closed": "finished", "Open": "in_progress"})
        .alias("status"),
        moment("open_dt").alias("received_at"),
        moment("target_dt").alias("due_at"),
        moment("closed_dt").alias("ended_at"),
    )
    is_faulty = pl.col("due_at") < pl.col("received_at")
    return tables.DOSSIERS.conform(cases.filter(is_faulty.fill_null(value=False).not_())).lazy()


@pytest.fixture(scope="module")
def compared() -> pl.DataFrame:
    if not BOSTON.exists():
        pytest.skip(f"the cases of Boston are not on this machine: {BOSTON}")
    return compare_with_reference({m: BOSTON / "exports" / f"{m}.csv.gz" for m in MONTHS})


def compare_with_reference(exports: dict[str, Path]) -> pl.DataFrame:
    """The reference's rows beside our values from the exports of the months, a column for each
    indicator.
    """
    reference = pl.read_csv(BOSTON / "reference.csv")
    clock = Clock("elapsed", vietnam(), "America/New_York")
    judged = {
        month: judge_dossiers(
            ledger.with_history(_dossiers(exports[month], month), month), month, AS_SENT, clock
        )
        for month in MONTHS
    }
    counted = Tallies.of(
        outcomes=pl.concat(count_outcomes(judged[m], m, "elapsed", AS_SENT) for m in MONTHS).lazy(),
        ages=pl.concat(count_ages(judged[m], m, "elapsed") for m in MONTHS).lazy(),
    )
    units = [unit for unit in reference["unit"].unique().sort() if unit != "ALL"]
    agencies = pl.DataFrame(
        [{"code": unit, "name_vi": unit, "kind": "body", "parent_code": "ALL"} for unit in units]
        + [{"code": "ALL", "name_vi": "Boston", "kind": "city", "parent_code": None}]
    )
    register = Register(tables.AGENCIES.conform(agencies), digest="0")
    method = methods.load()
    computed = pl.concat(indices.compute(counted, m, method, register) for m in MONTHS)
    values = computed.pivot(on="indicator", index=["month", "unit_code"], values="value")
    beside = reference.join(
        values, left_on=["month", "unit"], right_on=["month", "unit_code"], suffix="_ours"
    )
    assert beside.height == reference.height
    return beside


@pytest.mark.parametrize(
    ("column", "ours", "hours", "tolerance"),
    [
        ("on_time_of_finished", "on_time_of_finished_ours", 1, 1.01e-6),  # halves up or to even
        ("on_time_766", "on_time_766_ours", 1, 1.01e-6),
        ("due_on_time", "due_on_time_ours", 1, 1.01e-6),
        ("time_saved", "time_saved_ours", 1, 5e-4),  # kept in whole thousandths
    ],
)
def test_every_figure_of_every_body_and_month_comes_out(
    compared: pl.DataFrame, column: str, ours: str, hours: int, tolerance: float
) -> None:
    theirs, found = pl.col(column).cast(pl.Float64), pl.col(ours) * hours
    assert compared.filter(theirs.is_null() != found.is_null()).is_empty()
    assert compared.filter((theirs - found).abs() > tolerance).is_empty()


@pytest.mark.parametrize(
    ("column", "ours"),
    [
        ("median_hours_finished", "median_time_days_finished"),
        ("median_hours_km", "median_time_days"),
    ],
)
def test_every_median_is_right_to_one_percent_or_one_minute(
    compared: pl.DataFrame, column: str, ours: str
) -> None:
    theirs, found = pl.col(column).cast(pl.Float64), pl.col(ours) * 24
    assert compared.filter(theirs.is_null() != found.is_null()).is_empty()
    # Days are published to 4 decimals, hours given to 3.
    rounding = 24 * 0.5e-4 + 0.5e-3
    most = pl.max_horizontal(1 / 60, 0.01 * theirs) + rounding
    assert compared.filter((theirs - found).abs() > most).is_empty()
