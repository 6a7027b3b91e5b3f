"""What to type next: how a file and its profile get to a published page.

Here belong the commands as text, for a drafted profile and for one that was previewed. Not here:
drafting (profile_draft), previewing (profile_preview), printing (print_draft, print_preview).
"""

import shlex
from dataclasses import dataclass
from pathlib import Path

from assets.command_line.drafted_lines import add_lines
from assets.command_line.profile_preview import ProfilePreview, Sending
from pipeline import letters, masking
from pipeline.drafting import Draft, toml_lines
from pipeline.exports import ENDINGS
from pipeline.exports.forms import Form
from pipeline.home import Home

_UNKNOWN_MONTH = "YYYY-MM"
_UNKNOWN_SENDER = "CODE"
_USUAL_ENDINGS: dict[Form, str] = {
    "text": ".csv",
    "workbook": ".xlsx",
    "json": ".json",
    "parquet": ".parquet",
    "zip": ".zip",
}


@dataclass(frozen=True)
class _Sent:
    """A file of a kind, as a person types it. A name that may be personal is FILE."""

    file: Path
    kind: str
    home: Home
    form: Form = "text"

    @property
    def shown(self) -> str:
        is_plain = masking.show_file_name(self.file.name) == self.file.name
        return _quote(self.file) if is_plain else "FILE"

    @property
    def at_home(self) -> str:
        return f"--home {_quote(self.home.root)}"

    @property
    def name_in_inbox(self) -> str:
        """A file's name in the inbox begins with its kind, and its ending says its form."""
        endings = [ending for ending in ENDINGS if self.file.name.lower().endswith(ending)]
        return self.kind + (max(endings, key=len) if endings else _USUAL_ENDINGS[self.form])

    def preview(self, sender: str, name: str = "") -> str:
        profile = f" --profile {shlex.quote(name)}" if name else ""
        return f"reform-index profile {self.shown} {self.at_home}{profile} --sender {sender}"

    def publish(self, sender: str, month: str) -> tuple[str, ...]:
        """From the check to the published page."""
        is_named = letters.clean_text(self.file.name).startswith(self.kind)
        kind = "" if is_named else f" --kind {self.kind}"
        folder = self.home.inbox / sender / (month or _UNKNOWN_MONTH)
        run = f"reform-index run --month {month or _UNKNOWN_MONTH} {self.at_home}"
        setting = shlex.quote(f"senders = [{toml_lines.quote(sender)}]")
        alone = f"echo {setting} > {_quote(self.home.deliveries)}"
        is_first = not self.home.deliveries.exists() and not self.home.inbox.exists()
        return (
            f"reform-index check {self.shown} --sender {shlex.quote(sender)}{kind} {self.at_home}",
            f"mkdir -p {_quote(folder)}",
            f"cp {self.shown} {_quote(folder / self.name_in_inbox)}",
            *([f"{alone}   # where no other agency sends here"] if is_first else []),
            run,
        )


def list_after_draft(
    file: Path,
    draft: Draft,
    sending: Sending,
    written: tuple[Path | None, Path | None],
    *,
    is_usable: bool,
) -> tuple[str, ...]:
    """What to type after a draft, in this order.

    `written` are the files of the profile and of lines for the register. Where the profile is not
    usable it is to be edited and previewed before all else.
    """
    home, sender = sending.home, sending.sender
    profile_file, agencies_file = written
    sent = _Sent(file, draft.kind, home, draft.layout.form)
    if profile_file is None or not sender:
        return (sent.preview(shlex.quote(draft.hint.code) if draft.hint else _UNKNOWN_SENDER),)
    commands = []
    if agencies_file is not None and agencies_file != home.agencies:
        commands.append(add_lines(agencies_file, home))
    if not is_usable:
        return (*commands, sent.preview(shlex.quote(sender), str(profile_file)))
    if profile_file.parent != home.profiles:
        commands.append(_keep(profile_file, home))
    return (*commands, *sent.publish(sender, sending.month))


def list_after_preview(
    file: Path, name: str, preview: ProfilePreview, sending: Sending
) -> tuple[str, ...]:
    """What to type after a preview of a file that would be accepted; nothing after another."""
    if preview.fault or (preview.rows and not preview.accepted_rows):
        return ()
    home, sender = sending.home, sending.sender
    sent = _Sent(file, preview.profile.kind, home)
    if not sender:
        return (sent.preview(_UNKNOWN_SENDER, name),)
    path = Path(name)
    is_file = path.suffix == ".toml" and not (home.profiles / f"{name}.toml").is_file()
    is_elsewhere = is_file and path.resolve().parent != home.profiles.resolve()
    kept = [_keep(path, home)] if is_elsewhere else []
    return (*kept, *sent.publish(sender, sending.month or preview.month))


def _keep(profile_file: Path, home: Home) -> str:
    """The command that lays a profile into the home, under its name without `-draft`."""
    kept = home.profiles / f"{profile_file.stem.removesuffix('-draft')}.toml"
    return f"mkdir -p {_quote(home.profiles)} && cp {_quote(profile_file)} {_quote(kept)}"


def _quote(path: Path) -> str:
    return shlex.quote(str(path))
