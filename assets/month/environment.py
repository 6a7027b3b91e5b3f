"""Settings of an installation that the environment gives, read when they are asked for.

Here belong the names of the variables, what holds where one is not set, and which months are over.
Not here: settings in files (profiles, methods, calendars), the settings of Dagster's resources.
"""

import os
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pipeline import months
from pipeline.errors import WrongUseError
from pipeline.home import HOME_VARIABLE, WAREHOUSE_VARIABLE

PAGES_VARIABLE = "REFORM_INDEX_PAGES"
TIME_ZONE_VARIABLE = "REFORM_INDEX_TIME_ZONE"
FIRST_MONTH_VARIABLE = "REFORM_INDEX_FIRST_MONTH"
STORAGE_VARIABLE = "REFORM_INDEX_DAGSTER_STORAGE"
WEBHOOK_VARIABLE = "REFORM_INDEX_WEBHOOK"
UI_HOSTS_VARIABLE = "REFORM_INDEX_UI_HOSTS"
CLUSTER_VARIABLE = "REFORM_INDEX_CLUSTER"
DEFAULT_HOME = "home"
_OWN_HOSTS = ("localhost", "127.0.0.1", "[::1]")
"""What this machine calls itself."""


class WrongMonthError(WrongUseError):
    """A month cannot be run; the message says why."""


def configured_home() -> str:
    """The home folder that REFORM_INDEX_HOME names, else ./home."""
    return os.environ.get(HOME_VARIABLE, DEFAULT_HOME)


def configured_warehouse() -> str:
    """The database that REFORM_INDEX_WAREHOUSE names; empty where it names none."""
    return os.environ.get(WAREHOUSE_VARIABLE, "")


def configured_storage() -> str:
    """The database of Dagster's runs, by REFORM_INDEX_DAGSTER_STORAGE; empty: in the home."""
    return os.environ.get(STORAGE_VARIABLE, "")


def configured_webhook() -> str:
    """Where alarms are posted, by REFORM_INDEX_WEBHOOK; empty: nowhere. It may hold a secret."""
    return os.environ.get(WEBHOOK_VARIABLE, "")


def configured_ui_hosts() -> tuple[str, ...]:
    """The host names under which UI and pages answer: those of this machine to itself, and those
    that REFORM_INDEX_UI_HOSTS names, with commas between them.
    """
    named = os.environ.get(UI_HOSTS_VARIABLE, "").split(",")
    return (*_OWN_HOSTS, *(host.strip().lower() for host in named if host.strip()))


def configured_pages() -> str:
    """Where a web server shows the published pages, by REFORM_INDEX_PAGES; empty: nowhere."""
    return os.environ.get(PAGES_VARIABLE, "")


def configured_cluster() -> str:
    """The scheduler of the workers, by REFORM_INDEX_CLUSTER; empty: threads of this machine."""
    return os.environ.get(CLUSTER_VARIABLE, "")


def configured_time_zone() -> str:
    """The zone in which a month ends, by REFORM_INDEX_TIME_ZONE."""
    return os.environ.get(TIME_ZONE_VARIABLE, "Asia/Ho_Chi_Minh")


def configured_first_month() -> str:
    """The first month that can be run, by REFORM_INDEX_FIRST_MONTH."""
    return os.environ.get(FIRST_MONTH_VARIABLE, "2010-01")


def last_finished_month(now: datetime | None = None) -> str:
    """The last month that is over in the zone of the installation, now or at a moment."""
    local = (now or datetime.now(UTC)).astimezone(ZoneInfo(configured_time_zone()))
    return months.shifted(months.of(local), -1)


def check_finished(wanted: list[str]) -> None:
    """Raises WrongMonthError when one of the months is not finished or before the first."""
    first, last = configured_first_month(), last_finished_month()
    for month in wanted:
        if not first <= month <= last:
            when = "is not over yet" if month > last else f"is before {first}"
            raise WrongMonthError(f"{month} {when}: run a month from {first} to {last}")
