"""The published findings of a unit, as `explain` shows them."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from assets.command_line.print_findings import print_findings
from assets.explain.findings import EVERY_FINDING, find_findings, is_finding, list_files
from assets.explain.published import NotPublishedError
from assets.month.inputs import read_inputs
from assets.month.installation import Installation

MONTH = "2026-06"


@pytest.fixture(scope="module")
def published(small_home_template: Path) -> pl.DataFrame:
    return pl.read_csv(small_home_template / "published" / MONTH / "data" / "findings.csv")


def test_every_finding_of_a_unit_is_as_published(
    installation: Installation, published: pl.DataFrame
) -> None:
    found = find_findings(installation, "H26", MONTH, EVERY_FINDING)
    own = published.filter(unit_code="H26")
    counts = ["finding", "count", "denominator", "share", "peers_median"]
    assert found.rows.select(counts).sort("finding").rows() == own.select(counts).rows()
    assert (found.unit_name, found.edition) == (installation.register.name("H26", MONTH), 1)


def test_one_finding_is_shown_with_what_a_case_of_it_is(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    found = find_findings(installation, "H26", MONTH, "ended_on_day_off")
    assert found.rows.height == 1
    print_findings(found)
    said = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert "accuses nobody" in said
    assert f"{found.rows['denominator'].item():,}" in said
    assert "it ended on a day off that is no worked Saturday" in said


def test_the_files_are_those_in_which_a_case_is(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    # One row of March is rejected since it ended before it was received.
    finding = "ended_before_received"
    march = read_inputs(installation, "2026-03")
    asked = pl.Series([finding, "reopened"])
    files = list_files(march, "H26", asked)
    sent = march.plan.filter(sender_code="H26", kind="dossiers")["sha256"].item()
    assert files.rows() == [(finding, "H26", "dossiers.csv", sent)]
    # Neither another unit nor another month has it.
    assert list_files(march, "H29", asked).is_empty()
    assert list_files(march, "H26.05", asked).is_empty()
    found = find_findings(installation, "H26", MONTH, finding)
    assert found.files.is_empty()
    print_findings(found)
    assert "files of the archive" not in capsys.readouterr().out
    print_findings(replace(found, files=files))
    said = "".join(capsys.readouterr().out.replace("│", " ").split())
    assert "filesofthearchive" in said
    assert sent[:8] in said


def test_a_name_is_that_of_a_finding_or_of_an_indicator() -> None:
    assert is_finding("reopened")
    assert is_finding(EVERY_FINDING)
    assert not is_finding("due_on_time")


@pytest.mark.parametrize(
    ("unit", "month", "name", "message"),
    [
        ("H26", MONTH, "figures_differ", "could not show figures_differ; they could show "),
        ("H2", MONTH, EVERY_FINDING, "has no findings of a unit 'H2'.*did you mean"),
        ("H26", "2030-01", EVERY_FINDING, "no findings of 2030-01 are published"),
    ],
)
def test_what_is_not_published_is_said_plainly(
    installation: Installation, unit: str, month: str, name: str, message: str
) -> None:
    with pytest.raises(NotPublishedError, match=message):
        find_findings(installation, unit, month, name)
