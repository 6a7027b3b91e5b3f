"""The parameters of a simulation, and which of them can be.

Here belongs what is asked of the simulator. Not here: doing it (simulation).
"""

from dataclasses import dataclass

from pipeline import months
from pipeline.simulator import units

_MOST_UNITS = 127
"""Units of a sender: their numbers are kept in a byte."""
_MOST_MONTHS = 127
"""Months with the burn-in: their numbers are kept in a byte."""


@dataclass(frozen=True)
class Parameters:
    """The parameters of a simulation.

    `dossiers_total` counts the dossiers received in the exported months, over all senders; the
    first export also shows the dossiers carried over from the `burn_in_months` before. Months
    must follow each other. `faults_share` is the expected share of rows at fault.
    `largest_share` is the largest sender's share of dossiers. `planted_rate` is the share of rows
    with a pattern in units that one is planted in (planting); at 0 nothing is planted.
    """

    months: tuple[str, ...]
    dossiers_total: int
    seed: int
    senders: int = 34
    largest_share: float = 0.15
    departments: int = 4
    communes: int = 4
    burn_in_months: int = 4
    faults_share: float = 0.001
    has_ratings: bool = True
    has_petitions: bool = True
    is_compressed: bool = False
    planted_rate: float = 0.0

    def __post_init__(self) -> None:
        if not self.months or list(self.months) != months.span(self.months[0], self.months[-1]):
            raise ValueError("months must be at least one and follow each other: use months.span")
        if not 0 <= self.departments <= len(units.DEPARTMENTS):
            raise ValueError(f"departments: choose 0 to {len(units.DEPARTMENTS)} for each sender")
        if self.communes < 0 or not 0 < self.departments + self.communes <= _MOST_UNITS:
            raise ValueError(f"a sender needs 1 to {_MOST_UNITS} units: change communes")
        if min(self.dossiers_total, self.burn_in_months, self.seed) < 0:
            raise ValueError("dossiers_total, burn_in_months and seed cannot be negative")
        if len(self.months) + self.burn_in_months > _MOST_MONTHS:
            raise ValueError(f"at most {_MOST_MONTHS} months with the burn-in: choose fewer")
        if not 0 <= self.planted_rate <= 1:
            raise ValueError("planted_rate is a share: choose from 0 to 1")
        if not 0 <= self.faults_share < 1 or not 0 < self.largest_share <= 1:
            raise ValueError("faults_share and largest_share are shares: choose from 0 to 1")

    @property
    def suffix(self) -> str:
        """The end of the exports' file names."""
        return ".csv.gz" if self.is_compressed else ".csv"
