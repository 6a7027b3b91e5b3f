"""Previewing a profile on a file: what it understood and which rows would count, before it is sent.

Here belongs the preview as a value. Not here: its columns (preview_columns), how it is printed
(print_preview), what a profile may say (pipeline.profiles), what rows must keep to (expectations).
"""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from assets.command_line.drafted_lines import explain_drafted_lines
from assets.command_line.preview_answers import find_unread_answers
from assets.command_line.preview_columns import (
    PreviewColumn,
    find_unmapped,
    preview_columns,
    show_value,
    write_typed,
)
from assets.command_line.preview_places import Places, find_places
from assets.command_line.senders import check_sender
from assets.month.register import load_register
from expectations.rules.records import RULES, find_reasons
from pipeline import agencies, calendar, codes, copies, exports, masking, months, records
from pipeline.agencies import UnitNames
from pipeline.declarations import Declarations, load_corrections
from pipeline.drafting import sheets
from pipeline.exports import TextRows
from pipeline.faults import FileFault
from pipeline.home import Home
from pipeline.profiles import Profile, ProfileError, load_all, with_calendar
from pipeline.profiles.our_columns import MOMENT_OF_RECORD, sendable_columns
from pipeline.profiles.profile import read_profile
from pipeline.profiles.wide import with_columns_of_parts
from pipeline.records import parts, unit_names
from pipeline.tables import SOURCE_COLUMN

_EXAMPLES = 3
_ROWS_SHOWN = 10


@dataclass(frozen=True)
class BrokenRule:
    """A rule that rows break: how many, the first of them with what was found, and the reason.

    `first` has numbers of records, whose places the preview knows.
    """

    rule: str
    rows: int
    first: tuple[tuple[int, str | None], ...]
    reason: str


@dataclass(frozen=True)
class ProfilePreview:
    """What a profile makes of a file.

    `rows` of a file with a question a column are its answers, and `records` the records that have
    one, of `sent_records`. `unread` are the places in the header, from 1, of columns that the
    profile does not name; `unmapped` are values that it maps to nothing, masked, with our column,
    the number of rows and the first of them. `month` is the month that the rows are checked for,
    empty where no row has a moment that can be read; then no rule is checked and all rows would be
    rejected. `unread_answers` are those of the unread columns that look like answers. `places` has
    where the records stand that are named by their number. `accepted_rows` and `rejected_rows` add
    up to `rows`. With a `fault` the whole file would be refused, as another month's
    or another agency's.
    """

    profile: Profile
    rows: int
    records: int
    sent_records: int
    columns: tuple[PreviewColumn, ...]
    unread: tuple[int, ...]
    unread_answers: tuple[int, ...]
    unmapped: tuple[tuple[str, str, int, int], ...]
    month: str
    is_month_chosen: bool
    accepted_rows: int
    rejected_rows: int
    broken_rules: tuple[BrokenRule, ...]
    has_unchecked_units: bool
    fault: FileFault | None
    places: Places
    unread_sheets: int
    """How many sheets have the header of the one that is read."""
    sender: str
    """The sender as it is shown, like `H38 = Lào Cai`; empty where none was named."""
    first_rows: tuple[tuple[tuple[str, str], ...], ...] = ()
    """The first rows as understood, each with its number, and our columns with their values, masked
    as examples."""


@dataclass(frozen=True)
class Sending:
    """Whose export of which month the file is taken for; empty where that is not said.

    `agencies` is a register to take in place of the home's.
    """

    home: Home
    month: str
    sender: str
    agencies: Path | None = None


def preview_profile(file: Path, name: str | Profile, sending: Sending) -> ProfilePreview:
    """What a profile makes of a file, and which rows the row rules would reject.

    `name` is a profile's file, the name of an own or built-in one, or a profile itself. Without a
    month the one that most rows name is taken; without a sender units are not checked. Raises
    ProfileError, RegisterError or FileFault when profile, sender or file cannot be used.
    """
    whole = name if isinstance(name, Profile) else find_profile(name, sending.home)
    try:
        rows, profile, typed = type_file(file, file.name, whole, sending)
    except FileFault as fault:
        raise with_place(fault, file) from None
    month = sending.month or _most_named_month(typed, profile.kind)
    sender = ""
    if sending.sender and month:
        sender = check_sender(sending.home, sending.sender, month, sending.agencies)
        typed, profile = _type_as_declared(file, rows, profile, sending, month)
    rejected, fault_found = None, None
    try:
        rejected = _reject_rows(typed, profile, sending, month) if month else None
    except FileFault as fault:
        fault_found = with_place(fault, file)
    row = parts.number_rows().n_unique()
    rejected_rows = typed.height if rejected is None else rejected.select(row).item()
    named = set(with_columns_of_parts(profile).columns.values())
    unread = tuple(place for place, name in enumerate(rows.header, start=1) if name not in named)
    unmapped = find_unmapped(typed, profile)
    broken_rules = () if rejected is None else _count_by_rule(rejected)
    numbers = {
        *(number for broken in broken_rules for number, _ in broken.first),
        *(first for *_, first in unmapped),
        *typed.head(_ROWS_SHOWN)["row_number"],
    }
    places = find_places(file, whole, numbers, sending.month)
    return ProfilePreview(
        profile=profile,
        rows=typed.height,
        records=typed["row_number"].n_unique(),
        sent_records=rows.frame.height,
        columns=preview_columns(typed, profile),
        unread=unread,
        unread_answers=find_unread_answers(file, profile, rows.header, unread),
        unmapped=unmapped,
        month=month,
        is_month_chosen=not sending.month,
        accepted_rows=typed.height - rejected_rows,
        rejected_rows=rejected_rows,
        broken_rules=_with_drafted_lines(broken_rules, sending),
        has_unchecked_units=not sending.sender and typed["unit_code_as_sent"].is_not_null().any(),
        fault=fault_found,
        places=places,
        unread_sheets=sheets.count_unread(file.read_bytes(), profile),
        sender=sender,
        first_rows=_show_first_rows(typed, profile, places),
    )


def _check_month_is_named(profile: Profile, sending: Sending) -> None:
    """Raises ProfileError where the profile takes a moment from the month, and none is named."""
    if profile.from_month and not sending.month:
        raise ProfileError(
            f"the profile {profile.name} takes {profile.from_month[0]} from the month of the "
            "folder (from_month): name the month with --month"
        )


def find_month(file: Path, file_name: str, profile: Profile, sending: Sending) -> str:
    """The month that most rows of a file name; empty where none can be read.

    Raises FileFault, and ProfileError where the profile takes a moment from the month.
    """
    _, _, typed = type_file(file, file_name, profile, sending)
    return _most_named_month(typed, profile.kind)


def type_file(
    file: Path, file_name: str, profile: Profile, sending: Sending
) -> tuple[TextRows, Profile, pl.DataFrame]:
    """The rows of a file as text, the profile that types them, and the typed rows, no unit known.

    Raises FileFault, and ProfileError where the profile takes a moment from a month, and none is
    named.
    """
    exports.check_size(file.stat().st_size, profile.limits)
    rows, profile = exports.read_file(file.read_bytes(), file_name, profile, sending.month)
    _check_month_is_named(profile, sending)
    return rows, profile, _type_rows(rows, profile, sending, sending.month)


def _type_rows(rows: TextRows, profile: Profile, sending: Sending, month: str) -> pl.DataFrame:
    """The typed rows, before it is known which units are the sender's."""
    no_units = pl.DataFrame(schema={"unit_code": pl.String, records.UNIT_STANDING: pl.String})
    own_calendar = calendar.load_all(sending.home.calendars).find(profile.calendar)
    return records.type_rows(rows, profile, no_units, month=month, calendar=own_calendar)


def _type_as_declared(
    file: Path, rows: TextRows, profile: Profile, sending: Sending, month: str
) -> tuple[pl.DataFrame, Profile]:
    """The typed rows as a run of the month has them: with corrections, and names of units."""
    names = _names_of_units(sending, month)
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    declared = Declarations(load_corrections(sending.home.corrections))
    try:
        declared.corrections.check_usable(sending.sender, month)
        rows, profile = declared.apply(rows, profile, sha256, names)
        return _type_rows(rows, profile, sending, month), profile
    except FileFault as fault:
        raise with_place(fault, file) from None


def _names_of_units(sending: Sending, month: str) -> UnitNames:
    register = load_register(sending.home, sending.agencies)
    aliases = agencies.load_aliases(sending.home.aliases, register)
    return UnitNames(register, sending.sender, month, aliases.at(sending.sender, month))


def with_place(fault: FileFault, file: Path) -> FileFault:
    """A fault that says where the file lies."""
    return FileFault(fault.fault, f"{masking.show_path(file)}: {fault.message}", fault.message_vi)


def _reject_rows(
    typed: pl.DataFrame, profile: Profile, sending: Sending, month: str
) -> pl.DataFrame:
    """The rejected rows of a month's export, one row a broken rule. FileFault for another month."""
    with_units = _with_units(typed, sending, month)
    sent = records.with_sender_and_file(with_units, sending.sender, "", profile)
    codes.check_no_code_is_a_number(sent, profile)
    records.check_file_belongs(sent, profile.kind, month)
    marked, faults = copies.mark_copies([(sent, profile)], profile.kind)
    for fault in faults.values():
        raise fault
    indexed = pl.concat(marked).with_row_index(records.ROW_INDEX)
    frame = indexed.cast({records.ROW_INDEX: pl.Int64})
    reasons = find_reasons(profile.kind, frame, month)
    if sending.sender:
        names = _names_of_units(sending, month)
        reasons = unit_names.with_near_units(reasons, frame, lambda _: names)
    return records.split_rows(frame, reasons, profile.kind)[1]


def _with_units(typed: pl.DataFrame, sending: Sending, month: str) -> pl.DataFrame:
    """The typed rows with how their units stand to the sender; all are its own if none is named."""
    if not sending.sender:
        standing = pl.when(pl.col("unit_code").is_not_null()).then(pl.lit("known"))
        return typed.with_columns(standing.alias(records.UNIT_STANDING))
    register = load_register(sending.home, sending.agencies)
    standings = records.unit_standings(register, sending.sender, month)
    return records.with_unit_standing(typed, standings)


def _show_first_rows(
    typed: pl.DataFrame, profile: Profile, places: Places
) -> tuple[tuple[tuple[str, str], ...], ...]:
    has_values = (typed[name].count() for name in sendable_columns(profile.kind))
    names = [n for n, has in zip(sendable_columns(profile.kind), has_values, strict=True) if has]
    first = typed.head(_ROWS_SHOWN).select(write_typed(typed, name) for name in names)
    return tuple(
        (
            (places.word, places.write_number(number)),
            *(
                (name, "" if value is None else show_value(value, name, profile))
                for name, value in row.items()
            ),
        )
        for number, row in zip(typed["row_number"], first.iter_rows(named=True), strict=False)
    )


def _most_named_month(typed: pl.DataFrame, kind: str) -> str:
    """The month that most rows were received, answered or counted in, the later of two equal."""
    named = typed[MOMENT_OF_RECORD[kind]].drop_nulls().dt.strftime("%Y-%m").alias("month")
    counted = named.value_counts().sort("count", "month", descending=True)["month"]
    return next(filter(months.is_name, counted), "")


def _with_drafted_lines(broken: tuple[BrokenRule, ...], sending: Sending) -> tuple[BrokenRule, ...]:
    """The rules, that of unknown units with the lines of the register that drafts have for them."""
    if sending.agencies or "unit_is_known" not in {each.rule for each in broken}:
        return broken
    known = set(agencies.load(sending.home.agencies).table["code"])
    more = explain_drafted_lines(sending.home, known)
    return tuple(
        replace(each, reason=each.reason + more) if each.rule == "unit_is_known" else each
        for each in broken
    )


def _count_by_rule(rejected: pl.DataFrame) -> tuple[BrokenRule, ...]:
    """The rules broken, the one that most rows break first."""
    by_rule = rejected.sort("row_number").group_by("rule", maintain_order=True)
    found = [
        BrokenRule(
            rule=str(rule),
            rows=broken.height,
            first=tuple(
                broken.head(_EXAMPLES).select("row_number", _found_in_column()).iter_rows()
            ),
            reason=RULES[str(rule)].reason_en,
        )
        for (rule,), broken in by_rule
    ]
    return tuple(sorted(found, key=lambda broken: -broken.rows))


def _found_in_column() -> pl.Expr:
    """What was found, after the name of its column where a record has a row for each of several."""
    in_column = pl.format("{}: {}", SOURCE_COLUMN, pl.col("found").fill_null("-"))
    return pl.coalesce(in_column, "found")


def find_profile(name: str, home: Home) -> Profile:
    """The profile of that file, or of that name, own or built in. ProfileError where none is."""
    calendars = calendar.load_all(home.calendars)
    own = home.profiles / f"{name}.toml"
    if Path(name).suffix == ".toml" or own.is_file():
        return with_calendar(read_profile(own if own.is_file() else Path(name)), calendars)
    profiles = load_all(home.profiles, calendars)
    profile = profiles.find(name)
    if profile is None:
        known = ", ".join(p.name for p in (*profiles.own, *profiles.built_in))
        raise ProfileError(f"no profile {name!r}: name a .toml file or one of {known}")
    return profile
