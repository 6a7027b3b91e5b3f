"""Alembic's own executable works on the warehouse, on SQLite and on PostgreSQL."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from pipeline.warehouse import Warehouse, schema

pytestmark = pytest.mark.runs

ROOT = Path(__file__).resolve().parents[2]
OURS = ("REFORM_INDEX_HOME", "REFORM_INDEX_WAREHOUSE")
Alembic = Callable[..., "subprocess.CompletedProcess[str]"]


def run_alembic(
    *arguments: str, folder: Path = ROOT, **variables: str
) -> "subprocess.CompletedProcess[str]":
    executable = Path(sys.executable).with_name("alembic")
    environment = {name: value for name, value in os.environ.items() if name not in OURS}
    return subprocess.run(
        [executable, *arguments],
        cwd=folder,
        env=environment | variables,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def alembic(url: str) -> Alembic:
    """Runs Alembic on an empty database that REFORM_INDEX_WAREHOUSE names."""

    def run(*arguments: str, folder: Path = ROOT) -> "subprocess.CompletedProcess[str]":
        return run_alembic(*arguments, folder=folder, REFORM_INDEX_WAREHOUSE=url)

    return run


def execute(url: str, statement: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def number_of_migrations() -> int:
    scripts = ScriptDirectory(str(ROOT / "pipeline" / "warehouse" / "migrations"))
    return len(list(scripts.walk_revisions()))


def test_an_empty_database_is_brought_to_the_newest_version(alembic: Alembic, url: str) -> None:
    upgraded = alembic("upgrade", "head")
    assert (upgraded.returncode, upgraded.stderr) == (0, "")
    engine = create_engine(url)
    assert set(inspect(engine).get_table_names()) == {*schema.METADATA.tables, "alembic_version"}
    engine.dispose()
    assert alembic("current").stdout == f"{number_of_migrations():04d} (head)\n"
    checked = alembic("check")
    assert checked.returncode == 0, checked.stdout
    assert checked.stdout == "No new upgrade operations detected.\n"


def test_the_check_passes_what_the_program_made_and_finds_what_was_changed_by_hand(
    alembic: Alembic, url: str
) -> None:
    Warehouse(url).migrate()
    assert alembic("check").returncode == 0
    by_hand = {
        "remark": "ALTER TABLE indices ADD COLUMN remark VARCHAR",
        "band": "ALTER TABLE rankings DROP COLUMN band",
        "ix_deliveries_sha256": "DROP INDEX ix_deliveries_sha256",
        "ix_extra": "CREATE INDEX ix_extra ON funnels (unit_code)",
        "case_mix": "DROP TABLE case_mix",
    }
    for statement in by_hand.values():
        execute(url, statement)
    checked = alembic("check")
    assert checked.returncode != 0
    assert "New upgrade operations detected" in checked.stdout
    assert [name for name in by_hand if name not in checked.stdout] == []


def test_the_history_names_every_migration_with_its_title() -> None:
    listed = run_alembic("history").stdout.splitlines()
    assert len(listed) == number_of_migrations()
    assert listed[-1].startswith("<base> -> 0001, The tables of the first version")


def test_the_statements_can_be_printed_without_touching_the_database(
    alembic: Alembic, url: str
) -> None:
    printed = alembic("upgrade", "head", "--sql")
    assert printed.returncode == 0, printed.stderr
    assert "CREATE TABLE editions" in printed.stdout
    engine = create_engine(url)
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_the_warehouse_of_a_home_is_found_by_its_folder(tmp_path: Path) -> None:
    for named in (["-x", f"home={tmp_path}"], []):
        home = "" if named else str(tmp_path)
        assert run_alembic(*named, "upgrade", "head", REFORM_INDEX_HOME=home).returncode == 0
        assert (tmp_path / "warehouse.db").stat().st_size > 0
        (tmp_path / "warehouse.db").unlink()


def test_a_home_named_on_the_command_line_comes_before_the_one_of_the_environment(
    tmp_path: Path,
) -> None:
    named, other = tmp_path / "named", tmp_path / "other"
    named.mkdir()
    other.mkdir()
    run_alembic("-x", f"home={named}", "upgrade", "head", REFORM_INDEX_HOME=str(other))
    assert (named / "warehouse.db").exists()
    assert not (other / "warehouse.db").exists()


def test_a_simulated_home_has_its_own_file_whatever_the_environment_names(tmp_path: Path) -> None:
    (tmp_path / "simulation.json").write_text("{}")
    real = tmp_path / "real.db"
    run_alembic(
        "-x", f"home={tmp_path}", "upgrade", "head", REFORM_INDEX_WAREHOUSE=f"sqlite:///{real}"
    )
    assert (tmp_path / "warehouse.db").exists()
    assert not real.exists()


def test_without_a_database_the_message_says_how_to_name_one() -> None:
    ended = run_alembic("current")
    assert ended.returncode != 0
    assert "FAILED: no warehouse is named: set REFORM_INDEX_WAREHOUSE" in ended.stdout
    assert "alembic -x home=PATH" in ended.stdout


def test_a_home_that_does_not_exist_is_named(tmp_path: Path) -> None:
    ended = run_alembic("-x", f"home={tmp_path}/absent", "current")
    assert f"FAILED: the home folder {tmp_path}/absent does not exist" in ended.stdout
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("port", ["1", "no-port"])
def test_no_message_shows_a_password(port: str) -> None:
    url = f"postgresql://chi:s3cret@127.0.0.1:{port}/reform"
    ended = run_alembic("upgrade", "head", REFORM_INDEX_WAREHOUSE=url)
    assert ended.returncode != 0
    assert "FAILED: the warehouse" in ended.stdout
    assert "s3cret" not in ended.stdout + ended.stderr


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a copy of Alembic's settings and of the migrations, to write new ones into."""
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (found,) = re.findall(
        r"^\[tool\.alembic\]\n(?:.*\n)*?(?=\n\[tool\.importlinter\])", settings, re.M
    )
    folder = tmp_path / "project"
    migrations = Path("pipeline", "warehouse", "migrations")
    shutil.copytree(
        ROOT / migrations, folder / migrations, ignore=shutil.ignore_patterns("__pycache__")
    )
    here = f'prepend_sys_path = ["{ROOT}"]'
    (folder / "pyproject.toml").write_text(
        re.sub(r"prepend_sys_path = .*", here, found), encoding="utf-8"
    )
    return folder


def test_a_migration_is_written_from_what_differs(
    alembic: Alembic, url: str, project: Path
) -> None:
    Warehouse(url).migrate()
    execute(url, "DROP INDEX ix_deliveries_sha256")
    execute(url, "ALTER TABLE rankings DROP COLUMN band")
    number = f"{number_of_migrations() + 1:04d}"
    made = alembic("revision", "--autogenerate", "-m", "Bands again", folder=project)
    assert made.returncode == 0, made.stdout + made.stderr
    versions = project / "pipeline" / "warehouse" / "migrations" / "versions"
    written = (versions / f"{number}_bands_again.py").read_text(encoding="utf-8")
    assert written.startswith('"""Bands again."""\n')
    assert f'revision = "{number}"' in written
    assert "ix_deliveries_sha256" in written
    assert alembic("upgrade", "head", folder=project).returncode == 0
    assert alembic("check", folder=project).returncode == 0


def test_no_migration_is_written_where_nothing_differs(tmp_path: Path, project: Path) -> None:
    url = f"sqlite:///{tmp_path}/warehouse.db"
    Warehouse(url).migrate()
    before = sorted(project.rglob("versions/*.py"))
    made = run_alembic("revision", "--autogenerate", folder=project, REFORM_INDEX_WAREHOUSE=url)
    assert made.returncode == 0, made.stdout + made.stderr
    assert sorted(project.rglob("versions/*.py")) == before
