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

from assets.month import row_rule_history, set_rules, sources
from assets.month.inputs import MonthInputs
from expectations import data_docs, suites
from pipeline.private_folders import make_private_folder

_MADE_FROM = ".made_from"


def find_index(inputs: MonthInputs) -> Path:
    """Where the Data Docs of the month begin."""
    return inputs.installation.home.quality / inputs.month / "index.html"


def try_bring_up_to_date(inputs: MonthInputs) -> str:
    """Writes the Data Docs of the month where they differ from what is there.

    For a run that holds the home's lock. Returns what could not be written and the cure; empty
    where all was.
    """
    try:
        _bring_up_to_date(inputs)
    except OSError as error:
        place = error.filename or inputs.installation.home.quality
        return (
            f"the Data Docs of {inputs.month} could not be written: {place} "
            f"({error.strerror or error}): make the folder writable or free some space, and run "
            "again"
        )
    return ""


def _bring_up_to_date(inputs: MonthInputs) -> None:
    folder = find_index(inputs).parent
    if inputs.plan.is_empty():
        shutil.rmtree(folder, ignore_errors=True)
        return
    history = row_rule_history.find_history(inputs).filter(month=inputs.month)
    made_from = _digest(inputs, history)
    if _read(folder / _MADE_FROM) == made_from:
        return
    measures = set_rules.measure(inputs)
    results = data_docs.validate_month(inputs.month, _by_kind(history), measures)
    files = data_docs.make_pages(inputs.month, results)
    every = suites.build_suites(inputs.month, inputs.installation.methods.at(inputs.month))
    files |= {
        f"suites/{name}.json": text.encode() for name, text in suites.write_suites(every).items()
    }
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
        inputs.installation.methods.digest,
        set_rules.digest_measures(inputs),
        history.write_json(),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""
