"""Names in a column of units become codes before typing; a profile's own values come first."""

from pathlib import Path

import polars as pl
import pytest

from pipeline import agencies, records
from pipeline.agencies import UnitNames
from pipeline.declarations import Declarations
from pipeline.profiles import Profile
from pipeline.records import unit_names

from .conftest import profile_of, rows_of

ALIASES = {"y tế hn": "H26.12"}
FINANCE = {"Sở Tài chính": "H26.99"}
UNITS = """\
code,name_vi,kind,parent_code
H26.05,Sở Tài chính,department,H26
H26.12,Sở Y tế,department,H26
"""


@pytest.fixture
def names(tmp_path: Path) -> UnitNames:
    (tmp_path / "agencies.csv").write_text(UNITS, encoding="utf-8")
    register = agencies.load(tmp_path / "agencies.csv")
    return UnitNames(register, "H26", "2026-10", ALIASES)


def units(names: UnitNames, profile: Profile, *sent: str | None) -> list[tuple[str | None, ...]]:
    """The units of rows with some texts: as sent, as understood, and how they stand."""
    rows = rows_of(*(("HS", text, None) for text in sent))
    rows, profile = Declarations().apply(rows, profile, "f", names)
    with_counts = rows.frame.with_columns(
        pl.lit(3, pl.Int64).alias("field_count"), pl.lit(3, pl.Int64).alias("expected_field_count")
    )
    standings = records.unit_standings(names.register, "H26", "2026-10")
    typed = records.type_rows(type(rows)(rows.header, with_counts), profile, standings)
    return typed.select("unit_code_as_sent", "unit_code", "unit_standing").rows()


def test_names_and_aliases_become_codes_and_what_was_sent_stays(names: UnitNames) -> None:
    assert units(names, profile_of(), "H26.05", "Y TẾ HN", "Tài chính", "ai", None) == [
        ("H26.05", "H26.05", "known"),
        ("Y TẾ HN", "H26.12", "known"),
        ("Tài chính", "H26.05", "known"),
        ("ai", "ai", "unknown"),
        (None, None, None),
    ]


def test_the_values_of_a_profile_come_first_and_its_choice_for_others_last(
    names: UnitNames,
) -> None:
    own = profile_of(values={"unit_code": FINANCE})
    sent = "Sở Tài chính", "Y tế", "H26.05", "ai"
    assert [row[1] for row in units(names, own, *sent)] == ["H26.99", "H26.12", None, None]
    keeps = profile_of(values={"unit_code": FINANCE}, unmapped={"unit_code": "keep"})
    assert [row[1] for row in units(names, keeps, *sent)] == ["H26.99", "H26.12", "H26.05", "ai"]


def test_a_missing_code_is_no_name(names: UnitNames) -> None:
    profile = profile_of(missing_codes={"unit_code": ["Y tế"]})
    assert units(names, profile, "Y tế") == [(None, None, None)]


def test_a_file_without_a_column_of_units_is_read_as_before(names: UnitNames) -> None:
    profile = profile_of()
    without = profile.model_copy(
        update={"columns": {k: v for k, v in profile.columns.items() if k != "unit_code"}}
    )
    rows = rows_of(("HS", "Y tế", None))
    assert Declarations().apply(rows, without, "f", names) == (rows, without)


def test_a_rejected_row_says_which_units_come_near_and_keeps_the_mask(names: UnitNames) -> None:
    typed = pl.DataFrame(
        {
            "row_index": [0, 1, 2],
            "sender_code": pl.Series(["H26"] * 3, dtype=pl.Categorical()),
            "unit_code_as_sent": ["Sở Y Tê", "Nguyễn Văn An", "H26.05"],
        }
    )
    reasons = pl.DataFrame(
        {
            "row_index": [0, 1, 2],
            "rule": ["unit_is_known", "unit_is_known", "status_is_in_list"],
            "column": ["unit_code", "unit_code", "status"],
            "found": ["Aa A Aa", "Aaaaaa Aaa Aa", "99"],
        }
    )
    found = unit_names.with_near_units(reasons, typed, lambda _: names)["found"].to_list()
    assert found == ["Aa A Aa ≈ Sở Y tế (H26.12)", "Aaaaaa Aaa Aa", "99"]
