"""Agencies for who does not know their codes."""

import pytest

from pipeline import agencies
from pipeline.agencies import Register


@pytest.fixture(scope="module")
def register() -> Register:
    return agencies.load()


@pytest.mark.parametrize(
    "text", ["H38", "h38", "Lào Cai", "lao cai", "LAOCAI", "UBND tỉnh Lào Cai"]
)
def test_a_name_or_a_code_in_any_spelling_leads_to_the_agency(
    register: Register, text: str
) -> None:
    assert "H38 = Lào Cai" in agencies.suggest_agencies(register, text)


def test_who_took_over_is_named(register: Register) -> None:
    assert "H02 = Bắc Giang is no more: H05 = Bắc Ninh took over" in agencies.explain_unknown(
        register, "H02", "2026-10"
    )
    assert "(did you mean H38 = Lào Cai?)" in agencies.explain_unknown(register, "yenbai")


def test_nothing_near_is_nothing_said(register: Register) -> None:
    said = agencies.explain_unknown(register, "BOS", "2026-10")
    assert said == "no agency 'BOS' is in the register in 2026-10"


def test_agencies_are_listed_by_a_part_of_their_names_the_same_first(register: Register) -> None:
    found = agencies.find_agencies(register, "tho")
    assert found["code"].to_list() == ["H13", "H44"]
    assert agencies.find_agencies(register, "hanoi")["code"].to_list() == ["H26"]
    # Those in force now, not the 63 provinces of before.
    provinces = agencies.find_agencies(register).filter(kind="province")
    assert provinces.height == 34
