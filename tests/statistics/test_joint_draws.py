"""Limits of two means that rest partly on the same cases."""

import numpy as np
import polars as pl
import pytest

from pipeline.statistics import joint_draws

LEVEL = 0.95
CASES = {
    "seed": "2026-08 A",
    "on_time": 240,
    "late": 60,
    "case_weight": 1.0,
    "earned": 35.0,
    "earned_beyond": 6.0,
    "earned_error": 0.1,
    "answer_worth": 50.0,
}


def groups(**of_group: tuple[int, float]) -> dict[str, float]:
    """Respondents of each group, and the share of them that is satisfied."""
    everybody = sum(number for number, _ in of_group.values())
    found: dict[str, float] = {}
    for name in joint_draws.GROUPS:
        number, share = of_group.get(name, (0, 0.0))
        mass = number / everybody
        found |= {f"{name}_respondents": number, f"{name}_effective_n": float(number)}
        found |= {f"{name}_mass": mass, f"{name}_part": mass * share}
    return found


RATED = groups(on_time=(80, 0.9), late=(30, 0.4))


def limits(**changes: object) -> tuple[float, float, float]:
    return joint_draws.limits_of_sums(pl.DataFrame([CASES | RATED | changes]), LEVEL).row(0)


def test_the_same_cases_and_seed_give_the_same_bytes_whatever_stands_beside() -> None:
    rows = [CASES | RATED | {"seed": f"2026-08 {name}"} for name in "ABC"]
    together = joint_draws.limits_of_sums(pl.DataFrame(rows), LEVEL)
    backwards = joint_draws.limits_of_sums(pl.DataFrame(rows[::-1]), LEVEL)
    assert together.rows() == backwards.rows()[::-1]
    assert together.row(0) == limits()
    assert together.row(0) != together.row(1)


def test_parts_of_the_same_cases_are_wider_together_than_apart() -> None:
    joint = limits()[2]
    apart = limits(**groups(others=(110, (80 * 0.9 + 30 * 0.4) / 110)))[2]
    # Var = a^2 + b^2 + 2 cov; a late case costs both: cov = q (1 - q) (0.9 - 0.4) / n
    share, rated = 0.8, 80 / 110
    first, second = 41**2 * share * (1 - share) / 300, 50**2 * 0.7636 * 0.2364 / 110
    both = 2 * 41 * 50 * rated * (1 - rated) * (0.9 - 0.4) / 300
    assert apart == pytest.approx((first + second) ** 0.5, rel=0.05)
    assert joint == pytest.approx((first + second + both) ** 0.5, rel=0.05)
    assert joint > apart


def test_cases_that_count_for_less_widen_the_limits() -> None:
    assert limits(case_weight=0.25)[2] > 1.2 * limits()[2]


@pytest.mark.parametrize(("on_time", "late", "share"), [(30, 0, 1.0), (0, 30, 0.0)])
def test_where_all_fared_alike_the_limits_do_not_vanish(
    on_time: int, late: int, share: float
) -> None:
    beyond = {"earned_beyond": 15.0, "earned_error": 0.0}
    found = limits(on_time=on_time, late=late, **beyond, **groups(others=(30, share)))
    assert found[1] - found[0] > 3
    assert 0 <= found[0] <= found[1] <= 100


@pytest.mark.parametrize(
    ("due", "on_time", "rating", "satisfied", "others"),
    [
        (300, 0.85, (0.4, 0.6), (0.9, 0.4), 0),
        (300, 0.85, (0.4, 0.6), (0.9, 0.4), 60),
        (60, 0.8, (0.9, 0.9), (0.9, 0.2), 0),
        (400, 0.97, (0.3, 0.5), (0.97, 0.6), 20),
        (1500, 0.9, (0.2, 0.2), (0.8, 0.5), 0),
    ],
)
def test_limits_hold_the_true_sum_in_95_of_100_months(
    due: int,
    on_time: float,
    rating: tuple[float, float],
    satisfied: tuple[float, float],
    others: int,
) -> None:
    rng = np.random.default_rng(due + others)
    # Cases on time save evenly between nothing and 80 % of their time: 0.4 on average.
    of_time, of_saved, half = 35.0, 15.0, 50.0
    answers_on, answers_late = on_time * rating[0], (1 - on_time) * rating[1]
    share = (answers_on * satisfied[0] + answers_late * satisfied[1]) / (answers_on + answers_late)
    true = on_time * (of_time + of_saved * 0.4) + half * share
    rows = []
    for month in range(400):
        met = int(rng.binomial(due, on_time))
        saved = rng.uniform(0, 0.8, met)
        answered = rng.binomial([met, due - met], rating)
        content = rng.binomial(answered, satisfied)
        beside = rng.binomial(others, share)
        of_groups = groups(
            on_time=(int(answered[0]), content[0] / max(answered[0], 1)),
            late=(int(answered[1]), content[1] / max(answered[1], 1)),
            others=(others, beside / max(others, 1)),
        )
        seen = {
            "seed": f"{month}",
            "on_time": met,
            "late": due - met,
            "earned_beyond": of_saved * saved.mean(),
            "earned_error": of_saved * saved.std(ddof=1) / met**0.5,
        }
        rows.append(CASES | seen | of_groups)
    found = joint_draws.limits_of_sums(pl.DataFrame(rows), LEVEL)
    is_held = (found["lower"] <= true) & (true <= found["upper"])
    assert 0.925 <= is_held.mean() <= 0.975  # type: ignore[operator]
