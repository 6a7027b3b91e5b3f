"""Columns that many tables begin with.

Here belongs what one month, sender, file or unit is called. Not here: any table (its stage's).
"""

from pipeline.columns import text

MONTH = text("month", "month, YYYY-MM")
SENDER = text("sender_code", "agency that sent the file")
FILE = text("sha256", "SHA-256 of the file as sent")
UNIT = text("unit_code", "agency or unit that handles, from the register")
