"""Agencies whose exports are written by hand, month by month, and counted by the real pipeline."""

import csv
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

import polars as pl
import pytest

from assets.month import deliveries, receive, results
from assets.month.inputs import MonthInputs, read_inputs
from assets.month.installation import Installation
from pipeline.home import Home

COLUMNS = {
    "code": "MaHoSo",
    "procedure": "MaTTHC",
    "unit": "DonViXuLy",
    "status": "TrangThaiHoSo",
    "received": "NgayTiepNhan",
    "due": "NgayHenTra",
    "first_due": "NgayHenTraDau",
    "ended": "NgayKetThucXuLy",
}
Row = dict[str, str | int | None]
"""What an export shows of a dossier, by the names of COLUMNS; what is not named is usual."""
MOMENTS = ("received", "due", "first_due", "ended")
IN_PROGRESS, NOT_RECEIVED, SUPPLEMENT, WITHDRAWN, FINISHED = 4, 3, 5, 7, 9
AGENCIES = """code,name_vi,kind,parent_code
A1,Cơ quan thứ nhất,pilot,
A2,Cơ quan thứ hai,pilot,
A1.1,Phòng Một cửa,pilot_unit,A1
A1.2,Phòng Đất đai,pilot_unit,A1
"""


def stamp(moment: str | int | None) -> str:
    """`2026-05-10T17` as the layout writes it; a day alone is its first instant."""
    return re.sub(r"\D", "", str(moment)).ljust(14, "0") if moment else ""


class Agencies:
    """A home with two agencies: what they send, and what the pipeline makes of it."""

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True)
        (root / "agencies.csv").write_text(AGENCIES, encoding="utf-8")
        self.root = root

    @property
    def installation(self) -> Installation:
        return Installation(Home.at(self.root))

    def file(self, month: str, sender: str = "A1", name: str = "dossiers.csv") -> Path:
        return self.root / "inbox" / sender / month / name

    def send(self, month: str, *rows: Row, sender: str = "A1", name: str = "dossiers.csv") -> None:
        """Puts an export into the inbox; one that is there is replaced."""
        path = self.file(month, sender, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS.values(), lineterminator="\n")
            writer.writeheader()
            for row in rows:
                usual: Row = {"code": "d", "procedure": "", "unit": sender, "status": 4}
                given = usual | row
                given |= {name: stamp(given.get(name)) for name in MOMENTS}
                writer.writerow({COLUMNS[name]: value for name, value in given.items()})

    def run(self, month: str) -> list[str]:
        """Brings all up to the month up to date; the keys of the tallies that were counted."""
        inputs = receive.receive_exports(self.installation, month)
        deliveries.record_pending(inputs)
        counted = deliveries.tally_pending(inputs).recomputed
        deliveries.merge_pending(inputs)
        deliveries.forget_superseded(inputs)
        return counted

    def inputs(self, month: str) -> MonthInputs:
        """The inputs of a month as it was run last."""
        return read_inputs(self.installation, month)

    def cells(self, month: str, table: str = "outcomes") -> pl.DataFrame:
        """The month's own cells of a table of counts."""
        plan = self.inputs(month).plan
        found: pl.LazyFrame = getattr(deliveries.scan_tallies(self.installation, [plan]), table)
        return found.collect()

    def judged(self, *months: str) -> list[tuple[str, str, str, str]]:
        """Month, outcome, verdict and due month of every judged dossier, over months."""
        found = pl.concat(self.cells(month) for month in months).filter(
            pl.col("verdict").is_not_null()
        )
        columns = ("month", "outcome", "verdict", "due_month")
        rows = found.select(*columns, times="dossiers").rows()
        return sorted(row[:-1] for row in rows for _ in range(row[-1]))

    def outcomes(self, month: str) -> list[tuple[str | None, str]]:
        """Intake and outcome of every dossier of a month, those of `quiet` apart."""
        quiet = "finished_without_due"
        cells = self.cells(month).filter(pl.col("outcome") != quiet)
        rows = cells.select("intake", "outcome", "dossiers").rows()
        return sorted(
            ((intake, outcome) for intake, outcome, times in rows for _ in range(times)), key=str
        )

    def findings(self, *months: str) -> list[tuple[str, str, int]]:
        """Month, finding and how many dossiers, over months."""
        found = pl.concat(self.cells(month, "findings") for month in months)
        return sorted(found.select("month", "finding", "dossiers").rows())

    def indices(self, month: str, unit: str = "A1") -> dict[str, tuple[float, float]]:
        """Numerator and denominator of each on-time rate of a unit."""
        indices = results.indices_of_month(self.inputs(month))
        rates = indices.filter(pl.col("unit_code") == unit).select(
            "indicator", "numerator", "denominator"
        )
        return {name: (above, below) for name, above, below in rates.iter_rows()}

    def due(self, months: Iterable[str], unit: str = "A1") -> list[tuple[float, float]]:
        """Of each month: on time, and all, of the dossiers due."""
        return [self.indices(month, unit)["due_on_time"] for month in months]


def quiet(month: str) -> Row:
    """A dossier that keeps an export from being empty, and counts in no on-time rate."""
    day = f"{month}-02"
    return {"code": f"quiet-{month}", "status": FINISHED, "received": day, "ended": day}


@pytest.fixture
def agencies(tmp_path: Path) -> Agencies:
    return Agencies(tmp_path / "home")


class Lived(Protocol):
    """Sends the exports given, by month, each with a quiet dossier, and runs the last month."""

    def __call__(self, exports: Mapping[str, list[Row]]) -> Agencies: ...


@pytest.fixture
def lived(agencies: Agencies) -> Lived:
    def live(exports: Mapping[str, list[Row]]) -> Agencies:
        for month, rows in exports.items():
            agencies.send(month, quiet(month), *rows)
        agencies.run(max(exports))
        return agencies

    return live
