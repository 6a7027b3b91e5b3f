"""When months are run, on the 12th and when files come, change or go; when a person is called.

Here belong the schedule, the sensors and the freshness policy. The sensors that call a person, of
runs that failed or were killed and of late senders, are on from the beginning. Not here: what a run
does (the assets), what an alarm says and where it goes (month.alarms, month.late_senders).
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import dagster as dg
from dagster_shared.error import SerializableErrorInfo

from assets.month.alarms import Alarm, give_alarm
from assets.month.environment import configured_time_zone
from assets.month.installation import Installation
from assets.month.late_senders import is_time_to_warn, make_warning
from assets.month.receive import check_inbox
from assets.resources import InstallationResource, report_killed_runs
from pipeline import months
from pipeline.archive import Digests, Inbox, InboxFile, list_inbox
from pipeline.errors import PlainError
from pipeline.home import HomeError

_FIRST_HOUR = 8
"""Nobody is called before this hour of the day."""
_RUNNING = dg.DefaultSensorStatus.RUNNING
_FROM_OUTSIDE = "marked as failed from outside the execution context"
"""What Dagster says where a run was reported as failed without a reason."""

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


@dg.run_failure_sensor(
    name="failed_runs",
    default_status=_RUNNING,
    description="Says in one line which run failed, in the log of the home and at the webhook.",
)
def failed_runs_sensor(context: dg.RunFailureSensorContext, where: InstallationResource) -> None:
    """Gives an alarm for each run that failed, also where it failed because the home is away."""
    try:
        home = where.open_home()
    except (PlainError, OSError):
        home = None
    context.log.error(give_alarm(home, describe_failure(context)))


def describe_failure(context: dg.RunFailureSensorContext) -> Alarm:
    """Which run failed, where, why, and whether it is run again by itself."""
    run = context.dagster_run
    month = run.tags.get("dagster/partition", "")
    steps = [event for event in context.get_step_failure_events() if event.step_key]
    place = f" in {steps[0].step_key}" if steps else ""
    place_vi = f" ở bước {steps[0].step_key}" if steps else ""
    reason = _find_reason(context, steps)
    is_retried = run.tags.get("dagster/will_retry") == "true"
    again = " It is run again by itself." if is_retried else ""
    again_vi = " Hệ thống sẽ tự chạy lại." if is_retried else ""
    year, _, number = month.partition("-")
    of_month = f" of {month}" if month else ""
    of_month_vi = f" tháng {number}/{year}" if month else ""
    return Alarm(
        kind="run_failed",
        month=month,
        english=f"The run{of_month} failed{place}: {reason}{again} (run {run.run_id})",
        vietnamese=f"Lần chạy{of_month_vi} thất bại{place_vi}: {reason}{again_vi}",
        run_id=run.run_id,
    )


def _find_reason(context: dg.RunFailureSensorContext, steps: list[dg.DagsterEvent]) -> str:
    """Why a run failed: the plain message of the error, or else its type.

    What is no error of ours may quote a row.
    """
    errors = [event.step_failure_data.error for event in steps]
    of_run = context.failure_event.event_specific_data
    errors += [getattr(of_run, "error", None)]
    for error in filter(None, errors):
        for each in _unfold(error):
            if each.cls_name in _names_of_plain_errors():
                return each.message.strip().partition(": ")[2]
        kind = list(_unfold(error))[-1].cls_name
        return f"{kind}; the Dagster UI has the details."
    said = context.failure_event.message or "the reason is not known."
    # So Dagster says that the process of a run is gone.
    return "its process was killed or ended." if _FROM_OUTSIDE in said else said


def _unfold(error: SerializableErrorInfo | None) -> Iterator[SerializableErrorInfo]:
    """An error and its causes."""
    while error is not None:
        yield error
        error = error.cause


def _names_of_plain_errors() -> set[str]:
    found, left = set(), [PlainError]
    while left:
        kind = left.pop()
        found.add(kind.__name__)
        left += kind.__subclasses__()
    return found


@dg.sensor(
    name="killed_runs",
    default_status=_RUNNING,
    minimum_interval_seconds=60,
    description="Reports runs whose process is gone as failed: Dagster believes that they go on.",
)
def killed_runs_sensor(
    context: dg.SensorEvaluationContext, where: InstallationResource
) -> dg.SkipReason:
    """Else the queue, which takes one run at a time, would wait for a killed run for ever."""
    try:
        home, url = where.open_home(), where.find_warehouse()
        killed = report_killed_runs(context.instance, home, url)
    except (PlainError, OSError) as error:
        return dg.SkipReason(str(error))
    return dg.SkipReason(f"killed: {', '.join(killed)}" if killed else "no run was killed")


@dg.sensor(
    name="late_senders",
    default_status=_RUNNING,
    minimum_interval_seconds=600,
    description="On the 5th: names the senders that have sent nothing for the month before.",
)
def late_senders_sensor(
    context: dg.SensorEvaluationContext, where: InstallationResource
) -> dg.SkipReason:
    """Warns once a month; the cursor is the last month that was warned about."""
    now = datetime.now(ZoneInfo(where.time_zone or configured_time_zone()))
    return warn_of_late_senders(context, where, now)


def warn_of_late_senders(
    context: dg.SensorEvaluationContext, where: InstallationResource, now: datetime
) -> dg.SkipReason:
    """Gives the warning where it is time and it was not given, at a moment of the installation."""
    try:
        installation = where.open()
        month = where.finished_months()[-1]
        if installation.home.is_simulated:
            return dg.SkipReason("the exports are simulated: nobody is late")
        if context.cursor is not None and context.cursor >= month:
            return dg.SkipReason(f"{month} was looked at before")
        if now.hour < _FIRST_HOUR or not is_time_to_warn(installation, month, now.date()):
            return dg.SkipReason(f"it is not the time to look at {month}")
        alarm = make_warning(installation, month)
    except (PlainError, OSError) as error:
        return dg.SkipReason(str(error))
    # Before the alarm: what comes after it may be killed, and nobody is to be warned twice.
    context.update_cursor(month)
    if alarm is None:
        return dg.SkipReason(f"{month}: every sender has sent")
    line = give_alarm(installation.home, alarm)
    context.log.warning(line)
    return dg.SkipReason(line)
