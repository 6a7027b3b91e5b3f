"""All damaged results are found, and none is touched."""

from pathlib import Path

import polars as pl

from pipeline.store import Store


def test_damaged_results_are_named_and_stay(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    assert store.find_damaged() == {}
    for key in ("a", "b", "c"):
        store.write("tallies", key, {"cells": pl.DataFrame({"n": [1]})})
    assert Store(tmp_path / "store").find_damaged() == {}
    table = tmp_path / "store/tallies/a/cells.parquet"
    table.write_bytes(table.read_bytes()[:-1])
    (tmp_path / "store/tallies/b/sums.json").write_text("{}")
    (tmp_path / "store/tallies/c/cells.parquet").unlink()
    for _ in range(2):
        assert Store(tmp_path / "store").find_damaged() == {
            "tallies/a": "cells.parquet is not what was written",
            "tallies/b": "sums.json is not what was written",
            "tallies/c": "cells.parquet cannot be read (No such file or directory)",
        }
