"""What anyone can work out from published counts: a linear program for each count that is hidden.

The attacker knows the rule, the hierarchy, which agencies have respondents of their own, and that a
hidden count is at least 1.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

import numpy as np
from scipy.optimize import linprog

Counts = Mapping[str, float]
Parents = Mapping[str, str]


def find_bounds(
    published: Mapping[str, float | None], parents: Parents, with_own: AbstractSet[str]
) -> dict[str, tuple[float, float]]:
    """The least and the greatest that each hidden count can be.

    `published` has the count of every unit, None where it is hidden; `parents` the unit above,
    whose count has those below it and its own respondents. `with_own` are the units that have such
    respondents.
    """
    hidden = sorted(unit for unit, count in published.items() if count is None)
    above = sorted({parent for unit, parent in parents.items() if unit in published})
    own = sorted(unit for unit in above if unit in with_own)
    names = [*hidden, *(f"own of {unit}" for unit in own)]
    place = {name: index for index, name in enumerate(names)}
    equations, totals = [], []
    for parent in above:
        row, total = np.zeros(len(names)), 0.0
        terms = [(parent, 1.0), *((unit, -1.0) for unit, p in parents.items() if p == parent)]
        for unit, sign in terms:
            count = published.get(unit, 0.0)
            if count is None:
                row[place[unit]] += sign
            else:
                total -= sign * count
        if parent in with_own:
            row[place[f"own of {parent}"]] -= 1.0
        equations.append(row)
        totals.append(total)
    limits = [(1, None)] * len(names)
    return {
        unit: (
            _solve(equations, totals, limits, place[unit], 1.0),
            -_solve(equations, totals, limits, place[unit], -1.0),
        )
        for unit in hidden
    }


def _solve(
    equations: list[np.ndarray],
    totals: list[float],
    limits: list[tuple[int, None]],
    place: int,
    sign: float,
) -> float:
    """The least of sign x the unknown at a place; minus infinity where nothing bounds it."""
    goal = np.zeros(len(limits))
    goal[place] = sign
    system = {"A_eq": np.array(equations), "b_eq": np.array(totals)} if equations else {}
    found = linprog(goal, bounds=limits, **system)
    if found.status == 3:
        return -np.inf
    assert found.status == 0, found.message
    return float(found.fun)


def add_up(own: Counts, parents: Parents) -> dict[str, float]:
    """The count of every unit: its own and those of all units below it."""
    counts = dict.fromkeys(own, 0.0)
    for unit, count in own.items():
        at: str | None = unit
        while at is not None:
            counts[at] += count
            at = parents.get(at)
    return counts


def list_below(unit: str, parents: Parents) -> set[str]:
    """A unit and all units below it."""
    found = {unit}
    while more := {each for each, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def find_greatest_sum(
    goal: Sequence[float], equations: Sequence[Sequence[float]], totals: Sequence[float]
) -> float:
    """The most that a sum of unknown counts, each at least 1, can be, by sums that are known."""
    system = {"A_eq": np.array(equations), "b_eq": np.array(totals)} if equations else {}
    found = linprog(-np.array(goal), bounds=[(1, None)] * len(goal), **system)
    if found.status == 3:
        return np.inf
    assert found.status == 0, found.message
    return -float(found.fun)
