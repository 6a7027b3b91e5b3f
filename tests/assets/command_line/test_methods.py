"""The command `methods`: what is listed, what is told of one, what is said of a broken file."""

from pathlib import Path

import pytest

from ..conftest import ReformIndex


def squeezed(text: str) -> str:
    """A table's text without its frame and its folds."""
    return " ".join(text.replace("│", " ").split())


def test_every_method_is_listed_with_its_validity_and_points(
    tmp_path: Path, reform_index: ReformIndex
) -> None:
    said = reform_index("methods", "--home", tmp_path)
    assert said.status == 0
    for words in ("reform-index", "circular-01-2018", "sipas-style", "Quyết định 766/QĐ-TTg"):
        assert words in said.out
    (line,) = (line for line in said.out.splitlines() if line.startswith("│ decision-766"))
    assert "2022-06-23" in line
    assert [cell.strip() for cell in line.split("│")[-3:-1]] == ["21", "100"]


def test_a_method_tells_points_formula_law_confidence_and_switches(
    tmp_path: Path, reform_index: ReformIndex
) -> None:
    said = reform_index("methods", "decision-766", "--home", tmp_path)
    assert said.status == 0
    told = squeezed(said.out)
    assert "switch no_petitions = full (of full, shared)" in told
    assert "xuất sắc / excellent from 90" in told
    assert "from 2026-07-01, open:" in told
    row = squeezed(said.out.split("decision_766_3_5b")[1].split("decision_766_3_6")[0])
    assert row.startswith("2 Thủ tục hành chính có phát sinh giao dịch thanh toán")
    assert "open" in row


@pytest.mark.parametrize("name", ["decision-76", "reform-indx"])
def test_a_method_that_does_not_exist_is_told_with_the_nearest(
    tmp_path: Path, reform_index: ReformIndex, name: str
) -> None:
    said = reform_index("methods", name, "--home", tmp_path)
    assert said.status == 2
    assert f"there is no method {name!r} (did you mean" in said.err


def test_an_own_file_that_cannot_be_used_is_told_with_key_and_cure(
    tmp_path: Path, reform_index: ReformIndex
) -> None:
    (tmp_path / "methods").mkdir()
    (tmp_path / "methods" / "own.toml").write_text(
        'kind = "points"\nname = "own"\nverson = "1"\n', encoding="utf-8"
    )
    said = reform_index("methods", "--home", tmp_path)
    assert said.status == 2
    assert "own.toml: the key verson is not known (did you mean version?)" in said.err
