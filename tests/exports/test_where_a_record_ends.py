"""A quote, a second header and a blank record decide nothing without a word."""

import csv
import io

import pytest

from pipeline.faults import FileFault

from .conftest import FrameOf

HEADER = "id,name,state,received"
QUOTE_SWALLOWS = "a quote is opened and not closed on its line"


def row(number: int, name: str = "An") -> str:
    return f"{number},{name},9,2026-10-05 09:00:00"


def file_of(*lines: str, line_end: str = "\n") -> str:
    return line_end.join([HEADER, *lines, ""])


def fault_of(frame_of: FrameOf, text: str, **keys: object) -> FileFault:
    with pytest.raises(FileFault) as raised:
        frame_of(text, **keys)
    return raised.value


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("rows_between", [0, 1, 2, 300, 3000])
def test_two_quotes_that_are_not_closed_refuse_the_file_and_name_the_first(
    frame_of: FrameOf, rows_between: int, line_end: str
) -> None:
    lines = [row(number) for number in range(2, rows_between + 12)]
    lines[3] = row(5, '"Công ty trách nhiệm')
    lines[4 + rows_between] = row(6 + rows_between, '"Công ty cổ phần')
    text = file_of(*lines, line_end=line_end)
    # Taken at its word the file is whole and short.
    records = list(csv.reader(io.StringIO(text, newline="")))
    assert len(records) == 1 + len(lines) - rows_between - 1
    assert {len(record) for record in records} == {4}
    fault = fault_of(frame_of, text)
    assert fault.fault == "unreadable"
    # Row 1 is the header, so the fourth line below it is row 5.
    assert fault.message.startswith(f"row 5: {QUOTE_SWALLOWS}")
    assert fault.message_vi.startswith("dòng 5: có dấu ngoặc kép mở")


def test_a_quote_that_swallows_more_than_a_field_may_hold_is_no_field_that_is_too_long(
    frame_of: FrameOf,
) -> None:
    lines = [row(2, '"An'), *(row(number) for number in range(3, 9000)), row(9000, '"Chi')]
    assert sum(map(len, lines)) > 131_072
    assert fault_of(frame_of, file_of(*lines)).message.startswith(f"row 2: {QUOTE_SWALLOWS}")


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(['2,"An,9,2026-10-05', '3,Bình,"9,2026-10-05'], id="in two columns"),
        pytest.param(['"2,An,9,2026-10-05', '"3,Bình,9,2026-10-05'], id="in the first column"),
        pytest.param(['2,An,9,"2026-10-05', '3,Bình,9,"2026-10-05'], id="in the last column"),
        pytest.param(['2,"An,9,2026-10-05', '3,"Bình",9,2026-10-05'], id="before a closed field"),
        pytest.param(
            ['2,"An,9,2026-10-05', '3,"Bình, Lê",9,2026-10-05'], id="before a field with delimiters"
        ),
        pytest.param(
            ['2,"An,9,2026-10-05', '3,"",9,2026-10-05', '4,"Chi,9,2026-10-05'],
            id="around an empty field in quotes",
        ),
        pytest.param(
            ['2,"An,9,2026-10-05', '3,"Ông ""Bình""",9,2026-10-05'], id="before a doubled quote"
        ),
        pytest.param(
            ['2,"An,9,2026-10-05', '3,Bình",9,2026-10-05'], id="before a quote that was not opened"
        ),
        pytest.param(
            ['2,"An,9,2026-10-05', "3,Bình,9,2026-10-05,more", '4,"Chi,9,2026-10-05'],
            id="around a row with too many fields",
        ),
        pytest.param(['2,"An,9,', '3,"Bình,9,2026-10-05'], id="in a row whose own time is missing"),
        pytest.param(
            ['2,"An,9,2026-10-05', '3,"Bình,9,'], id="before a row whose own time is missing"
        ),
        pytest.param(
            ['"2, a","An,9,2026-10-05', '3,"Bình,9,2026-10-05'], id="after a field with delimiters"
        ),
    ],
)
def test_a_quoted_field_that_holds_records_refuses_the_file(
    frame_of: FrameOf, lines: list[str]
) -> None:
    text = file_of(row(1), *lines, row(9))
    fault = fault_of(frame_of, text)
    assert (fault.fault, fault.message.partition(", and")[0]) == (
        "unreadable",
        f"row 3: {QUOTE_SWALLOWS}",
    )


@pytest.mark.parametrize(("delimiter", "quote"), [(";", '"'), ("\t", '"'), ("|", "'")])
def test_it_is_the_same_with_other_delimiters_and_quotes(
    frame_of: FrameOf, delimiter: str, quote: str
) -> None:
    text = file_of(row(1), row(2, '"An'), row(3), row(4, '"Bình'))
    text = text.replace(",", delimiter).replace('"', quote)
    fault = fault_of(frame_of, text, delimiter=delimiter, quote=quote)
    assert fault.message.startswith(f"row 3: {QUOTE_SWALLOWS}")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("12 Lê Lợi\nPhường 1", id="two lines"),
        pytest.param("12 Lê Lợi,\r\nPhường 1, Quận 3,\r\nThành phố", id="three lines with commas"),
        pytest.param("a\n\n\n\nb", id="blank lines"),
        pytest.param("một, hai, ba\nbốn, năm, sáu, bảy", id="as many commas as a record"),
        pytest.param('gọi là ""An""\nhay ""Bình""', id="doubled quotes"),
        pytest.param("\n", id="a line end alone"),
        pytest.param("a\rb", id="a return alone"),
    ],
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_honest_text_of_several_lines_is_one_field(
    frame_of: FrameOf, name: str, place: int
) -> None:
    names = ["id", "state", "received"]
    cells = ["7", "9", "2026-10-05"]
    header = ",".join([*names[:place], "note", *names[place:]])
    record = ",".join([*cells[:place], f'"{name}"', *cells[place:]])
    frame = frame_of(f"{header}\n{record}\n")
    assert frame.select(names).rows() == [tuple(cells)]


def test_an_honest_text_of_several_lines_may_stand_last_with_blanks_behind_its_quote(
    frame_of: FrameOf,
) -> None:
    text = 'id,state,received,note\n7,9,2026-10-05,"gọi\n113" \n8,9,2026-10-05,"một\nhai, ba"\t\n'
    assert frame_of(text)["id"].to_list() == ["7", "8"]


def test_a_quote_within_a_field_opens_nothing(frame_of: FrameOf) -> None:
    frame = frame_of(file_of(row(1, 'màn hình 24"'), row(2, 'Ông "An"'), row(3, '"An" và Bình')))
    assert frame["id"].to_list() == ["1", "2", "3"]
    assert frame["row_number"].to_list() == [2, 3, 4]


@pytest.mark.parametrize(
    ("kind", "columns"),
    [
        ("dossiers", ("dossier_id", "status", "due_at", "ended_at", "received_at")),
        ("ratings", ("respondent_id", "answer", "answered_at")),
        ("petitions", ("petition_id", "status", "handled_at", "received_at")),
        ("figures", ("indicator", "denominator", "numerator", "period_at")),
    ],
)
def test_in_every_kind_a_line_with_a_time_is_a_record_and_one_of_words_is_none(
    frame_of: FrameOf, kind: str, columns: tuple[str, ...]
) -> None:
    keys = {
        "kind": kind,
        "columns": {name: name for name in columns},
        "optional_columns": (),
    }
    header = ",".join([*columns, "note"])
    record = ",".join([*["1"] * (len(columns) - 1), "2026-10-05", "note"])
    swallowing = record.removesuffix("note")
    text = f'{header}\n{swallowing}"a\n{record}\n{swallowing}"b\n'
    assert fault_of(frame_of, text, **keys).message.startswith(f"row 2: {QUOTE_SWALLOWS}")
    words = ", ".join(["word"] * (len(columns) + 1))
    honest = f'{header}\n{swallowing}"a\n{words}\n{words}"\n{swallowing}b\n'
    assert frame_of(honest, **keys).height == 2


def test_in_a_file_of_one_column_no_field_may_hold_a_line_end(frame_of: FrameOf) -> None:
    keys = {
        "kind": "figures",
        "columns": {"denominator": "n"},
        "constants": {"indicator": "on_time_766", "period_at": "20261001000000"},
        "optional_columns": (),
    }
    assert frame_of('n\n"1"\n2\n', **keys)["n"].to_list() == ["1", "2"]
    fault = fault_of(frame_of, 'n\n"1\n2\n3"\n4\n', **keys)
    assert fault.message.startswith(f"row 2: {QUOTE_SWALLOWS}")


def test_a_header_may_have_line_ends_in_its_cells_and_swallows_no_rows(frame_of: FrameOf) -> None:
    columns = {
        "dossier_id": "Mã hồ sơ",
        "status": "state",
        "received_at": "Ngày tiếp\nnhận",
        "due_at": "due",
        "ended_at": "ended",
    }
    text = '"Mã\r\nhồ sơ",state,"Ngày\ntiếp nhận"\n1,9,2026\n'
    assert frame_of(text, columns=columns).rows() == [(2, 3, 3, "1", "9", "2026")]
    swallowing = 'id,"state,received\n1,"9,2026-10-05\n2,9,2026-10-05\n'
    assert fault_of(frame_of, swallowing).fault == "unreadable"


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize(
    "again",
    [
        pytest.param("id,name,received,state", id="another order"),
        pytest.param("id,state,received,phone", id="other columns"),
        pytest.param("id,name,state,received,phone,mail,age", id="more columns, moved"),
        pytest.param("received,id,state", id="fewer columns"),
        pytest.param(" id , name,\treceived,state\u00a0", id="padded"),
    ],
)
def test_a_second_header_with_its_columns_elsewhere_refuses_the_file(
    frame_of: FrameOf, again: str, quote: str, mark: str
) -> None:
    again = again.replace("more columns", "") if quote else again
    first = row(1).replace("An", f"{quote}An{quote}")
    if again.endswith("age"):
        again = again.replace("name,state", "state,name")
    fault = fault_of(frame_of, file_of(first, row(2), mark + again, row(3)))
    assert fault.fault == "unreadable"
    assert fault.message.startswith("row 4: it is a second header")
    assert fault.message_vi.startswith("dòng 4: là dòng tiêu đề thứ hai")


@pytest.mark.parametrize("again", [HEADER, f"\ufeff{HEADER}", " id ,name, state,received"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_the_header_once_more_is_no_record_and_has_its_number(
    frame_of: FrameOf, quote: str, again: str
) -> None:
    """Pages that are printed and files that were joined repeat it."""
    first = row(1).replace("An", f"{quote}An{quote}")
    frame = frame_of(file_of(first, again, row(3), again))
    assert frame["id"].to_list() == ["1", "3"]
    # The header is row 1, and the header once more row 3.
    assert frame["row_number"].to_list() == [2, 4]


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_second_header_with_a_new_name_of_a_column_that_is_not_read_is_a_record(
    frame_of: FrameOf, quote: str
) -> None:
    first = row(1).replace("An", f"{quote}An{quote}")
    frame = frame_of(file_of(first, HEADER.replace("name", "applicant"), row(3)))
    # Rows in are accepted and rejected: this one is counted, and its time is no time.
    assert frame["received"].to_list()[1] == "received"
    assert frame.height == 3


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_header_of_two_rows_once_more_is_no_record(frame_of: FrameOf, end: str) -> None:
    header = ["id,state,name,Ngày", ",,,nhận"]
    columns = {"dossier_id": "id", "status": "state", "received_at": "Ngày / nhận"}
    text = end.join([*header, row(1), *header, row(3), ""])
    frame = frame_of(text, columns=columns, header_rows=2)
    # The two rows of the header are row 1, and once more rows 3 and 4.
    assert frame.select("row_number", "id").rows() == [(2, "1"), (5, "3")]


def test_a_second_header_may_follow_on_the_line_of_the_last_record(frame_of: FrameOf) -> None:
    fault = fault_of(frame_of, file_of(row(1), row(2) + "id,name,received,state", row(3)))
    assert fault.message.startswith("row 3: it is a second header")
    same = frame_of(file_of(row(1), row(2) + HEADER, row(3)))
    assert same["field_count"].to_list() == [4, 7, 4]


def test_values_that_are_names_of_columns_make_no_header(frame_of: FrameOf) -> None:
    text = file_of("id,name,9,2026-10-05", "1,state,9,received", "id,id,id,id")
    assert frame_of(text)["id"].to_list() == ["id", "1", "id"]


@pytest.mark.parametrize(
    "blank",
    [",,,", '"","",,', " ,\t, ,\u00a0", "\u200b,,,", ",", ",,,,,,", "   ", '"  ",,,'],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_record_of_nothing_is_no_record_and_has_its_number(
    frame_of: FrameOf, blank: str, line_end: str
) -> None:
    text = file_of(row(1), blank, blank, row(2), *[blank] * 60, line_end=line_end)
    frame = frame_of(text)
    assert frame["id"].to_list() == ["1", "2"]
    # A spreadsheet shows the second one in row 5, below the header, one record and two blank rows.
    assert frame["row_number"].to_list() == [2, 5]


def test_a_record_with_a_value_only_where_nobody_reads_is_a_record(frame_of: FrameOf) -> None:
    frame = frame_of(file_of(row(1), ",An,,", ",,,"))
    assert frame.select("row_number", "id", "received").rows() == [
        (2, "1", "2026-10-05 09:00:00"),
        (3, None, None),
    ]


def test_blank_records_stand_above_the_header_too(frame_of: FrameOf) -> None:
    frame = frame_of(f",,,\n , ,,\n{HEADER}\n{row(1)}\n")
    assert frame.select("row_number", "id").rows() == [(2, "1")]


def test_a_file_whose_records_are_all_blank_is_empty(frame_of: FrameOf) -> None:
    assert fault_of(frame_of, file_of(*[",,,"] * 9)).fault == "empty"
