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
from pipeline.archive.deliveries import digest_beginnings, list_lines
from pipeline.editions import Link, ReadChain


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
    """What to say where the register of deliveries is not the one that editions were made from.

    All editions are compared only where the register is not as the newest edition knew it.
    """
    place = installation.home.archive / "deliveries.jsonl"
    content = place.read_bytes() if place.exists() else b""
    register, noted = list_lines(content), _list_noted(installation.editions.read_chain())
    changed, _ = _compare_lines(register, noted[-1:], str(place))
    return _compare_lines(register, noted, str(place))[0] if changed else []


def find_changed_lines(
    register: Sequence[bytes], chain: ReadChain, place: str
) -> tuple[list[str], int]:
    """As `find_changed_register`, of these lines; and how many lines are as editions knew them.

    All editions are compared: the newest may have been made from lines that were changed.
    """
    return _compare_lines(register, _list_noted(chain), place)


_Noted = tuple[Link, int, str]
"""An edition, how many lines the register had when it was made, and their SHA-256."""


def _list_noted(chain: ReadChain) -> list[_Noted]:
    return [
        (link, int(link.made_with["deliveries"]["lines"]), link.made_with["deliveries"]["sha256"])
        for link in chain.links
        if "deliveries" in link.made_with and not link.is_damaged
    ]


def _compare_lines(
    register: Sequence[bytes], noted: Sequence[_Noted], place: str
) -> tuple[list[str], int]:
    digests = digest_beginnings(register, {lines for _, lines, _ in noted})
    same = 0
    for link, lines, digest in noted:
        if digests.get(lines) != digest:
            first = same + 1 if same < lines else 1
            return [
                f"lines {first} to {lines} of {place} are not those from which edition "
                f"{link.number} of {link.month} was made: one was changed, moved, added or taken "
                "out. Restore the file from a backup"
            ], same
        same = max(same, lines)
    return [], same


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
