"""Thresholds of the rules about a sender's whole month, for every sender or for one.

Here belong the numbers that an installation may set (`[set_rules]` of deliveries.toml), and their
defaults. Not here: reading that file (delivery_states.settings), the rules (expectations), what is
compared with a threshold (sender_measures).
"""

from collections.abc import Iterable
from typing import Annotated

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]


class Thresholds(BaseModel):
    """The thresholds of one sender. Each default is ours."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    volume_at_least: Share = 0.5
    """Fewer rows than this share of the sender's usual month are far fewer."""
    volume_at_most: Annotated[float, Field(ge=1)] = 2.0
    """More rows than so many of the sender's usual months are far more."""
    rejected_share: Share | None = None
    """The largest share of rejected rows of a kind; None for that of the method."""
    carried_over_difference: Share = 0.05
    """So large a share of what was in progress may be missing, or new, among the carried over."""


class SenderThresholds(Thresholds):
    """The thresholds of every sender, and of some senders those that differ."""

    senders: dict[str, Thresholds] = {}

    def find(self, sender: str) -> Thresholds:
        """The thresholds of a sender: what is set for it alone, else what is set for all."""
        every = self.model_dump(exclude={"senders"})
        own = self.senders.get(sender)
        return Thresholds(**(every | (own.model_dump(exclude_unset=True) if own else {})))

    def list_for(self, senders: Iterable[str], usual_rejected_share: float) -> pl.DataFrame:
        """One row for each sender: sender_code, and a column for each threshold.

        `usual_rejected_share` is the method's: it holds where no other is set.
        """
        rows = [
            {"sender_code": sender, "rejected_share": usual_rejected_share}
            | self.find(sender).model_dump(exclude_none=True)
            for sender in sorted(set(senders))
        ]
        schema: dict[str, pl.DataType] = {"sender_code": pl.String()}
        schema.update(dict.fromkeys(Thresholds.model_fields, pl.Float64()))
        return pl.DataFrame(rows, schema=schema)
