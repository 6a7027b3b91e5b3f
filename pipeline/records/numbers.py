"""Numbers: text becomes counts and decimals, or nothing.

Here belongs which texts are numbers, by the marks that a profile names, and refusing a file whose
numbers add up to too much. Not here: which numbers a column may hold (the row rules).
"""

import re

import polars as pl

from pipeline.faults import FileFault, write_number_vi
from pipeline.profiles import Profile

BEYOND_COUNTING = 10**15
"""What is read of a whole number that is larger: too large for every rule, and for no sum."""
HEAVIEST_WEIGHT = 1_000_000
"""The most respondents that one row may stand for [ours]."""
_MOST_RESPONDENTS = 10**9
"""The most respondents that the rows of a file stand for [ours]. Weights are added in millionths:
sums of nine thousand such files do not wrap."""
_BLANKS = "[ \u00a0\u2007\u202f]"
"""A blank between thousands may be one that does not break a line."""


def read_whole_number(text: pl.Expr, profile: Profile) -> pl.Expr:
    """The whole number that a text is: Int64, null where it is none.

    A fraction may be one or two zeros (12.0). Of three zeros nobody can say whether they are a
    fraction or a thousand, so 2.000 is a number only where the profile names the mark between
    thousands.
    """
    point, number = re.escape(profile.decimal_mark), _write_digits(profile)
    is_whole = text.str.contains(f"^-?{number}(?:{point}0{{1,2}})?$")
    plain = _without_marks(text, profile)
    # More digits than an Int64 holds, and a fraction of zeros, are read as a decimal.
    decimal = plain.cast(pl.Float64, strict=False).clip(-BEYOND_COUNTING, BEYOND_COUNTING)
    whole = pl.coalesce(plain.cast(pl.Int64, strict=False), decimal.cast(pl.Int64, strict=False))
    return pl.when(is_whole).then(whole.clip(-BEYOND_COUNTING, BEYOND_COUNTING))


def read_decimal(text: pl.Expr, profile: Profile) -> pl.Expr:
    """The decimal number that a text is: Float64, null where it is none."""
    point, number = re.escape(profile.decimal_mark), _write_digits(profile)
    is_decimal = text.str.contains(f"^-?(?:{number}(?:{point}[0-9]*)?|{point}[0-9]+)$")
    return pl.when(is_decimal).then(_without_marks(text, profile).cast(pl.Float64, strict=False))


def check_weights(ratings: pl.DataFrame) -> None:
    """Raises FileFault impossible_weights where a file's weights stand for more people than live.

    Weights that no row may have are left out: they only set their rows aside.
    """
    weight = pl.col("weight")
    total = ratings.select(weight.filter(weight.is_between(0, HEAVIEST_WEIGHT)).sum()).item()
    if total > _MOST_RESPONDENTS:
        raise FileFault(
            "impossible_weights",
            f"its weights add up to more than {_MOST_RESPONDENTS:,} respondents: send how many "
            "respondents each row stands for",
            f"tổng trọng số lớn hơn {write_number_vi(_MOST_RESPONDENTS)} người: gửi số người mà "
            "mỗi dòng đại diện",
        )


def _write_digits(profile: Profile) -> str:
    """The regular expression of digits, with a mark between thousands where the profile has one."""
    between = _between_thousands(profile)
    return f"(?:[0-9]+|[1-9][0-9]{{0,2}}(?:{between}[0-9]{{3}})+)" if between else "[0-9]+"


def _without_marks(text: pl.Expr, profile: Profile) -> pl.Expr:
    """The text as any library reads numbers: no mark between thousands, a decimal point."""
    if between := _between_thousands(profile):
        text = text.str.replace_all(between, "")
    return text if profile.decimal_mark == "." else text.str.replace(",", ".", literal=True)


def _between_thousands(profile: Profile) -> str:
    mark = profile.mark_between_thousands
    return _BLANKS if mark == " " else re.escape(mark)
