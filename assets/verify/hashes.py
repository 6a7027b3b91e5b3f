"""Every byte that is kept, compared with the hash that is kept of it.

Here belongs reading editions, chain, register of deliveries, archive, store and the pages beside
the editions. Nothing is computed anew and nothing is changed. Not here: computing (anew).
"""

import hashlib
import json
import os
import stat
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from assets.month.installation import Installation
from assets.month.progress import report_progress
from assets.month.publication import find_changed_lines
from assets.verify.findings import Verdict, name_some
from pipeline import kept_settings
from pipeline.archive import Archive, DeliveriesError
from pipeline.archive.deliveries import list_lines
from pipeline.bulletin import SUMS
from pipeline.editions import Editions, Link, PagesBeside, ReadChain, find_breaks
from pipeline.editions.breaks import altered_as_replaced
from pipeline.editions.hashes import MANIFEST, AlteredError, read_sums
from pipeline.plurals import count_of

_READERS = 8
_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True)
class ReadEdition:
    """An edition as it lies on the disk: the SHA-256 of its files by path, empty for unreadable.

    `altered` says by path what is wrong with a file. `alarms` and `remarks` are what is to be said.
    """

    month: str
    number: int
    files: dict[str, str]
    altered: dict[str, str]
    alarms: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Snapshot:
    """What was there at one moment, while runs may go on: chain, breaks, and the register's lines.

    `register` has the lines without those that were cut short.
    """

    chain: ReadChain
    breaks: list[str]
    register: list[bytes] = field(default_factory=list)


def take_snapshot(installation: Installation) -> Snapshot:
    """Chain, register and names of editions as they were at one moment."""
    editions = installation.editions
    register = installation.home.archive / "deliveries.jsonl"
    while True:
        before = editions.read_chain()
        breaks = find_breaks(editions)
        content = register.read_bytes() if register.exists() else b""
        if editions.read_chain() == before:
            return Snapshot(before, breaks, list_lines(content))


def read_edition(editions: Editions, month: str, number: int, link: Link | None) -> ReadEdition:
    """Reads all files of an edition. `link` is what the chain has of it."""
    folder = editions.edition_folder(month, number)
    files, others = _hash_folder(folder)
    altered: dict[str, str] = {}
    try:
        sums = read_sums(folder)
    except AlteredError as error:
        sums, altered = {}, dict(error.files)
    if link and link.is_damaged:
        link = None
    if link and link.sums_sha256 not in {"", files.get(SUMS, "")}:
        altered.setdefault(SUMS, "altered" if SUMS in files else "missing")
    if link and link.manifest_sha256 != files.get(MANIFEST, ""):
        altered.setdefault(MANIFEST, "altered" if MANIFEST in files else "missing")
    for name, digest in sums.items():
        if files.get(name) != digest:
            wrong = "missing" if name not in files else "altered" if files[name] else "unreadable"
            altered.setdefault(name, wrong)
    if sums and SUMS in files:
        added = (files.keys() | others) - sums.keys() - {SUMS}
        altered |= dict.fromkeys(added, "added")
    known = altered_as_replaced(editions, month, number)
    is_known = bool(altered) and known >= altered.keys()
    message = [f"not as it was published: {_describe(altered)}"] if altered else []
    cure = (
        f". Edition {number + 1} was published in its place and names these files: nothing is to "
        "be done"
        if is_known
        else f". Restore {folder} from a backup"
    )
    told = tuple(each + cure for each in message)
    writable = _find_writable(folder, files)
    return ReadEdition(
        month,
        number,
        files,
        altered,
        (*(() if is_known else told), *(writable if len(writable) < len(files) else [])),
        told if is_known else (),
    )


def _describe(altered: dict[str, str]) -> str:
    return name_some([f"{name} ({wrong})" for name, wrong in sorted(altered.items())])


def _hash_folder(folder: Path) -> tuple[dict[str, str], set[str]]:
    """The SHA-256 of the files below a folder by path, and the paths of all else but folders that
    hold something.
    """
    paths, others = [], set()
    for above, folders, names in os.walk(folder):
        here = Path(above)
        paths += [here / name for name in names]
        others |= {here / name for name in folders if (here / name).is_symlink()}
        if not folders and not names and here != folder:
            others.add(here)
    with ThreadPoolExecutor(_READERS) as readers:
        digests = list(readers.map(_hash_file, paths))
    names = [path.relative_to(folder).as_posix() for path in paths]
    return dict(zip(names, digests, strict=True)), {
        path.relative_to(folder).as_posix() for path in others
    }


def _hash_file(path: Path) -> str:
    """The SHA-256 of a file; empty where it is none, or cannot be read."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return ""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _find_writable(folder: Path, files: Iterable[str]) -> list[str]:
    """What to say of files that may be written to, though nobody is to change them.

    Where all may be, the file system has no such permissions.
    """
    return [
        f"{name} may be written to, and was published read-only: chmod a-w {folder / name}"
        for name in sorted(files)
        if (folder / name).lstat().st_mode & _WRITABLE and not (folder / name).is_symlink()
    ]


def check_chain(snapshot: Snapshot, editions: Editions) -> Verdict:
    """The chain of editions: its lines, the editions that it names, what their manifests say."""
    chain, alarms = snapshot.chain, list(snapshot.breaks)
    if not chain.is_there and not alarms:
        text = "the chain of editions begins with the next edition that is published"
        return Verdict("chain of editions", remarks=(text,) if editions.months() else ())
    known = {link.manifest_sha256 for link in chain.links}
    before: str | None = None
    for link in chain.links:
        named = f"edition {link.number} of {link.month}"
        said = _read_previous(editions, link)
        if said and said not in known:
            alarms.append(
                f"an edition is gone: the manifest that {named} was published after is in no "
                "line of the chain"
            )
        if link.is_of_chain:
            if link.previous != before:
                alarms.append(f"the line of {named} does not name the manifest published before it")
            if said not in {link.previous, ""}:
                alarms.append(
                    f"the manifest of {named} names another manifest before it than the chain does"
                )
            before = link.manifest_sha256
    remarks = tuple(
        f"the chain began anew in line {number}, for it was lost: what was taken away before that "
        "cannot be seen"
        for number in chain.begun_again
    )
    count = sum(link.is_of_chain for link in chain.links)
    old = len(chain.links) - count
    text = f"{count_of(count, 'edition')}, each bound to the one before" + (
        f"; {count_of(old, 'was', 'were')} published before the chain began" if old else ""
    )
    return Verdict("chain of editions", tuple(alarms), remarks, "" if alarms else text)


def _read_previous(editions: Editions, link: Link) -> str | None:
    """What a manifest says was published before it; empty where it cannot be read."""
    path = editions.edition_folder(link.month, link.number) / MANIFEST
    try:
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != link.manifest_sha256:
            return ""
        said = json.loads(content).get("previous_manifest_sha256", "")
        return None if said is None else str(said)
    except (OSError, ValueError, AttributeError):
        return ""


def check_register(snapshot: Snapshot, installation: Installation) -> Verdict:
    """The register of deliveries: its lines, and what the editions knew of it."""
    alarms, place = [], installation.home.archive / "deliveries.jsonl"
    try:
        installation.archive.events()
    except DeliveriesError as error:
        alarms.append(str(error))
    changed, same = find_changed_lines(snapshot.register, snapshot.chain, str(place))
    alarms += changed
    text = f"{count_of(len(snapshot.register), 'line')}, {same:,} of them as the editions knew them"
    return Verdict("register of deliveries", tuple(alarms), compared="" if alarms else text)


def check_archive(installation: Installation, wanted: Collection[str]) -> Verdict:
    """The files of the archive with these SHA-256."""
    archive, hashes = installation.archive, sorted(wanted)
    with ThreadPoolExecutor(_READERS) as readers:
        found = list(report_progress("archive", readers.map(archive.is_whole, hashes), len(hashes)))
    alarms = tuple(
        f"{_describe_archived(archive, sha256)} is damaged or missing: restore it from a backup. "
        "Where the inbox still has the file, remove the damaged one and run its month: the run "
        "takes it from there again"
        for sha256, is_whole in zip(hashes, found, strict=True)
        if not is_whole
    )
    return Verdict("archive", alarms, compared=f"{_count(sum(found), len(found), 'file')} as sent")


def _count(whole: int, compared: int, noun: str) -> str:
    """`102 files`; where some are damaged `101 of 102 files`."""
    of_all = f"{whole:,} of " * (whole < compared)
    return f"{of_all}{count_of(compared, noun)}"


def _describe_archived(archive: Archive, sha256: str) -> str:
    try:
        return archive.describe(sha256)
    except DeliveriesError:
        return str(archive.path(sha256))


def check_settings(installation: Installation, links: Iterable[Link]) -> Verdict:
    """The own files of the home as they were kept for editions."""
    archive = installation.home.archive
    kept = dict.fromkeys(str(link.made_with.get("settings_sha256", "")) for link in links)
    named = [digest for digest in kept if digest]
    alarms = tuple(
        f"{archive}/settings/{digest}.json is damaged or missing: restore it from a backup"
        for digest in named
        if not kept_settings.is_whole(archive, digest)
    )
    return Verdict(
        "kept settings", alarms, compared=_count(len(named) - len(alarms), len(named), "file")
    )


def check_rest(installation: Installation) -> Iterator[Verdict]:
    """What a run makes anew: store, and the pages beside the editions."""
    damaged = installation.store.find_damaged()
    alarms = [
        f"store/{name} is damaged ({damage}): the next run that needs it computes it anew"
        for name, damage in damaged.items()
    ]
    if installation.digests.is_damaged:
        alarms.append("store/digests.json is damaged: the next run reads all files again")
    count = installation.store.count_results()
    compared = f"{_count(count - len(damaged), count, 'result')} as they were written"
    yield Verdict(
        "store",
        tuple(alarms),
        compared=compared if count else "empty: a run of all months fills it",
    )
    pages = PagesBeside(installation.editions.folder).find_altered()
    if pages is None:
        text = "pages.json is missing or damaged: the next run makes the pages of all months anew"
        is_published = bool(installation.editions.months())
        yield Verdict("pages of all months", (text,) if is_published else ())
    else:
        told = f"{name_some(pages)} not as written: the next run makes them anew"
        yield Verdict("pages of all months", (told,) if pages else (), compared="as written")
