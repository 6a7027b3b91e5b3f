"""Sensitivity: how much ranks depend on choices that could have been made otherwise.

Here belong varying named choices over a model, and the part of each choice in how ranks move. Not
here: which choices a method has and what its scores are (rankings).

Sources: Saisana, Saltelli and Tarantola (2005), "Uncertainty and sensitivity analysis techniques
as tools for the quality assessment of composite indicators", Journal of the Royal Statistical
Society A 168; first-order and total Sobol' indices by Saltelli et al. (2010), as in SciPy.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Model = Callable[[Numbers], Numbers]
"""Takes a matrix of choices x samples, gives one of units (or outputs) x samples."""

_BAND = (0.05, 0.95)


@dataclass(frozen=True)
class Range:
    """A choice that may be any number from `low` to `high`, each as likely."""

    name: str
    low: float
    high: float

    def from_uniform(self, uniform: Numbers) -> Numbers:
        """Values of the choice for numbers of 0 to 1."""
        return self.low + (self.high - self.low) * uniform


@dataclass(frozen=True)
class Options:
    """A choice among named options, each as likely; the model takes their positions from 0."""

    name: str
    options: tuple[str, ...]

    def from_uniform(self, uniform: Numbers) -> Numbers:
        """Positions of the options for numbers of 0 to 1."""
        positions: Numbers = np.floor(uniform * len(self.options))
        return np.minimum(positions, len(self.options) - 1)


Choice = Range | Options


@dataclass(frozen=True)
class SobolIndices:
    """Parts of the variance of each output (rows) that each choice (columns) accounts for.

    `first_order` by itself, `total` with all its interactions; NaN for an output that never
    varies. They are estimates, and may lie a little below 0 or above 1.
    """

    first_order: Numbers
    total: Numbers


@dataclass(frozen=True)
class Sensitivity:
    """How ranks move while choices vary.

    For each unit `rank` (1 is best, 1-2-2-4), and `rank_5` to `rank_95`, the band that holds the
    middle 90 % of its ranks, widened to whole ranks and to its own rank. `of_shift` (one row) are
    the indices of the mean absolute shift of ranks, `mean_shift` is the mean of that shift, in
    ranks.
    """

    rank: NDArray[np.int64]
    rank_5: NDArray[np.int64]
    rank_95: NDArray[np.int64]
    of_shift: SobolIndices
    mean_shift: float


def vary_ranks(
    choices: Sequence[Choice], model: Model, scores: Numbers, *, samples: int, seed: int
) -> Sensitivity:
    """Sensitivity of the ranks by a model's scores, more being better, to its choices.

    `scores` are the scores by the method's own choices, one for each unit: shifts are counted from
    their ranks. `samples` must be a power of 2; the model is called for samples x (choices + 2)
    columns. The same seed gives the same result.
    """
    rank = _rank_scores(scores[:, None])
    ranks = [_rank_scores(model(sample)) for sample in draw_samples(choices, samples, seed)]
    shifts = [np.abs(each - rank).mean(axis=0, keepdims=True) for each in ranks]
    # A and B are independent draws; the mixed matrices repeat their columns.
    independent = np.concatenate(ranks[:2], axis=1)
    best = np.quantile(independent, _BAND[0], axis=1, method="lower")
    worst = np.quantile(independent, _BAND[1], axis=1, method="higher")
    own = rank[:, 0]
    return Sensitivity(
        rank=own.astype(np.int64),
        rank_5=np.minimum(best, own).astype(np.int64),
        rank_95=np.maximum(worst, own).astype(np.int64),
        of_shift=sobol_indices(shifts),
        mean_shift=float(np.concatenate(shifts[:2], axis=1).mean()),
    )


def draw_samples(choices: Sequence[Choice], samples: int, seed: int) -> list[Numbers]:
    """Matrices of choices x samples: A, B, and for each choice A with that choice from B.

    `samples` must be a power of 2.
    """
    from scipy import stats  # noqa: PLC0415 - scipy is slow to import

    size = len(choices)
    sequence = stats.qmc.Sobol(d=2 * size, rng=np.random.default_rng(seed), bits=64)
    uniform = sequence.random(samples).T
    both = [
        np.stack([choice.from_uniform(row) for choice, row in zip(choices, rows, strict=True)])
        for rows in (uniform[:size], uniform[size:])
    ]
    mixed = []
    for place in range(size):
        matrix = both[0].copy()
        matrix[place] = both[1][place]
        mixed.append(matrix)
    return [*both, *mixed]


def _rank_scores(scores: Numbers) -> Numbers:
    from scipy import stats  # noqa: PLC0415 - scipy is slow to import

    ranks: Numbers = stats.rankdata(-scores, method="min", axis=0).astype(np.float64)
    return ranks


def sobol_indices(outputs: list[Numbers]) -> SobolIndices:
    """Sobol' indices of a model's outputs for the matrices of `draw_samples`."""
    from scipy import stats  # noqa: PLC0415 - scipy is slow to import

    of_a, of_b, of_mixed = outputs[0], outputs[1], np.stack(outputs[2:])
    varies = np.ptp(np.concatenate([of_a, of_b], axis=1), axis=1) > 0
    first_order, total = (np.full((len(of_a), len(of_mixed)), np.nan) for _ in range(2))
    if varies.any():
        # Twice over: SciPy fails on a single output of a single choice, and drops their axes.
        rows = np.tile(np.flatnonzero(varies), 2)
        indices = stats.sobol_indices(
            func={"f_A": of_a[rows], "f_B": of_b[rows], "f_AB": of_mixed[:, rows]},
            n=of_a.shape[1],
        )
        shape = (len(rows), len(of_mixed))
        first_order[rows] = np.reshape(indices.first_order, shape)
        total[rows] = np.reshape(indices.total_order, shape)
    return SobolIndices(first_order, total)
