"""What a run writes into its log: for each asset files, rows, what was recomputed, seconds."""

import re
import shutil
from pathlib import Path

import dagster as dg
import pytest

from .conftest import RUN_MONTHS, STEMS, run_job

MONTH = RUN_MONTHS[-1]
SECONDS = r"in \d+\.\d s"
NUMBER = r"\d{1,3}(?:,\d{3})*"
Lines = dict[str, list[str]]


def run(home: Path) -> Lines:
    """Runs the month; by asset, the lines that it wrote into the log of the run."""
    with dg.DagsterInstance.ephemeral() as instance:
        result = run_job(home, MONTH, instance=instance)
        lines: Lines = {stem: [] for stem in STEMS}
        for entry in instance.all_logs(result.run_id):
            if not entry.is_dagster_event and entry.step_key in lines:
                lines[entry.step_key].append(entry.user_message)
    return lines


@pytest.fixture(scope="module")
def home(small_home_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small home for this module."""
    root = tmp_path_factory.mktemp("run_log") / "home"
    return shutil.copytree(small_home_template, root, symlinks=True)


@pytest.fixture(scope="module")
def unchanged(home: Path) -> Lines:
    """The log of a run in which nothing was new."""
    return run(home)


@pytest.fixture(scope="module")
def corrected(home: Path, unchanged: Lines) -> Lines:
    """The log of a run after a correction of one file, with a row in it that breaks a rule."""
    assert unchanged
    sent = home / "inbox" / "H26" / MONTH / "ratings.csv"
    header, first, *rows = sent.read_text("utf-8").splitlines()
    cells = first.split(",")
    cells[header.split(",").index("DiemDanhGia")] = "77"
    sent.write_text("\n".join([header, ",".join(cells), *rows[:-1], ""]), encoding="utf-8")
    (sent.parent / "letter.csv").write_text("Kính gửi\n", encoding="utf-8")
    return run(home)


def found(pattern: str, lines: list[str]) -> list[str]:
    """The groups of a pattern in the only line that matches the whole of it."""
    matches = [match for line in lines if (match := re.fullmatch(pattern, line))]
    assert len(matches) == 1, lines
    return list(matches[0].groups())


def whole(number: str) -> int:
    return int(number.replace(",", ""))


def test_every_asset_writes_one_line_into_the_log(unchanged: Lines) -> None:
    assert {stem: len(lines) for stem, lines in unchanged.items()} == dict.fromkeys(STEMS, 1)


def test_exports_log_files_bytes_and_those_refused(
    unchanged: Lines, corrected: Lines, home: Path
) -> None:
    pattern = rf"(\d+) files with ({NUMBER}) bytes, (\d+) refused; (\d+) months planned {SECONDS}"
    # Dossiers, ratings and petitions of three senders.
    files, _, refused, months = found(pattern, unchanged["exports"])
    assert (files, refused, months) == ("9", "0", "4")
    files, size, refused, months = found(pattern, corrected["exports"])
    assert (files, refused, months) == ("10", "1", "4")
    sent = home.glob(f"inbox/*/{MONTH}/*")
    assert whole(size) == sum(path.stat().st_size for path in sent)


def test_records_log_rows_accepted_rejected_and_deliveries_read(
    unchanged: Lines, corrected: Lines
) -> None:
    pattern = (
        rf"({NUMBER}) rows: ({NUMBER}) accepted, ({NUMBER}) rejected; (no|\d+) deliveries read, "
        rf"the others found unchanged, {SECONDS} by threads of the run"
    )
    rows, accepted, rejected, read = found(pattern, unchanged["records"])
    assert read == "no"
    assert whole(rows) == whole(accepted) + whole(rejected)
    rows_then, accepted_then, rejected_then, read = found(pattern, corrected["records"])
    assert read == "1"
    # One row fewer was sent, and one more is at fault.
    assert whole(rows_then) == whole(rows) - 1
    assert whole(accepted_then) == whole(accepted) - 2
    assert whole(rejected_then) == whole(rejected) + 1


def test_tallies_log_cells_dossiers_respondents_and_deliveries_counted(
    unchanged: Lines, corrected: Lines
) -> None:
    pattern = (
        rf"({NUMBER}) cells of ({NUMBER}) dossiers and ({NUMBER}) respondents; (no|\d+) deliveries "
        rf"counted, the others found unchanged, {SECONDS} by threads of the run"
    )
    cells, dossiers, respondents, counted = found(pattern, unchanged["tallies"])
    assert counted == "no"
    assert whole(cells) > 0
    _, dossiers_then, respondents_then, counted = found(pattern, corrected["tallies"])
    assert counted == "1"
    assert dossiers_then == dossiers
    assert whole(respondents_then) <= whole(respondents)


@pytest.mark.parametrize(
    ("stem", "pattern"),
    [
        ("indices", rf"({NUMBER}) indicators of ({NUMBER}) units (\w+(?: \w+)?) {SECONDS}"),
        ("rankings", rf"({NUMBER}) ranks in ({NUMBER}) leagues (\w+(?: \w+)?) {SECONDS}"),
    ],
)
def test_results_log_their_number_and_whether_they_were_computed(
    unchanged: Lines, corrected: Lines, stem: str, pattern: str
) -> None:
    rows, groups, what = found(pattern, unchanged[stem])
    assert what == "found unchanged"
    assert whole(rows) > whole(groups) > 0
    *_, what = found(pattern, corrected[stem])
    assert what == "computed"


def test_the_bulletin_logs_its_edition_changed_values_and_page(
    unchanged: Lines, corrected: Lines, home: Path
) -> None:
    page = re.escape(str(home / "published" / MONTH / "index.html"))
    pattern = rf"edition (\d+) (\w+), ({NUMBER}) values changed, {SECONDS}: {page}"
    assert found(pattern, unchanged["bulletin"]) == ["1", "unchanged", "0"]
    number, what, changed = found(pattern, corrected["bulletin"])
    assert (number, what) == ("2", "published")
    assert whole(changed) > 0
