"""Time as agencies count it: working days and hours, and elapsed hours in a zone.

Here belong the calendars (days off, days worked instead, office hours), reading them, and the
expressions that measure with them. Not here: arithmetic on months (months), what is measured and
judged (deadlines, tallies).
"""

from pipeline.calendar.clocks import Clock, ClockName
from pipeline.calendar.loading import BUILT_IN, VIETNAM, Calendars, load_all, vietnam
from pipeline.calendar.working_time import DAYS, OFFICE_HOURS, Calendar, CalendarError
from pipeline.calendar.zones import hours_between, to_instant, to_wall_time

__all__ = [
    "BUILT_IN",
    "DAYS",
    "OFFICE_HOURS",
    "VIETNAM",
    "Calendar",
    "CalendarError",
    "Calendars",
    "Clock",
    "ClockName",
    "hours_between",
    "load_all",
    "to_instant",
    "to_wall_time",
    "vietnam",
]
