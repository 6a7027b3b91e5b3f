"""Data Docs of a month, written after the commit point and replaced where they differ.

    quality/<YYYY-MM>/index.html, <suite>.html    results of the rules about what was sent
    quality/<YYYY-MM>/suites/<suite>.json         each suite, as Great Expectations reads it

They are no part of an edition: the library writes another page each time. Here belong where and
when they are written. Not here: the pages (expectations.data_docs), the suites (expectations).
"""

import hashlib
import shutil
from pathlib import Path

import polars as pl

from assets.month import failure_log, row_rule_history, set_rules, sources
from assets.month.inputs import MonthInputs
from expectations import data_docs, suites
from pipeline import planning
from pipeline.errors import ExitStatus, PlainError
from pipeline.home import DiskError
from pipeline.private_folders import make_private_folder

_MADE_FROM = ".made_from"


class DataDocsError(PlainError):
    """Data Docs cannot be made or written; the edition is published all the same."""

    exit_status = ExitStatus.PUBLISHED_WITH_GAPS


def find_index(inputs: MonthInputs) -> Path:
    """Where the Data Docs of the month begin."""
    return inputs.installation.home.quality / inputs.month / "index.html"


def bring_up_to_date(inputs: MonthInputs) -> None:
    """Writes the Data Docs of the month where they differ from what is there.

    For a run that holds the home's lock. DataDocsError where they cannot be made or written,
    DiskError where the store cannot.
    """
    if message := try_bring_up_to_date(inputs):
        raise DataDocsError(message)


def try_bring_up_to_date(inputs: MonthInputs) -> str:
    """As `bring_up_to_date`; what could not be done, and the cure, empty where all was."""
    try:
        _bring_up_to_date(inputs)
    except DiskError:
        raise  # The run is tried again.
    except PlainError as error:
        # It tells its own cure; also a damaged result, which is an OSError besides.
        return f"the Data Docs of {inputs.month} could not be made: {error}"
    except OSError as error:
        place = error.filename or inputs.installation.home.quality
        return (
            f"the Data Docs of {inputs.month} could not be written: {place} "
            f"({error.strerror or error}): make the folder writable or free some space, and run "
            "again"
        )
    except Exception as error:
        return _describe_error(inputs, error)
    return ""


def _describe_error(inputs: MonthInputs, error: Exception) -> str:
    """What was not foreseen; its details are written into the month's log."""
    line = (
        f"the Data Docs of {inputs.month} could not be made ({type(error).__name__}): this is a "
        f"fault of the program; report it with {failure_log.place(inputs.month)} in the home folder"
    )
    home, details = inputs.installation.home, failure_log.describe_error(error)
    failure_log.write(home, line, inputs.month, details)
    return line


def _bring_up_to_date(inputs: MonthInputs) -> None:
    folder = find_index(inputs).parent
    if inputs.plan.is_empty():
        shutil.rmtree(folder, ignore_errors=True)
        return
    history = row_rule_history.find_history(inputs).filter(month=inputs.month)
    made_from = _digest(inputs, history)
    if find_index(inputs).is_file() and _read(folder / _MADE_FROM) == made_from:
        return
    # Where all was refused nothing was counted, so that nothing can be measured.
    is_any_accepted = (inputs.delivered["status"] == planning.ACCEPTED).any()
    measures = set_rules.measure(inputs) if is_any_accepted else {}
    results = data_docs.validate_month(inputs.month, _by_kind(history), measures)
    is_simulated = inputs.installation.home.is_simulated
    files = data_docs.make_pages(inputs.month, results, is_simulated=is_simulated)
    written = suites.write_suites_of_month(inputs.month, inputs.methods)
    files |= {f"suites/{name}.json": text.encode() for name, text in written.items()}
    half = folder.with_name(f".{folder.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    for private in (folder.parent, half, half / "suites"):
        make_private_folder(private)
    for name, content in files.items():
        (half / name).write_bytes(content)
    (half / _MADE_FROM).write_text(made_from, encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    half.replace(folder)


def _by_kind(history: pl.DataFrame) -> data_docs.RowCounts:
    sent = history.filter(pl.col("rule").is_null())
    return {
        kind: (
            rows,
            dict(history.filter(kind=kind).drop_nulls().select("rule", "rows").iter_rows()),
        )
        for kind, rows in sent.select("kind", "rows").iter_rows()
    }


def _digest(inputs: MonthInputs, history: pl.DataFrame) -> str:
    parts = [
        sources.digest_for_bulletin(),
        inputs.methods.digest,
        set_rules.digest_measures(inputs),
        history.write_json(),
        repr(inputs.installation.home.is_simulated),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""
