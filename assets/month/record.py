"""Making the records of deliveries of one month: reading, typing, validating, splitting.

Here belongs the way from archived files to accepted and rejected rows in the store. Not here: which
deliveries are to be read, and what becomes of one that fails (deliveries), the steps themselves
(pipeline), rules (expectations).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from itertools import groupby

import polars as pl

from assets.month import failures
from assets.month.groups import split_by_sender
from assets.month.installation import Installation
from expectations.rules import records as row_rules
from pipeline import codes, copies, exports, planning, records, tables
from pipeline.agencies import UnitNames
from pipeline.columns import find_varying
from pipeline.faults import FileFault
from pipeline.planning import Plan, PlannedFile
from pipeline.profiles import Profile
from pipeline.records import parts, unit_names

FindReasons = Callable[[str, pl.DataFrame, str], pl.DataFrame]
"""Which rows of a kind and month break which rules, as expectations.rules.records.find_reasons."""
ReadBytes = Callable[[str], bytes]
"""The bytes of a file by its SHA-256."""


def record(installation: Installation, group: list[Plan], find_reasons: FindReasons) -> None:
    """Makes the records of some deliveries of one month and stores them, each under its key."""
    judged = judge(installation, pl.concat(group), find_reasons, installation.archive.read)
    own = split_by_sender(
        judged.accepted | {"rejected": judged.rejected, "delivered": judged.files}
    )
    for delivery in group:
        installation.store.write_once("records", str(delivery["key"][0]), own(delivery))


@dataclass(frozen=True)
class Judged:
    """What became of some files: accepted rows by kind, rejected ones in tables.REJECTED, and one
    row a file in tables.DELIVERED, without names of senders.
    """

    accepted: dict[str, pl.DataFrame]
    rejected: pl.DataFrame
    files: pl.DataFrame


def judge(
    installation: Installation, plan: Plan, find_reasons: FindReasons, read: ReadBytes
) -> Judged:
    """Accepts, rejects and refuses what some deliveries of one month hold; nothing is stored."""
    month = str(plan["month"][0])
    refused = [planning.refused_files(plan)]
    split: dict[str, tuple[pl.DataFrame, pl.DataFrame]] = {}
    for kind in tables.KINDS:
        typed, faults = _type_rows(installation, plan, kind, read)
        refused.extend(faults)
        find = partial(_find_reasons, installation, find_reasons)
        split[kind] = _split_rows(typed, kind, month, find)
        # Let go before the next kind is typed, and before the rejected rows are sorted.
        del typed
    accepted = {kind: part[0] for kind, part in split.items()}
    rejected = _with_reasons(pl.concat([part[1] for part in split.values()]), month)
    return Judged(accepted, rejected, _summarise(plan, accepted, rejected, pl.concat(refused)))


def _type_rows(
    installation: Installation, plan: Plan, kind: str, read: ReadBytes
) -> tuple[pl.DataFrame | None, list[pl.DataFrame]]:
    """Typed rows of the files of one kind, delivery by delivery, and the files refused."""
    frames, refused = [], []
    files = planning.readable_files(plan, kind)
    for _, delivery in groupby(files, key=lambda file: file.sender_code):
        typed = {}
        for file in delivery:
            try:
                typed[file] = type_file(installation, file, read)
            except FileFault as fault:
                refused.append(planning.refuse_file(file, fault))
            except failures.OF_THE_RUN:
                raise
            except failures.OF_ONE_DELIVERY as error:
                raise failures.FileFailure(file.sha256) from error
        marked, faults = copies.mark_copies(typed.values(), kind)
        frames.extend(marked)
        refused.extend(
            planning.refuse_file(file, faults[file.sha256])
            for file in typed
            if file.sha256 in faults
        )
    if not frames:
        return None, refused
    return pl.concat(frames).with_row_index(records.ROW_INDEX).cast(
        {records.ROW_INDEX: pl.Int64}
    ), refused


def type_file(
    installation: Installation, file: PlannedFile, read: ReadBytes
) -> tuple[pl.DataFrame, Profile]:
    """The typed rows of one file of a plan. FileFault when the file is refused."""
    profile = planning.find_profile(file, installation.profiles)
    exports.check_size(file.bytes, profile.limits)
    # The bytes are not named: what they become takes their place in memory.
    rows, profile = exports.read_file(read(file.sha256), file.file_name, profile, file.month)
    names = installation.declarations.names_of_units(
        installation.register, file.sender_code, file.month
    )
    rows, profile = installation.declarations.apply(rows, profile, file.sha256, names)
    standings = records.unit_standings(installation.register, file.sender_code, file.month)
    typed = records.type_rows(
        rows,
        profile,
        standings,
        month=file.month,
        calendar=installation.calendars.find(profile.calendar),
    )
    typed = records.with_sender_and_file(typed, file.sender_code, file.sha256, profile)
    codes.check_no_code_is_a_number(typed, profile)
    records.check_file_belongs(typed, file.kind, file.month)
    return typed, profile


def _find_reasons(
    installation: Installation,
    find_reasons: FindReasons,
    kind: str,
    typed: pl.DataFrame,
    month: str,
) -> pl.DataFrame:
    """The reasons, with the units that may be meant where a text names none."""

    @cache
    def names_of(sender: str) -> UnitNames:
        return installation.declarations.names_of_units(installation.register, sender, month)

    return unit_names.with_near_units(find_reasons(kind, typed, month), typed, names_of)


def _split_rows(
    typed: pl.DataFrame | None, kind: str, month: str, find_reasons: FindReasons
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Accepted rows, and the rejected ones with the rules they break."""
    if typed is None:
        empty = tables.RECORDS[kind].empty().with_row_index(records.ROW_INDEX)
        return records.split_rows(empty.cast({records.ROW_INDEX: pl.Int64}), no_reasons(), kind)
    return records.split_rows(typed, find_reasons(kind, typed, month), kind)


def no_reasons(*_: object) -> pl.DataFrame:
    """No row breaks any rule.

    It takes arguments only so that it can stand in for a rule set (FindReasons).
    """
    return pl.DataFrame(
        schema={records.ROW_INDEX: pl.Int64} | dict.fromkeys(("rule", "column", "found"), pl.String)
    )


def _with_reasons(rejected: pl.DataFrame, month: str) -> pl.DataFrame:
    """The rejected rows with month and reasons, in tables.REJECTED."""
    texts = pl.DataFrame(
        [(name, rule.reason_en, rule.reason_vi) for name, rule in row_rules.RULES.items()],
        schema=["rule", "reason", "reason_vi"],
        orient="row",
    )
    # All rows of a large file may be here. So they are sorted before they have their reasons, and
    # by what varies: texts that are the same in all would fill the memory.
    order = ("sender_code", "sha256", "row_number", tables.SOURCE_COLUMN, "rule")
    by = find_varying(rejected, order)
    ordered = rejected.sort(by) if by else rejected
    named = ordered.join(texts, on="rule", how="left", maintain_order="left")
    return tables.REJECTED.conform(named.with_columns(month=pl.lit(month)))


def _summarise(
    plan: Plan, accepted: dict[str, pl.DataFrame], rejected: pl.DataFrame, refused: pl.DataFrame
) -> pl.DataFrame:
    """One row a file: rows, accepted, rejected, or why it is refused (tables.DELIVERED)."""
    # Equal bytes may lie there as two kinds, and from two senders.
    file = ["sender_code", "kind", "sha256"]
    kept = pl.concat(
        frame.group_by("sender_code", "sha256")
        .agg(accepted=pl.len())
        .select(
            pl.col("sender_code").cast(pl.String),
            pl.lit(kind).alias("kind"),
            pl.col("sha256").cast(pl.String),
            "accepted",
        )
        for kind, frame in accepted.items()
    )
    # Grouped by numbers in place of texts: all rows of a large file may be here.
    lost = (
        rejected.select(pl.col(file).cast(pl.Categorical), number=parts.number_rows())
        .group_by(file)
        .agg(rejected=pl.col("number").n_unique())
        .with_columns(pl.col(file).cast(pl.String))
    )
    read = (
        plan.join(refused, on=file, how="anti", nulls_equal=True)
        .join(kept, on=file, how="left")
        .join(lost, on=file, how="left")
        .with_columns(pl.col("accepted", "rejected").fill_null(0).cast(pl.Int64))
        .with_columns(
            rows=pl.col("accepted") + pl.col("rejected"),
            status=pl.lit(planning.ACCEPTED),
            sender_name=pl.lit(""),
        )
    )
    return pl.concat([tables.DELIVERED.conform(read), refused])
