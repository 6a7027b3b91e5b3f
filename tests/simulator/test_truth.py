"""The truth beside the exports agrees with a large sample, within its sampling error."""

from math import sqrt

import polars as pl
import pytest

from pipeline import calendar, months
from pipeline.home import Home
from pipeline.simulator import Parameters, Truth, simulate

MONTHS = tuple(months.span("2026-01", "2026-08"))
JUDGED = MONTHS[:4]
"""Their dossiers have months left to end in, in later exports."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home.at(tmp_path_factory.mktemp("home"))
    parameters = Parameters(
        MONTHS, dossiers_total=60_000, seed=11, senders=2, burn_in_months=0, faults_share=0
    )
    simulate(home, parameters)
    return home


@pytest.fixture(scope="module")
def truth(home: Home) -> pl.DataFrame:
    return Truth.read(home.root / "truth").units.filter(pl.col("month").is_in(JUDGED))


@pytest.fixture(scope="module")
def dossiers(home: Home) -> pl.DataFrame:
    """Each dossier once, as its last export shows it."""
    files = sorted(home.inbox.glob("*/*/dossiers.csv"), key=lambda path: path.parts[-2])
    rows = pl.concat(pl.read_csv(file, infer_schema=False) for file in files)
    return rows.unique("MaHoSo", keep="last", maintain_order=True).with_columns(
        pl.col("^Ngay.*$").str.to_datetime("%Y%m%d%H%M%S", time_unit="ms")
    )


def month_of(column: str) -> pl.Expr:
    return pl.col(column).dt.strftime("%Y-%m").alias("month")


def mean_square_of_z(found: pl.DataFrame) -> float:
    """Near 1 when the observed shares scatter about the true ones as chance lets them."""
    z = (pl.col("share") - pl.col("true")) / pl.col("error")
    return float(found.select((z**2).mean()).item())


def test_as_many_end_on_time_as_the_truth_says(dossiers: pl.DataFrame, truth: pl.DataFrame) -> None:
    due = pl.col("NgayHenTraDau")
    judged = dossiers.filter(due.is_not_null(), ~pl.col("TrangThaiHoSo").is_in(["7", "8"]))
    on_time = (pl.col("NgayKetThucXuLy") <= due).fill_null(False)
    found = judged.group_by(month_of("NgayHenTraDau"), unit_code="DonViXuLy").agg(
        n=pl.len(), share=on_time.mean()
    )
    true = pl.col("on_time_probability").alias("true")
    found = truth.join(found, on=["month", "unit_code"]).with_columns(
        true, error=(true * (1 - true) / pl.col("n")).sqrt()
    )
    assert found.height == len(JUDGED) * 2 * 8
    # Open dossiers that will be withdrawn before their due date are not known from the files.
    assert found.filter((pl.col("n") - pl.col("due")).abs() > 3).is_empty()
    # The mean of 64 squares has a standard error of sqrt(2/64) = 0.18.
    assert mean_square_of_z(found) == pytest.approx(1, abs=4 * sqrt(2 / 64))


def test_half_of_the_dossiers_received_end_within_the_median_hours(
    dossiers: pl.DataFrame, truth: pl.DataFrame
) -> None:
    hours = calendar.vietnam().working_hours(pl.col("NgayTiepNhan"), pl.col("NgayKetThucXuLy"))
    ended_otherwise = pl.col("TrangThaiHoSo").is_in(["1", "3", "7", "8"])
    lives = dossiers.filter(~ended_otherwise).select(
        month_of("NgayTiepNhan"), unit_code="DonViXuLy", hours=hours.fill_null(float("inf"))
    )
    found = (
        lives.join(truth, on=["month", "unit_code"])
        .group_by("month", "unit_code")
        .agg(share=(pl.col("hours") <= pl.col("median_hours")).mean(), error=0.5 / pl.len().sqrt())
    )
    found = found.with_columns(true=0.5)
    assert mean_square_of_z(found) == pytest.approx(1, abs=4 * sqrt(2 / 64))


def test_respondents_are_as_satisfied_as_the_truth_says(home: Home, truth: pl.DataFrame) -> None:
    answers = pl.concat(
        pl.read_csv(file).with_columns(month=pl.lit(file.parts[-2]))
        for file in sorted(home.inbox.glob("*/*/ratings.csv"))
    )
    satisfied = (pl.col("DiemDanhGia") >= 4).mean()
    respondents = answers.group_by("month", "MaPhieu", unit_code="DonViXuLy").agg(share=satisfied)
    found = respondents.group_by("month", "unit_code").agg(
        pl.col("share").mean(), error=pl.col("share").std() / pl.len().sqrt(), n=pl.len()
    )
    found = truth.join(found, on=["month", "unit_code"]).with_columns(
        true=pl.col("satisfied_probability_of_respondents")
    )
    assert mean_square_of_z(found) == pytest.approx(1, abs=4 * sqrt(2 / 64))
    expected = pl.col("response_probability") * pl.col("could_rate")
    z = (pl.col("n") - expected) / (expected * (1 - pl.col("response_probability"))).sqrt()
    assert found.select((z**2).mean()).item() == pytest.approx(1, abs=4 * sqrt(2 / 64))


def test_those_who_answer_are_less_satisfied_than_all_applicants(truth: pl.DataFrame) -> None:
    of_respondents = truth["satisfied_probability_of_respondents"]
    assert (of_respondents <= truth["satisfied_probability"]).all()
    # Equal only where nobody was served late.
    assert (of_respondents < truth["satisfied_probability"]).mean() > 0.9  # type: ignore[operator]


def test_agencies_differ_and_most_are_mostly_on_time(truth: pl.DataFrame) -> None:
    by_unit = truth.group_by("unit_code").agg(pl.col("on_time_probability").mean())
    spread = by_unit["on_time_probability"].sort()
    assert spread[0] + 0.05 < spread[-1] <= 1
    assert spread[len(spread) // 2] > 0.7


def test_petitions_are_handled_as_the_truth_says(home: Home, truth: pl.DataFrame) -> None:
    files = sorted(home.inbox.glob("*/*/petitions.csv"), key=lambda path: path.parts[-2])
    rows = pl.concat(pl.read_csv(file, infer_schema=False) for file in files)
    lives = rows.unique("MaPAKN", keep="last", maintain_order=True).with_columns(
        pl.col("NgayTiepNhan", "HanXuLy", "NgayXuLy").str.to_datetime("%Y%m%d%H%M%S")
    )
    judged = lives.filter(
        month_of("NgayTiepNhan").is_in(JUDGED),
        pl.col("HanXuLy").is_not_null(),
        pl.col("TrangThai") != "4",
    )
    on_time = (pl.col("NgayXuLy") <= pl.col("HanXuLy")).fill_null(value=False)
    units = truth.unique("unit_code").select("unit_code", pl.col("^petition_.*$"))
    assert units.height == 2 * 8
    for share, of_these, true in (
        (on_time, judged, "petition_on_time_probability"),
        (pl.col("HaiLong") == "1", lives.drop_nulls("HaiLong"), "petition_satisfied_probability"),
    ):
        found = (
            of_these.group_by(unit_code="DonViXuLy")
            .agg(n=pl.len(), share=share.mean())
            .join(units, on="unit_code")
            .with_columns(true=pl.col(true))
            .with_columns(error=(pl.col("true") * (1 - pl.col("true")) / pl.col("n")).sqrt())
        )
        assert found.height == 2 * 8
        assert mean_square_of_z(found) == pytest.approx(1, abs=4 * sqrt(2 / 16))
        # All units together leave no room for a share that is beside the truth throughout.
        expected = found.select((pl.col("true") * pl.col("n")).sum()).item()
        variance = found.select((pl.col("error") * pl.col("n")).pow(2).sum()).item()
        happened = found.select((pl.col("share") * pl.col("n")).sum()).item()
        assert abs(happened - expected) < 3 * sqrt(variance)
