"""For each rule about a sender's whole month, the measures of a month that breaks it.

Here belongs one month for each set rule that a sender is told of. Not here: how a month is measured
(pipeline: sender_measures, code_forms, repeated_months), writing the page (messages).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bench.provoking_rows import MONTH


@dataclass(frozen=True)
class BreakingMonth:
    """A month of one sender: what it sent, in words, and the measures that differ from null."""

    frame: str
    given: str
    measures: Mapping[str, object]


_USUAL = {"kind": "dossiers", "usual_rows": 1000.0, "least_rows": 500.0, "most_rows": 2000.0}
_A_USUAL_MONTH = "dossiers; the median of the six months before is 1,000 rows"

BREAKING_MONTHS = {
    "rows_not_far_below_usual": BreakingMonth(
        "volumes",
        f"499 rows of {_A_USUAL_MONTH}",
        {**_USUAL, "rows": 499, "rejected": 0, "most_rejected": 24.95},
    ),
    "rows_not_far_above_usual": BreakingMonth(
        "volumes",
        f"2,001 rows of {_A_USUAL_MONTH}",
        {**_USUAL, "rows": 2001, "rejected": 0, "most_rejected": 100.05},
    ),
    "rejected_share_is_small": BreakingMonth(
        "volumes",
        "1,000 rows of dossiers, of which 51 are rejected",
        {**_USUAL, "rows": 1000, "rejected": 51, "most_rejected": 50.0},
    ),
    "files_are_of_their_month": BreakingMonth(
        "repeats",
        "form II.06a of September, in the folder of October",
        {"kind": "figures", "files": 1, "repeated": 1, "sent_for": "2026-09"},
    ),
    "carried_over_was_in_progress": BreakingMonth(
        "form",
        "296 dossiers received before the month; 300 were in progress at the end of the month "
        "before",
        {"carried_over": 296, "open_before": 300, "carried_over_gap": 4, "largest_gap": 3.0},
    ),
    "codes_keep_their_form": BreakingMonth(
        "code_forms",
        "18 dossiers that were in progress as 000038, and are now sent as 38",
        {
            "not_shown": 18,
            "recoded": 18,
            "largest_recoded": 2,
            "form_before": "999999",
            "form_now": "99",
        },
    ),
    "figures_add_up": BreakingMonth(
        "form",
        "figures of form II.06a of two units; those of one, H26.01, say 60 finished of 50 handled",
        {"compared_units": 2, "broken_units": 1, "units": "H26.01"},
    ),
}
"""By name of the set rule."""


def list_measures(breaking: BreakingMonth) -> dict[str, object]:
    """One row of the frame of measures."""
    return {"month": MONTH, "sender_code": "H26", **breaking.measures}
