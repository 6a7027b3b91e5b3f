"""What a profile says, and how its TOML file is read and checked."""

import difflib
import hashlib
import re
import tomllib
import unicodedata
import zoneinfo
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, get_args

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from pipeline.calendar import VIETNAM, Calendar
from pipeline.columns import MOMENT
from pipeline.errors import WrongUseError
from pipeline.tables import KINDS, RECORDS, SCALES

Kind = Literal["dossiers", "ratings", "petitions", "figures"]
Scale = Literal["five", "three", "yes_no"]
Clock = Literal["working", "elapsed"]
assert set(get_args(Kind)) == set(KINDS)  # noqa: S101 - keeps the type and the list one
assert set(get_args(Scale)) == set(SCALES)  # noqa: S101

FAILURES = "failures"
"""A column of figures that counts the cases that do not count: numerator = denominator - it."""
UNMAPPED_RULES = ("reject", "keep", "empty")
MAPPABLE = {
    "dossiers": ("status", "channel", "applicant", "unit_code", "procedure_code"),
    "ratings": ("question", "answer", "mode", "unit_code"),
    "petitions": ("subject", "status", "satisfied", "is_upheld", "unit_code"),
    "figures": ("indicator", "unit_code", "breakdown"),
}
"""Columns whose values a profile may map, by kind."""
_SOME_MOMENT = datetime(2026, 10, 5, 9, 30)
_SENDERS = re.compile(r"^\s*senders\s*=\s*\[([^\]]*)", re.MULTILINE)


class ProfileError(WrongUseError):
    """A profile cannot be used; the message names the file, the key and the cure.

    `senders` are those that the broken profile names, as far as it can be read.
    """

    def __init__(self, message: str, senders: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.senders = senders


Text = Annotated[str, Field(min_length=1)]


class Profile(BaseModel):
    """One layout of one kind of export, of the senders it names.

    `columns` maps our column to the name in the header; `values` maps, for one of our columns,
    what is sent to our word; `unmapped` says what happens to other values: "reject" the row
    (default where `values` are given), "keep" as sent, make "empty", or one of our words.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    digest: str
    senders: Annotated[tuple[Text, ...], Field(min_length=1)]
    kind: Kind
    description: str = ""
    file_pattern: str = ""
    encoding: str = "utf-8"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    quote: Annotated[str, Field(min_length=1, max_length=1)] = '"'
    decimal_mark: Literal[".", ","] = "."
    header_row: Annotated[int, Field(ge=1)] = 1
    time_zone: str = "Asia/Ho_Chi_Minh"
    date_formats: Annotated[tuple[Text, ...], Field(min_length=1)] = ("%Y%m%d%H%M%S",)
    clock: Clock = "working"
    calendar: Text = VIETNAM
    scale: Scale = "five"
    missing_codes: tuple[str, ...] = ()
    optional_columns: tuple[str, ...] = ()
    columns: dict[str, Text]
    constants: dict[str, Text] = {}
    values: dict[str, dict[str, str]] = {}
    unmapped: dict[str, str] = {}

    @field_validator("encoding")
    @classmethod
    def _encoding_is_known(cls, encoding: str) -> str:
        try:
            "".encode(encoding)
        except LookupError:
            raise ValueError(
                f"{encoding!r} is no encoding; use utf-8, utf-16, windows-1258 or another name "
                "that Python knows"
            ) from None
        return encoding

    @field_validator("time_zone")
    @classmethod
    def _zone_is_known(cls, zone: str) -> str:
        try:
            zoneinfo.ZoneInfo(zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"{zone!r} is no time zone; write it like Asia/Ho_Chi_Minh") from None
        return zone

    @field_validator("delimiter", "quote")
    @classmethod
    def _mark_is_one_byte(cls, mark: str) -> str:
        if not mark.isascii() or mark in "\r\n":
            raise ValueError(f"{mark!r} cannot be it; use one like , ; \\t | \" or '")
        return mark

    @field_validator("date_formats")
    @classmethod
    def _formats_can_be_read(cls, formats: tuple[str, ...]) -> tuple[str, ...]:
        for date_format in formats:
            if not _is_readable(date_format):
                raise ValueError(
                    f"{date_format!r} is no format of a date; write it like %d/%m/%Y %H:%M"
                )
        return formats

    @model_validator(mode="after")
    def _maps_to_our_words(self) -> "Profile":
        words_of = _words(self.kind)
        for column, words in words_of.items():
            for theirs, ours in self.values.get(column, {}).items():
                if ours not in words:
                    raise ValueError(f"values.{column}.{theirs}: {_no_word(ours, column, words)}")
        for column, rule in self.unmapped.items():
            words = words_of.get(column, (rule,))
            if rule not in (*UNMAPPED_RULES, *words):
                choices = (*UNMAPPED_RULES, *words)
                raise ValueError(f"unmapped.{column}: {_no_word(rule, column, choices)}")
            if not self.values.get(column) and rule != "keep":
                raise ValueError(f"unmapped.{column} needs [values.{column}]: add it")
        return self

    @model_validator(mode="after")
    def _names_our_columns(self) -> "Profile":
        ours = sendable(self.kind)
        named = (*self.columns, *self.constants, *self.optional_columns)
        for column in named:
            if column not in ours:
                raise ValueError(f"{column!r} is no column of {self.kind}{_meant(column, ours)}")
        for column in (*self.values, *self.unmapped):
            if column not in MAPPABLE[self.kind]:
                raise ValueError(
                    f"values of {column!r} cannot be mapped{_meant(column, MAPPABLE[self.kind])}"
                )
        for column in _needed(self.kind):
            if column not in self.columns and column not in self.constants:
                raise ValueError(f"[columns] lacks {column!r}: name the column that holds it")
        return self

    def counting_by(self, calendar: Calendar) -> "Profile":
        """The profile whose digest covers its calendar too, unless that is part of the source."""
        digests = f"{self.digest} {calendar.digest}".strip()
        digest = hashlib.sha256(digests.encode()).hexdigest() if calendar.digest else self.digest
        return self.model_copy(update={"digest": digest})

    def rule_for_unmapped(self, column: str) -> str:
        """What happens to a value that `values` does not list."""
        return self.unmapped.get(column, "reject" if column in self.values else "keep")


def sendable(kind: str) -> tuple[str, ...]:
    """The columns of ours that a sender may fill, by kind."""
    added = ("sender_code", "sha256", "row_number", "scale")
    names = [name for name in RECORDS[kind].names if name not in added]
    return (*names, FAILURES) if kind == "figures" else tuple(names)


def _words(kind: str) -> dict[str, tuple[str, ...]]:
    """Our words for the mappable columns that take no others."""
    dtypes = {column: RECORDS[kind].schema[column] for column in MAPPABLE[kind]}
    return {
        column: tuple(dtype.categories)
        for column, dtype in dtypes.items()
        if isinstance(dtype, pl.Enum)
    }


def _needed(kind: str) -> tuple[str, ...]:
    return {
        "dossiers": ("dossier_id", "status", "received_at", "due_at", "ended_at"),
        "ratings": ("answer", "answered_at"),
        "petitions": ("petition_id", "status", "received_at", "handled_at"),
        "figures": ("indicator", "period_at", "denominator"),
    }[kind]


def _is_readable(date_format: str) -> bool:
    """Whether a moment written in the format can be read back."""
    moment = pl.Series([_SOME_MOMENT], dtype=pl.Datetime("ms", "UTC"))
    dtype = pl.Datetime("ms", "UTC") if "%z" in date_format else MOMENT
    try:
        text = moment.dt.strftime(date_format)
        read_back = text.str.strptime(dtype, date_format, strict=False).to_list()[0]
    except pl.exceptions.PolarsError:
        return False
    same = (_SOME_MOMENT.year, _SOME_MOMENT.month)
    return read_back is not None and (read_back.year, read_back.month) == same


def _no_word(wrong: str, column: str, words: tuple[str, ...]) -> str:
    return f"{wrong!r} is no {column}{_meant(wrong, words)}"


def _meant(wrong: str, choices: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(wrong, choices, n=1)
    return f": did you mean {close[0]!r}?" if close else f": it may be one of {', '.join(choices)}"


def read(text: str, name: str, where: str) -> Profile:
    """The profile written in a TOML text.

    `where` names the file in messages. Raises ProfileError for text that is no TOML, an unknown
    or missing key, or a value that does not fit.
    """
    text = unicodedata.normalize("NFC", text)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        listed = _SENDERS.search(text)
        senders = tuple(re.findall(r"[\"']([^\"'\n]+)[\"']", listed[1])) if listed else ()
        message = f"{where} is not TOML: {error}; correct that line"
        raise ProfileError(message, senders) from None
    digest = hashlib.sha256(text.encode()).hexdigest()
    try:
        return Profile(**(content | {"name": name, "digest": digest}))
    except ValidationError as error:
        senders = content.get("senders", [])
        named = tuple(s for s in senders if isinstance(s, str)) if isinstance(senders, list) else ()
        raise ProfileError(f"{where}: {_plain(error)}", named) from None


def _plain(error: ValidationError) -> str:
    keys = tuple(Profile.model_fields)
    parts = []
    for fault in error.errors():
        key = ".".join(str(part) for part in fault["loc"])
        if fault["type"] == "extra_forbidden":
            parts.append(f"unknown key {key!r}{_meant(key, keys)}")
        elif fault["type"] == "missing":
            parts.append(f"the key {key!r} is missing: add it")
        else:
            message = fault["msg"].removeprefix("Value error, ")
            parts.append(f"{key}: {message}" if key else message)
    return "; ".join(parts)


def read_file(path: Path) -> Profile:
    """The profile in a file, named after it; ProfileError as `read`."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ProfileError(f"{path} cannot be read as UTF-8 text: {error}") from None
    return read(text, path.stem, f"profiles/{path.name}")
