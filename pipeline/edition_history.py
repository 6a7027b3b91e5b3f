"""The history of a month's editions: what each changed against the one before, and what made it.

Everything is read from the manifests that the editions brought with them. Here belongs comparing
manifests, as values. Not here: reading them from disk (editions), how it is told (reports).
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import Any

METHOD, REGISTER, SOFTWARE = "method", "register", "software"
"""What may make a new edition beside the exports."""

ADDED, REPLACED, WITHDRAWN, READ_AGAIN = "added", "replaced", "withdrawn", "read_again"
"""What became of a delivery, as in pipeline.bulletin.Changes."""


@dataclass(frozen=True, order=True)
class ChangedDelivery:
    """The files of one kind that a sender sent for a month, where they are not what they were.

    `kind` is empty where it is not known. `change` is added, replaced, withdrawn or read_again (the
    same files, read in another way).
    """

    month: str
    sender_code: str
    kind: str
    change: str


@dataclass(frozen=True)
class EditionRecord:
    """One edition of a month, as its manifest tells.

    `fault` says what is wrong with it: altered, missing or unreadable; empty where nothing is known
    to be. Without a manifest the other fields are empty. `digest` is the SHA-256 of the manifest.
    `deliveries` of this and of earlier months and `other_causes` (METHOD, REGISTER, SOFTWARE) are
    what changed since the edition before. `changed_values` counts values of the indices,
    `changed_units` are the units that have one. `altered_before` are the files that had been
    altered in the edition before when this one replaced it.
    """

    month: str
    number: int
    fault: str = ""
    digest: str = ""
    is_simulated: bool = False
    deliveries: tuple[ChangedDelivery, ...] = ()
    other_causes: tuple[str, ...] = ()
    changed_values: int = 0
    changed_units: tuple[str, ...] = ()
    altered_before: tuple[str, ...] = ()


def read_history(
    month: str, manifests: Mapping[int, tuple[bytes | None, str]]
) -> tuple[EditionRecord, ...]:
    """The editions of a month, the first one first.

    `manifests` has each edition by number: the bytes of its manifest and what is wrong with them,
    as Editions.read_manifest gives both. What cannot be read is named in its record and stops
    nothing.
    """
    parsed = {number: _parse(content) for number, (content, _) in sorted(manifests.items())}
    records = [
        _read_record(month, number, manifest, manifests[number][1] or "unreadable")
        for number, manifest in parsed.items()
    ]
    for place, (before, after) in enumerate(pairwise(list(parsed.values())), 1):
        if before and after:
            records[place] = _with_causes(records[place], before, after)
        if records[place].altered_before:
            earlier = records[place - 1]
            records[place - 1] = replace(earlier, fault=earlier.fault or "altered")
    return tuple(records)


def mark_altered(history: tuple[EditionRecord, ...]) -> tuple[EditionRecord, ...]:
    """The history of a month whose newest edition has files that are not as they were published."""
    *before, newest = history
    return (*before, replace(newest, fault=newest.fault or "altered"))


def write_records(history: Iterable[EditionRecord]) -> str:
    """A history as JSON, for who remembers it."""
    return json.dumps([asdict(record) for record in history], ensure_ascii=False)


def restore_records(written: str) -> tuple[EditionRecord, ...]:
    """A history as `write_records` wrote it."""
    return tuple(map(_restore_record, json.loads(written)))


def _restore_record(written: dict[str, Any]) -> EditionRecord:
    for name, value in written.items():
        if isinstance(value, list):
            written[name] = tuple(value)
    deliveries = (ChangedDelivery(**each) for each in written["deliveries"])
    return EditionRecord(**written | {"deliveries": tuple(deliveries)})


@dataclass(frozen=True)
class _Manifest:
    """What the history needs of a manifest."""

    digest: str
    is_simulated: bool
    deliveries: tuple[tuple[str, str, str], ...]
    values: int
    units: tuple[str, ...]
    altered_before: tuple[str, ...]
    made_with: Mapping[str, object]
    inputs: Mapping[tuple[str, str, str], tuple[set[str], set[str]]]
    """Of each delivery of any month (month, sender, kind): its files, and how they are read."""


def _parse(content: bytes | None) -> _Manifest | None:
    """None where there is no manifest, or it is not written as a manifest is."""
    if content is None:
        return None
    try:
        found = json.loads(content)
        changes = found["changes"]
        return _Manifest(
            digest=hashlib.sha256(content).hexdigest(),
            is_simulated=bool(found["is_simulated"]),
            deliveries=tuple(
                (str(each["sender_code"]), str(each["kind"] or ""), str(each["change"]))
                for each in changes["deliveries"]
            ),
            values=len(changes["values"]),
            units=tuple(sorted({str(each["unit_code"]) for each in changes["values"]})),
            altered_before=tuple(map(str, found.get("altered_in_edition_replaced", ()))),
            made_with={
                METHOD: [found["method"]["digest"], found.get("methods_beside", [])],
                REGISTER: found["register"]["digest"],
                SOFTWARE: found["software"],
            },
            inputs=_group_inputs(found["inputs"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _group_inputs(
    rows: Iterable[Mapping[str, Any]],
) -> dict[tuple[str, str, str], tuple[set[str], set[str]]]:
    found: dict[tuple[str, str, str], tuple[set[str], set[str]]] = {}
    for row in rows:
        delivery = str(row["month"]), str(row["sender_code"]), str(row["kind"] or "")
        files, profiles = found.setdefault(delivery, (set(), set()))
        files.add(str(row["sha256"]))
        profiles.add(f"{row['profile']} {row['profile_digest']} {row.get('declared_digest')}")
    return found


def _read_record(month: str, number: int, manifest: _Manifest | None, fault: str) -> EditionRecord:
    if manifest is None:
        return EditionRecord(month, number, fault)
    return EditionRecord(
        month,
        number,
        digest=manifest.digest,
        is_simulated=manifest.is_simulated,
        deliveries=tuple(ChangedDelivery(month, *each) for each in manifest.deliveries),
        changed_values=manifest.values,
        changed_units=manifest.units,
        altered_before=manifest.altered_before,
    )


def _with_causes(record: EditionRecord, before: _Manifest, after: _Manifest) -> EditionRecord:
    """A record with what both manifests together tell of the reasons for it."""
    named = {(each.sender_code, each.kind) for each in record.deliveries}
    more = _compare_inputs(before, after, record.month, named)
    causes = (name for name in after.made_with if before.made_with[name] != after.made_with[name])
    return replace(
        record,
        deliveries=tuple(sorted({*record.deliveries, *more})),
        other_causes=tuple(causes),
    )


def _compare_inputs(
    before: _Manifest, after: _Manifest, month: str, named: Collection[tuple[str, str]]
) -> Iterable[ChangedDelivery]:
    """The deliveries of any month that differ, but those of the month itself that are `named`."""
    nothing: tuple[set[str], set[str]] = (set(), set())
    for delivery in before.inputs.keys() | after.inputs.keys():
        of_month, *sender_and_kind = delivery
        if of_month == month and tuple(sender_and_kind) in named:
            continue
        then, now = before.inputs.get(delivery, nothing), after.inputs.get(delivery, nothing)
        if not then[0]:
            yield ChangedDelivery(*delivery, ADDED)
        elif not now[0]:
            yield ChangedDelivery(*delivery, WITHDRAWN)
        elif then[0] != now[0]:
            yield ChangedDelivery(*delivery, REPLACED)
        elif then[1] != now[1]:
            yield ChangedDelivery(*delivery, READ_AGAIN)
