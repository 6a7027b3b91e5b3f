"""The rules: what is allowed in each table, a module for each kind of records and for each stage.

Row rules are about the rows that senders send: one definition each, in `dossiers`, `ratings`,
`petitions` and `figures`; `records` gathers them and finds the rows that break them. Rules of whole
tables are about what the program makes, in `exports`, `tallies`, `indices`, `rankings` and
`bulletin`. Not here: how a suite runs (expectations.engine), or what a broken rule stops (assets).
"""
