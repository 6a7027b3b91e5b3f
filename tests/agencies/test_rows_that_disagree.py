"""Rows of an own register that do not agree with each other, and those that just do."""

from pathlib import Path

import pytest

from pipeline import agencies
from pipeline.agencies import RegisterError

from .conftest import RegisterOf


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        pytest.param(
            ("A,,,2025-06-30,B", "B,,,,", "A,,2025-06-30,,"),
            r"row 4: A is in force already \(.*row 2\): remove one row",
            id="overlap",
        ),
        pytest.param(
            ("A,,,2025-06-30,", "A,,2025-07-02,,"),
            r"row 3: A begins on 2025-07-02 and ended on 2025-06-30 \(.*row 2\): close the gap",
            id="gap",
        ),
        pytest.param(
            ("A,,,2025-06-30,A", "A,,2025-07-02,,"),
            "row 3: A begins on 2025-07-02 .* close the gap",
            id="gap that names itself",
        ),
        pytest.param(
            ("A,,,2025-06-30,B",),
            "row 2: the successor_code B of A is in no row: add the successor, or correct",
            id="unknown successor",
        ),
        pytest.param(
            ("A,,,2025-06-30,B", "B,,2025-07-02,,"),
            "row 2: the successor_code B of A is not in force on 2025-07-01, .*row 3",
            id="successor too late",
        ),
        pytest.param(
            ("A,,,2025-06-30,B", "B,,,2025-06-30,"),
            "row 2: the successor_code B of A is not in force on 2025-07-01",
            id="successor gone",
        ),
        pytest.param(
            ("A,,,2025-06-30,A",),
            "row 2: the successor_code A of A is not in force on 2025-07-01",
            id="own successor without a row",
        ),
        pytest.param(
            ("A,,,,B", "B,,,,"),
            "row 2: the successor_code B of A is named, but A has no last day: fill in valid_to",
            id="successor of one that never ends",
        ),
        pytest.param(
            ("A,,,2025-06-30,B", "B,,,2025-06-30,A"),
            "row 2: A is taken over by B is taken over by A: correct the successor_code",
            id="circle of two",
        ),
        pytest.param(
            ("A,,,2025-06-30,B", "B,,,2025-06-30,C", "C,,,2025-06-30,A"),
            "A is taken over by B is taken over by C is taken over by A",
            id="circle of three",
        ),
        pytest.param(
            ("P,,,2025-06-30,", "A,P,,,"),
            r"row 3: A belongs to P, which is not in force on 2025-07-01: let A end before",
            id="parent ends first",
        ),
        pytest.param(
            ("P,,2025-07-01,,", "A,P,2025-06-30,,"),
            "row 3: A belongs to P, which is not in force before 2025-07-01: write 2025-07-01 or",
            id="parent begins later",
        ),
        pytest.param(
            ("P,,2025-07-01,,", "A,P,,,"),
            "row 3: A belongs to P, which is not in force before 2025-07-01",
            id="parent begins, child always was",
        ),
        pytest.param(
            ("P,,,2025-06-30,Q", "Q,,,,", "P,,2025-08-01,,", "A,P,,,"),
            "row 5: A belongs to P, which is not in force on 2025-07-01",
            id="parent with a gap",
        ),
        pytest.param(
            ("H02.1,H02,,,",),
            "row 2: H02.1 belongs to H02, which is not in force on 2025-07-01: .*valid_to",
            id="unit of an absorbed province",
        ),
    ],
)
def test_rows_that_disagree_are_refused_with_the_cure(
    register_of: RegisterOf, rows: tuple[str, ...], says: str
) -> None:
    with pytest.raises(RegisterError, match=says) as refused:
        register_of(*rows)
    assert "agencies.csv, row" in str(refused.value)


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(("A,,,2025-06-30,", "A,,2025-07-01,,"), id="days that touch"),
        pytest.param(("A,,,2020-12-31,B", "B,,,,", "A,,2024-01-01,,"), id="a gap with a successor"),
        pytest.param(("A,,,2025-06-30,B", "B,,2025-07-01,,"), id="successor from the day after"),
        pytest.param(("A,,,2025-06-30,B", "B,,,2025-07-01,"), id="successor for one day"),
        pytest.param(("A,,,2025-06-30,A", "A,,2025-07-01,,"), id="its own successor"),
        pytest.param(("D,H26,,2025-06-30,",), id="a district abolished without successor"),
        pytest.param(("D,H26,,2025-06-30,H26",), id="a district whose province took over"),
        pytest.param(("P,,,2025-06-30,", "A,P,,2025-06-30,"), id="ends with its parent"),
        pytest.param(("P,,2025-07-01,,", "A,P,2025-07-01,,"), id="begins with its parent"),
        pytest.param(("A,H05,,,",), id="parent of two territories, without a gap"),
        pytest.param(
            ("H02.1,H02,,2025-06-30,H02.1", "H02.1,H05,2025-07-01,,"),
            id="goes on under the province that took over",
        ),
        pytest.param(
            ("A,,,2024-12-31,B", "B,,,2025-06-30,A", "A,,2025-07-01,,"),
            id="comes back, which is no circle",
        ),
    ],
)
def test_rows_that_agree_are_taken(register_of: RegisterOf, rows: tuple[str, ...]) -> None:
    codes = {row.split(",")[0] for row in rows}
    assert codes <= set(register_of(*rows).table["code"])


def test_the_order_of_rows_does_not_change_what_is_refused(register_of: RegisterOf) -> None:
    rows = ("A,,,2025-06-30,B", "B,,2025-07-02,,", "C,A,,2025-06-30,")
    for ordered in (rows, rows[::-1]):
        with pytest.raises(RegisterError, match="successor_code B of A is not in force"):
            register_of(*ordered)


def test_own_rows_may_say_how_sure_they_are(tmp_path: Path) -> None:
    path = tmp_path / "agencies.csv"
    path.write_text("code,name_vi,kind,confidence\nA,A,other,weak\nB,B,other,\n", encoding="utf-8")
    table = agencies.load(path).table
    own = table.filter(table["code"].is_in(["A", "B"]))
    assert own["confidence"].to_list() == ["weak", None]


@pytest.mark.parametrize("column", ["confidence", "successor_confidence"])
def test_another_word_for_confidence_is_refused(tmp_path: Path, column: str) -> None:
    path = tmp_path / "agencies.csv"
    path.write_text(f"code,name_vi,kind,{column}\nA,A,other,sure\n", encoding="utf-8")
    with pytest.raises(RegisterError, match=f"row 2 has {column} 'sure': write one of verified"):
        agencies.load(path)
