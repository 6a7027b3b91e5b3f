"""Sender hints: which agency a file seems to come from, by its codes and by its title.

Here belongs what is said to a person who does not know the agency's code. Nothing takes a hint in
place of a sender that was named. Not here: searching the register (agencies.search).
"""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from pipeline.agencies import LATEST, Register
from pipeline.drafting.column_values import ROWS, VALUE, ColumnValues
from pipeline.drafting.names import holds_words, split_words
from pipeline.plurals import count_of

_CODE_OF_AGENCY = r"^(?:[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.)?([A-Z]{1,4}[0-9]{1,3})[._/-]"
"""H44 in `H44.01-261008-0975` and in `000.01.15.H44-261008-0001`."""
_MOST = 0.5
_WORDS_OF_PLACES = ("tỉnh", "thành phố", "TP", "UBND", "ủy ban nhân dân")


@dataclass(frozen=True)
class SenderHint:
    """An agency of the register that a file seems to come from, and why."""

    code: str
    name: str
    reason: str


def find_hint(
    codes: ColumnValues | None, titles: Iterable[str], register: Register, month: str
) -> SenderHint | None:
    """The agency that most codes of records begin with, else the one that a title names."""
    names = dict(register.at(month or LATEST).select("code", "name_vi").iter_rows())
    return _find_in_codes(codes, names) or _find_in_titles(tuple(titles), names)


def _find_in_codes(codes: ColumnValues | None, names: dict[str, str]) -> SenderHint | None:
    if codes is None or not codes.filled:
        return None
    begins = codes.counts.select(pl.col(VALUE).str.extract(_CODE_OF_AGENCY).alias("code"), ROWS)
    counted = begins.filter(pl.col("code").is_in(list(names))).group_by("code").agg(pl.sum(ROWS))
    for code, rows in counted.sort(ROWS, "code", descending=[True, False]).head(1).iter_rows():
        if rows > _MOST * codes.filled:
            reason = f"{rows:,} of {count_of(codes.filled, 'code')} begin with it"
            return SenderHint(code, names[code], reason)
    return None


def _find_in_titles(titles: tuple[str, ...], names: dict[str, str]) -> SenderHint | None:
    """The longest name of an agency in the texts above the header; none where several are."""
    found: dict[str, int] = {}
    for title in map(split_words, titles):
        for code, name in names.items():
            words = split_words(name)
            # A name of one word is a common word too, if nothing says that it is a place.
            is_clear = len(words) > 1 or any(
                holds_words(title, (*split_words(before), *words)) for before in _WORDS_OF_PLACES
            )
            if words and is_clear and holds_words(title, words):
                found[code] = max(found.get(code, 0), len("".join(words)))
    longest = max(found.values(), default=0)
    best = [code for code, length in found.items() if length == longest]
    if len(best) != 1:
        return None
    return SenderHint(best[0], names[best[0]], "a title above the header names it")
