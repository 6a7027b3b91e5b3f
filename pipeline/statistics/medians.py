"""Medians of groups, and of all others of a group, on whole arrays at a time.

Here belong weighted medians, and medians that leave one out. Not here: who is compared with whom
(rankings).
"""

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def weighted_medians(
    groups: Integers, values: Integers, weights: Integers
) -> tuple[Integers, Integers, Integers]:
    """The lower median of each group: its number, its median, and the sum of its weights.

    The arrays have one element a value and are sorted by group, then by value; weights are 1 or
    more. The median is the smallest value up to which half of the weight lies.
    """
    if not len(groups):
        return groups, values, weights
    starts = _find_starts(groups)
    so_far = np.cumsum(weights)
    before = so_far[starts] - weights[starts]
    totals = np.add.reduceat(weights, starts)
    half = before + (totals + 1) // 2
    return groups[starts], values[np.searchsorted(so_far, half)], totals


def medians_of_others(
    groups: Integers, values: Integers, belongs: npt.NDArray[np.bool_]
) -> tuple[Integers, Floats]:
    """For each element how many others belong to its group, and their median; NaN without any.

    The arrays have one element for each that is compared. Only elements that `belongs` names count
    for the others; an element never counts for itself. Of two middle values the mean is taken.
    """
    order = np.lexsort((values, groups))
    members = order[belongs[order]]
    sorted_groups, sorted_values = groups[members], values[members]
    starts = np.searchsorted(sorted_groups, groups)
    counts = np.searchsorted(sorted_groups, groups, side="right") - starts
    # One that does not belong has no place among the others: it leaves out none.
    places = np.full(len(groups), np.iinfo(np.int64).max)
    places[members] = np.arange(len(members)) - starts[members]
    others = counts - belongs
    medians = np.full(len(groups), np.nan)
    has_others = others > 0
    start, place, count = starts[has_others], places[has_others], others[has_others]

    def other(number: Integers) -> Integers:
        found: Integers = sorted_values[start + number + (number >= place)]
        return found

    medians[has_others] = (other((count - 1) // 2) + other(count // 2)) / 2
    return others, medians


def _find_starts(groups: Integers) -> Integers:
    """Where each group of a sorted array begins."""
    return np.flatnonzero(np.concatenate(([True], groups[1:] != groups[:-1])))
