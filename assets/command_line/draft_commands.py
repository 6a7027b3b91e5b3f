"""What to type after a profile was drafted: where the file goes, and how its month is run.

Here belong the commands as text. Not here: drafting (profile_draft), printing (print_draft).
"""

import shlex
from pathlib import Path

from assets.command_line.profile_preview import Sending
from pipeline import masking
from pipeline.drafting import Draft
from pipeline.exports.forms import ENDINGS, Form

_UNKNOWN_MONTH = "YYYY-MM"
_USUAL_ENDINGS: dict[Form, str] = {
    "text": ".csv",
    "workbook": ".xlsx",
    "json": ".json",
    "parquet": ".parquet",
    "zip": ".zip",
}


def list_commands(
    file: Path,
    draft: Draft,
    sending: Sending,
    profile_file: Path | None,
    agencies_file: Path | None,
) -> tuple[str, ...]:
    """The commands in the order in which they are typed. A name that may be personal is FILE."""
    home, sender = sending.home, sending.sender
    shown = _quote(file) if masking.show_file_name(file.name) == file.name else "FILE"
    at_home = f"--home {_quote(home.root)}"
    preview = f"reform-index profile {shown} {at_home}"
    if profile_file is None or not sender:
        return (f"{preview} --sender CODE",)
    commands = []
    if profile_file.parent != home.profiles:
        kept = home.profiles / f"{sender.lower()}-{draft.kind}.toml"
        commands.append(f"cp {_quote(profile_file)} {_quote(kept)}")
    if agencies_file is not None and agencies_file != home.agencies:
        commands.append(f"tail -n +2 {_quote(agencies_file)} >> {_quote(home.agencies)}")
    if not draft.is_whole:
        return (f"{preview} --profile {_quote(profile_file)} --sender {shlex.quote(sender)}",)
    commands.append(f"{preview} --profile {_quote(profile_file)} --sender {shlex.quote(sender)}")
    month = sending.month or _UNKNOWN_MONTH
    folder = home.inbox / sender / month
    return (
        *commands,
        f"mkdir -p {_quote(folder)}",
        f"cp {shown} {_quote(folder / _name_in_inbox(file, draft))}",
        f"reform-index run --month {month} {at_home}",
    )


def _quote(path: Path) -> str:
    return shlex.quote(str(path))


def _name_in_inbox(file: Path, draft: Draft) -> str:
    endings = [ending for ending in ENDINGS if file.name.lower().endswith(ending)]
    return draft.kind + (max(endings, key=len) if endings else _USUAL_ENDINGS[draft.layout.form])
