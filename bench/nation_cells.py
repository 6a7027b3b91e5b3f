"""Tallies of a month of a nation, drawn at random.

Here belong the cells of all tables of counts, from dossiers drawn one by one. Everything is
simulated. Not here: the home that they are put into (nation).
"""

import numpy as np
import polars as pl

from pipeline import months, tables
from pipeline.deadlines import AS_SENT
from pipeline.tallies.age_bins import edge_from

_DOSSIERS = 150
"""Due in a month in each commune."""
_PROCEDURES = np.array([f"2.0008{number}" for number in range(10, 22)])


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
                "allowed_days": rng.integers(1, 20, size),
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
        "allowed": drawn.group_by(*file, "procedure_code", "allowed_days")
        .agg(dossiers=pl.len())
        .with_columns(clock=pl.lit("working")),
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
        served=pl.when("is_open")
        .then(None)
        .when(~pl.col("is_on_time"))
        .then(pl.lit("late"))
        .when("is_early")
        .then(pl.lit("early"))
        .otherwise(pl.lit("on_time")),
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
