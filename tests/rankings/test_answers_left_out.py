"""The satisfied share and the index of a unit without the answers that findings mark."""

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from pipeline import agencies, methods, tables
from pipeline.agencies import Register
from pipeline.rankings import unmarked
from pipeline.rankings.scope import RankingScope
from pipeline.tables.represented import UNMARKED
from pipeline.tallies import Tallies

MONTH = "2026-10"
METHOD = methods.load()
SCOPE = RankingScope(MONTH, METHOD, agencies.load(None))
MILLION = 1_000_000
Marked = tuple[int, int]
"""Of the answers that are marked: how many are satisfied, how many are not."""


Counts = dict[tuple[str, int | None], int]
"""How many respondents by question and answer, each with one answer."""


def cells(unit: str, counts: Counts, largest: int = 1) -> list[dict[str, Any]]:
    """Cells of a unit; of one respondent's answers `largest` are in each cell."""
    return [
        {
            "month": MONTH,
            "sender_code": unit,
            "sha256": "f",
            "unit_code": unit,
            "scale": "five",
            "question": question,
            "answer": answer,
            "mode": "other",
            "respondents": count,
            "weight_millionths": count * MILLION,
            "weight_squared_trillionths": count * MILLION**2,
            "largest_millionths": largest * MILLION,
        }
        for (question, answer), count in counts.items()
        if count
    ]


def of_overall(of_all: Marked, once: tuple[str, None]) -> Counts:
    return {once: sum(of_all), ("overall", 5): of_all[0], ("overall", 1): of_all[1]}


def tallies_of(units: dict[str, tuple[Marked, Marked]]) -> Tallies:
    """By unit: its satisfied and not satisfied answers, and those of them that are marked."""
    return tallies_of_cells(
        [
            cell
            for unit, (of_all, _) in units.items()
            for cell in cells(unit, of_overall(of_all, ("any", None)))
        ],
        [
            cell
            for unit, (_, of_marked) in units.items()
            for cell in cells(unit, of_overall(of_marked, ("overall", None)))
        ],
    )


def tallies_of_cells(answers: list[dict[str, Any]], marked: list[dict[str, Any]]) -> Tallies:
    schema = dict(tables.ANSWERS.schema) | {"largest_millionths": pl.Int64}
    return Tallies.of(
        answers=tables.ANSWERS.conform(pl.DataFrame(answers, schema=schema)).lazy(),
        marked=tables.MARKED.conform(pl.DataFrame(marked, schema=schema)).lazy(),
    )


def published(
    units: dict[str, tuple[Marked, Marked]], hidden: frozenset[str] = frozenset()
) -> pl.DataFrame:
    """The month's indices: a processing-time index of 80 everywhere."""
    rows = []
    for unit, ((yes, no), _) in units.items():
        index = round(100 * yes / (yes + no), 2)
        values = {
            "satisfied_share": yes / (yes + no),
            "satisfaction_index": index,
            "processing_time_index": 80.0,
            "reform_performance_index": 0.5 * 80 + 0.5 * index,
        }
        rows += [
            {
                "month": MONTH,
                "unit_code": unit,
                "indicator": name,
                "value": None if unit in hidden else value,
                "denominator": float(yes + no),
                "scale": "five:overall",
            }
            for name, value in values.items()
        ]
    return pl.DataFrame(rows, schema=tables.INDICES.schema)


def compute(
    units: dict[str, tuple[Marked, Marked]],
    indices: pl.DataFrame | None = None,
    scope: RankingScope = SCOPE,
    tallies: Tallies | None = None,
) -> pl.DataFrame:
    ranked = pl.DataFrame({"unit_code": list(units)}).with_columns(
        league=pl.lit("province"), indicator=pl.lit("reform_performance_index")
    )
    known = published(units) if indices is None else indices
    table = unmarked.compute(tallies or tallies_of(units), known, ranked, scope)
    assert table.schema == UNMARKED.schema
    return table


LOUD = {"H26": ((80, 20), (50, 0)), "H29": ((70, 30), (0, 0))}
"""Of the first unit 50 of 80 satisfied answers are marked; of the second none."""


def test_a_unit_is_shown_without_its_marked_answers_beside_its_index() -> None:
    [row] = compute(LOUD).rows(named=True)
    assert row["unit_code"] == "H26"
    assert (row["share"], row["unmarked_share"]) == (0.8, (80 - 50) / (100 - 50))
    assert row["marked_share"] == 50 / 100
    assert (row["value"], row["unmarked_value"]) == (0.5 * 80 + 0.5 * 80, 0.5 * 80 + 0.5 * 60)
    # The other unit keeps 0.5 x 80 + 0.5 x 70.
    assert (row["rank"], row["unmarked_rank"]) == (1, 2)


@pytest.mark.parametrize(("people", "is_shown"), [(5, True), (4, False)])
def test_fewer_respondents_than_may_be_told_of_are_not(people: int, is_shown: bool) -> None:
    assert METHOD.minimum_published_respondents == 5
    assert compute({"H26": ((80, 20), (people, 0))}).height == is_shown


@pytest.mark.parametrize(("left", "is_shown"), [(30, True), (29, False)])
def test_as_many_respondents_must_be_left_as_an_index_needs(left: int, is_shown: bool) -> None:
    assert METHOD.minimum_respondents == 30
    assert compute({"H26": ((80, 20), (100 - left - 20, 20))}).height == is_shown


def test_of_a_unit_whose_share_is_withheld_nothing_is_shown() -> None:
    assert compute(LOUD, published(LOUD, frozenset({"H26"}))).is_empty()


def scope_above(unit: str) -> RankingScope:
    """A province H26 with a department below it."""
    bodies = pl.DataFrame(
        {
            "code": ["H26", unit],
            "name_vi": ["H26", unit],
            "kind": ["province", "department"],
            "parent_code": [None, "H26"],
        }
    )
    return replace(SCOPE, register=Register(tables.AGENCIES.conform(bodies), digest="0"))


@pytest.mark.parametrize("of_unit_below", [(20, 0), (0, 0)])
def test_of_an_agency_above_a_rated_unit_nothing_is_shown_so_that_nobody_can_subtract(
    of_unit_below: Marked,
) -> None:
    """Also where no finding could mark an answer of the unit below."""
    units = {"H26": LOUD["H26"], "H26.1": ((60, 40), of_unit_below)}
    found = compute(units, scope=scope_above("H26.1"))
    assert found["unit_code"].to_list() == (["H26.1"] if sum(of_unit_below) else [])


def test_of_an_agency_above_a_share_sent_ready_made_nothing_is_shown() -> None:
    sent = pl.DataFrame(
        {"month": [MONTH], "unit_code": ["H26.1"], "indicator": ["satisfied_share"]},
        schema_overrides=dict(tables.COUNTS.schema),
    )
    one = {"H26": LOUD["H26"]}
    scope = scope_above("H26.1")
    assert compute(one, scope=scope).height == 1
    tallies = replace(tallies_of(one), figures=sent.lazy())
    assert compute(one, scope=scope, tallies=tallies).is_empty()


def test_a_share_of_more_than_the_unit_s_own_respondents_has_no_row() -> None:
    pooled = published(LOUD).with_columns(denominator=pl.col("denominator") + 1)
    assert compute(LOUD, pooled).is_empty()


@pytest.mark.parametrize(("largest", "is_shown"), [(25, True), (26, False)])
def test_nobody_may_have_given_more_than_half_of_the_marked_answers(
    largest: int, is_shown: bool
) -> None:
    """50 answers are marked."""
    units = {"H26": LOUD["H26"]}
    answers = cells("H26", of_overall((80, 20), ("any", None)))
    marked = cells("H26", of_overall((50, 0), ("overall", None)), largest)
    found = compute(units, tallies=tallies_of_cells(answers, marked))
    assert found.height == is_shown


def test_whose_marked_answers_are_of_another_kind_of_question_is_counted_for_none() -> None:
    """Of 45 who rate factors one has marked answers; of 4 others the overall answer is marked.

    With them all as five, the two shares would tell what the one said.
    """
    answers: Counts = {("any", None): 49, ("any_factor", None): 45, ("overall", 5): 4}
    marked: Counts = {("overall", None): 4, ("overall", 5): 4, ("any_factor", None): 1}
    for factor in tables.FACTORS:
        answers |= {(factor, 5): 33, (factor, 1): 12}
        marked |= {(factor, 1): 1}
    tallies = tallies_of_cells(cells("H26", answers), cells("H26", marked))
    known = published({"H26": ((33, 12), (0, 0))}).with_columns(scale=pl.lit("five:factors"))
    assert compute({"H26": ((33, 12), (0, 0))}, known, tallies=tallies).is_empty()
    enough = marked | {("any_factor", None): 5}
    tallies = tallies_of_cells(cells("H26", answers), cells("H26", enough))
    [row] = compute({"H26": ((33, 12), (0, 0))}, known, tallies=tallies).rows(named=True)
    assert row["unmarked_share"] == 0.75  # 33 of 45 - 1


def test_a_unit_that_is_not_ranked_has_its_share_and_no_rank() -> None:
    indices = published(LOUD).filter(pl.col("indicator") == "satisfied_share")
    [row] = compute(LOUD, indices).rows(named=True)
    assert row["unmarked_share"] == 0.6
    assert row["league"] is row["value"] is row["unmarked_value"] is row["unmarked_rank"] is None


def test_both_sides_are_of_those_who_answered_whichever_share_the_method_takes() -> None:
    adjusted = METHOD.model_copy(update={"satisfaction": "adjusted"})
    other = published(LOUD).with_columns(
        value=pl.when(pl.col("indicator") == "satisfied_share").then(0.11).otherwise("value")
    )
    found = compute(LOUD, other, replace(SCOPE, method=adjusted))
    assert found.equals(compute(LOUD))


def test_where_all_who_were_served_count_the_ranks_are_by_shares_of_those_who_answered() -> None:
    """Of both units the adjusted share is 0.11; without marked answers it must not be mixed in."""
    adjusted = METHOD.model_copy(update={"satisfaction": "adjusted"})
    values = {"satisfied_share": 0.11, "satisfaction_index": 11.0, "reform_performance_index": 45.5}
    other = published(LOUD).with_columns(
        value=pl.coalesce(
            pl.col("indicator").replace_strict(values, default=None, return_dtype=pl.Float64),
            "value",
        )
    )
    [row] = compute(LOUD, other, replace(SCOPE, method=adjusted)).rows(named=True)
    # The other unit has 0.5 x 80 + 0.5 x 70, and not 0.5 x 80 + 0.5 x 11.
    assert (row["rank"], row["unmarked_rank"]) == (1, 2)


def test_an_index_is_made_of_the_share_before_it_is_rounded() -> None:
    """50 of 101 are 49.504950...: 49.50, and not 49.51 as of 0.49505.

    So are the other 101 answers without those that are marked.
    """
    units = {"H26": ((50, 51), (0, 0)), "H29": ((60, 51), (10, 0))}
    [row] = compute(units).rows(named=True)
    assert row["unmarked_share"] == 0.49505
    assert row["unmarked_value"] == 64.75  # 0.5 x 80 + 0.5 x 49.50
    adjusted = METHOD.model_copy(update={"satisfaction": "adjusted"})
    other = published(units).with_columns(
        value=pl.when(pl.col("indicator") == "satisfied_share").then(0.11).otherwise("value")
    )
    [of_all] = compute(units, other, replace(SCOPE, method=adjusted)).rows(named=True)
    # Both units have one value then, and one rank.
    assert (of_all["unmarked_value"], of_all["unmarked_rank"]) == (64.75, 1)
    assert row["unmarked_rank"] == 1


def test_a_unit_with_marked_answers_and_no_row_has_no_place_in_the_ranks() -> None:
    """It would keep its loud answers, and be placed above those whose are left out."""
    few_left = {"H31": ((100, 0), (80, 0))}
    [row] = compute(LOUD | few_left).rows(named=True)
    assert row["unit_code"] == "H26"
    # Of H26 and H29, not of H31, which leads the league.
    assert (row["rank"], row["unmarked_rank"]) == (1, 2)


def test_without_marked_answers_there_is_no_row() -> None:
    assert compute({"H26": ((80, 20), (0, 0))}).is_empty()
