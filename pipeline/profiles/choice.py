"""Which profile applies to a file: the sender's own before the built-in one, never two.

Here belong all profiles of an installation and the choice among them. Not here: what one profile
may say (profile).
"""

import fnmatch
import hashlib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from pipeline import calendar
from pipeline.calendar import CalendarError, Calendars
from pipeline.faults import FileFault
from pipeline.profiles.profile import Profile, ProfileError, parse_profile, read_profile

ANY_SENDER = "*"


@dataclass(frozen=True)
class Profiles:
    """All profiles of an installation, and the files that could not be used as profiles."""

    own: tuple[Profile, ...]
    built_in: tuple[Profile, ...]
    broken: tuple[ProfileError, ...] = ()

    def choose(self, sender_code: str, kind: str, file_name: str) -> Profile:
        """The one profile for a file.

        Raises FileFault: broken_profile when the sender's own profile cannot be read,
        ambiguous_profile when two of its own fit, no_profile when none fits.
        """
        for error in self.broken:
            if sender_code in error.senders or ANY_SENDER in error.senders:
                raise FileFault(
                    "broken_profile",
                    f"the sender's profile cannot be used: {error}",
                    "không dùng được cấu hình ánh xạ của cơ quan gửi, cần sửa tệp cấu hình theo "
                    f"thông báo tiếng Anh sau: {error}",
                )
        own = [p for p in self.own if _fits(p, sender_code, kind, file_name)]
        if len(own) > 1:
            names = " và ".join(f"profiles/{p.name}.toml" for p in own)
            raise FileFault(
                "ambiguous_profile",
                f"{names.replace(' và ', ' and ')} both fit: narrow the senders or "
                "the file_pattern of one",
                f"{names} cùng khớp với tệp này: thu hẹp senders hoặc file_pattern của một trong "
                "hai",
            )
        chosen = own or [p for p in self.built_in if _fits(p, sender_code, kind, file_name)]
        if not chosen:
            raise FileFault(
                "no_profile",
                f"no profile fits a file of {kind} with this name: write one in profiles/",
                f"không có cấu hình ánh xạ nào khớp với tệp {kind} có tên này: thêm một cấu hình "
                "vào profiles/",
            )
        return chosen[0]

    def find(self, name: str, digest: str = "") -> Profile | None:
        """The profile of that name, own profiles first; of that digest too where one is given.

        An own profile may have the name of the built-in one that it was copied from.
        """
        profiles = (*self.own, *self.built_in)
        return next((p for p in profiles if p.name == name and digest in ("", p.digest)), None)

    @property
    def digest(self) -> str:
        """SHA-256 of all profiles, the broken ones too: the same digest, the same choice."""
        known = [(p.name, p.digest) for p in (*self.own, *self.built_in)]
        broken = [(str(error), sorted(error.senders)) for error in self.broken]
        return hashlib.sha256(repr((known, broken)).encode()).hexdigest()

    def remark(self) -> str:
        """The faults of profiles that name no sender, for messages; empty where there are none."""
        return "; ".join(str(error) for error in self.broken if not error.senders)


def _fits(profile: Profile, sender_code: str, kind: str, file_name: str) -> bool:
    return (
        profile.kind == kind
        and (sender_code in profile.senders or ANY_SENDER in profile.senders)
        and fnmatch.fnmatchcase(file_name, profile.file_pattern or f"{kind}*")
    )


def built_in() -> tuple[Profile, ...]:
    """The profiles that come with the software, by name."""
    folder = resources.files("pipeline.profiles")
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    return tuple(
        parse_profile(f.read_text(encoding="utf-8"), f.name.removesuffix(".toml"), f.name)
        for f in files
    )


def load_all(folder: Path, calendars: Calendars | None = None) -> Profiles:
    """The built-in profiles and those of a folder, which may be absent.

    `calendars` are those that a profile may name; without them only the built-in one. A file that
    cannot be used as a profile, or whose calendar cannot be used, is kept in `broken`: the files of
    its own senders are refused, and nobody else's.
    """
    calendars = calendars or calendar.load_all()
    own: list[Profile] = []
    usable: list[Profile] = []
    broken: list[ProfileError] = []
    for path in sorted(folder.glob("*.toml")) if folder.is_dir() else []:
        try:
            own.append(with_calendar(read_profile(path), calendars))
        except ProfileError as error:
            broken.append(error)
    for profile in built_in():
        try:
            usable.append(with_calendar(profile, calendars))
        except ProfileError as error:
            broken.append(error)
    return Profiles(tuple(own), tuple(usable), tuple(broken))


def with_calendar(profile: Profile, calendars: Calendars) -> Profile:
    """The profile with the digest of its calendar. ProfileError where that cannot be used."""
    try:
        return profile.with_calendar_digest(calendars.find(profile.calendar))
    except CalendarError as error:
        where = f"profiles/{profile.name}.toml"
        raise ProfileError(f"{where}: calendar: {error}", profile.senders) from None
