"""Scorecards: methods that give points, official or made after official ones.

They are computed from tallies and figures. Here belong what an indicator counts (counts), how
counts become points (formulas), groups and totals (sums) and how sure these are (errors); exact,
in whole hundredths of a point or whatever the last decimal is. Not here: our own index (the
modules beside this folder), what a method says (pipeline.methods), bands and ranks (rankings).
"""

from pipeline.indices.scorecards.counts import select_month
from pipeline.indices.scorecards.rows import compute

__all__ = ["compute", "select_month"]
