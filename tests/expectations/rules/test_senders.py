"""Rules about a sender's whole month: both sides of every edge, and what is said of it."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from expectations.rules import senders
from expectations.rules.senders import RULES, RULES_BY_NAME, SET_RESULTS, find_results
from expectations.rules.set_rule import SetRule, Severity
from pipeline.sender_thresholds import Thresholds

MONTH = "2026-10"
USE = Path(__file__).parents[3] / "docs" / "use.md"
SCHEMAS = senders.FRAMES
USUAL = {"usual_rows": 100.0, "least_rows": 50.0, "most_rows": 200.0, "most_rejected": 5.0}


def judge_volume(**numbers: float | None) -> dict[str, bool]:
    row = {"month": MONTH, "sender_code": "H26", "kind": "dossiers", "rows": 100, "rejected": 0}
    return judge({"volumes": row | USUAL | numbers})


def judge_form(**numbers: object) -> dict[str, bool]:
    return judge({"form": {"month": MONTH, "sender_code": "H26"} | numbers})


def find(measures: dict[str, dict[str, Any]]) -> pl.DataFrame:
    return find_results(
        {
            name: pl.DataFrame([measures[name]] if name in measures else [], schema=schema)
            for name, schema in SCHEMAS.items()
        }
    )


def judge(measures: dict[str, dict[str, Any]]) -> dict[str, bool]:
    return dict(find(measures).select("rule", "is_met").iter_rows())


@pytest.mark.parametrize(
    ("rows", "broken"),
    [
        (49, {"rows_not_far_below_usual"}),
        (50, set()),
        (200, set()),
        (201, {"rows_not_far_above_usual"}),
        (0, {"rows_not_far_below_usual"}),
    ],
)
def test_a_month_has_about_as_many_rows_as_is_usual(rows: int, broken: set[str]) -> None:
    found = judge_volume(rows=rows)
    assert {rule for rule, is_met in found.items() if not is_met} == broken


@pytest.mark.parametrize(("rejected", "is_met"), [(5, True), (6, False)])
def test_no_larger_share_is_rejected_than_is_allowed(rejected: int, is_met: bool) -> None:
    assert judge_volume(rejected=rejected)["rejected_share_is_small"] is is_met


def test_no_row_at_all_is_rejected_of_no_rows() -> None:
    assert judge_volume(rows=0, most_rejected=0.0)["rejected_share_is_small"]


def test_of_a_month_with_nothing_usual_the_rejected_share_alone_is_checked() -> None:
    nothing = dict.fromkeys(("usual_rows", "least_rows", "most_rows"))
    assert set(judge_volume(**nothing)) == {"rejected_share_is_small"}


@pytest.mark.parametrize(("gap", "is_met"), [(0, True), (3, True), (4, False)])
def test_what_is_carried_over_was_in_progress(gap: int, is_met: bool) -> None:
    # 1 % of 300 are 3.
    found = judge_form(carried_over=300 - gap, open_before=300, carried_over_gap=gap, largest_gap=3)
    assert found == {"carried_over_was_in_progress": is_met}


@pytest.mark.parametrize(("repeated", "is_met"), [(0, True), (1, False)])
def test_no_file_was_sent_for_a_month_before(repeated: int, is_met: bool) -> None:
    row = {"month": MONTH, "sender_code": "H26", "kind": "figures", "files": 2}
    found = judge({"repeats": row | {"repeated": repeated, "sent_for": "2026-09"}})
    assert found == {"files_are_of_their_month": is_met}


@pytest.mark.parametrize(("recoded", "is_met"), [(0, True), (2, True), (3, False)])
def test_dossiers_keep_the_form_of_their_codes_but_for_two_that_are_corrected(
    recoded: int, is_met: bool
) -> None:
    row = {"month": MONTH, "sender_code": "H26", "not_shown": 9, "recoded": recoded}
    forms = {"largest_recoded": 2, "form_before": "999999", "form_now": "99"}
    assert judge({"code_forms": row | forms}) == {"codes_keep_their_form": is_met}


@pytest.mark.parametrize(("gap", "is_met"), [(0, True), (1, False)])
def test_where_nothing_was_in_progress_nothing_is_carried_over(gap: int, is_met: bool) -> None:
    found = judge_form(carried_over=gap, open_before=0, carried_over_gap=gap, largest_gap=0)
    assert found == {"carried_over_was_in_progress": is_met}


@pytest.mark.parametrize("difference", [-1, 0, 1])
def test_whatever_came_in_is_accounted_for(difference: int) -> None:
    found = judge_form(came_in=200, accounted_for=200 + difference)
    assert found == {"form_adds_up": difference == 0}


@pytest.mark.parametrize("broken", [0, 1])
def test_figures_fit_each_other(broken: int) -> None:
    found = judge_form(compared_units=4, broken_units=broken, units="U1")
    assert found == {"figures_add_up": broken == 0}


def test_of_a_sender_with_nothing_to_compare_nothing_is_said() -> None:
    assert judge_form() == {}
    assert find({}).schema == SET_RESULTS


def test_what_is_found_is_said_with_its_numbers_in_both_languages() -> None:
    row = {"month": MONTH, "sender_code": "H26", "kind": "dossiers", "rejected": 0}
    numbers = {"rows": 1_234, "usual_rows": 4_000.5, "least_rows": 2_000.25, "most_rows": 8_001.0}
    found = find({"volumes": row | numbers | {"most_rejected": 61.7}})
    (broken,) = found.filter(~pl.col("is_met")).rows(named=True)
    assert broken["kind"] == "dossiers"
    # 2,001 is the least whole number that is not below 2,000.25.
    assert broken["found"] == (
        "1,234 rows were sent; a usual month has 4,000.5, and at least 2,001 were expected"
    )
    assert broken["found_vi"] == (
        "đã gửi 1.234 dòng; một tháng thường có 4.000,5 dòng, ít nhất phải có 2.001 dòng"
    )
    assert found.filter("is_met")["found"].null_count() == 2


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_says_all_that_is_asked_of_it(rule: SetRule) -> None:
    schema = SCHEMAS[rule.frame]
    row = {name: 7 if dtype.is_numeric() else "x" for name, dtype in schema.items()}
    texts = [rule.write_found(row), rule.write_found_vi(row), rule.meaning_en, rule.meaning_vi]
    texts += [rule.broken_en, rule.broken_vi]
    texts += [rule.cure_en, rule.cure_vi, rule.actor_en, rule.actor_vi]
    assert all(texts)
    assert not any("{" in text for text in texts)
    assert rule.needs in schema
    assert rule.threshold == "" or rule.threshold in Thresholds.model_fields
    assert bool(rule.kind) == (rule.frame not in ("volumes", "repeats"))


def test_an_expectation_has_the_severity_of_its_rule_in_the_words_of_the_library() -> None:
    suites = senders.build_suites()
    assert list(suites) == [
        "senders.volumes",
        "senders.form",
        "senders.code_forms",
        "senders.repeats",
    ]
    found = {
        each["meta"]["rule"]: (each["severity"], each["description"])
        for suite in suites.values()
        for each in json.loads(json.dumps(suite.to_json_dict()))["expectations"]
    }
    assert found == {
        name: (rule.severity.value, rule.meaning_en) for name, rule in RULES_BY_NAME.items()
    }
    assert {rule.severity for rule in RULES} <= set(Severity)


def test_a_sender_is_told_what_it_broke_and_what_to_do_with_numbers_and_without() -> None:
    row = {"month": MONTH, "sender_code": "H26", "kind": "dossiers", "rows": 100, "rejected": 9}
    results = find({"volumes": row | USUAL})
    assert senders.describe_broken(results).rows(named=True) == [
        {
            "sender_code": "H26",
            "kind": "dossiers",
            "rule": "rejected_share_is_small",
            "message": "9 of 100 rows were rejected; at most 5 may be: correct what the feedback "
            "lists, first the rule that most rows break, and send the whole file again.",
            "message_vi": "9 trong 100 dòng bị loại; nhiều nhất chỉ được 5 dòng: sửa các lỗi trong "
            "danh sách phản hồi, trước hết là lỗi nhiều dòng mắc nhất, rồi gửi lại cả tệp.",
            "public": "A larger share of the rows was rejected than is allowed: correct what the "
            "feedback lists, first the rule that most rows break, and send the whole file again.",
            "public_vi": "Tỷ lệ dòng bị loại vượt mức cho phép: sửa các lỗi trong danh sách phản "
            "hồi, trước hết là lỗi nhiều dòng mắc nhất, rồi gửi lại cả tệp.",
        }
    ]


def test_a_fault_of_the_program_is_not_told_to_a_sender() -> None:
    results = find({"form": {"month": MONTH, "sender_code": "H26", "came_in": 2}})
    broken = results.with_columns(is_met=pl.lit(value=False), found=pl.lit("x"))
    assert set(broken["rule"]) == {"form_adds_up"}
    assert senders.describe_broken(broken).is_empty()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_page_of_use_says_severity_threshold_and_actor_of_every_rule(rule: SetRule) -> None:
    (line,) = [row for row in USE.read_text("utf-8").splitlines() if f"| `{rule.name}` |" in row]
    _, _, severity, threshold, actor = [cell.strip() for cell in line.strip("|").split("|")]
    assert (severity, actor) == (rule.severity.value, rule.actor_en)
    default = Thresholds().model_dump().get(rule.threshold)
    if not rule.threshold:
        assert threshold == "none"
    elif default is None:
        assert threshold.startswith(f"`{rule.threshold}`, as the method")
    else:
        name, number = threshold.split(", ")
        assert (name, float(number)) == (f"`{rule.threshold}`", default)
