"""What the chain of editions keeps of a publication, so that it can be computed anew.

Here belongs saying what an edition was made from beside its manifest: the lines of the register of
deliveries, the own files of the home, the program. Not here: the chain (pipeline.editions),
computing an edition anew (assets.verify).
"""

import platform
from importlib.metadata import version
from typing import Any

import polars as pl

from assets.month import sources
from assets.month.environment import configured_time_zone
from assets.month.inputs import MonthInputs
from assets.month.installation import Installation
from pipeline import kept_settings


def describe_program() -> dict[str, str]:
    """The program and the libraries that make an edition; `source` is a digest of all of them."""
    return {
        "reform-index": version("reform-index"),
        "polars": pl.__version__,
        "python": platform.python_version(),
        "source": sources.digest_for_bulletin(),
    }


def describe(inputs: MonthInputs) -> dict[str, Any]:
    """What an edition of the month is made from now; keeps the own files in the archive.

    For a run that holds the home's lock.
    """
    installation = inputs.installation
    lines, digest = installation.archive.describe_register()
    made_with: dict[str, Any] = {
        "deliveries": {"lines": lines, "sha256": digest},
        "program": describe_program(),
    }
    content = kept_settings.collect(installation.home, configured_time_zone())
    fresh = Installation(installation.home, installation.warehouse_url)
    # Who edits a file while a run goes on has the edition computed from what it was before.
    if _digest_settings(fresh) == _digest_settings(installation):
        made_with["settings_sha256"] = kept_settings.keep(installation.home.archive, content)
    return made_with


def _digest_settings(installation: Installation) -> list[object]:
    return [
        installation.register.digest,
        installation.profiles.digest,
        installation.declarations.digest,
        installation.methods.digest,
        installation.delivery_settings,
        installation.calendar.years,
        installation.home.is_simulated,
    ]
