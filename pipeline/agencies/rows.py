"""A row of a register as it was read, and the error of a register that cannot be used.

Here belongs what reading and checking share. Not here: the two themselves (reading, checks).
"""

from dataclasses import dataclass
from datetime import date

from pipeline.errors import WrongUseError


class RegisterError(WrongUseError):
    """A register cannot be used; the message names the file, the row and the cure."""


@dataclass(frozen=True)
class Row:
    """A row as it was read, and its place in the file, so that a message can name it.

    `valid_from` is date.min where no first day is given, `valid_to` date.max where no last day is.
    """

    place: str
    values: tuple[str | date | None, ...]
    code: str
    parent_code: str | None
    valid_from: date
    valid_to: date
    successor_code: str | None

    def is_in_force_on(self, day: date) -> bool:
        """Whether the day is one of the row's."""
        return self.valid_from <= day <= self.valid_to
