"""Whatever a file has wrong, it is named with its cure, and it harms nobody else.

One month is run with a file of every fault, each from another sender, and with rows of every
fault among the good rows of one sender (H56).
"""

import csv
import gzip
import hashlib
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from assets.command_line.check import check_file
from assets.command_line.profile_preview import Sending
from assets.month import feedback
from assets.month.inputs import MonthInputs, read_inputs
from assets.month.installation import Installation
from pipeline.faults import FAULTS

from ..conftest import ReformIndex, Said

MONTH = "2026-06"
HEADER = (
    "MaHoSo,MaTTHC,DonViXuLy,TrangThaiHoSo,KenhThucHien,LoaiDoiTuong,"
    "NgayTiepNhan,NgayHenTra,NgayHenTraDau,NgayKetThucXuLy,NgayTra"
)
DOSSIER = {
    "id": "X-1",
    "procedure": "1.004227",
    "unit": "H56.01",
    "status": "10",
    "channel": "1",
    "applicant": "1",
    "received": "20260602080000",
    "due": "20260619170000",
    "first_due": "20260619170000",
    "ended": "20260610090000",
    "handed_over": "20260610100000",
}
RATING = {
    "id": "P-X",
    "dossier": "X-1",
    "unit": "H56.01",
    "question": "TC",
    "answer": "5",
    "mode": "1",
    "answered": "20260610120000",
    "ended": "20260610090000",
}


def dossier(**changes: str) -> str:
    return ",".join((DOSSIER | changes).values())


def rating(**changes: str) -> str:
    return ",".join((RATING | changes).values())


def export(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows, ""]).encode()


def one(unit: str, **changes: str) -> bytes:
    return export(dossier(unit=unit, **changes))


MARCH = {name: "202603" + DOSSIER[name][6:] for name in ("received", "due", "first_due", "ended")}
# Read as the 5th of June or the 6th of May: the profile lists both orders of day and month.
IN_BOTH_ORDERS = one("H41", received="05/06/2026", due="25/06/2026", ended="", status="2")
HEAVY = b"a,at,w\n" + b"5,20260610120000,1000000\n" * 1001
NO_END = one("H14").replace(b"NgayKetThucXuLy", b"KetThuc")
CUT_SHORT = gzip.compress(b"".join(one("H12", id=f"H12-{n}") for n in range(99)))[:-20]
UTF_16 = one("H13", id="Cần Thơ").decode().encode("utf-16")
SCIENTIFIC = export(*(dossier(id="2.61E+11", unit="H27") for _ in range(10)))
NUMBERS_OF_A_DAY = export(
    *(
        dossier(id=f"{number}", unit="H38", received=f"202606{day}080000")
        for number in range(5)
        for day in ("02", "03")
    )
)
SWALLOWING = b"".join(
    [one("H32"), *(dossier(id=id_, unit="H32").encode() + b"\n" for id_ in ('"X-2', "X-3", '"X-4'))]
)
TWO_FILES = one("H35") + one("H35").replace(b"NgayTiepNhan,NgayHenTra", b"NgayHenTra,NgayTiepNhan")
MANY_COMMAS = gzip.compress(one("H31") + b"," * (5 << 20))
# Sender: name of the file, its bytes, its fault, and words of its cure.
FAULTY_FILES = {
    "H999": ("dossiers.csv", one("H999"), "unknown_sender", "add it to agencies.csv"),
    "H01": ("dossiers.csv", b"", "empty", "the file is empty: export it again"),
    "H05": ("dossiers.csv", export(), "empty", "send no file of this kind"),
    "H12": ("dossiers.csv.gz", CUT_SHORT, "unreadable", "send the file again"),
    "H13": ("dossiers.csv", UTF_16, "unreadable", "save it as UTF-8"),
    "H14": ("dossiers.csv", NO_END, "missing_column", "row 1: the column 'NgayKetThucXuLy'"),
    "H15": ("dossiers.csv", one("H15", **MARCH), "wrong_month", "into the folder of its month"),
    "H17": ("dossiers.csv", one("H26.01"), "foreign_sender", "into that agency's folder"),
    "H18": ("ho-so.csv", one("H18"), "unknown_kind", "rename the file"),
    "H19": ("dossiers.csv", one("H19"), "ambiguous_profile", "narrow the senders or the file_"),
    "H24": ("a/dossiers.csv", one("H24"), "wrong_place", "move it into the month's folder itself"),
    "H32": ("dossiers.csv", SWALLOWING, "unreadable", "row 3: a quote is opened and not closed"),
    "H35": ("dossiers.csv", TWO_FILES, "unreadable", "row 3: it is a second header"),
    "H36": ("dossiers.csv", b"%PDF-1.7\n", "unreadable", "it is a PDF and not CSV text"),
    "H31": ("dossiers.csv.gz", MANY_COMMAS, "too_large", "line 3: it has more than 4,194,304"),
    "H20": ("dossiers.csv", one("H20"), "broken_profile", "'delimeter': did you mean 'delimiter'?"),
    "H42": ("ratings.csv", HEAVY, "impossible_weights", "how many respondents each row stands for"),
    "H41": ("dossiers.csv", IN_BOTH_ORDERS, "ambiguous_dates", "only the format that is meant"),
    "H27": ("dossiers.csv", SCIENTIFIC, "lost_codes", "in the column 'MaHoSo': a spreadsheet"),
    "H44": ("dossiers.csv", one("H44"), "broken_correction", "no row of the file has this key"),
    "H38": ("dossiers.csv", NUMBERS_OF_A_DAY, "ambiguous_identity", "identity = ["),
}
# Rows that are added to H56's files, and the rules that they break.
FAULTY_DOSSIERS = {
    dossier(id="X-1", unit="H56.99"): {"unit_is_known"},
    dossier(id="X-2", unit="H26.01"): {"unit_belongs_to_sender"},
    dossier(id="X-3", unit=""): {"unit_is_there"},
    dossier(id="X-4", received="không rõ"): {"received_at_is_a_time"},
    dossier(id="X-5", ended="20260601080000"): {"ended_not_before_received"},
    dossier(id="X-6", due="20260601170000"): {"due_not_before_received"},
    dossier(id="X-7", status="99"): {"status_is_in_list"},
    dossier(id="X-8") + ",more": {"row_has_all_fields"},
    dossier(id="X-9").rpartition(",")[0]: {"row_has_all_fields"},
}
FAULTY_RATINGS = {
    rating(id="P-1", answer="9"): {"answer_is_on_its_scale"},
    rating(id="P-2", answer="tốt"): {"answer_is_a_whole_number"},
    rating(id="P-3", answered="hôm qua"): {"answered_at_is_a_time"},
}


@dataclass(frozen=True)
class FaultyMonth:
    """The month with everything wrong, as it came out. `rows`: rules by kind and row number."""

    home: Path
    said: Said
    rows: dict[tuple[str, int], set[str]]

    @property
    def installation(self) -> Installation:
        return Installation.at(self.home)

    @property
    def inputs(self) -> MonthInputs:
        return read_inputs(self.installation, MONTH)

    @property
    def deliveries(self) -> pl.DataFrame:
        return self.inputs.deliveries


@pytest.fixture(scope="module")
def faulty_month(
    small_home_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
    reform_index: ReformIndex,
) -> FaultyMonth:
    home = tmp_path_factory.mktemp("faulty") / "home"
    shutil.copytree(small_home_template, home, symlinks=True)
    for sender, (name, content, _, _) in FAULTY_FILES.items():
        path = home / "inbox" / sender / MONTH / name
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    (home / "profiles").mkdir()
    for name, sender, key in [
        ("one", "H19", "delimiter"),
        ("two", "H19", "delimiter"),
        ("misspelt", "H20", "delimeter"),
    ]:
        (home / "profiles" / f"{name}.toml").write_text(profile(sender, key), encoding="utf-8")
    both_orders = 'date_formats = ["%d/%m/%Y", "%m/%d/%Y"]\n' + profile("H41", "delimiter")
    (home / "profiles" / "orders.toml").write_text(both_orders, encoding="utf-8")
    (home / "profiles" / "weights.toml").write_text(WITH_WEIGHTS, encoding="utf-8")
    (home / "corrections").mkdir()
    (home / "corrections" / "end.toml").write_text(CORRECTION, encoding="utf-8")
    of_h56 = home / "inbox" / "H56" / MONTH
    first = (of_h56 / "dossiers.csv").read_text(encoding="utf-8").splitlines()[1]
    rows = {("dossiers", 2): {"dossier_is_latest_copy"}}
    rows |= added(of_h56 / "dossiers.csv", {first: set()} | FAULTY_DOSSIERS)
    rows |= added(of_h56 / "ratings.csv", FAULTY_RATINGS)
    said = reform_index("run", "--month", MONTH, "--home", home)
    return FaultyMonth(home, said, {row: rules for row, rules in rows.items() if rules})


WITH_WEIGHTS = """\
senders = ["H42"]
kind = "ratings"

[columns]
answer = "a"
answered_at = "at"
weight = "w"
"""


CORRECTION = f"""\
sender = "H44"
month = "{MONTH}"
sha256 = "{hashlib.sha256(one("H44")).hexdigest()}"
reported_by = "Văn phòng UBND tỉnh"
reported_on = 2026-07-03
why = "gõ nhầm"

[[rows]]
key = "X-2"
column = "ended_at"
from = ""
to = "20260610090000"
"""


def profile(sender: str, key: str) -> str:
    return f"""\
senders = ["{sender}"]
kind = "dossiers"
{key} = ","

[columns]
dossier_id = "MaHoSo"
status = "TrangThaiHoSo"
received_at = "NgayTiepNhan"
due_at = "NgayHenTra"
ended_at = "NgayKetThucXuLy"
"""


def added(path: Path, rows: dict[str, set[str]]) -> dict[tuple[str, int], set[str]]:
    """Adds rows to a file; their rules by kind and row number."""
    before = len(path.read_text(encoding="utf-8").splitlines())
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{row}\n" for row in rows)
    return {(path.stem, before + place): rules for place, rules in enumerate(rows.values(), 1)}


def published(home: Path, units: str) -> list[str]:
    """The published lines of some units of the month, as bytes stand in the file."""
    lines = (home / "published" / MONTH / "data" / "indices.csv").read_text(encoding="utf-8")
    return [line for line in lines.splitlines() if re.match(rf"{MONTH},({units})[.,]", line)]


def test_the_month_is_published_with_exit_status_3(faulty_month: FaultyMonth) -> None:
    assert faulty_month.said.status == 3
    assert f"{MONTH}: edition 2 published; deliveries are refused" in (faulty_month.said.out)


def test_every_fault_of_a_file_is_tried() -> None:
    # Every kind has a built-in profile for all senders, so none is ever without one. That the
    # program cannot process a file is no fault of the file: test_deliveries_that_fail. What happens
    # to the archive is tried in test_damaged_homes, and two files with the same rows in
    # test_repeated_files.
    others = {"no_profile", "not_processed", "archive_damaged", "repeated_rows"}
    assert {fault for _, _, fault, _ in FAULTY_FILES.values()} == FAULTS.keys() - others


@pytest.mark.parametrize("sender", FAULTY_FILES)
def test_a_refused_file_is_named_with_fault_and_cure(
    faulty_month: FaultyMonth, sender: str
) -> None:
    name, content, fault, cure = FAULTY_FILES[sender]
    told = faulty_month.deliveries.filter(sender_code=sender, status="refused").to_dicts()
    assert [row["fault"] for row in told] == [fault]
    assert told[0]["sha256"] == hashlib.sha256(content).hexdigest()
    assert cure in told[0]["message"]
    line = f"inbox/{sender}/{MONTH}/{name}: {told[0]['message']}\n"
    assert line in faulty_month.said.out
    page = (faulty_month.home / "published" / MONTH / "index.html").read_text(encoding="utf-8")
    assert told[0]["message_vi"].split(":")[0].replace("'", "&#39;") in page


def test_a_profile_that_cannot_be_read_is_told_before_the_run(faulty_month: FaultyMonth) -> None:
    assert "warning: profiles/misspelt.toml: unknown key 'delimeter'" in faulty_month.said.err


def test_a_row_at_fault_is_named_by_file_row_and_rule(faulty_month: FaultyMonth) -> None:
    rejected = faulty_month.inputs.rejected.filter(sender_code="H56")
    found: dict[tuple[str, int], set[str]] = {}
    for row in rejected.iter_rows(named=True):
        found.setdefault((row["kind"], row["row_number"]), set()).add(row["rule"])
        assert row["reason"]
        assert row["reason_vi"]
    expected = dict(faulty_month.rows)
    simulated = {place: rules for place, rules in found.items() if place not in expected}
    assert {place: found[place] for place in expected if place in found} == expected
    # What is left was at fault in the simulated file already.
    before = installation_before(faulty_month.home)
    assert len(simulated) == before


def installation_before(home: Path) -> int:
    """Rejected rows of H56 in the edition before."""
    data = home / "published" / "editions" / MONTH / "1" / "data" / "deliveries.csv"
    return int(pl.read_csv(data).filter(sender_code="H56")["rejected"].sum())


def test_the_page_names_sender_rule_and_row(faulty_month: FaultyMonth) -> None:
    page = (faulty_month.home / "published" / MONTH / "en" / "index.html").read_text("utf-8")
    for (kind, row), rules in faulty_month.rows.items():
        for rule in rules:
            lines = re.findall(r"<tr>.*?</tr>", page, re.S)
            line = next(each for each in lines if rule in each and "Thanh Hoa" in each)
            assert re.search(rf"\b{row}\b", line), (kind, row, rule)


def test_no_published_value_changes_by_files_and_rows_at_fault(
    faulty_month: FaultyMonth, small_home_template: Path
) -> None:
    indicators = faulty_month.installation.methods.at(MONTH).names
    for units in ("H26", "H29", "H56"):
        before = published(small_home_template, units)
        # every indicator of the province, its 4 departments and 4 communes
        assert len(before) == len(indicators) * (1 + 4 + 4)
        assert published(faulty_month.home, units) == before
    assert published(faulty_month.home, "|".join(FAULTY_FILES)) == []


def test_every_row_sent_is_accepted_or_rejected(faulty_month: FaultyMonth) -> None:
    accepted = faulty_month.deliveries.filter(status="accepted")
    assert sorted(accepted["sender_code"].unique()) == ["H26", "H29", "H56"]
    for file in accepted.iter_rows(named=True):
        path = faulty_month.home / "inbox" / file["sender_code"] / MONTH / f"{file['kind']}.csv"
        with path.open(encoding="utf-8", newline="") as lines:
            sent = sum(1 for _ in csv.reader(lines)) - 1
        assert file["accepted"] + file["rejected"] == file["rows"] == sent


def test_every_file_is_archived_as_sent(faulty_month: FaultyMonth) -> None:
    archive = faulty_month.installation.archive
    paths = [
        path for path in (faulty_month.home / "inbox").glob(f"*/{MONTH}/**/*") if path.is_file()
    ]
    assert len(paths) == len(FAULTY_FILES) + 3 * 3
    for path in paths:
        sent = path.read_bytes()
        assert archive.read(hashlib.sha256(sent).hexdigest()) == sent


def test_status_shows_what_arrived_was_refused_is_missing_and_is_new(
    faulty_month: FaultyMonth, reform_index: ReformIndex
) -> None:
    late = faulty_month.home / "inbox" / "H21" / MONTH / "dossiers.csv"
    late.parent.mkdir(parents=True)
    late.write_bytes(export(dossier(unit="H21")))
    said = reform_index("status", "--home", faulty_month.home)
    late.unlink()
    assert said.status == 0
    last_cells = {
        cells[0].split()[0]: cells[-1].strip()
        for line in said.out.splitlines()
        if line.startswith("│")
        for cells in [line.strip("│").split("│")]
    }
    assert last_cells["H26"] == "✓"
    assert last_cells["H01"] == last_cells["H999"] == "refused"
    assert last_cells["H61"] == "missing"
    assert last_cells["H21"] == "new"
    assert f"inbox/H01/{MONTH}/dossiers.csv: the file is empty: export it again" in said.out


@pytest.mark.parametrize("sender", [each for each in FAULTY_FILES if each != "H24"])
def test_each_refused_file_is_judged_so_before_it_is_sent_and_its_sender_has_feedback(
    faulty_month: FaultyMonth, sender: str
) -> None:
    name, _, fault, _ = FAULTY_FILES[sender]
    home = faulty_month.inputs.installation.home
    checked = check_file(home.inbox / sender / MONTH / name, Sending(home, MONTH, sender))
    assert checked == feedback.read_feedback(faulty_month.inputs, sender)
    (refused,) = checked.refused
    row = faulty_month.deliveries.filter(sender_code=sender, fault=fault)
    assert [refused.message_vi] == row["message_vi"].to_list()
    assert (home.feedback / sender / f"{MONTH}.xlsx").is_file()


def test_every_rejected_row_is_in_the_feedback_of_its_sender_at_its_line(
    faulty_month: FaultyMonth,
) -> None:
    found = feedback.read_feedback(faulty_month.inputs, "H56")
    rows: dict[tuple[str, int], set[str]] = {}
    for row in found.rows:
        assert row.place is not None
        assert row.place.line == row.record
        rows.setdefault((row.file.kind, row.record), set()).add(row.rule.rule)
    assert rows.items() >= faulty_month.rows.items()
