"""The history of a month: whose export, or what else, made each edition."""

import json
from typing import Any

import pytest

from pipeline.edition_history import (
    ChangedDelivery,
    EditionRecord,
    mark_altered,
    read_history,
    restore_records,
    write_records,
)

MONTH = "2026-10"


def a_file(sender: str = "H26", month: str = MONTH, **other: str) -> dict[str, str]:
    """A file that an edition was computed from."""
    row = {"month": month, "sender_code": sender, "kind": "dossiers", "sha256": "a" * 64}
    return {**row, "profile": "national", "profile_digest": "p" * 64, **other}


def manifest(**changed: Any) -> bytes:
    """The manifest of an edition that changed nothing, but for what is given."""
    contents = {
        "is_simulated": False,
        "method": {"name": "reform-index", "digest": "m"},
        "methods_beside": [{"name": "decision-766", "digest": "d"}],
        "register": {"digest": "r"},
        "software": {"polars": "2.1.0"},
        "inputs": [a_file()],
        "changes": {"deliveries": [], "values": []},
    }
    return json.dumps(contents | changed).encode()


def history(*manifests: bytes | None) -> tuple[EditionRecord, ...]:
    read = {
        number: (content, "missing" if content is None else "")
        for number, content in enumerate(manifests, 1)
    }
    return read_history(MONTH, read)


def causes(before: bytes, after: bytes) -> tuple[tuple[ChangedDelivery, ...], tuple[str, ...]]:
    record = history(before, after)[-1]
    return record.deliveries, record.other_causes


def test_editions_come_in_order_of_their_numbers_and_the_first_has_no_cause() -> None:
    records = history(manifest(), manifest())
    assert [record.number for record in records] == [1, 2]
    assert [(record.deliveries, record.other_causes) for record in records] == [((), ())] * 2


def test_what_the_manifest_says_of_deliveries_and_values_is_read() -> None:
    changes = {
        "deliveries": [{"sender_code": "H26", "kind": "dossiers", "change": "replaced"}],
        "values": [
            {"unit_code": "H26.01", "indicator": "due_on_time"},
            {"unit_code": "H26", "indicator": "due_on_time"},
            {"unit_code": "H26", "indicator": "on_time_766"},
        ],
    }
    record = history(manifest(), manifest(changes=changes))[-1]
    assert record.deliveries == (ChangedDelivery(MONTH, "H26", "dossiers", "replaced"),)
    assert (record.changed_values, record.changed_units) == (3, ("H26", "H26.01"))


@pytest.mark.parametrize("month", ["2026-09", MONTH])
@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ([], [{}], "added"),
        ([{}], [], "withdrawn"),
        ([{}], [{"sha256": "b" * 64}], "replaced"),
        ([{}], [{}, {"sha256": "b" * 64}], "replaced"),
        ([{}], [{"profile_digest": "q" * 64}], "read_again"),
    ],
)
def test_files_that_differ_between_two_manifests_are_named_with_their_month_and_sender(
    month: str, before: list[dict[str, str]], after: list[dict[str, str]], change: str
) -> None:
    sides = [
        manifest(inputs=[a_file("H01"), *(a_file("H26", month, **each) for each in side)])
        for side in (before, after)
    ]
    assert causes(*sides) == ((ChangedDelivery(month, "H26", "dossiers", change),), ())


def test_a_delivery_that_the_manifest_names_is_not_named_twice() -> None:
    changed = {"sender_code": "H26", "kind": "dossiers", "change": "read_again"}
    after = manifest(
        inputs=[a_file(sha256="b" * 64)], changes={"deliveries": [changed], "values": []}
    )
    named = ChangedDelivery(MONTH, "H26", "dossiers", "read_again")
    assert causes(manifest(), after) == ((named,), ())


def test_a_file_without_a_kind_has_an_empty_one() -> None:
    after = manifest(inputs=[a_file(), a_file("H01", kind=None)])  # type: ignore[arg-type]
    assert causes(manifest(), after)[0] == (ChangedDelivery(MONTH, "H01", "", "added"),)


@pytest.mark.parametrize(
    ("changed", "cause"),
    [
        ({"method": {"name": "reform-index", "digest": "n"}}, "method"),
        ({"methods_beside": []}, "method"),
        ({"register": {"digest": "s"}}, "register"),
        ({"software": {"polars": "2.2.0"}}, "software"),
    ],
)
def test_another_method_register_or_version_is_a_cause(changed: dict[str, Any], cause: str) -> None:
    assert causes(manifest(), manifest(**changed)) == ((), (cause,))


def test_an_edition_that_was_altered_when_the_next_replaced_it_is_marked() -> None:
    first, second = history(manifest(), manifest(altered_in_edition_replaced=["data/indices.csv"]))
    assert (first.fault, second.fault) == ("altered", "")
    assert second.altered_before == ("data/indices.csv",)


def test_the_edition_in_force_is_marked_where_it_is_altered() -> None:
    marked = mark_altered(history(manifest(), manifest()))
    assert [each.fault for each in marked] == ["", "altered"]
    # What is known to be wrong already says more.
    assert mark_altered(history(manifest(), None))[-1].fault == "missing"


def test_a_history_that_is_remembered_is_the_same() -> None:
    changes = {
        "deliveries": [{"sender_code": "H26", "kind": None, "change": "replaced"}],
        "values": [{"unit_code": "Đ", "indicator": "due_on_time"}],
    }
    after = manifest(changes=changes, altered_in_edition_replaced=["data/indices.csv"], software={})
    whole = history(manifest(), after, None)
    assert whole[1].deliveries
    assert restore_records(write_records(whole)) == whole


@pytest.mark.parametrize(
    "broken",
    [b"", b"{", b"[]", b"null", b"\xff", b'{"changes": 1}', b"[" * 100_000, manifest(inputs=7)],
)
def test_a_manifest_that_is_none_is_named_and_the_others_are_read(broken: bytes) -> None:
    first, second, third = history(manifest(), broken, manifest(software={"polars": "3"}))
    assert (first.fault, second.fault, third.fault) == ("", "unreadable", "")
    assert second.digest == ""
    # Compared with an edition that nobody can read nothing can be said of causes.
    assert (third.deliveries, third.other_causes) == ((), ())


def test_a_missing_manifest_keeps_the_word_for_what_is_wrong_with_it() -> None:
    first, second = history(None, manifest())
    assert (first.fault, second.fault) == ("missing", "")


def test_nothing_is_known_of_a_month_without_editions() -> None:
    assert read_history(MONTH, {}) == ()
