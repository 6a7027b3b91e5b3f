"""Date formats are found by reading every value."""

import polars as pl
import pytest

from pipeline import agencies
from pipeline.drafting import draft_profile
from pipeline.drafting.column_values import ColumnValues
from pipeline.drafting.dates import FoundDates, find_dates, share_of_dates


def column(*values: str) -> ColumnValues:
    return ColumnValues.of("theirs", pl.Series(values, dtype=pl.String))


def found(*values: str, kind: str = "dossiers") -> FoundDates:
    return find_dates({"received_at": column(*values)}, kind)


@pytest.mark.parametrize(
    ("value", "date_format"),
    [
        ("20261001083000", "%Y%m%d%H%M%S"),
        ("202610010830", "%Y%m%d%H%M"),
        ("2026-10-21 08:30:15", "%Y-%m-%d %H:%M:%S"),
        ("2026-10-21T08:30:15.123Z", "%Y-%m-%dT%H:%M:%S%.f%z"),
        ("2026-10-21T08:30:15+07:00", "%Y-%m-%dT%H:%M:%S%z"),
        ("21/10/2026", "%d/%m/%Y"),
        ("21/10/2026 08:30", "%d/%m/%Y %H:%M"),
        ("08:30 21/10/2026", "%H:%M %d/%m/%Y"),
        ("21-10-26", "%d-%m-%y"),
        ("10/21/2026 01:30 PM", "%m/%d/%Y %I:%M %p"),
        ("21-Oct-2026", "%d-%b-%Y"),
        ("ngày 21 tháng 10 năm 2026", "ngày %d tháng %m năm %Y"),
        ("21-thg 10-2026", "%d-thg %m-%Y"),
        ("21/10/2026 - 08:30", "%d/%m/%Y - %H:%M"),
        ("16h30 21/10/2026", "%Hh%M %d/%m/%Y"),
        ("20261021T083015Z", "%Y%m%dT%H%M%S%z"),
        ("46000.5", "serial"),
        ("46000", "serial"),
    ],
)
def test_a_format_is_read_off_a_value(value: str, date_format: str) -> None:
    dates = found(value, value)
    assert dates.formats == (date_format,)
    assert dates.rows == {date_format: 2}
    assert not dates.unread


def test_days_and_months_are_told_apart_by_the_values() -> None:
    dates = found("05/10/2026", "06/10/2026", "25/10/2026")
    assert dates.formats == ("%d/%m/%Y",)
    assert "by %m/%d/%Y too 2, by it alone 1, by %m/%d/%Y alone 0" in dates.reasons["%d/%m/%Y"]
    assert not dates.unsure
    assert found("10/05/2026", "10/06/2026", "10/25/2026").formats == ("%m/%d/%Y",)


def test_where_no_value_tells_them_apart_it_is_said() -> None:
    dates = found("10/05/2026", "10/06/2026")
    # One month rather than two: an export is of a month.
    assert dates.formats == ("%m/%d/%Y",)
    assert len(dates.unsure) == 1


def test_of_two_that_contradict_each_other_the_rarer_is_left_out() -> None:
    dates = found("25/10/2026", "26/10/2026", "05/10/2026", "10/28/2026")
    assert dates.formats == ("%d/%m/%Y",)
    assert dates.unread == {"received_at": (1, ("10/28/2026",))}
    assert "%m/%d/%Y" in dates.unsure[0]


def test_days_and_moments_in_one_column_are_two_formats() -> None:
    dates = found("25/10/2026", "26/10/2026", "26/10/2026 08:30")
    assert dates.formats == ("%d/%m/%Y", "%d/%m/%Y %H:%M")
    assert dates.with_time == 1


def test_a_month_alone_is_a_time_of_ratings_only() -> None:
    assert found("2026-10", kind="ratings").formats == ("%Y-%m",)
    assert not found("2026-10").formats


def test_long_numbers_are_no_times() -> None:
    assert share_of_dates(column("101000295613", "101000295614")) == 0
    assert share_of_dates(column("20261001083000", "x")) == 0.5


@pytest.mark.parametrize(("due", "is_doubted"), [("2026-10-31", True), ("2026-10-30", False)])
def test_due_dates_on_saturdays_put_the_working_clock_in_doubt(due: str, is_doubted: bool) -> None:
    rows = [f"H26-{at:04},4,2026-10-{at:02},{due}," for at in range(1, 21)]
    text = "\n".join(["Mã hồ sơ,Trạng thái,Ngày tiếp nhận,Ngày hẹn trả,Ngày trả", *rows])
    draft = draft_profile(text.encode(), "dossiers.csv", agencies.load(), "H26")
    said = any("100% of the due dates are Saturdays or Sundays" in each for each in draft.unsure)
    assert said == is_doubted


@pytest.mark.parametrize(
    ("time", "shown"),
    [
        ("21/10/2026 08:30:15 SA", "21/10/2026 08:30:15 SA"),
        ("21/10/2026 lúc 08:30", "99/99/9999 aaa 99:99"),
        ("08h30 ngày 21/10/2026", "99a99 aaaa 99/99/9999"),
    ],
)
def test_a_column_of_times_in_no_known_format_is_named_with_one_of_its_values(
    time: str, shown: str
) -> None:
    """A spreadsheet in Vietnamese writes SA and CH, which no format can say."""
    rows = "".join(f"HS-{n},Đang xử lý,{time},{time},{time}\n" for n in range(20))
    text = f"Mã hồ sơ,Trạng thái,Ngày tiếp nhận,Ngày hẹn trả,Ngày trả\n{rows}"
    draft = draft_profile(text.encode(), "dossiers.csv", agencies.load(), "H26")
    said = [remark for remark in draft.unsure if shown in remark]
    assert [remark.partition(",")[0] for remark in said[:2]] == [
        "'Ngày tiếp nhận' has the name of received_at",
        "'Ngày hẹn trả' has the name of due_at",
    ]
    assert not any("was found" in remark for remark in said)


def test_a_survey_whose_days_cannot_be_read_is_told_that_its_month_is_taken_from_the_folder() -> (
    None
):
    rows = "".join(f"P{n},{1 + n % 5},ngày {n + 1} tháng 10\n" for n in range(20))
    text = f"Mã phiếu,Mức độ hài lòng,Ngày đánh giá\n{rows}"
    draft = draft_profile(text.encode(), "ratings.csv", agencies.load(), "H26")
    said = [remark for remark in draft.unsure if remark.startswith("'Ngày đánh giá' has the name")]
    assert len(said) == 1
    assert said[0].endswith("the month of the folder is taken")


@pytest.mark.parametrize(
    ("received", "ended", "doubted"),
    [
        pytest.param("2026-10-05 01:30:00", "2026-10-06 08:05:00", ["received_at"], id="UTC"),
        pytest.param("2026-10-05T09:30:00Z", "2026-10-06T15:05:00Z", ["ended_at"], id="local, Z"),
        pytest.param("2026-10-05 08:30:00", "2026-10-06 15:05:00", [], id="local"),
        pytest.param("2026-10-05 00:00:00", "2026-10-06 00:00:00", [], id="days"),
    ],
)
def test_times_in_the_night_are_said(received: str, ended: str, doubted: list[str]) -> None:
    """09:30Z is 16:30 in Viet Nam, and 15:05Z is 22:05."""
    header = "Mã hồ sơ,Ngày tiếp nhận,Ngày hẹn trả,Ngày kết thúc,Trạng thái"
    rows = [f"H{at},{received},2026-10-09,{ended},Đã trả kết quả" for at in range(10)]
    draft = draft_profile("\n".join([header, *rows]).encode(), "x.csv", agencies.load(), "H26")
    said = [each.split()[3] for each in draft.unsure if "between 19:00 and 06:00" in each]
    assert said == doubted
