"""Methods side by side: our own index and the scorecards, each in its versions.

Here belong which version is in force in a month, and that no two versions and no two methods
contradict each other. Not here: reading files (loading).
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from pipeline import months
from pipeline.errors import WrongUseError
from pipeline.methods.scorecards import ScoringMethod
from pipeline.methods.settings import Indicator, Method

_FIRST, _LAST = date.min, date.max


class MethodError(WrongUseError):
    """A method cannot be used; the message names the file, the key and the cure."""


@dataclass(frozen=True)
class Methods:
    """Our own index, and every version of every scorecard, by name and validity."""

    index: Method
    scorecards: tuple[ScoringMethod, ...] = ()

    @staticmethod
    def of(index: Method, scorecards: Iterable[ScoringMethod]) -> "Methods":
        """The methods together; MethodError where two of them overlap or share an indicator."""
        ordered = tuple(sorted(scorecards, key=lambda each: (each.name, _from(each))))
        for earlier, later in pairwise(ordered):
            if earlier.name == later.name and _from(later) <= (earlier.valid_to or _LAST):
                raise MethodError(
                    f"{earlier.file} and {later.file} are both versions of {later.name} in force "
                    f"on {_from(later)}: let the first end before the second begins (valid_to, "
                    "valid_from)"
                )
        _check_names(index, ordered)
        return Methods(index, ordered)

    def at(self, month: str) -> "Methods":
        """The versions in force on the last day of a month, at most one of each method."""
        last_day = months.end(month).date() - timedelta(days=1)
        in_force = (
            each for each in self.scorecards if _from(each) <= last_day <= (each.valid_to or _LAST)
        )
        return Methods(self.index, tuple(in_force))

    @property
    def all(self) -> tuple[Method | ScoringMethod, ...]:
        """Our own index first, then the others."""
        return (self.index, *self.scorecards)

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """Everything that any of the methods publishes, each name once, of the newest version."""
        by_name = {each.name: each for method in self.all for each in method.indicators}
        return tuple(by_name.values())

    @property
    def names(self) -> list[str]:
        """Names of everything published, in order."""
        return [indicator.name for indicator in self.indicators]

    def indicator(self, name: str) -> Indicator:
        """The indicator of a name; KeyError when no method has it."""
        return {indicator.name: indicator for indicator in self.indicators}[name]

    def method_of(self, indicator: str) -> Method | ScoringMethod:
        """The method that publishes an indicator; KeyError when none does."""
        for method in reversed(self.all):
            if indicator in method.names:
                return method
        raise KeyError(indicator)

    @property
    def as_one(self) -> Method:
        """Our own index with the indicators of all scorecards among its own.

        For rankings, which take from a method the ranked indicators and their bands; the settings
        of our index (confidence level, rejected rows) are used for all of them.
        """
        return self.index.model_copy(update={"indicators": self.indicators})

    @property
    def digest(self) -> str:
        """SHA-256 over the files of all of them."""
        return hashlib.sha256("\n".join(each.digest for each in self.all).encode()).hexdigest()


def _from(method: ScoringMethod) -> date:
    return method.valid_from or _FIRST


def _check_names(index: Method, scorecards: tuple[ScoringMethod, ...]) -> None:
    """An indicator belongs to one method, so that rows of two methods are never mixed up."""
    owners: dict[str, Method | ScoringMethod] = dict.fromkeys(index.names, index)
    for method in scorecards:
        for name in method.names:
            owner = owners.setdefault(name, method)
            if owner.name != method.name:
                raise MethodError(
                    f"{owner.file} and {method.file} both have the indicator {name}: give that of "
                    "the second another name"
                )
