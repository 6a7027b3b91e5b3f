"""Filling a home: the same bytes from the same seed, counted faults, real exports left alone."""

import hashlib
import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipeline import agencies, months
from pipeline.home import Home
from pipeline.simulator import (
    TRUTH,
    Parameters,
    SimulationError,
    Truth,
    simulate,
    simulation,
    units,
)

SMALL = Parameters(("2026-01", "2026-02"), dossiers_total=900, seed=5, senders=3, faults_share=0.02)


def fill_home(folder: Path, parameters: Parameters = SMALL) -> Home:
    folder.mkdir(exist_ok=True)
    home = Home.at(folder)
    simulate(home, parameters)
    return home


def digests(home: Home) -> dict[str, str]:
    return {
        str(path.relative_to(home.root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(home.root.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes_and_another_one_others(tmp_path: Path) -> None:
    first, again = fill_home(tmp_path / "a"), fill_home(tmp_path / "b")
    assert digests(first) == digests(again)
    other = fill_home(tmp_path / "c", Parameters(**{**vars(SMALL), "seed": 6}))
    inbox = [name for name in digests(first) if name.startswith("inbox")]
    assert all(digests(first)[name] != digests(other)[name] for name in inbox)


def test_dossiers_and_ratings_are_the_same_whether_petitions_are_sent_or_not(
    tmp_path: Path,
) -> None:
    with_petitions = fill_home(tmp_path / "a")
    without = fill_home(tmp_path / "b", Parameters(**{**vars(SMALL), "has_petitions": False}))
    sent, others = digests(with_petitions), digests(without)
    inbox = {name for name in others if name.startswith("inbox")}
    assert {name: sent[name] for name in inbox} == {name: others[name] for name in inbox}
    assert {Path(name).name for name in inbox} == {"dossiers.csv", "ratings.csv"}
    truth = Truth.read(without.root / "truth").units
    shown = pl.exclude("petition_on_time_probability", "petition_satisfied_probability")
    assert truth.select(shown).equals(Truth.read(with_petitions.root / "truth").units.select(shown))
    assert truth["petition_on_time_probability"].null_count() == truth.height


def test_the_order_in_which_senders_are_written_does_not_matter(tmp_path: Path) -> None:
    home = fill_home(tmp_path / "a")
    before = digests(home)
    register = agencies.load(None)
    codes = units.choose_senders(register, "2026-01", 3)
    totals = simulation._apportion(900, units.sender_shares(3, SMALL.largest_share))
    world = simulation._build_world(SMALL)
    for sender, total in reversed(list(zip(codes, totals, strict=True))):
        simulation._simulate_sender(home, world, sender, total)
    assert digests(home) == before


def test_every_row_at_fault_is_counted(tmp_path: Path) -> None:
    clean = fill_home(tmp_path / "clean", Parameters(**{**vars(SMALL), "faults_share": 0}))
    home = fill_home(tmp_path / "faulty")
    faults = pl.read_csv(home.root / "truth" / "faults.csv")
    assert pl.read_csv(clean.root / "truth" / "faults.csv").is_empty()

    def text(kind: str) -> pl.DataFrame:
        files = sorted(home.inbox.glob(f"*/*/{kind}.csv"))
        return pl.concat(
            pl.read_csv(f, infer_schema=False).with_columns(f=pl.lit(str(f))) for f in files
        )

    def count(kind: str, fault: str) -> int:
        return int(faults.filter(kind=kind, fault=fault)["rows"].sum())

    dossiers, ratings, petitions = text("dossiers"), text("ratings"), text("petitions")
    # Text sorts after digits, so an unreadable receipt would seem later than any date.
    readable = dossiers.filter(pl.col("NgayTiepNhan") != "không rõ")
    received = pl.col("NgayTiepNhan")
    found = {
        "unknown_status": dossiers.filter(TrangThaiHoSo="99").height,
        "text_for_a_date": dossiers.height - readable.height,
        "end_before_receipt": readable.filter(pl.col("NgayKetThucXuLy") < received).height,
        "due_before_receipt": readable.filter(pl.col("NgayHenTra") < received).height,
        "duplicate_row": dossiers.height - dossiers.unique().height,
    }
    assert found == {fault: count("dossiers", fault) for fault in found}
    assert ratings.filter(DiemDanhGia="9").height == count("ratings", "unknown_rating")
    assert ratings.height - ratings.unique().height == count("ratings", "duplicate_row")
    assert petitions.filter(TrangThai="99").height == count("petitions", "unknown_status")
    unreadable = petitions.filter(pl.col("NgayTiepNhan") == "không rõ")
    assert unreadable.height == count("petitions", "text_for_a_date")
    assert petitions.height - petitions.unique().height == count("petitions", "duplicate_row")
    share = faults["rows"].sum() / (dossiers.height + ratings.height + petitions.height)
    assert 0.01 < share < 0.03


def test_the_parameters_are_written_with_a_notice_before_any_export(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    was_announced = []

    def watch(sender: str, done: int, total: int) -> None:
        was_announced.append(home.is_simulated)

    simulate(home, SMALL, watch)
    assert was_announced == [True] * 3
    written = json.loads(home.simulation.read_text(encoding="utf-8"))
    assert "simulated" in written["notice"]
    assert written["parameters"]["seed"] == 5
    assert sorted(written["files"]) == sorted(
        str(path.relative_to(home.root)) for path in home.inbox.rglob("*.csv")
    )


def test_an_earlier_simulation_is_replaced_whole(tmp_path: Path) -> None:
    fill_home(tmp_path / "a")
    shorter = Parameters(("2026-03",), dossiers_total=100, seed=1, senders=1, has_ratings=False)
    again = fill_home(tmp_path / "a", shorter)
    assert digests(again) == digests(fill_home(tmp_path / "b", shorter))
    assert [path.name for path in again.inbox.glob("*/*")] == ["2026-03"]


def test_exports_that_were_not_simulated_are_left_alone(tmp_path: Path) -> None:
    real = tmp_path / "inbox" / "H26" / "2026-01" / "dossiers.csv"
    real.parent.mkdir(parents=True)
    real.write_text("real", encoding="utf-8")
    with pytest.raises(SimulationError, match="another --home"):
        fill_home(tmp_path)
    assert real.read_text(encoding="utf-8") == "real"
    assert not Home.at(tmp_path).is_simulated


def test_an_export_added_to_a_simulated_home_is_left_alone(tmp_path: Path) -> None:
    home = fill_home(tmp_path)
    added = home.inbox / "H26" / "2026-03" / "dossiers.csv"
    added.parent.mkdir()
    added.write_text("real", encoding="utf-8")
    before = digests(home)
    with pytest.raises(SimulationError, match=r"2026-03/dossiers\.csv"):
        simulate(home, SMALL)
    assert digests(home) == before


@pytest.mark.parametrize("name", ["agencies.csv", "archive/file"])
def test_a_register_or_an_archive_of_a_real_home_is_left_alone(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("real", encoding="utf-8")
    with pytest.raises(SimulationError, match="no simulation made it"):
        fill_home(tmp_path)


def test_the_truth_has_a_row_for_every_unit_and_month(tmp_path: Path) -> None:
    home = fill_home(tmp_path)
    truth = Truth.read(home.root / "truth").units
    assert truth.schema == TRUTH.schema
    assert truth.select("month", "unit_code").n_unique() == truth.height == 2 * 3 * 8


def test_a_home_without_dossiers_has_exports_with_a_header(tmp_path: Path) -> None:
    home = fill_home(tmp_path, Parameters(("2026-01",), dossiers_total=0, seed=1, senders=2))
    for path in home.inbox.rglob("*.csv"):
        assert pl.read_csv(path).is_empty()
    assert Truth.read(home.root / "truth").units["on_time_probability"].null_count() == 2 * 8


def test_the_largest_sender_has_its_share_and_the_others_fall_off() -> None:
    shares = units.sender_shares(34, 0.15)
    assert shares[0] == pytest.approx(0.15)
    assert shares.sum() == pytest.approx(1)
    assert (np.diff(shares) < 0).all()
    assert sum(simulation._apportion(100_003, shares)) == 100_003
    assert units.sender_shares(1, 0.15).tolist() == [1.0]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"months": ()}, "follow each other"),
        ({"months": ("2026-01", "2026-03")}, "follow each other"),
        ({"departments": 11}, "choose 0 to 10"),
        ({"departments": 0, "communes": 0}, "1 to 127 units"),
        ({"dossiers_total": -1}, "cannot be negative"),
        ({"seed": -1}, "cannot be negative"),
        ({"burn_in_months": 126}, "at most 127 months"),
        ({"faults_share": 1.0}, "from 0 to 1"),
    ],
)
def test_parameters_that_make_no_sense_are_refused(changes: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Parameters(**{**vars(SMALL), **changes})


def test_there_are_no_more_senders_than_provinces(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="choose 1 to 34"):
        fill_home(tmp_path, Parameters(("2026-01",), 10, 1, senders=35))
    assert not Home.at(tmp_path).is_simulated
    assert len(units.choose_senders(agencies.load(None), "2025-06", 63)) == 63
    assert months.span("2026-01", "2026-02") == list(SMALL.months)


def test_units_of_a_province_that_was_absorbed_end_with_it(tmp_path: Path) -> None:
    path = tmp_path / "agencies.csv"
    units.register_rows(agencies.load(None), "2025-06", ["H02", "H05"], 1, 0).write_csv(path)
    register = agencies.load(path)
    below = {month: register.below("H02", month) for month in ("2025-06", "2025-07")}
    assert below == {"2025-06": {"H02", "H02.01"}, "2025-07": frozenset()}
    assert register.below("H05", "2025-07") == {"H05", "H05.01"}
