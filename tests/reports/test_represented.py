"""Pages say how far those who answered stand for those who were served."""

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from pipeline.bulletin import Content
from pipeline.tables.represented import REPRESENTATION, RESPONSES, UNMARKED
from reports.comparisons import Comparisons, RankBand
from reports.language import Language
from reports.site.represented import (
    describe_other_share,
    describe_units,
    describe_unmarked,
    read_league,
)

VI, EN = Language("vi"), Language("en")
UNIT: dict[str, Any] = {
    "month": "2026-10",
    "league": "province",
    "unit_code": "H26",
    "scale": "five:overall",
    "share": 0.8,
    "adjusted_share": 0.75,
    "lower": 0.7,
    "upper": 0.79,
    "lowest": 0.2,
    "highest": 0.9,
    "adjusted_by": "raked",
}
RESPONSE = {"month": "2026-10", "unit_code": "H26", "margin": "lateness"}


def content_of(
    content: Content, units: list[dict[str, Any]], responses: list[dict[str, Any]]
) -> Content:
    frames = {
        "representation": pl.DataFrame(
            [{name: unit.get(name) for name in REPRESENTATION.names} for unit in units],
            schema=REPRESENTATION.schema,
        ),
        "responses": pl.DataFrame(
            [{name: each.get(name) for name in RESPONSES.names} for each in responses],
            schema=RESPONSES.schema,
        ),
    }
    return replace(content, comparisons={**content.comparisons, **frames})


def test_a_unit_says_who_answered_and_what_all_may_think(content: Content) -> None:
    responses = [
        RESPONSE | {"level": "late", "response_rate": 0.1},
        RESPONSE | {"level": "not_late", "response_rate": 0.5},
    ]
    with_unit = content_of(content, [UNIT], responses)
    english = " ".join(describe_units(with_unit, EN)["H26"])
    for words in (
        "50.0% of the dossiers that were not late, 10.0% of the late ones",
        "about 75.0% (limits 70.0% – 79.0%)",
        "it is 80.0%",
        "20.0% or 90.0%",
    ):
        assert words in english
    vietnamese = " ".join(describe_units(with_unit, VI)["H26"])
    for words in ("50,0% hồ sơ không quá hạn", "ước khoảng 75,0%", "20,0% hoặc 90,0%"):
        assert words in vietnamese


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("too_few_matched", "too few ratings name a dossier"),
        ("mostly_unmatched", "most ratings name no dossier"),
        ("margins_not_met", "differ too much"),
    ],
)
def test_a_unit_that_is_not_adjusted_says_why(content: Content, reason: str, words: str) -> None:
    crude = UNIT | {"adjusted_share": None, "adjusted_by": None, "reason": reason}
    [sentence] = describe_units(content_of(content, [crude], []), EN)["H26"]
    assert words in sentence


def test_a_league_says_how_many_units_lie_outside_the_limits(content: Content) -> None:
    others = [
        UNIT | {"unit_code": "H29", "share": 0.79, "adjusted_share": 0.78, "upper": 0.85},
        UNIT | {"unit_code": "H31", "share": 0.5, "adjusted_share": 0.5, "lower": 0.4},
        # Not adjusted, so that it takes no place from the others.
        UNIT | {"unit_code": "H33", "share": 0.95, "adjusted_share": None},
    ]
    found = read_league(content_of(content, [UNIT, *others], []), "province", EN)
    assert found is not None
    # 0.8 is above 0.79; 0.79 and 0.5 are within.
    assert "Of 1 of 3 units the share of those who answered lies outside" in found.sentence
    assert found.shares["H26"] == "75.0% (70.0% – 79.0%)"
    assert found.head == "Of all who were served (limits)"
    assert "H33" not in found.shares
    adjusted = content.method.model_copy(update={"satisfaction": "adjusted"})
    with_method = replace(content_of(content, [UNIT, *others], []), method=adjusted)
    other = read_league(with_method, "province", EN)
    assert other is not None
    assert (other.head, other.shares["H26"]) == ("Of those who answered", "80.0%")
    assert "of 1 of 3 units it lies outside the limits of the value" in other.sentence
    assert read_league(content, "no such league", EN) is None


def band(code: str, rank: int, other: int | None) -> RankBand:
    return RankBand(code, f"Unit {code}", rank, rank, rank, other)


def comparisons_of(*bands: RankBand) -> Comparisons:
    return Comparisons((), (), bands, (), (), 0)


@pytest.mark.parametrize(
    ("satisfaction", "begins"),
    [
        ("as_answered", "Satisfaction here is that of those who answered. Were it that of all"),
        ("adjusted", "Satisfaction here is that of all who were served, where"),
    ],
)
def test_a_league_names_the_units_that_would_change_place(
    content: Content, satisfaction: str, begins: str
) -> None:
    method = content.method.model_copy(update={"satisfaction": satisfaction})
    with_method = replace(content, method=method)
    moved = comparisons_of(band("A", 1, 1), band("B", 2, 4), band("C", 3, 2), band("D", 4, 3))
    said = describe_other_share(with_method, moved, EN)
    assert said is not None
    assert said.startswith(begins)
    # The most moved first.
    assert "3 of 4 units would have another rank" in said
    assert "Unit B (2 → 4), Unit C (3 → 2) and Unit D (4 → 3)" in said
    nobody = describe_other_share(with_method, comparisons_of(band("A", 1, 1), band("B", 2, 2)), EN)
    assert nobody is not None
    assert "none of 2 units" in nobody


def test_a_league_without_the_other_share_says_nothing_of_it(content: Content) -> None:
    assert describe_other_share(content, comparisons_of(band("A", 1, None)), EN) is None
    assert describe_other_share(content, comparisons_of(), EN) is None


LOUD: dict[str, Any] = {
    "month": "2026-10",
    "unit_code": "H26",
    "scale": "five:overall",
    "marked_share": 0.12,
    "share": 0.8,
    "unmarked_share": 0.7,
    "league": "province",
    "value": 80.0,
    "unmarked_value": 75.0,
    "rank": 1,
    "unmarked_rank": 3,
}


def with_unmarked(content: Content, **changes: Any) -> Content:
    table = pl.DataFrame([LOUD | changes], schema=UNMARKED.schema)
    return replace(content, comparisons={**content.comparisons, "unmarked": table})


def test_a_unit_says_what_its_numbers_are_without_marked_answers(content: Content) -> None:
    said = describe_unmarked(with_unmarked(content), EN)["H26"]
    assert "About 12.0% of the answers" in said
    assert "accuses nobody" in said
    assert "is 70.0% in place of 80.0%" in said
    assert "75.00 (rank 3) in place of 80.00 (rank 1)" in said
    assert "70,0%, thay vì 80,0%" in describe_unmarked(with_unmarked(content), VI)["H26"]


def test_a_unit_that_is_not_ranked_says_its_share_alone(content: Content) -> None:
    none = dict.fromkeys(("league", "value", "unmarked_value", "rank", "unmarked_rank"))
    said = describe_unmarked(with_unmarked(content, **none), EN)["H26"]
    assert "in place of 80.0%" in said
    assert "rank" not in said


def test_where_marked_answers_change_nothing_the_page_is_silent(content: Content) -> None:
    assert describe_unmarked(with_unmarked(content, unmarked_share=0.8), EN) == {}


@pytest.mark.parametrize(("unmarked", "is_said"), [(0.799501, False), (0.799499, True)])
def test_shares_that_are_printed_alike_are_not_said_to_differ(
    content: Content, unmarked: float, is_said: bool
) -> None:
    """Both are 80.0%; the second prints as 79.9%."""
    said = describe_unmarked(with_unmarked(content, unmarked_share=unmarked), EN)
    assert bool(said) is is_said


@pytest.mark.parametrize(
    ("marked", "vietnamese", "english"),
    [(0.0, "Dưới 1%", "Under 1%"), (0.01, "Khoảng 1,0%", "About 1.0%")],
)
def test_a_part_that_rounds_to_nothing_is_under_one_percent(
    content: Content, marked: float, vietnamese: str, english: str
) -> None:
    few = with_unmarked(content, marked_share=marked)
    said = describe_unmarked(few, VI)["H26"]
    assert said.startswith(f"{vietnamese} câu trả lời thuộc diện cần xem xét")
    assert describe_unmarked(few, EN)["H26"].startswith(f"{english} of the answers")
