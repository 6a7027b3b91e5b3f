"""A spreadsheet took the day of some dates for their month: such a file is refused."""

from datetime import datetime

import pytest

from pipeline.faults import FileFault

from .conftest import ProfileWith, TextRow, Typed

CELLS_AND_TEXTS = ("%d/%m/%Y", "%Y-%m-%d %H:%M:%S")
# 1 to 5 October, of which a spreadsheet made cells with the 10th of January to May.
EXCHANGED = [f"2026-0{day}-10 00:00:00" for day in range(1, 6)]
AS_TYPED = [f"{day}/10/2026" for day in range(13, 18)]


def received(*times: str) -> list[TextRow]:
    return [{"received_at": time} for time in times]


def test_a_column_whose_cells_have_days_up_to_12_and_whose_texts_have_later_ones_is_refused(
    profile_with: ProfileWith, typed: Typed
) -> None:
    profile = profile_with(date_formats=CELLS_AND_TEXTS)
    with pytest.raises(FileFault) as raised:
        typed(profile, *received(*EXCHANGED, *AS_TYPED, *AS_TYPED))
    assert raised.value.fault == "ambiguous_dates"
    for message in (raised.value.message, raised.value.message_vi):
        assert "(received_at): 5 " in message
        assert " 10 " in message


def test_a_bare_number_of_days_is_a_cell_too(profile_with: ProfileWith, typed: Typed) -> None:
    # 46032 is 10 January 2026; 31, 59, 90 and 120 days later are the 10ths of February to May.
    serials = [str(46032 + days) for days in (0, 31, 59, 90, 120)]
    profile = profile_with(date_formats=("%d/%m/%Y", "serial"))
    with pytest.raises(FileFault, match="days 1 to 12"):
        typed(profile, *received(*serials, *AS_TYPED))


@pytest.mark.parametrize(
    "times",
    [
        # The cells are of October as they stand, and would be of five months if exchanged.
        [*(f"2026-10-0{day} 00:00:00" for day in range(1, 6)), *AS_TYPED],
        # A cell of a later day: this spreadsheet took the days for days.
        [*EXCHANGED, "2026-10-20 00:00:00", *AS_TYPED],
        # A text of an early day: it would have become a cell.
        [*EXCHANGED, *AS_TYPED, "12/10/2026"],
        # Too few to tell.
        [*EXCHANGED[:4], *AS_TYPED],
        [*EXCHANGED, *AS_TYPED[:4]],
    ],
)
def test_cells_and_texts_that_may_be_right_are_read_as_they_stand(
    profile_with: ProfileWith, typed: Typed, times: list[str]
) -> None:
    rows = typed(profile_with(date_formats=CELLS_AND_TEXTS), *received(*times))
    assert rows["received_at"].null_count() == 0
    assert datetime(2026, 10, 13) in rows["received_at"].to_list()


def test_national_dates_beside_texts_cannot_have_been_exchanged(
    profile_with: ProfileWith, typed: Typed
) -> None:
    profile = profile_with(date_formats=("%Y%m%d", "%d/%m/%Y"))
    compact = [f"20260{day}10" for day in range(1, 6)]
    rows = typed(profile, *received(*compact, *AS_TYPED))
    assert rows["received_at"][0] == datetime(2026, 1, 10)
