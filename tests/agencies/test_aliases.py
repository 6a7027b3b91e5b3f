"""Other spellings of units are declared in a table, with the months in which they hold."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline import agencies
from pipeline.agencies import AliasError, Aliases

AliasesOf = Callable[..., Aliases]
HEADER = "alias,code,valid_from,valid_to,sender"


@pytest.fixture
def aliases_of(tmp_path: Path) -> AliasesOf:
    def load(*rows: str, header: str = HEADER) -> Aliases:
        path = tmp_path / "aliases.csv"
        path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
        return agencies.load_aliases(path, agencies.load())

    return load


def test_an_alias_holds_in_its_months_and_for_its_sender(aliases_of: AliasesOf) -> None:
    found = aliases_of("Thủ đô,H26,2026-01,2026-06,", "SG,H29,,,H29", "SG,H26,,,")
    assert found.at("H26", "2026-06") == {"thủ đô": "H26", "sg": "H26"}
    assert found.at("H29", "2026-07") == {"sg": "H29"}


def test_without_a_table_there_is_no_alias(tmp_path: Path) -> None:
    assert agencies.load_aliases(tmp_path / "aliases.csv", agencies.load()) == Aliases()


def test_columns_that_are_not_needed_may_be_left_out(aliases_of: AliasesOf) -> None:
    assert aliases_of("H26,Thủ đô", header="code,alias").at("H01", "2026-01") == {"thủ đô": "H26"}


@pytest.mark.parametrize(
    ("rows", "cure"),
    [
        (["SG,H29,,2026-03,", "sg ,H26,2026-03,,"], "rows 2 and 3: one alias means both H29 and"),
        (["SG,H299,,,"], "row 2: the code is not in the register"),
        (["SG,H29,,,H299"], "row 2: the sender is not in the register"),
        (["SG,H29,2026-13,,"], "row 2: valid_from is no month: write it like 2026-03"),
        (["SG,H29,2026-03,2026-02,"], "row 2 ends before it begins"),
        (["SG,,,,"], "row 2 has no code: fill it in"),
        (["SG,H29"], "row 2 has 2 values for 5 columns"),
    ],
)
def test_a_fault_of_the_table_names_its_row_and_the_cure(
    aliases_of: AliasesOf, rows: list[str], cure: str
) -> None:
    with pytest.raises(AliasError) as refused:
        aliases_of(*rows)
    assert cure in str(refused.value)


def test_one_alias_may_change_its_meaning_from_one_month_to_the_next(
    aliases_of: AliasesOf,
) -> None:
    found = aliases_of("SG,H29,,2026-02,", "SG,H26,2026-03,,")
    assert [found.at("H01", month)["sg"] for month in ("2026-02", "2026-03")] == ["H29", "H26"]


@pytest.mark.parametrize(
    ("header", "cure"),
    [
        ("alias,valid_from,valid_to,sender,x", "lacks the column code"),
        ("alias,code,from,to,sender", "unknown column, or one twice"),
    ],
)
def test_the_header_of_the_table_is_checked(aliases_of: AliasesOf, header: str, cure: str) -> None:
    with pytest.raises(AliasError, match=cure):
        aliases_of(header=header)
