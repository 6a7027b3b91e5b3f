"""What many records show together: ends and ratings at one time, and numbers that are missing."""

from datetime import date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import tables
from pipeline.tables import FINDINGS
from pipeline.tallies import patterns
from pipeline.tallies.patterns import (
    MANY_DOSSIERS,
    SAME_MINUTE,
    SAME_RATINGS,
    SAME_SECOND,
    crowds,
)

from .patterns import MONTH, RATING, RECEIVED, Row, build, counted, counted_ratings, totals

MINUTE = datetime(2026, 10, 7, 10, 1)


def ends(seconds: list[int], **more: object) -> list[Row]:
    return [{"ended_at": MINUTE + timedelta(seconds=each), **more} for each in seconds]


@pytest.mark.parametrize(("count", "cases"), [(SAME_MINUTE, SAME_MINUTE), (SAME_MINUTE - 1, 0)])
def test_many_ends_in_one_minute_are_found(count: int, cases: int) -> None:
    # In different seconds of one minute, and one in the next minute.
    found = totals(counted(*ends([*range(count), 60])))
    assert found["ended_in_one_minute"] == (cases, count + 1)
    assert found["ended_at_one_time"] == (0, count + 1)


@pytest.mark.parametrize(("count", "cases"), [(SAME_SECOND, SAME_SECOND), (SAME_SECOND - 1, 0)])
def test_many_ends_in_one_second_are_found(count: int, cases: int) -> None:
    found = totals(counted(*ends([7] * count + [8])))
    assert found["ended_at_one_time"] == (cases, count + 1)


def test_the_ends_of_several_units_are_no_batch_and_those_of_several_files_are() -> None:
    here, there = ends([7] * 3), ends([7] * 3, unit_code="H26.02")
    assert totals(counted(*here, *there))["ended_at_one_time"] == (0, 6)
    cells = counted(*ends([7] * 3), *ends([7] * 3, sha256="g")).filter(finding="ended_at_one_time")
    assert cells.select("sha256", "cases", "looked_at").rows() == [("f", 3, 3), ("g", 3, 3)]


def test_ends_at_midnight_are_days_and_no_batch() -> None:
    at_midnight: list[Row] = [{"ended_at": datetime(2026, 10, 7)}] * SAME_MINUTE
    assert "ended_in_one_minute" not in totals(counted(*at_midnight))


def test_counting_buckets_first_drops_no_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = ends([7] * SAME_SECOND + list(range(8, 40)))
    expected = totals(counted(*rows))
    assert expected["ended_at_one_time"] == (SAME_SECOND, SAME_SECOND + 32)
    monkeypatch.setattr(crowds, "_FEW_ROWS", 0)
    assert totals(counted(*rows)) == expected


# ---- Codes


def coded(*codes: str, received: datetime = RECEIVED, **more: object) -> list[Row]:
    return [{"dossier_id": code, "received_at": received, **more} for code in codes]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("H26.01-261005-0001", (0, 1)),
        ("H26.01-261004-0001", (1, 1)),
        ("H26.01-261006-12345", (1, 1)),
        ("H26.01-261005-12345", (0, 1)),
        ("H26.01-260230-0001", None),  # no day
        ("H26.01-261005-001", None),
        ("H26.01-261005-000a", None),
        ("-261005-0001", None),
        ("2026100500001", None),
        ("", None),
    ],
)
def test_the_day_in_a_national_code_is_the_day_of_receipt(
    code: str, expected: tuple[int, int] | None
) -> None:
    assert totals(counted(*coded(code))).get("code_of_another_day") == expected


@pytest.mark.parametrize(
    ("code", "abolished_on", "cases"),
    [
        ("H03-261005-0001", RECEIVED.date(), 1),
        ("H03-261005-0001", RECEIVED.date() + timedelta(days=1), 0),
        ("H03.07.2-261005-0001", RECEIVED.date(), 1),
        ("H03.07.2-261006-0001", RECEIVED.date(), 1),
        ("H030-261005-0001", RECEIVED.date(), 0),
        ("H26.01-261005-0001", RECEIVED.date(), 0),
    ],
)
def test_the_code_of_a_body_that_was_abolished_is_found(
    code: str, abolished_on: date, cases: int
) -> None:
    found = totals(counted(*coded(code), abolished={"H03": abolished_on}))
    assert found["code_of_abolished_body"] == (cases, 1)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        (["0001"], (0, 1)),
        (["0001", "0002", "0003"], (0, 3)),
        (["0001", "0003", "0007"], (4, 7)),  # 2, 4, 5 and 6
        (["0003", "0004"], (0, 2)),  # where a day begins is not known
        (["0009", "0010", "0012"], (1, 4)),
    ],
)
def test_numbers_between_those_of_a_day_are_missing(
    numbers: list[str], expected: tuple[int, int]
) -> None:
    rows = coded(*(f"H26.01-261005-{number}" for number in numbers))
    assert totals(counted(*rows))["number_missing"] == expected


def test_numbers_run_within_a_day_of_a_unit_in_the_month() -> None:
    other_day = coded("H26.01-261006-0005", received=datetime(2026, 10, 6, 9))
    other_unit = coded("H26.02-261005-0009", unit_code="H26.02")
    of_another_body = coded("H26-261005-0009")
    before = coded("H26.01-260930-0001", "H26.01-260930-0009", received=datetime(2026, 9, 30, 9))
    rows = [*coded("H26.01-261005-0001"), *other_day, *other_unit, *of_another_body, *before]
    assert totals(counted(*rows))["number_missing"] == (0, 3)


def test_a_number_in_another_file_is_not_missing() -> None:
    codes = [f"H26.01-261005-000{number}" for number in (1, 2, 3)]
    rows = [*coded(codes[0], codes[2]), *coded(codes[1], sha256="e")]
    cells = counted(*rows).filter(finding="number_missing")
    # The cell is of the first file by hash.
    assert cells.select("sha256", "cases", "looked_at").rows() == [("e", 0, 3)]


def test_a_number_of_a_dossier_that_another_unit_handles_is_not_missing() -> None:
    codes = [f"H26.01-261005-000{number}" for number in (1, 2, 3)]
    handled = [*coded(codes[0], codes[2]), *coded(codes[1], unit_code="H26.02")]
    cells = counted(*handled).filter(finding="number_missing")
    assert cells.select("unit_code", "cases", "looked_at").rows() == [("H26.01", 0, 3)]
    # The same by a number of five digits elsewhere: it is in no span.
    long = coded("H26.01-261005-10002", unit_code="H26.02")
    assert totals(counted(*coded(codes[0], codes[2]), *long))["number_missing"] == (1, 3)


def test_numbers_of_a_body_that_handles_nothing_are_not_looked_at() -> None:
    rows = coded("H26.09-261005-0001", "H26.09-261005-0009")
    assert "number_missing" not in totals(counted(*rows))


# ---- Ratings


@pytest.mark.parametrize(
    ("answered", "ended", "expected"),
    [
        (datetime(2026, 10, 7, 9, 59, 59), datetime(2026, 10, 7, 10), (1, 1)),
        (datetime(2026, 10, 7, 10), datetime(2026, 10, 7, 10), (0, 1)),
        # A day alone: on the same day nobody knows, on the day before it was before.
        (datetime(2026, 10, 7), datetime(2026, 10, 7, 10), (0, 1)),
        (datetime(2026, 10, 6), datetime(2026, 10, 7, 10), (1, 1)),
        (datetime(2026, 10, 6, 9), datetime(2026, 10, 7), (1, 1)),
        (datetime(2026, 10, 7, 9), None, None),
    ],
)
def test_a_rating_before_its_result_is_found(
    answered: datetime, ended: datetime | None, expected: tuple[int, int] | None
) -> None:
    found = totals(counted_ratings({"answered_at": answered, "dossier_ended_at": ended}))
    assert found.get("rated_before_result") == expected


def alike(count: int, **more: object) -> list[Row]:
    return [{"respondent_id": f"r{number}", **more} for number in range(count)]


@pytest.mark.parametrize(("count", "cases"), [(SAME_RATINGS, SAME_RATINGS), (SAME_RATINGS - 1, 0)])
def test_many_like_ratings_in_one_minute_are_found(count: int, cases: int) -> None:
    other = alike(1, answer=4)
    assert totals(counted_ratings(*alike(count), *other))["rated_in_one_minute"] == (
        cases,
        count + 1,
    )


def test_ratings_of_another_question_minute_or_unit_are_not_like() -> None:
    half = SAME_RATINGS // 2
    later = RATING["answered_at"] + timedelta(minutes=1)  # type: ignore[operator]
    for other in ({"question": "access"}, {"answered_at": later}, {"unit_code": "H26.02"}):
        found = totals(counted_ratings(*alike(half), *alike(half, **other)))
        assert found["rated_in_one_minute"] == (0, 2 * half)


@pytest.mark.parametrize(
    ("count", "cases"), [(MANY_DOSSIERS, MANY_DOSSIERS), (MANY_DOSSIERS - 1, 0)]
)
def test_many_dossiers_rated_by_one_respondent_are_found(count: int, cases: int) -> None:
    by_one = [{"respondent_id": "agent", "dossier_id": f"d{number}"} for number in range(count)]
    other = {"respondent_id": "person", "dossier_id": "d0"}
    assert totals(counted_ratings(*by_one, other))["rated_by_one_person"] == (cases, count + 1)


def test_several_answers_about_one_dossier_are_of_one_dossier() -> None:
    answers = [
        {"respondent_id": "person", "dossier_id": "d1", "question": question}
        for question in ("overall", "access", "procedures", "officials", "results")
    ]
    found = totals(counted_ratings(*answers, *answers))
    assert found["rated_by_one_person"] == (0, 10)


def test_who_is_known_by_the_dossier_alone_rates_no_other() -> None:
    alone = [{"respondent_id": f"d{number}", "dossier_id": f"d{number}"} for number in range(20)]
    assert "rated_by_one_person" not in totals(counted_ratings(*alone))


def marked(*rows: Row) -> list[tuple[object, ...]]:
    """Scale, question, answer, respondents and whole weights of the marked answers, of all and of
    the respondent who gave most.
    """
    cells = patterns.count_marked(patterns.mark_ratings(build("ratings", RATING, rows)), "2026-10")
    assert cells.schema == tables.MARKED.schema
    weights = (pl.col(f"{of}_millionths") // 1_000_000 for of in ("weight", "largest"))
    return cells.select("scale", "question", "answer", "respondents", *weights).rows()


def test_marked_answers_are_counted_once_whatever_marks_them() -> None:
    by_one = [
        {"respondent_id": "agent", "dossier_id": f"d{number}", "weight": 2.0}
        for number in range(MANY_DOSSIERS)
    ]
    # Each is marked twice: they are alike in one minute too. A person has another opinion.
    other = {"respondent_id": "person", "dossier_id": "d0", "answer": 2}
    answer = build("ratings", RATING, [{}]).collect()["answer"].item()
    weight = 2 * MANY_DOSSIERS
    assert marked(*by_one, other) == [
        ("five", "overall", None, 1, weight, weight),
        ("five", "overall", answer, 1, weight, weight),
    ]
    assert marked(other) == []


def test_a_respondent_with_marked_answers_counts_once_for_each_scale_and_kind_of_question() -> None:
    early = {"answered_at": datetime(2026, 10, 6), "dossier_ended_at": datetime(2026, 10, 7)}
    factors = [
        {"respondent_id": "one", "question": question, "answer": answer, **early}
        for question, answer in (("access", 4), ("access", 5), ("results", 5))
    ]
    others = [{"respondent_id": f"r{place}", "answer": 4, **early} for place in range(2)]
    assert marked(*factors, *others) == [
        ("five", "access", 4, 1, 1, 1),
        ("five", "access", 5, 1, 1, 1),
        ("five", "any_factor", None, 1, 3, 3),
        ("five", "overall", None, 2, 2, 1),
        ("five", "overall", 4, 2, 2, 1),
        ("five", "results", 5, 1, 1, 1),
    ]


def test_an_answer_that_was_not_given_is_none() -> None:
    assert counted_ratings({"answer": None}).is_empty()


# ---- Rejected rows


def test_rows_that_ended_before_they_were_received_are_counted_for_their_sender() -> None:
    rejected = pl.LazyFrame(
        {
            "sender_code": ["H26"] * 4,
            "kind": ["dossiers"] * 3 + ["petitions"],
            "sha256": ["f"] * 4,
            "row_number": [2, 2, 3, 4],
            "rule": ["ended_not_before_received", "due_not_before_received"]
            + ["ended_not_before_received"] * 2,
        }
    )
    delivered = pl.LazyFrame(
        {
            "sender_code": ["H26"] * 3,
            "kind": ["dossiers", "dossiers", "petitions"],
            "sha256": ["f", "g", "h"],
            "status": ["accepted", "refused", "accepted"],
            "rows": [10, 20, 30],
        }
    )
    part = patterns.count_rejected(rejected, delivered)
    cells = patterns.add_up([part], FINDINGS.empty(), MONTH)
    assert cells.select("unit_code", "sha256", "finding", "cases", "looked_at").rows() == [
        ("H26", "f", "ended_before_received", 2, 10)
    ]


# ---- Laws

MOMENTS = st.sampled_from([MINUTE + timedelta(seconds=each) for each in (0, 1, 2, 59, 60, 3600)])
CODES = st.builds("H26.01-2610{:02d}-{:04d}".format, st.integers(5, 7), st.integers(1, 12))
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "dossier_id": CODES,
            "ended_at": MOMENTS,
            "sha256": st.sampled_from(["f", "g"]),
            "supplement_requests": st.sampled_from([None, 1, 2]),
        }
    ),
    max_size=30,
)


@settings(max_examples=40)
@given(rows=ROWS)
def test_no_finding_has_more_cases_than_were_looked_at(rows: list[Row]) -> None:
    for cases, looked_at in totals(counted(*rows)).values():
        assert 0 <= cases <= looked_at


@settings(max_examples=40)
@given(rows=ROWS, data=st.data())
def test_neither_the_order_of_rows_nor_their_files_change_a_count(
    rows: list[Row], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(rows))
    assert counted(*shuffled).equals(counted(*rows))
    in_one = [{**row, "sha256": "f"} for row in rows]
    assert totals(counted(*in_one)) == totals(counted(*rows))


@settings(max_examples=40)
@given(rows=ROWS, more=st.integers(1, 30))
def test_rows_without_a_pattern_change_no_number_of_cases(rows: list[Row], more: int) -> None:
    """Each at a second of its own on another day, and of a code that runs on from no other."""
    plain: list[Row] = [
        {
            "dossier_id": f"H26.01-2610{8 + number % 2:02d}-{1 + number // 2:04d}",
            "received_at": datetime(2026, 10, 8 + number % 2, 9),
            "ended_at": datetime(2026, 10, 12, 9, number, number),
            "supplement_requests": 1,
        }
        for number in range(more)
    ]
    before, after = totals(counted(*rows)), totals(counted(*rows, *plain))
    for finding, (cases, _) in after.items():
        assert cases == before.get(finding, (0, 0))[0]
