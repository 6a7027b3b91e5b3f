"""Own registers written by hand, and the reference tables where they are on the machine."""

from pathlib import Path
from typing import Protocol

import pytest

from pipeline import agencies
from pipeline.agencies import Register

HEADER = "code,name_vi,kind,parent_code,valid_from,valid_to,successor_code"
REFERENCE = Path(__file__).parents[3] / "shared" / "reference"


class RegisterOf(Protocol):
    """Loads an own register of rows `code,parent_code,valid_from,valid_to,successor_code`."""

    def __call__(self, *rows: str) -> Register: ...


@pytest.fixture
def register_of(tmp_path: Path) -> RegisterOf:
    def load(*rows: str) -> Register:
        lines = [HEADER]
        for row in rows:
            code, *rest = row.split(",")
            lines.append(",".join([code, f"Cơ quan {code}", "other", *rest]))
        path = tmp_path / "agencies.csv"
        path.write_text("\n".join([*lines, ""]), encoding="utf-8")
        return agencies.load(path)

    return load


@pytest.fixture(scope="session")
def reference() -> Path:
    if not REFERENCE.is_dir():
        pytest.skip(f"the reference tables are not on this machine: no {REFERENCE}")
    return REFERENCE
