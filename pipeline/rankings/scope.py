"""The scope of a month's rankings: the month, the method, and the register.

Here belongs the one value that the modules of rankings pass on. Not here: which units are in a
league (leagues).
"""

from dataclasses import dataclass

from pipeline import months
from pipeline.agencies import Register
from pipeline.methods import Method


@dataclass(frozen=True)
class RankingScope:
    """What the rankings of a month are computed for.

    `method` names the indicators that are ranked and their bands; `register` has the agencies.
    `renewed` are the indicators that the method defines in another way than in the month before.
    """

    month: str
    method: Method
    register: Register
    renewed: frozenset[str] = frozenset()

    @property
    def month_before(self) -> "RankingScope":
        """The same for the month before."""
        return RankingScope(months.shifted(self.month, -1), self.method, self.register)
