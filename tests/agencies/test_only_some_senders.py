"""The register of an installation that only some agencies send to."""

from pathlib import Path

import pytest

from pipeline import agencies
from pipeline.agencies import Register, RegisterError


@pytest.fixture
def register(tmp_path: Path) -> Register:
    own = tmp_path / "agencies.csv"
    lines = ["H44.01,Sở Y tế,department,H44", "H44.01.1,Phòng A,office,H44.01"]
    lines += ["H26.01,Sở Y tế,department,H26"]
    own.write_text("\n".join(["code,name_vi,kind,parent_code", *lines, ""]), "utf-8")
    return agencies.load(own)


def codes_of(register: Register, month: str) -> list[str]:
    return register.at(month)["code"].to_list()


def test_a_sender_is_kept_with_its_units_and_without_its_peers(register: Register) -> None:
    assert codes_of(agencies.keep_senders(register, ["H44"]), "2026-10") == [
        "H44",
        "H44.01",
        "H44.01.1",
    ]


def test_the_provinces_that_a_sender_took_over_are_kept_for_the_months_before(
    register: Register,
) -> None:
    # Vĩnh Phúc and Hòa Bình went into Phú Thọ on 1 July 2025.
    kept = agencies.keep_senders(register, ["H44"])
    before = {register.name(code, "2025-06") for code in codes_of(kept, "2025-06")}
    assert before == {"Phú Thọ", "Vĩnh Phúc", "Hòa Bình", "Sở Y tế", "Phòng A"}


def test_what_stands_above_a_sender_is_kept_without_its_other_units(register: Register) -> None:
    kept = agencies.keep_senders(register, ["H44.01.1"])
    assert codes_of(kept, "2026-10") == ["H44", "H44.01", "H44.01.1"]
    assert agencies.keep_senders(register, ["H44.01"]).below("H44", "2026-10") == {
        "H44",
        "H44.01",
        "H44.01.1",
    }


def test_another_choice_of_senders_is_another_register(register: Register) -> None:
    one, two = (agencies.keep_senders(register, [code]) for code in ("H44", "H26"))
    assert len({register.digest, one.digest, two.digest}) == 3
    assert agencies.keep_senders(register, ["H44", "H44"]).digest == one.digest


def test_a_code_that_the_register_lacks_is_named_with_the_nearest(register: Register) -> None:
    with pytest.raises(
        RegisterError, match=r"no agency 'H444' is in the register \(did you mean H44\?\)"
    ):
        agencies.keep_senders(register, ["H444"])


def test_a_parent_of_earlier_months_and_the_heir_of_a_merged_sender_are_kept(
    tmp_path: Path,
) -> None:
    own = tmp_path / "agencies.csv"
    own.write_text(
        "code,name_vi,kind,parent_code,valid_from,valid_to\n"
        "P1,Một,pilot,,,\nP2,Hai,pilot,,,\n"
        "S,Ba,office,P1,,2026-01-31\nS,Ba,office,P2,2026-02-01,\n",
        "utf-8",
    )
    kept = agencies.keep_senders(agencies.load(own), ["S"])
    assert codes_of(kept, "2026-01") == codes_of(kept, "2026-02") == ["P1", "P2", "S"]
    merged = agencies.keep_senders(agencies.load(), ["H63"])  # Yên Bái, now of Lào Cai
    assert dict(merged.successors("2026-10").rows()) == {"H63": "H38"}
    assert "H26" in merged.left_out
