"""Trying a profile on a file: what it understood and which rows would count, before it is sent.

Not here: what a profile may say (pipeline.profiles), what rows must keep to (expectations).
"""

from dataclasses import dataclass
from pathlib import Path

import polars as pl
from rich.markup import escape
from rich.table import Table

from assets.command_line.printing import console
from expectations.rules import records as row_rules
from pipeline import agencies, calendar, exports, months, records
from pipeline.agencies import RegisterError
from pipeline.exports import TextRows
from pipeline.faults import FileFault
from pipeline.home import Home
from pipeline.profiles import Profile, ProfileError, load_all, with_calendar
from pipeline.profiles.profile import MAPPABLE, read_file, sendable
from pipeline.suggestions import did_you_mean

_MOMENTS = {
    "dossiers": "received_at",
    "ratings": "answered_at",
    "petitions": "received_at",
    "figures": "period_at",
}
"""By kind, the moment that tells the month of a row."""
_EXAMPLES = 3


def tried(file: Path, name: str, home: str, month: str, sender: str) -> None:
    """Prints what the profile makes of the file, and which rows the row rules would set aside.

    `name` is a profile's file, or the name of an own or built-in one. Without a `month` the one
    that most rows name is taken; without a `sender` units are not checked. Raises ProfileError,
    RegisterError or FileFault when profile, sender or file cannot be used.
    """
    profile = _profile(name, home)
    try:
        _try(file, profile, Trial(month, sender, Home(Path(home))))
    except FileFault as fault:
        raise FileFault(fault.fault, f"{file}: {fault.message}", fault.message_vi) from None


@dataclass(frozen=True)
class Trial:
    """Whose export of which month the file is tried as; empty where that is not said."""

    month: str
    sender: str
    home: Home


def _try(file: Path, profile: Profile, trial: Trial) -> None:
    rows = exports.rows(exports.text_of(file.read_bytes(), profile.encoding), profile)
    nobody = pl.DataFrame(schema={"unit_code": pl.String, records.UNIT_STANDING: pl.String})
    typed = records.typed(rows.frame, profile, nobody)
    _say(f"{file.name}: {rows.frame.height:,} rows of {profile.kind}, read with {profile.name}")
    console.print(_columns_table(typed, profile))
    _tell_unused(rows, profile)
    _tell_unmapped(typed, profile)
    month = trial.month or _most_named_month(typed, profile.kind)
    if not month:
        _say(
            f"{typed.height:,} rows: 0 would be accepted, {typed.height:,} set aside, for none has "
            f"a {_MOMENTS[profile.kind]} that can be read: see date_formats in the profile"
        )
        return
    judged = records.of_sender(_with_units(typed, trial, month), trial.sender, "", profile)
    records.refuse_if_foreign(judged, profile.kind, month)
    chosen = "" if trial.month else ", the month that most of them name: --month tries another"
    _say(f"its rows belong to {month}{chosen}")
    _tell_set_aside(judged, profile.kind, month)
    if not trial.sender and typed["unit_code_as_sent"].is_not_null().any():
        _say("units were not checked: --sender names the agency whose units they should be")


def _with_units(typed: pl.DataFrame, trial: Trial, month: str) -> pl.DataFrame:
    """The typed rows with how their units stand to the sender; all are its own if none is named."""
    if not trial.sender:
        standing = pl.when(pl.col("unit_code").is_not_null()).then(pl.lit("known"))
        return typed.with_columns(standing.alias(records.UNIT_STANDING))
    register = agencies.load(trial.home.agencies)
    if not register.below(trial.sender, month):
        near = did_you_mean(trial.sender, register.at(month)["code"])
        raise RegisterError(
            f"no agency {trial.sender!r} is in the register in {month}{near}: correct --sender, or "
            f"add it to {trial.home.agencies}"
        )
    return records.with_standing(typed, records.standing(register, trial.sender, month))


def _most_named_month(typed: pl.DataFrame, kind: str) -> str:
    """The month that most rows were received, answered or counted in, the later of two equal."""
    named = typed[_MOMENTS[kind]].drop_nulls().dt.strftime("%Y-%m").alias("month")
    counted = named.value_counts().sort("count", "month", descending=True)["month"]
    return next(filter(months.is_name, counted), "")


def _tell_set_aside(typed: pl.DataFrame, kind: str, month: str) -> None:
    """How many rows would be accepted, and by which rules the others would be set aside."""
    indexed = records.with_latest_copy(typed, kind).with_row_index(records.ROW_INDEX)
    frame = indexed.cast({records.ROW_INDEX: pl.Int64})
    accepted, rejected = records.split(frame, row_rules.find_reasons(kind, frame, month), kind)
    set_aside = rejected["row_number"].n_unique()
    _say(
        f"{frame.height:,} rows: {accepted.height:,} would be accepted, {set_aside:,} set aside"
        + ("; a row stands under every rule that it breaks" if set_aside else "")
    )
    if set_aside:
        console.print(_rules_table(rejected))


def _rules_table(rejected: pl.DataFrame) -> Table:
    table = Table()
    table.add_column("rule", overflow="fold")
    table.add_column("rows", justify="right")
    table.add_column("first rows, and what was found", overflow="fold")
    table.add_column("reason", overflow="fold")
    by_rule = rejected.sort("row_number").group_by("rule", maintain_order=True)
    for (rule,), broken in sorted(by_rule, key=lambda part: -part[1].height):
        first = broken.head(_EXAMPLES).select("row_number", "found").iter_rows()
        table.add_row(
            str(rule),
            f"{broken.height:,}",
            "\n".join(
                f"{row}" if found is None else escape(f"{row}: {found}") for row, found in first
            ),
            escape(row_rules.RULES[str(rule)].reason_en),
        )
    return table


def _say(line: str) -> None:
    console.print(line, markup=False, soft_wrap=True)


def _profile(name: str, home: str) -> Profile:
    folder = Path(home) / "profiles"
    calendars = calendar.load_all(Home(Path(home)).calendars)
    own = folder / f"{name}.toml"
    if Path(name).suffix == ".toml" or own.is_file():
        return with_calendar(read_file(own if own.is_file() else Path(name)), calendars)
    profiles = load_all(folder, calendars)
    profile = profiles.named(name)
    if profile is None:
        known = ", ".join(p.name for p in (*profiles.own, *profiles.built_in))
        raise ProfileError(f"no profile {name!r}: name a .toml file or one of {known}")
    return profile


def _columns_table(typed: pl.DataFrame, profile: Profile) -> Table:
    table = Table()
    for name in ("ours", "theirs", "sent", "understood", "examples as sent", "understood as"):
        table.add_column(name, overflow="fold")
    for ours in sendable(profile.kind):
        theirs = profile.columns.get(ours) or profile.constants.get(ours)
        if theirs is None:
            continue
        sent = typed.filter(pl.col(f"{ours}_as_sent").is_not_null())
        examples = sent.unique(f"{ours}_as_sent", keep="first", maintain_order=True).head(_EXAMPLES)
        table.add_row(
            ours,
            theirs,
            f"{sent.height:,}",
            f"{sent[ours].count():,}",
            escape("\n".join(examples[f"{ours}_as_sent"])),
            escape("\n".join("-" if value is None else str(value) for value in examples[ours])),
        )
    return table


def _tell_unused(rows: TextRows, profile: Profile) -> None:
    unused = [name for name in rows.header if name not in profile.columns.values()]
    if unused:
        _say(f"not read: {', '.join(unused)}")


def _tell_unmapped(typed: pl.DataFrame, profile: Profile) -> None:
    for ours in MAPPABLE[profile.kind]:
        if ours not in profile.values:
            continue
        lost = typed.filter(pl.col(ours).is_null() & pl.col(f"{ours}_as_sent").is_not_null())
        for value, count in lost[f"{ours}_as_sent"].value_counts(sort=True).head(10).iter_rows():
            _say(f"[values.{ours}] lacks {value!r}: {count:,} rows")
