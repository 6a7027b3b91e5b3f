"""A profile says what follows where a value is not sent; a mistake in it gets a message."""

import pytest

from pipeline.profiles import Profile, ProfileError
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
channel = "Kênh"
supplement_requests = "Số lần"
"""
PETITIONS = """
senders = ["H01"]
kind = "petitions"
[columns]
petition_id = "Mã"
status = "Trạng thái"
received_at = "Nhận"
handled_at = "Xử lý"
"""
RATINGS = """
senders = ["H01"]
kind = "ratings"
[columns]
answer = "Điểm"
answered_at = "Ngày"
weight = "Số người"
"""
FIGURES = """
senders = ["H01"]
kind = "figures"
[columns]
indicator = "Chỉ số"
denominator = "Tổng"
numerator = "Đúng hạn"
"""
STATUS_FROM_END = '[status_from_end]\nwith_end = "finished"\nwithout_end = "in_progress"\n'


def profile_of(text: str) -> Profile:
    return parse_profile(text, "own", "profiles/own.toml")


def without(text: str, column: str) -> str:
    """A profile without a line of [columns]."""
    return "".join(f"{line}\n" for line in text.splitlines() if not line.startswith(f"{column} ="))


def test_a_status_that_follows_from_the_end_needs_no_column() -> None:
    text = without(DOSSIERS, "status")
    assert "status" not in profile_of(text + STATUS_FROM_END).columns
    with pytest.raises(ProfileError, match=r"lacks 'status': .* or derive it: \[status_from_end\]"):
        profile_of(text)


def test_a_due_date_that_follows_from_the_receipt_needs_no_column() -> None:
    text = without(DOSSIERS, "due_at")
    profile = profile_of(f'{text}[due]\ndefault = 15\n[due.by_procedure]\n"1.004227" = 10\n')
    assert profile.due is not None
    assert (profile.due.default, profile.due.unit) == (15, None)
    assert profile.due.by_procedure == {"1.004227": 10}
    with pytest.raises(ProfileError, match=r"\[columns\] lacks 'due_at': .* derive it: \[due\]"):
        profile_of(text)


def test_a_moment_that_follows_from_the_month_needs_no_column() -> None:
    text = without(RATINGS, "answered_at")
    assert profile_of('from_month = ["answered_at"]' + text).derived_columns == ("answered_at",)
    assert profile_of('from_month = ["period_at"]' + FIGURES).derived_columns == ("period_at",)
    with pytest.raises(ProfileError, match=r"lacks 'answered_at': .* derive it: from_month"):
        profile_of(text)


def test_values_for_empty_fields_are_words_of_ours_or_numbers() -> None:
    text = DOSSIERS + '[if_empty]\nchannel = "other"\nsupplement_requests = 0\n'
    assert profile_of(text).if_empty == {"channel": "other", "supplement_requests": 0}
    weights = profile_of(RATINGS + "[if_empty]\nweight = 1.5\n").if_empty
    assert weights == {"weight": 1.5}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (DOSSIERS + '[if_emty]\nchannel = "other"', "'if_emty': did you mean 'if_empty'?"),
        (DOSSIERS + '[if_empty]\nchanel = "other"', "'chanel' cannot be filled (did you mean cha"),
        (DOSSIERS + '[if_empty]\nchannel = "othr"', "'othr' cannot be it (did you mean other?)"),
        (DOSSIERS + "[if_empty]\nchannel = 1", 'if_empty.channel: write 1 in quotes, like "1"'),
        (DOSSIERS + '[if_empty]\nsupplement_requests = "0"', "'0' is no number that it can be"),
        (DOSSIERS + "[if_empty]\nsupplement_requests = 1.5", "1.5 is no number that it can be"),
        (DOSSIERS + "[if_empty]\nsupplement_requests = -1", "-1 is no number that it can be"),
        (DOSSIERS + '[if_empty]\napplicant = "other"', "'applicant', which is not in [columns]"),
        (DOSSIERS + '[if_empty]\ndue_at = "2026"', "if_empty: 'due_at' cannot be filled"),
        (RATINGS + "[if_empty]\nanswer = 3", "if_empty: 'answer' cannot be filled"),
        (
            DOSSIERS + STATUS_FROM_END + '[if_empty]\nstatus = "received"',
            "status_from_end and if_empty.status both say what an empty status is: keep one",
        ),
        (
            without(DOSSIERS, "status") + '[constants]\nstatus = "9"\n' + STATUS_FROM_END,
            "status_from_end and constants.status both say",
        ),
        (
            DOSSIERS + STATUS_FROM_END.replace("finished", "finised"),
            "status_from_end.with_end: 'finised' cannot be it (did you mean finished?)",
        ),
        (
            DOSSIERS + STATUS_FROM_END.replace("finished", "received"),
            "status_from_end.with_end: a record that is 'received' is open: it may be one of",
        ),
        (
            DOSSIERS + STATUS_FROM_END.replace("in_progress", "withdrawn"),
            "status_from_end.without_end: a record that is 'withdrawn' has ended: it may be one of",
        ),
        (
            DOSSIERS + STATUS_FROM_END.replace("with_end", "if_end"),
            "unknown key 'status_from_end.if_end'",
        ),
        (
            DOSSIERS + '[status_from_end]\nwith_end = "finished"\n',
            "the key 'status_from_end.without_end' is missing: add it",
        ),
        (RATINGS + STATUS_FROM_END, "status_from_end is for dossiers and petitions: ratings have"),
        (
            PETITIONS + STATUS_FROM_END,
            "status_from_end.with_end: 'finished' cannot be it",
        ),
        (
            DOSSIERS + '[if_no_end]\nin_progress = "finished"\n',
            "if_no_end.in_progress: a record that is 'in_progress' is open",
        ),
        (
            DOSSIERS + '[if_no_end]\nfinished = "handed_over"\n',
            "if_no_end.finished: a record that is 'handed_over' has ended",
        ),
        (
            'from_month = ["period_at"]' + FIGURES + '[if_no_end]\nx = "y"\n',
            "if_no_end is for dossiers and petitions",
        ),
        (DOSSIERS + "[due]\ndefault = 0\n", "due.default: "),
        (DOSSIERS + "[due]\ndefalt = 15\n", "unknown key 'due.defalt': did you mean 'due.default'"),
        (DOSSIERS + '[due]\nunit = "weeks"\ndefault = 1\n', "due.unit: "),
        (DOSSIERS + "[due]\n", "due says no number of days: write default = 15"),
        (DOSSIERS + '[due.by_procedure]\n"1.004227" = "ten"\n', "due.by_procedure.1.004227: "),
        (PETITIONS + "[due]\ndefault = 15\n", "due is for dossiers: take it out of a profile of"),
        (
            'from_month = ["answered_at"]' + RATINGS,
            "from_month: 'answered_at' is in [columns] or [constants] too: keep it in one of them",
        ),
        (
            'from_month = ["answerd_at"]' + RATINGS,
            "from_month: 'answerd_at' does not follow from the month: it may be 'answered_at'",
        ),
        (
            'from_month = ["received_at"]' + DOSSIERS,
            "'received_at' does not follow from the month: dossiers need dates of their own",
        ),
    ],
)
def test_the_message_of_a_mistake_names_the_key_and_the_cure(text: str, message: str) -> None:
    with pytest.raises(ProfileError) as raised:
        profile_of(text)
    assert str(raised.value).startswith("profiles/own.toml: ")
    assert message in str(raised.value)


def test_the_time_of_the_last_update_is_a_column_of_what_may_be_sent_twice() -> None:
    assert profile_of(f'{DOSSIERS}updated_at = "Cập nhật"').columns["updated_at"] == "Cập nhật"
    assert profile_of(f'{PETITIONS}updated_at = "Cập nhật"').columns["updated_at"] == "Cập nhật"
    with pytest.raises(ProfileError, match="'updated_at' is no column of ratings"):
        profile_of(f'{RATINGS}updated_at = "Cập nhật"')
