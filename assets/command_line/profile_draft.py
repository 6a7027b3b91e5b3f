"""Drafting a profile for a file: what was found is written, read back and previewed.

Here belong where a draft is kept, and that nothing is overwritten unless that is asked for. Not
here: what is found in a file (pipeline.drafting), what to type next (draft_commands), how it is
printed (print_draft).
"""

import csv
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from assets.command_line.drafted_lines import name_drafted_lines
from assets.command_line.next_commands import list_after_draft
from assets.command_line.options import LIST_AGENCIES
from assets.command_line.profile_preview import ProfilePreview, Sending, preview_profile
from assets.command_line.senders import check_drafted_sender
from pipeline import agencies, calendar, exports
from pipeline.agencies import Register, RegisterError
from pipeline.drafting import Draft, draft_profile, write_profile
from pipeline.drafting.units import REGISTER_COLUMNS, write_lines
from pipeline.faults import FileFault
from pipeline.home import Home
from pipeline.own_files import read_text
from pipeline.profiles import ProfileError, load_all
from pipeline.profiles.limits import Limits
from pipeline.profiles.profile import parse_profile


@dataclass(frozen=True)
class DraftRequest:
    """For whom a profile is drafted, and where it is kept.

    `out` is a file to write it to in place of the home's folder of profiles; `overwrites` lets it
    replace one. Without sender and `out` nothing is written. `sender_name` is the name of a sender
    that the register lacks.
    """

    sending: Sending
    kind: str = ""
    out: Path | None = None
    overwrites: bool = False
    sender_name: str = ""


@dataclass(frozen=True)
class DraftedProfile:
    """A draft with its text, the files written, what the profile makes of the file, and what to
    type next.

    `sender` is the one it is drafted for, as it is shown, like `H38 = Lào Cai`; empty without one.
    There is no preview where the profile is not whole, where no month is known, or with a `fault`.
    """

    home: Home
    draft: Draft
    sender: str
    text: str
    profile_file: Path | None
    agencies_file: Path | None
    preview: ProfilePreview | None
    fault: FileFault | None
    next_commands: tuple[str, ...]


def draft_for_file(file: Path, request: DraftRequest) -> DraftedProfile:
    """Drafts a profile for a file, writes it, reads it back and previews it.

    Raises FileFault for a file that cannot be read; DraftError where nothing can be drafted;
    RegisterError for a sender that the register lacks and that has no name; ProfileError where a
    file would be overwritten, or another profile reads these files already.
    """
    home, sender = request.sending.home, request.sending.sender
    exports.check_size(file.stat().st_size, Limits())
    register = agencies.load(home.agencies)
    check_drafted_sender(register, sender, request.sender_name)
    draft = draft_profile(file.read_bytes(), file.name, register, sender, request.kind)
    draft = replace(draft, units=replace(draft.units, sender_name=request.sender_name))
    _check_in_force(draft, request.sending, register)
    own_lines = _read_register(home)
    _check_has_parents(own_lines, draft, home)
    text = write_profile(draft)
    profile_file, agencies_file = _find_places(draft, request)
    lines = write_lines(draft.units, _columns_of(own_lines))
    with TemporaryDirectory() as folder:
        with_lines = Path(folder) / home.agencies.name
        with_lines.write_text(own_lines + lines, encoding="utf-8")
        # What is written is read back before: a broken register would stop every sender.
        agencies.load(with_lines)
        if profile_file is not None:
            _write(profile_file, text)
        if agencies_file is not None:
            _write(agencies_file, f"{own_lines.partition(chr(10))[0]}\n{lines}")
        sending = replace(request.sending, agencies=with_lines)
        preview, fault = _preview(file, draft, text, sending)
    month = request.sending.month or (preview.month if preview else "") or draft.month
    return DraftedProfile(
        home=home,
        draft=draft,
        sender=_show_sender(request, register),
        text=text,
        profile_file=profile_file,
        agencies_file=agencies_file,
        preview=preview,
        fault=fault,
        next_commands=list_after_draft(
            file,
            draft,
            replace(request.sending, month=month),
            (profile_file, agencies_file),
            is_usable=draft.is_whole and fault is None and _has_accepted(preview),
        ),
    )


def _has_accepted(preview: ProfilePreview | None) -> bool:
    """Whether some rows would be accepted, or whether nobody knows."""
    return preview is None or (preview.fault is None and preview.accepted_rows > 0)


def _show_sender(request: DraftRequest, register: Register) -> str:
    sender = request.sending.sender
    if request.sender_name:
        return f"{sender} = {request.sender_name}, a new agency"
    return agencies.show_agency(register, sender) if sender else ""


def _check_in_force(draft: Draft, sending: Sending, register: Register) -> None:
    """Raises RegisterError for a sender of the register that is not in force in the month."""
    month = sending.month or draft.month
    is_known = sending.sender in register.table["code"]
    if month and is_known and not register.below(sending.sender, month):
        raise RegisterError(
            f"{agencies.explain_unknown(register, sending.sender, month)}: correct --sender "
            f"({LIST_AGENCIES}), or add it to {sending.home.agencies}"
        )


def _check_has_parents(register: str, draft: Draft, home: Home) -> None:
    """Raises RegisterError for a register that cannot say to which agency a unit belongs."""
    if draft.units.new and "parent_code" not in _columns_of(register):
        raise RegisterError(
            f"{home.agencies} lacks the column parent_code, which says to which agency a unit "
            "belongs: add it to the first line"
        )


def _find_places(draft: Draft, request: DraftRequest) -> tuple[Path | None, Path | None]:
    """Where the profile and the lines of the register go; None where they are not written.

    A profile that is not whole lies beside the folder of profiles, where it would refuse all files
    of its sender. The lines are a home's own register where it has none yet, else a draft of lines
    for it. Raises ProfileError where something is there already.
    """
    home, sender = request.sending.home, request.sending.sender
    if not sender and request.out is None:
        return None, None
    name = f"{sender.lower()}-{draft.kind}"
    usual = home.profiles / f"{name}.toml" if draft.is_whole else home.root / f"{name}-draft.toml"
    profile_file = request.out or usual
    _check_free(profile_file, request)
    if request.out is None:
        _check_no_other(home, draft, profile_file)
    if not sender or not draft.units.lines:
        return profile_file, None
    if request.out is None and not home.agencies.exists():
        return profile_file, home.agencies
    folder = home.root if request.out is None else request.out.parent
    agencies_file = folder / name_drafted_lines(request.out.stem if request.out else name)
    _check_free(agencies_file, request)
    return profile_file, agencies_file


def _check_free(path: Path, request: DraftRequest) -> None:
    if path.exists() and not request.overwrites:
        raise ProfileError(
            f"{path} is there already, and is not overwritten: preview it with --profile {path}, "
            "or add --overwrite, or --out with another file"
        )


def _check_no_other(home: Home, draft: Draft, path: Path) -> None:
    """Raises ProfileError where another profile of the home would read the same files."""
    for each in load_all(home.profiles, calendar.load_all(home.calendars)).own:
        is_of_kind = each.kind == draft.kind and draft.sender in each.senders
        if is_of_kind and each.name != path.stem and not each.file_pattern:
            raise ProfileError(
                f"profiles/{each.name}.toml reads the {draft.kind} of {draft.sender} already, and "
                "with a second one they would be refused: preview the file with --profile "
                f"{each.name}, or write the draft elsewhere with --out"
            )


def _read_register(home: Home) -> str:
    """The home's own register as text, or the header of one; ended by a line end."""
    own = read_text(home.agencies) if home.agencies.exists() else ""
    text = own.rstrip("\n") if own.strip() else ",".join(REGISTER_COLUMNS)
    return f"{text}\n"


def _columns_of(register: str) -> list[str]:
    header = next(csv.reader([register.partition("\n")[0]]), [])
    return [name.strip() for name in header]


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _preview(
    file: Path, draft: Draft, text: str, sending: Sending
) -> tuple[ProfilePreview | None, FileFault | None]:
    """What the profile makes of the file, or why the file would be refused."""
    if not draft.is_whole or (draft.derived.from_month and not sending.month):
        return None, None
    name = f"{draft.sender.lower()}-{draft.kind}"
    try:
        return preview_profile(file, parse_profile(text, name, f"{name}.toml"), sending), None
    except FileFault as fault:
        return None, fault
