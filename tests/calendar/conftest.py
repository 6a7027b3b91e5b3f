from pathlib import Path

import pytest

SHARED = Path(__file__).parents[3] / "shared" / "oracles"


@pytest.fixture(scope="session")
def oracles() -> Path:
    if not SHARED.is_dir():
        pytest.skip(f"the published results are not on this machine: no {SHARED}")
    return SHARED
