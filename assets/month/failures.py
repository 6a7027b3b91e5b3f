"""Deliveries that the program could not process: each is refused alone, and tried once more.

Whatever goes wrong inside a delivery refuses that delivery and nothing else. Here belong trying
deliveries one by one, remembering which failed, and the plans in which these are refused. Not here:
what is done with a delivery (deliveries, tally), what is written of a failure (failure_log).
"""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

import polars as pl
from polars.exceptions import PanicException

from assets.month import failure_log, sources
from assets.month.installation import Installation
from assets.month.merge import OutdatedError
from pipeline import planning
from pipeline.calendar import CalendarError
from pipeline.errors import PlainError, WrongUseError
from pipeline.faults import FileFault
from pipeline.planning import Plan, PlanError

_LOG = logging.getLogger("reform_index")
_STAGE = "failed"
_FAILED = pl.Schema(
    {"sha256": pl.String(), "stage": pl.String(), "cause": pl.String(), "state": pl.String()}
)
_ONCE, _AGAIN, _SETTLED = "failed once", "tried again", "failed again"
"""What is known of a file that failed. A file that failed once is tried again in the next run, for
the cause may have passed; one that failed again in the same way is refused for as long as its key
is the same."""

LOST_WORKER = "LostWorker"
"""The cause of a failure of which nothing is known but that the worker died of it."""
_OF_THE_MACHINE = (MemoryError.__name__, LOST_WORKER)
"""Memory may be there the next time, however often it was not: these are always tried again."""
OF_ONE_DELIVERY = (Exception, PanicException)
"""Whatever may go wrong inside a delivery. A panic of Polars is no Exception."""
OF_THE_RUN = (WrongUseError, CalendarError, OSError, PlanError, OutdatedError)
"""Errors of the machine or of the home, which would meet every delivery: they end the run."""


class FileFailure(PlainError):
    """Reading one file of a delivery failed; the cause says why."""

    def __init__(self, sha256: str) -> None:
        super().__init__(sha256)
        self.sha256 = sha256


@dataclass(frozen=True)
class Failure:
    """Files of one delivery that the program could not process, by their hashes.

    `key` is the key of the delivery in its `stage`, "records" or "tallies"; `cause` the type of the
    error or the broken rule; `details` what the log says of it.
    """

    month: str
    sender_code: str
    hashes: tuple[str, ...]
    stage: str
    key: str
    cause: str
    details: str

    def describe(self) -> str:
        """One line: which delivery, which cause, and where the details are."""
        return failure_log.describe(self.month, self.sender_code, self.stage, self.cause)


def try_deliveries(
    work: Callable[[list[Plan]], None], group: list[Plan], stage: str
) -> list[Failure]:
    """Does some work for a group of deliveries; where it fails, for each of them alone.

    Returns the deliveries, or the files of one, that failed alone. An error of the run is raised.
    """
    try:
        work(group)
    except OF_ONE_DELIVERY as error:
        if isinstance(error, OF_THE_RUN):
            raise
        if is_interrupted(error):
            raise KeyboardInterrupt from None
        failed = _describe(group[0], stage, error)
        if len(group) == 1:
            if not failed.hashes:
                raise  # Nothing is left that could be refused.
            return [failed]
    else:
        return []
    # Outside of the handler, which keeps the frames of the failed attempt in memory.
    return [found for delivery in group for found in try_deliveries(work, [delivery], stage)]


def is_interrupted(error: BaseException) -> bool:
    """Whether a signal arose inside of Polars, which panics then: no delivery is at fault."""
    return isinstance(error, PanicException) and "Interrupt" in str(error)


def _describe(delivery: Plan, stage: str, error: BaseException) -> Failure:
    readable = delivery.filter(pl.col("fault").is_null())["sha256"]
    if isinstance(error, FileFailure):
        readable = readable.filter(readable == error.sha256)
        error = error.__cause__ or error
    return describe_failure(
        delivery, stage, type(error).__name__, failure_log.describe_error(error), readable
    )


def describe_failure(
    delivery: Plan, stage: str, cause: str, details: str, hashes: pl.Series | None = None
) -> Failure:
    """A failure of some files of a delivery; without `hashes` of all that can be read."""
    if hashes is None:
        hashes = delivery.filter(pl.col("fault").is_null())["sha256"]
    key = delivery["key" if stage == "records" else "tallies_key"][0]
    return Failure(
        str(delivery["month"][0]),
        str(delivery["sender_code"][0]),
        tuple(hashes.unique().sort()),
        stage,
        str(key),
        cause,
        details,
    )


def remember(installation: Installation, found: Iterable[Failure]) -> None:
    """Stores which files failed, so that the plans refuse them, and writes the log.

    Python's log has a line for each of them.
    """
    store = installation.store
    for failure in found:
        _LOG.error("%s", failure.describe())
        failure_log.write(installation.home, failure.describe(), failure.month, failure.details)
        key = _planned_key(installation, failure)
        known = store.read(_STAGE, key, "files") if store.has(_STAGE, key) else _FAILED.to_frame()
        rows = {str(row[0]): row for row in known.iter_rows()}
        for sha256 in failure.hashes:
            before = rows.get(sha256)
            same = (sha256, failure.stage, failure.cause, _AGAIN)
            is_settled = before == same and failure.cause not in _OF_THE_MACHINE
            rows[sha256] = (*same[:3], _SETTLED if is_settled else _ONCE)
        frame = pl.DataFrame(sorted(rows.values()), schema=_FAILED, orient="row")
        store.write(_STAGE, key, {"files": frame})


def _planned_key(installation: Installation, failure: Failure) -> str:
    """The key of the delivery's tallies as it was planned, before anything of it was refused."""
    plan = installation.store.read("exports", failure.month, "plan")
    return str(plan.filter(sender_code=failure.sender_code)["tallies_key"][0])


def _list_failed(installation: Installation) -> set[str]:
    """The keys under which failures are remembered; what is damaged there is tried again."""
    store = installation.store
    return {key for key in store.keys(_STAGE) if store.has(_STAGE, key)}


def try_again(installation: Installation) -> None:
    """From now on the files that failed once are tried again. For the begin of a run."""
    store = installation.store
    for key in _list_failed(installation):
        files = store.read(_STAGE, key, "files")
        if (files["state"] == _ONCE).any():
            again = files.with_columns(pl.col("state").replace(_ONCE, _AGAIN))
            store.write(_STAGE, key, {"files": again})


def with_failures(
    installation: Installation,
    plans: Mapping[str, Plan],
    before: Iterable[Plan] = (),
) -> dict[str, Plan]:
    """Plans as they were made, oldest first, with a fault for each file that failed.

    The keys of the later deliveries of its sender change with it. `before` are the plans of the
    months before, with their own failures in them.
    """
    store = installation.store
    failed = _list_failed(installation)
    if not failed:
        return dict(plans)
    refused = {
        month: {
            sender: list(files.filter(pl.col("state") != _AGAIN)["sha256"])
            for sender, key in plan.select("sender_code", "tallies_key").unique().rows()
            if key in failed
            for files in [store.read(_STAGE, key, "files")]
        }
        for month, plan in plans.items()
    }
    return refuse_files(installation, plans, refused, before)


def refuse_files(
    installation: Installation,
    plans: Mapping[str, Plan],
    refused: Mapping[str, Mapping[str, Collection[str]]],
    before: Iterable[Plan] = (),
) -> dict[str, Plan]:
    """As `with_failures`, with the hashes of the files that failed, by month and sender."""
    earlier: dict[str, str] = {}
    for plan in before:
        earlier |= planning.ledger_keys(plan)
    found = {}
    for month, plan in plans.items():
        files = {sender: hashes for sender, hashes in refused.get(month, {}).items() if hashes}
        if files:
            source = sources.digest_for_tallies(installation.deadline_rules_at(month))
            made_with = installation.register.digest, source
            plan = planning.with_refused(plan, files, _fault(month), made_with)  # noqa: PLW2901
        found[month] = planning.with_tallies_keys(plan, earlier)
        earlier |= planning.ledger_keys(found[month])
    return found


def _fault(month: str) -> FileFault:
    place = failure_log.place(month)
    return FileFault(
        "not_processed",
        "the program could not process this file, and no other sender is touched by it: "
        f"{place} in the home folder has the details; report it with them",
        "chương trình không xử lý được tệp này, các cơ quan gửi khác không bị ảnh hưởng: "
        f"xem chi tiết trong {place} ở thư mục home và gửi báo lỗi kèm theo",
    )


def forget_superseded(installation: Installation, planned_keys: set[str]) -> None:
    """Forgets the failures of deliveries that no plan names any more."""
    installation.store.keep_only(_STAGE, planned_keys)


def describe_all(found: Iterable[Failure]) -> str:
    """Which deliveries could not be processed, in one line; "none" where there are none."""
    return "; ".join(failure.describe() for failure in found) or "none"


def has_any(installation: Installation) -> bool:
    """Whether any failure is remembered."""
    return bool(installation.store.keys(_STAGE))
