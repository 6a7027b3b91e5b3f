"""Series over changes of territory: as published beside restated, worked by hand."""

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

from pipeline import agencies, indices, methods, tables
from pipeline.agencies import Register
from pipeline.indices import dossiers, series
from pipeline.indices.scope import IndexScope
from pipeline.methods import Method
from pipeline.tallies.pooling import Pooling

from .conftest import Cell, Counts, Value

BAC_GIANG, BAC_NINH, HA_NOI = "H02", "H05", "H26"
JUNE, JULY = "2025-06", "2025-07"
LAST_OF_JUNE, FIRST_OF_JULY = date(2025, 6, 30), date(2025, 7, 1)

Found = pl.DataFrame


def add_finished(
    counts: Counts, unit: str, month: str, on_time: int, all_: int, **more: Value
) -> None:
    place: Cell = {"unit_code": unit, "sender_code": unit, "month": month}
    counts.outcome("finished_early", on_time, **place | more)
    counts.outcome("finished_overdue", all_ - on_time, **place | more)


def counts_of_merger(counts: type[Counts]) -> Counts:
    """Bắc Giang and Bắc Ninh in June, Bắc Ninh of both territories in July; Hà Nội beside them."""
    made = counts()
    add_finished(made, BAC_GIANG, JUNE, 80, 100)
    add_finished(made, BAC_NINH, JUNE, 45, 50)
    add_finished(made, BAC_NINH, JULY, 120, 160)
    add_finished(made, HA_NOI, JUNE, 9, 10)
    add_finished(made, HA_NOI, JULY, 8, 10)
    return made


def points(
    found: Found, unit: str, basis: str, indicator: str = "on_time_of_finished"
) -> list[tuple[Any, ...]]:
    """(series_month, value, numerator, denominator, is_break) of a unit on a basis."""
    of = found.filter(unit_code=unit, basis=basis, indicator=indicator)
    return of.select("series_month", "value", "numerator", "denominator", "is_break").rows()


def register_of(*rows: dict[str, Any]) -> Register:
    given = [{"name_vi": row["code"], "kind": "other"} | row for row in rows]
    schema = {name: tables.AGENCIES.schema[name] for name in {k for row in given for k in row}}
    return Register(tables.AGENCIES.conform(pl.DataFrame(given, schema=schema)), digest="0")


@pytest.fixture(scope="module")
def found_after(counts: type[Counts], method: Method) -> Found:
    return series.compute(counts_of_merger(counts).tallies(), JULY, agencies.load(None), method)


def test_as_published_a_code_is_the_territory_of_each_month_and_its_merger_a_break(
    found_after: Found,
) -> None:
    assert points(found_after, BAC_NINH, "as_published") == [
        (JUNE, 45 / 50, 45, 50, 0),
        (JULY, 120 / 160, 120, 160, 1),
    ]


def test_as_published_an_absorbed_province_ends(found_after: Found) -> None:
    assert points(found_after, BAC_GIANG, "as_published") == [(JUNE, 80 / 100, 80, 100, 0)]


def test_restated_the_counts_of_the_predecessors_are_pooled(found_after: Found) -> None:
    assert points(found_after, BAC_NINH, "restated") == [
        (JUNE, round((80 + 45) / (100 + 50), 6), 80 + 45, 100 + 50, 0),
        (JULY, 120 / 160, 120, 160, 0),
    ]
    assert points(found_after, BAC_GIANG, "restated") == []


def test_a_province_that_nothing_happened_to_is_the_same_on_both_bases(found_after: Found) -> None:
    expected = [(JUNE, 9 / 10, 9, 10, 0), (JULY, 8 / 10, 8, 10, 0)]
    assert points(found_after, HA_NOI, "as_published") == expected
    assert points(found_after, HA_NOI, "restated") == expected


def test_the_edition_before_the_merger_knows_two_provinces(
    counts: type[Counts], method: Method
) -> None:
    found = series.compute(counts_of_merger(counts).tallies(), JUNE, agencies.load(None), method)
    for basis in tables.BASES:
        assert points(found, BAC_GIANG, basis) == [(JUNE, 80 / 100, 80, 100, 0)]
        assert points(found, BAC_NINH, basis) == [(JUNE, 45 / 50, 45, 50, 0)]


def test_ministries_merge_as_provinces_do_and_a_new_name_is_no_break(
    counts: type[Counts], method: Method
) -> None:
    made = counts()
    add_finished(made, "G04", "2025-02", 10, 20)  # Giao thông vận tải, absorbed
    add_finished(made, "G17", "2025-02", 30, 30)  # Xây dựng
    add_finished(made, "G17", "2025-03", 33, 44)
    add_finished(made, "G21", "2025-02", 3, 4)  # Ủy ban Dân tộc, a ministry since
    add_finished(made, "G21", "2025-03", 4, 4)
    found = series.compute(made.tallies(), "2025-03", agencies.load(None), method)
    published = [("2025-02", 1.0, 30, 30, 0), ("2025-03", 33 / 44, 33, 44, 1)]
    assert points(found, "G17", "as_published") == published
    assert points(found, "G17", "restated")[0] == ("2025-02", (10 + 30) / 50, 40, 50, 0)
    assert [point[-1] for point in points(found, "G21", "as_published")] == [0, 0]


def test_a_break_is_marked_in_the_first_month_that_has_data(
    counts: type[Counts], method: Method
) -> None:
    made = counts_of_merger(counts)
    late = counts()
    late.cells["outcomes"] = [
        cell
        for cell in made.cells["outcomes"]
        if (cell["unit_code"], cell["month"]) != (BAC_NINH, JULY)
    ]
    add_finished(late, BAC_NINH, "2025-09", 1, 2)
    add_finished(late, BAC_NINH, "2025-10", 1, 2)
    found = series.compute(late.tallies(), "2025-10", agencies.load(None), method)
    marked = [(point[0], point[-1]) for point in points(found, BAC_NINH, "as_published")]
    assert marked == [(JUNE, 0), ("2025-09", 1), ("2025-10", 0)]


def test_a_series_goes_back_so_many_months_and_no_further(
    counts: type[Counts], method: Method
) -> None:
    made = counts()
    for month in ("2025-01", "2025-02", "2025-03"):
        add_finished(made, HA_NOI, month, 1, 2)
    register = agencies.load(None)
    for back, first in ((2, "2025-01"), (1, "2025-02"), (0, "2025-03")):
        found = series.compute(made.tallies(), "2025-03", register, method, months_back=back)
        assert found["series_month"].min() == first
        assert found["month"].unique().to_list() == ["2025-03"]


def test_later_months_change_nothing(counts: type[Counts], method: Method) -> None:
    made, more = counts_of_merger(counts), counts_of_merger(counts)
    add_finished(more, BAC_NINH, "2025-08", 1, 9)
    register = agencies.load(None)
    first, second = (series.compute(c.tallies(), JULY, register, method) for c in (made, more))
    assert first.equals(second)


def test_every_month_as_published_is_what_its_edition_publishes(
    counts: type[Counts], method: Method
) -> None:
    made = counts_of_merger(counts)
    made.on_time(31, month="2025-05", due_month=JUNE, unit_code=HA_NOI, sender_code=HA_NOI)
    made.late(29, month=JUNE, due_month=JUNE, unit_code=HA_NOI, sender_code=HA_NOI)
    made.answers("overall", {5: 29, 4: 11, 2: 7}, month=JUNE, unit_code=HA_NOI)
    made.respondents(47, month=JUNE, unit_code=HA_NOI)
    made.answers("overall", {5: 28, 2: 1}, month=JULY, unit_code=HA_NOI)
    made.respondents(29, month=JULY, unit_code=HA_NOI)
    made.figure("open_not_overdue", 77, 99, month=JUNE, unit_code="H14", sender_code="H14")
    register, tallies = agencies.load(None), made.tallies()
    found = series.compute(tallies, JULY, register, method).filter(basis="as_published")
    columns = ("unit_code", "indicator", "value", "numerator", "denominator")
    for month in (JUNE, JULY):
        edition = indices.compute(tallies, month, method, register).filter(
            pl.col("indicator").is_in(found["indicator"].unique().implode()),
            pl.col("denominator") > 0,
        )
        assert edition["indicator"].n_unique() >= 3
        assert found.filter(series_month=month).select(columns).equals(edition.select(columns))


def test_what_an_absorbed_province_ended_early_counts_for_its_successor_when_it_is_due(
    counts: type[Counts], method: Method
) -> None:
    made = counts_of_merger(counts)
    due = {"due_month": JULY, "verdict": "on_time"}
    place = {"month": JUNE, "unit_code": BAC_GIANG, "sender_code": BAC_GIANG}
    made.outcome("finished_early", 30, **place, **due)
    made.late(10, month=JULY, due_month=JULY, unit_code=BAC_NINH, sender_code=BAC_NINH)
    register, tallies = agencies.load(None), made.tallies()
    edition = indices.compute(tallies, JULY, method, register)
    row = edition.filter(unit_code=BAC_NINH, indicator="due_on_time").row(0, named=True)
    assert (row["numerator"], row["denominator"]) == (30, 30 + 10)
    assert edition.filter(unit_code=BAC_GIANG).is_empty()
    found = series.compute(tallies, JULY, register, method)
    for basis in tables.BASES:
        assert points(found, BAC_NINH, basis, "due_on_time")[-1][1:4] == (30 / 40, 30, 40)


def test_an_abolished_district_stays_in_its_province(counts: type[Counts], method: Method) -> None:
    register = register_of(
        {"code": "P"},
        {"code": "P.D", "parent_code": "P", "valid_to": LAST_OF_JUNE},
        {"code": "P.C", "parent_code": "P.D", "valid_to": LAST_OF_JUNE},
        {"code": "P.C", "parent_code": "P", "valid_from": FIRST_OF_JULY},
    )
    made = counts()
    add_finished(made, "P.D", JUNE, 3, 4, sender_code="P")
    add_finished(made, "P.C", JUNE, 5, 8, sender_code="P")
    add_finished(made, "P.C", JULY, 6, 8, sender_code="P")
    found = series.compute(made.tallies(), JULY, register, method)
    assert points(found, "P", "restated")[0] == (JUNE, round(8 / 12, 6), 3 + 5, 4 + 8, 0)
    assert points(found, "P.D", "as_published") == [(JUNE, round(8 / 12, 6), 8, 12, 0)]
    assert points(found, "P.D", "restated") == []
    assert points(found, "P.C", "restated")[0] == (JUNE, 5 / 8, 5, 8, 0)


def test_a_unit_that_moved_is_counted_under_its_parent_of_today(
    counts: type[Counts], method: Method
) -> None:
    register = register_of(
        {"code": "P"},
        {"code": "Q"},
        {"code": "U", "parent_code": "P", "valid_to": LAST_OF_JUNE},
        {"code": "U", "parent_code": "Q", "valid_from": FIRST_OF_JULY},
    )
    made = counts()
    add_finished(made, "P", JUNE, 1, 2)
    add_finished(made, "U", JUNE, 5, 8, sender_code="P")
    add_finished(made, "Q", JUNE, 3, 3)
    found = series.compute(made.tallies(), JULY, register, method)
    published = {code: points(found, code, "as_published")[0][2:4] for code in ("P", "Q")}
    restated = {code: points(found, code, "restated")[0][2:4] for code in ("P", "Q")}
    assert published == {"P": (1 + 5, 2 + 8), "Q": (3, 3)}
    assert restated == {"P": (1, 2), "Q": (3 + 5, 3 + 8)}


def test_a_district_that_its_province_took_over_is_not_counted_twice(
    counts: type[Counts], method: Method
) -> None:
    district = {"code": "D", "parent_code": "P", "valid_to": LAST_OF_JUNE, "successor_code": "P"}
    made = counts()
    add_finished(made, "P", JUNE, 1, 2)
    add_finished(made, "D", JUNE, 5, 8, sender_code="P")
    found = series.compute(made.tallies(), JULY, register_of({"code": "P"}, district), method)
    assert points(found, "P", "restated") == [(JUNE, 6 / 10, 1 + 5, 2 + 8, 0)]


def test_figures_of_predecessors_are_pooled_with_records_and_totals(
    counts: type[Counts], method: Method
) -> None:
    made = counts()
    add_finished(made, BAC_NINH, JUNE, 45, 50)
    made.figure("on_time_of_finished", 80, 100, month=JUNE, unit_code=BAC_GIANG)
    made.figure("open_not_overdue", 10, 20, month=JUNE, unit_code=BAC_GIANG)
    found = series.compute(made.tallies(), JULY, agencies.load(None), method)
    assert points(found, BAC_NINH, "restated")[0][2:4] == (80 + 45, 100 + 50)
    assert points(found, BAC_NINH, "restated", "open_not_overdue")[0][2:4] == (10, 20)


def test_an_absorbed_total_is_added_to_the_successors_own_and_not_to_its_parts(
    counts: type[Counts], method: Method
) -> None:
    register = register_of(
        {"code": "A", "valid_to": LAST_OF_JUNE, "successor_code": "B"},
        {"code": "A.1", "parent_code": "A", "valid_to": LAST_OF_JUNE, "successor_code": "B.1"},
        {"code": "B"},
        {"code": "B.1", "parent_code": "B"},
    )
    made = counts()
    for unit, on_time, all_ in (("A", 10, 20), ("A.1", 9, 9), ("B", 5, 7), ("B.1", 4, 4)):
        made.figure("on_time_of_finished", on_time, all_, month=JUNE, unit_code=unit)
    found = series.compute(made.tallies(), JULY, register, method)
    assert points(found, "B", "restated")[0][2:4] == (10 + 5, 20 + 7)
    assert points(found, "B.1", "restated")[0][2:4] == (9 + 4, 9 + 4)


def test_satisfied_answers_of_predecessors_are_pooled(counts: type[Counts], method: Method) -> None:
    made = counts()
    for unit, satisfied, others in ((BAC_GIANG, 20, 20), (BAC_NINH, 30, 10)):
        made.answers("overall", {5: satisfied, 1: others}, month=JUNE, unit_code=unit)
        made.respondents(satisfied + others, month=JUNE, unit_code=unit)
    found = series.compute(made.tallies(), JULY, agencies.load(None), method)
    restated = points(found, BAC_NINH, "restated", "satisfied_share")
    assert restated == [(JUNE, 50 / 80, 50, 80, 0)]


@pytest.mark.parametrize(("respondents", "value"), [(29, None), (30, 1.0)])
def test_a_share_of_too_few_respondents_is_empty(
    counts: type[Counts], method: Method, respondents: int, value: float | None
) -> None:
    made = counts().answers("overall", {5: respondents}, month=JUNE, unit_code=HA_NOI)
    made.respondents(respondents, month=JUNE, unit_code=HA_NOI)
    found = series.compute(made.tallies(), JUNE, agencies.load(None), method)
    assert points(found, HA_NOI, "as_published", "satisfied_share")[0][1] == value


def test_another_scale_of_ratings_is_a_break_on_either_basis(
    counts: type[Counts], method: Method
) -> None:
    made = counts()
    scales = {"2026-05": "five", "2026-06": "five", "2026-07": "three"}
    for month, scale in scales.items():
        more = {"month": month, "dossier_month": month, "sender_code": HA_NOI, "unit_code": HA_NOI}
        made.answers("overall", {3: 40}, scale=scale, **more)
        made.respondents(40, scale=scale, **more)
    found = series.compute(made.tallies(), "2026-07", agencies.load(None), method)
    for basis in tables.BASES:
        marked = points(found, HA_NOI, basis, "satisfied_share")
        assert {month: is_break for month, *_, is_break in marked} == {
            "2026-05": False,
            "2026-06": False,
            "2026-07": True,
        }


def test_nothing_sent_gives_no_series(counts: type[Counts], method: Method) -> None:
    found = series.compute(counts().tallies(), JULY, agencies.load(None), method)
    assert found.is_empty()
    assert found.schema == tables.SERIES.schema


def test_the_order_of_cells_does_not_matter(counts: type[Counts], method: Method) -> None:
    register = agencies.load(None)

    def computed(order: Callable[[list[Cell]], list[Cell]]) -> Found:
        return series.compute(counts_of_merger(counts).tallies(order), JULY, register, method)

    assert computed(list).equals(computed(lambda cells: cells[::-1]))


def history(
    made: Counts, unit: str, register: Register, month: str, method: Method
) -> list[tuple[Any, ...]]:
    tallies = made.tallies()
    scope = IndexScope(method, Pooling.of(tallies, month, register))
    of_dossiers = dossiers.monthly_counts(tallies.outcomes, scope)
    found = series.monthly_counts(tallies.figures, of_dossiers, scope)
    assert found.columns == ["unit_code", "indicator", "series_month", "numerator", "denominator"]
    of = found.filter(unit_code=unit, indicator="on_time_of_finished")
    return of.select("series_month", "numerator", "denominator").rows()


@pytest.mark.parametrize(
    ("unit", "month", "expected"),
    [
        (BAC_NINH, JUNE, [(JUNE, 45, 50)]),
        (BAC_NINH, JULY, [(JULY, 120, 160)]),
        (BAC_GIANG, JUNE, [(JUNE, 80, 100)]),
        (HA_NOI, JULY, [(JUNE, 9, 10), (JULY, 8, 10)]),
    ],
)
def test_a_units_history_begins_anew_with_its_territory(
    counts: type[Counts],
    method: Method,
    unit: str,
    month: str,
    expected: list[tuple[str, int, int]],
) -> None:
    assert history(counts_of_merger(counts), unit, agencies.load(None), month, method) == expected


def test_a_new_name_does_not_end_a_history(counts: type[Counts], method: Method) -> None:
    made = counts()
    add_finished(made, "H57", "2024-12", 3, 4)
    add_finished(made, "H57", "2025-01", 4, 4)
    found = history(made, "H57", agencies.load(None), "2025-01", method)
    assert found == [("2024-12", 3, 4), ("2025-01", 4, 4)]


def test_indicators_that_the_method_lacks_have_no_series(counts: type[Counts]) -> None:
    whole = methods.load()
    listed = tuple(i for i in whole.indicators if i.name != "on_time_of_finished")
    method = whole.model_copy(update={"indicators": listed})
    found = series.compute(counts_of_merger(counts).tallies(), JULY, agencies.load(None), method)
    assert found["indicator"].unique().to_list() == ["on_time_766"]
