"""`python -m bench.rules`: the suite of dossiers by our engine, by bare Polars and by pandas.

Each way runs three times (pandas once) in a process of its own, on the same simulated rows; of each
hundred one breaks each of some rules. The table has medians of wall time without imports and
reading, and the peak memory of the process. All ways but our_rejected_rows, which has rows by rule,
must find the same number of unexpected rows for every expectation. Not here: exports to tallies
(measure).
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import reduce
from operator import and_
from pathlib import Path
from typing import Any

import great_expectations.expectations as gxe
import numpy as np
import pandas as pd
import polars as pl
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.row_conditions import (
    AndCondition,
    ComparisonCondition,
    NullityCondition,
)
from great_expectations.validator.validator import Validator

from bench.memory import peak_gib
from expectations.engine import runner
from expectations.rules import records
from pipeline import tables

MONTH = "2026-08"
ROWS = 10_000_000
ROWS_OF_PANDAS = 3_000_000
"""Pandas holds each text as an object: ten million rows of these columns take some 20 GiB."""
_TIMES = 3
_WITH_END = (*tables.ENDED_STATUSES, *tables.LEFT_STATUSES)
_COMPLETE = {"result_format": "COMPLETE", "return_unexpected_index_query": False}


def make_rows(count: int) -> pl.DataFrame:
    """Typed dossiers as the typing step gives them, in the columns that the suite is about."""
    random = np.random.default_rng(20261129)

    def pick(values: Sequence[str]) -> pl.Series:
        return pl.Series(values).gather(random.integers(0, len(values), count))

    def fault(usual: object, other: object) -> pl.Series:
        """The other value in one row of a hundred."""
        return pl.Series([usual, other]).gather((random.random(count) < 0.01).astype(int))

    def minutes(first_day: int, days: int) -> pl.Expr:
        spread = pl.lit(pl.Series(random.integers(0, days * 1440, count)))
        return pl.duration(minutes=spread) + timedelta(days=first_day)

    def often_null(moment: pl.Expr, share: float) -> pl.Expr:
        return pl.when(pl.lit(pl.Series(random.random(count) >= share))).then(moment)

    received, is_over = pl.col("received_at"), pl.col("status").is_in(_WITH_END)
    requested = pl.col("supplement_requested_at")
    rows = pl.DataFrame(
        {
            "field_count": fault(12, 11),
            "unit_standing": fault("known", "unknown"),
            "is_latest_copy": fault(usual=True, other=False),
            "dossier_id": pl.Series(np.arange(count)).cast(pl.String),
            "procedure_code": pick([f"2.{number:06}" for number in range(300)]),
            "unit_code": pick([f"H15.{number}" for number in range(30)]),
            "status": pick(tables.STATUSES),
            "is_lost": fault(usual=False, other=True),
            "channel": pick([*tables.CHANNELS]),
            "applicant": pick([*tables.APPLICANTS]),
            "supplement_requests": random.integers(0, 4, count),
        }
    )
    typed = (
        rows.with_columns(received_at=pl.lit(datetime(2026, 7, 1)) + minutes(0, 61))
        .with_columns(
            due_at=received + timedelta(days=15),
            first_due_at=received + timedelta(days=10),
            ended_at=pl.when(is_over).then(received + minutes(0, 20)),
            handed_over_at=often_null(received + minutes(21, 9), 0.6),
            supplement_requested_at=often_null(received + minutes(0, 5), 0.9),
            updated_at=often_null(received + minutes(0, 30), 0.1),
        )
        .with_columns(
            supplement_received_at=requested + timedelta(days=2),
            # A status that was sent and that no list has.
            status=pl.when(~pl.col("is_lost")).then(pl.col("status")),
            expected_field_count=pl.lit(12, pl.Int64),
            has_own_key=pl.lit(value=True),
        )
        .drop("is_lost")
    )
    sent = [name for name in typed.columns if name.endswith("_at")]
    return typed.with_columns(
        pl.col(name).cast(pl.String).alias(f"{name}_as_sent")
        for name in (*sent, "channel", "applicant", "supplement_requests")
    ).with_columns(status_as_sent=pl.col("status").fill_null("lost"))


def bare_polars(path: Path) -> Callable[[], list[int]]:
    """The predicates of the suite, written as expressions of Polars, in one select."""
    frame = pl.read_parquet(path)
    predicates = [_write_predicate(one) for one in _suite().expectations]
    named = [predicate.sum().alias(str(at)) for at, predicate in enumerate(predicates)]
    return lambda: list(frame.lazy().select(named).collect().row(0))


def our_rejected_rows(path: Path) -> Callable[[], list[int]]:
    """The rows that a month rejects: `runner.find_unexpected_rows`."""
    frame = pl.read_parquet(path)

    def run() -> list[int]:
        found = runner.find_unexpected_rows(_suite(), frame)
        return [found.height]

    return run


def our_result(path: Path) -> Callable[[], list[int]]:
    """The library's own result of the suite, complete, by our engine."""
    frame = pl.read_parquet(path)
    return lambda: _read_counts(runner.validate(_suite(), frame, _COMPLETE).results)


def pandas_result(path: Path) -> Callable[[], list[int]]:
    """The library's own result of the suite, complete, by its pandas engine."""
    engine = PandasExecutionEngine(batch_data_dict={"frame": _read_in_pandas(path)})
    validator = Validator(engine, data_context=runner._build_context())

    def run() -> list[int]:
        return _read_counts(
            validator.graph_validate(
                [expectation.configuration for expectation in _suite().expectations],
                runtime_configuration={"result_format": _COMPLETE},
            )
        )

    return run


def _read_in_pandas(path: Path) -> pd.DataFrame:
    """The rows in pandas' own types, column by column, so that no two copies of all are held."""

    def read(name: str) -> np.ndarray:
        column = pl.read_parquet(path, columns=[name]).to_series()
        return (
            column.cast(pl.Datetime("ns")).to_numpy()
            if column.dtype.is_temporal()
            else (column.to_numpy())
        )

    return pd.DataFrame({name: read(name) for name in pl.read_parquet_schema(path)})


WAYS = {way.__name__: way for way in (bare_polars, our_rejected_rows, our_result, pandas_result)}


def _suite() -> Any:  # noqa: ANN401
    return records.build_suite("dossiers", MONTH)


def _read_counts(results: list[Any]) -> list[int]:
    return [result.result["unexpected_count"] for result in results]


def _write_predicate(expectation: Expectation) -> pl.Expr:
    """What an expectation of our suites says, without the engine."""
    named: Any = expectation
    match expectation:
        case gxe.ExpectColumnValuesToNotBeNull():
            found = pl.col(named.column).is_null()
        case gxe.ExpectColumnValuesToBeNull():
            found = pl.col(named.column).is_not_null()
        case gxe.ExpectColumnValuesToBeInSet():
            found = ~pl.col(named.column).is_in(named.value_set)
        case gxe.ExpectColumnValuesToNotMatchRegex():
            found = pl.col(named.column).str.contains(named.regex)
        case gxe.ExpectColumnPairValuesToBeEqual():
            found = pl.col(named.column_A) != pl.col(named.column_B)
        case gxe.ExpectColumnPairValuesAToBeGreaterThanB():
            found = pl.col(named.column_A) < pl.col(named.column_B)
        case gxe.ExpectColumnValuesToBeBetween():
            found = _write_limits(named)
        case _:
            raise SystemExit(f"no predicate is written for {expectation.expectation_type}")
    filters = _write_filters(named.row_condition)
    return reduce(and_, [*filters, found])


def _write_limits(named: Any) -> pl.Expr:  # noqa: ANN401
    column, outside = pl.col(named.column), []
    if named.min_value is not None:
        outside.append(column < named.min_value)
    if named.max_value is not None:
        limit = named.max_value
        outside.append(column >= limit if named.strict_max else column > limit)
    return pl.any_horizontal(outside)


def _write_filters(condition: Any) -> list[pl.Expr]:  # noqa: ANN401
    match condition:
        case None:
            return []
        case AndCondition():
            return [one for part in condition.conditions for one in _write_filters(part)]
        case NullityCondition():
            column = pl.col(condition.column.name)
            return [column.is_null() if condition.is_null else column.is_not_null()]
        case ComparisonCondition():
            return [pl.col(condition.column.name).is_in(condition.parameter)]
    raise SystemExit(f"no predicate is written for the condition {condition}")


def run_way(name: str, path: Path) -> None:
    """Runs one way; prints its seconds, its peak memory and its counts, as JSON."""
    runner.prepare_engine()
    ready = WAYS[name](path)
    before = peak_gib()
    begun = time.perf_counter()
    counts = ready()
    seconds = time.perf_counter() - begun
    told = {"seconds": seconds, "peak_gib": peak_gib(), "before": before, "counts": counts}
    print(json.dumps(told))


def _measure(name: str, path: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.rules", name, str(path)]
    process = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if process.returncode:
        raise SystemExit(f"{name} failed")
    found: dict[str, Any] = json.loads(process.stdout.strip().splitlines()[-1])
    return found


def report(rows: int, names: list[str], folder: Path) -> None:
    """Measures ways at one size, and prints the table."""
    path = folder / f"{rows}.parquet"
    make_rows(rows).write_parquet(path)
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for turn in range(_TIMES):
        for name, of_way in runs.items():
            # Pandas takes minutes, and so much longer than we that once is enough to see it.
            if not (turn and name == "pandas_result"):
                of_way.append(_measure(name, path))
    _check_counts(runs)
    rules = len(_suite().expectations)
    bare = statistics.median(run["seconds"] for run in runs["bare_polars"])
    print(f"\n| {rows:,} rows, {rules} expectations | wall | x bare Polars | peak memory |")
    print("| --- | ---: | ---: | ---: |")
    for name, of_way in runs.items():
        seconds = statistics.median(run["seconds"] for run in of_way)
        peak = statistics.median(run["peak_gib"] for run in of_way)
        told = name.replace("_", " ")
        print(f"| {told} | {seconds:.2f} s | {seconds / bare:.1f} | {peak:.2f} GiB |")


def _check_counts(runs: dict[str, list[dict[str, Any]]]) -> None:
    counted = {name: of_way[-1]["counts"] for name, of_way in runs.items()}
    expected = counted["bare_polars"]
    for name, counts in counted.items():
        if len(counts) == len(expected) and counts != expected:
            raise SystemExit(f"{name} finds other rows: {counts} and not {expected}")


def main() -> None:
    """Measures our ways at ten million rows, and pandas beside them at fewer."""
    if len(sys.argv) > 1 and sys.argv[1] in WAYS:
        run_way(sys.argv[1], Path(sys.argv[2]))
        return
    sizes = [int(size) for size in sys.argv[1:]] or [ROWS_OF_PANDAS, ROWS]
    with tempfile.TemporaryDirectory(prefix="reform-index-rules-") as folder:
        for size in sizes:
            has_pandas = size <= ROWS_OF_PANDAS
            names = [name for name in WAYS if has_pandas or name != "pandas_result"]
            report(size, names, Path(folder))


if __name__ == "__main__":
    main()
