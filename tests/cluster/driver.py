"""Runs months of homes, for tests: a process that reads orders from its input, one a line.

It stands for the machine of the run, in a network namespace of its own. An order is JSON: the home,
the month, the scheduler or none, and what Provoked does. The answer is one line of JSON.
"""

import hashlib
import json
import sys
import time
from pathlib import Path
from typing import Any

from provoked import Provoked

from assets.month import checked_tallies, deliveries, receive
from assets.month.cluster.pool import Patience
from assets.month.cluster.workers import ClusterWorkers
from assets.month.groups import THREADS
from assets.month.installation import Installation
from pipeline.errors import PlainError


def digest_stage(home: Path, stage: str) -> dict[str, str]:
    """By key, the SHA-256 of all tables of the results of a stage."""
    found = {}
    for folder in sorted((home / "store" / stage).glob("[!.]*")):
        digest = hashlib.sha256()
        for path in sorted(folder.glob("*.parquet")):
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
        found[folder.name] = digest.hexdigest()
    return found


def run(order: dict[str, Any]) -> dict[str, Any]:
    """Records, counts, checks and merges a month; what was stored and what failed."""
    home = Path(order["home"])
    begun = time.monotonic()
    workers = THREADS
    if order["scheduler"]:
        workers = ClusterWorkers(order["scheduler"], Patience(**order.get("patience", {})))
    rules = Provoked(**order["rules"])
    try:
        inputs = receive.receive_exports(Installation.at(home), order["month"])
        recorded = deliveries.record_pending(inputs, rules, workers)
        checked = checked_tallies.count_and_check(recorded.inputs, workers)
        deliveries.merge_pending(checked.inputs)
        deliveries.forget_superseded(checked.inputs)
    except PlainError as error:
        return {"error": type(error).__name__, "message": str(error)}
    finally:
        if order["scheduler"]:
            workers.close()
    failed = [*recorded.failures, *checked.failures]
    return {
        "stages": {stage: digest_stage(home, stage) for stage in ("records", "tallies", "merged")},
        "faults": sorted(
            {
                (row[0], row[1])
                for row in checked.inputs.delivered.select("sender_code", "fault").rows()
                if row[1]
            }
        ),
        "causes": sorted({failure.cause for failure in failed}),
        "worked by": workers.describe("records"),
        "repetitions": workers.losses.repetitions if order["scheduler"] else 0,
        "seconds": time.monotonic() - begun,
    }


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), flush=True)
