"""A file that an installation brings itself may be anything, and is then named with the cure."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline import agencies, calendar, methods, own_files, profiles
from pipeline.agencies.rows import RegisterError
from pipeline.methods.versions import MethodError
from pipeline.own_files import OwnFileError, parse_toml

Make = Callable[[Path], object]

SPOILT: dict[str, tuple[Make, str]] = {
    "a folder": (lambda path: path.mkdir(), "it is a folder: put a file in its place"),
    "not UTF-8": (
        lambda path: path.write_bytes("x = 'Sở'".encode("utf-16")),
        "it is not UTF-8 text (byte 1): save it as UTF-8",
    ),
    "far too large": (
        lambda path: path.write_bytes(b"#" * (own_files.MOST_BYTES + 1)),
        "it has 16,777,217 bytes, and at most 16,777,216 are read",
    ),
    "a pipe": (os.mkfifo, "it is no ordinary file"),
}
NESTED = {
    "lists": "x = " + "[" * 5_000 + "]" * 5_000,
    "tables": "[" + ".".join(["a"] * 5_000) + "]\n",
    "one level more": "x = " + "[" * 33 + "]" * 33,
}


@pytest.mark.parametrize("spoilt", SPOILT)
def test_a_register_that_is_no_text_is_named_with_the_cure(tmp_path: Path, spoilt: str) -> None:
    make, cure = SPOILT[spoilt]
    path = tmp_path / "agencies.csv"
    make(path)
    with pytest.raises(RegisterError) as raised:
        agencies.load(path)
    assert str(path) in str(raised.value)
    assert cure in str(raised.value)


@pytest.mark.parametrize("spoilt", SPOILT)
def test_a_method_that_is_no_text_is_named_with_the_cure(tmp_path: Path, spoilt: str) -> None:
    make, cure = SPOILT[spoilt]
    make(tmp_path / "own.toml")
    with pytest.raises(MethodError) as raised:
        methods.load_all(tmp_path)
    assert str(tmp_path / "own.toml") in str(raised.value)
    assert cure in str(raised.value)


@pytest.mark.parametrize("spoilt", SPOILT)
def test_a_profile_or_calendar_that_is_no_text_is_broken_and_stops_no_other(
    tmp_path: Path, spoilt: str
) -> None:
    make, cure = SPOILT[spoilt]
    make(tmp_path / "own.toml")
    found = profiles.load_all(tmp_path)
    assert [cure in str(error) and "own.toml" in str(error) for error in found.broken] == [True]
    assert len(found.built_in) > 0
    calendars = calendar.load_all(tmp_path)
    assert cure in str(calendars.broken["own"])
    assert calendar.VIETNAM in calendars.usable


@pytest.mark.parametrize("nested", NESTED)
def test_values_that_are_nested_without_end_are_refused(tmp_path: Path, nested: str) -> None:
    (tmp_path / "own.toml").write_text(NESTED[nested])
    cure = "its values are nested more than 32 levels deep"
    assert [cure in str(error) for error in profiles.load_all(tmp_path).broken] == [True]
    assert cure in str(calendar.load_all(tmp_path).broken["own"])
    with pytest.raises(MethodError, match=cure):
        methods.load_all(tmp_path)


def test_a_number_with_thousands_of_digits_is_refused() -> None:
    with pytest.raises(OwnFileError, match="4300 digits"):
        parse_toml("x = " + "9" * 5_000)


def test_what_is_nested_as_deep_as_allowed_is_read() -> None:
    # The table of the file is the first level, so 31 lists are the most.
    text = "x = " + "[" * 31 + "]" * 31
    assert str(parse_toml(text)["x"]) == "[" * 31 + "]" * 31


@pytest.mark.parametrize("letters", [131_072, 131_073])
def test_a_register_with_a_name_that_is_far_too_long_is_named_with_its_line(
    tmp_path: Path, letters: int
) -> None:
    path = tmp_path / "agencies.csv"
    path.write_text(f"code,name_vi,kind\nT1,{'x' * letters},pilot\n")
    if letters == 131_072:
        assert len(agencies.load(path).name("T1", "2026-10")) == letters
        return
    with pytest.raises(RegisterError, match=r"cannot be read as CSV near line 2 .* far too long"):
        agencies.load(path)
