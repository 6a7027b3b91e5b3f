"""Petitions: complaints and proposals, and how units handle them.

Here belong the traits of units in handling petitions, and what happens to each petition. Not here:
the files (exports), and the dossiers that petitions are about (dossiers).

A petition takes its allowed working time x exp(slowness + spread x normal deviate), so it is
handled on time with the probability Phi(-slowness / spread), unless it is refused. The
petitioner's satisfaction does not depend on that.
"""

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from pipeline.simulator.dossiers import NEVER, Dossiers, Small, Span
from pipeline.simulator.office_hours import OPEN_DAY, OfficeHours, Seconds
from pipeline.simulator.ratings import normal_cdf
from pipeline.simulator.units import Numbers, Traits
from pipeline.tallies.petitions import PETITION_WORKING_DAYS

PER_DOSSIER = 0.01
"""Petitions for each dossier: more than in reality, so that small homes have some."""
NOT_ASKED = -1
NO_DOSSIER = -1
_SUBJECT_SHARES = (0.5, 0.3, 0.2)
"""Of procedures (1), staff conduct (2) and others (3)."""
_REFUSED_SHARE, _REFUSAL_DAYS = 0.08, 2
_DUE_SENT_SHARE, _ASKED_SHARE, _UPHELD_SHARE = 0.9, 0.7, 0.6
_ABOUT_DOSSIER_SHARE = 0.6
"""Share of the petitions about procedures and conduct that name a dossier."""


@dataclass(frozen=True, eq=False)
class PetitionTraits:
    """How units answer petitions; one element is a unit."""

    share: Numbers
    """Share of the sender's petitions; sums to 1."""
    slowness: Numbers
    spread: Numbers
    satisfied: Numbers
    """Probability that a petitioner who is asked is satisfied."""

    @property
    def on_time(self) -> Numbers:
        """Probability to handle a petition on time that is not refused."""
        return normal_cdf(-self.slowness / self.spread)


@dataclass(frozen=True, eq=False)
class Petitions:
    """One element of every array is a petition; moments are wall time, or NEVER."""

    unit: Small
    subject: Small
    dossier: npt.NDArray[np.int64]
    """Number of the dossier that it is about, or NO_DOSSIER."""
    received: Seconds
    due: Seconds
    """As sent: NEVER where the sender does not send the legal time limit."""
    handled: Seconds
    is_refused: npt.NDArray[np.bool_]
    satisfied: Small
    """1 yes, 0 no, NOT_ASKED."""
    is_upheld: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.unit)

    def select(self, chosen: npt.NDArray[np.int64]) -> "Petitions":
        """The petitions of these numbers, in the order of the numbers."""
        return Petitions(
            **{field.name: getattr(self, field.name)[chosen] for field in fields(self)}
        )


def draw_traits(rng: np.random.Generator, traits: Traits) -> PetitionTraits:
    """How a sender's units answer petitions; units with more dossiers get more petitions."""
    units = len(traits.spread)
    share = traits.mix.sum(axis=1) * rng.gamma(4.0, size=units)
    return PetitionTraits(
        share=share / share.sum(),
        slowness=rng.normal(-0.6, 0.2) + rng.normal(0.0, 0.15, units),
        spread=rng.uniform(0.5, 0.8, units),
        satisfied=np.clip(rng.normal(0.7, 0.1) + rng.normal(0.0, 0.05, units), 0.05, 0.95),
    )


def draw_petitions(
    rng: np.random.Generator,
    traits: PetitionTraits,
    office_hours: OfficeHours,
    expected: dict[Span, float],
    dossiers: Dossiers,
) -> Petitions:
    """The petitions that a sender receives, by unit and then by receipt.

    `expected`: how many in each month, on average. `dossiers` must be by unit and receipt too.
    """
    counts = rng.poisson(list(expected.values()))
    spans = np.array([[month.start, month.end] for month in expected])
    first, last = np.repeat(office_hours.open_time(spans), counts, axis=0).T
    count = len(first)
    unit = rng.choice(len(traits.share), count, p=traits.share).astype(np.int8)
    received_open = rng.integers(first + 1, last)
    order = np.lexsort((received_open, unit))
    unit, received_open = unit[order], received_open[order]
    due_open = (-(-received_open // OPEN_DAY) + PETITION_WORKING_DAYS) * OPEN_DAY
    pace = np.exp(traits.slowness[unit] + traits.spread[unit] * rng.standard_normal(count))
    is_refused = rng.random(count) < _REFUSED_SHARE
    refusal = rng.integers(1, _REFUSAL_DAYS * OPEN_DAY, count)
    taken = np.where(is_refused, refusal, ((due_open - received_open) * pace).astype(np.int64))
    handled = np.minimum(received_open + np.maximum(1, taken), office_hours.end + 1)
    received = office_hours.wall_time(received_open)
    is_due_sent = rng.random(count) < _DUE_SENT_SHARE
    subject = 1 + np.searchsorted(np.cumsum(_SUBJECT_SHARES)[:-1], rng.random(count), side="right")
    return Petitions(
        unit=unit,
        subject=subject.astype(np.int8),
        dossier=np.where(
            subject < len(_SUBJECT_SHARES),
            _draw_dossiers(rng, dossiers, unit, received),
            NO_DOSSIER,
        ),
        received=received,
        due=np.where(is_due_sent, office_hours.wall_time(due_open), NEVER),
        handled=np.where(
            handled <= office_hours.end,
            office_hours.wall_time(np.minimum(handled, office_hours.end)),
            NEVER,
        ),
        is_refused=is_refused,
        satisfied=_draw_opinions(rng, traits.satisfied[unit]),
        is_upheld=rng.random(count) < _UPHELD_SHARE,
    )


def _draw_dossiers(
    rng: np.random.Generator, dossiers: Dossiers, unit: Small, received: Seconds
) -> npt.NDArray[np.int64]:
    """For a share of the petitions a dossier received before by the same unit, else NO_DOSSIER."""
    span = np.int64(1 + max(dossiers.received.max(initial=0), received.max(initial=0)))
    # Dossiers lie in the order of unit and receipt, and so do these keys.
    keys = dossiers.unit * span + dossiers.received
    start, end = np.searchsorted(keys, unit * span), np.searchsorted(keys, unit * span + received)
    chosen = start + (rng.random(len(unit)) * (end - start)).astype(np.int64)
    is_about = (rng.random(len(unit)) < _ABOUT_DOSSIER_SHARE) & (end > start)
    return np.where(is_about, chosen, NO_DOSSIER)


def _draw_opinions(rng: np.random.Generator, satisfied: Numbers) -> Small:
    is_asked = rng.random(len(satisfied)) < _ASKED_SHARE
    is_satisfied = rng.random(len(satisfied)) < satisfied
    return np.where(is_asked, is_satisfied, NOT_ASKED).astype(np.int8)
