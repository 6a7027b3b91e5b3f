"""Time as agencies count it: working days and hours, and elapsed hours in a zone.

Here belong the calendars (days off, days worked in their stead, office hours), reading them, and
the expressions that measure with them. Not here: months (months), or what is measured and judged
(deadlines, tallies).
"""

from pipeline.calendar.loading import BUILT_IN, VIETNAM, Calendars, load_all, vietnam
from pipeline.calendar.working_time import OFFICE_HOURS, Calendar, CalendarError
from pipeline.calendar.zones import hours_between, instant, wall_time

__all__ = [
    "BUILT_IN",
    "OFFICE_HOURS",
    "VIETNAM",
    "Calendar",
    "CalendarError",
    "Calendars",
    "hours_between",
    "instant",
    "load_all",
    "vietnam",
    "wall_time",
]
