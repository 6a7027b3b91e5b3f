"""Times of a clock of twelve hours without its halves of the day: such a file is refused."""

import pytest

from pipeline.faults import FileFault

from .conftest import ProfileWith, TextRow, Typed

FORMAT = ("%Y-%m-%d %H:%M:%S",)
MORNINGS = [f"2026-10-{day:02d} 0{8 + day % 2}:15:00" for day in range(1, 11)]
AFTERNOONS = [f"2026-10-{day:02d} 0{2 + day % 3}:15:00" for day in range(1, 11)]
"""14:15 to 16:15, as such a clock writes them."""


def received(*times: str) -> list[TextRow]:
    return [{"received_at": time} for time in times]


def test_afternoons_written_as_nights_are_refused(profile_with: ProfileWith, typed: Typed) -> None:
    with pytest.raises(FileFault) as raised:
        typed(profile_with(date_formats=FORMAT), *received(*MORNINGS, *AFTERNOONS))
    assert raised.value.fault == "ambiguous_dates"
    for message in (raised.value.message, raised.value.message_vi):
        assert "(received_at)" in message
        assert " 20 " in message
        assert " 10 " in message


@pytest.mark.parametrize(
    "times",
    [
        [*MORNINGS, *AFTERNOONS, "2026-10-12 13:00:00"],
        [*MORNINGS, *AFTERNOONS, "2026-10-12 00:30:00"],
        [*MORNINGS, *AFTERNOONS[:9]],
        [*MORNINGS[:9], *AFTERNOONS],
        # 10 of 51 are less than a fifth: a batch of some nights, in an office of mornings.
        [*MORNINGS * 4, MORNINGS[0], *AFTERNOONS],
    ],
    ids=["an afternoon", "an hour of 0", "too few nights", "too few mornings", "a small share"],
)
def test_times_that_may_be_of_a_whole_day_are_read_as_they_stand(
    profile_with: ProfileWith, typed: Typed, times: list[str]
) -> None:
    rows = typed(profile_with(date_formats=FORMAT), *received(*times))
    assert rows["received_at"].null_count() == 0


def test_midnights_are_days_and_no_times(profile_with: ProfileWith, typed: Typed) -> None:
    days = [f"2026-10-{day:02d} 00:00:00" for day in range(1, 16)]
    with pytest.raises(FileFault, match="of its 20 times"):
        typed(profile_with(date_formats=FORMAT), *received(*days, *MORNINGS, *AFTERNOONS))


@pytest.mark.parametrize("grain", ["day", "second"])
def test_a_profile_that_gives_the_grain_is_believed(
    profile_with: ProfileWith, typed: Typed, grain: str
) -> None:
    profile = profile_with(date_formats=FORMAT, grain={"received_at": grain})
    rows = typed(profile, *received(*MORNINGS, *AFTERNOONS))
    assert rows["received_at"].null_count() == 0
