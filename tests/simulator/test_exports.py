"""What simulated exports show: successive months agree, and the edges of a month are kept."""

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipeline import agencies, months
from pipeline.home import Home
from pipeline.simulator import Parameters, Summary, simulate
from pipeline.simulator.dossiers import NEVER, REFUSED, RESULT, WITHDRAWN, Dossiers, Span
from pipeline.simulator.exports import dossier_codes, dossier_rows

MONTHS = ("2026-01", "2026-02", "2026-03")
# Where all of a file's values are empty their type is not to be seen.
TYPES = {"MaTTHC": pl.String, "HaiLong": pl.Int64, "PhanAnhDung": pl.Int64, "NgayXuLy": pl.Int64}
OPEN, ENDED = (1, 2, 4, 5, 6), (3, 7, 8, 9, 10)


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Summary]:
    home = Home.at(tmp_path_factory.mktemp("home"))
    parameters = Parameters(MONTHS, dossiers_total=6000, seed=7, senders=3, faults_share=0)
    return home, simulate(home, parameters)


@pytest.fixture(scope="module")
def rows(simulated: tuple[Home, Summary]) -> pl.DataFrame:
    return read(simulated[0], "dossiers")


def read(home: Home, kind: str) -> pl.DataFrame:
    files = sorted(home.inbox.glob(f"*/*/{kind}.csv"))
    return pl.concat(
        pl.read_csv(file, schema_overrides=TYPES).with_columns(
            sender=pl.lit(file.parts[-3]), month=pl.lit(file.parts[-2])
        )
        for file in files
    )


def stamp(moment: datetime) -> int:
    return int(f"{moment:%Y%m%d%H%M%S}")


def test_every_dossier_was_received_before_the_end_and_not_ended_before_the_start(
    rows: pl.DataFrame,
) -> None:
    for month in MONTHS:
        start, end = stamp(months.start(month)), stamp(months.end(month))
        sent = rows.filter(month=month)
        assert sent.filter(pl.col("NgayTiepNhan") >= end).is_empty()
        ended = pl.col("NgayKetThucXuLy")
        assert sent.filter((ended < start) | (ended >= end)).is_empty()


def test_no_export_knows_what_happens_after_it(rows: pl.DataFrame) -> None:
    for month in MONTHS:
        handed_over = rows.filter(month=month)["NgayTra"].drop_nulls()
        assert (handed_over < stamp(months.end(month))).all()


def test_open_dossiers_have_no_end_and_ended_ones_have_one(rows: pl.DataFrame) -> None:
    ended = rows["NgayKetThucXuLy"].is_not_null()
    assert set(rows.filter(ended)["TrangThaiHoSo"]) <= set(ENDED)
    assert set(rows.filter(~ended)["TrangThaiHoSo"]) <= set(OPEN)
    assert rows.filter(ended, pl.col("NgayKetThucXuLy") <= pl.col("NgayTiepNhan")).is_empty()


def test_an_open_dossier_is_in_the_next_export_and_an_ended_one_is_not(rows: pl.DataFrame) -> None:
    for month, following in pairwise(MONTHS):
        sent, later = rows.filter(month=month), set(rows.filter(month=following)["MaHoSo"])
        is_open = sent["NgayKetThucXuLy"].is_null()
        assert set(sent.filter(is_open)["MaHoSo"]) <= later
        assert not set(sent.filter(~is_open)["MaHoSo"]) & later


def test_a_code_is_used_once_a_month_and_says_unit_and_day_of_receipt(rows: pl.DataFrame) -> None:
    assert rows.select("month", "MaHoSo").is_duplicated().sum() == 0
    day = pl.col("NgayTiepNhan").cast(pl.String).str.slice(2, 6)
    begins = pl.concat_str("DonViXuLy", pl.lit("-"), day, pl.lit("-"))
    assert rows.filter(~pl.col("MaHoSo").str.starts_with(begins)).is_empty()


def test_what_was_told_once_stays_except_the_due_date_in_force(rows: pl.DataFrame) -> None:
    fixed = rows.group_by("MaHoSo").agg(
        pl.col("NgayTiepNhan", "MaTTHC", "DonViXuLy", "KenhThucHien").n_unique(),
        pl.col("NgayHenTraDau").drop_nulls().n_unique(),
    )
    assert fixed.select(pl.exclude("MaHoSo").max() <= 1).row(0) == (True,) * 5
    moved = rows.filter(pl.col("NgayHenTra") != pl.col("NgayHenTraDau"))
    assert moved.height > 0
    assert (moved["NgayHenTra"] > moved["NgayHenTraDau"]).all()


def test_the_first_export_shows_dossiers_carried_over(rows: pl.DataFrame) -> None:
    first = rows.filter(month=MONTHS[0])
    carried_over = first.filter(pl.col("NgayTiepNhan") < stamp(months.start(MONTHS[0])))
    assert 0.05 < carried_over.height / first.height < 0.5


def test_the_total_counts_what_is_received_in_the_exported_months(rows: pl.DataFrame) -> None:
    received = rows.filter(pl.col("NgayTiepNhan") >= stamp(months.start(MONTHS[0])))
    assert received["MaHoSo"].n_unique() == 6000


def test_counters_receive_in_office_hours_and_online_at_any_time(rows: pl.DataFrame) -> None:
    hour = pl.col("NgayTiepNhan") // 10_000 % 100
    out_of_hours = rows.filter((hour < 8) | (hour > 17) | (hour == 12))
    late = set(out_of_hours.filter(pl.col("NgayTiepNhan") % 10_000 > 0)["KenhThucHien"])
    assert late == {2}


def test_all_statuses_and_dossiers_without_due_date_occur(rows: pl.DataFrame) -> None:
    assert set(rows["TrangThaiHoSo"]) == set(range(1, 11))
    known = rows.filter(~pl.col("TrangThaiHoSo").is_in([1, 3]))
    assert 0.01 < known["NgayHenTraDau"].is_null().mean() < 0.06  # type: ignore[operator]


def test_ratings_follow_the_end_and_lie_in_their_month(simulated: tuple[Home, Summary]) -> None:
    home, summary = simulated
    ratings = read(home, "ratings")
    assert ratings.height == summary.rating_rows
    assert (ratings["NgayDanhGia"] > ratings["NgayKetThucXuLy"]).all()
    in_month = pl.col("NgayDanhGia").cast(pl.String).str.slice(0, 6)
    assert ratings.filter(in_month != pl.col("month").str.replace("-", "")).is_empty()
    assert set(ratings.group_by("MaPhieu").agg(n=pl.col("CauHoi").n_unique())["n"]) == {5}
    assert set(ratings["DiemDanhGia"]) == {1, 2, 3, 4, 5}


def test_petitions_stand_as_they_did_at_the_months_end(simulated: tuple[Home, Summary]) -> None:
    home, summary = simulated
    petitions = read(home, "petitions")
    assert petitions.height == summary.petition_rows > 60  # 1 % of 6000, and those open for longer
    assert petitions.select("month", "MaPAKN").is_duplicated().sum() == 0
    handled = pl.col("NgayXuLy")
    for month in MONTHS:
        start, end = stamp(months.start(month)), stamp(months.end(month))
        sent = petitions.filter(month=month)
        assert sent.filter((pl.col("NgayTiepNhan") >= end) | (handled < start)).is_empty()
        assert sent.filter(handled >= end).is_empty()
    assert (petitions["NgayXuLy"].is_not_null() == petitions["TrangThai"].is_in([3, 4])).all()
    # Only those whose petition was handled are asked what they think of it.
    assert set(petitions.filter(pl.col("HaiLong").is_not_null())["TrangThai"]) == {3}
    assert set(petitions["NoiDung"]) == {1, 2, 3}


def test_an_open_petition_is_in_the_next_export_and_stays_what_it_is(
    simulated: tuple[Home, Summary],
) -> None:
    petitions = read(simulated[0], "petitions")
    for month, following in pairwise(MONTHS):
        sent, later = (
            petitions.filter(month=month),
            set(petitions.filter(month=following)["MaPAKN"]),
        )
        is_open = sent["NgayXuLy"].is_null()
        assert set(sent.filter(is_open)["MaPAKN"]) <= later
        assert not set(sent.filter(~is_open)["MaPAKN"]) & later
    fixed = petitions.group_by("MaPAKN").agg(
        pl.col("DonViXuLy", "NoiDung", "MaHoSo", "NgayTiepNhan", "HanXuLy").n_unique()
    )
    assert fixed.select(pl.exclude("MaPAKN").max()).row(0) == (1,) * 5


def test_a_complaint_names_a_dossier_that_its_unit_had_received(
    simulated: tuple[Home, Summary],
) -> None:
    complaints = read(simulated[0], "petitions").drop_nulls("MaHoSo")
    unit, day = pl.col("MaHoSo").str.head(6), pl.col("MaHoSo").str.slice(7, 6).cast(pl.Int64)
    assert complaints.height > 20
    assert complaints.filter(unit != pl.col("DonViXuLy")).is_empty()
    received = pl.col("NgayTiepNhan") // 1_000_000 - 20_000_000
    assert complaints.filter(day > received).is_empty()
    assert complaints.filter(pl.col("NoiDung") == 3).is_empty()


def test_the_own_register_is_accepted_and_holds_every_unit_of_the_exports(
    simulated: tuple[Home, Summary], rows: pl.DataFrame
) -> None:
    register = agencies.load(simulated[0].agencies)
    for sender in rows["sender"].unique():
        units = set(rows.filter(sender=sender)["DonViXuLy"])
        assert units <= register.below(sender, MONTHS[0])
    added = register.at(MONTHS[0]).filter(pl.col("kind").is_in(["department", "commune"]))
    assert added.height == 3 * (4 + 4)
    assert added["name_vi"].str.contains("(mô phỏng)", literal=True).all()


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


FEBRUARY = Span(1, seconds("2026-02-01"), seconds("2026-03-01"))


def dossier(received: str, ended: str | None, **changes: int) -> Dossiers:
    """One dossier due on 10 February, of the counter and ended with a result unless changed."""
    due = seconds("2026-02-10 17:00")
    values = {
        "unit": 0,
        "procedure": 0,
        "month": 0,
        "channel": 1,
        "applicant": 1,
        "received": seconds(received),
        "first_due": due,
        "due": due,
        "moved": NEVER,
        "ended": seconds(ended) if ended else NEVER,
        "ending": RESULT,
        "handed_over": NEVER,
        "open_status": 4,
        "allowed_hours": 8,
    } | changes
    return Dossiers(**{name: np.array([value]) for name, value in values.items()})


def rows_of(life: Dossiers) -> pl.DataFrame:
    return dossier_rows(life, dossier_codes(life, ["H26.01"]), ["H26.01"], FEBRUARY)


@pytest.mark.parametrize(
    ("received", "ended", "is_shown"),
    [
        ("2026-02-28 23:59:59", None, True),
        ("2026-03-01 00:00:00", None, False),
        ("2026-01-05 09:00:00", "2026-02-01 00:00:00", True),
        ("2026-01-05 09:00:00", "2026-01-31 23:59:59", False),
        ("2026-01-05 09:00:00", "2027-01-05 09:00:00", True),
    ],
)
def test_an_export_shows_a_dossier_up_to_the_edges_of_its_month(
    received: str, ended: str | None, is_shown: bool
) -> None:
    assert rows_of(dossier(received, ended)).height == is_shown


@pytest.mark.parametrize(
    ("ended", "handed_over", "status"),
    [
        ("2026-03-01 00:00:00", None, 4),
        ("2026-02-28 23:59:59", None, 9),
        ("2026-02-20 10:00:00", "2026-03-01 00:00:00", 9),
        ("2026-02-20 10:00:00", "2026-02-28 23:59:59", 10),
    ],
)
def test_the_status_is_that_of_the_months_end(
    ended: str, handed_over: str | None, status: int
) -> None:
    life = dossier(
        "2026-02-02 09:00", ended, handed_over=seconds(handed_over) if handed_over else NEVER
    )
    row = rows_of(life).row(0, named=True)
    assert row["TrangThaiHoSo"] == status
    assert (row["NgayKetThucXuLy"] is None) == (status == 4)
    assert (row["NgayTra"] is None) == (status != 10)


def test_a_due_date_shows_as_moved_only_after_it_was_moved() -> None:
    later = seconds("2026-02-12 17:00")
    before_end = dossier("2026-02-02 09:00", None, due=later, moved=FEBRUARY.end - 1)
    after_end = dossier("2026-02-02 09:00", None, due=later, moved=FEBRUARY.end)
    assert rows_of(before_end)["NgayHenTra"].to_list() == [20260212170000]
    assert rows_of(after_end)["NgayHenTra"].to_list() == [20260210170000]
    assert rows_of(before_end)["NgayHenTraDau"].to_list() == [20260210170000]


def test_a_dossier_just_sent_online_is_newly_registered_and_has_no_due_date() -> None:
    waiting = rows_of(dossier("2026-02-28 20:00:00", None, channel=2)).row(0, named=True)
    assert (waiting["TrangThaiHoSo"], waiting["NgayHenTra"]) == (1, None)
    received = rows_of(dossier("2026-02-28 19:59:59", None, channel=2)).row(0, named=True)
    assert (received["TrangThaiHoSo"], received["NgayHenTra"]) == (4, 20260210170000)


def test_withdrawn_and_refused_dossiers_end_with_their_own_status() -> None:
    for ending, status in ((WITHDRAWN, 7), (REFUSED, 3)):
        life = dossier("2026-02-02 09:00", "2026-02-03 09:00", ending=ending)
        assert rows_of(life)["TrangThaiHoSo"].to_list() == [status]


def test_running_numbers_begin_anew_each_day() -> None:
    parts = [dossier(f"2026-02-{day} 09:00", None) for day in ("02", "02", "03")]
    received = np.concatenate([part.received for part in parts])
    lives = dossier("2026-02-02 09:00", None).select(np.zeros(3, np.int64))
    lives.received[:] = received
    assert dossier_codes(lives, ["H26.01"]).to_list() == [
        "H26.01-260202-0001",
        "H26.01-260202-0002",
        "H26.01-260203-0001",
    ]


def test_a_compressed_export_holds_the_same_text(tmp_path: Path) -> None:
    texts = []
    for is_compressed in (False, True):
        folder = tmp_path / str(is_compressed)
        folder.mkdir()
        parameters = Parameters(("2026-01",), 50, 1, senders=1, is_compressed=is_compressed)
        simulate(Home.at(folder), parameters)
        (file,) = folder.glob("inbox/*/*/dossiers*")
        texts.append(pl.read_csv(file))
    assert texts[0].equals(texts[1])
