"""A profile says how one sender's layout maps to ours; every mistake in it gets a plain message."""

import unicodedata
from pathlib import Path

import pytest

from pipeline import profiles, tables
from pipeline.profiles import Profile, ProfileError
from pipeline.profiles.our_columns import sendable_columns
from pipeline.profiles.profile import parse_profile

DOSSIERS = """
senders = ["H01"]
kind = "dossiers"
[columns]
dossier_id = "Mã hồ sơ"
status = "Trạng thái"
received_at = "Ngày tiếp nhận"
due_at = "Ngày hẹn trả"
ended_at = "Ngày kết thúc"
"""


def with_key(line: str) -> str:
    """The profile with one more key at its top."""
    return f"{line}\n{DOSSIERS}"


def profile_of(text: str) -> Profile:
    return parse_profile(text, "own", "profiles/own.toml")


def fault_of(text: str) -> str:
    with pytest.raises(ProfileError) as raised:
        profile_of(text)
    return str(raised.value)


def test_codes_in_a_profile_are_compared_without_what_nobody_sees() -> None:
    constants = "[constants]\nunit_code = 'H01\u200b.1'\n"
    values = "[values.procedure_code]\n'\ufeffA1 ' = '1.\u200b001'\n"
    profile = profile_of(DOSSIERS + constants + values)
    assert profile.constants == {"unit_code": "H01.1"}
    assert profile.values == {"procedure_code": {"A1": "1.001"}}


def test_a_key_that_is_left_out_has_the_value_of_a_plain_vietnamese_csv() -> None:
    profile = profile_of(DOSSIERS)
    assert (profile.encoding, profile.delimiter, profile.quote) == ("utf-8", ",", '"')
    assert (profile.decimal_mark, profile.mark_between_thousands) == (".", "")
    assert (profile.header_row, profile.grain) == (1, {})
    assert (profile.time_zone, profile.clock) == ("Asia/Ho_Chi_Minh", "working")
    assert profile.date_formats == ("%Y%m%d%H%M%S",)
    assert (profile.file_pattern, profile.description) == ("", "")
    assert (profile.missing_codes, profile.optional_columns) == ((), ())
    assert profile.identity is None
    assert profile.record_identity == ("dossier_id",)
    assert (profile.constants, profile.values, profile.unmapped) == ({}, {}, {})


@pytest.mark.parametrize(
    ("line", "key", "value"),
    [
        ('description = "Sở Nội vụ"', "description", "Sở Nội vụ"),
        ('file_pattern = "dossiers-*.csv"', "file_pattern", "dossiers-*.csv"),
        ('encoding = "windows-1258"', "encoding", "windows-1258"),
        ('delimiter = ";"', "delimiter", ";"),
        (r'delimiter = "\t"', "delimiter", "\t"),
        ("""quote = "'" """, "quote", "'"),
        ('decimal_mark = ","', "decimal_mark", ","),
        ('thousands_mark = ","', "thousands_mark", ","),
        ('thousands_mark = " "', "thousands_mark", " "),
        ("header_row = 3", "header_row", 3),
        ("header_row = 1000", "header_row", 1000),
        ('grain.due_at = "day"', "grain", {"due_at": "day"}),
        ('missing_codes.channel = ["9"]', "missing_codes", {"channel": ("9",)}),
        ('time_zone = "America/New_York"', "time_zone", "America/New_York"),
        (
            'date_formats = ["%d/%m/%Y", "%d/%m/%Y %H:%M"]',
            "date_formats",
            ("%d/%m/%Y", "%d/%m/%Y %H:%M"),
        ),
        ('clock = "elapsed"', "clock", "elapsed"),
        ('scale = "three"', "scale", "three"),
        ('missing_codes = ["01/01/1900"]', "missing_codes", ("01/01/1900",)),
        ('optional_columns = ["due_at"]', "optional_columns", ("due_at",)),
        ('constants.channel = "online"', "constants", {"channel": "online"}),
        ('unmapped.status = "keep"', "unmapped", {"status": "keep"}),
        ('values.status.X = "finished"', "values", {"status": {"X": "finished"}}),
    ],
)
def test_every_key_is_taken(line: str, key: str, value: object) -> None:
    assert getattr(profile_of(with_key(line)), key) == value


def test_the_name_is_that_of_the_file_and_the_digest_that_of_its_text() -> None:
    profile = profile_of(DOSSIERS)
    assert profile.name == "own"
    assert profile.digest == profile_of(DOSSIERS).digest
    assert profile.digest != profile_of(with_key("header_row = 2")).digest


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (with_key('delimeter = ";"'), "unknown key 'delimeter': did you mean 'delimiter'?"),
        (with_key('timezone = "UTC"'), "unknown key 'timezone': did you mean 'time_zone'?"),
        (DOSSIERS.replace('senders = ["H01"]', ""), "the key 'senders' is missing: add it"),
        (DOSSIERS.replace('senders = ["H01"]', "senders = []"), "senders: "),
        (
            DOSSIERS.replace("due_at", "deu_at"),
            "'deu_at' is no column of dossiers: did you mean 'due_at'?",
        ),
        (DOSSIERS.replace('due_at = "Ngày hẹn trả"', ""), "[columns] lacks 'due_at'"),
        (DOSSIERS.replace('kind = "dossiers"', 'kind = "complaints"'), "kind: "),
        (with_key('encoding = "tcvn-9"'), "'tcvn-9' is no encoding; use utf-8"),
        (
            with_key('time_zone = "Asia/Hanoi"'),
            "'Asia/Hanoi' is no time zone; write it like Asia/Ho_Chi_Minh",
        ),
        (with_key('time_zone = "Asia"'), "'Asia' is no time zone"),
        (with_key('delimiter = ";;"'), "delimiter: "),
        (with_key('delimiter = "§"'), "delimiter: '§' cannot be it"),
        *(
            (with_key(f'time_zone = "{zone}"'), f"time_zone: {zone!r} is no time zone")
            for zone in ("localtime", "Factory", "posixrules", "posix/Asia/Tokyo", "right/UTC", "")
        ),
        (with_key("header_row = 0"), "header_row: "),
        (with_key("header_row = 1001"), "header_row: "),
        (with_key("header_row = 9999999999999999999"), "header_row: "),
        (
            with_key('thousands_mark = "."'),
            "thousands_mark and decimal_mark are both '.': name another",
        ),
        (with_key('thousands_mark = "_"'), "thousands_mark: "),
        (with_key('grain.status = "day"'), "grain: 'status' is no column of times"),
        (
            with_key('grain.due = "day"'),
            "grain: 'due' is no column of times: did you mean 'due_at'",
        ),
        (with_key('grain.due_at = "hour"'), "grain.due_at: "),
        (with_key('missing_codes.anser = ["9"]'), "'anser' is no column of dossiers"),
        *(
            (with_key(f"missing_codes{codes}"), 'missing_codes: write texts in a list, like ["9"')
            for codes in (' = "9"', " = 9", " = [9]", '.channel = "9"', ".channel = [9]")
        ),
        (with_key('date_formats = ["%Y-%m"]'), "date_formats: '%Y-%m' lacks the day: write %d too"),
        (with_key('date_formats = ["%d/%m/%Y %Z"]'), "date_formats: %Z in '%d/%m/%Y %Z' cannot"),
        (with_key('decimal_mark = "x"'), "decimal_mark: "),
        (with_key('clock = "calendar"'), "clock: "),
        (with_key("date_formats = []"), "date_formats: "),
        (
            with_key('date_formats = ["dd/mm/yyyy"]'),
            "'dd/mm/yyyy' is no format of a date; write it like %d/%m/%Y",
        ),
        (with_key('values.due_at.X = "1"'), "values of 'due_at' cannot be mapped"),
        (
            with_key('optional_columns = ["chanel"]'),
            "'chanel' is no column of dossiers: did you mean 'channel'?",
        ),
        (
            with_key('values.status.X = "finnished"'),
            "values.status.X: 'finnished' is no status: did you mean 'finished'",
        ),
        (
            with_key('values.channel.1 = "counter"\nunmapped.channel = "othr"'),
            "'othr' is no channel: did you mean 'other'?",
        ),
        (with_key('unmapped.channel = "other"'), "unmapped.channel needs [values.channel]: add it"),
    ],
)
def test_the_message_of_a_mistake_names_the_file_the_key_and_the_cure(
    text: str, message: str
) -> None:
    fault = fault_of(text)
    assert fault.startswith("profiles/own.toml: ")
    assert message in fault


def test_the_message_of_a_mistake_in_toml_names_its_line() -> None:
    fault = fault_of('senders = ["H01"]\nkind = dossiers')
    assert fault.startswith("profiles/own.toml is not TOML: ")
    assert "line 2" in fault


@pytest.mark.parametrize(
    ("text", "senders"),
    [
        (with_key('delimeter = ";"'), ("H01",)),
        ("senders = [\"H01\", 'H02']\nkind = dossiers", ("H01", "H02")),
        ('kind = dossiers\nsenders = [\n  "H01",\n  "H02",\n]', ("H01", "H02")),
        ("kind = dossiers", ()),
        ("senders = 7", ()),
    ],
)
def test_a_broken_profile_names_its_senders_as_far_as_it_can_be_read(
    text: str, senders: tuple[str, ...]
) -> None:
    with pytest.raises(ProfileError) as raised:
        profile_of(text)
    assert raised.value.senders == senders


def test_a_profile_saved_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(DOSSIERS, encoding="utf-8-sig")
    assert profiles.load_all(tmp_path).own[0].columns["status"] == "Trạng thái"


def test_a_profile_that_is_not_utf_8_text_is_broken_with_a_message(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(DOSSIERS, encoding="utf-16")
    (error,) = profiles.load_all(tmp_path).broken
    assert "own.toml cannot be read as UTF-8 text" in str(error)


def test_names_written_in_two_parts_are_the_composed_ones() -> None:
    in_two_parts = unicodedata.normalize("NFD", DOSSIERS)
    assert in_two_parts != DOSSIERS
    assert profile_of(in_two_parts).columns == profile_of(DOSSIERS).columns


def test_a_missing_code_is_of_every_column_or_of_its_own() -> None:
    of_all = profile_of(with_key('missing_codes = ["9"]'))
    assert of_all.missing_codes_of("channel") == of_all.missing_codes_of("dossier_id") == ("9",)
    of_one = profile_of(with_key('missing_codes.channel = ["9"]'))
    assert of_one.missing_codes_of("channel") == ("9",)
    assert of_one.missing_codes_of("dossier_id") == ()


@pytest.mark.parametrize(
    ("line", "mark"),
    [
        ('decimal_mark = ","', "."),
        ('decimal_mark = ","\nthousands_mark = ""', ""),
        ('decimal_mark = ","\nthousands_mark = " "', " "),
        ('decimal_mark = "."', ""),
    ],
)
def test_a_decimal_comma_means_points_between_thousands_unless_the_profile_says_otherwise(
    line: str, mark: str
) -> None:
    assert profile_of(with_key(line)).mark_between_thousands == mark


def test_values_that_are_not_mapped_reject_the_row_where_values_are_given_and_are_kept_else() -> (
    None
):
    profile = profile_of(
        with_key(
            'values.status.1 = "received"\nvalues.channel.1 = "post"\nunmapped.channel = "empty"'
        )
    )
    rules = {name: profile.choice_for_unmapped(name) for name in ("status", "channel", "applicant")}
    assert rules == {"status": "reject", "channel": "empty", "applicant": "keep"}


def test_the_built_in_profiles_cover_every_kind_for_every_sender() -> None:
    built_in = profiles.load_all(Path("nowhere")).built_in
    assert sorted(profile.kind for profile in built_in) == sorted(tables.KINDS)
    assert all(profile.senders == ("*",) for profile in built_in)


def test_a_sender_may_fill_the_columns_of_the_table_but_not_those_that_we_add() -> None:
    assert sendable_columns("figures") == (
        *("unit_code", "indicator", "breakdown", "period_at", "numerator", "denominator"),
        "failures",
    )
    assert "scale" not in sendable_columns("ratings")
    assert not {"sender_code", "sha256", "row_number"} & set(sendable_columns("dossiers"))


def test_a_profile_may_raise_the_limits_of_its_files() -> None:
    limits = profile_of(f"{DOSSIERS}[limits]\nmegabytes = 9000\n").limits
    assert (limits.megabytes, limits.bytes) == (9000, 9000 * 1024 * 1024)
    assert (limits.lines, limits.columns) == (12_000_000, 5_000)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("megabyte = 1", "unknown key 'limits.megabyte': did you mean 'limits.megabytes'?"),
        ("lines = 0", "limits.lines: Input should be greater than or equal to 1"),
        ("columns = 100001", "limits.columns: Input should be less than or equal to 100000"),
    ],
)
def test_a_limit_that_is_none_is_a_mistake(line: str, said: str) -> None:
    assert said in fault_of(f"{DOSSIERS}[limits]\n{line}\n")


def test_the_name_of_a_column_is_what_is_seen_of_it() -> None:
    text = DOSSIERS.replace("Mã hồ sơ", "\\u200bMã\\u00a0hồ  sơ")
    assert profile_of(text).columns["dossier_id"] == "Mã hồ sơ"
    nobody = DOSSIERS.replace("Mã hồ sơ", "\\u200b\\u00a0")
    assert "dossier_id has a name that nobody sees: write the column's name" in fault_of(nobody)
