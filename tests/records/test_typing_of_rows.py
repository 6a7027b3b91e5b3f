"""Text becomes moments, numbers and words; what does not fit is null beside what was sent."""

from datetime import datetime
from typing import Protocol

import polars as pl
import pytest

from pipeline import tables

from .conftest import ProfileWith, Typed


class MomentOf(Protocol):
    """From a text and the date formats of a profile to the moment that is read."""

    def __call__(
        self, text: str, *formats: str, column: str = ..., **keys: object
    ) -> datetime | None: ...


@pytest.fixture
def moment_of(profile_with: ProfileWith, typed: Typed) -> MomentOf:
    def read(
        text: str, *formats: str, column: str = "received_at", **keys: object
    ) -> datetime | None:
        profile = profile_with(date_formats=formats, **keys)
        found: datetime | None = typed(profile, {column: text})[column][0]
        return found

    return read


@pytest.mark.parametrize(
    ("date_format", "text", "moment"),
    [
        ("%Y%m%d%H%M%S", "20261005093001", datetime(2026, 10, 5, 9, 30, 1)),
        ("%Y-%m-%dT%H:%M:%S", "2026-10-05T09:30:01", datetime(2026, 10, 5, 9, 30, 1)),
        (
            "%Y-%m-%dT%H:%M:%S%.f",
            "2026-10-05T09:30:01.1239",
            datetime(2026, 10, 5, 9, 30, 1, 123000),
        ),
        ("%Y-%m-%dT%H:%M:%S%.f", "2026-10-05T09:30:01", datetime(2026, 10, 5, 9, 30, 1)),
        ("%d/%m/%Y %H:%M", "05/10/2026 09:30", datetime(2026, 10, 5, 9, 30)),
        ("%d/%m/%Y %T", "05/10/2026 09:30:01", datetime(2026, 10, 5, 9, 30, 1)),
        ("%m/%d/%Y %I:%M %p", "10/05/2026 09:30 PM", datetime(2026, 10, 5, 21, 30)),
        ("%d/%m/%Y", "05/10/2026", datetime(2026, 10, 5)),
        ("%d/%m/%Y", "31/02/2026", None),
        ("%d/%m/%Y", "05/10/2026 09:30", None),
        ("%d/%m/%Y", "không rõ", None),
    ],
)
def test_a_moment_is_read_in_its_format_and_is_null_in_any_other(
    moment_of: MomentOf, date_format: str, text: str, moment: datetime | None
) -> None:
    assert moment_of(text, date_format) == moment


def test_a_value_is_read_by_whichever_format_reads_it(moment_of: MomentOf) -> None:
    formats = ("%d/%m/%Y", "%Y-%m-%d %H:%M")
    assert moment_of("05/10/2026", *formats) == datetime(2026, 10, 5)
    assert moment_of("2026-10-05 09:30", *formats) == datetime(2026, 10, 5, 9, 30)


@pytest.mark.parametrize("offset", ["+0000", "+00:00", "Z"])
def test_an_offset_is_turned_into_the_wall_time_of_the_profiles_zone(
    moment_of: MomentOf, offset: str
) -> None:
    # Ha Noi is 7 hours ahead: 20:30 + 7 h is half past three on the next day.
    found = moment_of(f"2026-10-05T20:30:00{offset}", "%Y-%m-%dT%H:%M:%S%z")
    assert found == datetime(2026, 10, 6, 3, 30)


def test_offsets_may_be_mixed_in_one_column(moment_of: MomentOf) -> None:
    same = ["2026-03-08T01:30:00-0500", "2026-03-08T02:30:00-0400", "2026-03-08T06:30:00+0000"]
    found = {moment_of(text, "%Y-%m-%dT%H:%M:%S%z", time_zone="America/New_York") for text in same}
    assert found == {datetime(2026, 3, 8, 1, 30)}


def test_of_a_repeated_hour_both_passes_are_the_same_wall_time(
    moment_of: MomentOf,
) -> None:
    # 01:30 comes twice in New York on 2026-11-01, at -04:00 and an hour later at -05:00. A moment
    # has no zone, so from here on both are the earlier one.
    read = [
        moment_of(
            f"2026-11-01T01:30:00{offset}", "%Y-%m-%dT%H:%M:%S%z", time_zone="America/New_York"
        )
        for offset in ("-0400", "-0500")
    ]
    assert read == [datetime(2026, 11, 1, 1, 30)] * 2


def test_wall_time_that_a_clock_change_skips_or_repeats_is_taken_as_sent(
    moment_of: MomentOf,
) -> None:
    for text in ("2026-03-08T02:30:00", "2026-11-01T01:30:00"):
        found = moment_of(text, "%Y-%m-%dT%H:%M:%S", time_zone="America/New_York")
        assert found == datetime.fromisoformat(text)


@pytest.mark.parametrize("column", ["due_at", "first_due_at"])
def test_a_due_date_without_a_time_is_the_end_of_its_day(moment_of: MomentOf, column: str) -> None:
    assert moment_of("05/10/2026", "%d/%m/%Y", column=column) == datetime(2026, 10, 5, 23, 59, 59)


@pytest.mark.parametrize("column", ["received_at", "ended_at", "handed_over_at"])
def test_any_other_date_without_a_time_is_the_beginning_of_its_day(
    moment_of: MomentOf, column: str
) -> None:
    assert moment_of("05/10/2026", "%d/%m/%Y", column=column) == datetime(2026, 10, 5)


def test_what_does_not_fit_is_null_beside_what_was_sent(
    profile_with: ProfileWith, typed: Typed
) -> None:
    row = typed(profile_with(), {"received_at": "5/10", "ended_at": None})
    assert row.select("received_at", "received_at_as_sent").row(0) == (None, "5/10")
    assert row.select("ended_at", "ended_at_as_sent").row(0) == (None, None)


def test_missing_codes_count_as_not_sent_in_every_column(
    profile_with: ProfileWith, typed: Typed
) -> None:
    profile = profile_with(missing_codes=("9", "01/01/1900"), constants={"applicant": "9"})
    row = typed(profile, {"ended_at": "01/01/1900", "channel": "9", "dossier_id": "99"})
    assert row.select("ended_at_as_sent", "channel_as_sent", "channel").row(0) == (None, None, None)
    assert row["dossier_id"][0] == "99"
    # What the profile itself says is sent is no missing code.
    assert row["applicant"][0] == "9"


@pytest.mark.parametrize(
    ("rule", "word", "as_sent"),
    [
        ("reject", None, "7"),
        ("keep", "7", "7"),
        ("empty", None, None),
        ("other", "other", "7"),
    ],
)
def test_a_value_that_is_not_mapped_follows_its_rule(
    profile_with: ProfileWith, typed: Typed, rule: str, word: str | None, as_sent: str | None
) -> None:
    profile = profile_with(values={"channel": {"1": "online"}}, unmapped={"channel": rule})
    rows = typed(profile, {"channel": "1"}, {"channel": "7"}, {"channel": None})
    assert rows.select("channel", "channel_as_sent").rows() == [
        ("online", "1"),
        (word, as_sent),
        (None, None),
    ]


def test_without_values_a_word_is_taken_as_sent(profile_with: ProfileWith, typed: Typed) -> None:
    assert typed(profile_with(), {"status": "finished"})["status"][0] == "finished"


def test_an_optional_column_that_the_file_lacks_is_not_sent(
    profile_with: ProfileWith, typed: Typed
) -> None:
    row = typed(profile_with(), {"dossier_id": "a"})
    assert row.select("due_at", "due_at_as_sent", "channel").row(0) == (None, None, None)


@pytest.mark.parametrize("kind", tables.KINDS)
def test_typed_rows_have_the_columns_of_their_table_and_its_types_but_for_words_and_codes(
    profile_with: ProfileWith, typed: Typed, kind: str
) -> None:
    schema = typed(profile_with(kind), {"unit_code": "H01"}).schema
    # A word is text until a rule has said that it is one of the list.
    expected = {
        name: pl.String() if isinstance(dtype, pl.Enum | pl.Categorical) else dtype
        for name, dtype in tables.RECORDS[kind].schema.items()
        if name not in ("sender_code", "sha256", "has_shared_key")
    }
    assert {name: schema[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("status", "ended", "expected"),
    [
        ("handed_over", None, datetime(2026, 10, 9)),
        ("finished", None, datetime(2026, 10, 9)),
        ("handed_over", "2026-10-08 00:00:00", datetime(2026, 10, 8)),
        ("in_progress", None, None),
        ("withdrawn", None, None),
        # Sent but not to be read: rejected, not replaced.
        ("handed_over", "8/10", None),
    ],
)
def test_a_dossier_ended_without_an_end_date_takes_the_handing_over(
    profile_with: ProfileWith, typed: Typed, status: str, ended: str | None, expected: datetime
) -> None:
    sent = {"status": status, "ended_at": ended, "handed_over_at": "2026-10-09 00:00:00"}
    row = typed(profile_with(), sent)
    assert row["ended_at"][0] == expected
    assert row["ended_at_as_sent"][0] == ended


def test_a_rating_without_its_respondent_question_and_weight_is_completed(
    profile_with: ProfileWith, typed: Typed
) -> None:
    profile = profile_with("ratings", scale="three", values={"question": {"CH": "overall"}})
    rows = typed(
        profile,
        {"dossier_id": "d", "answer": "2"},
        {"dossier_id": "d", "respondent_id": "r", "question": "CH", "weight": "0.5"},
        {"question": "??", "weight": "heavy"},
    )
    wanted = rows.select("respondent_id", "question", "scale", "weight", "weight_as_sent")
    assert wanted.rows() == [
        ("d", "overall", "three", 1.0, None),
        ("r", "overall", "three", 0.5, "0.5"),
        (None, None, "three", None, "heavy"),
    ]


def test_a_petition_without_a_subject_has_the_subject_other_but_not_one_that_is_not_mapped(
    profile_with: ProfileWith, typed: Typed
) -> None:
    profile = profile_with("petitions", values={"subject": {"2": "conduct"}})
    rows = typed(profile, {"petition_id": "p"}, {"subject": "2"}, {"subject": "?"})
    assert rows["subject"].to_list() == ["other", "conduct", None]


def test_a_date_by_which_a_petition_is_due_leaves_the_whole_day(
    profile_with: ProfileWith, typed: Typed
) -> None:
    profile = profile_with("petitions", date_formats=("%d/%m/%Y",))
    row = typed(profile, {"due_at": "20/10/2026", "handled_at": "20/10/2026"})
    assert row["due_at"][0] == datetime(2026, 10, 20, 23, 59, 59)
    assert row["handled_at"][0] == datetime(2026, 10, 20)


@pytest.mark.parametrize(
    ("numerator", "failures", "expected", "as_sent"),
    [
        (None, "3", 12 - 3, "3"),
        ("8", "3", 8, "8"),
        (None, "13", 12 - 13, "13"),
        (None, None, None, None),
        (None, "many", None, "many"),
        ("many", "3", None, "many"),
    ],
)
def test_figures_may_count_failures_instead(
    profile_with: ProfileWith,
    typed: Typed,
    *,
    numerator: str | None,
    failures: str | None,
    expected: int | None,
    as_sent: str | None,
) -> None:
    sent = {"numerator": numerator, "failures": failures, "denominator": "12"}
    row = typed(profile_with("figures"), sent)
    assert row.select("numerator", "numerator_as_sent").row(0) == (expected, as_sent)
