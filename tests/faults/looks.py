"""What must hold of a home after any fault, and what it holds: asked of the disk alone.

Nothing of the program is asked, so that it does not judge itself. Here belong the looks at a home.
Not here: which faults there are.
"""

import csv
import hashlib
import io
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import create_engine, text

_EDITION = re.compile(r"editions/(\d{4}-\d\d)/([1-9]\d*)")
CHAIN = "published/chain.jsonl"

Contents = dict[str, bytes | str]
"""Files by path, links as what they say."""


def expect_nothing_half(home: Path) -> None:
    """Every published edition is whole, everything sent is kept, the warehouse can be read."""
    expect_whole_editions(home)
    expect_whole_archive(home)
    expect_whole_pages(home)
    if (home / "warehouse.db").exists():
        expect_whole_warehouse(home, f"sqlite:///{home / 'warehouse.db'}")


def expect_whole_editions(home: Path) -> None:
    """Each link leads to an edition of its month; it and those before it are as SHA256SUMS says."""
    for link in home.glob("published/????-??"):
        found = _EDITION.fullmatch(str(link.readlink()))
        assert found, f"{link} leads to {link.readlink()}"
        assert found[1] == link.name, f"{link} leads to another month"
        for number in range(1, int(found[2]) + 1):
            expect_whole_edition(home / "published/editions" / link.name / str(number))


def expect_whole_edition(folder: Path) -> None:
    """The files of an edition are those that SHA256SUMS lists, with these bytes, and no others."""
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    sums = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    files = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    del files["SHA256SUMS"]
    assert set(files) == set(sums), f"{folder} has other files than it lists"
    for name, path in files.items():
        assert _hash(path) == sums[name], f"{path} is not as it was published"
    edition = json.loads((folder / "manifest.json").read_bytes())["edition"]
    assert (edition["month"], str(edition["number"])) == (folder.parent.name, folder.name)


def expect_whole_archive(home: Path) -> None:
    """What bears a hash as its name has these bytes; what was received is there."""
    kept = {path.name: path for path in home.glob("archive/files/[!.]*/*")}
    for name, path in kept.items():
        assert _hash(path) == name, f"{path} has other bytes"
    for event in read_register(home):
        assert event["sha256"] in kept, f"{event} was received and is lost"


def read_register(home: Path) -> list[dict[str, str]]:
    """The lines of the register of deliveries; the last one may be cut short."""
    register = home / "archive" / "deliveries.jsonl"
    *lines, _ = register.read_text().split("\n") if register.exists() else [""]
    return [json.loads(line) for line in lines if line]


def expect_whole_pages(home: Path) -> None:
    """The pages of all months are whole: those before or those after."""
    for page in [*home.glob("published/*.html"), *home.glob("published/en/*.html")]:
        assert page.read_text().rstrip().endswith("</html>"), f"{page} is cut short"


def expect_whole_warehouse(home: Path, url: str) -> None:
    """An edition in the warehouse has all rows of its data, or the warehouse does not have it."""
    for (month, number), rows in count_filled(url).items():
        folder = home / "published/editions" / month / str(number)
        for table, count in rows.items():
            published = len(read_csv(folder / "data" / f"{table}.csv"))
            assert count == published, f"{table} of {month} has {count} of {published} rows"


def count_filled(url: str) -> dict[tuple[str, int], dict[str, int]]:
    """How many rows the warehouse has of each edition in force, by month, number and table."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            has_tables = engine.dialect.has_table(connection, "editions")
            if not has_tables:
                return {}
            asked = "SELECT month, number FROM editions WHERE is_in_force"
            filled = [tuple(row) for row in connection.execute(text(asked))]
            return {
                (month, number): {
                    table: int(
                        connection.scalar(
                            text(f"SELECT count(*) FROM {table} WHERE month = :month"),
                            {"month": month},
                        )
                    )
                    for table in ("indices", "rankings", "deliveries")
                }
                for month, number in filled
            }
    finally:
        engine.dispose()


def expect_no_lost_row(home: Path) -> None:
    """Of what the archive holds every row is accepted or rejected: rows in = accepted + rejected.

    The rows of a file are counted in its bytes.
    """
    for link in sorted(home.glob("published/????-??")):
        delivered = read_csv(link / "data" / "deliveries.csv")
        archived = [event for event in read_register(home) if event["month"] == link.name]
        in_force = {
            (event["sender_code"], event["file_name"]): event["sha256"] for event in archived
        }
        assert sorted(in_force.values()) == sorted(
            row["sha256"] for row in delivered if row["sha256"]
        )
        for row in delivered:
            sent = (home / "archive/files" / row["sha256"][:2] / row["sha256"]).read_bytes()
            rows = len(list(csv.reader(io.StringIO(sent.decode())))) - 1
            assert int(row["rows"]) == rows, f"{row} has other rows than were sent"
            assert int(row["accepted"]) + int(row["rejected"]) == rows, f"{row} lost some"


def read_published(home: Path) -> Contents:
    """Everything that is published, and what the senders have to mend."""
    found: Contents = {}
    for folder in ("published", "feedback"):
        for path in sorted((home / folder).rglob("*")):
            name = str(path.relative_to(home))
            if path.is_symlink():
                found[name] = str(path.readlink())
            elif name == CHAIN:
                found[name] = "\n".join(map(_drop_times, path.read_text().splitlines()))
            elif path.is_file():
                found[name] = path.read_bytes()
    return found


def _drop_times(line: str) -> str:
    """A line of the chain without what the register of deliveries was, which holds times."""
    values = json.loads(line)
    del values["check"]
    values.get("made_with", {}).pop("deliveries", None)
    return json.dumps(values)


def find_differences(found: Contents, expected: Contents) -> list[str]:
    """The paths that one of them lacks, or that differ."""
    return sorted(
        name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name)
    )


def dump_warehouse(url: str) -> dict[str, list[str]]:
    """All rows of all tables, as sorted texts."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            tables = sorted(engine.dialect.get_table_names(connection))
            return {
                table: sorted(
                    str(tuple(row)) for row in connection.execute(text(f"SELECT * FROM {table}"))
                )
                for table in tables
            }
    finally:
        engine.dispose()


def read_states(home: Path) -> list[str]:
    """The states of the runs that Dagster knows of, oldest first."""
    place = home / "dagster" / "history" / "runs.db"
    if not place.exists():
        return []
    with closing(sqlite3.connect(place)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'runs'").fetchall():
            return []
        return [state for (state,) in connection.execute("SELECT status FROM runs ORDER BY id")]


def read_csv(path: Path) -> list[dict[str, str]]:
    """The rows of a published table."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
