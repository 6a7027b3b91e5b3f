"""Which units have no row of representation: where a few respondents could be told from the others.

Here belongs choosing them by how many answers are matched with dossiers, and how many are not. Not
here: the protection itself (protection), the satisfied share (ratings).
"""

from collections.abc import Mapping

import polars as pl

from pipeline.suppression.protection import Measure, choose_hidden, is_small

_COUNTS = ("answered", "unmatched")


def choose_represented(
    counted: pl.DataFrame, parents: Mapping[str, str], shown: Mapping[str, str], limit: int
) -> frozenset[str]:
    """The units whose row can be published, of those that could have one.

    `counted` has a row for each unit with rated dossiers and each scale and kind of question:
    unit_code, asked, answered, unmatched, with those of all units below. `shown` has the units
    whose satisfied share is published, with what they were asked. Fewer than `limit` of either
    count are told by no row: neither its own nor that of the unit above or of those beside it.
    """
    kept: set[str] = set()
    for (asked,), rows in counted.partition_by("asked", as_dict=True).items():
        of_units = dict(zip(rows["unit_code"], rows.select(_COUNTS).rows(), strict=True))
        candidates = {unit for unit, own in shown.items() if own == asked and unit in of_units}
        few = frozenset(
            unit
            for unit, numbers in of_units.items()
            if any(is_small(number, limit) for number in numbers)
        )
        measures = [
            Measure(
                {unit: float(numbers[place]) for unit, numbers in of_units.items()}, parents, few
            )
            for place in range(len(_COUNTS))
        ]
        hidden = choose_hidden(
            measures, limit, set(of_units) - candidates, lambda unit, number: (number, unit)
        )
        kept |= candidates - hidden
    return frozenset(kept)
