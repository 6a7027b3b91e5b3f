"""Repeated files: rows that a sender sends twice, in two files, where each row is a record.

A person sends a survey as CSV and as a workbook, or again with three answers more. Where no code
identifies a record, nothing but its content tells that it is the same. Here belongs the fault of
such a file. Not here: equal bytes (equal_bytes), records with a code (copies).
"""

from collections.abc import Iterable

import polars as pl

from pipeline.exports import ROW_NUMBER
from pipeline.faults import FileFault, write_number_vi
from pipeline.profiles.identity import CODE_OF
from pipeline.tables import RECORDS

_FEWEST = 10
"""Fewer rows may be the same by chance [ours]."""
_MOST_SHARE = 0.5
"""Above this share of its rows that another file has, a file is that one again, or a part of it."""
_DIFFERENT_SHARE = 0.9
"""Where fewer of the rows differ from each other, as in a survey with days and no times, two files
may well have the same ones."""


def find_repeated_files(frames: Iterable[pl.DataFrame], kind: str) -> dict[str, FileFault]:
    """By SHA-256, why files are refused whose rows are in another file, too.

    Takes files of one kind in which each row is a record, as copies.with_names_of_rows gives them.
    Of two such files the one with more rows is kept.
    """
    filled = [frame for frame in frames if frame.height]
    if len(filled) < 2:  # noqa: PLR2004
        return {}
    files = {str(frame.item(0, "sha256")): _hash_rows(frame, kind) for frame in filled}
    kept: list[pl.DataFrame] = []
    faults: dict[str, FileFault] = {}
    for sha256, rows in sorted(files.items(), key=lambda file: (-_count(file[1]), file[0])):
        if not _are_different(rows):
            continue
        repeated = max((_count_shared(rows, other) for other in kept), default=0)
        if repeated >= _FEWEST and repeated > _MOST_SHARE * _count(rows):
            faults[sha256] = _describe(repeated, _count(rows))
        else:
            kept.append(rows)
    return faults


def _hash_rows(frame: pl.DataFrame, kind: str) -> pl.DataFrame:
    """The contents of a file's rows, and how many have each: hash, rows.

    A row of the file may be several records, one for each answer in it.
    """
    code = CODE_OF.get(kind)
    own = {"sender_code", "sha256", ROW_NUMBER, code}
    names = [name for name in RECORDS[kind].names if name in frame.columns and name not in own]
    names += [f"{code}_as_sent"] if code else []
    content = frame.select(ROW_NUMBER, hash=pl.struct(names).hash())
    rows = content.group_by(ROW_NUMBER).agg(pl.col("hash").sort()).select(pl.col("hash").hash())
    return rows.group_by("hash").agg(rows=pl.len())


def _count(rows: pl.DataFrame) -> int:
    return int(rows["rows"].sum())


def _are_different(rows: pl.DataFrame) -> bool:
    return rows.height >= _DIFFERENT_SHARE * _count(rows)


def _count_shared(rows: pl.DataFrame, other: pl.DataFrame) -> int:
    shared = rows.join(other, on="hash", suffix="_other")
    return int(shared.select(pl.min_horizontal("rows", "rows_other").sum()).item())


def _describe(repeated: int, rows: int) -> FileFault:
    return FileFault(
        "repeated_rows",
        f"{repeated:,} of its {rows:,} rows are also in another file of this kind and month, and "
        "would count twice: take one of the two files away; if each has rows that the other "
        "lacks, send one file that has each row once",
        f"{write_number_vi(repeated)} trong {write_number_vi(rows)} dòng cũng có trong tệp khác "
        "cùng loại của tháng này nên sẽ bị tính hai lần: bỏ một trong hai tệp; nếu tệp nào cũng có "
        "dòng mà tệp kia không có thì gửi một tệp trong đó mỗi dòng chỉ có một lần",
    )
