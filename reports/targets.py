"""Targets: what a government document asks of an indicator, by which year.

Here belongs reading targets.toml. Not here: how a target is drawn (parts_chart,
control_charts).
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

from pipeline.methods import Indicator

Verdict = Literal["met", "missed", "unsure"]


@dataclass(frozen=True)
class Target:
    """At least this value by the end of a year, in the unit of the indicator it was asked for."""

    year: int
    at_least: float
    document_vi: str
    document_en: str
    confidence: str

    def judge(self, lower: float | None, upper: float | None) -> Verdict:
        """Whether all of the limits reach it (`met`), none does (`missed`), or neither is shown
        (`unsure`), as where the limit that would show it is not known.
        """
        if lower is not None and lower >= self.at_least:
            return "met"
        return "missed" if upper is not None and upper < self.at_least else "unsure"


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


def find_in_force(targets: Sequence[Target], month: str) -> Target | None:
    """The target that a month is held against: the last one whose year has begun, else the first
    one to come. None without targets.
    """
    begun = [target for target in targets if target.year <= int(month[:4])]
    return begun[-1] if begun else next(iter(targets), None)


@cache
def _load() -> list[dict[str, Any]]:
    text = (resources.files("reports") / "targets.toml").read_text(encoding="utf-8")
    return list(tomllib.loads(text)["targets"])
