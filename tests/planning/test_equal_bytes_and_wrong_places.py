"""Equal bytes count once for each kind that reads them, and wrong places are refused by name."""

from itertools import permutations
from pathlib import Path

import polars as pl
import pytest

from pipeline import planning
from pipeline.agencies import Register
from pipeline.exports import SentFile
from pipeline.profiles import Profiles, load_all

from .conftest import Send

FIGURES = """
senders = ["H01"]
kind = "figures"
file_pattern = "{pattern}"
[columns]
indicator = "i"
period_at = "m"
denominator = "{column}"
"""


@pytest.fixture(scope="module")
def profiles() -> Profiles:
    return load_all(Path("nowhere"))


def planned(
    register: Register, profiles: Profiles, *files: SentFile
) -> list[tuple[str, str | None, str, str | None, str | None]]:
    """Sender, kind, name, profile and fault of each row, which no order of the files changes."""
    columns = ("sender_code", "kind", "file_name", "profile", "fault")
    plans = [
        planning.plan_deliveries(order, register, profiles, "source")
        for order in permutations(files)
    ]
    assert all(plan.equals(plans[0]) for plan in plans)
    place = ["month", "sender_code", "kind", "sha256"]
    assert plans[0].select(pl.struct(place).is_unique().all()).item()
    return [tuple(row) for row in plans[0].select(columns).iter_rows()]


def test_equal_bytes_of_one_kind_count_once_under_the_first_name(
    register: Register, profiles: Profiles, sent: Send
) -> None:
    files = [sent(file_name=f"dossiers-{part}.csv") for part in (2, 1)]
    other = sent(file_name="dossiers-2.csv", sender_code="H02")
    assert planned(register, profiles, *files, other) == [
        ("H01", "dossiers", "dossiers-1.csv", "national-sync-dossiers", None),
        ("H02", "dossiers", "dossiers-2.csv", "national-sync-dossiers", None),
    ]


def test_equal_bytes_of_four_kinds_are_read_as_each(
    register: Register, profiles: Profiles, sent: Send
) -> None:
    kinds = ("dossiers", "figures", "petitions", "ratings")
    files = [sent(file_name=f"{kind}.csv") for kind in kinds]
    assert [(kind, fault) for _, kind, _, _, fault in planned(register, profiles, *files)] == [
        (kind, None) for kind in kinds
    ]


@pytest.mark.parametrize("name", ["a note.txt", "z.csv", "dossiers.pdf", "x/dossiers.csv"])
def test_a_copy_under_a_name_that_nothing_reads_neither_counts_nor_hides_the_file(
    register: Register, profiles: Profiles, sent: Send, name: str
) -> None:
    copy = sent(file_name=name, place="too_deep" if "/" in name else "")
    read = ("H01", "dossiers", "dossiers.csv", "national-sync-dossiers", None)
    assert planned(register, profiles, copy, sent()) == [read]
    # Other bytes are no copy.
    fault = "wrong_place" if "/" in name else "unknown_kind"
    other = sent(file_name=name, place=copy.place, sha256="b" * 64)
    assert planned(register, profiles, other, sent()) == [("H01", None, name, None, fault), read]


def test_equal_bytes_that_nothing_reads_are_refused_once(
    register: Register, profiles: Profiles, sent: Send
) -> None:
    files = [sent(file_name="b.csv"), sent(file_name="a.txt")]
    assert planned(register, profiles, *files) == [("H01", None, "a.txt", None, "unknown_kind")]


def test_equal_bytes_that_two_profiles_of_one_kind_read_are_refused_by_name(
    register: Register, sent: Send, tmp_path: Path
) -> None:
    for name, column in (("late", "a"), ("early", "b")):
        text = FIGURES.format(pattern=f"figures-{name}*", column=column)
        (tmp_path / f"{name}.toml").write_text(text)
    files = [sent(file_name=f"figures-{name}.csv") for name in ("late", "early")]
    own = load_all(tmp_path)
    assert planned(register, own, *files) == [
        ("H01", "figures", "figures-aaaaa.csv", None, "ambiguous_profile")
    ]
    (message,) = planning.plan_deliveries(files, register, own, "source")["message"]
    assert "the same bytes are read by two profiles (early and late)" in message
    # Each alone, or of other bytes, is read.
    assert planned(register, own, files[0])[0][-2:] == ("late", None)
    other = sent(file_name="figures-early.csv", sha256="b" * 64)
    assert [row[-2:] for row in planned(register, own, files[0], other)] == [
        ("late", None),
        ("early", None),
    ]


def test_a_name_with_letters_that_nobody_sees_is_the_name_that_is_seen(
    register: Register, profiles: Profiles, sent: Send
) -> None:
    name = "\u200bdossiers.csv\ufeff"
    assert planned(register, profiles, sent(file_name=name)) == [
        ("H01", "dossiers", "<U+200B>dossiers.csv<U+FEFF>", "national-sync-dossiers", None)
    ]


@pytest.mark.parametrize("place", ["too_deep", "second_folder", "link", "no_folder"])
def test_a_file_in_a_wrong_place_is_refused_in_both_languages_without_its_name(
    register: Register, profiles: Profiles, sent: Send, place: str
) -> None:
    file = sent(file_name="dossiers of Ms A.csv", place=place)
    (row,) = planning.plan_deliveries([file], register, profiles, "source").to_dicts()
    assert (row["fault"], row["kind"], row["profile"]) == ("wrong_place", None, None)
    assert " was not read: " in row["message"]
    assert " không được đọc: " in row["message_vi"]
    assert "Ms A" not in row["message"] + row["message_vi"]
