"""When months are run, on the 12th and when files come, change or go; until when they must be.

Here belong the schedule, the sensor and the freshness policy. Not here: what a run does (the
assets).
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import timedelta

import dagster as dg

from assets.month.installation import Installation
from assets.month.receive import check_inbox
from assets.resources import InstallationResource
from pipeline import months
from pipeline.archive import Digests, Inbox, InboxFile, list_inbox
from pipeline.errors import PlainError
from pipeline.home import HomeError

edition_job = dg.define_asset_job(
    "edition",
    selection=dg.AssetSelection.all(),
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


def build_freshness_policy(time_zone: str) -> dg.FreshnessPolicy:
    """The bulletin is fresh when it was materialized from the 1st to the 12th at 12:00."""
    return dg.FreshnessPolicy.cron(
        deadline_cron="0 12 12 * *", lower_bound_delta=timedelta(days=11), timezone=time_zone
    )


@dg.sensor(
    job=edition_job,
    name="inbox",
    minimum_interval_seconds=60,
    description="Runs the months whose files are new, changed or gone, by their content.",
)
def inbox_sensor(
    context: dg.SensorEvaluationContext, where: InstallationResource
) -> dg.SensorResult | dg.SkipReason:
    """Requests a run for each finished month whose files differ from those last acted on.

    A file counts once it has the same signature on two ticks, so that half-copied ones wait. An
    inbox that cannot be read, or in which files are missing that nobody may have taken back, asks
    for nothing, and what was seen before stays remembered.
    """
    try:
        installation = where.open()
        inbox = _look_into_inbox(installation)
        return _request_runs(context, where, installation.digests, inbox)
    except (PlainError, OSError) as error:
        return dg.SkipReason(str(error))


def _look_into_inbox(installation: Installation) -> Inbox:
    """What lies in the inbox. HomeError where a run would stop at it."""
    inbox = list_inbox(installation.home.inbox)
    if not inbox.is_there:
        raise HomeError(f"the inbox {inbox.folder} is missing: mount or make the folder")
    check_inbox(installation, inbox, filter(months.is_name, installation.archive.months()))
    return inbox


def _request_runs(
    context: dg.SensorEvaluationContext, where: InstallationResource, digests: Digests, inbox: Inbox
) -> dg.SensorResult | dg.SkipReason:
    before = json.loads(context.cursor) if context.cursor else {}
    after, requested, waiting = {}, [], []
    for month in sorted({*inbox.files, *before} & set(where.finished_months())):
        files = inbox.files_of(month)
        known = before.get(month, {})
        signature = _digest_signatures(files)
        content = known.get("content") or _digest_contents([], digests)
        if known.get("look") != signature:
            waiting.append(month)
        elif (now := _digest_contents(files, digests)) != content:
            requested.append(month)
            content = now
        # The key "look" stands in the cursors of sensors that run already.
        after[month] = {"look": signature, "content": content}
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


def _digest_signatures(files: Sequence[InboxFile]) -> str:
    """Digest of names, sizes and times of change."""
    signatures = [(file, file.read_signature()) for file in files]
    lines = [f"{file.sender_code}/{file.file_name} {size} {at}" for file, (size, at) in signatures]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _digest_contents(files: Sequence[InboxFile], digests: Digests) -> str:
    """Digest of names and contents."""
    lines = [f"{file.sender_code}/{file.file_name} {digests.of_file(file)}" for file in files]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
