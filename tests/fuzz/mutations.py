"""Good exports of every kind and form, and mutations of their bytes.

A good export is small, and read by the built-in profile of its kind or by an own one. A mutation
is a few changes at random places: bits, slices, lines, and tokens that have broken readers before.
Of what is packed the inside is changed: a change of packed bytes alone is found by their checksum.
"""

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources

import polars as pl
import xlsxwriter
from hypothesis import strategies as st

MONTH = "2026-10"


@dataclass(frozen=True)
class GoodExport:
    """A good export: its kind, its bytes, and the encoding and delimiter of its profile.

    Of what is packed `content` is the part that is changed, and `pack` makes the file of it.
    """

    kind: str
    content: bytes
    encoding: str = "utf-8"
    delimiter: str = ","
    own_profile: str = ""
    ending: str = ".csv"
    pack: Callable[[bytes], bytes] = bytes


@dataclass(frozen=True)
class Mutant:
    """A mutated export: which good one it was, and the bytes of its file now."""

    good: int
    content: bytes


def _lines(header: str, *rows: str) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


_DOSSIERS = _lines(
    "MaHoSo,MaTTHC,TrangThaiHoSo,KenhThucHien,LoaiDoiTuong,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy,"
    "NgayYeuCauBoSung,NgayTiepNhanBoSung,SoLanYeuCauBoSung,TenNguoiNop",
    *(
        f"000.00.00-2610{day:02d}-{number:04d},1.{number:06d},{status},{1 + number % 3},"
        f"{1 + number % 4},202610{day:02d}090000,202610{day + 5:02d}170000,{ended},,,"
        f'{number % 2},"Nguyễn Thị B, số {number}"'
        for number, day, status, ended in (
            (1, 1, 9, "20261003101500"),
            (2, 2, 9, "20261020101500"),
            (3, 3, 4, ""),
            (4, 4, 10, "20261005080000"),
            (5, 5, 7, "20261006090000"),
            (6, 6, 2, ""),
            (7, 7, 9, "20261012170000"),
            (8, 8, 8, "20261009120000"),
        )
    ),
)
_RATINGS = _lines(
    "MaPhieu,MaHoSo,CauHoi,DiemDanhGia,HinhThucDanhGia,NgayDanhGia,YKien",
    *(
        f"P{number:03d},000.00.00-261001-{number:04d},{question},{answer},{1 + number % 4},"
        f'202610{1 + number:02d}143000,"Tốt, ""rất"" nhanh"'
        for number in range(1, 7)
        for question, answer in (("CH", 1 + number % 5), ("CB", 5), ("KQ", 4))
    ),
)
_PETITIONS = _lines(
    "MaPAKN,NoiDung,MaHoSo,NgayTiepNhan,HanXuLy,NgayXuLy,TrangThai,HaiLong,PhanAnhDung",
    *(
        f"PA{number:03d},{1 + number % 3},,202610{number:02d}080000,202610{number + 9:02d}170000,"
        f"{handled},{status},{opinion},"
        for number, handled, status, opinion in (
            (1, "20261007090000", 3, 1),
            (2, "20261019090000", 3, 0),
            (3, "", 2, ""),
            (4, "20261006090000", 4, ""),
            (5, "", 1, ""),
        )
    ),
)
_FIGURES = _lines(
    "indicator,breakdown,month,numerator,denominator",
    f"due_on_time,đất đai,{MONTH},90,100",
    f"due_on_time,hộ tịch,{MONTH},180,200",
    f"satisfied_share,,{MONTH},450,500",
    f"decision_766_3_1,,{MONTH},30,40",
)
_OWN_DOSSIERS = "\r\n".join(
    [
        "Báo cáo hồ sơ tháng 10;;;;;",
        "Số hồ sơ;Tình trạng;Ngày nhận;Hạn trả;Ngày trả;Ghi chú",
        *(
            f"HS-{number};{state};{number:02d}/10/2026 08:30;{number + 7:02d}/10/2026;{ended};"
            f'"Ghi chú; dòng {number}"'
            for number, state, ended in (
                (1, "Đã trả", "05/10/2026 09:00"),
                (2, "Đã trả", "12/10/2026 09:00"),
                (3, "Đang xử lý", ""),
                (4, "Đã rút", "06/10/2026 10:00"),
            )
        ),
        "",
    ]
).encode("utf-16")
_OWN_DOSSIERS_PROFILE = """
kind = "dossiers"
encoding = "utf-16"
delimiter = ";"
header_row = 2
date_formats = ["%d/%m/%Y %H:%M", "%d/%m/%Y"]
clock = "elapsed"
[columns]
dossier_id = "Số hồ sơ"
status = "Tình trạng"
received_at = "Ngày nhận"
due_at = "Hạn trả"
ended_at = "Ngày trả"
[values.status]
"Đã trả" = "finished"
"Đang xử lý" = "in_progress"
"Đã rút" = "withdrawn"
"""
_OWN_RATINGS = "\n".join(
    [
        "'nguoi'\t'diem'\t'trongso'\t'luc'",
        *(
            f"'R{number}'\t'{1 + number % 3}'\t'1,{number}'\t'2026-10-{number:02d} 10:00:00'"
            for number in range(1, 8)
        ),
        "",
    ]
).encode()
_OWN_RATINGS_PROFILE = """
kind = "ratings"
delimiter = "\\t"
quote = "'"
decimal_mark = ","
date_formats = ["%Y-%m-%d %H:%M:%S"]
scale = "three"
missing_codes = ["99"]
[columns]
respondent_id = "nguoi"
answer = "diem"
weight = "trongso"
answered_at = "luc"
"""
_OWN_FIGURES = "\n".join(
    [
        "Chỉ số|Tháng|Trễ|Tổng",
        "Đúng hạn|10/2026|1.250|12.500",
        "Hài lòng|10/2026|12|1.200",
        "",
    ]
).encode()
_OWN_FIGURES_PROFILE = """
kind = "figures"
delimiter = "|"
decimal_mark = ","
date_formats = ["%m/%Y"]
[columns]
indicator = "Chỉ số"
period_at = "Tháng"
failures = "Trễ"
denominator = "Tổng"
[values.indicator]
"Đúng hạn" = "due_on_time"
"Hài lòng" = "satisfied_share"
"""


def _without_units(profile: str) -> str:
    """A built-in profile for a sender that is its own unit."""
    text = (resources.files("pipeline.profiles") / f"{profile}.toml").read_text("utf-8")
    return "\n".join(
        line for line in text.splitlines() if not line.startswith(("senders", "unit_code"))
    )


def _cells(text: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.decode(), newline="")))


def _as_objects(text: bytes) -> list[dict[str, object]]:
    """The records as a portal sends them, with a field within a field and a list."""
    header, *rows = _cells(text)
    return [
        dict(zip(header, row, strict=True)) | {"fee": {"amount": 5}, "papers": [{"name": "a"}]}
        for row in rows
    ]


def _as_parquet(text: bytes) -> bytes:
    header, *rows = _cells(text)
    buffer = io.BytesIO()
    pl.DataFrame(rows, schema=header, orient="row").write_parquet(buffer)
    return buffer.getvalue()


def _as_workbook(text: bytes) -> dict[str, bytes]:
    """The parts of a workbook with the records on its only sheet, texts beside the cells."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(_cells(text)):
            sheet.write_row(number, 0, row)
    with zipfile.ZipFile(buffer) as package:
        return {name: package.read(name) for name in package.namelist()}


def _pack(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


_BOOK = _as_workbook(_DOSSIERS)
_SHEET, _TEXTS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
_NATIONAL_DOSSIERS = _without_units("national-sync-dossiers")
GOOD = (
    GoodExport("dossiers", _DOSSIERS, own_profile=_NATIONAL_DOSSIERS),
    GoodExport("ratings", _RATINGS, own_profile=_without_units("national-sync-ratings")),
    GoodExport("petitions", _PETITIONS, own_profile=_without_units("national-petitions")),
    GoodExport("figures", _FIGURES),
    GoodExport("dossiers", _OWN_DOSSIERS, "utf-16", ";", _OWN_DOSSIERS_PROFILE),
    GoodExport("ratings", _OWN_RATINGS, "utf-8", "\t", _OWN_RATINGS_PROFILE),
    GoodExport("figures", _OWN_FIGURES, "utf-8", "|", _OWN_FIGURES_PROFILE),
    GoodExport("dossiers", gzip.compress(_DOSSIERS, mtime=0), own_profile=_NATIONAL_DOSSIERS),
    *(
        GoodExport("dossiers", content, own_profile=_NATIONAL_DOSSIERS, ending=ending, pack=pack)
        for ending, content, pack in (
            (".json", json.dumps(_as_objects(_DOSSIERS), indent=1).encode(), bytes),
            (
                ".jsonl",
                b"\n".join(json.dumps(each).encode() for each in _as_objects(_DOSSIERS)),
                bytes,
            ),
            (".parquet", _as_parquet(_DOSSIERS), bytes),
            (".zip", _DOSSIERS, lambda content: _pack({"October.csv": content})),
            (".zip", _pack({"a.csv": _DOSSIERS}), bytes),
            (".xlsx", _BOOK[_SHEET], lambda content: _pack(_BOOK | {_SHEET: content})),
            (".xlsx", _BOOK[_TEXTS], lambda content: _pack(_BOOK | {_TEXTS: content})),
            (".xlsx", _pack(_BOOK), bytes),
        )
    ),
)
"""Of each kind one in the built-in layout, some with own encodings, delimiters and quotes, and of
each form one."""

_TOKENS = (
    *(b'"', b"'", b'""', b'"\n"', b"\n", b"\r", b"\r\n", b"\x00", b"\t", b";", b",", b"|"),
    *(
        b",,,,,,,,",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\x1f\x8b\x08",
        b"PK\x03\x04",
        b"\xc3",
        b"\xed\xa0\x80",
    ),
    *(b"-1", b"0", b"9" * 19, b"9" * 40, b"1e400", b"NaN", b"inf", b"-0", b"1.5", b"1,5", b"2.000"),
    *(b"2.61E+11", b"0x10", b"%", b"=1+1", b"@x", b"\xd9\xa3", b"\xe2\x80\x8b", b"\xe2\x80\xae"),
    *(b"00000101000000", b"99991231235959", b"20261301000000", b"20261001240000", b"20261001"),
    *(b"31/02/2026", b"01/01/26", b"1/1/0001", b"2026-10-25 02:30:00", b" UTC", b"+0700", b"Z"),
    *(b"finished", b"NULL", b"N/A", b"-", b"[/]", b"<script>", b"\x1b[2J", b"x" * 5_000),
)
_MOST_CHANGES = 4


def _change(content: bytes, place: float, what: tuple[str, int, bytes]) -> bytes:
    """The content with one change at a place that is given as a share of its length."""
    name, size, token = what
    at = int(place * len(content))
    if name in ("swap lines", "repeat line", "drop line"):
        return _change_lines(content, at, name)
    parts = {
        "flip": lambda: bytes([content[at] ^ (1 << size % 8)]) + content[at + 1 :],
        "insert": lambda: token + content[at:],
        "replace": lambda: token + content[at + size % 20 :],
        "drop": lambda: content[at + size :],
        "repeat": lambda: content[at : at + size] * 2 + content[at + size :],
        "cut": lambda: b"",
        "again": lambda: content[at:] + content,
    }
    return content[:at] + parts[name]() if content else content


def _change_lines(content: bytes, at: int, name: str) -> bytes:
    lines = content.split(b"\n")
    number = content[:at].count(b"\n")
    line = lines[number]
    if name == "swap lines":
        lines[number], lines[0] = lines[0], line
    elif name == "repeat line":
        lines.insert(number, line)
    else:
        del lines[number]
    return b"\n".join(lines)


_WRAPPERS: dict[str, Callable[[bytes], bytes]] = {
    "as it is": lambda content: content,
    "gzip": lambda content: gzip.compress(content, mtime=0),
    "gzip twice": lambda content: gzip.compress(gzip.compress(content, mtime=0), mtime=0),
    "UTF-16 without its mark": lambda content: content.decode("latin-1").encode("utf-16-le"),
    "CRLF": lambda content: content.replace(b"\n", b"\r\n"),
}
_CHANGES = st.tuples(
    st.sampled_from(
        [
            *("flip", "insert", "insert", "replace", "replace", "drop", "repeat", "cut", "again"),
            *("swap lines", "repeat line", "drop line"),
        ]
    ),
    st.integers(1, 200),
    st.sampled_from(_TOKENS),
)


@st.composite
def mutants(draw: st.DrawFn) -> Mutant:
    """A good export with some changes, most often as it is, sometimes wrapped in something else."""
    good = draw(st.integers(0, len(GOOD) - 1))
    content = GOOD[good].content
    changes = st.tuples(st.floats(0, 1, exclude_max=True), _CHANGES)
    for place, what in draw(st.lists(changes, min_size=1, max_size=_MOST_CHANGES)):
        content = _change(content, place, what)
    wrapper = draw(st.sampled_from(["as it is"] * 12 + list(_WRAPPERS)))
    return Mutant(good, _WRAPPERS[wrapper](GOOD[good].pack(content)))
