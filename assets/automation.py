"""When months are run: on the 12th, and when files come, change or go.

Not here: what a run does (the assets).
"""

import hashlib
import json
from pathlib import Path

import dagster as dg

from assets.partitions import MONTHS, finished_months
from pipeline.archive import Digests, inbox_months, sent_paths
from pipeline.home import Home

edition_job = dg.define_asset_job(
    "edition",
    selection=dg.AssetSelection.all(),
    partitions_def=MONTHS,
    description="The whole way of one month: from the exports in the inbox to the edition.",
)

monthly_schedule = dg.build_schedule_from_partitioned_job(
    edition_job,
    name="monthly",
    day_of_month=12,
    hour_of_day=6,
    minute_of_hour=0,
    description="On the 12th at 06:00, for the month before: agencies send by the 10th.",
)


@dg.sensor(
    job=edition_job,
    name="inbox",
    minimum_interval_seconds=60,
    description="Runs the months whose files are new, changed or gone, by their content.",
)
def inbox_sensor(
    context: dg.SensorEvaluationContext, home_folder: dg.ResourceParam[str]
) -> dg.SensorResult | dg.SkipReason:
    """Requests a run for each finished month whose files differ from those last acted on.

    A file counts once it looks the same on two ticks, so that half-copied ones wait.
    """
    home = Home.at(home_folder)
    digests = Digests(home.store / "digests.json")
    before = json.loads(context.cursor) if context.cursor else {}
    after, requested, waiting = {}, [], []
    for month in sorted({*inbox_months(home.inbox), *before} & set(finished_months())):
        paths = sent_paths(home.inbox, month)
        known = before.get(month, {})
        look = _look(paths)
        content = known.get("content") or _content([], digests)
        if known.get("look") != look:
            waiting.append(month)
        elif (now := _content(paths, digests)) != content:
            requested.append(month)
            content = now
        after[month] = {"look": look, "content": content}
    digests.save()
    if not requested:
        context.update_cursor(json.dumps(after))
        return dg.SkipReason(
            f"files are still changing: {', '.join(waiting)}" if waiting else "nothing has changed"
        )
    return dg.SensorResult(
        run_requests=[dg.RunRequest(partition_key=month) for month in requested],
        cursor=json.dumps(after),
    )


def _look(paths: list[tuple[str, Path]]) -> str:
    """Digest of names, sizes and times of change."""
    stats = [(sender, path.name, path.stat()) for sender, path in paths]
    lines = [f"{sender}/{name} {s.st_size} {s.st_mtime_ns}" for sender, name, s in stats]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _content(paths: list[tuple[str, Path]], digests: Digests) -> str:
    """Digest of names and contents."""
    lines = [f"{sender}/{path.name} {digests.of(path, is_read=False)[0]}" for sender, path in paths]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
