"""Who sends, and until when the files of a month are due, as an installation sets it."""

from datetime import date
from pathlib import Path

import pytest

from pipeline.delivery_states import (
    DeliverySettings,
    DeliverySettingsError,
    load_settings,
)


def write(folder: Path, text: str) -> Path:
    path = folder / "deliveries.toml"
    path.write_text(text, "utf-8")
    return path


def test_without_a_file_no_month_has_a_due_day(tmp_path: Path) -> None:
    found = load_settings(tmp_path / "deliveries.toml")
    assert found == DeliverySettings()
    assert found.due_day.date_of("2026-08") is None


@pytest.mark.parametrize(
    ("month", "day", "expected"),
    [
        ("2026-08", 10, date(2026, 9, 10)),
        ("2026-12", 10, date(2027, 1, 10)),
        ("2027-01", 31, date(2027, 2, 28)),
        ("2026-07", 10, None),
    ],
)
def test_a_month_is_due_on_a_day_of_the_month_after(
    tmp_path: Path, month: str, day: int, expected: date | None
) -> None:
    path = write(tmp_path, f'due_day = {day}\nfirst_month = "2026-08"\n')
    assert load_settings(path).due_day.date_of(month) == expected


def test_senders_may_be_named_without_a_due_day(tmp_path: Path) -> None:
    found = load_settings(write(tmp_path, 'senders = ["H44", "H26", "H44"]\n'))
    assert found.senders == ("H26", "H44")
    assert found.due_day.date_of("2026-08") is None


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("due_day = 10\n", 'the key first_month is missing: add it, like first_month = "2026-07"'),
        ('first_month = "2026-08"\n', "the key due_day is missing: add it, like due_day = 10"),
        ('due_dya = 10\nfirst_month = "2026-08"\n', "did you mean"),
        ('due_day = 32\nfirst_month = "2026-08"\n', "less than or equal to 31 (key due_day)"),
        ('due_day = "10"\nfirst_month = "2026-08"\n', "valid integer (key due_day)"),
        ('due_day = 10\nfirst_month = "8/2026"\n', "'8/2026' is not a month"),
        ('senders = "H44"\n', "should be a valid list (key senders)"),
        ('senders = [""]\n', "at least 1 character (key senders.0)"),
        ("due_day = \n", "cannot be read as TOML"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_the_cure(
    tmp_path: Path, text: str, cure: str
) -> None:
    path = write(tmp_path, text)
    with pytest.raises(DeliverySettingsError) as raised:
        load_settings(path)
    assert str(path) in str(raised.value)
    assert cure in str(raised.value)


def test_a_threshold_is_set_for_every_sender_and_for_one(tmp_path: Path) -> None:
    text = """
[set_rules]
volume_at_most = 3
rejected_share = 0.1
[set_rules.senders.H26]
volume_at_least = 0.25
rejected_share = 0.2
"""
    found = load_settings(write(tmp_path, text)).set_rules
    listed = found.list_for(["H29", "H26"], 0.05).rows(named=True)
    usual = {"volume_at_least": 0.5, "volume_at_most": 3, "carried_over_difference": 0.05}
    assert listed == [
        usual | {"sender_code": "H26", "volume_at_least": 0.25, "rejected_share": 0.2},
        usual | {"sender_code": "H29", "rejected_share": 0.1},
    ]


def test_without_settings_the_share_rejected_is_that_of_the_method(tmp_path: Path) -> None:
    found = load_settings(tmp_path / "deliveries.toml").set_rules
    assert found.list_for(["H26"], 0.05)["rejected_share"].to_list() == [0.05]


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("[set_rules]\nvolume_at_lest = 0.5\n", "did you mean volume_at_least?"),
        ("[set_rules.senders.H26]\nrejected_shares = 1\n", "did you mean rejected_share?"),
        ("[set_rules]\nvolume_at_least = 1.01\n", "less than or equal to 1"),
        ("[set_rules]\nvolume_at_most = 0.99\n", "greater than or equal to 1"),
        ("[set_rules]\nrejected_share = -0.01\n", "greater than or equal to 0"),
        ('[set_rules]\nrejected_share = "0.1"\n', "valid number (key set_rules.rejected_share)"),
    ],
)
def test_a_broken_threshold_is_named_with_its_cure(tmp_path: Path, text: str, cure: str) -> None:
    with pytest.raises(DeliverySettingsError) as error:
        load_settings(write(tmp_path, text))
    assert cure in str(error.value)


@pytest.mark.parametrize("key", ["volume_at_least", "volume_at_most", "rejected_share"])
def test_a_threshold_may_lie_on_its_own_edge(tmp_path: Path, key: str) -> None:
    found = load_settings(write(tmp_path, f"[set_rules]\n{key} = 1\n")).set_rules
    assert getattr(found, key) == 1
