"""The chain of editions: what was published in which order, each bound to the one before.

    published/chain.jsonl         a line an edition, in the order of publishing; only ever added to
    published/.chain.publishing   the line of a publication that has not come to its end

Each line ends with a check: the SHA-256 of its values and of the check of the line before. So a
line that is changed, taken out or moved is noticed, and the newest check stands for all that was
published. Here belong reading and adding lines. Not here: comparing editions with them (breaks).
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from pipeline.editions.writing import plain_errors, write_file
from pipeline.flushing import flush_folder

CHAIN = "chain.jsonl"
PREVIOUS = "previous_manifest_sha256"
"""The key of a manifest, and of a line, with the SHA-256 of the manifest published before it."""
_PENDING = ".chain.publishing"
_BEGUN, _PUBLISHED = "begun", "published"
_CHECK = "check"

Edition = tuple[str, int]
"""Month and number."""


@dataclass(frozen=True)
class Link:
    """One published edition in the chain, as its line says.

    `sums_sha256` is the SHA-256 of its file SHA256SUMS. `previous` is the SHA-256 of the manifest
    that was published before it, of whatever month; None for the first. `made_with` is what it was
    made from beside its manifest; empty where that is not known. `is_of_chain` is false for an
    edition that lay there when the chain began: then there are no other values than the manifest's.
    `is_damaged` says that the line is not as it was written: no value of it is to be relied on.
    """

    month: str
    number: int
    manifest_sha256: str
    sums_sha256: str = ""
    previous: str | None = None
    made_with: Mapping[str, Any] = field(default_factory=dict)
    is_of_chain: bool = True
    is_damaged: bool = False

    @property
    def edition(self) -> Edition:
        """Month and number."""
        return self.month, self.number


@dataclass(frozen=True)
class ReadChain:
    """What a chain says. `links` are in the order of publishing.

    `damaged` are the numbers of the lines that are not as they were written, or do not follow the
    line before. `begun_again` are the numbers of lines where a chain that was lost began anew.
    `newest` is the newest check; empty where there is no line.
    """

    is_there: bool
    links: tuple[Link, ...]
    damaged: tuple[int, ...]
    begun_again: tuple[int, ...]
    newest: str

    @cached_property
    def by_edition(self) -> dict[Edition, Link]:
        """The links by month and number; of several the newest."""
        return {link.edition: link for link in self.links}

    @cached_property
    def newest_numbers(self) -> dict[str, int]:
        """The highest number of each month."""
        found: dict[str, int] = {}
        for month, number in self.by_edition:
            found[month] = max(number, found.get(month, 0))
        return found

    @property
    def last(self) -> Link | None:
        """The edition that was published last; None before the first of the chain."""
        of_chain = [link for link in self.links if link.is_of_chain]
        return of_chain[-1] if of_chain else None


@dataclass(frozen=True)
class Chain:
    """The chain of one folder `published`, which may be absent."""

    folder: Path

    @property
    def path(self) -> Path:
        """The file with the lines."""
        return self.folder / CHAIN

    def read(self, is_in_force: Callable[[Link], bool] | None = None) -> ReadChain:
        """The chain as it lies there; a last line that was cut short by a crash is passed over.

        A publication that was killed after its commit point counts as a line already:
        `is_in_force` says of its link whether it came so far. EditionError where the file cannot be
        read.
        """
        with plain_errors("read", self.path):
            content = self.path.read_bytes() if self.path.exists() else None
        found = _parse(content)
        pending = self._read_pending()
        link = _as_link(pending) if pending else None
        if (
            pending is not None
            and link is not None
            and is_in_force is not None
            and pending[_CHECK] != found.newest
            and is_in_force(link)
        ):
            return ReadChain(
                True, (*found.links, link), found.damaged, found.begun_again, str(pending[_CHECK])
            )
        return found

    def begin(self, editions: Mapping[Edition, str], *, is_lost: bool) -> None:
        """Begins a chain where there is none, with the editions that lie there already.

        `editions` has the SHA-256 of their manifests. `is_lost` says that there was a chain before.
        """
        named = {f"{month}/{number}": digest for (month, number), digest in editions.items()}
        values = {"event": _BEGUN, "editions": named} | ({"again": True} if is_lost else {})
        self._append(_sign("", values))

    def announce(self, link: Link) -> None:
        """Notes that an edition is going to be published: before anything of it is written."""
        values = {
            "event": _PUBLISHED,
            "month": link.month,
            "edition": link.number,
            "manifest_sha256": link.manifest_sha256,
            "sums_sha256": link.sums_sha256,
            PREVIOUS: link.previous,
            "made_with": dict(link.made_with),
        }
        line = _sign(self.read().newest, values)
        pending = self.folder / _PENDING
        self.folder.mkdir(parents=True, exist_ok=True)
        new = pending.with_name(f"{_PENDING}.half")
        new.unlink(missing_ok=True)
        write_file(new, line.encode())
        new.replace(pending)
        flush_folder(self.folder)

    def settle(self, is_in_force: Callable[[Link], bool]) -> None:
        """Adds the line of an announced publication that came to its commit point, or forgets it.

        For whoever holds the home's lock.
        """
        pending = self.folder / _PENDING
        if not pending.exists():
            return
        values = self._read_pending()
        link = _as_link(values) if values else None
        if values and link and values[_CHECK] != self.read().newest and is_in_force(link):
            self._append(json.dumps(values))
        pending.unlink(missing_ok=True)
        flush_folder(self.folder)

    def announced(self) -> Edition | None:
        """The edition that is being published now, or was when a run was killed."""
        values = self._read_pending()
        link = _as_link(values) if values else None
        return link.edition if link else None

    def _read_pending(self) -> dict[str, Any] | None:
        """The values of an announced line, check included; None where there is none, or half."""
        try:
            values = json.loads((self.folder / _PENDING).read_bytes())
            return values if isinstance(values, dict) and _CHECK in values else None
        except (OSError, ValueError, RecursionError):
            return None

    def _append(self, line: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab+") as file:
            size = file.tell()
            file.seek(0)
            last = file.read().rpartition(b"\n")[2]
            if last and not _is_line(last):
                file.truncate(size - len(last))
                last = b""
            file.write(b"\n" * bool(last) + line.encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        flush_folder(self.folder)


def is_of_chain(manifest: Path) -> bool:
    """Whether a manifest was published since there are chains."""
    try:
        return f'"{PREVIOUS}"'.encode() in manifest.read_bytes()
    except OSError:
        return False


def _parse(content: bytes | None) -> ReadChain:
    links: list[Link] = []
    damaged, again = [], []
    before = ""
    *lines, last = (content or b"").split(b"\n")
    for number, line in enumerate([*lines, *([last] if _is_line(last) else [])], 1):
        try:
            values = json.loads(line)
            check = values.pop(_CHECK)
            is_damaged = check != _hash(before, values)
            links += [replace(link, is_damaged=is_damaged) for link in _list_links(values)]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            damaged.append(number)
            continue
        if is_damaged:
            damaged.append(number)
        if values.get("again"):
            again.append(number)
        before = str(check)
    return ReadChain(content is not None, tuple(links), tuple(damaged), tuple(again), before)


def _list_links(values: Mapping[str, Any]) -> Iterable[Link]:
    if values["event"] == _BEGUN:
        for name, digest in values["editions"].items():
            month, _, number = name.partition("/")
            yield Link(month, int(number), str(digest), is_of_chain=False)
    else:
        yield _make_link(values)


def _make_link(values: Mapping[str, Any]) -> Link:
    return Link(
        str(values["month"]),
        int(values["edition"]),
        str(values["manifest_sha256"]),
        str(values["sums_sha256"]),
        values[PREVIOUS],
        dict(values["made_with"]),
    )


def _as_link(values: Mapping[str, Any]) -> Link | None:
    try:
        return _make_link(values)
    except (ValueError, KeyError, TypeError):
        return None


def _is_line(line: bytes) -> bool:
    try:
        return _CHECK in json.loads(line)
    except (ValueError, TypeError, RecursionError):
        return False


def _sign(before: str, values: Mapping[str, Any]) -> str:
    return json.dumps({**values, _CHECK: _hash(before, values)})


def _hash(before: str, values: Mapping[str, Any]) -> str:
    return hashlib.sha256(f"{before}\n{json.dumps(values)}".encode()).hexdigest()
