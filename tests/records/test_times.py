"""What a time says: its year, its zone, and whether it is a day or a moment of one."""

from datetime import datetime

import pytest

from pipeline import tables
from pipeline.faults import FileFault
from pipeline.profiles.our_columns import moment_columns
from pipeline.tables import RECORDS

from .conftest import ProfileWith, TextRow, Typed

ISO = ("%Y-%m-%dT%H:%M:%S%z",)
DAY = datetime(2026, 10, 20)
DAY_END = datetime(2026, 10, 20, 23, 59, 59)
NINE, TEN = datetime(2026, 10, 20, 9), datetime(2026, 10, 20, 10)
COLUMNS = [(kind, column) for kind in tables.KINDS for column in moment_columns(kind)]


def test_the_columns_of_times_are_found_in_every_kind() -> None:
    assert {kind for kind, _ in COLUMNS} == RECORDS.keys()


@pytest.mark.parametrize(("kind", "column"), COLUMNS)
@pytest.mark.parametrize(
    ("text", "date_format"),
    [
        # A year of two digits is not the year 26, and the year 0 is none.
        ("05/10/26", "%d/%m/%Y"),
        ("05/10/0026", "%d/%m/%Y"),
        ("05/10/202", "%d/%m/%Y"),
        ("00000603080000", "%Y%m%d%H%M%S"),
        ("0000-10-05T09:30:00+0700", ISO[0]),
        ("05/10/+20261", "%d/%m/%Y"),
        ("-026-10-05", "%Y-%m-%d"),
        # Numbers run together have all their digits: the 11th of January, or the 1st of November?
        ("2026111", "%Y%m%d"),
        ("2026101509301", "%Y%m%d%H%M%S"),
        ("202611109:30:00+0700", "%Y%m%d%H:%M:%S%z"),
        # No time of day is 24:00.
        ("2026-10-20 24:00:00", "%Y-%m-%d %H:%M:%S"),
        ("20261020240000", "%Y%m%d%H%M%S"),
        ("2026-10-20T24:00:00Z", ISO[0]),
    ],
)
def test_what_is_no_time_is_not_read_as_another(  # noqa: PLR0917
    profile_with: ProfileWith, typed: Typed, kind: str, column: str, text: str, date_format: str
) -> None:
    profile = profile_with(kind, date_formats=(date_format,))
    row = typed(profile, {column: text, "unit_code": "H01"})
    assert row.select(column, f"{column}_as_sent").row(0) == (None, text)


def test_a_year_of_two_digits_is_read_where_the_profile_says_so(
    profile_with: ProfileWith, typed: Typed
) -> None:
    profile = profile_with(date_formats=("%d/%m/%Y", "%d/%m/%y"))
    texts = ("05/10/2026", "05/10/26", "05/10/69", "05/10/70")
    rows = typed(profile, *({"received_at": text} for text in texts))
    assert [moment.year for moment in rows["received_at"]] == [2026, 2026, 2069, 1970]


@pytest.mark.parametrize(
    "offset", ["+0000", "+00:00", "+00", "Z", "z", "UTC", "GMT", " +0000", " UTC", "-00"]
)
def test_every_way_to_write_utc_is_seven_hours_before_ha_noi(
    profile_with: ProfileWith, typed: Typed, offset: str
) -> None:
    row = typed(profile_with(date_formats=ISO), {"received_at": f"2026-10-05T20:30:00{offset}"})
    assert row["received_at"][0] == datetime(2026, 10, 6, 3, 30)


@pytest.mark.parametrize(
    ("offset", "hours"), [("+07", 0), ("-05", 12), ("-05:30", 12.5), ("+0700", 0)]
)
def test_an_offset_may_leave_its_minutes_out(
    profile_with: ProfileWith, typed: Typed, offset: str, hours: float
) -> None:
    row = typed(profile_with(date_formats=ISO), {"received_at": f"2026-10-05T02:00:00{offset}"})
    assert (row["received_at"][0] - datetime(2026, 10, 5, 2)).total_seconds() == hours * 3600


@pytest.mark.parametrize("offset", ["", " ICT", "+7", "+25", "EST"])
def test_a_zone_that_is_not_read_is_not_passed_over(
    profile_with: ProfileWith, typed: Typed, offset: str
) -> None:
    row = typed(profile_with(date_formats=ISO), {"received_at": f"2026-10-05T20:30:00{offset}"})
    assert row["received_at"][0] is None


def due(*texts: str | None) -> list[TextRow]:
    return [{"dossier_id": str(place), "due_at": text} for place, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("times", "found"),
    [
        (["00:00:00"], [DAY_END]),
        (["00:00:00", "00:00:00"], [DAY_END, DAY_END]),
        # One bad row does not decide for the others, nor do rows that cannot be read.
        (["00:00:00", "00:00:00", "09:00:00"], [DAY_END, DAY_END, NINE]),
        (["00:00:00", "?", "?"], [DAY_END, None, None]),
        # Half is not most.
        (["00:00:00", "09:00:00"], [DAY, NINE]),
        (["00:00:00", "09:00:00", "09:00:00"], [DAY, NINE, NINE]),
    ],
)
def test_due_dates_at_midnight_are_the_ends_of_their_days_where_most_are_at_midnight(
    profile_with: ProfileWith, typed: Typed, times: list[str], found: list[datetime | None]
) -> None:
    rows = typed(profile_with(), *due(*(f"2026-10-20 {time}" for time in times)))
    assert rows["due_at"].to_list() == found


def times_of(*counted: tuple[str, int]) -> list[str]:
    return [f"2026-10-20 {time}" for time, count in counted for _ in range(count)]


@pytest.mark.parametrize(
    ("counted", "found"),
    [
        # 10 of 199 are many: more than 5 %. One of the sender's programs writes dates.
        ([("00:00:00", 10), ("17:00:00", 189)], DAY_END),
        ([("00:00:00", 10), ("05:00:00", 9), ("17:00:00", 180)], DAY_END),
        # As many in the six hours after it: the sender works at night.
        ([("00:00:00", 10), ("05:00:00", 10), ("17:00:00", 179)], DAY),
        # Too few: a row may be wrong.
        ([("00:00:00", 9), ("17:00:00", 20)], DAY),
        ([("00:00:00", 10), ("17:00:00", 190)], DAY),
    ],
)
def test_many_due_dates_at_midnight_are_days_where_fewer_lie_in_the_night(
    profile_with: ProfileWith, typed: Typed, counted: list[tuple[str, int]], found: datetime
) -> None:
    rows = typed(profile_with(), *due(*times_of(*counted)))
    assert rows["due_at"][0] == found
    assert rows["due_at"][-1] == datetime(2026, 10, 20, 17)


def test_many_ends_at_midnight_are_not_before_a_receipt_on_that_day(
    profile_with: ProfileWith, typed: Typed
) -> None:
    """A commune's program writes days, and most of its dossiers end on the day of receipt."""
    received = "2026-10-20 09:00:00"
    ends = times_of(("00:00:00", 10), ("10:00:00", 20))
    rows = typed(profile_with(), *({"received_at": received, "ended_at": end} for end in ends))
    assert rows["ended_at"].to_list() == [NINE] * 10 + [TEN] * 20


def test_dates_without_a_time_do_not_make_midnights_many(
    profile_with: ProfileWith, typed: Typed
) -> None:
    profile = profile_with(date_formats=("%Y-%m-%d %H:%M:%S", "%Y-%m-%d"))
    sent = [*["2026-10-20"] * 10, *times_of(("00:00:00", 1), ("09:00:00", 20))]
    rows = typed(profile, *due(*sent))
    assert rows["due_at"].to_list() == [*[DAY_END] * 10, DAY, *[NINE] * 20]


def test_each_column_is_judged_by_its_own_values(profile_with: ProfileWith, typed: Typed) -> None:
    midnight, nine = "2026-10-20 00:00:00", "2026-10-20 09:00:00"
    row = typed(profile_with(), {"due_at": midnight, "first_due_at": nine, "received_at": nine})
    assert row.select("due_at", "first_due_at", "received_at").row(0) == (DAY_END, NINE, NINE)


@pytest.mark.parametrize(
    ("text", "zone", "found"),
    [
        # Midnight in Ha Noi, as an export in UTC writes it.
        ("2026-10-19T17:00:00Z", "Asia/Ho_Chi_Minh", DAY_END),
        ("2026-10-20T00:00:00+0700", "Asia/Ho_Chi_Minh", DAY_END),
        # The date itself, with a midnight in UTC made up for it.
        ("2026-10-20T00:00:00Z", "Asia/Ho_Chi_Minh", DAY_END),
        ("2026-10-20T00:00:00Z", "America/New_York", DAY_END),
        ("2026-10-20T02:00:00Z", "Asia/Ho_Chi_Minh", NINE),
    ],
)
def test_dates_written_with_an_offset_are_dates(
    profile_with: ProfileWith, typed: Typed, text: str, zone: str, found: datetime
) -> None:
    rows = typed(profile_with(date_formats=ISO, time_zone=zone), *due(text, text))
    assert rows["due_at"].to_list() == [found, found]


@pytest.mark.parametrize(
    ("grain", "text", "found"),
    [
        ("second", "2026-10-20 00:00:00", DAY),
        ("second", "2026-10-20 09:00:00", NINE),
        ("second", "2026-10-20", DAY_END),
        ("day", "2026-10-20 00:00:00", DAY_END),
        ("day", "2026-10-20 09:00:00", DAY_END),
        ("day", "2026-10-20", DAY_END),
    ],
)
def test_a_profile_may_say_the_grain_of_a_column(
    profile_with: ProfileWith, typed: Typed, grain: str, text: str, found: datetime
) -> None:
    formats = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d")
    profile = profile_with(date_formats=formats, grain={"due_at": grain})
    assert typed(profile, *due(text))["due_at"][0] == found


def test_a_profile_may_say_the_grain_of_all_columns(
    profile_with: ProfileWith, typed: Typed
) -> None:
    grain = dict.fromkeys(moment_columns("dossiers"), "second")
    rows = typed(profile_with(grain=grain), *due("2026-10-20 00:00:00"))
    assert rows["due_at"].to_list() == [DAY]
    by_month = typed(
        profile_with("figures", grain={"period_at": "day"}), {"period_at": "2026-10-20 09:00:00"}
    )
    assert by_month["period_at"].to_list() == [DAY]


def test_among_dates_without_a_time_a_midnight_is_a_date_too(
    profile_with: ProfileWith, typed: Typed
) -> None:
    profile = profile_with(date_formats=("%Y-%m-%d %H:%M:%S", "%Y-%m-%d"))
    rows = typed(profile, *due("2026-10-20", "2026-10-20", "2026-10-20 00:00:00"))
    assert rows["due_at"].to_list() == [DAY_END] * 3
    # Where most have a time of day, the midnight is one, and the date still none.
    rows = typed(profile, *due("2026-10-20", "2026-10-20 00:00:00", *["2026-10-20 09:00:00"] * 4))
    assert rows["due_at"].to_list() == [DAY_END, DAY, *[NINE] * 4]


LIVES = [
    ("dossiers", "ended_at"),
    ("dossiers", "handed_over_at"),
    ("dossiers", "supplement_requested_at"),
    ("dossiers", "supplement_received_at"),
    ("petitions", "handled_at"),
]


@pytest.mark.parametrize(("kind", "column"), LIVES)
@pytest.mark.parametrize(
    ("received", "text", "found"),
    [
        ("2026-10-20 09:00:00", "2026-10-20 00:00:00", NINE),
        ("2026-10-19 09:00:00", "2026-10-20 00:00:00", DAY),
        # A day before the receipt stays before it, and its rule says so.
        ("2026-10-21 09:00:00", "2026-10-20 00:00:00", DAY),
        (None, "2026-10-20 00:00:00", DAY),
        ("2026-10-20 10:00:00", "2026-10-20 09:00:00", NINE),
    ],
)
def test_an_end_on_the_day_of_receipt_is_not_before_it(  # noqa: PLR0917
    profile_with: ProfileWith,
    typed: Typed,
    kind: str,
    column: str,
    received: str | None,
    text: str,
    found: datetime,
) -> None:
    row = typed(profile_with(kind), {"received_at": received, column: text})
    assert row[column][0] == found


def test_a_day_is_no_earlier_than_anything_that_came_before_it_on_that_day(
    profile_with: ProfileWith, typed: Typed
) -> None:
    day = "2026-10-20 00:00:00"
    row = typed(
        profile_with(),
        {
            "received_at": "2026-10-20 09:00:00",
            "supplement_requested_at": "2026-10-20 10:00:00",
            "supplement_received_at": day,
            "ended_at": day,
            "handed_over_at": day,
        },
    )
    wanted = ("supplement_received_at", "ended_at", "handed_over_at")
    assert row.select(wanted).row(0) == (TEN, TEN, TEN)


def test_where_the_profile_says_day_the_end_has_no_time_of_day(
    profile_with: ProfileWith, typed: Typed
) -> None:
    profile = profile_with(grain={"ended_at": "day"})
    row = typed(profile, {"received_at": "2026-10-20 10:00:00", "ended_at": "2026-10-20 09:00:00"})
    assert row["ended_at"][0] == TEN


def test_a_dossier_that_takes_the_day_of_its_handing_over_does_not_end_before_its_receipt(
    profile_with: ProfileWith, typed: Typed
) -> None:
    row = typed(
        profile_with(),
        {
            "status": "handed_over",
            "received_at": "2026-10-20 09:00:00",
            "handed_over_at": "2026-10-20 00:00:00",
        },
    )
    assert row["ended_at"][0] == NINE


BOTH_ORDERS = ("%d/%m/%Y", "%m/%d/%Y")


@pytest.mark.parametrize("formats", [BOTH_ORDERS, BOTH_ORDERS[::-1]])
@pytest.mark.parametrize(("kind", "column"), COLUMNS)
def test_a_file_that_two_formats_read_differently_is_refused_with_counts(
    profile_with: ProfileWith, typed: Typed, formats: tuple[str, str], kind: str, column: str
) -> None:
    texts = ("05/10/2026", "06/10/2026", "25/10/2026", "26/10/2026", "27/10/2026", "10/13/2026")
    rows = [{column: text, "unit_code": "H01"} for text in texts]
    with pytest.raises(FileFault) as raised:
        typed(profile_with(kind, date_formats=formats), *rows)
    assert raised.value.fault == "ambiguous_dates"
    for message in (raised.value.message, raised.value.message_vi):
        assert f"({column}): 2 " in message
        for date_format, alone in (("%d/%m/%Y", "3"), ("%m/%d/%Y", "1")):
            assert date_format in message
            assert alone in message


def test_two_formats_that_never_disagree_may_stand_side_by_side(
    profile_with: ProfileWith, typed: Typed
) -> None:
    # Days after the 12th, and days that are the same in both orders.
    profile = profile_with(date_formats=BOTH_ORDERS)
    rows = typed(profile, {"received_at": "25/10/2026"}, {"received_at": "10/10/2026"})
    assert rows["received_at"].to_list() == [datetime(2026, 10, 25), datetime(2026, 10, 10)]


def test_a_reading_in_a_far_away_year_is_no_other_reading(
    profile_with: ProfileWith, typed: Typed
) -> None:
    # 20.10.1120 is a day too.
    profile = profile_with(date_formats=("%Y%m%d", "%d%m%Y"))
    assert typed(profile, {"received_at": "20101120"})["received_at"][0] == datetime(2010, 11, 20)
