"""One edition in one language: what workbook and paper are made from.

Here belongs what they share. Not here: where files lie and which pages there are (site).
"""

from dataclasses import dataclass

from pipeline.bulletin import Content
from reports.language import Language
from reports.leagues import Leagues


@dataclass(frozen=True)
class Edition:
    """The contents of an edition with its number, its leagues and the language to show them in."""

    number: int
    content: Content
    leagues: Leagues
    language: Language

    @property
    def month(self) -> str:
        """The month in words."""
        return self.language.month(self.content.month)

    @property
    def banner(self) -> str:
        """The mark of simulated data; empty where the data are real."""
        return self.language.text("page.simulated") if self.content.is_simulated else ""
