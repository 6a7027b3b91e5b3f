"""What was not sent follows from what the profile says; what was sent stays as it is."""

from datetime import datetime

import polars as pl
import pytest

from pipeline import calendar, records
from pipeline.calendar import Calendar
from pipeline.exports import TextRows
from pipeline.profiles import Profile
from pipeline.profiles.our_columns import sendable_columns

from .conftest import STANDINGS, ProfileWith, TextRow, Typed

STATUS_FROM_END = {"with_end": "finished", "without_end": "in_progress"}
ENDED = "2026-10-09 08:00:00"
VIETNAM = calendar.vietnam()


def typed_in(
    profile: Profile, *rows: TextRow, month: str = "2026-10", own: Calendar | None = VIETNAM
) -> pl.DataFrame:
    """Rows of text, typed in a month with a calendar; each column of ours is in the file."""
    names = sendable_columns(profile.kind)
    text = pl.DataFrame(
        {name: [row.get(name) for row in rows] for name in names},
        schema=dict.fromkeys(names, pl.String),
    ).with_columns(
        pl.int_range(2, pl.len() + 2, dtype=pl.Int64).alias("row_number"),
        field_count=3,
        expected_field_count=3,
    )
    standings = pl.DataFrame(
        {"unit_code": list(STANDINGS), "unit_standing": list(STANDINGS.values())}
    )
    return records.type_rows(TextRows(names, text), profile, standings, month=month, calendar=own)


# ---- [if_empty]


def test_an_empty_field_has_the_value_of_the_profile(
    profile_with: ProfileWith, typed: Typed
) -> None:
    profile = profile_with(
        if_empty={"channel": "counter", "supplement_requests": 0, "unit_code": "H01.1"}
    )
    sent = {"channel": "post", "supplement_requests": "2", "unit_code": "H02"}
    found = typed(profile, sent, dict.fromkeys(sent))
    assert found.select(*sent, "unit_standing").rows() == [
        ("post", 2, "H02", "foreign"),
        ("counter", 0, "H01.1", "known"),
    ]
    assert found["channel_as_sent"].to_list() == ["post", None]


def test_a_field_is_empty_where_it_has_a_missing_code_and_not_where_it_cannot_be_read(
    profile_with: ProfileWith, typed: Typed
) -> None:
    profile = profile_with(
        if_empty={"channel": "counter", "supplement_requests": 0},
        missing_codes={"channel": ["99"]},
        values={"channel": {"1": "post"}},
    )
    found = typed(
        profile,
        {"channel": "99", "supplement_requests": "two"},
        {"channel": "fax", "supplement_requests": ""},
    )
    assert found["channel"].to_list() == ["counter", None]
    assert found["supplement_requests"].to_list()[0] is None


def test_a_value_that_is_made_empty_is_an_empty_field(
    profile_with: ProfileWith, typed: Typed
) -> None:
    profile = profile_with(
        if_empty={"channel": "counter"},
        values={"channel": {"1": "post"}},
        unmapped={"channel": "empty"},
    )
    found = typed(profile, {"channel": "fax"}, {"channel": "1"})
    assert found["channel"].to_list() == ["counter", "post"]


def test_a_value_of_the_profile_comes_before_the_usual_one(
    profile_with: ProfileWith, typed: Typed
) -> None:
    ratings = profile_with("ratings", if_empty={"question": "officials", "weight": 2.5})
    row = {"answer": "5", "question": None, "weight": None}
    assert typed(ratings, row).select("question", "weight").row(0) == ("officials", 2.5)
    assert typed(profile_with("ratings"), row).select("question", "weight").row(0) == (
        "overall",
        1.0,
    )
    petitions = profile_with("petitions", if_empty={"subject": "conduct"})
    assert typed(petitions, {"subject": None})["subject"].to_list() == ["conduct"]


def test_failures_that_are_none_are_no_failures(profile_with: ProfileWith, typed: Typed) -> None:
    profile = profile_with("figures", if_empty={"failures": 0})
    found = typed(
        profile,
        {"denominator": "10", "numerator": None, "failures": None},
        {"denominator": "10", "numerator": "7", "failures": None},
    )
    assert found["numerator"].to_list() == [10, 7]


def test_an_empty_unit_that_the_profile_fills_is_not_the_sender(
    profile_with: ProfileWith, typed: Typed
) -> None:
    for keys, unit in (({}, "H01"), ({"if_empty": {"unit_code": "H01.1"}}, "H01.1")):
        profile = profile_with(optional_columns=["unit_code"], **keys)
        found = records.with_sender_and_file(typed(profile, {"status": "x"}), "H01", "f", profile)
        assert found["unit_code"].to_list() == [unit]


# ---- [status_from_end] and [if_no_end]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"ended_at": ENDED}, "finished"),
        ({"handed_over_at": ENDED}, "finished"),
        ({"ended_at": None}, "in_progress"),
        ({"ended_at": "soon"}, "finished"),  # the row rule of times rejects it
        ({"status": "withdrawn", "ended_at": ENDED}, "withdrawn"),
        ({"status": "received"}, "received"),
    ],
)
def test_a_status_that_is_not_sent_follows_from_the_end(
    profile_with: ProfileWith, sent: TextRow, status: str
) -> None:
    profile = profile_with(status_from_end=STATUS_FROM_END)
    assert typed_in(profile, sent)["status"].to_list() == [status]


def test_a_dossier_that_was_handed_over_ended_then(profile_with: ProfileWith) -> None:
    profile = profile_with(status_from_end=STATUS_FROM_END)
    found = typed_in(profile, {"received_at": "2026-10-01 08:00:00", "handed_over_at": ENDED})
    assert found["ended_at"].to_list() == [datetime(2026, 10, 9, 8)]


def test_a_missing_code_is_no_end(profile_with: ProfileWith) -> None:
    profile = profile_with(
        status_from_end=STATUS_FROM_END, missing_codes={"ended_at": ["1900-01-01 00:00:00"]}
    )
    assert typed_in(profile, {"ended_at": "1900-01-01 00:00:00"})["status"][0] == "in_progress"


def test_a_petition_ends_when_it_is_handled(profile_with: ProfileWith) -> None:
    words = {"with_end": "handled", "without_end": "received"}
    profile = profile_with("petitions", status_from_end=words)
    found = typed_in(profile, {"handled_at": ENDED}, {"handled_at": None})
    assert found["status"].to_list() == ["handled", "received"]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"status": "finished"}, "in_progress"),
        ({"status": "finished", "ended_at": ENDED}, "finished"),
        ({"status": "handed_over"}, "handed_over"),  # the profile does not name it
        ({"status": "handed_over", "handed_over_at": ENDED}, "handed_over"),
        ({"status": "received"}, "received"),
        ({"status": None}, None),
    ],
)
def test_a_status_counts_as_ended_only_with_an_end(
    profile_with: ProfileWith, sent: TextRow, status: str | None
) -> None:
    profile = profile_with(if_no_end={"finished": "in_progress"})
    assert typed_in(profile, sent)["status"].to_list() == [status]


# ---- [due]


@pytest.mark.parametrize(
    ("received", "due"),
    [
        # Monday 5 October 2026: five working days later is Monday the 12th.
        ("2026-10-05 09:00:00", datetime(2026, 10, 12, 23, 59, 59)),
        ("2026-10-05 00:00:01", datetime(2026, 10, 12, 23, 59, 59)),
        ("2026-10-05 23:59:59", datetime(2026, 10, 12, 23, 59, 59)),
        # Friday and the day off after it: the week that follows is counted.
        ("2026-10-09 17:00:00", datetime(2026, 10, 16, 23, 59, 59)),
        ("2026-10-10 09:00:00", datetime(2026, 10, 16, 23, 59, 59)),
        # The National Day of 2026: Monday 31 August and the two days after it are off.
        ("2026-08-31 09:00:00", datetime(2026, 9, 9, 23, 59, 59)),
    ],
)
def test_a_due_date_that_is_not_sent_is_some_working_days_after_the_receipt(
    profile_with: ProfileWith, received: str, due: datetime
) -> None:
    found = typed_in(profile_with(due={"default": 5}), {"received_at": received})
    assert found["due_at"].to_list() == [due]
    assert found["due_at_as_sent"].to_list() == [None]


@pytest.mark.parametrize("days", [1, 2, 7, 15, 60])
def test_working_days_are_those_of_the_calendar(profile_with: ProfileWith, days: int) -> None:
    received = [datetime(2026, month, day, 10) for month in (1, 2, 4, 8) for day in range(1, 29)]
    rows = [{"received_at": str(moment)} for moment in received]
    found = typed_in(profile_with(due={"default": days}), *rows)
    assert found["due_at"].dt.date().to_list() == [
        VIETNAM.working_days_after(moment.date(), days) for moment in received
    ]


def test_days_are_counted_by_the_clock_unless_the_profile_says_otherwise(
    profile_with: ProfileWith,
) -> None:
    row = {"received_at": "2026-10-09 09:00:00"}
    for clock, unit, day in (
        ("working", None, 12),
        ("working", "days", 10),
        ("elapsed", None, 10),
        ("elapsed", "working_days", 12),
    ):
        profile = profile_with(clock=clock, due={"default": 1, "unit": unit})
        assert typed_in(profile, row)["due_at"].to_list() == [datetime(2026, 10, day, 23, 59, 59)]


def test_a_procedure_has_days_of_its_own(profile_with: ProfileWith) -> None:
    by_procedure = {"1.004227": 1, "Cấp phép": 2, "CC": 3}
    profile = profile_with(
        due={"default": 4, "unit": "days", "by_procedure": by_procedure},
        values={"procedure_code": {"chung": "CC"}},
        unmapped={"procedure_code": "keep"},
    )
    codes = ("1.004227", "Cấp phép", "chung", "1.000001", None)
    rows = [{"received_at": "2026-10-01 09:00:00", "procedure_code": code} for code in codes]
    assert typed_in(profile, *rows)["due_at"].dt.day().to_list() == [2, 3, 4, 5, 5]


def test_without_a_default_other_procedures_have_no_due_date(profile_with: ProfileWith) -> None:
    profile = profile_with(due={"by_procedure": {"1.004227": 1}})
    rows = [{"received_at": "2026-10-01 09:00:00", "procedure_code": "1.000001"}]
    assert typed_in(profile, *rows)["due_at"].to_list() == [None]


@pytest.mark.parametrize(
    ("sent", "due"),
    [
        ({"due_at": "2026-10-20 17:00:00"}, datetime(2026, 10, 20, 17)),
        ({"due_at": "soon"}, None),  # the row rule of times rejects it
        ({"received_at": "soon"}, None),
        ({"received_at": None}, None),
    ],
)
def test_a_due_date_that_was_sent_stays_and_follows_from_nothing_else(
    profile_with: ProfileWith, sent: TextRow, due: datetime | None
) -> None:
    row = {"received_at": "2026-10-01 09:00:00", **sent}
    assert typed_in(profile_with(due={"default": 5}), row)["due_at"].to_list() == [due]


def test_due_dates_follow_from_the_calendar_of_the_profile(profile_with: ProfileWith) -> None:
    without_weekend = Calendar(VIETNAM.days.clear(), weekend=frozenset())
    row = {"received_at": "2026-10-09 09:00:00"}
    profile = profile_with(due={"default": 1})
    assert typed_in(profile, row, own=without_weekend)["due_at"].dt.day().to_list() == [10]
    with pytest.raises(ValueError, match="need the calendar of the profile"):
        typed_in(profile, row, own=None)


def test_the_digest_of_a_profile_covers_its_own_calendar(profile_with: ProfileWith) -> None:
    profile = profile_with(due={"default": 1})
    one, other = (Calendar(VIETNAM.days, digest=digest) for digest in ("1", "2"))
    digests = {profile.with_calendar_digest(each).digest for each in (one, other, VIETNAM)}
    assert len(digests) == 3


def test_a_due_date_was_promised_by_the_calendar_of_the_day_of_receipt(
    profile_with: ProfileWith,
) -> None:
    # Tuesday 13 October is a day off, which was announced on the 8th.
    days = pl.DataFrame(
        [(datetime(2026, 10, 13).date(), "holiday", datetime(2026, 10, 8).date())],
        schema=VIETNAM.days.schema,
        orient="row",
    )
    rows = [{"received_at": f"2026-10-{day} 09:00:00"} for day in ("07", "08")]
    found = typed_in(profile_with(due={"default": 4}), *rows, own=Calendar(days))
    assert found["due_at"].dt.day().to_list() == [13, 15]


# ---- from_month


def test_a_moment_that_is_nowhere_in_the_file_is_the_start_of_the_month(
    profile_with: ProfileWith,
) -> None:
    for kind, column in (("ratings", "answered_at"), ("figures", "period_at")):
        columns = {name: name for name in sendable_columns(kind) if name != column}
        profile = profile_with(kind, columns=columns, from_month=[column])
        found = typed_in(profile, {"unit_code": "H01"})
        assert found[column].to_list() == [datetime(2026, 10, 1)]
        records.check_file_belongs(found, kind, "2026-10")
        with pytest.raises(ValueError, match="need the month of the delivery"):
            typed_in(profile, {"unit_code": "H01"}, month="")


# ---- Nothing derived


@pytest.mark.parametrize("kind", ["dossiers", "ratings", "petitions", "figures"])
def test_a_profile_that_derives_nothing_leaves_empty_what_was_not_sent(
    profile_with: ProfileWith, kind: str
) -> None:
    usual = {"question", "weight", "subject"}
    found = typed_in(profile_with(kind), {"unit_code": "H01"}, month="", own=None)
    for column in set(sendable_columns(kind)) - usual - {"unit_code"}:
        assert found[column].to_list() == [None]
