"""Reading calendars: the built-in one of Viet Nam and those of a home folder.

An own calendar is one TOML file, `calendars/<name>.toml`: office hours, weekend and days. Here
belongs what such a file may say and what is wrong with it. Not here: counting (working_time),
which sender works by which calendar (profiles).
"""

import datetime
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from pipeline.calendar.working_time import DAYS, Calendar, CalendarError
from pipeline.own_files import OwnFileError, decode_text, parse_toml, read_bytes
from pipeline.suggestions import did_you_mean

BUILT_IN = "reference/vietnam_holidays.csv"
"""Days off and worked Saturdays of Viet Nam 2021-2026, with source and confidence."""
VIETNAM = "vietnam"
"""The name of the built-in calendar."""

_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_SPAN = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d")
_Text = Annotated[str, Field(min_length=1)]


class _Keys(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Day(_Keys):
    """A day off, or a day of the weekend that is worked; `known_from` as in Calendar."""

    date: datetime.date
    kind: Literal["holiday", "worked_saturday"]
    name: _Text
    known_from: datetime.date | None = None
    source: str = ""


class _File(_Keys):
    """An own calendar. It lists all its days, or only those beside the calendar that it extends.

    Where both list a day, the own file holds.
    """

    description: str = ""
    extends: Literal["vietnam"] | None = None
    office_hours: tuple[str, ...] = ("08:00-12:00", "13:00-17:00")
    weekend: tuple[_Weekday, ...] = ("saturday", "sunday")
    days: tuple[_Day, ...] = ()

    @field_validator("office_hours")
    @classmethod
    def _check_spans(cls, spans: tuple[str, ...]) -> tuple[str, ...]:
        for span in spans:
            if not _SPAN.fullmatch(span):
                raise ValueError(f'{span!r} is no span of hours: write it like "07:30-11:30"')
        return spans

    @property
    def office_times(self) -> tuple[tuple[time, time], ...]:
        """The office hours as times: when each half of a day opens and closes."""
        edges = [span.split("-") for span in self.office_hours]
        return tuple(
            (time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in edges
        )


_TABLES: dict[tuple[str, ...], type[BaseModel]] = {(): _File, ("days",): _Day}
"""The model of each table of a calendar's file, by the names that lead to it."""


@dataclass(frozen=True)
class Calendars:
    """The calendars of an installation by name, and what is wrong with the unusable ones.

    An own calendar may have the name of the built-in one, and then takes its place.
    """

    usable: Mapping[str, Calendar]
    broken: Mapping[str, CalendarError]

    def find(self, name: str) -> Calendar:
        """The calendar of that name. CalendarError where it is broken or there is none."""
        if name in self.broken:
            raise self.broken[name]
        if name not in self.usable:
            raise CalendarError(
                f"there is no calendar {name!r}{did_you_mean(name, self.usable)}: choose one of "
                f"{', '.join(sorted(self.usable))}, or add calendars/{name}.toml"
            )
        return self.usable[name]


def vietnam() -> Calendar:
    """The built-in calendar of Viet Nam, 2021-2026."""
    text = (resources.files("pipeline") / BUILT_IN).read_bytes()
    dates = {name: dtype for name, dtype in DAYS.items() if dtype == pl.Date}
    return Calendar(pl.read_csv(text, schema_overrides=dates).select(DAYS.names()))


def load_all(folder: Path | None = None) -> Calendars:
    """The built-in calendar and those of a folder, each named after its file.

    The folder may be absent. A file that cannot be used is kept in `broken`: it stops the senders
    whose profile names it, and nobody else.
    """
    usable, broken = {VIETNAM: vietnam()}, {}
    for path in sorted(folder.glob("*.toml")) if folder else []:
        try:
            usable[path.stem] = _read(path)
        except CalendarError as fault:
            broken[path.stem] = CalendarError(f"calendars/{path.name}: {fault}")
    return Calendars(usable, broken)


def _read(path: Path) -> Calendar:
    try:
        content = read_bytes(path)
        keys = parse_toml(decode_text(content))
    except OwnFileError as fault:
        raise CalendarError(f"it cannot be read as TOML: {fault}") from None
    try:
        file = _File.model_validate(keys)
    except ValidationError as fault:
        raise CalendarError(_explain(fault)) from None
    rows = [(day.date, day.kind, day.known_from) for day in file.days]
    days = pl.DataFrame(rows, schema=DAYS, orient="row")
    if file.extends:
        extended = vietnam().days.join(days, on="date", how="anti")
        days = pl.concat([extended, days])
    weekend = frozenset(_WEEK.index(day) for day in file.weekend)
    # The days of the calendar that it extends are part of the source, which has its own digest.
    return Calendar(days, file.office_times, weekend, hashlib.sha256(content).hexdigest())


def _explain(fault: ValidationError) -> str:
    """The first fault in words; a misspelt key before the key that is missing because of it."""
    error = min(fault.errors(), key=lambda error: error["type"] != "extra_forbidden")
    key = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        table = tuple(part for part in error["loc"][:-1] if isinstance(part, str))
        known = list(_TABLES[table].model_fields)
        cure = did_you_mean(str(error["loc"][-1]), known) or f": take it out ({', '.join(known)})"
        return f"the key {key} is not known{cure}"
    if error["type"] == "missing":
        return f"the key {key} is missing: add it"
    return f"{error['msg'].removeprefix('Value error, ')} (key {key})"
