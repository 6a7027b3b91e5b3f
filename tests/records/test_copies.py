"""Rows that tell of one record are copies, and one of them is the latest; others share its key."""

from collections.abc import Sequence

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import copies, records
from pipeline.profiles import Profile

from .conftest import ProfileWith, TextRow, Typed


def delivery(typed: Typed, profile: Profile, *files: Sequence[TextRow]) -> pl.DataFrame:
    """The files of a delivery, the first named f0."""
    parts = [
        records.with_sender_and_file(typed(profile, *rows), "H01", f"f{number}", profile)
        for number, rows in enumerate(files)
    ]
    return copies.with_copies(pl.concat(parts), profile.kind, profile.record_identity)


def dossier(state: str, ended: str | None = None, **more: str) -> dict[str, str | None]:
    return {"dossier_id": "a", "status": state, "ended_at": ended, "received_at": None, **more}


def test_of_two_copies_the_one_that_ended_is_the_latest_wherever_it_stands(
    profile_with: ProfileWith, typed: Typed
) -> None:
    open_, ended = dossier("in_progress"), dossier("finished", "2026-10-09 08:00:00")
    for files in ([[open_, ended]], [[open_], [ended]]):
        assert delivery(typed, profile_with(), *files)["is_latest_copy"].to_list() == [False, True]
    for files in ([[ended, open_]], [[ended], [open_]]):
        assert delivery(typed, profile_with(), *files)["is_latest_copy"].to_list() == [True, False]


def test_of_equal_copies_one_is_the_latest(profile_with: ProfileWith, typed: Typed) -> None:
    found = delivery(typed, profile_with(), [dossier("received")] * 3)
    assert found["is_latest_copy"].to_list() == [False, False, True]


def test_rows_without_a_key_are_copies_of_nothing(profile_with: ProfileWith, typed: Typed) -> None:
    keyless = dossier("received") | {"dossier_id": None}
    found = delivery(typed, profile_with(), [keyless, keyless, dossier("received")])
    assert found["is_latest_copy"].to_list() == [True, True, True]


def test_another_question_of_the_same_respondent_is_no_copy(
    profile_with: ProfileWith, typed: Typed
) -> None:
    rows = [
        {"respondent_id": "r", "unit_code": "H01", "question": "access", "answer": "1"},
        {"respondent_id": "r", "unit_code": "H01", "question": "results", "answer": "2"},
        {"respondent_id": "r", "unit_code": "H01", "question": "results", "answer": "3"},
        {"respondent_id": "r", "unit_code": "H01.1", "question": "results", "answer": "1"},
    ]
    found = delivery(typed, profile_with("ratings"), rows)
    assert found["is_latest_copy"].to_list() == [True, False, True, True]


def test_another_breakdown_of_the_same_indicator_is_no_copy(
    profile_with: ProfileWith, typed: Typed
) -> None:
    row = {"unit_code": "H01", "indicator": "on_time_766", "numerator": "1", "denominator": "2"}
    found = delivery(
        typed,
        profile_with("figures"),
        [row | {"breakdown": "online"}, row | {"breakdown": "post"}, row, row],
    )
    assert found["is_latest_copy"].to_list() == [True, True, False, True]
    assert found["has_own_key"].all()


TWO_DAYS = ("2026-10-05 08:00:00", "2026-10-06 08:00:00")
COPIES = st.lists(
    st.fixed_dictionaries(
        {
            "dossier_id": st.sampled_from(["a", "b", None]),
            "status": st.sampled_from(["in_progress", "finished"]),
            "received_at": st.sampled_from([None, *TWO_DAYS]),
            "ended_at": st.sampled_from([None, "2026-10-09 08:00:00", "text"]),
            "unit_code": st.sampled_from(["H01", "H01.1"]),
            "channel": st.sampled_from(["online", "post", None]),
        }
    ),
    min_size=1,
    max_size=8,
)
CONTENT = ("dossier_id", "status", "received_at", "ended_at_as_sent", "unit_code", "channel")


@given(COPIES, st.data())
def test_the_order_of_files_and_rows_does_not_change_which_content_is_the_latest(
    profile_with: ProfileWith, typed: Typed, rows: list[dict[str, str | None]], data: st.DataObject
) -> None:
    def latest(rows: Sequence[TextRow], cut: int) -> list[tuple[str | None, ...]]:
        files = [part for part in (rows[:cut], rows[cut:]) if part]
        found = delivery(typed, profile_with(), *files).filter("is_latest_copy", "has_own_key")
        return sorted(found.select(CONTENT).rows(), key=repr)

    cuts = st.integers(0, len(rows))
    shuffled = data.draw(st.permutations(rows))
    found = latest(rows, data.draw(cuts))
    assert found == latest(shuffled, data.draw(cuts))
    # Of each code one dossier counts; a row without receipt counts for nothing in any case.
    complete = [row for row in found if row[0] and row[2]]
    assert [row[0] for row in complete] == sorted(
        {r["dossier_id"] for r in rows if r["dossier_id"] and r["received_at"]}
    )


# ---- Different records under one key

OFFICES = {"unit_code": "H01"}, {"unit_code": "H01.1"}
RECEIPTS = {"received_at": TWO_DAYS[0]}, {"received_at": TWO_DAYS[1]}
SAME_DAY = {"received_at": "2026-10-05 00:00:00"}, {"received_at": "2026-10-05 23:59:59"}
FIRST_DAY = dict(RECEIPTS[0])
DIFFERENT = {
    "dossiers of two units": ("dossiers", FIRST_DAY, OFFICES),
    "dossiers received on two days": ("dossiers", {"unit_code": "H01"}, RECEIPTS),
    "petitions of two units": ("petitions", FIRST_DAY, OFFICES),
    "petitions received on two days": ("petitions", {"unit_code": "H01"}, RECEIPTS),
    "answers of two days": (
        "ratings",
        {"unit_code": "H01", "question": "access"},
        ({"answered_at": TWO_DAYS[0]}, {"answered_at": TWO_DAYS[1]}),
    ),
}
CODES = {
    "dossiers": {"dossier_id": "0001"},
    "ratings": {"respondent_id": "17"},
    "petitions": {"petition_id": "PA-1"},
    "figures": {"unit_code": "H01", "indicator": "on_time_766"},
}


def standing(found: pl.DataFrame) -> list[tuple[bool, bool, bool]]:
    """Of each row: is_latest_copy, has_own_key, has_shared_key."""
    return found.select("is_latest_copy", "has_own_key", "has_shared_key").rows()


UNIQUE, OWNER, OTHER, OLDER = (
    (True, True, False),
    (True, True, True),
    (True, False, True),
    (False, True, False),
)


@pytest.mark.parametrize("case", DIFFERENT)
def test_rows_that_differ_in_what_no_record_has_twice_share_a_key_and_the_later_keeps_it(
    profile_with: ProfileWith, typed: Typed, case: str
) -> None:
    kind, common, (one, other) = DIFFERENT[case]
    # Of two units on one day the later is told by what is left: here by its unit's code.
    first, second = CODES[kind] | common | one, CODES[kind] | common | other
    assert standing(delivery(typed, profile_with(kind), [first, second])) == [OTHER, OWNER]
    assert standing(delivery(typed, profile_with(kind), [second], [first])) == [OWNER, OTHER]


@pytest.mark.parametrize(
    ("kind", "rows"),
    [
        ("dossiers", SAME_DAY),
        ("petitions", SAME_DAY),
        ("ratings", [{"answered_at": row["received_at"]} for row in SAME_DAY]),
        # Whoever rates one dossier again has thought again, on whatever day.
        (
            "ratings",
            [{"answered_at": at, "dossier_id": "0001"} for at in TWO_DAYS],
        ),
        (
            "figures",
            [{"period_at": "2026-10-01 00:00:00", "numerator": "1", "denominator": "2"}] * 2,
        ),
    ],
)
def test_rows_that_differ_in_none_of_it_are_copies_of_one_record(
    profile_with: ProfileWith, typed: Typed, kind: str, rows: Sequence[TextRow]
) -> None:
    common = {"unit_code": "H01"} | CODES[kind]
    found = delivery(typed, profile_with(kind), [common | dict(row) for row in rows])
    assert standing(found) == [OLDER, UNIQUE]


def test_whoever_rates_two_dossiers_gives_two_ratings(
    profile_with: ProfileWith, typed: Typed
) -> None:
    answer = {"respondent_id": "p", "unit_code": "H01", "question": "access"}
    rows = [answer | {"dossier_id": code, "answered_at": TWO_DAYS[0]} for code in ("a", "b", "b")]
    found = delivery(typed, profile_with("ratings"), rows)
    assert standing(found) == [UNIQUE, OLDER, UNIQUE]


@pytest.mark.parametrize(
    "change",
    [{"numerator": "0"}, {"denominator": "3"}, {"period_at": "2026-10-02 00:00:00"}],
)
def test_of_a_figure_with_two_values_none_counts(
    profile_with: ProfileWith, typed: Typed, change: dict[str, str]
) -> None:
    figure = CODES["figures"] | {"numerator": "1", "denominator": "2"}
    figure |= {"period_at": "2026-10-01 00:00:00"}
    found = delivery(typed, profile_with("figures"), [figure, figure | change])
    assert standing(found) == [(True, False, True)] * 2


def test_a_row_without_receipt_takes_no_code_from_another(
    profile_with: ProfileWith, typed: Typed
) -> None:
    whole = dossier("received", unit_code="H01", received_at=TWO_DAYS[0])
    without = dossier("finished", "2026-10-09 08:00:00", unit_code="H01")
    assert standing(delivery(typed, profile_with(), [whole, without])) == [UNIQUE, UNIQUE]


def test_older_copies_of_a_dossier_whose_code_is_shared_are_older_still(
    profile_with: ProfileWith, typed: Typed
) -> None:
    first = dossier("received", unit_code="H01", received_at=TWO_DAYS[0])
    second = first | {"received_at": TWO_DAYS[1]}
    ended = second | {"status": "finished", "ended_at": "2026-10-09 08:00:00"}
    found = delivery(typed, profile_with(), [first, second, ended])
    assert standing(found) == [OTHER, (False, True, True), OWNER]


# ---- What a profile says of it

BY_UNIT = ("unit_code", "dossier_id")


@pytest.mark.parametrize(
    ("identity", "rows"),
    [
        (BY_UNIT, [FIRST_DAY | row for row in OFFICES]),
        (("dossier_id", "received_at"), RECEIPTS),
        (("dossier_id", "received_at", "unit_code"), [*RECEIPTS, RECEIPTS[0] | OFFICES[1]]),
    ],
)
def test_columns_that_the_profile_names_tell_dossiers_apart(
    profile_with: ProfileWith, typed: Typed, identity: tuple[str, ...], rows: Sequence[TextRow]
) -> None:
    sent = [{"dossier_id": "0001", "unit_code": "H01"} | dict(row) for row in rows]
    found = delivery(typed, profile_with(identity=identity), sent)
    assert standing(found) == [UNIQUE] * len(rows)


def test_what_the_profile_names_is_not_enough_where_receipts_still_differ(
    profile_with: ProfileWith, typed: Typed
) -> None:
    rows = [{"dossier_id": "0001", "unit_code": "H01"} | dict(row) for row in RECEIPTS]
    found = delivery(typed, profile_with(identity=BY_UNIT), rows)
    assert standing(found) == [OTHER, OWNER]


@pytest.mark.parametrize("kind", CODES)
def test_where_each_row_is_a_record_equal_rows_all_count(
    profile_with: ProfileWith, typed: Typed, kind: str
) -> None:
    row = {"unit_code": "H01"} | CODES[kind]
    found = delivery(typed, profile_with(kind, identity="row_number"), [row] * 3)
    assert standing(found) == [UNIQUE] * 3


@pytest.mark.parametrize("kind", ["dossiers", "ratings", "petitions"])
def test_where_each_row_is_a_record_rows_without_a_code_are_named_by_file_and_row(
    profile_with: ProfileWith, typed: Typed, kind: str
) -> None:
    rows = [{"unit_code": "H01"}, {"unit_code": "H01"}]
    found = delivery(typed, profile_with(kind, identity="row_number"), rows, rows[:1])
    code = next(iter(CODES[kind]))
    assert found[code].to_list() == ["f0/2", "f0/3", "f1/2"]


def test_a_respondent_is_what_the_columns_named_hold_together(
    profile_with: ProfileWith, typed: Typed
) -> None:
    profile = profile_with("ratings", identity=("respondent_id", "unit_code", "answered_at"))
    row = {"respondent_id": "17", "unit_code": "H01", "question": "access"}
    rows = [row | {"answered_at": at} for at in TWO_DAYS] + [row | {"respondent_id": None}]
    found = delivery(typed, profile, rows)
    # In the order of their names: answered_at, respondent_id, unit_code.
    expected = ["2026-10-05/17/H01", "2026-10-06/17/H01", None]
    assert found["respondent_id"].to_list() == expected
    assert standing(found) == [UNIQUE] * 3


def test_whom_none_of_the_codes_named_identifies_is_nobody(
    profile_with: ProfileWith, typed: Typed
) -> None:
    rows = [
        {"respondent_id": "17", "dossier_id": code, "unit_code": "H01", "question": "access"}
        for code in ("a", None)
    ]
    by_dossier = delivery(typed, profile_with("ratings", identity=("dossier_id",)), rows)
    assert by_dossier["respondent_id"].to_list() == ["a", None]
    by_both = profile_with("ratings", identity=("dossier_id", "respondent_id"))
    assert delivery(typed, by_both, rows)["respondent_id"].to_list() == ["a/17", "/17"]


# ---- Files with many of them


def marked(
    typed: Typed, profile: Profile, *files: Sequence[TextRow]
) -> tuple[list[str], dict[str, str]]:
    """The files that stay, and the faults of the others."""
    parts = [
        (records.with_sender_and_file(typed(profile, *rows), "H01", f"f{number}", profile), profile)
        for number, rows in enumerate(files)
    ]
    frames, faults = copies.mark_copies(parts, profile.kind)
    kept = pl.concat(frames)["sha256"].cast(pl.String).unique().sort().to_list()
    return kept, {sha256: fault.fault for sha256, fault in faults.items()}


def numbered(count: int, start: int = 1, width: int = 1, **more: str) -> list[TextRow]:
    return [
        {"dossier_id": f"{number:0{width}}", "unit_code": "H01", "received_at": TWO_DAYS[0], **more}
        for number in range(start, start + count)
    ]


def test_a_file_is_refused_from_ten_rows_with_a_shared_code_on(
    profile_with: ProfileWith, typed: Typed
) -> None:
    # Each code that is shared is in two rows: 4 x 2 = 8 rows are not many, 5 x 2 = 10 are.
    for shared, expected in ((4, (["f0"], {})), (5, ([], {"f0": "ambiguous_identity"}))):
        rows = [*numbered(50), *numbered(shared, unit_code="H01.1")]
        assert marked(typed, profile_with(), rows) == expected


def test_a_file_is_refused_above_a_twentieth_of_its_rows(
    profile_with: ProfileWith, typed: Typed
) -> None:
    # 10 rows of 195 + 5 = 200 are a twentieth, and 10 of 199 are more.
    for unique, expected in ((195, (["f0"], {})), (194, ([], {"f0": "ambiguous_identity"}))):
        rows = [*numbered(unique), *numbered(5, unit_code="H01.1")]
        assert marked(typed, profile_with(), rows) == expected


def test_two_offices_that_number_alike_are_refused_and_a_third_file_stays(
    profile_with: ProfileWith, typed: Typed
) -> None:
    files = [numbered(20), numbered(20, unit_code="H01.1"), numbered(20, start=20)]
    kept, faults = marked(typed, profile_with(), *files)
    assert (kept, faults) == (["f2"], {"f0": "ambiguous_identity", "f1": "ambiguous_identity"})
    assert marked(typed, profile_with(identity=BY_UNIT), *files)[1] == {}


def test_codes_cut_to_fifteen_digits_are_told_where_they_name_several_rows(
    profile_with: ProfileWith, typed: Typed
) -> None:
    cut = [row | {"dossier_id": f"{row['dossier_id']}000"} for row in numbered(10, width=15)]
    assert marked(typed, profile_with(), cut) == (["f0"], {})
    assert marked(typed, profile_with(), [*cut, *cut]) == ([], {"f0": "lost_codes"})
    # The same copies under codes whose last digits are not zeros are copies.
    whole = [row | {"dossier_id": f"{row['dossier_id']}001"} for row in numbered(10, width=15)]
    assert marked(typed, profile_with(), [*whole, *whole]) == (["f0"], {})


@pytest.mark.parametrize("kind", CODES)
def test_what_is_said_of_a_refused_file_names_the_rows_and_the_cure(
    profile_with: ProfileWith, typed: Typed, kind: str
) -> None:
    pairs = {
        "dossiers": RECEIPTS,
        "petitions": RECEIPTS,
        "ratings": [{"answered_at": at} for at in TWO_DAYS],
        "figures": [
            {"period_at": TWO_DAYS[0], "numerator": "1", "denominator": number} for number in "23"
        ],
    }
    named = "breakdown" if kind == "figures" else next(iter(CODES[kind]))
    rows = [
        {"unit_code": "H01"} | CODES[kind] | {named: str(number)} | dict(row)
        for number in range(5)
        for row in pairs[kind]
    ]
    profile = profile_with(kind)
    sent = records.with_sender_and_file(typed(profile, *rows), "H01", "f", profile)
    fault = copies.mark_copies([(sent, profile)], kind)[1]["f"]
    assert fault.message.startswith("10 of its 10 rows have ")
    assert fault.message_vi.startswith("10 trong 10 dòng ")
    assert "identity = " in fault.message
    assert "identity = " in fault.message_vi


@pytest.mark.parametrize("kind", ["dossiers", "petitions"])
def test_of_copies_the_one_that_was_updated_last_counts_whatever_it_says(
    profile_with: ProfileWith, typed: Typed, kind: str
) -> None:
    code, end = {
        "dossiers": ("dossier_id", "ended_at"),
        "petitions": ("petition_id", "handled_at"),
    }[kind]
    ended = {code: "a", end: "2026-10-09 08:00:00", "updated_at": "2026-10-09 08:00:00"}
    reopened = {code: "a", end: None, "updated_at": "2026-10-09 08:00:01"}
    never = {code: "a", end: "2026-10-20 08:00:00", "updated_at": None}
    for rows in ([ended, reopened, never], [never, reopened, ended], [reopened, never, ended]):
        found = delivery(typed, profile_with(kind), rows)
        assert found.filter("is_latest_copy")["updated_at_as_sent"].to_list() == [
            "2026-10-09 08:00:01"
        ]


def test_the_time_of_an_update_is_in_no_table_of_records(
    profile_with: ProfileWith, typed: Typed
) -> None:
    profile = profile_with()
    found = delivery(typed, profile, [dossier("received", updated_at="2026-10-09 08:00:00")])
    indexed = found.with_row_index("row_index").cast({"row_index": pl.Int64})
    none = pl.DataFrame(schema={"row_index": pl.Int64, "rule": pl.String})
    accepted, _ = records.split_rows(indexed, none, "dossiers")
    assert accepted.height == 1
    assert "updated_at" not in accepted.columns
