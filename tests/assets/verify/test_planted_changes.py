"""`reform-index verify` finds whatever is changed in a home, and names it."""

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from assets.month.installation import Installation
from assets.verify.verify import verify

from ..conftest import ReformIndex
from .conftest import LATER_MONTH, MONTH, flip, opened, part_from_others


def edition(home: Path, month: str = LATER_MONTH, number: int = 2) -> Path:
    return home / "published" / "editions" / month / str(number)


def first(folder: Path, pattern: str) -> Path:
    return next(path for path in sorted(folder.rglob(pattern)) if path.is_file())


def register(home: Path) -> Path:
    return home / "archive" / "deliveries.jsonl"


def chain(home: Path) -> Path:
    return home / "published" / "chain.jsonl"


def change_lines(path: Path, change: Callable[[list[bytes]], list[bytes]]) -> None:
    with opened(path):
        path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))


def point_to(home: Path, month: str, number: int) -> None:
    link = home / "published" / month
    link.unlink()
    link.symlink_to(f"editions/{month}/{number}")


def remove_the_newest(home: Path) -> None:
    shutil.rmtree(edition(home))
    point_to(home, LATER_MONTH, 1)


def remove_a_month(home: Path) -> None:
    shutil.rmtree(edition(home).parent)
    (home / "published" / LATER_MONTH).unlink()


def add_an_edition(home: Path) -> None:
    shutil.copytree(edition(home), edition(home, number=3))
    point_to(home, LATER_MONTH, 3)


def add_a_month(home: Path) -> None:
    shutil.copytree(edition(home), edition(home, "2026-04", 1))
    (home / "published" / "2026-04").symlink_to("editions/2026-04/1")


def swap_editions(home: Path) -> None:
    one, two = edition(home, MONTH, 1), edition(home, MONTH, 2)
    aside = one.rename(one.with_name("aside"))
    two.rename(one)
    aside.rename(two)


def forge(home: Path) -> None:
    """A number, the hashes, and the chain up to its newest check: all agree with each other."""
    folder = edition(home)
    data, sums = folder / "data" / "indices.csv", folder / "SHA256SUMS"
    before = hashlib.sha256(data.read_bytes()).hexdigest()
    old_sums = hashlib.sha256(sums.read_bytes()).hexdigest()
    part_from_others(data)
    with opened(data):
        data.write_bytes(data.read_bytes().replace(b",80,", b",90,", 1))
    after = hashlib.sha256(data.read_bytes()).hexdigest()
    assert after != before
    with opened(sums):
        sums.write_text(sums.read_text().replace(before, after))
    lines = [json.loads(line) for line in chain(home).read_text().splitlines()]
    check, written = "", []
    for values in lines:
        del values["check"]
        if values["sums_sha256"] == old_sums:
            values["sums_sha256"] = hashlib.sha256(sums.read_bytes()).hexdigest()
        check = hashlib.sha256(f"{check}\n{json.dumps(values)}".encode()).hexdigest()
        written.append(json.dumps({**values, "check": check}) + "\n")
    chain(home).write_text("".join(written))


@dataclass(frozen=True)
class Planted:
    """A change of a home, and what must be named: texts that one line of the output has."""

    change: Callable[[Path], object]
    named: tuple[str, ...]


def in_edition(path: str, wrong: str = "altered") -> tuple[str, ...]:
    return (f"{LATER_MONTH} edition 2", f"{path} ({wrong})")


PLANTED = {
    "a byte of a number": Planted(
        lambda home: flip(edition(home) / "data/indices.csv"), in_edition("data/indices.csv")
    ),
    "a byte of a page": Planted(
        lambda home: flip(edition(home) / "index.html"), in_edition("index.html")
    ),
    "a byte of a chart": Planted(
        lambda home: flip(first(edition(home), "*.svg")), (f"{LATER_MONTH} edition 2", ".svg (alt")
    ),
    "a byte of a workbook": Planted(
        lambda home: flip(first(edition(home), "*.xlsx")), (f"{LATER_MONTH} edition 2", ".xlsx (al")
    ),
    "a byte of a paper": Planted(
        lambda home: flip(first(edition(home), "*.pdf")), (f"{LATER_MONTH} edition 2", ".pdf (alt")
    ),
    "a byte of the manifest": Planted(
        lambda home: flip(edition(home) / "manifest.json", 40), in_edition("manifest.json")
    ),
    "a byte of the hashes": Planted(
        lambda home: flip(edition(home) / "SHA256SUMS", 3), in_edition("SHA256SUMS")
    ),
    "a byte of an edition that was replaced": Planted(
        lambda home: flip(edition(home, MONTH, 1) / "data/indices.csv"),
        (f"{MONTH} edition 1", "data/indices.csv (altered)"),
    ),
    "a file added to an edition": Planted(
        lambda home: (edition(home) / "data/extra.csv").write_text("1"),
        in_edition("data/extra.csv", "added"),
    ),
    "a link added to an edition": Planted(
        lambda home: (edition(home) / "more").symlink_to(home), in_edition("more", "added")
    ),
    "a file removed from an edition": Planted(
        lambda home: (edition(home) / "en/index.html").unlink(),
        in_edition("en/index.html", "missing"),
    ),
    "permissions": Planted(
        lambda home: (edition(home) / "index.html").chmod(0o666),
        (f"{LATER_MONTH} edition 2", "index.html may be written to"),
    ),
    "an edition removed": Planted(
        lambda home: shutil.rmtree(edition(home, MONTH, 1)),
        (f"editions/{MONTH}/1 is missing: edition 1 of {MONTH} was published",),
    ),
    "the newest edition of a month removed": Planted(
        remove_the_newest, (f"editions/{LATER_MONTH}/2 is missing",)
    ),
    "a whole month removed": Planted(
        remove_a_month, (f"published/{LATER_MONTH} is missing", f"newest edition of {LATER_MONTH}")
    ),
    "an edition added": Planted(add_an_edition, (f"editions/{LATER_MONTH}/3 was never published",)),
    "a month added": Planted(add_a_month, ("editions/2026-04/1 was never published",)),
    "an edition renumbered": Planted(
        lambda home: edition(home, MONTH, 1).rename(edition(home, MONTH, 7)),
        (f"editions/{MONTH}/7 was never published",),
    ),
    "two editions of a month swapped": Planted(
        swap_editions, (f"{MONTH} edition 1", "manifest.json (altered)")
    ),
    "an older edition put in force": Planted(
        lambda home: point_to(home, MONTH, 1),
        (
            f"{MONTH} names edition 1",
            "newest edition",
        ),
    ),
    "a folder in the place of a link": Planted(
        lambda home: (
            (home / "published" / MONTH).unlink(),
            shutil.copytree(edition(home, MONTH), home / "published" / MONTH),
        ),
        (f"{MONTH} is not a link to an edition",),
    ),
    "a byte of the chain": Planted(
        lambda home: flip(chain(home), 60), ("line 1 of", "chain.jsonl is not as it was written")
    ),
    "a line taken out of the chain": Planted(
        lambda home: change_lines(chain(home), lambda lines: [lines[0], *lines[2:]]),
        ("line 2 of", "chain.jsonl is not as it was written"),
    ),
    "the last line taken out of the chain": Planted(
        lambda home: change_lines(chain(home), lambda lines: lines[:-1]),
        (f"editions/{LATER_MONTH}/2 was never published",),
    ),
    "two lines of the chain swapped": Planted(
        lambda home: change_lines(chain(home), lambda lines: [lines[1], lines[0], *lines[2:]]),
        ("line 1 of", "chain.jsonl is not as it was written"),
    ),
    "the chain removed": Planted(
        lambda home: chain(home).unlink(), ("chain.jsonl is missing", "was published with one")
    ),
    "a byte of the register": Planted(
        lambda home: flip(register(home), 60), ("line 1 of", "is not as it was written")
    ),
    "two lines of the register swapped": Planted(
        lambda home: change_lines(register(home), lambda lines: [lines[1], lines[0], *lines[2:]]),
        ("lines 1 to 1 of", "one was changed, moved, added or taken out"),
    ),
    "a line taken out of the register": Planted(
        lambda home: change_lines(register(home), lambda lines: [lines[0], *lines[2:]]),
        ("lines 2 to", "one was changed, moved, added or taken out"),
    ),
    "the register removed": Planted(
        lambda home: register(home).unlink(), ("lines 1 to 1 of", "deliveries.jsonl")
    ),
    "a byte of a file in the archive": Planted(
        lambda home: flip(first(home / "archive/files", "*")),
        ("archive/files/", "figures.csv of T1 for 2026-0", "is damaged or missing"),
    ),
    "a file of the archive removed": Planted(
        lambda home: first(home / "archive/files", "*").unlink(),
        ("archive/files/", "is damaged or missing"),
    ),
    "a byte of the settings that were kept": Planted(
        lambda home: flip(first(home / "archive/settings", "*.json")),
        ("archive/settings/", "is damaged or missing"),
    ),
    "a byte of the store": Planted(
        lambda home: flip(first(home / "store/tallies", "*.parquet")),
        ("store: store/tallies/", "is not what was written"),
    ),
    "a byte of the hashes of the inbox": Planted(
        lambda home: flip(home / "store/digests.json"), ("store/digests.json is damaged",)
    ),
    "a byte of the page of all months": Planted(
        lambda home: flip(home / "published/index.html"), ("pages of all months", "index.html")
    ),
    "a number, its hashes and the chain, all forged": Planted(
        forge, (f"{LATER_MONTH} edition 2", "computed anew, these differ: data/indices.csv (line")
    ),
}

QUICK = {"a byte of a number", "a number, its hashes and the chain, all forged"}


@pytest.mark.parametrize(
    "name",
    [name if name in QUICK else pytest.param(name, marks=pytest.mark.runs) for name in PLANTED],
)
def test_a_planted_change_is_found_and_named(home: Path, name: str) -> None:
    planted = PLANTED[name]
    planted.change(home)
    found = verify(Installation.at(home))
    told = [f"{verdict.place}: {alarm}" for verdict in found.verdicts for alarm in verdict.alarms]
    assert [line for line in told if all(text in line for text in planted.named)], told
    assert found.status == 1


STRUCTURE = {
    "an edition removed",
    "the newest edition of a month removed",
    "a whole month removed",
    "an edition added",
    "an edition renumbered",
    "an older edition put in force",
    "a line taken out of the chain",
    "the chain removed",
    "two lines of the register swapped",
}


@pytest.mark.parametrize("name", sorted(STRUCTURE))
def test_what_is_cheap_to_see_is_named_by_status_too(
    home: Path, reform_index: ReformIndex, name: str
) -> None:
    planted = PLANTED[name]
    planted.change(home)
    said = reform_index("status", "--home", home).out
    assert [line for line in said.splitlines() if all(text in line for text in planted.named)]


@pytest.mark.runs
def test_a_run_names_it_and_takes_no_number_twice(home: Path, reform_index: ReformIndex) -> None:
    remove_the_newest(home)
    (home / "inbox/T1" / LATER_MONTH / "figures.csv").write_text(
        "unit_code,indicator,breakdown,month,numerator,denominator\n"
        f"T1,due_on_time,,{LATER_MONTH},60,100\n"
    )
    said = reform_index("run", "--month", LATER_MONTH, "--home", home)
    assert f"editions/{LATER_MONTH}/2 is missing" in said.err
    assert f"{LATER_MONTH}: edition 3 published" in said.out
