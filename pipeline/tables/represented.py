"""The result tables that say how far those who answered stand for those who were served.

Here belong the columns of representation, responses and unmarked. Not here: how they are filled
(rankings.representation, rankings.unmarked).
"""

from pipeline.columns import Table, count, number, text
from pipeline.tables import MARGINS
from pipeline.tables.shared_columns import LEAGUE, MONTH, UNIT

WAYS_OF_ADJUSTING = ("post_stratified", "raked")
"""How weights were found: all margins crossed, or one by one."""
REASONS_NOT_ADJUSTED = ("too_few_matched", "mostly_unmatched", "margins_not_met")
"""Why a share is not adjusted."""

REPRESENTATION = Table(
    "representation",
    "a unit with a satisfied share: what it would be, were those who are silent like those who "
    "answered in the same situation",
    (
        MONTH,
        LEAGUE,
        UNIT,
        text("scale", "scale and kind of question that counts"),
        count("served", "dossiers that got their result in the month", "dossiers"),
        count("answered", "of these rated by a rating that names them", "dossiers"),
        count("unmatched", "rated dossiers that are none of these, or not named", "dossiers"),
        number("response_rate", "answered / served", "share (0-1)"),
        number("share", "satisfied share of all who answered", "share (0-1)"),
        number("adjusted_share", "satisfied share of all served, estimated", "share (0-1)"),
        number(
            "lower",
            "lower limit of adjusted_share; allows for chance in who answered",
            "share (0-1)",
        ),
        number(
            "upper",
            "upper limit of adjusted_share; allows for chance in who answered",
            "share (0-1)",
        ),
        number("standard_error", "of adjusted_share, respondents as clusters", "share (0-1)"),
        text(
            "adjusted_by",
            f"{' or '.join(WAYS_OF_ADJUSTING)}; empty where the share is not adjusted",
            is_required=False,
        ),
        text(
            "reason",
            f"why it is not: {', '.join(REASONS_NOT_ADJUSTED)}",
            is_required=False,
        ),
        text(
            "margins",
            "margins that the weights meet, as far as their bound lets them, joined by +",
            is_required=False,
        ),
        number("largest_weight", "largest weight of an answer", "times the mean weight"),
        number("cut_share", "answers whose weight was cut to the bound", "share (0-1)"),
        number("moved_by_bound", "what cutting changed adjusted_share by", "share"),
        number("representativeness", "Schouten's R-indicator; 1: all answer as often", "0-1"),
        number("representativeness_lower", "its lower limit", "0-1"),
        number("representativeness_upper", "its upper limit", "0-1"),
        number("without_answer", "served in groups of whom nobody answered", "share (0-1)"),
        number("lowest", "share of all served if nobody silent is satisfied", "share (0-1)"),
        number("highest", "share of all served if everybody silent is satisfied", "share (0-1)"),
        count("rank", "competition rank by share in this table", "rank"),
        count("adjusted_rank", "competition rank by adjusted_share", "rank", is_required=False),
        count("rank_best", "best rank that lowest and highest do not exclude", "rank"),
        count("rank_worst", "worst rank that lowest and highest do not exclude", "rank"),
    ),
)

UNMARKED = Table(
    "unmarked",
    "a unit of which findings mark answers, and its numbers without these; it accuses nobody",
    (
        MONTH,
        UNIT,
        text("scale", "scale and kind of question that counts"),
        number("marked_share", "part of the answers that a finding marks", "share (0-1)"),
        number("share", "satisfied share of all who answered", "share (0-1)"),
        number("unmarked_share", "the same without the marked answers", "share (0-1)"),
        text("league", "league in which it is ranked; empty: not ranked", is_required=False),
        number("value", "reform performance index by share", "points (0-100)"),
        number("unmarked_value", "the same by unmarked_share", "points (0-100)"),
        count(
            "rank",
            "competition rank by value, among the units of the league with a row here or without "
            "any marked answer",
            "rank",
            is_required=False,
        ),
        count(
            "unmarked_rank",
            "competition rank by unmarked_value, among the same units",
            "rank",
            is_required=False,
        ),
    ),
)

RESPONSES = Table(
    "responses",
    "some of a unit's served dossiers, and how many of them were rated",
    (
        MONTH,
        UNIT,
        text("margin", f"what they have in common: {', '.join(MARGINS)}"),
        text(
            "level",
            "its values, joined by + where one alone has too few answers; of many the first and "
            "how many more",
        ),
        count("served", "dossiers that got their result in the month", "dossiers"),
        count("answered", "of these rated by a rating that names them", "dossiers"),
        number("response_rate", "answered / served", "share (0-1)"),
        number("weight_share", "weight of their answers in adjusted_share", "share (0-1)"),
    ),
)
