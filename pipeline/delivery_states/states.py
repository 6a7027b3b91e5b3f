"""Which state the month of each sender has, and why, in both languages.

Here belongs judging what was received, accepted, replaced and taken back. Not here: reading that
from register and editions (assets), the words of the states (reports).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import polars as pl

from pipeline.agencies import Register
from pipeline.columns import Table, text

ON_TIME, ACCEPTED, LATE = "on_time", "accepted", "late"
CORRECTED, REFUSED, MISSING, WITHDRAWN = "corrected", "refused", "missing", "withdrawn"
STATES = (ON_TIME, ACCEPTED, LATE, CORRECTED, REFUSED, MISSING, WITHDRAWN)
"""`accepted` takes the place of `on_time` and `late` in a month without a due day."""

DELIVERY_STATES = Table(
    "delivery_states",
    "a sender's month",
    (
        text("month", "month, YYYY-MM"),
        text("sender_code", "sender, by the name of its folder"),
        text("sender_name", "name of the sender in Vietnamese"),
        text("state", f"one of {', '.join(STATES)}"),
        text("reason", "why, in English; empty where accepted", is_required=False),
        text("reason_vi", "the same in Vietnamese", is_required=False),
    ),
)
_KINDS_VI = {
    "dossiers": "hồ sơ",
    "ratings": "phiếu đánh giá",
    "petitions": "phản ánh, kiến nghị",
    "figures": "số liệu tổng hợp",
}
_HASH_LETTERS = 12
"""How many letters of a SHA-256 name a file."""


@dataclass(frozen=True)
class Receipt:
    """A file that a sender sent for a month, as the register of deliveries knows it.

    `received` is the first day on which it was received; `ended` the day on which it was last
    replaced or taken back, None while it is in force.
    """

    sender_code: str
    sha256: str
    received: date
    ended: date | None

    @property
    def is_in_force(self) -> bool:
        """Whether the sender takes the file to be valid now."""
        return self.ended is None


class Counted(NamedTuple):
    """A file that editions of its month counted: these editions, the first one first, and the
    file's kind.
    """

    editions: tuple[int, ...]
    kind: str


@dataclass(frozen=True)
class Arrivals:
    """How the files of a month came in.

    `receipts` are those that were ever received, `counted` by sender and SHA-256 those that
    editions of the month counted, `due` is the last day on which they were in time (None: none).
    """

    receipts: Sequence[Receipt]
    counted: Mapping[tuple[str, str], Counted]
    due: date | None


class _File(NamedTuple):
    """What came of a file: some columns of a row of tables.DELIVERED."""

    sha256: str
    kind: str | None
    status: str
    message: str | None
    message_vi: str | None


class _Reason(NamedTuple):
    state: str
    english: str | None = None
    vietnamese: str | None = None


def find_states(
    month: str,
    deliveries: pl.DataFrame,
    arrivals: Arrivals,
    register: Register,
) -> pl.DataFrame:
    """The state of each sender in a month: a frame of DELIVERY_STATES, by sender.

    `deliveries` is what came of every file of the month and who is missing, in tables.DELIVERED.
    A month is refused where any file of it is; corrected where a file that an edition counted is no
    longer in force, but another is; late where a file that counts was received after the day on
    which it was due. A sender that took back all that it had sent is shown even where nobody
    expects it, if the register has it.
    """
    of_sender: dict[str, list[Receipt]] = {}
    for receipt in arrivals.receipts:
        of_sender.setdefault(receipt.sender_code, []).append(receipt)
    files: dict[str, list[_File]] = {}
    for sender, *file in deliveries.select("sender_code", *_File._fields).iter_rows():
        files.setdefault(sender, []).append(_File(*file))
    found = {
        sender: _judge(own, of_sender.get(sender, []), arrivals) for sender, own in files.items()
    }
    for sender, own in of_sender.items():
        is_gone = not any(receipt.is_in_force for receipt in own)
        if is_gone and sender not in found and register.below(sender, month):
            found[sender] = _describe_withdrawn(own, arrivals.counted)
    rows = [
        (month, sender, register.name(sender, month), *reason)
        for sender, reason in sorted(found.items())
    ]
    return pl.DataFrame(rows, schema=DELIVERY_STATES.schema, orient="row")


def _judge(files: list[_File], receipts: list[Receipt], arrivals: Arrivals) -> _Reason:
    """The state of one sender, of whose files these are what came of them and the receipts."""
    counted, due = arrivals.counted, arrivals.due
    refused = [file for file in files if file.status == REFUSED]
    if refused:
        return _describe_refused(refused)
    kinds = {file.sha256: file.kind or "" for file in files if file.status == ACCEPTED}
    if not kinds:
        is_gone = bool(receipts) and not any(receipt.is_in_force for receipt in receipts)
        if is_gone:
            return _describe_withdrawn(receipts, counted)
        return _Reason(MISSING, files[0].message, files[0].message_vi)
    gone = [
        receipt
        for receipt in receipts
        if not receipt.is_in_force and (receipt.sender_code, receipt.sha256) in counted
    ]
    if gone:
        return _describe_corrected(gone, kinds, counted)
    late = [receipt for receipt in receipts if due and _is_late(receipt, kinds, due)]
    if due and late:
        return _describe_late(late, kinds, due)
    return _Reason(ON_TIME if due else ACCEPTED)


def _is_late(receipt: Receipt, accepted: Collection[str], due: date) -> bool:
    return receipt.is_in_force and receipt.sha256 in accepted and receipt.received > due


def _describe_refused(refused: list[_File]) -> _Reason:
    told = [(_name_file(file.sha256, file.kind or ""), file) for file in refused]
    return _Reason(
        REFUSED,
        "; ".join(f"{name.english}: {file.message}" for name, file in told),
        "; ".join(f"{name.vietnamese}: {file.message_vi}" for name, file in told),
    )


def _describe_withdrawn(
    receipts: list[Receipt], counted: Mapping[tuple[str, str], Counted]
) -> _Reason:
    parts = [_describe_gone(receipt, counted) for receipt in _by_end(receipts)]
    return _Reason(
        WITHDRAWN,
        "; ".join(f"{english} was taken back on {day}" for english, _, day in parts),
        "; ".join(
            f"{vietnamese} đã được rút lại ngày {day:%d/%m/%Y}" for _, vietnamese, day in parts
        ),
    )


def _describe_corrected(
    gone: list[Receipt],
    kinds: Mapping[str, str],
    counted: Mapping[tuple[str, str], Counted],
) -> _Reason:
    """`kinds` are those of the files that count now, by their SHA-256."""
    english, vietnamese = [], []
    for receipt in _by_end(gone):
        was = counted[receipt.sender_code, receipt.sha256]
        successors = sorted(
            sha256
            for sha256, kind in kinds.items()
            if kind == was.kind
            and not _has_counted(counted, was.editions[-1], receipt.sender_code, sha256)
        )
        about, about_vi, day = _describe_gone(receipt, counted)
        if successors:
            names = ", ".join(sha256[:_HASH_LETTERS] for sha256 in successors)
            english.append(f"{about} was replaced by {names} on {day}")
            vietnamese.append(f"{about_vi} đã được thay bằng {names} ngày {day:%d/%m/%Y}")
        else:
            english.append(f"{about} was taken back on {day}")
            vietnamese.append(f"{about_vi} đã được rút lại ngày {day:%d/%m/%Y}")
    return _Reason(CORRECTED, "; ".join(english), "; ".join(vietnamese))


def _has_counted(
    counted: Mapping[tuple[str, str], Counted], edition: int, sender: str, sha256: str
) -> bool:
    """Whether an edition counted a file."""
    found = counted.get((sender, sha256))
    return found is not None and edition in found.editions


def _describe_gone(
    receipt: Receipt, counted: Mapping[tuple[str, str], Counted]
) -> tuple[str, str, date]:
    """A file that is no longer in force, in English and in Vietnamese, and when it ended."""
    was = counted.get((receipt.sender_code, receipt.sha256))
    name = _name_file(receipt.sha256, was.kind if was else "")
    edition = f", counted in edition {was.editions[-1]}," if was else ""
    edition_vi = f", đã tính trong lần công bố thứ {was.editions[-1]}," if was else ""
    return (
        name.english + edition,
        name.vietnamese + edition_vi,
        receipt.ended or receipt.received,
    )


def _describe_late(late: list[Receipt], kinds: Mapping[str, str], due: date) -> _Reason:
    told = [
        (_name_file(receipt.sha256, kinds[receipt.sha256]), receipt.received)
        for receipt in sorted(late, key=lambda each: (each.received, each.sha256))
    ]
    english = "; ".join(f"{name.english} was received on {day}" for name, day in told)
    vietnamese = "; ".join(f"{name.vietnamese} nhận ngày {day:%d/%m/%Y}" for name, day in told)
    return _Reason(
        LATE, f"{english}; it was due by {due}", f"{vietnamese}; hạn gửi là {due:%d/%m/%Y}"
    )


def _by_end(receipts: Iterable[Receipt]) -> list[Receipt]:
    return sorted(receipts, key=lambda each: (each.ended or each.received, each.sha256))


class _FileName(NamedTuple):
    english: str
    vietnamese: str


def _name_file(sha256: str, kind: str) -> _FileName:
    """A file by the beginning of its SHA-256 and its kind: people make the names of files."""
    short = sha256[:_HASH_LETTERS]
    if not kind:
        return _FileName(f"the file {short}", f"tệp {short}")
    return _FileName(f"the file {short} ({kind})", f"tệp {short} ({_KINDS_VI[kind]})")
