"""What the chain of editions keeps of a publication, so that it can be computed anew.

Here belongs saying what an edition was made from beside its manifest: the lines of the register of
deliveries, the own files of the home, the program. Not here: the chain (pipeline.editions),
computing an edition anew (assets.verify).
"""

import platform
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import polars as pl

from assets.month import sources
from assets.month.environment import configured_time_zone
from assets.month.inputs import MonthInputs
from assets.month.installation import Installation
from pipeline import kept_settings
from pipeline.archive.deliveries import digest_lines, list_lines
from pipeline.editions import ReadChain


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


def find_changed_register(installation: Installation) -> list[str]:
    """What to say where the register of deliveries is not the one that editions were made from."""
    place = installation.home.archive / "deliveries.jsonl"
    content = place.read_bytes() if place.exists() else b""
    chain = installation.editions.read_chain()
    return find_changed_lines(list_lines(content), chain, str(place))[0]


def find_changed_lines(
    register: Sequence[bytes], chain: ReadChain, place: str
) -> tuple[list[str], int]:
    """As `find_changed_register`, of these lines; and how many lines are as editions knew them.

    Only the newest edition is compared where all is well.
    """
    noted = [
        (link, int(link.made_with["deliveries"]["lines"]), link.made_with["deliveries"]["sha256"])
        for link in chain.links
        if "deliveries" in link.made_with and not link.is_damaged
    ]
    if not noted or _has_lines(register, *noted[-1][1:]):
        return [], noted[-1][1] if noted else 0
    same = 0
    for link, lines, digest in noted:
        if not _has_lines(register, lines, digest):
            return [
                f"lines {same + 1} to {lines} of {place} are not those from which edition "
                f"{link.number} of {link.month} was made: one was changed, moved, added or taken "
                "out. Restore the file from a backup"
            ], same
        same = max(same, lines)
    return [], same


def _has_lines(register: Sequence[bytes], lines: int, digest: str) -> bool:
    return len(register) >= lines and digest_lines(register[:lines]) == digest


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
