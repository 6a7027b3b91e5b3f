"""What applicants think of the service, and which of them answer.

Here belong drawing answers, and the true shares that they come from. Not here: the files (exports).

Every applicant whose dossier ended with a result has a mood and, for each factor, a score: the
unit's satisfaction - _LATE_PENALTY if late + 0.6 x mood + 0.8 x a deviate of the answer. A score
above 0 is an answer of 4 or 5. Applicants served late and in a bad mood answer more often than the
others, so respondents are less satisfied than applicants.
"""

from dataclasses import dataclass
from math import erf, sqrt

import numpy as np
import numpy.typing as npt

from pipeline.simulator.dossiers import NEVER, RESULT, Dossiers, Small
from pipeline.simulator.office_hours import DAY, Seconds
from pipeline.simulator.units import FACTORS, Numbers, Traits

_LATE_PENALTY = 1.0
_MOOD, _OWN = 0.6, 0.8
_THRESHOLDS = (-1.5, -0.8, 0.0, 0.9)
_ANGER = 1.4
"""How many times as often applicants served late and in a bad mood answer."""
_MODE_SHARES = (0.5, 0.3, 0.15, 0.05)
_MEAN_DELAY_DAYS = 2.0
_QUANTILES = 400

_GRID = np.linspace(-8, 8, 16_001)
_CDF = np.array([0.5 * (1 + erf(z / sqrt(2))) for z in _GRID])


def normal_cdf(z: Numbers) -> Numbers:
    """Standard normal distribution function, exact to 1e-7: interpolated in a fine table."""
    share: Numbers = np.interp(z, _GRID, _CDF)
    return share


@dataclass(frozen=True, eq=False)
class Ratings:
    """One element of every array is an applicant who could answer."""

    dossier: npt.NDArray[np.int64]
    answered: Seconds
    is_late: npt.NDArray[np.bool_]
    is_respondent: npt.NDArray[np.bool_]
    mode: Small
    answers: Small
    """Applicant x factor, 1-5; drawn also for applicants who do not answer."""


def draw_ratings(
    rng: np.random.Generator, traits: Traits, dossiers: Dossiers, first: int
) -> Ratings:
    """The ratings of the dossiers that ended with a result at or after a first moment."""
    could = (dossiers.ending == RESULT) & (dossiers.ended >= first) & (dossiers.ended < NEVER)
    dossier = np.flatnonzero(could)
    unit, late = dossiers.unit[dossier], dossiers.is_late[dossier]
    mood = rng.standard_normal(len(dossier))
    own = rng.standard_normal((len(dossier), len(FACTORS)))
    score = traits.satisfaction[unit] - (_LATE_PENALTY * late - _MOOD * mood)[:, None] + _OWN * own
    answers_at = _response_share(traits.response_share[unit], late, mood)
    delay = rng.exponential(_MEAN_DELAY_DAYS * DAY, len(dossier)).astype(np.int64)
    mode = np.searchsorted(np.cumsum(_MODE_SHARES)[:-1], rng.random(len(dossier))) + 1
    return Ratings(
        dossier=dossier,
        answered=dossiers.ended[dossier] + 60 + delay,
        is_late=late,
        is_respondent=rng.random(len(dossier)) < answers_at,
        mode=mode.astype(np.int8),
        answers=(np.searchsorted(_THRESHOLDS, score) + 1).astype(np.int8),
    )


def true_shares(traits: Traits) -> tuple[Numbers, Numbers, Numbers]:
    """The true shares of a unit's applicants, each unit x (on time, late).

    The share of applicants satisfied (mean of the factors), the share of applicants that answer,
    and the share satisfied among those that answer.
    """
    late = np.array([0.0, 1.0])
    middle = (np.arange(_QUANTILES) + 0.5) / _QUANTILES
    mood = np.interp(middle, _CDF, _GRID)
    level = traits.satisfaction[:, :, None, None] - _LATE_PENALTY * late[:, None] + _MOOD * mood
    satisfied = normal_cdf(level / _OWN).mean(axis=1)
    answers = _response_share(
        traits.response_share[:, None, None], late[:, None] > 0, mood[None, None, :]
    )
    response = np.broadcast_to(answers, satisfied.shape).mean(axis=2)
    return satisfied.mean(axis=2), response, (satisfied * answers).mean(axis=2) / response


def _response_share(base: Numbers, late: npt.NDArray[np.bool_], mood: Numbers) -> Numbers:
    share: Numbers = base * np.where(late & (mood < 0), _ANGER, 1.0)
    return share
