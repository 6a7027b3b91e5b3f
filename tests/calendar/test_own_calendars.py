"""Calendars of a home folder: what a file may say, and the messages of its faults."""

from datetime import date
from pathlib import Path

import pytest

from pipeline import calendar
from pipeline.calendar import CalendarError, Calendars

OWN = """\
description = "an office in the south"
extends = "vietnam"
office_hours = ["07:30-11:30", "13:30-17:30"]

[[days]]
date = 2026-10-12
kind = "holiday"
name = "Ngày truyền thống"
known_from = 2026-10-01
source = "0"

[[days]]
date = 2026-09-01
kind = "worked_saturday"
name = "worked here"
"""


def loaded(folder: Path, *changes: tuple[str, str], text: str = OWN) -> Calendars:
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    (folder / "south.toml").write_text(text, encoding="utf-8")
    return calendar.load_all(folder)


def test_without_a_folder_there_is_the_built_in_calendar(tmp_path: Path) -> None:
    found = calendar.load_all(tmp_path / "not there")
    assert list(found.usable) == ["vietnam"]
    assert found.find("vietnam").digest == ""


def test_an_own_calendar_has_its_hours_and_its_days_beside_those_it_extends(tmp_path: Path) -> None:
    south = loaded(tmp_path).find("south")
    assert [half[0].isoformat("minutes") for half in south.office_hours] == ["07:30", "13:30"]
    assert not south.is_working_day(date(2026, 10, 12))
    assert south.as_known_on(date(2026, 9, 30)).is_working_day(date(2026, 10, 12))
    # Of a day that both list its own word counts; others are those of Viet Nam.
    assert south.is_working_day(date(2026, 9, 1))
    assert not south.is_working_day(date(2026, 9, 2))
    assert not south.is_working_day(date(2026, 1, 2))


def test_a_calendar_that_extends_none_lists_all_its_days(tmp_path: Path) -> None:
    found = loaded(tmp_path, ('extends = "vietnam"', 'weekend = ["friday", "saturday"]'))
    assert found.find("south").is_working_day(date(2026, 9, 2))
    assert found.find("south").is_working_day(date(2026, 10, 11))  # a Sunday
    assert not found.find("south").is_working_day(date(2026, 10, 9))  # a Friday


def test_another_text_has_another_digest(tmp_path: Path) -> None:
    first = loaded(tmp_path).find("south").digest
    assert first
    assert loaded(tmp_path).find("south").digest == first
    assert loaded(tmp_path, ("2026-10-12", "2026-10-13")).find("south").digest != first


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("office_hours", "ofice_hours", "the key ofice_hours is not known (did you mean office_h"),
        ("known_from", "know_from", "the key days.0.know_from is not known (did you mean known_f"),
        ('kind = "holiday"\n', "", "the key days.0.kind is missing: add it"),
        ('"07:30-11:30"', '"07:30"', 'is no span of hours: write it like "07:30-11:30" (key off'),
        ('"07:30-11:30"', '"07:00-11:30"', "office_hours add up to 8.5 hours: make them add up"),
        ('kind = "holiday"', 'kind = "feast"', "'holiday' or 'worked_saturday' (key days.0.kind)"),
        ('"vietnam"', '"laos"', "Input should be 'vietnam' (key extends)"),
        (
            "2026-09-01",
            "2026-10-12\nknown_from = 2026-10-01",
            "2026-10-12 is in the calendar twice",
        ),
        ("extends =", "extends", "it cannot be read as TOML"),
    ],
)
def test_the_message_of_a_fault_names_file_key_and_cure_and_no_other_calendar_is_stopped(
    tmp_path: Path, before: str, after: str, said: str
) -> None:
    found = loaded(tmp_path, (before, after))
    assert list(found.usable) == ["vietnam"]
    with pytest.raises(CalendarError) as raised:
        found.find("south")
    assert str(raised.value).startswith("calendars/south.toml: ")
    assert said in str(raised.value)


def test_the_message_of_a_calendar_that_does_not_exist_names_the_existing_ones(
    tmp_path: Path,
) -> None:
    with pytest.raises(CalendarError) as raised:
        loaded(tmp_path).find("sooth")
    assert str(raised.value) == (
        "there is no calendar 'sooth' (did you mean south?): choose one of south, vietnam, or add "
        "calendars/sooth.toml"
    )
