"""A file of ratings with a question a column: a record becomes a row for each of its answers."""

import io
import re
from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.rules.records import find_reasons
from pipeline import copies, records
from pipeline.exports import read_file
from pipeline.faults import FileFault
from pipeline.profiles import Profile, ProfileError
from pipeline.profiles.profile import parse_profile
from pipeline.tallies import verdicts
from pipeline.tallies.answers import count_answers
from pipeline.tallies.pairs import count_pairs

MONTH = "2026-10"
SHARED = """senders = ["H01"]
kind = "ratings"
date_formats = ["%Y-%m-%d"]
{keys}
[columns]
answered_at = "Ngày"
{columns}
{tables}"""
RESPONDENT = 'respondent_id = "Phiếu"\nunit_code = "Đơn vị"\nweight = "Trọng số"\nmode = "Cách"'
QUESTIONS = {"Q1": "access", "Q2": "procedures", "Q3": "officials", "Q4": "results"}
STANDINGS = pl.DataFrame({"unit_code": ["H01", "H01.1"], "unit_standing": ["known", "known"]})
MEMBERS = pl.DataFrame(
    [("H01", "H01"), ("H01.1", "H01.1"), ("H01.1", "H01")],
    schema=["unit_code", "pooled_code"],
    orient="row",
)


def profile_of(tables: str, columns: str = "", keys: str = "") -> Profile:
    text = SHARED.format(keys=keys, columns=columns, tables=tables)
    return parse_profile(text, "own", "profiles/own.toml")


def wide(*questions: str, columns: str = "", keys: str = "") -> Profile:
    """A profile with questions, each given as its keys."""
    return profile_of("".join(f"[[questions]]\n{each}\n" for each in questions), columns, keys)


def asked(column: str, question: str = "access", more: str = "") -> str:
    return f'column = "{column}"\nquestion = "{question}"\n{more}'


def read(profile: Profile, text: str) -> pl.DataFrame:
    """The typed rows of a file."""
    rows, profile = read_file(text.encode(), "ratings.csv", profile)
    typed = records.type_rows(rows, profile, STANDINGS)
    return records.with_sender_and_file(typed, "H01", "f", profile)


def split(profile: Profile, text: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The accepted and the rejected rows of a file. FileFault where it is refused."""
    marked, faults = copies.mark_copies([(read(profile, text), profile)], "ratings")
    for fault in faults.values():
        raise fault
    frame = marked[0].with_row_index(records.ROW_INDEX).cast({records.ROW_INDEX: pl.Int64})
    return records.split_rows(frame, find_reasons("ratings", frame, MONTH), "ratings")


def tallies(accepted: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    nothing_due = verdicts.NO_DUE_DOSSIERS.lazy()
    return (
        count_answers(accepted.lazy(), MONTH, nothing_due),
        count_pairs(accepted.lazy(), MEMBERS, MONTH),
    )


def test_a_record_becomes_a_row_for_each_answer_under_its_own_number() -> None:
    accepted, rejected = split(
        wide(asked("Q1"), asked("Q2", "results")), "Ngày,Q1,Q2\n2026-10-05,5,4\n2026-10-06,,2\n"
    )
    found = accepted.sort("row_number", "question").select(
        "row_number", "source_column", "question", "answer"
    )
    assert found.rows() == [
        (2, "Q1", "access", 5),
        (2, "Q2", "results", 4),
        (3, "Q2", "results", 2),
    ]
    assert rejected.is_empty()


def test_without_the_respondents_number_each_record_is_a_respondent() -> None:
    accepted, _ = split(
        wide(asked("Q1"), asked("Q2", "results")), "Ngày,Q1,Q2\n2026-10-05,5,4\n2026-10-05,5,4\n"
    )
    assert accepted["respondent_id"].n_unique() == 2
    answers, _ = tallies(accepted)
    assert answers.filter(question="any")["respondents"].to_list() == [2]


def test_several_scales_stand_in_one_file() -> None:
    profile = wide(
        asked("Q1"),
        asked("Q2", "results", 'scale = "three"'),
        asked("Q3", "overall", 'scale = "yes_no"\nvalues = {"Có" = 1, "Không" = "0"}'),
    )
    accepted, rejected = split(profile, "Ngày,Q1,Q2,Q3\n2026-10-05,5,3,Có\n2026-10-05,4,4,Không\n")
    assert accepted.sort("row_number", "source_column").select("scale", "answer").rows() == [
        ("five", 5),
        ("three", 3),
        ("yes_no", 1),
        ("five", 4),
        ("yes_no", 0),
    ]
    assert rejected.select("row_number", "source_column", "rule", "found").rows() == [
        (3, "Q2", "answer_is_on_its_scale", "4")
    ]


def test_a_reversed_question_has_its_lowest_point_as_the_most_satisfied() -> None:
    profile = wide(
        asked("Q1", more="reversed = true"),
        asked("Q2", "results", 'scale = "yes_no"\nreversed = true'),
        asked("Q3", "officials", 'reversed = true\nvalues = {"Rất phiền hà" = 5}'),
    )
    typed = read(profile, "Ngày,Q1,Q2,Q3\n2026-10-05,1,1,Rất phiền hà\n2026-10-05,6,0,\n")
    assert typed.sort("row_number", "source_column")["answer"].to_list() == [5, 0, 1, 0, 1]
    # 6 + 1 - 6 = 0 is no point either: what is beyond a scale stays beyond it.
    _, rejected = split(profile, "Ngày,Q1,Q2,Q3\n2026-10-05,6,1,\n")
    assert rejected.select("rule", "found").rows() == [("answer_is_on_its_scale", "6")]


def test_a_word_that_the_question_does_not_list_is_rejected_and_a_digit_too() -> None:
    values = 'values = {"Tốt" = "5", "1" = "4"}'
    profile = wide(asked("Q1", more=values), asked("Q2", "results"))
    accepted, rejected = split(
        profile, "Ngày,Q1,Q2\n2026-10-05,Tốt,2\n2026-10-05,Xấu,2\n2026-10-05,3,2\n"
    )
    assert accepted.sort("row_number", "source_column")["answer"].to_list() == [5, 2, 2, 2]
    assert rejected.select("row_number", "source_column", "rule", "found").rows() == [
        (3, "Q1", "answer_is_a_whole_number", "Aaa"),
        (4, "Q1", "answer_is_a_whole_number", "3"),
    ]


def test_what_the_profile_says_of_answers_holds_for_the_questions_that_say_nothing() -> None:
    tables = (
        f"[[questions]]\n{asked('Q1')}\n[[questions]]\n"
        f"{asked('Q2', 'results', 'values = {t = 1}')}\nmissing_codes = ['k']\n"
        "[values.answer]\n'tốt' = '5'\n[missing_codes]\nanswer = ['9']\n"
    )
    typed = read(profile_of(tables), "Ngày,Q1,Q2\n2026-10-05,tốt,t\n2026-10-05,9,k\n")
    found = typed.sort("row_number", "source_column").select("answer", "answer_standing")
    assert found.rows() == [(5, "given"), (1, "given"), (None, "no_answer"), (None, "no_answer")]


def test_nine_means_dont_know_and_is_no_answer_and_no_rejected_row() -> None:
    profile = wide(asked("Q1", more='missing_codes = ["9"]'), asked("Q2", "results"))
    accepted, rejected = split(profile, "Ngày,Q1,Q2\n2026-10-05,9,4\n2026-10-05,5,5\n")
    assert rejected.is_empty()
    answers, _ = tallies(accepted)
    assert answers.select("question", "answer", "respondents").rows() == [
        ("access", 5, 1),
        ("any", None, 2),
        ("any_factor", None, 2),
        ("no_factor_answer", None, 1),
        ("results", 4, 1),
        ("results", 5, 1),
    ]


def test_an_empty_cell_is_no_row_unless_the_code_of_nothing_says_what_it_means() -> None:
    text = "Ngày,Q1,Q2\n2026-10-05,,4\n2026-10-05,,\n"
    assert read(wide(asked("Q1"), asked("Q2", "results")), text).height == 1
    typed = read(wide(asked("Q1", more='missing_codes = [""]'), asked("Q2", "results")), text)
    found = typed.sort("row_number", "source_column").select("row_number", "answer_standing")
    assert found.rows() == [(2, "no_answer"), (2, "given"), (3, "no_answer")]


def test_answers_in_two_columns_with_one_question_are_no_copies_and_one_respondent() -> None:
    profile = wide(asked("Q1"), asked("Q2"), asked("Q3", more='scale = "yes_no"'))
    text = "Ngày,Q1,Q2,Q3\n2026-10-05,5,4,1\n2026-10-05,4,4,\n2026-10-05,,2,0\n"
    accepted, rejected = split(profile, text)
    assert rejected.is_empty()
    answers, pairs = tallies(accepted)
    of_question = answers.filter(question="access", scale="five")
    # Five answers of three respondents: the first and second stand with their lowest answer. Two
    # answers of one respondent are one cluster: 2^2 + 2^2 + 1^2 = 9 squares, of which 2 are of the
    # answer 5, 2 + 2 + 2 = 6 of the 4 and 1 of the 2.
    assert of_question.select(
        "answer", "respondents", "weight_millionths", "weight_squared_trillionths"
    ).rows() == [
        (2, 1, 1_000_000, 1 * 10**12),
        (4, 2, 3_000_000, 6 * 10**12),
        (5, 0, 1_000_000, 2 * 10**12),
    ]
    assert answers.filter(question="any")["respondents"].sum() == 3
    own = pairs.filter(question="access", other_question="access", scale="five", unit_code="H01")
    assert own.select("respondents", "weight_products").rows() == [(3, 9 * 10**12)]


def test_a_row_with_a_field_too_many_is_one_rejected_row() -> None:
    accepted, rejected = split(
        wide(asked("Q1"), asked("Q2", "results")),
        'Ngày,Q1,Q2\n2026-10-05,5,4,1\n"2026-10-05",5,4\n',
    )
    assert accepted["row_number"].to_list() == [3, 3]
    assert rejected.select("row_number", "source_column", "rule").rows() == [
        (2, None, "row_has_all_fields")
    ]


def test_a_fault_of_the_record_is_a_fault_of_each_of_its_answers() -> None:
    text = "Ngày,Q1,Q2\n2026-10-05,5,4\n2026-09-05,5,4\n"
    accepted, rejected = split(wide(asked("Q1"), asked("Q2", "results")), text)
    assert accepted.height == 2
    assert rejected.select("row_number", "source_column", "rule").rows() == [
        (3, "Q1", "answered_in_month"),
        (3, "Q2", "answered_in_month"),
    ]


def test_a_column_may_be_absent_where_the_question_is_optional_and_else_not() -> None:
    text = "Ngày,Q1\n2026-10-05,5\n"
    assert read(wide(asked("Q1"), asked("Q2", more="optional = true")), text).height == 1
    with pytest.raises(FileFault, match=r"'Q2' \(results\) is not in the header") as missing:
        read(wide(asked("Q1"), asked("Q2", "results")), text)
    assert missing.value.fault == "missing_column"


def test_a_file_without_any_answer_or_with_too_many_is_refused() -> None:
    with pytest.raises(FileFault, match=r"no row has a value") as empty:
        read(wide(asked("Q1")), "Ngày,Q1\n2026-10-05,\n")
    assert empty.value.fault == "empty"
    profile = wide(asked("Q1"), asked("Q2"), asked("Q3")).model_copy(
        update={"limits": wide(asked("Q1")).limits.model_copy(update={"lines": 3})}
    )
    with pytest.raises(FileFault, match=r"more than 3 answers") as large:
        read(profile, "Ngày,Q1,Q2,Q3\n2026-10-05,1,1,1\n2026-10-05,1,,\n")
    assert large.value.fault == "too_large"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ('[[questions]]\ncolumn = "Q1"\nquestion = "acess"', "did you mean 'access'"),
        ("[[questions]]\n" + asked("Q1", more='scale = "ten"'), "'five', 'three' or 'yes_no'"),
        (f"[[questions]]\n{asked('Q1', more='revresed = true')}", "did you mean 'questions.rever"),
        (f"[[questions]]\n{asked('Q1', more='values = {a = 6}')}", "no point of the scale five"),
        (f"[[questions]]\n{asked('Q1')}\n[[questions]]\n{asked('Q1')}", "'Q1' more than once"),
        (f"[[questions]]\n{asked('Q1')}\n[constants]\nanswer = '5'", "'answer' follows from"),
        (f"[[questions]]\n{asked('Q1')}\n[values.question]\na = 'access'", "'question' follows"),
    ],
)
def test_what_questions_cannot_say_is_told(more: str, message: str) -> None:
    with pytest.raises(ProfileError, match=message.replace("[", r"\[")):
        profile_of(more)


def test_only_ratings_have_questions() -> None:
    text = SHARED.format(keys="", columns="", tables=f"[[questions]]\n{asked('Q1')}")
    text = text.replace('"ratings"', '"figures"').replace("answered_at", "period_at")
    with pytest.raises(ProfileError, match="questions are of ratings"):
        parse_profile(text, "own", "own.toml")


def write_parquet(cells: pl.DataFrame) -> bytes:
    file = io.BytesIO()
    cells.write_parquet(file)
    return file.getvalue()


def write_wide(rows: Sequence[dict[str, Any]]) -> str:
    lines = [
        ",".join([row["day"], row["who"], row["unit"], row["weight"], row["mode"], *row["answers"]])
        for row in rows
    ]
    return "\n".join([f"Ngày,Phiếu,Đơn vị,Trọng số,Cách,{','.join(QUESTIONS)}", *lines, ""])


def write_long(rows: Sequence[dict[str, Any]]) -> str:
    lines = [
        ",".join([row["day"], row["who"], row["unit"], row["weight"], row["mode"], asked, answer])
        for row in rows
        for asked, answer in zip(QUESTIONS.values(), row["answers"], strict=True)
        if answer
    ]
    return "\n".join(["Ngày,Phiếu,Đơn vị,Trọng số,Cách,Câu,Điểm", *lines, ""])


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "day": st.sampled_from(["2026-10-05", "2026-10-06", "2026-09-30", "?"]),
            "who": st.sampled_from(["p1", "p2", "p3", "p4", "p5", "p6", ""]),
            "unit": st.sampled_from(["H01", "H01.1", "H01.1", "X9"]),
            "weight": st.sampled_from(["", "1", "0.5", "1.25", "0"]),
            "mode": st.sampled_from(["", "online", "paper", "fax"]),
            "answers": st.lists(
                st.sampled_from(["", "1", "2", "3", "4", "5", "6", "9", "x"]),
                min_size=len(QUESTIONS),
                max_size=len(QUESTIONS),
            ),
        }
    ).filter(lambda row: any(row["answers"])),
    min_size=1,
    max_size=9,
)
LONG = profile_of(
    '[missing_codes]\nanswer = ["9"]',
    f'question = "Câu"\nanswer = "Điểm"\n{RESPONDENT}',
)
WIDE = wide(
    *(asked(column, question, 'missing_codes = ["9"]') for column, question in QUESTIONS.items()),
    columns=RESPONDENT,
)


@given(ROWS)
def test_a_wide_file_and_the_same_answers_in_a_long_one_give_the_same_tallies(
    rows: list[dict[str, Any]],
) -> None:
    try:
        of_long = split(LONG, write_long(rows))
    except FileFault as refused:
        with pytest.raises(FileFault, match=re.escape(refused.message)):
            split(WIDE, write_wide(rows))
        return
    of_wide = split(WIDE, write_wide(rows))
    for ours, theirs in zip(tallies(of_wide[0]), tallies(of_long[0]), strict=True):
        assert ours.equals(theirs)
        assert write_parquet(ours) == write_parquet(theirs)
    # Rows in = accepted + rejected: a row is an answer in both.
    for accepted, rejected in (of_wide, of_long):
        lost = rejected.select(pl.struct("row_number", "source_column").n_unique()).item()
        assert accepted.height + lost == sum(1 for row in rows for each in row["answers"] if each)
    assert sorted(of_wide[1]["rule"]) == sorted(of_long[1]["rule"])
