"""The row rules: each is complete in one place, and a suite is made of them and nothing else."""

import subprocess
import sys

import pytest

from expectations.engine.runner import read_rule_name
from expectations.rules import records
from expectations.rules.row_rule import RowRule
from pipeline import tables
from pipeline.exports import FIELD_COUNT
from pipeline.profiles.our_columns import sendable_columns, words_of_columns
from pipeline.records.sums import BROKEN_SUM

MONTH = "2026-10"


def test_every_kind_of_records_has_its_rules() -> None:
    assert tuple(records.RULES_BY_KIND) == tables.KINDS


@pytest.mark.parametrize("rule", records.RULES.values(), ids=lambda rule: rule.name)
def test_a_rule_demands_something_of_each_row_in_its_own_name(rule: RowRule) -> None:
    expectations = rule.build_expectations(MONTH)

    assert expectations
    assert {read_rule_name(each) for each in expectations} == {rule.name}


@pytest.mark.parametrize("rule", records.RULES.values(), ids=lambda rule: rule.name)
def test_a_rule_says_its_reason_in_both_languages(rule: RowRule) -> None:
    assert rule.reason_en.isascii()
    assert not rule.reason_vi.isascii()
    assert not rule.reason_en.endswith(".")


@pytest.mark.parametrize("kind", tables.KINDS)
def test_a_suite_demands_the_rules_of_its_kind_in_their_order(kind: str) -> None:
    demanded = map(read_rule_name, records.build_suite(kind, MONTH).expectations)

    assert list(dict.fromkeys(demanded)) == [rule.name for rule in records.RULES_BY_KIND[kind]]


@pytest.mark.parametrize("kind", tables.KINDS)
def test_a_rule_names_a_column_that_the_suite_can_find(kind: str) -> None:
    known = {*tables.RECORDS[kind].names, *sendable_columns(kind), FIELD_COUNT, BROKEN_SUM}

    assert {rule.column for rule in records.RULES_BY_KIND[kind]} <= known


@pytest.mark.parametrize("kind", tables.KINDS)
def test_no_rule_lets_a_share_of_the_rows_break_it(kind: str) -> None:
    assert {each.mostly for each in records.build_suite(kind, MONTH).expectations} == {1}


def test_no_two_rules_have_the_same_name() -> None:
    in_all_kinds = set.intersection(*map(set, records.RULES_BY_KIND.values()))
    of_one_kind = [
        rule
        for rules in records.RULES_BY_KIND.values()
        for rule in rules
        if rule not in in_all_kinds
    ]
    assert len(records.RULES) == len(in_all_kinds) + len(of_one_kind)


@pytest.mark.parametrize("kind", tables.KINDS)
def test_the_reason_for_a_word_of_no_table_names_the_table(kind: str) -> None:
    """Where a profile maps the column, our own word is refused as any other that it lacks."""
    in_list = {
        rule.column: rule
        for rule in records.RULES_BY_KIND[kind]
        if rule.name.endswith("_is_in_list") and rule.column != "scale"
    }

    # Indicators are words of ours too, of methods that change.
    indicators = {"indicator"} if kind == "figures" else set()
    assert set(in_list) == {*words_of_columns(kind), *indicators}
    for column, rule in in_list.items():
        assert f" is not listed in [values.{column}] of the profile " in rule.reason_en
        assert f" không có trong bảng [values.{column}] của cấu hình " in rule.reason_vi


def test_the_reason_for_an_answer_names_every_scale() -> None:
    rule = records.RULES["answer_is_on_its_scale"]
    assert "(five: 1 to 5, three: 1 to 3, yes_no: 0 to 1)" in rule.reason_en
    assert "(five: 1 đến 5, three: 1 đến 3, yes_no: 0 đến 1)" in rule.reason_vi


def test_only_a_date_that_may_be_missing_may_be_a_code_for_none() -> None:
    reasons = {name: rule.reason_en for name, rule in records.RULES.items()}
    assert {
        name: "(missing_codes)" in reason
        for name, reason in reasons.items()
        if name.endswith("since_there_are_records")
    } == {
        "received_since_there_are_records": False,
        "petition_received_since_there_are_records": False,
        "dossier_ended_since_there_are_records": True,
    }


def test_a_status_is_named_beside_the_dates_that_it_tells_of() -> None:
    with_status = {
        rule.name
        for rule in records.RULES.values()
        if "or leave it empty (with the status of that time) if" in rule.reason_en
    }
    assert with_status == {
        "ended_before_export",
        "handed_over_before_export",
        "petition_handled_before_export",
    }


def test_no_two_rules_of_a_kind_give_the_same_reason() -> None:
    for rules in records.RULES_BY_KIND.values():
        assert len({rule.reason_en for rule in rules}) == len(rules)
        assert len({rule.reason_vi for rule in rules}) == len(rules)


def test_the_rooms_load_without_great_expectations() -> None:
    program = (
        "import sys\n"
        "from expectations.engine import phrases, results, runner\n"
        "from expectations.rules import bulletin, exports, indices, rankings, records, tallies\n"
        "sys.exit('great_expectations' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
