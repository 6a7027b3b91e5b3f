"""The due day: until when the files of a month are due.

Here belongs which day that is in a month. Not here: the file that sets it (settings), who was late
(states).
"""

import calendar
from dataclasses import dataclass
from datetime import date

from pipeline import months


@dataclass(frozen=True)
class DueDay:
    """The files of each month from `first_month` on are due on this day of the month after.

    Without a day, no file of any month is due on a day, and none is late.
    """

    day: int | None = None
    first_month: str = ""

    def date_of(self, month: str) -> date | None:
        """The last day on which the files of a month are in time; None where they have none.

        It is the last day of the month after, where that has no such day.
        """
        if self.day is None or month < self.first_month:
            return None
        following = months.start(months.shifted(month, 1)).date()
        _, days = calendar.monthrange(following.year, following.month)
        return following.replace(day=min(self.day, days))
