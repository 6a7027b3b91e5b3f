"""Settings of an installation: given to the resource, else read from the environment when used."""

from datetime import datetime
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.freshness import CronFreshnessPolicy

from assets import bulletin
from assets import definitions as code_location
from assets.definitions import build_definitions
from assets.month.edition import HEADLINE
from assets.month.environment import last_finished_month
from assets.resources import HomeResource, InstallationResource
from pipeline.home import HomeError
from pipeline.months import shifted

from .conftest import LAST_MONTH, STEMS, ReformIndex, built_assets, run_job

MONTH = "2026-06"
# Made when the module is imported, before any test sets a variable.
FROM_ENVIRONMENT = InstallationResource()


def partitions(definitions: dg.Definitions) -> dg.MonthlyPartitionsDefinition:
    """The partitions of all assets, which are the same."""
    (found,) = {spec.partitions_def for spec in definitions.resolve_all_asset_specs()}
    assert isinstance(found, dg.TimeWindowPartitionsDefinition)
    return found  # type: ignore[return-value]


# ---- Read when used, not when imported


def test_the_home_is_the_one_that_the_environment_names_when_it_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        monkeypatch.setenv("REFORM_INDEX_HOME", str(tmp_path / name))
        assert FROM_ENVIRONMENT.open_home().root == tmp_path / name
        assert FROM_ENVIRONMENT.open().home.root == tmp_path / name
    monkeypatch.setenv("REFORM_INDEX_HOME", str(tmp_path / "nowhere"))
    with pytest.raises(HomeError, match="nowhere does not exist"):
        FROM_ENVIRONMENT.open_home()


def test_a_warehouse_is_the_one_that_the_environment_names_when_it_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REFORM_INDEX_HOME", str(tmp_path))
    monkeypatch.delenv("REFORM_INDEX_WAREHOUSE", raising=False)
    assert FROM_ENVIRONMENT.open().warehouse_url == ""
    monkeypatch.setenv("REFORM_INDEX_WAREHOUSE", "postgresql://somewhere")
    assert FROM_ENVIRONMENT.open().warehouse_url == "postgresql://somewhere"


def test_the_first_month_and_the_time_zone_are_read_when_the_partitions_are_built(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert FROM_ENVIRONMENT.finished_months()[0] == "2010-01"
    monkeypatch.setenv("REFORM_INDEX_FIRST_MONTH", "2025-01")
    monkeypatch.setenv("REFORM_INDEX_TIME_ZONE", "UTC")
    assert FROM_ENVIRONMENT.finished_months()[0] == "2025-01"
    # 23:00 of the 31st in UTC: November has begun in Hanoi, and not yet in UTC.
    with dg.partition_loading_context(
        effective_dt=datetime.fromisoformat("2026-10-31T23:00:00+00:00")
    ):
        assert FROM_ENVIRONMENT.finished_months()[-1] == "2026-09"


@pytest.mark.parametrize(
    ("zone", "moment", "expected"),
    [
        # 17:00 in UTC is midnight in Hanoi, which is seven hours ahead.
        ("Asia/Ho_Chi_Minh", "2026-10-31T16:59:59+00:00", "2026-09"),
        ("Asia/Ho_Chi_Minh", "2026-10-31T17:00:00+00:00", "2026-10"),
        ("UTC", "2026-10-31T17:00:00+00:00", "2026-09"),
        ("UTC", "2026-11-01T00:00:00+00:00", "2026-10"),
        ("UTC", "2027-01-01T00:00:00+00:00", "2026-12"),
    ],
)
def test_the_command_line_and_dagster_name_the_same_last_finished_month(
    zone: str, moment: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REFORM_INDEX_TIME_ZONE", zone)
    now = datetime.fromisoformat(moment)
    with dg.partition_loading_context(effective_dt=now):
        assert FROM_ENVIRONMENT.finished_months()[-1] == expected
    assert last_finished_month(now) == expected


def test_the_code_location_reads_the_environment_when_it_is_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REFORM_INDEX_FIRST_MONTH", "2025-01")
    monkeypatch.setenv("REFORM_INDEX_TIME_ZONE", "UTC")
    months = partitions(code_location.definitions())
    assert (months.get_first_partition_key(), str(months.timezone)) == ("2025-01", "UTC")


def test_the_command_line_runs_the_months_that_the_environment_allows(
    pilot_home: Path, reform_index: ReformIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REFORM_INDEX_FIRST_MONTH", LAST_MONTH)
    before = shifted(LAST_MONTH, -1)
    said = reform_index("run", "--month", before, "--home", pilot_home)
    assert said.status == 2
    assert f"{before} is before {LAST_MONTH}: run a month from {LAST_MONTH} to" in said.err


# ---- Given to the resource


def test_what_is_given_goes_before_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("HOME", "WAREHOUSE", "PAGES", "FIRST_MONTH", "TIME_ZONE"):
        monkeypatch.setenv(f"REFORM_INDEX_{variable}", "not this one")
    where = InstallationResource(
        home_folder=str(tmp_path),
        warehouse_url="sqlite:///ours.db",
        pages_url="https://ours.vn",
        first_month="2024-01",
        time_zone="Asia/Bangkok",
    )
    assert where.open().home.root == tmp_path
    assert where.open().warehouse_url == "sqlite:///ours.db"
    assert where.link_page(MONTH).value == f"https://ours.vn/{MONTH}/index.html"
    assert where.finished_months()[0] == "2024-01"
    assert str(where.build_months().timezone) == "Asia/Bangkok"


def test_assets_schedule_and_freshness_keep_the_time_zone_of_the_installation() -> None:
    definitions = build_definitions(InstallationResource(time_zone="UTC", first_month="2025-01"))
    assert str(partitions(definitions).timezone) == "UTC"
    assert definitions.resolve_schedule_def("monthly").execution_timezone == "UTC"
    (policy,) = {
        spec.freshness_policy
        for spec in definitions.resolve_all_asset_specs()
        if spec.freshness_policy
    }
    assert isinstance(policy, CronFreshnessPolicy)
    assert policy.timezone == "UTC"


# ---- The link to the page


def test_the_page_is_a_link_where_a_web_server_shows_it_and_a_path_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = InstallationResource(home_folder=str(tmp_path))
    monkeypatch.delenv("REFORM_INDEX_PAGES", raising=False)
    path = where.link_page(MONTH)
    assert isinstance(path, dg.PathMetadataValue)
    assert path.value == str(tmp_path / "published" / MONTH / "index.html")
    # With or without a stroke at its end.
    for url in ("https://dvc.example.vn/index", "https://dvc.example.vn/index/"):
        monkeypatch.setenv("REFORM_INDEX_PAGES", url)
        link = where.link_page(MONTH)
        assert isinstance(link, dg.UrlMetadataValue)
        assert link.value == f"https://dvc.example.vn/index/{MONTH}/index.html"
        assert where.link_all_months().value == "https://dvc.example.vn/index/index.html"


def test_a_run_shows_the_link(pilot_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFORM_INDEX_PAGES", "http://localhost:3001")
    result = run_job(pilot_home, LAST_MONTH)
    (told,) = result.asset_materializations_for_node("bulletin")
    assert told.metadata["page"] == dg.MetadataValue.url(
        f"http://localhost:3001/{LAST_MONTH}/index.html"
    )
    of_all = dg.MetadataValue.url("http://localhost:3001/index.html")
    assert told.metadata["page of all months"] == of_all


def test_the_description_of_the_bulletin_has_the_newest_page_and_its_picture(
    small_home_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def description(home: Path) -> str:
        definitions = build_definitions(InstallationResource(home_folder=str(home)))
        (spec,) = (
            spec
            for spec in definitions.resolve_all_asset_specs()
            if spec.key == dg.AssetKey("bulletin")
        )
        return str(spec.description)

    monkeypatch.delenv("REFORM_INDEX_PAGES", raising=False)
    nothing_published = description(tmp_path)
    assert description(tmp_path / "nowhere") == nothing_published
    assert "data:image" not in nothing_published
    found = description(small_home_template)
    page = small_home_template / "published" / MONTH / "index.html"
    assert found.startswith(f"{nothing_published}\n\n**{MONTH}, edition 1**: `{page}`\n\n")
    assert f"![{HEADLINE} {MONTH}](data:image/png;base64,iVBOR" in found
    monkeypatch.setenv("REFORM_INDEX_PAGES", "https://ours.vn")
    link = f"https://ours.vn/{MONTH}/index.html"
    assert f"**{MONTH}, edition 1**: [{link}]({link})" in description(small_home_template)


# ---- Overrides


def test_definitions_take_another_executor_and_leave_the_rest() -> None:
    usual, other = build_definitions(), build_definitions(executor=dg.multiprocess_executor)
    for job in ("edition", "__ASSET_JOB"):
        assert other.resolve_job_def(job).executor_def.name == "multiprocess"
        assert usual.resolve_job_def(job).executor_def.name == "in_process"
    usual_keys, other_keys = (
        {spec.key for spec in definitions.resolve_all_asset_specs()}
        for definitions in (usual, other)
    )
    assert other_keys == usual_keys


def test_definitions_take_another_resource_and_leave_the_others(
    pilot_home: Path, tmp_path: Path
) -> None:
    nowhere = InstallationResource(home_folder=str(tmp_path / "nowhere"))
    there = InstallationResource(home_folder=str(pilot_home))
    definitions = build_definitions(
        nowhere, resources={"home": HomeResource(where=there, wait_seconds=0)}
    )
    assert set(definitions.resources or {}) == {"where", "home", "cluster"}
    with dg.DagsterInstance.ephemeral() as instance:
        result = definitions.resolve_job_def("edition").execute_in_process(
            partition_key=LAST_MONTH,
            instance=instance,
            asset_selection=[dg.AssetKey(stem) for stem in STEMS[:2]],
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
    assert built_assets(result) == ["exports", "records"]
    assert (pilot_home / "archive").is_dir()


def test_definitions_take_other_sensors_schedules_and_checks() -> None:
    definitions = build_definitions(sensors=[], schedules=[], asset_checks=[])
    assert not definitions.sensors
    assert not definitions.schedules
    names = {key.name for key in definitions.resolve_asset_graph().asset_check_keys}
    assert bulletin.last_month_is_published.check_key.name not in names
    assert "published" in names
