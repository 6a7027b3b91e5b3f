"""A file that was sent for a month before already, where nothing in it says the month."""

import polars as pl
import pytest

from pipeline.repeated_months import REPEATS, measure_repeats
from pipeline.tables import DELIVERED

MONTH = "2026-10"
File = tuple[str, str, str]
"""Kind, hash and status."""


def delivered(*files: File) -> pl.DataFrame:
    frame = pl.DataFrame(files, schema=["kind", "sha256", "status"], orient="row")
    return DELIVERED.conform(frame.with_columns(sender_code=pl.lit("H26")))


def repeats(now: list[File], **before: list[File]) -> list[tuple[object, ...]]:
    """Kind, files, repeated ones and their month; `before` is by month, like m2026_09."""
    months = {name[1:].replace("_", "-"): delivered(*files) for name, files in before.items()}
    found = measure_repeats({**months, MONTH: delivered(*now)}, MONTH)
    assert found.schema == REPEATS
    return found.select("kind", "files", "repeated", "sent_for").rows()


def test_of_two_files_the_one_that_a_month_before_had_is_counted() -> None:
    now = [("figures", "a", "accepted"), ("figures", "b", "accepted")]
    before = [("figures", "a", "accepted")]
    assert repeats(now, m2026_08=before, m2026_09=before) == [("figures", 2, 1, "2026-09")]
    assert repeats(now) == [("figures", 2, 0, None)]


@pytest.mark.parametrize(
    ("now", "before"),
    [
        (("figures", "a", "accepted"), ("figures", "a", "refused")),
        (("figures", "a", "accepted"), ("ratings", "a", "accepted")),
        (("ratings", "a", "accepted"), ("ratings", "b", "accepted")),
    ],
)
def test_another_file_another_kind_and_a_refused_file_are_not_repeated(
    now: File, before: File
) -> None:
    assert repeats([now], m2026_09=[before]) == [(now[0], 1, 0, None)]


def test_dossiers_say_their_month_themselves() -> None:
    file = ("dossiers", "a", "accepted")
    assert repeats([file], m2026_09=[file]) == []
