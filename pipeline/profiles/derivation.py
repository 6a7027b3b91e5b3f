"""Derivation: what a profile says of values that a file does not have.

Here belong the keys of a profile that name such a value, or what the value follows from, and their
checks. Not here: deriving the values (records.derived), values that every row has (constants).
"""

from typing import Annotated, Literal, Protocol

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from pipeline.columns import MOMENT
from pipeline.letters import clean_text
from pipeline.profiles.our_columns import MAPPABLE, MAY_BE_LACKING, words_of_columns
from pipeline.suggestions import did_you_mean
from pipeline.tables import (
    CLOSED_STATUSES,
    ENDED_STATUSES,
    LEFT_STATUSES,
    PETITION_STATUSES,
    RECORDS,
    STATUSES,
)

END_COLUMNS = {"dossiers": ("ended_at", "handed_over_at"), "petitions": ("handled_at",)}
"""The columns that say that a record has ended, of the kinds whose records end."""
FROM_MONTH = {"ratings": "answered_at", "figures": "period_at"}
"""The column that may be taken from the month of the folder, by kind."""
_ALL_STATUSES = {"dossiers": STATUSES, "petitions": PETITION_STATUSES}
_STATUSES_WITH_END = {
    "dossiers": (*ENDED_STATUSES, *LEFT_STATUSES),
    "petitions": tuple(CLOSED_STATUSES),
}
_NUMBERS = {
    "dossiers": ("supplement_requests",),
    "ratings": ("weight",),
    "petitions": (),
    "figures": ("numerator", "denominator", "failures"),
}
_LONGEST_DAYS = 3650

Filling = Annotated[str, AfterValidator(clean_text), Field(min_length=1)] | int | float
"""A value of ours for an empty field."""
Days = Annotated[int, Field(ge=1, le=_LONGEST_DAYS)]


class StatusFromEnd(BaseModel):
    """The status of a record whose status is not sent: with a date of its end, and without one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    with_end: str
    without_end: str


class Due(BaseModel):
    """How many days after the day of receipt a dossier is due, where no due date is sent.

    `default` is for the procedures that `by_procedure` does not list; None where nothing is known
    of them. `unit` says which days are counted; None means the days of the profile's clock.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    unit: Literal["working_days", "days"] | None = None
    default: Days | None = None
    by_procedure: dict[str, Days] = {}


class Derivation(BaseModel):
    """The keys of a profile that say what follows where a value is not sent.

    `if_empty` has a value of ours for an empty field of our column. `if_no_end` has, by a status
    that counts as ended, the status of a record that has it and no date of its end. `from_month`
    are columns of times that the month of the folder fills.
    """

    if_empty: dict[str, Filling] = {}
    status_from_end: StatusFromEnd | None = None
    if_no_end: dict[str, str] = {}
    due: Due | None = None
    from_month: tuple[str, ...] = ()

    @property
    def derived_columns(self) -> tuple[str, ...]:
        """Our columns that the file may lack, because their values follow from others."""
        status = ("status",) if self.status_from_end else ()
        due = ("due_at",) if self.due else ()
        return (*status, *due, *self.from_month)


def suggest_derivation(kind: str, column: str) -> str:
    """What may derive a column that a profile must name; empty where nothing can."""
    keys = {"status": "[status_from_end]", "due_at": "[due]", FROM_MONTH.get(kind): "from_month"}
    derived = f", or derive it: {keys[column]}" if column in keys else ""
    may_lack = ", or list it in optional_columns where no file has it"
    return derived + (may_lack if column in MAY_BE_LACKING else "")


class _ProfileKeys(Protocol):
    """What the checks read of a profile beside the keys of derivation."""

    @property
    def kind(self) -> str: ...
    @property
    def columns(self) -> dict[str, str]: ...
    @property
    def constants(self) -> dict[str, str]: ...


def check_derivation(derivation: Derivation, profile: _ProfileKeys) -> None:
    """Raises ValueError where a key of derivation does not fit the kind or the other keys."""
    for column, value in derivation.if_empty.items():
        _check_filling(column, value, profile)
    if derivation.status_from_end:
        _check_status_from_end(derivation, profile)
    for status, otherwise in derivation.if_no_end.items():
        _check_end("if_no_end", profile.kind)
        _check_status(f"if_no_end.{status}", status, profile.kind, has_end=True)
        _check_status(f"if_no_end.{status}", otherwise, profile.kind, has_end=False)
    if derivation.due:
        _check_due(derivation.due, profile.kind)
    for column in derivation.from_month:
        _check_from_month(column, profile)


def _check_filling(column: str, value: str | float, profile: _ProfileKeys) -> None:
    words, numbers = words_of_columns(profile.kind), _NUMBERS[profile.kind]
    fillable = tuple(name for name in MAPPABLE[profile.kind] if name != "answer") + numbers
    if column not in fillable:
        near = did_you_mean(column, fillable) or f": it may be one of {', '.join(fillable)}"
        raise ValueError(f"if_empty: {column!r} cannot be filled{near}")
    if column not in profile.columns:
        raise ValueError(
            f"if_empty names {column!r}, which is not in [columns]: write it in [constants], which "
            "is the same in every row"
        )
    if column in numbers:
        is_count = isinstance(value, int) or column == "weight"
        if isinstance(value, str) or value < 0 or not is_count:
            raise ValueError(f"if_empty.{column}: {value!r} is no number that it can be: write 0")
    elif not isinstance(value, str):
        raise ValueError(f'if_empty.{column}: write {value!r} in quotes, like "{value}"')
    elif column in words and value not in words[column]:
        raise ValueError(f"if_empty.{column}: {_not_one_of(value, words[column])}")


def _check_status_from_end(derivation: Derivation, profile: _ProfileKeys) -> None:
    kind, statuses = profile.kind, derivation.status_from_end
    assert statuses is not None  # noqa: S101 - for the type checker
    _check_end("status_from_end", kind)
    if "status" in derivation.if_empty:
        raise ValueError(
            "status_from_end and if_empty.status both say what an empty status is: keep one"
        )
    if "status" in profile.constants:
        raise ValueError(
            "status_from_end and constants.status both say what the status is: keep one"
        )
    _check_status("status_from_end.with_end", statuses.with_end, kind, has_end=True)
    _check_status("status_from_end.without_end", statuses.without_end, kind, has_end=False)


def _check_end(key: str, kind: str) -> None:
    if kind not in END_COLUMNS:
        raise ValueError(f"{key} is for {' and '.join(END_COLUMNS)}: {kind} have no end")


def _check_status(key: str, status: str, kind: str, *, has_end: bool) -> None:
    """Raises ValueError for a status that is no word of ours, or has an end where it should not."""
    with_end = _STATUSES_WITH_END[kind]
    fitting = tuple(each for each in _ALL_STATUSES[kind] if (each in with_end) == has_end)
    if status in fitting:
        return
    if status in _ALL_STATUSES[kind]:
        is_ended = "is open" if has_end else "has ended"
        raise ValueError(f"{key}: a record that is {status!r} {is_ended}: {_list(fitting)}")
    raise ValueError(f"{key}: {_not_one_of(status, fitting)}")


def _check_due(due: Due, kind: str) -> None:
    if kind != "dossiers":
        raise ValueError(f"due is for dossiers: take it out of a profile of {kind}")
    if due.default is None and not due.by_procedure:
        raise ValueError("due says no number of days: write default = 15, or [due.by_procedure]")


def _check_from_month(column: str, profile: _ProfileKeys) -> None:
    fitting = FROM_MONTH.get(profile.kind)
    if column != fitting:
        cure = f"it may be {fitting!r}" if fitting else f"{profile.kind} need dates of their own"
        raise ValueError(f"from_month: {column!r} does not follow from the month: {cure}")
    if column in profile.columns or column in profile.constants:
        raise ValueError(
            f"from_month: {column!r} is in [columns] or [constants] too: keep it in one of them"
        )


def _not_one_of(wrong: str, words: tuple[str, ...]) -> str:
    return f"{wrong!r} cannot be it{did_you_mean(wrong, words) or f': {_list(words)}'}"


def _list(words: tuple[str, ...]) -> str:
    return f"it may be one of {', '.join(words)}"


assert all(  # noqa: S101 - keeps the lists of columns true
    RECORDS[kind].schema[column] == MOMENT for kind, column in FROM_MONTH.items()
)
