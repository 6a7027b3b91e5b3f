"""What an installation declares of exports, and what the editions say of it."""

import csv
import hashlib
import json
from pathlib import Path

import pytest

from assets.month.inputs import read_inputs
from assets.month.installation import Installation

from ..conftest import LAST_MONTH, ReformIndex

pytestmark = pytest.mark.runs

CORRECTION = """\
sender = "T1"
month = "{month}"
sha256 = "{sha256}"
reported_by = "Văn phòng Trung tâm"
reported_on = 2026-11-04
why = "đếm nhầm hồ sơ tạm dừng"

[[rows]]
key = 2
column = "numerator"
from = "90"
to = "80"
"""


def read_values(home: Path, indicator: str) -> dict[str, str]:
    """The published values of an indicator by unit."""
    data = home / "published" / LAST_MONTH / "data" / "indices.csv"
    rows = csv.DictReader(data.read_text("utf-8").splitlines())
    return {row["unit_code"]: row["value"] for row in rows if row["indicator"] == indicator}


def test_a_correction_is_in_the_edition_and_without_it_the_value_is_back(
    pilot_home: Path, reform_index: ReformIndex
) -> None:
    sent = pilot_home / "inbox" / "T1" / LAST_MONTH / "figures.csv"
    published = pilot_home / "published" / LAST_MONTH
    sha256 = hashlib.sha256(sent.read_bytes()).hexdigest()
    declared = pilot_home / "corrections" / "dem-nham.toml"
    declared.parent.mkdir()
    declared.write_text(CORRECTION.format(month=LAST_MONTH, sha256=sha256[:12]), "utf-8")

    def read_manifest() -> dict[str, list[dict[str, object]]]:
        return dict(json.loads((published / "manifest.json").read_text("utf-8")))

    said = reform_index("run", "--month", LAST_MONTH, "--home", pilot_home)
    assert said.status == 0, said.err
    # 80 / 100, where 90 was sent.
    assert read_values(pilot_home, "due_on_time") == {"T1": "0.8"}
    (told,) = read_manifest()["corrections"]
    assert (told["file"], told["sha256"], told["rows"]) == (
        "corrections/dem-nham.toml",
        sha256,
        1,
    )
    assert told["columns"] == [{"column": "numerator", "from": "90", "to": "80", "rows": 1}]
    for page, words in (("index.html", "được đính chính"), ("en/index.html", "by declaration")):
        text = (published / page).read_text("utf-8")
        table = text[text.index('id="declared-corrections"') :].partition("</table>")[0]
        assert words in table
        for word in ("Văn phòng Trung tâm, 2026-11-04", "đếm nhầm hồ sơ tạm dừng", "90 → 80"):
            assert word in table
    with_correction = read_manifest()["inputs"]

    # The hash is another now, as if the sender had replaced the file.
    declared.write_text(CORRECTION.format(month=LAST_MONTH, sha256="0" * 12), "utf-8")
    said = reform_index("run", "--month", LAST_MONTH, "--home", pilot_home)
    assert said.status == 3
    assert f"{LAST_MONTH}: edition 2 published\n" in said.out
    assert "corrections/dem-nham.toml: no file that T1 sent for" in said.out
    assert read_values(pilot_home, "due_on_time") == {"T1": "0.9"}
    status = reform_index("status", "--home", pilot_home)
    assert "corrections/dem-nham.toml: no file that T1 sent for" in status.out + status.err
    assert read_manifest()["corrections"] == []
    (before,), (after,) = with_correction, read_manifest()["inputs"]
    assert before == after | {"declared_digest": before["declared_digest"]}
    assert 'id="declared-corrections"' not in (published / "index.html").read_text("utf-8")


def test_a_unit_under_an_alias_counts_and_an_unknown_name_says_what_comes_near(
    pilot_home: Path, reform_index: ReformIndex
) -> None:
    (pilot_home / "agencies.csv").write_text(
        "code,name_vi,kind,parent_code\n"
        "T1,Trung tâm hành chính công thử nghiệm,pilot,\n"
        "T1.1,Chi nhánh Bến Nghé,office,T1\n",
        "utf-8",
    )
    (pilot_home / "aliases.csv").write_text("alias,code\nCN Bến Nghé,T1.1\n", "utf-8")
    sent = pilot_home / "inbox" / "T1" / LAST_MONTH / "figures.csv"
    with sent.open("a", encoding="utf-8") as export:
        export.write(f"cn  BẾN nghé,due_on_time,,{LAST_MONTH},30,40\n")
        export.write(f"Chi nhánh Bén Nghé,on_time_of_finished,,{LAST_MONTH},3,4\n")
    said = reform_index("run", "--month", LAST_MONTH, "--home", pilot_home)
    assert f"{LAST_MONTH}: 1 of 3 rows were rejected" in said.out
    # 30 / 40 of the office, whose other row has a name that nobody declared.
    assert read_values(pilot_home, "due_on_time")["T1.1"] == "0.75"
    rejected = read_inputs(Installation.at(pilot_home), LAST_MONTH).rejected
    assert rejected.select("row_number", "rule", "found").rows() == [
        (4, "unit_is_known", "Aaa aaaaa Aaa Aaaa ≈ Chi nhánh Bến Nghé (T1.1)")
    ]
