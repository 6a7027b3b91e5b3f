"""What a preview shows of each column: how much of it was understood, and examples, masked.

Here belong the columns of a preview, and values that a profile maps to nothing. Not here: the
preview as a whole (profile_preview).
"""

from dataclasses import dataclass, replace

import polars as pl

from pipeline import masking
from pipeline.columns import MOMENT
from pipeline.profiles import Profile
from pipeline.profiles.our_columns import MAPPABLE, sendable_columns
from pipeline.records import parts
from pipeline.tables import SOURCE_COLUMN

DERIVED = "(derived)"
"""What stands in place of a column of the file where a value follows from others."""
NOT_SENT = "not sent"
"""What stands there where the profile says that no file has the column."""
_EXAMPLES = 2
_UNMAPPED_SHOWN = 10


@dataclass(frozen=True)
class PreviewColumn:
    """A column of ours: the column or constant it is read from, DERIVED or NOT_SENT; how many rows
    sent a value, and in how many one is understood or derived; and examples as sent and as
    understood (None: not understood), masked where they do not look like what the column holds.
    """

    ours: str
    theirs: str
    sent_rows: int
    understood_rows: int
    examples: tuple[tuple[str, str | None], ...]


def preview_columns(typed: pl.DataFrame, profile: Profile) -> tuple[PreviewColumn, ...]:
    """The columns that a profile names or derives, and of a record with several rows those of each.

    `typed` are rows of records.type_rows.
    """
    columns = []
    for ours in sendable_columns(profile.kind):
        theirs = profile.columns.get(ours) or profile.constants.get(ours)
        is_derived = ours in (*profile.derived_columns, *profile.if_empty)
        is_lacking = ours in profile.optional_columns
        if theirs is not None or is_derived or is_lacking:
            source = theirs or (DERIVED if is_derived else NOT_SENT)
            column = _preview_column(typed, ours, source, profile)
            understood = typed[ours].count() if is_derived else column.understood_rows
            columns.append(replace(column, understood_rows=understood))
    for part in parts.list_parts(profile) if profile.has_parts else ():
        made = typed.filter(pl.col(SOURCE_COLUMN) == part.source)
        for ours, theirs in part.made_of:
            column = _preview_column(made, ours, theirs, part.profile)
            columns.append(replace(column, ours=f"{ours} ({part.what})"))
    return tuple(columns)


def _preview_column(typed: pl.DataFrame, ours: str, theirs: str, profile: Profile) -> PreviewColumn:
    as_sent = f"{ours}_as_sent"
    sent = typed.filter(pl.col(as_sent).is_not_null())
    first = sent.unique(as_sent, keep="first", maintain_order=True).head(_EXAMPLES)
    examples = first.select(as_sent, write_typed(typed, ours)).iter_rows()
    return PreviewColumn(
        ours=ours,
        theirs=theirs,
        sent_rows=sent.height,
        understood_rows=sent[ours].count(),
        examples=tuple(
            (show_value(value, ours, profile), understood and show_value(understood, ours, profile))
            for value, understood in examples
        ),
    )


def write_typed(typed: pl.DataFrame, column: str) -> pl.Expr:
    """A column as text: times to the second, without a time of day where it is midnight."""
    if typed.schema[column] != MOMENT:
        return pl.col(column).cast(pl.String)
    text = pl.col(column).dt.strftime("%Y-%m-%d %H:%M:%S")
    return text.str.strip_suffix(" 00:00:00")


def show_value(value: str, column: str, profile: Profile) -> str:
    """A value as it may be seen: what the profile itself says is no secret."""
    values = profile.values.get(column, {})
    known = {*values, *values.values(), profile.constants.get(column, "")}
    is_label = column == "procedure_code" and value.startswith(masking.LABEL)
    return value if is_label else masking.show_value(value, profile.kind, column, known)


def find_unmapped(typed: pl.DataFrame, profile: Profile) -> tuple[tuple[str, str, int, int], ...]:
    """Values that the profile maps to nothing: our column, the value, its rows, the first row."""
    found = []
    for ours in MAPPABLE[profile.kind]:
        if ours in profile.values and not (ours == "answer" and profile.questions):
            found += _count_unmapped(typed, ours, profile)
    for part in parts.list_parts(profile) if profile.questions else ():
        answers = typed.filter(pl.col(SOURCE_COLUMN) == part.source)
        if "answer" in part.profile.values:
            unmapped = _count_unmapped(answers, "answer", part.profile)
            found += [(f"answer ({part.source})", each[1], each[2], each[3]) for each in unmapped]
    return tuple(found)


def _count_unmapped(
    typed: pl.DataFrame, ours: str, profile: Profile
) -> list[tuple[str, str, int, int]]:
    as_sent = pl.col(f"{ours}_as_sent")
    lost = typed.filter(pl.col(ours).is_null() & as_sent.is_not_null())
    values = (
        lost.group_by(as_sent, maintain_order=True)
        .agg(rows=pl.len(), first=pl.col("row_number").min())
        .sort("rows", descending=True, maintain_order=True)
        .head(_UNMAPPED_SHOWN)
    )
    return [
        (ours, show_value(value, ours, profile), rows, first)
        for value, rows, first in values.iter_rows()
    ]
