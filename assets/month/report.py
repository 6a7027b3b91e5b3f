"""What a run tells of a month: read while it holds the home, and handed on in this process.

After its lock another run may change or remove the files that a report would be read from. Here
belongs what is told of a month, and to whom. Not here: how it is printed (command_line.run_report),
what an edition contains (edition).
"""

from dataclasses import dataclass

import polars as pl

from assets.month import corrections
from assets.month.edition import Published, read_content
from assets.month.inputs import MonthInputs
from assets.month.listeners import Listeners
from pipeline import planning
from pipeline.bulletin import Content
from pipeline.sender_measures import MANY_PETITIONS


@dataclass(frozen=True)
class RunResult:
    """What became of a month's run: the edition in force after it, and what it tells.

    `once_sent` are the senders that ever sent anything for the month. `too_many_rejected` has the
    senders of whose rows of a kind more were rejected than the method allows (find_too_many).
    `unused_corrections` says of each declared correction that concerns no file why, and the cure.
    """

    month: str
    published: Published
    content: Content
    once_sent: frozenset[str]
    too_many_rejected: pl.DataFrame
    unused_corrections: tuple[str, ...]

    @property
    def is_new(self) -> bool:
        """Whether the run published the edition."""
        return self.published.is_new

    @property
    def has_all_files(self) -> bool:
        """Whether every expected sender's files were accepted."""
        return not self.lack_of_files

    @property
    def lack_of_files(self) -> str:
        """What keeps the month from having every expected sender's files; empty for nothing."""
        found = set(self.published.deliveries["status"])
        words = {
            planning.REFUSED: "deliveries are refused",
            planning.MISSING: "some senders sent nothing",
        }
        return " and ".join(words[status] for status in words if status in found)

    @property
    def is_complete(self) -> bool:
        """Whether every expected sender's files were accepted, of none too many rows rejected, and
        every declared correction was used: then the data of all are in the ranking.
        """
        is_used = not self.unused_corrections
        return self.has_all_files and self.too_many_rejected.is_empty() and is_used


_listeners: Listeners[RunResult] = Listeners()
subscribed = _listeners.subscribed
"""Until the end of the block a listener is told of every month that this process runs."""


def tell(inputs: MonthInputs, published: Published, content: Content | None = None) -> None:
    """Tells all listeners what became of the month. For a run that holds the home's lock.

    The content of the edition is read where none is given. OutdatedError where it cannot be.
    """
    if not _listeners:
        return
    installation = inputs.installation
    result = RunResult(
        inputs.month,
        published,
        content or read_content(inputs),
        frozenset(installation.archive.senders(inputs.month)),
        find_too_many(
            published.deliveries, installation.method_at(inputs.month).maximum_rejected_share
        ),
        corrections.describe_unused(inputs),
    )
    _listeners.tell(result)


def find_too_many(deliveries: pl.DataFrame, limit: float) -> pl.DataFrame:
    """The senders with more rejected rows of a kind than a share of them, from tables.DELIVERED.

    Of petitions also only where there are many. One row a sender and kind: sender_code,
    sender_name, kind, rejected, rows.
    """
    is_gap = (pl.col("kind") != "petitions") | (pl.col("rejected") >= MANY_PETITIONS)
    return (
        deliveries.filter(status=planning.ACCEPTED)
        .group_by("sender_code", "sender_name", "kind")
        .agg(pl.col("rejected", "rows").sum())
        .filter(pl.col("rejected") > limit * pl.col("rows"), is_gap)
        .sort("sender_code", "kind")
    )
