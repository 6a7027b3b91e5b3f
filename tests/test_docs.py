"""The documents: what they name exists, and what exists is not left out of them."""

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import polars as pl
import pytest
import typer

from assets.command_line.app import app
from pipeline.home import Home
from pipeline.profiles.our_columns import sendable_columns
from pipeline.profiles.profile import Profile
from pipeline.tables import KINDS, RECORDS

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("pipeline", "expectations", "reports", "assets")
DEVELOP = ROOT / "docs" / "develop.md"
DOCUMENTS = (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md")))
SPEAKING_OF_TODAY = [path for path in DOCUMENTS if path.name != "CHANGELOG.md"]
"""The changelog names what was there once, too."""
COMMANDS = typer.main.get_command(app).commands
HOME_NAMES = {
    value.name
    for name, value in ((name, getattr(Home(Path("/home")), name)) for name in dir(Home))
    if isinstance(value, Path) and name != "root"
}

IDENTIFIER = re.compile(r"-{0,2}[A-Za-z_][\w*-]*(\.\w+)?")
PATH = re.compile(r"[\w.-]+/[\w./*<>-]*|\w+\.md")


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def code_spans(text: str) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"`([^`\n]+)`", text)


def paths_in(text: str) -> list[str]:
    return [span for span in code_spans(text) if PATH.fullmatch(span)]


def find_path(name: str) -> list[Path]:
    """The files or folders of a path in which NAME stands for any name."""
    return list(ROOT.glob(name.replace("NAME", "*").rstrip("/")))


@cache
def defined_names(path: Path) -> frozenset[str]:
    """The names that a module defines, those of a class also as `Class.name`.

    Of a folder, the names of its modules; of a file that is no module, all its words.
    """
    if path.is_dir():
        modules = path.glob("*.py")
        return frozenset(name for module in modules for name in defined_names(module))
    if path.suffix != ".py":
        return frozenset(re.findall(r"-{0,2}[A-Za-z_][\w-]*", read(path)))
    return frozenset(_names_of_body(ast.parse(read(path)).body))


def _names_of_body(body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.FunctionDef):
            yield node.name
        elif isinstance(node, ast.ClassDef):
            yield node.name
            yield from (f"{node.name}.{name}" for name in _names_of_body(node.body))
        elif isinstance(node, ast.Assign):
            yield from (each.id for each in node.targets if isinstance(each, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)


def missing_names(names: list[str], paths: list[str]) -> list[str]:
    """The names that none of the files defines; a `*` in a name stands for any letters."""
    known = {name for path in paths for file in find_path(path) for name in defined_names(file)}
    return [name for name in names if not any(fnmatchcase(each, name) for each in known)]


def recipe_steps() -> dict[str, str]:
    """The numbered steps of the recipes, by the heading and number of each."""
    steps = {}
    for part in read(DEVELOP).split("\n## ")[1:]:
        heading, _, body = part.partition("\n")
        for step in re.findall(r"^\d+\. .+(?:\n   .+)*", body, re.M):
            steps[f"{heading}, {step.split('.')[0]}"] = step
    return steps


def questions() -> dict[str, tuple[str, str]]:
    """By question, the cells of files and of names."""
    table = read(DEVELOP).split("\n## Where do I change")[1]
    rows = [line.strip("|\n").split("|") for line in table.splitlines() if line.startswith("| ")]
    return {question.strip(): (files, names) for question, files, names in rows[2:]}


STEPS, QUESTIONS = recipe_steps(), questions()


def code_lines(text: str) -> list[str]:
    """Lines of indented blocks, and what stands between backticks."""
    return [*re.findall(r"^    (\S.*)", text, re.M), *code_spans(text)]


def anchors(path: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a document."""
    headings = re.findall(r"^#+ (.+)", read(path), re.M)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.strip().replace(" ", "-") for heading in plain}


def test_every_path_in_the_guide_for_developers_exists() -> None:
    named = paths_in(read(DEVELOP))
    assert len(named) > 100
    of_a_home = {f"{name}/" for name in HOME_NAMES}
    assert [name for name in named if name not in of_a_home and not find_path(name)] == []


def test_every_folder_of_modules_is_on_the_map() -> None:
    folders = {
        f"{path.parent.relative_to(ROOT)}/"
        for room in (*ROOMS, "bench")
        for path in (ROOT / room).rglob("__init__.py")
    }
    assert folders - set(paths_in(read(DEVELOP))) == set()


@pytest.mark.parametrize("step", STEPS)
def test_a_step_of_a_recipe_names_what_its_files_define(step: str) -> None:
    paths = paths_in(STEPS[step])
    spans = [span.strip("[]") for span in code_spans(STEPS[step])]
    names = [span for span in spans if IDENTIFIER.fullmatch(span) and span not in paths]
    assert not paths or missing_names(names, paths) == []


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_names_a_file_and_what_it_defines(question: str) -> None:
    files, names = QUESTIONS[question]
    assert paths_in(files)
    assert missing_names(code_spans(names), paths_in(files)) == []


def test_a_recipe_has_fewer_than_ten_lines_and_names_a_test() -> None:
    recipes = {heading.rpartition(", ")[0] for heading in STEPS}
    assert len(recipes) >= 6
    for recipe in recipes:
        steps = "\n".join(step for heading, step in STEPS.items() if heading.startswith(recipe))
        assert len(steps.splitlines()) < 10, recipe
        assert "tests/" in steps, recipe


def test_twenty_questions_are_answered() -> None:
    assert len(QUESTIONS) >= 20


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", read(document)):
        if not target.startswith("http"):
            file, _, anchor = target.partition("#")
            place = (document.parent / file) if file else document
            assert place.exists(), target
            assert not anchor or anchor in anchors(place), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_and_option_in_a_document_is_one(document: Path) -> None:
    for line in code_lines(read(document)):
        found = re.match(r"(?:\S*/)?reform-index ([a-z]\w*)(.*)", line)
        if found:
            name, rest = found.groups()
            assert name in COMMANDS, line
            options = {option for each in COMMANDS[name].params for option in _spellings(each)}
            assert set(re.findall(r"(?<= )--[\w-]+", rest.partition("#")[0])) <= options, line


def _spellings(parameter: object) -> list[str]:
    return [*getattr(parameter, "opts", ()), *getattr(parameter, "secondary_opts", ())]


def test_every_command_is_in_the_page_of_use() -> None:
    named = re.findall(r"^\| `reform-index (\w+)", read(ROOT / "docs" / "use.md"), re.M)
    assert sorted(named) == sorted(COMMANDS)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_target_of_make_in_a_document_is_one(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", read(ROOT / "Makefile"), re.M))
    named = [re.match(r"make ([a-z-]+)", line) for line in code_lines(read(document))]
    assert {found[1] for found in named if found} <= targets


def test_every_variable_of_the_environment_is_in_the_page_of_use_and_in_the_source() -> None:
    variable = re.compile(r"REFORM_INDEX_[A-Z_]*[A-Z]")
    source = {
        name
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        for name in variable.findall(read(path))
    }
    assert set(variable.findall(read(ROOT / "docs" / "use.md"))) == source


@pytest.mark.parametrize("document", SPEAKING_OF_TODAY, ids=lambda path: path.name)
def test_every_name_in_a_document_is_written_in_the_source(document: Path) -> None:
    source = _source()
    spans = code_spans(read(document))
    names = {span for span in spans if re.fullmatch(r"[a-z]+(_[a-z0-9]+)+", span)}
    assert {name for name in names if name not in source} == set()


@cache
def _source() -> str:
    """All texts of the rooms and of the examples."""
    suffixes = {".py", ".toml", ".csv", ".j2"}
    folders = [*(ROOT / room for room in ROOMS), ROOT / "docs" / "examples"]
    files = [file for folder in folders for file in folder.rglob("*") if file.suffix in suffixes]
    return "\n".join(map(read, files))


def test_every_key_of_a_profile_is_described() -> None:
    described = set(code_spans(read(ROOT / "docs" / "profiles.md")))
    tables = {key.strip("[]").partition(".")[0] for key in described if key.startswith("[")}
    made_by_the_program = {"name", "digest"}
    assert set(Profile.model_fields) - made_by_the_program - described - tables == set()


@pytest.mark.parametrize("kind", KINDS)
def test_every_column_and_word_that_a_sender_may_fill_is_described(kind: str) -> None:
    (part,) = re.findall(
        rf"^\*\*{kind}\*\*.*?(?=\n\n)", read(ROOT / "docs/profiles.md"), re.M | re.S
    )
    described = set(code_spans(part))
    assert set(sendable_columns(kind)) - described == set()
    for name in sendable_columns(kind):
        dtype = RECORDS[kind].schema.get(name)
        if isinstance(dtype, pl.Enum):
            assert set(dtype.categories) - described == set(), name


def test_everything_in_a_home_is_in_the_design() -> None:
    design = read(ROOT / "docs" / "design.md")
    assert {name for name in HOME_NAMES if name not in design} == set()
