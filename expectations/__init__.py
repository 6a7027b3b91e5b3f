"""What is allowed: one suite of Great Expectations for each table.

Here belong the rules (`rules`, a module for each kind of records and for each stage) and the
engine that runs them over Polars frames (`engine`). Not here: what happens to the data (pipeline)
or what a broken rule stops (assets). Great Expectations is imported inside functions only, because
its import takes seconds.
"""
