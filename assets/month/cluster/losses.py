"""What becomes of the deliveries of a worker that is lost.

A worker that dies may have died of what it worked on: its group is tried again delivery by
delivery, and a delivery that is alone in a worker when that dies is tried again until it has killed
three. A worker that falls silent, or that a person ends, says nothing against its deliveries. Not
here: noticing that a worker is lost (workers).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from assets.month import failures
from assets.month.cluster.errors import ClusterError
from assets.month.failures import Failure
from assets.month.groups import GroupWork
from pipeline.letters import show_invisible

MOST_KILLS = 3
"""Workers that a delivery may kill until it is refused."""
MOST_SILENT = 5
"""Workers that may fall silent over the same work until the run ends."""


@dataclass(frozen=True)
class Again:
    """What is done after a loss: work to be tried again, and deliveries that are refused."""

    works: list[GroupWork] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


class Losses:
    """Counts what was lost with which work, in one run."""

    def __init__(self) -> None:
        self.repetitions = 0
        self._kills: Counter[tuple[str, str]] = Counter()
        self._silent: Counter[tuple[str, str]] = Counter()

    def after_death(self, work: GroupWork) -> Again:
        """What is done where a worker died over some work.

        ClusterError where a delivery has killed three workers and has no file left to be refused.
        """
        self.repetitions += 1
        if len(work.group) > 1:
            return Again([replace(work, group=[delivery]) for delivery in work.group])
        self._kills[_name(work)] += 1
        if self._kills[_name(work)] < MOST_KILLS:
            return Again([work])
        details = (
            f"{MOST_KILLS} workers died one after the other while this delivery was all that they "
            "worked on. What the workers printed says how; without a signal of the program's own "
            "it was most likely a lack of memory: give the workers more (reform-index worker "
            "--memory), and run again."
        )
        failure = failures.describe_failure(
            work.group[0], work.stage, failures.LOST_WORKER, details
        )
        if not failure.hashes:
            raise ClusterError(
                f"{MOST_KILLS} workers died over {describe_group(work)}, of which no file is read: "
                "see what the workers printed, and run again"
            )
        return Again(failures=[failure])

    def after_end(self, work: GroupWork) -> Again:
        """What is done where a worker was ended from outside while it worked."""
        self.repetitions += 1
        return Again([work])

    def after_silence(self, work: GroupWork) -> Again:
        """What is done where a worker fell silent over some work, or took far too long.

        ClusterError where that happened too often: the network is at fault.
        """
        self.repetitions += 1
        self._silent[_name(work)] += 1
        if self._silent[_name(work)] >= MOST_SILENT:
            raise ClusterError(
                f"{MOST_SILENT} workers fell silent over {describe_group(work)}: see that the "
                "network between scheduler and workers holds and that no worker is overloaded, "
                "and run again"
            )
        return Again([work])


def _name(work: GroupWork) -> tuple[str, str]:
    first = work.group[0]
    return work.stage, str(first["key" if work.stage == "records" else "tallies_key"][0])


def describe_group(work: GroupWork) -> str:
    """Some work in a few words: stage, month and senders."""
    senders = list_senders(work.group)
    more = f" and {len(senders) - 3} more" if len(senders) > 3 else ""  # noqa: PLR2004
    return f"{work.stage} of {work.group[0]['month'][0]}, {', '.join(senders[:3])}{more}"


def list_senders(group: Iterable[object]) -> list[str]:
    """The senders of some deliveries, as they can be printed."""
    return [show_invisible(str(delivery["sender_code"][0])) for delivery in group]  # type: ignore[index]
