"""Each row knows how its unit stands to the sender, and whether it is the latest copy."""

from collections.abc import Sequence

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import agencies, records
from pipeline.profiles import Profile
from pipeline.tables import AGENCIES

from .conftest import ProfileWith, TextRow, Typed


def test_a_unit_is_known_foreign_unknown_or_not_named(
    profile_with: ProfileWith, typed: Typed
) -> None:
    codes = ["H01", "H01.1", "H02", "H99", None]
    rows = typed(profile_with(), *({"unit_code": code} for code in codes))
    standings = ["known", "known", "foreign", "unknown", None]
    assert rows["unit_standing"].to_list() == standings


def test_known_to_a_sender_are_itself_and_all_units_below_it_in_that_month() -> None:
    units = [("H01", None), ("H01.1", "H01"), ("H01.1.1", "H01.1"), ("H02", None)]
    table = AGENCIES.conform(
        pl.DataFrame(
            [(code, code, "unit", parent) for code, parent in units],
            schema={"code": str, "name_vi": str, "kind": str, "parent_code": str},
            orient="row",
        )
    )
    register = agencies.Register(table, "")
    standing = dict(records.unit_standings(register, "H01", "2026-10").iter_rows())
    assert standing == {"H01": "known", "H01.1": "known", "H01.1.1": "known", "H02": "foreign"}
    # A unit sends for itself and what is below it, not for what is above.
    assert (
        dict(records.unit_standings(register, "H01.1", "2026-10").iter_rows())["H01"] == "foreign"
    )


def without_units(profile_with: ProfileWith, **keys: object) -> Profile:
    columns = {name: name for name in ("dossier_id", "status", "received_at", "due_at", "ended_at")}
    return profile_with(columns=columns, **keys)


def test_a_sender_whose_profile_names_no_units_is_its_own_unit(
    profile_with: ProfileWith, typed: Typed
) -> None:
    profile = without_units(profile_with)
    rows = records.with_sender_and_file(typed(profile, {"dossier_id": "a"}), "H01", "f", profile)
    wanted = rows.select("sender_code", "sha256", "unit_code", "unit_standing")
    assert wanted.row(0) == ("H01", "f", "H01", "known")


def test_an_optional_unit_that_no_row_of_the_file_names_is_the_sender(
    profile_with: ProfileWith, typed: Typed
) -> None:
    profile = profile_with(optional_columns=("unit_code",))
    rows = records.with_sender_and_file(typed(profile, {"dossier_id": "a"}), "H01", "f", profile)
    assert rows.select("unit_code", "unit_standing").row(0) == ("H01", "known")


@pytest.mark.parametrize("optional", [(), ("unit_code",)])
def test_a_row_that_names_no_unit_among_rows_that_do_has_none(
    profile_with: ProfileWith, typed: Typed, optional: tuple[str, ...]
) -> None:
    profile = profile_with(optional_columns=optional)
    rows = typed(profile, {"unit_code": "H01.1"}, {"unit_code": None})
    rows = records.with_sender_and_file(rows, "H01", "f", profile)
    assert rows.select("unit_code", "unit_standing").rows() == [("H01.1", "known"), (None, None)]


def test_a_unit_that_the_profile_names_for_all_rows_is_the_unit_of_each(
    profile_with: ProfileWith, typed: Typed
) -> None:
    profile = without_units(profile_with, constants={"unit_code": "H01.1"})
    rows = records.with_sender_and_file(typed(profile, {"dossier_id": "a"}), "H01", "f", profile)
    assert rows.select("unit_code", "unit_standing").row(0) == ("H01.1", "known")


def delivery(typed: Typed, profile: Profile, *files: Sequence[TextRow]) -> pl.DataFrame:
    """The files of a delivery, the first named f0."""
    parts = [
        records.with_sender_and_file(typed(profile, *rows), "H01", f"f{number}", profile)
        for number, rows in enumerate(files)
    ]
    return records.with_latest_copy(pl.concat(parts), profile.kind)


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
        [
            row | {"breakdown": "online"},
            row | {"breakdown": "post"},
            row,
            row | {"denominator": "3"},
        ],
    )
    assert found["is_latest_copy"].to_list() == [True, True, False, True]


COPIES = st.lists(
    st.fixed_dictionaries(
        {
            "dossier_id": st.sampled_from(["a", "b", None]),
            "status": st.sampled_from(["in_progress", "finished"]),
            "ended_at": st.sampled_from([None, "2026-10-09 08:00:00", "text"]),
            "unit_code": st.sampled_from(["H01", "H01.1"]),
            "channel": st.sampled_from(["online", "post", None]),
        }
    ),
    min_size=1,
    max_size=8,
)
CONTENT = ("dossier_id", "status", "ended_at_as_sent", "unit_code", "channel")


@given(COPIES, st.data())
def test_the_order_of_files_and_rows_does_not_change_which_content_is_the_latest(
    profile_with: ProfileWith, typed: Typed, rows: list[dict[str, str | None]], data: st.DataObject
) -> None:
    def latest(rows: Sequence[TextRow], cut: int) -> list[tuple[str | None, ...]]:
        files = [part for part in (rows[:cut], rows[cut:]) if part]
        found = delivery(typed, profile_with(), *files).filter("is_latest_copy")
        return sorted(found.select(CONTENT).rows(), key=repr)

    cuts = st.integers(0, len(rows))
    shuffled = data.draw(st.permutations(rows))
    found = latest(rows, data.draw(cuts))
    assert found == latest(shuffled, data.draw(cuts))
    assert [row[0] for row in found if row[0]] == sorted(
        {r["dossier_id"] for r in rows if r["dossier_id"]}
    )
