"""The digest of an edition's data follows from all files, and from the package alone."""

import json
from pathlib import Path

import pytest

from pipeline.agencies import Register
from pipeline.editions import Editions
from pipeline.warehouse import Warehouse, data_digest, read_data_digest

from .conftest import MakeEdition

PACKAGE = "data/datapackage.json"


def test_the_order_of_the_files_does_not_matter_and_their_bytes_do(edition: MakeEdition) -> None:
    data = edition()
    assert data_digest(dict(reversed(data.items()))) == data_digest(data)
    assert data_digest(data | {"data/indices.csv": b""}) != data_digest(data)


@pytest.mark.parametrize("value", [0.75, 0.5, None])
def test_the_package_alone_gives_the_digest_of_all_files(
    edition: MakeEdition, value: float | None
) -> None:
    data = edition(value=value)
    assert read_data_digest(data[PACKAGE]) == data_digest(data)


def test_a_published_edition_read_back_from_disk_has_the_same_digest(
    edition: MakeEdition, tmp_path: Path
) -> None:
    editions = Editions(tmp_path)
    editions.publish("2026-10", 1, edition())
    data = editions.data("2026-10") or {}
    package = (tmp_path / "2026-10" / PACKAGE).read_bytes()
    assert read_data_digest(package) == data_digest(data)


def test_editions_with_other_data_have_other_digests(edition: MakeEdition) -> None:
    packages = [edition(value=value)[PACKAGE] for value in (0.75, 0.5)]
    assert len({read_data_digest(package) for package in packages}) == 2


def test_a_filled_month_is_not_behind_by_the_digest_of_its_package(
    warehouse: Warehouse, edition: MakeEdition, register: Register
) -> None:
    data = edition()
    warehouse.fill("2026-10", 1, data, register)
    digest = read_data_digest(data[PACKAGE])
    assert digest
    assert warehouse.is_behind({"2026-10": (1, digest)}) == []


@pytest.mark.parametrize(
    "package",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        "\u0110\u1eafk L\u1eafk".encode("utf-16"),
        b'{"resources": null}',
        b'{"resources": [{"path": "indices.csv"}]}',
        b'{"resources": [{"path": "indices.csv", "hash": null}]}',
        b'{"resources": [{"path": "indices.csv", "hash": "md5:00"}]}',
    ],
)
def test_a_package_that_does_not_name_the_hashes_gives_none(package: bytes) -> None:
    assert read_data_digest(package) is None


def test_one_file_without_a_hash_is_enough_to_give_none(edition: MakeEdition) -> None:
    package = json.loads(edition()[PACKAGE])
    del package["resources"][-1]["hash"]
    assert read_data_digest(json.dumps(package).encode()) is None
