"""The errors that real exports have, put into a small share of the rows.

Here belong which errors there are and how a row gets an error. Not here: rows without errors
(exports), and the row rules that find errors (expectations).
"""

import numpy as np
import numpy.typing as npt
import polars as pl

Changes = dict[str, tuple[str, str | pl.Series]]
"""By fault: the column that is changed, and its new value."""

FAULTS = {
    "dossiers": (
        "end_before_receipt",
        "due_before_receipt",
        "text_for_a_date",
        "unknown_status",
        "duplicate_row",
    ),
    "ratings": ("unknown_rating", "text_for_a_date", "duplicate_row"),
    "petitions": ("unknown_status", "text_for_a_date", "duplicate_row"),
}
_TEXT = "không rõ"
_A_YEAR = 10_000_000_000
"""A year in a moment written as the number yyyyMMddHHmmss."""


def add_faults(
    rng: np.random.Generator, kind: str, rows: pl.DataFrame, share: float
) -> tuple[pl.DataFrame, dict[str, int]]:
    """The rows of a kind with about a share of them at fault, and how many have each fault.

    Copies of rows come at the end; each counts as one row at fault.
    """
    chosen = _choose_rows(rng, rows.height, share, FAULTS[kind])
    if kind == "ratings":
        changes: Changes = {
            "unknown_rating": ("DiemDanhGia", "9"),
            "text_for_a_date": ("NgayDanhGia", _TEXT),
        }
        return _change_rows(rows, chosen, changes)
    if kind == "petitions":
        changes = {
            "unknown_status": ("TrangThai", "99"),
            "text_for_a_date": ("NgayTiepNhan", _TEXT),
        }
        return _change_rows(rows, chosen, changes)
    a_year_before = rows["NgayTiepNhan"] - _A_YEAR
    changes = {
        "end_before_receipt": ("NgayKetThucXuLy", a_year_before),
        "due_before_receipt": ("NgayHenTra", a_year_before),
        "text_for_a_date": ("NgayTiepNhan", _TEXT),
        "unknown_status": ("TrangThaiHoSo", "99"),
    }
    for fault in ("end_before_receipt", "due_before_receipt"):
        has_date = rows[changes[fault][0]].is_not_null().to_numpy()
        chosen[fault] = chosen[fault][has_date[chosen[fault]]]
    return _change_rows(rows, chosen, changes)


def _choose_rows(
    rng: np.random.Generator, rows: int, share: float, faults: tuple[str, ...]
) -> dict[str, npt.NDArray[np.int64]]:
    """Row numbers by fault, in order; no row is chosen twice."""
    at_fault = np.sort(rng.choice(rows, rng.binomial(rows, share), replace=False))
    fault = rng.integers(0, len(faults), len(at_fault))
    return {name: at_fault[fault == number] for number, name in enumerate(faults)}


def _change_rows(
    rows: pl.DataFrame,
    chosen: dict[str, npt.NDArray[np.int64]],
    changes: Changes,
) -> tuple[pl.DataFrame, dict[str, int]]:
    counts = {fault: len(numbers) for fault, numbers in chosen.items() if len(numbers)}
    if not counts:
        return rows, counts
    for fault, (column, value) in changes.items():
        numbers = chosen[fault]
        if len(numbers):
            found = value if isinstance(value, str) else value.gather(numbers).cast(pl.String)
            changed = rows[column].cast(pl.String).scatter(numbers, found)
            rows = rows.with_columns(changed.alias(column))
    copies = rows[chosen["duplicate_row"].tolist()]
    return pl.concat([rows, copies]), counts
