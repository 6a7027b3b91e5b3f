"""docs/operate.md: what it tells to type exists, and what it says is printed is printed."""

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest
from click import Command, Group, Option

from assets import automation
from assets.month import alarms, late_senders
from assets.resources import RETRY_SECONDS
from pipeline.errors import ExitStatus
from pipeline.home import Home

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
INSTALLING = (ROOT / "deploy" / "README.md").read_text(encoding="utf-8")
BOTH = f"{PAGE}\n{INSTALLING}"
ROOMS = ("pipeline", "expectations", "reports", "assets")


def typed(text: str) -> list[str]:
    """The commands of a text: lines of indented blocks, joined where they go on, and spans."""
    joined = re.sub(r" \\\n +", " ", text)
    blocks = re.findall(r"^(?: {3})? {4,}(\S.*)", joined, re.MULTILINE)
    return [*blocks, *re.findall(r"`([^`]+)`", joined)]


def rows_below(heading: str) -> list[list[str]]:
    """The cells of the table below a heading, without its first two lines."""
    part = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def names_of(command: Command) -> set[str]:
    """All spellings of the options of a command."""
    options = (each for each in command.params if isinstance(each, Option))
    return {name for each in options for name in (*each.opts, *each.secondary_opts)} | {"--help"}


@cache
def printed() -> tuple[str, ...]:
    """Every text in the sources, with `…` for what is put into it."""
    trees = (
        ast.parse(path.read_text(encoding="utf-8"))
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
    )
    return tuple(text for tree in trees for node in ast.walk(tree) if (text := _text_of(node)))


def _text_of(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = (each.value if isinstance(each, ast.Constant) else "…" for each in node.values)
        return "".join(map(str, parts))
    return ""


# ---- Commands


def test_variables_and_files_that_are_named_exist() -> None:
    source = "".join(path.read_text() for room in ROOMS for path in (ROOT / room).rglob("*.py"))
    source += (ROOT / "deploy" / "operator.sh").read_text()
    named = set(re.findall(r"(?:REFORM_INDEX|DAGSTER)_[A-Z_]*[A-Z]", BOTH))
    # This one is of compose.yaml.
    assert {name for name in named - {"REFORM_INDEX_FOLDER"} if name not in source} == set()
    for path in re.findall(r"(?:/opt/reform-index/)((?:deploy|requirements)/[\w./-]+)", BOTH):
        assert (ROOT / path).exists(), path
    for path in re.findall(r" -r (requirements/\S+\.txt)", BOTH):
        assert (ROOT / path).exists(), path


def test_services_that_are_named_are_units() -> None:
    units = {path.name for path in (ROOT / "deploy" / "systemd").iterdir()}
    stems = {name.rpartition(".")[0] for name in units}
    named = set(re.findall(r"(?<![/\w.])(reform-index-[a-z]+(?:\.timer)?)\b", BOTH))
    assert len(named) >= 4
    assert named - units - stems == set()


def test_schedules_and_sensors_that_are_switched_on_are_defined() -> None:
    defined = {
        "sensor": {"inbox", "failed_runs", "killed_runs", "late_senders"},
        "schedule": {"monthly"},
    }
    found = re.findall(r"dagster (sensor|schedule) (?:start|stop) (\w+) -w workspace.yaml", PAGE)
    assert found
    assert all(name in defined[kind] for kind, name in found)
    sensors = {
        automation.inbox_sensor.name,
        automation.failed_runs_sensor.name,
        automation.killed_runs_sensor.name,
        automation.late_senders_sensor.name,
    }
    assert sensors == defined["sensor"]
    assert automation.monthly_schedule.name == "monthly"
    assert (ROOT / "workspace.yaml").is_file()


def test_options_of_dask_and_dagster_exist() -> None:
    from dagster._cli import cli as dagster  # noqa: PLC0415 - slow to import

    scheduler = pytest.importorskip("distributed.cli.dask_scheduler", reason="Dask is an extra")
    for line in typed(BOTH):
        found = re.match(r"(?:\S*/)?dask scheduler(.*)", line)
        if found:
            rest = found[1].partition("#")[0]
            assert set(re.findall(r"(?<= )--[\w-]+", rest)) <= names_of(scheduler.main), line
        found = re.match(r"(?:\S*/)?dagster ([a-z ]+[a-z])", line)
        if found:
            _find_command(dagster, found[1].split())


def _find_command(group: Command, words: list[str]) -> Command:
    for word in words:
        if not isinstance(group, Group):
            break
        assert word in group.commands, words
        group = group.commands[word]
    return group


def test_the_settings_are_read_as_they_stand(tmp_path: Path) -> None:
    settings = tmp_path / "settings.env"
    webhook = "https://chat.example.vn/a?b=1&c=$HOME;'d' \"e\" #f"
    settings.write_text(f"# A remark\n\nREFORM_INDEX_WEBHOOK={webhook}\nREFORM_INDEX_CLUSTER=x")
    script = (
        f'. {ROOT}/deploy/operator.sh && printf "%s\\n" "$REFORM_INDEX_WEBHOOK" '
        '"$REFORM_INDEX_CLUSTER" "$REFORM_INDEX_HOME" "$DAGSTER_HOME" "$PWD"'
    )
    ended = subprocess.run(
        ["bash", "-euc", script],
        env={"PATH": "/usr/bin:/bin", "REFORM_INDEX_SETTINGS": str(settings)},
        capture_output=True,
        text=True,
        check=True,
    )
    home = "/srv/reform-index"
    assert ended.stdout.splitlines() == [webhook, "x", home, f"{home}/dagster", str(ROOT)]
    assert ended.stderr == ""


# ---- What is printed


def test_every_alarm_is_described_and_no_other() -> None:
    described = {
        re.findall(r"`(\w+)`", alarm)[0] for alarm, *_ in rows_below("What each alarm means")
    }
    sources = [ROOT / "assets" / "automation.py", ROOT / "assets" / "month" / "late_senders.py"]
    given = {kind for path in sources for kind in re.findall(r'kind="(\w+)"', path.read_text())}
    assert described == given
    assert alarms.PLACE in PAGE
    assert f"| {late_senders.WARNING_DAY}th, 08:00 | the alarm `late_senders`" in PAGE
    assert "after 1, 5 and 15 minutes" in PAGE
    assert RETRY_SECONDS == (60.0, 300.0, 900.0)
    assert any("It is run again by itself." in text for text in printed())


def messages() -> list[str]:
    cells = [row[0] for row in rows_below("What is printed, and what to do")]
    return [span for cell in cells for span in re.findall(r"`([^`]+)`", cell)]


@pytest.mark.parametrize("message", messages())
def test_a_message_that_is_explained_is_one_of_the_program(message: str) -> None:
    assert any(message in text for text in printed())


def test_every_row_of_messages_says_who_acts() -> None:
    rows = rows_below("What is printed, and what to do")
    assert len(rows) > 15
    who = {row[0] for row in rows_below("Who acts")} | {"nobody"}
    assert {row[1] for row in rows} <= who


def test_exit_statuses_are_those_of_the_program() -> None:
    named = {int(number) for number in re.findall(r"status (?:is )?(\d+)", PAGE)}
    assert named <= {*ExitStatus, 128 + 2, 128 + 15}


# ---- The backup


def test_the_backup_leaves_out_what_can_be_made_again_and_nothing_else() -> None:
    home = Home(Path("/home"))
    left_out = {home.store, home.quality, home.dagster, home.warehouse_file, home.lock}
    (patterns,) = {
        tuple(re.findall(r"--exclude='?\./([\w.*]+)", line))
        for line in typed(PAGE)
        if "tar --create" in line
    }
    assert {pattern.rstrip("*") for pattern in patterns} == {path.name for path in left_out}
    rows = rows_below("Backup and restore")
    paths = {
        value
        for name in dir(Home)
        if isinstance(value := getattr(home, name), Path) and value.parent == home.root
    }
    described = {name for row in rows for name in re.findall(r"`([\w.]+)/?`", row[0])}
    unnamed = {path.name for path in paths} - described
    assert unnamed <= {".lock", "truth"}, "say of each part of a home whether it is to be kept"
