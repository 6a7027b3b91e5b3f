"""Each row knows how its unit stands to the sender."""

import polars as pl
import pytest

from pipeline import agencies, records
from pipeline.profiles import Profile
from pipeline.tables import AGENCIES

from .conftest import ProfileWith, Typed


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
