"""The grid of senders x the last months on the front page."""

import re
from dataclasses import replace

import polars as pl
import pytest

from pipeline.bulletin import Changes, Content
from pipeline.delivery_states import DELIVERY_STATES, STATES
from reports.delivery_states import MOST_OPEN_SENDERS, SIGNS, make_state_grid
from reports.site import pages


def make_states(senders: int, *months: str, state: str = "accepted") -> pl.DataFrame:
    rows = [
        (month, f"S{number:03}", f"Sở {number}", state, None, None)
        for month in months
        for number in range(senders)
    ]
    return pl.DataFrame(rows, schema=DELIVERY_STATES.schema, orient="row")


def test_states_that_may_stand_in_one_row_of_one_month_have_signs_of_their_own() -> None:
    assert set(SIGNS) == set(STATES)
    # A month has a due day or none, so one of both.
    assert len(set(SIGNS.values())) == len(SIGNS) - 1
    assert SIGNS["on_time"] == SIGNS["accepted"]


def test_a_sender_that_nobody_expected_in_a_month_has_an_empty_cell() -> None:
    states = pl.concat([make_states(1, "2026-08"), make_states(2, "2026-09", state="missing")])
    grid = make_state_grid(states)
    assert grid.months == ("2026-08", "2026-09")
    signs = [[cell and cell.sign for cell in cells] for cells in grid.senders.values()]
    assert signs == [["✓", "○"], [None, "○"]]
    assert grid.counts == {"accepted": 1, "missing": 2}


def test_a_sender_has_the_name_of_the_newest_month() -> None:
    renamed = make_states(1, "2026-09").with_columns(sender_name=pl.lit("Sở mới"))
    grid = make_state_grid(pl.concat([renamed, make_states(1, "2026-08")]))
    assert list(grid.senders) == [("S000", "Sở mới")]


@pytest.mark.parametrize("senders", [MOST_OPEN_SENDERS, MOST_OPEN_SENDERS + 1])
def test_the_grid_is_folded_where_it_is_long(
    small: Content, first_edition: Changes, senders: int
) -> None:
    content = replace(small, delivery_states=make_states(senders, "2026-09", "2026-10"))
    page = pages(content, 1, first_edition, [])["en/index.html"].decode()
    (details,) = re.findall(r'<details id="?delivery-states"?[^>]*>', page)
    assert ("open" in details) == (senders <= MOST_OPEN_SENDERS)


def test_an_edition_without_states_has_no_grid(small: Content, first_edition: Changes) -> None:
    assert b"delivery-states" not in pages(small, 1, first_edition, [])["index.html"]
