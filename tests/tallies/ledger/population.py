"""A simulated population with irregular lives, the exports that tell of it, and the truth.

The truth follows from the lives alone, by a few plain rules for each kind of life; it knows no
export and no pipeline. A dossier's procedure carries its code, so that cells can be told apart.
"""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pipeline import months

from .conftest import FINISHED, IN_PROGRESS, WITHDRAWN, Row, quiet

MONTHS = months.span("2026-01", "2026-08")
KINDS = (
    "regular",
    "moved",
    "moved_before_shown",
    "moved_twice",
    "first_sent_late",
    "vanished",
    "vanished_and_back",
    "reopened",
    "closed_late",
    "without_due",
)
Truth = tuple[str, str] | None
"""Verdict and the month that it belongs to; None where nobody judges it."""


@dataclass
class Life:
    """What happens to a dossier, and in which months its sender leaves it out."""

    code: str
    kind: str
    received: datetime
    due: datetime | None
    ended: datetime | None
    status: int
    left_out: set[str] = field(default_factory=set)

    def is_open_at(self, month: str) -> bool:
        return self.ended is None or self.ended >= months.end(month)


def lives(sender: str, each: int, seed: int) -> list[Life]:
    """As many lives of each kind, drawn from a seed."""
    draw = random.Random(f"{seed}{sender}")
    return [
        _life(f"{sender}-{kind}-{number}", kind, draw) for kind in KINDS for number in range(each)
    ]


def _life(code: str, kind: str, draw: random.Random) -> Life:
    first, last = months.start(MONTHS[0]), months.end(MONTHS[-2])
    received = first + draw.random() * (last - first)
    received = received.replace(microsecond=0)
    due = received + timedelta(days=draw.randint(1, 70), seconds=draw.randint(0, 9999))
    ended: datetime | None = received + timedelta(days=draw.expovariate(1 / 35))
    ended = ended.replace(microsecond=0) if ended and draw.random() < 0.9 else None
    status = WITHDRAWN if ended and draw.random() < 0.15 else FINISHED
    life = Life(code, kind, received, due, ended, status)
    if kind == "without_due":
        life.due = None
    if kind == "first_sent_late":
        # Left out until a month after the one of its due date.
        until = months.shifted(f"{due:%Y-%m}", draw.randint(0, 1))
        life.left_out = {month for month in MONTHS if month <= until}
    if kind in ("vanished", "vanished_and_back"):
        gone = months.shifted(f"{received:%Y-%m}", draw.randint(1, 2))
        back = months.shifted(gone, draw.randint(1, 2)) if kind == "vanished_and_back" else "9999"
        life.left_out = {month for month in MONTHS if gone <= month < back}
    return life


def row(life: Life, month: str) -> Row:
    """The dossier as an export shows it at the end of a month."""
    end = months.end(month)
    is_open = life.is_open_at(month) or (life.kind == "closed_late" and _is_held_back(life, month))
    shown: Row = {"code": life.code, "procedure": life.code}
    shown |= {"received": f"{life.received}", "due": _due_shown(life, end)}
    if life.kind == "moved_before_shown":
        shown["first_due"] = f"{life.due}"
    if is_open:
        return shown | {"status": IN_PROGRESS}
    return shown | {"status": life.status, "ended": f"{life.ended}"}


def _due_shown(life: Life, at: datetime) -> str | None:
    """The date in force: kinds that move it do so from the second export on, week by week."""
    if life.due is None:
        return None
    exports = (at.year - life.received.year) * 12 + at.month - life.received.month
    moves = {
        "moved": min(1, exports - 1),
        "moved_before_shown": 1,
        "moved_twice": min(2, exports - 1),
    }
    return f"{life.due + timedelta(days=20 * moves.get(life.kind, 0))}"


def _is_held_back(life: Life, month: str) -> bool:
    """Whether an end of this month is entered only after its export."""
    return life.ended is not None and life.ended >= months.start(month)


def exports(population: list[Life], month: str) -> list[Row]:
    """The export of a month: received before its end, and not ended before its start.

    Beside these every dossier that the last export showed open, as an agency is told to send. A
    reopened one is open again in the month after its end, and ends for good in the next.
    """
    rows = [quiet(month)]
    for life in population:
        if life.received >= months.end(month) or month in life.left_out:
            continue
        ended_in = f"{life.ended:%Y-%m}" if life.ended else "9999-12"
        if life.kind == "reopened" and month == months.shifted(ended_in, 1):
            rows.append(row(life, month) | {"status": IN_PROGRESS, "ended": None})
        elif life.kind == "reopened" and month == months.shifted(ended_in, 2):
            rows.append(row(life, month) | {"ended": f"{months.start(month)}"})
        elif month <= ended_in or _was_open(life, month):
            rows.append(row(life, month))
    return rows


def _was_open(life: Life, month: str) -> bool:
    """Whether the last export that showed the dossier showed it open."""
    before = [
        each
        for each in MONTHS
        if each < month and each not in life.left_out and life.received < months.end(each)
    ]
    if not before:
        return False
    last = before[-1]
    return life.is_open_at(last) or (life.kind == "closed_late" and _is_held_back(life, last))


def truth(life: Life) -> Truth:
    """How the dossier is judged, and in which month, over MONTHS; of a sender that missed none."""
    shown = [
        month
        for month in MONTHS
        if month not in life.left_out and life.received < months.end(month)
    ]
    ended_in = f"{life.ended:%Y-%m}" if life.ended else "9999-12"
    if life.due is None or not shown:
        return None
    due_in = f"{life.due:%Y-%m}"
    if life.kind == "first_sent_late":
        # It is shown only if it had not ended before the first export that could show it.
        return ("late", shown[0]) if ended_in >= shown[0] else None
    missed = [month for month in MONTHS if month in life.left_out]
    if missed and ended_in >= missed[0] <= due_in:
        # It was open when it vanished, and not yet due.
        if due_in in missed:
            return "late", due_in
        if missed[-1] == MONTHS[-1]:
            return None  # it is not seen again
    by_then = life.ended is not None and life.ended <= life.due
    if life.kind == "closed_late" and due_in == ended_in:
        by_then = False  # it was shown open at the end of that month
    if by_then and life.ended and life.ended < months.end(MONTHS[-1]):
        is_entered = life.kind != "closed_late" or ended_in < MONTHS[-1]
        verdict = "left" if life.status == WITHDRAWN else "on_time"
        return (verdict, due_in) if is_entered else None
    return ("late", due_in) if due_in <= MONTHS[-1] else None
