"""Medians of groups, and of all others of a group."""

from statistics import median, median_low

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.statistics.medians import medians_of_others, weighted_medians

small = st.integers(0, 5)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(small, st.dictionaries(small, st.integers(1, 4), min_size=1)))
def test_a_weighted_median_is_that_of_each_value_so_many_times(
    weights: dict[int, dict[int, int]],
) -> None:
    rows = sorted((g, v, w) for g, values in weights.items() for v, w in values.items())
    columns = np.array(rows, np.int64).reshape(-1, 3)
    groups, medians, totals = weighted_medians(*columns.T)
    for group, found, total in zip(groups, medians, totals, strict=True):
        every = [v for v, w in weights[int(group)].items() for _ in range(w)]
        assert (found, total) == (median_low(every), len(every))
    assert len(groups) == len(weights)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(small, small, st.booleans())))
def test_the_median_of_others_leaves_out_oneself(rows: list[tuple[int, int, bool]]) -> None:
    columns = np.array(rows, np.int64).reshape(-1, 3)
    counts, medians = medians_of_others(columns[:, 0], columns[:, 1], columns[:, 2].astype(bool))
    for number, (group, _, _) in enumerate(rows):
        others = [
            value
            for place, (each, value, belongs) in enumerate(rows)
            if each == group and belongs and place != number
        ]
        assert counts[number] == len(others)
        if others:
            assert medians[number] == median(others)
        else:
            assert np.isnan(medians[number])
