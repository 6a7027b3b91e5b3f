"""What a row rule is, and how rules that differ only in their column are made.

Here belong the parts of a row rule, and a `require_*` function for each rule that columns of
several kinds of records have: what it expects and its texts. Not here: which rules there are
(dossiers, ratings, petitions, figures; records for those of every kind).
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from expectations.engine.phrases import (
    expect_between,
    expect_in_set,
    expect_not_match_regex,
    expect_not_null,
    where_not_null,
    where_null,
)
from pipeline import months
from pipeline.codes import SCIENTIFIC
from pipeline.copies import HAS_OWN_KEY, IS_LATEST_COPY
from pipeline.faults import write_number_vi

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

LARGEST_COUNT = 10**9
"""The largest count of cases in a row [ours]: more than a nation has in a month, and so few that no
sum wraps below nine billion rows."""
FIRST_RECORDS = datetime(1990, 1, 1)
"""The first moment from which senders have records [ours]."""
MONTHS_UNTIL_EXPORT = 3
"""Months after its end within which a month's export is made [ours]. No clock decides: the same
file is read the same in every year."""
LONGEST_DUE_YEARS = 50
"""Years after the month's end that no due date passes [ours]. So far, because a real city writes
2059 where it promises no date."""
_LAST_MONTH = "9998-12"

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


def require_code(name: str, column: str, label_en: str, label_vi: str) -> RowRule:
    """The column, which has the code of the record, has a value: headings and totals have none."""
    rule = require_value(name, column, label_en, label_vi)
    return replace(
        rule,
        reason_en=f"{rule.reason_en}; if the row is a heading or a total among the records, leave "
        "it out, or write the word with which it begins into footer in the profile",
        reason_vi=f"{rule.reason_vi}; nếu dòng này là tiêu đề nhóm hoặc dòng cộng thì bỏ đi, hoặc "
        "khai báo từ đứng đầu dòng vào footer trong cấu hình ánh xạ",
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
        reason_en=f"{label_en} cannot be read as a whole number: write digits only, or name the "
        "mark between thousands in the profile (thousands_mark)",
        reason_vi=f"{label_vi} không đọc được dưới dạng số nguyên: chỉ ghi chữ số, hoặc khai báo "
        "dấu phân cách hàng nghìn trong cấu hình ánh xạ (thousands_mark)",
    )


def require_countable(name: str, column: str, label_en: str, label_vi: str) -> RowRule:
    """The count is not larger than any count of cases can be."""
    return RowRule(
        name=name,
        column=column,
        demand=lambda rule, _: [expect_between(rule, column, max_value=LARGEST_COUNT)],
        reason_en=f"{label_en} is larger than any count of cases ({LARGEST_COUNT:,}): send how "
        "many cases there were",
        reason_vi=f"{label_vi} lớn hơn mọi số đếm có thể có ({write_number_vi(LARGEST_COUNT)}): "
        "ghi đúng số trường hợp",
    )


def require_time_of_records(
    name: str, column: str, label_en: str, label_vi: str, *, may_be_missing: bool = False
) -> RowRule:
    """The moment is not before a sender could have had records.

    Where it may be missing, the value may also be a code that says so.
    """
    or_code = ", or name it in the profile as a code for no date (missing_codes)"
    or_code_vi = ", hoặc khai báo trong cấu hình ánh xạ là mã không có ngày (missing_codes)"
    return RowRule(
        name=name,
        column=column,
        demand=lambda rule, _: [expect_between(rule, column, min_value=FIRST_RECORDS)],
        reason_en=f"{label_en} is before {FIRST_RECORDS.year}, when no such records existed yet: "
        f"correct the date{or_code if may_be_missing else ''}",
        reason_vi=f"{label_vi} trước năm {FIRST_RECORDS.year}, khi chưa có dữ liệu như vậy: sửa "
        f"lại ngày{or_code_vi if may_be_missing else ''}",
    )


def require_time_before_export(
    name: str, column: str, label_en: str, label_vi: str, *, has_own_status: bool = False
) -> RowRule:
    """What is said to have happened had happened when the month's export can have been made.

    Where the status says that it happened, the status must not say so before it did.
    """
    with_status, with_status_vi = "", ""
    if has_own_status:
        with_status, with_status_vi = " (with the status of that time)", " (kèm trạng thái lúc đó)"
    return RowRule(
        name=name,
        column=column,
        demand=lambda rule, month: [
            expect_between(
                rule,
                column,
                max_value=_end_of_month_after(month, MONTHS_UNTIL_EXPORT),
                strict_max=True,
            )
        ],
        reason_en=f"{label_en} is more than {MONTHS_UNTIL_EXPORT} months after the month's end: "
        f"correct the date, or leave it empty{with_status} if it had not happened by the month's "
        "end",
        reason_vi=f"{label_vi} sau khi hết tháng hơn {MONTHS_UNTIL_EXPORT} tháng: sửa lại ngày, "
        f"hoặc để trống{with_status_vi} nếu đến hết tháng việc này chưa xảy ra",
    )


def _end_of_month_after(month: str, count: int) -> datetime:
    """The end of the month that lies a count of months after a month, or of the last there is."""
    is_there = int(month[:4]) + count // 12 + 1 < int(_LAST_MONTH[:4])
    return months.end(months.shifted(month, count) if is_there else _LAST_MONTH)


def require_due_in_reach(name: str, column: str, label_en: str, label_vi: str) -> RowRule:
    """A due date is not further off than any time limit."""
    return RowRule(
        name=name,
        column=column,
        demand=lambda rule, month: [
            expect_between(
                rule,
                column,
                max_value=_end_of_month_after(month, 12 * LONGEST_DUE_YEARS),
                strict_max=True,
            )
        ],
        reason_en=f"{label_en} is more than {LONGEST_DUE_YEARS} years after the month's end: "
        "correct the date, or leave it empty where there is none",
        reason_vi=f"{label_vi} sau khi hết tháng hơn {LONGEST_DUE_YEARS} năm: sửa lại ngày, hoặc "
        "để trống nếu không có",
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


def require_mapped_value(  # noqa: PLR0913
    name: str,
    column: str,
    label_en: str,
    label_vi: str,
    value_set: Collection[str],
    *,
    listed: tuple[str, str] | None = None,
) -> RowRule:
    """The profile maps the text sent to one of our values, or has no table and the text is one.

    `listed` names the values in English and Vietnamese, where they are too many to be read.
    """
    listed_en, listed_vi = listed or (", ".join(value_set),) * 2
    return RowRule(
        name=name,
        column=column,
        demand=lambda rule, _: [
            expect_readable(rule, column),
            expect_in_set(rule, column, value_set),
        ],
        reason_en=f"{label_en} is not listed in [values.{column}] of the profile (without that "
        f"table it must be one of: {listed_en}): send a value that is listed, or add this one to "
        "the table",
        reason_vi=f"{label_vi} không có trong bảng [values.{column}] của cấu hình ánh xạ (nếu "
        f"không có bảng này thì phải là một trong: {listed_vi}): gửi giá trị có trong bảng, hoặc "
        "bổ sung giá trị này vào bảng",
    )


def require_whole_code(name: str, column: str, label_en: str, label_vi: str) -> RowRule:
    """The code is not a number in scientific notation."""
    return RowRule(
        name=name,
        column=column,
        demand=lambda rule, _: [expect_not_match_regex(rule, column, SCIENTIFIC)],
        reason_en=f"{label_en} is a number in scientific notation like 2.61E+11: a spreadsheet "
        "wrote it and its digits are lost; export this column as text and send the file again",
        reason_vi=f"{label_vi} là số dạng khoa học như 2,61E+11: phần mềm bảng tính đã ghi như "
        "vậy và các chữ số của mã đã mất; xuất cột này ở dạng văn bản rồi gửi lại tệp",
    )


def require_latest_copy(name: str, column: str, reason_en: str, reason_vi: str) -> RowRule:
    """Of the rows that tell of the same record, the row is the one that counts."""
    return RowRule(
        name=name,
        column=column,
        demand=lambda rule, _: [expect_in_set(rule, IS_LATEST_COPY, [True])],
        reason_en=reason_en,
        reason_vi=reason_vi,
    )


def require_own_key(name: str, column: str, reason_en: str, reason_vi: str) -> RowRule:
    """No other record with the same key counts in its place."""
    return RowRule(
        name=name,
        column=column,
        demand=lambda rule, _: [expect_in_set(rule, HAS_OWN_KEY, [True])],
        reason_en=reason_en,
        reason_vi=reason_vi,
    )
