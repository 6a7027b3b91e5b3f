"""Sensitivity of a ranking: where would a unit stand, had the method chosen otherwise?

Here belongs which choices of the reform performance index are varied, and over what. Not here: the
estimators (statistics), the chance in the numbers themselves (rank_sets).

It is worked out from published parts, without a recount; what would need one is named in
NOT_VARIED, and listed in the result with nothing varied.
"""

import hashlib

import numpy as np
import polars as pl

from pipeline.agencies import Register
from pipeline.methods import Method
from pipeline.rankings import leagues
from pipeline.statistics import intervals, sensitivity
from pipeline.statistics.sensitivity import Choice, Numbers, Options, Range
from pipeline.tables.comparisons import SENSITIVITY, SENSITIVITY_CHOICES

INDICATOR = "reform_performance_index"

ON_TIME = ("on_time_of_finished", "on_time_766", "due_on_time")
"""Definitions of on time, of which the method's own is the last."""

NOT_VARIED = ("deadline_grain", "minimum_due", "minimum_respondents", "satisfied_answers")
"""Choices that only a recount could vary."""

REACH = 0.2
"""How far a weight is varied on either side of the method's own."""

SAMPLES = 512
_PARTS = (*ON_TIME, "time_saved", "satisfaction_index")
_DECIMALS = 6


def compute(
    indices: pl.DataFrame, ranked: pl.DataFrame, register: Register, method: Method, month: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Tables SENSITIVITY and SENSITIVITY_CHOICES of a month, sorted by league and unit or choice.

    Units are those that are ranked by the reform performance index in `ranked` (league, indicator,
    unit_code) and whose parts are all published, in leagues of two or more of them. Varied
    together are: the weight of being on time against time saved; the weight of processing time
    against satisfaction, both 0.2 around the method's own; and which on-time rate stands for being
    on time. Time saved stays that of the dossiers due. Draws are seeded by month and league.
    """
    parts = _parts(indices, ranked, register, method, month)
    units, choices = [SENSITIVITY.empty()], [SENSITIVITY_CHOICES.empty()]
    for league in parts.partition_by("league", maintain_order=True):
        found = _of_league(league, method, month)
        keys = {"month": month, "league": league["league"][0], "indicator": INDICATOR}
        placed = [pl.lit(value).alias(name) for name, value in keys.items()]
        units.append(SENSITIVITY.conform(_units(league, found).with_columns(placed)))
        told = _choices(_varied(method), found)
        choices.append(SENSITIVITY_CHOICES.conform(told.with_columns(placed)))
    return pl.concat(units), pl.concat(choices)


def _parts(
    indices: pl.DataFrame, ranked: pl.DataFrame, register: Register, method: Method, month: str
) -> pl.DataFrame:
    """Ranked units of leagues of two and more: league, unit_code, value and each of _PARTS."""
    entries = leagues.entries(indices, register, method, month).filter(indicator=INDICATOR)
    entered = entries.join(ranked, on=["league", "indicator", "unit_code"], how="semi")
    published = {name: indices.filter(pl.col("indicator") == name) for name in _PARTS}
    parts = entered.select("league", "unit_code", "value")
    for name, rows in published.items():
        part = rows.select("unit_code", pl.col("value").alias(name))
        parts = parts.join(part, on="unit_code", how="left")
    known = parts.drop_nulls(_PARTS)
    return known.filter(pl.len().over("league") > 1).sort("league", "unit_code")


def _varied(method: Method) -> list[Choice]:
    weights = method.weights

    def around(name: str, weight: float) -> Range:
        return Range(name, round(max(weight - REACH, 0), 6), round(min(weight + REACH, 1), 6))

    return [
        around("weight_on_time", weights.processing_time_index.on_time),
        around("weight_processing_time", weights.reform_performance_index.processing_time),
        Options("on_time_definition", ON_TIME),
    ]


def _of_league(league: pl.DataFrame, method: Method, month: str) -> sensitivity.Sensitivity:
    on_time = league.select(ON_TIME).to_numpy().T
    saved = league["time_saved"].to_numpy()[:, None]
    satisfaction = league["satisfaction_index"].to_numpy()[:, None]
    decimals = method.indicator(INDICATOR).decimals

    def model(choices: Numbers) -> Numbers:
        weight_on_time, weight_processing, definition = choices
        rate = on_time[definition.astype(int)].T
        processing = 100 * (weight_on_time * rate + (1 - weight_on_time) * saved)
        both = weight_processing * processing + (1 - weight_processing) * satisfaction
        # Ranks are of published values; the little more makes a half a half.
        scores: Numbers = np.round(both + 10.0 ** -(decimals + 7), decimals)
        return scores

    seed = int.from_bytes(
        hashlib.sha256(f"{month} {league['league'][0]} {INDICATOR}".encode()).digest()[:8]
    )
    value = league["value"].to_numpy()
    return sensitivity.of_ranks(_varied(method), model, value, samples=SAMPLES, seed=seed)


def _units(league: pl.DataFrame, found: sensitivity.Sensitivity) -> pl.DataFrame:
    return league.select(
        "unit_code",
        pl.Series("rank", found.rank),
        pl.Series("rank_5", found.rank_5),
        pl.Series("rank_95", found.rank_95),
    )


def _choices(varied: list[Choice], found: sensitivity.Sensitivity) -> pl.DataFrame:
    """A row for each choice, those that were not varied last; null where no rank ever shifts."""
    told = pl.DataFrame(
        {
            "choice": [choice.name for choice in varied],
            "first_order": found.of_shift.first_order[0],
            "total": found.of_shift.total[0],
            "varied_over": [_range(choice) for choice in varied],
        }
    ).with_columns(
        pl.col("first_order", "total").fill_nan(None).round(_DECIMALS),
        intervals.rounded(pl.lit(found.mean_shift), _DECIMALS).alias("mean_shift"),
    )
    return pl.concat([told, pl.DataFrame({"choice": NOT_VARIED})], how="diagonal")


def _range(choice: Choice) -> str:
    if isinstance(choice, Options):
        return ", ".join(choice.options)
    return f"{choice.low:g}-{choice.high:g}"
