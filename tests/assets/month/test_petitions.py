"""Petitions from the file as sent to the counts: accepted or rejected, counted, nobody's fault."""

from pathlib import Path

import polars as pl
import pytest

from assets.month import deliveries, receive
from assets.month.inputs import MonthInputs, read_inputs
from assets.month.installation import Installation
from expectations.rules import tallies as counts_allowed
from pipeline import planning, tables

from ..conftest import ReformIndex, tally_month

MONTH = "2026-10"
AGENCIES = """\
code,name_vi,kind,parent_code
T,Tỉnh thử nghiệm,province,
T.A,Sở A,department,T
T.B,Sở B,department,T
"""
HEADER = "MaPAKN,DonViXuLy,NoiDung,MaHoSo,NgayTiepNhan,HanXuLy,NgayXuLy,TrangThai,HaiLong"
# Due on Monday 26 October 2026 where nothing else is said: fifteen working days after the 5th.
ON_TIME = "p1,T.A,2,X-1,20261005090000,,20261026235959,3,1"
LATE = "p2,T.A,2,,20261005090000,,20261027000000,3,0"
OPEN = "p3,T.A,1,,20261020090000,,,2,"
OVERDUE = "p4,T.B,,,20260907090000,20260920170000,,1,"
REFUSED = "p5,T.B,9,,20261005090000,,20261006090000,4,"
GOOD = (ON_TIME, LATE, OPEN, OVERDUE, REFUSED)
COUNTED = [
    ("T.A", "conduct", "handled_late", "no", 1),
    ("T.A", "conduct", "handled_on_time", "yes", 1),
    ("T.A", "procedures", "open_not_due", "", 1),
    ("T.B", "other", "open_overdue", "", 1),
    ("T.B", "other", "refused", "", 1),
]
BAD = {
    ",T.A,1,,20261005090000,,,2,": {"petition_id_is_there"},
    "q1,T.C,1,,20261005090000,,,2,": {"unit_is_known"},
    "q2,H26,1,,20261005090000,,,2,": {"unit_belongs_to_sender"},
    "q3,T.A,1,,hôm qua,,,2,": {"petition_received_at_is_a_time"},
    "q4,T.A,1,,20261005090000,,,3,": {"petition_handled_has_its_date"},
    "q5,T.A,1,,20261005090000,,20261006090000,2,": {"petition_open_has_no_date_of_handling"},
    "q6,T.A,1,,20260805090000,,20260930235959,3,": {"petition_handled_not_before_month"},
    "q7,T.A,1,,20261101000000,,,1,": {"petition_received_before_month_end"},
    "q8,T.A,1,,20261005090000,,20261006090000,3,7": {"petition_satisfied_is_in_list"},
    "q9,T.A,1,,20261005090000,20261004090000,,2,": {"petition_due_not_before_received"},
    "q10,T.A,1,,20261005090000,,,2": {"row_has_all_fields"},
    "p3,T.A,1,,20261020080000,,,2,": {"petition_is_latest_copy"},
    "p3,T.A,1,,20261019090000,,,2,": {"petition_code_is_of_one_petition"},
    "p5,T.A,9,,20261005090000,,,2,": {"petition_code_is_of_one_petition"},
    "2.61E+11,T.A,1,,20261005090000,,,2,": {"petition_id_is_whole"},
    "q11,T.A,1,2.61E+11,20261005090000,,,2,": {"petition_dossier_id_is_whole"},
}


def counted(home: Path, files: dict[str, list[str]]) -> MonthInputs:
    """A home in which T sent these files, by name the lines, and what was sent was counted."""
    folder = home / "inbox" / "T" / MONTH
    folder.mkdir(parents=True)
    (home / "agencies.csv").write_text(AGENCIES, encoding="utf-8")
    for name, lines in files.items():
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tally_month(home, MONTH)


def cells(inputs: MonthInputs) -> pl.DataFrame:
    return inputs.cells.petitions.collect()


COLUMNS = ("unit_code", "subject", "outcome", "satisfied", "petitions")


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> MonthInputs:
    """Good rows among rows of every fault."""
    home = tmp_path_factory.mktemp("petitions") / "home"
    return counted(home, {"petitions.csv": [HEADER, *GOOD, *BAD]})


def test_good_petitions_are_counted_and_the_others_rejected_with_their_rules(
    sent: MonthInputs,
) -> None:
    found = sent.rejected
    first_bad = 2 + len(GOOD)
    rules = {
        number: set(rows["rule"])
        for (number,), rows in found.partition_by("row_number", as_dict=True).items()
    }
    assert rules == dict(enumerate(BAD.values(), first_bad))
    assert set(found["kind"]) == {"petitions"}
    (file,) = sent.delivered.iter_rows(named=True)
    assert (file["status"], file["rows"]) == (planning.ACCEPTED, len(GOOD) + len(BAD))
    assert (file["accepted"], file["rejected"]) == (len(GOOD), len(BAD))
    assert cells(sent).select(COLUMNS).rows() == COUNTED


def test_the_counts_keep_the_rules_of_counts(sent: MonthInputs) -> None:
    found = counts_allowed.check({"petitions": cells(sent)})
    assert [result.rule for result in found if not result.is_met] == []


def test_petitions_in_two_files_count_as_in_one(tmp_path: Path) -> None:
    parts = {
        "petitions-1.csv": [HEADER, ON_TIME, OPEN, REFUSED],
        "petitions-2.csv": [HEADER, LATE, OVERDUE],
    }
    found = cells(counted(tmp_path / "home", parts))
    assert found["sha256"].n_unique() == 2
    added = found.group_by(COLUMNS[:-1]).agg(pl.col("petitions").sum()).sort(COLUMNS[:-1])
    assert added.rows() == COUNTED


def test_a_header_alone_says_that_no_petitions_were_received(tmp_path: Path) -> None:
    found = counted(tmp_path / "home", {"petitions.csv": [HEADER]})
    (file,) = found.delivered.iter_rows(named=True)
    assert (file["status"], file["rows"], file["fault"]) == (planning.ACCEPTED, 0, None)
    assert cells(found).is_empty()


def test_an_own_profile_maps_words_and_reads_a_date_without_a_time_as_the_end_of_the_day(
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    (home / "profiles").mkdir(parents=True)
    (home / "profiles" / "ours.toml").write_text(OWN, encoding="utf-8")
    lines = [
        "Mã;Loại;Nhận;Hạn;Xong;Tình trạng;Hài lòng",
        "1;thái độ;01/10/2026;15/10/2026;15/10/2026 23:59;xong;có",
        "2;thái độ;01/10/2026;15/10/2026;16/10/2026 00:00;xong;không",
        "3;quy định;01/10/2026;15/10/2026;;đang xử lý;",
    ]
    found = cells(counted(home, {"petitions.csv": lines}))
    # Without a column of units the sender is the unit.
    assert found.select(COLUMNS).rows() == [
        ("T", "conduct", "handled_late", "no", 1),
        ("T", "conduct", "handled_on_time", "yes", 1),
        ("T", "procedures", "open_overdue", "", 1),
    ]


OWN = """\
senders = ["T"]
kind = "petitions"
delimiter = ";"
date_formats = ["%d/%m/%Y %H:%M", "%d/%m/%Y"]

[columns]
petition_id = "Mã"
subject = "Loại"
received_at = "Nhận"
due_at = "Hạn"
handled_at = "Xong"
status = "Tình trạng"
satisfied = "Hài lòng"

[values.subject]
"quy định" = "procedures"
"thái độ" = "conduct"

[values.status]
"đang xử lý" = "in_progress"
xong = "handled"

[values.satisfied]
"có" = "yes"
"không" = "no"
"""


def test_profile_tells_what_it_makes_of_petitions(
    tmp_path: Path, reform_index: ReformIndex
) -> None:
    file = tmp_path / "petitions.csv"
    file.write_text("\n".join([HEADER, *GOOD, *BAD, ""]), encoding="utf-8")
    said = reform_index("profile", file, "--profile", "national-petitions", "--home", tmp_path)
    assert said.status == 0
    assert f"{len(GOOD) + len(BAD)} rows of petitions" in said.out
    assert f"its rows belong to {MONTH}" in said.out
    # Without a sender every unit named is taken for one of its own.
    rejected = len(BAD) - 2
    assert f"{len(GOOD) + 2} would be accepted, {rejected} rejected" in said.out
    assert "[values.satisfied] lacks '7': 1 row" in said.out


def test_a_sender_without_petitions_is_not_at_fault(small_home: Path) -> None:
    inbox = small_home / "inbox"
    for path in inbox.glob("*/2026-06/petitions.csv"):
        path.unlink()
    inputs = receive.receive_exports(Installation.at(small_home), "2026-06")
    deliveries.record_pending(inputs)
    of_senders = inputs.deliveries.filter(pl.col("sender_code").is_in(["H26", "H29", "H56"]))
    assert set(of_senders["status"]) == {planning.ACCEPTED}
    assert set(of_senders["kind"]) == {"dossiers", "ratings"}


def test_the_counts_of_a_simulated_month_are_as_many_as_its_accepted_petitions(
    small_home_template: Path,
) -> None:
    inputs = read_inputs(Installation.at(small_home_template), "2026-06")
    found = deliveries.scan_tallies(inputs.installation, [inputs.plan]).petitions.collect()
    delivered = inputs.deliveries.filter(kind="petitions")
    assert found["petitions"].sum() == delivered["accepted"].sum() > 0
    assert found.schema == tables.PETITION_COUNTS.schema
