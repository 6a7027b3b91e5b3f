"""Deliveries: what one sender sent for one month, the unit of work.

Here belongs which files make a delivery, with which profile each is read, the keys under which
its results are kept, which delivery follows on which, and who sent nothing. Pure. Not here: files
on disk (archive), what is in them (exports, records).
"""

import hashlib
from collections.abc import Iterable, Mapping

import polars as pl

from pipeline import exports, tables
from pipeline.agencies import Register
from pipeline.errors import PlainError
from pipeline.exports import SentFile
from pipeline.faults import FileFault
from pipeline.profiles import Profile, Profiles

ACCEPTED, REFUSED, MISSING = "accepted", "refused", "missing"
PLAN = pl.Schema(
    {
        "month": pl.String,
        "sender_code": pl.String,
        "kind": pl.String,
        "file_name": pl.String,
        "sha256": pl.String,
        "bytes": pl.Int64,
        "profile": pl.String,
        "profile_digest": pl.String,
        "fault": pl.String,
        "message": pl.String,
        "message_vi": pl.String,
        "key": pl.String,
        "tallies_key": pl.String,
    }
)
"""One row a file of a month's deliveries: how it will be read, or why it is refused."""


class PlanError(PlainError):
    """A plan is older than what it was made from; the message says what to run."""


def planned(
    files: Iterable[SentFile], register: Register, profiles: Profiles, source_digest: str
) -> pl.DataFrame:
    """The plan for a month's files: a frame of PLAN, sorted by sender, kind and hash.

    `key` is the same for all files of a delivery: the SHA-256 of its files, their profiles, the
    register and `source_digest`, what the results are computed with. Same key, same result.
    `tallies_key` is empty until the plan is `chained`.
    """
    rows = [_row(file, register, profiles) for file in files]
    plan = pl.DataFrame(rows, schema=PLAN).sort("sender_code", "kind", "sha256", nulls_last=False)
    keys = {
        sender: _key(delivery, register.digest, source_digest)
        for (sender,), delivery in plan.group_by("sender_code")
    }
    return plan.with_columns(
        pl.col("sender_code").replace_strict(keys, return_dtype=pl.String).alias("key")
    )


def _row(file: SentFile, register: Register, profiles: Profiles) -> dict[str, object]:
    row: dict[str, object] = {
        "month": file.month,
        "sender_code": file.sender_code,
        "file_name": file.file_name,
        "sha256": file.sha256,
        "bytes": file.bytes,
    }
    try:
        if not register.below(file.sender_code, file.month):
            raise _unknown_sender(file)
        row["kind"] = exports.kind_of(file.file_name)
        profile = profiles.fitting(file.sender_code, str(row["kind"]), file.file_name)
    except FileFault as fault:
        return row | {
            "fault": fault.fault,
            "message": fault.message,
            "message_vi": fault.message_vi,
        }
    return row | {"profile": profile.name, "profile_digest": profile.digest}


def _unknown_sender(file: SentFile) -> FileFault:
    return FileFault(
        "unknown_sender",
        f"no agency {file.sender_code!r} is in "
        f"the register in {file.month}: correct the folder's name or add it to agencies.csv",
        f"không có cơ quan {file.sender_code!r} "
        f"trong danh mục tháng {file.month}: sửa tên thư mục hoặc bổ sung vào agencies.csv",
    )


def _key(delivery: pl.DataFrame, register_digest: str, source_digest: str) -> str:
    # Whatever a result tells, for it is published from the store: so the profile's name too.
    parts = delivery.select(
        "sender_code", "month", "kind", "sha256", "profile", "profile_digest", "fault", "message"
    )
    lines = [repr(row) for row in parts.sort(pl.all(), nulls_last=False).iter_rows()]
    text = "\n".join([*lines, register_digest, source_digest])
    return hashlib.sha256(text.encode()).hexdigest()


def chained(plan: pl.DataFrame, earlier: Mapping[str, str]) -> pl.DataFrame:
    """The plan of a month with the keys of its deliveries' tallies.

    Dossiers are counted beside what the sender's delivery before showed of them, so their key is
    made of the delivery's own and of that one's: `earlier` has it by sender, as `links` gives it.
    Records have the delivery's own key, and so have the tallies of one without dossiers.
    """
    own, before = (
        pl.col("key"),
        pl.col("sender_code").replace_strict(dict(earlier), default=None, return_dtype=pl.String),
    )
    has_before = before.is_not_null() & pl.col("sender_code").is_in(list(_with_dossiers(plan)))
    both = pl.when(has_before).then(pl.format("{}{}", own, before)).otherwise(own)
    return plan.with_columns(
        both.map_elements(_chained_key, return_dtype=pl.String).alias("tallies_key")
    )


def _chained_key(keys: str) -> str:
    return hashlib.sha256(keys.encode()).hexdigest()


def links(plan: pl.DataFrame) -> dict[str, str]:
    """By sender, the key of the tallies that the sender's next delivery is counted beside.

    Of those who sent a file of dossiers: other deliveries show nothing of any.
    """
    own = plan.select("sender_code", "tallies_key").unique()
    return {sender: key for sender, key in own.iter_rows() if sender in _with_dossiers(plan)}


def _with_dossiers(plan: pl.DataFrame) -> set[str]:
    return set(plan.filter(kind="dossiers")["sender_code"])


def inputs_digest(files: pl.DataFrame) -> str:
    """SHA-256 of what was sent for a month and how it is read, whatever the software.

    `files` is a plan, or the inputs of a manifest.
    """
    parts = files.select("sender_code", "kind", "sha256", "profile", "profile_digest")
    lines = [repr(row) for row in parts.sort(pl.all(), nulls_last=False).iter_rows()]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def profile_of(file: dict[str, str], profiles: Profiles) -> Profile:
    """The profile that the plan named for a file. PlanError where it is another one by now."""
    profile = profiles.named(file["profile"], file["profile_digest"])
    if profile is None:
        raise PlanError(
            f"the profile {file['profile']} changed since {file['month']} was planned: run it again"
        )
    return profile


def readable(plan: pl.DataFrame) -> pl.DataFrame:
    """The files of a plan that nothing speaks against yet."""
    return plan.filter(pl.col("fault").is_null())


def refused(plan: pl.DataFrame) -> pl.DataFrame:
    """The files that the plan refuses, in tables.DELIVERED (without names)."""
    faulty = plan.filter(pl.col("fault").is_not_null())
    return _delivered(faulty.with_columns(pl.lit(REFUSED).alias("status")))


def _delivered(frame: pl.DataFrame) -> pl.DataFrame:
    return tables.DELIVERED.conform(frame.with_columns(pl.lit("").alias("sender_name")))


def missing(
    month: str, delivered: pl.DataFrame, earlier_senders: Iterable[str], register: Register
) -> pl.DataFrame:
    """The senders that a month should have and has not, in tables.DELIVERED.

    Expected are all agencies of the same kind and parent as one that has sent, this month or
    before: a peer that never sent is missing, not forgotten.
    """
    agencies = register.at(month).select("code", "kind", "parent_code")
    present = delivered.filter(pl.col("fault").is_null() | (pl.col("fault") != "unknown_sender"))
    sent = present.get_column("sender_code").unique().to_list()
    known = agencies.filter(pl.col("code").is_in({*sent, *earlier_senders}))
    expected = agencies.join(
        known.select("kind", "parent_code").unique(),
        on=["kind", "parent_code"],
        nulls_equal=True,
        how="semi",
    )
    absent = expected.filter(~pl.col("code").is_in(sent)).select(sender_code="code")
    return _delivered(
        absent.with_columns(
            pl.lit(month).alias("month"),
            pl.lit(MISSING).alias("status"),
            pl.lit(f"nothing was sent for {month}: put the export into the inbox").alias("message"),
            pl.lit(f"chưa gửi dữ liệu tháng {month}: đặt tệp vào inbox").alias("message_vi"),
        )
    )


def named(delivered: pl.DataFrame, register: Register, month: str) -> pl.DataFrame:
    """Rows of tables.DELIVERED with the senders' names, sorted as they are published."""
    return delivered.with_columns(
        pl.col("sender_code")
        .map_elements(lambda code: register.name(code, month), return_dtype=pl.String)
        .alias("sender_name")
    ).sort("sender_code", "kind", "sha256", nulls_last=False)
