"""Statistics: methods of the literature, each with its source.

Here belong functions that take counts, values and errors and return limits, curves and ranks. They
know no agency, month, league or indicator. Not here: which numbers go in and what the results mean
(indices, rankings).
"""
