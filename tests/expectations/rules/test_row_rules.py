"""The row rules: each is complete in one place, and a suite is made of them and nothing else."""

import subprocess
import sys

import pytest

from expectations.engine.runner import read_rule_name
from expectations.rules import records
from expectations.rules.row_rule import RowRule
from pipeline import tables
from pipeline.exports import FIELD_COUNT

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
    known = {*tables.RECORDS[kind].names, FIELD_COUNT}

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
