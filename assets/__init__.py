"""What is built from what, when and where?

Here belong the Dagster definitions (assets, job, schedule, sensor, checks, resource), the stages
composed from the other rooms, and the command line. Not here: computation (pipeline), rules
(expectations), pages and charts (reports).
"""

import pipeline  # noqa: F401 - says how Polars keeps memory, before any module loads Polars
