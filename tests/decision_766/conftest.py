"""Decision 766 by hand-written counts, and the national portal's own scores beside them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import polars as pl
import pytest

from pipeline import methods, tables
from pipeline.agencies import Register
from pipeline.indices import compute
from pipeline.methods import Methods
from pipeline.tallies import Tallies

ORACLE = Path(__file__).parents[3] / "shared" / "oracles" / "decision_766"
MONTH = "2026-08"

Row = dict[str, Any]
Rows = Callable[[str], list[Row]]


class Scores:
    """Computed rows of Decision 766, looked up by unit and by the number of an indicator."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame

    def row(self, unit: str, indicator: str) -> Row:
        name = f"decision_766_{indicator.replace('.', '_')}"
        return self.frame.filter(unit_code=unit, indicator=name).row(0, named=True)

    def value(self, unit: str, indicator: str) -> float | None:
        found: float | None = self.row(unit, indicator)["value"]
        return found


class ScoresOf(Protocol):
    """Computes cells of tallies, given by table; all units below `parent`, or alone without."""

    def __call__(self, parent: str = "", **cells: list[Row]) -> Scores: ...


def _tallies(**cells: list[Row]) -> Tallies:
    given = {"month": MONTH, "sender_code": "H44", "sha256": "f"}
    shapes = {**tables.TALLIES, "petitions": tables.PETITION_COUNTS}
    frames = {
        name: shape.conform(
            pl.DataFrame([given | cell for cell in cells[name]])
            if cells.get(name)
            else shape.empty()
        ).lazy()
        for name, shape in shapes.items()
    }
    return Tallies(**frames)


def _register(codes: set[str], parent: str) -> Register:
    rows = [
        {
            "code": code,
            "name_vi": f"Đơn vị {code}",
            "kind": "province" if code == parent else "commune",
            "parent_code": parent if parent and code != parent else None,
        }
        for code in sorted(codes | ({parent} if parent else set()))
    ]
    return Register(tables.AGENCIES.conform(pl.DataFrame(rows)), digest="0")


@pytest.fixture(scope="session")
def decision() -> Methods:
    """Our own index and Decision 766, as built in."""
    found = methods.load_all()
    return Methods(found.versions, tuple(m for m in found.scorecards if m.name == "decision-766"))


@pytest.fixture(scope="session")
def scores_of(decision: Methods) -> ScoresOf:
    """Computes cells of tallies, given by table; all units below `parent`, or alone without."""

    def compute_scores(parent: str = "", **cells: list[Row]) -> Scores:
        codes = {cell["unit_code"] for of_table in cells.values() for cell in of_table}
        frame = compute(_tallies(**cells), MONTH, decision, _register(codes, parent))
        return Scores(frame.filter(pl.col("method") == "decision-766"))

    return compute_scores


@pytest.fixture(scope="session")
def portal() -> Rows:
    """The rows of a file of the portal's scores; skips where it is not on this machine."""

    def read(name: str) -> list[Row]:
        if not ORACLE.exists():
            pytest.skip(f"the portal's scores are not on this machine: {ORACLE}")
        return pl.read_csv(ORACLE / name, infer_schema_length=None).to_dicts()

    return read
