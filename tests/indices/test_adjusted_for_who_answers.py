"""The satisfied share of all who were served, from counts, is the one worked out from the rows."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import agencies, indices, methods, tables
from pipeline.indices import adjusted
from pipeline.indices.adjusted import Adjusted
from pipeline.indices.adjusted_raters import with_adjusted
from pipeline.indices.respondents import GROUPS
from pipeline.indices.scope import IndexScope
from pipeline.indices.served import Cells, join_levels
from pipeline.methods import Method
from pipeline.statistics.weighting import Margin, linearised_error, rake, weighted_mean
from pipeline.tallies import Tallies
from pipeline.tallies.pooling import Pooling, Pools
from pipeline.tallies.rated import count_rated

MONTH, UNIT, ASKED = "2026-10", "H01.1", "five:overall"
KEYS = ("procedure_code", "channel", "applicant", "served")
OUTCOME_OF = {
    "on_time": ("finished_early", "on_time", MONTH),
    "early": ("finished_early", "on_time", "2026-11"),
    "late": ("finished_overdue", "late", MONTH),
    "late_before": ("finished_overdue", None, None),
    "without_due": ("finished_without_due", None, None),
}
METHOD = methods.load()


def dossier(served: str = "on_time", channel: str = "online", **more: Any) -> dict[str, Any]:
    """A dossier that got its result; `satisfied` is None where nobody answered."""
    usual = {"procedure_code": "1", "applicant": "citizen", "satisfied": None, "weight": 1.0}
    return usual | {"served": served, "channel": channel} | more


def adjust(dossiers: Sequence[dict[str, Any]], method: Method = METHOD) -> Adjusted:
    """What is known of a unit from its dossiers; nothing where no rating names one."""
    register = pl.DataFrame({"unit_code": [UNIT], "pooled_code": [UNIT]})
    scope = IndexScope(method, Pooling(MONTH, None, register, Pools(register, register)))  # type: ignore[arg-type]
    asked = pl.DataFrame({"unit_code": [UNIT], "scale": [ASKED]})
    return next(adjusted.measure(count(dossiers, register), asked, scope))


def count(dossiers: Sequence[dict[str, Any]], members: pl.DataFrame, unit: str = UNIT) -> Tallies:
    """The tallies of dossiers, of which those with an answer are rated."""
    rows = pl.DataFrame(
        [{"respondent": str(place)} | each for place, each in enumerate(dossiers)],
        schema_overrides={"satisfied": pl.Int64, "weight": pl.Float64},
    ).with_row_index("place")
    outcomes = (
        rows.group_by(KEYS)
        .len("dossiers")
        .with_columns(
            pl.lit(unit).alias("unit_code"),
            *(
                pl.col("served")
                .replace_strict({time: each[at] for time, each in OUTCOME_OF.items()}, default=None)
                .alias(name)
                for at, name in enumerate(("outcome", "verdict", "due_month"))
            ),
            month=pl.lit(MONTH),
        )
    )
    given = rows.filter(pl.col("satisfied").is_not_null())
    file = {"sender_code": "H01", "sha256": "f", "unit_code": unit}
    ratings = given.select(
        *(pl.lit(value).alias(name) for name, value in file.items()),
        pl.col("place").cast(pl.String).alias("dossier_id"),
        pl.col("respondent").alias("respondent_id"),
        "weight",
        question=pl.lit("overall"),
        scale=pl.lit("five"),
        answer=pl.when(pl.col("satisfied") == 1).then(5).otherwise(1),
    )
    table = tables.RATINGS.schema
    typed = ratings.select(pl.col(name).cast(table[name]) for name in ratings.columns)
    served = given.select(
        pl.lit("H01").cast(pl.Categorical).alias("sender_code"),
        pl.col("place").cast(pl.String).alias("dossier_id"),
        pl.lit(unit).cast(pl.Categorical).alias("unit_code"),
        pl.col("procedure_code").cast(pl.Categorical),
        pl.col("channel").cast(pl.Enum(tables.CHANNELS)),
        pl.col("applicant").cast(pl.Enum(tables.APPLICANTS)),
        pl.col("served").cast(pl.Enum([*tables.SERVED_TIMES, tables.NOT_SERVED])),
    )
    counted = count_rated(typed.lazy(), served.lazy(), members, MONTH)
    return Tallies.of(
        outcomes=outcomes.lazy(), **{name: each.lazy() for name, each in counted.items()}
    )


def test_a_unit_whose_late_customers_are_silent_is_weighted_back() -> None:
    # 60 on time, of whom 40 answered and 36 are satisfied; 40 late, of whom 10 and 2.
    dossiers = [
        *(dossier(satisfied=int(place < 36)) for place in range(40)),
        *(dossier() for _ in range(20)),
        *(dossier("late", satisfied=int(place < 2)) for place in range(10)),
        *(dossier("late") for _ in range(30)),
    ]
    unit = adjust(dossiers)
    assert (unit.served, unit.answered, unit.unmatched) == (100, 50, 0)
    assert unit.crude == pytest.approx(38 / 50)
    # 0.6 x 36/40 + 0.4 x 2/10
    assert unit.way == "post_stratified"
    assert unit.share == pytest.approx(0.62)
    # Each with its weight: 60/40 and 40/10, of 100.
    squares = 0.015**2 * 40 * 0.9 * 0.1 + 0.04**2 * 10 * 0.2 * 0.8
    assert unit.error == pytest.approx((squares * 50 / 49) ** 0.5)
    assert unit.largest_weight == pytest.approx(4 / 2)
    assert unit.bounds == pytest.approx((0.38, 0.88))
    assert unit.without_answer == 0
    assert unit.indicator is not None
    # Rates 2/3 and 1/4, of all 1/2.
    assert unit.indicator.plain == pytest.approx(1 - 2 * (0.6 / 36 + 0.4 / 16) ** 0.5)
    lateness = {level.values: level for level in unit.levels if level.margin == "lateness"}
    assert lateness["late",].answered == 10
    assert lateness["late",].share == pytest.approx(0.2)
    assert lateness["late",].weight == pytest.approx(0.4)


def draw(rng: np.random.Generator, size: int, *, is_weighted: bool) -> list[dict[str, Any]]:
    """Dossiers of which respondents rate one to three, and answer the more the earlier."""
    found = []
    respondent = 0
    while len(found) < size:
        respondent += 1
        mood = rng.uniform(-0.3, 0.3)
        for _ in range(rng.integers(1, 4)):
            served = str(rng.choice(["on_time", "early", "late", "late_before", "without_due"]))
            is_late = served in adjusted_late()
            chance = 0.3 if is_late else 0.7
            answers = rng.uniform() < chance
            satisfied = rng.uniform() < (0.3 if is_late else 0.8) + mood
            found.append(
                dossier(
                    served,
                    str(rng.choice(["online", "counter", "post"], p=[0.6, 0.3, 0.1])),
                    procedure_code=str(rng.integers(0, 4)),
                    respondent=f"r{respondent}",
                    satisfied=int(satisfied) if answers else None,
                    weight=float(np.round(rng.uniform(0.5, 2), 3)) if is_weighted else 1.0,
                )
            )
    return found


def adjusted_late() -> tuple[str, ...]:
    return ("late", "late_before")


@pytest.mark.parametrize("seed", range(5))
def test_share_and_error_are_those_worked_out_from_the_rows(seed: int) -> None:
    dossiers = draw(np.random.default_rng(seed), 400, is_weighted=False)
    unit = adjust(dossiers)
    assert unit.way == "raked"
    rows = pl.DataFrame(dossiers).with_columns(
        lateness=pl.when(pl.col("served").is_in(adjusted_late())).then(1).otherwise(0),
        channel=pl.col("channel").replace_strict({"online": 0, "counter": 1, "post": 2}),
        procedure=pl.col("procedure_code").cast(pl.Int64),
    )
    given = rows.filter(pl.col("satisfied").is_not_null())
    margins = [
        Margin(given[name].to_numpy(), np.bincount(rows[name].to_numpy()).astype(float))
        for name in ("lateness", "channel", "procedure")
    ]
    assert unit.margins == ("lateness", "channel", "procedure_code")
    raked = rake(np.ones(given.height), margins)
    values = given["satisfied"].to_numpy().astype(float)
    assert unit.share == pytest.approx(weighted_mean(values, raked.weights))
    _, clusters = np.unique(given["respondent"].to_list(), return_inverse=True)
    people, answers = len(np.unique(clusters)), given.height
    error = linearised_error(values, raked, clusters, margins)
    # The number of answers stands for that of respondents in n / (n - 1).
    of_answers = error * ((people - 1) / people * answers / (answers - 1)) ** 0.5
    # Up to what the respondents of several dossiers make of the mean of their sums.
    assert unit.error == pytest.approx(of_answers, rel=1e-4)


def test_respondents_of_several_dossiers_make_the_error_larger() -> None:
    rng = np.random.default_rng(3)
    moods = rng.uniform(size=60) < 0.7
    together = [
        dossier(satisfied=int(mood), respondent=f"r{place}")
        for place, mood in enumerate(moods)
        for _ in range(3)
    ]
    apart = [
        {name: value for name, value in each.items() if name != "respondent"} for each in together
    ]
    assert adjust(together).error == pytest.approx(3**0.5 * adjust(apart).error, rel=1e-9)


def test_where_all_answered_the_crude_share_stands() -> None:
    dossiers = [
        each | {"satisfied": each["satisfied"] or 0}
        for each in draw(np.random.default_rng(8), 300, is_weighted=False)
    ]
    unit = adjust(dossiers)
    assert unit.share == pytest.approx(unit.crude)
    assert unit.bounds == pytest.approx((unit.crude, unit.crude))
    assert unit.largest_weight == pytest.approx(1)


def test_weights_that_were_sent_are_where_weighting_begins() -> None:
    dossiers = draw(np.random.default_rng(5), 400, is_weighted=True)
    doubled = [each | {"weight": 2 * each["weight"]} for each in dossiers]
    plain = [each | {"weight": 1.0} for each in dossiers]
    assert adjust(dossiers).share == pytest.approx(adjust(doubled).share)
    assert adjust(dossiers).share != pytest.approx(adjust(plain).share, rel=1e-6)


@pytest.mark.parametrize(("answered", "is_adjusted"), [(29, False), (30, True)])
def test_under_thirty_rated_dossiers_the_crude_share_stands(
    answered: int, is_adjusted: bool
) -> None:
    unit = adjust([dossier(satisfied=place % 2) for place in range(answered)] + [dossier()] * 20)
    assert bool(unit.way) is is_adjusted
    assert unit.note == ("" if is_adjusted else "too_few_matched")
    # All in one group: nothing is known that could be weighted by.
    assert np.isnan(unit.share) or unit.share == pytest.approx(unit.crude)


def cells_of(answered: dict[str, int]) -> Cells:
    numbers = np.array(list(answered.values()), dtype=float)
    return Cells({"channel": list(answered)}, numbers + 5, numbers, numbers, numbers)


@pytest.mark.parametrize(
    ("answered", "joined"),
    [
        ({"a": 10, "b": 10, "c": 10}, [0, 1, 2]),
        ({"a": 9, "b": 30, "c": 10}, [0, 1, 0]),
        ({"a": 0, "b": 30, "c": 1}, [0, 0, 0]),
        ({"a": 4, "b": 4, "c": 40, "d": 2}, [1, 1, 0, 1]),
        ({"a": 3}, [0]),
    ],
)
def test_the_level_with_the_fewest_answers_is_joined_with_the_next(
    answered: dict[str, int], joined: list[int]
) -> None:
    found = join_levels("channel", cells_of(answered), 10)
    same = [[one == other for other in found] for one in found]
    assert same == [[one == other for other in joined] for one in joined]


@given(st.lists(st.integers(0, 25), min_size=1, max_size=8), st.integers(1, 12))
def test_every_level_has_enough_answers_or_is_the_only_one(counts: list[int], least: int) -> None:
    answered = {chr(97 + place): count for place, count in enumerate(counts)}
    level = join_levels("channel", cells_of(answered), least)
    sums = np.bincount(level, counts)
    assert len(sums) == 1 or (sums >= least).all()


# Ten late answers stand for 900 of 1,000: weights of 90, and of 1.11 of 90 others, of a mean of 10.
LATE_SILENT = [
    *(dossier(satisfied=1) for _ in range(90)),
    *(dossier() for _ in range(10)),
    *(dossier("late", satisfied=0) for _ in range(10)),
    *(dossier("late") for _ in range(890)),
]


def test_a_weight_beyond_the_bound_is_cut_and_its_effect_is_told() -> None:
    unit = adjust(LATE_SILENT, METHOD.model_copy(update={"maximum_weight": 8.6}))
    assert unit.largest_weight == pytest.approx(8.6)
    assert unit.cut_share == pytest.approx(0.1)
    # Ten of a hundred answers of 8.6 times the mean weight have 86 % of all weight, and not 90 %.
    assert unit.share == pytest.approx(0.14)
    assert unit.moved_by_bound == pytest.approx(0.14 - 0.1)
    free = adjust(LATE_SILENT, METHOD.model_copy(update={"maximum_weight": 9.0}))
    assert (free.cut_share, free.moved_by_bound) == (0, 0)
    assert free.share == pytest.approx(0.1)


def test_where_the_bound_lets_no_margin_be_met_the_crude_share_stands() -> None:
    unit = adjust(LATE_SILENT, METHOD.model_copy(update={"maximum_weight": 5.0}))
    assert (unit.way, unit.note) == ("", "margins_not_met")


def test_answers_that_follow_the_margins_have_limits_all_the_same() -> None:
    dossiers = [
        *(dossier(satisfied=1) for _ in range(31)),
        *(dossier(channel="counter", satisfied=1) for _ in range(17)),
        *(dossier("late", satisfied=0) for _ in range(19)),
        *(dossier("late", channel="counter", satisfied=0) for _ in range(17)),
        *(dossier("late") for _ in range(20)),
    ]
    unit = adjust(dossiers)
    assert unit.error == pytest.approx(0, abs=1e-6)
    assert unit.effective_n <= 84


def test_an_index_of_all_who_were_served_has_the_adjusted_share_in_its_parts() -> None:
    unit = adjust(draw(np.random.default_rng(1), 400, is_weighted=False))
    columns = [f"{group}_{name}" for group in GROUPS for name in ("part", "mass", "effective_n")]
    raters = pl.DataFrame(
        {"unit_code": [UNIT, "H01.2"], "value": [0.5, 0.25], "effective_n": [100.0, 50.0]}
    ).with_columns(pl.lit(0.125).alias(name) for name in columns)
    found = with_adjusted(raters, [unit])
    assert found.filter(unit_code="H01.2").equals(raters.filter(unit_code="H01.2"))
    row = found.filter(unit_code=UNIT).row(0, named=True)
    assert (row["value"], row["effective_n"]) == (unit.share, unit.effective_n)
    assert sum(row[f"{group}_part"] for group in GROUPS) == pytest.approx(unit.share)
    assert sum(row[f"{group}_mass"] for group in GROUPS) == pytest.approx(1)
    samples = sum(row[f"{group}_effective_n"] for group in GROUPS)
    assert samples == pytest.approx(unit.effective_n)


def test_a_unit_that_cannot_be_adjusted_keeps_the_share_of_those_who_answered() -> None:
    unit = adjust([dossier(satisfied=1)] * 3)
    raters = pl.DataFrame({"unit_code": [UNIT], "value": [0.5]})
    assert with_adjusted(raters, [unit]).equals(raters)


def tallies_with_answers(dossiers: Sequence[dict[str, Any]], yes: int, no: int) -> Tallies:
    """The tallies of a province's dossiers and of its answers: so many satisfied and not."""
    members = pl.DataFrame({"unit_code": ["H26"], "pooled_code": ["H26"]})
    rated = count(dossiers, members, "H26")
    answers = pl.DataFrame(
        [
            {"question": question, "answer": answer, "respondents": respondents}
            for question in ("overall", "any")
            for answer, respondents in ((5, yes), (1, no))
        ]
    ).with_columns(
        month=pl.lit(MONTH),
        sender_code=pl.lit("H26"),
        sha256=pl.lit("f"),
        unit_code=pl.lit("H26"),
        scale=pl.lit("five"),
        mode=pl.lit("other"),
        weight_millionths=1_000_000 * pl.col("respondents"),
        weight_squared_trillionths=1_000_000**2 * pl.col("respondents"),
        dossier_month=pl.lit(None, pl.String),
        dossier_verdict=pl.lit(None, pl.String),
    )
    outcomes = tables.OUTCOMES.conform(
        rated.outcomes.collect()
        .filter(pl.col("outcome").is_not_null())
        .with_columns(
            sender_code=pl.lit("H26"),
            sha256=pl.lit("f"),
            clock=pl.lit("working"),
            deadline_rule=pl.lit(METHOD.deadline_rule.name),
            intake=pl.lit("received"),
            saved_thousandths=0,
            saved_squared_millionths=0,
        )
    )
    return replace(rated, outcomes=outcomes.lazy(), answers=tables.ANSWERS.conform(answers).lazy())


def satisfied_share(tallies: Tallies, satisfaction: str) -> float:
    method = METHOD.model_copy(update={"satisfaction": satisfaction})
    computed = indices.compute(tallies, MONTH, method, agencies.load(None))
    row = computed.filter(unit_code="H26", indicator="satisfied_share").row(0, named=True)
    assert row["lower"] < row["value"] < row["upper"]
    assert computed.filter(unit_code="H26", indicator="reform_performance_index").height == 1
    return float(row["value"])


def test_a_method_may_say_that_the_index_is_of_all_who_were_served() -> None:
    dossiers = draw(np.random.default_rng(2), 400, is_weighted=False)
    tallies = tallies_with_answers(dossiers, 150, 50)
    assert satisfied_share(tallies, "as_answered") == 0.75
    assert satisfied_share(tallies, "adjusted") == pytest.approx(adjust(dossiers).share, abs=1e-6)


@pytest.mark.parametrize(
    ("unmatched", "is_adjusted"), [(0, True), (1, False), (4, False), (5, True)]
)
def test_where_a_few_answers_name_no_dossier_the_index_is_not_adjusted(
    unmatched: int, is_adjusted: bool
) -> None:
    """Else who knows the share of all answers could subtract to what these few said.

    30 of 40 answers on dossiers of the month are satisfied, all others are not.
    """
    dossiers = [
        *(dossier(satisfied=int(place < 30)) for place in range(40)),
        *(dossier() for _ in range(20)),
        *(dossier(tables.NOT_SERVED, satisfied=0) for _ in range(unmatched)),
    ]
    found = satisfied_share(tallies_with_answers(dossiers, 30, 10 + unmatched), "adjusted")
    expected = 30 / 40 if is_adjusted else 30 / (40 + unmatched)
    assert found == pytest.approx(expected, abs=1e-6)
