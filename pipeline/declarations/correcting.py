"""Correcting: the declared corrections of a file change the text that was sent.

Here belongs finding the rows and changing their fields, before anything is typed. Not here: which
corrections concern a file (corrections).
"""

from collections.abc import Iterable

import polars as pl

from pipeline.declarations.corrections import CorrectedValue, Correction
from pipeline.exports import ROW_NUMBER, TextRows, name_in_frame
from pipeline.faults import FileFault
from pipeline.profiles import Profile
from pipeline.profiles.identity import CODE_OF


def correct_rows(rows: TextRows, profile: Profile, corrections: Iterable[Correction]) -> TextRows:
    """The rows of a file with every declared value in the place of what was sent.

    Raises FileFault broken_correction for a correction that does not meet exactly one row with the
    value that it names, or that meets a value which another one corrects too.
    """
    frame = rows.frame
    # By column of the frame: what becomes of the rows at some positions.
    changes: dict[str, dict[int, str | None]] = {}
    for correction in corrections:
        for number, value in enumerate(correction.rows, start=1):
            place = f"{correction.file}, [[rows]] {number}"
            column = _find_column(value.column, frame, profile, place)
            position = _find_row(value, column, frame, profile, place)
            changed = changes.setdefault(column, {})
            if position in changed:
                raise _fault(
                    place,
                    "another correction names the same value: keep one of the two",
                    "giá trị này còn được đính chính ở chỗ khác: chỉ giữ một chỗ",
                )
            changed[position] = value.right or None
    corrected = frame.with_columns(
        frame[column].scatter(list(changed), list(changed.values()))
        for column, changed in changes.items()
    )
    return TextRows(rows.header, corrected)


def _find_column(ours: str, frame: pl.DataFrame, profile: Profile, place: str) -> str:
    """The column of the frame that a column of ours is read from."""
    theirs = profile.columns.get(ours)
    if ours in profile.constants or theirs is None or name_in_frame(theirs) not in frame.columns:
        raise _fault(
            place,
            f"the file has no column that is read as {ours}: correct column, or the profile "
            f"{profile.name}",
            f"tệp không có cột nào được đọc là {ours}: sửa column, hoặc sửa cấu hình ánh xạ "
            f"{profile.name}",
        )
    return name_in_frame(theirs)


def _find_row(
    value: CorrectedValue, column: str, frame: pl.DataFrame, profile: Profile, place: str
) -> int:
    """The position of the one row with the key and the value that was sent."""
    holds_key = _holds_key(value, frame, profile, place).fill_null(value=False)
    with_key: list[int] = frame.select(holds_key.arg_true()).to_series().to_list()
    if not with_key:
        raise _fault(
            place,
            "no row of the file has this key: correct key, or remove the correction",
            "không dòng nào trong tệp có khóa này: sửa key, hoặc bỏ đính chính",
        )
    sent = zip(with_key, frame[column].gather(with_key), strict=True)
    found = [position for position, text in sent if (text or "") == value.sent]
    if not found:
        raise _fault(
            place,
            "the row was sent with another value than from: correct from, or remove the correction "
            "if the sender corrected it",
            "dòng này được gửi với giá trị khác với from: sửa from, hoặc bỏ đính chính nếu cơ quan "
            "gửi đã sửa",
        )
    if len(found) > 1:
        raise _fault(
            place,
            f"{len(found)} rows have this key and value: write the number of one row as key, for "
            "each of them",
            f"có {len(found)} dòng cùng khóa và giá trị này: ghi số thứ tự dòng làm key cho từng "
            "dòng",
        )
    return found[0]


def _holds_key(value: CorrectedValue, frame: pl.DataFrame, profile: Profile, place: str) -> pl.Expr:
    if isinstance(value.key, int):
        return pl.col(ROW_NUMBER) == value.key
    code = profile.columns.get(CODE_OF.get(profile.kind, ""))
    if code is None or name_in_frame(code) not in frame.columns:
        raise _fault(
            place,
            "the rows of the file have no code: write the number of the row as key, without quotes",
            "các dòng trong tệp không có mã: ghi số thứ tự dòng làm key, không đặt trong dấu ngoặc "
            "kép",
        )
    return pl.col(name_in_frame(code)) == value.key


def _fault(place: str, message: str, message_vi: str) -> FileFault:
    return FileFault(
        "broken_correction",
        f"{place}: {message}",
        f"{place}: {message_vi}",
    )
