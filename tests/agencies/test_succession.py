"""Which agency has which territory: joins of codes and months over mergers, names and new codes."""

from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import agencies, months, tables
from pipeline.agencies import Register

from .conftest import RegisterOf


def today(register: Register, code: str, *, of: str, month: str) -> str | None:
    """The code that has, in a month, the territory that a code had in an earlier one."""
    restated = dict(register.restated(month, of=of).iter_rows())
    found: str | None = restated[code]
    return found


def new_territories(register: Register, *codes: str) -> list[tuple[str, str]]:
    return [(code, month) for code, month in register.new_territories.rows() if code in codes]


def test_bac_giang_is_bac_ninh_from_july_2025_and_itself_before() -> None:
    register = agencies.load(None)
    assert today(register, "H02", of="2025-06", month="2025-06") == "H02"
    assert today(register, "H02", of="2025-06", month="2025-07") == "H05"
    assert today(register, "H05", of="2025-06", month="2025-07") == "H05"


def test_one_code_is_two_territories_and_two_codes_become_one() -> None:
    restated = agencies.load(None).restated("2025-07", of="2025-06")
    provinces = restated.filter(restated["code"].str.starts_with("H"))
    assert provinces.height == 63
    assert provinces["restated_code"].n_unique() == 34
    bac_ninh = provinces.filter(restated_code="H05")
    assert bac_ninh["code"].to_list() == ["H02", "H05"]


def test_successors_are_of_codes_no_longer_in_force() -> None:
    register = agencies.load(None)
    before = dict(register.successors("2025-02").iter_rows())
    ministries = dict(register.successors("2025-06").iter_rows())
    both = dict(register.successors("2025-07").iter_rows())
    assert (len(before), len(ministries), len(both)) == (0, 5, 5 + 29)
    assert (ministries["G04"], both["H28"]) == ("G17", "H44")


def test_successors_are_followed_over_several_steps(register_of: RegisterOf) -> None:
    register = register_of("A,,,2025-03-31,B", "B,,,2025-06-30,C", "C,,2025-07-01,,")
    steps = [
        today(register, "A", of="2025-01", month=month)
        for month in ("2025-03", "2025-04", "2025-06", "2025-07")
    ]
    assert steps == ["A", "B", "B", "C"]


def test_a_renamed_agency_needs_no_successor_to_go_on(register_of: RegisterOf) -> None:
    register = register_of("A,,,2025-06-30,", "A,,2025-07-01,,")
    assert today(register, "A", of="2025-06", month="2025-07") == "A"
    assert new_territories(register, "A") == []


def test_an_abolished_agency_without_successor_has_no_heir(register_of: RegisterOf) -> None:
    register = register_of("D,,,2025-06-30,")
    assert today(register, "D", of="2025-06", month="2025-06") == "D"
    assert today(register, "D", of="2025-06", month="2025-07") is None
    assert "D" not in register.successors("2025-07")["code"]


def test_a_merger_within_a_month_holds_on_its_last_day(register_of: RegisterOf) -> None:
    register = register_of("A,,,2025-06-14,B", "B,,,,")
    assert today(register, "A", of="2025-06", month="2025-06") == "B"
    assert "A" in register.at("2025-06")["code"]
    assert "A" not in register.successors("2025-06")["code"]


def test_a_code_given_again_is_the_old_territory_of_an_old_month(register_of: RegisterOf) -> None:
    register = register_of("A,,,2020-12-31,B", "B,,,,", "A,,2024-01-01,,")
    assert today(register, "A", of="2020-06", month="2025-01") == "B"
    assert today(register, "A", of="2022-06", month="2025-01") == "B"
    assert today(register, "A", of="2024-01", month="2025-01") == "A"
    assert new_territories(register, "A", "B") == [("A", "2024-01"), ("B", "2021-01")]


def test_codes_may_change_places(register_of: RegisterOf) -> None:
    register = register_of(
        "A,,,2025-06-30,B", "B,,,2025-06-30,A", "A,,2025-07-01,,", "B,,2025-07-01,,"
    )
    assert today(register, "A", of="2025-06", month="2025-07") == "B"
    assert today(register, "B", of="2025-06", month="2025-07") == "A"
    assert new_territories(register, "A", "B") == [("A", "2025-07"), ("B", "2025-07")]


def test_mergers_are_new_territories_and_new_names_are_none() -> None:
    register = agencies.load(None)
    found = register.new_territories
    assert found.filter(month="2025-07").height == 34 - 11
    ministries = found.filter(month="2025-03")["code"].to_list()
    assert ministries == ["G06", "G09", "G10", "G12", "G17"]
    assert found.height == 34 - 11 + 5
    assert new_territories(register, "H57", "G21") == []  # Huế and Dân tộc: another name only


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        # A new code for the same territory is no new one.
        (("A,,,2025-06-30,B", "B,,2025-07-01,,"), []),
        # A new code that two make is one.
        (("A,,,2025-06-30,B", "C,,,2025-06-30,B", "B,,2025-07-01,,"), [("B", "2025-07")]),
        # So is one that comes from nowhere, as both parts of a split do.
        (
            ("A,,,2025-06-30,", "B,,2025-07-01,,", "C,,2025-07-01,,"),
            [("B", "2025-07"), ("C", "2025-07")],
        ),
        # Whoever absorbs another is one, with a row of its own for it or without.
        (("A,,,2025-06-30,B", "B,,,,"), [("B", "2025-07")]),
        (("A,,,2025-06-30,B", "B,,,2025-06-30,B", "B,,2025-07-01,,"), [("B", "2025-07")]),
        # Whoever has been there always is none.
        (("A,,,,",), []),
    ],
)
def test_a_new_territory_is_one_of_other_predecessors_than_the_code_itself(
    register_of: RegisterOf, rows: tuple[str, ...], found: list[tuple[str, str]]
) -> None:
    assert new_territories(register_of(*rows), "A", "B", "C") == found


def test_13000_communes_are_restated_at_once(tmp_path: Path) -> None:
    header = "code,name_vi,kind,parent_code,valid_from,valid_to,successor_code\n"
    old = [f"H26.{n},Xã cũ {n},commune,H26,,2025-06-30,H26.N{n % 3300}" for n in range(10000)]
    new = [f"H26.N{n},Xã mới {n},commune,H26,2025-07-01,," for n in range(3300)]
    path = tmp_path / "agencies.csv"
    path.write_text(header + "\n".join([*old, *new]) + "\n", encoding="utf-8")
    register = agencies.load(path)
    restated = dict(register.restated("2026-06", of="2025-06").iter_rows())
    assert restated["H26.9999"] == f"H26.N{9999 % 3300}"
    assert register.successors("2026-06").filter(successor_code="H26.N0").height == 4


CODES = [f"A{number:02}" for number in range(12)]
MONTHS = months.span("2026-01", "2027-01")


@st.composite
def registers(draw: st.DrawFn) -> Register:
    """Twelve agencies; some end with a month of 2026 and name another, or themselves."""
    some = draw(st.dictionaries(st.sampled_from(CODES), st.sampled_from(MONTHS[:-1])))
    rows = [
        {
            "code": code,
            "name_vi": code,
            "kind": "other",
            "valid_to": months.end(some[code]).date() - timedelta(days=1),
            "successor_code": draw(st.sampled_from(CODES)),
        }
        if code in some
        else {"code": code, "name_vi": code, "kind": "other"}
        for code in CODES
    ]
    columns = ("code", "name_vi", "kind", "valid_to", "successor_code")
    schema = {name: tables.AGENCIES.schema[name] for name in columns}
    return Register(tables.AGENCIES.conform(pl.DataFrame(rows, schema=schema)), "0")


@settings(max_examples=40)
@given(registers())
def test_an_agency_that_has_a_territory_is_in_force(register: Register) -> None:
    for month, after in pairwise(MONTHS):
        heirs = register.restated(after, of=month)
        assert heirs["code"].to_list() == CODES
        assert set(heirs["restated_code"].drop_nulls()) <= set(register.at(after)["code"])


@settings(max_examples=40)
@given(registers(), st.lists(st.sampled_from(MONTHS), min_size=3, max_size=3).map(sorted))
def test_restating_twice_is_restating_once(register: Register, spans: list[str]) -> None:
    first, middle, last = spans
    to_middle = dict(register.restated(middle, of=first).iter_rows())
    to_last = dict(register.restated(last, of=middle).iter_rows()) | {None: None}
    by_steps = {code: to_last[heir] for code, heir in to_middle.items()}
    assert by_steps == dict(register.restated(last, of=first).iter_rows())
