"""Previews of files whose records become several rows: a survey and form II.06a."""

from pathlib import Path

import pytest

from assets.command_line.print_preview import print_preview
from assets.command_line.profile_preview import Sending, preview_profile
from pipeline.home import Home
from pipeline.profiles import ProfileError

SURVEY = """senders = ["H01"]
kind = "ratings"
date_formats = ["%d/%m/%Y"]
[columns]
answered_at = "Ngày"
[[questions]]
column = "Q1"
question = "access"
values = {"Tốt" = 5, "Xấu" = 1}
[[questions]]
column = "Q2"
question = "results"
missing_codes = ["9"]
"""
ANSWERS = "Ngày,Q1,Q2,Tên\n01/10/2026,Tốt,4,An\n02/10/2026,Khá,9,Bình\n03/10/2026,,,\n"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "survey.toml").write_text(SURVEY, encoding="utf-8")
    form = 'senders = ["H01"]\nkind = "figures"\nform = "ii-06a"\n'
    (tmp_path / "profiles" / "form.toml").write_text(form, encoding="utf-8")
    return Home(tmp_path)


def test_each_question_is_shown_with_what_its_column_says(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "ratings.csv"
    file.write_text(ANSWERS, encoding="utf-8")
    preview = preview_profile(file, "survey", Sending(home, "", ""))
    shown = {
        column.ours: (column.theirs, column.sent_rows, column.understood_rows, column.examples)
        for column in preview.columns
    }
    assert shown["answer (access)"] == ("Q1", 2, 1, (("Tốt", "5"), ("Aaa", None)))
    assert shown["answer (results)"] == ("Q2", 1, 1, (("4", "4"),))
    assert (preview.rows, preview.records, preview.sent_records) == (4, 2, 3)
    assert (preview.accepted_rows, preview.rejected_rows) == (3, 1)
    assert preview.unmapped == (("answer (Q1)", "Aaa", 1, 3),)
    assert preview.unread == (4,)
    assert preview.broken_rules[0].first == ((3, "Q1: Aaa"),)
    print_preview(file.name, preview)
    assert "3 records, of which 2 have rows: a row is an answer to one question" in " ".join(
        capsys.readouterr().out.split()
    )


def test_a_form_is_previewed_for_a_month_that_is_named(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "figures.csv"
    numbers = ",".join(f"({number})" for number in range(1, 14))
    row = "1,H01,30,20,6,4,22,15,5,2,8,7,1"
    file.write_text(f"Biểu II.06a\n{numbers}\n{row}\n", encoding="utf-8")
    with pytest.raises(ProfileError, match="name the month with --month"):
        preview_profile(file, "form", Sending(home, "", ""))
    preview = preview_profile(file, "form", Sending(home, "2026-10", ""))
    assert (preview.rows, preview.accepted_rows, preview.rejected_rows) == (3, 3, 0)
    shown = {column.ours: column.theirs for column in preview.columns}
    assert shown["numerator (on_time_766)"] == "(8) + (9) + (12)"
