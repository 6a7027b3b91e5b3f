"""The installation whose numbers are explained."""

from pathlib import Path

import pytest

from assets.month.installation import Installation


@pytest.fixture(scope="module")
def installation(small_home_template: Path) -> Installation:
    """A small home with published months."""
    return Installation.at(small_home_template)
