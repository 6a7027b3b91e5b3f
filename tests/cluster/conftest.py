"""Machines in network namespaces: a scheduler, workers and a run, each with an address of its own.

All of them hang on a bridge in a namespace of its own; nothing leads out of it.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
PORT = 8786
_SECONDS = 120.0


def command(*words: str) -> None:
    """Runs a command of the system. CalledProcessError where it fails."""
    subprocess.run(words, check=True, capture_output=True, timeout=30)


def wait_until(is_so: Callable[[], bool], seconds: float = _SECONDS) -> None:
    """Waits until something is so; the test fails where that takes too long."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


class Network:
    """Namespaces on one bridge; the name of each begins with the same mark."""

    def __init__(self) -> None:
        self._mark = f"ri{os.getpid()}"
        self._made: list[str] = []
        self._hub = self._add("hub")
        self._in(self._hub, "ip", "link", "add", "bridge", "type", "bridge")
        self._in(self._hub, "ip", "link", "set", "bridge", "up")

    def _add(self, name: str) -> str:
        space = f"{self._mark}-{name}"
        command("ip", "netns", "add", space)
        self._made.append(space)
        return space

    def _in(self, space: str, *words: str) -> None:
        command("ip", "netns", "exec", space, *words)

    def add_machine(self, name: str) -> str:
        """A namespace with an address; returns the address."""
        space = self._add(name)
        address = f"192.0.2.{len(self._made)}"
        ends = f"{self._mark}{name}"[-14:]
        command("ip", "link", "add", "eth0", "netns", space, "type", "veth", "peer", "name", ends,
                "netns", self._hub)  # fmt: skip
        self._in(self._hub, "ip", "link", "set", ends, "master", "bridge", "up")
        self._in(space, "ip", "address", "add", f"{address}/24", "dev", "eth0")
        self._in(space, "ip", "link", "set", "lo", "up")
        self._in(space, "ip", "link", "set", "eth0", "up")
        return address

    def cut(self, name: str) -> None:
        """Cuts a machine off."""
        self._in(self._hub, "ip", "link", "set", f"{self._mark}{name}"[-14:], "down")

    def mend(self, name: str) -> None:
        """Connects a machine again."""
        self._in(self._hub, "ip", "link", "set", f"{self._mark}{name}"[-14:], "up")

    def start(
        self, name: str, *words: str | Path, log: Path, **options: Any
    ) -> subprocess.Popen[str]:
        """Starts a program on a machine; what it prints goes into a log."""
        environment = (
            os.environ
            | {
                "PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(__file__).parent)]),
                "PYTHONUNBUFFERED": "1",
            }
            | options.pop("environment", {})
        )
        with log.open("a") as output:
            return subprocess.Popen(
                ["ip", "netns", "exec", f"{self._mark}-{name}", *map(str, words)],
                stderr=output,
                stdout=options.pop("stdout", output),
                env=environment,
                text=True,
                **options,
            )

    def find_machine(self, process: int) -> str:
        """The machine on which a process runs."""
        own = Path(f"/proc/{process}/ns/net").stat().st_ino
        for space in self._made:
            if Path(f"/run/netns/{space}").stat().st_ino == own:
                return space.removeprefix(f"{self._mark}-")
        raise AssertionError(f"process {process} is on no machine")

    def remove(self) -> None:
        """Removes all namespaces; what is in them has ended."""
        for space in reversed(self._made):
            subprocess.run(["ip", "netns", "del", space], check=False, capture_output=True)


@dataclass
class Cluster:
    """A scheduler, workers and a run's machine."""

    network: Network
    folder: Path
    address: str
    driver: subprocess.Popen[str]
    processes: dict[str, subprocess.Popen[str]] = field(default_factory=dict)
    _schedulers: int = 0

    def start_scheduler(self) -> None:
        """Starts the scheduler and waits until it listens."""
        host = self.address.split("//")[1].split(":")[0]
        self.processes["scheduler"] = self.network.start(
            "scheduler", BIN / "dask", "scheduler", "--host", host, "--port", str(PORT),
            "--no-dashboard", log=self.folder / "scheduler.log",
        )  # fmt: skip
        self._schedulers += 1
        log = self.folder / "scheduler.log"
        wait_until(lambda: log.read_text().count("Scheduler at:") == self._schedulers)

    def start_worker(self, name: str, *options: str, **more: Any) -> None:
        """Starts a worker on a machine of its own, and waits until it is registered."""
        log = self.folder / f"{name}.log"
        self.processes[name] = self.network.start(
            name, BIN / "reform-index", "worker", self.address, "--threads", "1", "--memory",
            "4GB", *options, log=log, **more,
        )  # fmt: skip
        self.wait_for_worker(name)

    def registered(self, name: str) -> int:
        """How often a worker registered."""
        log = self.folder / f"{name}.log"
        return log.read_text().count("Registered to:") if log.exists() else 0

    def wait_for_worker(self, name: str, times: int = 1) -> None:
        """Waits until a worker has registered so many times."""
        wait_until(lambda: self.registered(name) >= times)

    def send(
        self, home: Path, rules: dict[str, Any], *, is_alone: bool = False, **more: Any
    ) -> None:
        """Has the driver run the month; `is_alone`: with threads, without the cluster."""
        order = {
            "home": str(home),
            "month": MONTH,
            "scheduler": "" if is_alone else self.address,
            "rules": rules,
            "patience": {"look": 0.2, "no_workers": 90.0} | more.pop("patience", {}),
        } | more
        assert self.driver.stdin is not None
        self.driver.stdin.write(json.dumps(order) + "\n")
        self.driver.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """What the driver says of the run."""
        assert self.driver.stdout is not None
        line = self.driver.stdout.readline()
        assert line, (self.folder / "driver.log").read_text()[-3000:]
        said: dict[str, Any] = json.loads(line)
        return said

    def run(self, home: Path, rules: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Runs the month to its end."""
        self.send(home, rules, **more)
        return self.answer()

    def stop(self) -> None:
        """Ends all processes that were started here."""
        for process in [self.driver, *self.processes.values()]:
            process.send_signal(signal.SIGTERM)
        for process in [self.driver, *self.processes.values()]:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


MONTH = "2026-06"


@pytest.fixture(scope="session")
def network() -> Iterator[Network]:
    """Namespaces, where this machine and account can have them."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("needs root and the command `ip` for network namespaces")
    try:
        made = Network()
    except (subprocess.CalledProcessError, OSError) as error:
        pytest.skip(f"no network namespace can be made here: {error}")
    try:
        yield made
    finally:
        made.remove()


@pytest.fixture(scope="session")
def cluster(network: Network, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A scheduler, two workers, and a machine for the run."""
    folder = tmp_path_factory.mktemp("cluster")
    names = ("scheduler", "one", "two", "three", "run")
    addresses = {name: network.add_machine(name) for name in names}
    driver = network.start(
        "run", sys.executable, Path(__file__).with_name("driver.py"),
        log=folder / "driver.log", stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    made = Cluster(network, folder, f"tcp://{addresses['scheduler']}:{PORT}", driver)
    try:
        made.start_scheduler()
        for name in ("one", "two"):
            made.start_worker(name)
        yield made
    finally:
        made.stop()
