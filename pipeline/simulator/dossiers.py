"""The lives of a sender's dossiers: received, promised, moved, ended, handed over.

Here belongs what truly happens to a dossier. Not here: what an export of a month shows of it
(exports), and what its applicant thinks (ratings).
"""

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from pipeline.simulator.office_hours import HOUR, OPEN_DAY, OfficeHours, Seconds
from pipeline.simulator.units import PROCEDURES, Traits

Small = npt.NDArray[np.int8]

NEVER = np.iinfo(np.int64).max
"""The moment of an event that does not happen."""
RESULT, WITHDRAWN, STOPPED, REFUSED = 0, 1, 2, 3
COUNTER, ONLINE, POST = 1, 2, 3

_WITHDRAWN_SHARE, _STOPPED_SHARE, _REFUSED_SHARE = 0.015, 0.005, 0.01
_NO_DUE_SHARE = 0.03
_POST_SHARE = 0.1
"""Share of the dossiers that are not online."""
_APPLICANT_SHARES = {1: 0.8, 2: 0.15, 3: 0.02, 4: 0.03}
_OPEN_STATUS_SHARES = {2: 0.2, 4: 0.65, 5: 0.1, 6: 0.05}


@dataclass(frozen=True, eq=False)
class Dossiers:
    """One element of every array is a dossier; moments are wall time, or NEVER."""

    unit: Small
    procedure: Small
    month: Small
    """Number of the month of receipt."""
    channel: Small
    applicant: Small
    received: Seconds
    first_due: Seconds
    due: Seconds
    """The due date after it was moved; the first due date where it was not."""
    moved: Seconds
    """When the due date was moved."""
    ended: Seconds
    ending: Small
    handed_over: Seconds
    open_status: Small
    """Status while it is open."""
    allowed_hours: npt.NDArray[np.float32]
    """Working hours from receipt to the first due date that its procedure gives."""

    def __len__(self) -> int:
        return len(self.unit)

    def select(self, chosen: npt.NDArray[np.bool_] | npt.NDArray[np.int64]) -> "Dossiers":
        """The dossiers of a mask, or of numbers in their order."""
        return Dossiers(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})

    @property
    def is_late(self) -> npt.NDArray[np.bool_]:
        """Whether it ended with a result after its first due date."""
        late: npt.NDArray[np.bool_] = (self.ended > self.first_due) & (self.ending == RESULT)
        return late


def concat_dossiers(parts: list[Dossiers]) -> Dossiers:
    """The dossiers of all parts, by unit and then by receipt."""
    dossiers = Dossiers(
        **{
            field.name: np.concatenate([getattr(part, field.name) for part in parts])
            for field in fields(Dossiers)
        }
    )
    return dossiers.select(np.lexsort((dossiers.received, dossiers.unit)))


@dataclass(frozen=True)
class Span:
    """A month of receipt: its number, its first instant and the first after it, wall time."""

    number: int
    start: int
    end: int


def draw_dossiers(
    rng: np.random.Generator, traits: Traits, office_hours: OfficeHours, month: Span, count: int
) -> Dossiers:
    """The lives of the dossiers that a sender receives in a month."""
    cells = rng.multinomial(count, traits.mix.ravel())
    unit, procedure = (
        np.repeat(index.ravel(), cells).astype(np.int8) for index in np.indices(traits.mix.shape)
    )
    is_online = rng.random(count, dtype=np.float32) < traits.online_share[unit]
    received, received_open = _draw_receipt(rng, office_hours, month, is_online)
    days = np.array([days for _, days in PROCEDURES])[procedure]
    # A due date is the end of a working day, so instant and day give the same verdict.
    due_open = (-(-received_open // OPEN_DAY) + days) * OPEN_DAY
    ending = _draw_endings(rng, is_online)
    log_pace = traits.slowness[unit, month.number] + traits.procedure_slowness[procedure]
    log_pace += traits.spread[unit] * rng.standard_normal(count)
    ended_open = received_open + _draw_open_seconds(rng, due_open - received_open, log_pace, ending)
    has_due = (rng.random(count, dtype=np.float32) >= _NO_DUE_SHARE) & (ending != REFUSED)
    is_moved = has_due & (ending == RESULT) & (ended_open > due_open)
    is_moved &= rng.random(count, dtype=np.float32) < traits.moving_share[unit]
    first_due = np.where(has_due, office_hours.wall_time(due_open), NEVER)
    later_due = office_hours.wall_time(due_open + (days + 1) // 2 * OPEN_DAY)
    moved = office_hours.wall_time(due_open - rng.integers(0, OPEN_DAY, count))
    handing = ended_open + (rng.exponential(0.5, count) * OPEN_DAY).astype(np.int64)
    return Dossiers(
        unit=unit,
        procedure=procedure,
        month=np.full(count, month.number, np.int8),
        channel=_draw_channels(rng, is_online),
        applicant=_draw_codes(rng, _APPLICANT_SHARES, count),
        received=received,
        first_due=first_due,
        due=np.where(is_moved, later_due, first_due),
        moved=np.where(is_moved, moved, NEVER),
        ended=_wall_time(office_hours, ended_open),
        ending=ending,
        handed_over=np.where(ending == RESULT, _wall_time(office_hours, handing), NEVER),
        open_status=_draw_codes(rng, _OPEN_STATUS_SHARES, count),
        allowed_hours=((due_open - received_open) / HOUR).astype(np.float32),
    )


def _draw_receipt(
    rng: np.random.Generator,
    office_hours: OfficeHours,
    month: Span,
    is_online: npt.NDArray[np.bool_],
) -> tuple[Seconds, Seconds]:
    """Wall time and open time of receipt: in office hours, or at any time when online."""
    count = len(is_online)
    first, last = office_hours.open_time(np.array([month.start, month.end]))
    received = office_hours.wall_time(rng.integers(first + 1, last, count))
    at_any_time = rng.integers(month.start, month.end, count)
    received = np.where(is_online, at_any_time, received)
    return received, office_hours.open_time(received)


def _draw_endings(rng: np.random.Generator, is_online: npt.NDArray[np.bool_]) -> Small:
    draw = rng.random(len(is_online))
    ending = np.full(len(is_online), RESULT, np.int8)
    ending[draw < _WITHDRAWN_SHARE + _STOPPED_SHARE] = STOPPED
    ending[draw < _WITHDRAWN_SHARE] = WITHDRAWN
    ending[is_online & (draw > 1 - _REFUSED_SHARE)] = REFUSED
    return ending


def _draw_open_seconds(
    rng: np.random.Generator, allowed: Seconds, log_pace: npt.NDArray[np.float64], ending: Small
) -> Seconds:
    """Open seconds until the end; dossiers that leave do so before they are due."""
    count = len(allowed)
    handled = allowed * np.exp(log_pace)
    left = allowed * rng.uniform(0.05, 0.95, count)
    turned_away = rng.uniform(1, OPEN_DAY, count)
    taken = np.where(ending == RESULT, handled, np.where(ending == REFUSED, turned_away, left))
    return np.maximum(1, taken.astype(np.int64))


def _draw_channels(rng: np.random.Generator, is_online: npt.NDArray[np.bool_]) -> Small:
    is_posted = rng.random(len(is_online), dtype=np.float32) < _POST_SHARE
    return np.where(is_online, ONLINE, np.where(is_posted, POST, COUNTER)).astype(np.int8)


def _draw_codes(rng: np.random.Generator, shares: dict[int, float], count: int) -> Small:
    limits = np.cumsum(list(shares.values()))[:-1]
    drawn: Small = np.array(list(shares), np.int8)[
        np.searchsorted(limits, rng.random(count), side="right")
    ]
    return drawn


def _wall_time(office_hours: OfficeHours, open_time: Seconds) -> Seconds:
    """Wall time; NEVER after the last day of the office hours."""
    wall = office_hours.wall_time(np.minimum(open_time, office_hours.end))
    return np.where(open_time <= office_hours.end, wall, NEVER)
