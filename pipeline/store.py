"""The store: Parquet by stage and key.

Here belongs where the results of the stages lie between runs, written so that a killed run
leaves nothing half done. All of it can be deleted and is rebuilt. Not here: files as sent
(archive), published editions (editions).
"""

import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import polars as pl

from pipeline.home import HomeError


class Store:
    """The store of one home. A result is a folder of named tables, whole or absent."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def has(self, stage: str, key: str) -> bool:
        """Whether the result is there."""
        return self._place(stage, key).is_dir()

    def keys(self, stage: str) -> list[str]:
        """The keys of all results of a stage, sorted."""
        places = self._folder.joinpath(stage).glob("[!.]*")
        return sorted(place.name for place in places)

    def write(self, stage: str, key: str, tables: Mapping[str, pl.DataFrame]) -> None:
        """Puts a result in place, at once; one that is there already is replaced.

        Raises HomeError when the store cannot be written.
        """
        place = self._place(stage, key)
        half = place.with_name(f".{place.name}.half")
        try:
            shutil.rmtree(half, ignore_errors=True)
            half.mkdir(parents=True)
            for name, frame in tables.items():
                frame.write_parquet(half / f"{name}.parquet", compression="lz4", statistics=False)
            old = place.with_name(f".{place.name}.old")
            shutil.rmtree(old, ignore_errors=True)
            if place.exists():
                place.rename(old)
            half.rename(place)
            shutil.rmtree(old, ignore_errors=True)
        except OSError as error:
            raise HomeError(
                f"the store {self._folder} cannot be written ({error}): make it writable or free "
                "some space, and run again"
            ) from None

    def scan(self, stage: str, key: str, name: str) -> pl.LazyFrame:
        """A table of a result, lazily. FileNotFoundError when the result is not there."""
        path = self._place(stage, key) / f"{name}.parquet"
        if not path.exists():
            raise FileNotFoundError(path)
        return pl.scan_parquet(path)

    def read(self, stage: str, key: str, name: str) -> pl.DataFrame:
        """A table of a result. FileNotFoundError when the result is not there."""
        return self.scan(stage, key, name).collect()

    def scan_all(self, stage: str, keys: list[str], name: str, schema: pl.Schema) -> pl.LazyFrame:
        """A table of several results, one under the other; empty for no keys."""
        paths = [self._place(stage, key) / f"{name}.parquet" for key in keys]
        if not paths:
            return pl.LazyFrame(schema=schema)
        return pl.scan_parquet(paths)

    def keep_only(self, stage: str, keys: set[str]) -> None:
        """Removes all results of a stage but those named, and what killed runs left half done.

        What cannot be removed stays, which does no harm.
        """
        folder = self._folder / stage
        for left_over in folder.glob(".*"):
            shutil.rmtree(left_over, ignore_errors=True)
        for place in folder.glob("[!.]*"):
            if place.name not in keys:
                # Set aside first: a result that is half removed would pass for a whole one.
                with suppress(OSError):
                    shutil.rmtree(place.rename(place.with_name(f".{place.name}.old")))

    def _place(self, stage: str, key: str) -> Path:
        return self._folder / stage / key
