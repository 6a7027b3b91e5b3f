"""Ratings that name a dossier with a result in the month are counted by what is known of it."""

from datetime import datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.indices.served import count_served

from .conftest import Change, RatedOf

FINISHED: Change = {
    "dossier_id": "d",
    "status": "finished",
    "first_due_at": datetime(2026, 10, 20),
    "due_at": datetime(2026, 10, 20),
    "ended_at": datetime(2026, 10, 15),
}
TIMES: dict[str, Change] = {
    "on_time": {},
    "early": {"first_due_at": datetime(2026, 11, 1), "due_at": datetime(2026, 11, 1)},
    "late": {"ended_at": datetime(2026, 10, 21)},
    # The sender sends for the first time: what was due before is no month's to judge.
    "late_before": {
        "received_at": datetime(2026, 9, 1),
        "first_due_at": datetime(2026, 9, 20),
        "due_at": datetime(2026, 9, 20),
    },
    "without_due": {"first_due_at": None, "due_at": None},
}


def sums(cells: pl.DataFrame) -> list[tuple[str, int, int, int]]:
    return cells.select("served", "dossiers", "weight_millionths", "satisfied_millionths").rows()


@pytest.mark.parametrize("time", TIMES)
def test_a_rated_dossier_is_counted_by_its_deadline(rated_of: RatedOf, time: str) -> None:
    counted = rated_of([FINISHED | TIMES[time]], [{"dossier_id": "d"}])
    assert sums(counted["rated"]) == [(time, 1, 1_000_000, 1_000_000)]
    [cell] = counted["rated"].rows(named=True)
    assert (cell["unit_code"], cell["asked"]) == ("H01.1", "five:overall")
    assert (cell["procedure_code"], cell["channel"]) == ("2.000815", "online")
    assert cell["applicant"] == "citizen"


@pytest.mark.parametrize(("ended", "served"), [(20, "on_time"), (21, "late")])
def test_the_moment_of_the_deadline_is_on_time(rated_of: RatedOf, ended: int, served: str) -> None:
    dossier = FINISHED | {"ended_at": datetime(2026, 10, ended)}
    assert sums(rated_of([dossier], [{"dossier_id": "d"}])["rated"])[0][0] == served


@pytest.mark.parametrize(
    ("dossier", "rating"),
    [
        (FINISHED, {"dossier_id": "another"}),
        (FINISHED, {"dossier_id": None}),
        (FINISHED, {"dossier_id": "d", "sender_code": "H26"}),
        ({"dossier_id": "d"}, {"dossier_id": "d"}),
        (FINISHED | {"status": "withdrawn"}, {"dossier_id": "d"}),
        (FINISHED | {"ended_at": datetime(2026, 11, 1)}, {"dossier_id": "d"}),
        (FINISHED | {"ended_at": datetime(2026, 9, 30)}, {"dossier_id": "d"}),
    ],
    ids=[
        "of a dossier that does not exist",
        "of no dossier",
        "of another sender",
        "before the result",
        "of a dossier that was withdrawn",
        "of a dossier that ended after the month",
        "of a dossier that ended before the month",
    ],
)
def test_a_rating_of_no_dossier_served_in_the_month_is_counted_apart(
    rated_of: RatedOf, dossier: Change, rating: Change
) -> None:
    counted = rated_of([dossier], [rating])
    assert sums(counted["rated"]) == [("not_served", 1, 1_000_000, 1_000_000)]
    assert counted["rated_pairs"].is_empty()


def test_ratings_of_a_code_that_two_dossiers_have_are_counted_apart(rated_of: RatedOf) -> None:
    twice = [FINISHED, FINISHED | {"unit_code": "H01.2"}]
    assert sums(rated_of(twice, [{"dossier_id": "d"}])["rated"])[0][0] == "not_served"


def test_a_dossier_rated_twice_counts_once_with_the_mean_and_the_heaviest_weight(
    rated_of: RatedOf,
) -> None:
    ratings = [
        {"dossier_id": "d", "respondent_id": "b", "answer": 5, "weight": 3.0},
        {"dossier_id": "d", "respondent_id": "a", "answer": 1, "weight": 1.0},
    ]
    counted = rated_of([FINISHED], ratings)
    # Of weights of 4 the satisfied 3: of the heaviest weight, 3, three quarters.
    assert sums(counted["rated"]) == [("on_time", 1, 3_000_000, 2_250_000)]
    [pair] = counted["rated_pairs"].filter(unit_code="H01.1").rows(named=True)
    assert pair["respondents"] == 1
    assert pair["weight_products"] == 3_000_000**2
    assert pair["satisfied_by_weight"] == 3_000_000 * 2_250_000
    assert pair["satisfied_products"] == 2_250_000**2


def test_factors_of_a_dossier_are_one_answer_beside_the_overall_question(
    rated_of: RatedOf,
) -> None:
    ratings = [
        {"dossier_id": "d", "question": "access", "answer": 5},
        {"dossier_id": "d", "question": "results", "answer": 1},
        {"dossier_id": "d", "question": "officials", "answer": None},
        {"dossier_id": "d", "question": "overall", "answer": 4},
    ]
    cells = rated_of([FINISHED], ratings)["rated"].sort("asked")
    assert cells["asked"].to_list() == ["five:factors", "five:overall"]
    assert cells["satisfied_millionths"].to_list() == [500_000, 1_000_000]


def test_a_rating_counts_in_the_unit_of_its_dossier(rated_of: RatedOf) -> None:
    counted = rated_of([FINISHED | {"unit_code": "H01.2"}], [{"dossier_id": "d"}])
    assert counted["rated"]["unit_code"].to_list() == ["H01.2"]


def test_dossiers_of_one_respondent_go_together_in_units_and_above(rated_of: RatedOf) -> None:
    dossiers = [
        FINISHED,
        FINISHED | {"dossier_id": "e", "channel": "post"},
        FINISHED | {"dossier_id": "f", "unit_code": "H01.2"},
        FINISHED | {"dossier_id": "g", "unit_code": "H01"},
    ]
    ratings = [
        {"dossier_id": "d", "answer": 5},
        {"dossier_id": "e", "answer": 1},
        {"dossier_id": "f", "answer": 4},
        {"dossier_id": "g", "answer": 4, "respondent_id": "other"},
    ]
    pairs = rated_of(dossiers, ratings)["rated_pairs"]
    found = {
        (row["unit_code"], row["channel"], row["other_channel"]): (
            row["respondents"],
            row["weight_products"] // 10**12,
            row["satisfied_by_weight"] // 10**12,
            row["satisfied_products"] // 10**12,
        )
        for row in pairs.iter_rows(named=True)
    }
    assert found == {
        ("H01.1", "online", "online"): (1, 1, 1, 1),
        ("H01.1", "online", "post"): (1, 1, 1, 0),
        ("H01.1", "post", "online"): (1, 1, 0, 0),
        ("H01.1", "post", "post"): (1, 1, 0, 0),
        ("H01.2", "online", "online"): (1, 1, 1, 1),
        # Above, d and f are one sum of 2, and the other respondent's g stands beside it.
        ("H01", "online", "online"): (2, 5, 5, 5),
        ("H01", "online", "post"): (1, 2, 2, 0),
        ("H01", "post", "online"): (1, 2, 0, 0),
        ("H01", "post", "post"): (1, 1, 0, 0),
    }


moments = st.datetimes(datetime(2026, 9, 1), datetime(2026, 11, 30))
drawn = st.lists(
    st.fixed_dictionaries(
        {
            "status": st.sampled_from(["finished", "handed_over", "withdrawn", "in_progress"]),
            "channel": st.sampled_from(["online", "counter", None]),
            "received_at": st.just(datetime(2026, 8, 31)),
            "first_due_at": st.none() | moments,
            "ended_at": moments,
        }
    ),
    min_size=1,
    max_size=12,
)


@given(drawn)
def test_the_served_of_the_outcomes_are_those_that_can_be_rated(
    rated_of: RatedOf, changes: list[Change]
) -> None:
    dossiers = [
        {**change, "dossier_id": str(number), "due_at": change["first_due_at"]}
        for number, change in enumerate(changes)
        if change["status"] != "in_progress" or not change["ended_at"]
    ]
    if not dossiers:
        return
    counted = rated_of(dossiers, [{"dossier_id": str(number)} for number in range(12)])
    by = ["unit_code", "procedure_code", "channel", "applicant", "served"]
    of_outcomes = count_served(counted["outcomes"].lazy()).group_by(by).sum().collect()
    of_rows = counted["served"].select(pl.col(by).cast(pl.String)).group_by(by).len("dossiers")
    assert of_outcomes.sort(by).rows() == of_rows.sort(by).rows()
    rated = counted["rated"].filter(pl.col("served") != "not_served")
    assert rated["dossiers"].sum() == of_rows["dossiers"].sum()


@given(st.permutations(range(6)))
def test_the_order_of_rows_changes_nothing(rated_of: RatedOf, order: list[int]) -> None:
    dossiers = [FINISHED | {"dossier_id": str(number % 4)} for number in range(4)]
    ratings: list[Change] = [
        {
            "dossier_id": str(number % 4),
            "respondent_id": f"r{number % 3}",
            "answer": 1 + number % 5,
            "weight": 0.1 + number / 7,
        }
        for number in range(6)
    ]
    plain = rated_of(dossiers, ratings)
    turned = rated_of(dossiers, [ratings[place] for place in order])
    for name in ("rated", "rated_pairs"):
        assert plain[name].equals(turned[name])
