"""What the program makes may break no rule: it is shown, kept from all readers, and not published.

A broken count is laid into the store, where a fault of the program would have put it.
"""

from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from assets.errors import BrokenRulesError

from assets import checks
from assets.month import edition
from assets.month.installation import Installation
from expectations.engine.results import RuleResult
from expectations.rules import indices as suite
from pipeline.editions import Editions

from .conftest import LAST_MONTH, ReformIndex, run_job

MONTH, LATER_MONTH = "2026-05", "2026-06"


def materialized(home: Path, month: str, *assets: str) -> tuple[dg.ExecuteInProcessResult, str]:
    """Assets of a month, built alone; the result and what stopped them, if anything did."""
    result = run_job(home, month, *assets, is_raised=False)
    failures = [
        event.step_failure_data for event in result.all_node_events if event.is_step_failure
    ]
    return result, "".join(failure.error.cause.message for failure in failures)


def with_a_cell_twice(home: Path, month: str, sender: str) -> None:
    """Lays a tally into the store in which one cell stands twice."""
    installation = Installation.at(home)
    plan = installation.store.read("exports", month, "plan").filter(sender_code=sender)
    path = home / "store" / "tallies" / plan["tallies_key"][0] / "outcomes.parquet"
    cells = pl.read_parquet(path)
    pl.concat([cells, cells.head(1)]).write_parquet(path)


def test_a_broken_tally_stops_the_run_before_anything_is_published(
    small_home: Path, reform_index: ReformIndex
) -> None:
    with_a_cell_twice(small_home, LATER_MONTH, "H26")
    before = Editions(small_home / "published").data(LATER_MONTH)
    said = reform_index("run", "--month", LATER_MONTH, "--home", small_home)
    assert said.status == 1
    assert said.out == ""
    told = f"nothing was published for {LATER_MONTH}: the table outcomes breaks the rule "
    assert f"{told}outcomes_cell_stands_once in 2 of " in said.err
    assert f"(month={LATER_MONTH} sender_code=H26 " in said.err
    assert "This is a fault of the program, not of what was sent" in said.err
    assert Editions(small_home / "published").data(LATER_MONTH) == before

    # What was found broken is not kept: the next run counts it anew, here from sound records.
    said = reform_index("run", "--month", LATER_MONTH, "--home", small_home)
    assert f"{LATER_MONTH}: edition 1 unchanged" in said.out


def test_a_check_that_stops_a_run_is_shown_as_an_error_and_nothing_after_it_is_built(
    small_home: Path,
) -> None:
    with_a_cell_twice(small_home, LATER_MONTH, "H26")
    result, stopped = materialized(small_home, LATER_MONTH)
    assert not result.success
    assert "the table outcomes breaks the rule outcomes_cell_stands_once" in stopped
    found = {
        check.check_name: (check.passed, check.severity)
        for check in result.get_asset_check_evaluations()
        if check.asset_key.to_user_string() == "tallies"
    }
    error = dg.AssetCheckSeverity.ERROR
    # The other tables' checks are shown too.
    assert found == {
        "outcomes": (False, error),
        "ages": (True, error),
        "answers": (True, error),
        "figures": (True, error),
        "petitions": (True, error),
        "findings": (True, error),
    }
    built = [
        event.asset_key.to_user_string() for event in result.get_asset_materialization_events()
    ]
    assert built == ["exports", "records"]


def test_a_later_month_does_not_rest_on_a_tally_found_broken(
    small_home: Path, reform_index: ReformIndex
) -> None:
    with_a_cell_twice(small_home, MONTH, "H26")
    assert reform_index("run", "--month", MONTH, "--home", small_home).status == 1
    said = reform_index("run", "--month", LATER_MONTH, "--home", small_home)
    # The cell counts once again, so nothing has changed.
    assert f"{LATER_MONTH}: edition 1 unchanged" in said.out


def test_broken_indices_are_not_kept_and_the_bulletin_does_not_take_those_before(
    pilot_home: Path, reform_index: ReformIndex
) -> None:
    assert reform_index("run", "--month", LAST_MONTH, "--home", pilot_home).status == 0
    sent = pilot_home / "inbox" / "T1" / LAST_MONTH / "figures.csv"
    sent.write_text(sent.read_text("utf-8").replace("90,100", "80,100"), encoding="utf-8")
    assert materialized(pilot_home, LAST_MONTH, "exports", "records", "tallies")[0].success
    for path in (pilot_home / "store" / "tallies").glob("*/figures.parquet"):
        # 180 of 100 are no share.
        more = pl.read_parquet(path).with_columns(pl.col("numerator") + 100)
        more.write_parquet(path)
    _, stopped = materialized(pilot_home, LAST_MONTH, "indices")
    assert f"nothing was published for {LAST_MONTH}: the table indices breaks the rule" in stopped
    _, stopped = materialized(pilot_home, LAST_MONTH, "bulletin")
    assert f"the indices of {LAST_MONTH} were not computed from the deliveries" in stopped
    assert Editions(pilot_home / "published").in_force(LAST_MONTH) == 1


def test_a_check_of_what_was_sent_warns_and_goes_on() -> None:
    broken = RuleResult("file_is_not_empty", 2, 1, ("sender_code=H26",))
    found = checks.warning("files", [broken])
    assert not found.passed
    assert found.severity == dg.AssetCheckSeverity.WARN


def test_every_broken_rule_of_every_table_is_named() -> None:
    found = {
        "ages": [RuleResult("ages_age_not_negative", 9, 2, ("unit_code=H1", "unit_code=H2"))],
        "answers": [RuleResult("answers_cell_stands_once", 5, 0, ())],
        "figures": [RuleResult("figures_cell_stands_once", 4, 4, ("unit_code=H3",))],
    }
    told = checks.stopping("2026-10", found)
    assert [next(told).passed for _ in found] == [False, True, False]
    with pytest.raises(BrokenRulesError) as broken:
        next(told)
    assert str(broken.value) == (
        "nothing was published for 2026-10: the table ages breaks the rule ages_age_not_negative "
        "in 2 of 9 rows (unit_code=H1; unit_code=H2), and figures breaks the rule "
        "figures_cell_stands_once in 4 of 4 rows (unit_code=H3). This is a fault of the program, "
        "not of what was sent: report it with this message"
    )


def test_indices_of_a_published_month_break_no_rule(small_home_template: Path) -> None:
    installation = Installation.at(small_home_template)
    computed = edition.indices_of(installation, LATER_MONTH)
    assert all(result.is_met for result in suite.check(computed, installation.methods.names))


@pytest.mark.parametrize(
    ("materialized_first", "stopped_at"),
    [
        (("exports", "records", "tallies"), "indices"),
        (("exports", "records", "tallies", "indices"), "rankings"),
    ],
)
def test_a_bulletin_alone_does_not_mix_new_deliveries_with_old_results(
    small_home: Path, materialized_first: tuple[str, ...], stopped_at: str
) -> None:
    sent = small_home / "inbox" / "H26" / LATER_MONTH / "dossiers.csv"
    sent.write_text("".join(sent.read_text("utf-8").splitlines(keepends=True)[:-30]), "utf-8")
    before = Editions(small_home / "published").data(LATER_MONTH)
    assert materialized(small_home, LATER_MONTH, *materialized_first)[0].success
    _, stopped = materialized(small_home, LATER_MONTH, "bulletin")
    assert (
        f"the {stopped_at} of {LATER_MONTH} were not computed from the deliveries and the method "
        f"as they are now: materialize all from records to {stopped_at} first, or run the whole "
        "month"
    ) in stopped
    assert Editions(small_home / "published").data(LATER_MONTH) == before
    rest = ("records", "tallies", "indices", "rankings", "bulletin")
    assert materialized(small_home, LATER_MONTH, *rest)[0].success
    assert Editions(small_home / "published").in_force(LATER_MONTH) == 2
