"""The commands: help, months, exit statuses, plain errors; not what they compute."""

import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from assets.command_line import app
from assets.command_line.app import app as typer_app
from assets.month import lock
from assets.resources import InstallationResource
from pipeline import months
from pipeline.home import Home

from ..conftest import ReformIndex

pytestmark = pytest.mark.runs

COMMANDS = (
    *("demo", "run", "status", "explain", "simulate", "profile", "methods", "dev", "serve"),
    *("split", "check", "agencies", "verify", "worker"),
)
PROGRAM = Path(sys.executable).with_name("reform-index")
LAST = InstallationResource().finished_months()[-1]
MONTH = "2026-06"


def test_every_command_is_tried() -> None:
    names = {
        command.callback.__name__ for command in typer_app.registered_commands if command.callback
    }
    assert names == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_that_names_the_home(
    reform_index: ReformIndex, command: str
) -> None:
    said = reform_index(command, "--help")
    assert said.status == 0
    assert "Usage: reform-index" in said.out
    assert "--home" in said.out
    assert said.err == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "--month", MONTH, "--from", MONTH, "--to", MONTH], "not both"),
        (["run", "--from", MONTH], "--from and --to go together"),
        (["run", "--to", MONTH], "--from and --to go together"),
        (["run", "--from", MONTH, "--to", "2026-05"], "is after --to 2026-05: swap them"),
        (["run", "--month", "2026-13"], "'2026-13' is not a month: write the year and the month"),
        (["run", "--month", months.shifted(LAST, 1)], "is not over yet: run a month from 2010-01"),
        (
            ["run", "--month", "2999-01"],
            f"2999-01 is not over yet: run a month from 2010-01 to {LAST}",
        ),
        (["run", "--month", "2009-12"], "2009-12 is before 2010-01: run a month from 2010-01"),
        (["run", "--wait", "-1"], "--wait"),
        (["run", "--moth", MONTH], "--moth"),
        (["publish"], "publish"),
        (["simulate", "--from", MONTH, "--to", "2026-05"], "swap them"),
        (["simulate", "--from", MONTH, "--to", MONTH, "--senders", "99"], "choose 1 to 34"),
        (["profile", "nowhere.csv", "--profile", "figures"], "nowhere.csv"),
        (["split", "nowhere.csv", "--profile", "figures", "--sender", "H26"], "nowhere.csv"),
    ],
)
def test_wrong_use_ends_with_status_2_and_a_plain_message(
    tmp_path: Path, reform_index: ReformIndex, arguments: list[str], message: str
) -> None:
    home = () if "publish" in arguments else ("--home", tmp_path)
    said = reform_index(*arguments, *home)
    assert said.status == 2
    assert message in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize("command", [["run"], ["status"], ["explain", "H26", MONTH, "due_on_time"]])
def test_a_home_that_does_not_exist_is_told_with_the_cure(
    tmp_path: Path, reform_index: ReformIndex, command: list[str]
) -> None:
    home = tmp_path / "nowhere"
    said = reform_index(*command, "--home", home)
    assert said.status == 2
    assert f"the home folder {home} does not exist: create it (mkdir -p {home}/inbox)" in said.err


def test_a_run_without_a_month_runs_the_last_finished_one_and_is_complete(
    pilot_home: Path, reform_index: ReformIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REFORM_INDEX_HOME", str(pilot_home))
    said = reform_index("run")
    assert said.status == 0
    assert f"{LAST}: edition 1 published\n" in said.out
    assert f"page: {pilot_home}/published/{LAST}/index.html\n" in said.out
    assert [path.name for path in (pilot_home / "published").glob("????-??")] == [LAST]
    published = pilot_home / "published" / LAST / "data" / "indices.csv"
    assert "Trung tâm hành chính công thử nghiệm" in published.read_text(encoding="utf-8")


def test_a_run_says_where_working_time_leaves_the_years_whose_days_off_are_known(
    pilot_home: Path, reform_index: ReformIndex
) -> None:
    for month, day in (("2020-12", "20201215"), ("2021-01", "20210115")):
        folder = pilot_home / "inbox" / "T1" / month
        folder.mkdir()
        (folder / "dossiers.csv").write_text(
            "MaHoSo,DonViXuLy,TrangThaiHoSo,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy\n"
            f"1,T1,9,{day}090000,{day}160000,{day}100000\n",
            encoding="utf-8",
        )
    said = reform_index("run", "--from", "2020-12", "--to", "2021-01", "--home", pilot_home)
    outside = "working time was counted outside the years whose days off are listed (2021-2026)"
    assert f"2020-12: {outside}" in said.out
    assert f"2021-01: {outside}" not in said.out


def test_the_program_itself_ends_with_the_exit_status_and_no_traceback(tmp_path: Path) -> None:
    said = subprocess.run(
        [PROGRAM, "run", "--home", tmp_path / "nowhere"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 2
    assert said.stdout == ""
    assert said.stderr.startswith("reform-index: the home folder ")
    assert said.stderr.count("\n") == 1


def test_a_month_without_exports_does_not_stop_those_after_it(
    pilot_home: Path, reform_index: ReformIndex
) -> None:
    empty = months.shifted(LAST, -1)
    said = reform_index("run", "--from", empty, "--to", LAST, "--home", pilot_home)
    assert said.status == 3
    assert f"{LAST}: edition 1 published\n" in said.out
    cure = f"Put exports into inbox/<sender>/{empty}/"
    assert f"nothing to publish for {empty}: no export was accepted. {cure}\n" in said.err
    shown = reform_index("status", "--home", pilot_home)
    assert "T1 Trung tâm hành chính công thử nghiệm" in shown.out


def test_a_register_with_an_unknown_column_stops_the_run_before_anything_is_read(
    small_home: Path, reform_index: ReformIndex
) -> None:
    own = small_home / "agencies.csv"
    own.write_text(own.read_text("utf-8").replace("name_en", "ten_tieng_anh", 1), "utf-8")
    said = reform_index("run", "--month", MONTH, "--home", small_home)
    assert said.status == 2
    assert f"{own} has the unknown column 'ten_tieng_anh': remove it or rename it" in said.err


def test_an_own_method_with_a_misspelt_key_stops_the_run(
    small_home: Path, reform_index: ReformIndex
) -> None:
    built_in = Path(app.__file__).parents[2] / "pipeline" / "methods"
    own = small_home / "methods" / "reform-index.toml"
    own.parent.mkdir()
    text = (built_in / own.name).read_text("utf-8")
    own.write_text(text.replace("minimum_due", "minimum_deu", 1), "utf-8")
    said = reform_index("run", "--month", MONTH, "--home", small_home)
    assert said.status == 2
    assert f"{own}: the key minimum_deu is not known (did you mean minimum_due?)" in said.err


def test_a_second_run_names_the_holder_and_waits_as_long_as_it_is_told(
    pilot_home: Path, reform_index: ReformIndex
) -> None:
    begun = threading.Event()
    released: list[bool] = []

    def hold() -> None:
        with lock.hold_lock(Home.at(pilot_home), "run 4711", 0):
            begun.set()
            while not released:
                time.sleep(0.05)

    holder = threading.Thread(target=hold)
    holder.start()
    begun.wait()
    said = reform_index("run", "--home", pilot_home)
    assert said.status == 1
    assert f"the home {pilot_home} is held by run 4711 (process {os.getpid()} on" in said.err
    assert "wait until it ends, or end it" in said.err
    timer = threading.Timer(1.5, released.append, [True])
    timer.start()
    said = reform_index("run", "--month", MONTH, "--wait", "60", "--home", pilot_home)
    holder.join()
    assert released
    # It had its turn, and found nothing.
    assert f"nothing to publish for {MONTH}" in said.err


def test_a_file_in_the_place_of_the_published_folder_is_told(
    small_home: Path, reform_index: ReformIndex
) -> None:
    shutil.rmtree(small_home / "published")
    (small_home / "published").write_text("", encoding="utf-8")
    said = reform_index("run", "--month", MONTH, "--home", small_home)
    assert said.status == 1
    assert f"{small_home}/published" in said.err
    assert "a file lies where a folder should be: move it away" in said.err


@pytest.mark.parametrize("folder", ["published", "."])
def test_a_folder_that_may_not_be_written_ends_the_run_plainly(
    small_home: Path, folder: str
) -> None:
    place = (small_home / folder).resolve()
    place.chmod(0o555)
    # Root may write anywhere unless it gives that right away.
    without_rights = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        pytest.skip("setpriv is not installed: root cannot be kept from writing")
    said = subprocess.run(
        [
            *(without_rights if os.geteuid() == 0 else []),
            *(PROGRAM, "run", "--month", MONTH, "--home", small_home),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    place.chmod(0o755)
    assert said.returncode == 1
    assert said.stderr == (
        f"reform-index: {place} cannot be used (Permission denied): see that it is there, that "
        "this account may read and write it, and that the disk is not full\n"
    )
    assert said.stdout == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["status", "--home", "HOME"],
        ["explain", "H26", MONTH, "due_on_time", "--home", "HOME"],
        ["profile", f"HOME/inbox/H26/{MONTH}/dossiers.csv", "--profile", "national-sync-dossiers"],
    ],
)
def test_a_command_that_runs_no_month_imports_neither_scheduler_nor_charts(
    small_home_template: Path, arguments: list[str]
) -> None:
    program = (
        "import sys\n"
        "from assets.command_line.app import app\n"
        "app(standalone_mode=False)\n"
        "print(*sorted({'dagster', 'matplotlib', 'alembic'} & sys.modules.keys()), 'imported')\n"
    )
    arguments = [each.replace("HOME", str(small_home_template)) for each in arguments]
    said = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=Path(app.__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.splitlines()[-1] == "imported"


@pytest.mark.parametrize(("arguments", "port"), [([], "3000"), (["PORT=4000"], "4000")])
def test_make_dev_opens_the_port_that_it_is_told(arguments: list[str], port: str) -> None:
    said = subprocess.run(
        ["make", "--dry-run", "dev", *arguments],
        cwd=Path(app.__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"reform-index dev --home home-demo --port {port}\n" in said.stdout


def test_a_demonstration_run_twice_makes_no_new_edition(
    tmp_path: Path, reform_index: ReformIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "DEMO_MONTHS", 1)
    monkeypatch.setattr(app, "DEMO_DOSSIERS", 2_000)
    home = tmp_path / "demo"
    said = reform_index("demo", "--home", home)
    assert said.status == 0
    assert f"{LAST}: edition 1 published\n" in said.out
    assert "DỮ LIỆU MÔ PHỎNG / SIMULATED DATA" in said.out
    assert "34 đơn vị" in said.out
    said = reform_index("demo", "--home", home)
    assert said.status == 0
    assert f"{LAST}: edition 1 unchanged\n" in said.out


def test_simulated_exports_never_meet_real_ones(tmp_path: Path, reform_index: ReformIndex) -> None:
    real = tmp_path / "inbox" / "H26" / MONTH / "dossiers.csv"
    real.parent.mkdir(parents=True)
    real.write_text("x\n", encoding="utf-8")
    arguments = ("--from", MONTH, "--to", MONTH, "--dossiers", "100", "--senders", "1")
    for command in (["simulate", *arguments], ["demo"]):
        said = reform_index(*command, "--home", tmp_path)
        assert said.status == 2
        assert f"{real} (1 such files) was not simulated: simulate into an empty home" in said.err
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [real]
