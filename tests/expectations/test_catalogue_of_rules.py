"""The catalogue of rules, which anyone can read, and the suites, which demand them."""

import subprocess
import sys

import pytest

from expectations import engine, records, rules
from pipeline import tables

MONTH = "2026-10"


@pytest.mark.parametrize("kind", tables.KINDS)
def test_a_suite_demands_exactly_the_rules_of_its_kind(kind: str) -> None:
    demanded = {engine.rule_of(each) for each in records.suite(kind, MONTH).expectations}

    assert demanded == set(rules.of_kind(kind))


@pytest.mark.parametrize("kind", tables.KINDS)
def test_a_rule_names_a_column_that_the_suite_can_find(kind: str) -> None:
    known = {*tables.RECORDS[kind].names, "field_count"}

    assert {rule.column for rule in rules.of_kind(kind).values()} <= known


@pytest.mark.parametrize("kind", tables.KINDS)
def test_no_rule_lets_a_share_of_the_rows_break_it(kind: str) -> None:
    assert {each.mostly for each in records.suite(kind, MONTH).expectations} == {1}


def test_every_rule_holds_for_kinds_that_exist() -> None:
    assert all(set(rule.kinds) <= set(tables.KINDS) for rule in rules.RULES.values())
    assert all(rule.kinds for rule in rules.RULES.values())


def test_every_reason_is_written_in_both_languages() -> None:
    for name, rule in rules.RULES.items():
        assert rule.reason_en.isascii(), name
        assert not rule.reason_vi.isascii(), name
        assert not rule.reason_en.endswith("."), name


def test_no_two_rules_of_a_kind_give_the_same_reason() -> None:
    for kind in tables.KINDS:
        of_kind = rules.of_kind(kind).values()
        assert len({rule.reason_en for rule in of_kind}) == len(of_kind)
        assert len({rule.reason_vi for rule in of_kind}) == len(of_kind)


def test_the_rooms_load_without_great_expectations() -> None:
    program = (
        "import sys\n"
        "from expectations import bulletin, exports, indices, rankings, records, rules, tallies\n"
        "sys.exit('great_expectations' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
