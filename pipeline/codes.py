"""Codes: whether a code or a time is as its agency gave it, or a spreadsheet made a number of it.

Here belongs how such a number is recognised, and the fault of a file that has many. Not here: codes
that are whole and name several records (copies), the reason of a single row (expectations).
"""

import polars as pl

from pipeline.faults import FileFault, write_number_vi
from pipeline.profiles import Profile
from pipeline.profiles.our_columns import moment_columns

CODES = {
    "dossiers": ("dossier_id", "procedure_code", "unit_code"),
    "ratings": ("respondent_id", "dossier_id", "unit_code"),
    "petitions": ("petition_id", "dossier_id", "unit_code"),
    "figures": ("unit_code", "breakdown"),
}
"""The columns with codes of each kind of records, the first names the record."""
SCIENTIFIC = r"^[+-]?\d(?:[.,]\d+[eE]\+?|[eE]\+)\d{1,3}$"
"""A code that is a number in scientific notation: 2.61E+11, 2,61E+11, 2.61e11 or 3E+11."""
_CUT = r"^\d{15}0+$"
"""A number of more than 15 digits, with nothing but zeros after the 15th."""
_LONG = r"^\d{16,}$"
_NEARLY_ALL = 0.95
MANY_ROWS = 10
MANY_SHARE = 0.05
"""From MANY_ROWS on, and above this share of a file's rows, a fault of rows is the file's."""


def is_many(rows: int, all_rows: int) -> bool:
    """Whether so many rows of a file are at fault that none of its numbers can be trusted."""
    return rows >= MANY_ROWS and rows > MANY_SHARE * all_rows


def check_no_code_is_a_number(frame: pl.DataFrame, profile: Profile) -> None:
    """Raises FileFault where many codes or times of a file are numbers in scientific notation.

    Takes typed rows. A single such value is a matter of its row.
    """
    codes = pl.col(CODES[profile.kind])
    # Only of times that cannot be read, which are few: each is compared with a pattern.
    times = [
        pl.col(f"{name}_as_sent").filter(pl.col(name).is_null()).alias(name)
        for name in moment_columns(profile.kind)
    ]
    lost = [each.str.contains(SCIENTIFIC).sum() for each in (codes, *times)]
    lost_by_name = frame.select(lost).row(0, named=True)
    for name, lost in lost_by_name.items():
        if is_many(lost, frame.height):
            theirs = profile.columns.get(name, name)
            raise FileFault(
                "lost_codes",
                f"{lost:,} of its {frame.height:,} rows have a number in scientific notation like "
                f"2.61E+11 in the column {theirs!r}: a spreadsheet wrote it, and the digits are "
                "lost; export the file again with this column as text",
                f"{write_number_vi(lost)} trong {write_number_vi(frame.height)} dòng có số dạng "
                f"khoa học như 2,61E+11 ở cột {theirs!r}: phần mềm bảng tính đã ghi như vậy và các "
                "chữ số đã mất; xuất cột này ở dạng văn bản rồi gửi lại tệp",
            )


def check_codes_are_whole(frame: pl.DataFrame, kind: str, is_set_aside: pl.Expr) -> None:
    """Raises FileFault where codes were cut to 15 digits, so that many are those of others.

    `is_set_aside` is true of rows that another row with the same code keeps from counting. Codes
    that end in zeros are no fault by themselves: only where nearly all long ones do, and many rows
    are set aside.
    """
    name = CODES[kind][0]
    if name == "unit_code":
        return
    code = pl.col(name)
    lost, cut, long = frame.select(
        lost=(code.str.contains(_CUT) & is_set_aside).sum(),
        cut=code.str.contains(_CUT).sum(),
        long=code.str.contains(_LONG).sum(),
    ).row(0)
    if is_many(lost, frame.height) and cut >= _NEARLY_ALL * long:
        raise FileFault(
            "lost_codes",
            f"{lost:,} of its {frame.height:,} rows have the code of another row, and the codes in "
            f"{name} have more than 15 digits and end in zeros: a spreadsheet cut them; export "
            "the file again with this column as text",
            f"{write_number_vi(lost)} trong {write_number_vi(frame.height)} dòng trùng mã với dòng "
            f"khác, và các mã ở cột {name} có hơn 15 chữ số với phần cuối toàn số 0: phần mềm bảng "
            "tính đã cắt mã; xuất cột này ở dạng văn bản rồi gửi lại tệp",
        )
