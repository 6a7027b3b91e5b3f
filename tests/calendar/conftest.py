"""Calendars of holidays, and published results where they are on the machine."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipeline.calendar import DAYS

SHARED = Path(__file__).parents[3] / "shared" / "oracles"


def holidays(*days: date) -> pl.DataFrame:
    """The days of a calendar that lists these holidays."""
    return pl.DataFrame([(day, "holiday", None) for day in days], DAYS, orient="row")


@pytest.fixture(scope="session")
def oracles() -> Path:
    if not SHARED.is_dir():
        pytest.skip(f"the published results are not on this machine: no {SHARED}")
    return SHARED
