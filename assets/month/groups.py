"""Deliveries in groups: how many are worked on together, and how many groups at a time.

Here belongs what bounds the memory of a run, and the threads that do the work. Not here: what is
done with a delivery (deliveries), what becomes of one that fails (failures), workers on other
machines (assets.month.cluster).
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Protocol

import polars as pl

from assets.month.failures import Failure, try_deliveries
from assets.month.installation import Installation
from pipeline.planning import Plan

GROUP_BYTES = 32 << 20
"""Deliveries up to this size are validated together, larger ones alone."""
_SENDER = "sender_code"
_AT_ONCE = 3
"""Groups worked at a time; memory is bounded by that many of the largest deliveries."""


@dataclass(frozen=True)
class GroupWork:
    """Some deliveries of one month, and what a stage does with them.

    It can be pickled, so that another machine can do the same.
    """

    stage: str
    group: list[Plan]
    work: Callable[[Installation, list[Plan]], None]

    def try_deliveries(self, installation: Installation) -> list[Failure]:
        """Does the work; the deliveries, or the files of one, that failed alone."""
        return try_deliveries(partial(self.work, installation), self.group, self.stage)


class Workers(Protocol):
    """Whoever does the work of groups of deliveries: threads, or workers on other machines."""

    def group(self, pending: list[Plan]) -> list[list[Plan]]:
        """The groups in which deliveries are worked on, each of one month."""
        ...

    def work(self, installation: Installation, works: list[GroupWork]) -> Iterator[list[Failure]]:
        """Does the work of each group; yields the failures of each."""
        ...

    def describe(self, stage: str) -> str:
        """Who did the work of a stage in this run, for people."""
        ...


def group_by_size(pending: list[Plan], most_bytes: int = GROUP_BYTES) -> Iterator[list[Plan]]:
    """Deliveries of one month, together up to the size that is validated at once."""
    for _, of_month in groupby(pending, key=lambda delivery: str(delivery["month"][0])):
        group: list[Plan] = []
        size = 0
        for delivery in of_month:
            weight = int(delivery["bytes"].sum())
            if group and size + weight > most_bytes:
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


class Threads:
    """Threads of this process, a few at a time: some read or write while others count."""

    def group(self, pending: list[Plan]) -> list[list[Plan]]:
        """Groups up to the size that is validated at once."""
        return list(group_by_size(pending))

    def work(self, installation: Installation, works: list[GroupWork]) -> Iterator[list[Failure]]:
        """Does the work of each group; yields the failures of each, in their order."""
        workers = ThreadPoolExecutor(_AT_ONCE)
        try:
            yield from workers.map(lambda work: work.try_deliveries(installation), works)
        finally:
            workers.shutdown(cancel_futures=True)

    def describe(self, stage: str) -> str:
        """That no other process did it."""
        del stage
        return "threads of the run"


THREADS = Threads()
