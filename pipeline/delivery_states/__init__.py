"""The state of a sender's month: on time, late, corrected, refused, missing, withdrawn.

    settings what an installation's file `deliveries.toml` says
    due_day  the day until which a month's files are due
    states   which state the month of each sender has, and why

Pure. Not here: what the register and the editions know (archive, editions), how states are shown
(reports, assets).
"""

from pipeline.delivery_states.due_day import DueDay
from pipeline.delivery_states.settings import (
    DeliverySettings,
    DeliverySettingsError,
    load_settings,
)
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
    "DeliverySettings",
    "DeliverySettingsError",
    "DueDay",
    "Receipt",
    "find_states",
    "load_settings",
]
