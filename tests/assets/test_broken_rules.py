"""What the program makes may break no rule: it is shown, kept from all readers, and not published.

The faults of a program are made in its functions, where a real one would be.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec

import dagster as dg
import polars as pl
import pytest

from assets import bulletin, checks
from assets.checks import BrokenRulesError
from assets.month import results, tally
from assets.month.inputs import read_inputs
from assets.month.installation import Installation
from expectations.engine.results import RuleResult
from expectations.rules import indices as suite
from pipeline import indices, rankings, tables
from pipeline.bulletin import Content, data_files
from pipeline.editions import Editions
from pipeline.tallies.figures import count_figures

from .conftest import LAST_MONTH, STEMS, ReformIndex, built_assets, run_job

pytestmark = pytest.mark.runs

MONTH, LATER_MONTH = "2026-05", "2026-06"
Given = ParamSpec("Given")


def materialize(home: Path, month: str, *assets: str) -> tuple[dg.ExecuteInProcessResult, str]:
    """Assets of a month, built alone; the result and what stopped them, if anything did."""
    result = run_job(home, month, *assets, is_raised=False)
    failures = [
        event.step_failure_data for event in result.all_node_events if event.is_step_failure
    ]
    causes = [failure.error.cause for failure in failures if failure.error]
    return result, "".join(cause.message for cause in causes if cause)


def with_a_row_twice(compute: Callable[Given, pl.DataFrame]) -> Callable[Given, pl.DataFrame]:
    """A function that makes a table as another one does, and its first row twice."""

    def compute_wrongly(*given: Given.args, **more: Given.kwargs) -> pl.DataFrame:
        table = compute(*given, **more)
        return pl.concat([table, table.head(1)])

    return compute_wrongly


def lose_tallies(home: Path, month: str, sender: str) -> None:
    """Removes what was counted of a delivery, so that the next run counts it anew."""
    plan = read_inputs(Installation.at(home), month).plan.filter(sender_code=sender)
    shutil.rmtree(home / "store" / "tallies" / plan["tallies_key"][0])


def count_a_cell_twice(patch: pytest.MonkeyPatch, sender: str = "H26") -> None:
    """Makes the program count one cell of outcomes of a sender twice."""
    tally_rightly = tally.tally

    def tally_wrongly(
        installation: Installation, plan: pl.DataFrame, earlier: tally.Chains
    ) -> dict[str, pl.DataFrame]:
        counted = tally_rightly(installation, plan, earlier)
        cells = counted["outcomes"]
        return counted | {"outcomes": pl.concat([cells, cells.filter(sender_code=sender).head(1)])}

    patch.setattr(tally, "tally", tally_wrongly)


def test_a_delivery_whose_counts_break_a_rule_is_refused_and_the_others_are_published(
    small_home: Path, reform_index: ReformIndex
) -> None:
    lose_tallies(small_home, LATER_MONTH, "H26")
    before = Editions(small_home / "published").data(LATER_MONTH)
    with pytest.MonkeyPatch.context() as patch:
        count_a_cell_twice(patch)
        said = reform_index("run", "--month", LATER_MONTH, "--home", small_home)
    assert said.status == 3
    refused = [line for line in said.out.splitlines() if "could not process this file" in line]
    assert [line.partition(":")[0] for line in refused] == [
        f"inbox/H26/{LATER_MONTH}/{kind}.csv" for kind in ("dossiers", "petitions", "ratings")
    ]
    log = (small_home / "logs" / f"{LATER_MONTH}.log").read_text("utf-8")
    assert "H26 was not processed (tallies: outcomes_cell_stands_once)" in log
    assert "the table outcomes breaks the rule outcomes_cell_stands_once in 2 of " in log
    delivered = pl.read_csv(small_home / "published" / LATER_MONTH / "data" / "deliveries.csv")
    sent = delivered.filter(pl.col("status") != "missing").select("sender_code", "status").unique()
    assert dict(sent.iter_rows()) == {"H26": "refused", "H29": "accepted", "H56": "accepted"}

    # What was found broken is not kept: the next run counts it anew, here without the fault.
    said = reform_index("run", "--month", LATER_MONTH, "--home", small_home)
    assert f"{LATER_MONTH}: edition 3 published" in said.out
    assert Editions(small_home / "published").data(LATER_MONTH) == before


def test_the_check_of_what_remains_is_met_and_says_what_was_refused(
    small_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_tallies(small_home, LATER_MONTH, "H26")
    count_a_cell_twice(monkeypatch)
    result, _ = materialize(small_home, LATER_MONTH, *STEMS[:3])
    assert result.success
    found = {
        check.check_name: (check.passed, check.description)
        for check in result.get_asset_check_evaluations()
        if check.asset_key.to_user_string() == "tallies"
    }
    is_met = (True, "every rule is met")
    assert found.pop("outcomes") == (
        True,
        f"refused: {LATER_MONTH}: H26 was not processed (tallies: outcomes_cell_stands_once); "
        f"logs/{LATER_MONTH}.log has the details",
    )
    of_tables = {name: found.pop(name) for name in tables.TALLIES if name != "outcomes"}
    assert of_tables == dict.fromkeys(of_tables, is_met)
    # The set rules: of the two senders that are left.
    assert found
    assert all(passed for passed, _ in found.values())


def test_a_later_month_does_not_rest_on_a_tally_found_broken(
    small_home: Path, reform_index: ReformIndex
) -> None:
    lose_tallies(small_home, MONTH, "H26")
    with pytest.MonkeyPatch.context() as patch:
        count_a_cell_twice(patch)
        assert reform_index("run", "--month", MONTH, "--home", small_home).status == 3
    said = reform_index("run", "--month", LATER_MONTH, "--home", small_home)
    # The cell counts once again, so nothing has changed; but the edition of the month without the
    # delivery has.
    assert f"{LATER_MONTH}: edition 1 unchanged" in said.out
    assert f"; stale now: {MONTH}" in said.out


def test_broken_indices_are_not_kept_and_the_bulletin_does_not_take_those_before(
    pilot_home: Path, reform_index: ReformIndex
) -> None:
    assert reform_index("run", "--month", LAST_MONTH, "--home", pilot_home).status == 0
    sent = pilot_home / "inbox" / "T1" / LAST_MONTH / "figures.csv"
    sent.write_text(sent.read_text("utf-8").replace("90,100", "80,100"), encoding="utf-8")
    assert materialize(pilot_home, LAST_MONTH, "exports", "records", "tallies")[0].success
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(indices, "compute", with_a_row_twice(indices.compute))
        _, stopped = materialize(pilot_home, LAST_MONTH, "indices")
    assert f"nothing was published for {LAST_MONTH}: the table indices breaks the rule" in stopped
    _, stopped = materialize(pilot_home, LAST_MONTH, "bulletin")
    assert f"the indices of {LAST_MONTH} were not computed from the deliveries" in stopped
    assert Editions(pilot_home / "published").in_force(LAST_MONTH) == 1


def break_indices(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(indices, "compute", with_a_row_twice(indices.compute))


def break_rankings(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(rankings, "compute", with_a_row_twice(rankings.compute))


def break_bulletin(patch: pytest.MonkeyPatch) -> None:
    def make_wrongly(content: Content) -> dict[str, bytes]:
        data = data_files(content)
        header, first, *_ = data["data/rankings.csv"].splitlines(keepends=True)
        return data | {"data/rankings.csv": header + first + first}

    patch.setattr(bulletin, "data_files", make_wrongly)


@pytest.mark.parametrize(
    ("break_table", "asset", "check"),
    [
        (break_indices, "indices", "indices"),
        (break_rankings, "rankings", "rankings"),
        (break_bulletin, "bulletin", "published"),
    ],
    ids=STEMS[3:],
)
def test_a_broken_rule_of_a_made_table_blocks_whatever_comes_after_it(
    pilot_home: Path,
    monkeypatch: pytest.MonkeyPatch,
    break_table: Callable[[pytest.MonkeyPatch], None],
    asset: str,
    check: str,
) -> None:
    break_table(monkeypatch)
    result, stopped = materialize(pilot_home, LAST_MONTH)
    assert not result.success
    assert f"nothing was published for {LAST_MONTH}: the table {check} breaks " in stopped
    assert built_assets(result) == list(STEMS[: STEMS.index(asset)])
    failed = [
        (found.asset_key.to_user_string(), found.check_name, found.blocking, found.severity)
        for found in result.get_asset_check_evaluations()
        if not found.passed and found.check_name != "last_month_is_published"
    ]
    assert failed == [(asset, check, True, dg.AssetCheckSeverity.ERROR)]
    assert not (pilot_home / "published").exists()
    assert not (pilot_home / "warehouse.db").exists()


def test_where_every_delivery_breaks_a_rule_nothing_is_published(
    pilot_home: Path, reform_index: ReformIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tally, "count_figures", with_a_row_twice(count_figures))
    said = reform_index("run", "--home", pilot_home)
    assert said.status == 1
    assert f"nothing to publish for {LAST_MONTH}: no export was accepted. inbox/T1/" in said.err
    assert not (pilot_home / "published").exists()


def test_a_check_of_what_was_sent_warns_and_goes_on() -> None:
    broken = RuleResult("file_is_not_empty", 2, 1, ("sender_code=H26",))
    found = checks.warn("files", [broken])
    assert not found.passed
    assert found.severity == dg.AssetCheckSeverity.WARN


def test_every_broken_rule_of_every_table_is_named() -> None:
    found = {
        "ages": [RuleResult("ages_age_not_negative", 9, 2, ("unit_code=H1", "unit_code=H2"))],
        "answers": [RuleResult("answers_cell_stands_once", 5, 0, ())],
        "figures": [RuleResult("figures_cell_stands_once", 4, 4, ("unit_code=H3",))],
    }
    told = checks.enforce("2026-10", found)
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
    inputs = read_inputs(Installation.at(small_home_template), LATER_MONTH)
    computed = results.indices_of_month(inputs)
    names = inputs.installation.methods.names
    assert all(result.is_met for result in suite.check(computed, names))


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
    assert materialize(small_home, LATER_MONTH, *materialized_first)[0].success
    _, stopped = materialize(small_home, LATER_MONTH, "bulletin")
    assert (
        f"the {stopped_at} of {LATER_MONTH} were not computed from the deliveries and the method "
        f"as they are now: materialize all from records to {stopped_at} first, or run the whole "
        "month"
    ) in stopped
    assert Editions(small_home / "published").data(LATER_MONTH) == before
    rest = ("records", "tallies", "indices", "rankings", "bulletin")
    assert materialize(small_home, LATER_MONTH, *rest)[0].success
    assert Editions(small_home / "published").in_force(LATER_MONTH) == 2
