"""The store: the results of the stages as Parquet files, by stage and key.

Here belong reading and writing of results between runs; a killed run leaves no result half
written. The whole store can be deleted: runs build it again. Not here: files as sent (archive),
published editions (editions).
"""

import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import polars as pl

from pipeline.home import HomeError
from pipeline.private_folders import make_private_folder


class Store:
    """The store of one home. A result is a folder of named tables, whole or absent."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def has(self, stage: str, key: str) -> bool:
        """Whether the store has the result."""
        return self._result_folder(stage, key).is_dir()

    def keys(self, stage: str) -> list[str]:
        """The keys of all results of a stage, sorted."""
        results = self._folder.joinpath(stage).glob("[!.]*")
        return sorted(result.name for result in results)

    def write(self, stage: str, key: str, tables: Mapping[str, pl.DataFrame]) -> None:
        """Writes a result whole, in the place of an older one with the same key.

        Raises HomeError when the store cannot be written.
        """
        result = self._result_folder(stage, key)
        unfinished = result.with_name(f".{result.name}.half")
        try:
            make_private_folder(self._folder)
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(parents=True)
            for name, frame in tables.items():
                path = unfinished / f"{name}.parquet"
                frame.write_parquet(path, compression="lz4", statistics=False)
            old = result.with_name(f".{result.name}.old")
            shutil.rmtree(old, ignore_errors=True)
            if result.exists():
                result.rename(old)
            unfinished.rename(result)
            shutil.rmtree(old, ignore_errors=True)
        except OSError as error:
            raise HomeError(
                f"the store {self._folder} cannot be written ({error}): make it writable or free "
                "some space, and run again"
            ) from None

    def scan(self, stage: str, key: str, name: str) -> pl.LazyFrame:
        """A table of a result, lazily. FileNotFoundError when the store does not have the table."""
        path = self._result_folder(stage, key) / f"{name}.parquet"
        if not path.exists():
            raise FileNotFoundError(path)
        return pl.scan_parquet(path)

    def read(self, stage: str, key: str, name: str) -> pl.DataFrame:
        """A table of a result. FileNotFoundError when the store does not have the table."""
        return self.scan(stage, key, name).collect()

    def scan_all(self, stage: str, keys: list[str], name: str, schema: pl.Schema) -> pl.LazyFrame:
        """A table of several results, one under the other; empty for no keys."""
        paths = [self._result_folder(stage, key) / f"{name}.parquet" for key in keys]
        if not paths:
            return pl.LazyFrame(schema=schema)
        return pl.scan_parquet(paths)

    def keep_only(self, stage: str, keys: set[str]) -> None:
        """Removes all results of a stage except `keys`, and unfinished results of killed runs.

        A result that cannot be removed stays and does no harm.
        """
        folder = self._folder / stage
        for leftover in folder.glob(".*"):
            shutil.rmtree(leftover, ignore_errors=True)
        for result in folder.glob("[!.]*"):
            if result.name not in keys:
                # Renamed first: a result of which a part is removed would be taken for a whole one.
                with suppress(OSError):
                    shutil.rmtree(result.rename(result.with_name(f".{result.name}.old")))

    def _result_folder(self, stage: str, key: str) -> Path:
        return self._folder / stage / key
