"""What happens to the data, step by step.

Here belong the six stages (exports, records, tallies, indices, rankings, bulletin), what they
share (tables, months, calendar, agencies, profiles, methods, simulator) and the rooms that
touch disks and databases (home, archive, store, editions, warehouse). The rest is pure:
functions that take frames and return frames. Not here: scheduling (assets), what is allowed
(expectations), how it is shown (reports).
"""

import os

# Polars gives memory back to the system after half a second; the next file then takes it anew, page
# by page, which costs a tenth of a run. Its allocator reads this when Polars is loaded.
os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:10000")
