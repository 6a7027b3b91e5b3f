"""The state of a sender's month: on time, late, corrected, refused, missing, withdrawn.

    due_day  the day until which a month's files are due, a setting of an installation
    states   which state the month of each sender has, and why

Pure. Not here: what the register and the editions know (archive, editions), how states are shown
(reports, assets).
"""

from pipeline.delivery_states.due_day import DueDay, DueDayError, load_due_day
from pipeline.delivery_states.states import (
    ACCEPTED,
    CORRECTED,
    DELIVERY_STATES,
    LATE,
    MISSING,
    ON_TIME,
    REFUSED,
    STATES,
    WITHDRAWN,
    Arrivals,
    Counted,
    Receipt,
    find_states,
)

__all__ = [
    "ACCEPTED",
    "CORRECTED",
    "DELIVERY_STATES",
    "LATE",
    "MISSING",
    "ON_TIME",
    "REFUSED",
    "STATES",
    "WITHDRAWN",
    "Arrivals",
    "Counted",
    "DueDay",
    "DueDayError",
    "Receipt",
    "find_states",
    "load_due_day",
]
