"""A result of a stage is whole or absent, and all of the store can be deleted."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.home import HomeError
from pipeline.store import Store

ONE, TWO = pl.DataFrame({"x": [1]}), pl.DataFrame({"x": [2]})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def store(folder: Path) -> Store:
    return Store(folder)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_was_written_is_read(store: Store) -> None:
    assert not store.has("records", "k")
    store.write("records", "k", {"dossiers": ONE, "ratings": TWO})
    assert store.has("records", "k")
    assert store.read("records", "k", "dossiers").equals(ONE)
    assert store.scan("records", "k", "ratings").collect().equals(TWO)
    assert not store.has("tallies", "k")


def test_reading_a_result_that_the_store_lacks_fails(store: Store) -> None:
    store.write("records", "k", {"dossiers": ONE})
    for stage, key, name in (("records", "l", "x"), ("tallies", "k", "x"), ("records", "k", "x")):
        with pytest.raises(FileNotFoundError):
            store.read(stage, key, name)


def test_a_result_is_replaced_whole(store: Store, folder: Path) -> None:
    store.write("records", "k", {"dossiers": ONE, "ratings": ONE})
    store.write("records", "k", {"dossiers": TWO})
    assert store.read("records", "k", "dossiers").equals(TWO)
    # Nothing of the old result is left, beside it or in it.
    assert names_in(folder / "records" / "k") == ["dossiers.parquet", "sums.json"]
    assert names_in(folder / "records") == ["k"]


def test_a_half_written_result_does_not_count_and_is_no_hindrance(
    store: Store, folder: Path
) -> None:
    for left_over in (".k.half", ".k.old"):
        (folder / "records" / left_over).mkdir(parents=True)
        (folder / "records" / left_over / "ratings.parquet").write_bytes(b"PAR1 and then it died")
    assert not store.has("records", "k")
    store.write("records", "k", {"dossiers": ONE})
    assert names_in(folder / "records") == ["k"]
    assert names_in(folder / "records" / "k") == ["dossiers.parquet", "sums.json"]


def test_a_table_that_cannot_be_written_leaves_what_was_there(store: Store, folder: Path) -> None:
    store.write("records", "k", {"dossiers": ONE})
    with pytest.raises(HomeError, match=r"the store .* cannot be written .*: make it writable"):
        store.write("records", "k", {"dossiers": TWO, "no such folder/x": TWO})
    assert store.read("records", "k", "dossiers").equals(ONE)


def test_a_file_in_the_way_of_the_store_is_an_error(store: Store, folder: Path) -> None:
    folder.write_text("")
    with pytest.raises(HomeError):
        store.write("records", "k", {"dossiers": ONE})


def test_results_are_scanned_one_under_the_other_in_the_order_of_their_keys(store: Store) -> None:
    store.write("tallies", "a", {"ages": ONE})
    store.write("tallies", "b", {"ages": TWO})
    found = store.scan_all("tallies", ["b", "a"], "ages", ONE.schema).collect()
    assert found["x"].to_list() == [2, 1]
    assert store.scan_all("tallies", [], "ages", ONE.schema).collect().equals(ONE.clear())


def test_only_the_named_results_of_a_stage_are_kept(store: Store, folder: Path) -> None:
    for key in ("a", "b", "c"):
        store.write("tallies", key, {"ages": ONE})
        store.write("records", key, {"dossiers": ONE})
    for left_over in (".d.half", ".a.old"):
        (folder / "tallies" / left_over / "deep").mkdir(parents=True)
    assert store.keys("tallies") == ["a", "b", "c"]
    store.keep_only("tallies", {"b", "e"})
    assert names_in(folder / "tallies") == ["b"]
    assert names_in(folder / "records") == ["a", "b", "c"]
    store.keep_only("exports", set())  # a stage that has nothing yet


def test_the_store_can_be_deleted(store: Store, folder: Path) -> None:
    store.write("records", "k", {"dossiers": ONE})
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    assert not store.has("records", "k")
    store.write("records", "k", {"dossiers": TWO})
    assert store.read("records", "k", "dossiers").equals(TWO)


@settings(max_examples=25)
@given(st.lists(st.tuples(st.none() | st.text(max_size=5), st.none() | st.integers(-9, 9))))
def test_any_frame_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str | None, int | None]]
) -> None:
    frame = pl.DataFrame(rows, schema={"text": pl.String, "number": pl.Int64}, orient="row")
    store = Store(tmp_path_factory.mktemp("store"))
    store.write("records", "k", {"any": frame})
    assert store.read("records", "k", "any").equals(frame)
    assert store.scan_all("records", ["k"], "any", frame.schema).collect().equals(frame)
