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
from pipeline import indices, months, planning, rankings, tables
from pipeline.deadlines import AS_SENT
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
from pipeline.rankings import RankingScope, case_mix, funnels, sensitivity
from pipeline.tables.represented import REPRESENTATION
from pipeline.tallies import Tallies
from pipeline.tallies.age_bins import edge_from

MONTH = "2026-10"
COMMUNES = 3_321
HISTORY = 24
"""Months before the one that is computed, which series and limits between months read."""
_DOSSIERS = 150
"""Due in a month in each commune."""
_PROCEDURES = np.array([f"2.0008{number}" for number in range(10, 22)])


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


def draw_cells(
    rng: np.random.Generator, codes: np.ndarray, chance: np.ndarray, month: str
) -> dict[str, pl.DataFrame]:
    """All tables of counts of every commune in a month, from dossiers drawn one by one."""
    unit = np.repeat(np.arange(codes.size), _DOSSIERS)
    size = unit.size
    is_on_time = rng.random(size) < chance[unit]
    is_open = ~is_on_time & (rng.random(size) < 0.5)
    is_early = is_on_time & (rng.random(size) < 0.2)
    next_month = months.shifted(month, 1)
    drawn = (
        pl.DataFrame(
            {
                "unit_code": codes[unit],
                "procedure_code": _PROCEDURES[rng.integers(0, _PROCEDURES.size, size)],
                "channel": np.array(["counter", "online"])[rng.integers(0, 2, size)],
                "applicant": np.array(["citizen", "enterprise"])[rng.integers(0, 2, size)],
                "is_on_time": is_on_time,
                "is_open": is_open,
                "is_early": is_early,
                "saved": np.where(is_on_time, rng.integers(0, 900, size), 0),
                "age": rng.integers(1, 200 * 60, size),
                "is_rated": rng.random(size) < 0.5,
                "is_satisfied": rng.random(size) < chance[unit],
            }
        )
        .with_columns(
            pl.lit(month).alias("month"),
            sender_code=pl.col("unit_code").str.split(".").list.first(),
        )
        .with_columns(sha256=pl.format("{}-{}", "sender_code", "month"))
    )
    file = ["month", "sender_code", "sha256", "unit_code"]
    found = {
        "outcomes": _outcomes(drawn, file, month, next_month),
        "ages": _ages(drawn, file),
        "answers": _answers(drawn.filter("is_rated"), file, month),
        "pairs": _pairs(drawn.filter("is_rated"), file),
        "petitions": drawn.group_by(file)
        .agg(petitions=pl.col("is_open").sum() // 10 + 1)
        .with_columns(
            subject=pl.lit("other"), outcome=pl.lit("handled_on_time"), satisfied=pl.lit("yes")
        ),
    }
    return {
        name: table.conform(found[name]) if name in found else table.empty()
        for name, table in (tables.TALLIES | tables.REMEMBERED).items()
    }


def _outcomes(drawn: pl.DataFrame, file: list[str], month: str, next_month: str) -> pl.DataFrame:
    cells = drawn.with_columns(
        outcome=pl.when("is_open")
        .then(pl.lit("open_overdue"))
        .when("is_on_time")
        .then(pl.lit("finished_early"))
        .otherwise(pl.lit("finished_overdue")),
        verdict=pl.when("is_on_time").then(pl.lit("on_time")).otherwise(pl.lit("late")),
        due_month=pl.when("is_early").then(pl.lit(next_month)).otherwise(pl.lit(month)),
        clock=pl.lit("working"),
        deadline_rule=pl.lit(AS_SENT.name),
        intake=pl.lit("received"),
    )
    keys = [name for name in tables.OUTCOMES.names if name in cells.columns and name not in file]
    return cells.group_by(*file, *keys).agg(
        dossiers=pl.len(),
        saved_thousandths=pl.col("saved").sum(),
        saved_squared_millionths=(pl.col("saved") ** 2).sum(),
    )


def _ages(drawn: pl.DataFrame, file: list[str]) -> pl.DataFrame:
    entered = drawn.group_by(file).agg(entered=pl.len()).with_columns(age_minutes=pl.lit(0))
    left = drawn.group_by(*file, age_minutes=edge_from(pl.col("age"))).agg(
        finished=(~pl.col("is_open")).sum(), still_open=pl.col("is_open").sum()
    )
    counts = ("entered", "finished", "left", "still_open")
    return (
        pl.concat([entered.cast({"age_minutes": pl.Int64}), left], how="diagonal_relaxed")
        .with_columns(left=pl.lit(0), clock=pl.lit("working"))
        .with_columns(pl.col(counts).fill_null(0))
    )


def _answers(rated: pl.DataFrame, file: list[str], month: str) -> pl.DataFrame:
    verdict = pl.when("is_on_time").then(pl.lit("on_time")).otherwise(pl.lit("late"))
    answered = rated.with_columns(
        answer=pl.when("is_satisfied").then(5).otherwise(2).cast(pl.Int64), dossier_verdict=verdict
    )
    asked = [answered.with_columns(question=pl.lit(factor)) for factor in tables.FACTORS]
    none = pl.lit(None, pl.Int64)
    for name in ("any_factor", "any"):
        asked.append(answered.with_columns(answer=none, question=pl.lit(name)))
    return (
        pl.concat(asked)
        .group_by(*file, "question", "answer", "dossier_verdict")
        .agg(respondents=pl.len())
        .with_columns(
            scale=pl.lit("five"),
            mode=pl.lit("online"),
            dossier_month=pl.lit(month),
            weight_millionths=pl.col("respondents") * 1_000_000,
            weight_squared_trillionths=pl.col("respondents").cast(pl.Int128) * 10**12,
        )
    )


def _pairs(rated: pl.DataFrame, file: list[str]) -> pl.DataFrame:
    """Respondents of one unit each, who say the same of all factors."""
    people = rated.group_by(file).agg(respondents=pl.len(), satisfied=pl.col("is_satisfied").sum())
    millions = pl.lit(10**12, pl.Int128)
    everyone, satisfied = pl.col("respondents") * millions, pl.col("satisfied") * millions
    questions = [(one, other) for one in tables.FACTORS for other in tables.FACTORS]
    once = [(name, name) for name in (tables.ANY_QUESTION, tables.ANY_FACTOR)]
    above = people.with_columns(unit_code="sender_code").group_by(file).sum()
    levels = pl.concat([people, above.select(people.columns)]).unique(file)
    return pl.concat(
        levels.with_columns(
            question=pl.lit(one),
            other_question=pl.lit(other),
            scale=pl.lit("five"),
            weight_millionths=pl.col("respondents") * 1_000_000,
            weight_squared_trillionths=everyone,
            weight_products=everyone,
            weight_shares=everyone,
            **dict.fromkeys(
                (
                    "points_by_weight",
                    "points_products",
                    "satisfied_by_weight",
                    "satisfied_products",
                ),
                satisfied,
            ),
        )
        for one, other in [*questions, *once]
    )


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
