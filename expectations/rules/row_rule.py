"""What a row rule is, and how rules that differ only in their column are made.

Here belong the parts of a row rule, and a `require_*` function for each rule that columns of
several kinds of records have: what it expects and its texts. Not here: which rules there are
(dossiers, ratings, petitions, figures; records for those of every kind).
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from expectations.engine.phrases import (
    expect_in_set,
    expect_not_null,
    where_not_null,
    where_null,
)

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

Demand = Callable[[str, str], "list[Expectation]"]
"""From the name of a rule and a month (YYYY-MM) to what is expected of each row.

A function, because building an expectation imports Great Expectations, and because the limits of
some rules are the month's."""


@dataclass(frozen=True)
class RowRule:
    """A rule about the rows of one kind of records, complete: what it expects and what it says.

    `column`: the column at fault in a row that breaks the rule. `demand`: the expectations, all of
    which a row must meet. The reasons say to the sender what is wrong and what to do.
    """

    name: str
    column: str
    demand: Demand
    reason_en: str
    reason_vi: str

    def build_expectations(self, month: str) -> "list[Expectation]":
        """The rule's expectations of the rows of a month (YYYY-MM)."""
        return self.demand(self.name, month)


def expect_readable(rule: str, column: str) -> "Expectation":
    """The text sent for the column, where there is one, could be read."""
    return expect_not_null(rule, column, where_not_null(f"{column}_as_sent"))


def require_value(name: str, column: str, label_en: str, label_vi: str) -> RowRule:
    """The column has a value."""
    return RowRule(
        name=name,
        column=column,
        demand=lambda rule, _: [expect_not_null(rule, column)],
        reason_en=f"{label_en} is missing: fill it in and send the file again",
        reason_vi=f"thiếu {label_vi}: bổ sung rồi gửi lại tệp",
    )


def require_sent_value(name: str, column: str, label_en: str, label_vi: str) -> RowRule:
    """The column has a value, sent or completed from others.

    A text that was sent and cannot be read breaks another rule, and not this one.
    """
    return replace(
        require_value(name, column, label_en, label_vi),
        demand=lambda rule, _: [expect_not_null(rule, column, where_null(f"{column}_as_sent"))],
    )


def require_readable_time(name: str, column: str, label_en: str, label_vi: str) -> RowRule:
    """The text sent can be read as a time."""
    return RowRule(
        name=name,
        column=column,
        demand=lambda rule, _: [expect_readable(rule, column)],
        reason_en=f"{label_en} cannot be read as a time: write it in a date format named in the "
        "profile",
        reason_vi=f"{label_vi} không đọc được dưới dạng ngày giờ: ghi theo định dạng ngày khai báo "
        "trong cấu hình ánh xạ",
    )


def require_readable_whole_number(name: str, column: str, label_en: str, label_vi: str) -> RowRule:
    """The text sent can be read as a whole number."""
    return RowRule(
        name=name,
        column=column,
        demand=lambda rule, _: [expect_readable(rule, column)],
        reason_en=f"{label_en} cannot be read as a whole number: write digits only",
        reason_vi=f"{label_vi} không phải là số nguyên: chỉ ghi chữ số",
    )


def require_listed_value(
    name: str, column: str, label_en: str, label_vi: str, value_set: Collection[str]
) -> RowRule:
    """The value of the column, where it has one, is one of ours."""
    listed = ", ".join(value_set)
    return RowRule(
        name=name,
        column=column,
        demand=lambda rule, _: [expect_in_set(rule, column, value_set)],
        reason_en=f"{label_en} is not one that is known ({listed}): correct it, or map it in the "
        "profile",
        reason_vi=f"{label_vi} không có trong danh mục ({listed}): sửa lại, hoặc khai báo trong "
        "cấu hình ánh xạ",
    )


def require_mapped_value(
    name: str, column: str, label_en: str, label_vi: str, value_set: Collection[str]
) -> RowRule:
    """The text sent is one of our values, or the profile maps it to one."""
    return replace(
        require_listed_value(name, column, label_en, label_vi, value_set),
        demand=lambda rule, _: [
            expect_readable(rule, column),
            expect_in_set(rule, column, value_set),
        ],
    )


def require_latest_copy(name: str, column: str, reason_en: str, reason_vi: str) -> RowRule:
    """Of the rows with the same key, the row is the one that counts."""
    return RowRule(
        name=name,
        column=column,
        demand=lambda rule, _: [expect_in_set(rule, "is_latest_copy", [True])],
        reason_en=reason_en,
        reason_vi=reason_vi,
    )
