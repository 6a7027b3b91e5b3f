"""What a value may say, in every kind of records, from the file as sent to the counts.

A row with such a value is set aside by name. The other rows of its file, and the rows of other
senders, count as if it were not there.
"""

from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from pipeline import planning, tables
from pipeline.profiles.our_columns import sendable_columns
from pipeline.tables import RECORDS

from ..conftest import tally_month

MONTH = "2026-10"
AGENCIES = "code,name_vi,kind,parent_code\nT,Tỉnh thử,province,\nU,Tỉnh khác,province,\n"
GOOD = {
    "dossiers": {
        "dossier_id": "d{}",
        "status": "finished",
        "received_at": "2026-10-05 09:30:00",
        "due_at": "2026-10-20 17:00:00",
        "ended_at": "2026-10-15 10:00:00",
        "channel": "online",
        "applicant": "citizen",
    },
    "ratings": {
        "respondent_id": "r{}",
        "question": "overall",
        "answer": "4",
        "answered_at": "2026-10-15 10:00:00",
        "mode": "kiosk",
        "weight": "1.5",
        "dossier_ended_at": "2026-10-14 10:00:00",
    },
    "petitions": {
        "petition_id": "p{}",
        "status": "handled",
        "subject": "conduct",
        "received_at": "2026-10-05 09:30:00",
        "handled_at": "2026-10-15 10:00:00",
        "satisfied": "yes",
        "is_upheld": "no",
    },
    "figures": {
        "indicator": "on_time_of_finished",
        "breakdown": "b{}",
        "period_at": "2026-10-01 00:00:00",
        "numerator": "90",
        "denominator": "100",
    },
}
"""By kind, a good row; {} is the number of the row."""
TALLIES = {
    "dossiers": ("outcomes", "dossiers"),
    "ratings": ("answers", "respondents"),
    "petitions": ("petitions", "petitions"),
    "figures": ("figures", "denominator"),
}
"""By kind, the counts of it and the column that is added up."""
WORDS = [
    (kind, column)
    for kind, row in GOOD.items()
    for column in row
    if isinstance(RECORDS[kind].schema.get(column), pl.Enum) or column == "indicator"
]
TIMES = [(kind, column) for kind, row in GOOD.items() for column in row if column.endswith("_at")]


@dataclass(frozen=True)
class Counted:
    """What became of T's file beside U's: rules by row number, and rows and sums of each sender."""

    rules: dict[int, set[str]]
    rows: dict[str, tuple[str, int, int, int]]
    sums: dict[str, int]
    verdicts: set[tuple[str, str | None]]


def count(
    home: Path, kind: str, changes: list[dict[str, str]], *, keys: str = "", tables_of: str = ""
) -> Counted:
    """Counts T's good rows with these changes, and U's without them, each in its own profile."""
    names = list(GOOD[kind])
    (home / "profiles").mkdir(parents=True)
    (home / "agencies.csv").write_text(AGENCIES, encoding="utf-8")
    for sender, rows in (("T", changes), ("U", [{}] * 3)):
        columns = "\n".join(f'{name} = "{name}"' for name in names)
        text = f"""
senders = ["{sender}"]
kind = "{kind}"
date_formats = ["%Y-%m-%d %H:%M:%S"]
{keys}
[columns]
{columns}
{tables_of}
"""
        (home / "profiles" / f"{sender.lower()}.toml").write_text(text, encoding="utf-8")
        folder = home / "inbox" / sender / MONTH
        folder.mkdir(parents=True)
        lines = [
            ",".join((GOOD[kind] | change)[name].format(place) for name in names)
            for place, change in enumerate(rows)
        ]
        (folder / f"{kind}.csv").write_text(
            "\n".join([",".join(names), *lines, ""]), encoding="utf-8"
        )
    inputs = tally_month(home, MONTH)
    rules: dict[int, set[str]] = {}
    for number, rule in inputs.rejected.select("row_number", "rule").iter_rows():
        rules.setdefault(number, set()).add(rule)
    wanted = ("sender_code", "status", "rows", "accepted", "rejected")
    delivered = {row[0]: row[1:] for row in inputs.delivered.select(wanted).iter_rows()}
    name, counted = TALLIES[kind]
    cells = getattr(inputs.cells, name).collect()
    if kind == "ratings":
        cells = cells.filter(question="any")
    sums = cells.group_by("sender_code").agg(pl.col(counted).sum())
    judged = inputs.cells.outcomes.select("sender_code", "verdict").collect()
    return Counted(
        rules,
        delivered,
        {str(sender): total for sender, total in sums.iter_rows()},
        set(judged.unique().iter_rows()),
    )


def expect_first_row_rejected(found: Counted, kind: str, rules: set[str] | None = None) -> None:
    """Of T's three rows the first is set aside, and everything else counts."""
    assert set(found.rules) == {2}
    if rules is not None:
        assert found.rules[2] == rules
    assert found.rows == {
        "T": (planning.ACCEPTED, 3, 2, 1),
        "U": (planning.ACCEPTED, 3, 3, 0),
    }
    of_one = 100 if kind == "figures" else 1
    rules_of_deadlines = found.sums["U"] // (3 * of_one)
    assert found.sums == {
        "T": 2 * of_one * rules_of_deadlines,
        "U": 3 * of_one * rules_of_deadlines,
    }


def test_every_list_of_words_and_every_time_is_tried() -> None:
    assert {kind for kind, _ in WORDS} == {kind for kind, _ in TIMES} == set(tables.KINDS)
    enums = {
        (kind, column)
        for kind in tables.KINDS
        for column in sendable_columns(kind)
        if isinstance(RECORDS[kind].schema.get(column), pl.Enum)
    }
    assert enums == {word for word in WORDS if word[1] != "indicator"}


@pytest.mark.parametrize("keys", ["", 'unmapped.{} = "keep"'], ids=["no values", "keep"])
@pytest.mark.parametrize(("kind", "column"), WORDS)
def test_a_word_that_is_in_no_list_sets_its_row_aside(
    tmp_path: Path, kind: str, column: str, keys: str
) -> None:
    found = count(tmp_path, kind, [{column: "fax"}, {}, {}], keys=keys.format(column))
    expect_first_row_rejected(found, kind)
    assert all(rule.endswith("_is_in_list") for rule in found.rules[2])


@pytest.mark.parametrize("text", ["0000-06-03 08:00:00", "26-10-05 09:30:00"])
@pytest.mark.parametrize(("kind", "column"), TIMES)
def test_the_year_0_and_a_year_of_two_digits_set_their_row_aside(
    tmp_path: Path, kind: str, column: str, text: str
) -> None:
    found = count(tmp_path, kind, [{column: text}, {}, {}])
    expect_first_row_rejected(found, kind)
    assert all(rule.endswith("_is_a_time") for rule in found.rules[2])


@pytest.mark.parametrize(
    ("column", "text", "rules"),
    [
        (
            "numerator",
            "9000000000000000000",
            {"numerator_is_countable", "numerator_within_denominator"},
        ),
        ("denominator", "9000000000000000000", {"denominator_is_countable"}),
        ("denominator", "9" * 30, {"denominator_is_countable"}),
        ("denominator", "1000000001", {"denominator_is_countable"}),
        ("denominator", "2.000", {"denominator_is_a_whole_number"}),
        ("denominator", "100%", {"denominator_is_a_whole_number"}),
        ("denominator", "1e3", {"denominator_is_a_whole_number"}),
    ],
)
def test_a_number_that_is_no_count_sets_its_row_aside(
    tmp_path: Path, column: str, text: str, rules: set[str]
) -> None:
    found = count(tmp_path, "figures", [{column: text}, {}, {}])
    expect_first_row_rejected(found, "figures", rules)


def test_a_profile_that_names_the_mark_between_thousands_has_its_counts_read(
    tmp_path: Path,
) -> None:
    row = {"numerator": "2.000", "denominator": "2.000"}
    found = count(tmp_path, "figures", [row, {}, {}], keys='decimal_mark = ","')
    assert (found.rules, found.sums["T"]) == ({}, 2000 + 2 * 100)


MISSING = '[missing_codes]\nanswer = ["9"]\nweight = ["-"]'


def test_a_missing_code_of_the_answer_is_no_fault_and_no_answer(tmp_path: Path) -> None:
    # The respondent 9 is a respondent: the code is one of the answer alone.
    rows = [{"answer": "9"}, {"respondent_id": "9"}, {"weight": "-"}]
    found = count(tmp_path, "ratings", rows, tables_of=MISSING)
    assert found.rules == {}
    assert found.rows["T"] == (planning.ACCEPTED, 3, 3, 0)
    assert found.sums == {"T": 2, "U": 3}


def test_an_empty_answer_is_a_fault_unless_the_profile_says_what_it_means(tmp_path: Path) -> None:
    rows = [{"answer": ""}, {}, {}]
    expect_first_row_rejected(
        count(tmp_path / "1", "ratings", rows), "ratings", {"answer_is_there"}
    )
    found = count(tmp_path / "2", "ratings", rows, tables_of='[missing_codes]\nanswer = [""]')
    assert (found.rules, found.sums["T"]) == ({}, 2)


@pytest.mark.parametrize(
    ("kind", "column"), [("dossiers", "ended_at"), ("petitions", "handled_at")]
)
def test_an_end_on_the_day_of_receipt_counts(tmp_path: Path, kind: str, column: str) -> None:
    found = count(tmp_path, kind, [{column: "2026-10-05 00:00:00"}] * 3)
    assert found.rules == {}
    assert found.sums["T"] == found.sums["U"]


@pytest.mark.parametrize(
    ("due", "ended", "verdict"),
    [
        # Both are days, or one of them is.
        ("2026-10-20 00:00:00", "2026-10-20 00:00:00", "on_time"),
        ("2026-10-20 00:00:00", "2026-10-20 10:00:00", "on_time"),
        ("2026-10-20 08:00:00", "2026-10-20 00:00:00", "on_time"),
        ("2026-10-20 00:00:00", "2026-10-21 00:00:00", "late"),
        # Neither is.
        ("2026-10-20 08:00:00", "2026-10-20 08:00:00", "on_time"),
        ("2026-10-20 08:00:00", "2026-10-20 08:00:01", "late"),
    ],
)
def test_a_dossier_is_judged_by_the_day_where_a_day_is_all_that_is_known(
    tmp_path: Path, due: str, ended: str, verdict: str
) -> None:
    found = count(tmp_path, "dossiers", [{"due_at": due, "ended_at": ended}] * 3)
    assert ("T", verdict) in found.verdicts
    assert found.verdicts - {("T", verdict)} == {("U", "on_time")}


@pytest.mark.parametrize("column", ["due_at", "ended_at"])
def test_the_profile_says_that_a_dossier_is_judged_by_the_day(tmp_path: Path, column: str) -> None:
    row = {"due_at": "2026-10-20 08:00:00", "ended_at": "2026-10-20 10:00:00"}
    grain = f'[grain]\n{column} = "day"'
    assert ("T", "late") in count(tmp_path / "1", "dossiers", [row]).verdicts
    assert ("T", "on_time") in count(tmp_path / "2", "dossiers", [row], tables_of=grain).verdicts
