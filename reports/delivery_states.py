"""The states of the senders' months as a grid: senders x the last months, and the reasons.

Here belong the values that the front page shows. Not here: which state a month has
(pipeline.delivery_states), what this month's files lack (data_quality).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from pipeline.delivery_states import ACCEPTED, MISSING, ON_TIME, STATES

SIGNS = {
    ON_TIME: "✓",
    ACCEPTED: "✓",
    "late": "◷",
    "corrected": "↻",
    "refused": "✗",
    MISSING: "○",
    "withdrawn": "↩",
}
"""What stands for a state in a narrow cell; the key of the grid says what it means."""
MOST_OPEN_SENDERS = 40
"""With more senders, the grid is folded."""


@dataclass(frozen=True)
class Cell:
    """A sender's month: `place` is where its reason stands in the list, 0 where it has none."""

    state: str
    sign: str
    place: int

    @property
    def is_plain(self) -> bool:
        """Whether nothing is to be said of it: on time or accepted."""
        return self.state in {ON_TIME, ACCEPTED}


@dataclass(frozen=True)
class Reason:
    """Why a sender's month has its state."""

    place: int
    month: str
    sender_code: str
    sender_name: str
    state: str
    english: str
    vietnamese: str


@dataclass(frozen=True)
class StateGrid:
    """The grid: its months, oldest first; of each sender the cells of these months, None where
    nobody expected the sender; how many cells have which state; the reasons, newest month first.

    A missing sender has no reason in the list: that it sent nothing is all there is to say.
    """

    months: tuple[str, ...]
    senders: Mapping[tuple[str, str], tuple[Cell | None, ...]]
    counts: Mapping[str, int]
    reasons: tuple[Reason, ...]

    @property
    def is_folded(self) -> bool:
        """Whether there are so many senders that the grid is folded."""
        return len(self.senders) > MOST_OPEN_SENDERS


def make_state_grid(states: pl.DataFrame) -> StateGrid:
    """The grid of a frame of DELIVERY_STATES."""
    months = tuple(sorted(states["month"].unique()))
    told = states.filter(pl.col("state") != MISSING, pl.col("reason").is_not_null())
    reasons = tuple(
        Reason(place, *row)
        for place, row in enumerate(
            told.sort("month", "sender_code", descending=[True, False]).iter_rows(), 1
        )
    )
    places = {(reason.month, reason.sender_code): reason.place for reason in reasons}
    cells: dict[tuple[str, str], Cell] = {}
    names: dict[str, str] = {}
    in_order = states.sort("sender_code", "month")
    for month, code, name, state in in_order.select(
        "month", "sender_code", "sender_name", "state"
    ).iter_rows():
        cells[month, code] = Cell(state, SIGNS[state], places.get((month, code), 0))
        # The name of the newest month stays.
        names[code] = name
    counts = Counter(states["state"])
    return StateGrid(
        months,
        {
            (code, name): tuple(cells.get((month, code)) for month in months)
            for code, name in names.items()
        },
        {state: counts[state] for state in STATES if state in counts},
        reasons,
    )
