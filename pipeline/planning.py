"""Planning: how a month's files will be read, before anything in them is looked at.

A delivery is what one sender sent for one month, the unit of work. Here belong which files make a
delivery, with which profile each is read, the keys under which its results are kept, which delivery
follows which, and which senders are missing. Pure. Not here: files on disk (archive), what is in
them (exports, records).
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields

import polars as pl

from pipeline import exports, letters, masking, places, tables
from pipeline.agencies import Register
from pipeline.columns import Table, count, text
from pipeline.declarations import Declarations
from pipeline.equal_bytes import Row, count_once
from pipeline.errors import PlainError
from pipeline.exports import SentFile
from pipeline.faults import FileFault, fault_columns
from pipeline.profiles import Profile, Profiles

ACCEPTED, REFUSED, MISSING = "accepted", "refused", "missing"
PLAN_TABLE = Table(
    "plan",
    "a file of a month's deliveries: how it will be read, or why it is refused",
    (
        text("month", "month, YYYY-MM"),
        text("sender_code", "sender, by the name of its folder"),
        text("kind", "kind of records; empty where the file's name has none", is_required=False),
        text("file_name", "name of the file in the inbox, as masking.show_file_name shows it"),
        text("sha256", "SHA-256 of the file as sent"),
        count("bytes", "size", "bytes"),
        text("profile", "name of the profile that reads the file", is_required=False),
        text("profile_digest", "SHA-256 of the profile", is_required=False),
        text("declared_digest", "SHA-256 of its corrections and aliases", is_required=False),
        text("fault", "why the file is refused, from the list of faults", is_required=False),
        text("message", "what is wrong and what to do, in English", is_required=False),
        text("message_vi", "the same in Vietnamese", is_required=False),
        text("key", "key of the delivery's records"),
        text("tallies_key", "key of the delivery's tallies"),
        text("made_from", "plan_digest of the whole plan", is_required=False),
    ),
)
PLAN = PLAN_TABLE.schema
"""The columns of a plan with their types."""
Plan = pl.DataFrame
"""A month's plan: rows of PLAN."""


@dataclass(frozen=True)
class PlannedFile:
    """A row of a plan that no fault speaks against: a file, and how it is read.

    `key` and `tallies_key` are those of its delivery's records and tallies.
    """

    month: str
    sender_code: str
    kind: str
    file_name: str
    sha256: str
    bytes: int
    profile: str
    profile_digest: str
    key: str
    tallies_key: str


class PlanError(PlainError):
    """A plan is older than what it was made from; the message says what to run."""


def plan_deliveries(
    files: Iterable[SentFile],
    register: Register,
    profiles: Profiles,
    source_digest: str,
    declarations: Declarations = Declarations(),  # noqa: B008 - it is frozen
) -> Plan:
    """The plan for a month's files: a frame of PLAN, sorted by sender, kind and hash.

    Equal bytes of a sender count once for each kind that reads them, under the name that comes
    first; a copy under a name that nothing reads is left out where they are read under another.

    `key` is the same for all files of a delivery: the SHA-256 of its files, their profiles, what is
    declared of them, the register and `source_digest`, what the results are computed with. Same
    key, same result.
    `tallies_key` is empty until `with_tallies_keys` fills it.
    """
    rows = [_row(file, register, profiles, declarations) for file in files]
    plan = pl.DataFrame(count_once(rows), schema=PLAN).sort(
        "sender_code", "kind", "sha256", nulls_last=False
    )
    keys = {
        sender: _key(delivery, register.digest, source_digest)
        for (sender,), delivery in plan.group_by("sender_code")
    }
    return plan.with_columns(
        pl.col("sender_code").replace_strict(keys, return_dtype=pl.String).alias("key")
    )


def _row(file: SentFile, register: Register, profiles: Profiles, declarations: Declarations) -> Row:
    row: Row = {
        "month": file.month,
        "sender_code": file.sender_code,
        "file_name": masking.show_file_name(file.file_name),
        "sha256": file.sha256,
        "bytes": file.bytes,
    }
    try:
        if not register.below(file.sender_code, file.month):
            raise _unknown_sender(file, register)
        if file.place:
            raise places.refuse_place(file.place)
        name = letters.clean_text(file.file_name)
        row["kind"] = exports.kind_of_file(name)
        declarations.corrections.check_usable(file.sender_code, file.month)
        profile = profiles.choose(file.sender_code, str(row["kind"]), name)
    except FileFault as fault:
        return row | fault_columns(fault)
    return row | {
        "profile": profile.name,
        "profile_digest": profile.digest,
        "declared_digest": declarations.digest_of_file(file.sender_code, file.month, file.sha256),
    }


def _unknown_sender(file: SentFile, register: Register) -> FileFault:
    if file.sender_code in register.left_out:
        return FileFault(
            "unknown_sender",
            f"{file.sender_code!r} is none of the agencies that send here: correct the folder's "
            "name, or add it to senders in deliveries.toml",
            f"{file.sender_code!r} không thuộc các cơ quan gửi dữ liệu ở đây: sửa tên thư mục, "
            "hoặc bổ sung vào senders trong deliveries.toml",
        )
    return FileFault(
        "unknown_sender",
        f"the register has no agency {file.sender_code!r} in {file.month}: correct the folder's "
        "name or add it to agencies.csv",
        f"không có cơ quan {file.sender_code!r} trong danh mục cơ quan của tháng {file.month}: sửa "
        "tên thư mục hoặc bổ sung vào agencies.csv",
    )


def _key(delivery: pl.DataFrame, register_digest: str, source_digest: str) -> str:
    # Whatever a result tells, for it is published from the store: so the profile's name too.
    parts = delivery.select(
        "sender_code",
        "month",
        "kind",
        "sha256",
        "profile",
        "profile_digest",
        "declared_digest",
        "fault",
        "message",
    )
    lines = [repr(row) for row in parts.sort(pl.all(), nulls_last=False).iter_rows()]
    return _digest("\n".join([*lines, register_digest, source_digest]))


def with_tallies_keys(plan: Plan, earlier: Mapping[str, str]) -> Plan:
    """The plan of a month with the keys of its deliveries' tallies.

    Dossiers are counted beside what the sender's delivery before showed of them, so their key is
    made of the delivery's own and of that one's: `earlier` has it by sender, as `ledger_keys` gives
    it.
    Records have the delivery's own key, and so have the tallies of one without dossiers.
    """
    own, before = (
        pl.col("key"),
        pl.col("sender_code").replace_strict(dict(earlier), default=None, return_dtype=pl.String),
    )
    has_before = before.is_not_null() & pl.col("sender_code").is_in(list(_with_dossiers(plan)))
    both = pl.when(has_before).then(pl.format("{}{}", own, before)).otherwise(own)
    return plan.with_columns(
        both.map_elements(_digest, return_dtype=pl.String).alias("tallies_key")
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def with_refused(
    plan: Plan,
    refused: Mapping[str, Collection[str]],
    fault: FileFault,
    made_with: tuple[str, str],
) -> Plan:
    """The plan with a fault for more files: `refused` has their hashes by sender.

    No profile reads these files then. Their deliveries get keys of their own, for they give other
    results: `made_with` are the digests of the register and of the source. `tallies_key` is as
    before until `with_tallies_keys`.
    """
    pairs = [(sender, sha256) for sender, hashes in refused.items() for sha256 in hashes]
    names = pl.DataFrame(pairs, schema=["sender_code", "sha256"], orient="row")
    is_refused = pl.struct("sender_code", "sha256").is_in(names.to_struct("file").implode())
    is_meant = is_refused & pl.col("fault").is_null()
    values = {**fault_columns(fault), "profile": None, "profile_digest": None}
    marked = plan.with_columns(
        pl.when(is_meant).then(pl.lit(text)).otherwise(pl.col(name)).alias(name)
        for name, text in values.items()
    )
    keys = {
        sender: _key(marked.filter(sender_code=sender), *made_with)
        for sender in refused
        if sender in plan["sender_code"]
    }
    own = pl.col("sender_code").replace_strict(keys, default=pl.col("key"), return_dtype=pl.String)
    return marked.with_columns(key=own)


def ledger_keys(plan: Plan) -> dict[str, str]:
    """By sender, the key of the tallies whose ledger the sender's next delivery is counted beside.

    Only senders with a file of dossiers have one: other deliveries show no dossier.
    """
    with_dossiers = plan.filter(kind="dossiers").select("sender_code", "tallies_key")
    return dict(with_dossiers.unique().iter_rows())


def _with_dossiers(plan: pl.DataFrame) -> set[str]:
    return set(plan.filter(kind="dossiers")["sender_code"])


def digest_inputs(files: pl.DataFrame) -> str:
    """SHA-256 of what was sent for a month and how it is read, whatever the software.

    `files` is a plan, or the inputs of a manifest.
    """
    own = files.select("sender_code", "kind", "sha256", "profile", "profile_digest").rows()
    declared = files["declared_digest"]
    # Without declarations the digest is the one of editions made before there were any.
    rows = [row if each is None else (*row, each) for row, each in zip(own, declared, strict=True)]
    nulls_first = sorted(rows, key=lambda row: [(cell is not None, cell or "") for cell in row])
    return _digest("\n".join(map(repr, nulls_first)))


def plan_digest(
    files: Sequence[SentFile], made_with: Iterable[str], earlier: Mapping[str, str]
) -> str:
    """SHA-256 of all that a month's plan is made from: the same digest, the same plan.

    `made_with` are the digests of register, profiles, declarations and source, `earlier` the ledger
    keys before.
    """
    lines = [repr(file) for file in files]
    return _digest("\n".join([*lines, *made_with, repr(sorted(earlier.items()))]))


def empty_plan() -> Plan:
    """The plan of a month without files."""
    return PLAN.to_frame()


def find_profile(file: PlannedFile, profiles: Profiles) -> Profile:
    """The profile that the plan names for a file. PlanError where it is another one by now."""
    profile = profiles.find(file.profile, file.profile_digest)
    if profile is None:
        raise PlanError(
            f"the profile {file.profile} changed since {file.month} was planned: run it again"
        )
    return profile


def readable_files(plan: Plan, *kinds: str) -> Iterator[PlannedFile]:
    """The files of a plan without a fault, of some kinds or of all, in the plan's order."""
    is_asked = pl.col("kind").is_in(kinds) if kinds else pl.lit(value=True)
    names = [field.name for field in fields(PlannedFile)]
    readable = plan.filter(pl.col("fault").is_null(), is_asked)
    for row in readable.select(names).iter_rows(named=True):
        yield PlannedFile(**row)


def refused_files(plan: Plan) -> pl.DataFrame:
    """The files that the plan refuses, in tables.DELIVERED (without names)."""
    faulty = plan.filter(pl.col("fault").is_not_null())
    return _delivered(faulty.with_columns(pl.lit(REFUSED).alias("status")))


def refuse_file(file: PlannedFile, fault: FileFault) -> pl.DataFrame:
    """A file that is refused once it is read, in tables.DELIVERED (without names)."""
    return refused_files(pl.DataFrame([asdict(file) | fault_columns(fault)], schema=PLAN))


def _delivered(frame: pl.DataFrame) -> pl.DataFrame:
    return tables.DELIVERED.conform(frame.with_columns(pl.lit("").alias("sender_name")))


def missing_senders(
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


def with_sender_names(delivered: pl.DataFrame, register: Register, month: str) -> pl.DataFrame:
    """Rows of tables.DELIVERED with the senders' names, sorted as they are published."""
    return delivered.with_columns(
        pl.col("sender_code")
        .map_elements(lambda code: register.name(code, month), return_dtype=pl.String)
        .alias("sender_name")
    ).sort("sender_code", "kind", "sha256", nulls_last=False)
