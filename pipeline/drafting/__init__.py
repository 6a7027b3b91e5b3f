"""Drafting: a profile is drafted from a file that no profile describes yet.

Here belongs what can be seen in a file: its layout, columns, dates and code lists, the units it
names, each with the reason, and the text of the profile that says so. What is not sure is said, and
nothing is guessed in silence. Not here: reading a file with a profile (exports, records), what a
profile may say (profiles), where a draft is kept and how it is shown (assets.command_line).
"""

from pipeline.drafting.draft import Draft, draft_profile
from pipeline.drafting.errors import DraftError
from pipeline.drafting.writing import write_profile

__all__ = ["Draft", "DraftError", "draft_profile", "write_profile"]
