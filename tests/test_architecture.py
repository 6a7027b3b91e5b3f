"""The house as agreed: rooms, arrows between them, modules that introduce themselves."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("pipeline", "expectations", "reports", "assets")
STEMS = ("exports", "records", "tallies", "indices", "rankings", "bulletin")
DISK_ROOMS = {"archive", "store", "editions", "warehouse"}
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "core", "base", "misc"}

MODULES = sorted(
    path.relative_to(ROOT)
    for room in ROOMS
    for path in (ROOT / room).rglob("*.py")
    if "versions" not in path.parts
)


def tree(module: Path) -> ast.Module:
    return ast.parse((ROOT / module).read_text(encoding="utf-8"))


def imported(module: Path) -> set[str]:
    """Everything that a module names in its imports, `from a import b` as `a.b`."""
    names = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_the_arrows_between_the_rooms_hold() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    ended = subprocess.run(
        [lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout
    assert "4 kept, 0 broken" in ended.stdout


def test_the_top_level_is_the_one_agreed() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("what belongs to the project is asked of git, and this is no checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert {path.split("/")[0] for path in listed.split("\0") if path} == {
        ".ci",
        ".gitignore",
        "CHANGELOG.md",
        "Makefile",
        "README.md",
        "assets",
        "bench",
        "deploy",
        "docs",
        "expectations",
        "pipeline",
        "pyproject.toml",
        "reports",
        "requirements",
        "tests",
        "workspace.yaml",
    }


@pytest.mark.parametrize("room", ["pipeline", "expectations/rules", "assets"])
def test_each_stage_has_its_module_under_its_own_stem(room: str) -> None:
    for stem in STEMS:
        assert (ROOT / room / f"{stem}.py").exists() or (ROOT / room / stem).is_dir(), stem


def test_no_module_is_named_for_being_useful() -> None:
    assert [str(path) for path in MODULES if path.stem in FORBIDDEN_NAMES] == []
    assert [str(path) for path in MODULES if FORBIDDEN_NAMES & set(path.parts)] == []


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_module_opens_by_saying_what_belongs_there(module: Path) -> None:
    assert len(ast.get_docstring(tree(module)) or "") > len("what belongs here")


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_module_can_be_read_whole(module: Path) -> None:
    assert len((ROOT / module).read_text(encoding="utf-8").splitlines()) < 350


def test_pure_modules_touch_neither_disks_nor_databases() -> None:
    """All of `pipeline` but the rooms named for a disk or a database."""
    found = {
        f"{module} imports {name}"
        for module in MODULES
        if module.parts[0] == "pipeline"
        and Path(module.parts[1]).stem not in DISK_ROOMS
        and module.parts[1] != "simulator"
        for name in imported(module)
        if name.startswith("pipeline.") and name.split(".")[1] in DISK_ROOMS
    }
    assert found == set()


def test_only_the_warehouse_speaks_sql() -> None:
    speakers = {
        "/".join(module.parts[:2])
        for module in MODULES
        for name in imported(module)
        if name.split(".")[0] in {"sqlalchemy", "alembic", "psycopg"}
    }
    assert speakers == {"pipeline/warehouse"}


def test_great_expectations_is_imported_only_inside_functions() -> None:
    """It takes four seconds, which loading the definitions must not."""
    for module in MODULES:
        if module.parts[0] == "assets":
            assert not any(name.startswith("great_expectations") for name in imported(module))
    code = "import assets.definitions, sys; sys.exit('great_expectations' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_assets_keep_their_annotations_as_values() -> None:
    """Dagster reads them when definitions load: as texts they break configs and resources."""
    assert not [
        str(module)
        for module in MODULES
        if module.parts[0] == "assets"
        and any(name.startswith("__future__.annotations") for name in imported(module))
    ]


def arrows_between_rooms(package: str) -> dict[str, set[str]]:
    """For each module or package at the top of a package, the others there that it imports."""
    graph = grimp.build_graph(package, cache_dir=None)

    def room_of(module: str) -> str:
        return ".".join(module.split(".")[:2])

    arrows: dict[str, set[str]] = {}
    for module in graph.modules - {package}:
        imported = graph.find_modules_directly_imported_by(module) - {package}
        rooms = {room_of(each) for each in imported if each.startswith(f"{package}.")}
        arrows.setdefault(room_of(module), set()).update(rooms - {room_of(module)})
    return arrows


def floor_of(room: str, arrows: dict[str, set[str]], below: tuple[str, ...] = ()) -> int:
    """One more than the highest floor that the room imports from."""
    assert room not in below, f"a circle: {' -> '.join((*below, room))}"
    floors = [floor_of(each, arrows, (*below, room)) for each in arrows[room]]
    return 1 + max(floors, default=0)


def test_assets_have_few_rooms_few_arrows_and_five_floors_without_a_circle() -> None:
    arrows = arrows_between_rooms("assets")
    assert len(arrows) <= 17
    assert sum(len(imported) for imported in arrows.values()) <= 51
    assert max(floor_of(room, arrows) for room in arrows) <= 5


@pytest.mark.parametrize("package", ["pipeline", "expectations", "reports"])
def test_no_room_imports_itself_in_a_circle(package: str) -> None:
    arrows = arrows_between_rooms(package)
    assert all(floor_of(room, arrows) for room in arrows)


def test_only_the_top_of_assets_and_running_a_month_know_dagster() -> None:
    """The work of a month and the explaining of a number can be called without it."""
    knowing = {
        module.parent.as_posix()
        for module in MODULES
        if module.parts[0] == "assets" and "dagster" in imported(module)
    }
    assert knowing == {"assets", "assets/command_line"}


def test_polars_computes_nothing_while_modules_are_imported() -> None:
    """A process with the threads of Polars cannot be forked: the new one waits for them forever."""
    code = (
        "import os, assets.definitions, assets.command_line.app, reports.all_months, reports.site; "
        "tasks = [f'/proc/self/task/{task}/comm' for task in os.listdir('/proc/self/task')]; "
        "print([open(task).read() for task in tasks])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert "python" in ended.stdout
    assert not re.search(r"polars-[0-9]", ended.stdout)


def test_nothing_imports_the_tests() -> None:
    assert not [
        str(module)
        for module in MODULES
        if any(name.split(".")[0] == "tests" for name in imported(module))
    ]
