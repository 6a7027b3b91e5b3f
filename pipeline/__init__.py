"""What happens to the data, step by step.

Here belong the six stages (exports, records, tallies, indices, rankings, bulletin), what they
share (tables, months, calendar, agencies, profiles, methods, simulator) and the rooms that
touch disks and databases (home, archive, store, editions, warehouse). The rest is pure:
functions that take frames and return frames. Not here: scheduling (assets), what is allowed
(expectations), how it is shown (reports).
"""
