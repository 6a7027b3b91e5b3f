"""The same dossiers in every form give the same tallies, byte for byte.

The files are made by other people's libraries, the way people make them. LibreOffice makes ODS, XLS
and XLSX of a CSV file; where it is absent those are skipped.
"""

import csv
import gzip
import io
import json
import shutil
import subprocess
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path

import openpyxl
import polars as pl
import pytest
import xlsxwriter

from assets.month import deliveries, receive
from assets.month.inputs import MonthInputs
from assets.month.installation import Installation
from pipeline import tables

pytestmark = pytest.mark.runs

MONTH = "2026-10"
NAMES = ("Mã hồ sơ", "Thủ tục", "Tình trạng", "Kênh", "Tiếp nhận", "Hẹn trả", "Kết thúc")
STATES = ("Đã trả kết quả", "Đang giải quyết", "Yêu cầu bổ sung", "Dừng xử lý")
LIBREOFFICE = shutil.which("soffice")
TONES = "\u0300\u0301\u0303\u0309\u0323"
Value = str | datetime | None
PROFILE = """
senders = ["{sender}"]
kind = "dossiers"
date_formats = ["%d/%m/%Y %H:%M"]
clock = "elapsed"
{more}
[columns]
dossier_id = "{Mã hồ sơ}"
procedure_code = "{Thủ tục}"
status = "{Tình trạng}"
channel = "{Kênh}"
received_at = "{Tiếp nhận}"
due_at = "{Hẹn trả}"
ended_at = "{Kết thúc}"
[values.status]
"Đã trả kết quả" = "finished"
"Đang giải quyết" = "in_progress"
"Yêu cầu bổ sung" = "supplement_requested"
"Dừng xử lý" = "stopped"
[values.channel]
1 = "counter"
2 = "online"
"""


def make_rows() -> list[tuple[Value, ...]]:
    """300 dossiers: of each five one is open, and every third of the ended is late."""
    rows: list[tuple[Value, ...]] = []
    for number in range(300):
        received = datetime(2026, 10, 1 + number % 25, 8 + number % 9, number % 60)
        due = received.replace(day=received.day + 5)
        ended = due.replace(day=due.day + (1 if number % 3 == 0 else -1))
        is_open = number % 5 == 0 or ended.day > 30
        state = STATES[1 + number % 2] if is_open else STATES[3 if number % 11 == 0 else 0]
        code = f"H01-26{number:06d}"
        procedure = f"1.00{number % 7:04d}"
        end = None if is_open else ended
        rows.append((code, procedure, state, str(1 + number % 2), received, due, end))
    return rows


ROWS = make_rows()


def texts() -> list[list[str]]:
    return [
        [
            each.strftime("%d/%m/%Y %H:%M") if isinstance(each, datetime) else each or ""
            for each in row
        ]
        for row in ROWS
    ]


def as_csv(delimiter: str = ",") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows([NAMES, *texts()])
    return text.getvalue()


def as_openpyxl() -> bytes:
    """As an official makes it: titles, a header of two rows, dates as cells, totals, and hidden."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Danh sách"
    sheet.append(["UBND TỈNH A"])
    sheet.append(["DANH SÁCH HỒ SƠ THÁNG 10 NĂM 2026"])
    sheet.append([*NAMES[:4], "Thời gian"])
    sheet.append([*[None] * 4, *NAMES[4:]])
    for row in ROWS:
        sheet.append(row)
    sheet.append(["Tổng cộng", None, len(ROWS)])
    sheet.append([None, None, None, None, "Người lập biểu"])
    for cells in ("A1:G1", "A2:G2", "A3:A4", "B3:B4", "C3:C4", "D3:D4", "E3:G3"):
        sheet.merge_cells(cells)
    sheet.row_dimensions[10].hidden = True
    sheet.column_dimensions["D"].hidden = True
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def as_xlsxwriter() -> bytes:
    """As a program exports it: dates as bare serials, codes of channels as numbers, two sheets."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        book.add_worksheet("Bìa").write(0, 0, "Báo cáo")
        sheet = book.add_worksheet("Hồ sơ")
        sheet.write_row(0, 0, NAMES)
        for place, row in enumerate(ROWS, 1):
            sheet.write_row(place, 0, row[:3])
            sheet.write_number(place, 3, int(str(row[3])))
            for column, moment in enumerate(row[4:], 4):
                if isinstance(moment, datetime):
                    days = (moment - datetime(1899, 12, 30)).total_seconds() / 86_400
                    sheet.write_number(place, column, days)
    return buffer.getvalue()


def as_messages() -> list[dict[str, object]]:
    """As a portal sends it: times within, and fees, papers and supplements beside."""
    return [
        {
            **dict(zip(NAMES[:4], row[:4], strict=True)),
            "time": dict(zip(NAMES[4:], row[4:], strict=True)),
            "fees": [{"amount": 20000, "paid": True}, {"amount": 0, "paid": False}],
            "papers": ["Đơn", "Bản sao"],
            "applicant": {"kind": 1, "name": None},
        }
        for row in texts()
    ]


def as_parquet() -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame(ROWS, schema=NAMES, orient="row").write_parquet(buffer)
    return buffer.getvalue()


def as_zip() -> bytes:
    """Two halves, each with its header, packed by a system that adds files of its own."""
    header, *lines = as_csv().splitlines(keepends=True)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("Tháng 10/phần 1.csv", "".join([header, *lines[:150]]))
        package.writestr("Tháng 10/phần 2.csv", "".join([header, *lines[150:]]))
        package.writestr("__MACOSX/Tháng 10/._phần 1.csv", b"\x00\x05")
    return buffer.getvalue()


def as_saved_by_libreoffice(folder: Path, ending: str) -> bytes:
    """The CSV file opened in LibreOffice and saved as a workbook: its dates become cells."""
    (folder / "a.csv").write_text(as_csv(), "utf-8")
    # 44 is a comma, 34 the quote, 76 UTF-8; columns 5 to 7 are dates with the day first.
    reading = "CSV:44,34,76,1,1/2/2/2/3/2/4/2/5/4/6/4/7/4"
    command = [str(LIBREOFFICE), f"-env:UserInstallation=file://{folder}/profile", "--headless"]
    command += [f"--infilter={reading}", "--convert-to", ending, "--outdir", str(folder)]
    subprocess.run([*command, str(folder / "a.csv")], check=True, capture_output=True)
    return (folder / f"a.{ending}").read_bytes()


PLAIN = {name: name for name in NAMES}
TWO_ROWS = PLAIN | {name: f"Thời gian / {name}" for name in NAMES[4:]}
WITHIN = PLAIN | {name: f"time.{name}" for name in NAMES[4:]}
Form = tuple[str, Callable[[Path], bytes], str, Mapping[str, str]]
FORMS: dict[str, Form] = {
    "csv": ("csv", lambda _: as_csv().encode(), "", PLAIN),
    "utf-16": ("csv", lambda _: as_csv().encode("utf-16"), 'encoding = "utf-16"', PLAIN),
    "windows-1258": (
        "csv",
        lambda _: encode_1258(as_csv()),
        'encoding = "windows-1258"',
        PLAIN,
    ),
    "tcvn3": ("csv", lambda _: as_csv().encode("tcvn3"), 'encoding = "tcvn3"', PLAIN),
    "sep": ("csv", lambda _: ("sep=;\r\n" + as_csv(";")).encode(), "", PLAIN),
    "gzip": ("csv.gz", lambda _: gzip.compress(as_csv().encode()), "", PLAIN),
    "openpyxl": (
        "xlsx",
        lambda _: as_openpyxl(),
        'header_row = 3\nheader_rows = 2\nfooter = ["Tổng cộng"]',
        TWO_ROWS,
    ),
    "xlsxwriter": (
        "xlsm",
        lambda _: as_xlsxwriter(),
        'sheet = "Hồ sơ"\ndate_formats = ["serial"]',
        PLAIN,
    ),
    "json": ("json", lambda _: json.dumps(as_messages()).encode(), "", WITHIN),
    "records": (
        "json",
        lambda _: json.dumps({"code": 0, "data": {"items": as_messages()}}).encode(),
        'records = "data.items"',
        WITHIN,
    ),
    "jsonl": (
        "jsonl.gz",
        lambda _: gzip.compress("\n".join(map(json.dumps, as_messages())).encode()),
        "",
        WITHIN,
    ),
    "parquet": ("parquet", lambda _: as_parquet(), "", PLAIN),
    "zip": ("zip", lambda _: as_zip(), "", PLAIN),
    "ods of LibreOffice": ("ods", lambda at: as_saved_by_libreoffice(at, "ods"), "", PLAIN),
    "xls of LibreOffice": ("xls", lambda at: as_saved_by_libreoffice(at, "xls"), "", PLAIN),
    "xlsx of LibreOffice": ("xlsx", lambda at: as_saved_by_libreoffice(at, "xlsx"), "", PLAIN),
}


def encode_1258(text: str) -> bytes:
    """Its tones are marks of their own behind the letter: "ộ" is ô and a dot below."""
    parts = []
    for letter in text:
        apart = unicodedata.normalize("NFD", letter)
        tones = "".join(each for each in apart if each in TONES)
        base = "".join(each for each in apart if each not in TONES)
        parts.append(unicodedata.normalize("NFC", base) + tones)
    return "".join(parts).encode("windows-1258")


def count(home: Path) -> MonthInputs:
    """The month's inputs once everything in the inbox is read and counted."""
    inputs = receive.receive_exports(Installation.at(home), MONTH)
    deliveries.record_pending(inputs)
    deliveries.tally_pending(inputs)
    deliveries.merge_pending(inputs)
    return inputs


def tallies_of(inputs: MonthInputs, sender: str) -> dict[str, bytes]:
    """What is counted of a sender, byte for byte, without its own code and its file's hash."""
    of_sender = pl.col("sender_code") == sender
    own = ("sender_code", "unit_code", "sha256")
    frames = {name: getattr(inputs.cells, name).filter(of_sender) for name in tables.TALLIES}
    return {
        name: frame.drop(own, strict=False).collect().write_csv().encode()
        for name, frame in frames.items()
    }


def send(folder: Path, forms: Iterable[str]) -> Path:
    """A home to which one sender of the forms after the other sends the same dossiers."""
    home = folder / "home"
    (home / "profiles").mkdir(parents=True)
    lines = []
    for number, form in enumerate(forms):
        sender = f"F{number:02d}"
        lines.append(f"{sender},{form},pilot")
        ending, make, more, names = FORMS[form]
        inbox = home / "inbox" / sender / MONTH
        inbox.mkdir(parents=True)
        (folder / sender).mkdir()
        (inbox / f"dossiers.{ending}").write_bytes(make(folder / sender))
        profile = PROFILE
        for name in NAMES:
            profile = profile.replace(f"{{{name}}}", names[name])
        if "date_formats" in more:
            profile = profile.replace('date_formats = ["%d/%m/%Y %H:%M"]\n', "")
        text = profile.replace("{sender}", sender).replace("{more}", more)
        (home / "profiles" / f"{sender}.toml").write_text(text, "utf-8")
    (home / "agencies.csv").write_text("\n".join(["code,name_vi,kind", *lines, ""]), "utf-8")
    return home


def check_all_alike(home: Path) -> None:
    inputs = count(home)
    expected = tallies_of(inputs, "F00")
    assert len(expected["outcomes"].splitlines()) > 20
    for row in inputs.delivered.iter_rows(named=True):
        # 300 dossiers were sent: none is lost, and none is set aside.
        assert (row["accepted"], row["rejected"], row["message"]) == (300, 0, None)
        assert tallies_of(inputs, row["sender_code"]) == expected


def test_the_same_dossiers_in_every_form_give_the_same_tallies(tmp_path: Path) -> None:
    check_all_alike(send(tmp_path, (form for form in FORMS if "LibreOffice" not in form)))


@pytest.mark.skipif(LIBREOFFICE is None, reason="LibreOffice is not installed: make office")
def test_workbooks_that_libreoffice_saved_give_the_same_tallies(tmp_path: Path) -> None:
    check_all_alike(send(tmp_path, ["csv", *(form for form in FORMS if "LibreOffice" in form)]))
