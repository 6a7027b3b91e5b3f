"""What a profile says, and how its TOML file is read and checked.

Here belongs one profile by itself. Not here: which of several profiles applies to a file (choice).
"""

import difflib
import hashlib
import re
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    ValidationError,
    field_validator,
    model_validator,
)

from pipeline import letters
from pipeline.calendar import VIETNAM, Calendar, ClockName
from pipeline.errors import WrongUseError
from pipeline.letters import clean_text
from pipeline.own_files import OwnFileError, parse_toml, read_text
from pipeline.profiles import column_names, date_formats
from pipeline.profiles.derivation import (
    Derivation,
    Due,
    StatusFromEnd,
    check_derivation,
    suggest_derivation,
)
from pipeline.profiles.file_keys import DateFormats, Encoding, Mark, MissingCodes, TimeZone
from pipeline.profiles.identity import CODE_OF, USUAL_IDENTITY, Identity, check_identity
from pipeline.profiles.limits import Limits
from pipeline.profiles.our_columns import (
    MAPPABLE,
    MAY_BE_LACKING,
    NEEDED,
    moment_columns,
    sendable_columns,
    words_of_columns,
)
from pipeline.profiles.questions import Scale
from pipeline.profiles.versions import Month, check_dates, list_layouts, name_layouts
from pipeline.profiles.wide import WIDE_KEYS, WideKeys
from pipeline.tables import KINDS

Kind = Literal["dossiers", "ratings", "petitions", "figures"]
assert set(get_args(Kind)) == set(KINDS)  # noqa: S101 - keeps the type and the list one

UNMAPPED_CHOICES = ("reject", "keep", "empty")
"""What a profile may do with a value that it does not map, beside naming one of our words."""
_NEEDS_DAY = ("dossiers", "petitions")
"""Kinds of records whose times say the day; of others the month is enough."""
_SENDERS = re.compile(r"^\s*senders\s*=\s*\[([^\]]*)", re.MULTILINE)


class ProfileError(WrongUseError):
    """A profile cannot be used; the message names the file, the key and the cure.

    `senders` are those that the broken profile names, as far as it can be read.
    """

    def __init__(self, message: str, senders: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.senders = senders


Text = Annotated[str, Field(min_length=1)]
Cleaned = Annotated[str, AfterValidator(clean_text)]
Grain = Literal["day", "second"]
"""Whether the times of a column are days, or moments to the second."""


class Profile(Derivation, WideKeys, BaseModel):
    """One layout of one kind of export, of the senders that it names.

    `columns` maps our column to the name in the header, the first of several (`names_of`);
    `values` maps, for one of our columns, what is sent to our word; `unmapped` says what happens to
    other values: "reject" the row (default where `values` are given), "keep" as sent, make "empty",
    or one of our words.
    `missing_codes` are of every column, or by our column. `grain` says of our columns of times
    whether they are days, which is judged from the values where it is not said.
    `header_row` is the line of a text, or the row of a sheet, in which the header begins, and
    `header_rows` how many rows it has. `footer` has the words with which the rows below the records
    begin, like totals. `sheet` names the sheet of a workbook, `records` the list in a JSON.
    `identity` names the columns that identify a record: none where each row is a record, and None
    where they are the usual ones of the kind. `versions` are other layouts of the same files, each
    a whole profile, which hold from `valid_from` to `valid_to` (months, both included).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    digest: str
    senders: Annotated[tuple[Text, ...], Field(min_length=1)]
    kind: Kind
    description: str = ""
    file_pattern: str = ""
    encoding: Encoding = "utf-8"
    delimiter: Mark = ","
    quote: Mark = '"'
    decimal_mark: Literal[".", ","] = "."
    thousands_mark: Literal["", ".", ",", " ", "'"] | None = None
    header_row: Annotated[int, Field(ge=1, le=1000)] = 1
    header_rows: Literal[1, 2] = 1
    footer: tuple[Annotated[Cleaned, Field(min_length=1)], ...] = ()
    sheet: Cleaned = ""
    records: str = ""
    time_zone: TimeZone = "Asia/Ho_Chi_Minh"
    date_formats: DateFormats = ("%Y%m%d%H%M%S",)
    clock: ClockName = "working"
    calendar: Text = VIETNAM
    scale: Scale = "five"
    missing_codes: MissingCodes = ()
    optional_columns: tuple[str, ...] = ()
    identity: Identity = None
    columns: dict[str, Text]
    constants: dict[str, Annotated[Cleaned, Field(min_length=1)]] = {}
    values: dict[str, dict[Cleaned, Cleaned]] = {}
    unmapped: dict[str, str] = {}
    grain: dict[str, Grain] = {}
    limits: Limits = Limits()
    valid_from: Month | None = None
    valid_to: Month | None = None
    versions: tuple["Profile", ...] = ()
    _names: column_names.Names = PrivateAttr(default_factory=dict)

    @model_validator(mode="wrap")
    @classmethod
    def _split_names(
        cls, content: object, handler: ModelWrapValidatorHandler["Profile"]
    ) -> "Profile":
        if not isinstance(content, dict):
            return handler(content)
        first, several = column_names.split_names(content.get("columns"))
        profile = handler({**content, "columns": first} if "columns" in content else content)
        profile._names = several
        return profile

    @field_validator("columns")
    @classmethod
    def _clean_names(cls, columns: dict[str, str]) -> dict[str, str]:
        cleaned = {ours: letters.clean_name(theirs) for ours, theirs in columns.items()}
        for ours, theirs in cleaned.items():
            if not theirs:
                raise ValueError(f"{ours} has a name that nobody sees: write the column's name")
        return cleaned

    @model_validator(mode="after")
    def _check_values(self) -> "Profile":
        words_of_column = words_of_columns(self.kind)
        for column, words in words_of_column.items():
            for theirs, ours in self.values.get(column, {}).items():
                if ours not in words:
                    raise ValueError(
                        f"values.{column}.{theirs}: {_not_one_of(ours, column, words)}"
                    )
        for column, choice in self.unmapped.items():
            words = words_of_column.get(column, (choice,))
            if choice not in (*UNMAPPED_CHOICES, *words):
                choices = (*UNMAPPED_CHOICES, *words)
                raise ValueError(f"unmapped.{column}: {_not_one_of(choice, column, choices)}")
            if not self.values.get(column) and choice != "keep":
                raise ValueError(f"unmapped.{column} needs [values.{column}]: add it")
        return self

    @model_validator(mode="after")
    def _check_times(self) -> "Profile":
        for date_format in self.date_formats:
            if self.kind in _NEEDS_DAY and not date_formats.has_day(date_format):
                raise ValueError(f"date_formats: {date_format!r} lacks the day: write %d too")
        times = moment_columns(self.kind)
        for column in self.grain:
            if column not in times:
                raise ValueError(
                    f"grain: {column!r} is no column of times{_suggest(column, times)}"
                )
        return self

    @model_validator(mode="after")
    def _check_thousands_mark(self) -> "Profile":
        if self.thousands_mark == self.decimal_mark:
            raise ValueError(
                f"thousands_mark and decimal_mark are both {self.decimal_mark!r}: name another for "
                "one of them"
            )
        return self

    @model_validator(mode="after")
    def _check_columns(self) -> "Profile":
        ours = sendable_columns(self.kind)
        with_codes = self.missing_codes if isinstance(self.missing_codes, dict) else ()
        named = (*self.columns, *self.constants, *self.optional_columns, *with_codes)
        for column in named:
            if column not in ours:
                raise ValueError(f"{column!r} is no column of {self.kind}{_suggest(column, ours)}")
        for column in (*self.values, *self.unmapped):
            if column not in MAPPABLE[self.kind]:
                raise ValueError(
                    f"values of {column!r} cannot be mapped{_suggest(column, MAPPABLE[self.kind])}"
                )
        with_values = (column for column in self.values if column != "answer")
        elsewhere = (*self.columns, *self.constants, *self.optional_columns, *with_values)
        of_parts = self.check_parts(self.kind, self.scale, elsewhere)
        has_codes = self.identity != ()
        lacking = [each for each in self.optional_columns if each in MAY_BE_LACKING]
        given = (*self.columns, *self.constants, *self.derived_columns, *of_parts, *lacking)
        for column in NEEDED[self.kind]:
            is_needed = has_codes or column != CODE_OF.get(self.kind)
            if is_needed and column not in given:
                more = suggest_derivation(self.kind, column)
                raise ValueError(f"[columns] lacks {column!r}: name the column that holds it{more}")
        check_identity(self.kind, self.identity or (), (*self.columns, *self.constants))
        check_derivation(self, self)
        check_dates(self.valid_from, self.valid_to)
        return self

    def names_of(self, ours: str) -> tuple[str, ...]:
        """The names that a column of ours may have in a header; none where it is not sent."""
        return self._names.get(ours) or ((self.columns[ours],) if ours in self.columns else ())

    def with_names_of(self, header: Collection[str]) -> "Profile":
        """The profile with the names in `columns` that a header has, where it has another one."""
        found = {
            ours: next((name for name in self.names_of(ours) if name in header), first)
            for ours, first in self.columns.items()
        }
        return self.model_copy(update={"columns": found}) if found != self.columns else self

    @property
    def record_identity(self) -> tuple[str, ...]:
        """The columns that identify a record, sorted; none where each row is a record.

        Of ratings they identify who answered.
        """
        identity = USUAL_IDENTITY[self.kind] if self.identity is None else self.identity
        return tuple(sorted(set(identity)))

    def with_calendar_digest(self, calendar: Calendar) -> "Profile":
        """The profile whose digest covers its calendar too, unless that is the built-in one."""
        digests = f"{self.digest} {calendar.digest}".strip()
        digest = hashlib.sha256(digests.encode()).hexdigest() if calendar.digest else self.digest
        return self.model_copy(update={"digest": digest})

    def choice_for_unmapped(self, column: str) -> str:
        """What happens to a value that `values` does not list: UNMAPPED_CHOICES, or our word."""
        return self.unmapped.get(column, "reject" if column in self.values else "keep")

    def missing_codes_of(self, column: str) -> tuple[str, ...]:
        """The values of one of our columns that mean that it is not known."""
        if isinstance(self.missing_codes, dict):
            return self.missing_codes.get(column, ())
        return self.missing_codes

    @property
    def mark_between_thousands(self) -> str:
        """What stands between the thousands of a number; empty where nothing may.

        Where the profile does not say it, a decimal comma means points between thousands.
        """
        if self.thousands_mark is not None:
            return self.thousands_mark
        return "." if self.decimal_mark == "," else ""


def _not_one_of(wrong: str, column: str, words: tuple[str, ...]) -> str:
    return f"{wrong!r} is no {column}{_suggest(wrong, words)}"


def _suggest(wrong: str, choices: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(wrong, choices, n=1)
    return f": did you mean {close[0]!r}?" if close else f": it may be one of {', '.join(choices)}"


def parse_profile(text: str, name: str, where: str) -> Profile:
    """The profile written in a TOML text.

    `where` names the file in messages. Raises ProfileError for text that is not TOML, an unknown
    or missing key, or a value that does not fit.
    """
    text = letters.compose_text(text)
    try:
        content = parse_toml(text)
    except OwnFileError as error:
        listed = _SENDERS.search(text)
        senders = tuple(re.findall(r"[\"']([^\"'\n]+)[\"']", listed[1])) if listed else ()
        message = f"{where} is not TOML: {error}; correct that line"
        raise ProfileError(message, senders) from None
    digest = hashlib.sha256(text.encode()).hexdigest()
    senders = content.get("senders", [])
    named = tuple(s for s in senders if isinstance(s, str)) if isinstance(senders, list) else ()
    try:
        layouts = list_layouts(content)
    except ValueError as error:
        raise ProfileError(f"{where}: {error}", named) from None
    own, *others = (
        _parse_layout(layout | {"name": name, "digest": digest}, f"{where}: {version}", named)
        for layout, version in zip(layouts, name_layouts(len(layouts)), strict=True)
    )
    return own.model_copy(update={"versions": tuple(others)}) if others else own


def _parse_layout(content: dict[str, Any], where: str, senders: tuple[str, ...]) -> Profile:
    try:
        return Profile(**content)
    except ValidationError as error:
        raise ProfileError(f"{where}{_explain(error)}", senders) from None


def _explain(error: ValidationError) -> str:
    """Every fault in words, with its key."""
    tables: dict[str, type[BaseModel]] = {
        "limits": Limits,
        "status_from_end": StatusFromEnd,
        "due": Due,
    }
    keys = (
        *Profile.model_fields,
        *(f"{table}.{name}" for table, model in tables.items() for name in model.model_fields),
        *WIDE_KEYS,
    )
    parts = []
    for fault in error.errors():
        key = ".".join(str(part) for part in fault["loc"])
        if fault["type"] == "extra_forbidden":
            parts.append(f"unknown key {key!r}{_suggest(key, keys)}")
        elif fault["type"] == "missing":
            parts.append(f"the key {key!r} is missing: add it")
        else:
            message = fault["msg"].removeprefix("Value error, ")
            parts.append(f"{key}: {message}" if key else message)
    return "; ".join(parts)


def read_profile(path: Path) -> Profile:
    """The profile in a file, named after the file. ProfileError as `parse_profile`."""
    try:
        text = read_text(path)
    except OwnFileError as error:
        raise ProfileError(f"{path} cannot be read as UTF-8 text: {error}") from None
    return parse_profile(text, path.stem, f"profiles/{path.name}")
