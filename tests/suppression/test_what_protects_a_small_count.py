"""Hidden counts of a hierarchy: who adds and subtracts does not learn that one is small."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.suppression.protection import Measure, choose_hidden, is_small

from .attack import add_up, find_bounds, find_greatest_sum, list_below

LIMIT = 5


def measure(own: dict[str, float], parents: dict[str, str]) -> Measure:
    counts = add_up(own, parents)
    small = frozenset(unit for unit, count in counts.items() if is_small(count, LIMIT))
    return Measure(counts, parents, small)


def hide(
    own: dict[str, float], parents: dict[str, str], hidden: frozenset[str] = frozenset()
) -> set[str]:
    chosen = choose_hidden(
        [measure(own, parents)], LIMIT, hidden, lambda unit, count: (count, unit)
    )
    return set(chosen)


FLAT = dict.fromkeys(("a", "b", "c"), "P")


@pytest.mark.parametrize(("count", "is_hidden"), [(0, False), (1, True), (4, True), (5, False)])
def test_one_to_four_are_hidden_and_nobody_and_five_are_not(count: int, is_hidden: bool) -> None:
    assert ("a" in hide({"P": 0, "a": count, "b": 40, "c": 200}, FLAT)) == is_hidden


def test_of_two_units_the_large_one_protects_the_small_one() -> None:
    # 43 - 40 = 3: with b published a is known.
    assert hide({"P": 0, "a": 3, "b": 40}, {"a": "P", "b": "P"}) == {"a", "b"}


def test_the_smallest_neighbour_protects() -> None:
    assert hide({"P": 0, "a": 3, "b": 40, "c": 7}, FLAT) == {"a", "c"}


def test_a_neighbour_without_respondents_protects_nobody() -> None:
    assert hide({"P": 0, "a": 3, "b": 40, "c": 0}, FLAT) == {"a", "b"}


def test_two_small_counts_protect_each_other_where_they_are_large_enough() -> None:
    # a + b = 6, each at least 1: each is 1 to 5.
    assert hide({"P": 0, "a": 3, "b": 3, "c": 40}, FLAT) == {"a", "b"}
    # a + b = 5: each is 1 to 4, so that both are known to be small.
    assert hide({"P": 0, "a": 3, "b": 2, "c": 40}, FLAT) == {"a", "b", "c"}


def test_respondents_of_the_agency_itself_protect_the_units_below_it() -> None:
    assert hide({"P": 60, "a": 3, "b": 40, "c": 200}, FLAT) == {"a"}


def test_few_respondents_of_the_agency_itself_are_protected_too() -> None:
    # 243 - 40 - 200 = 3 of the agency itself.
    assert hide({"P": 3, "a": 0, "b": 40, "c": 200}, FLAT) == {"b"}


def test_where_no_unit_is_left_the_agency_above_is_hidden() -> None:
    parents = {"P": "G", "Q": "G", "a": "P"}
    # P is 5: its own 2 and the 3 of a, too few to hide in. Q protects P.
    assert hide({"G": 0, "P": 2, "Q": 50, "a": 3}, parents) == {"a", "P", "Q"}


def test_over_three_levels_what_protects_is_hidden_down_to_the_last() -> None:
    parents = {"P": "G", "Q": "G", "p": "P", "q": "Q", "r": "Q"}
    # p and P are the same 3. Q protects P, and would follow from q + r.
    own = {"G": 0, "P": 0, "Q": 0, "p": 3, "q": 20, "r": 30}
    assert hide(own, parents) == {"P", "p", "Q", "q"}


def test_a_unit_that_was_hidden_stays_hidden_and_is_protected() -> None:
    own = {"P": 0, "a": 30, "b": 40, "c": 200}
    assert hide(own, FLAT, frozenset("a")) == {"a", "b"}


def test_units_hidden_for_one_count_are_protected_in_the_other() -> None:
    few = measure({"P": 0, "a": 3, "b": 40, "c": 200}, FLAT)
    # By the other count c is the smaller one, and b alone would follow.
    other = measure({"P": 0, "a": 0, "b": 90, "c": 80}, FLAT)
    chosen = choose_hidden([few, other], LIMIT, frozenset(), lambda unit, count: (count, unit))
    assert chosen == {"a", "b", "c"}


def test_the_attack_finds_what_is_left_unprotected() -> None:
    counts: dict[str, float | None] = {"P": 43, "a": None, "b": 40}
    parents = {"a": "P", "b": "P"}
    assert find_bounds(counts, parents, frozenset()) == {"a": (3, 3)}
    # Two hidden counts that are 5 together are small, whichever is which.
    assert find_bounds({"P": 5, "a": None, "b": None}, parents, frozenset())["a"] == (1, 4)


UNITS = [f"u{number}" for number in range(14)]
OWN = st.one_of(
    st.just(0), st.integers(1, 4), st.integers(5, 9), st.integers(10, 60), st.integers(100, 900)
)


@st.composite
def hierarchies(draw: st.DrawFn) -> tuple[dict[str, float], dict[str, str], frozenset[str]]:
    """Own counts, parents, and units that were hidden before."""
    units = UNITS[: draw(st.integers(1, len(UNITS)))]
    parents = {
        unit: draw(st.sampled_from(units[:number]))
        for number, unit in enumerate(units)
        if number and draw(st.integers(0, 9))
    }
    own = {unit: float(draw(OWN)) for unit in units}
    before = frozenset(draw(st.sets(st.sampled_from(units), max_size=2)))
    return own, parents, before


@given(hierarchies())
def test_a_small_count_can_be_told_neither_to_be_small_nor_within_less_than_the_limit(
    hierarchy: tuple[dict[str, float], dict[str, str], frozenset[str]],
) -> None:
    own, parents, before = hierarchy
    counts = add_up(own, parents)
    hidden = hide(own, parents, before)
    small = {unit for unit, count in counts.items() if is_small(count, LIMIT)}
    assert small | before <= hidden
    shown = {
        unit: None if unit in hidden and count > 0 else count for unit, count in counts.items()
    }
    with_own = {unit for unit, count in own.items() if count}
    bounds = find_bounds(shown, parents, with_own)
    for unit in small:
        least, greatest = bounds[unit]
        assert greatest >= LIMIT, (unit, counts[unit], least, greatest)
        assert greatest - least >= LIMIT - 1, (unit, counts[unit], least, greatest)
        if unit not in parents.values():
            assert least == 1, (unit, counts[unit], least, greatest)


@given(hierarchies())
def test_what_an_agency_has_of_its_own_cannot_be_told_to_be_few(
    hierarchy: tuple[dict[str, float], dict[str, str], frozenset[str]],
) -> None:
    own, parents, before = hierarchy
    # The agency's own respondents are as a unit below it that is never published.
    split = dict.fromkeys(own, 0.0) | {f"own {unit}": count for unit, count in own.items()}
    counts = add_up(split, parents | {f"own {unit}": unit for unit in own})
    hidden = hide(own, parents, before)
    below = parents | {f"own {unit}": unit for unit in own if own[unit]}
    shown = {
        unit: None if unit.startswith("own ") or (unit in hidden and count > 0) else count
        for unit, count in counts.items()
        if count or not unit.startswith("own ")
    }
    bounds = find_bounds(shown, below, frozenset())
    for unit, count in own.items():
        is_published_leaf = unit not in parents.values() and unit not in hidden
        if is_small(count, LIMIT) and not is_published_leaf:
            assert bounds[f"own {unit}"][1] >= LIMIT, (unit, count)


@given(hierarchies(), st.data())
def test_an_edition_with_more_answers_does_not_give_away_what_the_one_before_hid(
    hierarchy: tuple[dict[str, float], dict[str, str], frozenset[str]], data: st.DataObject
) -> None:
    first, parents, _ = hierarchy
    more = {unit: data.draw(st.sampled_from((0, 0, 0, 1, 3, 9, 60))) for unit in first}
    second = {unit: count + more[unit] for unit, count in first.items()}
    hidden = hide(first, parents)
    hidden_later = hide(second, parents, frozenset(hidden))
    assert hidden <= hidden_later
    # An agency's own respondents are the same unknown in both editions where none was added.
    of_first = {unit: f"{unit}" for unit, count in first.items() if count}
    of_second = {
        unit: unit if unit in of_first and not more[unit] else f"{unit} later"
        for unit, count in second.items()
        if count
    }
    names = sorted({*of_first.values(), *of_second.values()})
    equations, totals = [], []
    for own, unknown, withheld in (
        (first, of_first, hidden),
        (second, of_second, hidden_later),
    ):
        for unit, count in add_up(own, parents).items():
            if count and unit not in withheld:
                parts = {unknown[each] for each in list_below(unit, parents) if each in unknown}
                equations.append([float(name in parts) for name in names])
                totals.append(count)
    for unit, count in add_up(first, parents).items():
        if is_small(count, LIMIT):
            parts = {of_first[each] for each in list_below(unit, parents) if each in of_first}
            goal = [float(name in parts) for name in names]
            assert find_greatest_sum(goal, equations, totals) >= LIMIT, (unit, count)


@given(hierarchies())
def test_hiding_what_is_hidden_adds_nothing(
    hierarchy: tuple[dict[str, float], dict[str, str], frozenset[str]],
) -> None:
    own, parents, before = hierarchy
    hidden = hide(own, parents, before)
    assert hide(own, parents, frozenset(hidden)) == hidden


@given(hierarchies(), st.randoms(use_true_random=False))
def test_the_order_of_the_units_does_not_matter(
    hierarchy: tuple[dict[str, float], dict[str, str], frozenset[str]], random: object
) -> None:
    own, parents, before = hierarchy
    order = list(own)
    random.shuffle(order)  # type: ignore[attr-defined]
    other = hide({unit: own[unit] for unit in order}, dict(reversed(parents.items())), before)
    assert other == hide(own, parents, before)
