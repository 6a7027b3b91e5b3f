"""The store: the results of the stages as Parquet files, by stage and key.

Here belong reading and writing of results between runs; a killed run leaves no result half
written, and a result that is no longer what was written counts as absent. The whole store can be
deleted: runs build it again. Not here: files as sent (archive), published editions (editions), what
a run needs of the store (assets.month.repair).
"""

import errno
import hashlib
import json
import logging
import os
import shutil
import uuid
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path

import polars as pl

from pipeline.errors import PlainError
from pipeline.home import DiskError
from pipeline.private_folders import make_private_folder

_SUMS = "sums.json"
"""The file of a result with its stage and key, and the SHA-256 of each of its tables."""

_log = logging.getLogger(__name__)

Signature = tuple[int, int, int]
"""Size, time of change and inode of a file."""


class NoResultError(PlainError, FileNotFoundError):
    """The store has no such result or table, or not as it was written; the message says which."""


class _DamageError(PlainError):
    """A result is not what was written; the message says in which way."""


class Store:
    """The store of one home. A result is a folder of named tables, whole or absent.

    The bytes of a table are compared with their SHA-256 before they are read, once for as long as
    this object lives. A result that differs is removed with a warning.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known_sums: dict[Path, tuple[Signature, dict[str, str]]] = {}
        self._checked: dict[Path, Signature] = {}
        self._damaged: dict[Path, Signature] = {}

    def has(self, stage: str, key: str, names: Collection[str] | None = None) -> bool:
        """Whether the store has the result as it was written: some tables of it, or all.

        They are read for it.
        """
        folder = self._result_folder(stage, key)
        if self._is_known_damaged(folder) or not os.path.lexists(folder):
            return False
        try:
            sums = self._read_sums(folder)
            for name in sums if names is None else names:
                self._check_table(folder, name, sums.get(name, ""))
        except _DamageError as damage:
            self._remove_damaged(folder, str(damage))
            return False
        return True

    def keys(self, stage: str) -> list[str]:
        """The keys of all results of a stage, sorted. No table is read: one may be damaged."""
        folders = {path.parent for path in self._folder.joinpath(stage).glob(f"[!.]*/{_SUMS}")}
        return sorted(path.name for path in folders if not self._is_known_damaged(path))

    def write(self, stage: str, key: str, tables: Mapping[str, pl.DataFrame]) -> None:
        """Writes a result whole, in the place of an older one with the same key.

        It is not flushed: what a power cut leaves half written is seen by its hashes before it is
        read, and computed anew. Raises DiskError when the store cannot be written.
        """
        self._write(stage, key, tables)

    def write_once(self, stage: str, key: str, tables: Mapping[str, pl.DataFrame]) -> None:
        """Writes a result whose key says all that it is computed from, unless it is there already.

        Two machines may write the same result at the same time, or one long after the other: the
        first stays, and whoever reads it meanwhile notices nothing. DiskError as for `write`.
        """
        if not self.has(stage, key):
            self._write(stage, key, tables, is_replaced=False)

    def _write(
        self,
        stage: str,
        key: str,
        tables: Mapping[str, pl.DataFrame],
        *,
        is_replaced: bool = True,
    ) -> None:
        result = self._result_folder(stage, key)
        # A name of its own where another machine may be writing the same result.
        mark = "" if is_replaced else f".{uuid.uuid4().hex[:12]}"
        unfinished = result.with_name(f".{result.name}{mark}.half")
        try:
            make_private_folder(self._folder)
            _remove(unfinished)
            unfinished.mkdir(parents=True)
            hashes, signatures = {}, {}
            for name, frame in tables.items():
                path = unfinished / f"{name}.parquet"
                frame.write_parquet(path, compression="lz4", statistics=False)
                hashes[name] = _hash(path)
                signatures[result / path.name] = _sign(path)
            sums = unfinished / _SUMS
            sums.write_text(json.dumps({"result": _name_result(result), "sha256": hashes}))
            old = result.with_name(f".{result.name}{mark}.old")
            _remove(old)
            if is_replaced and os.path.lexists(result):
                result.rename(old)
            if _rename_unless_there(unfinished, result):
                self._checked |= signatures
            _remove(old)
        except OSError as error:
            with suppress(OSError):
                _remove(unfinished)
            raise DiskError(
                f"the store {self._folder} cannot be written ({error}): make it writable or free "
                "some space, and run again"
            ) from None

    def scan(self, stage: str, key: str, name: str) -> pl.LazyFrame:
        """A table of a result, lazily. NoResultError when the store does not have it whole."""
        return pl.scan_parquet(self._checked_path(stage, key, name))

    def read(self, stage: str, key: str, name: str) -> pl.DataFrame:
        """A table of a result. NoResultError when the store does not have it whole."""
        return self.scan(stage, key, name).collect()

    def scan_all(self, stage: str, keys: list[str], name: str, schema: pl.Schema) -> pl.LazyFrame:
        """A table of several results, one under the other; empty for no keys.

        NoResultError when the store does not have one of them whole.
        """
        paths = [self._checked_path(stage, key, name) for key in keys]
        if not paths:
            return pl.LazyFrame(schema=schema)
        return pl.scan_parquet(paths)

    def find_damaged(self) -> dict[str, str]:
        """The results that are not as they were written, by stage and key, and what is wrong.

        All tables are read. Nothing is removed, and a result that a run replaces or removes
        meanwhile is passed over.
        """
        found = {}
        for folder in self._list_results():
            for _ in range(2):
                try:
                    before = _sign(folder)
                    damage = self._find_damage(folder)
                    if not damage or _sign(folder) == before:
                        break
                except FileNotFoundError:
                    damage = ""
                    break
            if damage:
                found[_name_result(folder)] = damage
        return found

    def count_results(self) -> int:
        """How many results of all stages there are."""
        return len(self._list_results())

    def _list_results(self) -> list[Path]:
        return sorted(self._folder.glob("[!.]*/[!.]*"))

    def _find_damage(self, folder: Path) -> str:
        try:
            for name, digest in self._read_sums(folder).items():
                self._check_table(folder, name, digest)
        except _DamageError as damage:
            return str(damage)
        return ""

    def keep_only(self, stage: str, keys: set[str]) -> None:
        """Removes all results of a stage except `keys`, and unfinished results of killed runs.

        A result that cannot be removed stays and does no harm.
        """
        folder = self._folder / stage
        for leftover in folder.glob(".*"):
            with suppress(OSError):
                _remove(leftover)
        for result in folder.glob("[!.]*"):
            if result.name not in keys:
                # Renamed first: a result of which a part is removed would be taken for a whole one.
                with suppress(OSError):
                    _remove(result.rename(result.with_name(f".{result.name}.old")))

    def _result_folder(self, stage: str, key: str) -> Path:
        return self._folder / stage / key

    def _checked_path(self, stage: str, key: str, name: str) -> Path:
        """The file of a table once its bytes are known to be those that were written."""
        if not self.has(stage, key, [name]):
            raise NoResultError(
                f"the store {self._folder} has no whole {name} of {stage}/{key}: run the month "
                "again, and it is computed anew"
            )
        return self._result_folder(stage, key) / f"{name}.parquet"

    def _read_sums(self, folder: Path) -> dict[str, str]:
        """The SHA-256 of the tables of a result by name."""
        path = folder / _SUMS
        try:
            signature = _sign(path)
            known = self._known_sums.get(folder)
            if known is None or known[0] != signature:
                known = signature, _parse_sums(path.read_bytes(), _name_result(folder))
                self._known_sums[folder] = known
        except FileNotFoundError:
            raise _DamageError(f"it has no {_SUMS}, like results of earlier versions") from None
        except OSError as error:
            raise _DamageError(f"{_SUMS} cannot be read ({error.strerror})") from None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise _DamageError(f"{_SUMS} is not what was written") from None
        return known[1]

    def _check_table(self, folder: Path, name: str, digest: str) -> None:
        path = folder / f"{name}.parquet"
        try:
            signature = _sign(path)
            if self._checked.get(path) == signature:
                return
            if _hash(path) != digest:
                raise _DamageError(f"{path.name} is not what was written")
        except OSError as error:
            raise _DamageError(f"{path.name} cannot be read ({error.strerror})") from None
        self._checked[path] = signature

    def _remove_damaged(self, folder: Path, damage: str) -> None:
        _log.warning(
            "%s counts as absent and is computed anew by the next run that needs it: %s",
            folder,
            damage,
        )
        old = folder.with_name(f".{folder.name}.old")
        try:
            _remove(old)
            _remove(folder.rename(old))
        except FileNotFoundError:
            return
        except OSError:
            self._damaged[folder] = _sign(folder)

    def _is_known_damaged(self, folder: Path) -> bool:
        """Whether a result was found damaged, could not be removed, and lies there unchanged."""
        return folder in self._damaged and self._damaged[folder] == _sign(folder)


def _parse_sums(content: bytes, result: str) -> dict[str, str]:
    """The hashes by table, of a result with this name.

    ValueError, KeyError, TypeError or AttributeError where they are not as `Store.write` wrote
    them.
    """
    sums = json.loads(content)
    if sums["result"] != result:
        raise ValueError(sums["result"])
    return {str(name): str(digest) for name, digest in sums["sha256"].items()}


def _name_result(folder: Path) -> str:
    return f"{folder.parent.name}/{folder.name}"


def _rename_unless_there(folder: Path, result: Path) -> bool:
    """Renames a folder; where another machine was first, removes it and returns False."""
    try:
        folder.rename(result)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        _remove(folder)
        return False
    return True


def _sign(path: Path) -> Signature:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns, stat.st_ino


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _remove(path: Path) -> None:
    """Removes a file or a folder, where there is one."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
