"""Verifying one month, or all that a home holds.

Here belongs what is verified, in which order. Not here: comparing with hashes (hashes), computing
anew (anew), what is printed of it (command_line.verify_command).
"""

import json
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from assets.month.installation import Installation
from assets.month.progress import report_progress
from assets.month.publication import describe_program
from assets.verify import hashes
from assets.verify.anew import Workshop, list_differing
from assets.verify.basis import Basis, BasisError, find_basis
from assets.verify.findings import Verdict, Verified, name_some
from assets.verify.hashes import ReadEdition, Snapshot
from pipeline.archive import DeliveriesError
from pipeline.bulletin import SUMS
from pipeline.editions.breaks import list_months, list_numbers
from pipeline.editions.hashes import MANIFEST
from pipeline.errors import PlainError, WrongUseError
from pipeline.plurals import count_of


class NothingToVerifyError(WrongUseError):
    """There is no edition of the month; the message names the months that have one."""


def verify(installation: Installation, month: str = "") -> Verified:
    """Verifies the editions of a month, or of every month and all else that is kept.

    NothingToVerifyError where no edition was ever published of the month.
    """
    snapshot = hashes.take_snapshot(installation)
    wanted = _list_editions(installation, snapshot, month)
    editions, by_edition = installation.editions, snapshot.chain.by_edition
    read = [
        hashes.read_edition(editions, each, number, by_edition.get((each, number)))
        for each, number in report_progress("editions read", wanted, len(wanted))
    ]
    links = [link for link in snapshot.chain.links if not month or link.month == month]
    verdicts = [
        hashes.check_chain(snapshot, editions),
        hashes.check_register(snapshot, installation),
        hashes.check_settings(installation, links),
        hashes.check_archive(installation, _list_files(installation, read, month)),
    ]
    if not month:
        verdicts += hashes.check_rest(installation)
    with tempfile.TemporaryDirectory(prefix="reform-index-verify-") as folder:
        work = _Verifier(installation, snapshot, Workshop(installation, Path(folder)))
        anew = (work.verify_edition(each) for each in read)
        verdicts += list(report_progress("editions computed", anew, len(read)))
    newest = snapshot.chain.links[-1] if snapshot.chain.links else None
    named = f"edition {newest.number} of {newest.month}" if newest else ""
    return Verified(verdicts, snapshot.chain.newest, named)


def _list_editions(
    installation: Installation, snapshot: Snapshot, month: str
) -> list[tuple[str, int]]:
    """The editions that lie there and were published, the oldest month first."""
    editions = installation.editions
    published = snapshot.chain.by_edition
    every = {each for each, _ in published} | {*list_months(editions)}
    if month and month not in every:
        raise NothingToVerifyError(
            f"nothing was published of {month}: there are editions of "
            f"{name_some(sorted(every)) or 'no month'}"
        )
    # What lies there and was never published is told by the breaks of the chain.
    return [
        (each, number)
        for each in sorted(every)
        if month in {"", each}
        for number in list_numbers(editions, each)
        if (each, number) in published or not snapshot.chain.is_there
    ]


def _list_files(installation: Installation, read: Iterable[ReadEdition], month: str) -> set[str]:
    """The SHA-256 of the files that the archive must have: of all deliveries, or of a month's."""
    if not month:
        try:
            return {event.sha256 for event in installation.archive.events()}
        except DeliveriesError:
            return set()
    found = set()
    for edition in read:
        manifest = _read_manifest(installation, edition)
        rows = json.loads(manifest)["inputs"] if manifest else ()
        found |= {str(row["sha256"]) for row in rows}
    return found


def _read_manifest(installation: Installation, read: ReadEdition) -> bytes | None:
    """The manifest of an edition; None where it is not as it was published."""
    if MANIFEST in read.altered or MANIFEST not in read.files:
        return None
    folder = installation.editions.edition_folder(read.month, read.number)
    return (folder / MANIFEST).read_bytes()


@dataclass(frozen=True)
class _Verifier:
    """Computes editions anew and compares them with what lies there."""

    installation: Installation
    snapshot: Snapshot
    workshop: Workshop

    def verify_edition(self, read: ReadEdition) -> Verdict:
        """What was found of an edition: by its hashes, and computed anew."""
        place = f"{read.month} edition {read.number}"
        alarms, remarks = list(read.alarms), list(read.remarks)
        try:
            basis = self._find_basis(read)
            made = self.workshop.make(basis)
        except Exception as error:
            text = f"cannot be computed anew: {_describe(error)}"
            (alarms if self._is_exact(read) else remarks).append(text)
            return Verdict(place, tuple(alarms), tuple(remarks))
        compared = {
            name: digest
            for name, digest in read.files.items()
            if name != SUMS and name not in read.altered and (name != MANIFEST or name in made)
        }
        made = {name: made[name] for name in made if name not in read.altered}
        folder = self.installation.editions.edition_folder(read.month, read.number)
        differing = list_differing(folder, compared, made)
        if not differing:
            doubt = f"; it {basis.doubt}" if basis.doubt else ""
            text = f"{_count(compared)}: computed anew, every byte is the same{doubt}"
            return Verdict(place, tuple(alarms), tuple(remarks), text)
        text = f"computed anew, these differ: {name_some(differing)}"
        if not basis.doubt:
            alarms.append(text)
            return Verdict(place, tuple(alarms), tuple(remarks))
        data = [name for name in differing if name.startswith("data/")]
        same = "the data are the same, and " * (not data)
        remarks.append(
            f"{basis.doubt}, so that other bytes are no sign of a change; {same}{text}. By its "
            f"hashes it is {'not ' * bool(read.altered)}as it was published"
        )
        return Verdict(place, tuple(alarms), tuple(remarks))

    def _is_exact(self, read: ReadEdition) -> bool:
        """Whether the program of now made the edition, and the chain says from what."""
        link = self.snapshot.chain.by_edition.get((read.month, read.number))
        program = link.made_with.get("program") if link else None
        return program == describe_program()

    def _find_basis(self, read: ReadEdition) -> Basis:
        manifest = _read_manifest(self.installation, read)
        if manifest is None:
            raise BasisError("its manifest is not as it was published")
        return find_basis(
            (read.month, read.number), manifest, self.snapshot.register, self.snapshot.chain
        )


def _describe(error: Exception) -> str:
    return str(error) if isinstance(error, PlainError) else f"{type(error).__name__}: {error}"


_KINDS = (
    ("data file", lambda name: name.startswith("data/")),
    ("page", lambda name: name.endswith(".html")),
    ("chart", lambda name: name.endswith((".svg", ".png"))),
    ("workbook", lambda name: name.endswith(".xlsx")),
    ("paper", lambda name: name.endswith(".pdf")),
    ("other file", lambda _: True),
)


def _count(names: Iterable[str]) -> str:
    """How many files of each kind there are."""
    counts = dict.fromkeys((kind for kind, _ in _KINDS), 0)
    for name in names:
        counts[next(kind for kind, is_of in _KINDS if is_of(name))] += 1
    return ", ".join(count_of(count, kind) for kind, count in counts.items() if count)
