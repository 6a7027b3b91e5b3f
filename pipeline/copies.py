"""Copies: which rows tell of one record, and which of different records that have one key.

Here belongs the key of a record (from a profile's `identity`), the latest of its copies, different
records under one key, and the fault of a file that has many of these. Not here: what a profile may
name (profiles.identity), codes that a spreadsheet made unreadable (codes), the reasons that rows
are rejected for (expectations), a dossier over several exports (tallies.ledger).
"""

from collections.abc import Iterable, Sequence

import polars as pl

from pipeline.codes import CODES, check_codes_are_whole, is_many
from pipeline.columns import MOMENT, find_varying
from pipeline.exports import ROW_NUMBER
from pipeline.faults import FileFault, write_number_vi
from pipeline.profiles import Profile
from pipeline.profiles.identity import CODE_OF, USUAL_IDENTITY
from pipeline.profiles.our_columns import UPDATED_AT, sendable_columns
from pipeline.repeated_files import find_repeated_files
from pipeline.tables import HAS_SHARED_KEY, RECORDS

IS_LATEST_COPY = "is_latest_copy"
"""False where a later row tells of the same record."""
HAS_OWN_KEY = "has_own_key"
"""False where another record with the same key counts, or where none of them does."""
ANSWER_PLACE = "answer_place"
"""Which of the columns with one question a rating is in, from 0: a respondent may give several
answers to a question of ours."""
_LATEST_BY = {
    "dossiers": (*(UPDATED_AT, "ended_at", "handed_over_at", "due_at", "received_at", "status"),),
    "ratings": ("answered_at", "answer"),
    "petitions": (UPDATED_AT, "handled_at", "due_at", "received_at", "status"),
    "figures": ("denominator", "numerator"),
}
"""The columns by which the latest of several copies is found, the first decides first."""
_DIFFERENT_BY = {
    "dossiers": ("received_at", "unit_code"),
    "ratings": ("answered_at",),
    "petitions": ("received_at", "unit_code"),
    "figures": ("period_at", "numerator", "denominator"),
}
"""Rows that differ in one of these tell of different records, whatever their key is."""
_NAME_LENGTH = 16
"""How much of a file's SHA-256 stands in the name of a row that has no code."""
_SHARED_KEYS = {
    "dossiers": (
        "have the same code as a dossier of another unit or another day of receipt, so the code "
        "alone does not identify a dossier: send the full codes, or name in a profile the columns "
        'that identify it: identity = ["dossier_id", "received_at"], or ["unit_code", '
        '"dossier_id"] where each unit has codes of its own',
        "có mã hồ sơ trùng với hồ sơ của đơn vị khác hoặc ngày tiếp nhận khác nên chỉ riêng mã "
        "không xác định được hồ sơ: gửi mã đầy đủ, hoặc khai báo trong cấu hình ánh xạ các cột xác "
        'định hồ sơ: identity = ["dossier_id", "received_at"], hoặc ["unit_code", "dossier_id"] '
        "nếu mỗi đơn vị tự đánh mã",
    ),
    "ratings": (
        "have the respondent, unit and question of an answer of another day, and name no dossier, "
        "so the respondent's code does not say who answered: name in a profile what does, like "
        'identity = ["respondent_id", "answered_at"], or identity = "row_number" where each row '
        "is another person, or send the full codes",
        "trùng mã người đánh giá, đơn vị và câu hỏi với câu trả lời của ngày khác mà không ghi mã "
        "hồ sơ, nên mã không xác định được người trả lời: khai báo trong cấu hình ánh xạ, ví dụ "
        'identity = ["respondent_id", "answered_at"], hoặc identity = "row_number" nếu mỗi dòng '
        "là một người, hoặc gửi mã đầy đủ",
    ),
    "petitions": (
        "have the same code as a petition of another unit or another day of receipt, so the code "
        "alone does not identify a petition: send the full codes, or name in a profile the columns "
        'that identify it: identity = ["petition_id", "received_at"], or ["unit_code", '
        '"petition_id"] where each unit has codes of its own',
        "có mã trùng với phản ánh, kiến nghị của đơn vị khác hoặc ngày tiếp nhận khác nên chỉ "
        "riêng mã không xác định được phản ánh, kiến nghị: gửi mã đầy đủ, hoặc khai báo trong cấu "
        'hình ánh xạ các cột xác định phản ánh, kiến nghị: identity = ["petition_id", '
        '"received_at"], hoặc ["unit_code", "petition_id"] nếu mỗi đơn vị tự đánh mã',
    ),
    "figures": (
        "have the unit, indicator and breakdown of a row with other numbers or another day, and "
        "nothing says which row is right: send each figure once, name the column with its "
        'breakdown in a profile, or write identity = "row_number" there where all rows add up',
        "trùng đơn vị, chỉ số và phân tổ với dòng có số liệu hoặc ngày khác, không rõ dòng nào "
        "đúng: mỗi số liệu chỉ gửi một lần, hoặc khai báo cột phân tổ trong cấu hình ánh xạ, hoặc "
        'khai báo identity = "row_number" nếu các dòng cộng lại với nhau',
    ),
}
"""What is said of a file with many rows under keys of several records, by kind."""


def with_names_of_rows(frame: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """The rows of a file with the names that the profile's `identity` gives to their records.

    Takes rows of records.with_sender_and_file. Where each row is a record, a row without a code is
    named by its file and number; of ratings every row is, so that each is another respondent. Of
    ratings with another `identity` the respondent is what its columns hold together, moments by
    their day; null where none of the codes among them is sent.
    """
    if profile.identity is None or profile.kind not in CODE_OF:
        return frame
    code = CODE_OF[profile.kind]
    identity = profile.record_identity
    if not identity:
        file = pl.col("sha256").cast(pl.String).str.slice(0, _NAME_LENGTH)
        name = pl.format("{}/{}", file, pl.col(ROW_NUMBER))
        is_kept = profile.kind != "ratings"
        return frame.with_columns((pl.coalesce(code, name) if is_kept else name).alias(code))
    if profile.kind != "ratings" or identity == USUAL_IDENTITY["ratings"]:
        return frame
    parts = [_by_day(name, "ratings").cast(pl.String).fill_null("") for name in identity]
    codes = [pl.col(name) for name in (code, "dossier_id") if name in identity]
    is_named = pl.any_horizontal(each.is_not_null() for each in codes)
    respondent = pl.when(is_named).then(pl.concat_str(parts, separator="/"))
    return frame.with_columns(respondent.alias(code))


def mark_copies(
    files: Iterable[tuple[pl.DataFrame, Profile]], kind: str
) -> tuple[list[pl.DataFrame], dict[str, FileFault]]:
    """The files of a delivery with `with_copies`, and by SHA-256 the files that are refused.

    Takes rows of one kind, as `with_names_of_rows` gives them. Rows are compared over all files
    that are read with the same identity; a refused file is compared with no other. Refused is a
    file of whose rows many have a key that different records have, and one whose rows another file
    has, too, where each row is a record.
    """
    by_identity: dict[tuple[str, ...], list[pl.DataFrame]] = {}
    for frame, profile in files:
        by_identity.setdefault(profile.record_identity, []).append(frame)
    marked: list[pl.DataFrame] = []
    faults: dict[str, FileFault] = {}
    for identity, frames in by_identity.items():
        together = with_copies(pl.concat(frames), kind, identity)
        found = _find_faults(together, kind) if identity else find_repeated_files(frames, kind)
        if found:
            kept = together.filter(~pl.col("sha256").cast(pl.String).is_in(list(found)))
            together = with_copies(kept, kind, identity)
            faults |= found
        marked.append(together)
    return marked, faults


def with_copies(
    frame: pl.DataFrame, kind: str, identity: Sequence[str] | None = None
) -> pl.DataFrame:
    """The rows with IS_LATEST_COPY, HAS_OWN_KEY and HAS_SHARED_KEY.

    `identity` are the columns that identify a record, none where each row is one, and None for the
    usual ones. Rows with the same key are copies of a record, unless they differ in the day or unit
    of _DIFFERENT_BY: then they tell of different records that share a key, and the latest of them
    keeps it. No figure keeps it: nothing says which is the later. A row without a key is no copy.

    Of copies one is the latest: by updated_at where it is sent, by its dates, then by the rest of
    its content, so that the order of files and rows does not matter; of equal rows, by file and row
    number.
    """
    names = _key_columns(kind, identity)
    alone = frame.with_columns(
        **{IS_LATEST_COPY: pl.lit(True), HAS_OWN_KEY: pl.lit(True), HAS_SHARED_KEY: pl.lit(False)}
    )
    if not names:
        return alone
    parts = [_by_day(name, kind) for name in names]
    key = pl.struct(parts) if len(parts) > 1 else parts[0]
    # As many hashes as rows means as many keys, and hashes are counted four times as fast.
    if frame.select(key.hash().n_unique()).item() == frame.height:
        return alone
    copied = _sort_copied_rows(frame, kind, names, key)
    older = copied.filter(~pl.col(IS_LATEST_COPY)).get_column("place")
    shared = _find_shared_keys(copied)
    without = shared if kind == "figures" else shared.filter(pl.col("record") != pl.col("owner"))
    place = pl.int_range(pl.len(), dtype=pl.UInt32)
    return frame.with_columns(
        (~place.is_in(older.implode())).alias(IS_LATEST_COPY),
        (~place.is_in(without.get_column("place").implode())).alias(HAS_OWN_KEY),
        place.is_in(shared.get_column("place").implode()).alias(HAS_SHARED_KEY),
    )


def _key_columns(kind: str, identity: Sequence[str] | None) -> tuple[str, ...]:
    """The columns of a record's key. An answer is one to a question on a dossier, too.

    The answers in several columns with one question are no copies of each other.
    """
    names = USUAL_IDENTITY[kind] if identity is None else tuple(identity)
    if kind == "ratings" and names:
        return ("respondent_id", "unit_code", "question", "dossier_id", ANSWER_PLACE)
    return names


def _sort_copied_rows(
    frame: pl.DataFrame, kind: str, names: Sequence[str], key: pl.Expr
) -> pl.DataFrame:
    """The rows that have a key with others, the latest last: place, key, record, IS_LATEST_COPY."""
    sent = sorted(f"{column}_as_sent" for column in sendable_columns(kind))
    # Of many equal rows, the columns that are the same in all would fill the memory when sorted.
    by = (*find_varying(frame, (*_LATEST_BY[kind], *sent, "sha256")), ROW_NUMBER)
    code = CODE_OF.get(kind, "unit_code")
    is_copied = pl.col(code).is_not_null() & key.is_duplicated()
    return (
        frame.lazy()
        .select(*dict.fromkeys((*names, *_DIFFERENT_BY[kind], *by)), is_copied=is_copied)
        .with_row_index("place")
        .filter("is_copied")
        .with_columns(key=key, record=_record_of_key(kind))
        .sort(*by, nulls_last=False)
        .select(
            "place",
            "key",
            "record",
            pl.struct("key", "record").is_last_distinct().alias(IS_LATEST_COPY),
        )
        .collect()
    )


def _find_shared_keys(copied: pl.DataFrame) -> pl.DataFrame:
    """Of the sorted rows those of keys with several records: with `owner`, the latest of these.

    Without rows that have no record: they lack a column that every record has, and are rejected.
    """
    known = copied.filter(pl.col("record").is_not_null())
    several = known.filter(IS_LATEST_COPY).filter(pl.col("key").is_duplicated())
    owners = several.group_by("key").agg(owner=pl.col("record").last())
    return known.join(owners, on="key", how="inner", nulls_equal=True)


def _record_of_key(kind: str) -> pl.Expr:
    """A number for what tells the records of one key apart; null where a part is missing."""
    parts = [_by_day(name, kind) for name in _DIFFERENT_BY[kind]]
    if kind == "ratings":
        # Whoever rates one dossier twice has thought again.
        parts = [pl.when(pl.col("dossier_id").is_null()).then(*parts).otherwise(pl.date(1, 1, 1))]
    is_whole = pl.all_horizontal(part.is_not_null() for part in parts)
    return pl.when(is_whole).then(pl.struct(parts).hash())


def _by_day(name: str, kind: str) -> pl.Expr:
    """A column as it identifies a record: a moment by its day."""
    is_moment = RECORDS[kind].schema.get(name) == MOMENT
    return pl.col(name).dt.date() if is_moment else pl.col(name)


def _find_faults(frame: pl.DataFrame, kind: str) -> dict[str, FileFault]:
    """By SHA-256, why files are refused; takes rows of `with_copies`."""
    if not frame.select((pl.col(HAS_SHARED_KEY) | ~pl.col(IS_LATEST_COPY)).any()).item():
        return {}
    faults = {}
    # Each group is a copy of its rows, so it has the columns alone that are looked at.
    marked = frame.select("sha256", CODES[kind][0], IS_LATEST_COPY, HAS_OWN_KEY, HAS_SHARED_KEY)
    for (sha256,), file in marked.group_by("sha256"):
        try:
            check_codes_are_whole(file, kind, ~pl.col(IS_LATEST_COPY) | ~pl.col(HAS_OWN_KEY))
            _check_keys_are_own(file, kind)
        except FileFault as fault:
            faults[str(sha256)] = fault
    return faults


def _check_keys_are_own(file: pl.DataFrame, kind: str) -> None:
    """Raises FileFault where many rows of a file have a key that different records have."""
    shared = int(file.get_column(HAS_SHARED_KEY).sum())
    if is_many(shared, file.height):
        said, said_vi = _SHARED_KEYS[kind]
        raise FileFault(
            "ambiguous_identity",
            f"{shared:,} of its {file.height:,} rows {said}",
            f"{write_number_vi(shared)} trong {write_number_vi(file.height)} dòng {said_vi}",
        )
