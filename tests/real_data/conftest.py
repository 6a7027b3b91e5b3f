import shutil
from pathlib import Path

import polars as pl
import pytest

PROJECT = Path(__file__).parents[2]
SHARED = PROJECT.parent / "shared" / "data"
EXAMPLES = PROJECT / "docs" / "examples"


def largest_difference(found: pl.Series, expected: pl.Series) -> float:
    """Between two numbers of one row, where both are there."""
    return float(str((found - expected).abs().max()))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    if not SHARED.is_dir():
        pytest.skip(f"the real data are not on this machine: no {SHARED}")
    return SHARED


@pytest.fixture(scope="session")
def boston_home(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home set up as the first example of the page of use says, with the six real exports."""
    home = tmp_path_factory.mktemp("boston")
    (home / "profiles").mkdir()
    shutil.copy(EXAMPLES / "boston" / "boston.toml", home / "profiles")
    shutil.copy(EXAMPLES / "boston" / "agencies.csv", home)
    for export in sorted((shared_data / "boston311" / "exports").glob("*.csv.gz")):
        month = home / "inbox" / "BOS" / export.name.removesuffix(".csv.gz")
        month.mkdir(parents=True)
        shutil.copy(export, month / "dossiers.csv.gz")
    return home
