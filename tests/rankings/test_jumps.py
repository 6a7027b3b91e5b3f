"""Jumps at boundaries: mergers of the register, and new versions of a method."""

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from pipeline import methods, months, tables
from pipeline.agencies import Register
from pipeline.methods import Methods
from pipeline.rankings import RankingScope, findings, jumps
from pipeline.tallies import Tallies
from pipeline.tallies.pooling import Pooling, Pools

from .conftest import MONTH, outcome

METHOD = methods.load()
Row = dict[str, Any]
BEFORE = months.before(MONTH, jumps.MONTHS_BACK)
LAST_DAY, FIRST_DAY = date(2026, 7, 31), date(2026, 8, 1)


def merged_register(first_day: date | None = FIRST_DAY, last_day: date = LAST_DAY) -> Register:
    """Communes C1 to C5 of the province P; C1 absorbed X on the first day of the month."""
    of_x = {"code": "X", "kind": "commune", "parent_code": "P", "valid_to": last_day}
    of_c1 = {"code": "C1", "kind": "commune", "parent_code": "P"}
    rows: list[Row] = [{"code": "P", "kind": "province"}]
    if first_day is None:
        rows.append(of_c1)
    else:
        rows += [
            {**of_x, "successor_code": "C1"},
            {**of_c1, "valid_to": last_day, "successor_code": "C1"},
            {**of_c1, "valid_from": first_day},
        ]
    rows += [{"code": f"C{n}", "kind": "commune", "parent_code": "P"} for n in range(2, 6)]
    named = [{"name_vi": f"Xã {row['code']}", **row} for row in rows]
    table = pl.DataFrame(named, schema=tables.AGENCIES.schema).sort("code", "valid_from")
    return Register(table, digest="0")


def ends(unit: str, month: str, on_time: int, of: int, **more: Any) -> list[Row]:
    counts = {
        "finished_early": on_time // 2,
        "finished_on_due_date": on_time - on_time // 2,
        "finished_overdue": of - on_time,
        "finished_without_due": 7,
        "open_overdue": 3,
    }
    given = {"month": month, **more}
    return [outcome(unit, name, count, **given) for name, count in counts.items()]


def steady(unit: str, on_time: int = 80, of: int = 100, months_back: int = 12) -> list[Row]:
    """Months before, in each of which as many ended on time."""
    return [row for month in BEFORE[-months_back:] for row in ends(unit, month, on_time, of)]


OTHERS = [
    row for unit in ("C2", "C3", "C4") for row in [*steady(unit), *ends(unit, MONTH, 80, 100)]
]
"""Three communes without a merger, of which 80 of 100 ended on time in every month."""
MERGED = [*steady("C1", 50, 60), *steady("X", 30, 40)]
"""C1 and X before the merger: together 80 of 100 in every month."""
IDLE_X = steady("X", 0, 0)
"""X with open dossiers and no end that has a due date."""


def jumped(*rows: Row, register: Register | None = None) -> dict[str, tuple[int, int]]:
    """By unit that a merger touched, its cases and among how many."""
    outcomes = pl.LazyFrame(list(rows), schema=tables.OUTCOMES.schema)
    scope = RankingScope(MONTH, METHOD, register or merged_register())
    pooling = Pooling.of(Tallies.of(outcomes=outcomes), MONTH, scope.register)
    found = jumps.find_jumps(outcomes, pooling, scope)
    return {
        unit: (cases, looked_at)
        for unit, cases, looked_at in found.filter("is_touched")
        .select("unit_code", "cases", "looked_at")
        .iter_rows()
    }


@pytest.mark.parametrize(
    ("on_time", "cases"),
    [
        # p = (95 + 80) / 200; 3 sqrt(p (1 - p) 2 / 100) = 0.1403, and 0.95 - 0.80 = 0.15.
        (95, 15),
        # p = 174 / 200: 0.1427, and 0.94 - 0.80 = 0.14.
        (94, 0),
        # p = 142 / 200: 0.1925; 0.80 - 0.62 = 0.18 and 0.80 - 0.59 = 0.21 of 0.1953.
        (62, 0),
        (59, 21),
    ],
)
def test_a_change_of_more_than_three_errors_is_a_jump(on_time: int, cases: int) -> None:
    # What the predecessors C1 and X had is added up.
    assert jumped(*MERGED, *ends("C1", MONTH, on_time, 100), *OTHERS) == {"C1": (cases, 100)}


@pytest.mark.parametrize(
    ("on_time", "cases"),
    [
        # All together rose by (70 + 0 + 0) / 1200 = 0.058, and 0.2 - 0.058 = 0.142.
        (870, 14),
        # Where they fell, no more than the unit's own change counts.
        (730, 20),
    ],
)
def test_the_change_of_units_without_a_merger_is_that_of_all_their_ends(
    on_time: int, cases: int
) -> None:
    others = [
        *(row for row in OTHERS if row["unit_code"] != "C4"),
        *steady("C4", 800, 1000),
        *ends("C4", MONTH, on_time, 1000),
    ]
    assert jumped(*MERGED, *ends("C1", MONTH, 100, 100), *others) == {"C1": (cases, 100)}


def test_what_units_without_a_merger_do_as_well_is_no_jump() -> None:
    others = [
        row for unit in ("C2", "C3", "C4") for row in [*steady(unit), *ends(unit, MONTH, 95, 100)]
    ]
    assert jumped(*MERGED, *ends("C1", MONTH, 99, 100), *others) == {"C1": (0, 100)}


def test_a_unit_that_always_varies_does_not_jump() -> None:
    # 65 and 95 of 100 in turn: steps of 0.3 are usual, and one of 0.29 is.
    varying = [
        row
        for number, month in enumerate(BEFORE)
        for row in ends("C1", month, 65 if number % 2 else 95, 100)
    ]
    now = [*IDLE_X, *ends("C1", MONTH, 94, 100), *OTHERS]
    assert jumped(*varying, *now) == {"C1": (0, 100)}
    assert jumped(*steady("C1", 65), *now) == {"C1": (29, 100)}


def test_a_share_that_comes_back_to_where_it_was_does_not_jump() -> None:
    # 80 of 100 in eleven months, 60 in the last one, then 80 again: all before are 940 of 1200.
    odd = [row for row in MERGED if row["month"] != BEFORE[-1]]
    last = [*ends("C1", BEFORE[-1], 40, 60), *ends("X", BEFORE[-1], 20, 40)]
    assert jumped(*odd, *last, *ends("C1", MONTH, 80, 100), *OTHERS) == {"C1": (0, 100)}
    # 99 of 100 are far from both.
    assert jumped(*odd, *last, *ends("C1", MONTH, 99, 100), *OTHERS) == {"C1": (39, 100)}


def test_up_from_the_month_before_and_down_from_all_before_is_no_jump() -> None:
    # 95 of 100 in eleven months, 30 in the last one, 60 now: +0.3, and 0.6 is far below 0.896.
    odd = [row for row in steady("C1", 95) if row["month"] != BEFORE[-1]]
    last = ends("C1", BEFORE[-1], 30, 100)
    now = [*IDLE_X, *ends("C1", MONTH, 60, 100), *OTHERS]
    assert jumped(*odd, *last, *now) == {"C1": (0, 100)}


@pytest.mark.parametrize(
    ("silent_months", "cases"),
    [
        # Nothing of X in the last month: 50 of 60 then, and 60 of 100 now, are other dossiers.
        (BEFORE[-1:], None),
        # Of six other months all is known, of five too little.
        (BEFORE[:6], 20),
        (BEFORE[:7], None),
    ],
)
def test_months_in_which_a_predecessor_sent_nothing_do_not_count(
    silent_months: list[str], cases: int | None
) -> None:
    rows = [row for row in MERGED if (row["unit_code"], row["month"]) not in silent(silent_months)]
    # Dossiers of X that are no longer seen do not come from X.
    unseen = [
        {**row, "outcome": "unseen", "dossiers": 9} for row in ends("X", silent_months[-1], 0, 0)
    ]
    found = jumped(*rows, *unseen, *ends("C1", MONTH, 60, 100), *OTHERS)
    assert found == ({} if cases is None else {"C1": (cases, 100)})


def silent(some_months: list[str]) -> set[tuple[str, str]]:
    return {("X", month) for month in some_months}


@pytest.mark.parametrize("month", [BEFORE[-1], MONTH])
def test_without_one_of_the_senders_of_a_unit_nothing_can_be_said(month: str) -> None:
    of_two = [
        row
        for each in [*BEFORE, MONTH]
        for row in ends("C1", each, 30, 40, sender_code="M")
        if each != month
    ]
    now = [*ends("C1", MONTH, 30, 60), *OTHERS]
    assert jumped(*MERGED, *of_two, *now) == {}
    # M sent in that month, though of another unit.
    other = ends("C5", month, 30, 40, sender_code="M")
    assert set(jumped(*MERGED, *of_two, *other, *now)) == {"C1"}


@pytest.mark.parametrize(
    ("months_back", "is_known"), [(jumps.LEAST_MONTHS, True), (jumps.LEAST_MONTHS - 1, False)]
)
def test_how_a_unit_varies_is_known_from_six_months(months_back: int, is_known: bool) -> None:
    before = [*IDLE_X, *steady("C1", months_back=months_back)]
    assert bool(jumped(*before, *ends("C1", MONTH, 99, 100), *OTHERS)) == is_known


@pytest.mark.parametrize("few", [0, 1])
def test_both_months_need_ends(few: int) -> None:
    least = jumps.LEAST_ENDS - few
    known = {} if few else {"C1": (0, least)}
    assert jumped(*MERGED, *ends("C1", MONTH, least, least), *OTHERS) == known
    before = [*IDLE_X, *steady("C1", least, least)]
    assert bool(jumped(*before, *ends("C1", MONTH, 99, 100), *OTHERS)) == (not few)


def test_without_the_month_before_nothing_can_be_said() -> None:
    earlier = [row for row in MERGED if row["month"] != BEFORE[-1]]
    assert jumped(*earlier, *ends("C1", MONTH, 99, 100), *OTHERS) == {}


def test_fewer_than_three_units_without_a_merger_compare_nothing() -> None:
    two = [row for row in OTHERS if row["unit_code"] != "C4"]
    assert jumped(*MERGED, *ends("C1", MONTH, 99, 100), *two) == {}


@pytest.mark.parametrize(
    "register",
    [
        merged_register(None),
        merged_register(date(2026, 7, 1), date(2026, 6, 30)),
        merged_register(date(2026, 9, 1), date(2026, 8, 31)),
        # A merger within the month: the month has dossiers of before and after it.
        merged_register(date(2026, 8, 20), date(2026, 8, 19)),
    ],
)
def test_only_the_month_that_begins_with_a_merger_is_looked_at(register: Register) -> None:
    rows = [*MERGED, *ends("X", MONTH, 0, 0), *ends("C1", MONTH, 99, 100), *OTHERS]
    assert jumped(*rows, register=register) == {}


def test_a_jump_stands_out_beside_the_units_without_a_merger() -> None:
    outcomes = [*MERGED, *ends("C1", MONTH, 99, 100), *OTHERS]
    tallies = Tallies.of(outcomes=pl.LazyFrame(outcomes, schema=tables.OUTCOMES.schema))
    scope = RankingScope(MONTH, METHOD, merged_register())
    table = findings.compute(tallies, tables.INDICES.empty(), scope)
    (row,) = table.filter(finding=jumps.AT_MERGER).iter_rows(named=True)
    assert (row["unit_code"], row["count"], row["denominator"]) == ("C1", 19, 100)
    assert (row["peers_median"], row["compared_units"], row["stands_out"]) == (0.0, 3, True)
    assert row["since_month"] is None


# ---- A new version of a method


def versions(grain: str, since: date = FIRST_DAY) -> Methods:
    """A scorecard whose second version reads due dates by `grain`, the first to the instant."""
    first = methods.load_all(None).scorecards[0].model_copy(update={"valid_from": None})
    return Methods.of(
        [METHOD],
        [
            first.model_copy(update={"valid_to": since - timedelta(days=1)}),
            first.model_copy(update={"valid_from": since, "deadline_grain": grain}),
        ],
    )


def otherwise(known: Methods, *rows: Row) -> dict[str, tuple[int, int]]:
    """By unit, the cases and among how many; C1 to C5 are communes of P."""
    outcomes = pl.LazyFrame(list(rows), schema=tables.OUTCOMES.schema)
    by_rules = jumps.count_by_rules(outcomes, known, MONTH)
    scope = RankingScope(MONTH, METHOD, merged_register(None))
    table = findings.compute(
        Tallies.of(outcomes=outcomes), tables.INDICES.empty(), scope, by_rules
    ).filter(finding=jumps.BY_NEW_RULE)
    return {row["unit_code"]: (row["count"], row["denominator"]) for row in table.to_dicts()}


def index_versions(grain: str) -> Methods:
    """Our own index, whose second version reads due dates by `grain`."""
    first = METHOD.model_copy(update={"deadline_grain": "instant", "valid_from": None})
    changed = {"valid_from": FIRST_DAY, "deadline_grain": grain, "version": "9.0.0"}
    later = first.model_copy(update=changed)
    return Methods.of([first, later], [])


BOTH = [
    *ends("C1", MONTH, 70, 100, deadline_rule="as_sent/instant"),
    *ends("C1", MONTH, 85, 100, deadline_rule="as_sent/day"),
    *ends("C2", MONTH, 70, 100, deadline_rule="as_sent/instant"),
    *ends("C2", MONTH, 70, 100, deadline_rule="as_sent/day"),
]


def test_what_a_new_rule_judges_otherwise_is_counted_on_the_same_dossiers() -> None:
    expected = {"C1": (15, 100), "C2": (0, 100), "P": (15, 200)}
    assert otherwise(versions("day"), *BOTH) == expected
    assert otherwise(index_versions("day"), *BOTH) == expected


def test_a_method_without_a_version_in_the_month_before_changes_nothing() -> None:
    first = METHOD.model_copy(update={"valid_from": FIRST_DAY})
    assert otherwise(Methods.of([first], []), *BOTH) == {}


def test_a_parent_has_the_difference_of_the_sums_below_it() -> None:
    other_way = [
        *ends("C2", MONTH, 85, 100, deadline_rule="as_sent/instant"),
        *ends("C2", MONTH, 70, 100, deadline_rule="as_sent/day"),
    ]
    of_c1 = [row for row in BOTH if row["unit_code"] == "C1"]
    # 70 + 85 by either rule.
    found = otherwise(versions("day"), *of_c1, *other_way)
    assert found == {"C1": (15, 100), "C2": (15, 100), "P": (0, 200)}


def test_of_several_methods_the_largest_difference_of_a_unit_counts() -> None:
    columns = {"rules": "a b", "on_time_before": 70, "on_time": 85, "ends": 100}
    rows = [
        {"unit_code": "C1"} | columns,
        {"unit_code": "C2"} | columns | {"on_time": 60},
        {"unit_code": "C1"} | columns | {"rules": "a c", "on_time": 65},
        {"unit_code": "C2"} | columns | {"rules": "a c", "on_time": 66},
    ]
    members = pl.DataFrame({"unit_code": ["C1", "C2"] * 2, "pooled_code": ["C1", "C2", "P", "P"]})
    found = jumps.count_judged_otherwise(pl.DataFrame(rows), Pools(members, members))
    # Of P it is 15 - 10 = 5 by one method, and -5 - 4 = -9 by the other.
    cases = dict(found.select("unit_code", "cases").iter_rows())
    assert cases == {"C1": 15, "C2": 10, "P": 9}


@pytest.mark.parametrize(
    "known",
    [
        versions("instant"),
        versions("day", date(2026, 7, 1)),
        versions("day", date(2026, 9, 1)),
        methods.load_all(None),
    ],
)
def test_without_another_rule_from_this_month_on_nothing_is_looked_at(known: Methods) -> None:
    assert otherwise(known, *BOTH) == {}
