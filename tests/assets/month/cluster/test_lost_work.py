"""What becomes of work whose worker is lost, with workers that only play their part."""

import errno
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

import polars as pl
import pytest

from assets.month.cluster import identity
from assets.month.cluster.connection import Arrived, SeenWorker, Sent, check_address
from assets.month.cluster.errors import ClusterError, ClusterUseError
from assets.month.cluster.losses import MOST_SILENT
from assets.month.cluster.pool import Patience
from assets.month.cluster.tasks import Task, digest_settings, is_busy, work_on
from assets.month.cluster.workers import ClusterWorkers
from assets.month.groups import GroupWork
from assets.month.installation import Installation
from pipeline.home import Home
from pipeline.planning import Plan

MONTH, NAME = "2026-10", "Nguyễn Văn Ba"
HURRY = Patience(look=0.001, no_workers=0.2)
SHORT = Patience(look=0.001, silent=0.5, no_workers=5.0)
OURS = dict(identity.describe_versions())


def delivery(sender: str, size: int = 10) -> Plan:
    return pl.DataFrame(
        {
            "month": [MONTH],
            "sender_code": [sender],
            "bytes": [size],
            "key": [f"key-{sender}"],
            "tallies_key": [f"tallies-{sender}"],
            "sha256": [f"hash-{sender}"],
            "fault": [None],
        },
        schema_overrides={"fault": pl.String},
    )


def store_it(installation: Installation, group: list[Plan]) -> None:
    for each in group:
        installation.store.write_once("records", each["key"][0], {"rows": each})


def work_of(*senders: str, size: int = 10) -> GroupWork:
    return GroupWork("records", [delivery(each, size) for each in senders], store_it)


class PlayedConnection:
    """Workers of which some die of some senders, and some fall silent over them."""

    address = "tcp://scheduler:8786"

    def __init__(
        self, *, killers: Collection[str] = (), silent: Mapping[str, int] | None = None
    ) -> None:
        self.killers = set(killers)
        self.silencers = dict(silent or {})
        self.endings = 0
        self._ended: set[str] = set()
        self.workers = [self.new_worker(1), self.new_worker(2)]
        self.order: list[list[str]] = []
        self.given_up: list[int] = []
        self._arrived: list[Arrived] = []
        self._clock = 0.0
        self._silent: set[str] = set()
        self._count = 2
        self._numbers = 0
        self.is_closed = False

    def new_worker(self, number: int) -> SeenWorker:
        return SeenWorker(f"tcp://w{number}:1", f"p{number}", f"m{number}", OURS, 0.0, False)

    def look(self) -> list[SeenWorker]:
        self._clock += 1
        return [
            SeenWorker(w.address, w.process, w.machine, w.versions,
                       w.heard_at if w.process in self._silent else self._clock, False)
            for w in self.workers
        ]  # fmt: skip

    def send(self, task: Task, worker: SeenWorker, label: str) -> Sent:
        assert label.startswith(f"records-{MONTH}-")
        senders = [str(each["sender_code"][0]) for each in task.work.group]
        self.order.append(senders)
        self._numbers += 1
        if self.endings:
            self.endings -= 1
            self._ended.add(worker.address)
            self._replace(worker)
        elif self.killers & set(senders):
            self._replace(worker)
        elif any(self.silencers.get(each, 0) for each in senders):
            self.silencers = {each: left - 1 for each, left in self.silencers.items()}
            self._silent.add(worker.process)
            self._count += 1
            self.workers.append(self.new_worker(self._count))
        else:
            self._arrived.append(Arrived(self._numbers, work_on(task)))
        return Sent(self._numbers, None)

    def _replace(self, worker: SeenWorker) -> None:
        self.workers = [each for each in self.workers if each.process != worker.process]
        self._count += 1
        self.workers.append(self.new_worker(self._count))

    def was_ended(self, worker: SeenWorker) -> bool:
        return worker.address in self._ended

    def receive(self, seconds: float) -> Arrived | None:
        return self._arrived.pop(0) if self._arrived else None

    def give_up(self, sent: Sent) -> None:
        self.given_up.append(sent.number)

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    (tmp_path / "home" / "store").mkdir(parents=True)
    return Installation(Home.at(tmp_path / "home"), "")


Play = Callable[..., tuple[ClusterWorkers, PlayedConnection]]


@pytest.fixture
def play() -> Iterator[Play]:
    made: list[ClusterWorkers] = []

    def make(
        patience: Patience = HURRY, **parts: object
    ) -> tuple[ClusterWorkers, PlayedConnection]:
        connection = PlayedConnection(**parts)  # type: ignore[arg-type]
        workers = ClusterWorkers("tcp://scheduler:8786", patience, lambda _: connection)  # type: ignore[arg-type,return-value]
        made.append(workers)
        return workers, connection

    yield make
    for each in made:
        each.close()


def test_all_groups_are_done_and_the_largest_first(play: Play, installation: Installation) -> None:
    workers, connection = play()
    works = [work_of("A", size=1), work_of("B", "C", size=5), work_of("D", size=100)]
    assert list(workers.work(installation, works)) == [[], [], []]
    assert connection.order == [["D"], ["B", "C"], ["A"]]
    assert installation.store.keys("records") == ["key-A", "key-B", "key-C", "key-D"]
    workers.close()
    assert connection.is_closed
    assert list(installation.home.store.glob(".run-*")) == []


def test_where_the_share_is_away_at_the_end_the_connection_is_closed_all_the_same(
    play: Play, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise OSError(errno.ESTALE, "Stale file handle")

    workers, connection = play()
    list(workers.work(installation, [work_of("A")]))
    with monkeypatch.context() as share:
        share.setattr(Path, "unlink", away)
        workers.close()
    assert connection.is_closed


def test_a_delivery_that_kills_three_workers_alone_is_refused_and_no_innocent(
    play: Play, installation: Installation
) -> None:
    workers, connection = play(killers={"B"})
    found = list(workers.work(installation, [work_of("A", "B", "C"), work_of("D")]))
    (failure,) = [each for part in found for each in part]
    assert (failure.sender_code, failure.cause, failure.hashes) == ("B", "LostWorker", ("hash-B",))
    assert "give the workers more" in failure.details
    # Once in its group, then three times alone; the others once more, alone.
    assert sorted(connection.order) == [["A"], ["A", "B", "C"], ["B"], ["B"], ["B"], ["C"], ["D"]]
    assert installation.store.keys("records") == ["key-A", "key-C", "key-D"]
    assert workers.losses.repetitions == 4


def test_two_killers_in_one_group_are_both_refused(play: Play, installation: Installation) -> None:
    workers, _ = play(killers={"A", "C"})
    found = list(workers.work(installation, [work_of("A", "B", "C")]))
    assert sorted(each.sender_code for part in found for each in part) == ["A", "C"]
    assert installation.store.keys("records") == ["key-B"]


def test_a_worker_that_falls_silent_says_nothing_against_its_deliveries(
    play: Play, installation: Installation
) -> None:
    workers, connection = play(SHORT, silent={"A": 3})
    assert list(workers.work(installation, [work_of("A", "B")])) == [[]]
    assert connection.order == [["A", "B"]] * 4
    assert connection.given_up == [1, 2, 3]


def test_workers_that_are_ended_one_after_the_other_say_nothing_against_a_delivery(
    play: Play, installation: Installation
) -> None:
    workers, connection = play()
    connection.endings = 6
    assert list(workers.work(installation, [work_of("A")])) == [[]]
    assert connection.order == [["A"]] * 7
    assert installation.store.keys("records") == ["key-A"]


def test_too_many_silent_workers_end_the_run_plainly(
    play: Play, installation: Installation
) -> None:
    workers, connection = play(SHORT, silent={"A": 99})
    with pytest.raises(ClusterError, match=r"fell silent over records of 2026-10, A: see that the"):
        list(workers.work(installation, [work_of("A")]))
    assert connection.order == [["A"]] * MOST_SILENT


def test_what_a_lost_worker_had_stored_is_not_done_again(
    play: Play, installation: Installation
) -> None:
    workers, connection = play(killers={"A"})
    store_it(installation, [delivery("A")])
    assert list(workers.work(installation, [work_of("A")])) == [[]]
    assert connection.order == [["A"]]


def test_a_task_that_takes_far_too_long_is_tried_elsewhere(
    play: Play, installation: Installation
) -> None:
    workers, connection = play(Patience(look=0.001, silent=60.0, no_workers=5.0, task=0.05))
    connection.silencers = {"A": 1}
    assert list(workers.work(installation, [work_of("A")])) == [[]]
    assert connection.order == [["A"], ["A"]]


def test_without_workers_the_run_ends_plainly(play: Play, installation: Installation) -> None:
    workers, connection = play()
    connection.workers = []
    with pytest.raises(ClusterError, match="start some with `reform-index worker`"):
        list(workers.work(installation, [work_of("A")]))


def test_a_worker_of_another_version_is_named_before_any_work(
    play: Play, installation: Installation
) -> None:
    workers, connection = play()
    other = OURS | {"source": "another", "polars": "1.0.0"}
    connection.workers[1] = SeenWorker("tcp://w2:1", "p2", "m2", other, 0.0, False)
    with pytest.raises(ClusterError) as error:
        list(workers.work(installation, [work_of("A")]))
    assert str(error.value).startswith(
        "worker m2 (tcp://w2:1) runs another version of the program (source another instead of "
    )
    assert f"polars 1.0.0 instead of {OURS['polars']}" in str(error.value)
    assert connection.order == []


def test_a_worker_of_dask_that_says_nothing_of_itself_is_named(
    play: Play, installation: Installation
) -> None:
    workers, connection = play()
    connection.workers[0] = SeenWorker("tcp://w1:1", "", "", None, 0.0, False)
    with pytest.raises(
        ClusterError, match=r"tcp://w1:1 was not started with `reform-index worker`"
    ):
        list(workers.work(installation, [work_of("A")]))


def test_a_worker_of_another_version_that_comes_later_gets_no_work(
    play: Play, installation: Installation
) -> None:
    workers, connection = play()
    assert list(workers.work(installation, [work_of("A")])) == [[]]
    connection.workers = [
        SeenWorker("tcp://w9:1", "p9", "m9", {"source": "another"}, 0.0, False),
        connection.new_worker(3),
    ]
    assert list(workers.work(installation, [work_of("B"), work_of("C")])) == [[], []]


def a_task(installation: Installation, work: GroupWork, **changes: str) -> Task:
    (installation.home.store / ".run-x").touch()
    asked = {"sign": ".run-x", "settings": digest_settings(installation)} | changes
    return Task(str(installation.home.root), work=work, **asked)


def test_a_worker_that_sees_another_home_does_nothing(installation: Installation) -> None:
    answer = work_on(a_task(installation, work_of("A"), sign=".run-elsewhere"))
    assert isinstance(answer.error, ClusterError)
    assert "is not the home of the run: mount the home's folder there" in str(answer.error)
    assert installation.store.keys("records") == []


def test_a_worker_that_sees_other_settings_does_nothing(installation: Installation) -> None:
    answer = work_on(a_task(installation, work_of("A"), settings="another"))
    assert "holds other registers, profiles, declarations or methods" in str(answer.error)


def break_off(_: Installation, group: list[Plan]) -> None:
    raise PermissionError(13, "Permission denied", "/home/store")


def fail(_: Installation, group: list[Plan]) -> None:
    raise ValueError(NAME)


def test_an_error_of_the_home_comes_back_as_it_arose(installation: Installation) -> None:
    work = GroupWork("records", [delivery("A")], break_off)
    answer = work_on(a_task(installation, work))
    assert isinstance(answer.error, PermissionError)
    assert answer.error.filename == "/home/store"


def test_a_failure_inside_a_delivery_comes_back_as_from_a_thread(
    installation: Installation,
) -> None:
    work = GroupWork("records", [delivery("A"), delivery("B")], fail)
    answer = work_on(a_task(installation, work))
    assert [(each.sender_code, each.cause) for each in answer.failures] == [
        ("A", "ValueError"),
        ("B", "ValueError"),
    ]
    assert not any(NAME in each.details for each in answer.failures)
    assert not is_busy()


@pytest.mark.parametrize(
    "address", ["", "scheduler:8786", "tcp://scheduler", "http://a:1", "tcp://user:secret@a:1"]
)
def test_what_is_no_address_is_wrong_use_and_is_not_repeated(address: str) -> None:
    with pytest.raises(ClusterUseError) as error:
        check_address(address)
    assert "secret" not in str(error.value)


@pytest.mark.parametrize("address", ["tcp://10.0.0.1:8786", "tls://scheduler.gov.vn:8786"])
def test_addresses_of_schedulers(address: str) -> None:
    check_address(address)
