"""One text is one text, however it was typed."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import letters


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("H26", "H26"),
        (" H26\u00a0", "H26"),
        ("H2\u200b6", "H26"),  # a zero-width space, as a web page leaves it
        ("\ufeffH26", "H26"),
        ("Sở\u00a0Y\u202ftế", "Sở Y tế"),  # spaces at which no line breaks
        ("Bo\u0323\u0302", "B\u1ed9"),  # two marks of their own become the letter that has both
    ],
)
def test_text_is_composed_and_loses_what_nobody_sees(typed: str, clean: str) -> None:
    assert letters.clean_text(typed) == clean


@given(st.text())
def test_clean_text_stays_as_it_is(text: str) -> None:
    clean = letters.clean_text(text)
    assert letters.clean_text(clean) == clean
    assert not letters.has_invisible(clean)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Sở Y tế", "Sở Y tế"),
        ("H2\u200b6", "H2<U+200B>6"),
        ("a\tb\u00a0c", "a<U+0009>b<U+00A0>c"),
        ("o\u0323", "o<U+0323>"),  # NFD: the dot is a character of its own
        ("\x1b[31m", "<U+001B>[31m"),
    ],
)
def test_what_is_invisible_is_shown_by_its_code(text: str, shown: str) -> None:
    assert letters.show_invisible(text) == shown


STEERING = {
    "\x1b[31mSở\x1b[0m": "[31mSở[0m",  # colours of a terminal
    "Sở\x00 A": "Sở A",  # a page ends here for many readers
    "\x9b31mSở": "31mSở",  # the same escape in one character (C1)
    "a\u202ebc": "abc",  # what follows is read from right to left
    "Sở\x7f": "Sở",
    "a\ufffeb": "ab",  # no character at all: XML may not hold it
    "Sở Y tế\tA\nB\r\n": "Sở Y tế\tA\nB\r\n",
}


@pytest.mark.parametrize(("text", "plain"), STEERING.items())
def test_a_text_loses_what_steers_a_terminal_or_breaks_a_page(text: str, plain: str) -> None:
    assert letters.without_steering(text) == plain
    column = pl.DataFrame({"text": [text, None]})
    found = column.select(letters.column_without_steering(pl.col("text")))["text"].to_list()
    assert found == [plain, None]


def test_a_half_of_a_pair_of_surrogates_is_left_out_of_a_text() -> None:
    assert letters.without_steering("a\ud800b") == "ab"  # it cannot be written as UTF-8


@pytest.mark.parametrize(
    ("text", "control"),
    [("Sở Y tế", ""), ("Sở\x1b[1m", "<U+001B>"), ("a\nb", "<U+000A>"), ("a\x85b", "<U+0085>")],
)
def test_a_control_character_is_named_by_its_code(text: str, control: str) -> None:
    assert letters.find_control(text) == control


@pytest.mark.parametrize("typed", ["Mã hồ sơ", "Mã\u00a0hồ \n sơ ", "\ufeffMã hồ\u200b sơ"])
def test_the_name_of_a_column_stands_on_one_line_with_single_spaces(typed: str) -> None:
    assert letters.clean_name(typed) == "Mã hồ sơ"


def test_composed_text_keeps_its_ends() -> None:
    assert letters.compose_text(" Ma\u0303\u200b\n") == " Mã\n"
