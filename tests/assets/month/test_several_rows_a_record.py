"""A survey with a question a column and form II.06a, from the inbox to the counts of a home."""

import openpyxl
import pytest

from assets import checks
from assets.month import feedback, results
from assets.month.inputs import MonthInputs
from pipeline import planning
from pipeline.indices.contradictions import find_contradictions

from ..conftest import tally_month

MONTH = "2026-10"
AGENCIES = "code,name_vi,kind,parent_code\nT,Tỉnh thử,province,\nT.1,Xã Mỹ An,commune,T\n"
SURVEY = """senders = ["T"]
kind = "ratings"
date_formats = ["%d/%m/%Y"]
missing_codes = ["9"]
[columns]
answered_at = "Ngày"
[[questions]]
column = "Q1"
question = "access"
[[questions]]
column = "Q2"
question = "access"
[[questions]]
column = "Q3"
question = "results"
"""
# Three answers of the first record; 9 is no answer; 7 is no point; the last record has no answer.
ANSWERS = (
    "Ngày,Q1,Q2,Q3\n01/10/2026,5,4,3\n02/10/2026,4,9,7\n03/10/2026,,,2\n04/10/2026,1,2,3,4\n"
    "05/10/2026,,,\n"
)
FORM = """senders = ["T"]
kind = "figures"
form = "ii-06a"
[values.unit_code]
"Xã Mỹ An" = "T.1"
"Tỉnh thử" = "T"
"""
DOSSIER = "d{},finished,2026-10-05 09:00:00,2026-10-20 17:00:00,2026-10-1{} 10:00:00,T.1\n"
DOSSIERS = """senders = ["T"]
kind = "dossiers"
date_formats = ["%Y-%m-%d %H:%M:%S"]
[columns]
dossier_id = "id"
status = "state"
received_at = "from"
due_at = "due"
ended_at = "end"
unit_code = "unit"
"""


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> MonthInputs:
    home = tmp_path_factory.mktemp("wide") / "home"
    folder = home / "inbox" / "T" / MONTH
    folder.mkdir(parents=True)
    (home / "profiles").mkdir()
    (home / "agencies.csv").write_text(AGENCIES, encoding="utf-8")
    for name, text in (("survey", SURVEY), ("form", FORM), ("own", DOSSIERS)):
        (home / "profiles" / f"{name}.toml").write_text(text, encoding="utf-8")
    (folder / "ratings.csv").write_text(ANSWERS, encoding="utf-8")
    rows = "".join(DOSSIER.format(number, number % 10) for number in range(10))
    (folder / "dossiers.csv").write_text(f"id,state,from,due,end,unit\n{rows}", encoding="utf-8")
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Biểu số II.06a/VPCP/KSTT"])
    sheet.append([f"({number})" for number in range(1, 14)])
    sheet.append([1, "Xã Mỹ An", 12, 12, 0, 0, 12, 12, 0, 0, 0, 0, 0])
    sheet.append([2, "Tỉnh thử", 12, 12, 0, 0, 11, 12, 0, 0, 0, 0, 0])
    sheet.append([None, "Tổng số", 24, 24, 0, 0, 23, 24, 0, 0, 0, 0, 0])
    book.save(folder / "figures.xlsx")
    return tally_month(home, MONTH)


def test_rows_of_a_delivery_are_answers_and_figures_each_accepted_or_rejected(
    sent: MonthInputs,
) -> None:
    by_kind = {row["kind"]: row for row in sent.delivered.iter_rows(named=True)}
    assert {row["status"] for row in by_kind.values()} == {planning.ACCEPTED}
    counts = {
        kind: (row["rows"], row["accepted"], row["rejected"]) for kind, row in by_kind.items()
    }
    # Answers: 3 and 3 and 1, and a record with a field too many is one row; a record without an
    # answer has none. Figures: three of each of the two rows, and none of the total.
    assert counts["ratings"] == (8, 6, 2)
    assert counts["figures"] == (6, 3, 3)
    rejected = sent.rejected.select("kind", "row_number", "source_column", "rule", "found").rows()
    assert ("ratings", 3, "Q3", "answer_is_on_its_scale", "7") in rejected
    assert ("ratings", 5, None, "row_has_all_fields", "5") in rejected
    assert {row[1] for row in rejected if row[0] == "figures"} == {3}


def test_two_answers_of_a_record_to_one_question_are_of_one_respondent(sent: MonthInputs) -> None:
    answers = sent.cells.answers.collect()
    assert answers.select("question", "answer", "respondents").rows() == [
        ("access", 4, 2),
        ("access", 5, 0),
        ("any", None, 3),
        ("any_factor", None, 3),
        ("no_factor_answer", None, 1),
        ("results", 2, 1),
        ("results", 3, 1),
    ]


def test_figures_that_contradict_the_rows_of_their_unit_are_told(sent: MonthInputs) -> None:
    indices, _ = results.find_or_compute_indices(sent)
    differing = find_contradictions(indices["indices"], sent.tallies.figures, MONTH)
    # Twelve in the form, ten dossiers in the rows.
    assert differing.rows() == [
        ("T.1", "on_time_766", 12, 12, 10, 10),
        ("T.1", "on_time_of_finished", 12, 12, 10, 10),
    ]
    check = checks.compare_figures(differing)
    assert not check.passed
    assert check.description == "units whose figures differ from their rows, which count: 1"
    assert checks.compare_figures(differing.clear()).passed


def test_the_sender_is_told_which_column_to_mend(sent: MonthInputs) -> None:
    told = {
        (row.rule.rule, row.place and row.place.line, row.theirs)
        for row in feedback.read_feedback(sent, "T").rows
    }
    assert told == {
        ("answer_is_on_its_scale", 3, "Q3"),
        ("row_has_all_fields", 5, ""),
        ("sums_hold", 4, "on_time_of_finished: (8) + (9) / (7)"),
        ("numerator_within_denominator", 4, "on_time_of_finished: (8) + (9) / (7)"),
        ("sums_hold", 4, "on_time_766: (8) + (9) + (12) / (3)"),
        ("sums_hold", 4, "open_not_overdue: (12) / (11)"),
    }
