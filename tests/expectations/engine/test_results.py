"""The results of a suite over a whole table, and the columns that its rules are about."""

import polars as pl

from expectations.engine.phrases import expect_between, expect_not_null
from expectations.engine.results import RuleResult, check_table, record_suites, summarize


def check_files(sizes: list[int]) -> list[RuleResult]:
    files = pl.DataFrame(
        {"sender_code": f"H0{number}", "file_name": "dossiers.csv", "bytes": size}
        for number, size in enumerate(sizes, start=1)
    )
    return check_table(
        "files",
        [
            expect_not_null("size_is_there", "bytes"),
            expect_between("file_is_not_empty", "bytes", 0, strict_min=True),
        ],
        files,
        ["sender_code", "file_name"],
    )


def test_a_result_counts_the_unexpected_and_samples_the_first_three() -> None:
    results = {result.rule: result for result in check_files([0, 0, 0, 0, 0])}

    assert results["file_is_not_empty"] == RuleResult(
        "file_is_not_empty",
        checked_rows=5,
        unexpected_rows=5,
        sample=tuple(f"sender_code=H0{n} file_name=dossiers.csv" for n in (1, 2, 3)),
    )


def test_results_are_in_the_order_of_the_suite_met_or_not() -> None:
    results = check_files([0, 1])

    assert [(result.rule, result.is_met) for result in results] == [
        ("size_is_there", True),
        ("file_is_not_empty", False),
    ]


def test_a_rule_of_several_expectations_has_one_result() -> None:
    results = check_table(
        "numbers",
        [expect_between("small", "number", max_value=2), expect_between("small", "other", 2)],
        pl.DataFrame({"number": [1, 2, 3], "other": [1, 2, 1]}),
        ["number"],
    )

    assert results == [RuleResult("small", 3, 2, ("number=1", "number=3"))]


def test_a_summary_has_a_line_for_each_rule_met_or_not() -> None:
    results = check_files([0])
    lines = summarize(results)

    assert lines["rule"].to_list() == [result.rule for result in results]
    assert lines.filter(pl.col("unexpected") > 0).rows() == [
        ("file_is_not_empty", 1, 1, "sender_code=H01 file_name=dossiers.csv")
    ]


def test_a_summary_of_nothing_has_its_columns() -> None:
    assert summarize([]).columns == ["rule", "checked", "unexpected", "sample"]


def test_suites_that_run_inside_a_block_are_recorded_and_no_others() -> None:
    with record_suites() as recorded:
        check_files([1])
    check_table("numbers", [], pl.DataFrame({"number": [1]}), ["number"])

    assert {name: len(suite.expectations) for name, suite in recorded.items()} == {"files": 2}
