"""A profile may say what identifies a record; what cannot is refused with what to write."""

import pytest

from pipeline.profiles import Profile, ProfileError
from pipeline.profiles.profile import parse_profile

COLUMNS = {
    "dossiers": ("dossier_id", "unit_code", "status", "received_at", "due_at", "ended_at"),
    "ratings": ("respondent_id", "dossier_id", "unit_code", "answer", "answered_at"),
    "petitions": ("petition_id", "unit_code", "status", "received_at", "handled_at"),
    "figures": ("unit_code", "indicator", "period_at", "denominator"),
}


def profile_of(kind: str, identity: str = "", without: str = "") -> Profile:
    """A profile of a kind with a line of identity, and perhaps without one of its columns."""
    columns = "\n".join(f'{name} = "{name}"' for name in COLUMNS[kind] if name != without)
    text = f'senders = ["H01"]\nkind = "{kind}"\n{identity}\n[columns]\n{columns}\n'
    return parse_profile(text, "own", "profiles/own.toml")


@pytest.mark.parametrize(
    ("kind", "usual"),
    [
        ("dossiers", ("dossier_id",)),
        ("ratings", ("respondent_id",)),
        ("petitions", ("petition_id",)),
        ("figures", ("breakdown", "indicator", "unit_code")),
    ],
)
def test_without_the_key_a_record_has_what_is_usual_for_its_kind(
    kind: str, usual: tuple[str, ...]
) -> None:
    assert profile_of(kind).record_identity == usual


@pytest.mark.parametrize(
    ("kind", "identity"),
    [
        ("dossiers", ("dossier_id", "unit_code")),
        ("dossiers", ("dossier_id", "received_at")),
        ("ratings", ("answered_at", "respondent_id")),
        ("ratings", ("dossier_id",)),
        ("petitions", ("petition_id", "unit_code")),
        ("figures", ("indicator", "period_at", "unit_code")),
    ],
)
def test_columns_identify_a_record_in_whatever_order_they_are_named(
    kind: str, identity: tuple[str, ...]
) -> None:
    for columns in (identity, identity[::-1]):
        assert profile_of(kind, f"identity = {list(columns)}").record_identity == identity


@pytest.mark.parametrize("kind", COLUMNS)
@pytest.mark.parametrize("line", ['identity = "row_number"', "identity = []"])
def test_each_row_may_be_a_record_of_its_own(kind: str, line: str) -> None:
    assert profile_of(kind, line).record_identity == ()


@pytest.mark.parametrize(
    ("kind", "code"), [("dossiers", "dossier_id"), ("petitions", "petition_id")]
)
def test_where_each_row_is_a_record_no_code_is_needed(kind: str, code: str) -> None:
    assert profile_of(kind, 'identity = "row_number"', without=code).record_identity == ()
    with pytest.raises(ProfileError, match=rf"\[columns\] lacks '{code}'"):
        profile_of(kind, without=code)


@pytest.mark.parametrize(
    ("kind", "line", "message"),
    [
        ("dossiers", 'identity = ["unit_code"]', "identity lacks 'dossier_id': add it; where"),
        ("petitions", 'identity = ["received_at"]', "identity lacks 'petition_id': add it"),
        ("ratings", 'identity = ["answered_at"]', "identity lacks 'respondent_id': add it"),
        ("figures", 'identity = ["indicator"]', "identity lacks 'unit_code' and 'indicator'"),
        ("dossiers", 'identity = "dossier_id"', "'dossier_id' is no list of columns: write ["),
        ("dossiers", 'identity = ["dossier_id", "unit"]', "'unit', which is not in [columns]"),
        ("dossiers", 'identity = ["dossier_id", "channel"]', "'channel', which is not in"),
        ("dossiers", "identity = 3", "identity: "),
    ],
)
def test_what_cannot_identify_a_record_is_refused_with_what_to_write(
    kind: str, line: str, message: str
) -> None:
    with pytest.raises(ProfileError) as raised:
        profile_of(kind, line)
    assert message in str(raised.value)
