"""Corrections: values of files that agencies sent, corrected by declaration (`corrections/*.toml`).

Here belongs what a declaration says, reading and checking it, and which corrections concern a file.
Not here: changing the rows (correcting), what an edition tells of corrections (applied).
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictInt,
    StrictStr,
    ValidationError,
)

from pipeline import letters, months
from pipeline.errors import WrongUseError
from pipeline.faults import FileFault
from pipeline.letters import clean_text
from pipeline.own_files import OwnFileError, parse_toml, read_text
from pipeline.profiles.our_columns import sendable_columns
from pipeline.suggestions import did_you_mean
from pipeline.tables import KINDS

_COLUMNS = tuple(dict.fromkeys(column for kind in KINDS for column in sendable_columns(kind)))
_SHORTEST_HASH = 12
_SENDER = re.compile(r"^\s*sender\s*=\s*[\"']([^\"'\n]+)[\"']", re.MULTILINE)
_MONTH = re.compile(r"^\s*month\s*=\s*[\"']([^\"'\n]+)[\"']", re.MULTILINE)


class CorrectionError(WrongUseError):
    """A declaration cannot be used; the message names the file, the key and the cure.

    `sender` and `month` are what it says, as far as it can be read; else empty.
    """

    def __init__(self, message: str, sender: str = "", month: str = "") -> None:
        super().__init__(message)
        self.sender = sender
        self.month = month

    def concerns(self, sender: str, month: str) -> bool:
        """Whether it may be meant for a file of the sender and month."""
        return self.sender == sender and self.month in ("", month)


def _check_month(month: str) -> str:
    if not months.is_name(month):
        raise ValueError("it is no month: write it like 2026-03")
    return month


def _check_hash(sha256: str) -> str:
    if not re.fullmatch(rf"[0-9a-f]{{{_SHORTEST_HASH},64}}", sha256.lower()):
        raise ValueError(
            f"it is no SHA-256: write at least its first {_SHORTEST_HASH} digits, as the month's "
            "page lists them with the files received"
        )
    return sha256.lower()


def _check_column(column: str) -> str:
    if column not in _COLUMNS:
        raise ValueError(f"{column!r} is no column of ours{did_you_mean(column, _COLUMNS)}")
    return column


def _check_day(day: object) -> object:
    """A day of TOML or a text; a number of seconds is none."""
    if not isinstance(day, date | str):
        raise ValueError("it is no day: write it like 2026-04-07")  # noqa: TRY004 - for pydantic
    return day


Cleaned = Annotated[StrictStr, AfterValidator(clean_text)]
Said = Annotated[Cleaned, Field(min_length=1)]


class CorrectedValue(BaseModel):
    """One value of one row: the row's code or its number, our column, what was sent, what is right.

    Empty texts stand for an empty field.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: StrictInt | Said
    column: Annotated[StrictStr, AfterValidator(_check_column)]
    sent: Annotated[Cleaned, Field(alias="from")]
    right: Annotated[Cleaned, Field(alias="to")]


def _check_any(rows: tuple[CorrectedValue, ...]) -> tuple[CorrectedValue, ...]:
    if not rows:
        raise ValueError("it has no entry: write what is to be corrected under [[rows]]")
    return rows


class Correction(BaseModel):
    """A declaration: whose file of which month, which values of it, who reported that, when, why.

    `file` is the name of the declaration, `digest` the SHA-256 of its text.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    digest: str
    sender: Said
    month: Annotated[StrictStr, AfterValidator(_check_month)]
    sha256: Annotated[StrictStr, AfterValidator(_check_hash)]
    reported_by: Said
    reported_on: Annotated[date, BeforeValidator(_check_day)]
    why: Said
    rows: Annotated[tuple[CorrectedValue, ...], AfterValidator(_check_any)]

    def concerns(self, sender: str, month: str, sha256: str) -> bool:
        """Whether it is of this file."""
        is_of_delivery = (self.sender, self.month) == (sender, month)
        return is_of_delivery and sha256.startswith(self.sha256)


@dataclass(frozen=True)
class Corrections:
    """All corrections of an installation, by the names of their files, and the broken ones."""

    declared: tuple[Correction, ...] = ()
    broken: tuple[CorrectionError, ...] = ()

    def of_file(self, sender: str, month: str, sha256: str) -> tuple[Correction, ...]:
        """The corrections of one file."""
        return tuple(each for each in self.declared if each.concerns(sender, month, sha256))

    def check_usable(self, sender: str, month: str) -> None:
        """Raises FileFault broken_correction where one of the sender and month cannot be read.

        Nobody knows which of its files is meant.
        """
        for error in self.broken:
            if error.concerns(sender, month):
                raise FileFault(
                    "broken_correction",
                    f"a correction that is declared for the sender cannot be used: {error}",
                    "không dùng được một tệp đính chính khai báo cho cơ quan gửi này, cần sửa tệp "
                    f"đó theo thông báo tiếng Anh sau: {error}",
                )

    @property
    def digest(self) -> str:
        """SHA-256 of all corrections, the broken ones too."""
        known = [(each.file, each.digest) for each in self.declared]
        broken = [(str(error), error.sender, error.month) for error in self.broken]
        return hashlib.sha256(repr((known, broken)).encode()).hexdigest()


def load_corrections(folder: Path) -> Corrections:
    """The corrections of a folder, which may be absent; files that cannot be used are `broken`."""
    declared: list[Correction] = []
    broken: list[CorrectionError] = []
    for path in sorted(folder.glob("*.toml")) if folder.is_dir() else []:
        try:
            declared.append(read_correction(path))
        except CorrectionError as error:
            broken.append(error)
    return Corrections(tuple(declared), tuple(broken))


def read_correction(path: Path) -> Correction:
    """The correction in a file. CorrectionError where it cannot be used."""
    where = f"corrections/{letters.show_invisible(path.name)}"
    try:
        text = letters.compose_text(read_text(path))
    except OwnFileError as error:
        raise CorrectionError(f"{where} cannot be read: {error}") from None
    try:
        content = parse_toml(text)
    except OwnFileError as error:
        sender, month = _SENDER.search(text), _MONTH.search(text)
        raise CorrectionError(
            f"{where} is not TOML: {error}; correct that line",
            sender[1] if sender else "",
            month[1] if month and months.is_name(month[1]) else "",
        ) from None
    digest = hashlib.sha256(text.encode()).hexdigest()
    try:
        return Correction(**(content | {"file": where, "digest": digest}))
    except ValidationError as error:
        message = f"{where}: {_explain(error)}"
        raise CorrectionError(message, *_read_place(content)) from None


def _read_place(content: Mapping[str, object]) -> tuple[str, str]:
    """The sender and month that a broken declaration names, each empty where it names none."""
    sender, month = content.get("sender"), content.get("month")
    is_month = isinstance(month, str) and months.is_name(month)
    return str(sender) if isinstance(sender, str) else "", str(month) if is_month else ""


_KEYS = (*Correction.model_fields, "key", "column", "from", "to")


def _explain(error: ValidationError) -> str:
    """Every fault in words, with its key; values are not named, for they may be personal."""
    parts = []
    for fault in error.errors():
        # Of a key that may be a text or a number, pydantic names the kind behind it.
        place = [part for part in fault["loc"] if "[" not in str(part) and part != "int"]
        names = [f"{part + 1}" if isinstance(part, int) else str(part) for part in place]
        key = ".".join(names)
        if fault["type"] == "extra_forbidden":
            parts.append(
                f"unknown key {key!r}{did_you_mean(names[-1], _KEYS)}: remove or rename it"
            )
        elif fault["type"] == "missing":
            parts.append(f"the key {key!r} is missing: add it")
        elif fault["type"] in ("string_type", "int_type"):
            parts.append(f"{key}: write it in quotes")
        elif fault["type"] in ("string_too_short", "too_short"):
            parts.append(f"{key}: it is empty: fill it in")
        else:
            parts.append(f"{key}: {fault['msg'].removeprefix('Value error, ')}")
    return "; ".join(dict.fromkeys(parts))
