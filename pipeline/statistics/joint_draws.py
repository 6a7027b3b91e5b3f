"""Limits of a sum of two means that rest partly on the same cases, by seeded simulation.

Here belong draws of what else the cases might have shown, both means together. Not here: which
cases they are (indices).

Cases are on time or late, and some of both answer. Their shares are drawn from a Dirichlet
distribution (the counts seen, with Jeffreys' prior), the satisfied of each group from a Beta
distribution, and what cases on time earn beyond being on time from a normal distribution. So a
late case lowers both means at once. Sources: Rubin (1981), the Bayesian bootstrap; Brown, Cai and
DasGupta (2001): Jeffreys' limits have their coverage near 0 and 1, limits of drawn counts do not.
"""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import numpy.typing as npt
import polars as pl

Numbers = npt.NDArray[np.float64]

DRAWS = 2000
"""Draws for each unit: their 2.5 % quantile is known to some 3 % of the limits' half-width."""

_AT_ONCE = 64
"""Sums whose draws are in memory together."""
_LIMITS = pl.Schema(dict.fromkeys(("lower", "upper", "standard_error"), pl.Float64()))

GROUPS = ("on_time", "late", "others")
"""Groups of respondents: of cases on time, of late cases, and of unknown cases."""


def limits_of_sums(cases: pl.DataFrame, confidence_level: float) -> pl.DataFrame:
    """Limits and standard error of each row's sum: lower, upper, standard_error, in order.

    `cases` has a row for each sum: seed (a text); on_time, late (cases that the first mean is of),
    case_weight (what each of them counts for in the draws: under 1 where they vary more than by
    chance), earned and earned_beyond (what the sum would gain if all cases were on time: for being
    on time, and on average beyond that) and earned_error (standard error of the latter);
    answer_worth (what the sum gains from none to all satisfied). For each of GROUPS `_respondents`,
    `_mass` (share of the answers), `_part` (what it brings to the share satisfied) and
    `_effective_n`. A null counts as 0.
    """
    chunks = cases.fill_null(0.0).iter_slices(_AT_ONCE)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        limits = list(pool.map(partial(_limits_of_some, confidence_level=confidence_level), chunks))
    return pl.concat([pl.DataFrame(schema=_LIMITS), *limits])


def _limits_of_some(cases: pl.DataFrame, confidence_level: float) -> pl.DataFrame:
    drawn = np.stack([_draw_sum(row) for row in cases.iter_rows(named=True)])
    tail = (1 - confidence_level) / 2
    lower, upper = np.quantile(drawn, [tail, 1 - tail], axis=1)
    return pl.DataFrame([lower, upper, drawn.std(axis=1, ddof=1)], schema=_LIMITS)


def _draw_sum(row: dict[str, float]) -> Numbers:
    """The sum as it might have been: DRAWS values."""
    digest = hashlib.sha256(str(row["seed"]).encode()).digest()
    rng = np.random.default_rng(int.from_bytes(digest[:16]))
    share_on_time, weights = _draw_cases(rng, row)
    error = row["earned_error"] / np.sqrt(row["case_weight"])
    beyond = np.maximum(row["earned_beyond"] + error * rng.standard_normal(DRAWS), 0)
    earned = share_on_time * (row["earned"] + beyond)
    drawn: Numbers = earned + row["answer_worth"] * _draw_satisfied(rng, row, weights)
    return drawn


def _draw_cases(
    rng: np.random.Generator, row: dict[str, float]
) -> tuple[Numbers, dict[str, Numbers | float]]:
    """The share of cases on time, and a factor for the weight of each group of respondents."""
    rated = [min(row[f"{verdict}_respondents"], row[verdict]) for verdict in GROUPS[:2]]
    unrated = [row[verdict] - answered for verdict, answered in zip(GROUPS, rated, strict=False)]
    shapes = row["case_weight"] * np.array([*rated, *unrated]) + 1 / 4
    drawn = rng.standard_gamma(shapes, (DRAWS, 4))
    shares = drawn / drawn.sum(axis=1, keepdims=True)
    usual = shapes / shapes.sum()
    weights: dict[str, Numbers | float] = dict.fromkeys(GROUPS, 1.0)
    for place, group in enumerate(GROUPS[:2]):
        weights[group] = shares[:, place] / usual[place]
    return shares[:, 0] + shares[:, 2], weights


def _draw_satisfied(
    rng: np.random.Generator, row: dict[str, float], weights: dict[str, Numbers | float]
) -> Numbers:
    """The share satisfied, of all answers."""
    satisfied, answers = np.zeros(DRAWS), np.zeros(DRAWS)
    for group in GROUPS:
        mass, size = row[f"{group}_mass"], row[f"{group}_effective_n"]
        if mass > 0:
            share = min(max(row[f"{group}_part"] / mass, 0.0), 1.0)
            prior = mass / 2
            drawn = rng.beta(share * size + prior, (1 - share) * size + prior, DRAWS)
            satisfied += weights[group] * mass * drawn
            answers += weights[group] * mass
    return satisfied / answers
