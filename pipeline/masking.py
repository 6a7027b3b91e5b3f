"""What of a value may be seen outside the archive, and what is masked.

A value in the wrong column may be a person's name, number or address. Here belong masks that keep
a value's shape (`Nguyễn Văn An` becomes `Aaaaaa Aaa Aa`), what the values of each column look like
when they need no mask, names of files as they are shown, and labels that stand for a text where
only a code may be. Not here: which values are at fault (expectations), signs that nobody sees
(letters).
"""

import hashlib
import re
import unicodedata
from collections.abc import Collection
from functools import cache
from pathlib import Path

import polars as pl

from pipeline import letters
from pipeline.codes import SCIENTIFIC
from pipeline.columns import MOMENT
from pipeline.tables import FIGURE_INDICATORS, KINDS, RECORDS

LONGEST = 40
"""Characters of a value that are shown; `…` stands for the rest."""

_CLOCK = (
    r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?"
    r"(?: ?(?:[AaPp][Mm]|SA|CH))?(?: ?(?:UTC|Z|z|[+-][0-9]{2}(?::?[0-9]{2})?))?"
)
_DAY = (
    r"(?:[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}"
    r"|[0-9]{1,2}[-/.][0-9]{1,2}[-/.](?:[0-9]{4}|[0-9]{2})"
    r"|[0-9]{1,2}[-/.][0-9]{4}|[0-9]{4}[-/.][0-9]{1,2})"
)
_TIME = (
    # Without separators a time begins with its year: other long numbers may be somebody's.
    r"(?:(?:19|20)[0-9]{2}(?:[0-9]{2}){0,2}|(?:19|20)[0-9]{10}(?:[0-9]{2})?"
    rf"|[0-9]{{1,5}}(?:[.,][0-9]{{1,6}})?|{_DAY}(?:[T ]{{1,2}}{_CLOCK})?|{_CLOCK}(?: {_DAY})?)"
)
_NUMBER = (
    r"(?:[+-]?(?:(?:[0-9]{1,3}|[1-9][0-9]{0,6})(?:[.,][0-9]{1,6})?"
    r"|[0-9]{1,3}[., ][0-9]{3}(?:[.,][0-9]{1,2})?)(?:[eE][+-]?[0-9]{1,3})? ?%?"
    r"|[+-]?(?:nan|NaN|inf))"
)
_SHORT_CODE = r"(?:[A-Za-z]{0,2}[._-]?[0-9]{1,4})"
_UNIT_CODE = r"(?:[A-Z]{1,3}[0-9]{1,3}(?:[._-][0-9]{1,4}){0,4}|[0-9]{1,5})"
_PROCEDURE_CODE = (
    # The national code, a code of ministry or province before it, and a short code of one's own.
    r"(?:[1-9]\.[0-9]{6}(?:\.[0-9]{3}\.[0-9]{2}\.[0-9]{2}(?:\.[A-Z][0-9]{1,3}(?:\.[0-9]{1,3})?)?)?"
    r"|(?:T-)?[A-Z]{1,5}(?:-[A-Z]{1,5})?-[0-9]{1,6}(?:-TT)?|[A-Z]{0,4}[._-]?[0-9]{1,5})"
)
_NOTHING = r"[^\s\S]"
_TEXT_FORMS = {
    "unit_code": _UNIT_CODE,
    "procedure_code": _PROCEDURE_CODE,
    "breakdown": _SHORT_CODE,
    "indicator": f"(?:{'|'.join(FIGURE_INDICATORS)})",
    # Codes of dossiers, respondents and petitions name a person.
    "dossier_id": _NOTHING,
    "respondent_id": _NOTHING,
    "petition_id": _NOTHING,
    "updated_at": _TIME,
}
"""What the values of a column of text look like; nothing of other columns of text is shown."""


@cache
def _form_of(kind: str, column: str) -> str:
    """A regular expression of what the column's values look like, for the whole of a value."""
    if column in _TEXT_FORMS:
        return _TEXT_FORMS[column]
    dtype = RECORDS[kind].schema.get(column, pl.Int64())
    if dtype == MOMENT:
        return _TIME
    if isinstance(dtype, pl.Enum):
        words = "|".join(map(re.escape, dtype.categories))
        return f"(?:(?i:{words})|{_SHORT_CODE})"
    return _NUMBER if dtype.is_numeric() else _NOTHING


def show_column(text: pl.Expr, kind: str, column: str) -> pl.Expr:
    """Values sent for one of our columns as they may be seen: masked unless they look like its own.

    `column` is a column of the kind's records, or one with a number that was counted of a row. Null
    stays null.
    """
    short = text.str.slice(0, LONGEST + 1)
    looks_right = short.str.contains(f"^{_form_of(kind, column)}$")
    return pl.when(looks_right).then(short).otherwise(mask_column(short))


def show_value(text: str, kind: str, column: str, known: Collection[str] = ()) -> str:
    """One value as `show_column` shows it; a value of `known` as it is."""
    if text in known or re.fullmatch(_form_of(kind, column), text):
        return text
    return mask_text(text)


def mask_column(text: pl.Expr) -> pl.Expr:
    """The shape of texts: as `mask_text`. Null stays null."""
    masked = (
        text.str.slice(0, LONGEST)
        .str.replace_all(r"\p{M}", "")
        .str.replace_all(r"[\p{Ll}\p{Lm}\p{Lo}]", "a")
        .str.replace_all(r"[\p{Lu}\p{Lt}]", "A")
        .str.replace_all(r"\p{N}", "9")
        .str.replace_all(r"[^\p{L}\p{N}\p{P}\p{S} ]", "?")
    )
    return masked + pl.when(text.str.len_chars() > LONGEST).then(pl.lit("…")).otherwise(pl.lit(""))


def mask_text(text: str) -> str:
    """The shape of a text: capital letters as A, others as a, digits as 9; other signs stay.

    Characters that are not seen become `?`. At most LONGEST characters, and `…` for the rest.
    """
    masked = "".join(map(_mask_sign, text[:LONGEST]))
    return masked + "…" if len(text) > LONGEST else masked


def _mask_sign(sign: str) -> str:
    category = unicodedata.category(sign)
    if category[0] in "LNM":
        return "A" if category in ("Lu", "Lt") else {"L": "a", "N": "9", "M": ""}[category[0]]
    return sign if sign == " " or category[0] in "PS" else "?"


_PARTS_OF_NAMES = re.compile(r"<U\+[0-9A-F]{4,6}>|[^\W_]+|[\W_]")
_PLAIN_PART = re.compile(
    rf"{'|'.join(KINDS)}|<U\+[0-9A-F]{{4,6}}>"
    r"|csv|xls[xm]?|ods|txt|tsv|xml|jsonl?|parquet|zip|pdf|docx?|html?|report|data|export|notes?|readme|letter|part|partial|tmp|new|old|again|late|copy|final|thang|tháng"
    r"|[0-9]{1,4}|(?:19|20)[0-9]{4}|(?:19|20)[0-9]{6}|[a-z]{1,2}|[A-Za-z]{1,2}[0-9]{1,3}|[A-Z]"
)
_ENDING = re.compile(
    r"(?:\.(?:csv|xls[xm]?|ods|jsonl?|parquet|zip))?(?:\.gz)?$", re.IGNORECASE | re.ASCII
)


def show_file_name(name: str) -> str:
    """The name of a file as it may be seen: kind, numbers, months and plain words; the rest masked.

    Names of files are made by people: `dossiers-NguyenVanAn.csv` is shown as
    `dossiers-AaaaaaAaaAa.csv`. The ending stays however long the name is, for it says how the file
    is read.
    """
    kind = next((kind for kind in KINDS if name.startswith(kind)), "")
    found = _ENDING.search(name.removeprefix(kind))
    ending = found[0] if found else ""
    rest = letters.show_invisible(name.removeprefix(kind).removesuffix(ending)[: 2 * LONGEST])
    parts = _PARTS_OF_NAMES.findall(rest)
    shown = (part if _PLAIN_PART.fullmatch(part) else mask_text(part) for part in parts)
    return kind + "".join(shown) + ending


def show_path(path: Path) -> Path:
    """A path to a file of the inbox, for messages: its last part as `show_file_name` shows it."""
    return path.with_name(show_file_name(path.name))


LABEL = "text-"
"""How a label begins that stands for a text where a code belongs."""


def label_texts(codes: pl.Series, known: Collection[str] = ()) -> pl.Series:
    """Codes of procedures, each other text in their place as a label: `text-` and 12 hex digits.

    A code has the form of the national procedures' or another short one, or is one of `known`. The
    same text has the same label everywhere, so what is counted by procedure stays as it is, and
    what the text says is let out nowhere. Null stays null.
    """
    # A code that a spreadsheet made a number of stays: a row rule says what was lost.
    is_code = pl.col(codes.name).str.contains(f"^{_PROCEDURE_CODE}$|{SCIENTIFIC}")
    is_other = ~is_code & ~pl.col(codes.name).is_in(list(known))
    texts = codes.unique().to_frame().filter(is_other).to_series()
    if texts.is_empty():
        return codes
    labels = [LABEL + hashlib.sha256(text.encode()).hexdigest()[:12] for text in texts]
    return codes.replace(texts, pl.Series(labels, dtype=pl.String))
