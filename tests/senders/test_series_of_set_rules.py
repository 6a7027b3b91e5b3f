"""Since when a set rule, and each sender that breaks it, fails."""

import polars as pl
import pytest

from assets import checks
from assets.month import set_rules
from expectations.rules.senders import SET_RESULTS

REJECTED = "rejected_share_is_small"


def judged(*results: tuple[str, str, bool]) -> pl.DataFrame:
    """The SET_RESULTS of month, sender and whether it met REJECTED."""
    rows = [
        (month, sender, "dossiers", REJECTED, is_met, *((None, None) if is_met else ("-", "-")))
        for month, sender, is_met in results
    ]
    return pl.DataFrame(rows, schema=SET_RESULTS, orient="row")


def test_a_sentence_says_since_when_the_rule_and_since_when_each_sender_fails() -> None:
    history = judged(
        ("2026-06", "H26", False),
        ("2026-07", "H26", False),
        ("2026-07", "H29", False),
        ("2026-08", "H26", True),
        ("2026-08", "H29", False),
    )
    said = {
        check.check_name: check.description for check in checks.check_set_rules(history, "2026-08")
    }
    assert said[REJECTED] == (
        "broken by 1 of 2 senders; the rule is broken without interruption since 2026-06, by other "
        "senders too; now by: H29 (since 2026-07)"
    )
    said = {
        check.check_name: check.description for check in checks.check_set_rules(history, "2026-07")
    }
    assert said[REJECTED] == (
        "broken by 2 of 2 senders; the rule is broken without interruption since 2026-06; now by: "
        "H26 (since 2026-06), H29 (since 2026-07)"
    )


@pytest.mark.parametrize(
    ("first", "is_longer"), [(False, True), (True, False)], ids=["broken", "met"]
)
def test_a_history_goes_on_while_all_that_is_known_of_a_sender_is_broken(
    first: bool, is_longer: bool
) -> None:
    # In the oldest month H29 cannot be checked, and H26 meets the rule.
    history = judged(("2026-06", "H26", True), ("2026-07", "H29", first), ("2026-08", "H29", False))
    found = {
        month: ("", history.filter(month=month)) for month in ("2026-06", "2026-07", "2026-08")
    }
    assert set_rules._may_be_longer(found, "2026-08") == is_longer
