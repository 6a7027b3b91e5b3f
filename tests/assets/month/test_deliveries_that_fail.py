"""Whatever goes wrong inside a delivery refuses that delivery, and changes no other one.

The faults are made where a real one would be: in the functions that a delivery goes through.
"""

import errno
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.exceptions import ComputeError, PanicException

from assets.month import checked_tallies, deliveries, failure_log, receive, tally
from assets.month.deliveries import FindReasons, Worked
from assets.month.inputs import MonthInputs, read_inputs
from assets.month.installation import Installation
from expectations.engine.runner import SuiteError
from expectations.rules import records as row_rules
from pipeline import records, tables
from pipeline.home import HomeError
from pipeline.tallies.dossiers import judge_dossiers

pytestmark = pytest.mark.runs

BEFORE, MONTH = "2026-09", "2026-10"
KINDS = tuple(tables.KINDS)
NAME = "Trần Văn Ba"


def files_of(sender: str, month: str) -> dict[str, str]:
    """One record of each kind."""
    day = f"{month.replace('-', '')}05"
    return {
        "dossiers": "MaHoSo,MaTTHC,DonViXuLy,TrangThaiHoSo,KenhThucHien,LoaiDoiTuong,NgayTiepNhan,"
        f"NgayHenTra,NgayKetThucXuLy\n{sender}-{month},1.001,{sender},9,1,1,{day}090000,"
        f"{day}235959,{day}100000\n",
        "ratings": "MaPhieu,MaHoSo,DonViXuLy,CauHoi,DiemDanhGia,HinhThuc,NgayDanhGia,"
        f"NgayKetThucXuLy\nP1,{sender}-{month},{sender},TC,5,1,{day}120000,{day}100000\n",
        "petitions": "MaPAKN,DonViXuLy,NoiDung,NgayTiepNhan,HanXuLy,NgayXuLy,TrangThai\n"
        f"PA1,{sender},1,{day}080000,,,2\n",
        "figures": "unit_code,indicator,breakdown,month,numerator,denominator\n"
        f"{sender},due_on_time,,{month},9,10\n",
    }


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Three provinces, each with one record of each kind in two months."""
    root = tmp_path / "home"
    for sender in ("H01", "H05", "H26"):
        for month in (BEFORE, MONTH):
            folder = root / "inbox" / sender / month
            folder.mkdir(parents=True)
            for kind, content in files_of(sender, month).items():
                (folder / f"{kind}.csv").write_text(content, encoding="utf-8")
    return root


def begin(home: Path) -> MonthInputs:
    """As a run begins: a new look at the home, and the plans."""
    return receive.receive_exports(Installation.at(home), MONTH)


def count(home: Path, find_reasons: FindReasons = row_rules.find_reasons) -> Worked:
    """Records and counts all that is pending; what failed in either."""
    recorded = deliveries.record_pending(begin(home), find_reasons)
    checked = checked_tallies.count_and_check(recorded.inputs)
    deliveries.merge_pending(checked.inputs)
    return Worked(checked.inputs, checked.recomputed, recorded.failures + checked.failures)


def results_of(home: Path, sender: str, month: str = MONTH) -> dict[str, bytes]:
    """The stored files of the records and tallies of a delivery, by stage and name."""
    inputs = read_inputs(Installation.at(home), MONTH)
    plan = inputs.known_plans[month].filter(sender_code=sender)
    return {
        f"{stage}/{path.name}": path.read_bytes()
        for stage, column in (("records", "key"), ("tallies", "tallies_key"))
        for path in sorted((home / "store" / stage / plan[column][0]).iterdir())
    }


def statuses(inputs: MonthInputs) -> dict[str, set[str]]:
    """By sender, what became of its files of the month."""
    rows = inputs.delivered.select("sender_code", "kind", "fault").iter_rows()
    found: dict[str, set[str]] = {}
    for sender, kind, fault in rows:
        found.setdefault(sender, set())
        if fault is not None:
            found[sender].add(f"{kind} {fault}")
    return found


def fail_at(kind: str, error: BaseException, sender: str = "H05") -> FindReasons:
    """Row rules that fail where rows of a kind and sender are among those checked."""

    def find_reasons(of_kind: str, frame: pl.DataFrame, month: str) -> pl.DataFrame:
        if (of_kind, month) == (kind, MONTH) and (frame["sender_code"] == sender).any():
            raise error
        return row_rules.find_reasons(of_kind, frame, month)

    return find_reasons


ALL_REFUSED = {f"{kind} not_processed" for kind in KINDS}
ERRORS = [
    ValueError("year 0 is out of range"),
    OverflowError("int too big to convert"),
    RecursionError("maximum recursion depth exceeded"),
    MemoryError(),
    ComputeError(f'conversion failed: ["{NAME}"]'),
    PanicException("index out of bounds"),
    SuiteError("a rule cannot be checked"),
    KeyError(NAME),
]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    """The results of the others where the sender that fails elsewhere sent nothing at all."""
    root = tmp_path_factory.mktemp("undisturbed") / "home"
    for sender in ("H01", "H26"):
        for month in (BEFORE, MONTH):
            folder = root / "inbox" / sender / month
            folder.mkdir(parents=True)
            for kind, content in files_of(sender, month).items():
                (folder / f"{kind}.csv").write_text(content, encoding="utf-8")
    assert count(root).failures == []
    return {sender: results_of(root, sender) for sender in ("H01", "H26")}


@pytest.mark.parametrize(
    ("kind", "error"),
    [*zip([*KINDS, *KINDS], ERRORS, strict=True)],
    ids=lambda given: given if isinstance(given, str) else type(given).__name__,
)
def test_a_delivery_whose_rows_cannot_be_checked_is_refused_and_the_others_are_as_without_it(
    home: Path, undisturbed: dict[str, dict[str, bytes]], kind: str, error: BaseException
) -> None:
    done = count(home, fail_at(kind, error))
    assert [(each.sender_code, each.cause) for each in done.failures] == [
        ("H05", type(error).__name__)
    ]
    assert statuses(done.inputs) == {"H01": set(), "H05": ALL_REFUSED, "H26": set()}
    assert {sender: results_of(home, sender) for sender in undisturbed} == undisturbed
    log = (home / "logs" / f"{MONTH}.log").read_text("utf-8")
    assert "in find_reasons\n" in log
    assert type(error).__name__ in log
    assert "Trần" not in log


def test_where_one_file_cannot_be_read_the_other_files_of_its_sender_count(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = records.check_file_belongs

    def fail(typed: pl.DataFrame, kind: str, month: str) -> None:
        if (kind, month) == ("ratings", MONTH) and (typed["sender_code"] == "H26").any():
            raise OverflowError
        check(typed, kind, month)

    monkeypatch.setattr(records, "check_file_belongs", fail)
    done = count(home)
    assert statuses(done.inputs) == {"H01": set(), "H05": set(), "H26": {"ratings not_processed"}}
    rows = done.inputs.delivered.filter(sender_code="H26", kind="dossiers")["accepted"]
    assert rows.to_list() == [1]


Break = Callable[[pytest.MonkeyPatch], None]


def fail_in_judging(patch: pytest.MonkeyPatch) -> None:
    """Dossiers of H05 cannot be judged in the month before."""

    def fail(rows: pl.LazyFrame, month: str, *given: Any) -> pl.LazyFrame:
        if month == BEFORE and (rows.collect()["sender_code"] == "H05").any():
            raise PanicException("attempt to add with overflow")
        return judge_dossiers(rows, month, *given)

    patch.setattr(tally, "judge_dossiers", fail)


def count_below_zero(patch: pytest.MonkeyPatch) -> None:
    """A sum of H05 wraps around in the month before: a rule of the table of figures is broken."""
    count_rightly = tally.count_figures

    def wrap(figures: pl.LazyFrame, month: str) -> pl.DataFrame:
        is_wrapped = (pl.col("sender_code") == "H05") & (pl.lit(month) == BEFORE)
        wrapped = pl.when(is_wrapped).then(-1).otherwise(pl.col("numerator")).cast(pl.Int64)
        return count_rightly(figures, month).with_columns(numerator=wrapped)

    patch.setattr(tally, "count_figures", wrap)


@pytest.mark.parametrize("break_it", [fail_in_judging, count_below_zero])
def test_a_delivery_that_cannot_be_counted_is_refused_and_its_next_month_goes_on_without_it(
    home: Path, undisturbed: dict[str, dict[str, bytes]], break_it: Break
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        break_it(patch)
        done = count(home)
    assert [(each.month, each.sender_code) for each in done.failures] == [(BEFORE, "H05")]
    before = done.inputs.at_earlier_month(BEFORE)
    assert statuses(before) == {"H01": set(), "H05": ALL_REFUSED, "H26": set()}
    assert statuses(done.inputs) == {"H01": set(), "H05": set(), "H26": set()}
    assert {sender: results_of(home, sender) for sender in undisturbed} == undisturbed
    # The ledger after the next month knows its own dossier and none of the refused month.
    assert done.inputs.cells.outcomes.filter(sender_code="H05").collect()[
        "month"
    ].unique().to_list() == [MONTH]
    # It is as where the files of the month before are faulty themselves.
    assert deliveries.has_all_results(done.inputs)


def test_what_failed_is_tried_in_the_next_run_and_then_everything_is_as_if_it_never_had(
    home: Path, tmp_path: Path
) -> None:
    never_failed = tmp_path / "never_failed"
    shutil.copytree(home, never_failed)
    expected = count(never_failed).inputs
    failed = count(home, fail_at("dossiers", ValueError("once"))).inputs
    assert failed.generation != expected.generation
    # Commands that only look see what the run saw.
    assert read_inputs(Installation.at(home), MONTH).generation == failed.generation
    # The next run is not done without trying.
    assert not deliveries.has_all_results(begin(home))
    again = count(home)
    assert again.failures == []
    assert again.inputs.generation == expected.generation
    assert results_of(home, "H05") == results_of(never_failed, "H05")


def test_what_fails_twice_in_the_same_way_is_not_tried_again_until_something_changes(
    home: Path,
) -> None:
    first = count(home, fail_at("figures", ValueError("always"))).inputs
    second = count(home, fail_at("figures", ValueError("always"))).inputs
    assert second.generation == first.generation
    third = count(home, fail_at("figures", ValueError("always")))
    assert (third.recomputed, third.failures) == ([], [])
    assert third.inputs.generation == first.generation
    assert deliveries.has_all_results(begin(home))
    # The sender sends the month anew: another delivery, which is read.
    sent = home / "inbox" / "H05" / MONTH / "figures.csv"
    sent.write_text(sent.read_text("utf-8").replace(",9,10", ",8,10"), encoding="utf-8")
    assert statuses(count(home).inputs)["H05"] == set()


def test_what_fails_for_want_of_memory_is_always_tried_again(home: Path) -> None:
    for _ in range(3):
        assert len(count(home, fail_at("petitions", MemoryError())).failures) == 1
    assert count(home).failures == []


@pytest.mark.parametrize(
    "error",
    [OSError(errno.ENOSPC, "No space left on device"), HomeError("the store cannot be written")],
    ids=lambda error: type(error).__name__,
)
def test_an_error_of_the_machine_ends_the_run_and_refuses_nobody(
    home: Path, error: Exception
) -> None:
    with pytest.raises(type(error)):
        count(home, fail_at("dossiers", error))
    assert statuses(count(home).inputs) == {"H01": set(), "H05": set(), "H26": set()}


def test_a_failure_is_forgotten_with_the_delivery_that_it_was_of(home: Path) -> None:
    failed = count(home, fail_at("figures", ValueError("always"))).inputs
    deliveries.forget_superseded(failed)
    assert len(failed.installation.store.keys("failed")) == 1
    for sent in (home / "inbox" / "H05" / MONTH).iterdir():
        sent.unlink()
    deliveries.forget_superseded(count(home).inputs)
    assert failed.installation.store.keys("failed") == []


@pytest.mark.parametrize(
    ("message", "masked"),
    [
        (f"""conversion from `str` failed: ["{NAME}", "it's"] in row""", "conversion from …"),
        (f"could not convert {NAME}", "could not convert … … …"),
        ("value 079123456789 is too long", "value 999999999999 is too long"),
        ("year 0 is out of range", "year 9 is out of range"),
        (f"one\nline ({NAME})\nmore", "one\nline …"),
    ],
)
def test_no_value_that_a_message_quotes_is_in_the_log(message: str, masked: str) -> None:
    assert failure_log.mask_message(message) == masked


def test_only_the_owner_may_read_the_log(home: Path) -> None:
    count(home, fail_at("ratings", ValueError()))
    log = home / "logs" / f"{MONTH}.log"
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert stat.S_IMODE(log.parent.stat().st_mode) == 0o700
