"""A column may have several names, and a profile versions; a mistake in them gets a message."""

import pytest

from pipeline.profiles import Profile, ProfileError
from pipeline.profiles.profile import parse_profile

DOSSIERS = """
senders = ["H01"]
kind = "dossiers"
delimiter = ";"
date_formats = ["%d/%m/%Y"]
[columns]
dossier_id = "Mã hồ sơ"
status = "Trạng thái"
received_at = "Ngày tiếp nhận"
due_at = "Ngày hẹn trả"
ended_at = "Ngày kết thúc"
[values.status]
xong = "finished"
dang = "in_progress"
"""
LIST = DOSSIERS.replace('"Trạng thái"', '["Trạng thái", "Tình trạng\\u00a0 hồ sơ"]')


def profile_of(text: str) -> Profile:
    return parse_profile(text, "own", "profiles/own.toml")


def fault_of(text: str) -> str:
    with pytest.raises(ProfileError) as raised:
        profile_of(text)
    assert str(raised.value).startswith("profiles/own.toml: ")
    return str(raised.value)


def test_a_column_with_several_names_has_the_first_until_a_header_is_seen() -> None:
    profile = profile_of(LIST)
    assert profile.columns["status"] == "Trạng thái"
    assert profile.names_of("status") == ("Trạng thái", "Tình trạng hồ sơ")
    assert profile.names_of("due_at") == ("Ngày hẹn trả",)
    assert profile.names_of("channel") == ()


def test_the_name_that_a_header_has_takes_the_place_of_the_first() -> None:
    profile = profile_of(LIST)
    found = profile.with_names_of(["Tình trạng hồ sơ", "Mã hồ sơ"])
    assert (found.columns["status"], found.columns["due_at"]) == (
        "Tình trạng hồ sơ",
        "Ngày hẹn trả",
    )
    assert found.names_of("status") == profile.names_of("status")
    assert profile.with_names_of(["Trạng thái"]) is profile


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("[]", 'columns.status: write a name, or a list of names like ["Trạng thái"'),
        ('["a", 1]', "columns.status: write a name, or a list of names"),
        ('["a", "b", " a"]', "columns.status: a name is in the list twice: keep it once"),
        ('["a", "\\u200b"]', "columns.status has a name that nobody sees"),
    ],
)
def test_a_list_of_names_that_cannot_be_used_is_a_mistake(names: str, message: str) -> None:
    assert message in fault_of(DOSSIERS.replace('"Trạng thái"', names))


def test_a_version_has_the_keys_of_the_profile_but_for_those_that_it_names() -> None:
    profile = profile_of(
        f'{DOSSIERS}[[versions]]\nvalid_from = "2026-04"\ndelimiter = ","\n'
        '[versions.columns]\nstatus = "Tình trạng"\n'
    )
    (version,) = profile.versions
    assert (version.delimiter, profile.delimiter) == (",", ";")
    assert version.columns == profile.columns | {"status": "Tình trạng"}
    assert (version.values, version.date_formats) == (profile.values, ("%d/%m/%Y",))
    assert (version.valid_from, version.valid_to, profile.valid_from) == ("2026-04", None, None)
    assert (version.name, version.digest) == (profile.name, profile.digest)


def test_the_codes_of_a_column_in_a_version_are_all_its_codes() -> None:
    profile = profile_of(f'{DOSSIERS}[[versions]]\nvalues.status.1 = "received"\n')
    assert profile.versions[0].values == {"status": {"1": "received"}}


def test_a_column_that_a_version_takes_from_elsewhere_is_not_looked_for() -> None:
    text = 'constants.unit_code = "H01.1"\n' + DOSSIERS.replace(
        "[columns]\n", '[columns]\nchannel = "Kênh"\n'
    )
    version = '[[versions]]\ncolumns.unit_code = "Đơn vị"\nconstants.channel = "online"\n'
    (found,) = profile_of(text + version).versions
    assert (found.columns["unit_code"], found.constants) == ("Đơn vị", {"channel": "online"})
    assert "channel" not in found.columns
    ratings = (
        'senders = ["H01"]\nkind = "ratings"\n[columns]\nanswer = "a"\nanswered_at = "b"\n'
        '[[versions]]\nfrom_month = ["answered_at"]\n'
    )
    assert profile_of(ratings).versions[0].columns == {"answer": "a"}


def test_a_version_that_lacks_a_column_lists_it_as_optional() -> None:
    profile = profile_of(f'{DOSSIERS}[[versions]]\noptional_columns = ["due_at"]\n')
    assert (profile.optional_columns, profile.versions[0].optional_columns) == ((), ("due_at",))


@pytest.mark.parametrize(
    "value", ["columns = 3", "constants = 3", "from_month = 3", "from_month = [{}]"]
)
def test_a_table_of_a_version_that_is_none_is_a_mistake(value: str) -> None:
    assert f"version 2: {value.partition(' ')[0]}" in fault_of(f"{DOSSIERS}[[versions]]\n{value}")


def test_the_dates_of_the_profile_are_not_those_of_its_versions() -> None:
    profile = profile_of(f'valid_to = "2026-03"\n{DOSSIERS}[[versions]]\nheader_row = 2\n')
    assert (profile.valid_to, profile.versions[0].valid_to) == ("2026-03", None)


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ('colums.status = "x"', "version 2: unknown key 'colums': did you mean 'columns'?"),
        ('columns.statu = "x"', "version 2: 'statu' is no column of dossiers: did you mean"),
        ("header_row = 0", "version 2: header_row: "),
        ('valid_from = "4/2026"', "version 2: valid_from: '4/2026' is no month: write the year"),
        (
            'valid_from = "2026-04"\nvalid_to = "2026-03"',
            "version 2: valid_to 2026-03 is before valid_from 2026-04: correct one",
        ),
        ('clock = "elapsed"', "version 2: 'clock' holds for all versions: write it above [[ver"),
        ("identity = []", "version 2: 'identity' holds for all versions"),
        ('senders = ["H02"]', "version 2: 'senders' holds for all versions"),
    ],
)
def test_a_mistake_in_a_version_names_the_version(version: str, message: str) -> None:
    assert message in fault_of(f"{DOSSIERS}[[versions]]\n{version}\n")


def test_the_second_of_several_versions_is_version_3() -> None:
    text = f"{DOSSIERS}[[versions]]\nheader_row = 2\n[[versions]]\nheader_rows = 3\n"
    assert "version 3: header_rows: " in fault_of(text)


def test_versions_are_tables_and_dates_are_for_them() -> None:
    assert "versions: write a table [[versions]] for each" in fault_of(f"versions = 2\n{DOSSIERS}")
    alone = fault_of(f'valid_from = "2026-04"\n{DOSSIERS}')
    assert "valid_from and valid_to are for profiles with [[versions]]: add one" in alone
    same = profile_of(f'{DOSSIERS}[[versions]]\nvalid_from = "2026-04"\nvalid_to = "2026-04"\n')
    assert same.versions[0].valid_to == "2026-04"
