"""Feedback: what a sender has to mend in what it sent for a month, what comes first first.

Here belong the refused files and the rejected rows of one sender as one list, in words that the
sender knows: its own names of columns, the lines of its own files. What was found is masked already
(masking). Pure. Not here: which rows are rejected (expectations), how the list is shown (reports),
where it is written (assets).
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

import polars as pl

from pipeline import exports, planning
from pipeline.errors import PlainError
from pipeline.exports import RowPlace
from pipeline.planning import Plan
from pipeline.profiles import Profile, Profiles
from pipeline.profiles.date_formats import SERIAL
from pipeline.profiles.our_columns import sendable_columns, words_of_columns
from pipeline.tables import SOURCE_COLUMN

MOST_ROWS_OF_A_RULE = 10_000
"""So many rows of a rule are listed: who mends these mends the rest in the same way."""
MOST_ROWS = 100_000
"""So many rows are listed in all; a sheet of a workbook holds ten times as many."""
_MOST_VALUES = 30
_EXAMPLE_DAY, _EXAMPLE_TIME = 25, (16, 30)
"""A day that is no month, so that an example shows the order of the two."""


@dataclass(frozen=True)
class JudgedFile:
    """A file of the sender, and what came of it.

    `name` is as masking.show_file_name shows it, `kind` empty where the name says none. A refused
    file has a message, in English and in Vietnamese, and no rows. `profile` is the one that read
    it, None where none did.
    """

    name: str
    kind: str
    sha256: str
    is_refused: bool
    rows: int
    accepted: int
    rejected: int
    message: str
    message_vi: str
    profile: Profile | None

    def name_column(self, ours: str) -> str:
        """The sender's own name of a column of ours; empty where the file has no such column."""
        return self.profile.columns.get(ours, "") if self.profile else ""

    def lacks_column(self, ours: str) -> bool:
        """Whether the sender's profile says that no file has a column of ours."""
        if self.profile is None or ours in self.profile.columns:
            return False
        return ours in self.profile.optional_columns


@dataclass(frozen=True)
class BrokenRule:
    """A rule that rows of a kind break: how many rows, and how many of them are listed.

    `column` is ours, empty where the rule is about the whole row.
    """

    kind: str
    rule: str
    column: str
    rows: int
    listed: int
    reason: str
    reason_vi: str


@dataclass(frozen=True)
class BrokenRow:
    """A row that breaks a rule: where it stands, and what was found, masked.

    `record` is the number of the record, the header being 1; `place` is None where the file could
    not be read again. `found` is None where nothing was sent. `source` says what of the record the
    row is made of, empty where the record is one row.
    """

    file: JudgedFile
    rule: BrokenRule
    record: int
    place: RowPlace | None
    found: str | None
    source: str = ""

    @property
    def theirs(self) -> str:
        """The sender's own name of the column at fault; empty for the whole row."""
        return self.file.name_column(self.rule.column) or self.source


@dataclass(frozen=True)
class BrokenSetRule:
    """A rule about the whole month that the sender breaks, and what is said of it, with the cure.

    `kind` is the kind of records that it is about.
    """

    kind: str
    rule: str
    message: str
    message_vi: str


@dataclass(frozen=True)
class Feedback:
    """What one sender has to mend in a month.

    `files` are all its files, `rules` those that rows break, the one that most rows break first,
    `rows` the rows in the order of these rules, then of file and row. `set_rules` are those that
    the month as a whole breaks.
    """

    month: str
    sender_code: str
    sender_name: str
    files: tuple[JudgedFile, ...]
    rules: tuple[BrokenRule, ...]
    rows: tuple[BrokenRow, ...]
    is_simulated: bool = False
    set_rules: tuple[BrokenSetRule, ...] = ()

    @property
    def refused(self) -> tuple[JudgedFile, ...]:
        """The refused files."""
        return tuple(file for file in self.files if file.is_refused)

    @property
    def accepted_rows(self) -> int:
        """How many rows count."""
        return sum(file.accepted for file in self.files)

    @property
    def rejected_rows(self) -> int:
        """How many rows are rejected; a row counts once, however many rules it breaks."""
        return sum(file.rejected for file in self.files)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to mend."""
        return not self.refused and not self.rejected_rows and not self.set_rules

    @cached_property
    def is_cut(self) -> bool:
        """Whether rows are left out of the list, for there are too many."""
        return any(rule.listed < rule.rows for rule in self.rules)


def list_files(delivered: pl.DataFrame, plan: Plan, profiles: Profiles) -> list[JudgedFile]:
    """The files of one sender's month, in order of name: what came of each.

    `delivered` is in tables.DELIVERED, without missing senders; `plan` has the names of the files.
    """
    file = ["kind", "sha256"]
    names = plan.select(*file, "file_name", "profile_digest")
    joined = delivered.join(names, on=file, how="left", nulls_equal=True)
    return [
        JudgedFile(
            name=row["file_name"],
            kind=row["kind"] or "",
            sha256=row["sha256"],
            is_refused=row["status"] == planning.REFUSED,
            rows=row["rows"] or 0,
            accepted=row["accepted"] or 0,
            rejected=row["rejected"] or 0,
            message=row["message"] or "",
            message_vi=row["message_vi"] or "",
            profile=profiles.find(row["profile"], row["profile_digest"] or "")
            if row["profile"]
            else None,
        )
        for row in joined.sort("file_name", *file, nulls_last=False).iter_rows(named=True)
    ]


def make_feedback(
    month: str,
    sender: tuple[str, str],
    files: Iterable[JudgedFile],
    rejected: pl.LazyFrame,
    read: Callable[[str], bytes],
) -> Feedback:
    """The feedback to one sender, by code and name.

    `rejected` are its rejected rows in tables.REJECTED; `read` gives the bytes of a file by its
    SHA-256, and is called only where rows of the file are rejected. Where it raises OSError or
    PlainError the rows have no place.
    """
    files = tuple(files)
    rules = tuple(_count_by_rule(rejected))
    listed = [(rule, _list_rows(rejected, rule, files)) for rule in rules]
    numbers: dict[int, set[int]] = {}
    for _, numbered in listed:
        for file, number, *_ in numbered:
            numbers.setdefault(file, set()).add(number)
    places: dict[int, dict[int, RowPlace]] = {}
    located = list(files)
    for place, wanted in numbers.items():
        located[place], places[place] = _locate(files[place], wanted, month, read)
    rows = [
        BrokenRow(located[file], rule, number, places[file].get(number), found, source or "")
        for rule, numbered in listed
        for file, number, found, source in numbered
    ]
    code, name = sender
    return Feedback(month, code, name, tuple(located), rules, tuple(rows))


def _count_by_rule(rejected: pl.LazyFrame) -> list[BrokenRule]:
    """The rules broken, the one that most rows break first, with how many rows are listed."""
    counted = (
        rejected.group_by("kind", "rule")
        .agg(pl.len().alias("rows"), pl.col("column", "reason", "reason_vi").first())
        .sort("rows", "kind", "rule", descending=[True, False, False])
        .collect()
    )
    rules = []
    left = MOST_ROWS
    for row in counted.iter_rows(named=True):
        listed = min(row["rows"], MOST_ROWS_OF_A_RULE, left)
        left -= listed
        is_of_a_column = row["column"] in sendable_columns(row["kind"])
        column = row["column"] if is_of_a_column else ""
        rules.append(BrokenRule(**(row | {"column": column, "listed": listed})))
    return rules


_Listed = list[tuple[int, int, str | None, str | None]]
"""Rows that are listed under a rule: place of the file among the files, number of the record, what
was found, and what of the record the row is made of."""


def _list_rows(rejected: pl.LazyFrame, rule: BrokenRule, files: Sequence[JudgedFile]) -> _Listed:
    order = {file.sha256: place for place, file in enumerate(files) if file.kind == rule.kind}
    own = rejected.filter(kind=rule.kind, rule=rule.rule).select(
        pl.col("sha256").cast(pl.String).replace_strict(order, return_dtype=pl.Int64),
        "row_number",
        "found",
        SOURCE_COLUMN,
    )
    found: _Listed = []
    for place in sorted(order.values()):
        left = rule.listed - len(found)
        if left <= 0:
            break
        # Millions of rows may break a rule: all of them are never sorted.
        of_file = own.filter(sha256=place).collect()
        if of_file.height > left:
            last = of_file["row_number"].bottom_k(left).max()
            of_file = of_file.filter(pl.col("row_number") <= last)
        found += of_file.sort("row_number", SOURCE_COLUMN).head(left).rows()
    return found


def _locate(
    file: JudgedFile, numbers: Collection[int], month: str, read: Callable[[str], bytes]
) -> tuple[JudgedFile, dict[int, RowPlace]]:
    """The file with the profile as it fits its header, and the places of some of its records."""
    if file.profile is None:
        return file, {}
    try:
        found = exports.locate_rows(read(file.sha256), file.name, file.profile, numbers, month)
    except (OSError, PlainError):
        return file, {}
    return replace(file, profile=found.profile), found.places


def list_allowed(row: BrokenRow, month: str) -> tuple[str, ...]:
    """What could stand in the place of what was found, where the profile says it.

    For a time that cannot be read, one moment in each of its date formats; for a value that is in
    no list, the list. Empty for all other rules, and the list ends with … where it is long.
    """
    profile, column = row.file.profile, row.rule.column
    if profile is None:
        return ()
    if row.rule.rule.endswith("_is_a_time"):
        year, number = map(int, month.split("-"))
        moment = datetime(year, number, _EXAMPLE_DAY, *_EXAMPLE_TIME)
        formats = [each for each in profile.date_formats if each != SERIAL]
        return tuple(dict.fromkeys(_write_moment(moment, each, profile) for each in formats))
    if row.rule.rule.endswith("_is_in_list"):
        words = words_of_columns(profile.kind).get(column, ())
        values = tuple(profile.values.get(column, {})) or words
        return (*values[:_MOST_VALUES], *(["…"] if len(values) > _MOST_VALUES else []))
    return ()


def _write_moment(moment: datetime, date_format: str, profile: Profile) -> str:
    moments = pl.Series([moment]).dt.replace_time_zone(profile.time_zone)
    return str(moments.dt.strftime(date_format).item())
