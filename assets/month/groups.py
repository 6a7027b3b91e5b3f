"""Deliveries in groups: how many are worked on together, and how many groups at a time.

Here belongs what bounds the memory of a run. Not here: what is done with a delivery (deliveries),
what becomes of one that fails (failures).
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby

import polars as pl

from assets.month.failures import Failure, try_deliveries
from pipeline.planning import Plan

_GROUP_BYTES = 32 << 20
"""Deliveries up to this size are validated together, larger ones alone."""
_SENDER = "sender_code"
_AT_ONCE = 3
"""Groups worked at a time; memory is bounded by that many of the largest deliveries."""


def group_by_size(pending: list[Plan]) -> Iterator[list[Plan]]:
    """Deliveries of one month, together up to the size that is validated at once."""
    for _, of_month in groupby(pending, key=lambda delivery: str(delivery["month"][0])):
        group: list[Plan] = []
        size = 0
        for delivery in of_month:
            weight = int(delivery["bytes"].sum())
            if group and size + weight > _GROUP_BYTES:
                yield group
                group, size = [], 0
            group.append(delivery)
            size += weight
        yield group


def split_by_sender(
    tables: Mapping[str, pl.DataFrame],
) -> Callable[[Plan], dict[str, pl.DataFrame]]:
    """Gives the tables of one delivery of a group by name: its rows, in their order.

    Each table has a sender_code. Each is split once: a filter for every delivery would read the
    rows of the whole group as often as it has deliveries.
    """
    parts = {name: _split(frame) for name, frame in tables.items()}

    def of_delivery(delivery: Plan) -> dict[str, pl.DataFrame]:
        sender = str(delivery[_SENDER][0])
        return {name: parts[name].get(sender, frame.clear()) for name, frame in tables.items()}

    return of_delivery


def _split(frame: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The rows by sender. A large delivery is alone: splitting it would copy it."""
    if frame.get_column(_SENDER).n_unique() == 1:
        return {str(frame[_SENDER][0]): frame}
    return {str(key): part for (key,), part in frame.partition_by(_SENDER, as_dict=True).items()}


def work_in_threads(
    groups: list[list[Plan]], work: Callable[[list[Plan]], None], stage: str
) -> Iterator[list[Failure]]:
    """Does the work for each group, a few at a time: some read or write while others count.

    Yields the failures of each group.
    """
    workers = ThreadPoolExecutor(_AT_ONCE)
    try:
        yield from workers.map(lambda group: try_deliveries(work, group, stage), groups)
    finally:
        workers.shutdown(cancel_futures=True)
