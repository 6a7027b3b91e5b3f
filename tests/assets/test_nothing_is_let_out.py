"""What is personal stays in the inbox and the archive.

A month is sent in which every field, every extra column, every header and every file name of each
kind holds a marked value, and so do rows whose values stand one column too far. Then everything is
searched that runs and commands write elsewhere.
"""

import sqlite3
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from pipeline import masking, tables

from .conftest import ReformIndex, Said

pytestmark = pytest.mark.runs

MONTH, FAILED_MONTH = "2026-06", "2026-05"
GOOD = {
    "dossiers": {
        "MaHoSo": "T1-260602-0001",
        "MaTTHC": "1.004227",
        "DonViXuLy": "T1",
        "TrangThaiHoSo": "9",
        "KenhThucHien": "1",
        "LoaiDoiTuong": "1",
        "NgayTiepNhan": "20260602080000",
        "NgayHenTra": "20260619170000",
        "NgayHenTraDau": "20260619170000",
        "NgayKetThucXuLy": "20260610090000",
        "NgayTra": "20260610100000",
        "NgayYeuCauBoSung": "",
        "NgayTiepNhanBoSung": "",
        "SoLanYeuCauBoSung": "",
    },
    "ratings": {
        "MaPhieu": "P1",
        "MaHoSo": "T1-260602-0001",
        "DonViXuLy": "T1",
        "CauHoi": "TC",
        "DiemDanhGia": "5",
        "HinhThucDanhGia": "1",
        "NgayDanhGia": "20260611090000",
        "NgayKetThucXuLy": "20260610090000",
    },
    "petitions": {
        "MaPAKN": "PA1",
        "DonViXuLy": "T1",
        "NoiDung": "2",
        "MaHoSo": "T1-260602-0001",
        "NgayTiepNhan": "20260602080000",
        "HanXuLy": "20260630170000",
        "NgayXuLy": "20260611090000",
        "TrangThai": "3",
        "HaiLong": "1",
        "PhanAnhDung": "1",
    },
    "figures": {
        "unit_code": "T1",
        "indicator": "due_on_time",
        "breakdown": "",
        "month": MONTH,
        "numerator": "9",
        "denominator": "10",
    },
}
"""A good row of each kind, by the columns of its built-in profile."""
KEYS = {"dossiers": "MaHoSo", "ratings": "MaPhieu", "petitions": "MaPAKN", "figures": "breakdown"}
"""The column that tells the rows of each kind apart."""
LACKING = {"NgayTiepNhan", "NgayDanhGia", "denominator"}
"""Columns without which a file is refused."""
NAMED_TEXTS = {"MaHoSo", "MaPhieu", "MaPAKN", "breakdown"}
"""Columns of text that accepted rows keep, in the records alone."""
_LETTERS = "bcdfghklmnprstvx"


class Marks:
    """Values that stand nowhere else: names of people in letters alone, and numbers of citizens."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.numbers: list[str] = []
        self.kept: list[str] = []

    def name(self, *, is_kept: bool = False) -> str:
        """Another name; with `is_kept` one that the records of the store may hold."""
        number = len(self.names) + len(self.kept)
        name = "Qua" + "".join(f"{_LETTERS[number >> shift & 15]}o" for shift in (8, 4, 0)) + "wyen"
        (self.kept if is_kept else self.names).append(name)
        return name

    def number(self) -> str:
        """Another number of a citizen, twelve digits."""
        self.numbers.append(f"0790859{len(self.numbers):05}")
        return self.numbers[-1]


def build_rows(kind: str, marks: Marks) -> Iterator[list[str]]:
    """Header and rows: good ones, and for each column a name and a number in it; some shifted."""
    good, key = GOOD[kind], KEYS[kind]
    yield [*good, marks.name()]
    for number in range(20):
        yield [*(good | {key: f"{good[key]}{number}"}).values(), marks.name()]
    for number, column in enumerate(good, start=50):
        for value in (marks.name(is_kept=column in NAMED_TEXTS), marks.number()):
            own = {key: f"{good[key]}{value[-3:]}{number}"}
            yield [*(good | own | {column: f"{value} Anh" if number % 2 else value}).values(), ""]
    whole = list((good | {key: f"{good[key]}x"}).values())
    yield [whole[0], marks.name(), *whole[1:]]  # one column too far
    yield [*whole, marks.name(), marks.number()]


@dataclass(frozen=True)
class Marked:
    """The home, the marks in its inbox, and what the commands said."""

    home: Path
    marks: Marks
    said: dict[str, Said]


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory, reform_index: ReformIndex) -> Marked:
    home, marks = tmp_path_factory.mktemp("marked") / "home", Marks()
    home.mkdir()
    (home / "agencies.csv").write_text(
        "code,name_vi,kind\nT1,Trung tâm một,pilot\nT2,Trung tâm hai,pilot\n", encoding="utf-8"
    )

    def send(sender: str, month: str, name: str, rows: list[list[str]]) -> Path:
        path = home / "inbox" / sender / month / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(map(",".join, [*rows, []])), encoding="utf-8")
        return path

    files = []
    for kind, good in GOOD.items():
        rows = list(build_rows(kind, marks))
        files.append(send("T1", MONTH, f"{kind}-{marks.name()}.csv", rows))
        # Without a header row 1 is a person's; and one name of the header is only like ours.
        headless = [marks.name() for _ in good]
        near = [f"{marks.name()}{name}" if name in LACKING else name for name in good]
        for sender, month in (("T2", MONTH), ("T1", FAILED_MONTH)):
            send(sender, month, f"{kind}-{marks.name()}.csv", [headless, *rows[1:3]])
            files.append(send(sender, month, f"{kind} {marks.name()}.csv", [near, *rows[1:3]]))
    send("T1", MONTH, f"{marks.name()}.csv", [["a"], ["b"]])
    send("T1", MONTH, f"ratings {marks.name()}.docx", [["a"], ["b"]])
    stray = home / "inbox" / "T1" / f"dossiers {marks.name()}.csv"
    stray.write_text("a\n", encoding="utf-8")
    said = {
        "run": reform_index("run", "--month", MONTH, "--home", home),
        "failed run": reform_index("run", "--month", FAILED_MONTH, "--home", home),
        "run again": reform_index("run", "--month", MONTH, "--home", home),
        "status": reform_index("status", "--home", home),
    }
    for indicator in ("due_on_time", "satisfied_share", "decision_766"):
        said[f"explain {indicator}"] = reform_index(
            "explain", "T1", MONTH, indicator, "--home", home
        )
    built_in = ("national-sync-dossiers", "national-sync-ratings", "national-petitions", "figures")
    for path in files:
        kind = next(kind for kind in tables.KINDS if path.name.startswith(kind))
        profile = next(name for name in built_in if kind in name)
        said[f"profile {path}"] = reform_index(
            "profile", path, "--profile", profile, "--sender", "T1", "--home", home
        )
        said[f"check {path}"] = reform_index(
            *("check", path, "--sender", path.parts[-3], "--month", path.parts[-2], "--home", home),
            *("--out", home / f"checked-{len(said)}.xlsx"),
        )
    return Marked(home, marks, said)


def list_written(home: Path) -> Iterator[Path]:
    """Everything that was written outside the inbox and the archive."""
    for path in sorted(home.rglob("*")):
        place = path.relative_to(home).parts[0]
        if path.is_file() and place not in ("inbox", "archive", "agencies.csv"):
            yield path


def read_texts(path: Path) -> str:
    """All that a file says: its name, its bytes, and the values of a frame or a database in it."""
    texts = [str(path), path.read_bytes().decode("utf-8", "replace")]
    if path.suffix == ".parquet":
        frame = pl.read_parquet(path, glob=False)
        columns = [name for name, dtype in frame.schema.items() if dtype != pl.Binary]
        texts += [repr(frame[name].unique().to_list()) for name in columns]
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as package:
            texts += [package.read(name).decode() for name in package.namelist()]
    if path.suffix == ".db":
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
            texts += database.iterdump()
    return "\n".join(texts)


def find_marks(text: str, marks: list[str]) -> list[str]:
    folded = text.casefold()
    return [mark for mark in marks if mark.casefold() in folded]


def test_the_month_was_read_and_published_with_gaps(marked: Marked) -> None:
    # What is let out is searched for in vain only where something was read.
    assert marked.said["run"].status == 3, marked.said["run"].err
    assert "edition 1 published" in marked.said["run"].out
    assert marked.said["failed run"].status == 1
    assert "no export was accepted" in marked.said["failed run"].err
    assert marked.said["explain due_on_time"].status == 0
    previews = [said for command, said in marked.said.items() if command.startswith("profile")]
    assert sum("its rows belong to" in said.out for said in previews) == len(GOOD)
    assert sum("the name of column" in said.err for said in previews) == 2 * len(GOOD)
    delivered = pl.read_csv(marked.home / "published" / MONTH / "data" / "deliveries.csv")
    accepted = delivered.filter(status="accepted").sort("kind")
    assert accepted["kind"].to_list() == sorted(GOOD)
    assert (accepted["accepted"] >= 20).all()
    assert (accepted["rejected"] >= 5).all()


def test_no_mark_is_in_anything_that_is_written_outside_inbox_and_archive(marked: Marked) -> None:
    secret = [*marked.marks.names, *marked.marks.numbers]
    found = {}
    for path in list_written(marked.home):
        is_record = "records" in path.parts and path.stem in tables.RECORDS
        text = read_texts(path)
        # Numbers in the columns of ids are accepted ids; the records keep them.
        forbidden = marked.marks.names if is_record else [*secret, *marked.marks.kept]
        if let_out := find_marks(text, forbidden):
            found[str(path.relative_to(marked.home))] = let_out
    assert found == {}


def test_the_senders_have_feedback_and_a_check_has_found_something(marked: Marked) -> None:
    names = {path.name for path in marked.home.glob("feedback/*/*")}
    assert names == {f"{m}.{end}" for m in (MONTH, FAILED_MONTH) for end in ("csv", "xlsx")}
    checks = [said.status for command, said in marked.said.items() if command.startswith("check")]
    assert (checks.count(3), checks.count(1)) == (len(GOOD), 2 * len(GOOD))


def test_the_records_keep_the_codes_that_their_tables_name(marked: Marked) -> None:
    kept = "".join(
        read_texts(path)
        for path in marked.home.glob("store/records/**/*.parquet")
        if path.stem in tables.RECORDS
    )
    assert find_marks(kept, marked.marks.kept) == marked.marks.kept


def test_no_mark_is_in_anything_that_a_command_says(marked: Marked) -> None:
    secret = [*marked.marks.names, *marked.marks.numbers, *marked.marks.kept]
    found = {
        command: let_out
        for command, said in marked.said.items()
        if (let_out := find_marks(said.out + said.err, secret))
    }
    assert found == {}


def test_a_name_in_the_column_of_procedures_is_counted_under_a_label(marked: Marked) -> None:
    outcomes = pl.concat(
        pl.read_parquet(path, glob=False)
        for path in marked.home.glob("store/tallies/**/outcomes.parquet")
    )
    codes = set(outcomes["procedure_code"])
    labels = {code for code in codes if code.startswith(masking.LABEL)}
    assert len(labels) == 2  # the name and the number that stand in the column
    assert codes - labels == {"1.004227"}


def test_a_refused_file_is_found_by_the_shape_of_its_name(marked: Marked) -> None:
    name = f"dossiers-{masking.mask_text('Quabobobowyen')}.csv"
    assert f"inbox/T2/{MONTH}/{name}: row 1: the column" in marked.said["run"].out


def test_the_manifest_names_files_by_kind_and_number(marked: Marked) -> None:
    manifest = (marked.home / "published" / MONTH / "manifest.json").read_text(encoding="utf-8")
    for kind in GOOD:
        assert f'"file_name": "{kind}-1"' in manifest
