"""A value that was sent is corrected by declaration, or the declaration fails; never silently."""

from dataclasses import replace

import pytest

from pipeline.declarations import Corrections, Declarations, describe_applied
from pipeline.declarations.correcting import correct_rows
from pipeline.exports import TextRows
from pipeline.faults import FileFault

from .conftest import HEAD, SHA256, Declare, profile_of, row, rows_of

ROWS = rows_of(("HS-1", "H26.01", "20261109"), ("HS-2", "H26.01", None), ("HS-1", "H26.02", "x"))
ENDED = row('"HS-1"', "ended_at", "20261109", "20261019")


def ends(rows: TextRows) -> list[str | None]:
    return rows.frame["Trả"].to_list()


def corrected(declared: Corrections) -> TextRows:
    return correct_rows(ROWS, profile_of(), declared.of_file("H26", "2026-10", SHA256))


def test_a_value_is_corrected_by_code_or_by_row_number(declare: Declare) -> None:
    assert ends(corrected(declare(ENDED))) == ["20261019", None, "x"]
    assert ends(corrected(declare(row("3", "ended_at", "", "20261020")))) == [
        "20261109",
        "20261020",
        "x",
    ]
    assert ends(corrected(declare(row("4", "ended_at", "x", "")))) == ["20261109", None, None]


def test_several_values_are_corrected_at_once_and_nothing_else(declare: Declare) -> None:
    found = corrected(declare(ENDED, row("3", "unit_code", "H26.01", "H26.05")))
    assert found.frame.rows() == [
        (2, "HS-1", "H26.01", "20261019"),
        (3, "HS-2", "H26.05", None),
        (4, "HS-1", "H26.02", "x"),
    ]


@pytest.mark.parametrize(
    ("wrong", "cure"),
    [
        (row('"HS-9"', "ended_at", "", "1"), "no row of the file has this key"),
        (row("9", "ended_at", "", "1"), "no row of the file has this key"),
        (row('"HS-2"', "ended_at", "5", "1"), "another value than from: correct from"),
        (row('"HS-2"', "channel", "", "1"), "no column that is read as channel"),
        (row('"HS-2"', "status", "", "1"), "no column that is read as status"),
    ],
)
def test_a_correction_that_matches_nothing_refuses_its_file_and_names_no_value(
    declare: Declare, wrong: str, cure: str
) -> None:
    with pytest.raises(FileFault) as refused:
        corrected(declare(ENDED, wrong))
    assert refused.value.fault == "broken_correction"
    assert refused.value.message.startswith("corrections/one.toml, [[rows]] 2: ")
    assert cure in refused.value.message
    assert "HS-" not in refused.value.message + refused.value.message_vi


def test_a_code_of_two_rows_with_the_same_value_asks_for_row_numbers(declare: Declare) -> None:
    twice = rows_of(("HS-1", None, "a"), ("HS-1", None, "a"))
    (declared,) = declare(row('"HS-1"', "ended_at", "a", "b")).declared
    with pytest.raises(FileFault, match="2 rows have this key and value: write the number"):
        correct_rows(twice, profile_of(), [declared])


def test_two_corrections_of_one_value_are_told(declare: Declare) -> None:
    declare(ENDED)
    both = declare(row("2", "ended_at", "20261109", "20261018"), name="two")
    with pytest.raises(FileFault, match=r"two.toml, .* another correction names the same value"):
        corrected(both)


def test_a_correction_concerns_the_file_whose_hash_it_begins(declare: Declare) -> None:
    declared = declare(ENDED)
    assert len(declared.of_file("H26", "2026-10", SHA256)) == 1
    assert declared.of_file("H26", "2026-10", "4" + SHA256[1:]) == ()
    assert declared.of_file("H26", "2026-09", SHA256) == ()
    assert declared.of_file("H29", "2026-10", SHA256) == ()


@pytest.mark.parametrize(
    ("head", "cure"),
    [
        (HEAD.replace("3F8A0C5D91B2", "3f8a"), "sha256: it is no SHA-256: write at least"),
        (HEAD.replace("why =", "reason ="), "unknown key 'reason'"),
        (HEAD.replace('why = "gõ nhầm ngày"', ""), "the key 'why' is missing: add it"),
        (HEAD.replace('"gõ nhầm ngày"', '""'), "why: it is empty: fill it in"),
        (HEAD.replace("2026-11-04", '"hôm qua"'), "reported_on: "),
        (HEAD.replace("2026-11-04", "5"), "reported_on: it is no day"),
        (HEAD + "sender", "is not TOML"),
    ],
)
def test_a_broken_correction_refuses_the_files_of_its_sender_and_month(
    declare: Declare, head: str, cure: str
) -> None:
    (error,) = (declared := declare(ENDED, head=head)).broken
    assert str(error).startswith("corrections/one.toml")
    assert cure in str(error)
    with pytest.raises(FileFault, match=r"corrections/one\.toml"):
        declared.check_usable("H26", "2026-10")
    declared.check_usable("H26", "2026-09")
    declared.check_usable("H29", "2026-10")


@pytest.mark.parametrize(
    ("rows", "cure"),
    [
        ([row('"a"', "ended", "a", "b")], "'ended' is no column of ours (did you mean ended_at?)"),
        ([row("1.5", "ended_at", "a", "b")], "rows.1.key: "),
        ([ENDED.replace('"20261109"', "20261109")], "rows.1.from: write it in quotes"),
        ([], "the key 'rows' is missing: add it"),
    ],
)
def test_a_broken_row_of_a_correction_is_named(
    declare: Declare, rows: list[str], cure: str
) -> None:
    (error,) = declare(*rows).broken
    assert cure in str(error)
    assert "20261109" not in str(error)


def test_a_broken_correction_without_a_month_is_of_all_months_and_of_nobody_without_a_sender(
    declare: Declare,
) -> None:
    declared = declare(ENDED, head=HEAD.replace('month = "2026-10"', 'month = "10/2026"'))
    with pytest.raises(FileFault):
        declared.check_usable("H26", "2025-01")
    nobody = declare(ENDED, head=HEAD.replace("sender", "from"))
    nobody.check_usable("H26", "2026-10")
    assert len(nobody.broken) == 1


def test_the_digest_of_a_file_changes_with_its_own_corrections_alone(declare: Declare) -> None:
    def digest(declared: Corrections, sender: str = "H26") -> str | None:
        return Declarations(declared).digest_of_file(sender, "2026-10", SHA256)

    first = declare(ENDED)
    assert digest(Corrections()) is None
    assert digest(first, "H29") is None
    other = declare(ENDED, name="two", head=HEAD.replace("H26", "H29"))
    assert digest(first) == digest(other) is not None
    assert Declarations(first).digest != Declarations(other).digest
    assert digest(declare(ENDED.replace("20261019", "20261018"))) != digest(first)


def test_what_is_told_of_a_correction_has_no_key_and_no_value_of_a_person(
    declare: Declare,
) -> None:
    (declared,) = declare(
        ENDED,
        row('"HS-7"', "ended_at", "20261109", "20261019"),
        row('"HS-2"', "dossier_id", "HS-2", "HS-3"),
        row('"HS-2"', "unit_code", "Nguyễn Văn An", "H26.01"),
    ).declared
    told = describe_applied(declared, "dossiers", SHA256).as_dict()
    assert told == {
        "file": "corrections/one.toml",
        "sender_code": "H26",
        "month": "2026-10",
        "kind": "dossiers",
        "sha256": SHA256,
        "reported_by": "Văn phòng Sở Nội vụ",
        "reported_on": "2026-11-04",
        "why": "gõ nhầm ngày",
        "rows": 3,
        "columns": [
            {"column": "ended_at", "from": "20261109", "to": "20261019", "rows": 2},
            {"column": "dossier_id", "from": None, "to": None, "rows": 1},
            {"column": "unit_code", "from": "Aaaaaa Aaa Aa", "to": "H26.01", "rows": 1},
        ],
    }
    answer = declared.rows[0].model_copy(update={"column": "answer", "sent": "5", "right": "1"})
    (of_ratings,) = describe_applied(
        declared.model_copy(update={"rows": (answer,)}), "ratings", SHA256
    ).columns
    assert of_ratings == replace(of_ratings, sent=None, right=None)
