"""Checking a file before it is sent: the judgement that a run would make, as feedback.

Here belongs judging one file as if it lay in its sender's folder. Not here: the judgement itself
(assets.month.record), trying a profile (profile_preview), printing (print_check).
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import polars as pl

from assets.command_line.profile_preview import Sending, find_month, find_profile
from assets.month import failures
from assets.month.environment import last_finished_month
from assets.month.installation import Installation
from assets.month.record import Judged, judge
from expectations.rules.records import find_reasons
from pipeline import exports, feedback, letters, masking, planning, tables
from pipeline.errors import WrongUseError
from pipeline.exports import SentFile
from pipeline.faults import FileFault
from pipeline.feedback import Feedback
from pipeline.planning import Plan
from pipeline.profiles import Profile, Profiles


class WrongKindError(WrongUseError):
    """The name of the file says another kind of records than was asked for."""


@dataclass(frozen=True)
class _Tried(Installation):
    """The installation with one profile alone, where one is named."""

    profile: Profile | None = None

    @cached_property
    def profiles(self) -> Profiles:
        """The profile that is tried, else all profiles."""
        return Profiles((self.profile,), ()) if self.profile else super().profiles


def check_file(file: Path, sending: Sending, kind: str = "", profile_name: str = "") -> Feedback:
    """What a run would say of a file that a sender sends for a month.

    `kind` is that of a file whose name says none; with `profile_name` the file is read with this
    profile, else with the one that a run would choose. Without a month it is the one that most rows
    name, else the last finished one. Raises ProfileError, RegisterError, WrongKindError or OSError
    where profile, register or file cannot be used.
    """
    tried = find_profile(profile_name, sending.home) if profile_name else None
    name = _name_as_sent(file.name, kind, tried.kind if tried else "")
    if tried:
        tried = tried.model_copy(update={"senders": (sending.sender,), "file_pattern": "*"})
    installation = _Tried(sending.home, profile=tried)
    month = sending.month or _find_month(installation, file, name, sending)
    with file.open("rb") as source:
        sha256, size = hashlib.file_digest(source, "sha256").hexdigest(), source.tell()
    sent = SentFile(month, sending.sender, name, sha256, size)
    plan = planning.plan_deliveries(
        [sent], installation.register, installation.profiles, "", installation.declarations
    )
    judged = _judge(installation, plan, lambda _: file.read_bytes())
    found = feedback.make_feedback(
        month,
        (sending.sender, installation.register.name(sending.sender, month)),
        feedback.list_files(judged.files, plan, installation.profiles),
        judged.rejected.lazy(),
        lambda _: file.read_bytes(),
    )
    return replace(found, is_simulated=sending.home.is_simulated)


def _name_as_sent(name: str, kind: str, kind_of_profile: str) -> str:
    """The file's name, behind its kind where the name does not say it."""
    said = next((each for each in tables.KINDS if letters.clean_text(name).startswith(each)), "")
    if kind and said and said != kind:
        raise WrongKindError(
            f"the name of the file says {said}, and --kind {kind}: rename the file, or leave out "
            "--kind"
        )
    kind = kind or kind_of_profile
    return name if said or not kind else f"{kind}-{name}"


def _find_month(installation: Installation, file: Path, name: str, sending: Sending) -> str:
    try:
        cleaned = letters.clean_text(name)
        profile = installation.profiles.choose(
            sending.sender, exports.kind_of_file(cleaned), cleaned
        )
        found = find_month(file, masking.show_file_name(name), profile, sending)
    except FileFault:
        found = ""  # The judgement says why.
    return found or last_finished_month()


def _judge(installation: Installation, plan: Plan, read: Callable[[str], bytes]) -> Judged:
    """The judgement of one file; one that the program cannot process is refused, as in a run."""
    try:
        return judge(installation, plan, find_reasons, read)
    except failures.OF_ONE_DELIVERY as error:
        if isinstance(error, failures.OF_THE_RUN):
            raise
        cause = type(error.__cause__ or error).__name__
        fault = FileFault(
            "not_processed",
            f"the program could not process this file ({cause}): report it with the file's layout",
            f"chương trình không xử lý được tệp này ({cause}): báo lỗi kèm cấu trúc của tệp",
        )
    (planned,) = planning.readable_files(plan)
    nothing: pl.DataFrame = tables.REJECTED.empty()
    return Judged({}, nothing, planning.refuse_file(planned, fault))
