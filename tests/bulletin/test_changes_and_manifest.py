"""What an edition says about itself: what it changed, and what it rests on."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from pipeline.bulletin import Content, changes, data_files, manifest
from pipeline.published_data import SIMULATED

A, B, C = "a" * 64, "b" * 64, "c" * 64


@pytest.fixture
def compared(content: Content, delivered: Callable[..., Any]) -> Callable[..., Any]:
    """Makes the changes between two lists of deliveries."""

    def compare(before: list[Any], after: list[Any]) -> list[tuple[str | None, ...]]:
        return changes(
            data_files(replace(content, deliveries=delivered(*before))),
            data_files(replace(content, deliveries=delivered(*after))),
            1,
        ).deliveries.rows()

    return compare


def test_a_first_edition_changes_nothing(content: Content) -> None:
    first = changes(None, data_files(content), None)
    assert first.replaces is None
    assert first.deliveries.columns == ["sender_code", "kind", "change"]
    assert first.values.columns == ["table", "unit_code", "indicator", "before", "after"]
    assert first.deliveries.is_empty()
    assert first.values.is_empty()


def test_equal_editions_change_nothing(content: Content) -> None:
    same = changes(data_files(content), data_files(content), 3)
    assert same.replaces == 3
    assert same.deliveries.is_empty()
    assert same.values.is_empty()


def test_a_number_goes_with_the_files_of_the_edition_in_force(content: Content) -> None:
    with pytest.raises(ValueError, match="goes with its data files"):
        changes(data_files(content), data_files(content), None)
    with pytest.raises(ValueError, match="goes with its data files"):
        changes(None, data_files(content), 1)


def test_a_delivery_of_a_kind_not_sent_before_is_added(compared: Callable[..., Any]) -> None:
    before = [("H15", "dossiers", A, {})]
    after = [*before, ("H15", "ratings", B, {})]
    assert compared(before, after) == [("H15", "ratings", "added")]


def test_a_sender_that_was_missing_is_added(compared: Callable[..., Any]) -> None:
    before = [("H15", None, None, {"status": "missing"})]
    assert compared(before, [("H15", "dossiers", A, {})]) == [("H15", "dossiers", "added")]


def test_a_corrected_file_replaces(compared: Callable[..., Any]) -> None:
    before, after = [("H15", "dossiers", A, {})], [("H15", "dossiers", B, {})]
    assert compared(before, after) == [("H15", "dossiers", "replaced")]


def test_a_second_part_replaces_the_delivery(compared: Callable[..., Any]) -> None:
    before = [("H15", "dossiers", A, {})]
    after = [*before, ("H15", "dossiers", B, {})]
    assert compared(before, after) == [("H15", "dossiers", "replaced")]


def test_a_removed_file_is_withdrawn(compared: Callable[..., Any]) -> None:
    before = [("H15", "dossiers", A, {}), ("H16", "dossiers", C, {})]
    assert compared(before, before[:1]) == [("H16", "dossiers", "withdrawn")]


def test_the_same_file_with_another_result_is_read_again(compared: Callable[..., Any]) -> None:
    before = [("H15", "dossiers", A, {"profile": "national", "accepted": 28})]
    after = [("H15", "dossiers", A, {"profile": "H15", "accepted": 30})]
    assert compared(before, after) == [("H15", "dossiers", "read_again")]


def test_a_file_of_no_known_kind_is_told_too(compared: Callable[..., Any]) -> None:
    after = [("H15", None, A, {"status": "refused", "fault": "unknown_kind"})]
    before = [("H15", None, None, {"status": "missing"})]
    assert compared(before, after) == [("H15", None, "added")]
    again = [("H15", None, B, {"status": "refused", "fault": "unknown_kind"})]
    assert compared(after, again) == [("H15", None, "replaced")]


def test_changed_values_are_told_as_published(content: Content) -> None:
    before = data_files(content)
    changed = content.indices.with_columns(
        value=pl.when(pl.col("note") == "no_export").then(0.5).otherwise(pl.col("value") + 1e-9)
    ).filter(pl.col("indicator") == "due_on_time")
    after = data_files(replace(content, indices=changed))
    # 0.75 + 1e-9 is published as 0.75; H15.2 had no value; one row is gone.
    assert changes(before, after, 1).values.rows() == [
        ("indices", "H15.1", "on_time_of_finished", "1", None),
        ("indices", "H15.2", "due_on_time", None, "0.5"),
    ]


@pytest.fixture
def told(content: Content) -> Callable[..., Any]:
    """Makes a manifest of the second edition, read as JSON."""

    def make(**more: Any) -> dict[str, Any]:
        inputs = pl.DataFrame(
            {
                "month": ["2026-10", "2026-09"],
                "sender_code": ["H15", "H15"],
                "kind": ["dossiers", "dossiers"],
                "file_name": ["dossiers tháng 10.csv", "dossiers.csv"],
                "sha256": [B, A],
                "profile": ["national", None],
                "profile_digest": [A, None],
            }
        )
        before = data_files(content)
        after = data_files(replace(content, indices=content.indices.head(1)))
        written = manifest(
            replace(content, **more),
            2,
            inputs,
            ["2026-10", "2026-09"],
            changes(before, after, 1),
            ["2026-12", "2026-11"],
        )
        return json.loads(written)

    return make


def test_a_manifest_names_every_input_by_its_digest(told: Callable[..., Any]) -> None:
    assert told()["inputs"] == [
        {
            "month": "2026-09",
            "sender_code": "H15",
            "kind": "dossiers",
            "file_name": "dossiers.csv",
            "sha256": A,
            "profile": None,
            "profile_digest": None,
        },
        {
            "month": "2026-10",
            "sender_code": "H15",
            "kind": "dossiers",
            "file_name": "dossiers tháng 10.csv",
            "sha256": B,
            "profile": "national",
            "profile_digest": A,
        },
    ]


def test_a_manifest_names_edition_method_register_months_and_versions(
    told: Callable[..., Any], content: Content
) -> None:
    manifest_told = told()
    assert manifest_told["edition"] == {"month": "2026-10", "number": 2, "replaces": 1}
    assert manifest_told["method"] == {
        "name": content.method.name,
        "version": content.method.version,
        "digest": content.method.digest,
    }
    assert manifest_told["methods_beside"] == [
        {"name": each.name, "version": each.version, "digest": each.digest}
        for each in content.points
    ]
    assert manifest_told["register"] == {"digest": content.register.digest}
    assert manifest_told["tallied_months"] == ["2026-09", "2026-10"]
    assert manifest_told["stale_later_editions"] == ["2026-11", "2026-12"]
    assert set(manifest_told["software"]) == {"reform-index", "polars", "python"}


def test_a_manifest_tells_what_changed(told: Callable[..., Any]) -> None:
    assert told()["changes"]["values"] == [
        {
            "table": "indices",
            "unit_code": "H15.1",
            "indicator": "due_on_time",
            "before": "0.75",
            "after": None,
        },
        {
            "table": "indices",
            "unit_code": "H15.1",
            "indicator": "on_time_of_finished",
            "before": "1",
            "after": None,
        },
    ]


def test_a_manifest_of_simulated_exports_says_so(told: Callable[..., Any]) -> None:
    assert told()["is_simulated"] is False
    assert "simulated" not in told()
    assert told(is_simulated=True)["simulated"] == SIMULATED
