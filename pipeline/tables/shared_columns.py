"""Columns that many tables begin with.

Here belongs what a month, sender, file, league, indicator or unit is called. Not here: the tables
(the module of each stage).
"""

from pipeline.columns import text

MONTH = text("month", "month, YYYY-MM")
SENDER = text("sender_code", "agency that sent the file")
FILE = text("sha256", "SHA-256 of the file as sent")
LEAGUE = text("league", "units ranked against each other: kind, and parent if any")
INDICATOR = text("indicator", "name of the indicator")
UNIT = text("unit_code", "agency or unit that handles, from the register")
