"""What a set rule is: a rule about the whole month of a sender, complete with its texts.

Here belong the parts of a set rule, its severity, and the sentence about a sender that breaks it.
Not here: which set rules there are (senders), what they compare (pipeline.sender_measures).
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from pipeline.faults import write_number_vi

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation


class Severity(StrEnum):
    """How grave a broken rule is, in the words of Great Expectations."""

    CRITICAL = "critical"
    """Numbers that rest on the sender's month are wrong, or not to be compared."""
    WARNING = "warning"
    """Something is probably wrong: somebody has to look."""
    INFO = "info"
    """Worth knowing; nothing has to be done."""


@dataclass(frozen=True)
class SetRule:
    """A rule about the whole month of a sender.

    `frame` names the measures that it reads, `kind` the records that it is about; empty where the
    measures say the kind. `needs` is the column without which nothing can be said of a sender, and
    the rule is then neither met nor broken. `threshold` is the key of deliveries.toml that moves
    the edge, empty where the rule is an identity. `meaning` says what is demanded, `broken` that it
    is not so, `found` what a sender broke (with columns of the measures in braces), `cure` what to
    do, `actor` who does it; `is_for_sender`: the sender.
    """

    name: str
    frame: str
    kind: str
    needs: str
    demand: "Callable[[str], Expectation]"
    severity: Severity
    threshold: str
    meaning_en: str
    meaning_vi: str
    broken_en: str
    broken_vi: str
    found_en: str
    found_vi: str
    cure_en: str
    cure_vi: str
    actor_en: str
    actor_vi: str
    is_for_sender: bool = True

    def build_expectation(self) -> "Expectation":
        """The expectation of each row of the measures, with the rule's name and severity."""
        from great_expectations.expectations.metadata_types import (  # noqa: PLC0415
            FailureSeverity,
        )

        expectation = self.demand(self.name)
        expectation.severity = FailureSeverity(self.severity.value)
        expectation.description = self.meaning_en
        return expectation

    def write_found(self, row: Mapping[str, object]) -> str:
        """What the sender of a row of the measures broke, in English."""
        return _fill(self.found_en, row, _write_number)

    def write_found_vi(self, row: Mapping[str, object]) -> str:
        """What the sender of a row of the measures broke, in Vietnamese."""
        return _fill(self.found_vi, row, _write_number_vi)


_FIELD = re.compile(r"\{(\w+)\}")


def _fill(text: str, row: Mapping[str, object], write: Callable[[float], str]) -> str:
    def replace(field: re.Match[str]) -> str:
        name = field[1]
        value = row[name]
        if not isinstance(value, int | float):
            return str(value)
        if name.startswith("least_"):
            return write(math.ceil(value))
        if name.startswith(("most_", "largest_")):
            return write(math.floor(value))
        return write(value)

    return _FIELD.sub(replace, text)


def _write_number(number: float) -> str:
    """A number, with one decimal where it is not whole."""
    return f"{int(number):,}" if number == int(number) else f"{number:,.1f}"


def _write_number_vi(number: float) -> str:
    if number == int(number):
        return write_number_vi(int(number))
    return _write_number(number).translate(str.maketrans(",.", ".,"))
