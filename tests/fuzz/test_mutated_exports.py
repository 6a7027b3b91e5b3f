"""Mutated exports: whatever a sender's bytes are, no crash, nothing lost, nobody else changed.

Hundreds of senders with mutated exports share a month with one clean sender of each kind. `make
fuzz` tries FUZZ_FILES of them, `make test` some hundred.
"""

import csv
import faulthandler
import gzip
import io
import os
import resource
import shutil
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.month import deliveries, receive
from assets.month.inputs import MonthInputs
from assets.month.installation import Installation
from pipeline import planning, tables
from pipeline.faults import FAULTS

from .mutations import GOOD, MONTH, Mutant, mutants

SENDERS_AT_ONCE = 100
FILES = int(os.environ.get("FUZZ_FILES", "300"))
MOST_MEMORY_GIB = 4
HANGS_AFTER_SECONDS = 300
CLEAN = tuple(f"C{number}" for number in range(len(GOOD)))
MUTATED = tuple(f"M{number:03d}" for number in range(SENDERS_AT_ONCE))


def file_name(good: int) -> str:
    export = GOOD[good]
    return f"{export.kind}-{good}{export.ending}"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with an own profile for some layouts, and one clean sender for each of GOOD."""
    root = tmp_path_factory.mktemp("fuzz")
    lines = [f"{code},Đơn vị {code},pilot" for code in (*CLEAN, *MUTATED)]
    (root / "agencies.csv").write_text("\n".join(["code,name_vi,kind", *lines, ""]), "utf-8")
    (root / "profiles").mkdir()
    for good, export in enumerate(GOOD):
        if export.own_profile:
            own = f'senders = ["*"]\nfile_pattern = "*-{good}.*"\n{export.own_profile}'
            (root / "profiles" / f"own-{good}.toml").write_text(own, "utf-8")
        put_export(root, CLEAN[good], good, export.pack(export.content))
    return root


def put_export(home: Path, sender: str, good: int, content: bytes) -> None:
    folder = home / "inbox" / sender / MONTH
    folder.mkdir(parents=True)
    (folder / file_name(good)).write_bytes(content)


def count(home: Path) -> MonthInputs:
    """The month's inputs once everything in the inbox is read and counted anew."""
    for name in ("store", "archive"):
        shutil.rmtree(home / name, ignore_errors=True)
    inputs = receive.receive_exports(Installation.at(home), MONTH)
    deliveries.record_pending(inputs)
    deliveries.tally_pending(inputs)
    deliveries.merge_pending(inputs)
    return inputs


def results_of(inputs: MonthInputs, sender: str) -> dict[str, bytes]:
    """What is counted of a sender, and what came of its file, byte for byte."""
    of_sender = pl.col("sender_code") == sender
    frames = {name: getattr(inputs.cells, name).filter(of_sender) for name in tables.TALLIES}
    frames["delivered"] = inputs.delivered.lazy().filter(of_sender)
    frames["rejected"] = inputs.rejected.lazy().filter(of_sender)
    return {name: frame.collect().write_csv().encode() for name, frame in frames.items()}


class CleanResults(dict[str, dict[str, bytes]]):
    """By clean sender, what is counted of it where nobody else sends; short where it is printed."""

    def __repr__(self) -> str:
        return "the clean results"


@pytest.fixture(scope="module")
def clean_results(home: Path) -> CleanResults:
    """What is counted of the clean senders where nobody else sends."""
    inputs = count(home)
    assert inputs.delivered["message"].drop_nulls().to_list() == []
    assert inputs.delivered["rejected"].sum() == 0
    return CleanResults({sender: results_of(inputs, sender) for sender in CLEAN})


@pytest.fixture(scope="module", autouse=True)
def _no_hang() -> Iterator[None]:
    """Ends the tests with the stack of every thread where one of them hangs."""
    yield
    faulthandler.cancel_dump_traceback_later()


def count_records(mutant: Mutant) -> int:
    """The records of a mutated export by Python's own reader, its header left out.

    A record of nothing but white space in its fields is none, nor is the header once more.
    """
    export, content = GOOD[mutant.good], mutant.content
    if content.startswith(b"\x1f\x8b"):
        content = gzip.decompress(content)
    text = unicodedata.normalize("NFC", content.decode(export.encoding).removeprefix("\ufeff"))
    quote = "'" if "\nquote = " in export.own_profile else '"'
    if "header_row = 2" in export.own_profile:
        # Where lines end with a line feed, a carriage return alone ends none.
        text = text.partition("\n" if "\n" in text else "\r")[2]
    lines = io.StringIO(text, newline="")
    usual = csv.field_size_limit(sys.maxsize)
    try:
        records = csv.reader(lines, delimiter=export.delimiter, quotechar=quote)
        fields = [[field.strip() for field in record] for record in records]
        filled = [record for record in fields if any(record)]
        return len(filled) - filled.count(filled[0])
    finally:
        csv.field_size_limit(usual)


@settings(
    max_examples=max(1, FILES // SENDERS_AT_ONCE),
    derandomize=FILES <= 1_000,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(sent=st.lists(mutants(), min_size=SENDERS_AT_ONCE, max_size=SENDERS_AT_ONCE))
def test_a_mutated_export_is_refused_or_counted_and_changes_nobody_else(
    home: Path, clean_results: CleanResults, sent: list[Mutant]
) -> None:
    faulthandler.dump_traceback_later(HANGS_AFTER_SECONDS, exit=True)
    for sender, mutant in zip(MUTATED, sent, strict=True):
        shutil.rmtree(home / "inbox" / sender, ignore_errors=True)
        put_export(home, sender, mutant.good, mutant.content)
    inputs = count(home)
    delivered = {row["sender_code"]: row for row in inputs.delivered.iter_rows(named=True)}
    for sender, mutant in zip(MUTATED, sent, strict=True):
        row = delivered[sender]
        if row["status"] == planning.REFUSED:
            assert row["fault"] in FAULTS
            assert row["fault"] != "not_processed", (mutant, row["message"])
            assert row["message"]
            assert row["message_vi"]
            continue
        assert row["rows"] == row["accepted"] + row["rejected"]
        if GOOD[mutant.good].ending == ".csv":
            assert row["rows"] == count_records(mutant), mutant
    for sender in CLEAN:
        assert results_of(inputs, sender) == clean_results[sender]
    peak_gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    assert peak_gib < MOST_MEMORY_GIB
