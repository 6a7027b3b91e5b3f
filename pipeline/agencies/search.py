"""Searching: agencies for a person who does not know their codes.

Here belong agencies by a part of code or name, and what may be meant by a code that the register
lacks. Not here: which unit a text in a file means (names), looking codes up (register).
"""

import difflib
from collections.abc import Iterator

import polars as pl

from pipeline.agencies.register import Register
from pipeline.letters import strip_accents

LATEST = "9999-11"
"""A month in which the register's present agencies are in force."""
_MOST_NEAREST = 3
_SHORTEST_PART = 3
"""A shorter text is a part of too many names."""


def squeeze(text: str) -> str:
    """A text as searches compare it: small letters and digits, without accents and blanks."""
    return "".join(sign for sign in strip_accents(text.casefold()) if sign.isalnum())


def find_agencies(register: Register, text: str = "", month: str = LATEST) -> pl.DataFrame:
    """The agencies in force in a month whose code or name has the text; all without one.

    Columns of tables.AGENCIES, one row a code. The best hits come first: the same code or name,
    then one that begins with the text, then others; sorted by code.
    """
    table, wanted = register.at(month), squeeze(text)
    places = [min(_rate(wanted, row)) for row in _list_texts(table)]
    hits = table.with_columns(pl.Series("place", places, pl.Int8)).filter(pl.col("place") <= _PART)
    return hits.sort("place", "code").drop("place")


_SAME, _BEGIN, _PART, _NONE = range(4)


def _list_texts(table: pl.DataFrame) -> Iterator[list[str]]:
    for row in table.select("code", "name_vi", "name_en").iter_rows():
        yield [squeeze(each) for each in row if each]


def _rate(wanted: str, texts: list[str]) -> Iterator[int]:
    for text in texts:
        if text == wanted:
            yield _SAME
        elif text.startswith(wanted):
            yield _BEGIN
        else:
            yield _PART if wanted in text else _NONE


def show_agency(register: Register, code: str, month: str = LATEST) -> str:
    """`H38 = Lào Cai`; the code alone where it has no other name."""
    name = register.name(code, month)
    return code if name == code else f"{code} = {name}"


def explain_unknown(register: Register, wrong: str, month: str = "") -> str:
    """That a month's register has no such agency, and which may be meant by its code or name.

    ` (did you mean H38 = Lào Cai?)` stands at the end; of a code that is no more, who took over.
    Without a month the register's present agencies are meant.
    """
    at = month or LATEST
    when = f" in {month}" if month else ""
    heir = dict(register.successors(at).iter_rows()).get(wrong, "")
    if heir:
        gone, new = show_agency(register, wrong, at), show_agency(register, heir, at)
        return f"no agency {wrong!r} is in the register{when} ({gone} is no more: {new} took over)"
    return f"no agency {wrong!r} is in the register{when}{suggest_agencies(register, wrong, at)}"


def suggest_agencies(register: Register, wrong: str, month: str = LATEST) -> str:
    """` (did you mean H38 = Lào Cai?)`; empty where no code and no name is near."""
    near = [show_agency(register, code, month) for code in _list_nearest(register, wrong, month)]
    return f" (did you mean {' or '.join(near)}?)" if near else ""


def _list_nearest(register: Register, wrong: str, month: str) -> list[str]:
    """Codes of agencies that may be meant, the likeliest first."""
    text = squeeze(wrong)
    if not text:
        return []
    by_text: dict[str, list[str]] = {}
    table = register.at(month)
    for code, texts in zip(table["code"], _list_texts(table), strict=True):
        for each in texts:
            by_text.setdefault(each, []).append(code)
    heirs = dict(register.successors(month).iter_rows())
    names = register.table.select("code", "name_vi").iter_rows()
    gone = {squeeze(name): heirs[code] for code, name in names if code in heirs}
    for name, heir in gone.items():
        by_text.setdefault(name, []).append(heir)
    if text in by_text:
        return list(dict.fromkeys(by_text[text]))[:_MOST_NEAREST]
    parts = [
        each
        for each in by_text
        if min(len(each), len(text)) >= _SHORTEST_PART and (each in text or text in each)
    ]
    # The longest part says most: "UBND tỉnh Lào Cai" has Lào Cai in it.
    found = sorted(parts, key=lambda each: (-len(each) if each in text else 0, each))
    found += difflib.get_close_matches(text, by_text, n=_MOST_NEAREST)
    return list(dict.fromkeys(code for each in found for code in by_text[each]))[:_MOST_NEAREST]
