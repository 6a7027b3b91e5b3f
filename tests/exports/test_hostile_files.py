"""Files that are small and become large: each is refused or read within the memory of a machine."""

import gzip
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

pytestmark = pytest.mark.slow

MONTH = "2026-10"
MOST_GIB = 4
HEADER = b"unit_code,indicator,breakdown,month,numerator,denominator\n"
GOOD = HEADER + b"T1,due_on_time,,2026-10,9,10\n"
PROGRAM = Path(sys.executable).with_name("reform-index")


def zeros() -> bytes:
    """A gigabyte of zeros, a megabyte once packed."""
    return gzip.compress(b"\x00" * (1 << 30), compresslevel=6)


def commas() -> bytes:
    """A second row of a hundred million commas."""
    return gzip.compress(GOOD + b"," * 100_000_000 + b"\n")


def equal_rows() -> bytes:
    """Seven million equal rows."""
    return gzip.compress(HEADER + b"T1,due_on_time,,2026-10,9,10\n" * 7_000_000, compresslevel=1)


def long_values() -> bytes:
    """Ten bad values of a hundred thousand characters."""
    return HEADER + b"".join(
        b"T1,due_on_time,%d,2026-10,%s,10\n" % (number, b"x" * 100_000) for number in range(10)
    )


@pytest.mark.parametrize("hostile", [zeros, commas, equal_rows, long_values])
def test_a_file_that_grows_takes_less_memory_than_a_machine_has(
    tmp_path: Path, hostile: Callable[[], bytes]
) -> None:
    codes = ("T1", "T2")
    register = "".join(f"{code},Trung tâm {code},pilot\n" for code in codes)
    (tmp_path / "agencies.csv").write_text(f"code,name_vi,kind\n{register}", encoding="utf-8")
    content = {"T1": ("figures.csv.gz", hostile()), "T2": ("figures.csv", GOOD)}
    for code, (name, sent) in content.items():
        folder = tmp_path / "inbox" / code / MONTH
        folder.mkdir(parents=True)
        (folder / name).write_bytes(sent.replace(b"T1,", code.encode() + b","))
    code = (
        "import resource, subprocess, sys;"
        "ended = subprocess.run(sys.argv[1:], capture_output=True).returncode;"
        "print(ended, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    run = [PROGRAM, "run", "--month", MONTH, "--home", tmp_path]
    command = [sys.executable, "-c", code, *run]
    said = subprocess.run(command, check=False, capture_output=True, text=True)
    status, peak_kib = map(int, said.stdout.split())
    assert status in (0, 3), said
    assert peak_kib / 2**20 < MOST_GIB
    indices = pl.read_csv(tmp_path / "published" / MONTH / "data" / "indices.csv")
    (value,) = indices.filter(unit_code="T2", indicator="due_on_time")["value"]
    assert value == 0.9
    database = sum(path.stat().st_size for path in (tmp_path / "dagster").rglob("*.db"))
    assert database < 20 << 20
