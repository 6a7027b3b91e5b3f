"""Two months of a sender whose second export has lost the zeros of its codes."""

from pathlib import Path

import pytest

from assets.month import set_rules

from ..conftest import tally_month

COLUMNS = "MaHoSo,DonViXuLy,TrangThaiHoSo,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy"
RULE = "codes_keep_their_form"


def send(home: Path, month: str, *rows: str) -> None:
    path = home / "inbox" / "H26" / month / "dossiers.csv"
    path.parent.mkdir(parents=True)
    path.write_text("\n".join([COLUMNS, *rows, ""]), encoding="utf-8")


@pytest.mark.parametrize(("code", "is_told"), [("00007{}", False), ("7{}", True)])
def test_a_sender_is_told_that_its_codes_have_another_form(
    tmp_path: Path, code: str, *, is_told: bool
) -> None:
    receipts = [(n, f"2026092{n}08{n}000") for n in range(4)]
    opened = [f"00007{n},H26,4,{at},20261020170000," for n, at in receipts]
    ended = [f"{code.format(n)},H26,9,{at},20261020170000,20261009090000" for n, at in receipts]
    send(tmp_path, "2026-09", *opened)
    send(tmp_path, "2026-10", *ended)
    tally_month(tmp_path, "2026-09")
    told = set_rules.find_findings(tally_month(tmp_path, "2026-10"))
    assert (RULE in told["rule"].to_list()) is is_told
    if is_told:
        # All four, and two may be corrections of single codes.
        (message,) = told.filter(rule=RULE)["message"]
        assert message.startswith(
            "4 of 4 dossiers in progress that are no longer shown are there under a code of "
            "another form: 999999 before, 99 now: export the codes as text and as they were"
        )
