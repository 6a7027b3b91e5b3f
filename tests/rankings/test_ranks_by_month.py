"""The ranks of the last months: of which leagues, and where they break."""

from dataclasses import replace
from datetime import date

import polars as pl

from pipeline import methods, rankings, tables
from pipeline.agencies import Register
from pipeline.agencies import load as load_register
from pipeline.methods import Methods
from pipeline.rankings import RankingScope, ranks_by_month
from pipeline.tables.comparisons import RANKS_BY_MONTH
from pipeline.tallies import Tallies

from .conftest import MONTH, Rows, frame_of, register_of

METHOD = methods.load()
BEFORE = "2026-07"


def scope_of(register: Register, month: str = MONTH) -> RankingScope:
    return RankingScope(month, METHOD, register)


def ranks(*units: tuple[str, int | None], league: str = "commune:P") -> pl.DataFrame:
    """Ranks of units by the share on time, each a set of its own."""
    rows = [
        {
            "league": league,
            "indicator": "due_on_time",
            "unit_code": unit,
            "rank": rank,
            "rank_lower": rank,
            "rank_upper": rank,
            "note": None if rank else "no_export",
        }
        for unit, rank in units
    ]
    schema = {name: tables.RANKINGS.schema[name] for name in ranks_by_month.RANKS}
    return pl.DataFrame(rows, schema=schema)


def read(table: pl.DataFrame, unit: str, column: str) -> dict[str, object]:
    return dict(table.filter(unit_code=unit).select("series_month", column).iter_rows())


def test_top_leagues_are_those_of_the_highest_level_at_which_two_units_are_ranked() -> None:
    register = load_register(None)
    scope = scope_of(register)
    units = register.at(MONTH).filter(kind="province")["code"].to_list()[:3]
    departments = [("H26.01", 1), ("H26.02", 2)]
    below = ranks(*departments, league="department:H26")
    own = register.table.vstack(
        tables.AGENCIES.conform(
            pl.DataFrame(
                {
                    "code": [code for code, _ in departments],
                    "name_vi": ["Sở A", "Sở B"],
                    "kind": ["department"] * 2,
                    "parent_code": ["H26"] * 2,
                }
            )
        )
    )
    scope = replace(scope, register=Register(own, digest="0"))
    above = ranks(*((unit, place) for place, unit in enumerate(units, 1)), league="province")
    alone = ranks((units[0], None), (units[1], None), league="province")
    assert ranks_by_month.list_top_leagues(pl.concat([above, below]), scope) == ["province"]
    assert ranks_by_month.list_top_leagues(pl.concat([alone, below]), scope) == ["department:H26"]
    assert ranks_by_month.list_top_leagues(alone, scope) == []


def test_units_that_share_the_first_place_are_two_ranked_units() -> None:
    tied = ranks(("C1", 1), ("C2", 1))
    assert ranks_by_month.list_top_leagues(tied, scope_of(register_of(2))) == ["commune:P"]


def test_the_ranks_of_some_leagues_are_those_of_the_whole_ranking(rows: Rows) -> None:
    register = register_of(4)
    scope = scope_of(register)
    numbers = [(90, 100), (80, 100), (85, 90), (10, 12)]
    found = [rows["share"](f"C{n}", *pair) for n, pair in enumerate(numbers, 1)]
    found += [rows["points"](f"C{n}", 80.0 + n) for n in range(1, 5)]
    indices = frame_of(found, tables.INDICES)
    deliveries = tables.DELIVERED.empty()
    whole = rankings.compute(indices, None, Tallies.of(), deliveries, scope)
    some = ranks_by_month.rank_leagues(indices, Tallies.of(), deliveries, scope, ["commune:P"])
    keys = ["league", "indicator", "unit_code"]
    assert whole.select(ranks_by_month.RANKS).sort(keys).equals(some.sort(keys))
    assert some["rank"].count() > 4
    none = ranks_by_month.rank_leagues(indices, Tallies.of(), deliveries, scope, [])
    assert none.is_empty()


def test_a_row_is_a_unit_and_month_with_the_number_of_units_that_had_a_rank() -> None:
    known = {
        BEFORE: ranks(("C1", 1), ("C2", 2), ("C3", None)),
        MONTH: ranks(("C1", 2), ("C2", 1), ("C3", 3)),
    }
    table = ranks_by_month.compute(known, Methods((METHOD,)), scope_of(register_of(3)))
    assert table.columns == RANKS_BY_MONTH.names
    assert read(table, "C1", "rank") == {BEFORE: 1, MONTH: 2}
    assert read(table, "C3", "rank") == {BEFORE: None, MONTH: 3}
    assert read(table, "C3", "note") == {BEFORE: "no_export", MONTH: None}
    assert read(table, "C1", "ranked_units") == {BEFORE: 2, MONTH: 3}
    assert set(table["month"]) == {MONTH}
    assert set(table["method_version"]) == {METHOD.version}
    assert not table["is_break"].any()


def test_ranks_break_for_the_whole_league_where_a_unit_has_another_territory() -> None:
    register = load_register(None)
    renewed = register.new_territories.filter(month="2025-07")["code"].to_list()
    unit = next(
        code
        for code in register.at("2025-07").filter(kind="province")["code"]
        if code not in renewed
    )
    months = ("2025-05", "2025-06", "2025-07", "2025-08")
    known = {month: ranks((unit, 1), (renewed[0], 2), league="province") for month in months}
    scope = scope_of(register, "2025-08")
    table = ranks_by_month.compute(known, Methods((METHOD,)), scope)
    assert read(table, unit, "is_break") == {month: month == "2025-07" for month in months}
    # A month that is missing does not hide the change.
    del known["2025-07"]
    table = ranks_by_month.compute(known, Methods((METHOD,)), scope)
    assert read(table, unit, "is_break") == {
        "2025-05": False, "2025-06": False, "2025-08": True,
    }  # fmt: skip


def test_ranks_break_where_the_method_has_another_version() -> None:
    (scored, *_) = methods.load_all().scorecards
    unlimited = scored.model_copy(update={"valid_from": None, "valid_to": None})
    first = unlimited.model_copy(update={"version": "1.0", "valid_to": date(2026, 7, 31)})
    second = unlimited.model_copy(update={"version": "2.0", "valid_from": date(2026, 8, 1)})
    name = scored.indicators[0].name
    rows = {
        month: ranks(("C1", 1), ("C2", 2)).with_columns(indicator=pl.lit(name))
        for month in (BEFORE, MONTH)
    }
    both = Methods.of([METHOD], (first, second))
    table = ranks_by_month.compute(rows, both, scope_of(register_of(2)))
    assert read(table, "C1", "method_version") == {BEFORE: "1.0", MONTH: "2.0"}
    assert read(table, "C1", "is_break") == {BEFORE: False, MONTH: True}


def test_without_any_rank_there_is_no_row() -> None:
    for known in ({}, {MONTH: ranks()}):
        table = ranks_by_month.compute(known, Methods((METHOD,)), scope_of(register_of(2)))
        assert table.is_empty()
        assert table.columns == RANKS_BY_MONTH.names
