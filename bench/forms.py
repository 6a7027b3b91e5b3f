"""Every form of file: rows a second and peak memory, the same dossiers in each.

Each form is read and typed in a fresh process, three times; the table has medians. CSV is the
peer. Not here: counting (measure).
"""

import gzip
import io
import json
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import xlsxwriter

from bench.memory import MemoryWatch
from pipeline import exports, records
from pipeline.profiles.profile import parse_profile

ROWS = 200_000
_TIMES = 3
_COLUMNS = ("id", "procedure", "status", "channel", "received", "due", "ended")
_MORE = tuple(f"more_{number}" for number in range(5))
PROFILE = """
senders = ["*"]
kind = "dossiers"
date_formats = ["%Y-%m-%d %H:%M:%S"]
[columns]
dossier_id = "id"
procedure_code = "procedure"
status = "status"
channel = "channel"
received_at = "received"
due_at = "due"
ended_at = "ended"
[values.status]
done = "finished"
open = "in_progress"
"""


def make_rows(count: int) -> pl.DataFrame:
    """Dossiers of twelve columns, all text."""
    start = datetime(2026, 10, 1, 8)
    number = pl.int_range(count)
    received = pl.lit(start) + number % 40_000 * timedelta(minutes=1)
    text = "%Y-%m-%d %H:%M:%S"
    columns: dict[str, pl.Expr] = {name: pl.lit(f"text of {name}") for name in _MORE}
    frame = pl.select(
        id=pl.format("H01-{}", number),
        procedure=pl.format("1.00{}", number % 500 + 1_000),
        status=pl.when(number % 4 == 0).then(pl.lit("open")).otherwise(pl.lit("done")),
        channel=pl.lit("online"),
        received=received.dt.strftime(text),
        due=(received + timedelta(days=5)).dt.strftime(text),
        ended=pl.when(number % 4 != 0).then((received + timedelta(days=2)).dt.strftime(text)),
    )
    return frame.with_columns(**columns)


def _write_csv(frame: pl.DataFrame) -> bytes:
    return frame.write_csv().encode()


def _write_json(frame: pl.DataFrame) -> bytes:
    return json.dumps(frame.to_dicts()).encode()


def _write_lines(frame: pl.DataFrame) -> bytes:
    return frame.write_ndjson().encode()


def _write_parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def _write_zip(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("dossiers.csv", frame.write_csv())
    return buffer.getvalue()


def _write_workbook(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, frame.columns)
        for place, row in enumerate(frame.iter_rows(), 1):
            sheet.write_row(place, 0, row)
    return buffer.getvalue()


FORMS: dict[str, Callable[[pl.DataFrame], bytes]] = {
    "csv": _write_csv,
    "csv.gz": lambda frame: gzip.compress(_write_csv(frame)),
    "zip": _write_zip,
    "xlsx": _write_workbook,
    "json": _write_json,
    "jsonl": _write_lines,
    "parquet": _write_parquet,
}


def read(path: Path) -> None:
    """Reads and types a file, and prints the seconds, the peak memory in GiB and the rows."""
    profile = parse_profile(PROFILE, "bench", "profiles/bench.toml")
    units = pl.DataFrame(schema={"unit_code": pl.String, records.UNIT_STANDING: pl.String})
    begun = time.perf_counter()
    with MemoryWatch() as memory:
        rows, typed_by = exports.read_file(path.read_bytes(), path.name, profile)
        typed = records.type_rows(rows, typed_by, units)
    seconds = time.perf_counter() - begun
    assert typed["received_at"].null_count() == 0
    print(json.dumps([seconds, memory.peak_gib, typed.height]))


def _measure(path: Path) -> tuple[float, float]:
    """Medians of the seconds and of the peak memory."""
    found = []
    for _ in range(_TIMES):
        command = [sys.executable, "-m", "bench.forms", str(path)]
        process = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        seconds, peak, rows = json.loads(process.stdout)
        if rows != ROWS:
            raise SystemExit(f"{path.name}: {rows} rows instead of {ROWS}")
        found.append((seconds, peak))
    seconds, peaks = zip(*found, strict=True)
    return statistics.median(seconds), statistics.median(peaks)


def main() -> None:
    """Reads the file that the command line names, else measures all forms."""
    if len(sys.argv) > 1:
        read(Path(sys.argv[1]))
        return
    frame = make_rows(ROWS)
    print(f"\n| {ROWS:,} dossiers of {frame.width} columns | MB | rows a second | x CSV | peak |")
    print("| --- | ---: | ---: | ---: | ---: |")
    csv_seconds = 0.0
    with tempfile.TemporaryDirectory(prefix="reform-index-bench-") as folder:
        for form, write in FORMS.items():
            path = Path(folder) / f"dossiers.{form}"
            path.write_bytes(write(frame))
            seconds, peak = _measure(path)
            csv_seconds = csv_seconds or seconds
            print(
                f"| {form} | {path.stat().st_size / 1e6:.0f} | {ROWS / seconds:,.0f} "
                f"| {seconds / csv_seconds:.1f} | {peak:.2f} GiB |",
                flush=True,
            )


if __name__ == "__main__":
    main()
