"""Sobol' indices of functions that have known ones, and of ranks."""

from collections.abc import Sequence

import numpy as np
import pytest

from pipeline.statistics import sensitivity
from pipeline.statistics.sensitivity import (
    Choice,
    Model,
    Numbers,
    Options,
    Range,
    SobolIndices,
)

ANGLES = [Range(name, -np.pi, np.pi) for name in ("a", "b", "c")]


def ishigami(choices: Numbers) -> Numbers:
    a, b, c = choices
    return (np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a))[None]


def indices_of(choices: Sequence[Choice], model: Model, *, samples: int, seed: int) -> SobolIndices:
    drawn = sensitivity.draw_samples(choices, samples, seed)
    return sensitivity.sobol_indices([model(sample) for sample in drawn])


def test_the_indices_of_ishigamis_function_come_out() -> None:
    found = indices_of(ANGLES, ishigami, samples=2**13, seed=1)
    # By integration (Saltelli et al., 2008): variances of a 0.3139, b 0.4424, a with c 0.2437.
    assert found.first_order[0] == pytest.approx([0.3139, 0.4424, 0], abs=0.02)
    assert found.total[0] == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.02)


def test_in_a_sum_each_choice_counts_by_its_variance() -> None:
    choices = [Range("wide", 0, 2), Range("narrow", 0, 1), Options("coin", ("no", "yes"))]
    found = indices_of(
        choices, lambda drawn: drawn.sum(axis=0, keepdims=True), samples=2**12, seed=1
    )
    variances = np.array([4 / 12, 1 / 12, 1 / 4])
    assert found.first_order[0] == pytest.approx(variances / variances.sum(), abs=0.01)
    assert found.total[0] == pytest.approx(variances / variances.sum(), abs=0.01)


def test_each_option_is_as_likely() -> None:
    seen: list[Numbers] = []

    def watch(drawn: Numbers) -> Numbers:
        seen.append(drawn[0])
        return drawn

    indices_of([Options("three", ("a", "b", "c"))], watch, samples=2**10, seed=1)
    counts = np.unique(seen[0], return_counts=True)
    assert counts[0].tolist() == [0, 1, 2]
    assert counts[1] == pytest.approx([1024 / 3] * 3, abs=2)


def decided_by_one(choices: Numbers) -> Numbers:
    """Three units whose order turns round with the second choice."""
    turned = choices[1] * 2 - 1
    return np.stack([turned, 0 * turned, -turned]) + 0.01 * choices[0]


CHOICES = [Range("shift", 0, 1), Options("order", ("down", "up"))]


def test_where_one_choice_decides_all_it_has_all_of_the_indices() -> None:
    found = sensitivity.vary_ranks(
        CHOICES, decided_by_one, np.array([3.0, 2.0, 1.0]), samples=2**10, seed=5
    )
    assert found.rank.tolist() == [1, 2, 3]
    assert found.rank_5.tolist() == [1, 2, 1]
    assert found.rank_95.tolist() == [3, 2, 3]
    for indices in (found.of_shift.first_order, found.of_shift.total):
        assert indices[0] == pytest.approx([0, 1], abs=0.02)
    # Turned round, ranks shift by 2, 0 and 2; they are in half of the samples.
    assert found.mean_shift == pytest.approx((2 + 0 + 2) / 3 / 2, abs=0.01)


def test_where_no_choice_matters_ranks_stand_and_indices_are_not_numbers() -> None:
    scores = np.array([3.0, 3.0, 1.0])
    found = sensitivity.vary_ranks(
        CHOICES,
        lambda drawn: np.repeat(scores[:, None], drawn.shape[1], axis=1),
        scores,
        samples=64,
        seed=5,
    )
    assert found.rank.tolist() == found.rank_5.tolist() == found.rank_95.tolist() == [1, 1, 3]
    assert np.isnan(found.of_shift.total).all()
    assert found.mean_shift == 0


def test_a_units_own_rank_is_in_its_band_even_where_no_sample_has_it() -> None:
    found = sensitivity.vary_ranks(
        CHOICES,
        lambda drawn: np.stack([0 * drawn[0], 1 + drawn[0]]),
        np.array([9.0, 1.0]),
        samples=64,
        seed=5,
    )
    assert found.rank.tolist() == [1, 2]
    assert (found.rank_5.tolist(), found.rank_95.tolist()) == ([1, 1], [2, 2])


def test_the_same_seed_draws_the_same_and_another_one_others() -> None:
    drawn = [
        indices_of(ANGLES, ishigami, samples=64, seed=seed).total.tolist() for seed in (1, 1, 2)
    ]
    assert drawn[0] == drawn[1] != drawn[2]
