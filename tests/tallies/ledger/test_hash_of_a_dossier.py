"""The hash that names a dossier is the same number for ever, whatever computes it.

The expected numbers are those of xxHash's own library, through a package that is no part of ours:
`xxhash.xxh3_64_intdigest("H01/H01-261008-0001".encode())`. The day of receipt comes into them here,
in whole numbers of Python: 8 October 2026 is the day 20734 after 1 January 1970.
"""

import unicodedata
from datetime import datetime

import polars as pl
import polars_hash
import pytest

from pipeline import tables
from pipeline.columns import MOMENT
from pipeline.tallies.ledger import dossier_hash

from .conftest import Agencies, Row

MAY, JUNE = "2026-05", "2026-06"
BY_UNIT = 9790613296759070456
"""Of `H01/1/H01.1`."""
RECEIVED = datetime(2026, 10, 8, 9, 15)
ACCENTED = "Hồ sơ đất đai 12"


def on_day(expected: int, day: int = 20734) -> int:
    """The hash of a text together with the day of receipt."""
    return expected ^ (day * 0x9E3779B97F4A7C15 % 2**64)


def hashed(
    *dossiers: tuple[str, str | None],
    received: datetime = RECEIVED,
    identity: tuple[str, ...] = ("dossier_id",),
    unit: str = "H01.1",
) -> list[int | None]:
    """The hashes of dossiers, each by its sender's code and its own."""
    schema = {"sender_code": pl.Categorical, "dossier_id": pl.String}
    frame = pl.DataFrame(dossiers, schema, orient="row").with_columns(
        received_at=pl.lit(received, MOMENT), unit_code=pl.lit(unit, pl.Categorical())
    )
    return frame.with_columns(hash=dossier_hash(identity))["hash"].to_list()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Test vectors that implementations of XXH3 (64 bits, seed 0) publish.
        ("", 0x2D06800538D394C2),
        ("a", 0xE6C632B61E964E1F),
        ("abc", 0x78AF5F94892F3950),
    ],
)
def test_the_algorithm_is_the_published_one(text: str, expected: int) -> None:
    frame = pl.DataFrame({"text": [text]})
    assert frame.select(polars_hash.col("text").nchash.xxh3_64()).item() == expected


@pytest.mark.parametrize(
    ("sender_code", "dossier_id", "expected"),
    [
        ("H01", "H01-261008-0001", 9169379884833112074),
        ("H01", "000.00.01.H01-220915-0001", 5879423919468594235),
        ("H26", ACCENTED, 13654301690605785008),
        ("G17", "😀", 7480591695290740849),
        # Longer than 240 bytes XXH3 computes another way.
        ("H01", "x" * 300, 1952784624018945143),
    ],
)
def test_a_dossier_has_the_same_hash_for_ever(
    sender_code: str, dossier_id: str, expected: int
) -> None:
    assert hashed((sender_code, dossier_id)) == [on_day(expected)]
    # A day before 1970 is a negative number.
    long_ago = hashed((sender_code, dossier_id), received=datetime(1969, 12, 31))
    assert long_ago == [on_day(expected, day=-1)]


def test_the_hash_depends_on_the_code_and_on_its_sender() -> None:
    dossiers = [("H01", "1"), ("H02", "1"), ("H01", "2"), ("H1", "01"), ("1", "H01")]
    assert len(set(hashed(*dossiers))) == len(dossiers)


def test_a_dossier_without_a_code_has_no_hash() -> None:
    assert hashed(("H01", None), ("H01", "1"))[0] is None


def test_the_hash_is_of_the_day_of_receipt_and_not_of_its_hour() -> None:
    of_day = hashed(("H01", "1"))
    assert hashed(("H01", "1"), received=datetime(2026, 10, 8)) == of_day
    assert hashed(("H01", "1"), received=datetime(2026, 10, 8, 23, 59, 59)) == of_day
    assert hashed(("H01", "1"), received=datetime(2026, 10, 9)) != of_day
    assert hashed(("H01", "1"), received=datetime(2025, 10, 8, 9, 15)) != of_day


def test_columns_that_identify_a_dossier_stand_beside_its_code() -> None:
    by_unit = ("dossier_id", "unit_code")
    assert hashed(("H01", "1"), identity=by_unit) == [on_day(BY_UNIT)]
    assert hashed(("H01", "1"), identity=by_unit, unit="H01.2") != [on_day(BY_UNIT)]
    # The day of receipt is in it anyway.
    assert hashed(("H01", "1"), identity=("dossier_id", "received_at")) == hashed(("H01", "1"))


def test_where_each_row_is_a_dossier_nothing_names_it_over_exports() -> None:
    assert hashed(("H01", "1"), identity=()) == [None]


def test_the_hash_does_not_depend_on_the_other_rows() -> None:
    both = hashed(("H01", "1"), ("H02", "1"))
    assert both == [*hashed(("H01", "1")), *hashed(("H02", "1"))]


def test_the_ledger_keeps_the_hash(agencies: Agencies) -> None:
    agencies.send(MAY, {"code": ACCENTED, "received": "2026-05-10", "due": "2026-06-15"})
    (key,) = agencies.run(MAY)
    installation = agencies.installation
    kept = installation.store.scan_all("tallies", [key], "ledger", tables.LEDGER.schema).collect()
    assert kept.schema["dossier_hash"] == pl.UInt64
    assert kept["dossier_hash"].to_list() == hashed(
        ("A1", ACCENTED), received=datetime(2026, 5, 10)
    )


def test_a_code_in_composed_or_decomposed_letters_names_one_dossier(agencies: Agencies) -> None:
    decomposed = unicodedata.normalize("NFD", ACCENTED)
    assert decomposed != ACCENTED
    dossier: Row = {"received": "2026-05-10", "due": "2026-06-15"}
    agencies.send(MAY, dossier | {"code": decomposed})
    agencies.send(JUNE, dossier | {"code": ACCENTED})
    agencies.run(JUNE)
    # It is seen again in June, and judged there once.
    assert agencies.findings(MAY, JUNE) == []
    assert agencies.judged(MAY, JUNE) == [(JUNE, "open_overdue", "late", JUNE)]
