"""Drift: what is said of a header that is not the one that a profile names.

Here belong the faults of a layout that changed, as a difference that a person can act on: which
columns went, which came, and which may have a new name. The header is compared with the profile.
Not here: finding the columns (header), which version of a profile fits (layouts).

Where a file has no header, row 1 names a person. So a name of the header is shown only where the
profile knows it, or where at least half of the needed columns are in the header and the name is
made of words that columns have (column_words).
"""

import difflib
from collections.abc import Sequence

from pipeline import letters
from pipeline.exports.column_words import is_column_name
from pipeline.faults import FileFault
from pipeline.masking import LONGEST
from pipeline.profiles import Profile
from pipeline.profiles.our_columns import sendable_columns

_MOST_SHOWN = 10
_DELIMITERS = {
    ";": ("';'", "';'", '";"'),
    ",": ("','", "','", '","'),
    "\t": ("a tab", "dấu tab", '"\\t"'),
    "|": ("'|'", "'|'", '"|"'),
}
"""What may stand between fields, in English, in Vietnamese and in a profile."""


class MissingColumns(FileFault):
    """A fault of a header that lacks so many (`count`) of the columns that a profile needs."""

    def __init__(self, count: int, message: str, message_vi: str) -> None:
        super().__init__("missing_column", message, message_vi)
        self.count = count


def missing_columns(missing: Sequence[str], header: Sequence[str], profile: Profile) -> FileFault:
    """The fault of a header that lacks columns of ours: what went, what came, and what to do."""
    known = {name for ours in profile.columns for name in profile.names_of(ours)}
    unknown = [name for name in dict.fromkeys(header) if name and name not in known]
    renamed = _find_renamed(missing, unknown, profile)
    is_header = _is_header(missing, profile)
    names = [name for name in unknown if is_header and _is_name(name)]
    came = [(name, header.index(name) + 1) for name in unknown] if is_header else []
    went, went_vi = _list_missing(missing, profile), _list_missing(missing, profile, vi=True)
    notes = [f"{len(header)} columns"]
    notes_vi = [f"{len(header)} cột"]
    if came:
        more = len(came) - len(came[:_MOST_SHOWN])
        shown = [(repr(name), place, name in names) for name, place in came[:_MOST_SHOWN]]
        listed = ", ".join(name if is_shown else f"column {at}" for name, at, is_shown in shown)
        listed_vi = ", ".join(name if is_shown else f"cột thứ {at}" for name, at, is_shown in shown)
        notes.append(f"not in the profile: {listed}" + (f" and {more} more" if more else ""))
        notes_vi.append(f"chưa khai báo: {listed_vi}" + (f" và {more} cột khác" if more else ""))
    example = ""
    for ours, name in renamed.items():
        place = header.index(name) + 1
        theirs = profile.columns[ours]
        if name in names:
            notes.append(f"{theirs!r} may now be {name!r}, column {place}")
            notes_vi.append(f"{theirs!r} có thể nay là {name!r}, cột thứ {place}")
            both = ", ".join(f'"{each}"' for each in (*profile.names_of(ours), name))
            if ours in sendable_columns(profile.kind):
                example = example or f"{ours} = [{both}]"
        else:
            is_one = len(missing) == 1
            notes.append(f"the name of column {place} is like {'it' if is_one else repr(theirs)}")
            notes_vi.append(
                f"tên cột thứ {place} gần giống {'' if is_one else repr(theirs)}".strip()
            )
    send, send_vi = (
        ("this column", "cột này")
        if len(missing) == 1
        else (
            "these columns",
            "các cột này",
        )
    )
    name_it, name_it_vi = _write_cure(profile, example, has_new=bool(names))
    return MissingColumns(
        len(missing),
        f"row 1: {went} not in the header ({'; '.join(notes)}): send the file with {send}, or "
        f"{name_it}",
        f"dòng 1: {went_vi} không có trong dòng tiêu đề ({'; '.join(notes_vi)}): gửi lại tệp có "
        f"{send_vi}, hoặc {name_it_vi}",
    )


def uncut_header(field: str, profile: Profile) -> FileFault | None:
    """The fault of a header that is one field, with names and another delimiter within; else None.

    Of a workbook, whose cells are not cut, it says that they hold whole lines.
    """
    needed = [ours for ours in profile.columns if ours not in profile.optional_columns]
    for mark, (shown, shown_vi, _) in _DELIMITERS.items():
        names = {letters.clean_name(each.strip(' "')) for each in field.split(mark)}
        missing = [ours for ours in needed if not names.intersection(profile.names_of(ours))]
        if len(names) > 1 and _is_header(missing, profile):
            cure, cure_vi = _write_cure_of_uncut(mark, profile)
            return MissingColumns(
                len(needed),
                f"row 1: the names of the columns stand in one field, with {shown} between them: "
                f"{cure}",
                f"dòng 1: tên các cột cùng nằm trong một trường, cách nhau bằng {shown_vi}: "
                f"{cure_vi}",
            )
    return None


def _write_cure_of_uncut(mark: str, profile: Profile) -> tuple[str, str]:
    if mark == profile.delimiter:
        return (
            "take away the quotes around whole lines",
            "bỏ dấu ngoặc kép bao quanh cả dòng",
        )
    if profile.delimiter not in _DELIMITERS and not profile.delimiter.isprintable():
        return (
            "split the cells into columns, or save the sheet as CSV",
            "tách các ô thành cột, hoặc lưu trang tính dạng CSV",
        )
    own, own_vi, _ = _DELIMITERS.get(profile.delimiter, (repr(profile.delimiter),) * 3)
    written = _DELIMITERS[mark][2]
    return (
        f"save the file with {own} between its fields, or write delimiter = {written} in a profile "
        f"of your own (now read with: {profile.name})",
        f"lưu lại tệp với {own_vi} giữa các trường, hoặc ghi delimiter = {written} trong cấu hình "
        f"ánh xạ riêng (đang dùng: {profile.name})",
    )


def _write_cure(profile: Profile, example: str, *, has_new: bool) -> tuple[str, str]:
    """What to write in a profile, in English and Vietnamese."""
    own, own_vi = (
        f"a profile of your own (now read with: {profile.name})",
        f"cấu hình ánh xạ riêng (đang dùng: {profile.name})",
    )
    version, version_vi = "", ""
    if has_new:
        version = ", or add the new layout under [[versions]]"
        version_vi = ", hoặc thêm bố cục mới trong [[versions]]"
    if example:
        return (
            f"name both names of it in {own}, like {example}{version}",
            f"khai báo cả hai tên cột trong {own_vi}, ví dụ {example}{version_vi}",
        )
    return (
        f"name the right column in {own}{version}",
        f"khai báo đúng tên cột trong {own_vi}{version_vi}",
    )


def _list_missing(missing: Sequence[str], profile: Profile, *, vi: bool = False) -> str:
    """`the columns 'a' or 'b' (x) and 'c' (y) are`, or the same in Vietnamese without a verb."""
    either, also = (" hoặc ", " và ") if vi else (" or ", " and ")
    named = [f"{either.join(map(repr, profile.names_of(ours)))} ({ours})" for ours in missing]
    if vi:
        return f"cột {also.join(named)}"
    return f"the column {named[0]} is" if len(named) == 1 else f"the columns {also.join(named)} are"


def _find_renamed(
    missing: Sequence[str], unknown: Sequence[str], profile: Profile
) -> dict[str, str]:
    """By column of ours, the name of the header that is most like one of its names."""
    left, renamed = list(unknown), {}
    for ours in missing:
        near = filter(None, (_find_near(name, left) for name in profile.names_of(ours)))
        if match := next(near, ""):
            renamed[ours] = match
            left.remove(match)
    return renamed


def _find_near(name: str, others: Sequence[str]) -> str:
    """The most similar of other names, in whatever letters; empty where none is similar.

    A name within the other is similar, like `Trạng thái` in `Trạng thái hồ sơ`.
    """
    folded = name.casefold()
    by_folded = {other.casefold(): other for other in others}
    within = [other for other in by_folded if f" {folded} " in f" {other} "]
    within += [other for other in by_folded if f" {other} " in f" {folded} "]
    near = within or difflib.get_close_matches(folded, by_folded, n=1)
    return by_folded[near[0]] if near else ""


def _is_header(missing: Sequence[str], profile: Profile) -> bool:
    """Whether at least half of the columns that the profile needs are there."""
    needed = [ours for ours in profile.columns if ours not in profile.optional_columns]
    return 2 * len(missing) <= len(needed)


def _is_name(name: str) -> bool:
    return len(name) <= LONGEST and is_column_name(name)


def repeated_column(ours: str, theirs: str, header: Sequence[str], profile: Profile) -> FileFault:
    """The fault of a header that has a column more than once."""
    return FileFault(
        "missing_column",
        f"row 1: the column {theirs!r} ({ours}) is more than once in the header ({len(header)} "
        "columns): send the file with this column once, or name another column in a profile of "
        f"your own (now read with: {profile.name})",
        f"dòng 1: cột {theirs!r} ({ours}) xuất hiện nhiều lần trong dòng tiêu đề ({len(header)} "
        "cột): gửi lại tệp chỉ có một cột này, hoặc khai báo cột khác trong cấu hình ánh xạ riêng "
        f"(đang dùng: {profile.name})",
    )


def two_names(ours: str, found: Sequence[str], profile: Profile) -> FileFault:
    """The fault of a header that has a column of ours under two of its names."""
    names, names_vi = " and ".join(map(repr, found)), " và ".join(map(repr, found))
    return FileFault(
        "missing_column",
        f"row 1: {names} are both in the header, and the profile {profile.name} names them for one "
        f"column ({ours}): keep in its [columns] only the name that is meant",
        f"dòng 1: {names_vi} cùng có trong dòng tiêu đề, nhưng cấu hình ánh xạ {profile.name} khai "
        f"báo các tên này cho cùng một cột ({ours}): chỉ giữ tên đúng trong [columns]",
    )
