"""The engine: how a rule is written as an expectation, and how a suite runs over a Polars frame.

Here belongs what knows Great Expectations and knows no table of ours. Not here: which rules there
are (expectations.rules).
"""
