"""What values mean: code lists, missing codes, questions, units, identity, the order of times."""

from datetime import datetime

import polars as pl

from pipeline import agencies
from pipeline.drafting.code_lists import find_code_list, find_missing, find_scale
from pipeline.drafting.column_values import ColumnValues
from pipeline.drafting.identity import find_identity
from pipeline.drafting.numbers import find_marks
from pipeline.drafting.questions import find_questions, find_topic
from pipeline.drafting.time_order import find_by_order
from pipeline.drafting.units import find_units


def column(*values: str, name: str = "theirs") -> ColumnValues:
    return ColumnValues.of(name, pl.Series(values, dtype=pl.String))


def words(ours: str, *values: str, kind: str = "dossiers") -> dict[str, str]:
    known = find_code_list(ours, kind, column(*values)).known
    return {value: word for value, (word, rows) in known.items() if rows}


def test_words_with_and_without_accents() -> None:
    assert words("status", "Đã trả kết quả", "DANG XU LY", "closed") == {
        "Đã trả kết quả": "handed_over",
        "DANG XU LY": "in_progress",
        "closed": "finished",
    }


def test_a_negation_is_never_passed_over() -> None:
    assert words("status", "Chưa trả kết quả") == {}
    assert words("status", "Chưa xử lý xong") == {"Chưa xử lý xong": "in_progress"}


def test_a_dossier_that_is_paused_has_not_ended() -> None:
    paused = ("Tạm dừng", "TẠM DỪNG XỬ LÝ", "suspended")
    assert words("status", *paused) == dict.fromkeys(paused, "in_progress")
    # "Dừng xử lý" alone is the national status 8, which ends a dossier.
    assert words("status", "Dừng xử lý", "Hồ sơ tạm dừng xử lý", "Tạm thời dừng xử lý") == {
        "Dừng xử lý": "stopped",
        "Hồ sơ tạm dừng xử lý": "in_progress",
    }


def test_steps_of_one_stop_systems_are_known() -> None:
    open_steps = ("Chờ phân công", "Trình ký", "Đã bổ sung", "Chuyển xử lý", "Đang liên thông")
    assert words("status", *open_steps) == dict.fromkeys(open_steps, "in_progress")
    assert words("status", "Chưa tiếp nhận", "Trả về bổ sung", "Chờ nộp phí", "Có kết quả") == {
        "Chưa tiếp nhận": "newly_registered",
        "Trả về bổ sung": "supplement_requested",
        "Chờ nộp phí": "payment_requested",
        "Có kết quả": "finished",
    }
    # Whether a dossier ended with these is for a person to say.
    assert words("status", "Hết hạn bổ sung", "Liên thông", "Chưa có kết quả") == {}


def test_a_part_of_a_value_is_said_to_be_one() -> None:
    found = find_code_list("status", "dossiers", column("Trả kết quả trễ hẹn"))
    assert found.known == {"Trả kết quả trễ hẹn": ("handed_over", 1)}
    assert found.by_part == {"Trả kết quả trễ hẹn"}


def test_what_is_not_known_is_kept_with_its_rows() -> None:
    found = find_code_list("status", "dossiers", column("Chờ ký số", "Chờ ký số", "Xong"))
    assert found.unknown == (("Chờ ký số", 2),)
    assert found.if_unknown == "reject"


def test_national_codes_are_drafted_whole() -> None:
    found = find_code_list("status", "dossiers", column("10", "10", "4"))
    assert found.known["10"] == ("handed_over", 2)
    assert found.known["7"] == ("withdrawn", 0)


def test_applicants_have_two_lists_of_codes() -> None:
    assert words("applicant", "1", "2")["2"] == "enterprise"
    assert words("applicant", "0", "1", "2")["2"] == "household"


def test_our_own_words_need_no_list() -> None:
    assert find_code_list("status", "dossiers", column("finished", "received")).are_ours


def test_missing_codes() -> None:
    ended = column("01/01/1900", "01/01/1900 12:00 AM", "0", "25/10/2026", "19000101000000", "NULL")
    assert set(find_missing("ended_at", "dossiers", ended)) == {
        *("01/01/1900", "01/01/1900 12:00 AM", "0", "19000101000000", "NULL")
    }
    answers = column("9", "9", "5", "0")
    assert find_missing("answer", "ratings", answers, "five") == {"9": 2, "0": 1}
    assert find_missing("answer", "ratings", column("0", "1"), "yes_no") == {}


def test_what_programs_write_for_nothing() -> None:
    nothing = ("NULL", "null", "(null)", "NaT", "None", "Chưa có", "-")
    ended = column("05/10/2026", *nothing)
    assert set(find_missing("ended_at", "dossiers", ended)) == set(nothing)


def test_answers_of_a_longer_scale_are_no_missing_codes() -> None:
    # 2, 4, 6, 8 and 10 of ten; 0 to 4, of which 4 is the best; 1 to 5 with codes beside.
    assert find_missing("answer", "ratings", column("2", "4", "6", "8", "10"), "five") == {}
    assert find_missing("answer", "ratings", column("0", "1", "2", "3", "4"), "five") == {}
    assert find_missing("answer", "ratings", column("3", "4", "9"), "five") == {"9": 1}


def test_scales() -> None:
    assert find_scale(column(*"12345", "9")) == "five"
    assert find_scale(column(*"123")) == "three"
    assert find_scale(column("0", "1", "9")) == "yes_no"
    assert find_scale(column("Rất hài lòng", "Hài lòng", "Bình thường")) == "five"
    assert find_scale(column("17", "33", "58")) == ""


def test_topics_of_questions() -> None:
    assert find_topic("Q8. Thái độ của công chức") == ("officials", "công chức")
    assert find_topic("staff_politeness") == ("officials", "politeness")
    assert find_topic("q8") == ("", "")
    assert find_topic("Công chức hướng dẫn thủ tục") == ("", "")


def test_a_reversed_scale_is_noticed() -> None:
    answers = [str(1 + at % 5) for at in range(50)]
    turned = [str(6 - int(each)) for each in answers]
    frame = pl.DataFrame({"staff": answers, "fees": answers, "result": answers, "q4": turned})
    values = {name: ColumnValues.of(name, frame[name]) for name in frame.columns}
    found = find_questions(frame, values, taken=())
    assert [each.question for each in found] == ["officials", "procedures", "results", ""]
    assert [each.column for each in found if each.may_be_reversed] == ["q4"]


def test_units_by_code_by_name_and_new_ones() -> None:
    register = agencies.load()
    names = ("Cao Bang", "Sở Y tế", "Sở Y tế", "H14", "Trần Văn An")
    found = find_units(column(*names), "H14", register, "2026-10")
    assert found.as_codes == 1
    assert found.named == {"Cao Bang": ("H14", 1)}
    assert [(unit.value, unit.code) for unit in found.new] == [("Sở Y tế", "H14.so-y-te")]
    # It may be somebody's name, and is not shown.
    assert found.hidden == (("Trần Văn An", 1),)
    assert found.lines[0]["parent_code"] == "H14"


def test_a_new_unit_is_shown_with_the_names_that_are_like_it() -> None:
    found = find_units(column(*["Cao Băng tỉnh"] * 3), "H14", agencies.load(), "2026-10")
    assert found.new[0].near == ("H14 (Cao Bằng)",)


def test_a_sender_that_the_register_lacks_has_a_line() -> None:
    found = find_units(None, "BOS", agencies.load(), "2026-10")
    assert [line["code"] for line in found.lines] == ["BOS"]


def test_codes_of_several_records_are_noticed() -> None:
    frame = pl.DataFrame({"dossier_id": ["1", "2"] * 20, "unit_code": ["A"] * 20 + ["B"] * 20})
    assert find_identity("dossiers", frame).identity == ("unit_code", "dossier_id")
    assert find_identity("dossiers", frame.head(2)).identity == ()
    assert find_identity("dossiers", frame.drop("dossier_id")).identity == "row_number"


def test_times_without_names_are_known_by_their_order() -> None:
    days = [datetime(2026, 10, day) for day in (1, 2, 3)]
    moments = pl.DataFrame(
        {
            "c": [days[1], None, None],
            "b": [days[2], days[2], days[2]],
            "a": [days[0], days[0], days[0]],
        }
    )
    found = find_by_order(moments, ("received_at", "due_at", "ended_at"), {})
    assert {ours: match.theirs for ours, match in found.items()} == {
        "received_at": "a",
        "due_at": "b",
        "ended_at": "c",
    }


def test_marks_of_numbers() -> None:
    assert find_marks([], [column("1,25", "0,8")]).decimal_mark == ","
    assert find_marks([], [column("12", "1.250")]).decimal_mark == ""
    assert find_marks([column("1,234", "12")], []).thousands_mark == ","
    # A decimal comma says that points stand between thousands.
    found = find_marks([column("1.234", "12.345.678")], [])
    assert (found.decimal_mark, found.thousands_mark) == (",", "")
