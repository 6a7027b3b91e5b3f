"""The result tables that compare: units of a league, months and dossiers of a unit, procedures.

Here belong the columns of ranks by month, funnels, case mix, control charts, breakdowns, procedures
and findings, and the list of all tables of comparisons. Not here: numbers and ranks of single units
(results), choices of a method (sensitivity), who answered (represented), how a table is filled
(rankings, indices).
"""

import polars as pl

from pipeline.columns import Column, Table, count, number, text
from pipeline.statistics.control_charts import SIGNALS
from pipeline.tables import BASES, CLOCKS, MARGINS, PUBLISHED_FINDINGS, SERIES
from pipeline.tables.represented import (
    REASONS_NOT_ADJUSTED,
    REPRESENTATION,
    RESPONSES,
    UNMARKED,
    WAYS_OF_ADJUSTING,
)
from pipeline.tables.sensitivity import SENSITIVITY, SENSITIVITY_CHOICES
from pipeline.tables.shared_columns import INDICATOR, LEAGUE, MONTH, UNIT

OUTSIDE = ("better", "worse")
"""On which side of a funnel's 99.8 % limits a unit lies."""
RATIO_LIMITS = ("byar", "wilson")
"""How the limits of observed / expected are made."""

BREAKDOWNS_BY = ("applicant", "channel", "procedure")
"""What the dossiers of a unit are broken down by."""
CHANGES_BY = (*BREAKDOWNS_BY, "unit")
"""What a change since the month before is split by."""
REST, NOT_SENT, FIGURES = "other", "not_sent", "figures"
"""Categories that no code of a procedure is: the smaller procedures together, dossiers without a
procedure, and counts that were sent as figures."""
BY_CHANCE = ("chance",)
"""What the limits of categories and procedures rest on: none has a series of months."""
NOTES_OF_CATEGORIES = ("too_few_due", "provisional")
"""What may be noted of a category or procedure."""
NOTES_OF_CHANGES = ("provisional",)
"""What may be noted of the parts of a change."""

_IN_ITS_UNIT = "share (0-1) or points (0-100), as the indicator"

FUNNELS = Table(
    "funnels",
    "a ranked unit among the others of its league, by a share",
    (
        MONTH,
        LEAGUE,
        INDICATOR,
        UNIT,
        number("value", "published value", _IN_ITS_UNIT),
        number("denominator", "sample size that the limits rest on", "cases or respondents"),
        number("centre", "share of all cases of the league", _IN_ITS_UNIT),
        number("lower_95", "lower 95 % limit at this denominator", _IN_ITS_UNIT),
        number("upper_95", "upper 95 % limit at this denominator", _IN_ITS_UNIT),
        number("lower_998", "lower 99.8 % limit at this denominator", _IN_ITS_UNIT),
        number("upper_998", "upper 99.8 % limit at this denominator", _IN_ITS_UNIT),
        number("z", "distance from the centre; positive is above", "standard errors with tau2"),
        number("phi", "over-dispersion of the league; 1 is chance alone", "ratio of variances"),
        number("tau2", "variance between units beyond chance", "squared radians (arcsine root)"),
        text("is_outside", f"{' or '.join(OUTSIDE)}, outside the 99.8 % limits", is_required=False),
        number("shrunken_value", "value drawn towards the centre by reliability", _IN_ITS_UNIT),
        number("reliability", "variance between units / (that + own sampling)", "share (0-1)"),
    ),
)

CASE_MIX = Table(
    "case_mix",
    "a unit of a league, with the late dossiers that its procedures and channels let expect",
    (
        MONTH,
        LEAGUE,
        UNIT,
        count("due", "dossiers first due in the month", "dossiers"),
        count("late", "of these late", "dossiers"),
        number("expected_late", "late at the league's rates for the same dossiers", "dossiers"),
        number("ratio", "late / expected; empty without any, or under half shared", "ratio"),
        number("lower", "lower 95 % limit of the ratio", "ratio"),
        number("upper", "upper 95 % limit of the ratio", "ratio"),
        number(
            "adjusted_value",
            "late share at the league's mix (ratio x the league's late share); may exceed 1",
            "share",
        ),
        count("rank", "competition rank by the share on time", "rank", is_required=False),
        count("adjusted_rank", "competition rank by adjusted_value", "rank", is_required=False),
        count(
            "moved_by_mix",
            "rank - adjusted_rank: positive where the mix made the unit look worse",
            "ranks",
            is_required=False,
        ),
        text("limits_kind", f"{' or '.join(RATIO_LIMITS)}", is_required=False),
        number("z", "(late - expected) / root of n p (1 - p) added up", "standard errors"),
        count("shared_due", "of a procedure and channel that another unit has too", "dossiers"),
    ),
)

CONTROL_CHARTS = Table(
    "control_charts",
    "a month in the control chart of a unit's indicator",
    (
        text("month", "month of the edition, YYYY-MM"),
        UNIT,
        INDICATOR,
        text("series_month", "month of the value, YYYY-MM"),
        number("value", "value of that month", "share (0-1), points (0-100) or days"),
        number("denominator", "what it is counted among, for p' charts", "cases"),
        number("centre", "centre line since the last rebasing; empty under 12", "as the value"),
        number("lower", "lower limit", "as the value"),
        number("upper", "upper limit", "as the value"),
        text("signal", f"empty, or {', '.join(SIGNALS)}", is_required=False),
        Column("is_rebased", pl.Boolean(), "centre and limits begin anew here"),
    ),
)

_OF_CATEGORY = (
    f"its word or code; {REST}: procedures beyond the largest; {NOT_SENT}: no procedure was sent; "
    f"{FIGURES}: sent as figures, of no known category"
)

BREAKDOWNS = Table(
    "breakdowns",
    "a category of a unit's dossiers, by an indicator",
    (
        MONTH,
        UNIT,
        INDICATOR,
        text("by", f"what the dossiers are told apart by: {', '.join(BREAKDOWNS_BY)}"),
        text("category", _OF_CATEGORY),
        number("value", "numerator / denominator, rounded as the indicator", "share (0-1)"),
        number("numerator", "what counts, of this category", "as the formula says"),
        number("denominator", "what it is counted among, of this category", "as the formula says"),
        number("lower", "lower 95 % limit", "share (0-1)"),
        number("upper", "upper 95 % limit", "share (0-1)"),
        text("interval_source", "chance: the months before are not looked at"),
        text("note", "from a closed list", is_required=False),
    ),
)

CHANGE_PARTS = Table(
    "change_parts",
    "a category of a unit's dossiers, and its part of the change since the month before",
    (
        MONTH,
        UNIT,
        INDICATOR,
        text("by", f"what the dossiers are told apart by: {', '.join(CHANGES_BY)}"),
        text("category", f"{_OF_CATEGORY}; by unit the units directly below, or the unit itself"),
        count("previous_numerator", "what counted in the month before", "cases"),
        count("previous_denominator", "what it was counted among then", "cases"),
        count("numerator", "what counts", "cases"),
        count("denominator", "what it is counted among", "cases"),
        number(
            "rate_effect",
            "part by its own value having changed; all parts of one way to tell dossiers apart add "
            "up to the change of the published value",
            "share",
        ),
        number("mix_effect", "part by its weight among all cases having changed", "share"),
        text("note", "from a closed list", is_required=False),
    ),
)

PROCEDURES = Table(
    "procedures",
    "a procedure, over all units that handle it",
    (
        MONTH,
        text("procedure_code", f"code of the procedure; {NOT_SENT} where none was sent"),
        count("units", "that handled dossiers first due in the month", "units"),
        count("due", "dossiers first due in the month", "dossiers"),
        count("late", "of these late", "dossiers"),
        number("late_share", "late / due", "share (0-1)"),
        number("lower", "lower 95 % limit", "share (0-1)"),
        number("upper", "upper 95 % limit", "share (0-1)"),
        text("interval_source", "chance: the months before are not looked at"),
        number("median_late_share", "median late share of the units compared", "share (0-1)"),
        count("compared_units", "units with enough of these dossiers to be compared", "units"),
        number("time_saved", "mean share of the allowed time saved, late = 0", "share (0-1)"),
        text("note", "from a closed list", is_required=False),
    ),
)

WAITING = Table(
    "waiting",
    "a span of ages in a unit's month: what has ended by its end, and what is open in it",
    (
        MONTH,
        UNIT,
        text("clock", "working (8 hours a day) or elapsed (24)"),
        count("from_days", "ages above this one", "days on the clock"),
        count("to_days", "up to this one; empty: no end", "days on the clock", is_required=False),
        number("ended_share", "share ended by the end, by Kaplan and Meier", "share (0-1)"),
        number("lower", "lower 95 % limit, by chance", "share (0-1)"),
        number("upper", "upper 95 % limit, by chance", "share (0-1)"),
        count("open", "open at the month's end at such an age", "dossiers"),
    ),
)

UNIT_FINDINGS = Table(
    "findings",
    "a finding that the records of a unit's month could show, and how often they do",
    (
        MONTH,
        UNIT,
        text("finding", "name of the finding, from a closed list; it accuses nobody"),
        count(
            "count",
            "how often it was found, or by how many dossiers more or fewer; empty of ratings",
            "cases",
            is_required=False,
        ),
        count(
            "denominator",
            "among how many it could have been found; empty of ratings",
            "cases",
            is_required=False,
        ),
        number("share", "count / denominator; of ratings to the hundredth", "share (0-1)"),
        number("peers_median", "median share of the units of its league compared", "share (0-1)"),
        count("compared_units", "units of its league with enough cases to be compared", "units"),
        Column("stands_out", pl.Boolean(), "whether it is found far more often than among peers"),
        text(
            "since_month",
            "first month since which it was found in every month; empty: not found, or not known",
            is_required=False,
        ),
    ),
)

RANKS_BY_MONTH = Table(
    "ranks_by_month",
    "a unit of a league of the highest level, and its rank in a month up to the edition's",
    (
        text("month", "month of the edition, YYYY-MM"),
        LEAGUE,
        INDICATOR,
        UNIT,
        text("series_month", "month of the rank, YYYY-MM"),
        count("rank", "competition rank, 1 is best", "rank", is_required=False),
        count("rank_lower", "best rank that the data cannot exclude", "rank", is_required=False),
        count("rank_upper", "worst rank that it cannot exclude", "rank", is_required=False),
        count("ranked_units", "units of the league that had a rank in that month", "units"),
        text("method_version", "version of the method that the rank was computed by"),
        Column(
            "is_break",
            pl.Boolean(),
            "whether the league's territory, or the method as far as the indicator rests on it, is "
            "another than in the month before",
        ),
        text("note", "why it is not ranked, or what to know of its rank", is_required=False),
    ),
)

COMPARISONS = {
    table.name: table
    for table in (
        SERIES,
        CONTROL_CHARTS,
        WAITING,
        BREAKDOWNS,
        CHANGE_PARTS,
        PROCEDURES,
        RANKS_BY_MONTH,
        FUNNELS,
        CASE_MIX,
        SENSITIVITY,
        SENSITIVITY_CHOICES,
        UNIT_FINDINGS,
        REPRESENTATION,
        RESPONSES,
        UNMARKED,
    )
}
"""The tables of comparisons, by name."""

KEYS = {
    "breakdowns": ("month", "unit_code", "indicator", "by", "category"),
    "change_parts": ("month", "unit_code", "indicator", "by", "category"),
    "procedures": ("month", "procedure_code"),
    "series": ("month", "unit_code", "indicator", "basis", "series_month"),
    "control_charts": ("month", "unit_code", "indicator", "series_month"),
    "ranks_by_month": ("month", "league", "indicator", "unit_code", "series_month"),
    "funnels": ("month", "league", "indicator", "unit_code"),
    "case_mix": ("month", "league", "unit_code"),
    "sensitivity": ("month", "league", "indicator", "unit_code"),
    "sensitivity_choices": ("month", "league", "indicator", "choice"),
    "waiting": ("month", "unit_code", "from_days"),
    "findings": ("month", "unit_code", "finding"),
    "representation": ("month", "unit_code"),
    "responses": ("month", "unit_code", "margin", "level"),
    "unmarked": ("month", "unit_code"),
}
"""The columns that identify a row of each table; rows are sorted by them in this order."""

CLOSED_LISTS: dict[str, dict[str, tuple[str, ...]]] = {
    "breakdowns": {
        "by": BREAKDOWNS_BY,
        "interval_source": BY_CHANCE,
        "note": NOTES_OF_CATEGORIES,
    },
    "change_parts": {"by": CHANGES_BY, "note": NOTES_OF_CHANGES},
    "procedures": {"interval_source": BY_CHANCE, "note": NOTES_OF_CATEGORIES},
    "series": {"basis": BASES},
    "control_charts": {"signal": SIGNALS},
    "ranks_by_month": {},
    "funnels": {"is_outside": OUTSIDE},
    "case_mix": {"limits_kind": RATIO_LIMITS},
    "sensitivity": {},
    "sensitivity_choices": {},
    "waiting": {"clock": tuple(CLOCKS)},
    "findings": {"finding": tuple(PUBLISHED_FINDINGS)},
    "representation": {"adjusted_by": WAYS_OF_ADJUSTING, "reason": REASONS_NOT_ADJUSTED},
    "responses": {"margin": MARGINS},
    "unmarked": {},
}
"""The values allowed in a column of each table, beside null; of other notes, all that there are."""
