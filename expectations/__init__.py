"""What is allowed: one suite of Great Expectations for each table.

Here belong the rules (their names and texts in `rules`, what they demand in the suites of
`records`, `exports`, `tallies`, `indices`, `rankings` and `bulletin`), the phrases that suites
are written in, and the engine that runs them. Not here: what happens to the data (pipeline) or
what a broken rule stops (assets). Great Expectations is imported inside functions only, because
its import takes seconds.
"""
