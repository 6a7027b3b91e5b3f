"""Text is cut into numbered records without judging them."""

import csv
import io
from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline import exports, records
from pipeline.exports.cutting import check_lines
from pipeline.exports.header import read_header
from pipeline.exports.rows import _BLANKS, _read_at_once, _read_by_record
from pipeline.faults import FileFault

from .conftest import FrameOf, ProfileWith

HEADER = "id,state,received\n"


def cells(frame: pl.DataFrame) -> list[tuple[str | None, ...]]:
    return frame.select("id", "state", "received").rows()


def fault_of(frame_of: FrameOf, data: str, **keys: object) -> FileFault:
    with pytest.raises(FileFault) as raised:
        frame_of(data, **keys)
    return raised.value


def test_a_record_has_its_number_the_header_being_1(frame_of: FrameOf) -> None:
    frame = frame_of(HEADER + "a,1,x\nb,2,y\n")
    assert frame.columns == [
        "row_number",
        "field_count",
        "expected_field_count",
        "id",
        "state",
        "received",
    ]
    assert frame.rows() == [(2, 3, 3, "a", "1", "x"), (3, 3, 3, "b", "2", "y")]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("ends_with_a_line_end", [True, False])
@pytest.mark.parametrize("last", ["b,2,y", '"b",2,y'])
def test_lines_may_end_in_any_way_and_the_last_one_in_none(
    frame_of: FrameOf, line_end: str, ends_with_a_line_end: bool, last: str
) -> None:
    text = line_end.join(["id,state,received", "a,1,x", last]) + line_end * ends_with_a_line_end
    assert cells(frame_of(text)) == [("a", "1", "x"), ("b", "2", "y")]


def test_delimiters_and_line_ends_within_quotes_are_text(frame_of: FrameOf) -> None:
    frame = frame_of(HEADER + '"a,""b""",1,"x\r\ny"\nc,2,z\n')
    assert cells(frame) == [('a,"b"', "1", "x\r\ny"), ("c", "2", "z")]
    # The record that spans two lines is one record.
    assert frame["row_number"].to_list() == [2, 3]


def test_blank_lines_are_no_records(frame_of: FrameOf) -> None:
    frame = frame_of("\n" + HEADER + "\na,1,x\n\r\n\nb,2,y\n\n")
    assert cells(frame) == [("a", "1", "x"), ("b", "2", "y")]
    assert frame["row_number"].to_list() == [2, 3]


def test_an_empty_field_is_null(frame_of: FrameOf) -> None:
    assert cells(frame_of(HEADER + "a,,x\n,1,\n")) == [("a", None, "x"), (None, "1", None)]
    assert cells(frame_of(HEADER + 'a,"",x\n')) == [("a", None, "x")]


def test_a_short_and_a_long_row_keep_their_numbers_and_none_of_their_values(
    frame_of: FrameOf,
) -> None:
    frame = frame_of(HEADER + "a,1,x\nb,2\nc,3,z,more\nd,4,w\n")
    nothing = (None, None, None)
    assert cells(frame) == [("a", "1", "x"), nothing, nothing, ("d", "4", "w")]
    assert frame["row_number"].to_list() == [2, 3, 4, 5]
    assert frame["field_count"].to_list() == [3, 2, 4, 3]
    assert frame["expected_field_count"].to_list() == [3, 3, 3, 3]


def test_one_long_row_does_not_spoil_the_others(frame_of: FrameOf) -> None:
    frame = frame_of(HEADER + "a,1,x\nb,2,y,more\n")
    assert cells(frame) == [("a", "1", "x"), (None, None, None)]


def test_line_ends_that_were_doubled_on_the_way_are_one(frame_of: FrameOf) -> None:
    text = "id,state,received\r\r\na,1,x\r\r\nb,2,y\r\r\n"
    assert cells(frame_of(text)) == [("a", "1", "x"), ("b", "2", "y")]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_another_delimiter_leaves_commas_alone(frame_of: FrameOf, delimiter: str) -> None:
    text = f"id,state,received\na,1,x\n{HEADER}".replace(",", delimiter).replace("a", "a,b")
    frame = frame_of(text.replace("sta,bte", "state"), delimiter=delimiter)
    assert cells(frame)[0] == ("a,b", "1", "x")


def test_another_quote_leaves_double_quotes_alone(frame_of: FrameOf) -> None:
    assert cells(frame_of(HEADER + "'a,b',\"1,x\n", quote="'")) == [("a,b", '"1', "x")]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_titles_above_the_header_are_passed_over(frame_of: FrameOf, line_end: str) -> None:
    text = line_end.join(["BÁO CÁO", "", "id,state,received", "a,1,x"])
    frame = frame_of(text, header_row=3)
    assert cells(frame) == [("a", "1", "x")]
    assert frame["row_number"].to_list() == [2]


def test_columns_may_come_in_any_order_and_with_others_between(frame_of: FrameOf) -> None:
    frame = frame_of("name,received, state ,phone,id\nn,x,1,p,a\n")
    assert cells(frame) == [("a", "1", "x")]
    # Nothing that the profile does not name goes on: names and phones end here.
    assert "name" not in frame.columns


def test_the_fault_of_a_missing_column_has_its_name_on_both_sides(frame_of: FrameOf) -> None:
    fault = fault_of(frame_of, "id,status,received\na,1,x\n")
    assert fault.fault == "missing_column"
    assert "the column 'state' (status) is not in the header" in fault.message
    assert "(3 columns; not in the profile: 'status'; 'state' may now be 'status', column 2)" in (
        fault.message
    )
    assert "send the file with this column, or name both names of it" in fault.message
    assert "cột 'state' (status) không có" in fault.message_vi
    assert "gửi lại tệp có cột này, hoặc khai báo cả hai tên cột" in fault.message_vi


def test_where_the_header_is_left_out_the_message_does_not_show_the_first_person(
    frame_of: FrameOf,
) -> None:
    fault = fault_of(frame_of, "H01-1,Nguyễn Thị Hoa,0912345678\nH01-2,Trần Văn Nam,0987654321\n")
    assert fault.fault == "missing_column"
    for person in ("Nguyễn", "0912345678"):
        assert person not in fault.message + fault.message_vi


def test_a_column_that_comes_twice_is_a_fault_unless_the_profile_does_not_name_it(
    frame_of: FrameOf,
) -> None:
    fault = fault_of(frame_of, "id,state,received,state\na,1,x,2\n")
    assert "is more than once in the header (4 columns): send the file with this column once" in (
        fault.message
    )
    assert "xuất hiện nhiều lần trong dòng tiêu đề (4 cột): gửi lại tệp chỉ có một cột này" in (
        fault.message_vi
    )
    assert cells(frame_of("id,state,received,other,other\na,1,x,o,o\n")) == [("a", "1", "x")]


def test_an_optional_column_may_be_missing_but_not_come_twice(frame_of: FrameOf) -> None:
    assert "due" not in frame_of(HEADER + "a,1,x\n").columns
    assert frame_of("id,state,received,due\na,1,x,d\n")["due"].to_list() == ["d"]
    assert fault_of(frame_of, "id,state,received,due,due\na,1,x,d,d\n").fault == "missing_column"


@pytest.mark.parametrize("text", ["id,state,received", HEADER, HEADER + "\n\r\n"])
def test_a_header_without_records_is_empty(frame_of: FrameOf, text: str) -> None:
    fault = fault_of(frame_of, text)
    assert (fault.fault, fault.message) == (
        "empty",
        "the file has a header and no rows: export it again; if there were no cases in the month, "
        "send no file of this kind",
    )


def test_a_header_alone_says_that_no_petitions_were_received(frame_of: FrameOf) -> None:
    columns = {
        "petition_id": "id",
        "status": "state",
        "received_at": "received",
        "handled_at": "handled",
    }
    frame = frame_of(
        "id,state,received,handled\n", kind="petitions", columns=columns, optional_columns=()
    )
    assert frame.is_empty()
    assert {*columns.values(), "row_number"} <= set(frame.columns)


def test_a_header_row_beyond_the_end_is_a_missing_column(frame_of: FrameOf) -> None:
    assert fault_of(frame_of, HEADER, header_row=9).fault == "missing_column"


@pytest.mark.parametrize("rows_after", [1, 20_000])
def test_a_quote_that_is_never_closed_is_a_fault_and_swallows_no_rows(
    frame_of: FrameOf, rows_after: int
) -> None:
    fault = fault_of(frame_of, HEADER + 'a,1,x\nb,"2,y\n' + "c,3,z\n" * rows_after)
    assert fault.fault == "unreadable"
    assert fault.message.startswith("row 3: a quote is opened and never closed")


def test_a_quote_in_the_header_that_is_never_closed_is_a_fault(frame_of: FrameOf) -> None:
    assert fault_of(frame_of, '"id,state,received\na,1,x\n').fault == "unreadable"


def test_a_quote_that_is_closed_at_the_very_end_is_closed(frame_of: FrameOf) -> None:
    assert cells(frame_of(HEADER + 'a,1,"x"')) == [("a", "1", "x")]
    assert cells(frame_of(HEADER + 'a,1,"x\n"')) == [("a", "1", "x")]


@pytest.mark.parametrize("quote", ["", '"'])
def test_fields_are_trimmed_and_a_blank_one_is_empty(frame_of: FrameOf, quote: str) -> None:
    text = HEADER + f"{quote} a {quote},\t1\u00a0,   \n"
    assert cells(frame_of(text)) == [("a", "1", None)]


PLAIN = st.text(st.characters(exclude_characters=',"\r\n\0', exclude_categories=["Cs"]), max_size=4)
ANYTHING = st.text(st.sampled_from('ab1 ,"\n\r;\té'), max_size=4)


@example(["id", "state", "received", "due", "0", "2"], [["", "", "", "\x1f", "", ""]], "\n", False)
@given(
    st.permutations(["id", "state", "received", "due", "0", "2"]),
    st.lists(st.lists(PLAIN, min_size=6, max_size=6), min_size=1, max_size=5),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_the_fast_way_and_the_way_record_by_record_give_the_same_frame(
    profile_with: ProfileWith,
    header: list[str],
    records: list[list[str]],
    line_end: str,
    ends_with_a_line_end: bool,
) -> None:
    lines = [",".join(record) for record in (header, *records)]
    text = (line_end.join(lines) + line_end * ends_with_a_line_end).encode()
    profile = profile_with(optional_columns=("ended_at",))
    found = read_header(text, profile)
    frame = _read_at_once(text, check_lines(text, profile.limits.lines), found, profile)
    assert frame is not None
    assert frame.equals(_read_by_record(text, found, profile))
    places = [header.index(name) for name in ("id", "state", "received", "due")]
    sent = [
        tuple(record[place].strip(_BLANKS) or None for place in places)
        for record in records
        if any(field.strip(_BLANKS) for field in record)
    ]
    assert frame.select("id", "state", "received", "due").rows() == sent


@given(st.lists(st.lists(ANYTHING, min_size=3, max_size=3), min_size=1, max_size=6), st.booleans())
def test_what_a_csv_writer_wrote_is_read_back_whatever_is_in_it(
    profile_with: ProfileWith, records: list[list[str]], is_quoted: bool
) -> None:
    written = io.StringIO(newline="")
    writer = csv.writer(written, quoting=csv.QUOTE_ALL if is_quoted else csv.QUOTE_MINIMAL)
    writer.writerows([["id", "state", "received"], *records])
    text = written.getvalue().encode()
    expected = {
        number: tuple(value.strip(_BLANKS) or None for value in record)
        for number, record in enumerate(records, 2)
        if any(value.strip(_BLANKS) for value in record)
    }
    if not expected:
        with pytest.raises(FileFault, match="a header and no rows"):
            exports.read_rows(text, profile_with())
        return
    frame = exports.read_rows(text, profile_with()).frame
    assert cells(frame) == list(expected.values())
    assert frame["row_number"].to_list() == list(expected)


PIECES = st.lists(
    st.sampled_from(
        ["id", "state", "received", "a", "7", "2026-10-05", " ", "\u00a0", ",", ",", ",", "\n"]
    ),
    max_size=40,
).map("".join)


@given(PIECES, st.sampled_from(["\n", "\r\n", "\r"]))
def test_whatever_is_in_a_file_without_quotes_both_ways_of_reading_agree(
    profile_with: ProfileWith, pieces: str, line_end: str
) -> None:
    text = ("id,state,received\n" + pieces).replace("\n", line_end).encode()
    profile = profile_with()
    header = read_header(text, profile)

    def read_in(way: Callable[..., pl.DataFrame | None], *known: object) -> object:
        try:
            return way(text, *known, header, profile)
        except FileFault as fault:
            return fault.message

    ends = check_lines(text, profile.limits.lines)
    at_once, by_record = read_in(_read_at_once, ends), read_in(_read_by_record)
    if isinstance(at_once, pl.DataFrame):
        assert isinstance(by_record, pl.DataFrame)
        assert at_once.equals(by_record)
    elif at_once is not None:
        assert at_once == by_record


@given(st.lists(st.lists(ANYTHING, max_size=5), max_size=6))
def test_every_record_that_says_something_is_accounted_for(
    profile_with: ProfileWith, records: list[list[str]]
) -> None:
    written = io.StringIO(newline="")
    csv.writer(written).writerows([["id", "state", "received"], *records])
    # Counted without our reader.
    read = list(csv.reader(io.StringIO(written.getvalue(), newline="")))
    said = [record for record in read[1:] if any(field.strip() for field in record)]
    try:
        rows = exports.read_rows(written.getvalue().encode(), profile_with())
    except FileFault as fault:
        assert fault.fault == "empty" or "looks like rows of this file" in fault.message
        return
    assert rows.frame["field_count"].to_list() == [len(record) for record in said]


@pytest.mark.parametrize("name", ["row_number", "field_count", "expected_field_count", "*", "^i.$"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_a_column_may_have_a_name_that_we_use_ourselves(
    profile_with: ProfileWith, name: str, quote: str
) -> None:
    columns = {
        "dossier_id": name,
        "status": "state",
        "received_at": "received",
        "due_at": "due",
        "ended_at": "ended",
    }
    profile = profile_with(columns=columns)
    text = f"{name},state,received\n{quote}a{quote},1,x\n".encode()
    rows = exports.read_rows(text, profile)
    assert rows.header == (name, "state", "received")
    assert rows.frame["row_number"].to_list() == [2]
    standings = pl.DataFrame(schema={"unit_code": pl.String, "unit_standing": pl.String})
    assert records.type_rows(rows, profile, standings)["dossier_id"].to_list() == ["a"]


@pytest.mark.parametrize("sent", ["Mã\u200b hồ sơ", "\ufeffMã hồ sơ ", "Mã\u00a0hồ  sơ"])
@pytest.mark.parametrize("named", ["Mã hồ sơ", "Mã hồ\u200b sơ", "Ma\u0303 hô\u0300 sơ "])
@pytest.mark.parametrize("quote", ["", '"'])
def test_names_of_columns_compare_by_what_is_seen(
    frame_of: FrameOf, sent: str, named: str, quote: str
) -> None:
    columns = {
        "dossier_id": named,
        "status": "state",
        "received_at": "received",
        "due_at": "due",
        "ended_at": "ended",
    }
    frame = frame_of(f"state,{quote}{sent}{quote},received\n1,H\u200b1,x\n", columns=columns)
    assert frame["Mã hồ sơ"].to_list() == ["H1"]


def test_a_header_row_beyond_the_file_is_told_and_ends_at_once(frame_of: FrameOf) -> None:
    fault = fault_of(frame_of, HEADER + "a,1,x\n", header_row=1000)
    assert fault.fault == "missing_column"
    assert fault.message.startswith("the header should be in line 1000 (header_row), and the file")
    assert "dòng 1000 (header_row)" in fault.message_vi
