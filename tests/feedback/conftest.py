"""A sender's files and rejected rows, from which feedback is made."""

from collections.abc import Sequence

import polars as pl

from pipeline import tables
from pipeline.feedback import Feedback, JudgedFile, make_feedback
from pipeline.profiles import Profile
from pipeline.profiles.profile import parse_profile

MONTH = "2026-10"
PROFILE = """
senders = ["H26"]
kind = "dossiers"
date_formats = ["%d/%m/%Y %H:%M", "serial", "%Y-%m-%dT%H:%M%z"]
[columns]
dossier_id = "Mã hồ sơ"
status = "Trạng thái"
received_at = "Tiếp nhận"
due_at = "=Hẹn trả"
ended_at = "ended_at"
[values.status]
"Đang giải quyết" = "in_progress"
"Đã trả" = "finished"
"""
TEXT = "Mã hồ sơ,Trạng thái,Tiếp nhận,=Hẹn trả,ended_at\n\n" + "".join(
    f"{number},,,,\n" for number in range(40)
)
"""A blank line stands below the header, so a record stands one line below its number."""


def profile() -> Profile:
    return parse_profile(PROFILE, "own", "profiles/own.toml")


def file(
    name: str = "dossiers.csv", sha256: str = "a", rejected: int = 0, message: str = ""
) -> JudgedFile:
    """A file with a message where it is refused."""
    return JudgedFile(
        name=name,
        kind="dossiers",
        sha256=sha256,
        is_refused=bool(message),
        rows=0 if message else 40,
        accepted=0 if message else 40 - rejected,
        rejected=rejected,
        message=message,
        message_vi=message and f"{message} (vi)",
        profile=None if message else profile(),
    )


def broken(
    number: int,
    rule: str = "due_at_is_a_time",
    column: str = "due_at",
    found: str | None = "Aaaa 9",
    sha256: str = "a",
) -> dict[str, object]:
    """A rejected row and a rule that it breaks."""
    return {
        "month": MONTH,
        "sender_code": "H26",
        "kind": "dossiers",
        "sha256": sha256,
        "row_number": number,
        "column": column,
        "rule": rule,
        "found": found,
        "reason": f"{rule} is broken",
        "reason_vi": f"sai {rule}",
    }


def as_rejected(*rows: dict[str, object]) -> pl.DataFrame:
    return tables.REJECTED.conform(pl.DataFrame(rows, schema=tables.REJECTED.schema))


def feedback_of(files: Sequence[JudgedFile], *rejected: dict[str, object]) -> Feedback:
    return make_feedback(
        MONTH, ("H26", "Hà Nội"), files, as_rejected(*rejected).lazy(), lambda _: TEXT.encode()
    )
