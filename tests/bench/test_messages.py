"""`make messages`: every fault and rule is on the page, with an input that provokes it."""

from pathlib import Path

import pytest

from bench.messages import DOCUMENT, Message, collect_messages, write_document
from bench.provoking_files import NEVER_PROVOKED, PROVOKING_FILES
from bench.provoking_months import BREAKING_MONTHS
from bench.provoking_rows import BREAKING_ROWS, NEVER_BROKEN
from expectations.rules import senders
from expectations.rules.records import RULES, RULES_BY_KIND
from pipeline.faults import FAULTS

Sections = list[tuple[str, list[Message]]]


@pytest.fixture(scope="module")
def sections(tmp_path_factory: pytest.TempPathFactory) -> Sections:
    return list(collect_messages(tmp_path_factory.mktemp("messages")))


def test_every_fault_has_an_input_or_a_word_on_why_none_provokes_it() -> None:
    provoked = {file.fault for file in PROVOKING_FILES.values()}
    assert provoked | set(NEVER_PROVOKED) == set(FAULTS)
    assert not provoked & set(NEVER_PROVOKED)


def test_every_row_rule_has_an_input_or_a_word_on_why_no_row_breaks_it() -> None:
    broken = {rule for rows in BREAKING_ROWS.values() for rule in rows}
    assert broken | set(NEVER_BROKEN) == set(RULES)
    assert not broken & set(NEVER_BROKEN)


def test_every_rule_about_a_month_that_senders_are_told_of_has_a_month_that_breaks_it() -> None:
    assert set(BREAKING_MONTHS) == {rule.name for rule in senders.RULES if rule.is_for_sender}


def test_the_page_is_what_a_run_says_today(sections: Sections) -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == write_document(sections), "run `make messages`"


def test_every_message_is_in_both_languages_and_names_a_cure(sections: Sections) -> None:
    messages = [message for _, of_section in sections for message in of_section]
    row_rules = [rule for rules in RULES_BY_KIND.values() for rule in rules]
    broken = sum(rule.name not in NEVER_BROKEN for rule in row_rules)
    assert len(messages) == len(PROVOKING_FILES) + broken + len(BREAKING_MONTHS)
    for message in messages:
        assert message.text_en
        assert message.text_vi != message.text_en
        assert ": " in message.text_en, "what is wrong: what to do"


def test_the_page_is_where_a_reader_looks_for_it() -> None:
    readme = Path(__file__).parents[2] / "README.md"
    assert "docs/messages.md" in readme.read_text(encoding="utf-8")
