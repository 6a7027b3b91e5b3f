"""What the file of a scorecard may say: indicators that earn points and add up to a total.

Decision 766, Circular 01/2018 and similar methods are data: a file names for each indicator what is
counted, the formula and its parameters. Here belong the method as a whole and the checks that
need one file only. Not here: its tables (parts), the counts and formulas themselves
(pipeline.indices.scorecards), reading files (loading), our own index (settings).
"""

from collections import Counter
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from pipeline.deadlines import DeadlineRule, Grain, SupplementRule
from pipeline.methods.parts import Boundary, Group, Keys, Name, Part, Switch, Total
from pipeline.methods.settings import Band, Indicator, Words
from pipeline.suggestions import did_you_mean


class ScoringMethod(Keys):
    """A version of a scorecard, in force from `valid_from` to `valid_to` (both included).

    In the file an indicator's `alternatives.<switch>.<choice>` has the keys that differ where that
    choice is made; with `points = 0` the indicator is then left out. Each indicator is rounded to
    `decimals`, halves up, before it is added. `minimum_respondents` is for indicators that count
    answers. Under `partial_name` the sum of the known indicators is published where the total is
    missing; without a name it is not published. `digest` is the SHA-256 of the file, `file` its
    path.
    """

    kind: Literal["points"]
    name: Words
    version: Words
    title_vi: Words
    title_en: Words
    source: Words
    valid_from: date | None = None
    valid_to: date | None = None
    deadline_grain: Grain = "instant"
    clock_rule: SupplementRule = "as_sent"
    decimals: Annotated[int, Field(ge=0, le=4)]
    minimum_respondents: Annotated[int, Field(ge=1)] = 30
    switches: tuple[Switch, ...] = ()
    boundaries: tuple[Boundary, ...] = ()
    total: Total
    partial_name: Name | None = None
    groups: tuple[Group, ...] = ()
    bands: tuple[Band, ...] = ()
    parts: Annotated[tuple[Part, ...], Field(alias="indicators", min_length=1)]
    digest: str = ""
    file: str = ""

    @model_validator(mode="before")
    @classmethod
    def _resolve_switches(cls, keys: object) -> object:
        listed = keys.get("indicators") if isinstance(keys, dict) else None
        if not isinstance(keys, dict) or not isinstance(listed, list):
            return keys
        switches = {
            str(switch.get("name")): switch
            for switch in keys.get("switches", [])
            if isinstance(switch, dict)
        }
        chosen = [
            _apply_switches(part, switches) if isinstance(part, dict) else part for part in listed
        ]
        used = [part for part in chosen if not isinstance(part, dict) or part.get("points") != 0]
        return keys | {"indicators": used}

    @model_validator(mode="after")
    def _agree(self) -> "ScoringMethod":
        doubled = [name for name, times in Counter(self.names).items() if times > 1]
        if doubled:
            raise ValueError(f"the indicator {doubled[0]} stands twice: keep one of the two")
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError(f"valid_to {self.valid_to} is before valid_from {self.valid_from}")
        self._check_groups()
        self._check_points()
        known = {part.name for part in self.parts}
        for part in self.parts:
            if part.same_cases_as and part.same_cases_as not in known - {part.name}:
                raise ValueError(
                    f"{part.name}: same_cases_as {part.same_cases_as!r} is no other indicator here"
                )
        limits = [band.from_points for band in self.bands]
        if limits != sorted(limits, reverse=True) or (limits and limits[-1] != 0):
            raise ValueError("the bands must go from the best down to one from 0 points")
        return self

    @property
    def deadline_rule(self) -> DeadlineRule:
        """The deadlines that the method reads."""
        return DeadlineRule(self.clock_rule, self.deadline_grain)

    def _check_groups(self) -> None:
        known = {group.name for group in self.groups}
        for part in self.parts:
            if (part.group in known) != bool(known):
                listed = ", ".join(sorted(known)) or "none: take the key group out"
                raise ValueError(f"{part.name}: the group {part.group!r} is not one of {listed}")
            if part.zero == "shared" and not known:
                raise ValueError(f"{part.name}: zero = 'shared' needs a group to share within")

    def _check_points(self) -> None:
        """The points of groups and total are the sums of those of their indicators."""
        for group in self.groups:
            of_group = sum(part.points for part in self.parts if part.group == group.name)
            if of_group != group.points:
                raise ValueError(
                    f"the indicators of {group.name} have {of_group} points together, and the "
                    f"group says {group.points}: make them agree"
                )
        added = sum((part.points for part in self.parts), Decimal(0))
        found = added / (len(self.parts) if self.total.combined == "mean" else 1)
        if found != self.total.points:
            raise ValueError(
                f"the points of the indicators make {found}, and the total says "
                f"{self.total.points}: make them agree"
            )

    @property
    def scale(self) -> int:
        """A point in units of the last decimal: 100 with two decimals."""
        return int(10**self.decimals)

    @cached_property
    def indicators(self) -> tuple[Indicator, ...]:
        """Everything published, in order: each group after its indicators, then the total."""
        listed = []
        for group in self.groups:
            of_group = [part for part in self.parts if part.group == group.name]
            listed += [self._indicator_of_part(part) for part in of_group]
            listed.append(
                self._indicator_of_sum(group.name, group.title_vi, group.title_en, group.is_ranked)
            )
        listed += [self._indicator_of_part(part) for part in self.parts if not part.group]
        total = self.total
        of_total = self._indicator_of_sum(
            total.name, total.title_vi, total.title_en, total.is_ranked
        )
        own_keys = total.model_dump(include={"formula_vi", "formula_en", "source", "confidence"})
        if self.partial_name:
            title_vi = f"{total.title_vi}: cộng các chỉ số đã có"
            title_en = f"{total.title_en}: sum of the indicators known"
            listed.append(self._indicator_of_sum(self.partial_name, title_vi, title_en))
        return (*listed, of_total.model_copy(update=own_keys | {"bands": self.bands}))

    def _indicator_of_part(self, part: Part) -> Indicator:
        return Indicator(
            **part.model_dump(include=set(Indicator.model_fields) - {"decimals"}),
            unit="points",
            better="higher",
            is_ranked=False,
            decimals=self.decimals,
        )

    def _indicator_of_sum(
        self, name: str, title_vi: str, title_en: str, is_ranked: bool = False
    ) -> Indicator:
        return Indicator(
            name=name,
            title_vi=title_vi,
            title_en=title_en,
            unit="points",
            better="higher",
            is_ranked=is_ranked,
            decimals=self.decimals,
            formula_vi="tổng điểm đã làm tròn của các chỉ số thành phần",
            formula_en="sum of the rounded points of its indicators",
            source=self.source,
            confidence="portal",
        )

    @property
    def names(self) -> list[str]:
        """Names of everything published, in order."""
        return [indicator.name for indicator in self.indicators]

    def indicator(self, name: str) -> Indicator:
        """The indicator of a name; KeyError when the method has none."""
        for indicator in self.indicators:
            if indicator.name == name:
                return indicator
        raise KeyError(name)

    def parts_of(self, name: str) -> tuple[str, ...]:
        """The names that a group, total or partial sum is made of; none for an indicator."""
        groups = tuple(group.name for group in self.groups)
        if name == self.total.name and groups:
            return groups
        if name in {self.total.name, self.partial_name}:
            return tuple(part.name for part in self.parts)
        return tuple(part.name for part in self.parts if part.group and part.group == name)

    def is_past_open_boundary(self, day: date) -> bool:
        """Whether the law has changed by that day in a way that is not known here."""
        return any(each.day <= day and each.confidence == "open" for each in self.boundaries)


def _apply_switches(part: dict[str, Any], switches: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The keys of an indicator, with the keys of its chosen alternatives."""
    chosen = {key: value for key, value in part.items() if key != "alternatives"}
    for name, choices in part.get("alternatives", {}).items():
        if name not in switches:
            raise ValueError(
                f"{part.get('name')}: there is no switch {name!r}{did_you_mean(name, switches)}"
            )
        switch = switches[name]
        for choice, keys in choices.items():
            if choice not in switch.get("choices", ()):
                raise ValueError(
                    f"{part.get('name')}: {name} cannot be {choice!r}: see its choices"
                )
            unknown = sorted(set(keys) - set(Part.model_fields))
            if unknown:
                raise ValueError(
                    f"{part.get('name')}: the key {unknown[0]} of its alternatives is not known"
                    f"{did_you_mean(unknown[0], Part.model_fields)}"
                )
        chosen |= choices.get(switch.get("chosen"), {})
    return chosen
