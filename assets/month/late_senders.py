"""Late senders: who has sent nothing yet for the month that is over, some days after its end.

Here belongs when there is a warning, whom it names and its words. Not here: how it is given
(alarms), what a month without them looks like (the run on the 12th, `status`).
"""

from datetime import date

import polars as pl

from assets.month.alarms import Alarm
from assets.month.installation import Installation
from pipeline import letters, months, planning, tables
from pipeline.archive import list_inbox
from pipeline.home import HomeError

WARNING_DAY = 5
"""The day of the month after, on which the warning is given; an earlier due day is before it."""
LAST_DAY = 12
"""From this day on the run of the month itself says who is missing."""
USUAL_DUE_DAY = 10
"""Until when agencies send, where the installation sets no due day."""


def is_time_to_warn(installation: Installation, month: str, today: date) -> bool:
    """Whether the warning about a month is given on a day, if it was not given before.

    From the 5th of the month after on, or from the day after the due day where that is earlier.
    """
    following = months.start(months.shifted(month, 1)).date()
    set_day = installation.delivery_settings.due_day.date_of(month)
    first = following.replace(day=WARNING_DAY)
    if set_day is not None and set_day.day < WARNING_DAY:
        first = following.replace(day=set_day.day + 1)
    return first <= today < following.replace(day=LAST_DAY)


def find_late_senders(installation: Installation, month: str) -> list[tuple[str, str]]:
    """Code and name of each sender that is expected, and of which no file of a month lies in the
    inbox or was received; by code.

    Expected are those that the edition of the month would call missing. HomeError where the inbox
    cannot be seen.
    """
    inbox, archive = list_inbox(installation.home.inbox), installation.archive
    if not inbox.is_there:
        raise HomeError(f"the inbox {inbox.folder} is missing: mount or make the folder")
    sent = {file.sender_code for file in inbox.files_of(month)}
    sent |= {file.sender_code for file in archive.in_force(month)}
    earlier = {code for each in installation.history(month) for code in archive.senders(each)}
    delivered = tables.DELIVERED.conform(
        pl.DataFrame({"sender_code": sorted(sent)}, schema={"sender_code": pl.String}).with_columns(
            month=pl.lit(month), sender_name=pl.lit(""), status=pl.lit(planning.ACCEPTED)
        )
    )
    register = installation.register
    absent = planning.missing_senders(month, delivered, earlier, register)
    return [(code, register.name(code, month)) for code in sorted(absent["sender_code"])]


def make_warning(installation: Installation, month: str) -> Alarm | None:
    """The warning about a month, with the names of its late senders; None where nobody is late."""
    late = find_late_senders(installation, month)
    if not late:
        return None
    following = months.start(months.shifted(month, 1)).date()
    set_day = installation.delivery_settings.due_day.date_of(month)
    due = set_day or following.replace(day=USUAL_DUE_DAY)
    names = ", ".join(letters.show_invisible(f"{code} {name}") for code, name in late)
    year, number = month.split("-")
    agencies = "agency has" if len(late) == 1 else "agencies have"
    return Alarm(
        kind="late_senders",
        month=month,
        english=f"{month}: {len(late)} {agencies} sent nothing yet, due by {due}: {names}",
        vietnamese=(
            f"Tháng {number}/{year}: {len(late)} cơ quan chưa gửi dữ liệu, hạn gửi là "
            f"{due:%d/%m/%Y}: {names}"
        ),
    )
