"""Rank sets from values and errors: published results, laws, and how often they hold the truth."""

from functools import cache
from pathlib import Path
from statistics import NormalDist

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.statistics import rank_sets
from pipeline.statistics.rank_sets import RankSets

ORACLES = Path(__file__).parents[3] / "shared" / "oracles" / "rank_sets"
NAMES = (
    "marginal_lower",
    "marginal_upper",
    "simultaneous_lower",
    "simultaneous_upper",
)

quick = settings(max_examples=25)
values_of = st.lists(st.integers(-40, 40).map(lambda tenths: tenths / 8), min_size=2, max_size=9)
errors_of = st.lists(st.sampled_from([0.25, 0.5, 1.0, 2.0]), min_size=9, max_size=9)
keys = [f"unit {number}" for number in range(12)]
NORMALS = rank_sets.draw_normals(keys, 400)


def sets_of(
    values: list[float], errors: list[float] | float = 1.0, *, has_steps: bool = True
) -> RankSets:
    """The sets of units in a fixed order, each with its own draws."""
    size = len(values)
    given_errors = [errors] * size if isinstance(errors, float) else errors[:size]
    return rank_sets.pairwise_sets(
        np.array(values), np.array(given_errors), NORMALS[:size], has_steps=has_steps
    )


def list_sets(sets: RankSets) -> dict[str, list[int]]:
    return {name: getattr(sets, name).tolist() for name in NAMES}


# --- results that others computed ---


@cache
def read_published() -> pl.DataFrame:
    path = ORACLES / "pisa2018_math_rank_sets_R20000_expected.csv"
    if not path.exists():
        pytest.skip(f"the published rank sets are not on this machine: {path}")
    return pl.read_csv(path)


@pytest.fixture
def pisa() -> pl.DataFrame:
    return read_published()


@cache
def sets_of_pisa(level: float, *, has_steps: bool = True, draws: int = 20_000) -> RankSets:
    pisa = read_published()
    scores, errors = pisa["math_score"].to_numpy(), pisa["math_se"].to_numpy()
    normals = rank_sets.draw_normals(pisa["jurisdiction"].to_list(), draws)
    return rank_sets.pairwise_sets(scores, errors, normals, level, has_steps=has_steps)


KNIFE_EDGES = {
    ("Latvia", "U_marg95_single"),
    ("Sweden", "L_simul75_single"),
    ("Switzerland", "U_simul75_single"),
}
"""Where one pair's difference lies within the chance of 20,000 draws of its critical value, so that
two runs with other seeds disagree. All other 605 entries must be those of csranks 1.2.3."""


def column_of(name: str, shift: float = 0.0) -> np.ndarray:
    """A column of sets of the published table, such as L_simul75_single, its level moved so far."""
    side, kind, steps = name.split("_")
    level = int(kind[-2:]) / 100 + shift
    sets = sets_of_pisa(level, has_steps=steps == "stepdown")
    word = "marginal" if kind.startswith("marg") else "simultaneous"
    column: np.ndarray = getattr(sets, f"{word}_{'lower' if side == 'L' else 'upper'}")
    return column


def test_the_rank_sets_are_those_of_the_scores_and_errors_of_pisa_2018(pisa: pl.DataFrame) -> None:
    scores = pl.read_csv(ORACLES / "pisa2018_input.csv")
    columns = ("jurisdiction", "math_score", "math_se")
    both = pisa.select(columns).join(scores.select(columns), on="jurisdiction", suffix="_sent")
    assert both.height == pisa.height == 38
    for name in columns[1:]:
        assert both[name].to_list() == pytest.approx(both[f"{name}_sent"].to_list(), rel=1e-12)


def test_the_rank_sets_of_pisa_2018_come_out(pisa: pl.DataFrame) -> None:
    names = [name for name in pisa.columns if name.startswith(("L_", "U_"))]
    assert len(names) * pisa.height == 608
    differing = {
        (country, name)
        for name in names
        for country, rank, published in zip(
            pisa["jurisdiction"], column_of(name), pisa[name], strict=True
        )
        if rank != published
    }
    assert differing == KNIFE_EDGES


@pytest.mark.parametrize(("country", "name"), sorted(KNIFE_EDGES))
def test_an_entry_on_a_knife_edge_comes_out_at_a_level_that_chance_may_reach(
    pisa: pl.DataFrame, country: str, name: str
) -> None:
    # Two runs of 20,000 draws: 2 x sqrt(2 x 0.75 x 0.25 / 20,000) = 0.0087 at 75 %, 0.0044 at 95 %
    chance = 0.0087 if "75" in name else 0.0044
    row = pisa["jurisdiction"].to_list().index(country)
    near = {int(column_of(name, shift)[row]) for shift in (-chance, chance)}
    assert len(near) == 2
    assert pisa[name][row] in near


@pytest.mark.parametrize(("level", "column"), [(0.95, "top5_95"), (0.90, "top5_90")])
def test_who_may_be_among_the_five_best_of_pisa_2018_comes_out(
    pisa: pl.DataFrame, level: float, column: str
) -> None:
    sets = sets_of_pisa(level)
    assert sets.may_be_among_best(5).tolist() == pisa[column].to_list()


def test_the_united_kingdom_of_pisa_2018_comes_out_with_the_draws_of_an_edition(
    pisa: pl.DataFrame,
) -> None:
    sets = sets_of_pisa(0.95, draws=rank_sets.number_of_draws(pisa.height))
    row = pisa["jurisdiction"].to_list().index("United Kingdom")
    assert pisa["rank"][row] == 13
    assert sets.marginal_upper[row] == 23
    assert sets.marginal_lower[row] in {7, 8}  # by the draws


# --- worked by hand ---


def z_of(rows: str, difference: float) -> tuple[int, int]:
    sets = rank_sets.pairwise_sets(
        np.array([difference, 0.0]),
        np.array([3.0, 4.0]),
        rank_sets.draw_normals(["A", "B"], 20_000),
    )
    return (int(getattr(sets, f"{rows}_lower")[1]), int(getattr(sets, f"{rows}_upper")[0]))


@pytest.mark.parametrize("kind", ["marginal", "simultaneous"])
def test_two_units_are_told_apart_from_1_96_standard_errors_of_their_difference_on(
    kind: str,
) -> None:
    # sqrt(3^2 + 4^2) = 5; 0.02 to either side for the draws
    assert z_of(kind, 5 * 1.94) == (1, 2)
    assert z_of(kind, 5 * 1.98) == (2, 1)


def test_all_equal_units_may_have_any_rank() -> None:
    sets = sets_of([3.0] * 6, 0.5)
    assert list_sets(sets) == {
        "marginal_lower": [1] * 6,
        "marginal_upper": [6] * 6,
        "simultaneous_lower": [1] * 6,
        "simultaneous_upper": [6] * 6,
    }
    assert sets.may_be_among_best().all()


def test_units_far_apart_have_their_own_rank_alone() -> None:
    sets = sets_of([10.0, 40.0, 20.0, 30.0], 0.5)
    assert list_sets(sets) == {name: [4, 1, 3, 2] for name in NAMES}
    assert sets.may_be_among_best(2).tolist() == [False, True, False, True]


def test_a_unit_alone_is_first() -> None:
    assert list_sets(sets_of([5.0])) == {name: [1] for name in NAMES}


def test_values_without_error_are_told_apart_by_any_difference() -> None:
    sets = sets_of([1.0, 1.0, 2.0], [0.0, 0.0, 0.0])
    assert sets.marginal_lower.tolist() == [2, 2, 1]
    assert sets.marginal_upper.tolist() == [3, 3, 1]


def test_a_certain_value_is_told_from_an_uncertain_one_by_the_error_of_the_other() -> None:
    # z = 1.9 and 2.1 against 1.96
    assert sets_of([1.9, 0.0], [0.0, 1.0]).marginal_upper.tolist() == [2, 2]
    assert sets_of([2.2, 0.0], [0.0, 1.0]).marginal_upper.tolist() == [1, 2]


@pytest.mark.parametrize("unknown", [float("nan"), float("inf")])
def test_a_value_of_unknown_error_may_have_any_rank_and_bounds_nobody(unknown: float) -> None:
    sets = sets_of([90.0, 50.0, 10.0], [0.5, unknown, 0.5])
    assert sets.marginal_lower.tolist() == [1, 1, 2]
    assert sets.marginal_upper.tolist() == [2, 3, 3]


def test_tiers_open_with_the_first_that_the_tiers_first_is_surely_better_than() -> None:
    better = {(0, 2), (0, 3), (1, 2), (2, 4)}
    # 1 joins 0; 2 opens; 3 joins 2, although 0 is better than it; 4 opens
    assert rank_sets.assign_tiers(5, lambda first, unit: (first, unit) in better) == [1, 1, 2, 2, 3]
    assert rank_sets.assign_tiers(0, lambda first, unit: True) == []


@quick
@given(limits=st.lists(st.tuples(st.integers(0, 20), st.integers(0, 5)), min_size=1, max_size=12))
def test_joint_limits_give_the_ranks_that_counting_pairs_gives(
    limits: list[tuple[int, int]],
) -> None:
    worst = [middle - reach for middle, reach in limits]
    best = [middle + reach for middle, reach in limits]
    lower, upper = rank_sets.joint_sets(np.array(best, float), np.array(worst, float))
    for unit in range(len(limits)):
        assert lower[unit] == 1 + sum(other > best[unit] for other in worst)
        assert upper[unit] == len(limits) - sum(other < worst[unit] for other in best)


# --- laws ---


@quick
@given(values=values_of, errors=errors_of)
def test_a_units_own_rank_is_in_both_of_its_sets_and_the_marginal_one_in_the_simultaneous(
    values: list[float], errors: list[float]
) -> None:
    sets = sets_of(values, errors)
    for unit, value in enumerate(values):
        rank = 1 + sum(other > value for other in values)
        assert sets.simultaneous_lower[unit] <= sets.marginal_lower[unit] <= rank
        assert rank <= sets.marginal_upper[unit] <= sets.simultaneous_upper[unit]


@quick
@given(values=values_of, errors=errors_of)
def test_steps_only_narrow_the_sets(values: list[float], errors: list[float]) -> None:
    single, stepped = sets_of(values, errors, has_steps=False), sets_of(values, errors)
    assert (stepped.marginal_lower >= single.marginal_lower).all()
    assert (stepped.marginal_upper <= single.marginal_upper).all()
    assert (stepped.simultaneous_lower >= single.simultaneous_lower).all()
    assert (stepped.simultaneous_upper <= single.simultaneous_upper).all()


def reject_stepwise(statistic: np.ndarray, draws: np.ndarray, level: float) -> set[tuple[int, int]]:
    """The rejected pairs (j better than k), by the definition: as often as it takes."""
    left = {(j, k) for j, k in np.ndindex(*statistic.shape) if j != k}
    rejected: set[tuple[int, int]] = set()
    while True:
        largest = np.max([draws[j, k] for j, k in left], axis=0)
        critical = np.sort(largest)[int(np.ceil(level * largest.size)) - 1]
        new = {(j, k) for j, k in left if statistic[j, k] > critical}
        if not new:
            return rejected
        rejected |= new
        left -= new


@settings(max_examples=15)
@given(values=values_of, errors=errors_of)
def test_simultaneous_sets_are_those_of_the_definition(
    values: list[float], errors: list[float]
) -> None:
    size = len(values)
    v, e, z = np.array(values), np.array(errors[:size]), NORMALS[:size]
    scale = np.hypot(e[:, None], e)
    scaled = z * e[:, None].astype(np.float32)
    draws = (scaled[:, None] - scaled) / scale[..., None]
    rejected = reject_stepwise((v[:, None] - v) / scale, draws, 0.95)
    found = sets_of(values, errors).is_surely_better
    assert {(int(j), int(k)) for j, k in zip(*np.nonzero(found), strict=True)} == rejected


@quick
@given(values=values_of, errors=errors_of, more=st.integers(1, 40))
def test_a_better_unit_never_has_a_worse_set_without_steps(
    values: list[float], errors: list[float], more: int
) -> None:
    # Under steps a rise may undo a rejection of others that a step rested on: the upper end may
    # then widen. Without them nothing but the unit's own differences moves.
    before = sets_of(values, errors, has_steps=False)
    after = sets_of([values[0] + more / 8, *values[1:]], errors, has_steps=False)
    for name in NAMES:
        assert getattr(after, name)[0] <= getattr(before, name)[0]


@quick
@given(values=values_of, has_steps=st.booleans())
def test_smaller_errors_of_all_never_widen_a_set(values: list[float], has_steps: bool) -> None:
    wide = sets_of(values, 1.0, has_steps=has_steps)
    narrow = sets_of(values, 0.5, has_steps=has_steps)
    for name in NAMES:
        closer = getattr(narrow, name) - getattr(wide, name)
        assert (closer >= 0 if name.endswith("lower") else closer <= 0).all()


@quick
@given(
    values=values_of,
    errors=errors_of,
    move=st.integers(-50, 50),
    scale=st.sampled_from([0.25, 0.5, 2.0, 1024.0]),
)
def test_another_unit_of_measure_does_not_change_a_set(
    values: list[float], errors: list[float], move: int, scale: float
) -> None:
    changed = [scale * (value + move) for value in values]
    assert list_sets(sets_of(changed, [scale * error for error in errors])) == list_sets(
        sets_of(values, errors)
    )


@quick
@given(values=values_of, errors=errors_of)
def test_the_ranking_from_below_has_the_same_sets_without_steps(
    values: list[float], errors: list[float]
) -> None:
    size = len(values)
    above = sets_of(values, errors, has_steps=False)
    below = sets_of([-value for value in values], errors, has_steps=False)
    assert (below.marginal_lower == size + 1 - above.marginal_upper).all()
    assert (below.simultaneous_upper == size + 1 - above.simultaneous_lower).all()


@quick
@given(data=st.data(), values=values_of, errors=errors_of)
def test_marginal_sets_of_some_units_are_those_of_the_whole_league(
    data: st.DataObject, values: list[float], errors: list[float]
) -> None:
    size = len(values)
    asked = np.array(data.draw(st.lists(st.booleans(), min_size=size, max_size=size)))
    normals = rank_sets.draw_normals(keys[:size], 400)
    lower, upper = rank_sets.marginal_sets(
        np.array(values), np.array(errors[:size]), normals, 0.95, asked
    )
    sets = rank_sets.pairwise_sets(np.array(values), np.array(errors[:size]), normals)
    assert lower.tolist() == sets.marginal_lower[asked].tolist()
    assert upper.tolist() == sets.marginal_upper[asked].tolist()


def test_in_a_large_league_each_unit_has_the_set_it_has_when_asked_for_alone() -> None:
    # 120 units x 1,000 draws: compared some at a time, one alone in the second call.
    generator = np.random.default_rng(120)
    values, errors = generator.normal(0, 1, 120), generator.uniform(0.2, 0.5, 120)
    normals = rank_sets.draw_normals([f"U{unit}" for unit in range(120)], 1000)
    sets = rank_sets.pairwise_sets(values, errors, normals)
    for unit in (0, 8, 9, 64, 119):
        alone = rank_sets.marginal_sets(values, errors, normals, 0.95, np.arange(120) == unit)
        assert [rank.tolist() for rank in alone] == [
            [sets.marginal_lower[unit]],
            [sets.marginal_upper[unit]],
        ]
    assert (sets.marginal_upper - sets.marginal_lower).max() < 119, "all told apart from none"


@quick
@given(data=st.data(), values=values_of, errors=errors_of)
def test_the_order_of_units_does_not_matter(
    data: st.DataObject, values: list[float], errors: list[float]
) -> None:
    size = len(values)
    order = data.draw(st.permutations(range(size)))
    normals = rank_sets.draw_normals([keys[unit] for unit in order], 400)
    shuffled = rank_sets.pairwise_sets(
        np.array(values)[order], np.array(errors[:size])[order], normals
    )
    sets = sets_of(values, errors)
    for name in NAMES:
        assert getattr(shuffled, name).tolist() == getattr(sets, name)[order].tolist()


@quick
@given(values=values_of, errors=errors_of)
def test_one_more_unit_far_below_excludes_nobody_from_being_first(
    values: list[float], errors: list[float]
) -> None:
    # It adds to what must hold at once: who could be first before still can.
    alone = sets_of(values, errors).may_be_among_best()
    joined = sets_of([*values, -1000.0], [*errors[: len(values)], 1.0]).may_be_among_best()
    assert (joined[:-1] >= alone).all()
    assert not joined[-1]


@quick
@given(values=values_of)
def test_units_of_the_same_value_and_error_have_the_same_sets(values: list[float]) -> None:
    sets = sets_of([round(value) for value in values], 1.0)
    for unit, other in zip(
        *np.nonzero(np.equal.outer(np.round(values), np.round(values))), strict=True
    ):
        for name in NAMES:
            assert getattr(sets, name)[unit] == getattr(sets, name)[other]


def test_a_units_draws_are_its_own_whoever_stands_beside_it() -> None:
    first, second = rank_sets.draw_normals(["A", "B"], 64), rank_sets.draw_normals(["B"], 64)
    assert first[1].tobytes() == second[0].tobytes()
    assert first[0].tobytes() != first[1].tobytes()


@pytest.mark.parametrize(
    ("units", "draws"), [(2, 10_000), (31, 10_000), (34, 8_650), (100, 1_000), (300, 1_000)]
)
def test_small_leagues_get_more_draws_for_the_same_work(units: int, draws: int) -> None:
    # 10,000,000 / 34^2 = 8,650.5
    assert rank_sets.number_of_draws(units) == draws


def test_one_draw_falls_into_each_stratum() -> None:
    shares = [
        NormalDist().cdf(float(draw)) for draw in np.sort(rank_sets.draw_normals(["A"], 50)[0])
    ]
    assert [int(share * 50) for share in shares] == list(range(50))


# --- how often they hold the truth ---


def is_covered(sets: RankSets, kind: str, truth: np.ndarray) -> np.ndarray:
    """Whether each set (league, unit) holds its rank in truth."""
    ranks = (truth[..., None, :] > truth[..., :, None]).sum(-1) + 1
    lower, upper = getattr(sets, f"{kind}_lower"), getattr(sets, f"{kind}_upper")
    held: np.ndarray = (lower <= ranks) & (ranks <= upper)
    return held


def sets_of_leagues(values: np.ndarray, errors: np.ndarray, normals: np.ndarray) -> RankSets:
    """The sets of many leagues, a row each."""
    leagues = [
        vars(rank_sets.pairwise_sets(*league, normals))
        for league in zip(values, errors, strict=True)
    ]
    return RankSets(*(np.stack([league[name] for league in leagues]) for name in leagues[0]))


@pytest.fixture(scope="module")
def simulated() -> tuple[RankSets, np.ndarray]:
    """300 leagues of 8, two of which are equal in truth and none far apart."""
    generator = np.random.default_rng(20230101)
    truth = np.array([0.0, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0])
    errors = np.tile([0.3, 0.9, 0.5, 0.7, 0.4, 0.6, 0.8, 0.5], (300, 1))
    values = truth + errors * generator.standard_normal((300, 8))
    return sets_of_leagues(values, errors, rank_sets.draw_normals(keys[:8], 1000)), truth


def test_marginal_sets_hold_the_true_rank_of_each_unit(
    simulated: tuple[RankSets, np.ndarray],
) -> None:
    # 95 % of 300 leagues, less two standard deviations of such a count: 0.95 - 2 x 0.0126
    sets, truth = simulated
    assert (is_covered(sets, "marginal", truth).mean(0) >= 0.925).all()
    assert is_covered(sets, "marginal", truth).mean() >= 0.95


def test_simultaneous_sets_hold_the_true_ranks_of_all_units_at_once(
    simulated: tuple[RankSets, np.ndarray],
) -> None:
    sets, truth = simulated
    assert is_covered(sets, "simultaneous", truth).all(1).mean() >= 0.93


def test_where_all_are_equal_in_truth_few_leagues_name_anyone_surely_better() -> None:
    # The least favourable case: 5 % of 400 leagues is 20, more or less 2 x sqrt(400 x 0.05 x 0.95)
    generator = np.random.default_rng(7)
    errors = np.tile([0.3, 0.9, 0.5, 0.7, 0.4], (400, 1))
    values = errors * generator.standard_normal((400, 5))
    sets = sets_of_leagues(values, errors, rank_sets.draw_normals(keys[:5], 1000))
    assert 20 - 9 <= sets.is_surely_better.any((1, 2)).sum() <= 20 + 9
