"""Statistics: methods of the literature, each with its source.

Here belongs what takes counts, values and errors and answers with limits, curves and ranks, and
knows no agency, month, league or indicator. Not here: which numbers go in and what the answers
mean (indices, rankings).
"""
