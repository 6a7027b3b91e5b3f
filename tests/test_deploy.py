"""The files in deploy/, by what can be had without starting a container or a service."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """compose.yaml as YAML has it, with its anchors in place and its variable set."""
    text = (DEPLOY / "compose.yaml").read_text()
    found = yaml.safe_load(re.sub(r"\$\{REFORM_INDEX_FOLDER:\?[^}]+\}", "/srv/home", text))
    assert isinstance(found, dict)
    return found


def read_settings(name: str) -> dict[str, str]:
    lines = (DEPLOY / name).read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


# ---- Containers


def test_the_compose_file_keeps_the_specification(compose: dict[str, Any]) -> None:
    library = pytest.importorskip("compose_spec", reason="a reader of the specification")
    read = library.PyCompose.from_yaml(yaml.safe_dump(compose))
    assert set(read.service_names()) == {
        *("postgres", "prepare", "location", "daemon", "webserver"),
        *("scheduler", "worker", "login"),
    }
    broken = compose | {"services": compose["services"] | {"daemon": {"imag": "reform-index"}}}
    with pytest.raises(Exception, match="imag"):
        library.PyCompose.from_yaml(yaml.safe_dump(broken))


def test_every_service_that_stays_has_a_health_check_and_none_is_root_with_rights(
    compose: dict[str, Any],
) -> None:
    for name, service in compose["services"].items():
        assert "healthcheck" in service or name in ("prepare", "worker"), name
        if service["image"] == "reform-index":
            assert service["read_only"] is True, name
            assert service["cap_drop"] == ["ALL"], name
            assert service["security_opt"] == ["no-new-privileges:true"], name
    assert re.search(r"^USER 10001$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)


def test_what_asks_for_no_password_is_open_to_this_machine_alone(compose: dict[str, Any]) -> None:
    ports = {name: service.get("ports", []) for name, service in compose["services"].items()}
    assert ports.pop("login") == ["80:80", "443:443"]
    for name, opened in ports.items():
        assert all(port.startswith("127.0.0.1:") for port in opened), name


def test_no_password_is_in_the_compose_file_or_on_a_command_line(compose: dict[str, Any]) -> None:
    assert "change-me" not in str(compose)
    for service in compose["services"].values():
        assert "environment" not in service
        assert "://" not in str(service.get("command", "")).replace("tcp://scheduler:8786", "")


def test_what_a_service_waits_for_is_a_service_that_can_be_waited_for(
    compose: dict[str, Any],
) -> None:
    services = compose["services"]
    for name, service in services.items():
        for other, how in service.get("depends_on", {}).items():
            condition = how["condition"]
            assert other in services, name
            assert condition != "service_healthy" or "healthcheck" in services[other], name
            if condition == "service_completed_successfully":
                assert services[other]["restart"] == "no", name


def test_files_that_the_compose_file_names_are_there(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        if "env_file" in service:
            assert (DEPLOY / f"{service['env_file']}.example").is_file(), name
        for volume in service.get("volumes", []):
            if volume.startswith("./"):
                assert (DEPLOY / volume.split(":")[0]).is_file(), name
    assert not any(path.suffix == ".env" for path in DEPLOY.iterdir()), "they hold passwords"


def test_the_settings_name_variables_that_the_program_reads_and_two_databases() -> None:
    settings = read_settings("settings.env.example")
    sources = "".join(
        path.read_text() for room in ("assets", "pipeline") for path in (ROOT / room).rglob("*.py")
    )
    assert [name for name in settings if f'"{name}"' not in sources] == []
    warehouse, storage = (
        settings[f"REFORM_INDEX_{name}"].rpartition("/")[2]
        for name in ("WAREHOUSE", "DAGSTER_STORAGE")
    )
    assert warehouse == read_settings("postgres.env.example")["POSTGRES_DB"]
    assert f"CREATE DATABASE {storage} OWNER" in (DEPLOY / "databases.sql").read_text()


def test_one_worker_is_started_where_it_is_given_no_share_of_the_machine(
    compose: dict[str, Any],
) -> None:
    worker = compose["services"]["worker"]
    assert "deploy" not in worker
    assert "scale" not in worker


def test_what_may_hold_a_dollar_sign_stands_in_single_quotation_marks() -> None:
    # Compose takes $ for a variable elsewhere, and a hash of bcrypt has three.
    assert read_settings("login.env.example")["LOGIN_HASH"] == "'change-me'"


def test_the_dockerfile_is_as_hadolint_wants_it() -> None:
    program = Path(sys.executable).with_name("hadolint")
    if not program.exists():
        pytest.skip("hadolint comes with the packages for tests")
    ended = subprocess.run(
        [program, DEPLOY / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (0, "")


def test_what_the_dockerfile_copies_is_there_and_let_through() -> None:
    text = (DEPLOY / "Dockerfile").read_text()
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    copied = [
        name
        for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE)
        for name in line.split()[:-1]
    ]
    assert "requirements/deploy.txt" in copied
    for name in copied:
        assert (ROOT / name).exists(), name
        assert f"!{name}" in ignored, name
    assert "--require-hashes -r requirements/deploy.txt" in text


def test_the_image_installs_what_a_shared_installation_needs_in_the_tested_versions() -> None:
    pattern = re.compile(r"^([a-z0-9._-]+)(?:\[[a-z,-]+\])?==(\S+)", re.MULTILINE)
    locked = {
        name: dict(pattern.findall((ROOT / "requirements" / f"{name}.txt").read_text()))
        for name in ("deploy", "run", "test")
    }
    assert locked["run"].items() <= locked["deploy"].items()
    assert {"psycopg", "dagster-postgres", "psycopg2-binary"} <= {*locked["deploy"]}
    both = locked["deploy"].keys() & locked["test"].keys()
    assert {name: locked["deploy"][name] for name in both} == {
        name: locked["test"][name] for name in both
    }


# ---- Services of the system


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_unit_is_as_systemd_wants_it(unit: Path, tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("this machine has no systemd-analyze")
    for path in UNITS:
        # systemd looks whether the programs are there, and the pages of the manual.
        text = path.read_text().replace("/opt/reform-index/.venv/bin", str(tmp_path / "bin"))
        text = text.replace("/opt/reform-index", str(ROOT))
        (tmp_path / path.name).write_text(text)
    for name in ("python", "reform-index", "dagster-daemon", "dask"):
        script = tmp_path / "bin" / name
        script.parent.mkdir(exist_ok=True)
        script.write_text("#!/bin/sh\n")
        script.chmod(0o755)
    ended = subprocess.run(
        [program, "verify", "--recursive-errors=no", tmp_path / unit.name],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"SYSTEMD_PAGER": ""},
    )
    told = [
        line for line in ended.stderr.splitlines() if str(tmp_path) in line or unit.name in line
    ]
    assert (ended.returncode, told) == (0, []), ended.stderr


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_unit_has_no_secret_and_does_not_work_as_root(unit: Path) -> None:
    text = unit.read_text()
    if unit.suffix == ".service":
        assert "\nUser=reform-index\n" in text
        assert "\nEnvironmentFile=/etc/reform-index/settings.env\n" in text
        assert "\nProtectSystem=strict\n" in text
    assert "postgresql://" not in text
    assert "0.0.0.0" not in text


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_the_programs_of_a_unit_are_there_with_these_arguments(unit: Path) -> None:
    for command in re.findall(r"^ExecStart(?:Pre)?=(.+)$", unit.read_text(), re.MULTILINE):
        program, *arguments = command.split()
        name = Path(program).name
        if arguments[0] == "-m":
            assert (ROOT / (arguments[1].replace(".", "/") + ".py")).is_file(), command
        if "-w" in arguments:
            assert (ROOT / arguments[arguments.index("-w") + 1]).is_file(), command
        assert name in ("python", "reform-index", "dagster-daemon", "dask"), command


# ---- The UI


def test_the_ui_listens_on_this_machine_alone_unless_it_is_told_otherwise() -> None:
    from dagster_webserver.cli import dagster_webserver  # noqa: PLC0415 - slow to import

    (host,) = (each for each in dagster_webserver.params if each.name == "host")
    assert host.default == "127.0.0.1"
    source = (ROOT / "assets" / "command_line" / "ui_server.py").read_text()
    # `reform-index dev` gives the port alone.
    assert '("-m", __name__, "-p", str(port))' in source
    assert '_HOST = "127.0.0.1"' in (ROOT / "assets/command_line/pages_server.py").read_text()


@pytest.mark.parametrize("path", [*DEPLOY.rglob("*")], ids=lambda path: path.name)
def test_no_file_names_the_host_of_a_registry(path: Path) -> None:
    if path.is_file():
        text = path.read_text()
        assert not re.search(r"docker\.io|ghcr\.io|quay\.io|pypi\.org|index-url", text), path
