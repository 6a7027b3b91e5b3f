"""A run reads the inbox as it is: what is gone by a fault is no withdrawal, and nothing is lost."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from assets.explain.explain import explain_number
from assets.month.installation import Installation

from ..conftest import LAST_MONTH as MONTH
from ..conftest import ReformIndex, Said

pytestmark = pytest.mark.runs

HEADER = "unit_code,indicator,breakdown,month,numerator,denominator"


def figures(sender: str, numerator: int = 90) -> str:
    return f"{HEADER}\n{sender},due_on_time,,{MONTH},{numerator},100\n"


class Home:
    """A home in which three agencies send ready-made counts; the first two have sent."""

    def __init__(self, root: Path, reform_index: ReformIndex) -> None:
        self.root = root
        self.inbox = root / "inbox"
        self._reform_index = reform_index
        root.mkdir()
        rows = [f"{code},Trung tâm {code},pilot" for code in ("T1", "T2", "T3")]
        register = "\n".join(["code,name_vi,kind", *rows, ""])
        (root / "agencies.csv").write_text(register, encoding="utf-8")
        self.put("T1", figures("T1"))
        self.put("T2", figures("T2", 80))

    def put(self, sender: str, content: str, way: str = f"{MONTH}/figures.csv") -> Path:
        path = self.inbox / sender / way
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        return path

    def run(self, *more: str) -> Said:
        return self._reform_index("run", "--month", MONTH, "--home", self.root, *more)

    def status(self) -> Said:
        return self._reform_index("status", "--home", self.root)

    @property
    def edition(self) -> str:
        return (self.root / "published" / MONTH).readlink().name

    def events(self) -> list[str]:
        lines = (self.root / "archive" / "deliveries.jsonl").read_text("utf-8").splitlines()
        return [json.loads(line)["event"] for line in lines]

    def deliveries(self) -> dict[str, str]:
        """By sender, the state of its files."""
        rows = pl.read_csv(self.root / "published" / MONTH / "data" / "deliveries.csv")
        return dict(rows.select("sender_code", "status").unique().sort("sender_code").iter_rows())

    def numerators(self) -> dict[str, int]:
        """By unit, how many were on time by the edition in force."""
        rows = pl.read_csv(self.root / "published" / MONTH / "data" / "indices.csv")
        on_time = rows.filter(pl.col("numerator").is_not_null(), indicator="due_on_time")
        return {unit: int(count) for unit, count in on_time["unit_code", "numerator"].iter_rows()}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, reform_index: ReformIndex) -> Home:
    """Edition 1 is published. Read it, never write it: others share it."""
    home = Home(tmp_path_factory.mktemp("inbox_as_it_is") / "home", reform_index)
    assert home.run().status == 3  # T3 has sent nothing
    assert home.numerators() == {"T1": 90, "T2": 80}
    return home


@pytest.fixture
def home(template: Home, tmp_path: Path, reform_index: ReformIndex) -> Home:
    """A copy that is the test's own."""
    copy = object.__new__(Home)
    copy.__dict__ |= template.__dict__
    copy.root = shutil.copytree(template.root, tmp_path / "home", symlinks=True)
    copy.inbox = copy.root / "inbox"
    return copy


def lose_the_inbox(home: Home) -> Path:
    home.inbox.rename(home.root / "not mounted")
    return home.inbox


def lose_all_in_it(home: Home) -> Path:
    shutil.rmtree(home.inbox)
    home.inbox.mkdir()
    return home.inbox


def lose_a_sender(home: Home) -> Path:
    shutil.rmtree(home.inbox / "T2")
    return home.inbox / "T2"


def empty_a_sender(home: Home) -> Path:
    shutil.rmtree(home.inbox / "T2" / MONTH)
    return home.inbox / "T2"


def lose_what_a_link_leads_to(home: Home) -> Path:
    path = home.inbox / "T2" / MONTH / "figures.csv"
    path.unlink()
    path.symlink_to("/mnt/a share that is not mounted/figures.csv")
    return path


def put_a_pipe_in_place(home: Home) -> Path:
    path = home.inbox / "T2" / MONTH / "figures.csv"
    path.unlink()
    os.mkfifo(path)
    return path


def take_all_files_out(home: Home) -> Path:
    for path in home.inbox.glob("*/*/*"):
        path.unlink()
    return home.inbox


@pytest.mark.parametrize(
    "fault",
    [
        lose_the_inbox,
        lose_all_in_it,
        lose_a_sender,
        empty_a_sender,
        lose_what_a_link_leads_to,
        put_a_pipe_in_place,
        take_all_files_out,
    ],
)
def test_an_inbox_that_is_not_what_it_was_stops_the_run_and_is_named(
    home: Home, fault: Callable[[Home], Path]
) -> None:
    before = home.events()
    place = fault(home)
    said = home.run()
    assert said.status == 2
    assert str(place) in said.err
    assert "and run again" in said.err
    assert (home.edition, home.events()) == ("1", before)
    told = home.status()
    assert str(place) in told.out + told.err


def test_what_is_confirmed_is_a_withdrawal(home: Home) -> None:
    take_all_files_out(home)
    said = home.run("--confirm-withdrawals")
    assert said.status == 3
    assert home.edition == "2"
    assert home.deliveries() == {"T1": "missing", "T2": "missing", "T3": "missing"}
    # Once it is noted, nobody is asked again.
    assert home.run().status == 3
    assert home.edition == "2"


def test_a_file_that_one_sender_removes_is_a_withdrawal_without_more_ado(home: Home) -> None:
    (home.inbox / "T2" / MONTH / "figures.csv").unlink()
    said = home.run()
    assert said.status == 3
    assert f"{MONTH}: withdrew what they had sent: T2 Trung tâm T2" in said.out
    assert (home.edition, home.numerators()) == ("2", {"T1": 90})


def test_the_cure_of_a_refused_file_is_no_withdrawal(home: Home) -> None:
    """Folders with a wrong name are renamed, and files of another agency are moved into its own."""
    home.put("T9", figures("T3", 70))
    home.put("T3", figures("T1"))
    assert home.run().status == 3
    shutil.rmtree(home.inbox / "T3")
    (home.inbox / "T9").rename(home.inbox / "T3")
    said = home.run()
    assert (said.status, home.numerators()) == (0, {"T1": 90, "T2": 80, "T3": 70})


def test_what_lies_in_a_wrong_place_is_named_by_run_and_status_and_stops_nothing(
    home: Home,
) -> None:
    home.put("T3", figures("T3"), f"{MONTH}/{MONTH}/figures.csv")
    home.put("T1", figures("T1"), "0000-01/figures.csv")
    home.put("T1", figures("T1"), "figures.csv")
    home.put("T1", figures("T1", 70), f"{MONTH}/.figures-2.csv")
    home.put(MONTH, figures("T1"), "T1/figures.csv")
    home.put("T2", figures("T2", 80), f"{MONTH}/copy of figures.csv")
    home.put("T2", "x", f"{MONTH}/letter.csv")
    said = home.run()
    assert said.status == 3
    assert home.numerators() == {"T1": 90, "T2": 80}
    assert home.deliveries()["T3"] == "refused"
    named = [
        f"inbox/T3/{MONTH}/{MONTH}/figures.csv: it lies in a folder inside the month's folder",
        f"inbox/T2/{MONTH}/letter.csv: the name of the file must begin with one of ",
        "(rename the folder like 2026-10): inbox/T1/0000-01\n",
        "(move it to inbox/<sender>/<YYYY-MM>/): inbox/T1/figures.csv\n",
        f"(rename it when it is complete, or remove it): inbox/T1/{MONTH}/.figures-2.csv\n",
        f"(move it to inbox/<sender>/<YYYY-MM>/): inbox/{MONTH}\n",
        f"(remove one of them): inbox/T2/{MONTH}/copy of figures.csv\n",
    ]
    told = home.status()
    assert told.status == 0
    assert [words for words in named if words not in said.out] == []
    assert [words for words in named if words not in told.out] == []
    assert "sent nothing" not in said.out


def test_a_link_out_of_the_inbox_refuses_its_file_and_no_other(home: Home) -> None:
    secret = home.root / "secret.csv"
    secret.write_text(figures("T3", 1), encoding="utf-8")
    folder = home.inbox / "T3" / MONTH
    folder.mkdir(parents=True)
    (folder / "figures.csv").symlink_to(secret)
    said = home.run()
    assert said.status == 3
    assert f"inbox/T3/{MONTH}/figures.csv: it is a link to what lies outside the inbox" in said.out
    assert home.numerators() == {"T1": 90, "T2": 80}
    assert home.deliveries()["T3"] == "refused"
    assert "inbox/T3" in home.status().out
    # The link is known as what it is, so a run that changes nothing finds it the same.
    assert f"{MONTH}: edition 2 unchanged" in home.run().out
    # A file in place of the link is read.
    (folder / "figures.csv").unlink()
    shutil.copy(secret, folder / "figures.csv")
    assert home.run().status == 0
    assert home.numerators() == {"T1": 90, "T2": 80, "T3": 1}


def test_a_folder_whose_name_is_no_utf_8_breaks_nothing(home: Home) -> None:
    folder = os.fsdecode(os.fsencode(home.inbox) + b"/T\xd2")
    shutil.copytree(home.inbox / "T1", folder)
    said = home.run()
    assert said.status == 3
    assert f"inbox/T\\xd2/{MONTH}/figures.csv: the register has no agency" in said.out
    assert home.numerators() == {"T1": 90, "T2": 80}
    assert home.deliveries()["T\\xd2"] == "refused"
    assert "T\\xd2" in home.status().out
    assert f"{MONTH}: edition 2 unchanged" in home.run().out


def test_a_sender_whose_folder_has_letters_that_nobody_sees_is_the_sender(home: Home) -> None:
    home.put("T\u200b3", figures("T3", 70))
    said = home.run()
    assert said.status == 0
    assert home.numerators() == {"T1": 90, "T2": 80, "T3": 70}
    assert "(rename the folder): inbox/T<U+200B>3\n" in said.out
    # A second folder of the same sender is refused by name, and changes no figure.
    home.put("T3", figures("T3", 60))
    said = home.run()
    assert said.status == 3
    assert f"inbox/T3/{MONTH}/T<U+200B>3/figures.csv: two folders have this sender's" in said.out
    assert home.numerators() == {"T1": 90, "T2": 80, "T3": 60}


BOTH = (
    f"{HEADER},dossier_id,received_at,due_at,ended_at,status\n"
    f"T3,due_on_time,,{MONTH},70,100,D-1,{MONTH}-02,{MONTH}-20,{MONTH}-10,finished\n"
)
PROFILE = """
senders = ["T3"]
kind = "dossiers"
date_formats = ["%Y-%m-%d"]
[columns]
dossier_id = "dossier_id"
unit_code = "unit_code"
received_at = "received_at"
due_at = "due_at"
ended_at = "ended_at"
status = "status"
"""


def test_equal_bytes_that_are_read_as_two_kinds_count_as_each(home: Home) -> None:
    (home.root / "profiles").mkdir()
    (home.root / "profiles" / "both.toml").write_text(PROFILE, encoding="utf-8")
    for name in ("dossiers.csv", "figures.csv", "figures2.csv", "a.txt"):
        home.put("T3", BOTH, f"{MONTH}/{name}")
    said = home.run()
    assert said.status == 0
    rows = pl.read_csv(home.root / "published" / MONTH / "data" / "deliveries.csv")
    of_t3 = rows.filter(sender_code="T3").select("kind", "status", "rows", "accepted", "rejected")
    # One record each, though its bytes lie there four times.
    assert of_t3.rows() == [("dossiers", "accepted", 1, 1, 0), ("figures", "accepted", 1, 1, 0)]
    assert f"remove one of them): inbox/T3/{MONTH}/a.txt, inbox/T3/{MONTH}/figures2.csv" in said.out
    # Figures stand in for dossiers where there are both: what is explained is one file's part.
    found = explain_number(Installation.at(home.root), "T3", MONTH, "due_on_time")
    assert found.adds_up
    assert found.files.height == 1
