"""The stages of a delivery, composed: what was sent becomes records, records become tallies.

Here belongs the glue between pipeline and expectations that works a delivery at a time, without
Dagster, so that another machine could do the same. Not here: the steps themselves (pipeline),
rules (expectations), how deliveries are counted (counting), what a month is computed into (months).
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import groupby

import polars as pl

from assets.month import tally
from assets.month.installation import Installation, source_digest
from assets.month.progress import told
from expectations.rules import records as row_rules
from pipeline import exports, months, planning, records, tables, tallies
from pipeline.archive import inbox_months
from pipeline.faults import FileFault

_GROUP_BYTES = 32 << 20
"""Deliveries up to this size are validated together, larger ones alone."""
_AT_ONCE = 3
"""Groups worked at a time; memory is bounded by that many of the largest deliveries."""

Plan = pl.DataFrame
"""Rows of planning.PLAN."""
Reasons = Callable[[str, pl.DataFrame, str], pl.DataFrame]
"""Which rows of a kind and month break which rules, as expectations.rules.records.find_reasons."""


def take_in(installation: Installation, month: str) -> dict[str, Plan]:
    """Archives what lies in the inbox and plans the deliveries, of the month and all before it.

    Returns the plan of each month that ever had a file, oldest first: the first month that is
    known begins every sender's ledger, whatever the history of the month is. The files of earlier
    months are read again only where size or time of change differ.
    """
    archive, home = installation.archive, installation.home
    known = {event.month for event in archive.events()} | set(inbox_months(home.inbox))
    source = source_digest(installation.rules)
    plans: dict[str, Plan] = {}
    links: dict[str, str] = {}
    for each in sorted(filter(months.is_name, known)):
        if each <= month:
            files = archive.take_in(home.inbox, each, installation.digests, is_read=each == month)
            plan = planning.planned(files, installation.register, installation.profiles, source)
            plans[each] = planning.chained(plan, links)
            links |= planning.links(plans[each])
            installation.store.write("exports", each, {"plan": plans[each]})
    installation.digests.save()
    return plans


def plans(installation: Installation, month: str) -> dict[str, Plan]:
    """The plans that `take_in` made for a month and its history, oldest first.

    The month itself is always among them, without files where nothing was sent.
    """
    history = installation.history(month)
    return {each: plan for each, plan in chain(installation, month).items() if each in history}


def chain(installation: Installation, month: str) -> dict[str, Plan]:
    """The plans of a month and of all before it that any ledger rests on, oldest first."""
    known = [each for each in installation.store.keys("exports") if each < month]
    return {each: _planned(installation, each) for each in [*known, month]}


def _planned(installation: Installation, month: str) -> Plan:
    """The plan of a month, empty where none was made."""
    if not installation.store.has("exports", month):
        return no_plan()
    # One that was made by an earlier version may lack a column.
    found = installation.store.read("exports", month, "plan")
    return pl.concat([no_plan(), found], how="diagonal_relaxed")


def no_plan() -> Plan:
    """The plan of a month without files."""
    return planning.PLAN.to_frame()


def record_pending(
    installation: Installation, plans: Iterable[Plan], reasons: Reasons = row_rules.find_reasons
) -> list[str]:
    """Reads, types, validates and splits each delivery that the store lacks; returns their keys."""
    pending = _pending(installation, "records", plans)
    groups = list(_groups(pending))
    done = _each(groups, lambda group: _record(installation, group, reasons))
    for _ in told("records", done, len(groups)):
        pass
    return [_key(delivery) for delivery in pending]


_KEYS = {"records": "key", "tallies": "tallies_key"}
"""The column of a plan that has the keys of a stage's results."""


def _pending(installation: Installation, stage: str, plans: Iterable[Plan]) -> list[Plan]:
    """The deliveries whose result of a stage the store lacks."""
    return [
        delivery
        for plan in plans
        for (key,), delivery in plan.group_by(_KEYS[stage], maintain_order=True)
        if not installation.store.has(stage, str(key))
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


def _each(groups: list[list[Plan]], work: Callable[[list[Plan]], None]) -> Iterator[None]:
    """Does the work for each group, a few at a time: some read or write while others count."""
    workers = ThreadPoolExecutor(_AT_ONCE)
    try:
        yield from workers.map(work, groups)
    finally:
        workers.shutdown(cancel_futures=True)


def _key(delivery: Plan, stage: str = "records") -> str:
    return str(delivery[_KEYS[stage]][0])


def _record(installation: Installation, group: list[Plan], reasons: Reasons) -> None:
    """Makes the records of some deliveries of one month and stores them, each under its key."""
    month = str(group[0]["month"][0])
    plan = pl.concat(group)
    refused = [planning.refused(plan)]
    parts: dict[str, tuple[pl.DataFrame, pl.DataFrame]] = {}
    for kind in tables.KINDS:
        typed, faults = _typed(installation, planning.readable(plan).filter(kind=kind), month)
        refused.extend(faults)
        parts[kind] = _split(typed, kind, month, reasons)
    rejected = _explained(pl.concat([part[1] for part in parts.values()]), month)
    for delivery in group:
        sender = pl.col("sender_code") == str(delivery["sender_code"][0])
        accepted = {kind: part[0].filter(sender) for kind, part in parts.items()}
        own_rejected = rejected.filter(sender)
        summary = _summary(delivery, accepted, own_rejected, pl.concat(refused).filter(sender))
        installation.store.write(
            "records",
            _key(delivery),
            accepted | {"rejected": own_rejected, "delivered": summary},
        )


def _typed(
    installation: Installation, files: Plan, month: str
) -> tuple[pl.DataFrame | None, list[pl.DataFrame]]:
    """Typed rows of the files of one kind, delivery by delivery, and the files refused."""
    frames, refused = [], []
    for _, delivery in files.group_by("sender_code", maintain_order=True):
        typed = []
        for file in delivery.iter_rows(named=True):
            try:
                typed.append(typed_file(installation, file, month))
            except FileFault as fault:
                refused.append(_refused(file, fault))
        if typed:
            frames.append(records.with_latest_copy(pl.concat(typed), str(delivery["kind"][0])))
    if not frames:
        return None, refused
    return pl.concat(frames).with_row_index(records.ROW_INDEX).cast(
        {records.ROW_INDEX: pl.Int64}
    ), refused


def typed_file(installation: Installation, file: dict[str, str], month: str) -> pl.DataFrame:
    """The typed rows of one file of a plan. FileFault when the file is refused."""
    profile = planning.profile_of(file, installation.profiles)
    data = installation.archive.read(file["sha256"])
    text = exports.text_of(data, profile.encoding)
    rows = exports.rows(text, profile)
    standing = records.standing(installation.register, file["sender_code"], month)
    typed = records.typed(rows.frame, profile, standing)
    typed = records.of_sender(typed, file["sender_code"], file["sha256"], profile)
    records.refuse_if_foreign(typed, file["kind"], month)
    return typed


def _refused(file: dict[str, str], fault: FileFault) -> pl.DataFrame:
    row = {"fault": fault.fault, "message": fault.message, "message_vi": fault.message_vi}
    return planning.refused(pl.DataFrame([file | row], schema=planning.PLAN))


def _split(
    typed: pl.DataFrame | None, kind: str, month: str, reasons: Reasons
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Accepted rows, and the rejected ones with the rules they break."""
    if typed is None:
        nobody = tables.RECORDS[kind].empty().with_row_index(records.ROW_INDEX)
        return records.split(nobody.cast({records.ROW_INDEX: pl.Int64}), no_reasons(), kind)
    return records.split(typed, reasons(kind, typed, month), kind)


def no_reasons(*_: object) -> pl.DataFrame:
    """No row breaks any rule.

    It takes arguments only so that it can stand in for a rule set (Reasons).
    """
    return pl.DataFrame(
        schema={records.ROW_INDEX: pl.Int64} | dict.fromkeys(("rule", "column", "found"), pl.String)
    )


def _explained(rejected: pl.DataFrame, month: str) -> pl.DataFrame:
    """The rejected rows with month and reasons, in tables.REJECTED."""
    texts = pl.DataFrame(
        [(name, rule.reason_en, rule.reason_vi) for name, rule in row_rules.RULES.items()],
        schema=["rule", "reason", "reason_vi"],
        orient="row",
    )
    named = rejected.join(texts, on="rule", how="left").with_columns(month=pl.lit(month))
    return tables.REJECTED.conform(named).sort("sender_code", "sha256", "row_number", "rule")


def _summary(
    delivery: Plan, accepted: dict[str, pl.DataFrame], rejected: pl.DataFrame, refused: pl.DataFrame
) -> pl.DataFrame:
    """One row a file: rows, accepted, rejected, or why it is refused (tables.DELIVERED)."""
    kept = pl.concat(
        frame.group_by("sha256").agg(accepted=pl.len()).cast({"sha256": pl.String})
        for frame in accepted.values()
    )
    lost = rejected.group_by("sha256").agg(rejected=pl.col("row_number").n_unique())
    read = (
        delivery.filter(~pl.col("sha256").is_in(refused.get_column("sha256").implode()))
        .join(kept, on="sha256", how="left")
        .join(lost, on="sha256", how="left")
        .with_columns(pl.col("accepted", "rejected").fill_null(0).cast(pl.Int64))
        .with_columns(
            rows=pl.col("accepted") + pl.col("rejected"),
            status=pl.lit(planning.ACCEPTED),
            sender_name=pl.lit(""),
        )
    )
    return pl.concat([tables.DELIVERED.conform(read), refused])


def tally_pending(installation: Installation, plans: Iterable[Plan]) -> list[str]:
    """Counts the records of every delivery whose tallies the store lacks; returns their keys.

    `plans` are those of `chain`: a month's dossiers are counted beside the ledgers after the
    months before, so months are counted one after the other, and the senders of one at a time.
    """
    earlier: tally.Chains = {}
    work: list[tuple[list[list[Plan]], tally.Chains]] = []
    for plan in plans:
        groups = list(_groups(_pending(installation, "tallies", [plan])))
        work.append((groups, {sender: list(links) for sender, links in earlier.items()}))
        for sender, key in planning.links(plan).items():
            earlier.setdefault(sender, []).append((str(plan["month"][0]), key))
    groups_in_all = sum(len(groups) for groups, _ in work)
    for _ in told("tallies", _month_by_month(installation, work), groups_in_all):
        pass
    return [_key(own, "tallies") for groups, _ in work for group in groups for own in group]


def _month_by_month(
    installation: Installation, work: list[tuple[list[list[Plan]], tally.Chains]]
) -> Iterator[None]:
    for groups, earlier in work:
        yield from _each(groups, partial(_tally, installation, earlier=earlier))


def _tally(installation: Installation, group: list[Plan], earlier: tally.Chains) -> None:
    """Counts the records of some deliveries of one month and stores them, each under its key."""
    counted = tally.tally(installation, pl.concat(group), earlier)
    for delivery in group:
        own = pl.col("sender_code") == str(delivery["sender_code"][0])
        cells = {name: frame.filter(own) for name, frame in counted.items()}
        installation.store.write("tallies", _key(delivery, "tallies"), cells)


def tallies_of(installation: Installation, plans: dict[str, Plan]) -> tallies.Tallies:
    """The tallies of all deliveries planned, of one month or several."""
    keys = [
        key for plan in plans.values() for key in plan["tallies_key"].unique(maintain_order=True)
    ]
    scans = {
        name: installation.store.scan_all("tallies", keys, name, table.schema)
        for name, table in tables.TALLIES.items()
    }
    return tallies.Tallies(**scans)


def delivered(installation: Installation, plan: Plan) -> pl.DataFrame:
    """What came of every file of a month's plan, in tables.DELIVERED."""
    keys = plan["key"].unique(maintain_order=True).to_list()
    return installation.store.scan_all(
        "records", keys, "delivered", tables.DELIVERED.schema
    ).collect()


def rejected(installation: Installation, plan: Plan) -> pl.DataFrame:
    """Every row set aside in a month, in tables.REJECTED."""
    keys = plan["key"].unique(maintain_order=True).to_list()
    return installation.store.scan_all(
        "records", keys, "rejected", tables.REJECTED.schema
    ).collect()


def forget_tallies(installation: Installation, plans: Iterable[Plan]) -> None:
    """Removes the tallies of the deliveries planned: the next run counts them anew."""
    keys = {str(key) for plan in plans for key in plan["tallies_key"].unique()}
    installation.store.keep_only("tallies", set(installation.store.keys("tallies")) - keys)


def forget_superseded(installation: Installation) -> None:
    """Removes records and tallies of deliveries that no month's plan names any more.

    For the end of a run, under the home's lock: a run that was killed may still need them.
    """
    plans = [_planned(installation, month) for month in installation.store.keys("exports")]
    for stage, name in _KEYS.items():
        planned = {str(key) for plan in plans for key in plan[name].drop_nulls()}
        installation.store.keep_only(stage, planned)
