"""The due day: until when the files of a month are due.

An installation may set it in its file `deliveries.toml`. Here belongs what that file may say. Not
here: who was late (states).
"""

import calendar
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from pipeline import months
from pipeline.errors import WrongUseError
from pipeline.own_files import OwnFileError, parse_toml, read_text
from pipeline.suggestions import did_you_mean


class DueDayError(WrongUseError):
    """The file cannot be used; the message says what is wrong with it and what to do."""


class _File(BaseModel):
    """`first_month` has no default: files of earlier months, which were all received when the
    installation was new, would all be late.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    due_day: Annotated[int, Field(ge=1, le=31)]
    first_month: str

    @field_validator("first_month")
    @classmethod
    def _check_month(cls, month: str) -> str:
        return months.checked(month)


@dataclass(frozen=True)
class DueDay:
    """The files of each month from `first_month` on are due on this day of the month after.

    Without a day, no file of any month is due on a day, and none is late.
    """

    day: int | None = None
    first_month: str = ""

    def date_of(self, month: str) -> date | None:
        """The last day on which the files of a month are in time; None where they have none.

        It is the last day of the month after, where that has no such day.
        """
        if self.day is None or month < self.first_month:
            return None
        following = months.start(months.shifted(month, 1)).date()
        _, days = calendar.monthrange(following.year, following.month)
        return following.replace(day=min(self.day, days))


def load_due_day(path: Path) -> DueDay:
    """The due day that a file sets; none where there is no file. DueDayError where it is broken."""
    if not path.exists():
        return DueDay()
    try:
        file = _File.model_validate(parse_toml(read_text(path)))
    except OwnFileError as fault:
        raise DueDayError(f"{path} cannot be read as TOML: {fault}") from None
    except ValidationError as fault:
        raise DueDayError(f"{path}: {_explain(fault)}") from None
    return DueDay(file.due_day, file.first_month)


def _explain(fault: ValidationError) -> str:
    """The first fault in words; a misspelt key before the key that is missing because of it."""
    error = min(fault.errors(), key=lambda error: error["type"] != "extra_forbidden")
    key = ".".join(map(str, error["loc"]))
    known = list(_File.model_fields)
    if error["type"] == "extra_forbidden":
        cure = did_you_mean(key, known) or f": take it out ({', '.join(known)})"
        return f"the key {key} is not known{cure}"
    if error["type"] == "missing":
        examples = {"due_day": "due_day = 10", "first_month": 'first_month = "2026-07"'}
        return f"the key {key} is missing: add it, like {examples[key]}"
    return f"{error['msg'].removeprefix('Value error, ')} (key {key})"
