"""What Dagster knows: definitions, a month run through them, what the UI shows of it."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import dagster as dg
import pytest

from assets import bulletin
from assets.command_line.run import run_month
from assets.definitions import build_definitions
from assets.month.edition import NothingToPublishError
from assets.month.installation import Installation
from assets.resources import InstallationResource
from expectations.rules.senders import RULES_BY_NAME
from pipeline import columns, tables
from pipeline.editions import Editions

from .conftest import STEMS, built_assets, run_job

DEFINITIONS = build_definitions()
CHECKS = {
    "exports": {"files"},
    "records": set(tables.KINDS),
    "tallies": set(tables.TALLIES) | set(RULES_BY_NAME),
    "indices": {
        "indices",
        "series",
        "control_charts",
        "waiting",
        "breakdowns",
        "change_parts",
        "procedures",
        "figures_agree_with_rows",
    },
    "rankings": {
        "rankings",
        "ranks_by_month",
        "funnels",
        "case_mix",
        "sensitivity",
        "sensitivity_choices",
        "findings",
        "representation",
        "responses",
        "unmarked",
    },
    "bulletin": {"published", "last_month_is_published"},
}
OF_NO_TABLE = {"last_month_is_published", "figures_agree_with_rows", *RULES_BY_NAME}
"""That a month was published late, that figures contradict rows, or that a sender's month breaks a
set rule, breaks no rule of a table."""
MONTH, MONTH_BEFORE, EMPTY_MONTH = "2026-06", "2026-05", "2026-07"

Metadata = Mapping[str, dg.MetadataValue]


def edition_of(home: Path, month: str) -> tuple[int | None, dict[str, bytes] | None]:
    editions = Editions(home / "published")
    return editions.in_force(month), editions.data(month)


@pytest.fixture(scope="module")
def home(small_home_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small home for this module."""
    return shutil.copytree(
        small_home_template, tmp_path_factory.mktemp("dagster") / "home", symlinks=True
    )


@pytest.fixture(scope="module")
def ran(home: Path) -> dg.ExecuteInProcessResult:
    """A month that was run."""
    return run_job(home, MONTH)


@pytest.fixture(scope="module")
def metadata(ran: dg.ExecuteInProcessResult) -> dict[str, Metadata]:
    """What each asset told of the month."""
    return {stem: ran.asset_materializations_for_node(stem)[0].metadata for stem in STEMS}


def test_the_definitions_load_without_a_home() -> None:
    nowhere = InstallationResource(home_folder="/there/is/no/such/home")
    dg.Definitions.validate_loadable(build_definitions(nowhere))


def test_there_are_six_groups_with_the_six_stems_each_with_its_one_asset() -> None:
    specs = DEFINITIONS.resolve_all_asset_specs()
    assert {spec.key.to_user_string(): spec.group_name for spec in specs} == {
        stem: stem for stem in STEMS
    }


def test_each_asset_rests_on_the_one_before_it() -> None:
    for spec in DEFINITIONS.resolve_all_asset_specs():
        stem = spec.key.to_user_string()
        before = list(STEMS[: STEMS.index(stem)][-1:])
        assert [dep.asset_key.to_user_string() for dep in spec.deps] == before


@pytest.mark.parametrize("stem", STEMS)
def test_an_asset_says_what_it_is_of_what_kind_whose_and_by_month(stem: str) -> None:
    (spec,) = [
        spec for spec in DEFINITIONS.resolve_all_asset_specs() if spec.key.to_user_string() == stem
    ]
    assert spec.description
    assert spec.kinds
    assert spec.owners
    assert spec.partitions_def == InstallationResource().build_months()


def test_each_table_has_one_check() -> None:
    checks = DEFINITIONS.resolve_asset_graph().asset_check_keys
    found: dict[str, set[str]] = {}
    for check in checks:
        found.setdefault(check.asset_key.to_user_string(), set()).add(check.name)
    assert found == CHECKS


def test_a_check_says_what_a_broken_rule_leads_to() -> None:
    graph = DEFINITIONS.resolve_asset_graph()
    for key in graph.asset_check_keys:
        told = str(graph.get_check_spec(key).description)
        is_sent = key.asset_key.to_user_string() in {"exports", "records"}
        assert ("what breaks one is rejected, and the run goes on" in told) == is_sent
        is_made = not is_sent and key.name not in OF_NO_TABLE
        assert ("ends the run before anything is kept or published" in told) == is_made


@pytest.mark.parametrize("stem", STEMS)
def test_checks_of_tables_that_the_program_makes_are_blocking_and_those_of_what_was_sent_are_not(
    stem: str,
) -> None:
    graph = DEFINITIONS.resolve_asset_graph()
    specs = [graph.get_check_spec(key) for key in graph.asset_check_keys]
    blocking = {spec.name: spec.blocking for spec in specs if spec.asset_key == dg.AssetKey(stem)}
    for name in OF_NO_TABLE:
        blocking.pop(name, None)
    assert set(blocking.values()) == {stem not in {"exports", "records"}}


def test_a_month_runs_in_one_process_also_when_the_ui_materializes_assets() -> None:
    for job in ("edition", "__ASSET_JOB"):
        assert DEFINITIONS.resolve_job_def(job).executor_def.name == "in_process"


def test_a_month_is_built_from_the_exports_to_the_bulletin(
    ran: dg.ExecuteInProcessResult,
) -> None:
    assert ran.success
    assert built_assets(ran) == list(STEMS)
    assert {event.partition for event in ran.get_asset_materialization_events()} == {MONTH}


def test_every_check_of_a_simulated_month_passes(ran: dg.ExecuteInProcessResult) -> None:
    passed = {
        (check.asset_key.to_user_string(), check.check_name): check.passed
        for check in ran.get_asset_check_evaluations()
    }
    # The simulated months are long ago: the last finished one is not among them.
    assert not passed.pop(("bulletin", "last_month_is_published"))
    assert set(passed) == {(stem, name) for stem, names in CHECKS.items() for name in names} - {
        ("bulletin", "last_month_is_published")
    }
    assert all(passed.values()), passed


def test_a_check_shows_its_rules_as_a_table(ran: dg.ExecuteInProcessResult) -> None:
    for check in ran.get_asset_check_evaluations():
        if check.check_name not in OF_NO_TABLE:
            rules = check.metadata["rules"]
            assert isinstance(rules, dg.TableMetadataValue)
            assert len(rules.records) > 0


@pytest.mark.parametrize("stem", STEMS)
def test_an_asset_tells_how_many_rows_it_has(metadata: dict[str, Metadata], stem: str) -> None:
    assert metadata[stem]["dagster/row_count"].value > 0  # type: ignore[operator]


@pytest.mark.parametrize(
    ("stem", "table"),
    [
        ("records", tables.DOSSIERS),
        ("tallies", tables.OUTCOMES),
        ("indices", tables.INDICES),
        ("rankings", tables.RANKINGS),
    ],
)
def test_a_table_shows_its_columns_with_their_meaning(
    metadata: dict[str, Metadata], stem: str, table: columns.Table
) -> None:
    schema = metadata[stem]["dagster/column_schema"]
    assert isinstance(schema, dg.TableSchemaMetadataValue)
    columns = schema.schema.columns
    assert [column.name for column in columns] == [column.name for column in table.columns]
    assert all(column.description for column in columns)


@pytest.mark.parametrize("stem", ["records", "bulletin"])
def test_senders_are_shown_with_what_was_accepted_rejected_refused_and_missing(
    metadata: dict[str, Metadata], stem: str
) -> None:
    senders = metadata[stem]["senders"]
    assert isinstance(senders, dg.TableMetadataValue)
    rows = [record.data for record in senders.records]
    columns = {"sender_code", "files", "rows", "accepted", "rejected", "refused", "status"}
    assert all(columns <= set(row) for row in rows)
    sent = [row for row in rows if row["status"] == "accepted"]
    # Three of the 34 provinces are simulated: the 31 others are missing, not forgotten.
    assert len(sent) == 3
    assert len([row for row in rows if row["status"] == "missing"]) == 34 - 3
    for row in sent:
        assert row["accepted"] + row["rejected"] == row["rows"]  # type: ignore[operator]


def test_the_bulletin_shows_the_ranked_chart_its_page_and_its_edition(
    metadata: dict[str, Metadata], home: Path
) -> None:
    shown = metadata["bulletin"]
    assert "](data:image/png;base64,iVBOR" in str(shown["ranking"].value)
    assert Path(str(shown["page"].value)).is_file()
    assert shown["edition"].value == edition_of(home, MONTH)[0]


def test_a_month_run_again_recomputes_nothing_and_makes_no_new_edition(
    metadata: dict[str, Metadata],
) -> None:
    assert metadata["records"]["deliveries recomputed"].value == 0
    assert metadata["tallies"]["deliveries recomputed"].value == 0
    assert metadata["bulletin"]["new edition"].value is False
    assert metadata["bulletin"]["edition"].value == 1


def test_a_single_asset_is_built_from_what_the_store_holds(home: Path) -> None:
    ranked = home / "store" / "rankings" / MONTH / "rankings.parquet"
    before = ranked.read_bytes()
    shutil.rmtree(ranked.parent)
    edition = edition_of(home, MONTH)
    result = run_job(home, MONTH, "rankings")
    assert built_assets(result) == ["rankings"]
    assert ranked.read_bytes() == before
    assert edition_of(home, MONTH) == edition


def test_a_month_without_files_fails_plainly_and_leaves_the_others_alone(home: Path) -> None:
    before = {month: edition_of(home, month) for month in (MONTH_BEFORE, MONTH)}
    result = run_job(home, EMPTY_MONTH, is_raised=False)
    assert not result.success
    (failure,) = [event for event in result.all_node_events if event.is_step_failure]
    assert failure.step_key == "bulletin"
    error = failure.step_failure_data.error
    assert error is not None
    assert error.cause is not None
    cause = error.cause
    assert f"Put exports into inbox/<sender>/{EMPTY_MONTH}/" in cause.message
    assert Editions(home / "published").months() == [MONTH_BEFORE, MONTH]
    assert {month: edition_of(home, month) for month in (MONTH_BEFORE, MONTH)} == before


def test_a_month_before_anything_was_sent_fails_as_plainly(small_home: Path) -> None:
    with pytest.raises(NothingToPublishError, match="nothing to publish for 2026-02"):
        run_month(Installation.at(small_home), "2026-02")
    assert Editions(small_home / "published").months() == [MONTH_BEFORE, MONTH]


def test_a_month_that_is_no_partition_is_refused(home: Path) -> None:
    with pytest.raises(dg.DagsterUnknownPartitionError, match="2009-12"):
        run_job(home, "2009-12")


@pytest.mark.parametrize("is_published", [True, False])
def test_the_last_finished_month_is_looked_for_among_the_editions(
    tmp_path: Path, is_published: bool
) -> None:
    last = InstallationResource().finished_months()[-1]
    before = InstallationResource().finished_months()[-2]
    for month in (before, last) if is_published else (before,):
        Editions(tmp_path / "published").publish(month, 1, {"data/indices.csv": b"month\n"})
    result = bulletin.last_month_is_published(where=InstallationResource(home_folder=str(tmp_path)))
    assert isinstance(result, dg.AssetCheckResult)
    assert result.passed is is_published
    assert last in str(result.description)
