"""The same rows in two files count once, where no code says that they are the same records."""

from collections.abc import Sequence

import pytest

from pipeline import copies, records
from pipeline.profiles import Profile

from .conftest import ProfileWith, TextRow, Typed


def marked(typed: Typed, profile: Profile, *files: Sequence[TextRow]) -> tuple[set[str], set[str]]:
    """Which files of a delivery, f0 and so on, are counted, and which are refused."""
    parts = [
        (records.with_sender_and_file(typed(profile, *rows), "H01", f"f{n}", profile), profile)
        for n, rows in enumerate(files)
    ]
    kept, faults = copies.mark_copies(parts, profile.kind)
    assert {fault.fault for fault in faults.values()} <= {"repeated_rows"}
    return {str(name) for frame in kept for name in frame["sha256"].unique()}, set(faults)


def ratings(first: int, count: int, *, has_time: bool = True) -> list[TextRow]:
    """Ratings without a code, one a minute; or all at midnight of four days."""
    return [
        {
            "answer": str(3 + n % 3),
            "answered_at": f"2026-10-09 {8 + n // 60:02d}:{n % 60:02d}:00"
            if has_time
            else f"2026-10-{1 + n % 4:02d} 00:00:00",
            "respondent_id": None,
        }
        for n in range(first, first + count)
    ]


@pytest.fixture
def survey(profile_with: ProfileWith) -> Profile:
    return profile_with("ratings", identity=())


def test_of_the_same_rows_twice_or_with_some_more_the_larger_file_counts(
    survey: Profile, typed: Typed
) -> None:
    assert marked(typed, survey, ratings(0, 12), ratings(0, 12)) == ({"f0"}, {"f1"})
    assert marked(typed, survey, ratings(0, 12), ratings(0, 15)) == ({"f1"}, {"f0"})
    # Each week the month so far: 12, 24 and 36 ratings.
    weeks = [ratings(0, 12 * week) for week in (1, 2, 3)]
    assert marked(typed, survey, *weeks) == ({"f2"}, {"f0", "f1"})


def test_another_order_makes_no_other_rows(survey: Profile, typed: Typed) -> None:
    rows = ratings(0, 12)
    assert marked(typed, survey, rows, rows[::-1]) == ({"f0"}, {"f1"})


@pytest.mark.parametrize(("first", "refused"), [(9, {"f1"}), (10, set())])
def test_a_file_counts_where_not_more_than_half_of_it_is_in_another(
    survey: Profile, typed: Typed, first: int, refused: set[str]
) -> None:
    # Of the 20 rows 9 to 28 the first 11 are among 0 to 19; of 10 to 29, ten: a half.
    assert marked(typed, survey, ratings(0, 20), ratings(first, 20))[1] == refused


@pytest.mark.parametrize(("count", "refused"), [(9, set()), (10, {"f0"})])
def test_fewer_than_ten_rows_may_be_the_same_by_chance(
    survey: Profile, typed: Typed, count: int, refused: set[str]
) -> None:
    assert marked(typed, survey, ratings(0, count), ratings(0, 20))[1] == refused


def test_a_survey_whose_rows_are_much_alike_counts_in_every_file(
    survey: Profile, typed: Typed
) -> None:
    # Days and answers of 24 rows: 4 x 3 = 12 different ones.
    rows = ratings(0, 24, has_time=False)
    assert marked(typed, survey, rows, rows) == ({"f0", "f1"}, set())


def test_a_file_without_rows_beside_another_repeats_nothing(
    profile_with: ProfileWith, typed: Typed
) -> None:
    petition = {"petition_id": "a", "received_at": "2026-10-09 08:00:00", "status": "received"}
    adding = profile_with("petitions", identity=())
    assert marked(typed, adding, [], [petition])[1] == set()


def test_what_a_code_says_is_part_of_the_row(survey: Profile, typed: Typed) -> None:
    first, second = (
        [{**row, "respondent_id": f"{desk}-{n}"} for n, row in enumerate(ratings(0, 12))]
        for desk in "AB"
    )
    assert marked(typed, survey, first, second) == ({"f0", "f1"}, set())


def test_figures_that_add_up_count_once(profile_with: ProfileWith, typed: Typed) -> None:
    rows: list[TextRow] = [
        {
            "unit_code": "H01",
            "indicator": "due_on_time",
            "period_at": "2026-10-01 00:00:00",
            "numerator": str(n),
            "denominator": str(50 + n),
        }
        for n in range(12)
    ]
    adding = profile_with("figures", identity=())
    assert marked(typed, adding, rows, rows) == ({"f0"}, {"f1"})
