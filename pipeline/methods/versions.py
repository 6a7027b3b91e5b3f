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
    """Every version of our own index and of every scorecard, by name and validity.

    `versions` are those of our own index, the earliest first; of the methods of one month
    (`at`) there is one.
    """

    versions: tuple[Method, ...]
    scorecards: tuple[ScoringMethod, ...] = ()

    @staticmethod
    def of(versions: Iterable[Method], scorecards: Iterable[ScoringMethod]) -> "Methods":
        """The methods together; MethodError where two of them overlap or share an indicator, or
        where a month between two versions of our own index has none.
        """
        indices = tuple(sorted(versions, key=_from))
        for earlier, later in pairwise(indices):
            _check_succession(earlier, later)
        ordered = tuple(sorted(scorecards, key=lambda each: (each.name, _from(each))))
        for before, after in pairwise(ordered):
            if before.name == after.name and _from(after) <= (before.valid_to or _LAST):
                raise _overlap(before, after)
        _check_names((*indices, *ordered))
        return Methods(indices, ordered)

    @property
    def index(self) -> Method:
        """Our own index in its version. ValueError where there are several: ask `at` first."""
        (version,) = self.versions
        return version

    def at(self, month: str) -> "Methods":
        """The versions in force on the last day of a month: one of our own index, at most one of
        each scorecard. MethodError where our own index has none.
        """
        found = self.in_any_of([month])
        if not found.versions:
            listed = ", ".join(
                f"{each.file} ({_describe_validity(each)})" for each in self.versions
            )
            raise MethodError(
                f"no version of {self.versions[0].name} is in force at the end of {month}: let one "
                f"of these begin earlier or end later (valid_from, valid_to), or add one: {listed}"
            )
        return found

    def nearest(self, month: str) -> Method:
        """Our own index in force at the end of a month; where there is none, the last version that
        began before it, else the first.

        For months that are read by others: by its own rules such a month has no index.
        """
        last_day = months.end(month).date() - timedelta(days=1)
        begun = [each for each in self.versions if _from(each) <= last_day]
        return begun[-1] if begun else self.versions[0]

    def in_any_of(self, some_months: Iterable[str]) -> "Methods":
        """The versions in force on the last day of any of some months."""
        last_days = [months.end(month).date() - timedelta(days=1) for month in some_months]

        def is_in_force(method: Method | ScoringMethod) -> bool:
            first, last = _from(method), self.last_day_of(method) or _LAST
            return any(first <= day <= last for day in last_days)

        return Methods(
            tuple(filter(is_in_force, self.versions)), tuple(filter(is_in_force, self.scorecards))
        )

    def has_index_in(self, month: str) -> bool:
        """Whether a version of our own index is in force on the last day of a month."""
        return bool(self.in_any_of([month]).versions)

    def last_day_of(self, method: Method | ScoringMethod) -> date | None:
        """The last day on which a version of one of the methods is in force; None without an end.

        Of our own index a version ends where the next one begins.
        """
        after = [each for each in self.versions if each.name == method.name]
        begins = [each.valid_from for each in after if _from(each) > _from(method)]
        if begins and begins[0]:
            return min(method.valid_to or _LAST, begins[0] - timedelta(days=1))
        return method.valid_to

    @property
    def all(self) -> tuple[Method | ScoringMethod, ...]:
        """The versions of our own index first, then the others."""
        return (*self.versions, *self.scorecards)

    def list_renewed(self, month: str) -> frozenset[str]:
        """The indicators that another version of their method defines in another way in a month
        than in the month before: their values in the two months are not comparable.
        """
        now, before = self.at(month), self.in_any_of([months.shifted(month, -1)])
        return frozenset(
            name
            for name in set(now.names) & set(before.names)
            if now.definition_of(name) != before.definition_of(name)
        )

    def definition_of(self, indicator: str) -> str:
        """What an indicator is defined by; of a scorecard its version. KeyError when no method has
        the indicator.
        """
        method = self.method_of(indicator)
        return method.definition_of(indicator) if isinstance(method, Method) else method.version

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


def _from(method: Method | ScoringMethod) -> date:
    return method.valid_from or _FIRST


def _describe_validity(method: Method) -> str:
    days = (("from", method.valid_from), ("to", method.valid_to))
    return " ".join(f"{name} {day}" for name, day in days if day) or "without limits"


def _overlap(earlier: Method | ScoringMethod, later: Method | ScoringMethod) -> MethodError:
    if not later.valid_from:
        return MethodError(
            f"{earlier.file} and {later.file} are both versions of {later.name} from the beginning "
            "on: give the second the day from which it holds (valid_from)"
        )
    return MethodError(
        f"{earlier.file} and {later.file} are both versions of {later.name} in force "
        f"on {_from(later)}: let the first end before the second begins (valid_to, "
        "valid_from)"
    )


def _check_succession(earlier: Method, later: Method) -> None:
    """A version of our own index without valid_to ends where the next one begins.

    So a version that is added does not change the file of the one before, which editions name by
    its digest.
    """
    if _from(later) == _from(earlier) or _from(later) <= (earlier.valid_to or _FIRST):
        raise _overlap(earlier, later)
    if earlier.valid_to and _from(later) > earlier.valid_to + timedelta(days=1):
        raise MethodError(
            f"no version of {later.name} is in force between {earlier.file} (to "
            f"{earlier.valid_to}) and {later.file} (from {later.valid_from}): take valid_to out of "
            "the first, and it holds until the second begins"
        )
    if later.version == earlier.version:
        raise MethodError(
            f"{earlier.file} and {later.file} both have the version {later.version}: give the "
            "second another one (version)"
        )


def _check_names(methods: Iterable[Method | ScoringMethod]) -> None:
    """An indicator belongs to one method, so that rows of two methods are never mixed up."""
    owners: dict[str, Method | ScoringMethod] = {}
    for method in methods:
        for name in method.names:
            owner = owners.setdefault(name, method)
            if owner.name != method.name:
                raise MethodError(
                    f"{owner.file} and {method.file} both have the indicator {name}: give that of "
                    "the second another name"
                )
