"""What published numbers are made of: their parts, and what their counts count.

Here belongs plain data, in English, for whoever follows a number back. Not here: how a number is
computed (pipeline.indices), its formula (the method).
"""

PARTS = {"reform_performance_index": ("processing_time_index", "satisfaction_index")}
"""Composites of published numbers, and the indicators that they are made of."""

FOLLOWS_FROM = {
    "processing_time_index": ("due_on_time", "time_saved"),
    "satisfaction_index": ("satisfied_share",),
}
"""Indices with counts of their own, and the published indicators that their value follows from."""

_DUE = "dossiers first due in the month"
_OBSERVED = ("dossiers that ended with a result", "dossiers under observation")
_SATISFIED = ("share of satisfied answers x respondents", "respondents")

COUNTED = {
    "on_time_of_finished": ("dossiers finished on time", "dossiers finished with a due date"),
    "on_time_766": (
        "dossiers finished on time or open and not yet due",
        "dossiers finished or open with a due date",
    ),
    "due_on_time": ("of these, ended with a result by then", _DUE),
    "time_saved": ("sum of the shares of time saved, 0 to 1 a dossier", _DUE),
    "median_time_days": _OBSERVED,
    "median_time_days_finished": ("-", "dossiers that ended with a result"),
    "p90_time_days": _OBSERVED,
    "open_not_overdue": ("open dossiers not yet due", "open dossiers with a due date"),
    "processing_time_index": ("points earned, 0 to 1 a dossier", _DUE),
    "satisfied_share": _SATISFIED,
    "satisfaction_index": _SATISFIED,
    "mean_rating": ("mean rating, 0 to 1, x respondents", "respondents"),
    "response_rate": (
        "respondents about dossiers that ended in the month",
        "dossiers that ended in the month",
    ),
}
"""What numerator and denominator of an indicator count."""
