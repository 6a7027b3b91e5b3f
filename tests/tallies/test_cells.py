"""Cells are in one order, whatever order they were counted in."""

import polars as pl
import pytest

from pipeline.tables import ANSWERS
from pipeline.tallies.cells import sort_cells

MONTH = "2026-10"


def cell(dossier_month: str | None, respondents: int) -> dict[str, object]:
    return {
        "sender_code": "H26",
        "sha256": "a",
        "unit_code": "H26",
        "question": "overall",
        "scale": "likert_5",
        "answer": 5,
        "mode": "online",
        "dossier_month": dossier_month,
        "respondents": respondents,
        "weight_millionths": respondents,
        "weight_squared_trillionths": respondents,
        "dossier_verdict": None,
    }


@pytest.mark.parametrize("turned", [False, True])
def test_cells_that_one_word_and_none_tell_apart_are_in_one_order(turned: bool) -> None:
    # In the column of months there is one word alone: none comes before it.
    rows = [cell("2026-09", 1), cell(None, 2)]
    cells = pl.DataFrame(rows[::-1] if turned else rows).lazy()
    assert sort_cells(cells, MONTH, ANSWERS)["respondents"].to_list() == [2, 1]
