"""A home in which three people rated a unit: no edition lets anyone find that out.

T has seven communes. T.1 has few respondents; of the others T.2 has the fewest, so what is known of
T.2 would give those of T.1 away.
"""

import json
import re
import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import polars as pl
import pypdf
import pytest

from assets.command_line.run import run_month
from assets.month.installation import Installation
from pipeline import months, tables
from pipeline.suppression import WITHHELD

from ..conftest import LAST_MONTH, ReformIndex

pytestmark = pytest.mark.runs

MONTH, BEFORE = LAST_MONTH, months.shifted(LAST_MONTH, -1)
FEW, PROTECTING = "T.1", "T.2"
ANSWERS = {
    "T.1": (2, 3),
    "T.2": (1237, 1913),
    "T.3": (1500, 2011),
    "T.4": (1700, 2111),
    "T.5": (1800, 2222),
    "T.6": (1900, 2333),
    "T.7": (2000, 2444),
}
"""Satisfied, and all who answered."""
RATINGS = ("satisfied_share", "satisfaction_index")
NUMBERS = ("value", "numerator", "denominator", "lower", "upper", "standard_error", "effective_n")


def send(home: Path, month: str, answers: dict[str, tuple[int, int]]) -> None:
    """Figures of satisfaction and of dossiers, sent by T for its communes."""
    folder = home / "inbox" / "T" / month
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["unit_code,indicator,breakdown,month,numerator,denominator"]
    for unit, (satisfied, all_) in answers.items():
        lines.append(f"{unit},satisfied_share,,{month},{satisfied},{all_}")
        lines.append(f"{unit},due_on_time,,{month},2,4")
    (folder / "figures.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")


def publish(home: Path, month: str, answers: dict[str, tuple[int, int]]) -> Path:
    """The folder of the edition of a month with these answers."""
    send(home, month, answers)
    result = run_month(Installation.at(home), month)
    assert result.is_new
    return home / "published" / "editions" / month / str(result.published.number)


def read_indices(edition: Path) -> pl.DataFrame:
    return pl.read_csv(edition / "data" / "indices.csv", schema=tables.INDICES.schema)


def withheld(indices: pl.DataFrame) -> set[str]:
    of_shares = indices.filter(pl.col("indicator").is_in(RATINGS))
    rows = of_shares.filter(note=WITHHELD)
    assert rows.select(pl.col(NUMBERS).count()).row(0) == (0,) * len(NUMBERS)
    return set(rows["unit_code"])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The month before is published: T.1 had few respondents then, too."""
    home = tmp_path_factory.mktemp("small_numbers")
    agencies = ["code,name_vi,kind,parent_code", "T,Tỉnh thử nghiệm,province,"]
    agencies += [f"{unit},Xã {unit},commune,T" for unit in ANSWERS]
    (home / "agencies.csv").write_text("\n".join([*agencies, ""]), encoding="utf-8")
    publish(home, BEFORE, ANSWERS)
    return home


@pytest.fixture(scope="module")
def edition(home: Path) -> Path:
    return publish(home, MONTH, ANSWERS)


def test_few_respondents_and_those_that_protect_them_have_no_numbers(edition: Path) -> None:
    indices = read_indices(edition)
    assert withheld(indices) == {FEW, PROTECTING}
    shown = indices.filter(indicator="satisfied_share").select("unit_code", "denominator")
    counts = {unit: float(all_) for unit, (_, all_) in ANSWERS.items()}
    expected = counts | {"T": sum(counts.values()), FEW: None, PROTECTING: None}
    assert dict(shown.iter_rows()) == expected


def test_they_are_not_ranked_and_nothing_is_drawn_of_them(edition: Path) -> None:
    ranked = pl.read_csv(edition / "data" / "rankings.csv", schema=tables.RANKINGS.schema)
    of_share = ranked.filter(indicator="satisfaction_index", league="commune:T")
    rows = {row["unit_code"]: row for row in of_share.iter_rows(named=True)}
    for unit in (FEW, PROTECTING):
        row = rows[unit]
        assert (row["value"], row["rank"], row["note"]) == (None, None, WITHHELD)
        # Last month's are withheld too.
        assert (row["previous_value"], row["previous_rank"]) == (None, None)
    assert rows["T.3"]["rank"] is not None
    assert rows["T.3"]["previous_value"] is not None
    funnels = pl.read_csv(edition / "data" / "funnels.csv").filter(indicator="satisfaction_index")
    assert funnels["unit_code"].sort().to_list() == ["T.3", "T.4", "T.5", "T.6", "T.7"]


def test_a_series_of_later_months_does_not_have_them_either(edition: Path) -> None:
    series = pl.read_csv(edition / "data" / "series.csv", schema_overrides={"value": pl.Float64})
    of_share = series.filter(indicator="satisfied_share")
    assert set(of_share["series_month"]) == {BEFORE, MONTH}
    empty = of_share.filter(pl.col("denominator").is_null())
    # Two months on two bases.
    assert sorted(empty["unit_code"]) == [FEW] * 4 + [PROTECTING] * 4
    assert empty.select(pl.col("value", "numerator").count()).row(0) == (0, 0)


def find_numbers(edition: Path, unit: str) -> set[str]:
    """The files of an edition that have a count, the share or the points of a unit's answers."""
    satisfied, all_ = ANSWERS[unit]
    counts = (f"{each // 1000}[.,]?{each % 1000:03}" for each in (satisfied, all_))
    share = re.escape(f"{satisfied / all_:.6f}")
    points = f"{100 * satisfied / all_:.2f}".replace(".", "[.,]")
    telling = re.compile(rf"(?<![\w.-])({'|'.join([*counts, share, points])})(?![\w-])")
    return {
        path.relative_to(edition).as_posix()
        for path in edition.rglob("*")
        if path.is_file() and telling.search(read_text(path))
    }


def read_text(path: Path) -> str:
    """What a reader sees of a file; nothing of pictures, whose letters are paths."""
    if path.suffix in {".csv", ".json", ".html"}:
        return path.read_text(encoding="utf-8")
    if path.suffix in {".xlsx", ".ods"}:
        with zipfile.ZipFile(path) as parts:
            names = [name for name in parts.namelist() if name.endswith(".xml")]
            return " ".join(parts.read(name).decode() for name in names)
    if path.suffix == ".pdf":
        return " ".join(page.extract_text() for page in pypdf.PdfReader(path).pages)
    return ""


def test_no_file_of_the_edition_has_a_number_of_them(edition: Path) -> None:
    assert find_numbers(edition, PROTECTING) == set()
    # The same search finds a unit that is shown, in data and on pages.
    found = find_numbers(edition, "T.3")
    assert {"data/indices.csv", "data/rankings.csv", "data/series.csv"} <= found
    suffixes = {Path(name).suffix for name in found}
    assert {".html", ".json", ".xlsx", ".ods", ".pdf"} <= suffixes


def test_no_table_of_the_warehouse_has_a_number_of_them(home: Path, edition: Path) -> None:
    assert edition.is_dir()
    with closing(sqlite3.connect(home / "warehouse.db")) as database:
        for unit in (FEW, PROTECTING):
            rows = database.execute(
                f"SELECT {', '.join(NUMBERS)}, note FROM indices WHERE unit_code = ? AND month = ?"
                " AND indicator IN ('satisfied_share', 'satisfaction_index')",
                (unit, MONTH),
            ).fetchall()
            assert rows == [(None,) * len(NUMBERS) + (WITHHELD,)] * 2


def test_those_who_run_the_home_are_shown_the_counts_and_told_that_nobody_else_is(
    home: Path, edition: Path, reform_index: ReformIndex
) -> None:
    assert edition.is_dir()
    said = reform_index("explain", PROTECTING, MONTH, "satisfied_share", "--home", home)
    assert said.status == 0
    assert "withheld: no page and no file of the edition has these counts" in said.out
    assert "1,913" in said.out
    assert "no longer add up" not in said.out


def test_a_correction_gives_away_neither_what_was_withheld_nor_what_is(
    home: Path, tmp_path: Path
) -> None:
    own = shutil.copytree(home, tmp_path / "home", symlinks=True)
    # T.1 had 3; the rest comes. T.4 had enough, and 4 are left.
    first = publish(own, MONTH, ANSWERS | {"T.5": (1801, 2222)})
    corrected = ANSWERS | {"T.1": (800, 1000), "T.4": (2, 4)}
    second = publish(own, MONTH, corrected)
    assert withheld(read_indices(first)) == {"T.1", "T.2"}
    assert withheld(read_indices(second)) == {"T.1", "T.2", "T.4"}
    changes = json.loads((second / "manifest.json").read_text("utf-8"))["changes"]["values"]
    told = {(row["unit_code"], row["before"], row["after"]) for row in changes}
    assert {row for row in told if row[0] in {"T.1", "T.2", "T.4"}} == {("T.4", None, None)}
    shown = read_indices(second).filter(indicator="satisfied_share").drop_nulls("denominator")
    assert shown["unit_code"].to_list() == ["T", "T.3", "T.5", "T.6", "T.7"]


@pytest.mark.parametrize("month", [BEFORE, MONTH])
def test_from_an_empty_store_the_same_numbers_are_withheld(
    home: Path, edition: Path, tmp_path: Path, month: str
) -> None:
    assert edition.is_dir()
    own = shutil.copytree(home, tmp_path / "home", symlinks=True)
    shutil.rmtree(own / "store")
    result = run_month(Installation.at(own), month)
    assert (result.is_new, result.published.number) == (False, 1)
