"""What `run` says of each month, so that its exit status is understood from the terminal alone."""

import shutil
from pathlib import Path

import polars as pl
import pytest

from ..conftest import ReformIndex

pytestmark = pytest.mark.runs

MONTH = "2026-06"


def test_missing_senders_are_named_in_one_line_and_those_that_withdrew_their_files_in_another(
    small_home: Path, reform_index: ReformIndex
) -> None:
    shutil.rmtree(small_home / "inbox" / "H29" / MONTH)
    said = reform_index("run", "--month", MONTH, "--home", small_home)
    assert said.status == 3
    lines = said.out.splitlines()
    begin = lines.index(f"{MONTH}: withdrew what they had sent: H29 TP. Hồ Chí Minh")
    # Of 34 provinces two sent, one withdrew its files: 31 never sent, 3 of them are named.
    assert lines[begin + 1] == (
        f"{MONTH}: sent nothing: H01 An Giang, H05 Bắc Ninh, H12 Cà Mau and 28 others "
        f"(reform-index status --home {small_home} shows all; where only some agencies send "
        "here, name them under senders in deliveries.toml)"
    )
    assert sum(line.startswith(MONTH) for line in lines) <= 4


def test_rejected_rows_are_counted_with_the_senders_of_most_of_them(
    small_home: Path, reform_index: ReformIndex
) -> None:
    ratings = small_home / "inbox" / "H26" / MONTH / "ratings.csv"
    header, *rows = ratings.read_text("utf-8").splitlines()
    place = header.split(",").index("DiemDanhGia")
    spoilt = [row.split(",") for row in rows[:20]]
    for row in spoilt:
        row[place] = "77"
    ratings.write_text("\n".join([header, *map(",".join, spoilt), *rows[20:], ""]), "utf-8")
    said = reform_index("run", "--month", MONTH, "--home", small_home)
    delivered = pl.read_csv(small_home / "published" / MONTH / "data" / "deliveries.csv")
    rejected, rows_in = delivered.select(pl.col("rejected", "rows").sum()).row(0)
    of_h26 = delivered.filter(sender_code="H26")["rejected"].sum()
    assert of_h26 >= 20
    line = next(line for line in said.out.splitlines() if "rows were rejected" in line)
    assert line.startswith(
        f"{MONTH}: {rejected:,} of {rows_in:,} rows were rejected, from H26 Hà Nội ({of_h26:,})"
    )


def test_a_complete_month_has_no_line_on_gaps(pilot_home: Path, reform_index: ReformIndex) -> None:
    said = reform_index("run", "--home", pilot_home)
    assert said.status == 0
    assert "rejected" not in said.out
    assert "sent nothing" not in said.out
    assert "withdrew" not in said.out
