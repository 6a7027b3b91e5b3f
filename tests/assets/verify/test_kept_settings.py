"""Own files are kept as they were, whatever bytes they have, and laid out again as they were."""

from pathlib import Path

import pytest

from pipeline import kept_settings
from pipeline.home import Home

FILES = {
    "agencies.csv": "code,name_vi\nT1,Thử nghiệm\n".encode(),
    "deliveries.toml": b"senders = []\r\n",
    "profiles/own.toml": b"\xff\xfe no text",
    "corrections/a.toml": b"",
}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    for name, content in FILES.items():
        path = tmp_path / "home" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return Home(tmp_path / "home")


def test_own_files_are_laid_out_as_they_were(home: Home, tmp_path: Path) -> None:
    content = kept_settings.collect(home, "Asia/Ho_Chi_Minh")
    assert kept_settings.collect(home, "Asia/Ho_Chi_Minh") == content
    digest = kept_settings.keep(home.archive, content)
    assert kept_settings.keep(home.archive, content) == digest
    other = tmp_path / "other"
    other.mkdir()
    assert kept_settings.lay_out(home.archive, digest, Home(other)) == "Asia/Ho_Chi_Minh"
    found = {p.relative_to(other).as_posix(): p.read_bytes() for p in other.rglob("*.*")}
    assert found == FILES


def test_damaged_settings_are_never_laid_out_and_are_kept_again(home: Home, tmp_path: Path) -> None:
    content = kept_settings.collect(home, "UTC")
    digest = kept_settings.keep(home.archive, content)
    path = home.archive / "settings" / f"{digest}.json"
    path.chmod(0o644)
    path.write_bytes(content.replace(b"senders", b"sanders"))
    with pytest.raises(kept_settings.KeptSettingsError, match="restore it from a backup"):
        kept_settings.lay_out(home.archive, digest, Home(tmp_path))
    assert kept_settings.keep(home.archive, content) == digest
    assert kept_settings.is_whole(home.archive, digest)
