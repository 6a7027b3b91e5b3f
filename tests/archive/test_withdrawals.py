"""What is gone from the inbox is taken back by a sender, or the inbox is not what it was."""

import shutil
from pathlib import Path

import pytest

from pipeline.archive import Digests, WithdrawalError, check_withdrawals, list_inbox
from pipeline.home import HomeError

from .conftest import MONTH, Installed

BEFORE = "2026-09"


@pytest.fixture
def sent(installed: Installed) -> Installed:
    """H01 has sent two files, H02 one; H03 one for the month before."""
    installed.put(b"1", "dossiers.csv", "H01")
    installed.put(b"2", "ratings.csv", "H01")
    installed.put(b"3", "dossiers.csv", "H02")
    (installed.inbox / "H03" / BEFORE).mkdir(parents=True)
    (installed.inbox / "H03" / BEFORE / "figures.csv").write_bytes(b"4")
    installed.receive()
    files = list_inbox(installed.inbox).files_of(BEFORE)
    installed.archive.receive(files, BEFORE, Digests(installed.home / "digests.json"))
    return installed


def check(sent: Installed, *, is_confirmed: bool = False) -> None:
    inbox = list_inbox(sent.inbox)
    check_withdrawals(
        sent.archive, inbox, [BEFORE, MONTH], lambda *_: True, is_confirmed=is_confirmed
    )


def message(sent: Installed) -> str:
    with pytest.raises(WithdrawalError) as told:
        check(sent)
    assert isinstance(told.value, HomeError)
    return str(told.value)


def test_before_anything_was_received_nothing_is_missed(installed: Installed) -> None:
    check(installed)
    installed.inbox.mkdir()
    check(installed)


def test_an_inbox_that_is_as_it_was_or_has_more_is_fine(sent: Installed) -> None:
    check(sent)
    sent.put(b"5", "dossiers.csv", "H05")
    check(sent)


@pytest.mark.parametrize("is_confirmed", [False, True])
def test_an_inbox_that_is_missing_is_no_withdrawal_even_if_that_is_confirmed(
    sent: Installed, *, is_confirmed: bool
) -> None:
    shutil.rmtree(sent.inbox)
    with pytest.raises(WithdrawalError, match=f"the inbox {sent.inbox} is missing, .* mount or"):
        check(sent, is_confirmed=is_confirmed)


@pytest.mark.parametrize("left", [None, ".hidden", "read me.txt", "lost+found/x", "H01/.hidden"])
def test_an_inbox_without_a_sender_s_folder_or_with_empty_ones_is_an_empty_inbox(
    sent: Installed, left: str | None
) -> None:
    shutil.rmtree(sent.inbox)
    sent.inbox.mkdir()
    if left:
        (sent.inbox / left).parent.mkdir(exist_ok=True)
        (sent.inbox / left).write_text("x")
    assert f"the inbox {sent.inbox} is empty" in message(sent)
    assert f"reform-index run --home {sent.home} --month <YYYY-MM> --confirm" in message(sent)
    check(sent, is_confirmed=True)


@pytest.mark.parametrize("state", ["missing", "empty", "leads out of the inbox"])
@pytest.mark.parametrize("sender", ["H01", "H02", "H03"])
def test_a_sender_s_folder_that_is_not_there_is_named(
    sent: Installed, sender: str, state: str
) -> None:
    folder = sent.inbox / sender
    if state.startswith("leads"):
        folder.rename(sent.home / "elsewhere")
        folder.symlink_to(sent.home / "elsewhere")
    else:
        shutil.rmtree(folder)
    if state == "empty":
        folder.mkdir()
    words = state if state.startswith("leads") else f"is {state}"
    assert message(sent).startswith(
        f"{folder} {words}, and files that were received from there count"
    )
    check(sent, is_confirmed=True)


def remove(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.mark.parametrize(
    "gone",
    [
        [f"H01/{MONTH}/ratings.csv"],
        [f"H01/{MONTH}/ratings.csv", f"H01/{MONTH}/dossiers.csv"],
        [f"H02/{MONTH}/dossiers.csv"],
        # One file of several senders each, while others of theirs are there.
        [f"H01/{MONTH}/ratings.csv", f"H02/{MONTH}/dossiers.csv"],
    ],
)
def test_a_sender_may_take_back_its_files(sent: Installed, gone: list[str]) -> None:
    for path in gone:
        remove(sent.inbox / path)
    check(sent)


def test_a_sender_may_take_back_a_month_while_its_folder_has_another(sent: Installed) -> None:
    sent.put(b"6", "dossiers.csv", "H03")
    remove(sent.inbox / "H03" / BEFORE)
    check(sent)


@pytest.mark.parametrize("other", [f"H02/{MONTH}/dossiers.csv", f"H03/{BEFORE}/figures.csv"])
def test_all_that_several_senders_had_sent_for_a_month_asks_to_be_confirmed(
    sent: Installed, other: str
) -> None:
    for path in (f"H01/{MONTH}/dossiers.csv", f"H01/{MONTH}/ratings.csv", other):
        remove(sent.inbox / path)
    told = message(sent)
    _, sender, month = ("", *other.split("/")[:2])
    assert "all files of 2 senders are gone" in told
    assert f"H01 ({MONTH}), {sender} ({month}). Put them back, and run again" in told
    assert "--confirm-withdrawals" in told
    check(sent, is_confirmed=True)


def test_only_months_that_are_looked_at_are_missed(sent: Installed) -> None:
    shutil.rmtree(sent.inbox / "H03")
    check_withdrawals(sent.archive, list_inbox(sent.inbox), [MONTH], lambda *_: True)


def test_files_that_were_refused_may_go_with_their_folders(sent: Installed) -> None:
    for sender in ("H01", "H02"):
        shutil.rmtree(sent.inbox / sender)
    inbox = list_inbox(sent.inbox)
    asked = []

    def has_counted(month: str, sender: str) -> bool:
        asked.append((month, sender))
        return False

    check_withdrawals(sent.archive, inbox, [BEFORE, MONTH], has_counted)
    # Only of those that are gone is it asked.
    assert sorted(asked) == [(MONTH, "H01"), (MONTH, "H02")]


def test_a_file_under_another_name_is_not_gone(sent: Installed) -> None:
    for sender in ("H01", "H02"):
        path = sent.inbox / sender / MONTH / "dossiers.csv"
        path.rename(path.with_name("dossiers-1.csv"))
    check(sent)


def test_a_refused_place_is_no_withdrawal(sent: Installed) -> None:
    """What is there and not read is refused by name, so its sender has not taken it back."""
    for sender in ("H01", "H02"):
        folder = sent.inbox / sender / MONTH
        folder.rename(folder.with_name("inner"))
        folder.mkdir()
        folder.with_name("inner").rename(folder / MONTH)
    check(sent)
