"""The result tables: indices, their series, rankings.

Here belongs what the stages indices and rankings hand on. Not here: what compares units, months
and choices (comparisons).
"""

import polars as pl

from pipeline.columns import Column, Table, count, number, text
from pipeline.tables.shared_columns import INDICATOR, LEAGUE, MONTH, UNIT
from pipeline.tables.words import BASES, CHANGES

INDICES = Table(
    "indices",
    "an indicator of a unit in the month",
    (
        MONTH,
        UNIT,
        text("unit_name", "name of the unit in Vietnamese"),
        text("parent_code", "agency above the unit", is_required=False),
        text("level", "kind of body, from the register"),
        INDICATOR,
        number("value", "published value, rounded; empty with a note that says why"),
        text("unit", "share (0-1), points (0-100) or days"),
        text("clock", "working (8 hours a day) or elapsed (24), for times", is_required=False),
        number("numerator", "what counts; empty where withheld", "as the formula says"),
        number(
            "denominator", "what it is counted among; empty where withheld", "as the formula says"
        ),
        number("lower", "lower 95 % limit"),
        number("upper", "upper 95 % limit"),
        text("interval_source", "chance, chance+months, sampling or both", is_required=False),
        text("note", "from a closed list", is_required=False),
        text("method", "method that defines the indicator"),
        text("scale", "scale and kind of question, for satisfaction", is_required=False),
        number(
            "left_out",
            "cases counted apart: not dated, left before their due date, or of another scale; "
            "empty where withheld",
        ),
        number("effective_n", "sample size that the limits rest on"),
        number("standard_error", "standard error of the value, in its unit"),
        number("maximum", "most points that the value can reach, for methods of points", "points"),
        count(
            "months",
            "months of the unit's series that chance+months knows",
            "months",
            is_required=False,
        ),
    ),
)


SERIES = Table(
    "series",
    "an indicator of a unit in a month up to the edition's",
    (
        MONTH,
        UNIT,
        INDICATOR,
        text("series_month", "month of the value, YYYY-MM"),
        text("basis", f"{' or '.join(BASES)}: on the boundaries of its month or of the edition's"),
        number("value", "value, rounded as it is published", "share (0-1)"),
        number("numerator", "what counts; empty where withheld", "as the formula says"),
        number(
            "denominator", "what it is counted among; empty where withheld", "as the formula says"
        ),
        Column(
            "is_break",
            pl.Boolean(),
            "whether territory or scale of ratings is another than in the row before",
        ),
    ),
)

RANKINGS = Table(
    "rankings",
    "a unit in a league, by one indicator",
    (
        MONTH,
        LEAGUE,
        INDICATOR,
        UNIT,
        text("unit_name", "name of the unit in Vietnamese"),
        number("value", "published value"),
        count("rank", "competition rank, 1 is best", "rank", is_required=False),
        count("rank_lower", "best rank that the data cannot exclude", "rank", is_required=False),
        count("rank_upper", "worst rank that it cannot exclude", "rank", is_required=False),
        text(
            "rank_set_kind",
            "marginal: of this unit alone, from all pairs of up to 300 (Mogstad, Romano, Shaikh "
            "and Wilhelm 2023); joint: of all units at once (Klein, Wright and Wieczorek 2020)",
            is_required=False,
        ),
        count("tier", "tier, 1 is best", "tier", is_required=False),
        text("band", "band of an official method", is_required=False),
        number("previous_value", "value of the month before"),
        count("previous_rank", "rank of the month before", "rank", is_required=False),
        text("note", "why it is not ranked, or what to know of its rank", is_required=False),
        count(
            "simultaneous_lower",
            "best rank that cannot be excluded, for all units of the league at once",
            "rank",
            is_required=False,
        ),
        count(
            "simultaneous_upper",
            "worst rank that cannot be excluded, for all units of the league at once",
            "rank",
            is_required=False,
        ),
        Column("may_be_best", pl.Boolean(), "whether first cannot be excluded", is_required=False),
        text(
            "change",
            f"{' or '.join(CHANGES)}: value against the month before, by more than chance explains",
            is_required=False,
        ),
        text(
            "rank_change",
            f"{' or '.join(CHANGES)}: the rank sets of both months do not overlap",
            is_required=False,
        ),
    ),
)
