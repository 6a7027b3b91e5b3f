"""All row rules, and the rows that break them.

Here belong the rules of every kind of records, the rules of all kinds gathered by kind and by name,
the suite of a kind, and the frame of reasons made of its result. Not here: the rules of one kind
(dossiers, ratings, petitions, figures), the columns that the rules test (pipeline.records), or the
split into accepted and rejected rows (pipeline.records).
"""

from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from expectations.engine import phrases, runner
from expectations.engine.phrases import expect_equal, expect_in_set, expect_not_null
from expectations.rules import dossiers, figures, petitions, ratings
from expectations.rules.row_rule import RowRule, require_whole_code
from pipeline import masking, months
from pipeline.profiles.our_columns import sendable_columns

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuite

REASONS = pl.Schema(
    {"row_index": pl.Int64(), "rule": pl.String(), "column": pl.String(), "found": pl.String()}
)

_ALL_FIELDS = RowRule(
    name="row_has_all_fields",
    column="field_count",
    demand=lambda rule, _: [expect_equal(rule, "field_count", "expected_field_count")],
    reason_en="the row has more or fewer fields than the header: look for a separator or a line "
    "break inside a value, and put such values in quotes (with quotes inside written twice); where "
    "separators of empty fields at the row's end are missing or too many, write as many as in the "
    "header",
    reason_vi="dòng có nhiều hoặc ít trường hơn dòng tiêu đề: tìm dấu phân cách hoặc dấu xuống "
    "dòng trong giá trị và đặt giá trị đó trong dấu ngoặc kép (dấu ngoặc kép bên trong viết đôi); "
    "nếu cuối dòng thiếu hoặc thừa dấu phân cách của các trường trống thì ghi đủ số dấu như dòng "
    "tiêu đề",
)
_EVERY_KIND = (
    _ALL_FIELDS,
    RowRule(
        name="unit_is_there",
        column="unit_code",
        demand=lambda rule, _: [expect_not_null(rule, "unit_standing")],
        reason_en="the unit's code is missing (of merged cells only the first has it): fill it in "
        "and send the file again",
        reason_vi="thiếu mã đơn vị (ô gộp chỉ có giá trị ở dòng đầu): bổ sung rồi gửi lại tệp",
    ),
    RowRule(
        name="unit_is_known",
        column="unit_code",
        demand=lambda rule, _: [expect_in_set(rule, "unit_standing", ["known", "foreign"])],
        reason_en="the unit is not in the register of agencies in this month: correct its code, "
        "map it in the profile ([values.unit_code]) or in aliases.csv, or add the unit to "
        "agencies.csv",
        reason_vi="đơn vị không có trong danh mục cơ quan của tháng này: sửa mã, ánh xạ mã "
        "trong cấu hình ánh xạ ([values.unit_code]) hoặc trong aliases.csv, hoặc bổ sung đơn vị "
        "vào agencies.csv",
    ),
    RowRule(
        name="unit_belongs_to_sender",
        column="unit_code",
        demand=lambda rule, _: [expect_in_set(rule, "unit_standing", ["known", "unknown"])],
        reason_en="the unit is in the register but does not belong to the sender: leave the row to "
        "the agency that the unit belongs to, or correct parent_code in agencies.csv",
        reason_vi="đơn vị có trong danh mục nhưng không thuộc cơ quan gửi: bỏ dòng này để cơ quan "
        "có đơn vị đó gửi, hoặc sửa parent_code trong agencies.csv",
    ),
    require_whole_code("unit_code_is_whole", "unit_code", "the unit's code", "mã đơn vị"),
)

RULES_BY_KIND: dict[str, tuple[RowRule, ...]] = {
    "dossiers": (*_EVERY_KIND, *dossiers.RULES),
    "ratings": (*_EVERY_KIND, *ratings.RULES),
    "petitions": (*_EVERY_KIND, *petitions.RULES),
    "figures": (*_EVERY_KIND, *figures.RULES),
}
"""The rules of each kind of records, in the order of its suite."""
RULES: dict[str, RowRule] = {rule.name: rule for rules in RULES_BY_KIND.values() for rule in rules}
"""Every row rule, by its name."""


@cache
def build_suite(kind: str, month: str) -> "ExpectationSuite":
    """The suite of one kind of records in a month; MonthNameError when `month` is not YYYY-MM.

    Built once for each month: all deliveries of the month are judged by the same suite.
    """
    checked_month = months.checked(month)
    return phrases.build_suite(
        f"records.{kind}",
        [
            expectation
            for rule in RULES_BY_KIND[kind]
            for expectation in rule.build_expectations(checked_month)
        ],
    )


def find_reasons(kind: str, frame: pl.DataFrame, month: str) -> pl.DataFrame:
    """Why rows of one kind and month are rejected.

    `frame` has one row for each record sent, of one delivery or of several: `row_index`, the
    columns of `tables.RECORDS[kind]`, for each of them that a sender fills a `<column>_as_sent`
    (text, null where nothing was sent), `field_count` and `expected_field_count` (null where every
    row of the format has the same fields), `is_latest_copy` and `has_own_key` (as pipeline.copies
    gives them), and `unit_standing` (known, unknown, foreign, or null where no unit was sent);
    ratings also `answer_standing` (given, no_answer, or null where nothing was sent), figures
    `broken_sum` and `is_total` (as pipeline.records.sums and totals give them).

    Returns one row for each pair of a row and a rule that it breaks, sorted: `row_index`, `rule`,
    `column`, `found` (the value as sent; where nothing was sent, the value that the column was
    completed with, or null; masked as `masking.show_column` says). A row with more or fewer fields
    than its header breaks that rule and no other, because none of its values can be trusted. Raises
    `runner.SuiteError` when a rule cannot be checked.
    """
    ready = figures.with_most_counted(frame) if kind == "figures" else frame
    broken = runner.find_unexpected_rows(build_suite(kind, month), ready)
    ragged = broken.filter(pl.col("rule") == _ALL_FIELDS.name)
    broken = pl.concat([ragged, broken.join(ragged, on="position", how="anti")])
    parts = [
        _describe_broken(frame, kind, RULES[str(rule)], rows["position"])
        for (rule,), rows in broken.partition_by("rule", as_dict=True).items()
    ]
    return pl.concat([pl.DataFrame(schema=REASONS), *parts]).sort("row_index", "rule")


def _describe_broken(
    frame: pl.DataFrame, kind: str, rule: RowRule, positions: pl.Series
) -> pl.DataFrame:
    """The rows of the frame that break one rule, as REASONS."""
    is_sent = rule.column in sendable_columns(kind)
    holders = [f"{rule.column}_as_sent", rule.column] if is_sent else [rule.column]
    found = pl.coalesce(pl.col(name).cast(pl.String) for name in holders)
    # Of the columns that are shown alone: all rows of a large file may break a rule.
    return frame.select("row_index", *dict.fromkeys(holders))[positions].select(
        pl.col("row_index").cast(pl.Int64),
        pl.lit(rule.name).alias("rule"),
        pl.lit(rule.column).alias("column"),
        (masking.show_column(found, kind, rule.column) if is_sent else found).alias("found"),
    )
