"""The result tables of the choices of a method: how far they move ranks.

Here belong the columns of sensitivity and of its choices. Not here: how they are filled
(rankings.sensitivity).
"""

from pipeline.columns import Table, count, number, text
from pipeline.tables.shared_columns import INDICATOR, LEAGUE, MONTH, UNIT

SENSITIVITY = Table(
    "sensitivity",
    "a unit in a league, and where it would rank had the method chosen otherwise",
    (
        MONTH,
        LEAGUE,
        INDICATOR,
        UNIT,
        count("rank", "rank among these units by the published value", "rank"),
        count("rank_5", "best rank of the middle 90 % of choices", "rank"),
        count("rank_95", "worst rank of the middle 90 % of choices", "rank"),
        number(
            "other_share_value",
            "value, were satisfaction that of all served where it is of those who answered, or the "
            "other way round; empty: not known of any unit",
            "share (0-1) or points (0-100), as the indicator",
        ),
        count("other_share_rank", "rank among these units by that", "rank", is_required=False),
    ),
)

SENSITIVITY_CHOICES = Table(
    "sensitivity_choices",
    "a choice of the method in a league, and how far it moves the ranks",
    (
        MONTH,
        LEAGUE,
        INDICATOR,
        text("choice", "name of the choice"),
        number(
            "first_order", "part of the shift of ranks by this choice alone, estimated", "share"
        ),
        number("total", "part of it by this choice with its interactions, estimated", "share"),
        text("varied_over", "what it was varied over; empty: not varied", is_required=False),
        number(
            "mean_shift",
            "mean absolute shift of a rank, all choices varied; of satisfaction_share by it alone",
            "ranks",
        ),
    ),
)
