"""Codes that name several records, from the file as sent to the counts, in every kind of records.

An agency sends for its two units, which number alike; each file is counted under the usual identity
and under the one that its own profile names.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from assets.month.inputs import MonthInputs

from ..conftest import tally_month

MONTH = "2026-10"
AGENCIES = """\
code,name_vi,kind,parent_code
T,Tỉnh thử nghiệm,province,
T.A,Sở A,department,T
T.B,Sở B,department,T
"""
MORNING, NOON, NEXT_DAY = "2026-10-05 08:00:00", "2026-10-05 12:00:00", "2026-10-06 08:00:00"


@dataclass(frozen=True)
class Sent:
    """A kind of records: its columns, and the table with its counts."""

    columns: tuple[str, ...]
    table: str
    count: str


KINDS = {
    "dossiers": Sent(
        ("dossier_id", "unit_code", "status", "received_at", "due_at", "ended_at"),
        "outcomes",
        "dossiers",
    ),
    "ratings": Sent(
        ("respondent_id", "dossier_id", "unit_code", "answer", "answered_at"),
        "answers",
        "respondents",
    ),
    "petitions": Sent(
        ("petition_id", "unit_code", "status", "received_at", "handled_at"),
        "petitions",
        "petitions",
    ),
    "figures": Sent(
        ("unit_code", "indicator", "period_at", "numerator", "denominator"),
        "figures",
        "denominator",
    ),
}


def profile(kind: str, identity: str) -> str:
    columns = "\n".join(f'{name} = "{name}"' for name in KINDS[kind].columns)
    line = f"identity = {identity}" if identity else ""
    formats = 'date_formats = ["%Y-%m-%d %H:%M:%S"]'
    return f'senders = ["T"]\nkind = "{kind}"\n{formats}\n{line}\n[columns]\n{columns}\n'


def counted(root: Path, kind: str, rows: Sequence[str], identity: str = "") -> MonthInputs:
    folder = root / "inbox" / "T" / MONTH
    folder.mkdir(parents=True)
    (root / "profiles").mkdir()
    (root / "agencies.csv").write_text(AGENCIES, encoding="utf-8")
    (root / "profiles" / "own.toml").write_text(profile(kind, identity), encoding="utf-8")
    lines = "\n".join([",".join(KINDS[kind].columns), *rows, ""])
    (folder / f"{kind}.csv").write_text(lines, encoding="utf-8")
    return tally_month(root, MONTH)


def count(inputs: MonthInputs, kind: str) -> int:
    """What the month counts of a kind; of ratings, answers to questions that were asked."""
    cells: pl.LazyFrame = getattr(inputs.cells, KINDS[kind].table)
    if kind == "ratings":
        cells = cells.filter(pl.col("question") == "overall")
    return int(cells.collect()[KINDS[kind].count].sum())


def told(inputs: MonthInputs) -> tuple[str, str | None, int | None, int | None]:
    """Of the file: its status, its fault, and how many rows are accepted and rejected."""
    (file,) = inputs.delivered.iter_rows(named=True)
    return file["status"], file["fault"], file["accepted"], file["rejected"]


DOSSIER, PETITION = "{0},{1},received,{2},,", "{0},{1},received,{2},"
BY_OFFICE = [("T.A", MORNING), ("T.B", MORNING)]
BY_DAY = [("T.A", MORNING), ("T.A", NEXT_DAY)]
# Kind, a row, the two rows of each number, the identity that tells them apart, and its rows'
# count of each number.
NUMBERED_ALIKE = {
    "dossiers by office": ("dossiers", DOSSIER, BY_OFFICE, '["unit_code", "dossier_id"]', 2),
    "dossiers by day": ("dossiers", DOSSIER, BY_DAY, '["dossier_id", "received_at"]', 2),
    "dossiers without codes": ("dossiers", DOSSIER, BY_DAY, '"row_number"', 2),
    "petitions by office": ("petitions", PETITION, BY_OFFICE, '["petition_id", "unit_code"]', 2),
    "petitions by day": ("petitions", PETITION, BY_DAY, '["petition_id", "received_at"]', 2),
    "answers by day": ("ratings", "{0},,{1},5,{2}", BY_DAY, '["respondent_id", "answered_at"]', 2),
    "answers of nobody named": ("ratings", "{0},,{1},5,{2}", BY_DAY, "[]", 2),
    # Of 10 and 12 cases a row.
    "figures of parts": (
        "figures",
        "T.A,{3},{2},8,{1}",
        [("10", MORNING), ("12", MORNING)],
        '"row_number"',
        22,
    ),
}
INDICATORS = ("due_on_time", "open_not_overdue", "on_time_766", "response_rate", "satisfied_share")


def rows_of(case: str, numbers: int) -> list[str]:
    _, row, pairs, _, _ = NUMBERED_ALIKE[case]
    return [
        row.format(f"{number:04}", *pair, INDICATORS[number % len(INDICATORS)])
        for number in range(numbers)
        for pair in pairs
    ]


@pytest.mark.parametrize("case", NUMBERED_ALIKE)
def test_a_file_whose_codes_name_several_records_is_refused(case: str, tmp_path: Path) -> None:
    kind = NUMBERED_ALIKE[case][0]
    found = counted(tmp_path, kind, rows_of(case, 5))
    assert told(found) == ("refused", "ambiguous_identity", None, None)
    assert count(found, kind) == 0


@pytest.mark.parametrize("case", NUMBERED_ALIKE)
def test_all_count_where_the_profile_says_what_identifies_them(case: str, tmp_path: Path) -> None:
    kind, _, _, identity, of_number = NUMBERED_ALIKE[case]
    found = counted(tmp_path, kind, rows_of(case, 5), identity)
    assert told(found) == ("accepted", None, 10, 0)
    assert count(found, kind) == 5 * of_number


OWN_KEY = {
    "dossiers": "dossier_code_is_of_one_dossier",
    "petitions": "petition_code_is_of_one_petition",
    "ratings": "respondent_code_is_of_one_respondent",
    "figures": "figure_has_one_value",
}


@pytest.mark.parametrize("case", NUMBERED_ALIKE)
def test_a_few_are_set_aside_with_a_reason_that_is_true(case: str, tmp_path: Path) -> None:
    kind = NUMBERED_ALIKE[case][0]
    found = counted(tmp_path, kind, rows_of(case, 2))
    # The later of the two counts, but nothing says which of two figures is the later.
    set_aside = 4 if kind == "figures" else 2
    assert told(found) == ("accepted", None, 4 - set_aside, set_aside)
    assert set(found.rejected["rule"]) == {OWN_KEY[kind]}
    assert count(found, kind) == 4 - set_aside
    of_several = found.cells.findings.filter(pl.col("finding") == "code_of_several").collect()
    assert of_several["dossiers"].sum() == (2 if kind == "dossiers" else 0)


def test_whoever_rates_several_dossiers_is_counted_for_each(tmp_path: Path) -> None:
    rows = [f"p,X-{number},T.A,5,{MORNING}" for number in range(12)]
    # The last one is rated again at noon.
    found = counted(tmp_path, "ratings", [*rows, f"p,X-11,T.A,1,{NOON}"])
    assert told(found) == ("accepted", None, 12, 1)
    assert set(found.rejected["rule"]) == {"rating_is_latest_copy"}
    assert count(found, "ratings") == 12


def test_respondents_who_share_a_number_are_as_many_people(tmp_path: Path) -> None:
    rows = rows_of("answers by day", 5)
    found = counted(tmp_path, "ratings", rows, '["respondent_id", "answered_at"]')
    everyone = found.cells.answers.filter(pl.col("question") == "any").collect()
    assert everyone["respondents"].sum() == 10


@pytest.mark.parametrize("kind", ["dossiers", "petitions"])
def test_the_order_of_rows_decides_nothing(kind: str, tmp_path: Path) -> None:
    rows = rows_of(f"{kind} by day", 3)
    found = counted(tmp_path / "one", kind, rows)
    turned = counted(tmp_path / "two", kind, rows[::-1])
    table = KINDS[kind].table
    one, two = (getattr(each.cells, table).drop("sha256").collect() for each in (found, turned))
    assert one.equals(two)


LOST = {
    "dossiers": "2.61E+11,T.A,received,{0},,",
    "petitions": "2.61e+11,T.A,received,{0},",
    "ratings": "{1},2.61E+11,T.A,5,{0}",
    "figures": "2.61E+11,due_on_time,{0},1,2",
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_of_codes_that_a_spreadsheet_wrote_is_refused_as_that(
    kind: str, tmp_path: Path
) -> None:
    rows = [LOST[kind].format(MORNING, number) for number in range(10)]
    found = counted(tmp_path, kind, rows)
    assert told(found)[:2] == ("refused", "lost_codes")
    assert "scientific notation" in found.delivered["message"][0]
