"""The stages of a delivery: what was sent becomes records, records become tallies.

Here belongs the glue between pipeline and expectations that works a delivery at a time, without
Dagster, so that another machine could do the same. Not here: the steps themselves (pipeline),
rules (expectations), how a delivery is counted (tally), what the checks found (remembered_checks),
what a month is computed into (results).
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import groupby

import polars as pl

from assets.month import merge, tally
from assets.month.inputs import MonthInputs
from assets.month.installation import Installation
from assets.month.progress import report_progress
from expectations.rules import records as row_rules
from pipeline import codes, copies, exports, planning, records, tables
from pipeline.faults import FileFault
from pipeline.planning import Plan, PlannedFile
from pipeline.tallies import Tallies

_GROUP_BYTES = 32 << 20
"""Deliveries up to this size are validated together, larger ones alone."""
_AT_ONCE = 3
"""Groups worked at a time; memory is bounded by that many of the largest deliveries."""

FindReasons = Callable[[str, pl.DataFrame, str], pl.DataFrame]
"""Which rows of a kind and month break which rules, as expectations.rules.records.find_reasons."""


def record_pending(
    inputs: MonthInputs, find_reasons: FindReasons = row_rules.find_reasons
) -> list[str]:
    """Reads, types, validates and splits each delivery that the store lacks; returns their keys."""
    installation = inputs.installation
    known = set(installation.store.keys("records"))
    pending = _pending("records", inputs.known_plans.values(), known)
    groups = list(_groups(pending))
    done = _work_in_threads(groups, lambda group: _record(installation, group, find_reasons))
    for _ in report_progress("records", done, len(groups)):
        pass
    return [_key(delivery) for delivery in pending]


_KEYS = {"records": "key", "tallies": "tallies_key"}
"""The column of a plan that has the keys of a stage's results."""


def _pending(stage: str, plans: Iterable[Plan], known: set[str]) -> list[Plan]:
    """The deliveries whose result of a stage is not under one of the known keys."""
    return [
        delivery
        for plan in plans
        if not known.issuperset(plan[_KEYS[stage]])
        for (key,), delivery in plan.group_by(_KEYS[stage], maintain_order=True)
        if key not in known
    ]


def _groups(pending: list[Plan]) -> Iterator[list[Plan]]:
    """Deliveries of one month, together up to the size that is validated at once."""
    for _, of_month in groupby(pending, key=lambda delivery: str(delivery["month"][0])):
        group: list[Plan] = []
        size = 0
        for delivery in of_month:
            weight = int(delivery["bytes"].sum())
            if group and size + weight > _GROUP_BYTES:
                yield group
                group, size = [], 0
            group.append(delivery)
            size += weight
        yield group


def _work_in_threads(
    groups: list[list[Plan]], work: Callable[[list[Plan]], None]
) -> Iterator[None]:
    """Does the work for each group, a few at a time: some read or write while others count."""
    workers = ThreadPoolExecutor(_AT_ONCE)
    try:
        yield from workers.map(work, groups)
    finally:
        workers.shutdown(cancel_futures=True)


def _key(delivery: Plan, stage: str = "records") -> str:
    return str(delivery[_KEYS[stage]][0])


def _record(installation: Installation, group: list[Plan], find_reasons: FindReasons) -> None:
    """Makes the records of some deliveries of one month and stores them, each under its key."""
    month = str(group[0]["month"][0])
    plan = pl.concat(group)
    refused = [planning.refused_files(plan)]
    parts: dict[str, tuple[pl.DataFrame, pl.DataFrame]] = {}
    for kind in tables.KINDS:
        typed, faults = _type_rows(installation, plan, kind)
        refused.extend(faults)
        parts[kind] = _split_rows(typed, kind, month, find_reasons)
    rejected = _with_reasons(pl.concat([part[1] for part in parts.values()]), month)
    for delivery in group:
        sender = pl.col("sender_code") == str(delivery["sender_code"][0])
        accepted = {kind: part[0].filter(sender) for kind, part in parts.items()}
        own_rejected = rejected.filter(sender)
        summary = _summarise(delivery, accepted, own_rejected, pl.concat(refused).filter(sender))
        installation.store.write(
            "records",
            _key(delivery),
            accepted | {"rejected": own_rejected, "delivered": summary},
        )


def _type_rows(
    installation: Installation, plan: Plan, kind: str
) -> tuple[pl.DataFrame | None, list[pl.DataFrame]]:
    """Typed rows of the files of one kind, delivery by delivery, and the files refused."""
    frames, refused = [], []
    files = planning.readable_files(plan, kind)
    for _, delivery in groupby(files, key=lambda file: file.sender_code):
        typed = {}
        for file in delivery:
            try:
                typed[file] = type_file(installation, file)
            except FileFault as fault:
                refused.append(planning.refuse_file(file, fault))
        profiles = [planning.find_profile(file, installation.profiles) for file in typed]
        marked, faults = copies.mark_copies(zip(typed.values(), profiles, strict=True), kind)
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


def type_file(installation: Installation, file: PlannedFile) -> pl.DataFrame:
    """The typed rows of one file of a plan. FileFault when the file is refused."""
    profile = planning.find_profile(file, installation.profiles)
    exports.check_size(file.bytes, profile.limits)
    # The bytes are not named: what they become takes their place in memory.
    rows = exports.read_rows(
        exports.decode_text(
            installation.archive.read(file.sha256), profile.encoding, profile.limits
        ),
        profile,
    )
    standings = records.unit_standings(installation.register, file.sender_code, file.month)
    typed = records.type_rows(rows, profile, standings)
    typed = records.with_sender_and_file(typed, file.sender_code, file.sha256, profile)
    codes.check_no_code_is_a_number(typed, profile)
    records.check_file_belongs(typed, file.kind, file.month)
    return typed


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
    named = rejected.join(texts, on="rule", how="left").with_columns(month=pl.lit(month))
    return tables.REJECTED.conform(named).sort("sender_code", "sha256", "row_number", "rule")


def _summarise(
    delivery: Plan, accepted: dict[str, pl.DataFrame], rejected: pl.DataFrame, refused: pl.DataFrame
) -> pl.DataFrame:
    """One row a file: rows, accepted, rejected, or why it is refused (tables.DELIVERED)."""
    # Equal bytes may lie there as two kinds.
    file = ["kind", "sha256"]
    kept = pl.concat(
        frame.group_by("sha256")
        .agg(accepted=pl.len())
        .select(pl.lit(kind).alias("kind"), pl.col("sha256").cast(pl.String), "accepted")
        for kind, frame in accepted.items()
    )
    lost = rejected.group_by(file).agg(rejected=pl.col("row_number").n_unique())
    read = (
        delivery.join(refused, on=file, how="anti", nulls_equal=True)
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


def tally_pending(inputs: MonthInputs) -> list[str]:
    """Counts the records of every delivery whose tallies the store lacks; returns their keys.

    A month's dossiers are counted beside the ledgers after the months before, so months are counted
    one after the other, and the senders of one at a time.
    """
    known = set(inputs.installation.store.keys("tallies"))
    earlier: tally.Chains = {}
    work: list[tuple[list[list[Plan]], tally.Chains]] = []
    for plan in inputs.known_plans.values():
        groups = list(_groups(_pending("tallies", [plan], known)))
        if groups:
            work.append((groups, {sender: list(chain) for sender, chain in earlier.items()}))
        for sender, key in planning.ledger_keys(plan).items():
            earlier.setdefault(sender, []).append((str(plan["month"][0]), key))
    groups_in_all = sum(len(groups) for groups, _ in work)
    for _ in report_progress("tallies", _month_by_month(inputs.installation, work), groups_in_all):
        pass
    return [_key(own, "tallies") for groups, _ in work for group in groups for own in group]


def _month_by_month(
    installation: Installation, work: list[tuple[list[list[Plan]], tally.Chains]]
) -> Iterator[None]:
    for groups, earlier in work:
        yield from _work_in_threads(groups, partial(_tally, installation, earlier=earlier))


def _tally(installation: Installation, group: list[Plan], earlier: tally.Chains) -> None:
    """Counts the records of some deliveries of one month and stores them, each under its key."""
    counted = tally.tally(installation, pl.concat(group), earlier)
    for delivery in group:
        own = pl.col("sender_code") == str(delivery["sender_code"][0])
        cells = {name: frame.filter(own) for name, frame in counted.items()}
        installation.store.write("tallies", _key(delivery, "tallies"), cells)


def scan_tallies(installation: Installation, plans: Iterable[Plan]) -> Tallies:
    """The cells of the deliveries planned, merged or not; lazy."""
    keys = [key for plan in plans for key in plan["tallies_key"].unique(maintain_order=True)]
    return merge.scan_cells(installation.store, "tallies", keys)


def has_all_results(inputs: MonthInputs) -> bool:
    """Whether the store has the records and tallies of every delivery planned, and all merged."""
    store = inputs.installation.store
    known = {stage: set(store.keys(stage)) for stage in _KEYS}
    return all(
        merge.is_merged(store, month, plan)
        and all(known[stage].issuperset(plan[name]) for stage, name in _KEYS.items())
        for month, plan in inputs.known_plans.items()
    )


def merge_pending(inputs: MonthInputs) -> None:
    """Merges each month whose tallies were counted since it was merged last."""
    store = inputs.installation.store
    for month, plan in inputs.known_plans.items():
        if not merge.is_merged(store, month, plan):
            merge.merge_month(store, month, plan)


def forget_tallies(inputs: MonthInputs, recomputed: Collection[str]) -> None:
    """Removes tallies that break a rule: the month's, and those that were counted now.

    The next run counts them anew.
    """
    store = inputs.installation.store
    broken = {*recomputed, *inputs.plan["tallies_key"]}
    store.keep_only("tallies", set(store.keys("tallies")) - broken)


def forget_superseded(inputs: MonthInputs) -> None:
    """Removes results of deliveries that no month's plan names any more.

    For the end of a run, under the home's lock: a run that was killed may still need them.
    """
    installation = inputs.installation
    plans = dict(inputs.known_plans) | inputs.other_plans
    for stage, name in _KEYS.items():
        planned = {str(key) for plan in plans.values() for key in plan[name].drop_nulls()}
        installation.store.keep_only(stage, planned)
    merge.forget_merged(installation.store, plans)
