"""Row rules that do something to the worker that asks them: it dies, waits, or eats all memory.

Workers import this module by its name, so its folder is on their path.
"""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from expectations.rules import records as row_rules


@dataclass(frozen=True)
class Provoked:
    """The usual row rules; where rows of a sender are among those checked, first an action.

    A file in `signs` says how often that was, and which process it was last. `times` actions are
    taken at most.
    """

    action: str
    signs: str
    sender: str = ""
    times: int = 1
    seconds: float = 30.0

    def __call__(self, kind: str, frame: pl.DataFrame, month: str) -> pl.DataFrame:
        """As expectations.rules.records.find_reasons."""
        if self.action and kind == "dossiers" and (frame["sender_code"] == self.sender).any():
            self._act()
        return row_rules.find_reasons(kind, frame, month)

    def _act(self) -> None:
        folder = Path(self.signs)
        number = len(list(folder.glob("sign-*")))
        if number >= self.times:
            return
        half = folder / f"half-{os.getpid()}"
        half.write_text(str(os.getpid()))
        half.rename(folder / f"sign-{number}")
        if self.action == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        elif self.action == "eat":
            eaten = []
            while True:
                eaten.append(b"x" * (32 << 20))
        elif self.action == "raise":
            raise ValueError("what the worker would have died of")
        elif self.action == "wait":
            end = time.monotonic() + self.seconds
            while time.monotonic() < end and not (folder / "go on").exists():
                time.sleep(0.05)
