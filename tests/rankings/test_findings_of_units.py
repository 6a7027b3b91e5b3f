"""The findings of units: shares, the median of the league, what stands out, since when, and what is
hidden.
"""

from typing import Any

import polars as pl
import pytest

from pipeline import methods, tables
from pipeline.agencies import Register
from pipeline.rankings import RankingScope, findings
from pipeline.tallies import Tallies

from .conftest import MONTH, outcome, register_of

METHOD = methods.load()
NO_INDICES = tables.INDICES.empty()
Row = dict[str, Any]


def pattern(unit: str, cases: int, looked_at: int, **more: Any) -> Row:
    return {
        "month": MONTH,
        "sender_code": "P",
        "sha256": "f",
        "unit_code": unit,
        "finding": "ended_on_day_off",
        "cases": cases,
        "looked_at": looked_at,
        **more,
    }


def found(
    *patterns: Row,
    outcomes: list[Row] | None = None,
    figures: list[Row] | None = None,
    indices: pl.DataFrame = NO_INDICES,
    register: Register | None = None,
) -> dict[tuple[str, str], Row]:
    """The rows of the table by unit and finding, of a league of five communes in P."""
    tallies = Tallies.of(
        patterns=pl.LazyFrame(list(patterns), schema=tables.PATTERNS.schema),
        outcomes=pl.LazyFrame(outcomes or [], schema=tables.OUTCOMES.schema),
        figures=pl.LazyFrame(figures or [], schema=tables.COUNTS.schema),
    )
    scope = RankingScope(MONTH, METHOD, register or register_of(5))
    table = findings.compute(tallies, indices, scope)
    return {(row["unit_code"], row["finding"]): row for row in table.iter_rows(named=True)}


def day_off(unit: str, *patterns: Row, **more: Any) -> Row:
    return found(*patterns, **more)[unit, "ended_on_day_off"]


PEERS = [pattern(f"C{number}", 1, 100) for number in (2, 3, 4)]
"""Three communes with a share of 0.01."""


def test_a_finding_has_its_count_denominator_share_and_the_median_of_its_league() -> None:
    row = day_off("C1", pattern("C1", 3, 40), pattern("C2", 1, 100), pattern("C3", 10, 50))
    assert (row["count"], row["denominator"], row["share"]) == (3, 40, 0.075)
    # The shares are 0.075, 0.01 and 0.2.
    assert (row["peers_median"], row["compared_units"]) == (0.075, 3)
    assert not row["stands_out"]


def test_units_with_few_cases_are_not_compared() -> None:
    few, enough = findings.LEAST_LOOKED_AT - 1, findings.LEAST_LOOKED_AT
    rows = [pattern("C2", 0, enough), pattern("C3", few, few), pattern("C4", 3, 100)]
    row = day_off("C1", pattern("C1", 1, 100), *rows)
    # Of 0.01, 0 and 0.03; C3, all of whose few ended on days off, is not compared.
    assert (row["peers_median"], row["compared_units"]) == (0.01, 3)


def test_what_cannot_be_shown_has_no_row_and_what_was_not_found_has_a_zero() -> None:
    rows = found(pattern("C1", 0, 50))
    assert rows["C1", "ended_on_day_off"]["count"] == 0
    assert ("C2", "ended_on_day_off") not in rows
    assert ("C1", "reopened") not in rows


def test_a_parent_has_the_counts_of_all_units_below_it() -> None:
    row = day_off("P", pattern("C1", 3, 40), pattern("C2", 1, 60), pattern("P", 1, 100))
    assert (row["count"], row["denominator"], row["share"]) == (5, 200, 0.025)


# ---- What stands out


@pytest.mark.parametrize(
    ("cases", "looked_at", "stands_out"),
    [
        # The peers' median is 0.01; the lower 99.8 % limit must be above 1.5 x 0.01 + 0.005 = 0.02.
        (8, 100, True),  # z = 3.0902: Wilson's lower limit is 0.0288
        (6, 100, False),  # 0.0191
        (4, 40, False),  # fewer than five cases, whatever the limit
        (5, 40, True),  # 0.0311
    ],
)
def test_far_more_than_among_peers_stands_out(cases: int, looked_at: int, stands_out: bool) -> None:
    # With C1 itself the middle of 0.01, 0.01, 0.01 and more is still 0.01.
    assert day_off("C1", pattern("C1", cases, looked_at), *PEERS)["stands_out"] == stands_out


def test_nothing_stands_out_without_enough_peers() -> None:
    many = pattern("C1", 90, 100)
    assert not day_off("C1", many)["stands_out"]
    # 0.9 and 0.01 and 0.01: three units compared.
    assert day_off("C1", many, *PEERS[:2])["stands_out"]
    assert not day_off("C1", many, *PEERS[:1])["stands_out"]


def test_a_unit_in_no_league_has_no_median() -> None:
    known = [outcome("X", "open_not_due", 1)]
    row = day_off("X", pattern("X", 50, 100), *PEERS, outcomes=known)
    assert (row["peers_median"], row["compared_units"], row["stands_out"]) == (None, 0, False)


# ---- Since when


@pytest.mark.parametrize(
    ("cases_before", "since"),
    [
        ({}, MONTH),
        ({"2026-07": 1}, "2026-07"),
        ({"2026-07": 0}, MONTH),
        ({"2026-06": 2, "2026-07": 1}, "2026-06"),
        ({"2026-05": 2, "2026-07": 1}, "2026-07"),  # June was not sent
        ({"2026-05": 2, "2026-06": 0, "2026-07": 1}, "2026-07"),
        ({"2025-12": 1, "2026-01": 1}, MONTH),
    ],
)
def test_since_is_the_first_month_without_a_break(cases_before: dict[str, int], since: str) -> None:
    before = [pattern("C1", cases, 50, month=month) for month, cases in cases_before.items()]
    assert day_off("C1", pattern("C1", 1, 50), *before)["since_month"] == since


def test_what_is_not_found_has_no_since() -> None:
    before = pattern("C1", 3, 50, month="2026-07")
    assert day_off("C1", pattern("C1", 0, 50), before)["since_month"] is None


def test_later_months_change_nothing() -> None:
    rows = [pattern("C1", 1, 50), pattern("C1", 1, 50, month="2026-07")]
    assert found(*rows, pattern("C1", 9, 50, month="2026-09")) == found(*rows)


# ---- Carried over, and in progress the month before


@pytest.mark.parametrize(
    ("in_progress", "carried", "expected"),
    [(10, 10, (0, 10)), (10, 7, (3, 10)), (7, 10, (3, 10)), (4, 0, (4, 4)), (0, 0, None)],
)
def test_carried_over_is_what_was_in_progress(
    in_progress: int, carried: int, expected: tuple[int, int] | None
) -> None:
    rows = [
        outcome("C1", "open_overdue", in_progress, month="2026-07"),
        outcome("C1", "finished_early", carried, "carried_over"),
        outcome("C1", "finished_early", 5),
    ]
    row = found(outcomes=rows).get(("C1", "carried_over_differs"))
    assert (row and (row["count"], row["denominator"])) == expected


def test_without_an_export_of_the_month_before_nothing_differs() -> None:
    assert not found(outcomes=[outcome("C1", "finished_early", 5, "carried_over")])
    gone = [outcome("C1", "open_overdue", 5, month="2026-07", sender_code="Q")]
    assert not found(outcomes=[outcome("C1", "finished_early", 5, "carried_over"), *gone])


# ---- Figures that differ


def index_row(**more: Any) -> Row:
    return {"month": MONTH, "unit_code": "C1", "unit_name": "Xã C1", "unit": "share", **more}


@pytest.mark.parametrize(("sent", "cases"), [(30, 0), (31, 1)])
def test_figures_that_differ_from_rows_are_found(sent: int, cases: int) -> None:
    counted = index_row(indicator="due_on_time", value=0.75, numerator=30, denominator=40)
    figure = pattern("C1", 0, 0) | {
        "indicator": "due_on_time",
        "numerator": sent,
        "denominator": 40,
    }
    rows = found(
        outcomes=[outcome("C1", "finished_early", 40)],
        figures=[{name: figure[name] for name in tables.COUNTS.names}],
        indices=pl.DataFrame([counted], schema=tables.INDICES.schema),
    )
    row = rows["C1", "figures_differ"]
    assert (row["count"], row["denominator"], row["since_month"]) == (cases, 1, None)


def test_figures_of_a_unit_without_rows_differ_from_nothing() -> None:
    counted = index_row(indicator="due_on_time", value=0.75, numerator=30, denominator=40)
    figure = pattern("C1", 0, 0) | {"indicator": "due_on_time", "numerator": 30, "denominator": 40}
    assert not found(
        figures=[{name: figure[name] for name in tables.COUNTS.names}],
        indices=pl.DataFrame([counted], schema=tables.INDICES.schema),
    )


# ---- Ratings are answers of persons


def rated(unit: str, cases: int = 21, looked_at: int = 40) -> Row:
    return pattern(unit, cases, looked_at, finding="rated_before_result")


def satisfied(*units: str, value: float | None = 0.9, note: str | None = None) -> pl.DataFrame:
    rows = [
        index_row(indicator="satisfied_share", value=value, note=note) | {"unit_code": unit}
        for unit in units
    ]
    return pl.DataFrame(rows, schema=tables.INDICES.schema)


def test_of_ratings_a_rounded_share_is_shown_and_no_count() -> None:
    row = found(rated("C1"), indices=satisfied("C1"))["C1", "rated_before_result"]
    # 21 / 40 = 0.525, halves up.
    assert row["share"] == 0.53
    assert row["count"] is row["denominator"] is row["since_month"] is None


def test_of_a_unit_whose_satisfied_share_is_not_published_ratings_show_nothing() -> None:
    withheld = satisfied("C1", value=None, note="withheld")
    assert not found(rated("C1"), indices=withheld)
    assert not found(rated("C1"))


def test_of_an_agency_above_rated_units_ratings_show_nothing_so_that_nobody_can_subtract() -> None:
    rows = found(rated("C1"), rated("C2"), rated("P"), indices=satisfied("C1", "C2", "P"))
    assert {unit for unit, _ in rows} == {"C1", "C2"}
