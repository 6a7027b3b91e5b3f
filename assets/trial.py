"""Trying a profile on a file: what it understood, before anything is sent.

Not here: what a profile may say (pipeline.profiles).
"""

from pathlib import Path

import polars as pl
from rich.table import Table

from assets.printing import console
from pipeline import exports, records
from pipeline.exports import TextRows
from pipeline.faults import FileFault
from pipeline.profiles import Profile, ProfileError, load_all
from pipeline.profiles.profile import MAPPABLE, read_file, sendable

_EXAMPLES = 3


def tried(file: Path, name: str, home: str, month: str) -> None:
    """Prints what the profile makes of the file.

    `name` is a profile's file, or the name of an own or built-in one. Raises ProfileError or
    FileFault when profile or file cannot be used.
    """
    profile = _profile(name, home)
    try:
        _try(file, profile, month)
    except FileFault as fault:
        raise FileFault(fault.fault, f"{file}: {fault.message}", fault.message_vi) from None


def _try(file: Path, profile: Profile, month: str) -> None:
    rows = exports.rows(exports.text_of(file.read_bytes(), profile.encoding), profile)
    nobody = pl.DataFrame(schema={"unit_code": pl.String, records.UNIT_STANDING: pl.String})
    typed = records.typed(rows.frame, profile, nobody)
    console.print(
        f"{file.name}: {rows.frame.height:,} rows of {profile.kind}, read with {profile.name}",
        markup=False,
        soft_wrap=True,
    )
    ragged = rows.frame.filter(pl.col("field_count") != pl.col("expected_field_count"))
    if ragged.height:
        console.print(
            f"{ragged.height:,} rows have too few or too many fields, the first is row "
            f"{ragged['row_number'][0]}",
            soft_wrap=True,
        )
    console.print(_columns_table(typed, profile))
    _tell_unused(rows, profile)
    _tell_unmapped(typed, profile)
    if month:
        records.refuse_if_foreign(typed, profile.kind, month)
        console.print(f"its rows belong to {month}")


def _profile(name: str, home: str) -> Profile:
    folder = Path(home) / "profiles"
    own = folder / f"{name}.toml"
    if Path(name).suffix == ".toml" or own.is_file():
        return read_file(own if own.is_file() else Path(name))
    profiles = load_all(folder)
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
            "\n".join(examples[f"{ours}_as_sent"]),
            "\n".join("-" if value is None else str(value) for value in examples[ours]),
        )
    return table


def _tell_unused(rows: TextRows, profile: Profile) -> None:
    unused = [name for name in rows.header if name not in profile.columns.values()]
    if unused:
        console.print(f"not read: {', '.join(unused)}", markup=False, soft_wrap=True)


def _tell_unmapped(typed: pl.DataFrame, profile: Profile) -> None:
    for ours in MAPPABLE[profile.kind]:
        if ours not in profile.values:
            continue
        lost = typed.filter(pl.col(ours).is_null() & pl.col(f"{ours}_as_sent").is_not_null())
        for value, count in lost[f"{ours}_as_sent"].value_counts(sort=True).head(10).iter_rows():
            console.print(
                f"[values.{ours}] lacks {value!r}: {count:,} rows", markup=False, soft_wrap=True
            )
