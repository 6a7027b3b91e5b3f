"""Sums: columns of a file that are added up, and sums that the columns of a row must keep to.

Here belongs reading several columns as one number. Not here: which columns these are
(profiles.figure_columns), the rule about sums (expectations).
"""

from collections.abc import Collection

import polars as pl

from pipeline.exports import name_in_frame
from pipeline.profiles import Profile
from pipeline.profiles.figure_columns import SumOfColumns
from pipeline.records.numbers import read_whole_number

_FEW_TEXTS = pl.Categorical()
"""Most rows have none, and a column of texts takes four times the memory."""
BROKEN_SUM = "broken_sum"
"""What a row says of a total and its parts, where they differ; null where all its sums hold."""


def add_up(
    ours: str, theirs: Collection[str], profile: Profile, header: Collection[str]
) -> pl.Expr:
    """What was sent in columns that add up to one of ours: one field as it is, or the sum as text.

    The first field that is no number stands for the sum. It is null where a field is empty; in a
    column of the profile's sums an empty field is 0, for there the sums show whether it is.
    """
    fields = [_field(ours, name, profile, header) for name in theirs]
    if len(fields) == 1:
        return fields[0]
    numbers = [read_whole_number(field, profile) for field in fields]
    unreadable = (
        pl.when(number.is_null()).then(field) for field, number in zip(fields, numbers, strict=True)
    )
    total = pl.sum_horizontal(*numbers, ignore_nulls=False).cast(pl.String)
    return pl.coalesce(*unreadable, total)


def _field(ours: str, name: str, profile: Profile, header: Collection[str]) -> pl.Expr:
    if name not in header:
        return pl.lit(None, pl.String)
    missing = list(profile.missing_codes_of(ours))
    sent = pl.col(name_in_frame(name)).replace(missing, [None] * len(missing))
    in_sums = {each for one in profile.sums for each in (one.total, *one.parts)}
    return sent.fill_null("0") if name in in_sums else sent


def find_broken_sum(profile: Profile, header: Collection[str]) -> pl.Expr:
    """BROKEN_SUM of a row: the first of the profile's sums that its columns do not keep to."""
    if not profile.sums:
        return pl.lit(None, _FEW_TEXTS).alias(BROKEN_SUM)
    broken = (_describe_broken(each, profile, header) for each in profile.sums)
    return pl.coalesce(*broken, pl.lit(None, pl.String)).cast(_FEW_TEXTS).alias(BROKEN_SUM)


def _describe_broken(each: SumOfColumns, profile: Profile, header: Collection[str]) -> pl.Expr:
    """`(3) = 7, (4) + (5) = 8`, with what is no number left out of it; null where the sum holds."""
    total, *parts = (
        read_whole_number(_field("denominator", name, profile, header), profile)
        for name in (each.total, *each.parts)
    )
    added = pl.sum_horizontal(*parts, ignore_nulls=False)
    named = " + ".join(each.parts)
    described = pl.format(
        "{} = {}, {} = {}", pl.lit(each.total), _show(total), pl.lit(named), _show(added)
    )
    return pl.when(total.ne_missing(added) | total.is_null()).then(described)


def _show(number: pl.Expr) -> pl.Expr:
    return number.cast(pl.String).fill_null("?")
