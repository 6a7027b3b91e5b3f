"""Identity: what identifies a record of a file, by counting rows that have the same code.

Here belongs which columns a draft names for it. Not here: which of several copies counts (copies).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from pipeline.plurals import count_of
from pipeline.profiles.identity import CODE_OF, ROW_NUMBER_IDENTITY

_FEWEST, _SHARE = 10, 0.05
"""So many rows with a code of several records refuse a file: see docs/profiles.md."""
_DAY = "received_at"


@dataclass(frozen=True)
class FoundIdentity:
    """What the key `identity` should say, empty where the usual one fits, with the reason."""

    identity: str | tuple[str, ...]
    reason: str
    unsure: str = ""


def find_identity(kind: str, frame: pl.DataFrame) -> FoundIdentity:
    """What identifies a record. `frame` has our columns that were found, as text, days as days."""
    code = CODE_OF.get(kind)
    if code is None:
        return FoundIdentity((), "unit, indicator and breakdown")
    codes = [c for c in (code, "dossier_id") if c in frame.columns]
    if not codes:
        return FoundIdentity(ROW_NUMBER_IDENTITY, "no column has a code, so each row is a record")
    named = frame.drop_nulls(codes[0])
    twice = named.height - named[codes[0]].n_unique()
    reason = f"{named[codes[0]].n_unique():,} different codes in {count_of(named.height, 'row')}"
    if kind == "ratings" or not twice:
        return FoundIdentity((), reason)
    others = [c for c in ("unit_code", _DAY) if c in frame.columns]
    shared = {c: _count_shared(named, codes[0], (c,)) for c in others}
    worst = max(shared.values(), default=0)
    if worst < _FEWEST or worst <= _SHARE * named.height:
        remark = f"{count_of(twice, 'row')} with the code of another row: the latest of each counts"
        return FoundIdentity((), reason, remark)
    more = tuple(c for c in others if shared[c] == worst)[:1]
    remark = (
        f"{worst:,} rows have the code of another row and another {more[0]}: they are taken for "
        "records of their own (identity)"
    )
    return FoundIdentity((*more, codes[0]), f"{reason}; {remark}", remark)


def _count_shared(frame: pl.DataFrame, code: str, others: tuple[str, ...]) -> int:
    """Rows whose code other rows have with another value in one of the other columns."""
    counts: Mapping[str, int] = (
        frame.group_by(code)
        .agg(rows=pl.len(), values=pl.struct(others).n_unique())
        .filter(pl.col("values") > 1)
        .select(rows=pl.col("rows").sum())
        .row(0, named=True)
    )
    return int(counts["rows"] or 0)
