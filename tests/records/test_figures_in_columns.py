"""A file whose rows have the numbers of several figures in columns, like form II.06a."""

import hashlib
import io
from collections.abc import Sequence

import openpyxl
import polars as pl
import pytest
from openpyxl.styles import Font

from expectations.rules.records import RULES, find_reasons
from pipeline import copies, records
from pipeline.exports import ROW_NUMBER, locate_rows, read_file
from pipeline.faults import FileFault
from pipeline.profiles import Profile, ProfileError
from pipeline.profiles.profile import parse_profile
from pipeline.tallies.figures import count_figures

MONTH = "2026-10"
UNITS = '[values.unit_code]\n"Sở Tư pháp" = "H01"\n"Xã Mỹ An" = "H01.1"\n'
FORM = f'senders = ["H01"]\nkind = "figures"\nform = "ii-06a"\n{UNITS}'
STANDINGS = pl.DataFrame({"unit_code": ["H01", "H01.1"], "unit_standing": ["known", "known"]})
Row = Sequence[str | int | None]
# received 30 = 20 + 6 + 4; finished 22 = 15 + 5 + 2; in progress 8 = 7 + 1; 30 = 22 + 8
JUSTICE: Row = (1, "Sở Tư pháp", 30, 20, 6, 4, 22, 15, 5, 2, 8, 7, 1)
COMMUNE: Row = (2, "Xã Mỹ An", 10, 10, None, None, 10, 9, 1, "-", None, None, None)
TOTAL: Row = (None, "Tổng số", 40, 30, 6, 4, 32, 24, 6, 2, 8, 7, 1)


def profile_of(text: str = FORM) -> Profile:
    return parse_profile(text, "own", "profiles/own.toml")


def print_form(*rows: Row, numbers: Sequence[str | int] | None = None) -> bytes:
    """The form as an agency prints it: titles, merged names, the numbers, rows, totals, names."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "UBND TỈNH\nSố: 12/BC-UBND"
    sheet["A2"] = "TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH"
    sheet["A2"].font = Font(bold=True)
    sheet["A3"] = "Kỳ báo cáo: tháng 10 năm 2026"
    sheet["A5"], sheet["B5"], sheet["C5"] = "TT", "Đơn vị / lĩnh vực", "Tiếp nhận"
    sheet["G5"], sheet["K5"] = "Đã giải quyết", "Đang giải quyết"
    for place in ("A5:A6", "B5:B6", "C5:F5", "G5:J5", "K5:M5", "A2:M2"):
        sheet.merge_cells(place)
    for place, name in enumerate(("Tổng số", "Trực tuyến", "Trực tiếp", "Kỳ trước"), 3):
        sheet.cell(6, place, name)
    printed = numbers or [f"({number})" for number in range(1, 14)]
    for place, number in enumerate(printed, 1):
        sheet.cell(7, place, number)
    sheet.append(["I", "Khối sở, ngành"])
    for row in (*rows, TOTAL):
        sheet.append(list(row))
    sheet.append([None, "Người lập biểu", None, None, None, None, "Nguyễn Văn An"])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read(data: bytes, profile: Profile, name: str = "figures.xlsx") -> pl.DataFrame:
    rows, profile = read_file(data, name, profile)
    typed = records.type_rows(rows, profile, STANDINGS, month=MONTH)
    return records.with_sender_and_file(typed, "H01", "f", profile)


def split(
    data: bytes, profile: Profile, name: str = "figures.xlsx"
) -> tuple[pl.DataFrame, pl.DataFrame]:
    marked, _ = copies.mark_copies([(read(data, profile, name), profile)], "figures")
    frame = marked[0].with_row_index(records.ROW_INDEX).cast({records.ROW_INDEX: pl.Int64})
    return records.split_rows(frame, find_reasons("figures", frame, MONTH), "figures")


def counted(accepted: pl.DataFrame) -> list[tuple[object, ...]]:
    cells = count_figures(accepted.lazy(), MONTH)
    return cells.select("unit_code", "indicator", "numerator", "denominator").rows()


def test_the_form_as_agencies_print_it_becomes_three_figures_of_each_unit() -> None:
    accepted, rejected = split(print_form(JUSTICE, COMMUNE), profile_of())
    assert rejected.is_empty()
    assert counted(accepted) == [
        ("H01", "on_time_766", 15 + 5 + 7, 30),
        ("H01", "on_time_of_finished", 15 + 5, 22),
        ("H01", "open_not_overdue", 7, 8),
        # Nothing is open: an empty cell is 0, for the sums show that it is, and no row of its own.
        ("H01.1", "on_time_766", 9 + 1, 10),
        ("H01.1", "on_time_of_finished", 9 + 1, 10),
    ]
    assert set(accepted["period_at"].dt.strftime("%Y-%m")) == {MONTH}


@pytest.mark.parametrize(
    "numbers",
    [
        list(range(1, 14)),
        # A spreadsheet takes (3) for a negative number.
        [-number for number in range(1, 14)],
        [
            *("(1)", "(2)", "(3) = (4)+(5)+(6)", "(4)", "(5)", "(6)", "(7)=(8)+(9)+(10)"),
            *("(8)", "(9)", "(10)", "(11)=(12)+(13)", "(12)", "(13)"),
        ],
    ],
)
def test_the_numbers_of_the_columns_are_found_however_they_are_printed(
    numbers: list[str | int],
) -> None:
    accepted, _ = split(print_form(JUSTICE, numbers=numbers), profile_of())
    assert accepted.height == 3


def test_a_form_without_the_numbers_is_refused_with_the_cure() -> None:
    data = print_form(JUSTICE, numbers=["x"] * 13)
    with pytest.raises(FileFault, match="send the form with the row that numbers") as fault:
        read(data, profile_of())
    assert fault.value.fault == "missing_column"


def test_a_field_that_is_too_long_hides_the_numbers_and_breaks_nothing() -> None:
    with pytest.raises(FileFault, match="send the form with the row that numbers"):
        read(f"{'x' * 200_000},1\n(1),(2)\n".encode(), profile_of(), "figures.csv")


@pytest.mark.parametrize(
    ("place", "number", "found"),
    [
        (3, 31, "(3) = 31, (4) + (5) + (6) = 30"),
        (9, 4, "(7) = 22, (8) + (9) + (10) = 21"),
        (12, 6, "(11) = 8, (12) + (13) = 7"),
        (4, "hai mươi", "(3) = 30, (4) + (5) + (6) = ?"),
        (3, None, "(3) = 0, (4) + (5) + (6) = 30"),
    ],
)
def test_a_row_that_breaks_an_identity_of_the_form_gives_no_figure(
    place: int, number: str | int | None, found: str
) -> None:
    broken = [number if each == place else value for each, value in enumerate(JUSTICE, 1)]
    accepted, rejected = split(print_form(broken, COMMUNE), profile_of())
    assert {unit for unit, *_ in counted(accepted)} == {"H01.1"}
    of_sums = rejected.filter(rule="sums_hold")
    assert of_sums["found"].to_list() == [found] * 3
    assert of_sums["source_column"].to_list() == [
        "on_time_of_finished: (8) + (9) / (7)",
        "on_time_766: (8) + (9) + (12) / (3)",
        "open_not_overdue: (12) / (11)",
    ]


def test_received_is_finished_and_in_progress_together() -> None:
    # 30 received = 20 + 6 + 4, 21 finished = 14 + 5 + 2, 8 in progress = 7 + 1, and 21 + 8 = 29
    lost: Row = (1, "Sở Tư pháp", 30, 20, 6, 4, 21, 14, 5, 2, 8, 7, 1)
    _, rejected = split(print_form(lost), profile_of())
    assert set(rejected["found"]) == {"(3) = 30, (7) + (11) = 29"}
    assert "sum of its parts" in RULES["sums_hold"].reason_en
    assert "tổng" in RULES["sums_hold"].reason_vi


def test_fields_of_work_are_breakdowns_of_the_sender() -> None:
    by_field = FORM.replace(UNITS, '[columns]\nbreakdown = "(2)"\n')
    land: Row = ("2", "Đất đai", *COMMUNE[2:])
    accepted, rejected = split(print_form(JUSTICE, land), profile_of(by_field))
    assert rejected.is_empty()
    assert counted(accepted)[1] == ("H01", "on_time_of_finished", 15 + 5 + 9 + 1, 22 + 10)


def test_a_sender_of_its_own_layout_names_the_columns_of_each_figure() -> None:
    own = profile_of(
        'senders = ["H01"]\nkind = "figures"\ndate_formats = ["%m/%Y"]\n'
        '[columns]\nunit_code = "Đơn vị"\nperiod_at = "Kỳ"\n'
        '[[figures]]\nindicator = "satisfied_share"\nnumerator = ["Rất tốt", "Tốt"]\n'
        'denominator = "Phiếu"\n'
        '[[figures]]\nindicator = "on_time_of_finished"\nfailures = "Trễ"\ndenominator = "Xong"\n'
    )
    text = (
        "Đơn vị,Kỳ,Rất tốt,Tốt,Phiếu,Trễ,Xong\nH01,10/2026,30,15,50,2,20\n"
        "H01.1,10/2026,3,,5,,\nH01.1,10/2026,x,1,5,3,30\n"
    )
    accepted, rejected = split(text.encode(), own, "figures.csv")
    assert counted(accepted) == [
        ("H01", "on_time_of_finished", 20 - 2, 20),
        ("H01", "satisfied_share", 30 + 15, 50),
        ("H01.1", "on_time_of_finished", 30 - 3, 30),
    ]
    # Without [[sums]] nothing shows that an empty cell is 0.
    assert set(rejected.select("row_number", "rule", "found").rows()) >= {
        (3, "numerator_is_there", None),
        (4, "numerator_is_a_whole_number", "a"),
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (FORM.replace("ii-06a", "ii-06b"), "did you mean ii-06a"),
        (FORM.replace('"figures"', '"ratings"'), "are of figures, and the kind is ratings"),
        (f'{FORM}[constants]\nnumerator = "5"\n', "'numerator' follows from"),
        (
            FORM + '[[figures]]\nindicator = "open_not_overdue"\ndenominator = "(3)"\n',
            "either a numerator or failures",
        ),
        (
            FORM + '[[figures]]\nindicator = "on_time"\nnumerator = "a"\ndenominator = "b"\n',
            "'on_time' is no indicator of figures",
        ),
    ],
)
def test_what_cannot_be_said_of_figures_is_told(text: str, message: str) -> None:
    with pytest.raises(ProfileError, match=message):
        profile_of(text)


def test_a_form_is_part_of_what_its_profile_is_known_by() -> None:
    assert profile_of().digest != hashlib.sha256(FORM.encode()).hexdigest()


def test_a_row_is_found_again_below_titles_and_numbers() -> None:
    data, profile = print_form(JUSTICE, COMMUNE), profile_of()
    rows, _ = read_file(data, "figures.xlsx", profile)
    numbers = rows.frame.filter(pl.col("(2)").is_in(["Sở Tư pháp", "Xã Mỹ An"]))[ROW_NUMBER]
    places = locate_rows(data, "figures.xlsx", profile, numbers.to_list(), MONTH).places
    # The numbers of the columns stand in row 7 of the sheet, a heading in row 8.
    assert [place.line for place in places.values()] == [9, 10]
