"""A row of figures that is the sum of others is known by its name and by both its numbers."""

import pytest

from .conftest import ProfileWith, TextRow, Typed

Counted = tuple[str | None, int, int]
"""A breakdown, numerator and denominator."""
A, B, C, D = ("A", 3, 5), ("B", 4, 4), ("C", 0, 7), ("D", 1, 2)


def find_totals(profile_with: ProfileWith, typed: Typed, *rows: Counted) -> list[str | None]:
    """The breakdowns of the rows that are totals."""
    sent: list[TextRow] = [
        {
            "unit_code": "H01",
            "indicator": "due_on_time",
            "period_at": "2026-10-01 00:00:00",
            "breakdown": breakdown,
            "numerator": str(numerator),
            "denominator": str(denominator),
        }
        for breakdown, numerator, denominator in rows
    ]
    found = typed(profile_with("figures"), *sent)
    assert found["breakdown"].to_list() == [breakdown for breakdown, _, _ in rows]
    return found.filter("is_total")["breakdown"].to_list()


@pytest.mark.parametrize("name", ["Tổng số", "TỔNG CỘNG", "Cộng", "Toàn tỉnh", "Total", None])
def test_a_total_above_or_below_the_rows_is_one(
    profile_with: ProfileWith, typed: Typed, name: str | None
) -> None:
    # 3 + 4 + 0 of 5 + 4 + 7.
    total = (name, 7, 16)
    assert find_totals(profile_with, typed, A, B, C, total) == [name]
    assert find_totals(profile_with, typed, total, A, B, C) == [name]


def test_sections_and_their_sums_are_totals(profile_with: ProfileWith, typed: Typed) -> None:
    # A and B are 7 of 9, C and D 1 of 9, all of them 8 of 18.
    first, second = ("I. Cấp tỉnh", 7, 9), ("II. Cấp xã", 1, 9)
    below, all_ = ("Cộng I", 7, 9), ("Tổng", 8, 18)
    found = find_totals(profile_with, typed, first, A, B, second, C, D, all_)
    assert found == ["I. Cấp tỉnh", "II. Cấp xã", "Tổng"]
    found = find_totals(profile_with, typed, A, B, below, C, D, ("Cộng II", 1, 9), all_)
    assert found == ["Cộng I", "Cộng II", "Tổng"]


@pytest.mark.parametrize("other", [("Tổng số", 7, 17), ("Tổng số", 6, 16), ("Đất đai", 7, 16)])
def test_another_number_or_another_name_is_no_total(
    profile_with: ProfileWith, typed: Typed, other: Counted
) -> None:
    assert find_totals(profile_with, typed, A, B, C, other) == []


def test_a_figure_beside_one_other_or_without_any_breakdown_is_no_total(
    profile_with: ProfileWith, typed: Typed
) -> None:
    assert find_totals(profile_with, typed, A, ("Tổng số", 3, 5)) == []
    assert find_totals(profile_with, typed, (None, 3, 5), (None, 4, 4), (None, 7, 9)) == []
