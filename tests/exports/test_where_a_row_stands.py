"""Where a record stands in its file: the line of a text, the row of a sheet, a record of a list."""

import io
import json
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.exports import RowPlace, locate_rows, read_file
from pipeline.exports.rows import ROW_NUMBER
from pipeline.profiles import Profile

from .conftest import ProfileWith, build_profile

HEADER = "id,state,received,due,ended"


def find_lines(data: bytes, profile: Profile, name: str = "dossiers.csv") -> dict[str, int | None]:
    """The line of each record by its code, as the file is read."""
    rows = read_file(data, name, profile)[0].frame
    places = locate_rows(data, name, profile, rows[ROW_NUMBER].to_list()).places
    return {code: places[number].line for code, number in rows.select("id", ROW_NUMBER).iter_rows()}


def test_a_line_of_a_plain_text_is_the_number_of_its_record(profile_with: ProfileWith) -> None:
    text = f"{HEADER}\nA,1,,,\nB,2,,,\n".encode()
    assert find_lines(text, profile_with()) == {"A": 2, "B": 3}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_blank_lines_and_lines_within_a_value_count_as_lines(
    profile_with: ProfileWith, end: str
) -> None:
    lines = ["", HEADER, "A,1,,,", "", '"B",2,"3', '4",,', ",,,,", "C,5,,,"]
    assert find_lines(end.join(lines).encode(), profile_with()) == {"A": 3, "B": 5, "C": 8}


def test_titles_two_rows_of_a_header_and_a_line_of_the_mark_stand_above(
    profile_with: ProfileWith,
) -> None:
    profile = profile_with(
        header_row=3,
        header_rows=2,
        columns={"dossier_id": "id", "status": "state", "received_at": "Ngày / nhận"}
        | {"due_at": "Ngày / hẹn", "ended_at": "Ngày / trả"},
    )
    below = "BÁO CÁO\n\nid;state;Ngày;;\n;;nhận;hẹn;trả\nA;1;;;\nB;1;;;\n"
    text = f"sep=;\n{below}"
    assert find_lines(text.encode(), profile) == {"A": 6, "B": 7}
    quoted = text.replace("A;", '"A";')
    assert find_lines(quoted.encode(), profile) == {"A": 6, "B": 7}


def test_the_row_of_a_sheet_is_the_one_that_a_person_sees(profile_with: ProfileWith) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for place, row in ((3, HEADER.split(",")), (4, ["A", "1"]), (6, ["B\nb", "1"]), (7, ["C"])):
        for column, value in enumerate(row, start=2):
            sheet.cell(place, column, value)
    written = io.BytesIO()
    book.save(written)
    for header_row in (1, 3):
        found = find_lines(written.getvalue(), profile_with(header_row=header_row), "dossiers.xlsx")
        assert found == {"A": 4, "B b": 6, "C": 7}


def test_a_record_of_a_list_has_a_number_and_no_line(profile_with: ProfileWith) -> None:
    record = dict.fromkeys(HEADER.split(","), "1")
    data = json.dumps([record, record]).encode()
    found = locate_rows(data, "dossiers.json", profile_with(), [3])
    assert found.places == {3: RowPlace("", None, 2)}


def test_a_row_of_a_zip_stands_in_one_of_its_files(profile_with: ProfileWith) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        package.writestr("a/dossiers-1.csv", f"{HEADER}\nA,1,,,\n\nB,1,,,\n")
        package.writestr("a/dossiers-2.csv", f"\n{HEADER}\nC,1,,,\n")
    data, profile = packed.getvalue(), profile_with()
    numbers = read_file(data, "dossiers.zip", profile)[0].frame[ROW_NUMBER].to_list()
    places = locate_rows(data, "dossiers.zip", profile, numbers).places
    assert [place[:2] for place in places.values()] == [
        ("dossiers-1.csv", 2),
        ("dossiers-1.csv", 4),
        ("dossiers-2.csv", 3),
    ]


@given(
    st.lists(st.sampled_from(["", "{id},1,,,", '{id},1,"a\nb",,', '{id},"1",,,', ",,,,"])),
    st.booleans(),
)
def test_each_record_stands_at_its_line(kinds: list[str], has_end: bool) -> None:
    lines = [HEADER, *(kind.format(id=f"X{place}") for place, kind in enumerate(kinds)), "Y,1,,,"]
    text = "\n".join(lines) + "\n" * has_end
    expected = {
        line.partition(",")[0]: number
        for number, line in enumerate(text.split("\n"), start=1)
        if line.startswith(("X", "Y"))
    }
    assert find_lines(text.encode(), build_profile()) == expected
