"""What a sender has to mend: in which order, how much of it, and where it stands."""

from dataclasses import replace

import pytest

from pipeline import feedback
from pipeline.errors import PlainError
from pipeline.exports import RowPlace
from pipeline.feedback import list_allowed, make_feedback
from pipeline.profiles.profile import parse_profile

from .conftest import MONTH, PROFILE, as_rejected, broken, feedback_of, file


def test_refused_files_come_first_then_the_rule_that_most_rows_break_then_the_row() -> None:
    found = feedback_of(
        [file(rejected=4), file("dossiers-2.csv", "b", message="it is empty")],
        broken(9, "status_is_in_list", "status"),
        broken(7),
        broken(3),
        broken(5, "status_is_there", "status", None),
    )
    assert [each.name for each in found.refused] == ["dossiers-2.csv"]
    assert [(rule.rule, rule.rows) for rule in found.rules] == [
        ("due_at_is_a_time", 2),
        ("status_is_in_list", 1),
        ("status_is_there", 1),
    ]
    assert [row.record for row in found.rows] == [3, 7, 9, 5]
    assert not found.is_empty
    assert (found.accepted_rows, found.rejected_rows) == (36, 4)


def test_rows_of_several_files_stand_in_the_order_of_the_files() -> None:
    files = [file("dossiers-1.csv", "z", 1), file("dossiers-2.csv", "a", 1)]
    found = feedback_of(files, broken(2, sha256="a"), broken(3, sha256="z"))
    assert [(row.file.name, row.record) for row in found.rows] == [
        ("dossiers-1.csv", 3),
        ("dossiers-2.csv", 2),
    ]


def test_a_row_stands_at_its_line_under_the_senders_own_name_of_the_column() -> None:
    found = feedback_of(
        [file(rejected=2)], broken(2), broken(3, "row_has_all_fields", "field_count", "4")
    )
    in_column, whole = found.rows
    assert in_column.place == RowPlace("", 3, 1)
    assert (in_column.theirs, in_column.rule.column) == ("=Hẹn trả", "due_at")
    assert (whole.theirs, whole.rule.column) == ("", "")


@pytest.mark.parametrize("error", [OSError("gone"), PlainError("another file")])
def test_a_file_that_cannot_be_read_again_leaves_its_rows_without_a_line(error: Exception) -> None:
    def fail(_: str) -> bytes:
        raise error

    rejected = as_rejected(broken(2)).lazy()
    found = make_feedback(MONTH, ("H26", "Hà Nội"), [file(rejected=1)], rejected, fail)
    assert [row.place for row in found.rows] == [None]


def test_of_many_rows_the_first_are_listed_and_the_rest_is_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(feedback, "MOST_ROWS_OF_A_RULE", 3)
    monkeypatch.setattr(feedback, "MOST_ROWS", 4)
    rows = [broken(number) for number in range(10, 1, -1)]
    others = [broken(number, "status_is_there", "status") for number in (30, 20)]
    found = feedback_of([file(rejected=11)], *rows, *others)
    assert [(rule.rows, rule.listed) for rule in found.rules] == [(9, 3), (2, 1)]
    assert [row.record for row in found.rows] == [2, 3, 4, 20]
    assert found.is_cut
    assert not feedback_of([file(rejected=1)], broken(2)).is_cut


def test_what_may_be_sent_is_shown_by_the_formats_and_the_words_of_the_profile() -> None:
    found = feedback_of(
        [file(rejected=3)],
        broken(2),
        broken(3, "status_is_in_list", "status", "77"),
        broken(4, "due_not_before_received", "due_at", "01/10/2026"),
    )
    allowed = {row.rule.rule: list_allowed(row, MONTH) for row in found.rows}
    assert allowed == {
        "due_at_is_a_time": ("25/10/2026 16:30", "2026-10-25T16:30+0700"),
        "status_is_in_list": ("Đang giải quyết", "Đã trả"),
        "due_not_before_received": (),
    }


def test_a_column_has_the_name_that_stands_in_the_header_of_the_file() -> None:
    several = PROFILE.replace('"=Hẹn trả"', '["Hạn trả", "=Hẹn trả"]')
    sent = replace(file(rejected=1), profile=parse_profile(several, "own", "profiles/own.toml"))
    (row,) = feedback_of([sent], broken(2)).rows
    assert row.theirs == "=Hẹn trả"


def test_nothing_is_to_be_mended_where_all_is_accepted() -> None:
    assert feedback_of([file()]).is_empty
