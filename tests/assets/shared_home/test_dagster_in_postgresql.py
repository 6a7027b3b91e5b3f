"""Dagster's own runs and events in PostgreSQL, named by one variable."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from assets import dagster_home
from pipeline.home import Home, HomeError

from ..conftest import LAST_MONTH, ReformIndex
from .conftest import PASSWORD, Server

pytestmark = pytest.mark.runs

VARIABLE = "REFORM_INDEX_DAGSTER_STORAGE"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.at(tmp_path)


@pytest.mark.parametrize("driver", ["", "+psycopg", "+psycopg2"])
def test_runs_are_kept_in_the_database_that_the_variable_names(
    home: Home, server: Server, monkeypatch: pytest.MonkeyPatch, driver: str
) -> None:
    url = server.database().replace("postgresql:", f"postgresql{driver}:")
    monkeypatch.setenv(VARIABLE, url)
    with dagster_home.open_instance(home) as instance:
        run = instance.create_run_for_job(dg.job(name="kept")(lambda: None))
    with dagster_home.open_instance(home) as instance:
        assert [each.run_id for each in instance.get_runs()] == [run.run_id]
        # The reference is what Dagster hands to its processes, on their command lines too.
        assert PASSWORD not in str(instance.get_ref())
    settings = (home.dagster / "dagster.yaml").read_text()
    assert f"postgres_url:\n        env: {VARIABLE}\n" in settings
    assert not (home.dagster / "history").exists()


def test_settings_of_an_earlier_version_are_brought_up_to_date(
    home: Home, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.dagster.mkdir()
    settings = home.dagster / "dagster.yaml"
    settings.write_text(dagster_home._FIRST_SETTINGS)
    dagster_home.write_settings(home)
    assert "run_monitoring:\n  enabled: true" in settings.read_text()
    monkeypatch.setenv(VARIABLE, database)
    dagster_home.write_settings(home)
    assert VARIABLE in settings.read_text()
    # Whoever forgets the variable would else have a second, empty history.
    monkeypatch.delenv(VARIABLE)
    with pytest.raises(HomeError, match=f"set {VARIABLE} to its URL"):
        dagster_home.write_settings(home)


def test_settings_that_were_changed_are_kept_and_what_they_lack_is_told(
    home: Home, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.dagster.mkdir()
    settings = home.dagster / "dagster.yaml"
    settings.write_text("telemetry:\n  enabled: false\n")
    monkeypatch.setenv(VARIABLE, database)
    with pytest.raises(HomeError, match="add these lines to the file") as raised:
        dagster_home.write_settings(home)
    assert PASSWORD not in str(raised.value)
    settings.write_text(settings.read_text() + str(raised.value).partition("the file\n")[2])
    with dagster_home.open_instance(home) as instance:
        assert instance.get_runs() == []


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite:////tmp/runs.db", "names no PostgreSQL"),
        ("postgresql://u:half@s3cret@host/db", "cannot be read"),
        ("s3cret", "cannot be read"),
    ],
)
def test_a_url_of_no_postgresql_is_answered_with_an_example(
    home: Home, monkeypatch: pytest.MonkeyPatch, url: str, words: str
) -> None:
    monkeypatch.setenv(VARIABLE, url)
    with pytest.raises(HomeError, match=words) as raised:
        dagster_home.write_settings(home)
    assert "s3cret" not in str(raised.value)


def test_the_database_of_the_warehouse_is_not_taken(
    home: Home, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, database)
    monkeypatch.setenv("REFORM_INDEX_WAREHOUSE", database.replace(":", "+psycopg:", 1))
    with pytest.raises(HomeError, match="make another one for it"):
        dagster_home.write_settings(home)


def test_a_package_that_is_not_installed_is_named_with_the_command(
    home: Home, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, database)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(HomeError, match=r"dagster_postgres is not installed: pip install"):
        dagster_home.write_settings(home)


@pytest.mark.parametrize("fault", ["away", "wrong password"])
def test_a_storage_that_cannot_be_used_ends_a_command_with_a_plain_line(
    pilot_home: Path,
    database: str,
    reform_index: ReformIndex,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
) -> None:
    away = database.replace("host=", "host=/nowhere")
    wrong = database.replace("@/", "wrong@/")
    monkeypatch.setenv(VARIABLE, away if fault == "away" else wrong)
    said = reform_index("run", "--month", LAST_MONTH, "--home", pilot_home)
    assert said.status == 1
    assert "Dagster's storage (PostgreSQL database" in said.err
    assert "See that the server runs and accepts this user" in said.err
    assert "s3cret" not in said.err


def test_the_settings_are_written_for_programs_that_are_started_without_the_command(
    tmp_path: Path,
) -> None:
    home = tmp_path / "new"
    environment = {**os.environ, "REFORM_INDEX_HOME": str(home)}
    environment.pop(VARIABLE, None)
    command = [sys.executable, "-m", "assets.dagster_home"]
    subprocess.run(command, env=environment, check=True)
    assert (home / "inbox").is_dir()
    assert (home / "dagster" / "dagster.yaml").is_file()
    changed = environment | {VARIABLE: "s3cret"}
    ended = subprocess.run(command, env=changed, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"reform-index: {VARIABLE} cannot be read")
