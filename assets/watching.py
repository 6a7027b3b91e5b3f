"""What Dagster's daemon watches: runs that failed, runs that were killed, senders that are late.

Here belong the sensors that call a person; they are on from the beginning. Not here: when months
are run (automation), what an alarm says and where it goes (month.alarms, month.late_senders).
"""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import dagster as dg
from dagster_shared.error import SerializableErrorInfo

from assets.month.alarms import Alarm, give_alarm
from assets.month.environment import configured_time_zone
from assets.month.late_senders import is_time_to_warn, make_warning
from assets.resources import InstallationResource, report_killed_runs
from pipeline.errors import PlainError

_FIRST_HOUR = 8
"""Nobody is called before this hour of the day."""
_RUNNING = dg.DefaultSensorStatus.RUNNING


@dg.run_failure_sensor(
    name="failed_runs",
    default_status=_RUNNING,
    description="Says in one line which run failed, in the log of the home and at the webhook.",
)
def failed_runs_sensor(context: dg.RunFailureSensorContext, where: InstallationResource) -> None:
    """Gives an alarm for each run that failed."""
    line = give_alarm(where.open_home(), describe_failure(context))
    context.log.error(line)


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
    return context.failure_event.message or "the reason is not known."


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
