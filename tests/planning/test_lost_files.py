"""A file whose bytes are lost is refused by name, and read again once they are back."""

from pathlib import Path

import polars as pl
import pytest

from pipeline import planning
from pipeline.agencies import Register
from pipeline.profiles import Profiles, load_all

from .conftest import Send


@pytest.fixture(scope="module")
def profiles() -> Profiles:
    return load_all(Path("nowhere"))


@pytest.mark.parametrize("kind", ["dossiers", "ratings", "petitions", "figures"])
def test_a_lost_file_is_refused_and_the_files_beside_it_are_read(
    register: Register, profiles: Profiles, sent: Send, kind: str
) -> None:
    lost = "b" * 64
    files = [
        sent(file_name=f"{kind}-1.csv"),
        sent(file_name=f"{kind}-2.csv", sha256=lost),
        sent(sender_code="H02"),
    ]
    plan = planning.plan_deliveries(files, register, profiles, "source", [lost])
    assert [file.sha256 for file in planning.readable_files(plan)] == ["a" * 64, "a" * 64]
    (refused,) = planning.refused_files(plan).to_dicts()
    assert (refused["sender_code"], refused["fault"]) == ("H01", "archive_damaged")
    assert f"archive/files/bb/{lost} is missing or damaged" in refused["message"]
    assert "put the file into the inbox again" in refused["message"]
    assert "đặt lại tệp vào inbox" in refused["message_vi"]


def test_the_delivery_has_another_key_until_its_bytes_are_back(
    register: Register, profiles: Profiles, sent: Send
) -> None:
    files = [sent(), sent(sender_code="H02")]

    def keys(lost: list[str]) -> pl.Series:
        return planning.plan_deliveries(files, register, profiles, "source", lost)["key"]

    assert (keys(["a" * 64]) == keys([])).to_list() == [False, False]
    assert keys(["c" * 64]).equals(keys([]))


def test_a_plan_is_made_anew_when_a_file_is_lost_or_back(sent: Send) -> None:
    files = [sent(), sent(sender_code="H02", sha256="b")]
    digests = [planning.plan_digest(files, (), {}, lost) for lost in ((), ["b"], ["c"])]
    assert digests[0] != digests[1]
    assert digests[0] == digests[2] == planning.plan_digest(files, (), {})
