"""Half days: times of a clock of twelve hours, with nothing that tells morning from afternoon.

A program that writes hours as 01 to 12 and leaves out SA or CH (AM or PM) sends 14:30 as 02:30.
Here belongs how a column of such times is known. Not here: reading times (times).
"""

import polars as pl

from pipeline.faults import FileFault, write_number_vi
from pipeline.profiles import Profile
from pipeline.profiles.our_columns import moment_columns

_HOUR = 3_600_000
_DAY = 24 * _HOUR
_FEWEST = 10
_LEAST_SHARE = 0.2
"""Of a working day, the hours after noon are more than a third."""


def check_hours_are_of_a_day(typed: pl.DataFrame, profile: Profile) -> None:
    """Raises FileFault ambiguous_dates where the hours of a column may be of either half of a day.

    Takes typed rows, before days are placed (times.with_days). Such a column has no hour of 0 and
    none from 13 on, and many times both of the morning and of the night, 01:00 to 05:59. Where a
    profile gives the grain of a column, that stands.
    """
    columns = [each for each in moment_columns(profile.kind) if each not in profile.grain]
    if not columns:
        return
    times = {each: pl.col(each).to_physical() % _DAY for each in columns}
    latest = typed.select(time.max().alias(name) for name, time in times.items()).row(0, named=True)
    for name, last in latest.items():
        if last is None or last >= 13 * _HOUR:
            continue
        timed = typed.select(time=times[name]).filter(pl.col("time") > 0)
        hour = pl.col("time") // _HOUR
        at_zero, at_night, in_morning = timed.select(
            (hour == 0).sum().alias("zero"),
            hour.is_between(1, 5).sum().alias("night"),
            hour.is_between(7, 12).sum().alias("morning"),
        ).row(0)
        is_many = at_night >= _LEAST_SHARE * timed.height
        if not at_zero and is_many and min(at_night, in_morning) >= _FEWEST:
            theirs = profile.columns.get(name, name)
            raise FileFault(
                "ambiguous_dates",
                f"{theirs!r} ({name}): of its {timed.height:,} times of day none is before 01:00 "
                f"or after 12:59, and {at_night:,} are from 01:00 to 05:59: its program writes the "
                "hours of a 12-hour clock without SA or CH (AM or PM), or of another time zone; "
                "export hours from 00 to 23 in local time, or, if there are none, write "
                f'{name} = "day" under [grain] in a profile of your own',
                f"cột {theirs!r} ({name}): trong {write_number_vi(timed.height)} giờ đã gửi không "
                f"có giờ nào trước 01:00 hoặc sau 12:59, và {write_number_vi(at_night)} giờ nằm "
                "trong khoảng 01:00 đến 05:59: phần mềm ghi giờ theo đồng hồ 12 giờ mà không có SA "
                "hoặc CH, hoặc theo múi giờ khác; xuất lại với giờ từ 00 đến 23 theo giờ địa "
                f'phương, nếu không được thì ghi {name} = "day" trong [grain] của cấu hình ánh xạ '
                "riêng",
            )
