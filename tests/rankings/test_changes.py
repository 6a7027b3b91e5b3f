"""What has changed since the month before: values by more than chance, and ranks."""

import pytest

from .conftest import Rankings, RankingsOf, Row, Rows, Value

JULY = "2026-07"


def changes_of(
    rows: Rows,
    rankings_of: RankingsOf,
    pairs: dict[str, tuple[float, float]],
    error: float | None = 1.0,
    previous_error: float | None = 1.0,
    **more: Value,
) -> Rankings:
    """Rankings of units given as (value, value of the month before)."""
    points = rows["points"]
    return rankings_of(
        [points(unit, now, error, **more) for unit, (now, _) in pairs.items()],
        communes=max(len(pairs), 2),
        previous=[
            points(unit, before, previous_error, month=JULY, **more)
            for unit, (_, before) in pairs.items()
        ],
    )


@pytest.mark.parametrize(
    ("now", "before", "change"),
    [(52.7, 50.0, None), (52.8, 50.0, "better"), (50.0, 52.7, None), (50.0, 52.8, "worse")],
)
def test_a_value_has_changed_where_chance_does_not_explain_it(
    rows: Rows, rankings_of: RankingsOf, now: float, before: float, change: str | None
) -> None:
    # z = 2.7 / sqrt(1 + 1) = 1.91, under 1.96; and 2.8 / sqrt(2) = 1.98, above it
    found = changes_of(rows, rankings_of, {"C1": (now, before)})
    assert found.row("C1")["change"] == change


@pytest.mark.parametrize(("months", "previous_months"), [(12, 13), (13, 12), (12, None)])
def test_a_value_whose_error_rests_on_few_months_must_change_more(
    rows: Rows, rankings_of: RankingsOf, months: int, previous_months: int | None
) -> None:
    # Student's t with 12 - 1 degrees of freedom: 2.201 x sqrt(2) = 3.11, where 2.77 is chance's
    points = rows["points"]
    for now, change in ((53.1, None), (53.2, "better")):
        found = rankings_of(
            [points("C1", now, months=months), points("C2", 50.0)],
            communes=2,
            previous=[points("C1", 50.0, month=JULY, months=previous_months)],
        )
        assert found.row("C1")["change"] == change


@pytest.mark.parametrize(("error", "previous_error"), [(3.0, 4.0), (4.0, 3.0)])
def test_a_change_is_tested_with_the_errors_of_both_months(
    rows: Rows, rankings_of: RankingsOf, error: float, previous_error: float
) -> None:
    # sqrt(3^2 + 4^2) = 5: z = 9.7 / 5 = 1.94, under 1.96; and 9.9 / 5 = 1.98, above it
    for now, change in ((59.7, None), (59.9, "better")):
        found = changes_of(rows, rankings_of, {"C1": (now, 50.0)}, error, previous_error)
        assert found.row("C1")["change"] == change


def test_in_a_larger_league_a_change_must_be_larger(rows: Rows, rankings_of: RankingsOf) -> None:
    others = {f"C{n}": (50.0, 50.0) for n in range(2, 11)}
    # Holm: p = 0.048 against 0.05 / 10, which 2.81 x sqrt(2) = 3.97 reaches
    for now, change in ((52.8, None), (53.9, None), (54.0, "better")):
        found = changes_of(rows, rankings_of, {"C1": (now, 50.0), **others})
        assert found.row("C1")["change"] == change


@pytest.mark.parametrize(
    ("first", "second", "changes"),
    [
        # z = 2.33 and 2.06: p = 0.020 under 0.05 / 2, then 0.039 under 0.05
        (3.30, 2.92, ["better", "better"]),
        # z = 2.17 and 2.06: p = 0.030 is not under 0.05 / 2, and the second is not asked
        (3.07, 2.92, [None, None]),
        # z = 2.33 and 1.91: p = 0.056 is not under 0.05
        (3.30, 2.70, ["better", None]),
    ],
)
def test_changes_are_judged_from_the_clearest_on_until_one_is_not_shown(
    rows: Rows, rankings_of: RankingsOf, first: float, second: float, changes: list[str | None]
) -> None:
    pairs = {"C1": (50 + first, 50.0), "C2": (50 + second, 50.0)}
    found = changes_of(rows, rankings_of, pairs)
    assert [found.row(unit)["change"] for unit in pairs] == changes


@pytest.mark.parametrize(("error", "previous_error"), [(None, 1.0), (1.0, None)])
def test_a_value_without_an_error_in_either_month_is_not_tested(
    rows: Rows, rankings_of: RankingsOf, error: float | None, previous_error: float | None
) -> None:
    found = changes_of(rows, rankings_of, {"C1": (90.0, 10.0)}, error, previous_error)
    assert found.row("C1")["change"] is None


@pytest.mark.parametrize(("now", "change"), [(50.0, None), (50.01, "better")])
def test_values_that_are_certain_in_both_months_have_changed_where_they_differ(
    rows: Rows, rankings_of: RankingsOf, now: float, change: str | None
) -> None:
    found = changes_of(rows, rankings_of, {"C1": (now, 50.0)}, 0.0, 0.0)
    assert found.row("C1")["change"] == change


def test_without_a_month_before_nothing_has_changed(rows: Rows, rankings_of: RankingsOf) -> None:
    found = rankings_of([rows["points"]("C1", 90.0), rows["points"]("C2", 80.0)], communes=2)
    assert found.column("change") == {"C1": None, "C2": None}
    assert found.column("rank_change") == {"C1": None, "C2": None}


def test_ranks_have_changed_where_the_sets_of_both_months_do_not_overlap(
    rows: Rows, rankings_of: RankingsOf
) -> None:
    found = changes_of(rows, rankings_of, {"C1": (90.0, 70.0), "C2": (80.0, 80.0)})
    assert found.column("rank_change") == {"C1": "better", "C2": "worse"}
    assert found.column("change") == {"C1": "better", "C2": None}


def test_ranks_that_differ_have_not_changed_where_the_sets_overlap(
    rows: Rows, rankings_of: RankingsOf
) -> None:
    # 2 apart with errors of 1: either may be first, in July
    found = changes_of(rows, rankings_of, {"C1": (90.0, 78.0), "C2": (80.0, 80.0)})
    assert found.row("C1")["previous_rank"] == 2
    assert found.column("rank_change") == {"C1": None, "C2": None}
    assert found.row("C1")["change"] == "better"


def test_who_was_not_ranked_in_the_month_before_has_not_changed(
    rows: Rows, rankings_of: RankingsOf
) -> None:
    points = rows["points"]
    before = [("C2", 80.0, None), ("C3", 90.0, None), ("C1", 10.0, "too_few_due")]
    found = rankings_of(
        [points("C1", 95.0), points("C2", 90.0), points("C3", 80.0)],
        communes=3,
        previous=[points(unit, value, month=JULY, note=note) for unit, value, note in before],
    )
    assert found.column("rank_change") == {"C1": None, "C2": None, "C3": "worse"}


def test_ranks_by_times_change_by_the_curves_of_both_months(
    rows: Rows, rankings_of: RankingsOf
) -> None:
    def curve(unit: str, month: str, hours: int) -> list[Row]:
        none: Row = {"entered": 0, "finished": 0, "left": 0, "still_open": 0}
        cell: Row = {"month": month, "sender_code": "P", "sha256": month, "unit_code": unit}
        cell |= {"clock": "working", **none}
        return [
            cell | {"age_minutes": 0, "entered": 200},
            cell | {"age_minutes": 60 * hours, "finished": 150},
            cell | {"age_minutes": 60 * (hours + 8), "finished": 50},
        ]

    days, august = rows["days"], "2026-08"
    ages = [*curve("C1", august, 8), *curve("C2", august, 80)]
    ages += [*curve("C1", JULY, 80), *curve("C2", JULY, 8)]
    found = rankings_of(
        [days("C1", 1.0), days("C2", 10.0)],
        communes=2,
        previous=[days("C1", 10.0, month=JULY), days("C2", 1.0, month=JULY)],
        ages=ages,
    )
    assert found.column("rank_change") == {"C1": "better", "C2": "worse"}
    assert found.column("change") == {"C1": None, "C2": None}  # times have no standard error
