"""Time order: which columns of times are receipt, due date and end, by which comes before which.

Here belongs what a name does not say. Not here: names (columns), date formats (dates).
"""

from collections.abc import Mapping
from itertools import permutations

import polars as pl

from pipeline.drafting.columns import ColumnMatch

_NEARLY_ALL = 0.95
_SCORE = 60


def find_by_order(
    moments: pl.DataFrame, wanted: tuple[str, str, str], taken: Mapping[str, str]
) -> dict[str, ColumnMatch]:
    """Receipt, due date and end among columns of times that no name decides.

    `moments` has a column of moments for each column of times of the file; `wanted` are our
    columns: the one that nothing precedes, the due date, and the end, which may be empty. `taken`
    are those of ours that names have found.
    """
    if all(ours in taken for ours in wanted):
        return {}
    names = [*dict.fromkeys([*(taken[o] for o in wanted if o in taken), *moments.columns])]
    if len(names) < 2:  # noqa: PLR2004 - an order needs two
        return {}
    filled = {name: moments.height - moments[name].null_count() for name in moments.columns}
    best: tuple[float, tuple[str, ...]] = (0.0, ())
    used = set(taken.values()) - {taken[o] for o in wanted if o in taken}
    free = [name for name in names if name in filled and name not in used and filled[name]]
    for size in (3, 2):
        for chosen in permutations(free[:8], size):
            roles = dict(
                zip(wanted if size == len(wanted) else (wanted[0], wanted[2]), chosen, strict=True)
            )
            if any(o in taken and taken[o] != c for o, c in roles.items()):
                continue
            if best[1] and len(best[1]) > size:
                continue
            score = _rate(moments, roles, wanted, filled)
            if score > best[0]:
                best = (score, chosen)
    if best[0] < _NEARLY_ALL or not best[1]:
        return {}
    roles = dict(
        zip(wanted if len(best[1]) == len(wanted) else (wanted[0], wanted[2]), best[1], strict=True)
    )
    return {
        ours: ColumnMatch(theirs, _SCORE, "by the order of the times: its name does not say it")
        for ours, theirs in roles.items()
        if ours not in taken
    }


def _rate(
    moments: pl.DataFrame,
    roles: Mapping[str, str],
    wanted: tuple[str, str, str],
    filled: Mapping[str, int],
) -> float:
    """How well columns keep the order: the share of rows, and a little for the usual gaps."""
    first, due, end = (roles.get(each) for each in wanted)
    parts = [filled[str(first)] / max(moments.height, 1)]
    for later in filter(None, (due, end)):
        pair = moments.select(first=pl.col(str(first)), later=pl.col(later)).drop_nulls()
        parts.append(float((pair["first"] <= pair["later"]).sum()) / max(pair.height, 1))
    share = min(parts)
    has_open = end is not None and filled[end] < filled[str(first)]
    is_full = due is not None and end is not None and filled[due] >= filled[end]
    return float(share) * (1 + 0.01 * has_open + 0.01 * is_full)
