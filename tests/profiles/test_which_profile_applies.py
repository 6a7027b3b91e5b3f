"""Which profile applies to a file is never ambiguous."""

from pathlib import Path

import pytest

from pipeline import calendar
from pipeline.faults import FileFault
from pipeline.profiles import Profiles, load_all

COLUMNS = """
[columns]
indicator = "i"
period_at = "m"
denominator = "n"
"""


def figures(senders: str, more: str = "") -> str:
    return f'senders = [{senders}]\nkind = "figures"\n{more}\n{COLUMNS}'


def loaded(folder: Path, **texts: str) -> Profiles:
    for name, text in texts.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return load_all(folder)


def fault_of(found: Profiles, sender_code: str, kind: str = "figures") -> FileFault:
    with pytest.raises(FileFault) as raised:
        found.choose(sender_code, kind, f"{kind}.csv")
    return raised.value


def test_without_an_own_profile_the_built_in_one_applies(tmp_path: Path) -> None:
    for found in (load_all(tmp_path), load_all(tmp_path / "not there")):
        assert found.choose("H01", "dossiers", "dossiers.csv").name == "national-sync-dossiers"


def test_the_own_profile_comes_before_the_built_in_one(tmp_path: Path) -> None:
    found = loaded(tmp_path, own=figures('"H01"'))
    assert found.choose("H01", "figures", "figures.csv").name == "own"
    assert found.choose("H02", "figures", "figures.csv").name == "figures"
    assert found.choose("H01", "ratings", "ratings.csv").name == "national-sync-ratings"


def test_an_own_profile_for_every_sender_comes_before_the_built_in_one(tmp_path: Path) -> None:
    assert loaded(tmp_path, own=figures('"*"')).choose("H77", "figures", "figures.csv").name == (
        "own"
    )


def test_two_own_profiles_that_fit_are_ambiguous_for_their_sender_only(tmp_path: Path) -> None:
    found = loaded(tmp_path, one=figures('"H01"'), two=figures('"H01", "H02"'))
    fault = fault_of(found, "H01")
    assert fault.fault == "ambiguous_profile"
    assert "profiles/one.toml and profiles/two.toml both fit" in fault.message
    assert "profiles/one.toml và profiles/two.toml cùng khớp" in fault.message_vi
    assert found.choose("H02", "figures", "figures.csv").name == "two"


def test_file_patterns_tell_two_own_profiles_apart(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        one=figures('"H01"', 'file_pattern = "figures-766*"'),
        two=figures('"H01"', 'file_pattern = "figures-par*"'),
    )
    assert found.choose("H01", "figures", "figures-766.csv").name == "one"
    assert found.choose("H01", "figures", "figures-par.csv.gz").name == "two"
    # Neither fits, so the built-in one does.
    assert found.choose("H01", "figures", "figures.csv").name == "figures"


def test_a_broken_profile_refuses_the_files_of_its_own_senders_only(tmp_path: Path) -> None:
    found = loaded(tmp_path, own=figures('"H01"', 'delimeter = ";"'))
    fault = fault_of(found, "H01")
    assert fault.fault == "broken_profile"
    assert "did you mean 'delimiter'?" in fault.message
    assert found.choose("H02", "figures", "figures.csv").name == "figures"


def test_a_mistake_in_toml_refuses_the_senders_that_can_still_be_made_out(tmp_path: Path) -> None:
    # Read with the built-in profile instead, its numbers could be wrong without a word.
    found = loaded(tmp_path, own='senders = ["H01"]\nkind = figures')
    assert fault_of(found, "H01").fault == "broken_profile"
    assert found.choose("H02", "figures", "figures.csv").name == "figures"
    assert found.remark() == ""


def test_a_broken_profile_for_every_sender_refuses_them_all(tmp_path: Path) -> None:
    found = loaded(tmp_path, own=figures('"*"', 'delimeter = ";"'))
    assert fault_of(found, "H77").fault == "broken_profile"


def test_a_broken_profile_without_senders_refuses_nobody_and_is_remarked(tmp_path: Path) -> None:
    found = loaded(tmp_path, own="kind = figures")
    assert found.choose("H01", "figures", "figures.csv").name == "figures"
    assert "profiles/own.toml is not TOML" in found.remark()


def test_a_kind_without_any_profile_is_a_fault() -> None:
    fault = fault_of(Profiles(own=(), built_in=()), "H01")
    assert fault.fault == "no_profile"
    assert "write one in profiles/" in fault.message


def test_an_own_profile_may_have_the_name_of_the_built_in_one_that_it_was_copied_from(
    tmp_path: Path,
) -> None:
    found = loaded(tmp_path, figures=figures('"H01"'))
    own = found.choose("H01", "figures", "figures.csv")
    built_in = found.choose("H02", "figures", "figures.csv")
    assert (own.name, built_in.name) == ("figures", "figures")
    assert found.find("figures", own.digest) is own
    assert found.find("figures", built_in.digest) is built_in
    assert found.find("figures") is own
    assert found.find("figures", "another digest") is None


# ---- The calendar that a profile names

SOUTH = '[[days]]\ndate = 2026-10-12\nkind = "holiday"\nname = "Ngày truyền thống"\n'


def counting(folder: Path, calendar_text: str, profile_text: str) -> Profiles:
    calendars = folder / "calendars"
    calendars.mkdir(exist_ok=True)
    (calendars / "south.toml").write_text(calendar_text, encoding="utf-8")
    (folder / "own.toml").write_text(profile_text, encoding="utf-8")
    return load_all(folder, calendar.load_all(calendars))


def test_a_profiles_digest_covers_the_calendar_it_names_and_no_other(tmp_path: Path) -> None:
    named, unnamed = figures('"H01"', 'calendar = "south"'), figures('"H01"')
    changed = SOUTH.replace("12", "13")
    digests = {
        (text, days): counting(tmp_path, days, text).own[0].digest
        for text in (named, unnamed)
        for days in (SOUTH, changed)
    }
    assert digests[named, SOUTH] != digests[named, changed]
    assert digests[unnamed, SOUTH] == digests[unnamed, changed]
    assert counting(tmp_path, SOUTH, named).own[0].calendar == "south"
    assert counting(tmp_path, SOUTH, unnamed).own[0].calendar == "vietnam"


def test_a_calendar_that_cannot_be_used_refuses_the_files_of_senders_whose_profile_names_it(
    tmp_path: Path,
) -> None:
    named = figures('"H01"', 'calendar = "south"')
    for days, text, said in (
        (
            "hours = 8",
            named,
            "own.toml: calendar: calendars/south.toml: the key hours is not known",
        ),
        (
            SOUTH,
            named.replace("south", "sooth"),
            "there is no calendar 'sooth' (did you mean south",
        ),
    ):
        found = counting(tmp_path, days, text)
        fault = fault_of(found, "H01")
        assert fault.fault == "broken_profile"
        assert said in fault.message
        assert found.choose("H02", "figures", "figures.csv").name == "figures"
