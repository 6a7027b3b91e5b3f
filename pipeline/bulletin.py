"""What an edition contains: its tables as published, their description, what changed.

Here belongs the content of an edition as values and bytes. Not here: writing it to disk
(editions), its pages and charts (reports).
"""

from dataclasses import dataclass

import polars as pl

from pipeline.agencies import Register
from pipeline.methods import Method


@dataclass(frozen=True)
class Content:
    """All that one edition tells.

    The frames follow tables.INDICES, RANKINGS, DELIVERED and REJECTED; `rejected` has every row
    set aside in the month.
    """

    month: str
    indices: pl.DataFrame
    rankings: pl.DataFrame
    deliveries: pl.DataFrame
    rejected: pl.DataFrame
    register: Register
    method: Method
    is_simulated: bool


@dataclass(frozen=True)
class Changes:
    """What an edition changes against the one it replaces.

    `deliveries`: sender_code, kind, change (added, replaced, withdrawn, read_again).
    `values`: table (indices), unit_code, indicator, before, after (text as published).
    Both are empty for a first edition, where `replaces` is None.
    """

    replaces: int | None
    deliveries: pl.DataFrame
    values: pl.DataFrame
