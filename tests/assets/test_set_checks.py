"""What a developer sees who opens the check of a rule: four months of two senders."""

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from assets.month import row_rule_history, set_rules
from assets.month.inputs import MonthInputs, read_inputs
from assets.month.installation import Installation
from expectations.rules.senders import RULES, RULES_BY_NAME

from .conftest import ReformIndex, run_job

pytestmark = pytest.mark.runs

COLUMNS = "MaHoSo,DonViXuLy,TrangThaiHoSo,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy"
MONTHS = ("2026-06", "2026-07", "2026-08", "2026-09")
REJECTED, BELOW = "rejected_share_is_small", "rows_not_far_below_usual"
CARRIED_OVER = "carried_over_was_in_progress"
Evaluations = dict[tuple[str, str], dg.AssetCheckEvaluation]
Metadata = Mapping[str, dg.MetadataValue]


def send(home: Path, sender: str, month: str, good: int, bad: int = 0) -> None:
    """So many dossiers received and ended in the month, and so many rows that are rejected."""
    year_and_month = month.replace("-", "")
    rows = [
        f"{sender}-{month}-{number},{sender},9,{year_and_month}02080000,{year_and_month}19170000,"
        f"{year_and_month}10090000"
        for number in range(good)
    ]
    rows += [f"X-{number},{sender},9,hôm nay,," for number in range(bad)]
    path = home / "inbox" / sender / month / "dossiers.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([COLUMNS, *rows, ""]), encoding="utf-8")


def run(home: Path, month: str, instance: dg.DagsterInstance) -> Evaluations:
    result = run_job(home, month, "exports", "records", "tallies", instance=instance)
    assert result.success
    return {
        (month, check.check_name): check
        for check in result.get_asset_check_evaluations()
        if check.check_name in RULES_BY_NAME or check.asset_key.path == ["records"]
    }


class Story:
    """Hà Nội has too many rejected rows in June, July and September, not in August; Hồ Chí Minh
    City sends 40 rows a month, and 10 in September.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.instance = dg.DagsterInstance.ephemeral()
        self.found: Evaluations = {}
        for month, bad in zip(MONTHS, (5, 5, 0, 5), strict=True):
            send(home, "H26", month, 20, bad)
            send(home, "H29", month, 10 if month == MONTHS[-1] else 40)
            self.found |= run(home, month, self.instance)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    home = tmp_path_factory.mktemp("set_checks") / "home"
    home.mkdir()
    return Story(home)


def metadata(story: Story, month: str, rule: str) -> Metadata:
    return story.found[month, rule].metadata


def rows(value: dg.MetadataValue) -> list[dict[str, object]]:
    assert isinstance(value, dg.TableMetadataValue)
    return [dict(record.data) for record in value.records]


def test_each_set_rule_has_one_check_in_every_month(story: Story) -> None:
    found = {key for key in story.found if key[1] in RULES_BY_NAME}
    assert found == {(month, rule.name) for month in MONTHS for rule in RULES}


def test_a_rule_is_broken_in_the_months_in_which_a_sender_breaks_it(story: Story) -> None:
    passed = [story.found[month, REJECTED].passed for month in MONTHS]
    assert passed == [False, False, True, False]


@pytest.mark.parametrize(
    ("month", "since", "count"),
    [
        ("2026-06", "2026-06", 1),
        ("2026-07", "2026-06", 2),
        ("2026-08", "met in this month", 0),
        ("2026-09", "2026-09", 1),
    ],
)
def test_a_check_says_since_when_it_fails(story: Story, month: str, since: str, count: int) -> None:
    told = metadata(story, month, REJECTED)
    assert told["failing since"].value == since
    assert told["months failing"].value == count


def test_a_check_says_which_senders_fail_with_what_was_found(story: Story) -> None:
    # 5 of 25 rows, and 5 % of 25 are 1.25: one row may be rejected.
    assert rows(metadata(story, "2026-07", REJECTED)["senders"]) == [
        {
            "sender_code": "H26",
            "kind": "dossiers",
            "found": "5 of 25 rows were rejected; at most 1 may be",
            "since": "2026-06",
            "months": 2,
        }
    ]


def test_a_month_far_below_what_is_usual_is_seen_from_the_fourth_month_on(story: Story) -> None:
    assert [story.found[month, BELOW].passed for month in MONTHS] == [True, True, True, False]
    (found,) = rows(metadata(story, "2026-09", BELOW)["senders"])
    # Half of the median of 40, 40, 40 is 20.
    assert found["found"] == (
        "10 rows were sent; a usual month has 40, and at least 20 were expected"
    )
    assert metadata(story, "2026-08", BELOW)["senders checked"].value == 0
    assert metadata(story, "2026-09", BELOW)["senders checked"].value == 1


def test_where_no_sender_can_be_checked_a_rule_is_not_called_met(story: Story) -> None:
    check = story.found["2026-08", BELOW]
    assert check.metadata["failing since"].value == "nothing to compare"
    assert check.description == "there is nothing to compare for any sender"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_check_says_what_failing_means_how_grave_it_is_what_to_do_and_who_acts(
    story: Story, rule: object
) -> None:
    name = rule.name  # type: ignore[attr-defined]
    known = RULES_BY_NAME[name]
    told = metadata(story, "2026-09", name)
    assert told["what failing means"].value == (
        f"{known.broken_en[0].upper()}{known.broken_en[1:]}."
    )
    assert told["severity"].value == known.severity.value
    assert told["what to do"].value == f"{known.cure_en}."
    assert told["who acts"].value == known.actor_en
    assert told["month"].value == "2026-09"


def test_the_severity_of_a_rule_is_that_of_its_check_and_no_check_blocks(story: Story) -> None:
    assert story.found["2026-09", REJECTED].severity == dg.AssetCheckSeverity.ERROR
    assert story.found["2026-09", BELOW].severity == dg.AssetCheckSeverity.WARN
    assert not any(check.blocking for check in story.found.values())


def test_a_check_shows_the_history_of_its_rule_the_newest_month_first(story: Story) -> None:
    history = metadata(story, "2026-09", REJECTED)["history"].value
    assert str(history).splitlines()[2:] == [
        "| 2026-09 | ✗ 1 | 2 | H26 |",
        "| 2026-08 | ✓ | 2 |  |",
        "| 2026-07 | ✗ 1 | 2 | H26 |",
        "| 2026-06 | ✗ 1 | 2 | H26 |",
    ]


def test_dagster_keeps_a_history_by_rule_and_by_month(story: Story) -> None:
    key = dg.AssetCheckKey(dg.AssetKey("tallies"), REJECTED)
    records = story.instance.event_log_storage.get_asset_check_execution_history(key, limit=10)
    assert [(record.partition, record.status.value) for record in records] == [
        ("2026-09", "FAILED"),
        ("2026-08", "SUCCEEDED"),
        ("2026-07", "FAILED"),
        ("2026-06", "FAILED"),
    ]


UNREADABLE = "received_at_is_a_time"


@pytest.mark.parametrize(
    ("month", "since", "count"),
    [("2026-06", "2026-06", 1), ("2026-07", "2026-06", 2), ("2026-09", "2026-09", 1)],
)
def test_the_check_of_a_kind_says_of_each_row_rule_since_when_it_is_broken(
    story: Story, month: str, since: str, count: int
) -> None:
    by_rule = {row["rule"]: row for row in rows(metadata(story, month, "dossiers")["rules"])}
    found = by_rule[UNREADABLE]
    assert (found["rows"], found["senders"]) == (5, 1)
    assert (found["since"], found["months"]) == (since, count)


def test_the_check_of_a_kind_shows_the_history_of_each_row_rule(story: Story) -> None:
    history = str(metadata(story, "2026-09", "dossiers")["history of rules"].value).splitlines()
    assert history[0] == "| rule | 2026-09 | 2026-08 | 2026-07 | 2026-06 |"
    # 20 + 5 + 10 rows in September, 20 + 40 in August, 20 + 5 + 40 before.
    assert history[2] == "| rows sent | 35 | 60 | 65 | 65 |"
    assert f"| {UNREADABLE} | 5 | 0 | 5 | 5 |" in history


def test_the_check_of_a_kind_says_what_failing_means_what_to_do_and_who_acts(story: Story) -> None:
    told = metadata(story, "2026-09", "dossiers")
    assert not story.found["2026-09", "dossiers"].passed
    assert told["what failing means"].value == (
        "Of a sender's dossiers more than 5% are rejected, so that its units are not ranked."
    )
    assert told["severity"].value == "critical"
    assert story.found["2026-09", "dossiers"].severity == dg.AssetCheckSeverity.ERROR
    of_petitions = str(metadata(story, "2026-09", "petitions")["what failing means"].value)
    assert of_petitions.endswith("; no rank rests on petitions.")
    assert told["who acts"].value == "the sender"
    assert "feedback/" in str(told["what to do"].value)


def copy_home(story: Story, folder: Path) -> Path:
    return Path(shutil.copytree(story.home, folder / "home", symlinks=True))


def test_damaged_records_of_an_earlier_month_stop_no_history(story: Story, tmp_path: Path) -> None:
    home = copy_home(story, tmp_path)
    inputs = read_inputs(Installation.at(home), "2026-09")
    expected = row_rule_history.find_history(inputs)
    for key in inputs.plans["2026-07"]["key"].unique():
        path = home / "store" / "records" / key / "rejected.parquet"
        path.chmod(0o644)
        path.write_bytes(b"damaged")
    shutil.rmtree(home / "store" / "row_rules")
    for _ in range(2):
        # What was left out is tried again.
        damaged = read_inputs(Installation.at(home), "2026-09")
        found = row_rule_history.find_history(damaged)
        assert found.equals(expected.filter(pl.col("month") != "2026-07"))


def test_a_new_month_is_counted_alone(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = copy_home(story, tmp_path)
    inputs = read_inputs(Installation.at(home), "2026-09")
    expected = row_rule_history.find_history(inputs)
    shutil.rmtree(home / "store" / "row_rules" / "2026-09")
    counted = []
    count = row_rule_history._count

    def count_and_note(given: MonthInputs, month: str) -> pl.DataFrame:
        counted.append(month)
        return count(given, month)

    monkeypatch.setattr(row_rule_history, "_count", count_and_note)
    assert row_rule_history.find_history(inputs).equals(expected)
    assert counted == ["2026-09"]


def test_of_a_kind_that_nobody_sent_no_rule_has_a_history(story: Story) -> None:
    told = metadata(story, "2026-09", "ratings")
    assert told["history of rules"].value == "nothing was sent"


def test_what_is_carried_over_is_first_compared_in_the_second_month(story: Story) -> None:
    checked = [metadata(story, month, CARRIED_OVER)["senders checked"].value for month in MONTHS]
    assert checked == [0, 2, 2, 2]
    assert all(story.found[month, CARRIED_OVER].passed for month in MONTHS)


def test_no_row_is_rejected_and_no_sender_stopped_by_a_set_rule(story: Story) -> None:
    inputs = read_inputs(Installation.at(story.home), "2026-09")
    by_sender = inputs.delivered.select("sender_code", "status", "accepted").sort("sender_code")
    assert by_sender.rows() == [("H26", "accepted", 20), ("H29", "accepted", 10)]


@pytest.fixture(scope="module")
def published(story: Story, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the home in which the last month is published."""
    home = tmp_path_factory.mktemp("published") / "home"
    shutil.copytree(story.home, home, symlinks=True)
    assert run_job(home, MONTHS[-1]).success
    return home


def test_a_sender_is_told_of_a_set_rule_that_it_breaks(published: Path) -> None:
    told = (published / "feedback" / "H29" / "2026-09.csv").read_text("utf-8-sig")
    assert "đã gửi 10 dòng; một tháng thường có 40 dòng" in told.replace("Đã", "đã")
    assert BELOW in told


def test_the_front_page_says_which_whole_months_need_a_look(published: Path) -> None:
    page = (published / "published" / "2026-09" / "en" / "index.html").read_text("utf-8")
    (found,) = re.findall(r"<summary>Whole months.*?</details>", page, re.DOTALL)
    assert "need a look: 2 cases" in found
    assert "Far fewer rows than in a usual month of the sender: check that" in found
    assert "A larger share of the rows was rejected than is allowed: correct what" in found


def test_an_edition_with_such_sentences_is_computed_anew_with_the_same_bytes(
    published: Path, reform_index: ReformIndex
) -> None:
    said = reform_index("verify", "2026-09", "--home", published)
    assert said.status == 0, said.out + said.err


def test_nothing_is_judged_again_where_nothing_changed(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs = read_inputs(Installation.at(story.home), "2026-09")
    expected = set_rules.find_results(inputs)

    def judge(*_: object) -> pl.DataFrame:
        raise AssertionError("the rules were judged again")

    monkeypatch.setattr(set_rules.senders, "find_results", judge)
    assert set_rules.find_results(inputs).equals(expected)
    assert set_rules.find_history(inputs).filter(month="2026-09").equals(expected)


def test_a_corrected_earlier_month_changes_since_when(story: Story) -> None:
    # It stands last: it changes the home. With August as bad as the others, the series of September
    # begins in June.
    send(story.home, "H26", "2026-08", 20, 5)
    found = run(story.home, "2026-09", story.instance)
    told = found["2026-09", REJECTED].metadata
    assert (told["failing since"].value, told["months failing"].value) == ("2026-06", 4)


def test_a_threshold_of_one_sender_moves_its_edge_alone(story: Story) -> None:
    (story.home / "deliveries.toml").write_text(
        "[set_rules.senders.H26]\nrejected_share = 0.2\n"
        "[set_rules.senders.H29]\nvolume_at_least = 0.25\n",
        "utf-8",
    )
    found = run(story.home, "2026-09", story.instance)
    # 20 % of 25 rows are the 5 that were rejected; a quarter of 40 are the 10 that were sent.
    assert found["2026-09", REJECTED].passed
    assert found["2026-09", BELOW].passed


def test_a_threshold_of_an_agency_that_is_not_in_the_register_is_named(story: Story) -> None:
    (story.home / "deliveries.toml").write_text("[set_rules.senders.H266]\nvolume_at_most = 3\n")
    with pytest.raises(Exception, match=r"set_rules\.senders: no agency 'H266'"):
        _ = Installation.at(story.home).register
