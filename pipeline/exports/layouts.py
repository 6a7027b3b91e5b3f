"""Layouts: which version of a profile a file has, by the header that is there and the month.

Here belongs the choice among the versions of one profile. Not here: what a version may say
(profiles.versions), which profile reads a file (profiles.choice).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby

from pipeline.exports.cell_text import CellText
from pipeline.exports.drift import MissingColumns
from pipeline.exports.header import from_header_row, read_header
from pipeline.faults import FileFault
from pipeline.profiles import Profile
from pipeline.profiles.versions import name_version, name_version_vi

Read = Callable[[Profile], CellText]
"""Reads a file's text by a profile."""
_Numbered = tuple[int, Profile]
"""A version of a profile with its number; the profile's own keys are version 1."""


def read_version(read: Read, profile: Profile, month: str = "") -> CellText:
    """The file's text, read by the version of the profile whose columns its header has.

    Of several that fit, the newest of those that hold in the month, by valid_from; without a month
    every version holds. Raises FileFault: missing_column where none fits (the message is about the
    one that fits best), ambiguous_profile where two of the same valid_from fit, no_profile where
    the only ones that fit do not hold in the month. A profile without versions is not tried.
    """
    if not profile.versions:
        return read(profile)
    numbered = list(enumerate((profile, *profile.versions), 1))
    holding = [each for each in numbered if _holds(each[1], month)]
    faults: list[tuple[_Numbered, FileFault]] = []
    newest_first = sorted(holding, key=_since, reverse=True)
    for _, of_one_date in groupby(newest_first, key=_since):
        fitting = _find_fitting(read, list(of_one_date), faults)
        if len(fitting) > 1:
            raise _two_fit([each for each, _ in fitting], profile)
        for _, sent in fitting:
            one = {"digest": profile.digest}
            return replace(sent, profile=sent.profile.model_copy(update=one))
    others = [each for each in numbered if each not in holding]
    outdated = _find_fitting(read, others, [] if holding else faults)
    if outdated:
        raise _does_not_hold(outdated[0][0], profile, month)
    raise _none_fits(faults, profile)


def _holds(version: Profile, month: str) -> bool:
    since, until = version.valid_from or "", version.valid_to
    return not month or (since <= month and (until is None or month <= until))


def _since(numbered: _Numbered) -> str:
    return numbered[1].valid_from or ""


def _find_fitting(
    read: Read, versions: Sequence[_Numbered], faults: list[tuple[_Numbered, FileFault]]
) -> list[tuple[_Numbered, CellText]]:
    """The versions whose columns the file has, with its text; the faults of others are added."""
    fitting = []
    for numbered in versions:
        try:
            sent = read(numbered[1])
            read_header(from_header_row(sent.text, sent.profile), sent.profile)
        except FileFault as fault:
            faults.append((numbered, fault))
        else:
            fitting.append((numbered, sent))
    return fitting


def _name(numbered: _Numbered) -> str:
    return name_version(numbered[0], numbered[1].valid_from, numbered[1].valid_to)


def _name_vi(numbered: _Numbered) -> str:
    return name_version_vi(numbered[0], numbered[1].valid_from, numbered[1].valid_to)


def _two_fit(versions: Sequence[_Numbered], profile: Profile) -> FileFault:
    names, names_vi = " and ".join(map(_name, versions)), " và ".join(map(_name_vi, versions))
    return FileFault(
        "ambiguous_profile",
        f"{names} of the profile {profile.name} both fit the header: write in the newer one the "
        'month from which it holds, like valid_from = "2026-04"',
        f"{names_vi} của cấu hình ánh xạ {profile.name} cùng khớp với dòng tiêu đề: ghi trong "
        'phiên bản mới hơn tháng bắt đầu áp dụng, ví dụ valid_from = "2026-04"',
    )


def _does_not_hold(version: _Numbered, profile: Profile, month: str) -> FileFault:
    return FileFault(
        "no_profile",
        f"its header is that of {_name(version)} of the profile {profile.name}, which does not "
        f"hold in {month}: send the export in the layout of {month}, or correct valid_from or "
        "valid_to in the profile",
        f"dòng tiêu đề là của {_name_vi(version)} trong cấu hình ánh xạ {profile.name}, không áp "
        f"dụng cho tháng {month}: gửi dữ liệu theo bố cục của tháng {month}, hoặc sửa valid_from "
        "hay valid_to trong cấu hình",
    )


def _none_fits(faults: Sequence[tuple[_Numbered, FileFault]], profile: Profile) -> FileFault:
    """The fault of the version that fits best, and that no other fits either."""
    nearest, fault = min(faults, key=lambda each: _distance(each[1]))
    count = len(profile.versions) + 1
    return FileFault(
        fault.fault,
        f"none of the {count} versions of the profile {profile.name} fits; the nearest is "
        f"{_name(nearest)}: {fault.message}",
        f"không phiên bản nào trong {count} phiên bản của cấu hình ánh xạ {profile.name} khớp; gần "
        f"nhất là {_name_vi(nearest)}: {fault.message_vi}",
    )


def _distance(fault: FileFault) -> float:
    """How many columns are missing; another fault is further than any."""
    return fault.count if isinstance(fault, MissingColumns) else float("inf")
