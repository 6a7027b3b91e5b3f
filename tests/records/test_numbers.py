"""Text becomes numbers only where nobody can read it as another number."""

from typing import Protocol

import pytest

from expectations.rules.row_rule import LARGEST_COUNT
from pipeline.faults import FileFault
from pipeline.records.numbers import BEYOND_COUNTING
from pipeline.tables import SCORE_INDICATORS

from .conftest import ProfileWith, TextRow, Typed


class NumberOf(Protocol):
    """From a text, its column and the marks of a profile to the number that is read."""

    def __call__(self, text: str, column: str = ..., **marks: str) -> int | float | None: ...


COLUMNS = {
    "numerator": "figures",
    "denominator": "figures",
    "failures": "figures",
    "answer": "ratings",
    "weight": "ratings",
    "supplement_requests": "dossiers",
}
"""Every column of numbers that a sender fills, with its kind of records."""
WHOLE = [column for column in COLUMNS if column != "weight"]


@pytest.fixture
def number_of(profile_with: ProfileWith, typed: Typed) -> NumberOf:
    def read(text: str, column: str = "denominator", **marks: str) -> int | float | None:
        row = typed(profile_with(COLUMNS[column], **marks), {column: text, "unit_code": "H01"})
        found: int | float | None = row[column][0]
        return found

    return read


@pytest.mark.parametrize("column", WHOLE)
@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        ("0", 0),
        ("007", 7),
        # One or two zeros are a fraction, as programs write whole numbers; three may be thousands.
        ("21289.0", 21289),
        ("21289.00", 21289),
        ("2.000", None),
        ("1.250", None),
        ("2.000000", None),
        ("2.5", None),
        ("2.", None),
        ("1,234", None),
        ("1 234", None),
        ("1_000", None),
        # Below 0, which another rule says.
        ("-3", -3),
        ("+3", None),
        ("--3", None),
        ("1e3", None),
        ("1E+03", None),
        ("0x10", None),
        ("50%", None),
        ("12 hồ sơ", None),
        ("\uff11\uff12", None),
        ("nan", None),
        ("inf", None),
        ("mười", None),
    ],
)
def test_a_whole_number_is_digits(
    number_of: NumberOf, column: str, text: str, number: int | None
) -> None:
    assert number_of(text, column) == number


@pytest.mark.parametrize(
    ("text", "marks", "number"),
    [
        ("2.000", {"decimal_mark": ","}, 2000),
        ("1.234.567", {"decimal_mark": ","}, 1234567),
        ("1.234,00", {"decimal_mark": ","}, 1234),
        ("2,0", {"decimal_mark": ","}, 2),
        ("2,000", {"decimal_mark": ","}, None),
        ("21289.0", {"decimal_mark": ","}, None),
        ("1.23.456", {"decimal_mark": ","}, None),
        ("1234.567", {"decimal_mark": ","}, None),
        ("0.500", {"decimal_mark": ","}, None),
        ("2,000", {"thousands_mark": ","}, 2000),
        ("2,000.0", {"thousands_mark": ","}, 2000),
        ("2.000", {"thousands_mark": ","}, None),
        ("2 000", {"thousands_mark": " "}, 2000),
        ("2\u00a0000", {"thousands_mark": " "}, 2000),
        ("2\u202f000", {"thousands_mark": " "}, 2000),
        ("2'000", {"thousands_mark": "'"}, 2000),
        ("2.000", {"decimal_mark": ",", "thousands_mark": ""}, None),
    ],
)
def test_a_mark_stands_between_thousands_where_the_profile_says_so_and_nowhere_else(
    number_of: NumberOf, text: str, marks: dict[str, str], number: int | None
) -> None:
    assert number_of(text, **marks) == number


@pytest.mark.parametrize("column", WHOLE)
@pytest.mark.parametrize(
    ("text", "number"),
    [
        (str(BEYOND_COUNTING), BEYOND_COUNTING),
        (str(BEYOND_COUNTING + 1), BEYOND_COUNTING),
        ("9" * 18, BEYOND_COUNTING),
        (str(2**63), BEYOND_COUNTING),
        ("9" * 400, BEYOND_COUNTING),
        ("-" + "9" * 400, -BEYOND_COUNTING),
    ],
)
def test_digits_beyond_counting_are_a_number_that_the_rules_find_too_large(
    number_of: NumberOf, column: str, text: str, number: int
) -> None:
    assert number_of(text, column) == number


def test_no_sum_of_counts_wraps_alone_or_pooled() -> None:
    largest_int64 = 2**63 - 1
    # What is read is doubled for a sum of scores before a rule is asked.
    assert BEYOND_COUNTING * max(SCORE_INDICATORS.values()) < largest_int64
    # 36 months of 4,000 units, each with 30,000 breakdowns of the largest count, doubled.
    assert largest_int64 > 36 * 4_000 * 30_000 * LARGEST_COUNT * 2


@pytest.mark.parametrize(
    ("text", "mark", "number"),
    [
        ("0.5", ".", 0.5),
        (".5", ".", 0.5),
        ("1.250", ".", 1.25),
        ("1", ".", 1.0),
        ("0,5", ".", None),
        ("1e-3", ".", None),
        ("inf", ".", None),
        ("nan", ".", None),
        ("50%", ".", None),
        ("+1", ".", None),
        ("0,5", ",", 0.5),
        ("1.234,5", ",", 1234.5),
        ("1.234.567", ",", 1234567.0),
        ("2.500", ",", 2500.0),
        ("12", ",", 12.0),
        ("-1.234,5", ",", -1234.5),
        # Points that are not between thousands: taken out, 2.5 would become 25.
        ("2.5", ",", None),
        ("21289.0", ",", None),
        ("1.23.456", ",", None),
        ("0,5,5", ",", None),
    ],
)
def test_a_weight_is_a_decimal_with_the_mark_of_the_profile(
    number_of: NumberOf, text: str, mark: str, number: float | None
) -> None:
    assert number_of(text, "weight", decimal_mark=mark) == number


@pytest.mark.parametrize(("rows", "is_refused"), [(1000, False), (1001, True)])
def test_a_file_whose_weights_stand_for_more_people_than_live_is_refused(
    profile_with: ProfileWith, typed: Typed, *, rows: int, is_refused: bool
) -> None:
    # 1,000 rows of a million respondents each; what no row may have is left to its rule.
    heavy: list[TextRow] = [{"unit_code": "H01", "weight": "1000000"}] * rows
    impossible: list[TextRow] = [{"unit_code": "H01", "weight": "9" * 300}]
    if not is_refused:
        assert typed(profile_with("ratings"), *heavy, *impossible).height == rows + 1
        return
    with pytest.raises(FileFault, match="more than 1,000,000,000 respondents") as raised:
        typed(profile_with("ratings"), *heavy, *impossible)
    assert raised.value.fault == "impossible_weights"


def test_no_sum_of_weights_wraps() -> None:
    # Millionths of 4,000 files of a month.
    assert 2**63 > 4_000 * 10**9 * 10**6
