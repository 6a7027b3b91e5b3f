"""Every published number can be followed back to the files that made it."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from assets.command_line.run import run_month
from assets.explain.composition import COUNTED, FOLLOWS_FROM, PARTS
from assets.explain.explain import Explainer, explain_number
from assets.explain.published import NotPublishedError
from assets.month.installation import Installation
from pipeline.methods import NOTES
from pipeline.methods.settings import COMPUTED
from pipeline.suppression import is_count_withheld

from ..conftest import ReformIndex, tally_month

pytestmark = pytest.mark.runs

MONTH = "2026-06"


@pytest.fixture(scope="module")
def published(small_home_template: Path) -> pl.DataFrame:
    return pl.read_csv(small_home_template / "published" / MONTH / "data" / "indices.csv")


@pytest.mark.parametrize("step", [7, pytest.param(1, marks=pytest.mark.slow)])
def test_every_number_of_an_edition_adds_up_to_archived_files(
    installation: Installation, published: pl.DataFrame, step: int
) -> None:
    explainer = Explainer(installation, MONTH)
    told = published.gather_every(step)
    assert set(told["indicator"]) == set(published["indicator"])
    assert set(told["level"]) == set(published["level"])
    seen: set[str] = set()
    for row in told.iter_rows(named=True):
        found = explainer.explain(row["unit_code"], row["indicator"])
        assert found.row["value"] == row["value"]
        assert found.edition == 1
        assert found.adds_up, (row, found.files)
        if not found.parts and (row["denominator"] or 0) > 0:
            assert found.files.height, row
            assert found.files["denominator"].sum() == pytest.approx(row["denominator"], abs=1e-3)
            if not is_count_withheld(row, "numerator"):
                given = found.files["numerator"].sum()
                assert given == pytest.approx(row["numerator"] or 0, abs=1e-2)
        seen.update(found.files["sha256"])
    # dossiers of all four months (due dates reach back), ratings of this one
    assert len(seen) >= 3 * (2 + 1)
    for sha256 in seen:
        assert hashlib.sha256(installation.archive.read(sha256)).hexdigest() == sha256


def test_a_response_rate_rests_on_ratings_and_dossiers(installation: Installation) -> None:
    files = explain_number(installation, "H26", MONTH, "response_rate").files
    dossiers, ratings = files.filter(kind="dossiers"), files.filter(kind="ratings")
    assert (dossiers["numerator"].item(), ratings["denominator"].item()) == (0, 0)
    assert dossiers["denominator"].item() > ratings["numerator"].item() > 0


def test_a_composite_is_explained_by_its_parts(installation: Installation) -> None:
    found = explain_number(installation, "H26", MONTH, "reform_performance_index")
    processing, satisfaction = found.parts
    # 0.5 x one + 0.5 x the other, rounded to two decimals
    mean = 0.5 * float(str(processing.row["value"])) + 0.5 * float(str(satisfaction.row["value"]))
    assert found.row["value"] == pytest.approx(mean, abs=0.0101)
    assert found.adds_up


def test_an_index_with_counts_of_its_own_can_be_worked_out_from_the_numbers_beside_it(
    installation: Installation, reform_index: ReformIndex
) -> None:
    found = explain_number(installation, "H26", MONTH, "processing_time_index")
    on_time, saved = (float(str(row["value"])) for row in found.follows_from)
    # 100 x (0.7 x on time + 0.3 x the share of time saved), of the same dossiers
    assert found.row["value"] == pytest.approx(100 * (0.7 * on_time + 0.3 * saved), abs=0.0051)
    assert {row["denominator"] for row in found.follows_from} == {found.row["denominator"]}
    out = reform_index(
        *("explain", "H26", MONTH, "processing_time_index", "--home", installation.home.root)
    ).out
    assert f"made of: due_on_time = {on_time} share, counts: " in out
    assert f"made of: time_saved = {saved} share, counts: " in out
    assert "that is: points earned, 0 to 1 a dossier / dossiers first due in the month\n" in out
    (share,) = explain_number(installation, "H26", MONTH, "satisfaction_index").follows_from
    assert share["indicator"] == "satisfied_share"


def test_what_the_counts_of_every_indicator_count_is_told() -> None:
    assert COUNTED.keys() | PARTS.keys() == COMPUTED.keys()
    named = {name for names in (*FOLLOWS_FROM.values(), *PARTS.values()) for name in names}
    assert named <= COUNTED.keys()


AGENCIES = """code,name_vi,kind,parent_code
T,Tỉnh thử nghiệm,pilot,
T.A,Sở A,department,T
T.B,Sở B,department,T
T.B.1,Phòng B1,office,T.B
"""
FIGURES = "unit_code,indicator,month,numerator,denominator"
RATINGS = "MaPhieu,MaHoSo,DonViXuLy,CauHoi,DiemDanhGia,HinhThucDanhGia,NgayDanhGia,NgayKetThucXuLy"


def ran(home: Path, files: Mapping[str, list[str]]) -> Installation:
    """A home in which T sent these files, by name the lines, and the month was run."""
    folder = home / "inbox" / "T" / MONTH
    folder.mkdir(parents=True)
    (home / "agencies.csv").write_text(AGENCIES, encoding="utf-8")
    for name, lines in files.items():
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    run_month(Installation.at(home), MONTH)
    return Installation.at(home)


def test_numbers_add_up_where_files_settle_what_others_count_for(tmp_path: Path) -> None:
    home = tmp_path / "home"

    def rating(respondent: int, unit: str, question: str, answer: int) -> str:
        return f"r{respondent},,{unit},{question},{answer},1,20260615100000,20260610100000"

    # Most rate factors, so the overall answers of the second file do not count; of two factors,
    # one is asked in each file.
    first = [rating(n, "T.A", "TC", 4 + n % 2 * -2) for n in range(40)]
    second = [rating(n, "T.A", "KQ", 5 - n % 3) for n in range(20)]
    second += [rating(100 + n, "T.A", "CH", 5) for n in range(10)]
    dossiers = [
        f"m{n},1.0,T.A,9,1,1,20260601090000,20260620170000,,2026061{n % 10}100000,"
        for n in range(40)
    ]
    header = (
        "MaHoSo,MaTTHC,DonViXuLy,TrangThaiHoSo,KenhThucHien,LoaiDoiTuong,NgayTiepNhan,NgayHenTra,"
        "NgayHenTraDau,NgayKetThucXuLy,NgayTra"
    )
    rate = f"on_time_of_finished,{MONTH}"
    files = {
        "ratings-1.csv": [RATINGS, *first],
        "ratings-2.csv": [RATINGS, *second],
        "dossiers.csv": [header, *dossiers],
        # The total of T.B stands for its part, which is in another file; T.A has records.
        "figures-1.csv": [FIGURES, f"T.B,{rate},90,100", f"T.A,{rate},1,50"],
        "figures-2.csv": [FIGURES, f"T.B.1,{rate},30,60"],
    }
    explainer = Explainer(ran(home, files), MONTH)
    published = pl.read_csv(home / "published" / MONTH / "data" / "indices.csv")
    assert published.height > 20
    for row in published.iter_rows(named=True):
        found = explainer.explain(row["unit_code"], row["indicator"])
        assert found.adds_up, (row, found.files)
    rates = explainer.explain("T", "on_time_of_finished").files
    assert dict(rates.select("file_name", "denominator").iter_rows()) == {
        "dossiers.csv": 40,
        "figures-1.csv": 100,
    }
    shares = explainer.explain("T", "satisfied_share").files
    # 40 rated access and 20 of them results: all are the first file's respondents by its hash
    # or the second's; the ten asked overall are nobody's.
    assert shares["denominator"].sum() == 40
    assert shares.height == 2


DOSSIERS = "MaHoSo,DonViXuLy,TrangThaiHoSo,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy"


def test_an_empty_composite_has_its_note_and_the_parts_that_exist(
    tmp_path: Path, reform_index: ReformIndex
) -> None:
    home = tmp_path / "home"
    # T.A has dossiers and no ratings, T.B ratings and no dossiers.
    dossiers = [f"m{n},T.A,9,20260601090000,20260620170000,20260610100000" for n in range(40)]
    ratings = [f"r{n},,T.B,TC,5,1,20260615100000,20260610100000" for n in range(40)]
    files = {"dossiers.csv": [DOSSIERS, *dossiers], "ratings.csv": [RATINGS, *ratings]}
    installation = ran(home, files)
    for unit, there, note in (
        ("T.A", "processing_time_index", "no_satisfaction"),
        ("T.B", "satisfaction_index", "no_processing_time"),
    ):
        found = explain_number(installation, unit, MONTH, "reform_performance_index")
        assert (found.row["value"], found.row["note"]) == (None, note)
        assert [part.indicator.name for part in found.parts] == [there]
        assert found.adds_up
        said = reform_index("explain", unit, MONTH, "reform_performance_index", "--home", home)
        assert said.status == 0
        assert "Reform performance index (0-100) = empty" in said.out
        assert f"note: {NOTES[note].text_en} ({note})" in said.out


def test_a_part_counted_among_other_cases_than_its_index_is_told(
    tmp_path: Path, reform_index: ReformIndex
) -> None:
    home = tmp_path / "home"
    dossiers = [f"m{n},T.A,9,20260601090000,20260620170000,20260610100000" for n in range(40)]
    figures = [FIGURES, f"T.B,due_on_time,{MONTH},90,100"]
    ran(home, {"dossiers.csv": [DOSSIERS, *dossiers], "figures.csv": figures})
    said = reform_index("explain", "T", MONTH, "processing_time_index", "--home", home)
    # 40 dossiers of T.A and the 100 of T.B that were sent counted: (40 + 90) / (40 + 100)
    assert "counts: 130 / 140, not of the same cases: figures sent ready-made are in it" in said.out
    (time_saved,) = [line for line in said.out.splitlines() if "made of: time_saved" in line]
    assert time_saved.endswith(" / 40")


def test_a_file_corrected_since_no_longer_adds_up(small_home: Path) -> None:
    sent = small_home / "inbox" / "H26" / MONTH / "dossiers.csv"
    sent.write_text("".join(sent.read_text("utf-8").splitlines(keepends=True)[:-30]), "utf-8")
    # As a run of a later month would count it, which publishes that month alone.
    tally_month(small_home, MONTH)
    assert not explain_number(Installation.at(small_home), "H26", MONTH, "due_on_time").adds_up


def test_a_store_without_the_counts_says_to_run_again(
    small_home: Path, reform_index: ReformIndex
) -> None:
    Installation.at(small_home).store.keep_only("tallies", set())
    said = reform_index("explain", "H26", MONTH, "due_on_time", "--home", small_home)
    assert said.status == 2
    assert said.err.endswith(f"run {MONTH} again\n")


def test_the_command_shows_formula_counts_files_and_vietnamese_names(
    small_home_template: Path, published: pl.DataFrame, reform_index: ReformIndex
) -> None:
    said = reform_index("explain", "H29.02", MONTH, "due_on_time", "--home", small_home_template)
    row = published.filter(unit_code="H29.02", indicator="due_on_time").row(0, named=True)
    assert said.status == 0
    assert "Sở Tài chính TP. Hồ Chí Minh (mô phỏng) (H29.02), 2026-06:" in said.out
    assert "formula: dossiers first due in the month" in said.out
    assert f"counts: {row['numerator']:g} / {row['denominator']:g}" in said.out
    assert f"H29/{MONTH}/dossiers.csv" in said.out


@pytest.mark.parametrize(
    ("unit", "month", "indicator", "message"),
    [
        ("H99", MONTH, "due_on_time", "has no numbers of a unit 'H99': look its code up in"),
        ("h26", MONTH, "due_on_time", "(did you mean H26?)"),
        ("H26.1", MONTH, "due_on_time", "(did you mean H26.01 or"),
        ("H26", MONTH, "Due_On_Time", "(did you mean due_on_time?)"),
        ("H26", "2026-02", "due_on_time", "run it first (published: 2026-05, 2026-06)"),
        (
            "H26",
            MONTH,
            "due_in_time",
            "no indicator 'due_in_time' (did you mean due_on_time?): choose one of on_",
        ),
        ("H26", "June", "due_on_time", "'June' is not a month: write the year and the month"),
    ],
)
def test_what_is_not_published_is_told_with_what_is(  # noqa: PLR0917
    small_home_template: Path,
    reform_index: ReformIndex,
    unit: str,
    month: str,
    indicator: str,
    message: str,
) -> None:
    said = reform_index("explain", unit, month, indicator, "--home", small_home_template)
    assert said.status == 2
    assert message in said.err


def test_a_name_that_is_near_to_none_has_no_suggestion(
    small_home_template: Path, reform_index: ReformIndex
) -> None:
    said = reform_index(*("explain", "xyz", MONTH, "due_on_time", "--home", small_home_template))
    assert said.status == 2
    assert "did you mean" not in said.err


def test_a_number_that_a_unit_lacks_is_told(small_home_template: Path) -> None:
    with pytest.raises(NotPublishedError, match="has no numbers of a unit"):
        explain_number(Installation.at(small_home_template), "H61", MONTH, "due_on_time")
