"""A month of the nation from tallies: 3,321 communes in 34 leagues, drawn at random.

Here belongs a home whose store holds the tallies of a month and its history, and what an edition
computes from them, part by part. Everything is simulated. Not here: exports to tallies (measure).
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl

from assets.month import results
from assets.month.deliveries import merge_pending
from assets.month.inputs import MonthInputs, read_inputs
from assets.month.installation import Installation
from bench.memory import peak_gib
from bench.nation_cells import draw_cells
from pipeline import indices, months, planning, rankings, tables
from pipeline.home import Home
from pipeline.indices import (
    breakdowns,
    categories,
    change_parts,
    control_charts,
    procedures,
    series,
)
from pipeline.indices.categories import Categories
from pipeline.rankings import RankingScope, case_mix, findings, funnels, sensitivity
from pipeline.tables.represented import REPRESENTATION
from pipeline.tallies import Tallies

MONTH = "2026-10"
COMMUNES = 3_321
HISTORY = 24
"""Months before the one that is computed, which series and limits between months read."""


def write_register(home: Home, communes: int = COMMUNES) -> list[str]:
    """Puts so many communes below the provinces into a home; returns their codes."""
    provinces = list_provinces(home)
    codes = [f"{provinces[n % len(provinces)]}.{n:04d}" for n in range(communes)]
    rows = "".join(f"{code},Xã mô phỏng {code},commune,{code.split('.')[0]}\n" for code in codes)
    home.agencies.write_text(f"code,name_vi,kind,parent_code\n{rows}", encoding="utf-8")
    return codes


def draw_chances(codes: list[str]) -> tuple[np.random.Generator, np.ndarray]:
    """How often each commune is on time, and what draws its months."""
    rng = np.random.default_rng(len(codes))
    return rng, rng.beta(18, 3, len(codes))


def fill(home: Home, communes: int = COMMUNES, history: int = HISTORY) -> None:
    """Puts the register into a home, and into its store what runs of so many months leave."""
    provinces = list_provinces(home)
    codes = write_register(home, communes)
    installation = Installation(home)
    rng, chance = draw_chances(codes)
    for month in months.span(months.shifted(MONTH, -history), MONTH):
        cells = draw_cells(rng, np.array(codes), chance, month)
        plan = [_planned(sender, month) for sender in provinces]
        for row in plan:
            own = pl.col("sender_code") == row["sender_code"]
            parts = {name: frame.filter(own) for name, frame in cells.items()}
            installation.store.write("tallies", str(row["tallies_key"]), parts)
            delivered = {"delivered": _delivered(row)}
            installation.store.write("records", str(row["key"]), delivered)
        installation.store.write("exports", month, {"plan": pl.DataFrame(plan, planning.PLAN)})
    merge_pending(read_inputs(installation, MONTH))


class Part(NamedTuple):
    """A part of an edition: its seconds, those of all processors together, and its rows; and the
    peak memory of the process so far.
    """

    name: str
    seconds: float
    cpu_seconds: float
    rows: int
    peak_gib: float


def parts(home: Home) -> Iterator[Part]:
    """What an edition computes from tallies, in this order."""
    installation = Installation(home)
    register, methods = installation.register, installation.methods.at(MONTH)
    scope = RankingScope(MONTH, methods.index, register)
    inputs = read_inputs(installation, MONTH)
    before = months.shifted(MONTH, -1)
    made: dict[str, pl.DataFrame] = {}
    counted: dict[str, Categories] = {}

    def timed(name: str, compute: Callable[[], pl.DataFrame]) -> Part:
        begun, used = time.perf_counter(), time.process_time()
        made[name] = compute()
        seconds, cpu_seconds = time.perf_counter() - begun, time.process_time() - used
        return Part(name, seconds, cpu_seconds, made[name].height, peak_gib())

    def count_categories(month: str) -> pl.DataFrame:
        counted[month] = categories.count(own, month, register, methods.index)
        return counted[month].counts

    yield timed("tallies placed", lambda: _list_months(inputs.tallies))
    tallies = inputs.tallies
    yield timed("indices", lambda: indices.compute(tallies, MONTH, methods, register))
    yield timed(
        "indices of the month before", lambda: indices.compute(tallies, before, methods, register)
    )
    yield timed("rank sets", lambda: _rank(inputs, made))
    yield timed(
        "ranks of eleven months before",
        lambda: results.rank_by_month(inputs, made["rank sets"], scope),
    )
    ranked = made["rank sets"].filter(pl.col("rank").is_not_null())
    yield timed("funnels", lambda: funnels.compute(made["indices"], ranked, scope))
    own = tallies.by_deadline_rule(methods.index.deadline_rule)
    yield timed("series", lambda: series.compute(own, MONTH, register, methods.index))
    yield timed("control charts", lambda: control_charts.compute(made["series"], methods.index))
    method = methods.index
    for each in (MONTH, before):
        yield timed(f"categories of {each}", partial(count_categories, each))
    now, then = counted[MONTH], counted[before]
    pair = (made["indices"], made["indices of the month before"])
    yield timed("breakdowns", lambda: breakdowns.compute(now, pair[0], method))
    yield timed("parts of changes", lambda: change_parts.compute(now, then, pair, register, method))
    yield timed("procedures", lambda: procedures.compute(now, pair[0], method))
    yield timed("case mix", lambda: case_mix.compute(own, scope))
    yield timed("findings", lambda: findings.compute(own, made["indices"], scope))
    yield timed(
        "sensitivity of ranks",
        lambda: sensitivity.compute(made["indices"], ranked, REPRESENTATION.empty(), scope)[0],
    )


def _list_months(tallies: Tallies) -> pl.DataFrame:
    return tallies.outcomes.select("month").unique().collect()


def _rank(inputs: MonthInputs, made: dict[str, pl.DataFrame]) -> pl.DataFrame:
    return rankings.compute(
        made["indices"],
        made["indices of the month before"],
        inputs.tallies,
        inputs.deliveries,
        RankingScope(
            MONTH, inputs.installation.methods.at(MONTH).as_one, inputs.installation.register
        ),
    )


def list_provinces(home: Home) -> list[str]:
    """The codes of the provinces, which send the exports."""
    agencies = Installation(home).register.at(MONTH)
    codes = agencies.filter(kind="province")["code"].sort().to_list()
    return [code for code in codes if code.startswith("H")]


def _planned(sender: str, month: str) -> dict[str, object]:
    key = f"{sender}-{month}"
    return {
        "month": month,
        "sender_code": sender,
        "kind": "dossiers",
        "file_name": "dossiers.csv",
        "sha256": key,
        "bytes": 1,
        "profile": "national-dossiers",
        "profile_digest": "0",
        "declared_digest": None,
        "key": key,
        "tallies_key": key,
    }


def _delivered(row: dict[str, object]) -> pl.DataFrame:
    counted = {"rows": 1, "accepted": 1, "rejected": 0, "status": planning.ACCEPTED}
    return tables.DELIVERED.conform(pl.DataFrame([row | counted | {"sender_name": ""}]))


def measure(communes: int = COMMUNES, history: int = HISTORY) -> list[Part]:
    """What `parts` gives of a home that is filled now, in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="reform-index-nation-") as root:
        fill(Home.at(Path(root)), communes, history)
        command = [sys.executable, "-m", "bench.nation", root]
        process = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if process.returncode:
        raise SystemExit("the month of the nation failed")
    return [Part(*part) for part in json.loads(process.stdout.strip().splitlines()[-1])]


def main() -> None:
    """Prints the parts of a home that `fill` filled, as JSON."""
    print(json.dumps(list(parts(Home.at(Path(sys.argv[1]))))))


if __name__ == "__main__":
    main()
