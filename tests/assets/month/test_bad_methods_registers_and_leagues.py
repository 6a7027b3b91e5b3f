"""What cannot be computed or ranked, from the command line to the published edition.

Methods and registers at fault end a run with a plain error, before anything is published; figures
at fault are rejected; leagues in which nobody can be told apart are published, and say so.
"""

import csv
from collections.abc import Iterable
from pathlib import Path

import pytest

from pipeline import methods

from ..conftest import LAST_MONTH, ReformIndex, Said

pytestmark = pytest.mark.runs

OURS = Path(methods.__file__).parent / "reform-index.toml"
OFFICIAL = Path(methods.__file__).parent / "circular-01-2018.toml"


def with_method(home: Path, name: str, text: str) -> None:
    (home / "methods").mkdir(exist_ok=True)
    (home / "methods" / f"{name}.toml").write_text(text, encoding="utf-8")


def with_league(home: Path, counts: dict[str, tuple[int, int]]) -> None:
    """Agencies of one league, each with the dossiers on time and due that it sends as figures."""
    rows = "".join(f"{code},Cơ quan {code},pilot\n" for code in counts)
    (home / "agencies.csv").write_text(f"code,name_vi,kind\n{rows}", encoding="utf-8")
    for code, (on_time, due) in counts.items():
        folder = home / "inbox" / code / LAST_MONTH
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "figures.csv").write_text(
            "unit_code,indicator,breakdown,month,numerator,denominator\n"
            f"{code},due_on_time,,{LAST_MONTH},{on_time},{due}\n",
            encoding="utf-8",
        )


def published(home: Path, table: str) -> list[dict[str, str]]:
    path = home / "published" / LAST_MONTH / "data" / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def ranked(home: Path) -> dict[str, tuple[str, ...]]:
    """Rank, its set, tier and note of each unit by the share on time of those due."""
    columns = ("rank", "rank_lower", "rank_upper", "tier", "note")
    rows = (row for row in published(home, "rankings") if row["indicator"] == "due_on_time")
    return {row["unit_code"]: tuple(row[name] for name in columns) for row in rows}


def assert_nothing_published(home: Path, said: Said, *words: str) -> None:
    assert said.status == 2, said
    for word in words:
        assert word in said.err
    assert not (home / "published" / LAST_MONTH).exists()


def replaced(text: str, changes: Iterable[tuple[str, str]]) -> str:
    for before, after in changes:
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    return text


def test_weights_that_do_not_add_up_stop_a_run(pilot_home: Path, reform_index: ReformIndex) -> None:
    text = replaced(OURS.read_text("utf-8"), [("on_time = 0.7", "on_time = 0.8")])
    with_method(pilot_home, "reform-index", text)
    said = reform_index("run", "--month", LAST_MONTH, "--home", pilot_home)
    assert_nothing_published(
        pilot_home, said, "reform-index.toml", "on_time 0.8 + time_saved 0.3", "add up to 1"
    )


def test_an_indicator_that_nobody_computes_stops_a_run(
    pilot_home: Path, reform_index: ReformIndex
) -> None:
    text = replaced(OURS.read_text("utf-8"), [('name = "time_saved"', 'name = "time_savd"')])
    with_method(pilot_home, "reform-index", text)
    said = reform_index("run", "--month", LAST_MONTH, "--home", pilot_home)
    assert_nothing_published(pilot_home, said, "time_savd", "time_saved")


def test_two_versions_of_a_method_in_force_at_once_stop_a_run(
    pilot_home: Path, reform_index: ReformIndex
) -> None:
    for version in ("first", "second"):
        with_method(pilot_home, f"circular-01-2018.{version}", OFFICIAL.read_text("utf-8"))
    said = reform_index("run", "--month", LAST_MONTH, "--home", pilot_home)
    assert_nothing_published(pilot_home, said, "circular-01-2018", "valid_to")


def test_a_register_that_goes_round_in_circles_stops_a_run(
    pilot_home: Path, reform_index: ReformIndex
) -> None:
    (pilot_home / "agencies.csv").write_text(
        "code,name_vi,kind,parent_code\n"
        "T1,Trung tâm một,pilot,T2\nT2,Trung tâm hai,pilot,T3\nT3,Trung tâm ba,pilot,T1\n",
        encoding="utf-8",
    )
    said = reform_index("run", "--month", LAST_MONTH, "--home", pilot_home)
    assert_nothing_published(pilot_home, said, "agencies.csv", "T1", "T2", "T3")


def test_a_numerator_above_its_denominator_is_rejected(
    pilot_home: Path, reform_index: ReformIndex
) -> None:
    with_league(pilot_home, {"T1": (90, 100), "T2": (101, 100)})
    said = reform_index("run", "--month", LAST_MONTH, "--home", pilot_home)
    assert said.status == 3
    assert "1 of 2 rows were rejected" in said.out
    assert "not ranked by them: T2 Cơ quan T2 (1 of 1 figures)" in said.out
    (row,) = (each for each in published(pilot_home, "deliveries") if each["sender_code"] == "T2")
    assert (row["rows"], row["accepted"], row["rejected"]) == ("1", "0", "1")
    assert ranked(pilot_home)["T2"][0] == ""


def test_a_denominator_of_zero_is_no_value_and_no_rank(
    pilot_home: Path, reform_index: ReformIndex
) -> None:
    with_league(pilot_home, {"T1": (90, 100), "T2": (80, 100), "T3": (0, 0)})
    assert reform_index("run", "--month", LAST_MONTH, "--home", pilot_home).status == 0
    (row,) = (
        each
        for each in published(pilot_home, "indices")
        if (each["unit_code"], each["indicator"]) == ("T3", "due_on_time")
    )
    assert (row["value"], row["lower"], row["denominator"]) == ("", "", "0")
    assert row["note"]
    assert ranked(pilot_home)["T3"][:4] == ("", "", "", "")
    assert ranked(pilot_home)["T3"][4]
    assert ranked(pilot_home)["T1"][0] == "1"


def test_a_league_of_one_ranks_nobody(pilot_home: Path, reform_index: ReformIndex) -> None:
    assert reform_index("run", "--month", LAST_MONTH, "--home", pilot_home).status == 0
    assert ranked(pilot_home) == {"T1": ("", "", "", "", "alone_in_league")}
    assert published(pilot_home, "funnels") == []


def test_equal_units_are_all_first_and_may_have_any_rank(
    pilot_home: Path, reform_index: ReformIndex
) -> None:
    codes = ("T1", "T2", "T3", "T4", "T5")
    with_league(pilot_home, dict.fromkeys(codes, (90, 100)))
    assert reform_index("run", "--month", LAST_MONTH, "--home", pilot_home).status == 0
    assert {row[:4] for row in ranked(pilot_home).values()} == {("1", "1", "5", "1")}
    assert {row["is_outside"] for row in published(pilot_home, "funnels")} == {""}


def test_a_month_without_history_is_published_without_changes_or_series_before_it(
    pilot_home: Path, reform_index: ReformIndex
) -> None:
    with_league(pilot_home, {"T1": (90, 100), "T2": (60, 100)})
    assert reform_index("run", "--month", LAST_MONTH, "--home", pilot_home).status == 0
    rankings = published(pilot_home, "rankings")
    assert {(row["previous_value"], row["previous_rank"], row["change"]) for row in rankings} == {
        ("", "", "")
    }
    assert {row["series_month"] for row in published(pilot_home, "series")} == {LAST_MONTH}
    assert published(pilot_home, "control_charts") == []
    sources = {row["interval_source"] for row in published(pilot_home, "indices")}
    assert sources == {"chance"}


def test_the_order_of_senders_and_files_changes_nothing(
    tmp_path: Path, reform_index: ReformIndex
) -> None:
    counts = {"T1": (90, 100), "T2": (60, 100), "T3": (70, 100), "T4": (88, 90), "T5": (75, 99)}
    files = []
    for name, codes in (("as", [*counts]), ("other", [*counts][::-1])):
        home = tmp_path / name
        home.mkdir()
        with_league(home, {code: counts[code] for code in codes})
        assert reform_index("run", "--month", LAST_MONTH, "--home", home).status == 0
        data = home / "published" / LAST_MONTH / "data"
        files.append({path.name: path.read_bytes() for path in sorted(data.glob("*.csv"))})
    # The register's rows are in another order too; it is an input, and no number depends on it.
    assert files[0] == files[1]
