"""`make messages`: every fault and every rule, with an input that provokes it.

Writes docs/messages.md, so that what senders are told can be read whole. The messages are those
of a run over a home made for it. Not here: the inputs (provoking_rows, provoking_files).
"""

import csv
import hashlib
import io
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import polars as pl

from assets.month import deliveries, receive
from assets.month.inputs import MonthInputs
from assets.month.installation import Installation
from bench.provoking_file import ProvokingFile
from bench.provoking_files import NEVER_PROVOKED, PROVOKING_FILES
from bench.provoking_months import BREAKING_MONTHS, list_measures
from bench.provoking_rows import (
    BREAKING_ROWS,
    GOOD_ROWS,
    MONTH,
    NEED_OWN_PROFILE,
    NEVER_BROKEN,
    ONE_MORE,
    OTHER_AGENCY,
    BreakingRow,
)
from expectations.rules import senders as set_rules
from expectations.rules.records import RULES_BY_KIND
from pipeline.profiles import load_all

DOCUMENT = Path(__file__).parents[1] / "docs" / "messages.md"

_MORE = {
    "dossiers": {"updated_at": "NgayCapNhat"},
    "ratings": {"weight": "TrongSo"},
    "petitions": {"updated_at": "NgayCapNhat"},
    "figures": {"failures": "failures"},
}
"""Columns of ours that no built-in layout has, and their names in a sender's own, by kind."""
_SUMS = '\n[[sums]]\ntotal = "denominator"\nparts = ["numerator", "failures"]\n'
"""What the columns of figures in a sender's own layout add up to."""
_OPENING = """\
# Messages

What senders are told of their exports: each fault for which a whole file is refused, each row rule
for which a row is rejected, and each rule about a whole month. Beside each stands an input that
provokes it. `make messages` sends the files and rows to a home of its own, judges the months, and
writes this page from what is then said.

Values in messages are masked unless they look like what their column holds.
"""
_FILES = """
## Files that are refused

A fault refuses its file and nothing else: all other files are published.
"""
_ROWS = """
## Rows that are rejected: {kind}

A rejected row is left out of every count. It stands in the list of rejected rows with the reason.
"""

_MONTHS = """
## What is said of a whole month

Such a rule rejects no row and refuses no file: somebody has to look.
"""


@dataclass(frozen=True)
class Message:
    """A message: the fault or rule that it is of, the input, and its words in both languages."""

    name: str
    given: str
    text_en: str
    text_vi: str


def collect_messages(folder: Path) -> Iterator[tuple[str, list[Message]]]:
    """The messages by heading, from a run over a home that is made in an empty folder."""
    senders = _fill_home(folder)
    installation = Installation.at(folder)
    inputs = deliveries.record_pending(receive.receive_exports(installation, MONTH)).inputs
    yield _FILES, list(_read_faults(inputs, senders))
    for kind, rules in RULES_BY_KIND.items():
        of_kind = [
            _read_reason(inputs, kind, rule.name, senders)
            for rule in rules
            if rule.name not in NEVER_BROKEN
        ]
        yield _ROWS.format(kind=kind), of_kind
    yield _MONTHS, list(_read_months())


def _fill_home(folder: Path) -> dict[tuple[str, str], str]:
    """Writes register, profiles and exports; the sender of each input by kind or file, and name."""
    senders: dict[tuple[str, str], str] = {}
    for kind, rows in BREAKING_ROWS.items():
        for rule, row in rows.items():
            sender = senders.setdefault((kind, rule), f"S{len(senders):03d}")
            _put(folder, sender, f"{kind}.csv", _write_rows(kind, row, sender))
            if rule in NEED_OWN_PROFILE:
                _put_profiles(folder, sender, [_strict_profile(kind)])
    for name, file in PROVOKING_FILES.items():
        sender = senders.setdefault(("file", name), f"S{len(senders):03d}")
        _put(folder, sender, file.file_name, file.content.replace(b"SENDER", sender.encode()))
        if file.beside:
            _put(folder, sender, f"{file.file_name.partition('.')[0]}-2.csv", file.beside)
        _put_profiles(folder, sender, file.profiles)
        _put_corrections(folder, sender, file)
    known = [code for place, code in senders.items() if place != ("file", "unknown_sender")]
    lines = [f"{code},Đơn vị {code},pilot" for code in (*known, OTHER_AGENCY)]
    (folder / "agencies.csv").write_text("\n".join(["code,name_vi,kind", *lines, ""]), "utf-8")
    return senders


def _put(folder: Path, sender: str, name: str, content: bytes) -> None:
    path = folder / "inbox" / sender / MONTH / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _put_profiles(folder: Path, sender: str, profiles: Sequence[str]) -> None:
    (folder / "profiles").mkdir(exist_ok=True)
    for number, profile in enumerate(profiles):
        text = f'senders = ["{sender}"]\n{profile}'
        (folder / "profiles" / f"{sender}-{number}.toml").write_text(text, "utf-8")


def _put_corrections(folder: Path, sender: str, file: ProvokingFile) -> None:
    (folder / "corrections").mkdir(exist_ok=True)
    sha256 = hashlib.sha256(file.content.replace(b"SENDER", sender.encode())).hexdigest()
    place = f'sender = "{sender}"\nmonth = "{MONTH}"\nsha256 = "{sha256}"\n'
    for number, correction in enumerate(file.corrections):
        path = folder / "corrections" / f"{sender}-{number}.toml"
        path.write_text(place + correction, "utf-8")


def _strict_profile(kind: str) -> str:
    """The built-in profile of a kind with _MORE, and without words for other values."""
    (profile,) = (each for each in load_all(Path("none")).built_in if each.kind == kind)
    text = (resources.files("pipeline.profiles") / f"{profile.name}.toml").read_text("utf-8")
    text = text.partition("[unmapped]")[0].replace('senders = ["*"]', "")
    more = "".join(f'{ours} = "{theirs}"\n' for ours, theirs in _MORE[kind].items())
    own = text.replace("[columns]\n", f"[columns]\n{more}")
    return own + _SUMS if kind == "figures" else own


def _write_rows(kind: str, row: BreakingRow, sender: str) -> bytes:
    """An export in the built-in layout: some good rows, those beside, and the one that breaks."""
    columns = _columns_of(kind)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns.values())
    for changes in (*_good_rows(kind), *row.beside, row.changes):
        values = {**GOOD_ROWS[kind], **changes}
        names = (*columns, ONE_MORE) if ONE_MORE in values else columns
        writer.writerow(values.get(ours, "").replace("SENDER", sender) for ours in names)
    return text.getvalue().encode()


def _good_rows(kind: str) -> list[dict[str, str]]:
    """Changes that make many good rows, so that a few bad ones do not refuse the file."""
    key = {"dossiers": "dossier_id", "ratings": "respondent_id", "petitions": "petition_id"}
    name = key.get(kind, "breakdown")
    return [{name: f"good-{number:02d}"} for number in range(20)]


def _columns_of(kind: str) -> Mapping[str, str]:
    """Our columns of a kind, and what the built-in layout calls them."""
    (profile,) = (each for each in load_all(Path("none")).built_in if each.kind == kind)
    return {**profile.columns, **_MORE[kind]}


def _read_faults(inputs: MonthInputs, senders: Mapping[tuple[str, str], str]) -> Iterator[Message]:
    for name, file in PROVOKING_FILES.items():
        refused = inputs.delivered.filter(sender_code=senders["file", name], status="refused")
        found = refused.select("fault", "message", "message_vi").rows()
        if not found or found[0][0] != file.fault:
            raise AssertionError(f"{name} should provoke {file.fault} and gave {found}")
        yield Message(file.fault, file.given, *found[0][1:])


def _read_reason(
    inputs: MonthInputs, kind: str, rule: str, senders: Mapping[tuple[str, str], str]
) -> Message:
    row = BREAKING_ROWS[kind].get(rule)
    if row is None:
        raise AssertionError(f"nothing in BREAKING_ROWS breaks {rule} of {kind}")
    broken = inputs.rejected.filter(pl.col("sender_code") == senders[kind, rule], rule=rule)
    if broken.is_empty():
        of_sender = inputs.delivered.filter(sender_code=senders[kind, rule])
        raise AssertionError(f"no row of {kind} breaks {rule}: {of_sender.rows(named=True)}")
    changes = ", ".join(f"{name} = {value or '(empty)'}" for name, value in row.changes.items())
    beside = "; ".join(
        "beside a row with " + ", ".join(f"{name} = {value}" for name, value in each.items())
        if each
        else "beside the same row"
        for each in row.beside
    )
    given = "; ".join(part for part in (changes, beside) if part)
    return Message(rule, given, *broken.select("reason", "reason_vi").row(0))


def _read_months() -> Iterator[Message]:
    for name, breaking in BREAKING_MONTHS.items():
        measures = {frame: schema.to_frame() for frame, schema in set_rules.FRAMES.items()}
        row = [list_measures(breaking)]
        measures[breaking.frame] = pl.DataFrame(row, schema=set_rules.FRAMES[breaking.frame])
        told = set_rules.describe_broken(set_rules.find_results(measures))
        if told["rule"].to_list() != [name]:
            raise AssertionError(f"the month should break {name} alone: {told}")
        yield Message(name, breaking.given, *told.select("message", "message_vi").row(0))


def write_document(sections: Iterator[tuple[str, list[Message]]]) -> str:
    """The page."""
    lines = [_OPENING]
    for heading, messages in sections:
        lines += [
            heading,
            "| name | what was sent | English | Tiếng Việt |",
            "| --- | --- | --- | --- |",
        ]
        for message in messages:
            cells = (message.name, message.given, message.text_en, message.text_vi)
            name, *texts = (cell.replace("|", "\\|").replace("\n", " ") for cell in cells)
            lines.append(f"| `{name}` | {' | '.join(texts)} |")
    lines += ["", "## What no export can provoke", ""]
    never = NEVER_BROKEN | NEVER_PROVOKED
    lines += [f"* `{name}`: {why}." for name, why in never.items()]
    return "\n".join([*lines, ""])


def main() -> None:
    """Writes the page."""
    with tempfile.TemporaryDirectory(prefix="reform-index-messages-") as folder:
        page = write_document(collect_messages(Path(folder)))
    DOCUMENT.write_text(page, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
