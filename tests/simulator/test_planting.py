"""Patterns planted in simulated exports: off unless asked for, in some units, at a known rate."""

import json
from pathlib import Path

import polars as pl
import pytest

from pipeline.home import Home
from pipeline.simulator import Parameters, read_parameters, simulate
from pipeline.simulator.planting import PLANTED
from pipeline.tables import PUBLISHED_FINDINGS

RATE = 0.3
USUAL = {
    "months": ("2026-04", "2026-05"),
    "dossiers_total": 16_000,
    "seed": 5,
    "senders": 1,
    "departments": 0,
    "communes": 16,
    "faults_share": 0.0,
    "has_petitions": False,
}
SUPPLEMENTS = ("NgayYeuCauBoSung", "NgayTiepNhanBoSung", "SoLanYeuCauBoSung")


def fill(folder: Path, **more: object) -> Home:
    folder.mkdir(exist_ok=True)
    home = Home.at(folder)
    simulate(home, Parameters(**USUAL | more))  # type: ignore[arg-type]
    return home


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return fill(tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return fill(tmp_path_factory.mktemp("planted"), planted_rate=RATE)


def unit_with(home: Home, finding: str) -> str:
    units = pl.read_csv(home.truth / "planted.csv").filter(finding=finding)["unit_code"]
    return str(units.item())


def sent(home: Home, kind: str = "dossiers", month: str = "2026-05") -> pl.DataFrame:
    (file,) = home.inbox.glob(f"*/{month}/{kind}.csv")
    return pl.read_csv(file, infer_schema_length=None)


def share(rows: pl.DataFrame, is_case: pl.Expr) -> float:
    return float(rows.select(is_case.fill_null(value=False).mean()).item())


def test_a_finding_that_is_planted_is_published() -> None:
    assert set(PLANTED) <= set(PUBLISHED_FINDINGS)


def test_nothing_is_planted_and_nothing_is_said_of_it_unless_it_is_asked_for(plain: Home) -> None:
    assert not (plain.truth / "planted.csv").exists()
    told = json.loads(plain.simulation.read_text(encoding="utf-8"))["parameters"]
    assert "planted_rate" not in told
    assert not set(SUPPLEMENTS) & set(sent(plain).columns)
    assert read_parameters(plain) == Parameters(**USUAL)  # type: ignore[arg-type]


def test_the_rate_is_among_the_parameters(planted: Home) -> None:
    parameters = read_parameters(planted)
    assert parameters is not None
    assert parameters.planted_rate == RATE


@pytest.mark.parametrize("rate", [-0.1, 1.1])
def test_a_rate_is_a_share(rate: float) -> None:
    with pytest.raises(ValueError, match="planted_rate is a share"):
        Parameters(**USUAL | {"planted_rate": rate})  # type: ignore[arg-type]


def test_honest_units_send_the_same_rows_and_their_supplements(plain: Home, planted: Home) -> None:
    units = set(pl.read_csv(planted.truth / "planted.csv")["unit_code"])
    is_honest = ~pl.col("DonViXuLy").is_in(list(units))
    before, after = (sent(home).filter(is_honest) for home in (plain, planted))
    assert before["DonViXuLy"].n_unique() == 16 - len(PLANTED)
    assert after.drop(SUPPLEMENTS).equals(before)
    # A tenth of those received more than a day ago, and not ended in it.
    assert 0.03 < share(after, pl.col("SoLanYeuCauBoSung") > 0) < 0.12


def test_each_finding_has_a_unit_of_its_own(planted: Home) -> None:
    chosen = pl.read_csv(planted.truth / "planted.csv")
    assert set(chosen["finding"]) == set(PLANTED)
    assert chosen["unit_code"].n_unique() == chosen.height


IS_ENDED = pl.col("TrangThaiHoSo").is_in([9, 10])
RECEIVED, ENDED = pl.col("NgayTiepNhan"), pl.col("NgayKetThucXuLy")
IS_NEW = RECEIVED >= 20260501000000
CODE_DAY = "20" + pl.col("MaHoSo").str.extract(r"-(\d{6})-")


@pytest.mark.parametrize(
    ("finding", "among", "is_case"),
    [
        ("ended_at_receipt", IS_ENDED & IS_NEW, ENDED == RECEIVED),
        ("ended_before_received", IS_ENDED & IS_NEW, ENDED < RECEIVED),
        ("code_of_another_day", IS_NEW, RECEIVED.cast(pl.String).str.head(8) != CODE_DAY),
        ("code_of_abolished_body", IS_NEW, pl.col("MaHoSo").str.starts_with("H03.99-")),
        (
            "paused_before_due",
            IS_NEW & (pl.col("NgayHenTraDau") < 20260531000000),
            pl.col("NgayYeuCauBoSung") > RECEIVED + 20_000,
        ),
    ],
)
def test_a_row_has_a_pattern_at_the_rate(
    planted: Home, finding: str, among: pl.Expr, is_case: pl.Expr
) -> None:
    own = sent(planted).filter(pl.col("DonViXuLy") == unit_with(planted, finding))
    # Some hundred rows: four standard errors of a share of 0.3 among 250 are 0.12.
    assert share(own.filter(among), is_case) == pytest.approx(RATE, abs=0.12)


def test_one_respondent_rates_a_share_of_the_dossiers_of_a_unit(planted: Home) -> None:
    unit = unit_with(planted, "rated_by_one_person")
    own = sent(planted, "ratings").filter(DonViXuLy=unit)
    by_dossier = own.group_by("MaHoSo").agg(pl.col("MaPhieu").unique()).explode("MaPhieu")
    assert by_dossier.height == own["MaHoSo"].n_unique()
    is_of_one = pl.col("MaPhieu") == f"P-{unit}"
    # Some hundred respondents: three standard errors of a share of 0.3 among 100 are 0.14.
    assert share(by_dossier, is_of_one) == pytest.approx(RATE, abs=0.14)


def test_what_is_left_out_is_left_out_in_every_month(plain: Home, planted: Home) -> None:
    unit = unit_with(planted, "number_missing")
    for month in USUAL["months"]:  # type: ignore[attr-defined]
        before, after = (
            sent(home, month=month).filter(DonViXuLy=unit)["MaHoSo"] for home in (plain, planted)
        )
        assert set(after) < set(before)
        assert len(after) / len(before) == pytest.approx(1 - RATE, abs=0.12)


def test_the_same_seed_plants_the_same(planted: Home, tmp_path: Path) -> None:
    again = fill(tmp_path / "again", planted_rate=RATE)
    assert sent(again).equals(sent(planted))
    assert (again.truth / "planted.csv").read_bytes() == (
        planted.truth / "planted.csv"
    ).read_bytes()
