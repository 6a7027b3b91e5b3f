"""A home for some agencies alone: the others are not expected, and on no page."""

from pathlib import Path

import pytest

from ..conftest import LAST_MONTH, ReformIndex

pytestmark = pytest.mark.runs


def set_senders(home: Path, senders: str) -> None:
    (home / "deliveries.toml").write_text(f"senders = [{senders}]\n", "utf-8")


def test_the_peers_of_a_province_are_missing_until_the_home_says_who_sends(
    tmp_path: Path, reform_index: ReformIndex
) -> None:
    folder = tmp_path / "inbox" / "H44" / LAST_MONTH
    folder.mkdir(parents=True)
    (folder / "figures.csv").write_text(
        f"unit_code,indicator,breakdown,month,numerator,denominator\nH44,due_on_time,,{LAST_MONTH},90,100\n"
    )
    run = ("run", "--month", LAST_MONTH, "--home", tmp_path)
    said = reform_index(*run)
    assert said.status == 3
    assert f"{LAST_MONTH}: edition 1 published; some senders sent nothing\n" in said.out
    set_senders(tmp_path, '"H44"')
    said = reform_index(*run)
    assert said.status == 0, said.out
    assert f"{LAST_MONTH}: edition 2 published\n" in said.out
    edition = tmp_path / "published" / LAST_MONTH
    pages = [path.read_text("utf-8") for path in edition.rglob("*.html")]
    assert any("Phú Thọ" in page for page in pages)
    assert not any("Lào Cai" in page for page in pages)
    assert "Lào Cai" not in (edition / "data" / "rankings.csv").read_text("utf-8")


def test_a_sender_that_the_register_lacks_stops_the_run_before_anything_is_read(
    pilot_home: Path, reform_index: ReformIndex
) -> None:
    set_senders(pilot_home, '"T2"')
    said = reform_index("run", "--month", LAST_MONTH, "--home", pilot_home)
    assert said.status == 2
    assert f"{pilot_home}/deliveries.toml: senders: no agency 'T2' is in the register" in said.err
    assert not (pilot_home / "published").exists()
