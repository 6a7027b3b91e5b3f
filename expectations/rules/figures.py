"""The row rules of figures, and the column that the largest numerator is read from.

Not here: the rules of every kind of records (records), what a rule is made of (row_rule), or the
rules of figures as counts (tallies).
"""

import polars as pl

from expectations.engine.phrases import (
    expect_at_least,
    expect_between,
    expect_in_set,
    expect_null,
)
from expectations.rules.row_rule import (
    RowRule,
    require_countable,
    require_latest_copy,
    require_mapped_value,
    require_own_key,
    require_readable_time,
    require_readable_whole_number,
    require_sent_value,
    require_whole_code,
)
from pipeline import months, tables
from pipeline.records.sums import BROKEN_SUM
from pipeline.records.totals import IS_TOTAL

MOST_COUNTED = "most_counted"
"""The largest numerator that a figure may have: its denominator, or for a sum of scores as many
points as its cases can score."""

_INDICATOR = ("the indicator", "chỉ số")
_OWN_INDICATORS = ", ".join(tables.RATE_INDICATORS)
_METHODS_EN = '"reform-index methods decision-766" or "reform-index methods circular-01-2018"'
_METHODS_VI = _METHODS_EN.replace(" or ", " hoặc ")
_LISTED_INDICATORS = (
    f"{_OWN_INDICATORS}, or a numbered indicator that {_METHODS_EN} lists",
    f"{_OWN_INDICATORS}, hoặc chỉ số có đánh số do lệnh {_METHODS_VI} liệt kê",
)
"""Official methods have many: their groups and totals are in the same list, without a number."""
_NUMERATOR = ("the numerator", "tử số")
_DENOMINATOR = ("the denominator", "mẫu số")
_PERIOD = ("the period", "kỳ số liệu")


def with_most_counted(figures: pl.DataFrame) -> pl.DataFrame:
    """Figures, as records or as tallies, with MOST_COUNTED (null where the denominator is)."""
    points_per_case = (
        pl.col("indicator")
        .cast(pl.String)
        .replace_strict(tables.SCORE_INDICATORS, default=1)
        .cast(pl.Int64)
    )
    return figures.with_columns((pl.col("denominator") * points_per_case).alias(MOST_COUNTED))


def _require_not_negative(name: str, column: str, label_en: str, label_vi: str) -> RowRule:
    return RowRule(
        name=name,
        column=column,
        demand=lambda rule, _: [expect_between(rule, column, min_value=0)],
        reason_en=f"{label_en} is below 0: send a count of cases",
        reason_vi=f"{label_vi} nhỏ hơn 0: ghi số lượng trường hợp",
    )


RULES = (
    require_sent_value("indicator_is_there", "indicator", *_INDICATOR),
    require_mapped_value(
        "indicator_is_in_list",
        "indicator",
        *_INDICATOR,
        tables.FIGURE_INDICATORS,
        listed=_LISTED_INDICATORS,
    ),
    require_latest_copy(
        "figure_is_latest_copy",
        "indicator",
        "the same figure was sent more than once with the same numbers, and counts once: nothing "
        "to do, unless so many rows are rejected that the sender is not ranked; send each figure "
        "once",
        "cùng một số liệu được gửi nhiều lần với giá trị như nhau và chỉ tính một lần: không cần "
        "làm gì, trừ khi quá nhiều dòng bị loại khiến cơ quan gửi không được xếp hạng; mỗi số liệu "
        "chỉ gửi một lần",
    ),
    require_own_key(
        "figure_has_one_value",
        "indicator",
        "another row has the same unit, indicator and breakdown and other numbers or another day, "
        "and nothing says which is right, so none of them counts: send each figure once, or tell "
        "them apart by their breakdown",
        "dòng khác có cùng đơn vị, chỉ số và phân tổ nhưng khác số liệu hoặc khác ngày, không rõ "
        "dòng nào đúng nên không tính dòng nào: mỗi số liệu chỉ gửi một lần, hoặc ghi rõ phân tổ "
        "của từng dòng",
    ),
    RowRule(
        name="figure_is_no_total",
        column="breakdown",
        demand=lambda rule, _: [expect_in_set(rule, IS_TOTAL, [False])],
        reason_en="the row is the sum of other rows of the file and would count twice: nothing to "
        "do, unless so many rows are rejected that the sender is not ranked; leave rows of totals "
        "and subtotals out",
        reason_vi="dòng là tổng của các dòng khác trong tệp nên sẽ bị tính hai lần: không cần làm "
        "gì, trừ khi quá nhiều dòng bị loại khiến cơ quan gửi không được xếp hạng; bỏ các dòng "
        "tổng, dòng cộng khỏi tệp",
    ),
    RowRule(
        name="sums_hold",
        column=BROKEN_SUM,
        demand=lambda rule, _: [expect_null(rule, BROKEN_SUM)],
        reason_en="a total of the row is not the sum of its parts (the columns and numbers stand "
        "beside it; ? is no number), so no figure of the row counts: correct the numbers and send "
        "the file again",
        reason_vi="số tổng của dòng không bằng tổng các cột thành phần (cột và số ghi bên cạnh; ? "
        "là ô không phải số) nên không tính số liệu nào của dòng: sửa số liệu rồi gửi lại tệp",
    ),
    require_whole_code("breakdown_is_whole", "breakdown", "the breakdown", "phân tổ"),
    require_sent_value("period_at_is_there", "period_at", *_PERIOD),
    require_readable_time("period_at_is_a_time", "period_at", *_PERIOD),
    RowRule(
        name="period_in_month",
        column="period_at",
        demand=lambda rule, month: [
            expect_between(
                rule, "period_at", months.start(month), months.end(month), strict_max=True
            )
        ],
        reason_en="the figure counts another month: send it with that month",
        reason_vi="số liệu thuộc tháng khác: gửi cùng dữ liệu của tháng đó",
    ),
    require_sent_value("numerator_is_there", "numerator", *_NUMERATOR),
    require_readable_whole_number("numerator_is_a_whole_number", "numerator", *_NUMERATOR),
    _require_not_negative("numerator_not_negative", "numerator", *_NUMERATOR),
    require_countable("numerator_is_countable", "numerator", *_NUMERATOR),
    require_sent_value("denominator_is_there", "denominator", *_DENOMINATOR),
    require_readable_whole_number("denominator_is_a_whole_number", "denominator", *_DENOMINATOR),
    _require_not_negative("denominator_not_negative", "denominator", *_DENOMINATOR),
    require_countable("denominator_is_countable", "denominator", *_DENOMINATOR),
    RowRule(
        name="numerator_within_denominator",
        column="numerator",
        demand=lambda rule, _: [expect_at_least(rule, MOST_COUNTED, "numerator")],
        reason_en="the numerator is larger than the denominator (for an indicator that sums "
        "scores: larger than twice the denominator): correct one of the two",
        reason_vi="tử số lớn hơn mẫu số (với chỉ số cộng điểm: lớn hơn hai lần mẫu số): sửa một "
        "trong hai",
    ),
)
"""In the order of the suite."""
