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


def test_a_column_loses_what_nobody_sees_and_keeps_nulls() -> None:
    column = pl.DataFrame({"code": ["H2\u200b6", "H26", None]})
    found = column.select(letters.without_invisible(pl.col("code")))["code"].to_list()
    assert found == ["H26", "H26", None]


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
