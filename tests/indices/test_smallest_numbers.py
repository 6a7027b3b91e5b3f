"""What the pages say of the least number of cases is what the computation does."""

import pytest

from pipeline.methods import COMPUTED, SMALLEST

from .conftest import Counts, Indices, IndicesOf

COMPOSITES = {"reform_performance_index"}
LEAST_DUE, LEAST_RESPONDENTS = 20, 12
"""Unlike each other, so that no number goes by the wrong one."""


def test_every_indicator_but_a_composite_says_what_becomes_of_a_small_number() -> None:
    assert set(SMALLEST) == set(COMPUTED) - COMPOSITES


def _count(counts: type[Counts], dossiers: int, respondents: int) -> Counts:
    """A month in which every indicator has that many cases, and a history."""
    return (
        counts()
        .history()
        .on_time(dossiers)
        .outcome("open_not_due", dossiers)
        .age(0, entered=dossiers)
        .age(2, finished=dossiers)
        .respondents(respondents)
        .answers("overall", {5: respondents - 1, 2: 1})
    )


def _compute(
    counts: type[Counts], indices_of: IndicesOf, dossiers: int, respondents: int
) -> Indices:
    least = {"minimum_due": LEAST_DUE, "minimum_respondents": LEAST_RESPONDENTS}
    return indices_of(_count(counts, dossiers, respondents), **least)


@pytest.mark.parametrize("indicator", SMALLEST)
def test_under_the_least_number_an_indicator_is_unranked_or_empty_as_the_pages_say(
    counts: type[Counts], indices_of: IndicesOf, indicator: str
) -> None:
    # The Decision's rate counts 2 x dossiers: those that ended and those that are open.
    shrink = 2 if indicator == "on_time_766" else 1
    is_of_people = SMALLEST[indicator] == "under_respondents_empty"
    enough = (LEAST_DUE, LEAST_RESPONDENTS)
    few = (
        (LEAST_DUE, LEAST_RESPONDENTS - 1)
        if is_of_people
        else (LEAST_DUE // shrink - 1, LEAST_RESPONDENTS)
    )
    note = "too_few_respondents" if is_of_people else "too_few_due"
    above, below = (_compute(counts, indices_of, *numbers) for numbers in (enough, few))
    assert above.value(indicator) is not None
    assert above.note(indicator) is None
    assert below.note(indicator) == note
    assert (below.value(indicator) is None) == SMALLEST[indicator].endswith("_empty")


def test_a_composite_is_empty_where_a_part_is(counts: type[Counts], indices_of: IndicesOf) -> None:
    parts = ((LEAST_DUE - 1, LEAST_RESPONDENTS), (LEAST_DUE, LEAST_RESPONDENTS - 1))
    for numbers in parts:
        assert _compute(counts, indices_of, *numbers).value("reform_performance_index") is None
    both = _compute(counts, indices_of, LEAST_DUE, LEAST_RESPONDENTS)
    assert both.value("reform_performance_index") is not None
