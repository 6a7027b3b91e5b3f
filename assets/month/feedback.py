"""Feedback to the senders of a month, written after the commit point.

    feedback/<sender>/<YYYY-MM>.xlsx, .csv    what the sender has to mend

A sender that has nothing to mend has no file, and one that it had is removed: so the folder lists
who has to do something, and nobody mends by a list that no longer holds. Here belongs when the
files are written and removed. Not here: what is in them (pipeline.feedback), how they look
(reports.feedback).
"""

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import polars as pl

from assets.month import failure_log, failures, set_rules, sources
from assets.month.inputs import MonthInputs
from assets.month.merge import OutdatedError
from pipeline import feedback as to_senders
from pipeline import tables
from pipeline.errors import ExitStatus, PlainError
from pipeline.feedback import BrokenSetRule, Feedback
from pipeline.flushing import flush_file, flush_folder
from pipeline.places import name_some
from pipeline.private_folders import make_private_file, make_private_folder

ENDINGS = (".xlsx", ".csv")
_STAGE = "feedback"
_STATE = pl.Schema({"sender_code": pl.String(), "made_from": pl.String(), "files": pl.String()})
"""What the store has of a month: from what each sender's feedback was made, and how its files look
since; no files where there was nothing to mend."""


class FeedbackError(PlainError):
    """Feedback cannot be written; the edition is published all the same."""

    exit_status = ExitStatus.PUBLISHED_WITH_GAPS


def bring_up_to_date(inputs: MonthInputs) -> None:
    """Writes the feedback of each sender whose feedback would differ from what is there.

    For a run that holds the home's lock. FeedbackError where some cannot be written or removed: the
    others are.
    """
    if message := try_bring_up_to_date(inputs):
        raise FeedbackError(message)


def try_bring_up_to_date(inputs: MonthInputs) -> str:
    """As `bring_up_to_date`; what could not be written, and the cure, empty where all was."""
    installation, month = inputs.installation, inputs.month
    known = _read_state(inputs)
    source = sources.digest_for_bulletin()
    of_months = _list_set_rules(inputs)
    state: dict[str, tuple[str, str]] = {}
    failed: list[str] = []
    for sender, key in inputs.plan.select("sender_code", "key").unique().sort(pl.all()).iter_rows():
        named = inputs.plan.filter(sender_code=sender).select("kind", "sha256", "file_name")
        made_from = _digest(
            key,
            installation.register.digest,
            source,
            repr((sorted(named.iter_rows(), key=repr), installation.home.is_simulated)),
            repr(of_months.get(sender)),
        )
        try:
            if known.get(sender) != (made_from, _sign(inputs, sender)):
                _write(inputs, sender, of_months.get(sender, ()))
            state[sender] = made_from, _sign(inputs, sender)
        except failures.OF_ONE_DELIVERY as error:
            failed.append(_describe_error(inputs, sender, error))
    failed += _remove_others(inputs, set(inputs.plan["sender_code"]))
    if state != known:
        rows = [(sender, *each) for sender, each in sorted(state.items())]
        frame = pl.DataFrame(rows, schema=_STATE, orient="row")
        installation.store.write(_STAGE, month, {"state": frame})
    return _describe(inputs, failed) if failed else ""


def _list_set_rules(inputs: MonthInputs) -> dict[str, tuple[BrokenSetRule, ...]]:
    """By sender, the rules about its whole month that are broken; none where nothing is counted."""
    found: dict[str, list[BrokenSetRule]] = {}
    try:
        findings = set_rules.find_findings(inputs)
    except OutdatedError:
        # All was refused, so that nothing was counted.
        return {}
    for sender, *told in findings.select(
        "sender_code", "kind", "rule", "message", "message_vi"
    ).iter_rows():
        found.setdefault(sender, []).append(BrokenSetRule(*told))
    return {sender: tuple(rules) for sender, rules in found.items()}


def read_feedback(
    inputs: MonthInputs, sender: str, of_month: tuple[BrokenSetRule, ...] = ()
) -> Feedback:
    """What a sender has to mend in the month, as the month's records have it.

    `of_month` are the rules about its whole month that it breaks.
    """
    installation, month = inputs.installation, inputs.month
    plan = inputs.plan.filter(sender_code=sender)
    key = str(plan["key"][0])
    files = to_senders.list_files(
        installation.store.read("records", key, "delivered"), plan, installation.profiles
    )
    found = to_senders.make_feedback(
        month,
        (sender, installation.register.name(sender, month)),
        files,
        installation.store.scan_all("records", [key], "rejected", tables.REJECTED.schema),
        installation.archive.read,
    )
    return replace(found, is_simulated=installation.home.is_simulated, set_rules=of_month)


def _write(inputs: MonthInputs, sender: str, of_month: tuple[BrokenSetRule, ...]) -> None:
    """Writes a sender's files, or removes them where there is nothing to mend."""
    found = read_feedback(inputs, sender, of_month)
    if found.is_empty:
        _remove(_name_files(inputs, sender))
        return
    from reports import feedback as drawn  # noqa: PLC0415 -- most runs write none

    contents = (drawn.make_xlsx(found), drawn.make_csv(found))
    for path, content in zip(_name_files(inputs, sender), contents, strict=True):
        make_private_folder(inputs.installation.home.feedback)
        make_private_folder(path.parent)
        _replace(path, content)


def _replace(path: Path, content: bytes) -> None:
    """Writes a file whole; one with the same bytes is not touched."""
    if path.is_file() and path.read_bytes() == content:
        return
    half = _name_half(path)
    half.unlink(missing_ok=True)
    make_private_file(half)
    half.write_bytes(content)
    flush_file(half)
    half.replace(path)
    flush_folder(path.parent)


def _name_half(path: Path) -> Path:
    return path.with_name(f".{path.name}.half")


def _name_files(inputs: MonthInputs, sender: str) -> tuple[Path, ...]:
    folder = inputs.installation.home.feedback / sender
    return tuple(folder / f"{inputs.month}{ending}" for ending in ENDINGS)


def _sign(inputs: MonthInputs, sender: str) -> str:
    """How a sender's files look: size and time of change of each; empty where there are none."""
    signs = []
    for path in _name_files(inputs, sender):
        with suppress(FileNotFoundError):
            found = path.stat()
            signs.append(f"{path.suffix} {found.st_size} {found.st_mtime_ns}")
    return ", ".join(signs)


def _remove_others(inputs: MonthInputs, senders: set[str]) -> list[str]:
    """Removes the month's feedback of senders that have no file in the month any more."""
    folder, failed = inputs.installation.home.feedback, []
    for path in sorted(folder.glob(f"*/{inputs.month}.*")):
        if path.suffix in ENDINGS and path.parent.name not in senders:
            try:
                _remove((path,))
            except OSError as error:
                failed.append(_describe_error(inputs, path.parent.name, error))
    return failed


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
        _name_half(path).unlink(missing_ok=True)  # That a killed run left.
        with suppress(OSError):
            path.parent.rmdir()  # Only where it is empty.


def _read_state(inputs: MonthInputs) -> dict[str, tuple[str, str]]:
    store = inputs.installation.store
    if not store.has(_STAGE, inputs.month):
        return {}
    rows = store.read(_STAGE, inputs.month, "state").iter_rows()
    return {sender: (made_from, files) for sender, made_from, files in rows}


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _describe_error(inputs: MonthInputs, sender: str, error: BaseException) -> str:
    """Whose feedback failed, and why; what was not foreseen is written into the month's log."""
    if isinstance(error, OSError):
        return f"{error.filename or sender} ({error.strerror or error})"
    line = failure_log.describe(inputs.month, sender, _STAGE, type(error).__name__)
    failure_log.write(
        inputs.installation.home, line, inputs.month, failure_log.describe_error(error)
    )
    return line


def _describe(inputs: MonthInputs, failed: list[str]) -> str:
    return (
        f"feedback to {len(failed)} senders in {inputs.installation.home.feedback} could not be "
        f"written: {name_some(failed)}: make the folder writable, free some space, or move away "
        "what lies in its place, and run again"
    )
