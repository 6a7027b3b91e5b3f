"""What a rule of rows is, and the rules that columns of several kinds have alike.

Here belong its name-giving parts and the texts that are the same for any column. Not here: which
rules there are (rules, petition_rules).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """A rule of rows.

    `kinds`: the kinds of records that it holds for. `column`: the column at fault when it is
    broken. The reasons say what is wrong and what to do, in English and in Vietnamese.
    """

    kinds: tuple[str, ...]
    column: str
    reason_en: str
    reason_vi: str


def is_there(kind: str, column: str, what: str, what_vi: str) -> Rule:
    """Something stands in the column."""
    return Rule(
        (kind,),
        column,
        f"{what} is missing: fill it in and send the file again",
        f"thiếu {what_vi}: bổ sung rồi gửi lại tệp",
    )


def is_a_time(kind: str, column: str, what: str, what_vi: str) -> Rule:
    """What was sent can be read as a time."""
    return Rule(
        (kind,),
        column,
        f"{what} cannot be read as a time: write it in a date format named in the profile",
        f"{what_vi} không đọc được dưới dạng ngày giờ: ghi theo định dạng ngày khai báo trong cấu "
        "hình ánh xạ",
    )


def is_in_list(
    kind: str, column: str, what: str, what_vi: str, allowed: tuple[str, ...] | dict[str, object]
) -> Rule:
    """What was sent is one of our words, or is mapped to one."""
    listed = ", ".join(allowed)
    return Rule(
        (kind,),
        column,
        f"{what} is not one that is known ({listed}): correct it, or map it in the profile",
        f"{what_vi} không có trong danh mục ({listed}): sửa lại, hoặc khai báo trong cấu hình ánh "
        "xạ",
    )


def is_a_whole_number(kind: str, column: str, what: str, what_vi: str) -> Rule:
    """What was sent can be read as a whole number."""
    return Rule(
        (kind,),
        column,
        f"{what} cannot be read as a whole number: write digits only",
        f"{what_vi} không phải là số nguyên: chỉ ghi chữ số",
    )
