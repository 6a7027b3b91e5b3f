"""Targets: what a government document asks of an indicator, by which year.

Here belongs reading targets.toml. Not here: how a target is drawn (parts_chart).
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from pipeline.methods import Indicator


@dataclass(frozen=True)
class Target:
    """At least this value by the end of a year, in the unit of the indicator it was asked for."""

    year: int
    at_least: float
    document_vi: str
    document_en: str
    confidence: str


def find_targets(indicator: Indicator) -> tuple[Target, ...]:
    """The targets of an indicator of shares or points, the earliest first; none for most."""
    scale = {"share": 1.0, "points": 100.0}.get(indicator.unit)
    if scale is None:
        return ()
    found = [
        Target(
            year=each["year"],
            at_least=round(scale * each["at_least"], 6),
            document_vi=each["document_vi"],
            document_en=each["document_en"],
            confidence=each["confidence"],
        )
        for each in _load()
        if indicator.name in each["indicators"]
    ]
    return tuple(sorted(found, key=lambda target: target.year))


@cache
def _load() -> list[dict[str, Any]]:
    text = (resources.files("reports") / "targets.toml").read_text(encoding="utf-8")
    return list(tomllib.loads(text)["targets"])
