"""What an edition says about itself: what it changed, and what it rests on."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from pipeline.bulletin import Content, changes, data_files, manifest
from pipeline.published_data import SIMULATED

from .conftest import Delivered, Row

A, B, C = "a" * 64, "b" * 64, "c" * 64


Delivery = tuple[str, str | None, str | None, Row]
"""Sender, kind, SHA-256, and the columns that differ from an accepted delivery."""
ChangesOf = Callable[[list[Delivery], list[Delivery]], list[tuple[str | None, ...]]]
ManifestOf = Callable[..., dict[str, Any]]


@pytest.fixture
def changes_of(content: Content, delivered: Delivered) -> ChangesOf:
    """Makes the changes between two lists of deliveries."""

    def compare(before: list[Delivery], after: list[Delivery]) -> list[tuple[str | None, ...]]:
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


def test_a_delivery_of_a_kind_not_sent_before_is_added(changes_of: ChangesOf) -> None:
    before: list[Delivery] = [("H15", "dossiers", A, {})]
    after: list[Delivery] = [*before, ("H15", "ratings", B, {})]
    assert changes_of(before, after) == [("H15", "ratings", "added")]


def test_a_sender_that_was_missing_is_added(changes_of: ChangesOf) -> None:
    before: list[Delivery] = [("H15", None, None, {"status": "missing"})]
    assert changes_of(before, [("H15", "dossiers", A, {})]) == [("H15", "dossiers", "added")]


def test_a_corrected_file_replaces(changes_of: ChangesOf) -> None:
    before: list[Delivery] = [("H15", "dossiers", A, {})]
    after: list[Delivery] = [("H15", "dossiers", B, {})]
    assert changes_of(before, after) == [("H15", "dossiers", "replaced")]


def test_a_second_part_replaces_the_delivery(changes_of: ChangesOf) -> None:
    before: list[Delivery] = [("H15", "dossiers", A, {})]
    after: list[Delivery] = [*before, ("H15", "dossiers", B, {})]
    assert changes_of(before, after) == [("H15", "dossiers", "replaced")]


def test_a_removed_file_is_withdrawn(changes_of: ChangesOf) -> None:
    before: list[Delivery] = [("H15", "dossiers", A, {}), ("H16", "dossiers", C, {})]
    assert changes_of(before, before[:1]) == [("H16", "dossiers", "withdrawn")]


def test_the_same_file_with_another_result_is_read_again(changes_of: ChangesOf) -> None:
    before: list[Delivery] = [("H15", "dossiers", A, {"profile": "national", "accepted": 28})]
    after: list[Delivery] = [("H15", "dossiers", A, {"profile": "H15", "accepted": 30})]
    assert changes_of(before, after) == [("H15", "dossiers", "read_again")]


def test_a_file_of_no_known_kind_is_listed_too(changes_of: ChangesOf) -> None:
    after: list[Delivery] = [("H15", None, A, {"status": "refused", "fault": "unknown_kind"})]
    before: list[Delivery] = [("H15", None, None, {"status": "missing"})]
    assert changes_of(before, after) == [("H15", None, "added")]
    again: list[Delivery] = [("H15", None, B, {"status": "refused", "fault": "unknown_kind"})]
    assert changes_of(after, again) == [("H15", None, "replaced")]


def test_changed_values_are_listed_as_published(content: Content) -> None:
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
def manifest_of(content: Content) -> ManifestOf:
    """Makes a manifest of the second edition, with some fields of the content changed."""

    def make(**changed: Any) -> dict[str, Any]:
        inputs = pl.DataFrame(
            {
                "month": ["2026-10", "2026-09"],
                "sender_code": ["H15", "H15"],
                "kind": ["dossiers", "dossiers"],
                "file_name": ["dossiers tháng 10.csv", "dossiers.csv"],
                "sha256": [B, A],
                "profile": ["national", None],
                "profile_digest": [A, None],
                "declared_digest": pl.Series([None, None], dtype=pl.String),
            }
        )
        before = data_files(content)
        after = data_files(replace(content, indices=content.indices.head(1)))
        written = manifest(
            replace(content, **changed),
            2,
            inputs,
            ["2026-10", "2026-09"],
            changes(before, after, 1),
            ["2026-12", "2026-11"],
        )
        return json.loads(written)

    return make


def test_a_manifest_names_every_input_by_its_kind_a_number_and_its_digest(
    manifest_of: ManifestOf,
) -> None:
    assert manifest_of()["inputs"] == [
        {
            "month": "2026-09",
            "sender_code": "H15",
            "kind": "dossiers",
            "file_name": "dossiers-1",
            "sha256": A,
            "profile": None,
            "profile_digest": None,
        },
        {
            "month": "2026-10",
            "sender_code": "H15",
            "kind": "dossiers",
            "file_name": "dossiers-1",
            "sha256": B,
            "profile": "national",
            "profile_digest": A,
        },
    ]


def test_a_manifest_names_edition_method_register_months_and_versions(
    manifest_of: ManifestOf, content: Content
) -> None:
    found = manifest_of()
    assert found["edition"] == {"month": "2026-10", "number": 2, "replaces": 1}
    assert found["method"] == {
        "name": content.method.name,
        "version": content.method.version,
        "digest": content.method.digest,
    }
    assert found["methods_beside"] == [
        {"name": each.name, "version": each.version, "digest": each.digest}
        for each in content.scorecards
    ]
    assert found["register"] == {"digest": content.register.digest}
    assert found["tallied_months"] == ["2026-09", "2026-10"]
    assert found["stale_later_editions"] == ["2026-11", "2026-12"]
    assert set(found["software"]) == {"reform-index", "polars", "python"}


def test_a_manifest_lists_what_changed(manifest_of: ManifestOf) -> None:
    assert manifest_of()["changes"]["values"] == [
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


def test_a_manifest_of_simulated_exports_says_so(manifest_of: ManifestOf) -> None:
    assert manifest_of()["is_simulated"] is False
    assert "simulated" not in manifest_of()
    assert manifest_of(is_simulated=True)["simulated"] == SIMULATED
