"""The peer of `make bench` does the same work: its cells are ours, also where findings are."""

import csv
from pathlib import Path

import pytest

from assets.month.installation import Installation
from bench import steps
from pipeline import simulator
from pipeline.home import Home
from pipeline.simulator import Parameters

pytestmark = pytest.mark.slow


def _plant(path: Path) -> None:
    """Rows that show each pattern which an export of the national layout can show."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    received = [row for row in rows if row["NgayTiepNhan"].startswith("202608")]
    ended = [row for row in received if row["TrangThaiHoSo"] in {"9", "10"}]
    for row in ended[:6]:
        row["NgayKetThucXuLy"] = row["NgayTiepNhan"]
    for place, row in enumerate(ended[10:40]):
        row["DonViXuLy"] = ended[10]["DonViXuLy"]
        row["NgayKetThucXuLy"] = f"202608311659{place % 5:02}"
    for row in ended[50:53]:
        row["NgayKetThucXuLy"] = "20260830101112"  # a Sunday
    for place, row in enumerate(received[60:64]):
        body, _, _ = row["MaHoSo"].rsplit("-", 2)
        row["MaHoSo"] = f"{body}-260102-{9000 + place}"
    for place, row in enumerate(received[70:73]):
        row["MaHoSo"] = f"{row['DonViXuLy']}-260815-{9990 + place}"
    received[80]["MaHoSo"] = f"{received[80]['DonViXuLy']}-260815-12345"
    received[81]["MaHoSo"] = "no code of the nation"
    received[82]["MaHoSo"] = "-261302-0001"
    received[83]["NgayKetThucXuLy"] = "20260101000000"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def test_the_peer_counts_the_same_cells_and_finds_what_was_planted(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    simulator.simulate(
        home,
        Parameters(
            (steps.MONTH,), 20_000, 1, faults_share=0, has_ratings=False, has_petitions=False
        ),
    )
    _plant(home.inbox / "H27" / steps.MONTH / "dossiers.csv")

    ours, theirs = steps.tallies_with_rules(home), steps.duckdb_same_work(home)

    assert theirs == ours
    assert steps.find_other_cells(home) == []
    cells = steps.scan_cells(Installation(home)).patterns.collect()
    found = set(cells.filter(cells["cases"] > 0)["finding"])
    assert found >= {
        "code_of_another_day",
        "ended_at_one_time",
        "ended_at_receipt",
        "ended_before_received",
        "ended_in_one_minute",
        "ended_on_day_off",
        "number_missing",
    }
