"""What a person hears of: in the home's log, and at a webhook where there is one."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from assets import automation
from assets.automation import describe_failure, failed_runs_sensor, warn_of_late_senders
from assets.definitions import build_definitions
from assets.month import alarms
from assets.month.alarms import Alarm, give_alarm
from assets.month.installation import Installation
from assets.month.late_senders import find_late_senders, is_time_to_warn
from assets.month.receive import receive_exports
from assets.resources import InstallationResource
from pipeline.home import Home
from pipeline.months import shifted

from ..conftest import LAST_MONTH, run_job
from .hook import SECRET, Hook

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
ALARM = Alarm("run_failed", "2026-10", "It\nfailed", "Đã\nlỗi", "4711")


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    with Hook() as server:
        monkeypatch.setenv("REFORM_INDEX_WEBHOOK", server.url)
        yield server
        server.shutdown()


def read_log(home: Path) -> list[str]:
    path = home / alarms.PLACE
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def test_an_alarm_is_one_line_of_the_log_and_one_message_in_both_languages(
    tmp_path: Path, hook: Hook
) -> None:
    assert give_alarm(Home.at(tmp_path), ALARM) == "run_failed It failed | Đã lỗi"
    (line,) = read_log(tmp_path)
    assert line.endswith("+00:00 run_failed It failed | Đã lỗi")
    assert (tmp_path / alarms.PLACE).stat().st_mode & 0o077 == 0
    assert hook.posted == [
        {
            "text": "Đã lỗi\nIt failed",
            "kind": "run_failed",
            "month": "2026-10",
            "english": "It failed",
            "vietnamese": "Đã lỗi",
            "run_id": "4711",
        }
    ]


def test_without_a_webhook_nothing_is_posted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REFORM_INDEX_WEBHOOK", raising=False)
    assert alarms.post(ALARM) == ""
    give_alarm(Home.at(tmp_path), ALARM)
    assert len(read_log(tmp_path)) == 1


@pytest.mark.parametrize(
    ("status", "seconds", "words"),
    [(500, 0.0, "status 500"), (302, 0.0, "status 302"), (200, 3.0, "TimeoutError")],
)
def test_a_webhook_that_does_not_take_it_fails_nothing_and_is_told_without_its_address(  # noqa: PLR0917
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    status: int,
    seconds: float,
    words: str,
) -> None:
    monkeypatch.setattr(alarms, "_POST_SECONDS", 0.5)
    with Hook(status, seconds) as server:
        monkeypatch.setenv("REFORM_INDEX_WEBHOOK", server.url)
        give_alarm(Home.at(tmp_path), ALARM)
        server.shutdown()
    assert len(server.posted) == 1
    assert words in caplog.text
    assert "REFORM_INDEX_WEBHOOK is right" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    "url",
    [
        f"file:///{SECRET}",
        f"http://127.0.0.1:1/{SECRET}",
        f"http://[{SECRET}",
        f"http://127.0.0.1:port/{SECRET}",
        f"https://\n/{SECRET}",
        SECRET,
    ],
)
def test_an_address_that_leads_nowhere_is_told_without_it(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("REFORM_INDEX_WEBHOOK", url)
    fault = alarms.post(ALARM)
    assert "REFORM_INDEX_WEBHOOK" in fault
    assert SECRET not in fault


# ---- Runs that failed


def fail(home: Path, month: str, instance: dg.DagsterInstance) -> dg.RunFailureSensorContext:
    """What the sensor sees of a run that fails."""
    result = run_job(home, month, instance=instance, is_raised=False)
    assert not result.success
    run = instance.get_run_by_id(result.run_id)
    assert run is not None
    events = [event for event in result.all_events if event.event_type_value == "PIPELINE_FAILURE"]
    return dg.build_run_status_sensor_context(
        "failed_runs",
        events[-1],
        instance,
        run,
        resources={"where": InstallationResource(home_folder=str(home))},
    ).for_run_failure()


def test_a_run_that_failed_of_the_data_is_told_with_its_plain_reason(
    pilot_home: Path, hook: Hook
) -> None:
    month = shifted(LAST_MONTH, -1)
    with dg.DagsterInstance.ephemeral() as instance:
        context = fail(pilot_home, month, instance)
        failed_runs_sensor(context)
    (posted,) = hook.posted
    assert posted["english"].startswith(
        f"The run of {month} failed in bulletin: nothing to publish for {month}: no export was "
        "accepted."
    )
    year, number = month.split("-")
    assert f"Lần chạy tháng {number}/{year} thất bại ở bước bulletin: " in posted["vietnamese"]
    (line,) = read_log(pilot_home)
    assert " run_failed The run of " in line


def test_a_run_that_failed_because_the_home_is_away_is_told_at_the_webhook(
    tmp_path: Path, hook: Hook
) -> None:
    away = tmp_path / "away"
    with dg.DagsterInstance.ephemeral() as instance:
        failed_runs_sensor(fail(away, LAST_MONTH, instance))
    (posted,) = hook.posted
    assert f"the home folder {away} does not exist" in posted["english"]


def test_what_is_no_error_of_ours_is_told_by_its_type_alone(
    pilot_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("Nguyễn Văn A, 079085900001")

    monkeypatch.setattr("assets.resources.receive.receive_exports", broken)
    with dg.DagsterInstance.ephemeral() as instance:
        alarm = describe_failure(fail(pilot_home, LAST_MONTH, instance))
    assert f"The run of {LAST_MONTH} failed in exports: ValueError;" in alarm.english
    assert "0790" not in alarm.english + alarm.vietnamese


def test_a_run_that_is_run_again_by_itself_is_told_so(pilot_home: Path) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        context = fail(pilot_home, shifted(LAST_MONTH, -1), instance)
        instance.add_run_tags(context.dagster_run.run_id, {"dagster/will_retry": "true"})
        run = instance.get_run_by_id(context.dagster_run.run_id)
        assert run is not None
        again = dg.build_run_status_sensor_context(
            "failed_runs", context.failure_event, instance, run
        ).for_run_failure()
        assert "It is run again by itself." in describe_failure(again).english


def test_a_run_whose_process_is_gone_is_told_so(pilot_home: Path) -> None:
    where = InstallationResource(home_folder=str(pilot_home))
    job = build_definitions(where).resolve_job_def("edition")
    with dg.DagsterInstance.ephemeral() as instance:
        run = instance.create_run_for_job(job, tags={"dagster/partition": "2026-10"})
        event = instance.report_run_failed(run)
        context = dg.build_run_status_sensor_context(
            "failed_runs", event, instance, run
        ).for_run_failure()
        alarm = describe_failure(context)
    assert alarm.english.startswith(
        "The run of 2026-10 failed: its process was killed or ended. (run "
    )


def test_the_sensors_that_call_a_person_are_on_from_the_beginning() -> None:
    definitions = build_definitions()
    on = {
        sensor.name
        for sensor in definitions.sensors or []
        if sensor.default_status == dg.DefaultSensorStatus.RUNNING  # type: ignore[union-attr]
    }
    assert on == {"failed_runs", "killed_runs", "late_senders"}


def test_a_killed_run_is_reported_though_no_other_run_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assets.month.lock._BIRTH_SECONDS", 0)
    with dg.DagsterInstance.ephemeral() as instance:
        run = instance.create_run_for_job(
            dg.job(name="killed")(lambda: None), status=dg.DagsterRunStatus.STARTED
        )
        with dg.build_sensor_context(
            instance=instance,
            resources={"where": InstallationResource(home_folder=str(tmp_path))},
        ) as context:
            said = automation.killed_runs_sensor.evaluate_tick(context).skip_message
        assert said == f"killed: {run.run_id}"
        found = instance.get_run_by_id(run.run_id)
        assert found is not None
        assert found.status == dg.DagsterRunStatus.FAILURE


# ---- Late senders

MONTH = "2026-10"


@pytest.fixture
def three(tmp_path: Path) -> Path:
    """A home of three agencies, of which two sent for the month before and one for the month."""
    home = tmp_path / "three"
    home.mkdir()
    (home / "agencies.csv").write_text(
        "code,name_vi,kind\nT1,Trung tâm một,pilot\nT2,Trung tâm hai,pilot\n"
        "T3,Trung tâm ba,pilot\n",
        encoding="utf-8",
    )
    for sender, month in (("T1", "2026-09"), ("T2", "2026-09"), ("T1", MONTH)):
        folder = home / "inbox" / sender / month
        folder.mkdir(parents=True)
        (folder / "figures.csv").write_text("a\n")
    receive_exports(Installation.at(home), "2026-09")
    return home


def look(home: Path, cursor: str | None, day: int, hour: int = 9) -> tuple[str, str | None]:
    """What a tick of the sensor says on a day of November, and its cursor after it."""
    now = datetime(2026, 11, day, hour, tzinfo=HANOI)
    where = InstallationResource(home_folder=str(home))
    with (
        dg.partition_loading_context(effective_dt=now),
        dg.build_sensor_context(cursor=cursor) as context,
    ):
        said = warn_of_late_senders(context, where, now)
        return said.skip_message or "", context.cursor


def test_on_the_fifth_those_who_sent_nothing_are_named_once(three: Path, hook: Hook) -> None:
    assert look(three, None, 4)[0] == "it is not the time to look at 2026-10"
    assert look(three, None, 5, hour=7)[0] == "it is not the time to look at 2026-10"
    line, cursor = look(three, None, 5)
    names = "T2 Trung tâm hai, T3 Trung tâm ba"
    assert line == (
        f"late_senders 2026-10: 2 agencies have sent nothing yet, due by 2026-11-10: {names} | "
        f"Tháng 10/2026: 2 cơ quan chưa gửi dữ liệu, hạn gửi là 10/11/2026: {names}"
    )
    assert cursor == MONTH
    # The cursor outlives a restart, so nobody is warned twice.
    for day in (5, 6, 11):
        assert look(three, cursor, day) == ("2026-10 was looked at before", MONTH)
    assert len(hook.posted) == len(read_log(three)) == 1
    assert hook.posted[0]["text"].startswith("Tháng 10/2026: 2 cơ quan")


def test_a_daemon_that_was_off_on_the_fifth_warns_later_but_not_from_the_twelfth_on(
    three: Path,
) -> None:
    assert look(three, "2026-09", 11)[1] == MONTH
    assert look(three, "2026-09", 12)[1] == "2026-09"


def test_where_all_have_sent_nobody_is_warned(three: Path) -> None:
    for sender in ("T2", "T3"):
        folder = three / "inbox" / sender / MONTH
        folder.mkdir(parents=True)
        (folder / "figures.csv").write_text("a\n")
    assert look(three, None, 5) == ("2026-10: every sender has sent", MONTH)
    assert read_log(three) == []


def test_an_inbox_that_is_away_makes_nobody_late(three: Path) -> None:
    (three / "inbox").rename(three / "away")
    said, cursor = look(three, None, 5)
    assert "/inbox is missing" in said
    assert cursor is None


@pytest.mark.parametrize(
    ("due_day", "first", "words"),
    [(3, 4, "due by 2026-11-03"), (8, 5, "due by 2026-11-08"), (28, 5, "due by 2026-11-28")],
)
def test_the_due_day_of_the_installation_is_named_and_an_early_one_is_waited_for(
    three: Path, due_day: int, first: int, words: str
) -> None:
    (three / "deliveries.toml").write_text(f'due_day = {due_day}\nfirst_month = "2026-01"\n')
    installation = Installation.at(three)
    assert not is_time_to_warn(installation, MONTH, date(2026, 11, first - 1))
    assert is_time_to_warn(installation, MONTH, date(2026, 11, first))
    assert words in look(three, None, 9)[0]


def test_only_the_senders_that_the_settings_name_are_late(three: Path) -> None:
    (three / "deliveries.toml").write_text('senders = ["T1", "T2"]\n')
    assert find_late_senders(Installation.at(three), MONTH) == [("T2", "Trung tâm hai")]


def test_simulated_senders_are_never_late(three: Path) -> None:
    (three / "simulation.json").write_text("{}")
    assert look(three, None, 5) == ("the exports are simulated: nobody is late", None)
