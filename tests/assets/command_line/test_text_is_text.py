"""Names are text on the terminal: no markup, no pictures, nothing that controls it."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..conftest import LAST_MONTH, ReformIndex

pytestmark = pytest.mark.runs

MARKED_UP = {
    "H26.01": "Sở Y tế [cũ]",
    "H26.02": "Sở Nội vụ [/cũ]",
    "H26.03": "Sở :warning: [bold]Công Thương",
    "H26.04": "Sở [link=https://example.org]Tài chính[/link]",
}
SECRET = "mat-khau-s3cret"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home of units whose names look like markup; each sends its own counts."""
    root = tmp_path / "home"
    root.mkdir()
    lines = [f"{code},{name},department,H26" for code, name in MARKED_UP.items()]
    register = "\n".join(["code,name_vi,kind,parent_code", *lines, ""])
    (root / "agencies.csv").write_text(register, encoding="utf-8")
    for code in MARKED_UP:
        folder = root / "inbox" / code / LAST_MONTH
        folder.mkdir(parents=True)
        (folder / "figures.csv").write_text(
            "unit_code,indicator,breakdown,month,numerator,denominator\n"
            f"{code},due_on_time,,{LAST_MONTH},90,100\n",
            encoding="utf-8",
        )
    return root


def test_names_that_look_like_markup_are_printed_whole_by_every_command(
    reform_index: ReformIndex, home: Path
) -> None:
    ran = reform_index("run", "--month", LAST_MONTH, "--home", home)
    assert ran.status == 0, ran.err
    for name in MARKED_UP.values():
        assert name in ran.out
    shown = reform_index("status", "--home", home)
    assert shown.status == 0, shown.err
    for code, name in MARKED_UP.items():
        assert f"{code} {name}" in shown.out
        explained = reform_index("explain", code, LAST_MONTH, "due_on_time", "--home", home)
        assert explained.status == 0, explained.err
        assert f"{name} ({code}), {LAST_MONTH}: " in explained.out


def test_a_file_name_that_would_control_the_terminal_is_shown_by_its_codes(
    reform_index: ReformIndex, home: Path
) -> None:
    folder = home / "inbox" / "H26.01" / LAST_MONTH
    (folder / "\x1b[2Jx\r\u202e.csv").write_text("a\n1\n")
    ran = reform_index("run", "--month", LAST_MONTH, "--home", home)
    shown = reform_index("status", "--home", home)
    for said in (ran, shown):
        assert not {"\x1b", "\r", "\u202e"} & {*said.out, *said.err}


@pytest.fixture
def no_umask() -> Iterator[None]:
    """Whatever is made without rights of its own is open to everybody."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("no_umask")
def test_nobody_else_can_open_what_was_sent_whatever_the_umask(
    home: Path, reform_index: ReformIndex
) -> None:
    assert reform_index("run", "--month", LAST_MONTH, "--home", home).status == 0
    for name in ("archive", "store", "dagster", "warehouse.db"):
        others = stat.S_IMODE((home / name).stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO)
        assert others == 0, name
    assert stat.S_IMODE((home / "published").stat().st_mode) & stat.S_IROTH, "pages are for all"


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://user:{SECRET}@127.0.0.1:1/reform",
        f"postgresql://user:half@{SECRET}@127.0.0.1:1/reform",  # an @ that is not %40
        f"postgresql://user:half/{SECRET}@127.0.0.1:1/reform",
        f"postgresql://127.0.0.1:1/reform?password={SECRET}",
        f"{SECRET}://user@127.0.0.1/reform",
    ],
)
def test_the_password_of_the_database_is_written_nowhere(
    home: Path,
    reform_index: ReformIndex,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    url: str,
) -> None:
    monkeypatch.setenv("REFORM_INDEX_WAREHOUSE", url)
    ran = reform_index("run", "--month", LAST_MONTH, "--home", home)
    # The database keeps the lock of the home: without it nothing is run.
    assert ran.status == 1, ran.err
    assert "so nothing was run" in ran.err
    # What libraries write past Python is looked through too.
    said = "".join((ran.out, ran.err, *capfd.readouterr()))
    assert SECRET not in said
    assert "half" not in said
    for path in home.rglob("*"):
        if path.is_file() and not path.is_symlink():
            assert SECRET.encode() not in path.read_bytes(), path
